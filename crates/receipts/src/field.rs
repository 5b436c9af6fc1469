//! The byte layer: columns, numbers and dates of one record.
//!
//! Records are split on bytes: in Shift_JIS the second byte of a character is 0x40–0xFC, so a comma or a line end never hides inside one.
//! There is no quoting; a quotation mark is an ordinary byte.

use kernel::time::{Date, YearMonth};
use std::fmt;

/// A column does not hold what its place demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadField;

/// The first `N` columns of a record (missing ones are empty) and the bytes after them.
pub fn columns<const N: usize>(record: &[u8]) -> ([&[u8]; N], &[u8]) {
    let mut out: [&[u8]; N] = [&[]; N];
    let mut rest = record;
    for slot in &mut out {
        match rest.iter().position(|&b| b == b',') {
            Some(i) => {
                *slot = rest.get(..i).unwrap_or_default();
                rest = rest.get(i + 1..).unwrap_or_default();
            }
            None => {
                *slot = rest;
                return (out, &[]);
            }
        }
    }
    (out, rest)
}

/// The column at a 0-based place; empty when the record is shorter.
pub fn column(record: &[u8], place: usize) -> &[u8] {
    record.split(|&b| b == b',').nth(place).unwrap_or_default()
}

/// A whole number of at most 18 digits; an empty column is `None`.
///
/// # Errors
/// Anything but ASCII digits (blanks around them are allowed).
pub fn number(field: &[u8]) -> Result<Option<u64>, BadField> {
    let field = field.trim_ascii();
    if field.is_empty() {
        return Ok(None);
    }
    if field.len() > 18 {
        return Err(BadField);
    }
    let mut n = 0u64;
    for &b in field {
        let digit = b.wrapping_sub(b'0');
        if digit > 9 {
            return Err(BadField);
        }
        n = n * 10 + u64::from(digit);
    }
    Ok(Some(n))
}

/// As [`number`], in a narrower type.
///
/// # Errors
/// As [`number`], and a number that does not fit.
pub fn small<T: TryFrom<u64>>(field: &[u8]) -> Result<Option<T>, BadField> {
    number(field)?.map(|n| T::try_from(n).map_err(|_| BadField)).transpose()
}

/// Points of a line; a reduction (減点) carries a minus sign.
///
/// # Errors
/// As [`number`].
pub fn signed(field: &[u8]) -> Result<Option<i32>, BadField> {
    match field.trim_ascii().split_first() {
        Some((b'-', digits)) if !digits.is_empty() => Ok(small::<i32>(digits)?.map(|n| -n)),
        _ => small(field),
    }
}

/// Western year of an era-coded year: 1 明治 2 大正 3 昭和 4 平成 5 令和.
fn era_year(era: u64, year: u64) -> Result<u64, BadField> {
    match era {
        1 => Ok(1867 + year),
        2 => Ok(1911 + year),
        3 => Ok(1925 + year),
        4 => Ok(1988 + year),
        5 => Ok(2018 + year),
        _ => Err(BadField),
    }
}

fn day_of(year: u64, month: u64, day: u64) -> Result<Date, BadField> {
    let (Ok(y), Ok(m), Ok(d)) = (i16::try_from(year), i8::try_from(month), i8::try_from(day)) else { return Err(BadField) };
    Date::new(y, m, d).map_err(|_| BadField)
}

/// 年月日: `YYYYMMDD`, or `GYYMMDD` of older files, told apart by length. An empty column is `None`.
///
/// # Errors
/// Another length, other characters, or a day that does not exist.
pub fn date(field: &[u8]) -> Result<Option<Date>, BadField> {
    let field = field.trim_ascii();
    let Some(n) = number(field)? else { return Ok(None) };
    let year = match field.len() {
        8 => n / 10_000,
        7 => era_year(n / 1_000_000, n / 10_000 % 100)?,
        _ => return Err(BadField),
    };
    day_of(year, n / 100 % 100, n % 100).map(Some)
}

/// 年月: `YYYYMM`, or `GYYMM` of older files, told apart by length. An empty column is `None`.
///
/// # Errors
/// As [`date`].
pub fn month(field: &[u8]) -> Result<Option<YearMonth>, BadField> {
    let field = field.trim_ascii();
    let Some(n) = number(field)? else { return Ok(None) };
    let year = match field.len() {
        6 => n / 100,
        5 => era_year(n / 10_000, n / 100 % 100)?,
        _ => return Err(BadField),
    };
    day_of(year, n % 100, 1).map(|day| Some(YearMonth::of(day)))
}

/// Up to 31 columns of day counts: the mask of days with a count (bit 0 is day 1) and the sum of the counts.
///
/// # Errors
/// Anything but digits and commas.
pub fn day_counts(rest: &[u8]) -> Result<(u32, u32), BadField> {
    let (mut mask, mut sum, mut place, mut n) = (0u32, 0u32, 0u32, 0u32);
    for &b in rest {
        if b == b',' {
            if n > 0 && place < 31 {
                mask |= 1 << place;
                sum = sum.saturating_add(n);
            }
            n = 0;
            place += 1;
        } else {
            let digit = b.wrapping_sub(b'0');
            if digit > 9 || n > 99_999 {
                return Err(BadField);
            }
            n = n * 10 + u32::from(digit);
        }
    }
    if n > 0 && place < 31 {
        mask |= 1 << place;
        sum = sum.saturating_add(n);
    }
    Ok((mask, sum))
}

/// A short code kept in place: up to `N` ASCII letters or digits, leading zeros included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code<const N: usize> {
    bytes: [u8; N],
    len: u8,
}

impl<const N: usize> Default for Code<N> {
    fn default() -> Self {
        Self { bytes: [0; N], len: 0 }
    }
}

impl<const N: usize> Code<N> {
    /// Reads a column; blanks around the code are dropped (a six-digit 保険者番号 is padded on the left).
    ///
    /// # Errors
    /// More than `N` characters, or others than ASCII letters and digits.
    pub fn read(field: &[u8]) -> Result<Self, BadField> {
        let field = field.trim_ascii();
        let mut code = Self::default();
        let target = code.bytes.get_mut(..field.len()).ok_or(BadField)?;
        if !field.iter().all(u8::is_ascii_alphanumeric) {
            return Err(BadField);
        }
        target.copy_from_slice(field);
        code.len = u8::try_from(field.len()).map_err(|_| BadField)?;
        Ok(code)
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The characters as bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// Nothing recorded.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The code as a number, when it has digits only; `None` for an empty or lettered code.
    pub fn value(&self) -> Option<u64> {
        number(self.as_bytes()).ok().flatten()
    }

    /// Does the last digit fit the others (weights 2, 1 from the right of the body)? Codes with letters do not.
    pub fn check_digit_fits(&self) -> bool {
        match self.as_bytes().split_last() {
            Some((last, body)) if body.iter().all(u8::is_ascii_digit) => kernel::ident::check::luhn(body) == *last,
            _ => false,
        }
    }
}

impl<const N: usize> fmt::Debug for Code<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl<const N: usize> fmt::Display for Code<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> TryFrom<&str> for Code<N> {
    type Error = BadField;
    fn try_from(text: &str) -> Result<Self, BadField> {
        Self::read(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_columns_are_empty_and_the_rest_is_kept() {
        let ([a, b, c], rest) = columns::<3>(b"RE,1");
        assert_eq!((a, b, c, rest), (&b"RE"[..], &b"1"[..], &b""[..], &b""[..]));
        let ([a, b], rest) = columns::<2>(b"SI,60,1,,5");
        assert_eq!((a, b, rest), (&b"SI"[..], &b"60"[..], &b"1,,5"[..]));
        assert_eq!(column(b"a,,c", 2), b"c");
        assert_eq!(column(b"a,,c", 9), b"");
    }

    #[test]
    fn numbers_are_digits_only() {
        assert_eq!(number(b""), Ok(None));
        assert_eq!(number(b" 12 "), Ok(Some(12)));
        assert_eq!(number(b"1.5"), Err(BadField));
        assert_eq!(number(b"1234567890123456789"), Err(BadField));
        assert_eq!(small::<u8>(b"256"), Err(BadField));
        assert_eq!(signed(b"-12"), Ok(Some(-12)));
        assert_eq!(signed(b"-"), Err(BadField));
    }

    #[test]
    fn western_and_era_dates_are_told_apart_by_length() {
        let day = Date::new(2026, 11, 20).unwrap();
        assert_eq!(date(b"20261120"), Ok(Some(day)));
        assert_eq!(date(b"5081120"), Ok(Some(day)));
        assert_eq!(date(b"20260230"), Err(BadField));
        assert_eq!(date(b"9081120"), Err(BadField));
        assert_eq!(date(b"2021301"), Err(BadField));
        assert_eq!(month(b"50811"), month(b"202611"));
        assert_eq!(month(b"202613"), Err(BadField));
        assert_eq!(month(b"1"), Err(BadField));
    }

    #[test]
    fn day_columns_become_a_mask_and_a_sum() {
        assert_eq!(day_counts(b",,1,,2"), Ok((0b10100, 3)));
        assert_eq!(day_counts(b""), Ok((0, 0)));
        assert_eq!(day_counts(b"1,x"), Err(BadField));
        let past_the_month = [b",".repeat(31), b"9".to_vec()].concat();
        assert_eq!(day_counts(&past_the_month), Ok((0, 0)));
    }

    #[test]
    fn codes_keep_leading_zeros_and_know_their_check_digit() {
        let insurer = Code::<8>::read(b"  272187").unwrap();
        assert_eq!(insurer.as_str(), "272187");
        assert!(insurer.check_digit_fits());
        assert!(!Code::<8>::try_from("83136019").unwrap().check_digit_fits());
        assert_eq!(Code::<7>::read(b"12345678"), Err(BadField));
        assert_eq!(Code::<8>::try_from("00000123").unwrap().value(), Some(123));
    }
}
