//! The built `atena` binary, as the tasks call it.

use crate::shell::{cargo, run};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The debug binary `atena`.
pub struct App(PathBuf);

impl App {
    /// Builds the whole workspace with all targets, so that tests, lints and tasks share one build, and finds the binary.
    pub fn build(root: &Path, target: &Path) -> Result<Self> {
        run(cargo().current_dir(root).args(["build", "--workspace", "--all-targets"]))?;
        let binary = target.join("debug/atena");
        if !binary.is_file() {
            bail!("{} was not built", binary.display());
        }
        Ok(Self(binary))
    }

    /// A call of the binary.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.0);
        command.args(args);
        command
    }
}
