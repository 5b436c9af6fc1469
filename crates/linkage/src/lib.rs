//! 名寄せ of a folder: the systems' extracts in, clusters and questions out, and the score against a truth file.
//!
//! The engine is `matching`; here are the files, the check digits and the keyed hash of 個人番号, which goes no further than this crate.

mod read;
mod scale;
mod score;
mod write;

use matching::{Corpus, Linkage, Policy, Settings, Tables};
use ring::hmac;
use std::path::{Path, PathBuf};
use thiserror::Error;

pub use scale::scale;
pub use score::{Quality, Score, score};
pub use write::write;

/// Why a run could not be made.
#[derive(Debug, Error)]
pub enum LinkageError {
    /// A file or folder could not be read.
    #[error("{path}を読み込めません（{why}）。ファイルの場所と形式を確かめてください")]
    Read {
        /// The file.
        path: String,
        /// What the system said.
        why: String,
    },
    /// A file or folder could not be written.
    #[error("{path}に書き込めません（{why}）。空き容量と権限を確かめてください")]
    Write {
        /// The file.
        path: String,
        /// What the system said.
        why: String,
    },
    /// There is nothing to link.
    #[error("{0}に宛名のCSVがありません。宛名番号・氏名・生年月日の列があるファイルを置いてください")]
    Nothing(String),
}

impl LinkageError {
    pub(crate) fn read(path: &Path, why: &dyn std::fmt::Display) -> Self {
        Self::Read { path: path.display().to_string(), why: why.to_string() }
    }

    pub(crate) fn write(path: &Path, why: &dyn std::fmt::Display) -> Self {
        Self::Write { path: path.display().to_string(), why: why.to_string() }
    }
}

/// What to link and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folder with one CSV file per system.
    pub folder: PathBuf,
    /// The resident registry's address and name history.
    pub history: Option<PathBuf>,
    /// Name of the system that is the resident registry.
    pub registry: Option<String>,
    /// What links without a person beyond the guideline, by decision of the city.
    pub policy: Policy,
    /// Whether 個人番号 are compared; without them the result shows what a system that may not hold them loses.
    pub numbers: bool,
    /// Folder for the result; nothing is written without one.
    pub out: Option<PathBuf>,
    /// Key under which 個人番号 are hashed for comparison.
    pub key: [u8; 32],
}

/// Links a folder.
///
/// # Errors
/// [`LinkageError`] when there is nothing to link or a file cannot be read.
pub fn run(options: &Options) -> Result<Linkage, LinkageError> {
    let extracts = read::extracts(&options.folder)?;
    if extracts.is_empty() {
        return Err(LinkageError::Nothing(options.folder.display().to_string()));
    }
    let mut corpus = Corpus::new(tables());
    let key = options.numbers.then(|| hmac::Key::new(hmac::HMAC_SHA256, &options.key));
    for extract in &extracts {
        read::read_extract(&mut corpus, extract, key.as_ref())?;
    }
    let registry = options.registry.clone();
    if let (Some(path), Some(system)) = (&options.history, &registry) {
        read::read_history(&mut corpus, system, path)?;
    }
    let linkage = matching::link(corpus, &Settings { registry, policy: options.policy });
    if let Some(out) = &options.out {
        write(&linkage, out)?;
    }
    Ok(linkage)
}

/// What [`tables`] are made from (data/moji): the MJ list and the folding map.
pub const TABLES: &str = "MJ文字情報一覧表 006.02・MJ縮退マップ 1.2.0";

/// The tables of this release: 文字情報基盤 and the municipalities of Japan.
pub fn tables() -> Tables {
    let all: Vec<_> = reference::municipality::all().collect();
    let mut names: Vec<&str> = all.iter().flat_map(|m| [m.prefecture, m.city]).filter(|name| !name.is_empty()).collect();
    let wards = all.iter().filter(|m| m.city.ends_with('区')).filter_map(|m| m.city.split_once('市'));
    names.extend(wards.map(|(_, ward)| ward));
    names.sort_unstable();
    names.dedup();
    Tables::new(TABLES, reference::fold, names)
}
