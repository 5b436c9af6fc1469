//! 正本と副本の照合: every night one hash over everything; where it differs, the exact person, record and item.

use super::load::{PEOPLE, record};
use super::{by_the_desk, load};
use crate::lines::Line;
use crate::model::{Comparison, Difference, ORIGINAL};
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
use std::collections::BTreeMap;
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
        "extra" => "正本にありません",
        "days" => "公開日が違います",
        _ => "値が違います",
    }
}

impl Compare {
    /// Hashes of everything that others may ask for.
    async fn originals(&self, run: &Run) -> Result<(Leaves, i64), Fault> {
        let (mut leaves, mut records) = (Leaves::default(), 0);
        for source in self.sources.iter() {
            let mut after: Option<AtenaNo> = None;
            loop {
                let mut unit = Unit::look(run.city(), run.staff(), "正本と副本の照合", Action::Run).await?;
                let page = source.page(&mut unit, after.as_ref(), PEOPLE).await?;
                let dans = self.hub.dans_between(&mut unit, after.as_ref(), page.until.as_ref()).await?;
                let mut subjects = vec![];
                for original in &page.records {
                    if let Some(dan) = dans.get(&original.atena_no) {
                        leaves.add(&record(original, dan.clone(), 0));
                        records += 1;
                        subjects.extend(unit.find_subject(&original.atena_no).await?);
                    }
                }
                unit.bulk(&subjects, &[ORIGINAL]);
                unit.note(format!("正本と副本の照合 {}件", page.records.len()));
                unit.commit(()).await?;
                run.progress(records, 0, "正本と副本の照合").await?;
                after = page.until;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok((leaves, records))
    }

    /// Our own records of people who differ.
    async fn of(&self, run: &Run, people: &BTreeMap<DanNo, AtenaNo>) -> Result<Vec<ReplicaRecord>, Fault> {
        let mut unit = Unit::look(run.city(), run.staff(), "正本と副本の差異の確認", Action::Run).await?;
        let mut all = vec![];
        for (dan, who) in people {
            for source in self.sources.iter() {
                all.extend(source.of(&mut unit, who).await?.iter().map(|original| record(original, dan.clone(), 0)));
            }
        }
        unit.commit(()).await?;
        Ok(all)
    }

    async fn whose(&self, run: &Run, dans: impl Iterator<Item = DanNo>) -> Result<BTreeMap<DanNo, AtenaNo>, Fault> {
        let mut unit = Unit::look(run.city(), run.staff(), "正本と副本の差異の確認", Action::Run).await?;
        let mut people = BTreeMap::new();
        for dan in dans {
            if let Some(who) = self.hub.atena_no(&mut unit, &dan).await? {
                people.insert(dan, who);
            }
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
        let whose = self.whose(run, compared.people.iter().cloned()).await?;
        let found = match compared.people.is_empty() {
            true => vec![],
            false => messages::explain(line, &compared, &self.of(run, &whose).await?).await?,
        };
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
                atena_no: whose.get(&d.dan).cloned(),
                dan_no: d.dan,
                data_set: d.data_set.id.to_string(),
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
