//! 符号取得: NO_CODE → REQUESTED → BOUND.

use crate::support::{Dice, at, code, dan, said, sakai, tenant};
use kernel::time::Timestamp;
use wire::acquire::{Acquisition, AcquisitionEvent, AcquisitionState};
use wire::code::AcquisitionNo;
use wire::machine::{Alarm, Body, Effect, Machine, NoCode, Turn};

fn step(a: Acquisition, event: AcquisitionEvent, now: Timestamp) -> (Acquisition, Vec<Effect>) {
    a.step(event, &mut Turn { who: &tenant(&sakai()), now, rng: &mut Dice::new(1) })
}

fn begun() -> (Acquisition, AcquisitionNo) {
    let (a, effects) = step(Acquisition::new(dan(1)), AcquisitionEvent::Begin, at("2026-09-01T09:00:00"));
    let acquisition = a.number().unwrap();
    assert_eq!(said(&effects), [&Body::CodeWanted { acquisition, dan: dan(1) }]);
    (a, acquisition)
}

#[test]
fn the_code_is_bound_and_the_acquisition_number_is_gone() {
    let (a, acquisition) = begun();
    let code = code(1, &sakai());
    let issued = AcquisitionEvent::Issued { acquisition, code, holder: None };
    let (a, effects) = step(a, issued.clone(), at("2026-09-01T09:01:00"));
    assert_eq!(effects, [Effect::Bind { dan: dan(1), code }]);
    assert_eq!(a.code(), Some(code));
    assert!(!serde_json::to_string(&a).unwrap().contains(&acquisition.to_string()));
    // The same message again finds nobody who still knows the number.
    assert_eq!(step(a.clone(), issued, at("2026-09-01T09:02:00")), (a, vec![]));
}

#[test]
fn a_code_under_an_unknown_acquisition_number_binds_nobody() {
    let (a, _) = begun();
    let stray =
        AcquisitionEvent::Issued { acquisition: AcquisitionNo::from_bytes([9; 16]), code: code(2, &sakai()), holder: None };
    assert_eq!(step(a.clone(), stray, at("2026-09-01T09:01:00")), (a, vec![]));
}

#[test]
fn one_code_for_two_people_is_refused_and_reported() {
    let (a, acquisition) = begun();
    let issued = AcquisitionEvent::Issued { acquisition, code: code(1, &sakai()), holder: Some(dan(5)) };
    let (a, effects) = step(a, issued, at("2026-09-01T09:01:00"));
    assert_eq!(a.state, AcquisitionState::NoCode { reason: Some(NoCode::DuplicateCode) });
    assert_eq!(effects, [Effect::Alarm(Alarm::DuplicateCode)]);
}

#[test]
fn without_a_resident_code_there_is_none_and_it_can_be_asked_for_again_later() {
    let (a, acquisition) = begun();
    let none = AcquisitionEvent::Unavailable { acquisition, reason: NoCode::NoResidentCode };
    let (a, _) = step(a, none, at("2026-09-01T09:01:00"));
    assert_eq!(a.state, AcquisitionState::NoCode { reason: Some(NoCode::NoResidentCode) });
    let again = a.step(
        AcquisitionEvent::Begin,
        &mut Turn { who: &tenant(&sakai()), now: at("2026-10-01T09:00:00"), rng: &mut Dice::new(2) },
    );
    assert!(again.0.number().is_some_and(|number| number != acquisition), "a new acquisition has a new number");
}

#[test]
fn an_unanswered_request_is_repeated_ever_more_slowly_under_the_same_number_and_reported_once_after_a_day() {
    let (mut a, acquisition) = begun();
    let (mut asked, mut alarms) = (Vec::new(), 0);
    for minute in 0..(48 * 60) {
        let now = at("2026-09-01T09:00:00") + jiff::SignedDuration::from_mins(minute);
        let (next, effects) = step(a, AcquisitionEvent::Tick, now);
        a = next;
        alarms += effects.iter().filter(|e| **e == Effect::Alarm(Alarm::AcquisitionOld)).count();
        asked.extend(said(&effects).iter().map(|body| {
            assert_eq!(**body, Body::CodeWanted { acquisition, dan: dan(1) });
            minute
        }));
    }
    assert_eq!(asked[..6], [1, 3, 7, 15, 31, 61], "1, 2, 4, 8, 16 minutes, then every half hour");
    assert_eq!(alarms, 1);
    assert!(asked.len() < 110);
}
