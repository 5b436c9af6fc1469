//! Postal codes and towns (町域) of Japan.

use crate::municipality::{Municipality, municipality};
use crate::table::{Table, columns, partition};
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::unpack(include_bytes!("../../../data/postal/towns.tsv.gz")));

/// Row positions in the order of their postal codes.
static BY_CODE: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let mut rows: Vec<u32> = (0..u32::try_from(TABLE.len()).unwrap_or(u32::MAX)).collect();
    rows.sort_by_key(|row| code_of(TABLE.row(*row as usize)));
    rows
});

/// A town, or the part of one, that a postal code covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Town {
    /// 7 digits.
    pub postal_code: &'static str,
    /// Where it lies.
    pub municipality: Municipality,
    /// 府中町; empty when the code covers whatever has none of its own.
    pub name: &'static str,
    /// フチュウチョウ.
    pub kana: &'static str,
    /// Which part of the town: 1〜19丁目, その他, 7階; empty for all of it.
    pub note: &'static str,
}

impl Town {
    /// 大阪府和泉市府中町.
    pub fn address(&self) -> String {
        format!("{}{}", self.municipality.name(), self.name)
    }
}

/// The digits of a postal code in any notation (〒594-0071, ５９４－００７１), or None.
pub fn digits(text: &str) -> Option<String> {
    let text = kernel::text::fold_width(text);
    let plain: String = text.chars().filter(|c| !matches!(c, '〒' | ' ' | '-' | '‐'..='―' | '−' | 'ー')).collect();
    (plain.len() == 7 && plain.bytes().all(|b| b.is_ascii_digit())).then_some(plain)
}

/// 594-0071; anything but seven digits comes back as it is.
pub fn hyphenated(code: &str) -> String {
    match (code.len(), code.get(..3), code.get(3..)) {
        (7, Some(area), Some(rest)) => format!("{area}-{rest}"),
        _ => code.to_owned(),
    }
}

/// What a postal code covers, in any notation: usually one town, sometimes many, none for an unknown code.
pub fn lookup(code: &str) -> Vec<Town> {
    let Some(code) = digits(code) else { return vec![] };
    let at = |position: usize| BY_CODE.get(position).map_or("", |row| TABLE.row(*row as usize));
    let from = partition(BY_CODE.len(), |position| code_of(at(position)) < code.as_str());
    (from..BY_CODE.len()).map(at).take_while(|row| code_of(row) == code).filter_map(read).collect()
}

/// The towns of a municipality (5 or 6 digits) with their postal codes. A town with several codes comes several times.
pub fn towns(code: &str) -> impl Iterator<Item = Town> + use<> {
    let prefix = municipality(code).map_or("none".to_owned(), |m| format!("{}\t", m.code));
    TABLE.beginning(&prefix).filter_map(read)
}

/// The postal code is the second column, after five digits and a tab.
fn code_of(row: &str) -> &str {
    row.get(6..13).unwrap_or_default()
}

fn read(row: &'static str) -> Option<Town> {
    let [code, postal_code, name, kana, note] = columns(row);
    Some(Town { postal_code, municipality: municipality(code)?, name, kana, note })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postal_code_gives_the_town_in_any_notation() {
        for typed in ["5940071", "594-0071", "〒594-0071", "〒５９４－００７１", " 594 0071 "] {
            let found = lookup(typed);
            let [town] = found.as_slice() else { panic!("{typed}: {found:?}") };
            assert_eq!(town.address(), "大阪府和泉市府中町");
            assert_eq!((town.kana, town.municipality.full_code().as_str()), ("フチュウチョウ", "272191"));
            assert_eq!(hyphenated(town.postal_code), "594-0071");
        }
    }

    #[test]
    fn one_code_may_cover_many_towns_and_parts_are_named() {
        let several = lookup("0040000");
        assert_eq!(several.iter().map(|t| t.municipality.city).collect::<Vec<_>>(), ["札幌市厚別区", "札幌市清田区"]);
        assert_eq!(lookup("0600042").first().map(|t| (t.name, t.note)), Some(("大通西", "1〜19丁目")));
        assert_eq!(lookup("1000001").first().map(Town::address).as_deref(), Some("東京都千代田区千代田"));
    }

    #[test]
    fn unknown_codes_give_nothing() {
        for typed in ["9999999", "000", "", "594007", "59400711", "和泉市", "５９４－００７"] {
            assert_eq!(lookup(typed), [], "{typed}");
        }
        assert_eq!(towns("99999").count() + towns("").count(), 0);
    }

    #[test]
    fn a_city_lists_its_towns() {
        let names: Vec<_> = towns("272191").map(|t| t.name).collect();
        assert!(names.len() > 60 && names.contains(&"府中町") && names.contains(&"いぶき野"), "{}", names.len());
        assert!(towns("27219").all(|t| t.municipality.city == "和泉市"));
    }

    #[test]
    fn every_row_belongs_to_a_known_municipality() {
        assert!(TABLE.len() > 120_000, "{}", TABLE.len());
        assert!(TABLE.rows().all(|row| read(row).is_some_and(|t| digits(t.postal_code).as_deref() == Some(t.postal_code))));
    }
}
