//! A 住基ネット peer on each database, with three people.

use async_trait::async_trait;
use kernel::Date;
use kernel::ident::JuminhyoCode;
use line::LineError;
use mynumber::IndividualNumber;
use platform::City;
use platform::city::{CityProfile, Office};
use platform::db::Migration;
use platform::keys::Keys;
use platform::policy::{FieldGroup, POLICIES, Policy, SCHEMA};
use platform::testing::{FixedClock, TestDatabase, fresh_databases};
use refjuki::{Facts, Keeper, Lines, NewPerson, Sex};
use std::sync::{Arc, Mutex};
use wire::code::{AcquisitionNo, LineageKey};
use wire::ident::InstitutionCode;
use wire::machine::{Body, Party};

pub const TODAY: Date = Date::constant(2026, 11, 20);
const OFFICES: &[Office] = &[refjuki::OFFICE, refnet::OFFICE];

pub fn sakai() -> InstitutionCode {
    InstitutionCode::parse("0220127140310001").unwrap()
}

pub fn shinjuku() -> InstitutionCode {
    InstitutionCode::parse("0220113104110001").unwrap()
}

pub fn number(n: u64) -> IndividualNumber {
    IndividualNumber::from_body(&format!("99{n:09}")).unwrap()
}

pub fn resident_code(n: u64) -> JuminhyoCode {
    (n * 10..n * 10 + 10).find_map(|serial| JuminhyoCode::issue(serial).ok()).unwrap()
}

pub fn facts(name: &str) -> Facts {
    Facts {
        name: name.into(), birth: Date::constant(2020, 4, 2), sex: Sex::Male, address: "堺市堺区南瓦町3番1号".into()
    }
}

pub fn acquisition(n: u8) -> AcquisitionNo {
    AcquisitionNo::from_bytes([n; 16])
}

/// Lines into memory.
#[derive(Default)]
pub struct Post {
    pub messages: Mutex<Vec<(Party, Body)>>,
    pub users: Mutex<Vec<(LineageKey, String)>>,
    pub down: Mutex<bool>,
}

#[async_trait]
impl Lines for Post {
    async fn deliver(&self, to: &Party, bodies: &[Body]) -> Result<(), LineError> {
        if *self.down.lock().unwrap() {
            return Err(LineError::Unreachable("test".into()));
        }
        self.messages.lock().unwrap().extend(bodies.iter().map(|body| (to.clone(), body.clone())));
        Ok(())
    }

    async fn portal_user(&self, lineage: &LineageKey, token: &str) -> Result<(), LineError> {
        self.users.lock().unwrap().push((*lineage, token.to_owned()));
        Ok(())
    }
}

pub struct World {
    pub database: TestDatabase,
    pub keeper: Arc<Keeper>,
    pub clock: Arc<FixedClock>,
    pub post: Post,
}

pub fn zone(
    database: &TestDatabase,
    name: &str,
    policy: (&'static str, &'static str),
    groups: &[FieldGroup],
    clock: Arc<FixedClock>,
) -> City {
    let policies: Vec<_> = POLICIES.iter().copied().chain([policy]).collect();
    let policy = Policy::load(SCHEMA, &policies, groups).unwrap();
    let profile = CityProfile {
        name_ja: name.into(),
        code: "000000".into(),
        prefecture_ja: String::new(),
        mayor_ja: String::new(),
        wards: vec![],
        offices: OFFICES,
    };
    let purposes = vec![refjuki::PURPOSE, refnet::PURPOSE];
    City::new(database.db.clone(), Keys::ephemeral().unwrap(), clock, policy, profile, purposes)
}

pub fn migrations(own: &[Migration]) -> Vec<Migration> {
    platform::MIGRATIONS.iter().chain(own).copied().collect()
}

/// Twins of Sakai, and somebody of Shinjuku.
pub fn people() -> Vec<NewPerson> {
    let person = |n, name: &str, city: InstitutionCode| NewPerson {
        individual_number: number(n),
        resident_code: resident_code(n),
        facts: facts(name),
        city,
    };
    vec![person(1, "堺　陽翔", sakai()), person(2, "堺　陽斗", sakai()), person(3, "新宿　花子", shinjuku())]
}

/// The same peer on every database at hand.
pub async fn worlds() -> Vec<World> {
    let mut all = vec![];
    for database in fresh_databases(&migrations(refjuki::MIGRATIONS)).await.unwrap() {
        let clock = Arc::new(FixedClock::noon(TODAY));
        let city = zone(&database, "住基ネット", refjuki::POLICY, refjuki::GROUPS, clock.clone());
        let keeper = Arc::new(Keeper::open(city).await.unwrap());
        keeper.register(&people()).await.unwrap();
        all.push(World { database, keeper, clock, post: Post::default() });
    }
    all
}

impl World {
    /// Everything that left since the last time.
    pub async fn sent(&self) -> Vec<(Party, Body)> {
        while self.keeper.send_due(&self.post).await.unwrap() > 0 {}
        std::mem::take(&mut *self.post.messages.lock().unwrap())
    }

    /// The lineage under which the network is asked for a person's 符号.
    pub async fn lineage(&self, city: &InstitutionCode, number: &IndividualNumber) -> Option<LineageKey> {
        self.keeper.code(city, number, acquisition(9)).await.unwrap();
        match self.sent().await.pop() {
            Some((Party::Network, Body::CodeRequest { lineage, .. })) => Some(lineage),
            _ => None,
        }
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        let mut tx = self.database.db.read().await.unwrap();
        tx.one(sql, vec![]).await.unwrap().get("n").unwrap()
    }
}
