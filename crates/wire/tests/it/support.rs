//! People, institutions and keys for the tests.

use kernel::ident::DanNo;
use kernel::time::Timestamp;
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};
use wire::Randomness;
use wire::code::{Code, CodeSecret, InnerId};
use wire::ident::{DataSet, DataSetId, InstitutionCode, ItemId, Mode, Nonce, PermitNo, ProcedureId, RequestId};
use wire::limits::Limits;
use wire::machine::{Body, Effect, Tenant};
use wire::permit::{NetworkKey, Parties, Permit, Terms};
use wire::seal::SealKey;

/// Randomness from a seed.
pub struct Dice(ChaCha8Rng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }
}

impl Randomness for Dice {
    fn fill(&mut self, out: &mut [u8]) {
        self.0.fill_bytes(out);
    }
}

pub fn at(text: &str) -> Timestamp {
    format!("{text}+09:00").parse().unwrap()
}

pub fn sakai() -> InstitutionCode {
    InstitutionCode::parse("0220127140310001").unwrap()
}

pub fn shinjuku() -> InstitutionCode {
    InstitutionCode::parse("0220113104110001").unwrap()
}

pub fn izumi() -> InstitutionCode {
    InstitutionCode::parse("0220127219610001").unwrap()
}

pub fn procedure(n: u8) -> ProcedureId {
    ProcedureId::parse(&format!("JT{n:014}")).unwrap()
}

pub fn data_set(n: u8) -> DataSetId {
    DataSetId::parse(&format!("TM{n:014}")).unwrap()
}

pub fn item(name: &str) -> ItemId {
    ItemId::parse(name).unwrap()
}

pub fn secret() -> CodeSecret {
    CodeSecret::new(&[7; 32])
}

pub fn person(n: u8) -> InnerId {
    InnerId::from_bytes([n; 16])
}

pub fn network_key() -> NetworkKey {
    NetworkKey::from_seed(&[9; 32]).unwrap()
}

pub fn seal_key(of: &InstitutionCode) -> SealKey {
    let mut seed = [1; 32];
    seed[..16].copy_from_slice(of.as_str().as_bytes());
    SealKey::from_seed(&seed)
}

pub fn code(n: u8, at: &InstitutionCode) -> Code {
    secret().code(&person(n), at)
}

/// Sakai asks Shinjuku for the tax of person 1 for 子ども医療, on 令和8年9月1日 10:00, good for a day.
pub fn permit() -> Permit {
    let mut dice = Dice::new(3);
    let nonce = Nonce::draw(&mut dice);
    let parties = Parties {
        asker_code: code(1, &sakai()),
        provider_code: code(1, &shinjuku()),
        asker_key: seal_key(&sakai()).public(),
        provider_key: seal_key(&shinjuku()).public(),
    };
    let (asker_code, provider_code) = Terms::codes(&parties, &nonce, &mut dice).unwrap();
    let terms = Terms {
        no: PermitNo::draw(&mut dice),
        nonce,
        request: RequestId::draw(&mut dice),
        asker: sakai(),
        provider: shinjuku(),
        procedure: procedure(3),
        data_set: DataSet { id: data_set(2), version: 1 },
        items: vec![item("市町村民税所得割額")],
        asker_code,
        provider_code,
        asker_key: parties.asker_key,
        provider_key: parties.provider_key,
        hidden: false,
        mode: Mode::Production,
        asked_at: at("2026-09-01T10:00:00"),
        expires_at: at("2026-09-02T10:00:00"),
    };
    Permit::sign(terms, &network_key())
}

pub fn dan(serial: u64) -> DanNo {
    DanNo::issue(serial).unwrap()
}

pub fn tax() -> DataSet {
    DataSet { id: data_set(2), version: 1 }
}

pub fn tenant(of: &InstitutionCode) -> Tenant {
    Tenant {
        institution: of.clone(),
        key: seal_key(of),
        network: network_key().public(),
        mode: Mode::Production,
        limits: Limits::load().unwrap(),
    }
}

/// The bodies of all messages that are to be sent.
pub fn said(effects: &[Effect]) -> Vec<&Body> {
    effects.iter().filter_map(|effect| if let Effect::Send { body, .. } = effect { Some(body) } else { None }).collect()
}
