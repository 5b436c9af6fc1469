//! 給付割合: the share of the insured's own charge, which follows the age.

use crate::RuleError;
use crate::params::{BenefitRates, ParamError, Row};
use kernel::money::{Ratio, Rounding, Yen};
use kernel::time::{Date, march_31_after};

/// The share that the insured person bears on a day of treatment: 未就学 2割, then 3割. The border follows the birth date, so a
/// corrected birth date changes it.
///
/// # Errors
/// [`ParamError::NotInForce`] when no share is written for the day.
pub fn own_share(birth: Date, day: Date, rates: &BenefitRates) -> Result<&Row<Ratio>, ParamError> {
    let preschool_end = march_31_after(birth, rates.preschool_end_age.at(day)?.value);
    if day <= preschool_end { rates.preschool_share.at(day) } else { rates.standard_share.at(day) }
}

/// What the insured person is charged at the counter for points of treatment: points × yen per point × share, rounded to the
/// counter's unit (5円未満切捨て、5円以上切上げ).
///
/// # Errors
/// [`RuleError::Param`] when a value is not in force, [`RuleError::Negative`], [`RuleError::TooLarge`].
pub fn own_charge(points: i64, birth: Date, day: Date, rates: &BenefitRates) -> Result<Yen, RuleError> {
    if points < 0 {
        return Err(RuleError::Negative { what: "点数" });
    }
    let cost = Yen(points).times(rates.yen_per_point.at(day)?.value).ok_or(RuleError::TooLarge)?;
    let share = cost.at(own_share(birth, day, rates)?.value, Rounding::HalfUp).ok_or(RuleError::TooLarge)?;
    Ok(share.to_unit(rates.counter_unit.at(day)?.value, Rounding::HalfUp))
}

/// 2割, 3割: the ratio in tenths as people say it.
pub fn share_ja(ratio: Ratio) -> String {
    match ratio.num.checked_mul(10).filter(|n| ratio.den > 0 && n % ratio.den == 0) {
        Some(tenths) => format!("{}割", tenths / ratio.den),
        None => format!("{}/{}", ratio.num, ratio.den),
    }
}
