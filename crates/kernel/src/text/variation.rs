//! Variation selectors: a kanji and its selector are one character on paper and one in a count, but the plain kanji in a key.

/// True for the selectors of standardised (U+FE00–FE0F) and ideographic (U+E0100–E01EF) variation sequences.
pub fn is_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// The characters as a reader counts them: 邉󠄏 is one item of the text, selector included.
pub fn characters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut ends = rest.char_indices().skip(1).filter(|(_, c)| !joins(*c)).map(|(at, _)| at);
        let end = ends.next().unwrap_or(rest.len());
        let (head, tail) = rest.split_at_checked(end)?;
        rest = tail;
        (!head.is_empty()).then_some(head)
    })
}

/// How many characters a reader sees.
pub fn length(text: &str) -> usize {
    text.chars().enumerate().filter(|(at, c)| *at == 0 || !joins(*c)).count()
}

/// The text without selectors. For keys only: the stored text keeps them.
pub fn without_selectors(text: &str) -> String {
    text.chars().filter(|c| !is_selector(*c)).collect()
}

/// Selectors and the combining marks ゙ ゚ belong to the character before them.
fn joins(c: char) -> bool {
    is_selector(c) || matches!(c, '\u{3099}' | '\u{309A}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variation_sequence_is_one_character() {
        let name = "渡邉\u{E010F}太郎";
        assert_eq!(characters(name).collect::<Vec<_>>(), ["渡", "邉\u{E010F}", "太", "郎"]);
        assert_eq!(length(name), 4);
        assert_eq!(without_selectors(name), "渡邉太郎");
    }

    #[test]
    fn stray_selectors_and_empty_text_do_no_harm() {
        assert_eq!(characters("").count(), 0);
        assert_eq!(characters("\u{FE00}高").collect::<Vec<_>>(), ["\u{FE00}", "高"]);
        assert_eq!(length("\u{FE00}高"), 2);
        assert_eq!(characters("か\u{3099}き").count(), 2);
    }
}
