//! Numbers with their check digits. Each parses once and is then trusted; `issue` makes the numbers that a city itself gives out.
//!
//! 個人番号 is not here but in the crate `mynumber`; 符号 will live in `wire`.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// Why a number was refused. Never contains the number itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IdentError {
    /// Wrong number of digits.
    #[error("{name}は{expected}桁です")]
    Length {
        /// Name of the number.
        name: &'static str,
        /// Digits expected.
        expected: &'static str,
    },
    /// Something other than the digits 0–9.
    #[error("{name}は半角数字で入力してください")]
    NotDigits {
        /// Name of the number.
        name: &'static str,
    },
    /// The last digit does not fit the others.
    #[error("{name}の検査数字が合いません。入力誤りがないか確かめてください")]
    CheckDigit {
        /// Name of the number.
        name: &'static str,
    },
    /// The serial number has no valid check digit or does not fit.
    #[error("{name}の連番がこの番号では発番できません")]
    NotIssuable {
        /// Name of the number.
        name: &'static str,
    },
}

/// Check digits, by the rule each number's specification names. All take the body without the check digit.
pub mod check {
    /// The remainder of M11W2-7: weights from the right 2,3,4,5,6,7,2,3 …, modulo 11.
    pub fn modulus11_remainder(body: &[u8]) -> u32 {
        let weights = [2u32, 3, 4, 5, 6, 7].into_iter().cycle();
        body.iter().rev().zip(weights).map(|(d, w)| u32::from(d.wrapping_sub(b'0')) * w).sum::<u32>() % 11
    }

    /// M11W2-7 for validation: `11 − r`, and 0 for r = 0 and r = 1.
    pub fn modulus11(body: &[u8]) -> u8 {
        match modulus11_remainder(body) {
            0 | 1 => b'0',
            r => b'0' + (11 - r as u8),
        }
    }

    /// Luhn with weight 2 on the right-most digit: insurers, bearers, recipients and institutions
    /// (保険者番号等設定要領「末尾の桁を起点に順次2と1を乗じ」).
    pub fn luhn(body: &[u8]) -> u8 {
        let sum: u32 = body
            .iter()
            .rev()
            .zip([2u32, 1].into_iter().cycle())
            .map(|(d, w)| {
                let p = u32::from(d.wrapping_sub(b'0')) * w;
                p / 10 + p % 10
            })
            .sum();
        b'0' + ((10 - sum % 10) % 10) as u8
    }

    /// 全国地方公共団体コード: weights 6,5,4,3,2; (11 − S mod 11) mod 10.
    pub fn municipality(body: &[u8]) -> u8 {
        let sum: u32 = body.iter().zip([6u32, 5, 4, 3, 2]).map(|(d, w)| u32::from(d.wrapping_sub(b'0')) * w).sum();
        b'0' + ((11 - sum % 11) % 10) as u8
    }
}

fn digits(text: &str, name: &'static str, lengths: &[usize], expected: &'static str) -> Result<String, IdentError> {
    let text = text.trim();
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(IdentError::NotDigits { name });
    }
    if !lengths.contains(&text.len()) {
        return Err(IdentError::Length { name, expected });
    }
    Ok(text.to_owned())
}

macro_rules! number {
    ($(#[$doc:meta])* $type:ident, $name:literal, [$($len:literal),+], $expected:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(String);

        impl $type {
            /// Name in messages.
            pub const NAME: &'static str = $name;

            /// Reads the number and checks its last digit.
            ///
            /// # Errors
            /// Wrong length, other characters than digits, or a wrong check digit.
            pub fn parse(text: &str) -> Result<Self, IdentError> {
                let text = digits(text, $name, &[$($len),+], $expected)?;
                let check: fn(&[u8]) -> u8 = $check;
                match text.as_bytes().split_last() {
                    Some((last, body)) if check(body) == *last => Ok(Self(text)),
                    _ => Err(IdentError::CheckDigit { name: $name }),
                }
            }

            /// The digits.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $type {
            type Error = IdentError;
            fn try_from(text: String) -> Result<Self, IdentError> {
                Self::parse(&text)
            }
        }

        impl From<$type> for String {
            fn from(number: $type) -> String {
                number.0
            }
        }
    };
}

macro_rules! issued {
    ($type:ident, $width:literal) => {
        impl $type {
            /// The number for a serial, or an error for serials whose remainder is 1: the specification leaves their check digit
            /// open (11 − 1 = 10), so a city that skips them issues only numbers that are right under any reading.
            ///
            /// # Errors
            /// [`IdentError::NotIssuable`] when the serial must be skipped or is too large.
            pub fn issue(serial: u64) -> Result<Self, IdentError> {
                let body = format!("{serial:0width$}", width = $width - 1);
                if body.len() != $width - 1 || check::modulus11_remainder(body.as_bytes()) == 1 {
                    return Err(IdentError::NotIssuable { name: Self::NAME });
                }
                let last = char::from(check::modulus11(body.as_bytes()));
                Ok(Self(format!("{body}{last}")))
            }
        }
    };
}

number!(
    /// 宛名番号: a city's number for a person in its registers, 15 digits, 連番 + M11W2-7 (住民記録システム標準仕様書 1.1.13).
    AtenaNo, "宛名番号", [15], "15", check::modulus11
);
issued!(AtenaNo, 15);
number!(
    /// 世帯番号: same rule as 宛名番号 (住民記録システム標準仕様書 1.1.13).
    SetaiNo, "世帯番号", [15], "15", check::modulus11
);
issued!(SetaiNo, 15);
number!(
    /// 団体内統合宛名番号 (団番): one person, one number across all programmes, 1:1 with 個人番号.
    DanNo, "団体内統合宛名番号", [15], "15", check::modulus11
);
issued!(DanNo, 15);
number!(
    /// 住民票コード: 10 digits + check digit. The check rule is M11W2-7 by observation of published samples; no public formula exists.
    JuminhyoCode, "住民票コード", [11], "11", check::modulus11
);
issued!(JuminhyoCode, 11);
number!(
    /// 保険者番号: 8 digits, or 6 for 国民健康保険.
    InsurerNo, "保険者番号", [6, 8], "6桁または8", check::luhn
);
number!(
    /// 公費負担者番号: 法別 2 + 都道府県 2 + 実施機関 3 + check digit.
    KohiBearerNo, "公費負担者番号", [8], "8", check::luhn
);
number!(
    /// 公費負担医療の受給者番号: 6 digits + check digit.
    RecipientNo, "受給者番号", [7], "7", check::luhn
);
number!(
    /// 医療機関コード in its full form: 都道府県 2 + 点数表 1 + 郡市区 2 + 番号 4 + check digit over those nine.
    MedicalInstitutionCode, "医療機関コード", [10], "10", check::luhn
);
number!(
    /// 全国地方公共団体コード, 5 digits + check digit.
    MunicipalityCode, "全国地方公共団体コード", [6], "6", check::municipality
);

impl InsurerNo {
    /// 国民健康保険 has six digits.
    pub fn is_national_health(&self) -> bool {
        self.0.len() == 6
    }
}

impl KohiBearerNo {
    /// 法別番号, the first two digits.
    pub fn law_code(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }

    /// The number with the given 法別 (2), 都道府県 (2) and 実施機関 (3).
    ///
    /// # Errors
    /// When the body is not seven digits.
    pub fn from_body(body: &str) -> Result<Self, IdentError> {
        let body = digits(body, Self::NAME, &[7], "検査数字を除き7")?;
        let last = char::from(check::luhn(body.as_bytes()));
        Ok(Self(format!("{body}{last}")))
    }
}

impl RecipientNo {
    /// The number for a serial of up to six digits.
    ///
    /// # Errors
    /// [`IdentError::NotIssuable`] when the serial is above 999,999.
    pub fn issue(serial: u32) -> Result<Self, IdentError> {
        let body = format!("{serial:06}");
        if body.len() != 6 {
            return Err(IdentError::NotIssuable { name: Self::NAME });
        }
        let last = char::from(check::luhn(body.as_bytes()));
        Ok(Self(format!("{body}{last}")))
    }
}

impl MedicalInstitutionCode {
    /// The full code from 都道府県 (2), 点数表 (1) and the seven digits that stand in a receipt (郡市区 2, 番号 4, check digit).
    ///
    /// # Errors
    /// As [`MedicalInstitutionCode::parse`].
    pub fn from_receipt(prefecture: &str, table: &str, local: &str) -> Result<Self, IdentError> {
        Self::parse(&format!("{prefecture}{table}{local}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors_hold() {
        for ok in ["33120015", "01010016", "01130012"] {
            assert!(InsurerNo::parse(ok).is_ok(), "{ok}");
        }
        assert!(InsurerNo::parse("272187").is_ok_and(|n| n.is_national_health()));
        for ok in ["54016027", "12131041", "12272183"] {
            assert!(KohiBearerNo::parse(ok).is_ok(), "{ok}");
        }
        assert_eq!(KohiBearerNo::parse("83136019"), Err(IdentError::CheckDigit { name: "公費負担者番号" }));
        assert!(MedicalInstitutionCode::parse("0110113719").is_ok());
        assert_eq!(RecipientNo::issue(0).unwrap().as_str(), "0000000");
        for ok in ["24727059608", "24846016224", "25208017643"] {
            assert!(JuminhyoCode::parse(ok).is_ok(), "{ok}");
        }
        assert!(JuminhyoCode::parse("25208017644").is_err());
        for ok in ["272191", "131041", "271403", "011002", "271004", "131016", "473821", "131016", "472018"] {
            assert!(MunicipalityCode::parse(ok).is_ok(), "{ok}");
        }
    }

    #[test]
    fn issued_numbers_follow_m11w2_7_and_skip_the_open_case() {
        let last = |serial| AtenaNo::issue(serial).ok().and_then(|n| n.as_str().chars().last());
        let expected = [
            (100, '7'),
            (101, '5'),
            (102, '3'),
            (103, '1'),
            (105, '8'),
            (106, '6'),
            (107, '4'),
            (108, '2'),
            (109, '0'),
            (113, '9'),
        ];
        for (serial, digit) in expected {
            assert_eq!(last(serial), Some(digit), "{serial}");
        }
        assert_eq!(AtenaNo::issue(104), Err(IdentError::NotIssuable { name: "宛名番号" }));
        assert!(AtenaNo::issue(100_000_000_000_000).is_err());
    }

    #[test]
    fn every_single_digit_error_is_found() {
        let good = AtenaNo::issue(123_457).unwrap();
        for i in 0..15 {
            for d in b'0'..=b'9' {
                let mut bytes = good.as_str().as_bytes().to_vec();
                if bytes[i] != d {
                    bytes[i] = d;
                    let text = String::from_utf8(bytes).unwrap();
                    // r = 0 and r = 1 share the digit 0 in validation, so a body error may hide behind a final 0 only.
                    assert!(AtenaNo::parse(&text).is_err() || text.ends_with('0'), "{text}");
                }
            }
        }
    }

    #[test]
    fn bad_input_says_what_is_wrong_without_repeating_it() {
        for bad in ["", "12", "12345678901234x", "１２３"] {
            let message = AtenaNo::parse(bad).unwrap_err().to_string();
            assert!(message.contains("宛名番号") && (bad.is_empty() || !message.contains(bad)) || bad == "12", "{message}");
        }
    }
}
