//! Witnesses keep the last checkpoint where nobody who can write to the database can write too.

use super::merkle::{Hash, verify_consistency};
use super::note::Checkpoint;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use thiserror::Error;

/// Why a witness did not keep a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WitnessError {
    /// Not signed by the log.
    #[error("ログの署名がない検査点です。保管しませんでした")]
    NotSigned,
    /// Shorter than the one already kept.
    #[error("記録が前回の検査点({kept}件)より短くなっています({offered}件)。データベースが古い状態に戻された疑いがあります")]
    RolledBack {
        /// Leaves in the checkpoint that is kept.
        kept: u64,
        /// Leaves in the one offered.
        offered: u64,
    },
    /// Not a continuation of the one already kept.
    #[error("記録が前回の検査点({kept}件)の続きではありません。別の記録に差し替えられた疑いがあります")]
    Forked {
        /// Leaves in the checkpoint that is kept.
        kept: u64,
    },
    /// The place cannot be read or written.
    #[error("検査点の保管場所を使えません({0})。場所・権限・中身を確かめてください")]
    Storage(String),
}

/// Keeps checkpoints and refuses any that does not continue the last one.
pub trait Witness: Send + Sync {
    /// Keeps a checkpoint. `proof` shows that it continues the one from [`Witness::last`].
    ///
    /// # Errors
    /// [`WitnessError`]; then nothing was kept.
    fn keep(&self, note: &str, proof: &[Hash]) -> Result<(), WitnessError>;

    /// The checkpoint kept last.
    ///
    /// # Errors
    /// [`WitnessError::Storage`].
    fn last(&self) -> Result<Option<String>, WitnessError>;
}

/// A witness in a file to which notes are only ever added, outside the database and its backups. The file is looked after by another
/// account or another machine in production.
pub struct FileWitness {
    path: PathBuf,
    public_key: Vec<u8>,
    turn: Mutex<()>,
}

/// How much of the end of the file is read to find the last note.
const TAIL: u64 = 8192;

fn storage(error: std::io::Error) -> WitnessError {
    WitnessError::Storage(error.kind().to_string())
}

impl FileWitness {
    /// A witness of the log with this public key. The file is made with the first note.
    pub fn new(path: PathBuf, public_key: Vec<u8>) -> Self {
        Self { path, public_key, turn: Mutex::new(()) }
    }

    /// The last whole note. A note that a power cut tore is passed over.
    fn read_last(&self) -> Result<Option<Checkpoint>, WitnessError> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(storage(e)),
        };
        let length = file.metadata().map_err(storage)?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).map_err(storage)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(storage)?;
        let text = String::from_utf8_lossy(&bytes);
        // Notes are separated by an empty line of their own, and each has one between text and signature.
        let blocks: Vec<&str> = text.split("\n\n").collect();
        let notes = blocks.windows(2).rev().filter_map(|pair| match pair {
            [body, signature] => Some(format!("{}\n\n{}\n", body.trim_start_matches('\n'), signature.trim_end())),
            _ => None,
        });
        let last = notes.filter_map(|note| Checkpoint::open(&note, &self.public_key)).next();
        // A whole signature line that does not verify: not our file, or somebody has changed it.
        if last.is_none() && text.split_inclusive('\n').any(|line| line.starts_with("— ") && line.ends_with('\n')) {
            return Err(WitnessError::Storage("形式".into()));
        }
        Ok(last)
    }

    fn add(&self, note: &str) -> Result<(), WitnessError> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder).map_err(storage)?;
        }
        let mut file = OpenOptions::new().create(true).append(true).open(&self.path).map_err(storage)?;
        // The line feeds in front end a note that was torn.
        file.write_all(format!("\n\n{}\n", note.trim_end()).as_bytes()).map_err(storage)?;
        file.sync_data().map_err(storage)
    }
}

impl Witness for FileWitness {
    fn keep(&self, note: &str, proof: &[Hash]) -> Result<(), WitnessError> {
        let _turn = self.turn.lock().map_err(|_| WitnessError::Storage("排他".into()))?;
        let offered = Checkpoint::open(note, &self.public_key).ok_or(WitnessError::NotSigned)?;
        if let Some(kept) = self.read_last()? {
            if offered.size < kept.size {
                return Err(WitnessError::RolledBack { kept: kept.size, offered: offered.size });
            }
            if !verify_consistency(kept.size, offered.size, &kept.root, &offered.root, proof) {
                return Err(WitnessError::Forked { kept: kept.size });
            }
            if kept.size == offered.size {
                return Ok(());
            }
        }
        self.add(note)
    }

    fn last(&self) -> Result<Option<String>, WitnessError> {
        Ok(self.read_last()?.map(|c| c.note))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::merkle::{leaf_hash, root};
    use crate::keys::Keys;
    use kernel::time::Timestamp;

    fn checkpoint(keys: &Keys, leaves: &[Hash]) -> Checkpoint {
        Checkpoint::sign(keys, leaves.len() as u64, root(leaves), [0; 32], Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn the_file_keeps_what_continues_and_refuses_the_rest() {
        let folder = std::env::temp_dir().join(format!("atena-witness-{}", std::process::id()));
        let keys = Keys::ephemeral().unwrap();
        let path = folder.join("checkpoints");
        let witness = FileWitness::new(path.clone(), keys.log_public_key());
        assert_eq!(witness.last(), Ok(None));
        let (a, b, c) = (leaf_hash(b"a"), leaf_hash(b"b"), leaf_hash(b"c"));
        let one = checkpoint(&keys, &[a]);
        let two = checkpoint(&keys, &[a, b]);
        witness.keep(&one.note, &[]).unwrap();
        assert_eq!(witness.last(), Ok(Some(one.note.clone())));
        assert_eq!(witness.keep(&checkpoint(&keys, &[c, b]).note, &[b]), Err(WitnessError::Forked { kept: 1 }));
        assert_eq!(witness.keep(&two.note, &[]), Err(WitnessError::Forked { kept: 1 }), "without proof");
        witness.keep(&two.note, &[b]).unwrap();
        witness.keep(&two.note, &[]).unwrap();
        assert_eq!(witness.last(), Ok(Some(two.note.clone())));
        assert_eq!(witness.keep(&one.note, &[]), Err(WitnessError::RolledBack { kept: 2, offered: 1 }));
        let stranger = checkpoint(&Keys::ephemeral().unwrap(), &[a, b, c]);
        assert_eq!(witness.keep(&stranger.note, &[c]), Err(WitnessError::NotSigned));
        let again = FileWitness::new(path.clone(), keys.log_public_key());
        assert_eq!(again.last(), Ok(Some(two.note.clone())), "a new process reads the same");
        // A power cut in the middle of a note.
        let three = checkpoint(&keys, &[a, b, c]);
        let torn = three.note.split_at(80).0.to_owned();
        OpenOptions::new().append(true).open(&path).unwrap().write_all(format!("\n{torn}").as_bytes()).unwrap();
        assert_eq!(again.last(), Ok(Some(two.note.clone())));
        again.keep(&three.note, &[c]).unwrap();
        assert_eq!(again.last(), Ok(Some(three.note)));
        // More notes than the tail holds.
        let mut leaves = vec![a, b, c];
        for n in 0..60u8 {
            let leaf = leaf_hash(&[n]);
            leaves.push(leaf);
            let next = checkpoint(&keys, &leaves);
            let plan = crate::audit::merkle::consistency_plan(leaves.len() as u64 - 1, leaves.len() as u64).unwrap();
            let proof: Vec<Hash> = plan.iter().map(|r| root(&leaves[r.from as usize..r.to as usize])).collect();
            again.keep(&next.note, &proof).unwrap();
            assert_eq!(again.last(), Ok(Some(next.note)));
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
