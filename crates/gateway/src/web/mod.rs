//! Pages of a tenant. People appear as 団番 only, and only in a case; lists name nobody.

pub mod board;
pub mod inquiries;
pub mod person;
pub mod provision;
pub mod records;
pub mod replica;
pub mod security;
mod statistics;
pub mod system;
pub mod traffic;

use crate::interfaces::desk::Desk;
use crate::interfaces::{Outcome, Refusal};
use crate::keeper::Keeper;
use crate::store::replica::turn;
use kernel::time::{Timestamp, civil, clock_time, wareki_short};
use platform::{Fault, Unit};
use webkit::components::Tone;

/// An instant as a clerk reads it.
fn at(instant: Timestamp) -> String {
    format!("{} {}", wareki_short(civil(instant)), clock_time(instant))
}

/// Since when, as the second line under a later instant.
fn since(instant: Timestamp) -> String {
    format!("{}から", at(instant))
}

/// The first digits of a number, enough to tell lines apart.
fn short(number: &str) -> String {
    number.chars().take(8).collect()
}

/// How much of a list is shown, for the line under its title: 新しい順に200件(全部で253件).
fn extent(order: &str, shown: usize, all: i64) -> String {
    match i64::try_from(shown) {
        Ok(shown) if shown < all => format!("{order}に{shown}件(全部で{all}件)"),
        _ => order.to_owned(),
    }
}

/// A state's colour.
fn tone(state: &str) -> Tone {
    match state {
        "BOUND" | "ANSWERED" | "FETCHED" | "AUTO_ANSWERED" => Tone::Ok,
        "HELD" | "CONTENT_REGISTERED" | "REQUESTED" | "HELD_AT_PROVIDER" | "CANCEL_TOO_LATE" => Tone::Warn,
        "DENIED" | "ERROR" | "EXPIRED" | "TIMED_OUT" | "REFUSED" | "NO_CODE" => Tone::Bad,
        "NO_DATA" | "CANCELLED" => Tone::Neutral,
        _ => Tone::Info,
    }
}

/// An operation for a member of staff, within their unit of work.
fn desk<'a>(keeper: &'a Keeper, unit: &'a mut Unit) -> Desk<'a> {
    let now = unit.now();
    Desk { keeper, now, tx: &mut unit.tx }
}

/// The same when it writes: it takes its turn first.
async fn writing_desk<'a>(keeper: &'a Keeper, unit: &'a mut Unit) -> Result<Desk<'a>, Fault> {
    turn(&mut unit.tx).await?;
    Ok(desk(keeper, unit))
}

/// An operation's refusal as a page says it.
fn done<T>(what: &str, outcome: Outcome<T>) -> Result<T, Fault> {
    outcome.map_err(|Refusal { code, detail }| match code.as_str() {
        "NOT_FOUND" => Fault::missing(what),
        _ => Fault::conflict(format!("{what}を変えられません"), detail),
    })
}
