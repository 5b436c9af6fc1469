//! 受付・処理待ち: the work queue of an office. Rows are nameless until somebody claims one, which opens a case.

use crate::db::{DbError, Row, Tx};
use crate::fault::Fault;
use crate::unit::Unit;
use crate::{case, params};
use kernel::time::{Date, Timestamp};
use std::collections::BTreeSet;

crate::statements! {
    /// Adds one; the same reference twice is one task.
    ADD = "insert into platform_task (office, purpose, kind, title, subject, reference, due, state, created_at) values ($1, $2, $3, $4, $5, $6, $7, 'open', $8) on conflict (kind, reference) do nothing";
    /// Open ones.
    OPEN = "select id, purpose, kind, title, subject, reference, due, state, claimed_by, case_id from platform_task where office = $1 and state <> 'done' order by due is null, due, id limit 200";
    /// What the open ones of a kind are about.
    REFERENCES = "select reference from platform_task where kind = $1 and state <> 'done' and reference is not null";
    /// How many are open.
    COUNT = "select count(*) as n from platform_task where office = $1 and state <> 'done'";
    /// One.
    FIND = "select id, purpose, kind, title, subject, reference, due, state, claimed_by, case_id, office from platform_task where id = $1";
    /// Claims it.
    CLAIM = "update platform_task set state = 'claimed', claimed_by = $2, case_id = $3 where id = $1 and state = 'open'";
    /// Done.
    DONE = "update platform_task set state = 'done', done_at = $2 where id = $1";
    /// Done, by what it is about.
    DONE_REFERENCE = "update platform_task set state = 'done', done_at = $3 where kind = $1 and reference = $2 and state <> 'done'";
    /// Open again, by what it is about.
    REOPEN_REFERENCE = "update platform_task set state = 'open', claimed_by = null, case_id = null, done_at = null where kind = $1 and reference = $2 and state = 'done'";
}

/// A task of an office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Number.
    pub id: i64,
    /// Purpose code.
    pub purpose: String,
    /// Kind, for instance `kodomo.review_loss`; decides which page opens.
    pub kind: String,
    /// What to do, without names.
    pub title: String,
    /// The person, visible through the case only.
    pub subject: Option<i64>,
    /// What it is about, for the page that opens.
    pub reference: Option<String>,
    /// Until when.
    pub due: Option<Date>,
    /// open, claimed, done.
    pub state: String,
    /// Who works on it.
    pub claimed_by: Option<String>,
    /// The case that claiming opened.
    pub case_id: Option<i64>,
}

fn read(row: &Row) -> Result<Task, DbError> {
    Ok(Task {
        id: row.get("id")?,
        purpose: row.get("purpose")?,
        kind: row.get("kind")?,
        title: row.get("title")?,
        subject: row.get("subject")?,
        reference: row.get("reference")?,
        due: row.get("due")?,
        state: row.get("state")?,
        claimed_by: row.get("claimed_by")?,
        case_id: row.get("case_id")?,
    })
}

/// A task to add.
#[derive(Debug, Clone, Copy)]
pub struct NewTask<'a> {
    /// Office code.
    pub office: &'a str,
    /// Purpose code.
    pub purpose: &'a str,
    /// Kind.
    pub kind: &'a str,
    /// What to do, without names.
    pub title: &'a str,
    /// The person.
    pub subject: Option<i64>,
    /// What it is about; the same kind and reference is added once.
    pub reference: Option<&'a str>,
    /// Until when.
    pub due: Option<Date>,
}

/// Puts a task into an office's queue.
///
/// # Errors
/// The database's refusal.
pub async fn add(tx: &mut Tx, task: NewTask<'_>, now: Timestamp) -> Result<(), DbError> {
    let values = params![task.office, task.purpose, task.kind, task.title, task.subject, task.reference, task.due, now];
    tx.run(ADD, values).await.map(|_| ())
}

/// Open tasks of the acting office, by due date.
///
/// # Errors
/// The database's refusal.
pub async fn open(unit: &mut Unit) -> Result<Vec<Task>, Fault> {
    let office = unit.staff().office().to_owned();
    Ok(unit.tx.all(OPEN, params![office]).await?.iter().map(read).collect::<Result<_, _>>()?)
}

/// What all open tasks of a kind are about.
///
/// # Errors
/// The database's refusal.
pub async fn references(tx: &mut Tx, kind: &str) -> Result<BTreeSet<String>, DbError> {
    tx.all(REFERENCES, params![kind]).await?.iter().map(|row| row.get("reference")).collect()
}

/// How many tasks are open in an office.
///
/// # Errors
/// The database's refusal.
pub async fn count(tx: &mut Tx, office: &str) -> Result<i64, DbError> {
    tx.one(COUNT, params![office]).await?.get("n")
}

/// Claims a task: opens a case with the person as its subject (or resumes the case of an earlier claim by the same person).
///
/// # Errors
/// A colleague's task, another office's task, or another purpose.
pub async fn claim(unit: &mut Unit, id: i64) -> Result<Task, Fault> {
    let row = unit.tx.first(FIND, params![id]).await?.ok_or_else(|| Fault::missing("処理待ち"))?;
    let mut task = read(&row)?;
    let staff = unit.staff().clone();
    if row.get::<String>("office")? != staff.office() || Some(&task.purpose) != staff.purpose.as_ref() {
        return Err(Fault::missing("処理待ち"));
    }
    if let (Some(by), Some(existing)) = (&task.claimed_by, task.case_id) {
        if by != &staff.staff_no {
            return Err(Fault::conflict("この処理はほかの人が始めています", "処理待ちの一覧で担当を確かめてください"));
        }
        case::resume(&mut unit.tx, &staff, existing).await?;
        return Ok(task);
    }
    let city = unit.city().clone();
    let subjects: Vec<i64> = task.subject.into_iter().collect();
    let opened = case::open(&city, &mut unit.tx, &staff, "task", &task.title, &subjects).await?;
    if unit.tx.run(CLAIM, params![id, &staff.staff_no, opened.id]).await? == 0 {
        return Err(Fault::conflict("この処理はほかの人が始めました", "処理待ちの一覧を読み直してください"));
    }
    case::resume(&mut unit.tx, &staff, opened.id).await?;
    task.case_id = Some(opened.id);
    unit.enter_case(opened);
    Ok(task)
}

/// Marks a task as done.
///
/// # Errors
/// The database's refusal.
pub async fn done(tx: &mut Tx, id: i64, now: Timestamp) -> Result<(), DbError> {
    tx.run(DONE, params![id, now]).await.map(|_| ())
}

/// Marks the task of this kind and reference as done, if there is one.
///
/// # Errors
/// The database's refusal.
pub async fn done_reference(tx: &mut Tx, kind: &str, reference: &str, now: Timestamp) -> Result<(), DbError> {
    tx.run(DONE_REFERENCE, params![kind, reference, now]).await.map(|_| ())
}

/// Opens the task of this kind and reference again, if there is one that is done: what it was about is not settled after all.
///
/// # Errors
/// The database's refusal.
pub async fn reopen_reference(tx: &mut Tx, kind: &str, reference: &str) -> Result<(), DbError> {
    tx.run(REOPEN_REFERENCE, params![kind, reference]).await.map(|_| ())
}
