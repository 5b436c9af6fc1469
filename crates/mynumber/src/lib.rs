//! The only home of 個人番号 (行政手続における特定の個人を識別するための番号の利用等に関する法律 2条5項).
//!
//! A zone that must never hold one (gateway, network) simply does not depend on this crate.

use std::fmt;
use thiserror::Error;

/// Why a 個人番号 was refused. Never contains the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IndividualNumberError {
    /// Not twelve digits.
    #[error("個人番号は12桁の半角数字です")]
    Shape,
    /// The check digit does not fit, or all digits are zero.
    #[error("個人番号の検査数字が合いません。入力誤りがないか確かめてください")]
    CheckDigit,
}

/// 個人番号, twelve digits of which the last is the check digit (番号法施行令8条, 総務省令5条).
///
/// It has no `Display` and no `Serialize`, and its `Debug` hides the digits: it leaves only through [`IndividualNumber::expose`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IndividualNumber(String);

impl IndividualNumber {
    /// Reads the number and checks its last digit.
    ///
    /// # Errors
    /// Wrong shape, wrong check digit, or all zeros (which passes the formula but is nobody's number).
    pub fn parse(text: &str) -> Result<Self, IndividualNumberError> {
        let text = text.trim();
        if text.len() != 12 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(IndividualNumberError::Shape);
        }
        let (body, last) = text.split_at(11);
        if check_digit(body) != last.chars().next() || text.bytes().all(|b| b == b'0') {
            return Err(IndividualNumberError::CheckDigit);
        }
        Ok(Self(text.to_owned()))
    }

    /// A number from the eleven digits before the check digit, as the national system makes them; used by the reference peers and the
    /// synthetic city only.
    ///
    /// # Errors
    /// When the body is not eleven digits or gives the all-zero number.
    pub fn from_body(body: &str) -> Result<Self, IndividualNumberError> {
        if body.len() != 11 || !body.bytes().all(|b| b.is_ascii_digit()) {
            return Err(IndividualNumberError::Shape);
        }
        let digit = check_digit(body).ok_or(IndividualNumberError::Shape)?;
        Self::parse(&format!("{body}{digit}"))
    }

    /// The digits, where the law lets them be used. Call it as late as possible.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for IndividualNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IndividualNumber(…)")
    }
}

/// Q(n) = n + 1 for n ≤ 6, n − 5 for n ≥ 7, n counted from the right of the body; remainder ≤ 1 gives 0, else 11 − remainder.
fn check_digit(body: &str) -> Option<char> {
    let sum: u32 =
        (1u32..).zip(body.bytes().rev()).map(|(n, d)| u32::from(d.wrapping_sub(b'0')) * if n <= 6 { n + 1 } else { n - 5 }).sum();
    let remainder = sum % 11;
    char::from_digit(if remainder <= 1 { 0 } else { 11 - remainder }, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors_hold() {
        let good = [
            "983205673214",
            "345678901234",
            "379474484458",
            "454972364860",
            "507957100721",
            "123456789018",
            "000000000019",
            "987654321093",
            "100000000005",
            "555555555557",
            "023456789013",
            "314159265352",
            "111111111118",
        ];
        for number in good {
            assert!(IndividualNumber::parse(number).is_ok(), "{number}");
        }
        let bodies = ["04", "13", "05", "00", "06", "01", "07", "02", "08", "03", "09"];
        let digits = [0u32, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1];
        for (tail, digit) in bodies.iter().zip(digits) {
            assert_eq!(check_digit(&format!("234567890{tail}")), char::from_digit(digit, 10), "{tail}");
        }
        for bad in
            ["983205673210", "507957100722", "123456789012", "999999999999", "000000000000", "12345678901", "12345678901a", ""]
        {
            assert!(IndividualNumber::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn debug_and_errors_hide_the_digits() {
        let number = IndividualNumber::parse("123456789018").unwrap();
        assert_eq!(format!("{number:?}"), "IndividualNumber(…)");
        assert!(!IndividualNumber::parse("123456789012").unwrap_err().to_string().contains("1234"));
    }
}
