//! How long the hub's part of a first load takes, with and without comparing everybody with everybody, on every database at hand:
//! `cargo run --release -p hub --example bench_load -- 340000`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot set up its city has failed")]

#[path = "../tests/support/mod.rs"]
mod support;

use kernel::access::Action;
use kernel::ident::AtenaNo;
use mynumber::IndividualNumber;
use platform::Unit;
use std::time::Instant;
use support::{TODAY, worlds};

/// People in one unit of work, as in a real load.
const STEP: usize = 4_000;

/// A city of `n` people in homes of three; when they are compared, of every further ten thousand one has the number of the seventh, and one the
/// four items of the ninth.
fn people(n: u32, compared: bool) -> Vec<hub::Resident> {
    let serials = (1_000_000u64..).filter_map(|serial| AtenaNo::issue(serial).ok());
    let number = |n: u32| IndividualNumber::from_body(&format!("99{n:09}")).ok();
    let items = |n: u32| hub::FourItems {
        name: format!("山田 第{}子", n % 997),
        birth: format!("{}-{:02}-{:02}", 1930 + n % 90, n / 90 % 12 + 1, n / 1080 % 28 + 1),
        sex: if n.is_multiple_of(2) { "男" } else { "女" }.into(),
        address: format!("大阪府みなと市中央区港町{}丁目{}番{}号", n / 3_000 + 1, n / 60 % 50 + 1, n / 3 % 20 + 1),
    };
    (1..=n)
        .zip(serials)
        .map(|(at, atena_no)| hub::Resident {
            atena_no,
            number: number(if compared && at % 10_000 == 7 { 7 } else { at }),
            dan_no: None,
            from: TODAY,
            until: None,
            items: compared.then(|| items(if at % 10_000 == 9 { 9 } else { at })),
        })
        .collect()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let n = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(340_000);
    for compared in [false, true] {
        let people = people(n, compared);
        for world in worlds().await {
            let engine = if world.database.url.is_some() { "PostgreSQL" } else { "SQLite" };
            let staff = world.staff("joho", "hub", &["job"]);
            let begun = Instant::now();
            let mut load = hub::Loading::new(support::tables());
            for step in people.chunks(STEP) {
                let mut unit = Unit::change(&world.city, &staff, "初期移行", Action::Run).await.unwrap();
                load.step(&mut unit, step).await.unwrap();
                unit.commit(()).await.unwrap();
            }
            let took = begun.elapsed().as_secs_f64();
            println!("{engine}: {n} people, four items compared: {compared}: {took:.2} s, {:?}", load.doubtful());
            world.database.remove().await;
        }
    }
}
