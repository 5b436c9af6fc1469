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
