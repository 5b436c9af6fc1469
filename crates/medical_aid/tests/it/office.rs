//! An office for tests: a city, its staff, and a registry that says what the test wants.

use async_trait::async_trait;
use jiff::civil::date;
use kernel::Date;
use kernel::Yen;
use kernel::access::Action;
use kernel::decision::FactRef;
use kernel::ident::{AtenaNo, SetaiNo};
use kernel::time::{PartialDate, Timestamp};
use medical_aid::child;
use medical_aid::child::dossier::Dossier;
use medical_aid::child::model::{IncomeRow, InquiryRow, InsuranceRow, Notice};
use medical_aid::child::usecases::{apply, record_income};
use mynumber::IndividualNumber;
use platform::approval::{self, Acts, Word};
use platform::city::{CityProfile, Office};
use platform::keys::Keys;
use platform::outbox;
use platform::policy::{self, FieldGroup, Policy};
use platform::staff::{OpenCase, Post};
use platform::testing::{FixedClock, TestDatabase, fresh_databases};
use platform::{City, Fault, StaffContext, Unit, subject};
use ports::facts::ResidentHit;
use ports::{LinkUse, Ports, RESIDENT_EVENT, ResidentEvent, ResidentFacts, ResidentPort};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

const OFFICES: &[Office] = &[Office { code: "iryo", name_ja: "医療年金課", purposes: &["kodomo"] }];

/// The registry of the test.
#[derive(Default)]
pub struct Registry(pub Mutex<BTreeMap<String, ResidentFacts>>);

#[async_trait]
impl ResidentPort for Registry {
    async fn person(&self, unit: &mut Unit, number: &AtenaNo, _: Date) -> Result<Option<ResidentFacts>, Fault> {
        let Some(found) = self.0.lock().unwrap().get(number.as_str()).cloned() else { return Ok(None) };
        unit.see_for(Action::Look, found.subject, &["juki.identify", "juki.status"]).await?;
        Ok(Some(found))
    }
    async fn household(&self, unit: &mut Unit, household: &SetaiNo, as_of: Date) -> Result<Vec<ResidentFacts>, Fault> {
        let all: Vec<_> = self.0.lock().unwrap().values().filter(|f| f.setai_no.as_ref() == Some(household)).cloned().collect();
        for one in &all {
            self.person(unit, &one.atena_no, as_of).await?;
        }
        Ok(all)
    }
    async fn search(&self, _: &mut Unit, _: &str, _: usize) -> Result<Vec<ResidentHit>, Fault> {
        Ok(vec![])
    }
    async fn individual_number(&self, _: &mut Unit, _: &AtenaNo) -> Result<Option<IndividualNumber>, Fault> {
        Ok(None)
    }
    async fn born_between(&self, _: &mut Unit, from: Date, to: Date, _: Date) -> Result<Vec<ResidentFacts>, Fault> {
        let all = self.0.lock().unwrap();
        Ok(all.values().filter(|f| f.resident && (from..=to).contains(&f.birth.earliest)).cloned().collect())
    }
}

/// One city of the test.
pub struct Town {
    pub database: TestDatabase,
    pub city: City,
    pub clock: Arc<FixedClock>,
    pub registry: Arc<Registry>,
    pub ports: Ports,
    pub acts: Acts,
    pub programme: webkit::Programme,
}

pub fn groups() -> Vec<FieldGroup> {
    let juki = [
        FieldGroup::plain("juki.identify", "氏名"),
        FieldGroup::location("juki.address", "住所"),
        FieldGroup::plain("juki.household", "世帯"),
        FieldGroup::plain("juki.status", "住民状態"),
        FieldGroup::secret("juki.mynumber", "個人番号"),
        FieldGroup::plain("juki.protection", "支援措置"),
    ];
    let payments = [FieldGroup::plain("kodomo.payment", "支払"), FieldGroup::secret("kodomo.account", "口座")];
    [&juki[..], child::GROUPS, &payments[..]].concat()
}

const PAYMENT_RULES: payments::Rules = payments::Rules {
    rank: child::scheme::transfer_rank,
    orderer: child::scheme::orderer,
    instruction: child::scheme::instruction,
};

/// The city on every database at hand, on a day.
pub async fn towns(today: Date) -> Vec<Town> {
    let registry = Arc::new(Registry::default());
    let ports = Ports { residents: registry };
    let (programme, pay) = (child::programme(ports.clone()), payments::programme(PAYMENT_RULES, ports));
    let mut migrations = platform::MIGRATIONS.to_vec();
    migrations.extend(pay.migrations.iter().chain(&programme.migrations).copied());
    let mut all = vec![];
    for database in fresh_databases(&migrations).await.unwrap() {
        let clock = Arc::new(FixedClock::noon(today));
        let profile = CityProfile {
            name_ja: "みなと市".into(),
            code: "279994".into(),
            prefecture_ja: "大阪府".into(),
            mayor_ja: "みなと市長 潮見 一郎".into(),
            wards: vec![("01".into(), "北区".into())],
            offices: OFFICES,
        };
        let rules = Policy::load(policy::SCHEMA, policy::POLICIES, &groups()).unwrap();
        let registry = Arc::new(Registry::default());
        let ports = Ports { residents: registry.clone() };
        let programme = child::programme(ports.clone());
        let pay = payments::programme(PAYMENT_RULES, ports.clone());
        let acts = Acts::new(programme.acts.iter().chain(&pay.acts).cloned().collect());
        let keys = Keys::ephemeral().unwrap();
        let city = City::new(database.db.clone(), keys, clock.clone(), rules, profile, programme.purposes.clone());
        all.push(Town { database, city, clock, registry, ports, acts, programme });
    }
    all
}

impl Town {
    /// A member of 医療年金課 with an open case about these people.
    pub fn staff(&self, no: &str, rank: i64, case: &OpenCase) -> StaffContext {
        let mut staff = StaffContext::nobody();
        staff.staff_no = no.into();
        staff.name = format!("職員{no}");
        staff.post = Some(Post { id: 1, office: "iryo".into(), rank, roles: vec![], ward: None });
        staff.purpose = Some("kodomo".into());
        staff.case = Some(case.clone());
        staff
    }

    /// What 情報政策課 is told when a link of the person is found to be wrong.
    pub async fn uses(&self, person: &ResidentFacts) -> Result<Vec<LinkUse>, Fault> {
        let case = self.case(&[person.subject]).await;
        let mut staff = self.staff("4002", 3, &case);
        staff.post = Some(Post { id: 1, office: "joho".into(), rank: 3, roles: vec![], ward: None });
        staff.purpose = Some("hub".into());
        let mut unit = Unit::look(&self.city, &staff, "誤った連携の解除", Action::Look).await?;
        child::link_uses().uses(&mut unit, &person.atena_no, Timestamp::UNIX_EPOCH).await
    }

    /// Opens a case with these people.
    pub async fn case(&self, subjects: &[i64]) -> OpenCase {
        let mut tx = self.city.db().write().await.unwrap();
        let none = OpenCase { id: 0, number: String::new(), ground: String::new(), subjects: vec![] };
        let staff = self.staff("2001", 1, &none);
        let case = platform::case::open(&self.city, &mut tx, &staff, "申請", "試験", subjects).await.unwrap();
        tx.commit().await.unwrap();
        case
    }

    /// The clerk's unit.
    pub async fn clerk(&self, case: &OpenCase) -> Unit {
        Unit::change(&self.city, &self.staff("2001", 1, case), "試験", Action::Draft).await.unwrap()
    }

    /// A child (or adult) of the registry.
    pub async fn resident(&self, serial: u64, name: &str, birth: Date, from: Date) -> ResidentFacts {
        let atena_no = AtenaNo::issue(serial).unwrap();
        let mut tx = self.city.db().write().await.unwrap();
        let subject = subject::of(&mut tx, &atena_no).await.unwrap();
        tx.commit().await.unwrap();
        let facts = ResidentFacts {
            row: FactRef { register: "resident_person".into(), row_id: serial.to_string(), label_ja: "住民記録".into() },
            subject,
            atena_no: atena_no.clone(),
            name: name.into(),
            kana: "タカサキ ソウタ".into(),
            alias: None,
            birth: PartialDate::known(birth),
            sex: "男".into(),
            resident: true,
            resident_from: Some(from),
            removed_on: None,
            removed_reason: None,
            planned_move_out: None,
            setai_no: Some(SetaiNo::issue(1).unwrap()),
            relation: Some("子".into()),
            head_name: Some("髙﨑 健一".into()),
            postal_code: Some("550-0014".into()),
            address: Some("みなと市北区一丁目1番1号".into()),
            building: None,
            ward: Some("01".into()),
            protected: false,
        };
        self.registry.0.lock().unwrap().insert(atena_no.as_str().into(), facts.clone());
        facts
    }

    /// The registry says something else from now on.
    pub fn change(&self, number: &AtenaNo, change: impl FnOnce(&mut ResidentFacts)) {
        change(self.registry.0.lock().unwrap().get_mut(number.as_str()).unwrap());
    }

    /// The child is insured, and nothing else applies.
    pub async fn insured(&self, child: &ResidentFacts, from: Date) {
        let mut tx = self.city.db().write().await.unwrap();
        insurance_row(child, from).insert(&mut tx).await.unwrap();
        for topic in ["relief", "other_scheme"] {
            inquiry_row(child, topic, from).insert(&mut tx).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// 市民課 tells what happened; 医療年金課 hears it.
    pub async fn hears(&self, event: &ResidentEvent) {
        let mut unit = self.clerk(&self.case(&[]).await).await;
        outbox::publish(&mut unit, RESIDENT_EVENT, event).await.unwrap();
        unit.commit(()).await.unwrap();
        outbox::deliver(&self.city, &self.programme.subscriptions).await.unwrap();
    }

    /// The newest notice about a child.
    pub async fn notice(&self, child: &ResidentFacts) -> Notice {
        self.dossier(child).await.notices.first().cloned().unwrap()
    }

    /// Everything known about a child today.
    pub async fn dossier(&self, child: &ResidentFacts) -> Dossier {
        let case = self.case(&[child.subject]).await;
        let mut unit = Unit::look(&self.city, &self.staff("2001", 1, &case), "試験", Action::Look).await.unwrap();
        Dossier::open(&mut unit, &self.ports, &child.atena_no, self.city.today(), i64::MAX).await.unwrap()
    }

    /// The father's income of a fiscal year.
    pub async fn income(&self, case: &OpenCase, child: &ResidentFacts, guardian: &ResidentFacts, year: i16, total: Option<i64>) {
        let mut unit = self.clerk(case).await;
        let sheet = record_income::Sheet {
            child: child.atena_no.clone(),
            guardian: guardian.atena_no.clone(),
            role: "父".into(),
            fiscal_year: year,
            basis: "課税証明書".into(),
            undeclared: total.is_none(),
            checked_on: unit.today(),
        };
        let fill = |row: &mut IncomeRow| {
            row.total = Yen(total.unwrap_or(0));
            row.spouse = true;
            row.other_dependants = 2;
        };
        record_income::run(&mut unit, &sheet, fill).await.unwrap();
        unit.commit(()).await.unwrap();
    }

    /// 申請 of a guardian; answers its number.
    pub async fn applies(&self, case: &OpenCase, child: &ResidentFacts, guardian: &ResidentFacts, on: Date) -> i64 {
        let mut unit = self.clerk(case).await;
        let account = payments::Account::checked("0001", "001", "1", "1234567", "タカサキ ケンイチ").unwrap();
        let new = apply::NewApplication {
            child: child.atena_no.clone(),
            guardian: guardian.atena_no.clone(),
            applied_on: on,
            ward: "北区".into(),
            kind: "窓口".into(),
            consent: true,
            account: Some(account),
        };
        let id = apply::run(&mut unit, &self.ports, &new).await.unwrap();
        unit.commit(()).await.unwrap();
        id
    }

    /// Decides a draft as a person of a rank.
    pub async fn decide(&self, draft: i64, no: &str, rank: i64, word: Word) -> Result<(), Fault> {
        let none = OpenCase { id: 0, number: "決裁".into(), ground: "task".into(), subjects: vec![] };
        let mut unit = Unit::change(&self.city, &self.staff(no, rank, &none), "決裁", Action::Decide).await.unwrap();
        let version = approval::find(&mut unit, draft).await?.version;
        approval::decide(&mut unit, &self.acts, draft, version, word, "確認").await?;
        unit.commit(()).await.map(|_| ())
    }

    /// A child whose aid was granted on an application.
    pub async fn recipient(&self, child: &ResidentFacts, guardian: &ResidentFacts, case: &OpenCase, on: Date) -> i64 {
        let id = self.applies(case, child, guardian, on).await;
        let mut unit = self.clerk(case).await;
        let draft = child::usecases::decide::draft(&mut unit, &self.ports, id).await.unwrap();
        unit.commit(()).await.unwrap();
        self.decide(draft, "2002", 2, Word::Approve).await.unwrap();
        id
    }
}

/// 社保 from a day.
pub fn insurance_row(child: &ResidentFacts, from: Date) -> InsuranceRow {
    InsuranceRow {
        id: 0,
        subject: child.subject,
        atena_no: child.atena_no.as_str().into(),
        cancelled_on: None,
        insurer_no: "06270012".into(),
        symbol: "12".into(),
        insured_no: "345".into(),
        insured_name: "髙﨑 健一".into(),
        relation: "家族".into(),
        valid_from: from,
        valid_to: None,
        lost_on: None,
        special_disease_on: None,
        additional: true,
        insurer_name: "みなと健康保険組合".into(),
        insurer_town_code: None,
        insurer_postal: None,
        insurer_address: None,
        insurer_lot: None,
        insurer_building: None,
        insurer_phone: None,
        class: "組合健保".into(),
        additional_from: None,
        additional_to: None,
        additional_note: None,
        rebate: false,
        rebate_from: None,
        rebate_to: None,
        rebate_note: None,
        checked_on: from,
        seq: 0,
        recorded_at: jiff::Timestamp::UNIX_EPOCH,
        superseded_seq: None,
    }
}

/// Somebody asked about a topic.
pub fn inquiry_row(child: &ResidentFacts, topic: &str, on: Date) -> InquiryRow {
    InquiryRow {
        id: 0,
        subject: child.subject,
        atena_no: child.atena_no.as_str().into(),
        topic: topic.into(),
        checked_on: on,
        how: "照会".into(),
        seq: 0,
        recorded_at: jiff::Timestamp::UNIX_EPOCH,
        superseded_seq: None,
    }
}

/// 令和 year, month, day.
pub fn r(year: i16, month: i8, day: i8) -> Date {
    date(2018 + year, month, day)
}
