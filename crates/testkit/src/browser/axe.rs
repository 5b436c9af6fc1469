//! The accessibility checker axe-core, run inside the page.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::fmt;
use std::path::PathBuf;

/// Runs axe over the whole document and keeps what a person needs to find the fault.
pub const RUN: &str = "axe.run(document, {resultTypes: ['violations']}).then(result => result.violations.map(v => \
    ({id: v.id, impact: v.impact ?? '', help: v.help, targets: v.nodes.map(n => n.target.flat().join(' '))})))";

/// One broken accessibility rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Violation {
    /// The rule, such as `label`.
    pub id: String,
    /// `minor`, `moderate`, `serious` or `critical`.
    pub impact: String,
    /// What the rule asks for.
    pub help: String,
    /// Selectors of the elements that break it.
    pub targets: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {} at {}", self.id, self.impact, self.help, self.targets.join(", "))
    }
}

/// Where `cargo xtask test` keeps the checker, in cargo's build folder.
const KEPT: &str = "tools/node_modules/axe-core/axe.min.js";

/// The checker's script, from `ATENA_AXE` or from the build folder that this test was built into.
pub fn script() -> Result<String> {
    let path = std::env::var_os("ATENA_AXE").map(PathBuf::from).or_else(kept);
    let path = path.context("there is no accessibility checker; run the tests with `cargo xtask test`")?;
    std::fs::read_to_string(&path).with_context(|| format!("cannot read the accessibility checker {}", path.display()))
}

fn kept() -> Option<PathBuf> {
    let test = std::env::current_exe().ok()?;
    test.ancestors().map(|folder| folder.join(KEPT)).find(|file| file.is_file())
}
