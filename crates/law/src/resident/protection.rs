//! 支援措置: the protection of victims of violence and stalking in the register.
//!
//! The measure has a term, but its end by the calendar lifts nothing: the block stays until the office ends it by its procedure.

use super::deadlines::{shift_months, shift_years};
use crate::params::{ParamError, ResidentRules};
use kernel::time::{Date, Period};

/// Where a measure stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In its term.
    Active,
    /// In the last month of its term: an extension may be asked for.
    ExtensionOpen,
    /// Its term is over and nobody ended it: it still blocks, and the office must act.
    Overdue,
    /// Ended by procedure on or before the day: the only state that does not block.
    Ended,
}

impl Standing {
    /// Must certificates, lists and letters be held back?
    pub fn blocks(self) -> bool {
        self != Standing::Ended
    }

    /// The word on screen.
    pub fn label_ja(self) -> &'static str {
        match self {
            Standing::Active => "支援措置中",
            Standing::ExtensionOpen => "支援措置中(延長の申出ができる期間)",
            Standing::Overdue => "期間満了・終了の手続待ち(抑止は続いています)",
            Standing::Ended => "終了",
        }
    }
}

/// The term of a measure that starts on a day: years counted by 民法143条, through the day before the corresponding day, or through
/// the last day of the month where there is no such day (2024-02-29 → 2025-02-28).
///
/// # Errors
/// [`ParamError::NotInForce`].
pub fn term(start: Date, rules: &ResidentRules) -> Result<Period, ParamError> {
    let same_day = shift_years(start, rules.protection_years.at(start)?.value);
    let end = if same_day.day() == start.day() { same_day.yesterday().unwrap_or(same_day) } else { same_day };
    Ok(Period { from: start, to: Some(end) })
}

/// The term that follows: it starts on the day after the end.
///
/// # Errors
/// [`ParamError::NotInForce`].
pub fn extended_term(end: Date, rules: &ResidentRules) -> Result<Period, ParamError> {
    term(end.tomorrow().unwrap_or(end), rules)
}

/// The first day on which an extension can be asked for: one month before the end, counted back by the calendar (end 2021-03-31 →
/// 2021-02-28, the last day of the shorter month).
///
/// # Errors
/// [`ParamError::NotInForce`].
pub fn extension_opens(end: Date, rules: &ResidentRules) -> Result<Date, ParamError> {
    Ok(shift_months(end, -rules.protection_extension_months.at(end)?.value))
}

/// Where a measure stands. `ended_on` is the day of the procedure that ended it, if there was one.
///
/// # Errors
/// [`ParamError::NotInForce`].
pub fn standing(term: &Period, ended_on: Option<Date>, today: Date, rules: &ResidentRules) -> Result<Standing, ParamError> {
    if ended_on.is_some_and(|day| day <= today) {
        return Ok(Standing::Ended);
    }
    let Some(end) = term.to else { return Ok(Standing::Active) };
    Ok(match () {
        () if today > end => Standing::Overdue,
        () if today >= extension_opens(end, rules)? => Standing::ExtensionOpen,
        () => Standing::Active,
    })
}
