//! Half and full width: the house form has half-width Latin letters and digits and full-width kana.

/// The half-width katakana block U+FF61–FF9F, in order, as full-width characters.
const HALF_KANA: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";
const VOICED_NEXT: &str = "かきくけこさしすせそたちつてとはひふへほカキクケコサシスセソタチツテトハヒフヘホゝヽ";
const SEMI_VOICED_NEXT: &str = "はひふへほハヒフヘホ";

/// House form: ＡＢＣ１２３　ﾀﾞｲ → ABC123 ダイ. Every kind of blank becomes a plain space, marks ﾞ ゛ join their kana.
pub fn fold_width(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let c = narrow_or_kana(c);
        let joined = match c {
            '゛' | '\u{3099}' => out.chars().next_back().and_then(voiced),
            '゜' | '\u{309A}' => out.chars().next_back().and_then(semi_voiced),
            _ => None,
        };
        if joined.is_some() {
            out.pop();
        }
        out.push(joined.unwrap_or(c));
    }
    out
}

/// Everything full-width, as the 漢字 fields of claim files and some forms require: ABC ｱ → ＡＢＣ　ア.
pub fn widen(text: &str) -> String {
    let wide = |c: char| match c {
        ' ' => '　',
        '¥' => '￥',
        '!'..='~' => char::from_u32(c as u32 + 0xFEE0).unwrap_or(c),
        other => other,
    };
    fold_width(text).chars().map(wide).collect()
}

/// The half-width kana of one full-width kana or mark, voiced ones as two characters: ガ → ｶﾞ. None for anything else.
pub fn half_kana(c: char) -> Option<(char, Option<char>)> {
    let plain = |c: char| {
        let at = HALF_KANA.chars().position(|full| full == c)?;
        char::from_u32(0xFF61 + u32::try_from(at).ok()?)
    };
    if let Some(half) = plain(c) {
        return Some((half, None));
    }
    let before = |n: u32| char::from_u32((c as u32).checked_sub(n)?);
    if c == 'ヴ' {
        return Some((plain('ウ')?, Some('ﾞ')));
    }
    if let Some(base) = before(1).filter(|b| voiced(*b) == Some(c)) {
        return Some((plain(base)?, Some('ﾞ')));
    }
    let base = before(2).filter(|b| semi_voiced(*b) == Some(c))?;
    Some((plain(base)?, Some('ﾟ')))
}

/// か → が, ウ → ヴ, ゝ → ゞ; None when the kana takes no mark.
pub(super) fn voiced(c: char) -> Option<char> {
    match c {
        'う' => Some('ゔ'),
        'ウ' => Some('ヴ'),
        _ if VOICED_NEXT.contains(c) => char::from_u32(c as u32 + 1),
        _ => None,
    }
}

fn semi_voiced(c: char) -> Option<char> {
    SEMI_VOICED_NEXT.contains(c).then(|| char::from_u32(c as u32 + 2)).flatten()
}

fn narrow_or_kana(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '￥' => '¥',
        '\u{FF61}'..='\u{FF9F}' => HALF_KANA.chars().nth((c as usize).saturating_sub(0xFF61)).unwrap_or(c),
        '　' | '\u{A0}' | '\u{2000}'..='\u{200A}' | '\t' => ' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_width_kana_and_full_width_latin_come_to_one_form() {
        assert_eq!(fold_width("ﾀﾞｲｺﾞ　ﾊﾟﾌﾞﾛ"), "ダイゴ パブロ");
        assert_eq!(fold_width("ＳＭＩＴＨ　Ｊｏｈｎ　１２"), "SMITH John 12");
        assert_eq!(fold_width("ｳﾞｨｸﾄﾘｱ・ｳ゛"), "ヴィクトリア・ヴ");
        assert_eq!(fold_width("か\u{3099}は\u{309A}"), "がぱ");
        assert_eq!(fold_width("ﾞあﾞ"), "゛あ゛", "a mark that fits nothing stays");
    }

    #[test]
    fn full_width_fields_hold_no_half_width_character() {
        assert_eq!(widen("ABC-12 ﾀｶﾞ"), "ＡＢＣ－１２　タガ");
    }

    #[test]
    fn every_kana_has_its_half_width_form() {
        assert_eq!(half_kana('ガ'), Some(('ｶ', Some('ﾞ'))));
        assert_eq!(half_kana('パ'), Some(('ﾊ', Some('ﾟ'))));
        assert_eq!(half_kana('ヴ'), Some(('ｳ', Some('ﾞ'))));
        assert_eq!(half_kana('ー'), Some(('ｰ', None)));
        assert_eq!(half_kana('高'), None);
    }
}
