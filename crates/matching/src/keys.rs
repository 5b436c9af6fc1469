//! Comparison keys as 64-bit hashes: equal text after folding has an equal key, on every machine and in every run.

use crate::tables::Tables;

/// Hash of a text that is the same in every run; 0 stands for "nothing there".
pub(crate) fn hash(text: &str) -> u64 {
    if text.is_empty() { 0 } else { mixed(text.chars().fold(SEED, |h, c| step(h, u64::from(c as u32)))) }
}

/// One key from several; 0 when any part is missing.
pub(crate) fn join(parts: &[u64]) -> u64 {
    if parts.contains(&0) { 0 } else { mixed(parts.iter().fold(SEED, |h, p| step(h, *p))) }
}

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

fn step(h: u64, value: u64) -> u64 {
    (h.rotate_left(5) ^ value).wrapping_mul(0xF135_7AEA_2E62_A9C5)
}

fn mixed(h: u64) -> u64 {
    let h = (h ^ (h >> 32)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    (h ^ (h >> 29)).wrapping_mul(0xC4CE_B9FE_1A85_EC53) ^ (h >> 32)
}

/// What a name is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    Kana,
    Latin,
    Kanji,
}

/// The script of a folded name key. A name with an unreadable character (〓) counts for its reading only.
pub(crate) fn script(key: &str) -> Script {
    if key.contains('〓') || key.chars().all(|c| matches!(c, 'ァ'..='ヺ' | 'ー')) {
        Script::Kana
    } else if key.is_ascii() {
        Script::Latin
    } else {
        Script::Kanji
    }
}

/// Words of a name, split at blanks and at the dots and commas between foreign names.
pub(crate) fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| c.is_whitespace() || matches!(c, '・' | ',' | '，' | '、')).filter(|w| !w.is_empty())
}

/// Phone digits; 0 when there are fewer than six.
pub(crate) fn phone(text: &str) -> u64 {
    let digits = text.chars().filter_map(|c| match c {
        '０'..='９' => u32::from(c).checked_sub(u32::from('０')),
        _ => c.to_digit(10),
    });
    let (count, value) = digits.fold((0, 1u64), |(n, v), d| (n + 1, v.wrapping_mul(10).wrapping_add(u64::from(d))));
    if count < 6 { 0 } else { value }
}

/// Birth date as year × 10000 + month × 100 + day; 0 when missing or one of the fillers 1900-01-01 and 0000-00-00.
pub(crate) fn birth(text: &str) -> u32 {
    let date = match plain_date(text.as_bytes()) {
        Some(date) => date,
        None => kernel::text::parse_birth_query(text).map_or(0, |d| {
            u32::from(d.year().unsigned_abs()) * 10_000
                + u32::from(d.month().unsigned_abs()) * 100
                + u32::from(d.day().unsigned_abs())
        }),
    };
    if date == 19_000_101 { 0 } else { date }
}

/// 19860402 and 1986/04/02, the two forms that need no reader.
fn plain_date(text: &[u8]) -> Option<u32> {
    let digits = match text {
        [y1, y2, y3, y4, b'/' | b'-', m1, m2, b'/' | b'-', d1, d2] | [y1, y2, y3, y4, m1, m2, d1, d2] => {
            [y1, y2, y3, y4, m1, m2, d1, d2]
        }
        _ => return None,
    };
    let value = digits.iter().try_fold(0u32, |v, d| d.is_ascii_digit().then(|| v * 10 + u32::from(**d - b'0')))?;
    let (month, day) = (value / 100 % 100, value % 100);
    (value / 10_000 > 1800 && (1..=12).contains(&month) && (1..=31).contains(&day)).then_some(value)
}

/// An address for comparison: its town, its numbers and its room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Hash of the town's name without prefecture, city and ward.
    pub town: u64,
    /// House numbers in their order, then the room; at most five, zero-filled.
    pub numbers: [u16; 5],
    /// How many of the numbers are house numbers.
    pub lots: u8,
    /// How many there are with the room.
    pub len: u8,
}

/// How two addresses agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Near {
    /// Another place.
    Away,
    /// Only the town.
    Town,
    /// The same but for one number.
    Slip,
    /// The same lot, another room.
    OtherRoom,
    /// The same house, and the same room where both state it.
    Same,
}

impl Place {
    /// Reads an address and the building that is written apart from it.
    pub(crate) fn read(address: &str, building: &str, tables: &Tables) -> Self {
        let key = kernel::text::address_key(address, tables.fold);
        let local = tables.local(&key);
        // A number at the very front belongs to the town: 六条通.
        let name = local.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
        let Some(at) = local.get(name..).and_then(|rest| rest.find(|c: char| c.is_ascii_digit())).map(|at| at + name) else {
            return Self { town: hash(local), ..Self::default() };
        };
        let (town, rest) = local.split_at(at);
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(rest.len());
        let (lots, tail) = rest.split_at(end);
        let mut place = Self { town: hash(town), ..Self::default() };
        lots.split('-').for_each(|n| place.push(n));
        place.lots = place.len;
        match last_number(tail) {
            Some(room) => place.push(&room),
            None => last_number(building).into_iter().for_each(|room| place.push(&room)),
        }
        place
    }

    fn push(&mut self, digits: &str) {
        if let (Ok(n), Some(slot)) = (digits.parse::<u32>(), self.numbers.get_mut(usize::from(self.len))) {
            *slot = u16::try_from(n % 65_536).unwrap_or(0);
            self.len += 1;
        }
    }

    fn all(&self) -> &[u16] {
        self.numbers.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// Key of the lot: the town and the first two numbers. 0 when there is no house number.
    pub(crate) fn house(&self) -> u64 {
        match self.all() {
            [] => 0,
            [one] => join(&[self.town, u64::from(*one) + 1]),
            [one, two, ..] => join(&[self.town, u64::from(*one) + 1, u64::from(*two) + 1]),
        }
    }

    /// Key of the address without its room.
    pub(crate) fn lot(&self) -> u64 {
        let lots = self.numbers.iter().take(usize::from(self.lots)).map(|n| u64::from(*n) + 1);
        lots.fold(self.town, |key, n| join(&[key, n]))
    }

    /// How the two agree.
    pub(crate) fn near(&self, other: &Self) -> Near {
        if self.town == 0 || self.town != other.town {
            return Near::Away;
        }
        let (a, b) = (self.all(), other.all());
        let shared = a.iter().zip(b).take_while(|(x, y)| x == y).count();
        let shorter = a.len().min(b.len());
        if shorter == 0 {
            return Near::Town;
        }
        if shared >= 2.min(self.lots.max(other.lots)).into() && shared == shorter {
            return Near::Same;
        }
        let same_end = shorter >= 3 && a.last() == b.last();
        if shared >= 2 && same_end && a.len() != b.len() {
            return Near::Same;
        }
        let differing = a.iter().zip(b).filter(|(x, y)| x != y).count();
        let least_lots = usize::from(self.lots.min(other.lots));
        if shared >= 2 && shared >= least_lots {
            return Near::OtherRoom;
        }
        if differing == 1 && shorter >= 2 { Near::Slip } else { Near::Town }
    }
}

/// The last run of digits, in any width: the room in 第２津久野６１２号.
fn last_number(text: &str) -> Option<String> {
    let digit = |c: char| match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')),
        '0'..='9' => Some(c),
        _ => None,
    };
    let mut run: Vec<char> = text.chars().rev().skip_while(|c| digit(*c).is_none()).map_while(digit).collect();
    run.reverse();
    (!run.is_empty()).then(|| run.into_iter().collect())
}

/// A letter of a reading as a copyist may have taken it: marks of voice are lost, シ and ツ, ソ and ン look alike.
pub(crate) fn as_copied(letter: char) -> char {
    let back = |n| char::from_u32(letter as u32 - n).unwrap_or(letter);
    match letter {
        'ツ' | 'ヅ' => 'シ',
        'ン' => 'ソ',
        'ガ' | 'ギ' | 'グ' | 'ゲ' | 'ゴ' | 'ザ' | 'ジ' | 'ズ' | 'ゼ' | 'ゾ' | 'ダ' | 'ヂ' | 'デ' | 'ド' => back(1),
        'バ' | 'ビ' | 'ブ' | 'ベ' | 'ボ' => back(1),
        'パ' | 'ピ' | 'プ' | 'ペ' | 'ポ' => back(2),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(address: &str, building: &str) -> Place {
        Place::read(address, building, &Tables::new("試験", |c| c, ["大阪府", "堺市北区", "堺市堺区", "堺市", "北区", "堺区"]))
    }

    #[test]
    fn one_home_in_five_notations() {
        let home = place("大阪府堺市北区長曽根町５丁８番１７号", "ヴィラ泉北２１０");
        for (address, building) in [
            ("堺市北区長曽根町5丁目8番17号", "ヴィラ泉北210号室"),
            ("堺市北区長曽根町5丁目8番17号　ヴィラ泉北210号", ""),
            ("長曽根町５－８－１７", ""),
            ("北区長曽根町５ー８ー１７ー２１０", ""),
            ("堺市北区長曽根町五丁目八番十七号", "ヴィラ泉北210号"),
        ] {
            assert_eq!(place(address, building).near(&home), Near::Same, "{address}");
            assert_eq!(place(address, building).house(), home.house(), "{address}");
        }
        assert_eq!(place("長曽根町５－８－１７－２１１", "").near(&home), Near::OtherRoom);
        assert_eq!(place("長曽根町５－８－１８", "").near(&home), Near::Slip);
        assert_eq!(place("長曽根町１－２－１８", "").near(&home), Near::Town);
        assert_eq!(place("東長曽根町５－８－１７", "").near(&home), Near::Away);
    }

    #[test]
    fn a_lot_without_chome_keeps_its_room() {
        let home = place("堺市堺区南半町東611番地29", "府営南半東住宅25棟503号");
        assert_eq!(place("南半町東６１１ー２９ー５０３", "").near(&home), Near::Same);
        assert_eq!(place("南半町東611-29", "").near(&home), Near::Same);
        assert_eq!(place("南半町東611-29-504", "").near(&home), Near::OtherRoom);
    }

    #[test]
    fn a_town_named_after_a_market_keeps_its_name() {
        let home = place("大阪府堺市堺区神石市之町３丁４４番６号", "レジデンス鳳７０２号");
        assert_eq!(place("神石市ノ町3-44-6", "").near(&home), Near::Same);
    }

    #[test]
    fn fillers_are_no_birth_dates() {
        for filler in ["", "00000000", "19000101", "不詳", "9999"] {
            assert_eq!(birth(filler), 0, "{filler}");
        }
        for typed in ["19610525", "1961/05/25", "S36.5.25", "3360525", "昭和36年5月25日"] {
            assert_eq!(birth(typed), 19_610_525, "{typed}");
        }
    }

    #[test]
    fn keys_of_missing_parts_are_missing() {
        assert_eq!(hash(""), 0);
        assert_eq!(join(&[hash("高崎"), 0]), 0);
        assert_ne!(join(&[1, 2]), join(&[2, 1]));
    }
}
