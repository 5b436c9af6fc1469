//! Kana for search: one spelling for all the ways in which the same reading is written.

use super::width::{fold_width, voiced};

/// Hyphens, dashes and bars that people type for one another and for the long vowel ー.
pub(super) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '‐'..='―' | '−' | '－' | '─' | '━' | 'ー' | 'ｰ' | '〜' | '~')
}

/// Katakana letters ァ–ヺ.
pub(super) fn is_katakana(c: char) -> bool {
    matches!(c, 'ァ'..='ヺ')
}

/// Hiragana to katakana; everything else unchanged.
pub fn katakana(c: char) -> char {
    match c {
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => char::from_u32(c as u32 + 0x60).unwrap_or(c),
        other => other,
    }
}

/// Small katakana to large: ッ → ツ, ャ → ヤ, ヶ → ケ.
pub fn large(c: char) -> char {
    match c {
        'ァ' | 'ィ' | 'ゥ' | 'ェ' | 'ォ' | 'ッ' | 'ャ' | 'ュ' | 'ョ' | 'ヮ' => {
            char::from_u32(c as u32 + 1).unwrap_or(c)
        }
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        other => other,
    }
}

/// The search key of a reading: ﾕ-ｺ, ゆうこ, ユー子 … Width, hiragana, small letters, long vowels (コウ = コー = コオ, ケイ = ケー),
/// ヂ/ジ, ヅ/ズ, ヲ/オ, ヴァ/バ and repeat marks are levelled; blanks and punctuation are dropped; other characters stay.
/// A key's beginning is the key of the beginning, so keys can be searched by prefix.
pub fn kana_key(text: &str) -> String {
    let mut key = KeyWriter::default();
    for c in fold_width(text).chars() {
        key.push(c);
    }
    key.out
}

/// Writes keys character by character; the letter before decides about long vowels and repeat marks.
#[derive(Default)]
pub(super) struct KeyWriter {
    pub(super) out: String,
    last: Option<char>,
    after_vu: bool,
}

impl KeyWriter {
    /// Takes one character of width-folded text.
    pub(super) fn push(&mut self, c: char) {
        let c = katakana(c);
        let after_vu = std::mem::replace(&mut self.after_vu, c == 'ヴ');
        match c {
            'ヽ' | '々' | '〻' if self.last.is_some() => self.again(|last| last),
            'ヾ' if self.last.is_some() => self.again(|last| voiced(last).unwrap_or(last)),
            'ァ' | 'ィ' | 'ェ' | 'ォ' if after_vu => {
                self.out.pop();
                self.write(match c {
                    'ァ' => 'バ',
                    'ィ' => 'ビ',
                    'ェ' => 'ベ',
                    _ => 'ボ',
                });
            }
            _ if is_hyphen(c) => {
                if let Some(vowel) = self.last.and_then(vowel) {
                    self.write(vowel);
                }
            }
            _ if is_katakana(c) => self.kana(c),
            _ if belongs(c) => c.to_uppercase().filter(|upper| belongs(*upper)).for_each(|upper| self.write(upper)),
            _ => {}
        }
    }

    fn kana(&mut self, c: char) {
        let c = match large(c) {
            'ヅ' => 'ズ',
            'ヂ' => 'ジ',
            'ヲ' => 'オ',
            'ヰ' => 'イ',
            'ヱ' => 'エ',
            'ヴ' => 'ブ',
            other => other,
        };
        self.write(match (c, self.last.and_then(vowel)) {
            ('ウ', Some('オ')) => 'オ',
            ('イ', Some('エ')) => 'エ',
            _ => c,
        });
    }

    /// Repeats the letter before; what was written already is in its key form, so it only needs the kana rules.
    fn again(&mut self, change: impl Fn(char) -> char) {
        match self.last.map(change) {
            Some(c) if is_katakana(c) => self.kana(c),
            Some(c) => self.write(c),
            None => {}
        }
    }

    fn write(&mut self, c: char) {
        self.out.push(c);
        self.last = Some(c);
    }
}

/// Letters, digits, kanji, gaiji in the private areas and the 〓 of unreadable characters belong to a key.
fn belongs(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '〓' | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFD}')
}

/// The vowel that a katakana ends in.
fn vowel(c: char) -> Option<char> {
    const ROWS: [(&str, char); 5] = [
        ("アカサタナハマヤラワガザダバパ", 'ア'),
        ("イキシチニヒミリギジビピ", 'イ'),
        ("ウクスツヌフムユルグズブプ", 'ウ'),
        ("エケセテネヘメレゲゼデベペ", 'エ'),
        ("オコソトノホモヨロゴゾドボポ", 'オ'),
    ];
    ROWS.iter().find(|(row, _)| row.contains(c)).map(|(_, vowel)| *vowel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reading_has_one_key_however_it_is_typed() {
        for typed in ["タカサキ ユウコ", "ﾀｶｻｷ ﾕｳｺ", "たかさきゆうこ", "タカサキ　ユーコ", "ﾀｶｻｷﾕ-ｺ", "たかさき・ゆうこ"]
        {
            assert_eq!(kana_key(typed), "タカサキユウコ", "{typed}");
        }
    }

    #[test]
    fn small_letters_long_vowels_and_old_kana_are_levelled() {
        assert_eq!(kana_key("キョウコ"), kana_key("キヨーコ"));
        assert_eq!(kana_key("サトウ"), kana_key("サトオ"));
        assert_eq!(kana_key("ケイコ"), kana_key("ケーコ"));
        assert_eq!(kana_key("ミチヅカ"), kana_key("ミチズカ"));
        assert_eq!(kana_key("ヂロウ"), kana_key("ジロウ"));
        assert_eq!(kana_key("ヴィクトル"), kana_key("ビクトル"));
        assert_eq!(kana_key("カヲル"), kana_key("カオル"));
        assert_eq!(kana_key("すゞ"), "スズ");
        assert_eq!(kana_key("いすゞ"), kana_key("イスヾ"));
    }

    #[test]
    fn different_readings_stay_apart() {
        assert_ne!(kana_key("サトウ"), kana_key("サト"));
        assert_ne!(kana_key("タカダ"), kana_key("タカタ"));
        assert_ne!(kana_key("オノ"), kana_key("オオノ"));
        assert_ne!(kana_key("コウイチ"), kana_key("コイチ"));
    }

    #[test]
    fn the_key_of_a_beginning_is_the_beginning_of_the_key() {
        let whole = kana_key("コウヅキ ケイイチロウ");
        let typed = "コウヅキ ケイイチロウ";
        for (at, _) in typed.char_indices() {
            assert!(whole.starts_with(&kana_key(&typed[..at])), "{at}");
        }
    }
}
