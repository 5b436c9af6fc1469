//! What 情報連携 does, one verb a file.

pub mod ask;
pub mod compare;
pub mod consent;
pub mod courier;
pub mod load;
pub mod provide;
pub mod recall;
mod send;
pub mod shared;
pub mod sweep;
pub mod take_in;

use crate::PURPOSE;
use kernel::ident::{AtenaNo, DanNo};
use kernel::time::{Date, Timestamp};
use platform::fault::FaultKind;
use platform::staff::OpenCase;
use platform::{Fault, StaffContext, Unit};
use ports::HubPort;
use wire::ident::IdError;

/// Who works when nobody sits there, for an office and its purpose.
pub fn by_itself(office: &str, purpose: &str, case: &str) -> StaffContext {
    let case = OpenCase { id: 0, number: case.to_owned(), ground: "通知".into(), subjects: vec![] };
    StaffContext::job("exchange", office, purpose, case)
}

/// [`by_itself`] for 情報政策課.
pub fn by_the_desk(case: &str) -> StaffContext {
    by_itself(crate::OFFICE, PURPOSE.code, case)
}

/// Takes a person into the open case, and answers the number that the gateway knows them by.
///
/// # Errors
/// No open case, a person nobody knows, one without 団番, a refusal.
pub async fn person(unit: &mut Unit, hub: &dyn HubPort, who: &AtenaNo) -> Result<(i64, DanNo), Fault> {
    let nobody = || Fault::field("number", "この宛名番号の人はいません。番号を確かめてください");
    let subject = unit.find_subject(who).await?.ok_or_else(nobody)?;
    unit.take_into_case(subject).await?;
    // Somebody who is withheld from this programme looks like nobody.
    let known = hub.dan_of(unit, who).await.map_err(|fault| if fault.kind == FaultKind::Missing { nobody() } else { fault })?;
    let dan = known.ok_or_else(|| {
        Fault::conflict(
            "団体内統合宛名番号がありません",
            "個人番号が分からないため、情報連携ができません。個人番号を確かめてください",
        )
    })?;
    Ok((subject, dan))
}

/// A stored id that cannot be read any more.
pub fn unreadable(error: IdError) -> Fault {
    Fault::conflict("情報連携の記録を読めません", error.to_string())
}

/// An instant some seconds before another.
pub fn before(now: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_microsecond(now.as_microsecond().saturating_sub(seconds.saturating_mul(1_000_000))).unwrap_or(now)
}

/// The instant at which a day begins in Japan.
pub fn day_begins(day: Date) -> Timestamp {
    jiff::tz::Offset::constant(9).to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::UNIX_EPOCH)
}
