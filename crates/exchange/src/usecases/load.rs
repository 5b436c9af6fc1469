//! 副本の登録: the gateway gets what is new, other or gone in 正本, and nothing else. What the gateway has is remembered by its hash, so
//! that a load that was cut off goes on, and one without changes sends nothing.

use super::shared::{Place, Shared};
use crate::lines::Line;
use crate::model::{Copy, Difference, ORIGINAL};
use crate::originals::Sources;
use crate::{messages, store};
use async_trait::async_trait;
use kernel::access::Action;
use kernel::ident::{AtenaNo, DanNo};
use kernel::time::{Date, Period, Timestamp, civil};
use platform::job::{Job, Run};
use platform::{City, Fault, Unit, case};
use ports::{HubPort, Original, Originals};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wire::ident::{DataSet, DataSetId, RecordKey, RequestId};
use wire::replica::ReplicaRecord;

/// Kind of the job.
pub const JOB: &str = "exchange.load";
/// People a step.
pub const PEOPLE: usize = 2_500;
/// Records of one file to the gateway; so many go into its table in one piece.
const CHUNK: usize = 5_000;

/// The gateway has the record.
pub const THERE: &str = "登録済";
/// The gateway did not take it.
pub const REFUSED: &str = "登録できません";
/// The gateway has let it go.
pub const GONE: &str = "削除済";
/// The gateway has the record of another 宛名番号 of the same person in its place.
pub const DOUBLE: &str = "重複";

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

/// The load.
pub struct Load {
    /// The line; `None` for a city that is not connected.
    pub line: Option<Line>,
    /// Who knows the 団番.
    pub hub: Arc<dyn HubPort>,
    /// 正本.
    pub sources: Sources,
}

/// 正本 as the gateway takes it.
pub fn record(original: &Original, dan: DanNo, serial: u64) -> ReplicaRecord {
    ReplicaRecord {
        serial,
        dan,
        data_set: original.data_set.clone(),
        key: original.key.clone(),
        published: original.published,
        items: Some(original.items.clone()),
    }
}

/// One record to be sent, and what is remembered of it then.
struct Change {
    record: ReplicaRecord,
    copy: Copy,
}

/// What a load has to do.
#[derive(Default)]
struct Changes {
    /// What the gateway has to hear.
    send: Vec<Change>,
    /// What it does not hear, since the person has the same record under another 宛名番号.
    doubles: Vec<Copy>,
    /// What need not be remembered any longer.
    forget: Vec<Copy>,
}

/// What changed of some people, with the look in which it was read.
struct Read {
    unit: Unit,
    changes: Changes,
    /// The last of these people; `None` when nobody comes after them.
    until: Option<AtenaNo>,
}

/// Place of a record at the gateway.
type Slot = (DanNo, String, i64, String);

fn slot(copy: &Copy) -> Slot {
    (copy.dan_no.clone(), copy.data_set.clone(), copy.version, copy.record_key.clone())
}

/// What a record that is gone looks like on its way.
fn gone((dan, data_set, version, key): Slot, on: Date) -> Result<ReplicaRecord, Fault> {
    let bad = super::unreadable;
    Ok(ReplicaRecord {
        serial: 0,
        dan,
        data_set: DataSet { id: DataSetId::parse(&data_set).map_err(bad)?, version: u16::try_from(version).unwrap_or(u16::MAX) },
        key: RecordKey::parse(&key).map_err(bad)?,
        published: Period { from: on, to: None },
        items: None,
    })
}

/// What is remembered of a record once the gateway has it.
fn copy(original: &Original, record: &ReplicaRecord) -> Copy {
    Copy {
        id: 0,
        atena_no: original.atena_no.clone(),
        dan_no: record.dan.clone(),
        data_set: original.data_set.id.to_string(),
        version: i64::from(original.data_set.version),
        record_key: original.key.to_string(),
        serial: 0,
        digest: record.digest().to_string(),
        state: THERE.into(),
        reason: None,
        sent_at: Timestamp::UNIX_EPOCH,
    }
}

/// What is remembered of a record whose place another 宛名番号 of the person has taken.
fn double(original: &Original, taken: &Copy, now: Timestamp) -> Copy {
    let new = copy(original, &record(original, taken.dan_no.clone(), 0));
    let same = if new.digest == taken.digest {
        "内容は同じです"
    } else {
        "内容が違います。どちらが正しいかを確かめてください"
    };
    let reason = format!("同じ人の宛名番号{}の正本を登録しています。{same}", taken.atena_no);
    Copy { state: DOUBLE.into(), reason: Some(reason), sent_at: now, ..new }
}

/// What differs between the originals of some people and what the gateway was sent of them.
fn changes(source: &dyn Originals, places: Vec<Place>, copies: Vec<Copy>, now: Timestamp) -> Result<Changes, Fault> {
    let ours = |copy: &Copy| DataSetId::parse(&copy.data_set).is_ok_and(|id| source.holds(&id));
    let (doubles, held): (Vec<_>, Vec<_>) = copies.into_iter().filter(ours).partition(|copy| copy.state == DOUBLE);
    let mut doubles: BTreeMap<(AtenaNo, Slot), Copy> =
        doubles.into_iter().map(|copy| ((copy.atena_no.clone(), slot(&copy)), copy)).collect();
    let mut held: BTreeMap<Slot, Copy> = held.into_iter().map(|copy| (slot(&copy), copy)).collect();
    let (mut all, mut puts) = (Changes::default(), vec![]);
    for place in places {
        let record = record(&place.taken, place.dan, 0);
        let copy = copy(&place.taken, &record);
        for left in &place.left {
            let new = double(left, &copy, now);
            match doubles.remove(&(new.atena_no.clone(), slot(&new))) {
                Some(old) if old.digest == new.digest && old.reason == new.reason => {}
                old => {
                    all.forget.extend(old);
                    all.doubles.push(new);
                }
            }
        }
        match held.remove(&slot(&copy)) {
            Some(old) if old.atena_no == copy.atena_no && old.digest == copy.digest && old.state != GONE => {}
            _ => puts.push(Change { record, copy }),
        }
    }
    all.forget.extend(doubles.into_values());
    for old in held.into_values() {
        match old.state.as_str() {
            THERE => {
                let record = gone(slot(&old), civil(old.sent_at))?;
                all.send.push(Change { record, copy: Copy { state: GONE.into(), digest: String::new(), ..old } });
            }
            // What the gateway never took is gone from here, too: there is nothing to take back.
            REFUSED => all.forget.push(old),
            _ => {}
        }
    }
    // What is taken back goes first: nobody stands under two numbers, not even for a moment.
    all.send.extend(puts);
    Ok(all)
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

impl Load {
    /// Sends what changed of one source; answers how many records were taken and refused.
    async fn source(&self, run: &Run, line: &Line, source: &Arc<dyn Originals>, known: bool) -> Result<(i64, i64), Fault> {
        let city = run.city();
        let mut unit = Unit::look(city, run.staff(), "副本の登録", Action::Run).await?;
        let mut shared = Shared::begin(&mut unit, self.hub.as_ref()).await?;
        drop(unit);
        let (mut good, mut bad) = (0, 0);
        let mut page = self.read(run, source, &mut shared, None).await?;
        loop {
            let Read { unit, changes, until } = page;
            let work = self.work(run, line, unit, changes, known);
            // What comes next is read while the gateway is at work.
            let (done, next) = match &until {
                Some(_) => tokio::join!(work, async { self.read(run, source, &mut shared, until.as_ref()).await.map(Some) }),
                None => (work.await, Ok(None)),
            };
            let (taken, refused) = done?;
            good += taken;
            bad += refused;
            run.progress(good + bad, 0, "副本の登録").await?;
            match next? {
                Some(next) => page = next,
                None => break,
            }
        }
        let mut people = shared.settle().into_iter();
        loop {
            let part: Vec<_> = people.by_ref().take(PEOPLE).collect();
            if part.is_empty() {
                return Ok((good, bad));
            }
            let mut unit = Unit::look(city, run.staff(), "副本の登録", Action::Run).await?;
            let (mut places, mut copies) = (vec![], vec![]);
            for (numbers, theirs) in part {
                places.extend(theirs);
                for number in &numbers {
                    copies.extend(store::copies_of(&mut unit.tx, number).await?);
                }
            }
            let all = changes(source.as_ref(), places, copies, city.now())?;
            let (taken, refused) = self.work(run, line, unit, all, known).await?;
            good += taken;
            bad += refused;
        }
    }

    /// Reads what changed of the people after one.
    async fn read(
        &self,
        run: &Run,
        source: &Arc<dyn Originals>,
        shared: &mut Shared,
        after: Option<&AtenaNo>,
    ) -> Result<Read, Fault> {
        let mut unit = Unit::look(run.city(), run.staff(), "副本の登録", Action::Run).await?;
        let page = source.page(&mut unit, after, PEOPLE).await?;
        let until = page.until.clone();
        let dans = self.hub.dans_between(&mut unit, after, until.as_ref()).await?;
        let mut copies = store::copies_between(&mut unit.tx, after, until.as_ref()).await?;
        copies.retain(|copy| !shared.has(&copy.atena_no));
        let place = |original: Original| dans.get(&original.atena_no).cloned().map(|dan| Place::alone(dan, original));
        let places = shared.set_aside(page).into_iter().filter_map(place).collect();
        let changes = changes(source.as_ref(), places, copies, run.city().now())?;
        Ok(Read { unit, changes, until })
    }

    /// Carries changes out; answers how many records were taken and refused.
    async fn work(&self, run: &Run, line: &Line, mut unit: Unit, all: Changes, known: bool) -> Result<(i64, i64), Fault> {
        let known_as = unit.find_subjects(&all.send.iter().map(|change| &change.copy.atena_no).collect()).await?;
        let subjects: Vec<i64> = all.send.iter().filter_map(|change| known_as.get(&change.copy.atena_no)).copied().collect();
        unit.bulk(&subjects, &[ORIGINAL]);
        unit.note(format!("副本の登録 {}件", all.send.len()));
        unit.commit(()).await?;
        let Changes { send, doubles, forget } = all;
        let (send, unfit) = fitting(send, run.city().now())?;
        if !forget.is_empty() || !doubles.is_empty() || !unfit.is_empty() {
            let mut tx = run.city().db().write().await?;
            store::forget_copies(&mut tx, &forget).await?;
            Copy::insert_all(&doubles, &mut tx).await?;
            store::put_copies(&mut tx, &unfit, known).await?;
            tx.commit().await?;
        }
        let (mut good, mut bad, mut waiting) = (0, i64::try_from(unfit.len()).unwrap_or(i64::MAX), send.len());
        let mut rest = send.into_iter();
        loop {
            let part: Vec<Change> = rest.by_ref().take(CHUNK).collect();
            if part.is_empty() {
                return Ok((good, bad));
            }
            waiting -= part.len();
            let (taken, refused) = self.send(run, line, part, waiting, known).await?;
            good += taken;
            bad += refused;
        }
    }

    /// Takes back what a comparison has found at the gateway and nowhere here, also of people whom the city does not know. What came to
    /// 正本 meanwhile is sent anew behind it. Answers how many records were taken back and refused.
    async fn takes_back(&self, run: &Run, line: &Line, comparison: i64) -> Result<(i64, i64), Fault> {
        let city = run.city();
        let mut unit = Unit::look(city, run.staff(), "副本の削除", Action::Run).await?;
        let extra = store::extra(&mut unit.tx, comparison).await?;
        let mut subjects = vec![];
        for row in &extra {
            if let Some(who) = &row.atena_no {
                subjects.extend(unit.find_subject(who).await?);
            }
        }
        unit.bulk(&subjects, &[ORIGINAL]);
        unit.note(format!("正本にない副本の削除 {}件", extra.len()));
        unit.commit(()).await?;
        let people: BTreeSet<DanNo> = extra.iter().map(|row| row.dan_no.clone()).collect();
        let place = |row: Difference| gone((row.dan_no, row.data_set, row.version, row.record_key), city.today());
        let mut records = extra.into_iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let (mut good, mut bad) = (0, 0);
        for part in records.chunks_mut(CHUNK) {
            for answer in deliver(city, line, part, 0).await? {
                *(if answer.is_ok() { &mut good } else { &mut bad }) += 1;
            }
        }
        let mut tx = city.db().write().await?;
        for dan in &people {
            store::send_again(&mut tx, dan).await?;
        }
        tx.commit().await?;
        Ok((good, bad))
    }

    async fn send(&self, run: &Run, line: &Line, part: Vec<Change>, waiting: usize, known: bool) -> Result<(i64, i64), Fault> {
        let city = run.city();
        let (mut copies, mut records): (Vec<Copy>, Vec<ReplicaRecord>) = part.into_iter().map(|c| (c.copy, c.record)).unzip();
        let answers = deliver(city, line, &mut records, waiting).await?;
        let (mut good, mut bad) = (0, 0);
        for ((copy, record), answer) in copies.iter_mut().zip(&records).zip(answers) {
            copy.serial = i64::try_from(record.serial).unwrap_or(i64::MAX);
            copy.sent_at = city.now();
            match answer {
                Ok(()) => good += 1,
                Err(refusal) => {
                    bad += 1;
                    *copy = refused(copy.clone(), refusal.detail, city.now());
                    // What could not be taken back is still there, and is taken back the next time.
                    if record.items.is_none() {
                        copy.state = THERE.into();
                    }
                }
            }
        }
        let mut tx = city.db().write().await?;
        store::put_copies(&mut tx, &copies, known).await?;
        tx.commit().await?;
        Ok((good, bad))
    }
}

/// Sends records under new レコード識別番号; answers what became of each.
async fn deliver(
    city: &City,
    line: &Line,
    records: &mut [ReplicaRecord],
    waiting: usize,
) -> Result<Vec<Result<(), messages::Refusal>>, Fault> {
    let mut tx = city.db().write().await?;
    let n = i64::try_from(records.len()).unwrap_or(i64::MAX);
    let last = case::reserve_numbers(&mut tx, SERIAL, n).await?;
    tx.commit().await?;
    for (record, serial) in records.iter_mut().zip(last - n + 1..) {
        record.serial = u64::try_from(serial).unwrap_or_default();
    }
    let number = RequestId::from_bytes(city.keys().random()?);
    Ok(messages::load(line, number, records, waiting).await?)
}

#[async_trait]
impl Job for Load {
    fn kind(&self) -> &'static str {
        JOB
    }

    /// With the number of a comparison it first takes back what only the gateway had.
    async fn run(&self, run: &Run, payload: &[u8]) -> Result<String, Fault> {
        let Some(line) = &self.line else { return Ok("この市は中間サーバーにつながっていません".into()) };
        let mut tx = run.city().db().read().await?;
        let known = store::any_copy(&mut tx).await?;
        drop(tx);
        let comparison: Option<i64> = String::from_utf8_lossy(payload).parse().ok();
        let (mut good, mut bad) = match comparison {
            Some(comparison) => self.takes_back(run, line, comparison).await?,
            None => (0, 0),
        };
        for source in self.sources.iter() {
            let (taken, refused) = self.source(run, line, source, known).await?;
            good += taken;
            bad += refused;
        }
        Ok(format!("{good}件を登録しました。登録できない記録 {bad}"))
    }
}
