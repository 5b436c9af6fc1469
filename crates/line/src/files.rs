//! Private files: written whole or not at all, readable by their owner only.

use crate::error::LineError;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// The failure of a file in words.
pub fn failed(file: &Path) -> impl FnOnce(io::Error) -> LineError {
    let name = file.display().to_string();
    move |error| LineError::File(name, error.kind().to_string())
}

/// Makes a folder that only its owner may enter.
pub fn private_folder(folder: &Path) -> Result<(), LineError> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed(folder))
}

/// Writes a file with mode 0600 and puts it in its place at once, so that a reader sees the old or the new one.
pub fn write_private(file: &Path, text: &str) -> Result<(), LineError> {
    let new = file.with_extension("new");
    let written = || {
        fs::remove_file(&new).or_else(|e| if e.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(e) })?;
        let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        out.write_all(text.as_bytes())?;
        out.sync_all()?;
        fs::rename(&new, file)
    };
    written().map_err(failed(file))
}

/// Reads a text file.
pub fn read(file: &Path) -> Result<String, LineError> {
    fs::read_to_string(file).map_err(failed(file))
}
