//! The programs that the tests need beside a Rust toolchain: found, or installed, or named.

use crate::shell::{find_program, run};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// axe-core, the accessibility checker that browser tests inject; a development tool, never shipped.
const AXE_VERSION: &str = "4.14.1";

/// What to look for and the Debian package that brings it.
const PACKAGES: [(&str, &str); 5] =
    [("initdb", "postgresql"), ("chromium", "chromium"), ("pdftotext", "poppler-utils"), ("npm", "npm"), ("strace", "strace")];

/// Paths of everything that the tests are told about.
pub struct Tools {
    /// Folder with `initdb`, `postgres`, `pg_ctl` and the client programs.
    pub postgres_bin: PathBuf,
    /// The browser.
    pub chromium: PathBuf,
    /// The accessibility checker, one script.
    pub axe: PathBuf,
}

/// Finds every tool, installing what is missing when we are root on a Debian system.
///
/// Errors: a tool is missing and cannot be installed; the message says exactly what to install.
pub fn ensure(target: &Path) -> Result<Tools> {
    let missing: Vec<&str> = PACKAGES.iter().filter(|(name, _)| locate(name).is_none()).map(|(_, package)| *package).collect();
    if !missing.is_empty() {
        install(&missing)?;
    }
    let postgres = locate("initdb").context("initdb is still missing after the installation")?;
    Ok(Tools {
        postgres_bin: postgres.parent().context("initdb has no folder")?.to_owned(),
        chromium: locate("chromium").context("chromium is still missing after the installation")?,
        axe: axe(&target.join("tools"))?,
    })
}

fn locate(name: &str) -> Option<PathBuf> {
    if name == "initdb" { newest_initdb(Path::new("/usr/lib/postgresql")) } else { find_program(name) }
}

/// Debian keeps the server's programs in one folder a major version, off the search path.
fn newest_initdb(base: &Path) -> Option<PathBuf> {
    let versions = std::fs::read_dir(base).ok()?.flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin/initdb"))))
        .filter(|(_, file)| file.is_file())
        .collect();
    found.sort();
    found.pop().map(|(_, file)| file)
}

fn install(packages: &[&str]) -> Result<()> {
    let wanted = packages.join(" ");
    if !is_root()? || find_program("apt-get").is_none() {
        bail!("these tools are missing; install them and start again:\n  sudo apt-get update && sudo apt-get install {wanted}");
    }
    println!("installing {wanted}");
    run(Command::new("apt-get").args(["update", "-q"]))?;
    run(Command::new("apt-get")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["install", "-q", "-y", "--no-install-recommends"])
        .args(packages))
}

/// Whether this process may act as another user and install packages.
pub fn is_root() -> Result<bool> {
    Ok(crate::shell::capture(Command::new("id").arg("-u"))?.trim() == "0")
}

fn axe(dir: &Path) -> Result<PathBuf> {
    let package = dir.join("node_modules/axe-core");
    let script = package.join("axe.min.js");
    if installed_version(&package).as_deref() != Some(AXE_VERSION) {
        std::fs::create_dir_all(dir)?;
        run(Command::new("npm")
            .args(["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
            .arg(dir)
            .arg(format!("axe-core@{AXE_VERSION}")))?;
    }
    if !script.is_file() {
        bail!("{} is missing although npm reported success", script.display());
    }
    Ok(script)
}

fn installed_version(package: &Path) -> Option<String> {
    let manifest: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(package.join("package.json")).ok()?).ok()?;
    Some(manifest.get("version")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::TempDir;

    #[test]
    fn the_newest_server_is_taken_by_number_not_by_spelling() {
        let base = TempDir::new("tools").unwrap();
        for version in ["9", "15", "notes"] {
            let bin = base.path().join(version).join("bin");
            std::fs::create_dir_all(&bin).unwrap();
            std::fs::write(bin.join("initdb"), "").unwrap();
        }
        assert_eq!(newest_initdb(base.path()), Some(base.path().join("15/bin/initdb")));
        assert_eq!(newest_initdb(&base.path().join("none")), None);
    }
}
