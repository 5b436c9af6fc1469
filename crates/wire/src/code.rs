//! 符号: what a person is called on the network, one name per institution, unlinkable between institutions.
//!
//! The network draws one inner id (IDコード) per person and never lets it out. An institution's 符号 is a keyed hash of the inner id
//! under a secret of that institution alone, so that two institutions that put their tables side by side learn nothing, and the
//! network alone can turn one into the other.

use crate::ident::InstitutionCode;
use crate::opaque::opaque;
use ring::hmac;
use std::fmt;

opaque!(
    /// 符号(機関別符号): a person, as one institution's gateway knows them.
    Code, "符号", 16
);
opaque!(
    /// IDコード: a person, inside the network only.
    InnerId, "IDコード", 16
);
opaque!(
    /// 取得番号(処理通番): one acquisition. It may not be kept once the 符号 is bound (番号法21条の2).
    AcquisitionNo, "取得番号", 16
);
opaque!(
    /// A person as the 住基ネット peer names them to the network: a keyed hash of the first 住民票コード of their lineage, so that a change
    /// of 住民票コード or 個人番号 leaves it the same. Neither number can be read from it.
    LineageKey, "系統鍵", 32
);

/// The network's secret from which each institution's own secret is made.
#[derive(Clone)]
pub struct CodeSecret(hmac::Key);

impl fmt::Debug for CodeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeSecret(…)")
    }
}

impl CodeSecret {
    /// The secret with these bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The 符号 of a person for one institution. Always the same for the same pair.
    pub fn code(&self, person: &InnerId, institution: &InstitutionCode) -> Code {
        let own = hmac::sign(&self.0, institution.as_str().as_bytes());
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, own.as_ref()), person.as_bytes());
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
        Code::from_bytes(bytes)
    }
}

impl LineageKey {
    /// The key of a lineage, made by the 住基ネット peer under its own secret.
    pub fn derive(secret: &[u8; 32], first_resident_code: &kernel::ident::JuminhyoCode) -> Self {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), first_resident_code.as_str().as_bytes());
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
        Self::from_bytes(bytes)
    }
}
