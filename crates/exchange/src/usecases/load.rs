//! 副本の登録: the gateway gets what is new, other or gone in 正本, and nothing else. What the gateway has is remembered by its hash, so
//! that a load that was cut off goes on, and one without changes sends nothing.

use super::send::{CHUNK, Sending, deliver};
use super::shared::{Place, Shared};
use crate::lines::Line;
use crate::model::{Copy, Difference, ORIGINAL};
use crate::originals::Sources;
use crate::store::{self, Slot, slot};
use async_trait::async_trait;
use kernel::access::Action;
use kernel::ident::{AtenaNo, DanNo};
use kernel::time::{Date, Period, Timestamp, civil};
use platform::db::DbError;
use platform::job::{Job, Run};
use platform::{Fault, Unit};
use ports::{HubPort, Original, Originals};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::task::JoinSet;
use wire::ident::{DataSet, DataSetId, RecordKey};
use wire::replica::ReplicaRecord;

/// Kind of the job.
pub const JOB: &str = "exchange.load";
/// People a step.
pub const PEOPLE: usize = 2_500;

/// The gateway has the record.
pub const THERE: &str = "登録済";
/// The gateway did not take it.
pub const REFUSED: &str = "登録できません";
/// The gateway has let it go.
pub const GONE: &str = "削除済";
/// The gateway has the record of another 宛名番号 of the same person in its place.
pub const DOUBLE: &str = "重複";

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
pub(super) struct Change {
    pub record: ReplicaRecord,
    pub copy: Copy,
}

/// What a load has to do.
#[derive(Default)]
pub(super) struct Changes {
    /// What the gateway has to hear.
    pub send: Vec<Change>,
    /// What it does not hear, since the person has the same record under another 宛名番号.
    pub doubles: Vec<Copy>,
    /// What need not be remembered any longer.
    pub forget: Vec<Copy>,
}

/// What changed of some people, with the look in which it was read.
struct Read {
    unit: Unit,
    changes: Changes,
    /// Does anybody come after these people?
    more: bool,
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

/// Goes through a source, some people at a time.
struct Reader {
    run: Run,
    hub: Arc<dyn HubPort>,
    source: Arc<dyn Originals>,
    shared: Shared,
    after: Option<AtenaNo>,
}

impl Reader {
    /// Reads what changed of the next people.
    async fn next(mut self) -> Result<(Self, Read), Fault> {
        let mut unit = Unit::look(self.run.city(), self.run.staff(), "副本の登録", Action::Run).await?;
        let page = self.source.page(&mut unit, self.after.as_ref(), PEOPLE).await?;
        let (after, until) = (std::mem::replace(&mut self.after, page.until.clone()), page.until.clone());
        let dans = self.hub.dans_between(&mut unit, after.as_ref(), until.as_ref()).await?;
        let mut copies = store::copies_between(&mut unit.tx, after.as_ref(), until.as_ref()).await?;
        copies.retain(|copy| !self.shared.has(&copy.atena_no));
        let place = |original: Original| dans.get(&original.atena_no).cloned().map(|dan| Place::alone(dan, original));
        let places = self.shared.set_aside(page).into_iter().filter_map(place).collect();
        let changes = changes(self.source.as_ref(), places, copies, self.run.city().now())?;
        Ok((self, Read { unit, changes, more: until.is_some() }))
    }
}

impl Load {
    /// Sends what changed of one source.
    async fn source(&self, run: &Run, sending: &mut Sending<'_>, source: &Arc<dyn Originals>) -> Result<(), Fault> {
        let city = run.city();
        let mut unit = Unit::look(city, run.staff(), "副本の登録", Action::Run).await?;
        let shared = Shared::begin(&mut unit, self.hub.as_ref()).await?;
        drop(unit);
        let reader = Reader { run: run.clone(), hub: self.hub.clone(), source: source.clone(), shared, after: None };
        let (mut reading, mut shared) = (JoinSet::new(), None);
        reading.spawn(reader.next());
        while let Some(read) = reading.join_next().await {
            let (reader, Read { unit, changes, more }) = read.unwrap_or(Err(DbError::Unavailable.into()))?;
            // What comes next is read while the gateway is at work.
            match more {
                true => _ = reading.spawn(reader.next()),
                false => shared = Some(reader.shared),
            }
            sending.all(unit, changes).await?;
            run.progress(sending.good + sending.bad, 0, "副本の登録").await?;
        }
        let mut people = shared.map(Shared::settle).unwrap_or_default().into_iter();
        loop {
            let part: Vec<_> = people.by_ref().take(PEOPLE).collect();
            if part.is_empty() {
                return Ok(());
            }
            let mut unit = Unit::look(city, run.staff(), "副本の登録", Action::Run).await?;
            let (mut places, mut copies) = (vec![], vec![]);
            for (numbers, theirs) in part {
                places.extend(theirs);
                for number in &numbers {
                    copies.extend(store::copies_of(&mut unit.tx, number).await?);
                }
            }
            sending.all(unit, changes(source.as_ref(), places, copies, city.now())?).await?;
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
            for answer in deliver(city, line, part).await? {
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
        let mut sending = Sending::new(run, line, known);
        if let Some(comparison) = comparison {
            (sending.good, sending.bad) = self.takes_back(run, line, comparison).await?;
        }
        for source in self.sources.iter() {
            let done = self.source(run, &mut sending, source).await;
            // What the gateway has taken is remembered, whatever came after it.
            let kept = sending.settle().await;
            done.and(kept)?;
        }
        let Sending { good, bad, .. } = sending;
        Ok(format!("{good}件を登録しました。登録できない記録 {bad}"))
    }
}
