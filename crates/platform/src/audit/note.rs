//! Checkpoints: the signed statement of how long the log is and what it holds, in the C2SP forms *tlog-checkpoint* and *signed-note*.
//!
//! ```text
//! atena.audit/3f2a…          origin, from the public key
//! 1234                       leaves
//! base64                     root of the tree
//! subjects base64            root of the map subject → last number
//! at 2026-11-20T00:42:00Z    when it was sealed
//!
//! — atena.audit/3f2a… base64(key id, signature)
//! ```

use super::merkle::Hash;
use crate::keys::{Keys, hex, sha256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::time::Timestamp;
use ring::signature::{ED25519, UnparsedPublicKey};

/// What the sealer vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Leaves in the log.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
    /// Root of the map subject → last number.
    pub subjects: Hash,
    /// When it was sealed.
    pub at: Timestamp,
    /// The signed note, as stored and handed out.
    pub note: String,
}

/// Origin of the log with this public key: the first line of its checkpoints and the name of its key.
pub fn origin(public_key: &[u8]) -> String {
    let id = sha256(public_key);
    format!("atena.audit/{}", hex(id.split_at(8).0))
}

/// Standard base64.
pub(super) fn b64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads standard base64 of `N` bytes.
pub(super) fn unb64<const N: usize>(text: &str) -> Option<[u8; N]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// Key id of a signed note: the first four bytes of SHA-256 over name, line feed, 0x01 (Ed25519) and public key.
fn key_id(name: &str, public_key: &[u8]) -> [u8; 4] {
    let mut text = format!("{name}\n\u{1}").into_bytes();
    text.extend_from_slice(public_key);
    let [a, b, c, d, ..] = sha256(&text);
    [a, b, c, d]
}

impl Checkpoint {
    /// Signs a checkpoint.
    pub fn sign(keys: &Keys, size: u64, root: Hash, subjects: Hash, at: Timestamp) -> Self {
        let public_key = keys.log_public_key();
        let name = origin(&public_key);
        let body = format!("{name}\n{size}\n{}\nsubjects {}\nat {at}\n", b64(&root), b64(&subjects));
        let mut signature = key_id(&name, &public_key).to_vec();
        signature.extend(keys.sign_log(body.as_bytes()));
        let note = format!("{body}\n— {name} {}\n", b64(&signature));
        Self { size, root, subjects, at, note }
    }

    /// Reads a note and checks its signature. `None` when it is not a checkpoint that this key signed.
    pub fn open(note: &str, public_key: &[u8]) -> Option<Self> {
        let (body, signatures) = note.split_once("\n\n")?;
        let body = format!("{body}\n");
        let name = origin(public_key);
        let signed = |line: &str| -> Option<bool> {
            let (who, signature) = line.strip_prefix("— ")?.split_once(' ')?;
            let bytes: [u8; 68] = unb64(signature)?;
            let (id, signature) = bytes.split_at(4);
            let known = who == name && id == key_id(&name, public_key);
            Some(known && UnparsedPublicKey::new(&ED25519, public_key).verify(body.as_bytes(), signature).is_ok())
        };
        if !signatures.lines().any(|line| signed(line) == Some(true)) {
            return None;
        }
        let mut lines = body.lines();
        if lines.next()? != name {
            return None;
        }
        let size = lines.next()?.parse().ok()?;
        let root = unb64(lines.next()?)?;
        let subjects = unb64(lines.next()?.strip_prefix("subjects ")?)?;
        let at = lines.next()?.strip_prefix("at ")?.parse().ok()?;
        Some(Self { size, root, subjects, at, note: note.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_opens_only_unchanged_and_only_with_its_key() {
        let keys = Keys::ephemeral().unwrap();
        let key = keys.log_public_key();
        let made = Checkpoint::sign(&keys, 7, [1; 32], [2; 32], Timestamp::UNIX_EPOCH);
        assert_eq!(Checkpoint::open(&made.note, &key), Some(made.clone()));
        assert_eq!(Checkpoint::open(&made.note, &Keys::ephemeral().unwrap().log_public_key()), None);
        let lines: Vec<&str> = made.note.lines().collect();
        for n in 0..lines.len() {
            let changed: Vec<String> =
                lines.iter().enumerate().map(|(i, l)| if i == n { format!("{l}0") } else { (*l).to_owned() }).collect();
            assert_eq!(Checkpoint::open(&(changed.join("\n") + "\n"), &key), None, "line {n}");
        }
        assert_eq!(Checkpoint::open(&made.note.replace("\n7\n", "\n8\n"), &key), None);
        assert_eq!(Checkpoint::open("", &key), None);
    }

    #[test]
    fn signatures_of_others_do_not_disturb() {
        let keys = Keys::ephemeral().unwrap();
        let made = Checkpoint::sign(&keys, 7, [1; 32], [2; 32], Timestamp::UNIX_EPOCH);
        let with_witness = format!("{}— witness.example {}\n", made.note, b64(&[9; 76]));
        assert_eq!(Checkpoint::open(&with_witness, &keys.log_public_key()).map(|c| c.size), Some(7));
    }
}
