//! 情報提供許可証: the network's signed word that one institution may ask another one thing about one person, once, until a time.

use crate::Randomness;
use crate::code::Code;
use crate::error::ExchangeError;
use crate::ident::{DataSet, Digest, InstitutionCode, ItemId, Mode, Nonce, PermitNo, ProcedureId, RequestId};
use crate::opaque::opaque;
use crate::seal::{SealError, SealKey, SealPublic, Sealed};
use kernel::time::Timestamp;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

opaque!(
    /// The network's public key, known to every gateway.
    NetworkPublic, "ネットワークの公開鍵", 32
);
opaque!(
    /// An Ed25519 signature.
    Signature, "署名", 64
);

/// The network's signing key.
pub struct NetworkKey(Ed25519KeyPair);

impl fmt::Debug for NetworkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NetworkKey(…)")
    }
}

impl NetworkKey {
    /// The key pair made from a secret seed of 32 random bytes.
    ///
    /// # Errors
    /// [`SealError::BadKey`] when the library refuses the seed.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, SealError> {
        Ed25519KeyPair::from_seed_unchecked(seed).map(Self).map_err(|_| SealError::BadKey)
    }

    /// The public half.
    pub fn public(&self) -> NetworkPublic {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(self.0.public_key().as_ref()).for_each(|(to, from)| *to = *from);
        NetworkPublic::from_bytes(bytes)
    }
}

/// What a permit says. The asker's 符号 is in it as a salted hash and the provider's is sealed for the provider, so that neither side
/// learns the other's name for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Number of the permit and of its record.
    pub no: PermitNo,
    /// Good for one inquiry.
    pub nonce: Nonce,
    /// The asker's id of the inquiry.
    pub request: RequestId,
    /// 情報照会者.
    pub asker: InstitutionCode,
    /// 情報提供者.
    pub provider: InstitutionCode,
    /// 事務手続 for which it is asked.
    pub procedure: ProcedureId,
    /// 特定個人情報.
    pub data_set: DataSet,
    /// Items asked for.
    pub items: Vec<ItemId>,
    /// Hash of the nonce and the asker's 符号.
    pub asker_code: Digest,
    /// The provider's 符号, sealed for the provider.
    pub provider_code: Sealed,
    /// The asker's key, to which the answer is sealed.
    pub asker_key: SealPublic,
    /// The provider's key, to which the inquiry is sealed.
    pub provider_key: SealPublic,
    /// 照会側不開示: the asker's side wants the exchange hidden.
    pub hidden: bool,
    /// Real or test.
    pub mode: Mode,
    /// 求め日時, by the network's clock.
    pub asked_at: Timestamp,
    /// Last instant of use.
    pub expires_at: Timestamp,
}

/// A permit as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permit {
    /// What it says.
    pub terms: Box<Terms>,
    signature: Signature,
}

/// Why a permit is not honoured, for the provider's own security log. The other side gets [`PermitFault::outward`], which tells less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Error)]
pub enum PermitFault {
    /// The signature is not the network's.
    #[error("許可証の署名がネットワークのものではありません")]
    Forged,
    /// For another provider.
    #[error("許可証が他の団体に宛てたものです")]
    Foreign,
    /// Too late.
    #[error("許可証の期限が切れています")]
    Expired,
    /// Used before, for another inquiry.
    #[error("許可証は使用済みです")]
    Replayed,
    /// A test permit in production or the reverse.
    #[error("本番とテストが食い違っています")]
    WrongMode,
}

impl PermitFault {
    /// What the sender is told.
    pub fn outward(self) -> ExchangeError {
        match self {
            PermitFault::Forged | PermitFault::Foreign => ExchangeError::PermitBadSignature,
            PermitFault::Expired | PermitFault::Replayed => ExchangeError::PermitExpired,
            PermitFault::WrongMode => ExchangeError::OutOfService,
        }
    }
}

/// What the network knows when it grants a permit, besides what was asked.
#[derive(Debug, Clone)]
pub struct Parties {
    /// The asker's 符号 of the person.
    pub asker_code: Code,
    /// The provider's 符号 of the person.
    pub provider_code: Code,
    /// The asker's public key.
    pub asker_key: SealPublic,
    /// The provider's public key.
    pub provider_key: SealPublic,
}

/// The asker's code as it stands in a permit.
pub(crate) fn code_mark(nonce: &Nonce, code: &Code) -> Digest {
    Digest::of(&[nonce.as_bytes(), code.as_bytes()])
}

impl Permit {
    /// Signs the terms.
    pub fn sign(terms: Terms, key: &NetworkKey) -> Self {
        let mut bytes = [0; 64];
        bytes.iter_mut().zip(key.0.sign(terms.digest().as_bytes()).as_ref()).for_each(|(to, from)| *to = *from);
        Self { signature: Signature::from_bytes(bytes), terms: Box::new(terms) }
    }

    /// Is this the network's signature over these terms?
    pub fn is_signed_by(&self, network: &NetworkPublic) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, network.as_bytes());
        key.verify(self.terms.digest().as_bytes(), self.signature.as_bytes()).is_ok()
    }

    /// The provider's check of where a permit comes from and for whom it is: signature, addressee and mode.
    ///
    /// # Errors
    /// [`PermitFault`].
    pub fn check_origin(&self, network: &NetworkPublic, me: &InstitutionCode, mode: Mode) -> Result<(), PermitFault> {
        if !self.is_signed_by(network) {
            return Err(PermitFault::Forged);
        }
        if self.terms.provider != *me {
            return Err(PermitFault::Foreign);
        }
        if self.terms.mode != mode {
            return Err(PermitFault::WrongMode);
        }
        Ok(())
    }

    /// The provider's check before first use: [`Permit::check_origin`], and its time. Whether it is used only the provider's store knows.
    ///
    /// # Errors
    /// [`PermitFault`].
    pub fn check(&self, network: &NetworkPublic, me: &InstitutionCode, mode: Mode, now: Timestamp) -> Result<(), PermitFault> {
        self.check_origin(network, me, mode)?;
        if now > self.terms.expires_at { Err(PermitFault::Expired) } else { Ok(()) }
    }

    /// The provider's 符号 of the person asked about.
    ///
    /// # Errors
    /// [`SealError::Broken`] with another key than the provider's.
    pub fn provider_code(&self, key: &SealKey) -> Result<Code, SealError> {
        let bytes = key.open(&self.terms.provider_code, self.terms.nonce.as_bytes())?;
        bytes.try_into().map(Code::from_bytes).map_err(|_| SealError::Broken)
    }
}

impl Terms {
    /// Seals the provider's code and marks the asker's.
    ///
    /// # Errors
    /// [`SealError::BadKey`] when the provider's key is unusable.
    pub fn codes(parties: &Parties, nonce: &Nonce, rng: &mut dyn Randomness) -> Result<(Digest, Sealed), SealError> {
        let sealed = Sealed::new(parties.provider_code.as_bytes(), &parties.provider_key, nonce.as_bytes(), rng)?;
        Ok((code_mark(nonce, &parties.asker_code), sealed))
    }

    /// Does the permit concern the person whom the asker knows by this code?
    pub fn concerns(&self, asker_code: &Code) -> bool {
        self.asker_code == code_mark(&self.nonce, asker_code)
    }

    /// SHA-256 over every field: what is signed, and what a sealed payload is bound to.
    pub fn digest(&self) -> Digest {
        let items: Vec<&[u8]> = self.items.iter().map(|item| item.as_str().as_bytes()).collect();
        let flags = [u8::from(self.hidden), u8::from(self.mode == Mode::Test)];
        Digest::of(&[
            b"permit 1",
            self.no.as_bytes(),
            self.nonce.as_bytes(),
            self.request.as_bytes(),
            self.asker.as_str().as_bytes(),
            self.provider.as_str().as_bytes(),
            self.procedure.as_str().as_bytes(),
            self.data_set.id.as_str().as_bytes(),
            &self.data_set.version.to_be_bytes(),
            Digest::of(&items).as_bytes(),
            self.asker_code.as_bytes(),
            self.provider_code.as_bytes(),
            self.asker_key.as_bytes(),
            self.provider_key.as_bytes(),
            &flags,
            &self.asked_at.as_microsecond().to_be_bytes(),
            &self.expires_at.as_microsecond().to_be_bytes(),
        ])
    }
}
