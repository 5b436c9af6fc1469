//! Loss, doubling, reordering, delay, replay, crashes and wrong clocks.

use exchange_sim::{Safeguards, Tally, run};

#[test]
fn two_hundred_storms_leave_every_record_replica_and_answer_right() {
    let mut total = Tally::default();
    for seed in 0..200 {
        match run(seed, Safeguards::ALL) {
            Ok(tally) => total += tally,
            Err(failure) => panic!("{failure}"),
        }
    }
    println!("{total:?}");
    assert!(total.answered > 200 && total.refused > 200 && total.hidden > 100, "the storms must let something happen: {total:?}");
    assert!(total.lost > 1000 && total.doubled > 1000 && total.misrouted > 100 && total.crashes > 1000, "{total:?}");
}

#[test]
fn the_same_seed_tells_the_same_story() {
    assert_eq!(run(7, Safeguards::ALL), run(7, Safeguards::ALL));
    assert_ne!(run(7, Safeguards::ALL), run(8, Safeguards::ALL));
}

/// Looks for a seed that fails with one of the invariants, and replays it.
fn fails_with(safeguards: Safeguards, invariants: &[&str]) {
    let named = |what: &str| invariants.iter().any(|name| what.starts_with(name));
    let failure = (0..100).find_map(|seed| run(seed, safeguards).err().filter(|failure| named(&failure.what)));
    let failure = failure.expect("a removed safeguard must be missed");
    assert_eq!(run(failure.seed, safeguards), Err(failure.clone()), "a failing seed replays");
    println!("{failure}");
}

#[test]
fn without_recognising_a_repeated_request_two_permits_are_given_for_one() {
    fails_with(Safeguards { request_ids: false, ..Safeguards::ALL }, &["exactly once"]);
}

#[test]
fn without_record_ids_an_old_change_overwrites_a_new_one() {
    fails_with(Safeguards { record_ids: false, ..Safeguards::ALL }, &["replica equal"]);
}

#[test]
fn without_the_nonce_a_used_permit_is_answered_again() {
    fails_with(Safeguards { nonce_check: false, ..Safeguards::ALL }, &["exactly once"]);
}

#[test]
fn without_the_tenant_in_the_permit_the_wrong_city_answers() {
    fails_with(Safeguards { tenant_binding: false, ..Safeguards::ALL }, &["records equal", "right tenant"]);
}

#[test]
fn without_durability_before_sending_a_crash_forgets_what_others_were_told() {
    fails_with(Safeguards { durable_before_send: false, ..Safeguards::ALL }, &["exactly once", "records equal", "replica equal"]);
}
