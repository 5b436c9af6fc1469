//! Payloads sealed between two gateways (HPKE, RFC 9180: X25519, HKDF-SHA256, ChaCha20-Poly1305), so that the network routes them
//! without being able to read them.

use crate::Randomness;
use crate::opaque::{bytes_from_hex, opaque, to_hex};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable, setup_receiver, setup_sender_with_rng};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::fmt;
use thiserror::Error;

const INFO: &[u8] = b"atena exchange 1";

/// Why a payload could not be sealed or opened. Says nothing about its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SealError {
    /// The recipient's public key is not one.
    #[error("相手の公開鍵が使えません。ネットワークの登録を確かめてください")]
    BadKey,
    /// Changed on the way, meant for somebody else, or belonging to another permit.
    #[error("封を開けません。途中で変わったか、別の宛先・別の許可証のものです")]
    Broken,
}

opaque!(
    /// Public key of a gateway's tenant.
    SealPublic, "公開鍵", 32
);

/// Secret key of a gateway's tenant. No `Display`, no serialisation; `Debug` hides it.
#[derive(Clone)]
pub struct SealKey {
    secret: <X25519HkdfSha256 as Kem>::PrivateKey,
    public: SealPublic,
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKey({:?})", self.public)
    }
}

impl SealKey {
    /// The key pair made from a secret seed of 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let (secret, public) = X25519HkdfSha256::derive_keypair(seed);
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(public.to_bytes().iter()).for_each(|(to, from)| *to = *from);
        Self { secret, public: SealPublic::from_bytes(bytes) }
    }

    /// The public half, registered with the network.
    pub fn public(&self) -> SealPublic {
        self.public
    }

    /// Opens what was sealed for this key with the same binding.
    ///
    /// # Errors
    /// [`SealError::Broken`].
    pub fn open(&self, sealed: &Sealed, binding: &[u8]) -> Result<Vec<u8>, SealError> {
        let (head, body) = sealed.0.split_at_checked(32).ok_or(SealError::Broken)?;
        let head = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(head).map_err(|_| SealError::Broken)?;
        let mut context =
            setup_receiver::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(&OpModeR::Base, &self.secret, &head, INFO)
                .map_err(|_| SealError::Broken)?;
        context.open(body, binding).map_err(|_| SealError::Broken)
    }
}

/// Bytes that only the holder of one key can read, bound to a context (such as the permit they belong to).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Seals bytes for a public key.
    ///
    /// # Errors
    /// [`SealError::BadKey`].
    pub fn new(plain: &[u8], to: &SealPublic, binding: &[u8], rng: &mut dyn Randomness) -> Result<Self, SealError> {
        let to = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(to.as_bytes()).map_err(|_| SealError::BadKey)?;
        let (head, mut context) =
            setup_sender_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(&OpModeS::Base, &to, INFO, &mut Adapter(rng))
                .map_err(|_| SealError::BadKey)?;
        let body = context.seal(plain, binding).map_err(|_| SealError::BadKey)?;
        Ok(Self([head.to_bytes().as_slice(), &body].concat()))
    }

    /// The sealed bytes, as they travel and are stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl TryFrom<String> for Sealed {
    type Error = SealError;
    fn try_from(text: String) -> Result<Self, SealError> {
        bytes_from_hex(&text).map(Self).ok_or(SealError::Broken)
    }
}

impl From<Sealed> for String {
    fn from(sealed: Sealed) -> String {
        to_hex(&sealed.0)
    }
}

/// Our randomness in the form the HPKE library takes.
struct Adapter<'a>(&'a mut dyn Randomness);

impl TryRng for Adapter<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(out);
        Ok(())
    }
}

impl TryCryptoRng for Adapter<'_> {}
