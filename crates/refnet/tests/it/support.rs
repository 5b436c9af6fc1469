//! A network on each database, two gateways in memory, and people both of them know.

use async_trait::async_trait;
use exchange_sim::Safeguards;
use exchange_sim::dice::Dice;
use exchange_sim::gateway::{Gateway, Moves, Store};
use kernel::Date;
use kernel::ident::DanNo;
use kernel::time::{Clock, Period};
use line::LineError;
use platform::City;
use platform::city::CityProfile;
use platform::keys::Keys;
use platform::policy::{POLICIES, Policy, SCHEMA};
use platform::testing::{FixedClock, TestDatabase, fresh_databases};
use refnet::{Keeper, Lines, NewMember};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use wire::acquire::{Acquisition, AcquisitionEvent};
use wire::code::{Code, LineageKey};
use wire::ident::{DataSet, DataSetId, InstitutionCode, ItemId, Mode, PermitNo, ProcedureId, RecordKey, RequestId};
use wire::inquiry::{AskFacts, Inquiry, InquiryEvent, Question};
use wire::limits::Limits;
use wire::list::Kind;
use wire::machine::{Body, Effect, Message, Party, Tenant, Turn};
use wire::replica::{LiveVersions, ReplicaRecord, Value};
use wire::seal::SealKey;

pub const TODAY: Date = Date::constant(2026, 11, 20);
const OFFICES: &[platform::city::Office] = &[refnet::OFFICE];

pub fn sakai() -> InstitutionCode {
    InstitutionCode::parse("0220127140310001").unwrap()
}

pub fn shinjuku() -> InstitutionCode {
    InstitutionCode::parse("0220113104110001").unwrap()
}

pub fn izumi() -> InstitutionCode {
    InstitutionCode::parse("0220127219610001").unwrap()
}

pub fn lineage(n: u8) -> LineageKey {
    LineageKey::from_bytes([n; 32])
}

/// 団番 of the n-th person at an institution.
pub fn dan(at: &InstitutionCode, n: u8) -> DanNo {
    let city = u64::from(at.as_str().as_bytes()[7]);
    DanNo::issue(city * 1000 + u64::from(n)).unwrap()
}

pub fn item() -> ItemId {
    ItemId::parse("市町村民税所得割額").unwrap()
}

pub fn tax() -> DataSet {
    DataSet { id: DataSetId::parse("TM00000000000002").unwrap(), version: 1 }
}

pub fn childcare() -> ProcedureId {
    ProcedureId::parse("JT00000000000001").unwrap()
}

/// Lines into memory: what was delivered, and for whom nothing can be delivered.
#[derive(Default)]
pub struct Post {
    pub arrived: Mutex<Vec<(Party, Body)>>,
    pub unreachable: Mutex<Option<Party>>,
    /// Attempts that failed.
    pub tried: AtomicU64,
}

#[async_trait]
impl Lines for Post {
    async fn deliver(&self, to: &Party, bodies: &[Body]) -> Result<(), LineError> {
        if self.unreachable.lock().unwrap().as_ref() == Some(to) {
            self.tried.fetch_add(1, Ordering::SeqCst);
            return Err(LineError::Unreachable("test".into()));
        }
        self.arrived.lock().unwrap().extend(bodies.iter().map(|body| (to.clone(), body.clone())));
        Ok(())
    }
}

pub struct World {
    pub database: TestDatabase,
    pub keeper: Keeper,
    pub clock: Arc<FixedClock>,
    pub gateways: BTreeMap<InstitutionCode, Gateway>,
    pub post: Post,
    pub dice: Dice,
    /// Everything a gateway said to the network, for somebody who wants to say it again.
    pub overheard: Vec<Message>,
}

pub fn seal_key(of: &InstitutionCode) -> SealKey {
    let mut seed = [5; 32];
    seed[..16].copy_from_slice(of.as_str().as_bytes());
    SealKey::from_seed(&seed)
}

pub fn zone(database: &TestDatabase, keys: Keys, clock: Arc<FixedClock>) -> City {
    let policies: Vec<_> = POLICIES.iter().copied().chain([refnet::POLICY]).collect();
    let policy = Policy::load(SCHEMA, &policies, refnet::GROUPS).unwrap();
    let profile = CityProfile {
        name_ja: "情報提供ネットワーク".into(),
        code: "000000".into(),
        prefecture_ja: String::new(),
        mayor_ja: String::new(),
        wards: vec![],
        offices: OFFICES,
    };
    City::new(database.db.clone(), keys, clock, policy, profile, vec![refnet::PURPOSE])
}

/// The same network on every database at hand, with three cities.
pub async fn worlds() -> Vec<World> {
    let migrations: Vec<_> = platform::MIGRATIONS.iter().chain(refnet::MIGRATIONS).copied().collect();
    let mut all = vec![];
    for database in fresh_databases(&migrations).await.unwrap() {
        let clock = Arc::new(FixedClock::noon(TODAY));
        let city = zone(&database, Keys::ephemeral().unwrap(), clock.clone());
        let keeper = Keeper::open(city).await.unwrap();
        let mut gateways = BTreeMap::new();
        for institution in [sakai(), shinjuku(), izumi()] {
            keeper.admit(&member(&institution, "city")).await.unwrap();
            gateways.insert(institution.clone(), gateway(&institution, &keeper));
        }
        let (post, dice) = (Post::default(), Dice::new(1));
        all.push(World { database, keeper, clock, gateways, post, dice, overheard: vec![] });
    }
    all
}

pub fn member(institution: &InstitutionCode, kind: &str) -> NewMember {
    let name_ja = match institution {
        i if *i == sakai() => "堺市(検証用)",
        i if *i == shinjuku() => "新宿区(検証用)",
        _ => "和泉市(検証用)",
    };
    let key = seal_key(institution).public();
    let (institution, kind) = (institution.clone(), Kind(kind.into()));
    NewMember { institution, name_ja: name_ja.into(), kind, key, address: "127.0.0.1:1".into() }
}

pub fn gateway(institution: &InstitutionCode, keeper: &Keeper) -> Gateway {
    let tenant = Tenant {
        institution: institution.clone(),
        key: seal_key(institution),
        network: keeper.public(),
        mode: Mode::Production,
        limits: Limits::load().unwrap(),
    };
    let live = LiveVersions::new([(tax(), Period { from: Date::MIN, to: None })]).unwrap();
    Gateway { tenant, store: Store::default(), live, provides: true, moves: Moves::default(), safeguards: Safeguards::ALL }
}

impl World {
    /// One step of a gateway, and what it says to the network and its city.
    pub async fn at(
        &mut self,
        institution: &InstitutionCode,
        step: impl FnOnce(&mut Gateway, &mut Turn<'_, Tenant>) -> Vec<Effect>,
    ) {
        let now = self.clock.now();
        let gateway = self.gateways.get_mut(institution).unwrap();
        let tenant = gateway.tenant.clone();
        let effects = step(gateway, &mut Turn { who: &tenant, now, rng: &mut self.dice });
        let effects = gateway.keep(effects);
        let from = Party::Gateway(institution.clone());
        for effect in effects {
            let Effect::Send { to, body } = effect else { continue };
            match (to, body) {
                // What is for another gateway goes through the network, too.
                (Party::Network | Party::Gateway(_), body) => self.tell(&from, body).await,
                // The city asks 住基ネット, which knows everybody by the last digits of the 団番.
                (Party::City(at), Body::CodeWanted { acquisition, dan: who }) => {
                    let n = (1..=9).find(|n| dan(&at, *n) == who).unwrap();
                    let body = Body::CodeRequest { acquisition, lineage: lineage(n), institution: at };
                    // 住基ネット tries again, too: the gateway repeats its wish.
                    self.keeper.hear(&Party::Juki, vec![body]).await.ok();
                }
                _ => {}
            }
        }
    }

    async fn tell(&mut self, from: &Party, body: Body) {
        self.overheard.push(Message { from: from.clone(), to: Party::Network, body: body.clone() });
        // During an outage the gateway tries again by itself.
        self.keeper.hear(from, vec![body]).await.ok();
    }

    /// Delivers until nothing moves any more.
    pub async fn settle(&mut self) {
        loop {
            self.keeper.send_due(&self.post).await.unwrap();
            let arrived: Vec<(Party, Body)> = std::mem::take(&mut *self.post.arrived.lock().unwrap());
            if arrived.is_empty() {
                return;
            }
            for (to, body) in arrived {
                let Party::Gateway(institution) = to else { continue };
                self.at(&institution, |gateway, turn| gateway.hear(&Party::Network, body, turn)).await;
            }
        }
    }

    /// Lets minutes pass for everybody, one after the other.
    pub async fn minutes(&mut self, minutes: u64) {
        for _ in 0..minutes {
            self.clock.pass_minutes(1);
            while self.keeper.tick().await.unwrap() > 0 {}
            let all: Vec<InstitutionCode> = self.gateways.keys().cloned().collect();
            for institution in all {
                self.at(&institution, |gateway, turn| gateway.tick(turn)).await;
            }
            self.settle().await;
        }
    }

    /// A person gets a 符号 at an institution.
    pub async fn acquires(&mut self, institution: &InstitutionCode, n: u8) {
        let who = dan(institution, n);
        self.at(institution, |gateway, turn| {
            gateway.store.acquisitions.insert(who.clone(), Acquisition::new(who.clone()));
            gateway.acquire(Some(who), AcquisitionEvent::Begin, turn)
        })
        .await;
        self.settle().await;
    }

    pub fn code(&self, institution: &InstitutionCode, n: u8) -> Option<Code> {
        self.gateways[institution].store.acquisitions.get(&dan(institution, n)).and_then(Acquisition::code)
    }

    /// A person is known at both cities, and their tax at the provider.
    pub async fn knows(&mut self, n: u8) {
        for institution in [sakai(), shinjuku()] {
            self.acquires(&institution, n).await;
        }
        let who = dan(&shinjuku(), n);
        let record = ReplicaRecord {
            serial: u64::from(n),
            dan: who,
            data_set: tax(),
            key: RecordKey::parse("2026").unwrap(),
            published: Period { from: Date::constant(2026, 6, 1), to: None },
            items: Some(BTreeMap::from([(item(), Value::given(format!("{n}00000")).unwrap())])),
        };
        self.gateways.get_mut(&shinjuku()).unwrap().store.replica.insert(record.slot(), record);
    }

    /// Sakai asks Shinjuku for the tax of a person for 保育料. Nothing is delivered yet.
    pub async fn asks(&mut self, n: u8, hidden: bool) -> RequestId {
        self.asks_for(n, childcare(), hidden).await
    }

    pub async fn asks_for(&mut self, n: u8, procedure: ProcedureId, hidden: bool) -> RequestId {
        let request = RequestId::draw(&mut self.dice);
        let question = Question {
            request,
            subject: dan(&sakai(), n),
            provider: shinjuku(),
            procedure,
            data_set: tax(),
            items: vec![item()],
            key: None,
        };
        let code = self.code(&sakai(), n);
        let facts = AskFacts { code, connected: true, consent_needed: Some(false), consented: false, hidden };
        self.at(&sakai(), |gateway, turn| {
            gateway.store.inquiries.insert(request, Inquiry::new(question, turn.now));
            gateway.inquiry(request, InquiryEvent::Submit(facts), turn)
        })
        .await;
        request
    }

    pub fn inquiry(&self, request: RequestId) -> &Inquiry {
        &self.gateways[&sakai()].store.inquiries[&request]
    }

    /// The permit's number of an inquiry.
    pub fn no(&self, request: RequestId) -> PermitNo {
        self.inquiry(request).permit.as_ref().unwrap().terms.no
    }

    pub fn amount(&self, request: RequestId) -> Option<String> {
        let answer = self.inquiry(request).answer.as_ref()?;
        let records = answer.outcome.as_ref().ok()?;
        match records.first()?.items.get(&item())? {
            Value::Given(text) => Some(text.as_str().to_owned()),
            Value::Absent(_) => None,
        }
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        let mut tx = self.database.db.read().await.unwrap();
        tx.one(sql, vec![]).await.unwrap().get("n").unwrap()
    }

    pub async fn done(self) {
        self.database.remove().await;
    }
}
