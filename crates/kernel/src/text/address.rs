//! Addresses for comparison: 丁目, 番地, 番, 号, の and every dash become one hyphen, kanji numerals before them digits.

use super::kana::{is_hyphen, is_katakana, katakana, large};
use super::tokens::Fold;
use super::variation::is_selector;
use super::width::fold_width;

/// The comparison key of an address: 和泉市府中町二丁目７番５号, 和泉市府中町2丁目7番地の5 and 和泉市府中町２－７－５ are all
/// 和泉市府中町2-7-5. Variants are folded, ヶ が ケ between kanji are ケ, 之 の ノ are ノ, 大字 and blanks are dropped, numbers that
/// only a blank parts are joined by a hyphen. Numerals inside names (三国町, 八丁堀, 三番町) stay. Never shown, never stored as address.
pub fn address_key(text: &str, fold: Fold) -> String {
    let level = |c: char| fold(large(katakana(c)));
    let chars: Vec<char> =
        fold_width(text).chars().filter(|c| !is_selector(*c)).map(level).flat_map(char::to_uppercase).collect();
    let chars = if chars.iter().any(|c| is_numeral(*c)) { digits_for_numerals(&chars) } else { chars };
    let mut key = Key::default();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let rest = chars.get(at..).unwrap_or_default();
        let next = rest.get(1).copied();
        let unit = if key.in_number() { unit_length(rest) } else { 0 };
        if unit > 0 {
            key.part_number();
            at += unit;
            continue;
        }
        match c {
            _ if is_hyphen(c) => key.hyphen(c, next),
            _ if c.is_whitespace() => key.part_number(),
            '之' | '乃' | 'ノ' if key.in_number() && next.is_some_and(|n| n.is_ascii_digit()) => key.part_number(),
            '之' | '乃' => key.write('ノ'),
            'ガ' | 'ケ' if key.ends_in_kanji() && next.is_some_and(is_kanji) => key.write('ケ'),
            '字' if key.out.ends_with('大') => key.drop_last(),
            '字' if key.out.ends_with(['市', '町', '村', '郡', '区']) => {}
            _ if c.is_alphanumeric() || matches!(c, '〓' | '\u{E000}'..='\u{F8FF}') => key.write(c),
            _ => key.part_number(),
        }
        at += 1;
    }
    key.out
}

#[derive(Default)]
struct Key {
    out: String,
    parted: bool,
}

impl Key {
    fn in_number(&self) -> bool {
        self.out.ends_with(|c: char| c.is_ascii_digit())
    }

    fn ends_in_kanji(&self) -> bool {
        self.out.ends_with(is_kanji)
    }

    /// Whatever number follows is the next one: 2丁目7 → 2-7.
    fn part_number(&mut self) {
        self.parted = true;
    }

    fn hyphen(&mut self, c: char, next: Option<char>) {
        if self.out.ends_with(is_katakana) && (c == 'ー' || next.is_some_and(is_katakana)) {
            self.write('ー');
        } else if !self.out.ends_with('ー') || c != 'ー' {
            self.part_number();
        }
    }

    fn write(&mut self, c: char) {
        if self.parted && c.is_ascii_digit() && self.in_number() {
            self.out.push('-');
        }
        self.parted = false;
        self.out.push(c);
    }

    fn drop_last(&mut self) {
        self.out.pop();
    }
}

/// Length of the unit word at the start of `rest`, 0 for none. 番, 号 and 丁 also begin names (番町, 号室, 丁堀): not then.
fn unit_length(rest: &[char]) -> usize {
    let next = |n: usize| rest.get(n).copied();
    let number_or_end = |c: Option<char>| c.is_none_or(|c| c.is_ascii_digit() || c.is_whitespace() || is_hyphen(c) || c == 'ノ');
    match (next(0), next(1)) {
        (Some('丁'), Some('目')) | (Some('番'), Some('地')) => 2,
        (Some('丁' | '番'), after) if number_or_end(after) => 1,
        (Some('号'), after) if !after.is_some_and(|c| "室棟館線車地".contains(c)) => 1,
        _ => 0,
    }
}

/// Kanji numerals become digits where a unit follows (二丁目, 十二番, 北四条), so that names keep theirs.
fn digits_for_numerals(chars: &[char]) -> Vec<char> {
    let mut out = Vec::with_capacity(chars.len());
    let mut at = chars.len();
    // From the right, because whether 三 in 三番三 is a number depends on what follows 番.
    while let Some(last) = at.checked_sub(1) {
        let Some(&c) = chars.get(last) else { break };
        let tail: Vec<char> = out.iter().rev().take(2).copied().collect();
        let counted = unit_length(&tail) > 0 || tail.first().is_some_and(|c| "条線階".contains(*c)) || follows_unit(chars, last);
        let start = chars.iter().take(at).rposition(|c| !is_numeral(*c)).map_or(0, |p| p + 1);
        match chars.get(start..at).filter(|run| !run.is_empty() && counted).and_then(value) {
            Some(number) => {
                out.extend(number.to_string().chars().rev());
                at = start;
            }
            None => {
                out.push(c);
                at = last;
            }
        }
    }
    out.reverse();
    out
}

/// True for the last number of 二丁目七番五 or 二－七－五: a numeral at the end of a run that a unit or a hyphen opens.
fn follows_unit(chars: &[char], last: usize) -> bool {
    let start = chars.iter().take(last + 1).rposition(|c| !is_numeral(*c));
    let ended = chars.get(last + 1).is_none_or(|c| c.is_whitespace() || is_hyphen(*c) || *c == 'ノ');
    let opened = start.and_then(|at| chars.get(at)).is_some_and(|c| matches!(c, '目' | '地' | '番' | 'ノ') || is_hyphen(*c));
    let hyphen_after = chars.get(last + 1).is_some_and(|c| is_hyphen(*c) && *c != 'ー');
    is_numeral_at(chars, last)
        && ((ended && opened) || hyphen_after && chars.get(last + 2).is_some_and(|c| is_numeral(*c) || c.is_ascii_digit()))
}

fn is_numeral_at(chars: &[char], at: usize) -> bool {
    chars.get(at).is_some_and(|c| is_numeral(*c))
}

fn is_numeral(c: char) -> bool {
    digit(c).is_some() || matches!(c, '十' | '百' | '千')
}

fn digit(c: char) -> Option<u32> {
    "〇一二三四五六七八九".chars().position(|d| d == c).and_then(|p| u32::try_from(p).ok())
}

/// 二十一 → 21, 千三百 → 1300, 一〇二 → 102; None when too long to be a house number.
fn value(run: &[char]) -> Option<u32> {
    if run.len() > 7 {
        return None;
    }
    if run.iter().all(|c| digit(*c).is_some()) {
        return run.iter().try_fold(0, |n: u32, c| Some(n * 10 + digit(*c)?));
    }
    let (mut sum, mut ones) = (0, 0);
    for &c in run {
        match (digit(c), c) {
            (Some(d), _) => ones = ones * 10 + d,
            (None, '十') => (sum, ones) = (sum + ones.max(1) * 10, 0),
            (None, '百') => (sum, ones) = (sum + ones.max(1) * 100, 0),
            (None, _) => (sum, ones) = (sum + ones.max(1) * 1000, 0),
        }
    }
    Some(sum + ones)
}

fn is_kanji(c: char) -> bool {
    matches!(c, '々' | '㐀'..='䶿' | '一'..='鿿' | '豈'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> String {
        address_key(text, |c| if c == '髙' { '高' } else { c })
    }

    #[test]
    fn one_house_has_one_key() {
        for typed in [
            "和泉市府中町二丁目7番5号",
            "和泉市府中町２丁目７番５号",
            "和泉市府中町2-7-5",
            "和泉市府中町２－７－５",
            "和泉市府中町2丁目7番地5",
            "和泉市府中町2丁目7番地の5",
            "和泉市府中町2丁目7の5",
            "和泉市府中町２丁目７－５",
            "和泉市 府中町 2‐7‐5",
            "和泉市府中町二丁目七番五号",
            "和泉市府中町二－七－五",
            "和泉市府中町2ー7ー5",
            "和泉市府中町2丁7番5",
        ] {
            assert_eq!(key(typed), "和泉市府中町2-7-5", "{typed}");
        }
    }

    #[test]
    fn long_numerals_are_read() {
        assert_eq!(key("本町十二丁目百二十三番地"), "本町12-123");
        assert_eq!(key("上代町一〇二〇番地"), "上代町1020");
        assert_eq!(key("太町千三百二番地の二"), "太町1302-2");
        assert_eq!(key("北四条西二十丁目"), "北4条西20");
        assert_eq!(key("北4条西20丁目"), "北4条西20");
    }

    #[test]
    fn numerals_in_names_stay() {
        assert_eq!(key("三国町1番2号"), "三国町1-2");
        assert_eq!(key("六本木三丁目"), "六本木3");
        assert_eq!(key("千代田区三番町5"), "千代田区三番町5");
        assert_eq!(key("八丁堀2-1"), "八丁堀2-1");
        assert_eq!(key("四十万二丁目"), "四十万2");
        assert_eq!(key("横手市十文字町"), "横手市十文字町");
    }

    #[test]
    fn rooms_and_buildings_keep_their_names() {
        assert_eq!(key("府中町2-7-5 ハイツ府中１０１"), "府中町2-7-5ハイツ府中101");
        assert_eq!(key("府中町2丁目7番5号ハイツ府中101号室"), "府中町2-7-5ハイツ府中101号室");
        assert_eq!(key("府中町2-7-5-101"), key("府中町2丁目7番5号 101"));
        assert_eq!(key("伯太町1-1センタービル"), "伯太町1-1センタービル");
        assert_eq!(key("ｻﾝﾊｲﾂ･ﾀﾜ-201"), "サンハイツタワ201");
    }

    #[test]
    fn kana_between_kanji_and_old_place_words_are_levelled() {
        assert_eq!(key("霞ヶ関"), key("霞が関"));
        assert_eq!(key("霞ケ関"), key("霞ガ関"));
        assert_eq!(key("山之内"), key("山の内"));
        assert_eq!(key("泉北郡忠岡町大字忠岡東"), "泉北郡忠岡町忠岡東");
        assert_eq!(key("髙石市"), key("高石市"));
    }

    #[test]
    fn a_key_is_its_own_key() {
        for typed in
            ["府中町二丁目7番5号ハイツ101", "北四条西2", "三番町", "八丁堀二丁目", "1-2-3 センター", "字大字", "山之内1の2"]
        {
            let once = key(typed);
            assert_eq!(key(&once), once, "{typed}");
        }
    }
}
