//! 全国地方公共団体コード: prefectures, cities, wards, towns and villages.

use crate::table::{Table, columns};
use kernel::ident::MunicipalityCode;
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::unpack(include_bytes!("../../../data/postal/municipalities.tsv.gz")));

/// A prefecture, designated city, ward, city, town or village.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Municipality {
    /// Code without check digit, 5 digits.
    pub code: &'static str,
    /// 大阪府.
    pub prefecture: &'static str,
    /// オオサカフ.
    pub prefecture_kana: &'static str,
    /// 和泉市, 堺市堺区, 泉北郡忠岡町 (with its county); empty for a prefecture.
    pub city: &'static str,
    /// イズミシ.
    pub city_kana: &'static str,
}

impl Municipality {
    /// The code with its check digit, 6 digits.
    pub fn full_code(&self) -> String {
        format!("{}{}", self.code, check_digit(self.code).unwrap_or_default())
    }

    /// 大阪府和泉市.
    pub fn name(&self) -> String {
        format!("{}{}", self.prefecture, self.city)
    }

    /// The city without its county: 忠岡町 for 泉北郡忠岡町. Cities that hold the word (郡山市, 小郡市) keep their names.
    pub fn short_name(&self) -> &'static str {
        let town = self.city.ends_with(['町', '村']);
        // The county's own name may begin with 郡, so its end is looked for after the first character.
        let county = self.city.char_indices().skip(1).find(|(_, c)| *c == '郡').filter(|_| town);
        county.and_then(|(at, c)| self.city.get(at + c.len_utf8()..)).unwrap_or(self.city)
    }

    /// True for one of the 47 prefectures.
    pub fn is_prefecture(&self) -> bool {
        self.city.is_empty()
    }
}

/// Check digit of a 5-digit code: weights 6, 5, 4, 3, 2; the remainder of the sum by 11 taken from 11, last digit. None for
/// anything but five digits.
pub fn check_digit(code: &str) -> Option<u8> {
    let digits: Vec<u32> = code.chars().map(|c| c.to_digit(10)).collect::<Option<_>>()?;
    if digits.len() != 5 {
        return None;
    }
    let sum: u32 = digits.iter().zip([6, 5, 4, 3, 2]).map(|(d, weight)| d * weight).sum();
    u8::try_from((11 - sum % 11) % 10).ok()
}

/// The municipality with this code: 5 digits, or 6 with the right check digit.
pub fn municipality(code: &str) -> Option<Municipality> {
    let five = code.get(..5)?;
    match code.len() {
        5 => {}
        6 => drop(MunicipalityCode::parse(code).ok()?),
        _ => return None,
    }
    TABLE.beginning(&format!("{five}\t")).next().map(read)
}

/// The 47 prefectures by code.
pub fn prefectures() -> impl Iterator<Item = Municipality> {
    all().filter(Municipality::is_prefecture)
}

/// Everything below a prefecture given by its first two digits: designated cities and their wards, cities, towns, villages.
pub fn municipalities_of(prefecture: &str) -> impl Iterator<Item = Municipality> + use<> {
    let prefix = if prefecture.len() == 2 { prefecture } else { "none" };
    TABLE.beginning(prefix).map(read).filter(|m| !m.is_prefecture())
}

/// All of them, by code.
pub fn all() -> impl Iterator<Item = Municipality> {
    TABLE.rows().map(read)
}

fn read(row: &'static str) -> Municipality {
    let [code, prefecture, prefecture_kana, city, city_kana] = columns(row);
    Municipality { code, prefecture, prefecture_kana, city, city_kana }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_codes_have_their_check_digits() {
        for (name, code) in [
            ("大阪府和泉市", "272191"),
            ("東京都新宿区", "131041"),
            ("大阪府堺市", "271403"),
            ("北海道札幌市", "011002"),
            ("大阪府大阪市", "271004"),
            ("東京都千代田区", "131016"),
            ("沖縄県八重山郡与那国町", "473821"),
            ("静岡県浜松市", "221309"),
            ("北海道蘂取村", "017001"),
            ("大阪府", "270008"),
        ] {
            let found = municipality(code).unwrap();
            assert_eq!((found.name().as_str(), found.full_code().as_str()), (name, code));
            assert_eq!(municipality(&code[..5]), Some(found));
        }
    }

    #[test]
    fn wrong_codes_are_unknown() {
        for code in ["272192", "99999", "2721", "", "27219１", "二七二一九", "2721910"] {
            assert_eq!(municipality(code), None, "{code}");
        }
        assert_eq!(check_digit("2721"), None);
    }

    #[test]
    fn every_code_is_unique_and_accepted_by_the_number_type() {
        assert_eq!(prefectures().count(), 47);
        assert!((1_900..2_100).contains(&TABLE.len()), "{}", TABLE.len());
        for place in all() {
            assert_eq!(MunicipalityCode::parse(&place.full_code()).map(|c| c.to_string()), Ok(place.full_code()));
            assert_eq!(municipality(place.code), Some(place));
            assert!(
                !place.prefecture_kana.is_empty() && (place.is_prefecture() || !place.city_kana.is_empty()),
                "{}",
                place.name()
            );
        }
    }

    #[test]
    fn a_prefecture_lists_its_cities_and_wards() {
        let osaka: Vec<_> = municipalities_of("27").collect();
        assert!(osaka.iter().any(|m| m.city == "和泉市") && osaka.iter().any(|m| m.city == "堺市中区"));
        assert!(osaka.iter().all(|m| m.prefecture == "大阪府" && !m.is_prefecture()));
        assert_eq!(municipalities_of("99").count() + municipalities_of("").count(), 0);
        let short = |code| municipality(code).map(|m| m.short_name());
        assert_eq!(short("27341"), Some("忠岡町"));
        assert_eq!(short("07203"), Some("郡山市"));
        assert_eq!(short("40216"), Some("小郡市"));
    }
}
