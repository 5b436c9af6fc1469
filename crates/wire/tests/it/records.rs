//! 情報提供等記録: kept seven years, removed with proof, and what a person sees of them.

use crate::support::{at, permit};
use kernel::time::Date;
use wire::ident::{Mode, PermitNo};
use wire::limits::Limits;
use wire::record::{Record, history, removal};

fn record() -> Record {
    Record::of(&permit().terms)
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn a_record_is_there_after_seven_years_less_a_day_and_gone_with_proof_a_day_after() {
    let years = Limits::load().unwrap().record_years;
    assert_eq!(years, 7);
    let record = record();
    assert_eq!(removal(&record, day("2033-08-31"), years), None);
    assert_eq!(removal(&record, day("2033-09-01"), years), None);
    let proof = removal(&record, day("2033-09-02"), years).unwrap();
    assert_eq!((proof.no, proof.digest), (record.no, record.digest()));
    assert_eq!((proof.kept_until, proof.removed_on), (day("2033-09-01"), day("2033-09-02")));
}

#[test]
fn the_day_of_asking_is_the_day_in_japan() {
    let late = Record { asked_at: at("2026-09-01T00:30:00"), ..record() };
    assert_eq!(late.kept_until(7), day("2033-09-01"), "the day in London was still 31 August");
    let leap = Record { asked_at: at("2028-02-29T12:00:00"), ..record() };
    assert_eq!(leap.kept_until(7), day("2035-02-28"));
}

#[test]
fn the_proof_names_nobody_and_fits_only_the_record_as_it_was() {
    let proof = removal(&record(), day("2033-09-02"), 7).unwrap();
    let text = serde_json::to_string(&proof).unwrap();
    assert!(!text.contains(record().asker.as_str()) && !text.contains(record().provider.as_str()));
    let changed = Record { hidden: true, ..record() };
    assert_ne!(removal(&changed, day("2033-09-02"), 7).unwrap().digest, proof.digest);
}

#[test]
fn copies_that_learn_the_same_things_in_any_order_are_equal() {
    let provided = Record { provided_at: Some(at("2026-09-01T11:00:00")), ..record() };
    let hidden = Record { hidden: true, ..record() };
    let merged = |parts: &[&Record]| {
        let mut copy = record();
        parts.iter().for_each(|part| copy.merge(part));
        copy
    };
    let whole = merged(&[&provided, &hidden]);
    assert!(whole.hidden && whole.provided_at.is_some());
    assert_eq!(whole, merged(&[&hidden, &provided, &hidden, &record()]));
    assert_eq!(whole.digest(), merged(&[&hidden, &provided]).digest());
}

#[test]
fn a_hidden_exchange_a_refused_one_and_a_test_leave_no_trace_in_the_history() {
    let no = |n| PermitNo::from_bytes([n; 16]);
    let shown = Record { no: no(1), ..record() };
    let later = Record { no: no(2), asked_at: at("2026-09-03T10:00:00"), ..record() };
    let unseen = [
        Record { no: no(3), hidden: true, asked_at: at("2026-09-02T10:00:00"), ..record() },
        Record { no: no(4), granted: false, ..record() },
        Record { no: no(5), mode: Mode::Test, ..record() },
    ];
    let plain = history([&later, &shown]);
    let among = history([&unseen[0], &shown, &unseen[1], &later, &unseen[2]]);
    assert_eq!(serde_json::to_string(&plain).unwrap(), serde_json::to_string(&among).unwrap());
    assert_eq!(plain.len(), 2);
}
