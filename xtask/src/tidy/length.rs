//! A file is one room: long files are named, very long ones refused.

use super::Finding;
use super::tree::Tree;

const WARN_FROM: usize = 601;
const REFUSE_FROM: usize = 901;

/// Counts the lines of every Rust file.
pub fn check(tree: &Tree) -> Vec<Finding> {
    tree.rust().filter_map(|(file, _)| judge(&file.path, file.text.lines().count())).collect()
}

fn judge(path: &str, lines: usize) -> Option<Finding> {
    match lines {
        REFUSE_FROM.. => Some(Finding::error(path, lines, format!("{lines} lines are too many for one room; divide the file"))),
        WARN_FROM..REFUSE_FROM => Some(Finding::warning(path, format!("{lines} lines; is it still one room?"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::Level;

    fn level(lines: usize) -> Option<Level> {
        check(&Tree::of(&[("crates/x/src/a.rs", &"\n".repeat(lines))])).first().map(|f| f.level)
    }

    #[test]
    fn long_files_warn_and_very_long_files_fail() {
        assert_eq!(level(600), None);
        assert_eq!(level(601), Some(Level::Warning));
        assert_eq!(level(900), Some(Level::Warning));
        assert_eq!(level(901), Some(Level::Error));
    }
}
