//! Shift_JIS (windows-31j) text, and names folded for comparison.

use encoding_rs::SHIFT_JIS;
use std::borrow::Cow;

/// The text of a column. Bytes that are no character become 「�」; see [`is_clean`].
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    SHIFT_JIS.decode_without_bom_handling(bytes).0
}

/// Can every byte be read as Shift_JIS?
pub fn is_clean(bytes: &[u8]) -> bool {
    bytes.is_ascii() || !SHIFT_JIS.decode_without_bom_handling(bytes).1
}

/// A character that the format cannot carry: not in windows-31j, or a comma, quotation mark or control character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unwritable(pub char);

/// Appends text as Shift_JIS. The wave dash, minus and double bar of Unicode become their windows-31j forms.
///
/// # Errors
/// [`Unwritable`] with the first character that cannot be written; nothing is appended then.
pub fn encode_into(out: &mut Vec<u8>, text: &str) -> Result<(), Unwritable> {
    if text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') && !text.contains([',', '"']) {
        out.extend_from_slice(text.as_bytes());
        return Ok(());
    }
    if let Some(bad) = text.chars().find(|c| c.is_control() || matches!(c, ',' | '"')) {
        return Err(Unwritable(bad));
    }
    let mark = out.len();
    for run in text.split_inclusive(is_gaiji) {
        let plain = run.trim_end_matches(is_gaiji);
        let plain: String = plain.chars().map(windows_form).collect();
        let (bytes, _, failed) = SHIFT_JIS.encode(&plain);
        if failed {
            out.truncate(mark);
            let bad = plain.chars().find(|c| SHIFT_JIS.encode(c.encode_utf8(&mut [0; 4])).2);
            return Err(Unwritable(bad.unwrap_or(char::REPLACEMENT_CHARACTER)));
        }
        out.extend_from_slice(&bytes);
        out.extend(run.chars().next_back().filter(|c| is_gaiji(*c)).into_iter().flat_map(gaiji_bytes));
    }
    Ok(())
}

/// A private character of windows-31j (外字, F040–F9FC), which decodes to U+E000–U+E757.
fn is_gaiji(c: char) -> bool {
    ('\u{E000}'..='\u{E757}').contains(&c)
}

/// The encoder of the web leaves these out, although its decoder reads them: 188 characters to a lead byte.
fn gaiji_bytes(c: char) -> [u8; 2] {
    let place = (c as u32).saturating_sub(0xE000);
    let (lead, trail) = (place / 188, place % 188);
    let skip_7f = u32::from(trail >= 63);
    [0xF0 | lead as u8, (0x40 + trail + skip_7f) as u8]
}

fn windows_form(c: char) -> char {
    match c {
        '\u{301C}' => '\u{FF5E}',
        '\u{2212}' => '\u{FF0D}',
        '\u{2016}' => '\u{2225}',
        other => other,
    }
}

/// Does this line look like Japanese in UTF-8 rather than Shift_JIS: valid UTF-8 whose every character beyond ASCII is kana, kanji or a
/// full-width form? Shift_JIS text with a single kana or common kanji in the wrong place is not, because 0x81–0x9F cannot start a
/// character in UTF-8; a short run of rare kanji can be by chance, so that one line proves nothing.
pub fn looks_like_utf8(line: &[u8]) -> bool {
    let japanese = |c: char| {
        c.is_ascii()
            || matches!(c, '\u{2010}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}')
    };
    !line.is_ascii() && std::str::from_utf8(line).is_ok_and(|text| text.chars().all(japanese))
}

/// A 64-bit mark of a kana name in which spelling habits are evened out: width, small kana, ヂ/ジ ヅ/ズ ヲ/オ, long marks, blanks.
/// 0 for a name without letters, which means "no name".
pub fn kana_mark(name: &str) -> u64 {
    let mut hash = Fnv::default();
    let mut held: Option<char> = None;
    for c in name.chars() {
        let c = wide_kana(c);
        if let Some(base) = held {
            if let Some(joined) = voiced(base, c) {
                held = Some(joined);
                continue;
            }
            hash.letter(base);
        }
        held = Some(c);
    }
    if let Some(last) = held {
        hash.letter(last);
    }
    hash.finish()
}

#[derive(Default)]
struct Fnv(u64);

impl Fnv {
    fn letter(&mut self, c: char) {
        let c = match c {
            'ァ' | 'ィ' | 'ゥ' | 'ェ' | 'ォ' | 'ッ' | 'ャ' | 'ュ' | 'ョ' | 'ヮ' => {
                char::from_u32(c as u32 + 1).unwrap_or(c)
            }
            'ヵ' => 'カ',
            'ヶ' => 'ケ',
            'ヂ' => 'ジ',
            'ヅ' => 'ズ',
            'ヲ' => 'オ',
            'ー' | '－' | '-' | '‐' | '―' | '・' | ' ' | '　' | '＝' | '=' | '゛' | '゜' => return,
            'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '０'..='９' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c).to_ascii_uppercase(),
            other => other.to_ascii_uppercase(),
        };
        if self.0 == 0 {
            self.0 = 0xcbf2_9ce4_8422_2325;
        }
        self.0 = (self.0 ^ u64::from(c as u32)).wrapping_mul(0x0000_0100_0000_01b3);
    }

    fn finish(self) -> u64 {
        self.0
    }
}

/// Hiragana and half-width kana as full-width katakana (voicing marks stay separate here).
fn wide_kana(c: char) -> char {
    const HALF: &str =
        "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";
    match c {
        'ぁ'..='ゖ' => char::from_u32(c as u32 + 0x60).unwrap_or(c),
        'ｦ'..='ﾟ' => HALF.chars().nth((c as u32 - 'ｦ' as u32) as usize).unwrap_or(c),
        '\u{3099}' => '゛',
        '\u{309A}' => '゜',
        other => other,
    }
}

/// カ + ゛ → ガ, ハ + ゜ → パ.
fn voiced(base: char, mark: char) -> Option<char> {
    let next = |n: u32| char::from_u32(base as u32 + n);
    match (mark, base) {
        ('゛', 'ウ') => Some('ヴ'),
        ('゛', 'カ' | 'キ' | 'ク' | 'ケ' | 'コ' | 'サ' | 'シ' | 'ス' | 'セ' | 'ソ') => next(1),
        ('゛', 'タ' | 'チ' | 'ツ' | 'テ' | 'ト' | 'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ') => next(1),
        ('゜', 'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ') => next(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn treacherous_characters_survive_both_ways() {
        for text in ["表示能力ソース－～", "ｱﾍﾞ", "髙島　﨑", "①Ⅳ㎎", "\u{E000}あ\u{E03E}\u{E03F}い\u{E0BB}\u{E0BC}\u{E757}"]
        {
            let mut bytes = Vec::new();
            encode_into(&mut bytes, text).unwrap();
            assert!(is_clean(&bytes));
            assert_eq!(decode(&bytes), text);
        }
    }

    #[test]
    fn what_the_format_cannot_carry_is_refused_and_named() {
        let mut out = Vec::new();
        assert_eq!(encode_into(&mut out, "あ,い"), Err(Unwritable(',')));
        assert_eq!(encode_into(&mut out, "a\"b"), Err(Unwritable('"')));
        assert_eq!(encode_into(&mut out, "改\r\n行"), Err(Unwritable('\r')));
        assert_eq!(encode_into(&mut out, "吉\u{20BB7}"), Err(Unwritable('\u{20BB7}')));
        assert!(out.is_empty());
    }

    #[test]
    fn utf8_is_told_from_shift_jis() {
        assert!(looks_like_utf8("RE,1,1112,202604,山田　太郎".as_bytes()));
        for text in ["山田　太郎", "ﾔﾏﾀﾞ ﾀﾛｳ", "表", "ソ", "熙表熙ガ"] {
            let mut bytes = Vec::new();
            encode_into(&mut bytes, text).unwrap();
            assert!(!looks_like_utf8(&bytes), "{text}");
        }
        assert!(!looks_like_utf8(b"GO,1,2,99"));
    }

    #[test]
    fn the_same_name_in_other_spellings_has_the_same_mark() {
        let name = kana_mark("サトウ　ショウジ");
        for same in ["サトウショウジ", "ｻﾄｳ ｼｮｳｼﾞ", "さとうしょうじ", "サトウシヨウヂ", "サトウ　ショウシ゛"]
        {
            assert_eq!(kana_mark(same), name, "{same}");
        }
        assert_ne!(kana_mark("サトウショウタ"), name);
        assert_ne!(kana_mark("サトウショウシ"), name);
        assert_eq!(kana_mark("　"), 0);
        assert_eq!(kana_mark("Ｓｍｉｔｈ　Ａｎｎ"), kana_mark("SMITH ANN"));
    }
}
