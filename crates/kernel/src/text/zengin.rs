//! Account names as the Zengin files want them.

use super::kana::{is_hyphen, katakana, large};
use super::width::{fold_width, half_kana};
use thiserror::Error;

/// A character that a bank file cannot carry. The position counts from 1; the text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("口座名義の{position}文字目は銀行のファイルに使えません。カナ・英大文字・数字・( ) - . / ｢ ｣ で入力してください")]
pub struct ZenginError {
    /// Which character, counted from 1 in the text with half-width marks joined to their kana.
    pub position: usize,
}

/// Half-width form for 全銀 files: small kana become large, ー becomes -, letters become capitals, hiragana katakana.
/// Allowed after that: 0-9 A-Z ｦ ｱ-ﾝ ﾞ ﾟ space ( ) - . , / \ ｢ ｣. Each output character is one byte of JIS X 0201.
///
/// # Errors
/// [`ZenginError`] at the first character with no such form, a kanji for instance.
pub fn zengin_kana(text: &str) -> Result<String, ZenginError> {
    let mut out = String::with_capacity(text.len());
    for (at, c) in fold_width(text).chars().enumerate() {
        let refused = ZenginError { position: at + 1 };
        match large(katakana(c)) {
            c if is_hyphen(c) => out.push('-'),
            'ヰ' => out.push('ｲ'),
            'ヱ' => out.push('ｴ'),
            '・' => out.push('.'),
            '¥' => out.push('\\'),
            '、' | '。' | '゛' | '゜' => return Err(refused),
            c @ ('0'..='9' | 'A'..='Z' | 'a'..='z' | ' ' | '(' | ')' | '.' | ',' | '/' | '\\') => {
                out.push(c.to_ascii_uppercase())
            }
            c => {
                let (base, mark) = half_kana(c).ok_or(refused)?;
                out.push(base);
                out.extend(mark);
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_take_their_bank_form() {
        assert_eq!(zengin_kana("タカサキ　リョウ").as_deref(), Ok("ﾀｶｻｷ ﾘﾖｳ"));
        assert_eq!(zengin_kana("ユーチョ ぱぶろ").as_deref(), Ok("ﾕ-ﾁﾖ ﾊﾟﾌﾞﾛ"));
        assert_eq!(zengin_kana("カ）アテナ・システム").as_deref(), Ok("ｶ)ｱﾃﾅ.ｼｽﾃﾑ"));
        assert_eq!(zengin_kana("Ｓｍｉｔｈ「ヴ」").as_deref(), Ok("SMITH｢ｳﾞ｣"));
    }

    #[test]
    fn a_kanji_is_refused_by_position_without_repeating_the_name() {
        let error = zengin_kana("ﾀﾞｲｺﾞ 高崎").unwrap_err();
        assert_eq!(error, ZenginError { position: 5 });
        assert!(!error.to_string().contains('高'));
        assert!(zengin_kana("オ'ブライエン").is_err());
    }

    #[test]
    fn a_bank_form_is_its_own_bank_form() {
        let once = zengin_kana("ｶ)ﾔﾏﾀﾞ-ﾔ ｳﾞ").unwrap();
        assert_eq!(zengin_kana(&once).as_deref(), Ok(once.as_str()));
    }
}
