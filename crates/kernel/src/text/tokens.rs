//! Tokens of the search table and of the query that looks into it.
//!
//! Stored side: [`name_tokens`] of names and readings, [`address_tokens`] of addresses, each token one row of the table.
//! Query side: [`name_query`] gives prefixes (a person is found when every prefix begins one of the person's tokens; see
//! [`prefix_end`] for the range), [`address_query`] gives tokens that must all be there. The address n-grams may find too
//! much: keep only rows whose [`super::address_key`] contains the key of the query.

use super::address::address_key;
use super::kana::KeyWriter;
use super::variation::is_selector;
use super::width::fold_width;

/// Takes a character to the representative of its variants (髙 → 高); the map itself is data and lives in `reference`.
pub type Fold = fn(char) -> char;

/// The search key of a name in any script: variants folded, selectors dropped, kana levelled as in [`super::kana_key`],
/// Latin letters as capitals, 々 spelled out, blanks and punctuation dropped. For comparison only, never shown.
pub fn name_key(text: &str, fold: Fold) -> String {
    let mut key = KeyWriter::default();
    for c in fold_width(text).chars().filter(|c| !is_selector(*c)) {
        key.push(fold(c));
    }
    key.out
}

/// One token per word: the key from that word to the end. 髙﨑 太郎 → 高崎太郎, 太郎; JOHN PAUL SMITH → three tokens.
pub fn name_tokens(name: &str, fold: Fold) -> Vec<String> {
    let words = words(name, fold);
    let mut tokens: Vec<String> = (0..words.len()).map(|from| words.iter().skip(from).map(String::as_str).collect()).collect();
    tokens.dedup();
    tokens
}

/// The prefixes to look for: one per word typed. Empty when nothing searchable was typed.
pub fn name_query(text: &str, fold: Fold) -> Vec<String> {
    let mut words = words(text, fold);
    words.sort();
    words.dedup();
    words
}

/// The beginnings of a key from `min` characters to its whole length, for stores that can only compare for equality.
pub fn prefix_keys(key: &str, min: usize) -> Vec<String> {
    let ends = key.char_indices().map(|(at, c)| at + c.len_utf8()).skip(min.saturating_sub(1));
    ends.filter_map(|end| key.get(..end).map(str::to_owned)).collect()
}

/// First text after all texts that begin with `prefix` (by code point): search with `token >= prefix and token < end`.
/// The comparison must be by bytes (SQLite's default, `collate "C"` in PostgreSQL).
pub fn prefix_end(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}

/// All runs of `n` characters; the whole key when it is shorter.
pub fn ngrams(key: &str, n: usize) -> Vec<String> {
    let chars: Vec<char> = key.chars().collect();
    if chars.len() <= n {
        return if chars.is_empty() { vec![] } else { vec![key.to_owned()] };
    }
    chars.windows(n.max(1)).map(|run| run.iter().collect()).collect()
}

/// Bigrams of the words of an address and its numbers from the left: 府中町2丁目7番5号 → 府中, 中町, 2, 2-7, 2-7-5.
pub fn address_tokens(address: &str, fold: Fold) -> Vec<String> {
    let key = address_key(address, fold);
    let mut tokens = vec![];
    for part in parts(&key) {
        if part.starts_with(|c: char| c.is_ascii_digit()) {
            tokens.extend(part.match_indices('-').filter_map(|(at, _)| part.get(..at).map(str::to_owned)));
            tokens.push(part.to_owned());
        } else {
            tokens.extend(ngrams(part, 2));
        }
    }
    unique(tokens)
}

/// The tokens that a matching address must all have. Empty when the text is too short to search by.
pub fn address_query(text: &str, fold: Fold) -> Vec<String> {
    let key = address_key(text, fold);
    let grams = |part: &str| match part.chars().count() {
        1 if !part.starts_with(|c: char| c.is_ascii_digit()) => vec![],
        _ if part.starts_with(|c: char| c.is_ascii_digit()) => vec![part.to_owned()],
        _ => ngrams(part, 2),
    };
    unique(parts(&key).into_iter().flat_map(grams).collect())
}

/// Splits an address key where numbers (with their hyphens) and words meet.
fn parts(key: &str) -> Vec<&str> {
    let numeric = |c: char| c.is_ascii_digit() || c == '-';
    let mut parts = vec![];
    let mut rest = key;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c: char| numeric(c) != numeric(first)).unwrap_or(rest.len());
        let (part, tail) = rest.split_at(end);
        parts.push(part);
        rest = tail;
    }
    parts
}

fn words(text: &str, fold: Fold) -> Vec<String> {
    let separates = |c: char| c.is_whitespace() || matches!(c, '・' | ',' | '、' | '=' | '/');
    fold_width(text).split(separates).map(|word| name_key(word, fold)).filter(|key| !key.is_empty()).collect()
}

fn unique(mut tokens: Vec<String>) -> Vec<String> {
    tokens.sort();
    tokens.dedup();
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fold map the size of these tests; the real one is tested in `reference`.
    fn fold(c: char) -> char {
        match c {
            '髙' => '高',
            '﨑' => '崎',
            '邊' | '邉' => '辺',
            other => other,
        }
    }

    fn finds(query: &str, name: &str) -> bool {
        let tokens = name_tokens(name, fold);
        let query = name_query(query, fold);
        let in_range = |token: &String, q: &String| *token >= *q && *token < prefix_end(q);
        !query.is_empty() && query.iter().all(|q| tokens.iter().any(|t| in_range(t, q)))
    }

    #[test]
    fn a_name_is_found_by_any_spelling_of_its_beginning() {
        for query in ["高崎", "髙﨑", "高﨑太郎", "高崎　太郎", "太郎", "太郎 髙﨑", "髙"] {
            assert!(finds(query, "髙﨑 太郎"), "{query}");
        }
        for query in ["ﾀｶｻｷ", "たかさき", "タカサキ タロー", "タロウ", "ﾀｶｻｷﾀﾛｳ"] {
            assert!(finds(query, "タカサキ タロウ"), "{query}");
        }
        assert!(finds("渡辺", "渡邉\u{E0101} 花子"));
        assert!(finds("佐佐木", "佐々木 一"));
        assert!(finds("smith", "ＳＭＩＴＨ ＪＯＨＮ PAUL"));
        assert!(finds("paul smith", "ＳＭＩＴＨ ＪＯＨＮ PAUL"));
    }

    #[test]
    fn a_name_is_not_found_by_another() {
        for query in ["高橋", "次郎", "高崎 次郎", "崎太", "", "　", "・"] {
            assert!(!finds(query, "髙﨑 太郎"), "{query}");
        }
    }

    #[test]
    fn prefixes_and_ngrams_of_short_keys() {
        assert_eq!(prefix_keys("高崎太", 2), ["高崎", "高崎太"]);
        assert_eq!(prefix_keys("", 1), [""; 0]);
        assert_eq!(ngrams("府中町", 2), ["府中", "中町"]);
        assert_eq!(ngrams("町", 2), ["町"]);
        assert_eq!(ngrams("", 2), [""; 0]);
    }

    #[test]
    fn an_address_is_found_by_any_part_and_spelling() {
        let stored = address_tokens("大阪府和泉市府中町二丁目７番５号　ハイツ府中１０１", fold);
        for query in
            ["府中町2-7-5", "府中町２丁目", "和泉市府中町", "2丁目7番", "府中町二丁目七番五号", "ハイツ府中", "2丁目", "101"]
        {
            let query_tokens = address_query(query, fold);
            assert!(
                !query_tokens.is_empty() && query_tokens.iter().all(|t| stored.contains(t)),
                "{query}: {query_tokens:?} {stored:?}"
            );
        }
        for query in ["府中町3-7-5", "府中町7-5", "肥子町", "6丁目"] {
            assert!(!address_query(query, fold).iter().all(|t| stored.contains(t)), "{query}");
        }
        assert_eq!(address_query("町", fold), [""; 0]);
    }
}
