//! Measures the log: leaves a second through many tasks at once, time to seal, size of proofs, time to verify.
//!
//! `cargo run --release -p platform --example bench_audit [leaves]`; with `ATENA_BENCH_POSTGRES_URL` (an empty database) on PostgreSQL too.

#![allow(clippy::disallowed_methods, reason = "a bench reads the machine's clock")]

use anyhow::{Context, Result, ensure};
use kernel::access::{Action, Relation};
use kernel::time::{Clock, Timestamp};
use platform::audit::{self, Entry, Recorder, Sealer, Shown, Sighting};
use platform::db::{Db, migrate};
use platform::keys::Keys;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

struct Machine;

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Tasks that work at once.
const TASKS: i64 = 256;
/// People of the city.
const PEOPLE: i64 = 340_000;

fn main() -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run())
}

async fn run() -> Result<()> {
    let leaves: i64 = std::env::args().nth(1).map_or(Ok(100_000), |n| n.parse()).context("number of leaves")?;
    let folder = std::env::temp_dir().join(format!("atena-bench-audit-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let lite = Db::open(None, &folder.join("city.db")).await?;
    measure(&lite, leaves).await?;
    lite.close().await;
    if let Ok(url) = std::env::var("ATENA_BENCH_POSTGRES_URL") {
        let postgres = Db::open(Some(&url), Path::new("")).await?;
        measure(&postgres, leaves).await?;
        postgres.close().await;
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// A look at one person out of the city; spread by multiplication so that every run is the same.
fn look(n: i64, persons: i64) -> Entry {
    let one = |k: i64| Sighting {
        subject: (n * 4 + k).wrapping_mul(48_271).rem_euclid(PEOPLE),
        relation: if k == 0 { Relation::AskedFor } else { Relation::Incidental },
        fields: vec!["juki.name".into(), "juki.address".into(), "juki.household".into()],
    };
    Entry {
        at: Machine.now(),
        staff_no: "1001".into(),
        staff_name: "大谷 真央".into(),
        office: "市民課".into(),
        terminal: "A-12".into(),
        purpose: "juki".into(),
        case_no: Some("住記-2026-000123".into()),
        ground: Some("届出".into()),
        action: Action::Look,
        screen: "/residents/{no}".into(),
        result: Shown::Shown,
        sightings: (0..persons).map(one).collect(),
        detail: String::new(),
        bulk: None,
    }
}

#[derive(Clone, Copy)]
enum Way {
    /// Looks through the recorder.
    Recorder,
    /// Each look in a transaction of its own.
    Unit,
}

async fn append(db: &Db, keys: &Keys, way: Way, entries: i64, persons: i64) -> Result<(f64, Duration)> {
    let recorder = Recorder::start(db.clone(), keys.clone());
    let start = Instant::now();
    let mut tasks = Vec::new();
    for task in 0..TASKS {
        let (db, keys, recorder) = (db.clone(), keys.clone(), recorder.clone());
        tasks.push(tokio::spawn(async move {
            let mut slowest = Duration::ZERO;
            for n in (task..entries).step_by(usize::try_from(TASKS)?) {
                let entry = look(n, persons);
                let asked = Instant::now();
                match way {
                    Way::Recorder => drop(recorder.record(&entry).await?),
                    Way::Unit => {
                        let mut tx = db.write().await?;
                        audit::append(&mut tx, &keys, &entry).await?;
                        tx.commit().await?;
                    }
                }
                slowest = slowest.max(asked.elapsed());
            }
            Ok::<_, anyhow::Error>(slowest)
        }));
    }
    let mut slowest = Duration::ZERO;
    for task in tasks {
        slowest = slowest.max(task.await??);
    }
    let leaves = entries * persons;
    Ok((leaves as f64 / start.elapsed().as_secs_f64(), slowest))
}

async fn seal(db: &Db, keys: &Keys) -> Result<(u64, Duration)> {
    let start = Instant::now();
    let checkpoint = audit::seal(db, keys, &Machine).await?;
    Ok((checkpoint.size, start.elapsed()))
}

async fn measure(db: &Db, leaves: i64) -> Result<()> {
    let keys = Keys::ephemeral()?;
    migrate(db, platform::MIGRATIONS, Machine.now()).await?;
    println!("{} — {TASKS} tasks, {PEOPLE} people", db.engine());
    for (name, way, entries, persons) in [
        ("recorder, one person a look", Way::Recorder, leaves, 1),
        ("recorder, a household of four", Way::Recorder, leaves / 4, 4),
        ("own unit, one person a look", Way::Unit, leaves / 10, 1),
        ("own unit, a household of four", Way::Unit, leaves / 10, 4),
    ] {
        let (rate, slowest) = append(db, &keys, way, entries, persons).await?;
        let (size, sealing) = seal(db, &keys).await?;
        println!("  {name}: {rate:.0} leaves/s durable, slowest {slowest:.0?}; sealed to {size} in {sealing:.0?}");
    }
    together(db, &keys, leaves).await?;
    for fresh in [1, 100, 10_000] {
        append(db, &keys, Way::Recorder, fresh, 1).await?;
        let (size, sealing) = seal(db, &keys).await?;
        println!("  sealing {fresh} leaves on top of {size}: {sealing:.1?}");
    }
    proofs(db, &keys).await
}

/// Appends while the sealer runs; how long leaves wait for their checkpoint.
async fn together(db: &Db, keys: &Keys, leaves: i64) -> Result<()> {
    let sealer = Sealer::new(db.clone(), keys.clone(), Arc::new(Machine), None)?;
    let mut state = sealer.state();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let running = tokio::spawn(sealer.run(Duration::from_millis(250), stopped));
    let (rate, slowest) = append(db, keys, Way::Recorder, leaves, 1).await?;
    let counter: i64 = db.read().await?.one("select value from audit_counter", vec![]).await?.get("value")?;
    let done = Instant::now();
    while i64::try_from(state.borrow_and_update().sealed)? < counter {
        state.changed().await?;
    }
    println!(
        "  with the sealer running: {rate:.0} leaves/s, slowest {slowest:.0?}; the last was sealed {:.0?} later",
        done.elapsed()
    );
    say(db, "append with the sealer running", rate.round(), "leaves/s", "P7 ≥ 10,000", &format!("slowest {slowest:.0?}"));
    let lag = done.elapsed().as_secs_f64();
    say(db, "sealed after the last append", (lag * 1_000.0).round() / 1_000.0, "s", "P7 ≤ 1", "");
    stop.send(true)?;
    Ok(running.await?)
}

async fn proofs(db: &Db, keys: &Keys) -> Result<()> {
    let mut tx = db.read().await?;
    let head = audit::head(&mut tx, &keys.log_public_key()).await?.context("nothing sealed")?;
    let start = Instant::now();
    let proof = audit::inclusion_proof(&mut tx, head.size / 3, head.size).await?;
    let time = start.elapsed();
    let bundle = serde_json::to_string(&audit::bundle(&mut tx, keys, 48_271).await?)?;
    let checked = Instant::now();
    let lines = audit::verify_bundle(&bundle, &keys.log_public_key())?.lines.len();
    println!(
        "  inclusion proof: {} bytes in {time:.1?}; bundle of {lines} lines: {} bytes, checked in {:.1?}",
        proof.len() * 32,
        bundle.len(),
        checked.elapsed()
    );
    say(db, "inclusion proof", (proof.len() * 32) as f64, "bytes", "P7 ≤ 5,000", &format!("of {} leaves", head.size));
    drop(tx);
    let start = Instant::now();
    let report = audit::verify(db, &keys.log_public_key(), &head.note).await?;
    ensure!(report.intact(), "{report:?}");
    println!("  verified {} leaves of {} lists in {:.1?}", report.sealed, report.lists, start.elapsed());
    Ok(())
}

/// A figure for the report, as a line of JSON.
fn say(db: &Db, what: &str, value: f64, unit: &str, goal: &str, remark: &str) {
    let what = format!("{what} ({})", db.engine());
    println!("{}", serde_json::json!({ "what": what, "value": value, "unit": unit, "goal": goal, "remark": remark }));
}
