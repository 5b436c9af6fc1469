//! The files under check, in memory, so that every rule can be tested on a made-up tree.

use super::rust::Source;
use crate::shell::capture;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Text files with their contents, and the paths of all files.
pub struct Tree {
    texts: Vec<File>,
    paths: BTreeSet<String>,
}

/// One text file.
pub struct File {
    /// Path from the root, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
    /// The text as Rust, when it is.
    rust: Option<Source>,
}

impl File {
    fn new(path: String, text: String) -> Self {
        let rust = path.ends_with(".rs").then(|| Source::parse(&path, &text));
        Self { path, text, rust }
    }

    /// The crate folder's name for a file under crates/.
    pub fn krate(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split_once('/').map(|(name, _)| name)
    }

    /// Whether the file is under the `src` folder of a crate.
    pub fn in_src(&self) -> bool {
        self.path.split('/').nth(2) == Some("src")
    }

    /// Lines with their 1-based numbers.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(n, line)| (n + 1, line))
    }
}

impl Tree {
    /// Every file that git tracks or would add, under `root`.
    pub fn read(root: &Path) -> Result<Self> {
        let list = capture(Command::new("git").current_dir(root).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]))?;
        let mut tree = Self { texts: Vec::new(), paths: BTreeSet::new() };
        for path in list.split('\0').filter(|p| !p.is_empty()) {
            let file = root.join(path);
            if !file.is_file() {
                continue;
            }
            let bytes = std::fs::read(&file).with_context(|| format!("cannot read {path}"))?;
            tree.paths.insert(path.to_owned());
            if let Ok(text) = String::from_utf8(bytes) {
                tree.texts.push(File::new(path.to_owned(), text));
            }
        }
        Ok(tree)
    }

    /// A made-up tree of text files.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self {
            texts: files.iter().map(|(path, text)| File::new((*path).to_owned(), (*text).to_owned())).collect(),
            paths: files.iter().map(|(path, _)| (*path).to_owned()).collect(),
        }
    }

    /// All text files.
    pub fn texts(&self) -> impl Iterator<Item = &File> {
        self.texts.iter()
    }

    /// All Rust files with their parsed form.
    pub fn rust(&self) -> impl Iterator<Item = (&File, &Source)> {
        self.texts.iter().filter_map(|file| Some((file, file.rust.as_ref()?)))
    }

    /// The paths of all files, text or not.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(String::as_str)
    }

    /// Whether a file or a folder with files lies at this path.
    pub fn has(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        path.is_empty()
            || self.paths.contains(path)
            || self.paths.range(folder.clone()..).next().is_some_and(|p| p.starts_with(&folder))
    }
}
