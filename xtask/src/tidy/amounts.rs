//! Amounts of law live in params with their source and date; a formula names them and never spells them out.

use super::Finding;
use super::rust::is_word;
use super::tree::Tree;

/// From this size on a number in a formula looks like yen, a year or a rate in small parts: all of them belong in params.
const SUSPICIOUS_FROM: u128 = 500;

/// Looks for large whole numbers in the product code of `law`.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, source) in tree.rust().filter(|(file, _)| file.krate() == Some("law") && file.in_src()) {
        for (line, code) in source.product_lines() {
            let large = numbers(code).into_iter().filter(|n| *n >= SUSPICIOUS_FROM);
            findings.extend(large.map(|n| Finding::error(&file.path, line, format!("{n} in a formula: take it from params"))));
        }
    }
    findings
}

/// Whole numbers in decimal notation; underscores and type suffixes are allowed.
fn numbers(code: &str) -> Vec<u128> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let starts_word = at.checked_sub(1).and_then(|i| bytes.get(i)).is_none_or(|b| !is_word(*b));
        if !(byte.is_ascii_digit() && starts_word) {
            at += 1;
            continue;
        }
        let word: String = bytes.iter().skip(at).take_while(|b| is_word(**b)).map(|b| char::from(*b)).collect();
        let digits: String = word.chars().take_while(|c| c.is_ascii_digit() || *c == '_').filter(|c| *c != '_').collect();
        found.extend(digits.parse::<u128>());
        at += word.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, code: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, code)])).iter().map(|f| f.line).collect()
    }

    #[test]
    fn an_amount_in_a_formula_is_found_however_it_is_written() {
        assert_eq!(
            lines("crates/law/src/aid.rs", "let cap = Yen(2500);\nlet x = 1_000_i64;\nlet y = a * 0.5;\nlet z = 499;\n"),
            [1, 2]
        );
    }

    #[test]
    fn names_texts_comments_tests_and_other_crates_are_fine() {
        let code =
            "mod v2024_11; // 2500\nlet a = \"2500\";\nlet b = art5000;\n#[cfg(test)]\nmod tests { const A: i64 = 2500; }\n";
        assert!(lines("crates/law/src/aid.rs", code).is_empty());
        assert!(lines("crates/claims/src/a.rs", "let page = 1000;").is_empty());
    }
}
