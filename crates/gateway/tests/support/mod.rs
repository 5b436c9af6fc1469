//! Two cities with their gateways and a network in memory.

#![allow(dead_code, reason = "each test file uses its part")]

pub mod calls;
pub mod network;
pub mod rows;
pub mod schema;
pub mod staff;

use async_trait::async_trait;
use gateway::{Business, GROUPS, Institution, Keeper, MIGRATIONS, PURPOSE, Profile, Sender, Unsent};
use kernel::Date;
use kernel::ident::DanNo;
use kernel::time::Period;
use network::{Dice, Network};
use platform::City;
use platform::city::{CityProfile, Office};
use platform::db::{Migration, walls};
use platform::keys::Keys;
use platform::policy::{POLICIES, Policy, SCHEMA};
use platform::testing::{FixedClock, TestDatabase, fresh_databases};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use wire::catalogue::Catalogue;
use wire::code::LineageKey;
use wire::ident::{DataSet, DataSetId, InstitutionCode, ItemId, Mode, ProcedureId, RecordKey, RequestId};
use wire::limits::Limits;
use wire::list::{Kind, PermittedList};
use wire::machine::{Body, Party, Tenant};
use wire::permit::{NetworkKey, NetworkPublic};
use wire::replica::{LiveVersions, ReplicaRecord, Value};
use wire::seal::{SealKey, SealPublic};

pub const TODAY: Date = Date::constant(2026, 11, 20);
pub const A: &str = "0220127140310001";
pub const B: &str = "0220113104110001";
/// Last day of version 1 of the tax's layout.
pub const RETIRED: Date = Date::constant(2034, 3, 31);
/// A city that the network does not know.
pub const C: &str = "0220127219610001";
/// 保育料の決定: no consent is needed.
pub const CHILDCARE: &str = "JT00000000000001";
/// 児童手当の認定, which may ask for 児童手当関係情報.
pub const ALLOWANCE: &str = "JT00000000000002";
/// 子ども医療費の助成: the person's consent is needed.
pub const MEDICAL: &str = "JT00000000000003";

const OFFICES: &[Office] = &[Office { code: "joho", name_ja: "情報政策課", purposes: &["gateway"] }];

pub fn migrations() -> Vec<Migration> {
    [platform::MIGRATIONS, MIGRATIONS].concat()
}

pub fn code(text: &str) -> InstitutionCode {
    InstitutionCode::parse(text).unwrap()
}

/// 団番 of the n-th person of a city.
pub fn dan(n: u64) -> DanNo {
    (n * 10..n * 10 + 10).find_map(|s| DanNo::issue(s).ok()).unwrap()
}

pub fn lineage(person: u8) -> LineageKey {
    LineageKey::from_bytes([person; 32])
}

/// 地方税関係情報 in a version.
pub fn tax(version: u16) -> DataSet {
    DataSet { id: DataSetId::parse("TM00000000000002").unwrap(), version }
}

pub fn item(name: &str) -> ItemId {
    ItemId::parse(name).unwrap()
}

pub fn key(text: &str) -> RecordKey {
    RecordKey::parse(text).unwrap()
}

pub fn request(n: u8) -> RequestId {
    RequestId::from_bytes([n; 16])
}

/// 令和8年度 tax of a person.
pub fn taxed(serial: u64, who: &DanNo, amount: &str) -> ReplicaRecord {
    let items = BTreeMap::from([
        (item("市町村民税所得割額"), Value::given(amount).unwrap()),
        (item("市町村民税均等割額"), Value::given("3000").unwrap()),
    ]);
    ReplicaRecord {
        serial,
        dan: who.clone(),
        data_set: tax(1),
        key: key("2026"),
        published: Period { from: Date::constant(2026, 6, 1), to: None },
        items: Some(items),
    }
}

/// 児童手当関係情報.
pub fn allowance() -> DataSet {
    DataSet { id: DataSetId::parse("TM00000000000005").unwrap(), version: 1 }
}

/// 項目表: both versions of the tax, and 児童手当, with the same two items.
fn items() -> Catalogue {
    let item =
        |name: &str| format!("[[layout.item]]\nid = \"{name}\"\nname = \"{name}\"\nmeaning = \"額\"\nempty = [\"未申告\"]\n");
    let items = [item("市町村民税所得割額"), item("市町村民税均等割額")].concat();
    let layout = |set: &DataSet| {
        let DataSet { id, version } = set;
        format!(
            "[[layout]]\ndata_set = \"{id}\"\nversion = {version}\neffective_from = \"2020-01-01\"\nkey = \"fiscal_year\"\nyears = 5\n\
             legal_basis = \"番号法22条\"\nsource = \"試験\"\nverified_on = \"\"\nlooked_on = \"2026-11-20\"\n{items}"
        )
    };
    let layouts = [tax(1), tax(2), allowance()].iter().map(layout).collect::<String>();
    Catalogue::parse(&format!("area = \"試験\"\nowner = \"国\"\n{layouts}")).unwrap()
}

/// What a city knows of how it is connected: 市税, which perhaps answers others, beside 子ども医療・保育・児童手当, which only asks.
pub fn profile(provides: bool) -> Profile {
    let always = Period { from: Date::constant(2020, 1, 1), to: None };
    let live = [(1, Some(RETIRED)), (2, None)].map(|(n, to)| (tax(n), Period { from: Date::constant(2020, 1, 1), to }));
    let institution = |name: &str| Institution { name_ja: name.to_owned(), kind: Kind("city".to_owned()) };
    Profile {
        kind: Kind("city".to_owned()),
        list: PermittedList::load().unwrap(),
        institutions: BTreeMap::from([
            (code(A), institution("みなと市")),
            (code(B), institution("やまて市")),
            (code(C), institution("はま市")),
        ]),
        live: LiveVersions::new(live.into_iter().chain([(allowance(), always)])).unwrap(),
        items: items(),
        businesses: vec![
            Business {
                name_ja: "市税".to_owned(),
                procedures: BTreeSet::new(),
                data_sets: BTreeSet::from([tax(1).id]),
                asks: false,
                provides,
            },
            Business {
                name_ja: "保育・子ども医療・児童手当".to_owned(),
                procedures: [CHILDCARE, MEDICAL, ALLOWANCE].iter().map(|p| ProcedureId::parse(p).unwrap()).collect(),
                data_sets: BTreeSet::from([allowance().id]),
                asks: true,
                provides: false,
            },
        ],
        city_pages: Some("http://city.test".to_owned()),
    }
}

pub fn city(db: platform::db::Db, keys: Keys, clock: Arc<FixedClock>) -> City {
    let profile = CityProfile {
        name_ja: "みなと市".into(),
        code: "279994".into(),
        prefecture_ja: "大阪府".into(),
        mayor_ja: "みなと市長".into(),
        wards: vec![("01".into(), "北区".into())],
        offices: OFFICES,
    };
    let policies: Vec<_> = POLICIES.iter().copied().chain([gateway::POLICY]).collect();
    let policy = Policy::load(SCHEMA, &policies, GROUPS).unwrap();
    City::new(db, keys, clock, policy, profile, vec![PURPOSE])
}

/// One tenant, and what is needed to open it again.
pub struct Side {
    pub code: InstitutionCode,
    pub database: TestDatabase,
    pub clock: Arc<FixedClock>,
    pub keeper: Keeper,
    keys: Keys,
    tenant: Tenant,
    profile: Profile,
}

impl Side {
    async fn new(
        name: &str,
        seed: u8,
        mut database: TestDatabase,
        clock: Arc<FixedClock>,
        provides: bool,
        (limits, network, mode): (Limits, NetworkPublic, Mode),
        walled: bool,
    ) -> Self {
        if walled {
            database.db = walls::raise(database.db, &["gateway"]).await.unwrap();
        }
        let keys = Keys::ephemeral().unwrap();
        let tenant = Tenant { institution: code(name), key: SealKey::from_seed(&[seed; 32]), network, mode, limits };
        let profile = profile(provides);
        let city = city(database.db.clone(), keys.clone(), clock.clone());
        let keeper = Keeper::new(city, tenant.clone(), profile.clone(), "joho", Dice::new(seed.into()));
        Self { code: code(name), database, clock, keeper, keys, tenant, profile }
    }

    /// The key by which answers are sealed for it.
    pub fn seal(&self) -> SealPublic {
        self.tenant.key.public()
    }

    /// The process ends and another one begins on the same database.
    pub fn restart(&mut self) {
        let city = city(self.database.db.clone(), self.keys.clone(), self.clock.clone());
        self.keeper = Keeper::new(city, self.tenant.clone(), self.profile.clone(), "joho", Dice::new(99));
    }
}

/// The lines of one gateway: to the network, and to its own city.
pub struct Line<'a> {
    pub network: &'a Mutex<Network>,
    pub me: InstitutionCode,
    pub clock: Arc<FixedClock>,
    pub down: bool,
}

#[async_trait]
impl Sender for Line<'_> {
    async fn send(&self, to: &Party, bodies: &[Body]) -> Result<(), Unsent> {
        use kernel::time::Clock;
        if self.down {
            return Err(Unsent("回線断".to_owned()));
        }
        let mut network = self.network.lock().unwrap();
        for body in bodies {
            match to {
                Party::City(city) => network.at_city(city, body, self.clock.now()),
                _ => network.hear(&Party::Gateway(self.me.clone()), body.clone(), self.clock.now()),
            }
        }
        Ok(())
    }
}

/// A asks, B answers.
pub struct World {
    pub a: Side,
    pub b: Side,
    pub network: Mutex<Network>,
    pub clock: Arc<FixedClock>,
}

/// The same two cities on every database at hand.
pub async fn worlds() -> Vec<World> {
    worlds_with(true, Limits::load().unwrap()).await
}

pub async fn worlds_with(b_provides: bool, limits: Limits) -> Vec<World> {
    build(b_provides, limits, vec![], false, Mode::Production).await
}

/// Two tenants that test their connection.
pub async fn worlds_in_test() -> Vec<World> {
    build(true, Limits::load().unwrap(), vec![], false, Mode::Test).await
}

/// On PostgreSQL the tenants run under the programme's own role.
pub async fn walled_worlds() -> Vec<World> {
    build(true, Limits::load().unwrap(), vec![], true, Mode::Production).await
}

/// Under networks of their own, one for each database at hand, by the keys that they sign with.
pub async fn worlds_under(networks: Vec<NetworkPublic>) -> Vec<World> {
    build(true, Limits::load().unwrap(), networks, false, Mode::Production).await
}

async fn build(b_provides: bool, limits: Limits, networks: Vec<NetworkPublic>, walled: bool, mode: Mode) -> Vec<World> {
    let (ours, theirs) = (fresh_databases(&migrations()).await.unwrap(), fresh_databases(&migrations()).await.unwrap());
    let mut all = Vec::new();
    let mut networks = networks.into_iter();
    for (one, other) in ours.into_iter().zip(theirs) {
        let clock = Arc::new(FixedClock::noon(TODAY));
        let key = networks.next().unwrap_or_else(|| NetworkKey::from_seed(&[5; 32]).unwrap().public());
        let a = Side::new(A, 1, one, clock.clone(), true, (limits, key, mode), walled).await;
        let b = Side::new(B, 2, other, clock.clone(), b_provides, (limits, key, mode), walled).await;
        let members = [(a.code.clone(), a.tenant.key.public()), (b.code.clone(), b.tenant.key.public())];
        all.push(World { a, b, network: Mutex::new(Network::new(&members, limits)), clock });
    }
    all
}

impl World {
    /// Everything that can be said is said, until nothing waits on any line.
    pub async fn settle(&self) {
        loop {
            let mut moved = 0;
            for side in [&self.a, &self.b] {
                moved += self.deliver(side).await;
                moved += side.keeper.send_due(&self.line(side)).await.unwrap().delivered;
            }
            if moved == 0 {
                return;
            }
        }
    }

    pub fn line(&self, side: &Side) -> Line<'_> {
        Line { network: &self.network, me: side.code.clone(), clock: self.clock.clone(), down: false }
    }

    /// What the network holds for a gateway.
    pub async fn deliver(&self, side: &Side) -> usize {
        let waiting = self.network.lock().unwrap().waiting.remove(&side.code).unwrap_or_default();
        for (from, body) in &waiting {
            side.keeper.hear(from, vec![body.clone()]).await.unwrap();
        }
        waiting.len()
    }

    /// Person `n` has the 団番 `dan(n)` in both cities and a 符号 in each.
    pub async fn knows(&self, n: u8) {
        for side in [&self.a, &self.b] {
            let person = dan(n.into());
            self.network.lock().unwrap().lineages.insert((side.code.clone(), person.clone()), lineage(n));
            side.keeper.register_people(&[person]).await.unwrap();
        }
        self.settle().await;
    }

    pub async fn remove(self) {
        let Self { a, b, .. } = self;
        drop((a.keeper, b.keeper));
        a.database.remove().await;
        b.database.remove().await;
    }
}
