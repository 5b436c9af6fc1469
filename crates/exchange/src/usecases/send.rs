//! What a load sends: records go to the gateway in files under new レコード識別番号, and what it took is remembered while it works on the next.

use super::load::{Change, Changes, GONE, REFUSED, THERE};
use crate::lines::{Line, Unsent};
use crate::messages::{Load, Refusal};
use crate::model::{Copy, ORIGINAL};
use crate::store;
use kernel::time::Timestamp;
use platform::job::Run;
use platform::{City, Fault, Unit, case};
use tokio::task::JoinHandle;
use wire::ident::RequestId;
use wire::replica::ReplicaRecord;

/// Records of one file to the gateway; so many go into its table in one piece.
pub(super) const CHUNK: usize = 5_000;
/// Counter of レコード識別番号.
const SERIAL: &str = "exchange_serial";
/// No city has sent so many records: a gateway with a higher number is broken, and nobody follows it there.
const HIGHEST: i64 = 1 << 53;

/// From now on our レコード識別番号 are higher than one that stands at the gateway. A lower one would have no power there.
///
/// # Errors
/// The database's refusal.
pub async fn overtake(city: &City, serial: i64) -> Result<(), Fault> {
    let mut tx = city.db().write().await?;
    let last = case::reserve_numbers(&mut tx, SERIAL, 1).await?;
    if last < serial && serial < HIGHEST {
        case::reserve_numbers(&mut tx, SERIAL, serial - last).await?;
    }
    Ok(tx.commit().await?)
}

/// Sorts out what does not fit the catalogue of items: it does not leave the city, and the reason is remembered.
fn fitting(all: Vec<Change>, now: Timestamp) -> Result<(Vec<Change>, Vec<Copy>), Fault> {
    let catalogue = crate::list()?.items();
    let (mut fit, mut unfit) = (vec![], vec![]);
    for change in all {
        let items = change.record.items.iter().flatten();
        match catalogue.layout(&change.record.data_set).and_then(|layout| layout.check(items)) {
            // What is taken back leaves as it came.
            Err(why) if change.record.items.is_some() => unfit.push(refused(change.copy, why.to_string(), now)),
            _ => fit.push(change),
        }
    }
    Ok((fit, unfit))
}

fn refused(copy: Copy, why: String, now: Timestamp) -> Copy {
    Copy { state: REFUSED.into(), reason: Some(why), digest: String::new(), sent_at: now, ..copy }
}

/// Writes records into a file under new レコード識別番号.
async fn file(city: &City, records: &mut [ReplicaRecord], waiting: usize) -> Result<Load, Fault> {
    let mut tx = city.db().write().await?;
    let n = i64::try_from(records.len()).unwrap_or(i64::MAX);
    let last = case::reserve_numbers(&mut tx, SERIAL, n).await?;
    tx.commit().await?;
    for (record, serial) in records.iter_mut().zip(last - n + 1..) {
        record.serial = u64::try_from(serial).unwrap_or_default();
    }
    Ok(Load::write(RequestId::from_bytes(city.keys().random()?), records, waiting)?)
}

/// Sends records and waits; answers what became of each.
pub(super) async fn deliver(city: &City, line: &Line, records: &mut [ReplicaRecord]) -> Result<Vec<Result<(), Refusal>>, Fault> {
    Ok(file(city, records, 0).await?.send(line.clone()).await?)
}

/// What becomes of the records of a file that is on its way.
type Answers = JoinHandle<Result<Vec<Result<(), Refusal>>, Unsent>>;

/// A load under way: while the gateway works on one file, the next is written, and what became of the one before is remembered.
pub(super) struct Sending<'a> {
    city: &'a City,
    line: &'a Line,
    /// Whether something may be remembered already of a record that goes out.
    known: bool,
    /// Records that were taken.
    pub good: i64,
    /// Records that were refused.
    pub bad: i64,
    /// The file on its way, and what is remembered of its records once the gateway has answered.
    way: Option<(Vec<Copy>, Answers)>,
}

impl<'a> Sending<'a> {
    /// Nothing sent yet.
    pub fn new(run: &'a Run, line: &'a Line, known: bool) -> Self {
        Self { city: run.city(), line, known, good: 0, bad: 0, way: None }
    }

    /// Carries changes out. The look in which they were read is recorded before anything of them leaves the city.
    pub async fn all(&mut self, mut unit: Unit, all: Changes) -> Result<(), Fault> {
        let known_as = unit.find_subjects(&all.send.iter().map(|change| &change.copy.atena_no).collect()).await?;
        let subjects: Vec<i64> = all.send.iter().filter_map(|change| known_as.get(&change.copy.atena_no)).copied().collect();
        unit.bulk(&subjects, &[ORIGINAL]);
        unit.note(format!("副本の登録 {}件", all.send.len()));
        unit.commit(()).await?;
        let Changes { send, doubles, forget } = all;
        let (send, unfit) = fitting(send, self.city.now())?;
        self.bad += i64::try_from(unfit.len()).unwrap_or(i64::MAX);
        if !forget.is_empty() || !doubles.is_empty() || !unfit.is_empty() {
            let mut tx = self.city.db().write().await?;
            store::forget_copies(&mut tx, &forget).await?;
            Copy::insert_all(&doubles, &mut tx).await?;
            store::put_copies(&mut tx, &unfit, self.known).await?;
            tx.commit().await?;
        }
        let mut waiting = send.len();
        let mut rest = send.into_iter();
        loop {
            let part: Vec<Change> = rest.by_ref().take(CHUNK).collect();
            if part.is_empty() {
                return Ok(());
            }
            waiting -= part.len();
            self.part(part, waiting).await?;
        }
    }

    /// Sends a file behind the one that is on its way.
    async fn part(&mut self, part: Vec<Change>, waiting: usize) -> Result<(), Fault> {
        let (mut copies, mut records): (Vec<Copy>, Vec<ReplicaRecord>) = part.into_iter().map(|c| (c.copy, c.record)).unzip();
        let file = file(self.city, &mut records, waiting).await?;
        for (copy, record) in copies.iter_mut().zip(&records) {
            copy.serial = i64::try_from(record.serial).unwrap_or(i64::MAX);
        }
        let before = self.answered().await?;
        self.way = Some((copies, tokio::spawn(file.send(self.line.clone()))));
        self.remember(&before).await
    }

    /// Waits for the gateway's answer to the file on its way; answers what is to be remembered.
    async fn answered(&mut self) -> Result<Vec<Copy>, Fault> {
        let Some((mut copies, answers)) = self.way.take() else { return Ok(vec![]) };
        let lost = |_| Err(Unsent::Down("送信の途中で止まりました".to_owned()));
        let now = self.city.now();
        for (copy, answer) in copies.iter_mut().zip(answers.await.unwrap_or_else(lost)?) {
            copy.sent_at = now;
            match answer {
                Ok(()) => self.good += 1,
                Err(refusal) => {
                    self.bad += 1;
                    // What could not be taken back is still there, and is taken back the next time.
                    let state = if copy.state == GONE { THERE } else { REFUSED };
                    *copy = Copy { state: state.into(), ..refused(copy.clone(), refusal.detail, now) };
                }
            }
        }
        Ok(copies)
    }

    /// Remembers what the gateway has.
    async fn remember(&self, copies: &[Copy]) -> Result<(), Fault> {
        if copies.is_empty() {
            return Ok(());
        }
        let mut tx = self.city.db().write().await?;
        store::put_copies(&mut tx, copies, self.known).await?;
        Ok(tx.commit().await?)
    }

    /// Waits for what is on its way and remembers it.
    pub async fn settle(&mut self) -> Result<(), Fault> {
        let copies = self.answered().await?;
        self.remember(&copies).await
    }
}
