//! A city with the desk: its people, their 団番, and a registry that holds one kind of 正本.

use super::peer::Peer;
use async_trait::async_trait;
use exchange::{GROUPS, Needs, PURPOSE, Years};
use kernel::Date;
use kernel::access::{Action, Purpose};
use kernel::decision::FactRef;
use kernel::ident::{AtenaNo, DanNo, SetaiNo};
use kernel::time::{PartialDate, Period};
use platform::city::{CityProfile, Office};
use platform::job::run_next;
use platform::keys::Keys;
use platform::policy::{FieldGroup, POLICIES, Policy, SCHEMA};
use platform::testing::{FixedClock, TestDatabase, fresh_databases};
use platform::{City, Fault, Unit, subject};
use ports::facts::IndividualNumber;
use ports::facts::ResidentHit;
use ports::{HubPort, Original, Originals, Page, ResidentFacts, ResidentPort};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use testkit::Clerk;
use testkit::clerk::Post;
use webkit::Programme;
use wire::ident::{DataSet, DataSetId, ItemId, RecordKey};
use wire::replica::Value;

pub const TODAY: Date = Date::constant(2026, 11, 20);

const OFFICES: &[Office] = &[
    Office { code: "joho", name_ja: "情報政策課", purposes: &["renkei"] },
    Office { code: "iryo", name_ja: "医療年金課", purposes: &["kodomo"] },
];

/// 宛名番号 of the n-th person.
pub fn atena(n: u64) -> AtenaNo {
    (n * 10..n * 10 + 10).find_map(|s| AtenaNo::issue(s).ok()).unwrap()
}

/// 団番 of the n-th person.
pub fn dan(n: u64) -> DanNo {
    (n * 10..n * 10 + 10).find_map(|s| DanNo::issue(s).ok()).unwrap()
}

/// The hub: 宛名番号 ⇄ 団番, whose 個人番号 is in doubt, and who is withheld from other programmes, as a test says.
#[derive(Default)]
pub struct Hub(pub Mutex<BTreeMap<AtenaNo, DanNo>>, pub Mutex<Vec<DanNo>>, pub Mutex<Vec<AtenaNo>>);

#[async_trait]
impl HubPort for Hub {
    async fn dan_of(&self, unit: &mut Unit, number: &AtenaNo) -> Result<Option<DanNo>, Fault> {
        let subject = unit.find_subject(number).await?.ok_or_else(|| Fault::missing("宛名番号"))?;
        if self.2.lock().unwrap().contains(number) {
            return Err(Fault::missing("宛名番号"));
        }
        unit.see_for(Action::Look, subject, &["hub.number"]).await?;
        Ok(self.0.lock().unwrap().get(number).cloned())
    }
    async fn dans_between(
        &self,
        unit: &mut Unit,
        after: Option<&AtenaNo>,
        until: Option<&AtenaNo>,
    ) -> Result<BTreeMap<AtenaNo, DanNo>, Fault> {
        unit.permit(Action::Run, "hub.number").await?;
        let fits = |who: &AtenaNo| after.is_none_or(|a| who > a) && until.is_none_or(|u| who <= u);
        Ok(self.0.lock().unwrap().iter().filter(|(who, _)| fits(who)).map(|(a, d)| (a.clone(), d.clone())).collect())
    }
    async fn atena_no(&self, unit: &mut Unit, dan_no: &DanNo) -> Result<Option<AtenaNo>, Fault> {
        unit.permit(Action::Search, "hub.number").await?;
        Ok(self.0.lock().unwrap().iter().find(|(_, d)| *d == dan_no).map(|(a, _)| a.clone()))
    }
    async fn shared(&self, unit: &mut Unit) -> Result<BTreeMap<DanNo, Vec<AtenaNo>>, Fault> {
        unit.permit(Action::Run, "hub.number").await?;
        let mut all: BTreeMap<DanNo, Vec<AtenaNo>> = BTreeMap::new();
        for (who, dan) in self.0.lock().unwrap().iter() {
            all.entry(dan.clone()).or_default().push(who.clone());
        }
        all.retain(|_, numbers| numbers.len() > 1);
        Ok(all)
    }
    async fn is_frozen(&self, unit: &mut Unit, dan_no: &DanNo) -> Result<bool, Fault> {
        unit.permit(Action::Look, "hub.number").await?;
        Ok(self.1.lock().unwrap().contains(dan_no))
    }
}

/// The registry: everybody is called 港 花子; 続柄 (or `item=value`), and who lives in which household, is what a test says.
#[derive(Default)]
pub struct Registry(pub Mutex<BTreeMap<AtenaNo, String>>, pub Mutex<BTreeMap<AtenaNo, SetaiNo>>);

fn relation(who: &AtenaNo, relation: &str) -> Original {
    let (item, value) = relation.split_once('=').unwrap_or(("世帯主との続柄", relation));
    Original {
        atena_no: who.clone(),
        data_set: DataSet { id: DataSetId::parse("TM00000000000001").unwrap(), version: 1 },
        key: RecordKey::parse("current").unwrap(),
        published: Period { from: TODAY, to: None },
        items: BTreeMap::from([(ItemId::parse(item).unwrap(), Value::given(value).unwrap())]),
    }
}

#[async_trait]
impl Originals for Registry {
    fn holds(&self, data_set: &DataSetId) -> bool {
        data_set.as_str() == "TM00000000000001"
    }
    async fn page(&self, unit: &mut Unit, after: Option<&AtenaNo>, people: usize) -> Result<Page, Fault> {
        unit.permit(Action::Run, "juki.status").await?;
        let all = self.0.lock().unwrap();
        let records: Vec<Original> =
            all.iter().filter(|(who, _)| after.is_none_or(|a| *who > a)).take(people).map(|(who, r)| relation(who, r)).collect();
        let until = (records.len() == people).then(|| records.last().unwrap().atena_no.clone());
        Ok(Page { records, until })
    }
    async fn of(&self, unit: &mut Unit, number: &AtenaNo) -> Result<Vec<Original>, Fault> {
        let subject = unit.find_subject(number).await?.unwrap();
        unit.see_for(Action::Look, subject, &["juki.status"]).await?;
        Ok(self.0.lock().unwrap().get(number).map(|r| relation(number, r)).into_iter().collect())
    }
}

#[async_trait]
impl ResidentPort for Registry {
    async fn person(&self, unit: &mut Unit, number: &AtenaNo, _: Date) -> Result<Option<ResidentFacts>, Fault> {
        let Some(id) = unit.find_subject(number).await? else { return Ok(None) };
        let seen = unit.see_for(Action::Look, id, &["juki.identify"]).await?;
        Ok(Some(ResidentFacts {
            row: FactRef { register: "resident_person".into(), row_id: "1".into(), label_ja: "住民票".into() },
            subject: id,
            atena_no: number.clone(),
            name: "港 花子".into(),
            kana: "ミナト ハナコ".into(),
            alias: None,
            birth: PartialDate::parse("1990-01-02").unwrap(),
            sex: "女".into(),
            resident: true,
            resident_from: None,
            removed_on: None,
            removed_reason: None,
            planned_move_out: None,
            setai_no: self.1.lock().unwrap().get(number).cloned(),
            relation: None,
            head_name: None,
            postal_code: None,
            address: None,
            building: None,
            ward: None,
            protected: seen.protected,
        }))
    }
    async fn household(&self, unit: &mut Unit, household: &SetaiNo, on: Date) -> Result<Vec<ResidentFacts>, Fault> {
        let members: Vec<AtenaNo> =
            self.1.lock().unwrap().iter().filter(|(_, h)| *h == household).map(|(who, _)| who.clone()).collect();
        let mut all = vec![];
        for who in members {
            all.extend(self.person(unit, &who, on).await?);
        }
        Ok(all)
    }
    async fn search(&self, unit: &mut Unit, query: &str, limit: usize) -> Result<Vec<ResidentHit>, Fault> {
        let all: Vec<AtenaNo> = self.0.lock().unwrap().keys().take(limit).cloned().collect();
        let mut hits = vec![];
        for atena_no in all.into_iter().filter(|_| "ミナト ハナコ".starts_with(query)) {
            let id = unit.find_subject(&atena_no).await?.unwrap();
            unit.see_for(Action::Search, id, &["juki.identify"]).await?;
            hits.push(ResidentHit {
                atena_no,
                name: "港 花子".into(),
                kana: "ミナト ハナコ".into(),
                birth: "平成2年1月2日".into(),
                sex: "女".into(),
                address: None,
                status: "住民".into(),
            });
        }
        Ok(hits)
    }
    async fn individual_number(&self, _: &mut Unit, _: &AtenaNo) -> Result<Option<IndividualNumber>, Fault> {
        Ok(None)
    }
    async fn born_between(&self, _: &mut Unit, _: Date, _: Date, _: Date) -> Result<Vec<ResidentFacts>, Fault> {
        Ok(vec![])
    }
}

pub struct World {
    pub database: TestDatabase,
    pub city: City,
    pub clock: Arc<FixedClock>,
    pub hub: Arc<Hub>,
    pub registry: Arc<Registry>,
    pub peer: Arc<Peer>,
    pub needs: Needs,
    pub programme: Programme,
}

/// The same city on every database at hand.
pub async fn worlds() -> Vec<World> {
    let needs = |registry: &Arc<Registry>, hub: &Arc<Hub>, peer: &Arc<Peer>| Needs {
        residents: registry.clone(),
        hub: hub.clone(),
        originals: vec![registry.clone()],
        line: Some(peer.clone()),
        years: Years { records: 7, consents: 7, originals: 3, loads: 3 },
        procedures: |purpose| if purpose == "kodomo" { &["JT00000000000003"] } else { &[] },
    };
    let parts = || (Arc::new(Registry::default()), Arc::new(Hub::default()), Arc::new(Peer::default()));
    let (registry, hub, peer) = parts();
    let own = exchange::programme(needs(&registry, &hub, &peer)).migrations;
    let migrations: Vec<_> = platform::MIGRATIONS.iter().copied().chain(own).collect();
    let mut all = vec![];
    for database in fresh_databases(&migrations).await.unwrap() {
        let (registry, hub, peer) = parts();
        let others = [
            FieldGroup::plain("juki.identify", "氏名"),
            FieldGroup::plain("juki.status", "異動"),
            FieldGroup::plain("hub.number", "団体内統合宛名番号"),
        ];
        let groups: Vec<_> = GROUPS.iter().copied().chain(others).collect();
        let kodomo = Purpose { code: "kodomo", name_ja: "子ども医療", short_ja: "子", basis_ja: "条例" };
        let profile = CityProfile {
            name_ja: "みなと市".into(),
            code: "279994".into(),
            prefecture_ja: "大阪府".into(),
            mayor_ja: "みなと市長".into(),
            wards: vec![],
            offices: OFFICES,
        };
        let policy = Policy::load(SCHEMA, POLICIES, &groups).unwrap();
        let clock = Arc::new(FixedClock::noon(TODAY));
        let city =
            City::new(database.db.clone(), Keys::ephemeral().unwrap(), clock.clone(), policy, profile, vec![PURPOSE, kodomo]);
        let needs = needs(&registry, &hub, &peer);
        let programme = exchange::programme(needs.clone());
        all.push(World { database, city, clock, hub, registry, peer, needs, programme });
    }
    all
}

impl World {
    /// So many people live here; everybody has a 団番.
    pub async fn people(&self, n: u64) {
        let mut tx = self.city.db().write().await.unwrap();
        for n in 1..=n {
            subject::of(&mut tx, &atena(n)).await.unwrap();
            self.hub.0.lock().unwrap().insert(atena(n), dan(n));
            self.registry.0.lock().unwrap().insert(atena(n), "子".into());
        }
        tx.commit().await.unwrap();
    }

    pub async fn clerk(&self, no: &str, office: &str, roles: &str) -> Clerk {
        Clerk::sign_in(&self.city, vec![self.programme.clone()], Post { no, office, rank: 2, roles }).await.unwrap()
    }

    /// One round of the chore of this name.
    pub async fn round(&self, name: &str) {
        self.programme.chores.iter().find(|c| c.name() == name).unwrap().run(&self.city).await.unwrap();
    }

    pub async fn courier(&self) {
        self.round("exchange.courier").await;
    }

    /// Has every job run that waits; answers the last message.
    pub async fn jobs(&self) -> String {
        while run_next(&self.city, &self.programme.jobs).await.unwrap().is_some() {}
        let mut tx = self.city.db().read().await.unwrap();
        let row = tx.one("select state, message from platform_job order by id desc limit 1", vec![]).await.unwrap();
        format!("{} {}", row.get::<String>("state").unwrap(), row.get::<String>("message").unwrap())
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        self.city.db().read().await.unwrap().one(sql, vec![]).await.unwrap().get("n").unwrap()
    }
}
