//! 文字情報基盤: folding of variants, MJ glyph names and the repertoires of the JIS standards.

use crate::table::{Table, columns};
use std::fmt;
use std::sync::LazyLock;

/// Representative of each code point, itself where nothing is known. One flat table up to the last folded character.
static FOLD: LazyLock<Vec<char>> = LazyLock::new(|| {
    let table = Table::unpack(include_bytes!("../../../data/moji/fold.tsv.gz"));
    let pairs = || table.rows().map(columns).filter_map(|[from, to]| Some((hex(from)?, char::from_u32(hex(to)?)?)));
    let size = pairs().map(|(from, _)| from + 1).max().unwrap_or(0);
    let mut fold: Vec<char> = (0..size).map(|c| char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    for (from, to) in pairs() {
        if let Some(slot) = fold.get_mut(from as usize) {
            *slot = to;
        }
    }
    fold
});

/// (code point, variation selector or 0) → MJ number, sorted.
static GLYPHS: LazyLock<Vec<((u32, u32), u32)>> = LazyLock::new(|| {
    let table = Table::unpack(include_bytes!("../../../data/moji/characters.tsv.gz"));
    let read = |row| {
        let [base, selector, number] = columns(row);
        Some(((hex(base)?, hex(selector).unwrap_or(0)), number.parse().ok()?))
    };
    table.rows().filter_map(read).collect()
});

/// Characters beyond ASCII of JIS X 0208 and, apart, the further ones of JIS X 0213, sorted.
static JIS: LazyLock<[Vec<u32>; 2]> = LazyLock::new(|| {
    let table = Table::unpack(include_bytes!("../../../data/jis/repertoire.tsv.gz"));
    let of = |standard| {
        let codes = table.rows().map(columns).filter(|[_, first]| *first == standard);
        codes.filter_map(|[code, _]| hex(code)).collect()
    };
    [of("0208"), of("0213")]
});

/// The representative of a character's variants, for search and comparison only: 髙 → 高, 邉 邊 → 辺, 张 → 張.
/// A character without known variants is its own. A representative folds to itself.
pub fn fold(c: char) -> char {
    FOLD.get(c as usize).copied().unwrap_or(c)
}

/// Name of a glyph of 文字情報基盤; displays as MJ026190.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MjName(pub u32);

impl fmt::Display for MjName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MJ{:06}", self.0)
    }
}

/// The glyph of one character: a kanji, or a kanji with its variation selector. None for other text and unknown sequences.
pub fn mj_name(character: &str) -> Option<MjName> {
    let mut chars = character.chars();
    let key = (chars.next()? as u32, chars.next().map_or(0, |selector| selector as u32));
    if chars.next().is_some() {
        return None;
    }
    let at = GLYPHS.binary_search_by_key(&key, |(key, _)| *key).ok()?;
    GLYPHS.get(at).map(|(_, number)| MjName(*number))
}

/// The smallest JIS repertoire that holds a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Repertoire {
    /// ASCII, or JIS X 0208 (第1・第2水準): every system can carry it.
    X0208,
    /// JIS X 0213:2004 (第3・第4水準).
    X0213,
    /// Neither: needs 文字情報基盤, a variation sequence or a gaiji.
    Beyond,
}

/// Which JIS standard holds a character.
pub fn repertoire(c: char) -> Repertoire {
    let [first, second] = &*JIS;
    match c as u32 {
        0x20..=0x7E => Repertoire::X0208,
        code if first.binary_search(&code).is_ok() => Repertoire::X0208,
        code if second.binary_search(&code).is_ok() => Repertoire::X0213,
        _ => Repertoire::Beyond,
    }
}

fn hex(text: &str) -> Option<u32> {
    u32::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_variants_fold_to_the_usual_character() {
        for pair in [
            "髙高", "﨑崎", "𠮷吉", "邉辺", "邊辺", "澤沢", "齋斎", "齊斉", "廣広", "濵浜", "濱浜", "德徳", "嶋島", "嶌島",
            "冨富", "峯峰", "櫻桜", "國国", "眞真", "龍竜", "栁柳", "榮栄", "惠恵", "瀨瀬", "藏蔵", "曾曽", "桒桑", "薗園",
            "渕淵", "緖緒", "彌弥", "靜静", "遙遥", "槇槙", "昻昂", "冲沖", "舘館", "檮梼", "鴎鷗", "張張", "鲁魯", "业業",
            "张張", "陈陳", "塚塚", "隆隆", "神神", "⼀一",
        ] {
            let (from, to) = (pair.chars().next().unwrap(), pair.chars().nth(1).unwrap());
            assert_eq!(fold(from), to, "{pair}");
        }
    }

    #[test]
    fn usual_and_different_characters_stay() {
        for c in "高崎辺書師功昼帥斉斎坂阪島嶺子一ア亜aZ0\u{E000}".chars() {
            assert_eq!(fold(c), c);
        }
        assert_eq!(fold(char::MAX), char::MAX);
    }

    #[test]
    fn a_representative_is_its_own_representative() {
        assert!(FOLD.iter().filter(|c| fold(**c) != **c).count() == 0);
        let folded =
            FOLD.iter().enumerate().filter(|(code, c)| *code != **c as usize && **c != char::REPLACEMENT_CHARACTER).count();
        assert!(folded > 15_000, "{folded}");
    }

    #[test]
    fn characters_and_sequences_have_their_mj_names() {
        let name = |text| mj_name(text).map(|n| n.to_string());
        assert_eq!(name("髙").as_deref(), Some("MJ028902"));
        assert_eq!(name("邉").as_deref(), Some("MJ026190"));
        assert_eq!(name("邉\u{E010F}").as_deref(), Some("MJ026190"));
        assert_eq!(name("邉\u{E0119}").as_deref(), Some("MJ026191"));
        assert_eq!(name("𠮷").as_deref(), Some("MJ032129"));
        assert_eq!(name("﨑\u{E0103}").as_deref(), Some("MJ030197"));
        for other in ["", "A", "高崎", "高\u{E01EF}", "邉\u{E010F}\u{E010F}"] {
            assert_eq!(mj_name(other), None, "{other}");
        }
        assert!(GLYPHS.len() > 60_000 && GLYPHS.is_sorted());
    }

    #[test]
    fn repertoires_tell_what_other_systems_can_carry() {
        for c in "高崎あアＡー〜～－①".chars().filter(|c| *c != '①') {
            assert_eq!(repertoire(c), Repertoire::X0208, "{c}");
        }
        for c in "﨑①俠".chars() {
            assert_eq!(repertoire(c), Repertoire::X0213, "{c}");
        }
        for c in "髙𠮷濵ｱ\u{E000}".chars() {
            assert_ne!(repertoire(c), Repertoire::X0208, "{c}");
        }
        assert_eq!(repertoire('髙'), Repertoire::Beyond);
        assert_eq!(JIS.each_ref().map(Vec::len), [6_885, 4_326]);
        assert!(JIS.iter().all(|codes| codes.is_sorted()));
    }
}
