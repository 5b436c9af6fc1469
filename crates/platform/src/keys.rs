//! Secrets: a key ring outside the database, sealed fields, keyed search tokens and the signing key of the log.
//!
//! Three levels: the ring (a file that is never on the backup medium), a data key per subject wrapped by the ring (deleting it makes
//! every sealed field of that person unreadable), and the sealed fields themselves, bound to table, column and row.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair};
use ring::{digest, hmac};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use thiserror::Error;

/// Why a secret could not be handled. Never contains the secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The ring file cannot be read or written.
    #[error("鍵の保管場所を使えません({0})。場所と権限を確かめてください")]
    Ring(String),
    /// No such key: deleted (暗号消去), or a ring of another city.
    #[error("復号する鍵がありません。消去済みか、別の鍵束です")]
    NoKey,
    /// The sealed bytes were changed, or belong to another row.
    #[error("暗号化された項目を復号できません。改変されたか、別の行のものです")]
    Broken,
}

/// A value that must not be printed or logged by accident: no `Display`, no `Serialize`, and `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, at the point where it is used.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[derive(Serialize, Deserialize)]
struct RingFile {
    /// Key id → 32 bytes in hex. The highest id seals; older ones still open.
    master: BTreeMap<u32, String>,
    /// Ed25519 PKCS#8 of the log, in hex.
    log: String,
}

/// The key ring of one trust zone.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    master: BTreeMap<u32, Master>,
    current: u32,
    log: Ed25519KeyPair,
    random: SystemRandom,
}

/// A key of the ring, and the same made ready to seal with.
struct Master {
    bytes: [u8; 32],
    aead: LessSafeKey,
}

/// Where a sealed value lives. It opens only there.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// SQL table.
    pub table: &'a str,
    /// SQL column.
    pub column: &'a str,
    /// What identifies the row: its 宛名番号, its number, the name of the file.
    pub row: &'a str,
}

impl Place<'_> {
    fn aad(&self) -> Vec<u8> {
        format!("{}\u{1f}{}\u{1f}{}", self.table, self.column, self.row).into_bytes()
    }
}

/// A data key: of one subject, or of the zone for things without a subject.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKey([u8; 32]);

impl Keys {
    /// Opens the ring file, or makes one when it does not exist (embedded default; production uses PKCS#11).
    ///
    /// # Errors
    /// [`KeyError::Ring`] when the file cannot be read, written or understood.
    pub fn open(file: &Path) -> Result<Self, KeyError> {
        if !file.exists() {
            let ring = Self::fresh()?;
            write_private(file, &ring)?;
        }
        let text = std::fs::read_to_string(file).map_err(|e| KeyError::Ring(e.kind().to_string()))?;
        let ring: RingFile = serde_json::from_str(&text).map_err(|_| KeyError::Ring("形式".into()))?;
        Self::of(&ring)
    }

    /// A ring that lives only in memory, for tests.
    ///
    /// # Errors
    /// [`KeyError::Ring`] when the system gives no randomness.
    pub fn ephemeral() -> Result<Self, KeyError> {
        Self::of(&Self::fresh()?)
    }

    fn fresh() -> Result<RingFile, KeyError> {
        let random = SystemRandom::new();
        let mut key = [0u8; 32];
        let no_random = |_| KeyError::Ring("乱数".into());
        random.fill(&mut key).map_err(no_random)?;
        let log = Ed25519KeyPair::generate_pkcs8(&random).map_err(no_random)?;
        Ok(RingFile { master: BTreeMap::from([(1, hex(&key))]), log: hex(log.as_ref()) })
    }

    fn of(ring: &RingFile) -> Result<Self, KeyError> {
        let bad = || KeyError::Ring("形式".into());
        let mut master = BTreeMap::new();
        for (id, key) in &ring.master {
            let bytes: [u8; 32] = unhex(key).and_then(|k| k.try_into().ok()).ok_or_else(bad)?;
            master.insert(*id, Master { bytes, aead: aead(&bytes)? });
        }
        let current = *master.keys().next_back().ok_or_else(bad)?;
        let log = Ed25519KeyPair::from_pkcs8(&unhex(&ring.log).ok_or_else(bad)?).map_err(|_| bad())?;
        Ok(Self(Arc::new(Inner { master, current, log, random: SystemRandom::new() })))
    }

    /// Fills bytes from the operating system's generator.
    ///
    /// # Errors
    /// [`KeyError::Ring`] when it gives none.
    pub fn random<const N: usize>(&self) -> Result<[u8; N], KeyError> {
        let mut bytes = [0u8; N];
        self.0.random.fill(&mut bytes).map_err(|_| KeyError::Ring("乱数".into()))?;
        Ok(bytes)
    }

    /// A new data key, and the form in which the database keeps it.
    ///
    /// # Errors
    /// [`KeyError::Ring`].
    pub fn new_data_key(&self, owner: &str) -> Result<(DataKey, Vec<u8>), KeyError> {
        let key = DataKey(self.random()?);
        let place = Place { table: "platform_data_key", column: "wrapped", row: owner };
        let wrapped = self.seal_with(self.0.current, &self.master(self.0.current)?.aead, place, &key.0)?;
        Ok((key, wrapped))
    }

    /// Unwraps a data key.
    ///
    /// # Errors
    /// [`KeyError::NoKey`] for another ring, [`KeyError::Broken`] for changed bytes.
    pub fn data_key(&self, owner: &str, wrapped: &[u8]) -> Result<DataKey, KeyError> {
        let id = key_id(wrapped).ok_or(KeyError::Broken)?;
        let place = Place { table: "platform_data_key", column: "wrapped", row: owner };
        let bytes = open_with(&self.master(id)?.aead, place, wrapped)?;
        bytes.try_into().map(DataKey).map_err(|_| KeyError::Broken)
    }

    /// Seals under the ring itself: things that belong to no subject (drafts, files, jobs).
    ///
    /// # Errors
    /// [`KeyError::Ring`].
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.seal_with(self.0.current, &self.master(self.0.current)?.aead, place, plain)
    }

    /// Opens what [`Keys::seal`] sealed.
    ///
    /// # Errors
    /// [`KeyError::NoKey`] or [`KeyError::Broken`].
    pub fn open_sealed(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        open_with(&self.master(key_id(sealed).ok_or(KeyError::Broken)?)?.aead, place, sealed)
    }

    /// Seals under a subject's data key.
    ///
    /// # Errors
    /// [`KeyError::Ring`].
    pub fn seal_for(&self, key: &DataKey, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.seal_with(0, &aead(&key.0)?, place, plain)
    }

    /// Opens what [`Keys::seal_for`] sealed.
    ///
    /// # Errors
    /// [`KeyError::Broken`].
    pub fn open_for(&self, key: &DataKey, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        open_with(&aead(&key.0)?, place, sealed)
    }

    /// A keyed token to find a secret by its exact value: HMAC-SHA-256 under a key of its own for each field, 16 bytes.
    ///
    /// # Errors
    /// [`KeyError::NoKey`].
    pub fn token(&self, field: &str, value: &str) -> Result<Vec<u8>, KeyError> {
        // Tokens must stay findable, so they hang on the first key of the ring, which is never retired.
        let first = self.0.master.values().next().ok_or(KeyError::NoKey)?;
        let root = hmac::Key::new(hmac::HMAC_SHA256, &first.bytes);
        let field_key = hmac::sign(&root, format!("token\u{1f}{field}").as_bytes());
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, field_key.as_ref()), value.as_bytes());
        Ok(tag.as_ref().iter().copied().take(16).collect())
    }

    /// Signs a checkpoint of the log.
    pub fn sign_log(&self, message: &[u8]) -> Vec<u8> {
        self.0.log.sign(message).as_ref().to_vec()
    }

    /// The log's public key, 32 bytes: all a verifier needs besides the witnessed checkpoint.
    pub fn log_public_key(&self) -> Vec<u8> {
        self.0.log.public_key().as_ref().to_vec()
    }

    fn master(&self, id: u32) -> Result<&Master, KeyError> {
        self.0.master.get(&id).ok_or(KeyError::NoKey)
    }

    fn seal_with(&self, id: u32, key: &LessSafeKey, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let nonce: [u8; NONCE_LEN] = self.random()?;
        let mut sealed = Vec::with_capacity(HEAD + plain.len() + AES_256_GCM.tag_len());
        sealed.push(1);
        sealed.extend_from_slice(&id.to_be_bytes());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let body = sealed.get_mut(HEAD..).ok_or(KeyError::Broken)?;
        let (nonce, aad) = (Nonce::assume_unique_for_key(nonce), Aad::from(place.aad()));
        let tag = key.seal_in_place_separate_tag(nonce, aad, body).map_err(|_| KeyError::Broken)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }
}

/// What stands before the sealed bytes: the form (1), the key's id, the nonce.
const HEAD: usize = 5 + NONCE_LEN;

fn aead(key: &[u8; 32]) -> Result<LessSafeKey, KeyError> {
    UnboundKey::new(&AES_256_GCM, key).map(LessSafeKey::new).map_err(|_| KeyError::NoKey)
}

fn key_id(sealed: &[u8]) -> Option<u32> {
    match sealed {
        [1, a, b, c, d, ..] => Some(u32::from_be_bytes([*a, *b, *c, *d])),
        _ => None,
    }
}

fn open_with(key: &LessSafeKey, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
    let rest = sealed.get(5..).ok_or(KeyError::Broken)?;
    let (nonce, body) = rest.split_at_checked(NONCE_LEN).ok_or(KeyError::Broken)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| KeyError::Broken)?;
    let mut body = body.to_vec();
    let plain = key.open_in_place(nonce, Aad::from(place.aad()), &mut body).map_err(|_| KeyError::Broken)?.len();
    body.truncate(plain);
    Ok(body)
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0u8; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from(if n < 10 { b'0' + n } else { b'a' + n - 10 });
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// Reads hexadecimal; `None` when it is not.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2).map(|p| std::str::from_utf8(p).ok());
    pairs.map(|p| p.filter(|p| p.len() == 2).and_then(|p| u8::from_str_radix(p, 16).ok())).collect()
}

fn write_private(file: &Path, ring: &RingFile) -> Result<(), KeyError> {
    let fail = |e: std::io::Error| KeyError::Ring(e.kind().to_string());
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    let text = serde_json::to_string_pretty(ring).map_err(|_| KeyError::Ring("形式".into()))?;
    std::fs::write(file, text).map_err(fail)?;
    #[cfg(unix)]
    std::fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).map_err(fail)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Place<'static> = Place { table: "resident_number", column: "my_number", row: "7" };

    #[test]
    fn a_sealed_field_opens_only_in_its_own_row_with_its_own_key() {
        let keys = Keys::ephemeral().unwrap();
        let (key, wrapped) = keys.new_data_key("subject 7").unwrap();
        let sealed = keys.seal_for(&key, HERE, b"123456789018").unwrap();
        assert_eq!(keys.open_for(&key, HERE, &sealed).unwrap(), b"123456789018");
        assert_eq!(keys.open_for(&key, Place { row: "8", ..HERE }, &sealed), Err(KeyError::Broken));
        let (other, _) = keys.new_data_key("subject 8").unwrap();
        assert_eq!(keys.open_for(&other, HERE, &sealed), Err(KeyError::Broken));
        assert!(keys.data_key("subject 7", &wrapped).unwrap() == key);
        assert!(keys.data_key("subject 8", &wrapped).is_err());
        assert!(Keys::ephemeral().unwrap().data_key("subject 7", &wrapped).is_err());
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(keys.open_for(&key, HERE, &changed), Err(KeyError::Broken));
        assert_ne!(sealed, keys.seal_for(&key, HERE, b"123456789018").unwrap());
    }

    #[test]
    fn tokens_are_equal_for_equal_values_and_differ_by_field_and_ring() {
        let keys = Keys::ephemeral().unwrap();
        assert_eq!(keys.token("my_number", "1").unwrap(), keys.token("my_number", "1").unwrap());
        assert_ne!(keys.token("my_number", "1").unwrap(), keys.token("account", "1").unwrap());
        assert_ne!(keys.token("my_number", "1").unwrap(), Keys::ephemeral().unwrap().token("my_number", "1").unwrap());
    }

    #[test]
    fn the_ring_survives_on_disk_and_stays_private() {
        let folder = std::env::temp_dir().join(format!("atena-ring-{}", std::process::id()));
        let file = folder.join("ring.json");
        let first = Keys::open(&file).unwrap();
        let second = Keys::open(&file).unwrap();
        assert_eq!(first.log_public_key(), second.log_public_key());
        let sealed = first.seal(HERE, b"x").unwrap();
        assert_eq!(second.open_sealed(HERE, &sealed).unwrap(), b"x");
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn secrets_do_not_print() {
        assert_eq!(format!("{:?}", Secret::new("123456789018")), "Secret(…)");
    }
}
