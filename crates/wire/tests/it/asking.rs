//! 情報照会: what leaves the city, what the programme sees, and what ends an inquiry.

use crate::support::{
    Dice, at, code, dan, item, izumi, network_key, permit, procedure, said, sakai, seal_key, shinjuku, tax, tenant,
};
use kernel::time::Timestamp;
use wire::error::ExchangeError;
use wire::ident::{Digest, RequestId};
use wire::inquiry::{Answer, AskFacts, Given, Inquiry, InquiryEvent, InquiryState, Outward, Question, Stop};
use wire::machine::{Body, Correction, Effect, Machine, Task, Turn};
use wire::permit::{Permit, Terms};
use wire::record::Record;
use wire::seal::Sealed;

const MORNING: &str = "2026-09-01T10:00:00";

fn facts() -> AskFacts {
    AskFacts { code: Some(code(1, &sakai())), connected: true, consent_needed: Some(true), consented: true, hidden: false }
}

fn inquiry() -> Inquiry {
    let question = Question {
        request: permit().terms.request,
        subject: dan(1),
        provider: shinjuku(),
        procedure: procedure(3),
        data_set: tax(),
        items: vec![item("市町村民税所得割額")],
        key: None,
    };
    Inquiry::new(question, at(MORNING))
}

fn step(inquiry: Inquiry, event: InquiryEvent, now: Timestamp) -> (Inquiry, Vec<Effect>) {
    inquiry.step(event, &mut Turn { who: &tenant(&sakai()), now, rng: &mut Dice::new(1) })
}

fn hear(inquiry: Inquiry, body: Body) -> (Inquiry, Vec<Effect>) {
    step(inquiry, InquiryEvent::Heard(body), at(MORNING))
}

fn requested() -> Inquiry {
    step(inquiry(), InquiryEvent::Submit(facts()), at(MORNING)).0
}

fn sent() -> Inquiry {
    let (permitted, _) = hear(requested(), Body::PermitGranted(permit()));
    hear(permitted, Body::InquiryReceived(permit().terms.no)).0
}

fn answer(outcome: Result<Vec<Given>, ExchangeError>) -> Body {
    revised(0, outcome)
}

fn received(revision: u32) -> Body {
    Body::AnswerReceived { no: permit().terms.no, revision }
}

/// The answer of a provider that has called back `revision` answers before.
fn revised(revision: u32, outcome: Result<Vec<Given>, ExchangeError>) -> Body {
    let answer = Answer { revision, outcome, as_of: at(MORNING), root: Digest::of(&[]) };
    let plain = serde_json::to_vec(&answer).unwrap();
    let binding = permit().terms.digest();
    let sealed = Sealed::new(&plain, &seal_key(&sakai()).public(), binding.as_bytes(), &mut Dice::new(5)).unwrap();
    let provided_at = answer.outcome.is_ok().then(|| at(MORNING));
    Body::Answer { no: permit().terms.no, provided_at, sealed }
}

#[test]
fn nothing_leaves_the_city_without_code_connection_listing_and_consent() {
    let stopped = |facts: AskFacts| {
        let (inquiry, effects) = step(inquiry(), InquiryEvent::Submit(facts), at(MORNING));
        assert!(said(&effects).is_empty(), "nothing may be sent");
        assert_eq!((inquiry.state, inquiry.outward()), (InquiryState::Error, Outward::Impossible));
        (inquiry.stop.unwrap(), inquiry.error.unwrap())
    };
    assert_eq!(stopped(AskFacts { code: None, ..facts() }), (Stop::NoCode, ExchangeError::CodeNotBound));
    assert_eq!(stopped(AskFacts { connected: false, ..facts() }), (Stop::NotConnected, ExchangeError::NotPermitted));
    assert_eq!(stopped(AskFacts { consent_needed: None, ..facts() }), (Stop::NotListed, ExchangeError::NotPermitted));
    assert_eq!(stopped(AskFacts { consented: false, ..facts() }), (Stop::NoConsent, ExchangeError::NotPermitted));
    // Where the list asks for no consent, none is needed.
    let (asked, _) =
        step(inquiry(), InquiryEvent::Submit(AskFacts { consent_needed: Some(false), consented: false, ..facts() }), at(MORNING));
    assert_eq!(asked.state, InquiryState::PermitRequested);
}

#[test]
fn the_request_for_a_permit_names_the_person_by_code_only() {
    let (_, effects) = step(inquiry(), InquiryEvent::Submit(facts()), at(MORNING));
    let text = serde_json::to_string(&said(&effects)).unwrap();
    assert!(text.contains(&code(1, &sakai()).to_string()) && !text.contains(dan(1).as_str()), "{text}");
}

#[test]
fn the_question_goes_out_only_under_a_permit_of_the_network_for_this_very_inquiry() {
    let refused = |permit: Permit| {
        let (inquiry, effects) = hear(requested(), Body::PermitGranted(permit));
        inquiry.state == InquiryState::PermitRequested && effects.is_empty()
    };
    let with = |terms: Terms| Permit::sign(terms, &network_key());
    let own = *permit().terms;
    assert!(refused(with(Terms { request: RequestId::from_bytes([1; 16]), ..own.clone() })));
    assert!(refused(with(Terms { asker: izumi(), ..own.clone() })));
    assert!(refused(with(Terms { nonce: wire::ident::Nonce::from_bytes([1; 16]), ..own.clone() })), "another person's mark");
    assert!(refused(with(Terms { provider: izumi(), ..own.clone() })));
    assert!(refused(with(Terms { procedure: procedure(1), ..own.clone() })));
    assert!(refused(with(Terms { items: vec![], ..own.clone() })));
    assert!(refused(with(Terms { hidden: true, ..own.clone() })));
    assert!(refused(Permit::sign(own, &wire::permit::NetworkKey::from_seed(&[1; 32]).unwrap())));

    let (inquiry, effects) = hear(requested(), Body::PermitGranted(permit()));
    assert_eq!(inquiry.state, InquiryState::Permitted);
    assert!(matches!(said(&effects)[..], [Body::Inquiry { .. }]));
    assert!(effects.contains(&Effect::Record(Record::of(&permit().terms))), "asking is recorded, whatever comes of it");
}

#[test]
fn every_repetition_is_the_same_message() {
    let (permitted, first) = hear(requested(), Body::PermitGranted(permit()));
    let (permitted, again) = step(permitted, InquiryEvent::Tick, at("2026-09-01T10:05:00"));
    assert_eq!(said(&first), said(&again));
    let (_, once_more) = step(permitted, InquiryEvent::Tick, at("2026-09-01T10:30:00"));
    assert_eq!(said(&first), said(&once_more));
}

#[test]
fn the_programme_sees_回答待ち_from_the_request_to_the_answer_whatever_happens_at_the_provider() {
    let waits = |inquiry: &Inquiry| assert_eq!(inquiry.outward().name(), "回答待ち", "{:?}", inquiry.state);
    waits(&inquiry());
    waits(&requested());
    let inquiry = sent();
    waits(&inquiry);
    let (held, _) = step(inquiry, InquiryEvent::Tick, at("2026-09-01T10:10:00"));
    assert_eq!(held.state, InquiryState::HeldAtProvider);
    waits(&held);
    let (answered, effects) = hear(held, answer(Ok(vec![])));
    assert_eq!(answered.outward(), Outward::Answered);
    assert!(said(&effects).contains(&&received(0)));
    assert_eq!(step(answered, InquiryEvent::Fetch, at(MORNING)).0.state, InquiryState::Fetched);
}

#[test]
fn 未登録_and_未申告_are_different_answers() {
    let (none, _) = hear(sent(), answer(Err(ExchangeError::DataNotRegistered)));
    assert_eq!((none.state, none.outward()), (InquiryState::NoData, Outward::NoData));
    assert_eq!(none.error, Some(ExchangeError::DataNotRegistered));
}

#[test]
fn an_answer_comes_once_and_is_confirmed_every_time() {
    let (answered, effects) = hear(sent(), answer(Ok(vec![])));
    assert_eq!(effects.iter().filter(|e| matches!(e, Effect::Record(_))).count(), 1);
    let (same, effects) = hear(answered.clone(), answer(Ok(vec![])));
    assert_eq!(same, answered);
    assert_eq!(said(&effects), [&received(0)]);
}

#[test]
fn an_answer_to_another_permit_or_for_another_city_is_not_read() {
    let Body::Answer { sealed, provided_at, .. } = answer(Ok(vec![])) else { panic!() };
    let other = wire::ident::PermitNo::from_bytes([1; 16]);
    let (inquiry, effects) = hear(sent(), Body::Answer { no: other, provided_at, sealed });
    assert_eq!((inquiry, effects), (sent(), vec![]));
    let sealed = Sealed::new(b"{}", &seal_key(&izumi()).public(), b"", &mut Dice::new(1)).unwrap();
    let (inquiry, effects) = hear(sent(), Body::Answer { no: permit().terms.no, provided_at, sealed });
    assert_eq!((inquiry, effects), (sent(), vec![]));
}

fn correction(revision: u32, until: Option<&str>) -> Correction {
    Correction { no: permit().terms.no, revision, provided_at: Some(at(MORNING)), until: until.map(at) }
}

fn tasks(effects: &[Effect]) -> usize {
    effects.iter().filter(|e| matches!(e, Effect::Task(Task::AnswerRecalled { .. }))).count()
}

#[test]
fn an_answer_that_is_called_back_reads_照会中_until_the_new_one_is_here() {
    let (taken, _) = hear(sent(), answer(Ok(vec![])));
    let (taken, _) = step(taken, InquiryEvent::Fetch, at(MORNING));
    let (wrong, effects) = hear(taken, Body::Correction(correction(0, None)));
    assert_eq!((wrong.outward().name(), wrong.due(), tasks(&effects)), ("照会中", None, 1), "however long that takes");
    assert_eq!(said(&effects), [&Body::CorrectionReceived(correction(0, None))]);
    assert_eq!(step(wrong.clone(), InquiryEvent::Fetch, at(MORNING)).0.outward().name(), "照会中");
    assert_eq!(tasks(&hear(wrong.clone(), Body::Correction(correction(0, None))).1), 0, "the clerk hears of it once");
    let (wrong, _) = hear(wrong, answer(Ok(vec![])));
    assert_eq!(wrong.outward().name(), "照会中", "the old answer, late once more, changes nothing");

    let (right, effects) = hear(wrong, revised(1, Err(ExchangeError::DataNotRegistered)));
    assert_eq!((right.state, right.outward()), (InquiryState::NoData, Outward::NoData));
    assert!(said(&effects).contains(&&received(1)));
    let (right, _) = hear(right, Body::Correction(correction(0, None)));
    assert_eq!(right.outward(), Outward::NoData, "neither does the old correction");
    let (again, effects) = hear(right, Body::Correction(correction(1, None)));
    assert_eq!((again.outward(), tasks(&effects)), (Outward::Rechecking, 1), "the new answer can be called back, too");
}

#[test]
fn without_a_new_answer_照会中_ends_when_the_providers_time_for_it_is_over() {
    let (answered, _) = hear(sent(), answer(Ok(vec![])));
    let (wrong, _) = hear(answered, Body::Correction(correction(0, None)));
    let (waits, _) = hear(wrong, Body::Correction(correction(0, Some("2026-10-15T10:00:00"))));
    let (waits, _) = hear(waits, Body::Correction(correction(0, None)));
    assert_eq!(step(waits.clone(), InquiryEvent::Tick, at("2026-10-15T09:59:59")).0.outward(), Outward::Rechecking);
    let (over, _) = step(waits, InquiryEvent::Tick, at("2026-10-15T10:00:00"));
    assert_eq!((over.outward().name(), over.due()), ("期限までに回答なし", None));
    assert_eq!(step(over.clone(), InquiryEvent::Fetch, at(MORNING)).0.outward(), Outward::NoAnswer);
    assert_eq!(hear(over, revised(1, Ok(vec![]))).0.outward(), Outward::Answered, "what comes even later still counts");
}

#[test]
fn a_correction_that_overtakes_its_answer_is_not_forgotten() {
    let (waits, effects) = hear(sent(), Body::Correction(correction(0, None)));
    assert_eq!((waits.outward().name(), tasks(&effects)), ("回答待ち", 0));
    let record = Record { provided_at: Some(at(MORNING)), ..Record::of(&permit().terms) };
    assert!(effects.contains(&Effect::Record(record)), "what was provided is recorded, even if it never comes");
    let (late, _) = hear(waits, answer(Ok(vec![])));
    assert_eq!(late.outward().name(), "照会中");
}

#[test]
fn what_the_network_refuses_is_recorded_and_ends() {
    let record = Record { granted: false, ..Record::of(&permit().terms) };
    let denied = Body::PermitDenied {
        request: permit().terms.request,
        error: ExchangeError::NotPermitted,
        record: Box::new(record.clone()),
    };
    let (inquiry, effects) = hear(requested(), denied);
    assert_eq!((inquiry.state, inquiry.error), (InquiryState::Denied, Some(ExchangeError::NotPermitted)));
    assert_eq!(effects, [Effect::Record(record)]);
}

#[test]
fn 取りやめ_before_the_answer_ends_it_and_after_the_answer_is_too_late() {
    let (asked, effects) = step(sent(), InquiryEvent::Cancel, at(MORNING));
    assert_eq!(said(&effects), [&Body::Cancel(permit())]);
    let done = |cancelled| Body::CancelDone { no: permit().terms.no, cancelled };
    assert_eq!(hear(asked.clone(), done(true)).0.outward().name(), "取りやめ済み");

    let (late, _) = hear(asked, done(false));
    assert_eq!(late.state, InquiryState::CancelTooLate);
    assert_eq!(hear(late, answer(Ok(vec![]))).0.outward(), Outward::Answered);

    let (answered, _) = hear(sent(), answer(Ok(vec![])));
    assert_eq!(step(answered.clone(), InquiryEvent::Cancel, at(MORNING)), (answered, vec![]));
}

#[test]
fn 取りやめ_before_the_permit_never_sends_the_question() {
    let (asked, _) = step(requested(), InquiryEvent::Cancel, at(MORNING));
    let (asked, effects) = hear(asked, Body::PermitGranted(permit()));
    assert_eq!(said(&effects), [&Body::Cancel(permit())]);
    assert_eq!(asked.state, InquiryState::CancelRequested);
    assert_eq!(step(inquiry(), InquiryEvent::Cancel, at(MORNING)).0.state, InquiryState::Cancelled);
}

#[test]
fn without_an_answer_it_runs_out_after_permit_and_holding_time_and_a_late_answer_still_counts() {
    let (waiting, _) = step(sent(), InquiryEvent::Tick, at("2026-09-16T09:59:59"));
    assert_eq!(waiting.outward(), Outward::Waiting);
    let (expired, _) = step(waiting, InquiryEvent::Tick, at("2026-09-16T10:00:00"));
    assert_eq!(expired.outward().name(), "期限までに回答なし");
    assert_eq!(hear(expired, answer(Ok(vec![]))).0.outward(), Outward::Answered);
}
