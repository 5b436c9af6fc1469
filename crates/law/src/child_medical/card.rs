//! 医療証: how long a card is valid.

use super::eligibility::{Span, period_around};
use crate::RuleError;
use crate::params::{ChildMedical, ParamError};
use kernel::time::Date;

/// The last day printed on a card issued for `day`: the next yearly expiry day, but not beyond the valid days around it.
/// `None` when the child is not in the scheme on `day`.
///
/// # Errors
/// [`RuleError::Param`] when the expiry day is not written for `day` or is not a month and day.
pub fn card_expiry(spans: &[Span], day: Date, rules: &ChildMedical) -> Result<Option<Date>, RuleError> {
    let row = rules.card_renewal.at(day)?;
    let Some(period) = period_around(spans, day) else { return Ok(None) };
    let month_day = row.value.split_once('-').and_then(|(m, d)| Some((m.parse::<i8>().ok()?, d.parse::<i8>().ok()?)));
    let in_year = |year: i16| month_day.and_then(|(m, d)| Date::new(year, m, d).ok());
    let this_year = in_year(day.year()).filter(|d| *d >= day);
    let expiry = this_year.or_else(|| in_year(day.year().saturating_add(1)));
    let bad = || ParamError::NotInForce { key: row.facts.id(), day };
    let expiry = expiry.ok_or_else(bad)?;
    Ok(Some(period.to.map_or(expiry, |to| to.min(expiry))))
}
