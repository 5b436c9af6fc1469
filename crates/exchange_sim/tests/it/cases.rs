//! Two families and one mover, in calm weather.

use exchange_sim::Safeguards;
use exchange_sim::story::{Action, lineage};
use exchange_sim::world::{Storm, World, tax};
use jiff::{SignedDuration, Timestamp};
use kernel::ident::DanNo;
use kernel::time::{Date, Period, civil};
use std::collections::BTreeMap;
use wire::code::Code;
use wire::ident::{InstitutionCode, ItemId, ProcedureId, RecordKey, RequestId};
use wire::inquiry::{AskFacts, Inquiry, InquiryEvent, InquiryState, Outward, Question};
use wire::own::{OwnData, own_data};
use wire::provide::{Hold, ProvisionEvent, ProvisionState};
use wire::record::{Record, history, removal};
use wire::replica::{Reason, ReplicaRecord, Value};

fn sakai() -> InstitutionCode {
    InstitutionCode::parse("0220127140310001").unwrap()
}

fn shinjuku() -> InstitutionCode {
    InstitutionCode::parse("0220113104110001").unwrap()
}

fn item() -> ItemId {
    ItemId::parse("市町村民税所得割額").unwrap()
}

fn dan(serial: u64) -> DanNo {
    DanNo::issue(serial).unwrap()
}

fn calm() -> World {
    World::new(1, Safeguards::ALL, Storm::CALM).unwrap()
}

/// The city registers a person of the lineage and gets a 符号.
fn register(world: &mut World, at: &InstitutionCode, dan: &DanNo, person: u64) -> Code {
    world.cities.get_mut(at).unwrap().people.insert(dan.clone(), Some(lineage(person)));
    world.plan(SignedDuration::ZERO, Action::Register(at.clone(), dan.clone()));
    world.advance();
    world.gateways[at].store.acquisitions[dan].code().expect("the code is bound within a minute in calm weather")
}

/// The tax of a year stands in the city's replica.
fn tax_of(world: &mut World, at: &InstitutionCode, dan: &DanNo, year: &str, value: Value) {
    let record = ReplicaRecord {
        serial: 1,
        dan: dan.clone(),
        data_set: tax(1).unwrap(),
        key: RecordKey::parse(year).unwrap(),
        published: Period { from: Date::constant(2026, 6, 1), to: None },
        items: Some(BTreeMap::from([(item(), value)])),
    };
    world.gateways.get_mut(at).unwrap().store.replica.insert(record.slot(), record);
}

/// A programme asks for the tax of a year; the inquiry is 照会側不開示 when one of those for whom it is made is protected here.
fn ask(
    world: &mut World,
    at: &InstitutionCode,
    of: &InstitutionCode,
    who: &DanNo,
    procedure: u8,
    made_for: &[&DanNo],
) -> RequestId {
    let request = RequestId::draw(&mut world.dice);
    let question = Question {
        request,
        subject: who.clone(),
        provider: of.clone(),
        procedure: ProcedureId::parse(&format!("JT{procedure:014}")).unwrap(),
        data_set: tax(1).unwrap(),
        items: vec![item()],
        key: Some(RecordKey::parse("2026").unwrap()),
    };
    let hidden = made_for.iter().any(|dan| world.gateways[at].store.hidden.contains(*dan));
    let facts = AskFacts { code: None, connected: true, consent_needed: Some(false), consented: false, hidden };
    world.plan(SignedDuration::ZERO, Action::Ask(at.clone(), Box::new(question), facts));
    world.advance();
    request
}

fn inquiry<'a>(world: &'a World, at: &InstitutionCode, request: &RequestId) -> &'a Inquiry {
    &world.gateways[at].store.inquiries[request]
}

/// The three copies of the record of an inquiry: asker, provider, network.
fn copies<'a>(world: &'a World, asker: &InstitutionCode, provider: &InstitutionCode, request: &RequestId) -> [&'a Record; 3] {
    let no = inquiry(world, asker, request).permit.as_ref().unwrap().terms.no;
    [
        &world.gateways[asker].store.records[&no],
        &world.gateways[provider].store.records[&no],
        &world.center.store.passage(no).unwrap().record,
    ]
}

/// What a person sees in the portal: やりとり履歴 and their own data, as JSON.
fn portal(world: &World, person: u64, own_city: &InstitutionCode, own: &DanNo) -> String {
    let inner = world.center.store.people[&lineage(person)];
    let passages = world.center.store.passages.values().filter(|p| p.subject == Some(inner) && p.is_noticed());
    let lines = history(passages.map(|p| &p.record));
    let store = &world.gateways[own_city].store;
    let records: Vec<ReplicaRecord> = store.replica.values().filter(|r| r.dan == *own).cloned().collect();
    let data = own_data(&records, store.hidden.contains(own), civil(world.now));
    serde_json::to_string(&(lines.len(), lines, data)).unwrap()
}

const FATHER: u64 = 1;
const MOTHER: u64 = 2;
const CHILD: u64 = 3;

/// 堺市 protects mother and child; when `flight` is true it asks 新宿区 for the father's tax for 保育料 between two ordinary inquiries.
fn family(flight: bool) -> (World, Option<RequestId>) {
    let mut world = calm();
    let (father_there, father_here, mother, child) = (dan(1), dan(2), dan(3), dan(5));
    register(&mut world, &shinjuku(), &father_there, FATHER);
    register(&mut world, &sakai(), &father_here, FATHER);
    register(&mut world, &sakai(), &mother, MOTHER);
    register(&mut world, &sakai(), &child, CHILD);
    tax_of(&mut world, &shinjuku(), &father_there, "2026", Value::given("123000").unwrap());
    for protected in [&mother, &child] {
        world.plan(SignedDuration::ZERO, Action::Protect(sakai(), protected.clone()));
    }
    world.advance();
    ask(&mut world, &sakai(), &shinjuku(), &father_here, 2, &[&father_here]);
    let hidden = flight.then(|| ask(&mut world, &sakai(), &shinjuku(), &father_here, 1, &[&mother, &child]));
    if !flight {
        world.advance();
    }
    ask(&mut world, &sakai(), &shinjuku(), &father_here, 2, &[&father_here]);
    world.settle().unwrap();
    (world, hidden)
}

#[test]
fn the_fled_family() {
    let (mut world, hidden) = family(true);
    let hidden = hidden.unwrap();

    // 堺市 has its answer, and the three records exist, agree and are 不開示.
    assert_eq!(inquiry(&world, &sakai(), &hidden).outward(), Outward::Answered);
    let [here, there, network] = copies(&world, &sakai(), &shinjuku(), &hidden);
    assert_eq!((here, here), (there, network));
    assert!(here.hidden && here.provided_at.is_some());

    // 新宿区's clerk sees why: it is the asker's side that hides it, and for which procedure.
    let provision = &world.gateways[&shinjuku()].store.provisions[&here.no];
    assert!(provision.permit.terms.hidden && provision.state == ProvisionState::AutoAnswered);
    assert_eq!(provision.permit.terms.procedure.as_str(), "JT00000000000001");

    // The father sees exactly what he would see had nobody asked: the same lines, count, times and data, to the byte.
    let (control, _) = family(false);
    let seen = portal(&world, FATHER, &shinjuku(), &dan(1));
    assert_eq!(seen, portal(&control, FATHER, &shinjuku(), &dan(1)));
    assert!(seen.starts_with("[2,") && seen.contains("123000"), "{seen}");
    assert!(!seen.contains(&here.no.to_string()));

    // The measure ends; the flag stays, on all three sides and in what he sees.
    let store = &mut world.gateways.get_mut(&sakai()).unwrap().store;
    store.hidden.clear();
    store.blocked.clear();
    for _ in 0..10 {
        world.advance();
    }
    assert!(copies(&world, &sakai(), &shinjuku(), &hidden).iter().all(|record| record.hidden));
    assert_eq!(portal(&world, FATHER, &shinjuku(), &dan(1)), seen);
}

#[test]
fn an_inquiry_about_a_protected_person_waits_for_a_clerk_and_the_asker_sees_only_回答待ち() {
    let mut world = calm();
    let (there, here) = (dan(1), dan(2));
    register(&mut world, &shinjuku(), &there, MOTHER);
    register(&mut world, &sakai(), &here, MOTHER);
    tax_of(&mut world, &shinjuku(), &there, "2026", Value::given("98000").unwrap());
    world.plan(SignedDuration::ZERO, Action::Protect(shinjuku(), there.clone()));
    world.advance();
    let request = ask(&mut world, &sakai(), &shinjuku(), &here, 2, &[&here]);
    for _ in 0..10 {
        world.advance();
    }
    assert_eq!(inquiry(&world, &sakai(), &request).state, InquiryState::HeldAtProvider);
    assert_eq!(inquiry(&world, &sakai(), &request).outward().name(), "回答待ち");
    let (no, held) = world.gateways[&shinjuku()].store.provisions.first_key_value().unwrap();
    assert_eq!((held.state, held.hold), (ProvisionState::Held, Some(Hold::Person)));

    let (no, content) = (*no, held.draft.clone().unwrap().outcome.unwrap());
    world.calmly(&shinjuku(), |gateway, turn| {
        assert!(gateway.provision(no, ProvisionEvent::Permit, turn).is_empty(), "nobody sends what nobody has looked at");
        gateway.provision(no, ProvisionEvent::Register(content), turn);
        gateway.provision(no, ProvisionEvent::Permit, turn)
    });
    world.settle().unwrap();
    assert_eq!(world.gateways[&shinjuku()].store.provisions[&no].state, ProvisionState::Sent);
    assert_eq!(inquiry(&world, &sakai(), &request).outward(), Outward::Answered);
    assert!(copies(&world, &sakai(), &shinjuku(), &request).iter().all(|record| record.hidden), "the provider's side hides it");
}

#[test]
fn a_clerk_who_refuses_and_one_who_never_looks_cannot_be_told_apart_from_outside() {
    let outcome = |decide: Option<ProvisionEvent>| {
        let mut world = calm();
        let (there, here) = (dan(1), dan(2));
        register(&mut world, &shinjuku(), &there, MOTHER);
        register(&mut world, &sakai(), &here, MOTHER);
        world.plan(SignedDuration::ZERO, Action::Protect(shinjuku(), there));
        world.advance();
        let request = ask(&mut world, &sakai(), &shinjuku(), &here, 2, &[&here]);
        let no = *world.gateways[&shinjuku()].store.provisions.first_key_value().unwrap().0;
        world.calmly(&shinjuku(), |gateway, turn| decide.map(|e| gateway.provision(no, e, turn)).unwrap_or_default());
        world.settle().unwrap();
        let inquiry = inquiry(&world, &sakai(), &request);
        (inquiry.state, inquiry.outward(), inquiry.error, world.now)
    };
    let silent = outcome(None);
    assert_eq!(outcome(Some(ProvisionEvent::Refuse)), silent);
    assert_eq!((silent.0, silent.1.name()), (InquiryState::Expired, "期限までに回答なし"));
}

#[test]
fn changed_and_returned() {
    let day = |text: &str| format!("{text}T09:00:00+09:00").parse::<Timestamp>().unwrap();
    let mut world = calm();
    let person = 7;

    // 令和8年7月: P lives in 堺市 and has a 符号 there. On 8.1 the 個人番号 changes: the 団番 stays, and the lineage with it, so that
    // the same registration comes once more and changes nothing.
    world.now = day("2026-07-01");
    let here = dan(1);
    let code_here = register(&mut world, &sakai(), &here, person);
    tax_of(&mut world, &sakai(), &here, "2026", Value::given("45000").unwrap());
    world.now = day("2026-08-01");
    assert_eq!(register(&mut world, &sakai(), &here, person), code_here);

    // 9.1: P moves to 新宿区, which has its own 符号 for P and asks 堺市 for the tax of 令和8年度.
    world.now = day("2026-09-01");
    let there = dan(2);
    let code_there = register(&mut world, &shinjuku(), &there, person);
    assert_ne!(code_there, code_here);
    world.now = day("2026-10-15");
    let request = ask(&mut world, &shinjuku(), &sakai(), &there, 2, &[&there]);
    let answer = inquiry(&world, &shinjuku(), &request).answer.clone().unwrap();
    assert_eq!(answer.outcome.unwrap()[0].items[&item()], Value::given("45000").unwrap());
    assert_eq!(civil(answer.as_of), Date::constant(2026, 10, 15));

    // 12.1: P comes back; 団番 and 符号 of 堺市 are the old ones, 新宿区's are still others.
    world.now = day("2026-12-01");
    assert_eq!(register(&mut world, &sakai(), &here, person), code_here);
    assert_eq!(world.gateways[&shinjuku()].store.acquisitions[&there].code(), Some(code_there));

    // No 取得番号 is left anywhere.
    world.settle().unwrap();
    assert_eq!(world.observed.acquisitions.len(), 4);
    let mut kept = String::new();
    for gateway in world.gateways.values() {
        let store = &gateway.store;
        kept += &serde_json::to_string(&store.acquisitions.values().collect::<Vec<_>>()).unwrap();
        kept += &serde_json::to_string(&(&store.records.values().collect::<Vec<_>>(), store.codes.keys().collect::<Vec<_>>()))
            .unwrap();
        kept += &serde_json::to_string(&store.inquiries.values().collect::<Vec<_>>()).unwrap();
        kept += &serde_json::to_string(&store.provisions.values().collect::<Vec<_>>()).unwrap();
    }
    for key in world.center.store.codes.keys() {
        kept += &serde_json::to_string(key).unwrap();
    }
    assert!(kept.contains(&code_here.to_string()), "the search must be able to find something");
    assert!(world.observed.acquisitions.iter().all(|number| !kept.contains(&number.to_string())));
}

#[test]
fn a_person_marked_不開示該当_gets_no_data_of_their_own_and_no_reason() {
    let mut world = calm();
    let there = dan(1);
    register(&mut world, &shinjuku(), &there, CHILD);
    tax_of(&mut world, &shinjuku(), &there, "2026", Value::Absent(Reason::NotDeclared));
    let records: Vec<ReplicaRecord> = world.gateways[&shinjuku()].store.replica.values().cloned().collect();
    let today = civil(world.now);
    assert!(matches!(own_data(&records, false, today), OwnData::Records(given) if given.len() == 1));
    assert_eq!(own_data(&records, true, today), own_data(&[], false, today));
}

#[test]
fn a_recalled_answer_reads_照会中_and_may_not_be_fetched_until_the_link_is_right() {
    let mut world = calm();
    let (there, here) = (dan(1), dan(2));
    register(&mut world, &shinjuku(), &there, MOTHER);
    register(&mut world, &sakai(), &here, MOTHER);
    tax_of(&mut world, &shinjuku(), &there, "2026", Value::given("98000").unwrap());
    let request = ask(&mut world, &sakai(), &shinjuku(), &here, 2, &[&here]);
    world.plan(SignedDuration::ZERO, Action::Recall(shinjuku(), there.clone(), true));
    world.settle().unwrap();
    assert_eq!(inquiry(&world, &sakai(), &request).outward().name(), "照会中");
    world.calmly(&sakai(), |gateway, turn| gateway.inquiry(request, InquiryEvent::Fetch, turn));
    assert_eq!(inquiry(&world, &sakai(), &request).outward().name(), "照会中");

    // Asked again while the link is being put right, the answer waits.
    let again = ask(&mut world, &sakai(), &shinjuku(), &here, 2, &[&here]);
    assert_eq!(inquiry(&world, &sakai(), &again).outward().name(), "回答待ち");
    let holds: Vec<_> = world.gateways[&shinjuku()].store.provisions.values().filter_map(|p| p.hold).collect();
    assert_eq!(holds, [Hold::Recall]);

    // The hub has put the link right, and 正本 with it: both are answered from what stands there now.
    tax_of(&mut world, &shinjuku(), &there, "2026", Value::given("31000").unwrap());
    world.plan(SignedDuration::ZERO, Action::Recall(shinjuku(), there, false));
    for _ in 0..4 {
        world.advance();
    }
    for request in [request, again] {
        let inquiry = inquiry(&world, &sakai(), &request);
        assert_eq!(inquiry.outward().name(), "回答あり");
        assert_eq!(inquiry.answer.clone().unwrap().outcome.unwrap()[0].items[&item()], Value::given("31000").unwrap());
    }
}

#[test]
fn a_record_leaves_all_three_sides_on_the_same_day_with_the_same_proof() {
    let mut world = calm();
    let (there, here) = (dan(1), dan(2));
    register(&mut world, &shinjuku(), &there, MOTHER);
    register(&mut world, &sakai(), &here, MOTHER);
    tax_of(&mut world, &shinjuku(), &there, "2026", Value::given("98000").unwrap());
    let request = ask(&mut world, &sakai(), &shinjuku(), &here, 2, &[&here]);
    world.settle().unwrap();
    let on = |day: &str| copies(&world, &sakai(), &shinjuku(), &request).map(|copy| removal(copy, day.parse().unwrap(), 7));
    assert_eq!(on("2033-08-31"), [None, None, None], "7年の1日前");
    assert_eq!(on("2033-09-01"), [None, None, None]);
    let [here, there, network] = on("2033-09-02");
    assert!(here.is_some() && here == there && there == network, "7年の1日後");
}
