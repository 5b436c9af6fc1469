//! What people do while the storm rages: registrations, loads, inquiries, withdrawals, protection, decisions, recalls.

use crate::world::{World, tax};
use jiff::SignedDuration;
use kernel::ident::DanNo;
use kernel::time::{Date, Period};
use std::collections::BTreeMap;
use wire::Turn;
use wire::acquire::{Acquisition, AcquisitionEvent};
use wire::code::LineageKey;
use wire::ident::{InstitutionCode, ItemId, PermitNo, ProcedureId, RecordKey, RequestId};
use wire::inquiry::{AskFacts, Inquiry, InquiryEvent, Question};
use wire::machine::Party;
use wire::provide::{ProvisionEvent, ProvisionState};
use wire::replica::{Reason, ReplicaRecord, Upload, Value};

/// Something somebody does.
#[derive(Debug, Clone)]
pub enum Action {
    /// The hub registers a person.
    Register(InstitutionCode, DanNo),
    /// The city changes tax records and loads them.
    Load(InstitutionCode, Vec<DanNo>),
    /// A programme asks.
    Ask(InstitutionCode, Box<Question>, AskFacts),
    /// A programme withdraws its n-th inquiry.
    Cancel(InstitutionCode, u64),
    /// 支援措置 begins: 自動応答不可 and 不開示.
    Protect(InstitutionCode, DanNo),
    /// A clerk decides on everything that waits.
    Decide(InstitutionCode),
    /// A clerk hides an exchange that is recorded here.
    Hide(InstitutionCode, u64),
    /// The hub finds the link of a person wrong (`true`), or has put it right.
    Recall(InstitutionCode, DanNo, bool),
}

/// The persons of the story, by number.
const PEOPLE: u64 = 8;

/// The 団番 of person `n` in the `city`-th city.
pub fn dan(city: u64, n: u64) -> Option<DanNo> {
    (0..3).find_map(|skip| DanNo::issue(city * 10_000 + n * 10 + skip + 1).ok())
}

/// The lineage of person `n` on 住基ネット.
pub fn lineage(n: u64) -> LineageKey {
    let mut bytes = [0xAA; 32];
    bytes.iter_mut().zip(n.to_be_bytes()).for_each(|(to, from)| *to = from);
    LineageKey::from_bytes(bytes)
}

/// The item of every tax record: who it is about, so that an answer about somebody else is seen at once.
pub fn canary(institution: &InstitutionCode, dan: &DanNo) -> String {
    format!("{institution}/{dan}/")
}

/// Plans a whole story.
pub fn schedule(world: &mut World) {
    let institutions: Vec<InstitutionCode> = world.gateways.keys().cloned().collect();
    let mut known: BTreeMap<u64, Vec<(InstitutionCode, DanNo)>> = BTreeMap::new();
    for (city, institution) in (0..).zip(&institutions) {
        let mut people = Vec::new();
        for n in 0..PEOPLE {
            let Some(dan) = dan(city, n).filter(|_| world.dice.chance(700)) else { continue };
            // Now and then a person has no 住民票コード.
            let key = Some(lineage(n)).filter(|_| !world.dice.chance(60));
            if let Some(city) = world.cities.get_mut(institution) {
                city.people.insert(dan.clone(), key);
            }
            let after = minutes(world, 10);
            world.plan(after, Action::Register(institution.clone(), dan.clone()));
            known.entry(n).or_default().push((institution.clone(), dan.clone()));
            people.push(dan);
        }
        for _ in 0..4 {
            let after = minutes(world, 90);
            world.plan(after, Action::Load(institution.clone(), people.clone()));
        }
        for round in 1..6 {
            world.plan(SignedDuration::from_mins(round * 22), Action::Decide(institution.clone()));
        }
        {
            let (after, nth) = (minutes(world, 110), world.dice.below(4));
            world.plan(after, Action::Cancel(institution.clone(), nth));
            let (after, nth) = (minutes(world, 110), world.dice.below(4));
            world.plan(after, Action::Hide(institution.clone(), nth));
        }
        for _ in 0..2 {
            let Some(dan) = world.dice.pick(&people).cloned() else { continue };
            let (wrong, right) = (minutes(world, 80), minutes(world, 40));
            world.plan(wrong, Action::Recall(institution.clone(), dan.clone(), true));
            // Now and then the link is still wrong at the end.
            if world.dice.chance(800) {
                world.plan(wrong + right, Action::Recall(institution.clone(), dan, false));
            }
        }
        if let Some(dan) = world.dice.pick(&people).cloned() {
            let after = minutes(world, 60);
            world.plan(after, Action::Protect(institution.clone(), dan));
        }
    }
    for _ in 0..14 {
        let people: Vec<_> = known.values().cloned().collect();
        let Some(person) = world.dice.pick(&people).cloned() else { return };
        // Mostly another city that knows the person, now and then any.
        let elsewhere: Vec<InstitutionCode> = match world.dice.chance(850) {
            true => person.iter().map(|(at, _)| at.clone()).collect(),
            false => institutions.clone(),
        };
        let Some((asker, subject)) = world.dice.pick(&person).cloned() else { return };
        let others: Vec<InstitutionCode> = elsewhere.into_iter().filter(|at| *at != asker || world.dice.chance(50)).collect();
        let Some(provider) = world.dice.pick(&others).cloned() else { continue };
        if let Some((question, facts)) = question(world, subject, provider) {
            let after = minutes(world, 100) + SignedDuration::from_mins(10);
            world.plan(after, Action::Ask(asker, Box::new(question), facts));
        }
    }
}

fn minutes(world: &mut World, below: u64) -> SignedDuration {
    SignedDuration::from_secs(world.dice.below(below * 60).cast_signed())
}

fn question(world: &mut World, subject: DanNo, provider: InstitutionCode) -> Option<(Question, AskFacts)> {
    // Mostly 保育料, 児童手当 and 子ども医療; now and then 予防接種 (which may not ask for tax) and one that nobody has declared.
    let numbers = [1, 1, 1, 2, 2, 2, 3, 3, 17, 99];
    let procedure = ProcedureId::parse(&format!("JT{:014}", world.dice.pick(&numbers)?)).ok()?;
    let dice = &mut world.dice;
    let data_set = tax(if dice.chance(900) { 1 } else { 2 })?;
    let key = if dice.chance(300) { RecordKey::parse("2026").ok() } else { None };
    let items = vec![ItemId::parse("市町村民税所得割額").ok()?];
    let request = RequestId::draw(dice);
    let facts = AskFacts {
        code: None,
        connected: !dice.chance(50),
        // The city's own copy of the list is out of date now and then, so that the network has to refuse.
        consent_needed: (!dice.chance(50)).then(|| procedure.as_str().ends_with("03")),
        consented: !dice.chance(100),
        hidden: dice.chance(150),
    };
    Some((Question { request, subject, provider, procedure, data_set, items, key }, facts))
}

impl Action {
    /// Does it.
    pub fn run(self, world: &mut World) {
        match self {
            Action::Register(at, dan) => world.calmly(&at, |gateway, turn| {
                gateway.store.acquisitions.insert(dan.clone(), Acquisition::new(dan.clone()));
                gateway.acquire(Some(dan), AcquisitionEvent::Begin, turn)
            }),
            Action::Load(at, people) => load(world, &at, &people),
            Action::Ask(at, question, facts) => world.calmly(&at, |gateway, turn| {
                let code = gateway.store.acquisitions.get(&question.subject).and_then(Acquisition::code);
                let id = question.request;
                gateway.store.inquiries.insert(id, Inquiry::new(*question, turn.now));
                gateway.inquiry(id, InquiryEvent::Submit(AskFacts { code, ..facts }), turn)
            }),
            Action::Cancel(at, nth) => world.calmly(&at, |gateway, turn| {
                let id = nth_of(gateway.store.inquiries.keys(), nth);
                id.map(|id| gateway.inquiry(id, InquiryEvent::Cancel, turn)).unwrap_or_default()
            }),
            Action::Protect(at, dan) => world.calmly(&at, |gateway, _| {
                gateway.store.blocked.insert(dan.clone());
                gateway.store.hidden.insert(dan);
                Vec::new()
            }),
            Action::Decide(at) => decide(world, &at),
            Action::Hide(at, nth) => world.calmly(&at, |gateway, turn| {
                let no = nth_of(gateway.store.records.keys(), nth);
                let effects = no.map(|no| gateway.hide(no, turn)).unwrap_or_default();
                gateway.keep(effects)
            }),
            Action::Recall(at, dan, wrong) => world.calmly(&at, |gateway, turn| gateway.recall(&dan, wrong, turn)),
        }
    }
}

fn nth_of<'a, T: Copy + 'a>(mut of: impl Iterator<Item = &'a T>, nth: u64) -> Option<T> {
    usize::try_from(nth).ok().and_then(|n| of.nth(n)).copied()
}

fn decide(world: &mut World, at: &InstitutionCode) {
    let choice = world.dice.below(4);
    world.calmly(at, |gateway, turn| {
        let held = gateway.store.provisions.iter().filter(|(_, p)| p.state == ProvisionState::Held);
        let held: Vec<PermitNo> = held.map(|(no, _)| *no).collect();
        let mut effects = Vec::new();
        for no in held {
            let draft = gateway.store.provisions.get(&no).and_then(|p| p.draft.clone());
            let content = draft.and_then(|d| d.outcome.ok()).unwrap_or_default();
            match choice {
                0 => effects.extend(gateway.provision(no, ProvisionEvent::Refuse, turn)),
                1 => {}
                _ => {
                    effects.extend(gateway.provision(no, ProvisionEvent::Register(content), turn));
                    effects.extend(gateway.provision(no, ProvisionEvent::Permit, turn));
                }
            }
        }
        gateway.keep(effects)
    });
}

fn load(world: &mut World, at: &InstitutionCode, people: &[DanNo]) {
    let mut records = Vec::new();
    for dan in people {
        for key in ["2025", "2026"] {
            let (chosen, deleted, empty) = (world.dice.chance(600), world.dice.chance(100), world.dice.chance(150));
            let version = if world.dice.chance(800) { 1 } else { 2 };
            if chosen && let Some(record) = record(world, at, dan, key, version, deleted, empty) {
                records.push(record);
            }
        }
    }
    let Some(tenant) = world.gateways.get(at).map(|g| g.tenant.clone()) else { return };
    let mut turn = Turn { who: &tenant, now: world.now, rng: &mut world.dice };
    let (upload, effects) = Upload::begin(records, &mut turn);
    if let Some(city) = world.cities.get_mut(at) {
        city.uploads.insert(upload.load(), upload);
    }
    world.post(&Party::City(at.clone()), effects);
}

fn record(
    world: &mut World,
    at: &InstitutionCode,
    dan: &DanNo,
    key: &str,
    version: u16,
    deleted: bool,
    empty: bool,
) -> Option<ReplicaRecord> {
    let city = world.cities.get_mut(at)?;
    city.serial += 1;
    let serial = city.serial;
    let value = match empty {
        true => Value::Absent(Reason::NotDeclared),
        false => Value::given(format!("{}{serial}", canary(at, dan))).ok()?,
    };
    let items = BTreeMap::from([(ItemId::parse("市町村民税所得割額").ok()?, value)]);
    let record = ReplicaRecord {
        serial,
        dan: dan.clone(),
        data_set: tax(version)?,
        key: RecordKey::parse(key).ok()?,
        published: Period { from: Date::constant(2025, 6, 1), to: None },
        items: Some(items).filter(|_| !deleted),
    };
    city.original.insert(record.slot(), record.clone());
    Some(record)
}
