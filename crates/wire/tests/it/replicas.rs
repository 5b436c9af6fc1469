//! 副本: loads in parts, numbered changes, two versions at once, and the truth meter.

use crate::support::{Dice, at, dan, data_set, item, said, sakai, tax, tenant};
use jiff::SignedDuration;
use kernel::time::{Date, Period};
use std::collections::BTreeMap;
use wire::compare::{Difference, Fault, differences, fingerprint};
use wire::error::ExchangeError;
use wire::ident::{DataSet, RecordKey};
use wire::limits::Limits;
use wire::list::PermittedList;
use wire::machine::{Alarm, Body, Effect, Machine, Tenant, Turn};
use wire::replica::{LiveVersions, Reason, ReplicaRecord, Upload, UploadEvent, Value, Verdict, judge};

fn record(serial: u64, person: u64, amount: &str) -> ReplicaRecord {
    ReplicaRecord {
        serial,
        dan: dan(person),
        data_set: tax(),
        key: RecordKey::parse("2026").unwrap(),
        published: Period { from: Date::constant(2026, 6, 1), to: None },
        items: Some(BTreeMap::from([(item("市町村民税所得割額"), Value::given(amount).unwrap())])),
    }
}

fn version(n: u16) -> DataSet {
    DataSet { id: data_set(2), version: n }
}

fn live() -> LiveVersions {
    let span = |from: (i16, i8), to| Period { from: Date::constant(from.0, from.1, 1), to };
    let first = (version(1), span((2025, 7), Some(Date::constant(2026, 9, 30))));
    LiveVersions::new([first, (version(2), span((2026, 7), None))]).unwrap()
}

const TODAY: Date = Date::constant(2026, 9, 1);

#[test]
fn a_record_number_makes_a_repetition_harmless_and_an_old_change_powerless() {
    let stored = record(5, 1, "1000");
    let verdict = |new: &ReplicaRecord| judge(new, Some(&stored), &live(), TODAY);
    assert_eq!(judge(&stored, None, &live(), TODAY), Verdict::Store);
    assert_eq!(verdict(&record(6, 1, "2000")), Verdict::Store);
    assert_eq!(verdict(&record(5, 1, "1000")), Verdict::Same);
    assert_eq!(verdict(&record(4, 1, "500")), Verdict::Superseded);
    let other = verdict(&record(5, 1, "2000"));
    assert_eq!(other, Verdict::Reject(ExchangeError::DuplicateRecordId));
    assert_eq!(ExchangeError::DuplicateRecordId.to_string().split('。').next(), Some("「レコード識別番号」が既に存在しています"));
}

#[test]
fn two_versions_are_live_while_one_replaces_the_other_and_never_three() {
    let judged = |n, day| judge(&ReplicaRecord { data_set: version(n), ..record(1, 1, "1") }, None, &live(), day);
    let mismatch = Verdict::Reject(ExchangeError::MasterVersionMismatch);
    assert_eq!((judged(1, TODAY), judged(2, TODAY)), (Verdict::Store, Verdict::Store));
    assert_eq!(judged(2, Date::constant(2026, 6, 30)), mismatch);
    assert_eq!(judged(1, Date::constant(2026, 10, 1)), mismatch);
    let always = Period { from: Date::MIN, to: None };
    assert!(LiveVersions::new((1..=3).map(|n| (version(n), always))).is_err());
}

#[test]
fn the_shipped_layouts_have_a_version_of_everything_that_may_be_asked_and_two_of_地方税_after_the_yearly_change() {
    let (live, list) = (LiveVersions::load().unwrap(), PermittedList::load().unwrap());
    for id in list.data_sets().keys() {
        assert!(!live.on(id, Date::constant(2026, 11, 20)).is_empty(), "{id}");
    }
    let of_tax = |year, month| live.on(&data_set(2), Date::constant(year, month, 15)).into_iter().collect::<Vec<_>>();
    assert_eq!((of_tax(2026, 6), of_tax(2026, 7), of_tax(2027, 7)), (vec![1], vec![1, 2], vec![2]));
}

#[test]
fn what_is_wrong_in_a_retired_version_can_still_be_deleted_but_not_changed() {
    let stored = ReplicaRecord { data_set: version(1), ..record(5, 1, "1000") };
    let retired = |new: &ReplicaRecord| judge(new, Some(&stored), &live(), Date::constant(2026, 10, 1));
    let deletion = |serial| ReplicaRecord { items: None, ..ReplicaRecord { serial, ..stored.clone() } };
    assert_eq!(retired(&deletion(6)), Verdict::Store);
    assert_eq!(retired(&deletion(4)), Verdict::Superseded, "an old deletion has no power there either");
    let changed = ReplicaRecord { data_set: version(1), ..record(6, 1, "2000") };
    assert_eq!(retired(&changed), Verdict::Reject(ExchangeError::MasterVersionMismatch));
}

#[test]
fn an_empty_value_needs_a_reason_and_未申告_is_not_zero() {
    assert!(Value::given("").is_err() && Value::given(" ").is_err());
    assert!(serde_json::from_str::<Value>(r#"{"given":""}"#).is_err());
    assert_ne!(Value::Absent(Reason::NotDeclared), Value::given("0").unwrap());
    assert_eq!(Reason::NotDeclared.name(), "未申告");
    assert_ne!(
        ReplicaRecord {
            items: Some(BTreeMap::from([(item("市町村民税所得割額"), Value::Absent(Reason::NotDeclared))])),
            ..record(1, 1, "0")
        }
        .digest(),
        record(1, 1, "0").digest()
    );
}

fn small() -> Tenant {
    let limits = Limits { chunk_records: 2, backlog_records: 3, ..Limits::load().unwrap() };
    Tenant { limits, ..tenant(&sakai()) }
}

#[test]
fn a_load_is_sent_in_parts_and_only_the_missing_parts_again() {
    let who = small();
    let mut dice = Dice::new(1);
    let records: Vec<ReplicaRecord> = [1, 2, 3].map(|n| record(n, 1, "1")).into();
    let mut turn = Turn { who: &who, now: at("2026-09-01T01:00:00"), rng: &mut dice };
    let (upload, effects) = Upload::begin(records, &mut turn);
    let parts = |effects: &[Effect]| -> Vec<(u32, usize)> {
        let chunk = |body: &&Body| if let Body::Chunk { part, records, .. } = body { Some((*part, records.len())) } else { None };
        said(effects).iter().filter_map(chunk).collect()
    };
    assert_eq!(parts(&effects), [(0, 2), (1, 1)]);
    let rejected = vec![(3, ExchangeError::MasterVersionMismatch)];
    let (upload, _) = upload.step(UploadEvent::Done { part: 1, rejected: rejected.clone() }, &mut turn);
    assert_eq!((upload.backlog(), &upload.rejected), (2, &rejected));
    turn.now += SignedDuration::from_mins(5);
    let (upload, effects) = upload.step(UploadEvent::Tick, &mut turn);
    assert_eq!(parts(&effects), [(0, 2)]);
    let (upload, _) = upload.step(UploadEvent::Done { part: 1, rejected: rejected.clone() }, &mut turn);
    assert_eq!(upload.rejected.len(), 1, "a repeated confirmation lists nothing twice");
    let (upload, _) = upload.step(UploadEvent::Done { part: 0, rejected: vec![] }, &mut turn);
    turn.now += SignedDuration::from_hours(5);
    assert!(upload.step(UploadEvent::Tick, &mut turn).1.is_empty());
}

/// 会津若松市: one send exceeded the ceiling and about 700,000 rows piled up without anybody seeing it.
#[test]
fn incident_aizu_backlog() {
    let who = small();
    let mut turn = Turn { who: &who, now: at("2026-09-01T01:00:00"), rng: &mut Dice::new(1) };
    let (_, effects) = Upload::begin((1..=3).map(|n| record(n, 1, "1")).collect(), &mut turn);
    assert!(!effects.iter().any(|e| matches!(e, Effect::Alarm(_))));
    let (upload, effects) = Upload::begin((1..=7).map(|n| record(n, 1, "1")).collect(), &mut turn);
    assert!(effects.contains(&Effect::Alarm(Alarm::Backlog(7))));
    let largest = said(&effects).iter().map(|b| if let Body::Chunk { records, .. } = b { records.len() } else { 0 }).max();
    assert_eq!(largest, Some(2), "no part exceeds the ceiling");
    turn.now += SignedDuration::from_mins(5);
    assert!(upload.step(UploadEvent::Tick, &mut turn).1.contains(&Effect::Alarm(Alarm::Backlog(7))), "as long as it lasts");
}

#[test]
fn the_truth_meter_is_one_hash_and_names_the_person_and_the_item() {
    let original: Vec<ReplicaRecord> =
        (1..=300).filter(|n| kernel::ident::DanNo::issue(*n).is_ok()).map(|n| record(n, n, "1000")).collect();
    let mut replica = original.clone();
    replica.reverse();
    assert_eq!(fingerprint(&original), fingerprint(&replica), "the order does not matter");

    let victim = replica[40].dan.clone();
    replica[40].items = Some(BTreeMap::from([(item("市町村民税所得割額"), Value::Absent(Reason::NotDeclared))]));
    let lost = replica.remove(100);
    let (left, right) = (fingerprint(&original), fingerprint(&replica));
    assert_ne!(left.root, right.root);
    let people = left.differing(&right);
    assert_eq!(people.len(), 2);
    let of = |records: &[ReplicaRecord]| records.iter().filter(|r| people.contains(&r.dan)).cloned().collect::<Vec<_>>();
    let found = differences(&of(&original), &of(&replica));
    let difference = |dan, fault| Difference { dan, data_set: tax(), key: RecordKey::parse("2026").unwrap(), fault };
    let mut expected =
        vec![difference(victim, Fault::OtherValue(item("市町村民税所得割額"))), difference(lost.dan, Fault::MissingInReplica)];
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(differences(&of(&replica), &of(&original)).iter().filter(|d| d.fault == Fault::ExtraInReplica).count(), 1);
}

#[test]
fn other_days_of_publication_are_a_difference_too_and_a_deleted_record_is_none() {
    let shorter = ReplicaRecord { published: Period { from: Date::constant(2026, 6, 1), to: Some(TODAY) }, ..record(1, 1, "1") };
    assert_eq!(differences(&[record(1, 1, "1")], &[shorter])[0].fault, Fault::OtherDays);
    let deleted = ReplicaRecord { items: None, ..record(2, 1, "1") };
    assert_eq!(fingerprint([&deleted]), fingerprint([]));
    assert!(differences([&deleted], []).is_empty());
}
