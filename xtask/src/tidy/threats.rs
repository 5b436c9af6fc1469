//! Every test that the threat model names exists, and every row of it stands in a table.

use super::Finding;
use super::tree::Tree;
use std::collections::BTreeSet;

const MODEL: &str = "docs/threat-model.md";

/// Reads the last column of every table row whose header ends with `test`.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let Some(model) = tree.texts().find(|file| file.path == MODEL) else { return Vec::new() };
    let known: BTreeSet<&str> = tree.rust().flat_map(|(file, _)| functions(&file.text)).collect();
    let mut findings = Vec::new();
    let (mut in_table, mut names_tests) = (false, false);
    let mut lines = model.lines().peekable();
    while let Some((n, line)) = lines.next() {
        let Some(last) = last_cell(line) else {
            (in_table, names_tests) = (false, false);
            continue;
        };
        if !in_table {
            in_table = lines.peek().is_some_and(|(_, next)| next.trim().starts_with("|---"));
            names_tests = last == "test";
            if !in_table {
                findings.push(Finding::error(MODEL, n, "a row without a header: a table is cut by an empty line"));
            }
            continue;
        }
        if !names_tests || last.starts_with("---") {
            continue;
        }
        let name = last.trim_matches('`');
        if !known.contains(name) {
            findings.push(Finding::error(MODEL, n, format!("no test is called {name}")));
        }
    }
    findings
}

fn last_cell(line: &str) -> Option<&str> {
    let row = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    row.rsplit('|').next().map(str::trim)
}

/// Names of the functions of a source file that stand on a line after a test attribute.
fn functions(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim);
    let mut after_test = false;
    lines.filter_map(move |line| {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            after_test = true;
            return None;
        }
        let name = line.trim_start_matches("async ").strip_prefix("fn ").filter(|_| after_test);
        if name.is_some() {
            after_test = false;
        }
        name.and_then(|rest| rest.split('(').next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_nobody_wrote_is_named() {
        let model = "| threat | control | test |\n|---|---|---|\n| a | b | `it_holds` |\n| a | b | `helper` |\n\n| zone | test zone |\n|---|---|\n| a | b |\n";
        let source = "#[test]\nfn it_holds() {}\nfn helper() {}\n";
        let found = check(&Tree::of(&[(MODEL, model), ("crates/line/tests/it/main.rs", source)]));
        let messages: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(messages, ["error: docs/threat-model.md:4: no test is called helper"]);
    }

    #[test]
    fn rows_behind_an_empty_line_are_no_table_and_are_named() {
        let model = "| threat | control | test |\n|---|---|---|\n| a | b | `it_holds` |\n\n| c | d | `nobody_wrote_it` |\n";
        let source = "#[test]\nfn it_holds() {}\n";
        let found = check(&Tree::of(&[(MODEL, model), ("crates/line/tests/it/main.rs", source)]));
        let messages: Vec<String> = found.iter().map(ToString::to_string).collect();
        let cut = "a row without a header: a table is cut by an empty line";
        assert_eq!(messages, [format!("error: docs/threat-model.md:5: {cut}")]);
    }
}
