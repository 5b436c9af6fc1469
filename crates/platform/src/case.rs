//! Cases: no purpose and no open case, no data.

use crate::city::City;
use crate::db::{DbError, Tx};
use crate::fault::Fault;
use crate::params;
use crate::staff::{OpenCase, StaffContext};
use kernel::time::{Timestamp, fiscal_year};

/// How a case comes about.
pub const GROUNDS: [&str; 5] = ["受付", "申請", "通知", "task", "job"];

crate::statements! {
    /// Opens a case.
    ADD_SUBJECT = "insert into platform_case_subject (case_id, subject, added_at) values ($1, $2, $3) on conflict (case_id, subject) do nothing";
    /// Counts.
    COUNT = "insert into platform_counter (name, value) values ($1, 1) on conflict (name) do update set value = platform_counter.value + 1 returning value";
    /// Several numbers at once.
    COUNT_MANY = "insert into platform_counter (name, value) values ($1, $2) on conflict (name) do update set value = platform_counter.value + $2 returning value";
    /// One case.
    FIND = "select id, number, purpose, ground, title, office, opened_by, opened_at, closed_at from platform_case where id = $1";
    /// One case by its number.
    BY_NUMBER = "select id, number, purpose, ground, title, office, opened_by, opened_at, closed_at from platform_case where number = $1";
    /// Open cases of an office.
    OPEN = "select id, number, purpose, ground, title, office, opened_by, opened_at, closed_at from platform_case where office = $1 and closed_at is null and ground <> 'job' order by id desc limit 100";
    /// Done.
    CLOSE = "update platform_case set closed_at = $2 where id = $1 and closed_at is null";
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Number of the row.
    pub id: i64,
    /// Number on screen.
    pub number: String,
    /// Purpose code.
    pub purpose: String,
    /// Ground.
    pub ground: String,
    /// What it is about, without names.
    pub title: String,
    /// Office code.
    pub office: String,
    /// Staff number.
    pub opened_by: String,
    /// When.
    pub opened_at: Timestamp,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
}

fn read(row: &crate::db::Row) -> Result<Case, DbError> {
    Ok(Case {
        id: row.get("id")?,
        number: row.get("number")?,
        purpose: row.get("purpose")?,
        ground: row.get("ground")?,
        title: row.get("title")?,
        office: row.get("office")?,
        opened_by: row.get("opened_by")?,
        opened_at: row.get("opened_at")?,
        closed_at: row.get("closed_at")?,
    })
}

/// The next number of a named counter. Gaps are possible, repetition is not.
///
/// Whoever takes a number first takes the place in the order of commits, so that two units never wait for each other's counters.
///
/// # Errors
/// The database's refusal.
pub async fn next_number(tx: &mut Tx, counter: &str) -> Result<i64, DbError> {
    tx.run(crate::unit::IN_ORDER, vec![]).await?;
    tx.one(COUNT, params![counter]).await?.get("value")
}

/// Reserves `n` numbers and answers the last one.
///
/// # Errors
/// The database's refusal.
pub async fn reserve_numbers(tx: &mut Tx, counter: &str, n: i64) -> Result<i64, DbError> {
    tx.run(crate::unit::IN_ORDER, vec![]).await?;
    tx.one(COUNT_MANY, params![counter, n]).await?.get("value")
}

/// Opens a case for the acting office and purpose: number `R8-住記-000123`.
///
/// # Errors
/// A ground that does not exist, no purpose, or the database's refusal.
pub async fn open(
    city: &City,
    tx: &mut Tx,
    staff: &StaffContext,
    ground: &str,
    title: &str,
    subjects: &[i64],
) -> Result<OpenCase, Fault> {
    if !GROUNDS.contains(&ground) {
        return Err(Fault::field("ground", "案件の理由を選んでください"));
    }
    let purpose = staff.purpose.as_deref().and_then(|p| city.purpose(p));
    let Some(purpose) = purpose else { return Err(Fault::refused("事務を選んでから案件を始めてください")) };
    let year = fiscal_year(city.today());
    let serial = next_number(tx, &format!("case-{}-{year}", purpose.code)).await?;
    let number = format!("R{}-{}-{serial:06}", year - 2018, purpose.short_ja);
    let columns = &["number", "purpose", "ground", "title", "office", "opened_by", "opened_at"];
    let row = params![&number, purpose.code, ground, title, staff.office(), &staff.staff_no, city.now()];
    let id = tx.insert_row("platform_case", columns, row).await?;
    for subject in subjects {
        tx.run(ADD_SUBJECT, params![id, *subject, city.now()]).await?;
    }
    Ok(OpenCase { id, number, ground: ground.to_owned(), subjects: subjects.to_vec() })
}

/// Takes a person into a case.
///
/// # Errors
/// The database's refusal.
pub async fn add_subject(tx: &mut Tx, case: i64, subject: i64, now: Timestamp) -> Result<(), DbError> {
    tx.run(ADD_SUBJECT, params![case, subject, now]).await.map(|_| ())
}

/// Makes a case the session's open case. It must belong to the acting office and purpose and be open.
///
/// # Errors
/// [`Fault::missing`] otherwise.
pub async fn resume(tx: &mut Tx, staff: &StaffContext, case: i64) -> Result<Case, Fault> {
    let row = tx.first(FIND, params![case]).await?.ok_or_else(|| Fault::missing("案件"))?;
    let case = read(&row)?;
    if case.office != staff.office() || Some(&case.purpose) != staff.purpose.as_ref() || case.closed_at.is_some() {
        return Err(Fault::missing("案件"));
    }
    if let Some(token) = &staff.session {
        tx.run(crate::staff::SET_CASE, params![token.clone(), case.id]).await?;
    }
    Ok(case)
}

/// Leaves the open case, and closes it when it is done.
///
/// # Errors
/// The database's refusal.
pub async fn leave(tx: &mut Tx, staff: &StaffContext, done: bool, now: Timestamp) -> Result<(), DbError> {
    if let Some(token) = &staff.session {
        tx.run(crate::staff::SET_CASE, params![token.clone(), None::<i64>]).await?;
    }
    if let (true, Some(case)) = (done, &staff.case) {
        tx.run(CLOSE, params![case.id, now]).await?;
    }
    Ok(())
}

/// Open cases of an office, newest first, at most 100.
///
/// # Errors
/// The database's refusal.
pub async fn open_cases(tx: &mut Tx, office: &str) -> Result<Vec<Case>, DbError> {
    tx.all(OPEN, params![office]).await?.iter().map(read).collect()
}
