//! Every test that the threat model names exists.

use super::Finding;
use super::tree::Tree;
use std::collections::BTreeSet;

const MODEL: &str = "docs/threat-model.md";

/// Reads the last column of every table row whose header ends with `test`.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let Some(model) = tree.texts().find(|file| file.path == MODEL) else { return Vec::new() };
    let known: BTreeSet<&str> = tree.rust().flat_map(|(file, _)| functions(&file.text)).collect();
    let mut findings = Vec::new();
    let mut names_tests = false;
    for (n, line) in model.lines() {
        let Some(last) = last_cell(line) else {
            names_tests = false;
            continue;
        };
        if last == "test" {
            names_tests = true;
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
        let model = "| threat | control | test |\n|---|---|---|\n| a | b | `it_holds` |\n| a | b | `helper` |\n\n| zone | test zone |\n| a | b |\n";
        let source = "#[test]\nfn it_holds() {}\nfn helper() {}\n";
        let found = check(&Tree::of(&[(MODEL, model), ("crates/line/tests/it/main.rs", source)]));
        let messages: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(messages, ["error: docs/threat-model.md:4: no test is called helper"]);
    }
}
