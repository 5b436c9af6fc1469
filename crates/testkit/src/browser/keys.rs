//! Names of keys, as a manual writes them, turned into what the browser needs for real key events.

use anyhow::{Context, Result, bail};

/// One key with its modifiers.
#[derive(Debug, PartialEq, Eq)]
pub struct Stroke {
    /// Bits: 1 Alt, 2 Ctrl, 4 Meta, 8 Shift.
    pub modifiers: u32,
    /// The value that scripts see, such as `Enter` or `a`.
    pub key: String,
    /// The physical key, such as `KeyA`.
    pub code: String,
    /// The Windows virtual key code.
    pub virtual_key: u32,
    /// What the key writes into a field; empty for none.
    pub text: String,
}

/// Named keys: name, virtual key code, text.
const NAMED: &[(&str, u32, &str)] = &[
    ("Backspace", 8, ""),
    ("Tab", 9, ""),
    ("Enter", 13, "\r"),
    ("Escape", 27, ""),
    ("PageUp", 33, ""),
    ("PageDown", 34, ""),
    ("End", 35, ""),
    ("Home", 36, ""),
    ("ArrowLeft", 37, ""),
    ("ArrowUp", 38, ""),
    ("ArrowRight", 39, ""),
    ("ArrowDown", 40, ""),
    ("Delete", 46, ""),
];

/// Signs that have a key of their own on a US keyboard: sign, code, virtual key code.
const SIGNS: &[(char, &str, u32)] = &[
    (' ', "Space", 32),
    (';', "Semicolon", 186),
    ('=', "Equal", 187),
    (',', "Comma", 188),
    ('-', "Minus", 189),
    ('.', "Period", 190),
    ('/', "Slash", 191),
];

/// Reads `F10`, `Ctrl+Enter`, `Alt+1`, `Shift+Tab`, `Space` or a single character.
pub fn stroke(name: &str) -> Result<Stroke> {
    let mut modifiers = 0;
    let mut rest = name;
    while let Some((modifier, key)) = rest.split_once('+').filter(|(modifier, key)| !modifier.is_empty() && !key.is_empty()) {
        modifiers |= match modifier {
            "Alt" => 1,
            "Ctrl" => 2,
            "Meta" => 4,
            "Shift" => 8,
            _ => bail!("`{modifier}` in `{name}` is not a modifier key"),
        };
        rest = key;
    }
    let mut stroke = plain(rest).with_context(|| format!("`{name}` is not a key"))?;
    stroke.modifiers = modifiers;
    if modifiers & 8 != 0 && stroke.key.len() == 1 {
        stroke.key = stroke.key.to_ascii_uppercase();
        stroke.text = stroke.key.clone();
    }
    if modifiers & 7 != 0 {
        stroke.text.clear();
    }
    Ok(stroke)
}

fn plain(name: &str) -> Option<Stroke> {
    let make = |key: &str, code: &str, virtual_key, text: &str| Stroke {
        modifiers: 0,
        key: key.to_owned(),
        code: code.to_owned(),
        virtual_key,
        text: text.to_owned(),
    };
    if let Some((key, virtual_key, text)) = NAMED.iter().find(|(key, ..)| *key == name) {
        return Some(make(key, key, *virtual_key, text));
    }
    let function = name.strip_prefix('F').and_then(|n| n.parse::<u32>().ok()).filter(|n| (1..=12).contains(n));
    if let Some(n) = function {
        return Some(make(name, name, 111 + n, ""));
    }
    let mut chars = if name == "Space" { " " } else { name }.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else { return None };
    let upper = c.to_ascii_uppercase();
    let (code, virtual_key) = match SIGNS.iter().find(|(sign, ..)| *sign == c) {
        Some((_, code, virtual_key)) => ((*code).to_owned(), *virtual_key),
        None if c.is_ascii_alphabetic() => (format!("Key{upper}"), u32::from(upper)),
        None if c.is_ascii_digit() => (format!("Digit{c}"), u32::from(c)),
        None => (String::new(), 0),
    };
    let text = c.to_string();
    Some(make(&text, &code, virtual_key, &text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(name: &str) -> (u32, String, String, u32, String) {
        let s = stroke(name).unwrap();
        (s.modifiers, s.key, s.code, s.virtual_key, s.text)
    }

    fn expected(modifiers: u32, key: &str, code: &str, virtual_key: u32, text: &str) -> (u32, String, String, u32, String) {
        (modifiers, key.to_owned(), code.to_owned(), virtual_key, text.to_owned())
    }

    #[test]
    fn keys_are_read_as_a_manual_writes_them() {
        assert_eq!(parts("F10"), expected(0, "F10", "F10", 121, ""));
        assert_eq!(parts("Ctrl+Enter"), expected(2, "Enter", "Enter", 13, ""));
        assert_eq!(parts("Alt+1"), expected(1, "1", "Digit1", 49, ""));
        assert_eq!(parts("Shift+Tab"), expected(8, "Tab", "Tab", 9, ""));
        assert_eq!(parts("Shift+a"), expected(8, "A", "KeyA", 65, "A"));
        assert_eq!(parts("Space"), expected(0, " ", "Space", 32, " "));
        assert_eq!(parts("+"), expected(0, "+", "", 0, "+"));
    }

    #[test]
    fn unknown_keys_are_refused() {
        assert!(stroke("F13").is_err());
        assert!(stroke("Hyper+a").is_err());
        assert!(stroke("").is_err());
    }
}
