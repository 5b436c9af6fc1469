//! 編集の排他: while one clerk has the form of a 住登外者 open, the others read only. Whoever leaves the form open loses it after a while.

use super::register_outsider::{ENDED, current};
use crate::model::{OUTSIDER, OUTSIDER_ADDRESS};
use kernel::ident::AtenaNo;
use kernel::time::Timestamp;
use platform::subject::{self, Editor};
use platform::{Fault, Unit};

/// Minutes after which a form that was opened and not sent no longer keeps others out.
pub const MINUTES: i64 = 30;

/// Opens the form of a person of the open case: nobody else changes the record until it is sent, given up or too old.
///
/// # Errors
/// Naming the colleague who was first; a record that has ended; a refusal.
pub async fn begin(unit: &mut Unit, number: &AtenaNo) -> Result<(), Fault> {
    let row = current(unit, number).await?;
    if row.state == ENDED {
        return Err(Fault::conflict("消除した記録は変えられません", "この住登外者の記録は終わっています"));
    }
    let subject = unit.find_subject(number).await?.ok_or_else(|| Fault::missing("住登外者"))?;
    unit.require(subject, &[OUTSIDER, OUTSIDER_ADDRESS]).await?;
    lock(unit, subject).await
}

/// Gives the form up without a change.
///
/// # Errors
/// A refusal, the database's refusal.
pub async fn stop(unit: &mut Unit, number: &AtenaNo) -> Result<(), Fault> {
    let subject = unit.find_subject(number).await?.ok_or_else(|| Fault::missing("住登外者"))?;
    unit.require(subject, &[OUTSIDER]).await?;
    if editor(unit, subject).await?.is_some_and(|e| e.staff_no == unit.staff().staff_no) {
        subject::edit_unlock(&mut unit.tx, subject).await?;
    }
    Ok(())
}

/// Takes the lock, also from a form that was left open.
///
/// # Errors
/// Naming the colleague who edits.
pub async fn lock(unit: &mut Unit, subject: i64) -> Result<(), Fault> {
    let (staff, now) = (unit.staff().clone(), unit.now());
    subject::lapse(&mut unit.tx, subject, oldest(now)).await?;
    subject::edit_lock(&mut unit.tx, &staff, subject, now).await
}

/// Who has the form open now.
///
/// # Errors
/// The database's refusal.
pub async fn editor(unit: &mut Unit, subject: i64) -> Result<Option<Editor>, Fault> {
    let oldest = oldest(unit.now());
    Ok(subject::editor(&mut unit.tx, subject).await?.filter(|e| e.since >= oldest))
}

/// Forms opened before this are too old.
fn oldest(now: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(now.as_microsecond().saturating_sub(MINUTES * 60_000_000)).unwrap_or(now)
}
