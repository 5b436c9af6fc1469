//! 名寄せの一括処理: the persons of another system's extract, or those of a programme, one after the other through the same gate as
//! anybody who is entered by hand.
//!
//! A row is taken over once: the same file again finds every number known and changes nothing. A run that is interrupted goes on behind
//! the last row it finished.

use super::extract::{self, Person};
use super::match_up::{self, Outcome, dan_of};
use super::register_outsider::{LIVING, take_over};
use crate::model::{Batch, BatchRow};
use crate::store;
use async_trait::async_trait;
use kernel::access::Action;
use kernel::ident::AtenaNo;
use matching::Tables;
use platform::fault::FaultKind;
use platform::job::{self, Job, Run};
use platform::keys::{hex, sha256};
use platform::{Fault, Unit};
use ports::ComparePort;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;

/// Kind of the job.
pub const JOB: &str = "hub.match_many";
/// 処理中
pub const RUNNING: &str = "処理中";
/// The persons come in a file.
pub const EXTRACT: &str = "抽出ファイル";
/// The persons are those whom a programme registered.
pub const PROGRAMME: &str = "業務の住登外者";
/// Rows in one unit of work.
const STEP: usize = 20;

/// What the job is asked for.
#[derive(Serialize, Deserialize)]
struct Wanted {
    batch: i64,
    /// The file; none for the persons of a programme.
    file: Option<String>,
}

/// Asks for a run; answers the number of its job.
///
/// # Errors
/// A file that is no extract.
pub async fn start(unit: &mut Unit, programme: &str, file: Option<&[u8]>) -> Result<i64, Fault> {
    let total = match file {
        Some(body) => extract::read(body, unit.today())?.len(),
        None => 0,
    };
    let batch = Batch {
        id: 0,
        programme: programme.to_owned(),
        source: if file.is_some() { EXTRACT } else { PROGRAMME }.to_owned(),
        digest: file.map(|body| hex(&sha256(body))).unwrap_or_default(),
        total: i64::try_from(total).unwrap_or(i64::MAX),
        state: RUNNING.to_owned(),
        requested_by: unit.staff().name.clone(),
        requested_at: unit.now(),
        finished_at: None,
        seq: unit.seq().await?,
    };
    let id = batch.insert(&mut unit.tx).await?;
    let file = file.map(|body| String::from_utf8_lossy(body).into_owned());
    let payload = serde_json::to_vec(&Wanted { batch: id, file })
        .map_err(|_| Fault::conflict("一括処理を始められません", "依頼を内部の形に直せませんでした"))?;
    job::submit(unit, JOB, "名寄せの一括処理", &payload).await
}

/// The job.
pub struct MatchMany {
    /// The registry.
    pub residents: Arc<dyn ComparePort>,
    /// Reference data of the engine.
    pub tables: Arc<Tables>,
}

/// A row before it is worked through.
enum Row {
    /// Of a file: a person under a number of the system.
    Taken(Box<Person>),
    /// Of a file: the number stood in an earlier row.
    Repeated(String),
    /// A 住登外者 whom the hub knows.
    Known(AtenaNo),
}

#[async_trait]
impl Job for MatchMany {
    fn kind(&self) -> &'static str {
        JOB
    }

    async fn run(&self, run: &Run, payload: &[u8]) -> Result<String, Fault> {
        let wanted: Wanted = serde_json::from_slice(payload).map_err(|_| Fault::missing("一括処理の依頼"))?;
        let city = run.city().clone();
        let mut tx = city.db().read().await?;
        let batch = store::batch(&mut tx, wanted.batch).await?;
        let done = store::batch_done(&mut tx, batch.id).await?;
        drop(tx);
        let rows = match &wanted.file {
            Some(file) => of_file(extract::read(file.as_bytes(), city.today())?),
            None => self.of_programme(run, &batch.programme).await?,
        };
        let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let left: Vec<(i64, Row)> = (1..).zip(rows).filter(|(line, _)| *line > done).collect();
        for step in left.chunks(STEP) {
            let mut unit = Unit::change(&city, run.staff(), "名寄せの一括処理", Action::Run).await?;
            for (line, row) in step {
                let end = self.work(&mut unit, &batch, *line, row).await?;
                end.insert(&mut unit.tx).await?;
            }
            unit.commit(()).await?;
            let at = step.last().map_or(done, |(line, _)| *line);
            run.progress(at, total, &batch.source).await?;
        }
        let mut unit = Unit::change(&city, run.staff(), "名寄せの一括処理", Action::Run).await?;
        store::size_batch(&mut unit.tx, batch.id, total).await?;
        let now = unit.now();
        store::close_batch(&mut unit.tx, batch.id, now).await?;
        let counts = store::batch_counts(&mut unit.tx, batch.id).await?;
        let told: Vec<String> = counts.iter().map(|(outcome, n)| format!("{outcome} {n}")).collect();
        unit.note(format!("hub.match_many: {}", told.join("、")));
        unit.commit(()).await?;
        Ok(format!("{total}行: {}", told.join("、")))
    }
}

/// The rows of a file; a number that repeats is named, whatever its row says.
fn of_file(people: Vec<Person>) -> Vec<Row> {
    let mut seen = HashSet::new();
    let row = |person: Person| match seen.insert(person.number.clone()) || person.number.is_empty() {
        true => Row::Taken(Box::new(person)),
        false => Row::Repeated(person.number),
    };
    people.into_iter().map(row).collect()
}

impl MatchMany {
    /// The living 住登外者 whom a programme registered, in order of registration.
    async fn of_programme(&self, run: &Run, programme: &str) -> Result<Vec<Row>, Fault> {
        let mut tx = run.city().db().read().await?;
        let (mut rows, mut after) = (vec![], 0);
        loop {
            let page = store::outsiders_after(&mut tx, after).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            rows.extend(page.into_iter().filter(|o| o.programme == programme && o.state == LIVING).map(|o| o.atena_no));
        }
        // A new record of a person has a new row: the number is what stays.
        rows.sort_unstable();
        Ok(rows.into_iter().map(Row::Known).collect())
    }

    async fn work(&self, unit: &mut Unit, batch: &Batch, line: i64, row: &Row) -> Result<BatchRow, Fault> {
        let end = |number: &str, outcome: &str, atena_no: Option<AtenaNo>, reason: String| BatchRow {
            id: 0,
            batch_id: batch.id,
            line,
            number: number.to_owned(),
            outcome: outcome.to_owned(),
            atena_no,
            reason,
        };
        match row {
            Row::Repeated(number) => Ok(end(number, "誤り", None, "同じ宛名番号が前の行にあります(E0004)".into())),
            Row::Known(who) => {
                let (outcome, reason) = self.compared(unit, who).await?;
                Ok(end(who.as_str(), outcome, Some(who.clone()), reason))
            }
            Row::Taken(person) if person.number.is_empty() => Ok(end("", "誤り", None, "宛名番号がありません(E0001)".into())),
            Row::Taken(person) => {
                if let Some(link) = store::link(&mut unit.tx, &batch.programme, &person.number).await? {
                    return Ok(end(&person.number, "登録済", Some(link.atena_no), String::new()));
                }
                match take_over(unit, &person.entry, &batch.programme, &person.number).await {
                    Ok(who) => {
                        let (outcome, reason) = self.compared(unit, &who).await?;
                        Ok(end(&person.number, outcome, Some(who), reason))
                    }
                    Err(fault) if fault.kind == FaultKind::Invalid => {
                        let why: Vec<&str> = fault.fields.iter().map(|p| p.message.as_str()).collect();
                        Ok(end(&person.number, "誤り", None, why.join("。")))
                    }
                    Err(fault) => Err(fault),
                }
            }
        }
    }

    async fn compared(&self, unit: &mut Unit, who: &AtenaNo) -> Result<(&'static str, String), Fault> {
        let outcome = match_up::run(unit, self.residents.as_ref(), &self.tables, who).await?;
        Ok(match outcome {
            Outcome::Linked(evidence) => ("連携", evidence.to_owned()),
            Outcome::Asked => ("確認待ち", "名寄せの確認に入れました".to_owned()),
            Outcome::Kept => ("登録済", String::new()),
            Outcome::Waiting => ("新規", "同じ人の記録がありますが、どちらの個人番号も分かりません".to_owned()),
            Outcome::Alone if dan_of(unit, who).await?.is_some() => ("新規", "個人番号による付番".to_owned()),
            Outcome::Alone => ("新規", "似た人はいません".to_owned()),
        })
    }
}
