//! 正本と副本の照合: every night one hash over everything; where it differs, the exact person, record and item.

use super::load::{PEOPLE, record};
use super::send;
use super::shared::{Shared, places};
use super::{by_the_desk, load};
use crate::lines::Line;
use crate::model::{Comparison, Difference, NOWHERE_HERE, ORIGINAL};
use crate::originals::Sources;
use crate::{messages, store};
use async_trait::async_trait;
use kernel::access::Action;
use kernel::ident::{AtenaNo, DanNo};
use kernel::time::{Date, civil, hour};
use platform::chore::Chore;
use platform::job::{self, Job, Run};
use platform::task::{self, NewTask};
use platform::{City, Fault, Unit};
use ports::HubPort;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use wire::compare::Leaves;
use wire::replica::ReplicaRecord;

/// Kind of the job.
pub const JOB: &str = "exchange.compare";
/// Kind of the task about differences.
pub const TASK: &str = "exchange.differs";
/// People whose differences are looked at one by one; more than these means that a load is missing.
const EXPLAINED: usize = 1_000;

/// The comparison.
pub struct Compare {
    /// The line; `None` for a city that is not connected.
    pub line: Option<Line>,
    /// Who knows the 団番.
    pub hub: Arc<dyn HubPort>,
    /// 正本.
    pub sources: Sources,
}

/// How the two differ, in words.
fn fault_ja(code: &str) -> &'static str {
    match code {
        "missing" => "副本にありません",
        "extra" => NOWHERE_HERE,
        "days" => "公開日が違います",
        _ => "値が違います",
    }
}

impl Compare {
    /// Hashes of everything that others may ask for.
    async fn originals(&self, run: &Run) -> Result<(Leaves, i64), Fault> {
        let (mut leaves, mut records) = (Leaves::default(), 0);
        for source in self.sources.iter() {
            let mut unit = self.look(run).await?;
            let mut shared = Shared::begin(&mut unit, self.hub.as_ref()).await?;
            drop(unit);
            let mut after: Option<AtenaNo> = None;
            loop {
                let mut unit = self.look(run).await?;
                let page = source.page(&mut unit, after.as_ref(), PEOPLE).await?;
                let dans = self.hub.dans_between(&mut unit, after.as_ref(), page.until.as_ref()).await?;
                let mut subjects = vec![];
                for original in &page.records {
                    if dans.contains_key(&original.atena_no) {
                        subjects.extend(unit.find_subject(&original.atena_no).await?);
                    }
                }
                unit.bulk(&subjects, &[ORIGINAL]);
                unit.note(format!("正本と副本の照合 {}件", page.records.len()));
                unit.commit(()).await?;
                after = page.until.clone();
                for original in shared.set_aside(page) {
                    if let Some(dan) = dans.get(&original.atena_no) {
                        leaves.add(&record(&original, dan.clone(), 0));
                        records += 1;
                    }
                }
                run.progress(records, 0, "正本と副本の照合").await?;
                if after.is_none() {
                    break;
                }
            }
            for place in shared.settle().into_iter().flat_map(|(_, places)| places) {
                leaves.add(&record(&place.taken, place.dan, 0));
                records += 1;
            }
        }
        Ok((leaves, records))
    }

    async fn look(&self, run: &Run) -> Result<Unit, Fault> {
        Unit::look(run.city(), run.staff(), "正本と副本の照合", Action::Run).await
    }

    /// Our own records of people who differ, with the 宛名番号 they come from.
    async fn of(&self, run: &Run, people: &BTreeMap<DanNo, Vec<AtenaNo>>) -> Result<Vec<(AtenaNo, ReplicaRecord)>, Fault> {
        let mut unit = Unit::look(run.city(), run.staff(), "正本と副本の差異の確認", Action::Run).await?;
        let mut all = vec![];
        for (dan, numbers) in people {
            for source in self.sources.iter() {
                let mut records = vec![];
                for who in numbers {
                    records.extend(source.of(&mut unit, who).await?);
                }
                for place in places(dan, numbers, records) {
                    all.push((place.taken.atena_no.clone(), record(&place.taken, place.dan, 0)));
                }
            }
        }
        unit.commit(()).await?;
        Ok(all)
    }

    /// The 宛名番号 of people, the one that speaks for each of them first.
    async fn whose(&self, run: &Run, dans: &BTreeSet<DanNo>) -> Result<BTreeMap<DanNo, Vec<AtenaNo>>, Fault> {
        let mut unit = Unit::look(run.city(), run.staff(), "正本と副本の差異の確認", Action::Run).await?;
        let shared = Shared::begin(&mut unit, self.hub.as_ref()).await?;
        let mut people = BTreeMap::new();
        for dan in dans {
            let numbers = match shared.numbers(dan) {
                Some(numbers) => numbers.to_vec(),
                None => self.hub.atena_no(&mut unit, dan).await?.into_iter().collect(),
            };
            people.insert(dan.clone(), numbers);
        }
        unit.commit(()).await?;
        Ok(people)
    }
}

#[async_trait]
impl Job for Compare {
    fn kind(&self) -> &'static str {
        JOB
    }

    async fn run(&self, run: &Run, _: &[u8]) -> Result<String, Fault> {
        let Some(line) = &self.line else { return Ok("この市は中間サーバーにつながっていません".into()) };
        let (leaves, records) = self.originals(run).await?;
        let people = i64::try_from(leaves.people()).unwrap_or(i64::MAX);
        let ours = leaves.fingerprint();
        let mut compared = messages::compare(line, &ours).await?;
        let differing = compared.people.len();
        compared.people = compared.people.into_iter().take(EXPLAINED).collect();
        let (mut whose, mut found) = (BTreeMap::new(), vec![]);
        if !compared.people.is_empty() {
            let people = self.whose(run, &compared.people).await?;
            let (numbers, theirs): (Vec<_>, Vec<_>) = self.of(run, &people).await?.into_iter().unzip();
            found = messages::explain(line, &compared, &theirs).await?;
            whose.extend(theirs.iter().map(ReplicaRecord::slot).zip(numbers));
            // What stands at the gateway only is the person's whose number speaks first.
            for d in &found {
                let slot = (d.dan.clone(), d.data_set.clone(), d.key.clone());
                if let Some(first) = people.get(&d.dan).and_then(|numbers| numbers.first()) {
                    whose.entry(slot).or_insert_with(|| first.clone());
                }
            }
        }
        if differing > 0 {
            send::overtake(run.city(), compared.serial).await?;
        }
        let mut unit = Unit::change(run.city(), run.staff(), "正本と副本の照合の結果", Action::Run).await?;
        unit.permit(Action::Run, ORIGINAL).await?;
        let now = unit.now();
        let row = Comparison {
            id: 0,
            compared_at: now,
            people,
            records,
            root: ours.root.to_string(),
            differences: i64::try_from(found.len()).unwrap_or(i64::MAX),
        };
        let comparison = row.insert(&mut unit.tx).await?;
        let rows: Vec<Difference> = found
            .into_iter()
            .map(|d| Difference {
                id: 0,
                comparison_id: comparison,
                atena_no: whose.get(&(d.dan.clone(), d.data_set.clone(), d.key.clone())).cloned(),
                dan_no: d.dan,
                data_set: d.data_set.id.to_string(),
                version: i64::from(d.data_set.version),
                record_key: d.key.to_string(),
                fault: fault_ja(&d.fault).into(),
                item: d.item.map(|i| i.to_string()),
            })
            .collect();
        Difference::insert_all(&rows, &mut unit.tx).await?;
        if !rows.is_empty() {
            let reference = comparison.to_string();
            let new = NewTask {
                office: crate::OFFICE,
                purpose: crate::PURPOSE.code,
                kind: TASK,
                title: "副本が正本と違います。差異を確かめて送り直してください",
                subject: None,
                reference: Some(&reference),
                due: None,
            };
            task::add(&mut unit.tx, new, now).await?;
        }
        unit.note(format!("正本と副本の照合 {records}件、差異のある人 {differing}"));
        unit.commit(()).await?;
        Ok(match differing {
            0 => format!("{people}人 {records}件。正本と副本は一致しています"),
            n if n > EXPLAINED => format!("差異のある人が{n}人います。副本の登録を先に行ってください"),
            n => format!("差異のある人が{n}人、差異が{}件あります", rows.len()),
        })
    }
}

/// Has everything sent and compared once a night.
#[derive(Default)]
pub struct Nightly {
    asked: Mutex<Option<Date>>,
}

/// Hour of the day, in Japan, from which the night's work begins.
const HOUR: i8 = 2;

#[async_trait]
impl Chore for Nightly {
    fn name(&self) -> &'static str {
        "exchange.nightly"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn run(&self, city: &City) -> Result<(), Fault> {
        let (now, today) = (city.now(), city.today());
        if hour(now) < HOUR || *self.asked.lock().unwrap_or_else(PoisonError::into_inner) == Some(today) {
            return Ok(());
        }
        let mut tx = city.db().read().await?;
        let last = store::comparisons(&mut tx).await?.first().map(|c| civil(c.compared_at));
        drop(tx);
        if last != Some(today) {
            let mut unit = Unit::change(city, &by_the_desk("夜間処理"), "副本の夜間処理の依頼", Action::Run).await?;
            job::submit(&mut unit, load::JOB, "副本の登録(夜間)", b"").await?;
            job::submit(&mut unit, JOB, "正本と副本の照合(夜間)", b"").await?;
            unit.commit(()).await?;
        }
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(today);
        Ok(())
    }
}
