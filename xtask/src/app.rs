//! The built `atena` binary, as the tasks call it.

use crate::shell::{cargo, run, shown};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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

    /// Whether the binary knows this subcommand with this option, by its own help. The guard for steps that are planned in one
    /// place before the binary has them: a step that is not offered is reported as skipped, never passed over.
    pub fn offers(&self, subcommand: &str, option: &str) -> Result<bool> {
        let mut command = self.command(&[subcommand, "--help"]);
        let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {}", shown(&command)))?;
        Ok(output.status.success() && String::from_utf8_lossy(&output.stdout).contains(option))
    }
}
