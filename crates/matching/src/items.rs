//! The four items (基本4情報) as one key, for a register that is compared with itself: people who differ in nothing else have equal keys.

use crate::keys::{self, Place, hash, join};
use crate::tables::Tables;
use kernel::text::name_key;

/// Key of a name, a birth date, a sex and an address (without 方書) after folding; `None` where the name, the whole birth date or the house
/// number is missing, because such records say too little.
pub fn four_items(tables: &Tables, name: &str, birth: &str, sex: &str, address: &str) -> Option<u64> {
    let place = Place::read(address, "", tables);
    let at_home = place.numbers.iter().fold(place.house(), |key, n| join(&[key, u64::from(*n) + 1]));
    let key = join(&[hash(&name_key(name, tables.fold)), keys::birth(birth).into(), hash(sex) | 1, at_home]);
    (key != 0).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ways_of_writing_are_one_key_and_a_missing_item_is_none() {
        let tables = Tables::new("試験", |c| if c == '髙' { '高' } else { c }, ["大阪府", "みなと市"]);
        let key = |name, birth, sex, address| four_items(&tables, name, birth, sex, address);
        let one = key("髙山　花子", "昭和45年5月1日", "女", "大阪府みなと市中央区港町二丁目7番5号");
        assert!(one.is_some());
        assert_eq!(one, key("高山花子", "1970-05-01", "女", "みなと市中央区港町2-7-5"));
        for other in [
            key("高山花代", "1970-05-01", "女", "みなと市中央区港町2-7-5"),
            key("高山花子", "1970-05-02", "女", "みなと市中央区港町2-7-5"),
            key("高山花子", "1970-05-01", "男", "みなと市中央区港町2-7-5"),
            key("高山花子", "1970-05-01", "女", "みなと市中央区港町2-7-6"),
        ] {
            assert!(other.is_some() && other != one);
        }
        let little = [
            ("", "1970-05-01", "みなと市港町2-7-5"),
            ("高山花子", "年月日不詳", "みなと市港町2-7-5"),
            ("高山花子", "1970-05-01", "みなと市"),
        ];
        for (name, birth, address) in little {
            assert_eq!(key(name, birth, "女", address), None);
        }
    }
}
