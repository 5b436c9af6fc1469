//! 副本の登録: the gateway gets what is new, other or gone in 正本, and nothing else. What the gateway has is remembered by its hash, so
//! that a load that was cut off goes on, and one without changes sends nothing.

use crate::lines::Line;
use crate::model::{Copy, ORIGINAL};
use crate::originals::Sources;
use crate::{messages, store};
use async_trait::async_trait;
use kernel::access::Action;
use kernel::ident::{AtenaNo, DanNo};
use kernel::time::{Period, Timestamp};
use platform::job::{Job, Run};
use platform::{Fault, Unit, case};
use ports::{HubPort, Original, Originals, Page};
use std::collections::BTreeMap;
use std::sync::Arc;
use wire::ident::{DataSet, DataSetId, RecordKey, RequestId};
use wire::replica::ReplicaRecord;

/// Kind of the job.
pub const JOB: &str = "exchange.load";
/// People a step.
pub const PEOPLE: usize = 1_000;
/// Records of one file to the gateway.
const CHUNK: usize = 1_000;

/// The gateway has the record.
pub const THERE: &str = "登録済";
/// The gateway did not take it.
pub const REFUSED: &str = "登録できません";
/// The gateway has let it go.
pub const GONE: &str = "削除済";

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

/// Place of a record among the copies of one person.
type Slot = (AtenaNo, String, i64, String);

fn slot(copy: &Copy) -> Slot {
    (copy.atena_no.clone(), copy.data_set.clone(), copy.version, copy.record_key.clone())
}

/// What a record that is gone looks like on its way.
fn gone(copy: &Copy) -> Result<ReplicaRecord, Fault> {
    let bad = super::unreadable;
    Ok(ReplicaRecord {
        serial: 0,
        dan: copy.dan_no.clone(),
        data_set: DataSet {
            id: DataSetId::parse(&copy.data_set).map_err(bad)?,
            version: u16::try_from(copy.version).unwrap_or(u16::MAX),
        },
        key: RecordKey::parse(&copy.record_key).map_err(bad)?,
        published: Period { from: kernel::time::civil(copy.sent_at), to: None },
        items: None,
    })
}

/// What differs between the originals of a stretch and what the gateway was sent of it.
fn changes(
    source: &dyn Originals,
    page: &Page,
    dans: &BTreeMap<AtenaNo, DanNo>,
    copies: Vec<Copy>,
) -> Result<(Vec<Change>, Vec<Copy>), Fault> {
    let mut known: BTreeMap<Slot, Copy> = BTreeMap::new();
    for copy in copies {
        if DataSetId::parse(&copy.data_set).is_ok_and(|id| source.holds(&id)) {
            known.insert(slot(&copy), copy);
        }
    }
    let mut all = vec![];
    for original in &page.records {
        let Some(dan) = dans.get(&original.atena_no) else { continue };
        let record = record(original, dan.clone(), 0);
        let copy = Copy {
            id: 0,
            atena_no: original.atena_no.clone(),
            dan_no: dan.clone(),
            data_set: original.data_set.id.to_string(),
            version: i64::from(original.data_set.version),
            record_key: original.key.to_string(),
            serial: 0,
            digest: record.digest().to_string(),
            state: THERE.into(),
            reason: None,
            sent_at: Timestamp::UNIX_EPOCH,
        };
        match known.remove(&slot(&copy)) {
            Some(old) if old.dan_no == copy.dan_no && old.digest == copy.digest && old.state != GONE => {}
            old => {
                // The person's number is another one now: nothing of them stays under the old one.
                if let Some(old) = old.filter(|old| old.dan_no != copy.dan_no && old.state == THERE) {
                    all.push(Change { record: gone(&old)?, copy: Copy { state: GONE.into(), ..old } });
                }
                all.push(Change { record, copy });
            }
        }
    }
    // What the gateway never took is gone from here, too: there is nothing to take back.
    let mut stale = vec![];
    for old in known.into_values() {
        match old.state.as_str() {
            THERE => all.push(Change { record: gone(&old)?, copy: Copy { state: GONE.into(), digest: String::new(), ..old } }),
            REFUSED => stale.push(old),
            _ => {}
        }
    }
    Ok((all, stale))
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
    /// Sends what changed in one stretch; answers how many records were taken and refused, and where the next stretch begins.
    async fn step(
        &self,
        run: &Run,
        line: &Line,
        source: &Arc<dyn Originals>,
        after: Option<&AtenaNo>,
    ) -> Result<(i64, i64, Option<AtenaNo>), Fault> {
        let city = run.city();
        let mut unit = Unit::look(city, run.staff(), "副本の登録", Action::Run).await?;
        let page = source.page(&mut unit, after, PEOPLE).await?;
        let dans = self.hub.dans_between(&mut unit, after, page.until.as_ref()).await?;
        let copies = store::copies_between(&mut unit.tx, after, page.until.as_ref()).await?;
        let known = !copies.is_empty();
        let (all, stale) = changes(source.as_ref(), &page, &dans, copies)?;
        let mut subjects = vec![];
        for change in &all {
            subjects.extend(unit.find_subject(&change.copy.atena_no).await?);
        }
        unit.bulk(&subjects, &[ORIGINAL]);
        unit.note(format!("副本の登録 {}件", all.len()));
        unit.commit(()).await?;
        let (all, unfit) = fitting(all, city.now())?;
        if !stale.is_empty() || !unfit.is_empty() {
            let mut tx = city.db().write().await?;
            store::forget_copies(&mut tx, &stale).await?;
            store::put_copies(&mut tx, &unfit, known).await?;
            tx.commit().await?;
        }
        let (mut good, mut bad, mut waiting) = (0, i64::try_from(unfit.len()).unwrap_or(i64::MAX), all.len());
        let mut rest = all.into_iter();
        loop {
            let part: Vec<Change> = rest.by_ref().take(CHUNK).collect();
            if part.is_empty() {
                return Ok((good, bad, page.until));
            }
            waiting -= part.len();
            let (taken, refused) = self.send(run, line, part, waiting, known).await?;
            good += taken;
            bad += refused;
        }
    }

    async fn send(
        &self,
        run: &Run,
        line: &Line,
        mut part: Vec<Change>,
        waiting: usize,
        known: bool,
    ) -> Result<(i64, i64), Fault> {
        let city = run.city();
        let mut tx = city.db().write().await?;
        let records = i64::try_from(part.len()).unwrap_or(i64::MAX);
        let last = case::reserve_numbers(&mut tx, "exchange_serial", records).await?;
        tx.commit().await?;
        for (change, serial) in part.iter_mut().zip(last - records + 1..) {
            (change.copy.serial, change.copy.sent_at) = (serial, city.now());
            change.record.serial = u64::try_from(serial).unwrap_or_default();
        }
        let records: Vec<ReplicaRecord> = part.iter().map(|c| c.record.clone()).collect();
        let number = RequestId::from_bytes(city.keys().random()?);
        let answers = messages::load(line, number, &records, waiting).await?;
        let (mut good, mut bad) = (0, 0);
        let mut copies: Vec<Copy> = Vec::with_capacity(part.len());
        for (change, answer) in part.into_iter().zip(answers) {
            let mut copy = change.copy;
            match answer {
                Ok(_) => good += 1,
                Err(refusal) => {
                    bad += 1;
                    copy = refused(copy, refusal.detail, city.now());
                }
            }
            // A number that was let go and the new one stand for the same place: only the new one is remembered.
            copies.retain(|c| slot(c) != slot(&copy) || c.state != GONE);
            copies.push(copy);
        }
        let mut tx = city.db().write().await?;
        store::put_copies(&mut tx, &copies, known).await?;
        tx.commit().await?;
        Ok((good, bad))
    }
}

#[async_trait]
impl Job for Load {
    fn kind(&self) -> &'static str {
        JOB
    }

    async fn run(&self, run: &Run, _: &[u8]) -> Result<String, Fault> {
        let Some(line) = &self.line else { return Ok("この市は中間サーバーにつながっていません".into()) };
        let (mut good, mut bad) = (0, 0);
        for source in self.sources.iter() {
            let mut after: Option<AtenaNo> = None;
            loop {
                let (taken, refused, until) = self.step(run, line, source, after.as_ref()).await?;
                good += taken;
                bad += refused;
                run.progress(good + bad, 0, "副本の登録").await?;
                after = until;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(format!("{good}件を登録しました。登録できない記録 {bad}"))
    }
}
