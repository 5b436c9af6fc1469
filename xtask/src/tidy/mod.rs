//! The rules of the house that the compiler does not check. Each rule is a pure function over the files of the tree, with tests
//! that show it failing on a bad example.

mod amounts;
mod banned;
mod edges;
mod glossary;
mod ground;
mod length;
mod links;
mod rust;
mod sql;
mod sql_text;
mod threats;
mod tree;

use crate::shell::root;
use anyhow::Result;
use std::fmt;
use tree::Tree;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Worth a look; does not fail the run.
    Warning,
    /// Fails the run.
    Error,
}

/// One broken rule at one place.
#[derive(Debug)]
pub struct Finding {
    level: Level,
    path: String,
    line: usize,
    message: String,
}

impl Finding {
    /// An error at a line (1-based) of a file.
    fn error(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { level: Level::Error, path: path.to_owned(), line, message: message.into() }
    }

    /// A warning about a whole file.
    fn warning(path: &str, message: impl Into<String>) -> Self {
        Self { level: Level::Warning, path: path.to_owned(), line: 1, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = if self.level == Level::Error { "error" } else { "warning" };
        write!(f, "{level}: {}:{}: {}", self.path, self.line, self.message)
    }
}

type Rule = (&'static str, fn(&Tree) -> Vec<Finding>);

const RULES: [Rule; 10] = [
    ("dependency edges", edges::check),
    ("pure ground", ground::check),
    ("SQL and its owners", sql::check),
    ("file lengths", length::check),
    ("banned words", banned::check),
    ("names of machines and hosts", banned::check_places),
    ("amounts in law", amounts::check),
    ("links", links::check),
    ("glossary", glossary::check),
    ("tests of the threat model", threats::check),
];

/// Applies every rule to the files that git knows or would add; the result says whether there was no error.
pub fn run() -> Result<bool> {
    let tree = Tree::read(&root()?)?;
    let mut errors = 0;
    for (name, rule) in RULES {
        let findings = rule(&tree);
        for finding in &findings {
            println!("{finding}");
        }
        let failed = findings.iter().filter(|f| f.level == Level::Error).count();
        println!("{name}: {}", if failed == 0 { "ok".to_owned() } else { format!("{failed} errors") });
        errors += failed;
    }
    println!("tidy: {errors} errors in {} files", tree.paths().count());
    Ok(errors == 0)
}
