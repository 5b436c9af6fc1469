//! Many storms: `cargo run --release -p exchange_sim --example simulate -- 10000`, or one: `-- --seed 4711`.

use exchange_sim::{Failure, Safeguards, Tally, run};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize| arguments.get(i).and_then(|text| text.parse::<u64>().ok());
    let (first, count) = match arguments.first().map(String::as_str) {
        Some("--seed") => (number(1).unwrap_or(0), 1),
        _ => (0, number(0).unwrap_or(10_000)),
    };
    let next = AtomicU64::new(first);
    let start = Instant::now();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let results: Vec<(Tally, Vec<Failure>)> = std::thread::scope(|scope| {
        let work = || {
            let (mut total, mut failures) = (Tally::default(), Vec::new());
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= first + count {
                    return (total, failures);
                }
                match run(seed, Safeguards::ALL) {
                    Ok(tally) => total += tally,
                    Err(failure) => failures.push(failure),
                }
            }
        };
        let started: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        started.into_iter().filter_map(|worker| worker.join().ok()).collect()
    });
    let mut total = Tally::default();
    let mut failures: Vec<Failure> = Vec::new();
    for (tally, found) in results {
        total += tally;
        failures.extend(found);
    }
    failures.sort_by_key(|failure| failure.seed);
    println!("{count} seeds from {first}: {} failures", failures.len());
    println!("{total:#?}");
    let figure = |what: &str, value: f64, unit: &str, goal: &str| {
        println!("{}", serde_json::json!({ "what": what, "value": value, "unit": unit, "goal": goal }));
    };
    figure("storms", count as f64, "seeds", "≥ 10000");
    figure("storms that broke an invariant", failures.len() as f64, "seeds", "0");
    figure("time for all", start.elapsed().as_secs_f64().round(), "s", "");
    for failure in failures.iter().take(10) {
        println!("{failure}");
        println!("  replay: cargo run --release -p exchange_sim --example simulate -- --seed {}", failure.seed);
    }
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
