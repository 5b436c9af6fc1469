//! 情報提供: which permits are honoured, what is answered by itself, and what waits.

use crate::support::{Dice, at, code, dan, item, izumi, network_key, permit, said, sakai, seal_key, shinjuku, tax, tenant};
use kernel::time::{Date, Period};
use std::collections::BTreeMap;
use wire::error::ExchangeError;
use wire::hide::{Hiding, HidingEvent, hidden_elsewhere};
use wire::ident::{DataSet, Digest, Mode, RecordKey};
use wire::inquiry::{Answer, Asked, Given};
use wire::machine::{Alarm, Body, Correction, Effect, Machine, Task, Turn};
use wire::permit::{NetworkKey, Permit, PermitFault, Terms};
use wire::provide::{Arrival, Hold, ProvideFacts, Provision, ProvisionEvent, ProvisionState, notice, refuse};
use wire::record::Record;
use wire::replica::{Reason, ReplicaRecord, Value};
use wire::seal::Sealed;

const NOON: &str = "2026-09-01T12:00:00";

fn record(key: &str, from: (i16, i8), to: Option<Date>) -> ReplicaRecord {
    let items = BTreeMap::from([
        (item("市町村民税所得割額"), Value::Absent(Reason::NotDeclared)),
        (item("口座番号"), Value::given("1234567").unwrap()),
    ]);
    ReplicaRecord {
        serial: 1,
        dan: dan(1),
        data_set: tax(),
        key: RecordKey::parse(key).unwrap(),
        published: Period { from: Date::constant(from.0, from.1, 1), to },
        items: Some(items),
    }
}

fn facts() -> ProvideFacts {
    ProvideFacts {
        dan: Some(dan(1)),
        known: None,
        provides: true,
        hidden: false,
        hold: None,
        records: vec![record("2026", (2026, 6), None)],
        as_of: at("2026-09-01T03:00:00"),
        root: Digest::of(&[b"root"]),
    }
}

fn sealed(key: Option<&str>) -> Sealed {
    let asked = Asked { key: key.map(|k| RecordKey::parse(k).unwrap()) };
    let plain = serde_json::to_vec(&asked).unwrap();
    Sealed::new(&plain, &seal_key(&shinjuku()).public(), permit().terms.digest().as_bytes(), &mut Dice::new(6)).unwrap()
}

fn open(facts: ProvideFacts, key: Option<&str>) -> (Provision, Vec<Effect>) {
    let who = tenant(&shinjuku());
    let admitted = who.admit(&permit(), Arrival::First, at(NOON)).unwrap();
    Provision::open(admitted, sealed(key), facts, &mut Turn { who: &who, now: at(NOON), rng: &mut Dice::new(7) })
}

fn step(provision: Provision, event: ProvisionEvent, now: &str) -> (Provision, Vec<Effect>) {
    provision.step(event, &mut Turn { who: &tenant(&shinjuku()), now: at(now), rng: &mut Dice::new(8) })
}

/// What the asker reads.
fn read(effects: &[Effect]) -> Answer {
    let sealed = said(effects).into_iter().find_map(|b| if let Body::Answer { sealed, .. } = b { Some(sealed) } else { None });
    let plain = seal_key(&sakai()).open(sealed.unwrap(), permit().terms.digest().as_bytes()).unwrap();
    serde_json::from_slice(&plain).unwrap()
}

#[test]
fn forged_expired_foreign_test_and_used_permits_are_refused_and_reported() {
    let who = tenant(&shinjuku());
    let admit = |permit: &Permit, arrival, time| who.admit(permit, arrival, at(time)).unwrap_err();
    let with = |terms: Terms| Permit::sign(terms, &network_key());
    let own = *permit().terms;
    let forged = Permit::sign(own.clone(), &NetworkKey::from_seed(&[1; 32]).unwrap());
    assert_eq!(admit(&forged, Arrival::First, NOON), PermitFault::Forged);
    assert_eq!(admit(&with(Terms { provider: izumi(), ..own.clone() }), Arrival::First, NOON), PermitFault::Foreign);
    assert_eq!(admit(&with(Terms { mode: Mode::Test, ..own }), Arrival::First, NOON), PermitFault::WrongMode);
    assert_eq!(admit(&permit(), Arrival::First, "2026-09-02T10:00:01"), PermitFault::Expired);
    assert_eq!(admit(&permit(), Arrival::Other, NOON), PermitFault::Replayed);
    let effects = refuse(&permit(), PermitFault::Replayed);
    assert!(effects.contains(&Effect::Alarm(Alarm::Permit(PermitFault::Replayed))));
    assert_eq!(said(&effects), [&Body::Refused { no: permit().terms.no, error: ExchangeError::PermitExpired }]);
}

#[test]
fn a_permit_whose_sealed_code_is_not_for_us_is_foreign_even_when_it_names_us() {
    let (mark, code) = (permit().terms.asker_code, code(1, &izumi()));
    let elsewhere =
        Sealed::new(code.as_bytes(), &seal_key(&izumi()).public(), permit().terms.nonce.as_bytes(), &mut Dice::new(1));
    let terms = Terms { asker_code: mark, provider_code: elsewhere.unwrap(), ..*permit().terms };
    let admitted = tenant(&shinjuku()).admit(&Permit::sign(terms, &network_key()), Arrival::First, at(NOON));
    assert_eq!(admitted, Err(PermitFault::Foreign));
}

#[test]
fn ten_thousand_replays_of_a_used_permit_are_all_refused() {
    let (provision, _) = open(facts(), None);
    let (tenant, permit, mut dice) = (tenant(&shinjuku()), permit(), Dice::new(9));
    for n in 0..10_000_u32 {
        let mut bytes = [0; 40];
        wire::Randomness::fill(&mut dice, &mut bytes);
        let text: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        let other = Sealed::try_from(text).unwrap();
        let arrival = Provision::arrival(Some(&provision), &other);
        let admitted = tenant.admit(&permit, arrival, at(NOON));
        assert_eq!(admitted, Err(PermitFault::Replayed), "replay {n}");
    }
    let again = Provision::arrival(Some(&provision), &sealed(None));
    assert_eq!(again, Arrival::Again, "only the very same message is a repetition");
    assert_eq!(Provision::arrival(None, &sealed(None)), Arrival::First);
}

#[test]
fn the_answer_carries_only_the_items_asked_for_with_the_reason_of_an_empty_one_and_the_state_of_the_replica() {
    let (provision, effects) = open(facts(), None);
    assert_eq!(provision.state, ProvisionState::AutoAnswered);
    let answer = read(&effects);
    let items = BTreeMap::from([(item("市町村民税所得割額"), Value::Absent(Reason::NotDeclared))]);
    assert_eq!(answer.outcome, Ok(vec![Given { key: RecordKey::parse("2026").unwrap(), items }]));
    assert_eq!((answer.as_of, answer.root), (facts().as_of, facts().root));
    let provided = Record { provided_at: Some(at(NOON)), ..Record::of(&permit().terms) };
    assert!(effects.contains(&Effect::Record(provided)));
}

#[test]
fn what_is_not_published_today_or_belongs_to_another_year_version_or_person_is_not_provided() {
    let outcome = |records: Vec<ReplicaRecord>, key| read(&open(ProvideFacts { records, ..facts() }, key).1).outcome;
    let none = Err(ExchangeError::DataNotRegistered);
    assert!(outcome(vec![record("2026", (2026, 6), None)], Some("2026")).is_ok());
    assert_eq!(outcome(vec![record("2025", (2026, 6), None)], Some("2026")), none);
    assert_eq!(outcome(vec![record("2026", (2026, 10), None)], None), none, "公開開始前");
    assert_eq!(outcome(vec![record("2026", (2025, 6), Some(Date::constant(2026, 8, 31)))], None), none, "公開終了後");
    assert!(outcome(vec![record("2026", (2025, 6), Some(Date::constant(2026, 9, 1)))], None).is_ok(), "公開終了日");
    let second = DataSet { version: 2, ..tax() };
    assert_eq!(outcome(vec![ReplicaRecord { data_set: second, ..record("2026", (2026, 6), None) }], None), none);
    assert_eq!(outcome(vec![ReplicaRecord { dan: dan(5), ..record("2026", (2026, 6), None) }], None), none);
    assert_eq!(outcome(vec![ReplicaRecord { items: None, ..record("2026", (2026, 6), None) }], None), none, "削除済み");
}

#[test]
fn a_person_we_do_not_know_is_said_to_be_unknown_and_nothing_counts_as_provided() {
    let (_, effects) = open(ProvideFacts { dan: None, ..facts() }, None);
    assert_eq!(read(&effects).outcome, Err(ExchangeError::SubjectNotFoundAtProvider));
    assert!(effects.iter().all(|e| !matches!(e, Effect::Record(r) if r.provided_at.is_some())));
}

#[test]
fn a_profile_that_only_asks_refuses_to_provide_and_records_it() {
    let (provision, effects) = open(ProvideFacts { provides: false, ..facts() }, None);
    assert_eq!(provision.state, ProvisionState::Refused);
    assert_eq!(said(&effects), [&Body::Refused { no: permit().terms.no, error: ExchangeError::NotPermitted }]);
    assert!(effects.contains(&Effect::Record(Record::of(&permit().terms))));
}

#[test]
fn what_is_held_says_only_that_it_arrived() {
    for why in [Hold::Person, Hold::Record, Hold::Recall] {
        let (provision, effects) = open(ProvideFacts { hold: Some(why), ..facts() }, None);
        assert_eq!(provision.state, ProvisionState::Held);
        assert_eq!(said(&effects), [&Body::InquiryReceived(permit().terms.no)]);
        assert!(effects.contains(&Effect::Task(Task::CheckHeld { no: permit().terms.no, why })));
    }
}

#[test]
fn a_held_answer_goes_out_only_after_a_clerk_has_registered_and_allowed_it() {
    let (held, _) = open(ProvideFacts { hold: Some(Hold::Person), ..facts() }, None);
    let (held, effects) = step(held, ProvisionEvent::Permit, NOON);
    assert!(effects.is_empty() && held.state == ProvisionState::Held);
    let (registered, effects) = step(held, ProvisionEvent::Register(vec![]), NOON);
    assert!(effects.is_empty() && registered.state == ProvisionState::ContentRegistered);
    let (permitted, effects) = step(registered, ProvisionEvent::Permit, NOON);
    assert_eq!(permitted.state, ProvisionState::SendPermitted);
    assert_eq!(read(&effects).outcome, Err(ExchangeError::DataNotRegistered), "the clerk took everything out");
    let heard = ProvisionEvent::Heard(Body::AnswerReceived { no: permit().terms.no, revision: 0 });
    assert_eq!(step(permitted, heard, NOON).0.state, ProvisionState::Sent);
}

#[test]
fn a_clerk_cannot_send_more_than_the_permit_names() {
    let (held, _) = open(ProvideFacts { hold: Some(Hold::Person), ..facts() }, None);
    let value = || Value::given("1").unwrap();
    let items = BTreeMap::from([(item("市町村民税所得割額"), value()), (item("口座番号"), value())]);
    let content = vec![Given { key: RecordKey::parse("2026").unwrap(), items }];
    let (registered, _) = step(held, ProvisionEvent::Register(content), NOON);
    let (_, effects) = step(registered, ProvisionEvent::Permit, NOON);
    let sent = read(&effects).outcome.unwrap();
    assert_eq!(sent[0].items, BTreeMap::from([(item("市町村民税所得割額"), value())]));
}

#[test]
fn refused_and_forgotten_inquiries_send_nothing() {
    let held = || open(ProvideFacts { hold: Some(Hold::Person), ..facts() }, None).0;
    let (refused, effects) = step(held(), ProvisionEvent::Refuse, NOON);
    assert!(effects.is_empty() && refused.state == ProvisionState::Refused);
    let (waiting, _) = step(held(), ProvisionEvent::Tick, "2026-09-15T11:59:59");
    assert_eq!(waiting.state, ProvisionState::Held);
    let (timed_out, effects) = step(waiting, ProvisionEvent::Tick, "2026-09-15T12:00:00");
    assert!(effects.is_empty() && timed_out.state == ProvisionState::TimedOut);
    assert_eq!(step(timed_out.clone(), ProvisionEvent::Permit, NOON).0, timed_out);
}

#[test]
fn an_answer_is_repeated_byte_for_byte_until_it_is_heard() {
    let (provision, first) = open(facts(), None);
    let (provision, again) = step(provision, ProvisionEvent::Again, NOON);
    let (provision, later) = step(provision, ProvisionEvent::Tick, "2026-09-01T12:05:00");
    let answers = |effects: &[Effect]| said(effects).into_iter().find(|b| matches!(b, Body::Answer { .. })).cloned().unwrap();
    assert_eq!(answers(&first), answers(&again));
    assert_eq!(answers(&first), answers(&later));
    let (heard, _) = step(provision, ProvisionEvent::Heard(Body::AnswerReceived { no: permit().terms.no, revision: 0 }), NOON);
    assert!(heard.due().is_none() && step(heard, ProvisionEvent::Tick, "2026-09-01T18:00:00").1.is_empty());
}

#[test]
fn 取りやめ_wins_against_a_held_inquiry_and_loses_against_an_answer() {
    let no = permit().terms.no;
    let (held, _) = open(ProvideFacts { hold: Some(Hold::Person), ..facts() }, None);
    let (withdrawn, effects) = step(held, ProvisionEvent::Withdraw, NOON);
    assert_eq!(said(&effects), [&Body::CancelDone { no, cancelled: true }]);
    assert!(step(withdrawn, ProvisionEvent::Register(vec![]), NOON).1.is_empty());
    let (_, effects) = step(open(facts(), None).0, ProvisionEvent::Withdraw, NOON);
    assert_eq!(said(&effects), [&Body::CancelDone { no, cancelled: false }]);
    // Withdrawn before it came: the permit is used, and the late inquiry finds that out.
    let who = tenant(&shinjuku());
    let admitted = who.admit(&permit(), Arrival::Notice, at(NOON)).unwrap();
    let (early, _) = Provision::withdrawn(admitted, &mut Turn { who: &who, now: at(NOON), rng: &mut Dice::new(1) });
    assert_eq!(Provision::arrival(Some(&early), &sealed(None)), Arrival::Again);
    assert_eq!(said(&step(early, ProvisionEvent::Again, NOON).1), [&Body::CancelDone { no, cancelled: true }]);
}

#[test]
fn the_notice_of_a_permit_is_recorded_with_our_own_mark_and_a_repeated_one_answered_from_the_record() {
    let who = tenant(&shinjuku());
    let turn = Turn { who: &who, now: at("2026-09-20T12:00:00"), rng: &mut Dice::new(1) };
    let admitted = who.admit(&permit(), Arrival::Notice, turn.now).unwrap();
    assert_eq!(admitted.code(), code(1, &shinjuku()));
    let no = permit().terms.no;
    let (open, hidden) = (Record::of(&permit().terms), Record { hidden: true, ..Record::of(&permit().terms) });
    let told = |hidden| Effect::Send { to: wire::machine::Party::Network, body: Body::NoticeReceived { no, hidden } };
    assert_eq!(notice(&admitted, None, true, &turn), [Effect::Record(hidden.clone()), told(true)]);
    assert_eq!(notice(&admitted, Some(&hidden), false, &turn), [Effect::Record(hidden), told(true)], "once hidden, hidden");
    // Protection began between the first notice, answered with "not hidden", and its repetition.
    let effects = notice(&admitted, Some(&open), true, &turn);
    assert_eq!(said(&effects), [&Body::NoticeReceived { no, hidden: false }, &Body::Hide(no)]);
}

fn correction(until: Option<&str>) -> Correction {
    Correction { no: permit().terms.no, revision: 0, provided_at: Some(at(NOON)), until: until.map(at) }
}

/// What the store knows once the link is right: another year of another person.
fn right(hold: Option<Hold>) -> ProvisionEvent {
    ProvisionEvent::PutRight(Box::new(ProvideFacts { hold, records: vec![record("2025", (2025, 6), None)], ..facts() }))
}

#[test]
fn a_recalled_answer_is_corrected_until_the_asker_confirms() {
    let no = permit().terms.no;
    let (answered, _) = open(facts(), None);
    let (recalled, effects) = step(answered, ProvisionEvent::Recall, "2026-10-01T09:00:00");
    let told = Body::Correction(correction(None));
    assert_eq!(said(&effects), [&told], "the wrong answer is not sent again, though nobody has confirmed it");
    let (recalled, _) = step(recalled, ProvisionEvent::Heard(Body::AnswerReceived { no, revision: 0 }), NOON);
    let (recalled, effects) = step(recalled, ProvisionEvent::Tick, "2026-10-01T09:30:00");
    assert_eq!(said(&effects), [&told]);
    let heard = ProvisionEvent::Heard(Body::CorrectionReceived(correction(None)));
    let (told, _) = step(recalled, heard, "2026-10-01T09:31:00");
    assert!(told.due().is_none());
}

#[test]
fn once_the_link_is_right_what_was_called_back_is_answered_anew() {
    let (answered, _) = open(facts(), None);
    let (recalled, _) = step(answered, ProvisionEvent::Recall, "2026-10-01T09:00:00");
    let (answered, effects) = step(recalled, right(None), "2026-11-01T09:00:00");
    assert!(said(&effects).contains(&&Body::Correction(correction(Some("2026-11-15T09:00:00")))));
    let anew = read(&effects);
    assert_eq!((anew.revision, anew.outcome.unwrap()[0].key.as_str()), (1, "2025"));
    // A confirmation of the old answer is none of the new one.
    let no = permit().terms.no;
    let heard = |revision| ProvisionEvent::Heard(Body::AnswerReceived { no, revision });
    let confirmed = ProvisionEvent::Heard(Body::CorrectionReceived(correction(Some("2026-11-15T09:00:00"))));
    let (answered, _) = step(answered, confirmed, "2026-11-01T09:00:01");
    let (answered, _) = step(answered, heard(0), "2026-11-01T09:00:01");
    assert!(answered.due().is_some() && step(answered, heard(1), "2026-11-01T09:00:02").0.due().is_none());
}

#[test]
fn what_was_drafted_or_registered_before_a_recall_never_goes_out() {
    let (held, _) = open(ProvideFacts { hold: Some(Hold::Person), ..facts() }, None);
    let content = held.draft.clone().unwrap().outcome.unwrap();
    let (registered, _) = step(held, ProvisionEvent::Register(content.clone()), NOON);
    let (recalled, _) = step(registered, ProvisionEvent::Recall, NOON);
    assert_eq!((recalled.state, recalled.hold, &recalled.draft), (ProvisionState::Held, Some(Hold::Recall), &None));
    let (recalled, _) = step(recalled, ProvisionEvent::Register(content), NOON);
    assert_eq!(step(recalled.clone(), ProvisionEvent::Permit, NOON), (recalled.clone(), vec![]));
    // Right again, the person is still protected: a clerk sees the new draft.
    let (held, effects) = step(recalled, right(Some(Hold::Person)), "2026-09-02T12:00:00");
    assert!(
        said(&effects).is_empty()
            && effects.contains(&Effect::Task(Task::CheckHeld { no: held.permit.terms.no, why: Hold::Person }))
    );
    assert_eq!(held.draft.unwrap().outcome.unwrap()[0].key.as_str(), "2025");
}

#[test]
fn an_inquiry_that_comes_while_the_link_is_wrong_is_answered_when_it_is_right() {
    let (waits, _) = open(ProvideFacts { hold: Some(Hold::Recall), ..facts() }, None);
    assert!(waits.recalled && waits.draft.is_none());
    let (answered, effects) = step(waits, right(None), "2026-09-02T12:00:00");
    assert_eq!((answered.state, read(&effects).revision), (ProvisionState::AutoAnswered, 0));
}

#[test]
fn protection_that_began_after_the_notice_is_told_to_the_network_until_it_confirms() {
    let no = permit().terms.no;
    let known = Some(Record::of(&permit().terms));
    let (_, effects) = open(ProvideFacts { known, hidden: true, hold: Some(Hold::Person), ..facts() }, None);
    assert!(said(&effects).contains(&&Body::Hide(no)));
    let hiding = effects.iter().find_map(|e| if let Effect::Hiding(hiding) = e { Some(hiding.clone()) } else { None }).unwrap();
    let step = |hiding: Hiding, event, now| {
        hiding.step(event, &mut Turn { who: &tenant(&shinjuku()), now: at(now), rng: &mut Dice::new(8) })
    };
    let (hiding, effects) = step(hiding, HidingEvent::Tick, "2026-09-01T12:10:00");
    assert_eq!(said(&effects), [&Body::Hide(no)]);
    let (hiding, _) = step(hiding, HidingEvent::Confirmed, NOON);
    assert!(hiding.due().is_none() && step(hiding, HidingEvent::Tick, "2026-09-01T14:00:00").1.is_empty());
    // What the record hides already needs no second word.
    let known = Some(Record { hidden: true, ..Record::of(&permit().terms) });
    let (_, effects) = open(ProvideFacts { known, hidden: true, ..facts() }, None);
    assert!(!said(&effects).contains(&&Body::Hide(no)));
}

#[test]
fn what_the_other_side_hides_is_hidden_here_and_confirmed() {
    let record = Record::of(&permit().terms);
    let effects = hidden_elsewhere(&record);
    assert_eq!(said(&effects), [&Body::HideReceived(record.no)]);
    assert!(effects.contains(&Effect::Record(Record { hidden: true, ..record })));
}
