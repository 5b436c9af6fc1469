//! Long work: a job has progress, can be cancelled and resumed, survives a restart, and is a case of its own.

use crate::case;
use crate::city::City;
use crate::db::{DbError, Row, Tx};
use crate::fault::Fault;
use crate::keys::Place;
use crate::params;
use crate::staff::{OpenCase, StaffContext};
use crate::unit::Unit;
use async_trait::async_trait;
use kernel::time::Timestamp;
use serde::Serialize;
use std::sync::Arc;

crate::statements! {
    /// One.
    FIND = "select j.id, j.kind, j.title, j.office, j.purpose, j.case_id, j.staff_name, j.payload, j.state, j.done, j.total, j.message, j.cancel, j.fence, j.created_at, j.started_at, j.updated_at, c.number as case_number from platform_job j join platform_case c on c.id = j.case_id where j.id = $1";
    /// Of an office, newest first.
    LIST = "select j.id, j.kind, j.title, j.office, j.purpose, j.case_id, j.staff_name, j.payload, j.state, j.done, j.total, j.message, j.cancel, j.fence, j.created_at, j.started_at, j.updated_at, c.number as case_number from platform_job j join platform_case c on c.id = j.case_id where j.office = $1 order by j.id desc limit 50";
    /// The next to run: waiting, or running but silent for two minutes.
    NEXT = "select id, fence from platform_job where state = 'waiting' or (state = 'running' and updated_at < $1) order by id limit 1";
    /// Takes it.
    TAKE = "update platform_job set state = 'running', fence = fence + 1, started_at = coalesce(started_at, $2), updated_at = $2 where id = $1 and fence = $3";
    /// Progress; nothing happens when another runner has taken the job over.
    PROGRESS = "update platform_job set done = $2, total = $3, message = $4, updated_at = $5 where id = $1 and fence = $6";
    /// The end.
    END = "update platform_job set state = $2, message = $3, updated_at = $4 where id = $1 and fence = $5";
    /// Asks it to stop.
    CANCEL = "update platform_job set cancel = true where id = $1 and state in ('waiting', 'running')";
    /// Goes on.
    RESUME = "update platform_job set state = 'waiting', cancel = false where id = $1 and state in ('cancelled', 'failed')";
    /// Should it stop?
    WANTED = "select cancel, fence from platform_job where id = $1";
}

/// A job as the batch monitor shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobView {
    /// Number.
    pub id: i64,
    /// Kind.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Who asked.
    pub staff_name: String,
    /// waiting, running, done, failed, cancelled.
    pub state: String,
    /// Steps done.
    pub done: i64,
    /// Steps in all; 0 while unknown.
    pub total: i64,
    /// What happened, in Japanese.
    pub message: String,
    /// Number of its case.
    pub case_number: String,
    /// Steps per second so far.
    pub rate: i64,
    /// Seconds that remain, when known.
    pub remaining: Option<i64>,
}

fn read(row: &Row) -> Result<JobView, DbError> {
    let (done, total): (i64, i64) = (row.get("done")?, row.get("total")?);
    let started: Option<Timestamp> = row.get("started_at")?;
    let updated: Timestamp = row.get("updated_at")?;
    let micros = started.map_or(0, |s| updated.as_microsecond() - s.as_microsecond());
    let rate = if micros > 0 { done.saturating_mul(1_000_000) / micros } else { 0 };
    Ok(JobView {
        id: row.get("id")?,
        kind: row.get("kind")?,
        title: row.get("title")?,
        staff_name: row.get("staff_name")?,
        state: row.get("state")?,
        done,
        total,
        message: row.get("message")?,
        case_number: row.get("case_number")?,
        rate,
        remaining: (rate > 0 && total > done).then(|| (total - done) / rate),
    })
}

/// A kind of job, registered by its programme.
#[async_trait]
pub trait Job: Send + Sync {
    /// Code, for instance `claims.import`.
    fn kind(&self) -> &'static str;
    /// Does the work in steps; calls [`Run::progress`] between them and must be able to start again after any of them.
    async fn run(&self, run: &Run, payload: &[u8]) -> Result<String, Fault>;
}

/// A job while it runs.
#[derive(Clone)]
pub struct Run {
    city: City,
    staff: StaffContext,
    id: i64,
    fence: i64,
}

impl Run {
    /// The same run for one programme ([`City::acting`]).
    pub fn acting(&self, programme: &'static str) -> Self {
        Self { city: self.city.acting(programme), staff: self.staff.clone(), id: self.id, fence: self.fence }
    }

    /// The city.
    pub fn city(&self) -> &City {
        &self.city
    }

    /// The context the job's units work in: its office, purpose and case.
    pub fn staff(&self) -> &StaffContext {
        &self.staff
    }

    /// Number of the job.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Tells how far it is.
    ///
    /// # Errors
    /// A conflict that ends the run when somebody cancelled it or another runner took over.
    pub async fn progress(&self, done: i64, total: i64, message: &str) -> Result<(), Fault> {
        let mut tx = self.city.db().write().await?;
        let row = tx.one(WANTED, params![self.id]).await?;
        if row.get::<i64>("fence")? != self.fence {
            return Err(stopped(TAKEN_OVER));
        }
        if row.get::<bool>("cancel")? {
            return Err(stopped("取り消されました"));
        }
        if tx.run(PROGRESS, params![self.id, done, total, message, self.city.now(), self.fence]).await? == 0 {
            return Err(stopped(TAKEN_OVER));
        }
        Ok(tx.commit().await?)
    }
}

const STOPPED: &str = "処理を止めました";
const TAKEN_OVER: &str = "ほかの実行に引き継がれました";

fn stopped(why: &str) -> Fault {
    Fault::conflict(STOPPED, why)
}

fn place(kind: &str) -> Place<'_> {
    Place { table: "platform_job", column: "payload", row: kind }
}

/// Asks for a job, in the unit of whoever asks. The run opens a case of its own with ground `job`.
///
/// # Errors
/// No purpose chosen, or the database's refusal.
pub async fn submit(unit: &mut Unit, kind: &'static str, title: &str, payload: &[u8]) -> Result<i64, Fault> {
    let (city, staff, now) = (unit.city().clone(), unit.staff().clone(), unit.now());
    let case = case::open(&city, &mut unit.tx, &staff, "job", title, &[]).await?;
    let sealed = city.keys().seal(place(kind), payload)?;
    let columns = &[
        "kind",
        "title",
        "office",
        "purpose",
        "case_id",
        "staff_no",
        "staff_name",
        "payload",
        "state",
        "done",
        "total",
        "message",
        "cancel",
        "fence",
        "created_at",
        "updated_at",
    ];
    let row = params![
        kind,
        title,
        staff.office(),
        staff.purpose.clone(),
        case.id,
        &staff.staff_no,
        &staff.name,
        sealed,
        "waiting",
        0i64,
        0i64,
        "待っています",
        false,
        0i64,
        now,
        now
    ];
    Ok(unit.tx.insert_row("platform_job", columns, row).await?)
}

/// Jobs of an office.
///
/// # Errors
/// The database's refusal.
pub async fn list(tx: &mut Tx, office: &str) -> Result<Vec<JobView>, DbError> {
    tx.all(LIST, params![office]).await?.iter().map(read).collect()
}

/// One job of an office.
///
/// # Errors
/// [`Fault::missing`] for another office's job.
pub async fn find(tx: &mut Tx, office: &str, id: i64) -> Result<JobView, Fault> {
    let row = tx.first(FIND, params![id]).await?.ok_or_else(|| Fault::missing("処理"))?;
    if row.get::<String>("office")? != office {
        return Err(Fault::missing("処理"));
    }
    Ok(read(&row)?)
}

/// Asks a job to stop after its current step, or to go on.
///
/// # Errors
/// The database's refusal.
pub async fn set_running(tx: &mut Tx, id: i64, running: bool) -> Result<(), DbError> {
    tx.run(if running { RESUME } else { CANCEL }, params![id]).await.map(|_| ())
}

/// Runs the next waiting job, if there is one; answers its number.
///
/// # Errors
/// The database's refusal. A failing job is not an error here: it is stored as failed with its message.
pub async fn run_next(city: &City, jobs: &[Arc<dyn Job>]) -> Result<Option<i64>, Fault> {
    let now = city.now();
    let stale = Timestamp::from_microsecond(now.as_microsecond() - 120_000_000).unwrap_or(now);
    let mut tx = city.db().write().await?;
    let Some(row) = tx.first(NEXT, params![stale]).await? else { return Ok(None) };
    let (id, fence): (i64, i64) = (row.get("id")?, row.get("fence")?);
    if tx.run(TAKE, params![id, now, fence]).await? == 0 {
        return Ok(None);
    }
    let row = tx.one(FIND, params![id]).await?;
    tx.commit().await?;
    let kind: String = row.get("kind")?;
    let case = OpenCase { id: row.get("case_id")?, number: row.get("case_number")?, ground: "job".into(), subjects: vec![] };
    let mut staff = StaffContext::job("job", &row.get::<String>("office")?, &row.get::<String>("purpose")?, case);
    staff.name = format!("{}(依頼 {})", row.get::<String>("title")?, row.get::<String>("staff_name")?);
    let run = Run { city: city.clone(), staff, id, fence: fence + 1 };
    let result = match jobs.iter().find(|j| j.kind() == kind) {
        Some(job) => match city.keys().open_sealed(place(&kind), &row.get::<Vec<u8>>("payload")?) {
            Ok(payload) => job.run(&run, &payload).await,
            Err(error) => Err(error.into()),
        },
        None => Err(Fault::missing("処理の種類")),
    };
    let (state, message) = match result {
        Ok(message) => ("done", message),
        Err(fault) if fault.what == STOPPED => ("cancelled", fault.why),
        Err(fault) => ("failed", fault.to_string()),
    };
    let mut tx = city.db().write().await?;
    tx.run(END, params![id, state, message, city.now(), run.fence]).await?;
    tx.commit().await?;
    Ok(Some(id))
}
