//! Files under docs/generated are written by the binary itself and checked in; `--check` fails when one is stale.

use crate::app::App;
use crate::shell::{TempDir, root, run, target_dir};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const DIR: &str = "docs/generated";

/// Writes docs/generated anew.
pub fn write() -> Result<bool> {
    let root = root()?;
    let app = App::build(&root, &target_dir(&root)?)?;
    let dir = root.join(DIR);
    if dir.exists() {
        std::fs::remove_dir_all(&dir)?;
    }
    std::fs::create_dir_all(&dir)?;
    produce(&app, &dir)?;
    println!("wrote {DIR}");
    Ok(true)
}

/// Compares docs/generated with what the binary writes today.
pub fn check() -> Result<bool> {
    let root = root()?;
    let app = App::build(&root, &target_dir(&root)?)?;
    let stale = stale_files(&app, &root)?;
    for name in &stale {
        println!("stale: {DIR}/{name} (run `cargo xtask generate`)");
    }
    Ok(stale.is_empty())
}

/// Names of files that are missing, left over or different.
pub fn stale_files(app: &App, root: &Path) -> Result<Vec<String>> {
    let fresh = TempDir::new("generate")?;
    produce(app, fresh.path())?;
    Ok(differences(&read_all(&root.join(DIR))?, &read_all(fresh.path())?))
}

fn produce(app: &App, dir: &Path) -> Result<()> {
    run(app.command(&["generate", "--out"]).arg(dir))
}

fn read_all(dir: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut pending = vec![PathBuf::new()];
    while let Some(relative) = pending.pop() {
        let folder = dir.join(&relative);
        if !folder.exists() {
            continue;
        }
        for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let entry = entry?;
            let name = relative.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                pending.push(name);
            } else {
                files.insert(name.to_string_lossy().into_owned(), std::fs::read(entry.path())?);
            }
        }
    }
    Ok(files)
}

fn differences(checked_in: &BTreeMap<String, Vec<u8>>, fresh: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let mut names: Vec<&String> = checked_in.keys().chain(fresh.keys()).collect();
    names.sort();
    names.dedup();
    names.into_iter().filter(|name| checked_in.get(*name) != fresh.get(*name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(of: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        of.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn missing_left_over_and_different_files_are_stale() {
        let checked_in = files(&[("same.md", "a"), ("old.md", "x"), ("changed.md", "1")]);
        let fresh = files(&[("same.md", "a"), ("new.md", "y"), ("changed.md", "2")]);
        assert_eq!(differences(&checked_in, &fresh), ["changed.md", "new.md", "old.md"]);
        assert!(differences(&fresh, &fresh).is_empty());
    }

    #[test]
    fn folders_inside_are_read_with_their_path() {
        let dir = TempDir::new("read").unwrap();
        std::fs::create_dir(dir.path().join("a")).unwrap();
        std::fs::write(dir.path().join("a/b.md"), "text").unwrap();
        assert_eq!(read_all(dir.path()).unwrap(), files(&[("a/b.md", "text")]));
    }
}
