//! The network's own keeper on each database at hand, and the way by which people of two gateways get their 符号 from it.

use crate::support::{Side, World, dan, lineage};
use async_trait::async_trait;
use gateway::{Sender, Unsent};
use kernel::ident::DanNo;
use platform::City;
use platform::city::CityProfile;
use platform::keys::Keys;
use platform::policy::{POLICIES, Policy, SCHEMA};
use platform::testing::{FixedClock, TestDatabase, fresh_databases};
use refnet::{Keeper, NewMember};
use std::sync::{Arc, Mutex};
use wire::list::Kind;
use wire::machine::{Body, Party};

/// One network for each database.
pub async fn open() -> Vec<(TestDatabase, Keeper)> {
    let migrations: Vec<_> = platform::MIGRATIONS.iter().chain(refnet::MIGRATIONS).copied().collect();
    let mut all = Vec::new();
    for database in fresh_databases(&migrations).await.unwrap() {
        let policies: Vec<_> = POLICIES.iter().copied().chain([refnet::POLICY]).collect();
        let policy = Policy::load(SCHEMA, &policies, refnet::GROUPS).unwrap();
        let profile = CityProfile {
            name_ja: "網".into(),
            code: "000000".into(),
            prefecture_ja: String::new(),
            mayor_ja: String::new(),
            wards: vec![],
            offices: &[],
        };
        let clock = Arc::new(FixedClock::noon(crate::support::TODAY));
        let city = City::new(database.db.clone(), Keys::ephemeral().unwrap(), clock, policy, profile, vec![]);
        let keeper = Keeper::open(city).await.unwrap();
        all.push((database, keeper));
    }
    all
}

/// Both gateways join, and everybody of both gets a 符号 in each.
pub async fn connect(keeper: &Keeper, world: &World, people: u8) {
    for side in [&world.a, &world.b] {
        let (institution, key) = (side.code.clone(), side.seal());
        let (name_ja, kind, address) = ("市".into(), Kind("city".into()), "127.0.0.1:1".into());
        keeper.admit(&NewMember { institution, name_ja, kind, key, address }).await.unwrap();
        let all: Vec<DanNo> = (1..=people).map(|n| dan(n.into())).collect();
        side.keeper.register_people(&all).await.unwrap();
        let city = AtCity { keeper, side, people };
        while side.keeper.send_due(&city).await.unwrap().delivered > 0 {}
        let post = Post(side, Mutex::default());
        while keeper.send_due(&post).await.unwrap().gone > 0 {}
        let said = std::mem::take(&mut *post.1.lock().unwrap());
        side.keeper.hear(&Party::Network, said).await.unwrap();
    }
}

/// The city and 住基ネット: who is meant by a 団番.
struct AtCity<'a> {
    keeper: &'a Keeper,
    side: &'a Side,
    people: u8,
}

#[async_trait]
impl Sender for AtCity<'_> {
    async fn send(&self, _: &Party, bodies: &[Body]) -> Result<(), Unsent> {
        let ask = |body: &Body| {
            let Body::CodeWanted { acquisition, dan: wanted } = body else { return None };
            let n = (1..=self.people).find(|n| dan((*n).into()) == *wanted)?;
            let (lineage, institution) = (lineage(n), self.side.code.clone());
            Some(Body::CodeRequest { acquisition: *acquisition, lineage, institution })
        };
        self.keeper.hear(&Party::Juki, bodies.iter().filter_map(ask).collect()).await.map_err(|e| Unsent(e.to_string()))
    }
}

/// What the network says to one gateway.
struct Post<'a>(&'a Side, Mutex<Vec<Body>>);

#[async_trait]
impl refnet::Lines for Post<'_> {
    async fn deliver(&self, to: &Party, bodies: &[Body]) -> Result<(), line::LineError> {
        if *to == Party::Gateway(self.0.code.clone()) {
            self.1.lock().unwrap().extend(bodies.iter().cloned());
        }
        Ok(())
    }
}
