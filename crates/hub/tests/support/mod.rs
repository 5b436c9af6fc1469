//! A city with the hub and a registry that answers as a test says.

#![allow(dead_code, reason = "each test file uses its part")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its city has failed")]

pub mod desk;

use async_trait::async_trait;
use hub::lines::Lines;
use hub::{GROUPS, Needs, PURPOSE, Rules};
use kernel::Date;
use kernel::access::{Action, Purpose};
use kernel::decision::FactRef;
use kernel::ident::{AtenaNo, DanNo, SetaiNo};
use kernel::time::{PartialDate, Timestamp, civil, wareki_short};
use mynumber::IndividualNumber;
use platform::audit::{self, LogFilter};
use platform::city::{CityProfile, Office};
use platform::fault::FaultKind;
use platform::keys::Keys;
use platform::policy::{FieldGroup, POLICIES, Policy, SCHEMA};
use platform::staff::{OpenCase, Post};
use platform::testing::{FixedClock, TestDatabase, fresh_databases};
use platform::{City, Fault, StaffContext, Unit, outbox, params};
use ports::facts::{ResidentFacts, ResidentHit};
use ports::{
    ComparePort, Likeness, LinkUse, LinkUses, PROGRAMME_LINKED, ProgrammeLinked, RESIDENT_EVENT, ResidentChange, ResidentEvent,
    ResidentPort,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use webkit::Programme;
use wire::acquire::AcquisitionStatus;

pub const TODAY: Date = Date::constant(2026, 11, 20);

/// 宛名番号 of the n-th person.
pub fn atena(n: u64) -> AtenaNo {
    (n * 10..n * 10 + 10).find_map(|s| AtenaNo::issue(s).ok()).unwrap()
}

/// 個人番号 that nobody has.
pub fn my_number(n: u64) -> IndividualNumber {
    IndividualNumber::from_body(&format!("99{n:09}")).unwrap()
}

/// The registry: who lives in the city and has which 個人番号 today. It asks the gate like the real one.
#[derive(Default)]
pub struct Registry(Mutex<BTreeMap<AtenaNo, IndividualNumber>>, Mutex<BTreeMap<AtenaNo, ResidentFacts>>);

impl Registry {
    pub fn set(&self, who: &AtenaNo, number: IndividualNumber) {
        self.0.lock().unwrap().insert(who.clone(), number);
    }

    /// Somebody lives in the city.
    pub fn lives(&self, who: &AtenaNo, [name, kana, birth, sex, address]: [&str; 5]) {
        let facts = ResidentFacts {
            row: FactRef { register: "resident_person".into(), row_id: "1".into(), label_ja: "住民票".into() },
            subject: 0,
            atena_no: who.clone(),
            name: name.into(),
            kana: kana.into(),
            alias: None,
            birth: PartialDate::parse(birth).unwrap(),
            sex: sex.into(),
            resident: true,
            resident_from: Some(TODAY),
            removed_on: None,
            removed_reason: None,
            planned_move_out: None,
            setai_no: None,
            relation: None,
            head_name: None,
            postal_code: None,
            address: Some(address.into()),
            building: None,
            ward: None,
            protected: false,
        };
        self.1.lock().unwrap().insert(who.clone(), facts);
    }

    /// Somebody does not live here any more.
    pub fn left(&self, who: &AtenaNo) {
        self.1.lock().unwrap().get_mut(who).unwrap().resident = false;
    }
}

#[async_trait]
impl ResidentPort for Registry {
    async fn person(&self, unit: &mut Unit, number: &AtenaNo, _: Date) -> Result<Option<ResidentFacts>, Fault> {
        let Some(subject) = unit.find_subject(number).await? else { return Ok(None) };
        let seen = unit.see_for(Action::Look, subject, &["juki.identify", "juki.address"]).await?;
        assert!(seen.has("juki.identify"), "the hub may look at whom it compares");
        assert_eq!(seen.has("juki.address"), !seen.protected, "and at where they live, unless they are protected");
        let facts = self.1.lock().unwrap().get(number).cloned();
        Ok(facts.map(|facts| ResidentFacts {
            address: facts.address.filter(|_| !seen.protected),
            protected: seen.protected,
            ..facts
        }))
    }
    async fn household(&self, _: &mut Unit, _: &SetaiNo, _: Date) -> Result<Vec<ResidentFacts>, Fault> {
        Ok(vec![])
    }
    async fn search(&self, unit: &mut Unit, query: &str, limit: usize) -> Result<Vec<ResidentHit>, Fault> {
        unit.permit(Action::Search, "juki.identify").await?;
        let fits = |p: &&ResidentFacts| {
            let birth = p.birth.exact().map(wareki_short).unwrap_or_default();
            let said = format!("{birth} {} {}", p.kana, p.name);
            query.split_whitespace().all(|word| said.contains(word))
        };
        let people: Vec<ResidentFacts> = self.1.lock().unwrap().values().filter(fits).take(limit).cloned().collect();
        let mut hits = vec![];
        for p in people {
            let subject = unit.find_subject(&p.atena_no).await?.unwrap();
            let seen = unit.see_for(Action::Search, subject, &["juki.identify", "juki.address"]).await?;
            hits.push(ResidentHit {
                atena_no: p.atena_no,
                name: p.name,
                kana: p.kana,
                birth: p.birth.to_string(),
                sex: p.sex,
                address: seen.show("juki.address", p.address).flatten(),
                status: "住民".into(),
            });
        }
        Ok(hits)
    }
    async fn individual_number(&self, unit: &mut Unit, number: &AtenaNo) -> Result<Option<IndividualNumber>, Fault> {
        let Some(subject) = unit.find_subject(number).await? else { return Ok(None) };
        unit.require(subject, &["juki.identify", "juki.mynumber"]).await?;
        Ok(self.0.lock().unwrap().get(number).cloned())
    }
    async fn born_between(&self, _: &mut Unit, _: Date, _: Date, _: Date) -> Result<Vec<ResidentFacts>, Fault> {
        Ok(vec![])
    }
}

#[async_trait]
impl ComparePort for Registry {
    async fn alike(&self, unit: &mut Unit, likeness: &Likeness<'_>) -> Result<Vec<ResidentFacts>, Fault> {
        unit.permit(Action::Search, "juki.identify").await?;
        let fits = |p: &&ResidentFacts| {
            p.kana == likeness.kana
                || p.name == likeness.name
                || (likeness.birth.is_some() && p.birth.exact() == likeness.birth)
                || likeness.numbers.contains(&p.atena_no)
        };
        let numbers: Vec<_> = self.1.lock().unwrap().values().filter(fits).map(|p| p.atena_no.clone()).collect();
        let mut all = vec![];
        for number in numbers {
            all.extend(self.person(unit, &number, TODAY).await?);
        }
        Ok(all)
    }
}

/// The city's exchange: what went out to the gateway, and to other institutions from there.
struct Exchange;

#[async_trait]
impl LinkUses for Exchange {
    async fn uses(&self, _: &mut Unit, number: &AtenaNo, since: Timestamp) -> Result<Vec<LinkUse>, Fault> {
        if civil(since) > TODAY {
            return Ok(vec![]);
        }
        let last = number.as_str().get(13..).unwrap_or_default();
        let made = |kind: &str, title: &str, reference: &str, recipient: Option<&str>| LinkUse {
            programme: "hub".into(),
            kind: kind.into(),
            title: format!("{title} {last}"),
            reference: reference.into(),
            used_on: civil(since),
            amount: None,
            recipient: recipient.map(str::to_owned),
        };
        Ok(vec![
            made("副本", "地方税関係情報 令和8年度", "/exchange/originals", Some("中間サーバー")),
            made("提供", "児童手当の事務への回答", "/exchange/records", Some("東京都新宿区")),
            made("通知", "情報提供の記録のお知らせ", "/exchange/records", Some("本人")),
        ])
    }
}

/// A programme that paid something on [`TODAY`] for whoever it is asked about, and later for [`PAID_LATER`].
struct Payer;

/// Who is paid once more, years later.
pub const PAID_LATER: u64 = 5;
const LATER: Date = Date::constant(2030, 1, 10);

#[async_trait]
impl LinkUses for Payer {
    async fn uses(&self, _: &mut Unit, number: &AtenaNo, since: Timestamp) -> Result<Vec<LinkUse>, Fault> {
        let used_on = if *number == atena(PAID_LATER) { LATER } else { TODAY };
        if civil(since) > used_on {
            return Ok(vec![]);
        }
        let one = LinkUse {
            programme: "kodomo".into(),
            kind: "支給".into(),
            title: format!("支給決定 {}", number.as_str().get(..4).unwrap_or_default()),
            reference: "/kodomo/decisions/1".into(),
            used_on,
            amount: Some(kernel::Yen(24_039)),
            recipient: Some("保護者の口座".into()),
        };
        Ok(vec![one])
    }
}

/// The other end of the lines: what the gateway was told, in order, and how it answers what it does not take.
#[derive(Default)]
pub struct Heard {
    words: Mutex<Vec<String>>,
    answers: Mutex<BTreeMap<String, Fault>>,
    /// 符号取得状況.
    pub status: Mutex<AcquisitionStatus>,
}

impl Heard {
    fn say(&self, word: String) -> Result<(), Fault> {
        let answer =
            self.answers.lock().unwrap().get(&word).map(|f| Fault::new(f.kind, f.what.clone(), f.why.clone(), f.todo.clone()));
        self.words.lock().unwrap().push(word);
        answer.map_or(Ok(()), Err)
    }

    /// From now on this word is refused.
    pub fn refuses(&self, word: &str, why: &str) {
        let fault = Fault::conflict("中間サーバーが受け付けませんでした", why);
        self.answers.lock().unwrap().insert(word.to_owned(), fault);
    }

    /// From now on nobody answers this word.
    pub fn hangs_up(&self, word: &str) {
        let fault = Fault::new(FaultKind::Unavailable, "接続先へ送れません", "回線が切れています", "待つ");
        self.answers.lock().unwrap().insert(word.to_owned(), fault);
    }

    /// From now on everything is taken.
    pub fn takes_all(&self) {
        self.answers.lock().unwrap().clear();
    }

    /// What was said since the last time.
    pub fn since(&self) -> Vec<String> {
        std::mem::take(&mut self.words.lock().unwrap())
    }
}

#[async_trait]
impl Lines for Heard {
    async fn people(&self, people: &[DanNo]) -> Result<(), Fault> {
        people.iter().try_for_each(|dan| self.say(format!("person {dan}")))
    }
    async fn protect(&self, dan: &DanNo) -> Result<(), Fault> {
        self.say(format!("protect {dan}"))
    }
    async fn recall(&self, dan: &DanNo, wrong: bool) -> Result<(), Fault> {
        self.say(format!("recall {dan} {wrong}"))
    }
    async fn freeze(&self, dan: &DanNo, frozen: bool) -> Result<(), Fault> {
        self.say(format!("freeze {dan} {frozen}"))
    }
    async fn forget(&self, dan: &DanNo) -> Result<(), Fault> {
        self.say(format!("forget {dan}"))
    }
    async fn codes(&self) -> Result<Option<AcquisitionStatus>, Fault> {
        self.say("codes".into())?;
        Ok(Some(self.status.lock().unwrap().clone()))
    }
    async fn code(&self, acquisition: &str, _: &IndividualNumber) -> Result<(), Fault> {
        self.say(format!("code {acquisition}"))
    }
}

/// Tables of nobody: names are compared as they are written.
pub fn tables() -> matching::Tables {
    matching::Tables::new("test", |c| c, ["大阪府", "みなと市"])
}

/// What the hub needs.
pub fn needs(residents: Arc<dyn ComparePort>, lines: Option<Arc<dyn Lines>>) -> Needs {
    Needs {
        residents,
        tables: Arc::new(tables()),
        rules: Rules { rank: |_, _| Ok((3, "専決規程".into())) },
        users: vec![Arc::new(Payer), Arc::new(Exchange)],
        lines,
    }
}

const OFFICES: &[Office] = &[
    Office { code: "joho", name_ja: "情報政策課", purposes: &["hub"] },
    Office { code: "iryo", name_ja: "医療年金課", purposes: &["kodomo"] },
    Office { code: "shimin", name_ja: "市民課", purposes: &["juki"] },
];

pub struct World {
    pub database: TestDatabase,
    pub city: City,
    pub registry: Arc<Registry>,
    pub programme: Programme,
    pub heard: Arc<Heard>,
    pub clock: Arc<FixedClock>,
}

/// The same city on every database at hand.
pub async fn worlds() -> Vec<World> {
    let registry = Arc::new(Registry::default());
    let migrations: Vec<_> =
        platform::MIGRATIONS.iter().copied().chain(hub::programme(needs(registry, None)).migrations).collect();
    let mut all = vec![];
    for database in fresh_databases(&migrations).await.unwrap() {
        let registry = Arc::new(Registry::default());
        let juki = [
            FieldGroup::plain("juki.identify", "氏名"),
            FieldGroup::location("juki.address", "住所"),
            FieldGroup::secret("juki.mynumber", "個人番号"),
        ];
        let groups: Vec<_> = GROUPS.iter().copied().chain(juki).collect();
        let purpose = |code, name_ja| Purpose { code, name_ja, short_ja: "試", basis_ja: "試験" };
        let purposes = vec![PURPOSE, purpose("juki", "住民記録"), purpose("kodomo", "子ども医療")];
        let profile = CityProfile {
            name_ja: "みなと市".into(),
            code: "279994".into(),
            prefecture_ja: "大阪府".into(),
            mayor_ja: "みなと市長".into(),
            wards: vec![("01".into(), "北区".into())],
            offices: OFFICES,
        };
        let policy = Policy::load(SCHEMA, POLICIES, &groups).unwrap();
        let clock = Arc::new(FixedClock::noon(TODAY));
        let city = City::new(database.db.clone(), Keys::ephemeral().unwrap(), clock.clone(), policy, profile, purposes);
        let heard = Arc::new(Heard::default());
        let programme = hub::programme(needs(registry.clone(), Some(heard.clone())));
        all.push(World { database, city, registry, programme, heard, clock });
    }
    all
}

impl World {
    /// Somebody at a desk, without a case.
    pub fn staff(&self, office: &str, purpose: &str, roles: &[&str]) -> StaffContext {
        let post =
            Post { id: 1, office: office.into(), rank: 2, roles: roles.iter().map(|r| (*r).to_owned()).collect(), ward: None };
        StaffContext {
            staff_no: "4001".into(),
            name: "上田 誠".into(),
            post: Some(post),
            terminal: "T-1".into(),
            purpose: Some(purpose.into()),
            csrf: "c".into(),
            ..StaffContext::nobody()
        }
    }

    /// The same with a person in an open case.
    pub async fn staff_with_case(&self, office: &str, purpose: &str, roles: &[&str], who: &AtenaNo) -> StaffContext {
        let mut staff = self.staff(office, purpose, roles);
        let mut tx = self.city.db().write().await.unwrap();
        let subject = platform::subject::of(&mut tx, who).await.unwrap();
        tx.commit().await.unwrap();
        staff.case = Some(OpenCase { id: 1, number: "R8-試-000001".into(), ground: "受付".into(), subjects: vec![subject] });
        staff
    }

    /// Somebody is under 支援措置.
    pub async fn protect(&self, who: &AtenaNo) {
        let mut tx = self.city.db().write().await.unwrap();
        let subject = platform::subject::of(&mut tx, who).await.unwrap();
        platform::subject::protect(&mut tx, subject, Some("支援措置"), self.city.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn look(&self, staff: &StaffContext) -> Unit {
        Unit::look(&self.city, staff, "試験", Action::Look).await.unwrap()
    }

    async fn change(&self) -> Unit {
        Unit::change(&self.city, &self.staff("shimin", "juki", &[]), "試験", Action::Draft).await.unwrap()
    }

    /// Tells the hub what happened to a resident.
    pub async fn resident(&self, change: ResidentChange, who: &AtenaNo, items: &[&str]) {
        let event = ResidentEvent {
            change,
            atena_no: who.clone(),
            setai_no: SetaiNo::issue(100).unwrap(),
            effective: TODAY,
            notified: TODAY,
            planned: None,
            items: items.iter().map(|i| (*i).to_owned()).collect(),
            row_before: None,
            row_after: Some(1),
            reason_ja: "転入".into(),
        };
        let mut unit = self.change().await;
        platform::subject::of(&mut unit.tx, who).await.unwrap();
        outbox::publish(&mut unit, RESIDENT_EVENT, &event).await.unwrap();
        unit.commit(()).await.unwrap();
    }

    /// Tells the hub that a programme gave a number.
    pub async fn linked(&self, programme: &str, number: &str, who: &AtenaNo) {
        self.needed_until(programme, number, who, None).await;
    }

    /// The same, with the last day on which the programme needs it.
    pub async fn needed_until(&self, programme: &str, number: &str, who: &AtenaNo, until: Option<Date>) {
        let event = ProgrammeLinked { programme: programme.into(), number: number.into(), atena_no: who.clone(), until };
        let mut unit = self.change().await;
        outbox::publish(&mut unit, PROGRAMME_LINKED, &event).await.unwrap();
        unit.commit(()).await.unwrap();
    }

    pub async fn deliver(&self) -> usize {
        outbox::deliver(&self.city, &self.programme.subscriptions).await.unwrap()
    }

    /// Somebody new is entered with a 個人番号.
    pub async fn enters(&self, who: &AtenaNo, number: IndividualNumber) {
        self.registry.set(who, number);
        self.resident(ResidentChange::Entered, who, &[]).await;
        self.deliver().await;
    }

    /// The registry corrects a 個人番号.
    pub async fn corrected(&self, who: &AtenaNo, number: IndividualNumber) {
        self.registry.set(who, number);
        self.resident(ResidentChange::Corrected, who, &["my_number"]).await;
        self.deliver().await;
    }

    /// 団番 through the port, as 情報政策課 asks it.
    pub async fn dan_no(&self, who: &AtenaNo) -> Option<String> {
        let staff = self.staff_with_case("joho", "hub", &["it_policy"], who).await;
        let mut unit = self.look(&staff).await;
        hub::port().dan_of(&mut unit, who).await.unwrap().map(String::from)
    }

    /// 団番 that a programme's number stands for.
    pub async fn dan_of_number(&self, programme: &str, number: &str) -> Option<String> {
        let mut tx = self.city.db().read().await.unwrap();
        let sql = "select dan_no from hub_link where programme = $1 and number = $2 and superseded_seq is null";
        tx.first(sql, params![programme, number]).await.unwrap().and_then(|r| r.get("dan_no").unwrap())
    }

    /// A number from the database.
    pub async fn count(&self, sql: &'static str) -> i64 {
        let mut tx = self.city.db().read().await.unwrap();
        tx.one(sql, vec![]).await.unwrap().get("n").unwrap()
    }

    /// What the log says about a person, the oldest first: result, purpose and field groups.
    pub async fn recorded(&self, who: &AtenaNo) -> Vec<String> {
        let mut tx = self.city.db().read().await.unwrap();
        let subject = platform::subject::find(&mut tx, who).await.unwrap();
        let filter = LogFilter { from: TODAY, to: TODAY, staff_no: None, before: None };
        let mut lines = audit::log(&mut tx, self.city.keys(), &filter, 1000).await.unwrap();
        lines.reverse();
        let of_person = lines.into_iter().filter(|l| subject.is_some() && l.inner.as_ref().is_some_and(|i| i.subject == subject));
        let told = of_person.map(|l| {
            let said = l.line.said.unwrap();
            format!("{} {} {}", l.line.result, said.purpose, said.fields.join(","))
        });
        told.collect()
    }
}
