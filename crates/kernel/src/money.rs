//! Money in integer yen, and exact ratios with named rounding.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// An amount in yen. Negative amounts are corrections (過誤調整, 返還).
///
/// The operators `+` and `-` saturate instead of wrapping; a municipal amount never comes near the limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Yen(pub i64);

impl Yen {
    /// Nothing.
    pub const ZERO: Yen = Yen(0);

    /// The integer amount.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// `self × n`, `None` on overflow.
    pub fn times(self, n: i64) -> Option<Yen> {
        self.0.checked_mul(n).map(Yen)
    }

    /// `self − other`, but never below zero.
    pub fn less(self, other: Yen) -> Yen {
        Yen(self.0.saturating_sub(other.0).max(0))
    }

    /// `self × ratio` with the rounding the rule names; `None` on overflow or zero denominator.
    pub fn at(self, ratio: Ratio, rounding: Rounding) -> Option<Yen> {
        if ratio.den <= 0 {
            return None;
        }
        let product = i128::from(self.0) * i128::from(ratio.num);
        let den = i128::from(ratio.den);
        i64::try_from(rounding.divide(product, den)).ok().map(Yen)
    }

    /// Rounds to a multiple of `unit` yen (10円未満四捨五入 and the like). `unit` below 2 leaves the amount as it is.
    pub fn to_unit(self, unit: i64, rounding: Rounding) -> Yen {
        if unit < 2 {
            return self;
        }
        let quotient = rounding.divide(i128::from(self.0), i128::from(unit));
        Yen(i64::try_from(quotient * i128::from(unit)).unwrap_or(self.0))
    }
}

impl fmt::Display for Yen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}円", grouped(self.0))
    }
}

/// Digits grouped by three: `1234567` → `1,234,567`.
pub fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        out.push('-');
    }
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

impl Add for Yen {
    type Output = Yen;
    fn add(self, other: Yen) -> Yen {
        Yen(self.0.saturating_add(other.0))
    }
}
impl Sub for Yen {
    type Output = Yen;
    fn sub(self, other: Yen) -> Yen {
        Yen(self.0.saturating_sub(other.0))
    }
}
impl Neg for Yen {
    type Output = Yen;
    fn neg(self) -> Yen {
        Yen(self.0.saturating_neg())
    }
}
impl AddAssign for Yen {
    fn add_assign(&mut self, other: Yen) {
        *self = *self + other;
    }
}
impl SubAssign for Yen {
    fn sub_assign(&mut self, other: Yen) {
        *self = *self - other;
    }
}
impl Sum for Yen {
    fn sum<I: Iterator<Item = Yen>>(iter: I) -> Yen {
        iter.fold(Yen::ZERO, Add::add)
    }
}

/// An exact ratio, such as 3/10 for 三割.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratio {
    /// Numerator.
    pub num: i64,
    /// Denominator, positive.
    pub den: i64,
}

/// 端数処理: what a rule does with the part below the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rounding {
    /// 切捨て, towards zero.
    Truncate,
    /// 切上げ, away from zero.
    Up,
    /// 四捨五入, half away from zero.
    HalfUp,
}

impl Rounding {
    fn divide(self, n: i128, den: i128) -> i128 {
        let (q, r) = (n / den, n % den);
        let away = if n < 0 { -1 } else { 1 };
        match self {
            Rounding::Truncate => q,
            Rounding::Up if r != 0 => q + away,
            Rounding::HalfUp if r.abs() * 2 >= den => q + away,
            _ => q,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yen_prints_with_commas() {
        assert_eq!(Yen(0).to_string(), "0円");
        assert_eq!(Yen(98_412_306).to_string(), "98,412,306円");
        assert_eq!(Yen(-1_823).to_string(), "-1,823円");
    }

    #[test]
    fn rounding_is_the_one_the_rule_names() {
        let third = Ratio { num: 1, den: 3 };
        assert_eq!(Yen(100).at(third, Rounding::Truncate), Some(Yen(33)));
        assert_eq!(Yen(100).at(third, Rounding::Up), Some(Yen(34)));
        assert_eq!(Yen(-100).at(third, Rounding::Truncate), Some(Yen(-33)));
        assert_eq!(Yen(1_015).to_unit(10, Rounding::HalfUp), Yen(1_020));
        assert_eq!(Yen(1_014).to_unit(10, Rounding::HalfUp), Yen(1_010));
        assert_eq!(Yen(1).at(Ratio { num: 1, den: 0 }, Rounding::Up), None);
    }
}
