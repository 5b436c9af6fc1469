//! The vocabulary is written down: 日本語, reading, English, identifier.

use super::Finding;
use super::tree::Tree;

const PATH: &str = "docs/glossary.md";

/// The glossary is there, its tables have rows, and every row fills its cells.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.texts().find(|file| file.path == PATH) else {
        return vec![Finding::error(PATH, 1, "the glossary is missing")];
    };
    let rows: Vec<(usize, Vec<&str>)> = file.lines().filter_map(|(n, line)| Some((n, cells(line)?))).collect();
    let Some(((_, head), entries)) = rows.split_first() else {
        return vec![Finding::error(PATH, 1, "the glossary has no table")];
    };
    let entries: Vec<_> = entries.iter().filter(|(_, cells)| !is_rule(cells) && cells != head).collect();
    if entries.is_empty() {
        return vec![Finding::error(PATH, 1, "the glossary has no entries")];
    }
    let gaps = entries.into_iter().filter(|(_, cells)| cells.len() != head.len() || cells.iter().any(|c| c.is_empty()));
    gaps.map(|(n, _)| Finding::error(PATH, *n, "a glossary entry with a missing cell")).collect()
}

fn cells(line: &str) -> Option<Vec<&str>> {
    let inside = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inside.split('|').map(str::trim).collect())
}

fn is_rule(cells: &[&str]) -> bool {
    cells.iter().all(|cell| cell.len() >= 3 && cell.bytes().all(|b| b == b'-' || b == b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "| 日本語 | 読み | English | identifier |\n|---|---|---|---|\n";

    fn count(text: &str) -> usize {
        check(&Tree::of(&[(PATH, text)])).len()
    }

    #[test]
    fn a_missing_or_empty_glossary_is_refused() {
        assert_eq!(check(&Tree::of(&[])).len(), 1);
        assert_eq!(count("# Glossary\n"), 1);
        assert_eq!(count(HEAD), 1);
    }

    #[test]
    fn an_entry_needs_every_cell() {
        assert_eq!(count(&format!("{HEAD}| 宛名 | あてな | addressee | `AtenaNo` |\n")), 0);
        assert_eq!(count(&format!("{HEAD}| 宛名 | あてな |  | `AtenaNo` |\n")), 1);
    }
}
