//! How fast: `cargo run --release -p gateway --example exchange [-- EXCHANGES ROWS]` prints the exchanges per second that two gateways carry,
//! first over a network in memory (its signatures and conversions of 符号 are real, its store is not), then over the network's own keeper with
//! a database of its own; how long a single exchange takes when nothing else is under way; and the rows per second of a load of 副本. With
//! `ATENA_TEST_POSTGRES_URL` all of it on PostgreSQL too, the load beside raw COPY of the same rows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a measurement that cannot go on has failed")]

#[path = "exchange/networks.rs"]
mod networks;
#[path = "../tests/support/mod.rs"]
mod support;

use async_trait::async_trait;
use gateway::interfaces::{Answer, Receipt, write_file};
use gateway::{Keeper, Sender, Unsent};
use kernel::time::Clock;
use platform::db::Param;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::calls::{count, question};
use support::{Side, World, dan, taxed, worlds, worlds_under};
use wire::ident::{InstitutionCode, RequestId};
use wire::machine::{Body, Party};
use wire::replica::ReplicaRecord;

/// People about whom is asked.
const PEOPLE: u8 = 100;
/// Messages that are heard together.
const BATCH: usize = 256;
/// Exchanges before the measurement.
const WARM: usize = 1_000;
/// Inquiries in one file.
const FILE: usize = 500;
/// Rounds of which the middle one counts.
const ROUNDS: usize = 3;
/// Exchanges that are made one after another.
const ALONE: usize = 300;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|a| a.parse().ok());
    let (exchanges, rows) = (numbers.next().unwrap_or(10_000), numbers.next().unwrap_or(200_000));
    for world in worlds().await {
        let (world, middle) = (Arc::new(world), Arc::new(Middle::Memory));
        let engine = world.a.database.db.engine();
        for n in 1..=PEOPLE {
            world.knows(n).await;
        }
        carry(&world, &middle, &format!("{engine}: two gateways, network in memory"), exchanges).await;
        let mut alone = unloaded(&world, WARM + ROUNDS * exchanges).await;
        figure("P9", &format!("{engine}: one exchange, nothing else under way, p50"), median(&mut alone), "ms");
        figure("P9 ≤ 100", &format!("{engine}: one exchange, nothing else under way, p99"), at(&alone, 0.99), "ms");
        if rows > 0 {
            load(&world.b, rows).await;
        }
        Arc::into_inner(world).unwrap().remove().await;
    }
    let networks = networks::open().await;
    let worlds = worlds_under(networks.iter().map(|(_, keeper)| keeper.public()).collect()).await;
    for ((database, keeper), world) in networks.into_iter().zip(worlds) {
        let engine = world.a.database.db.engine();
        networks::connect(&keeper, &world, PEOPLE).await;
        let (world, middle) = (Arc::new(world), Arc::new(Middle::Keeper(Box::new(keeper))));
        carry(&world, &middle, &format!("{engine}: gateway, network and gateway, each with its database"), exchanges).await;
        Arc::into_inner(world).unwrap().remove().await;
        drop(middle);
        database.remove().await;
    }
}

/// What stands between the gateways.
enum Middle {
    Memory,
    Keeper(Box<refnet::Keeper>),
}

/// The rate of exchanges, the middle one of some rounds.
async fn carry(world: &Arc<World>, middle: &Arc<Middle>, what: &str, exchanges: usize) {
    let people: Vec<ReplicaRecord> = (1..=PEOPLE).map(|n| taxed(n.into(), &dan(n.into()), "120000")).collect();
    world.b.keeper.load(&people).await.unwrap();
    exchange(world, middle, 0, WARM).await;
    // PostgreSQL learns what the tables look like, as it does by itself within minutes.
    for side in [&world.a, &world.b].into_iter().filter(|side| side.database.db.engine() == "postgres") {
        let mut tx = side.database.db.write().await.unwrap();
        tx.run("analyze", vec![]).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut rates = Vec::new();
    let before = cpu_seconds();
    for round in 0..ROUNDS {
        let seconds = exchange(world, middle, WARM + round * exchanges, exchanges).await.as_secs_f64();
        println!("{what}: {exchanges} exchanges in {seconds:.2} s");
        rates.push(exchanges as f64 / seconds);
    }
    let spent = (cpu_seconds() - before) / (ROUNDS * exchanges) as f64;
    figure("P9 ≥ 1000", what, median(&mut rates), "exchanges per second");
    figure("P9", &format!("{what}: what two cores carry that do nothing else"), 2.0 / spent, "exchanges per second");
}

/// User and system time so far of this process and of every PostgreSQL server process, in seconds, from `/proc` (ticks of 10 ms).
fn cpu_seconds() -> f64 {
    let me = std::process::id().to_string();
    let processes = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.file_name().into_string().unwrap());
    let numbers = processes.filter(|name| name.bytes().all(|b| b.is_ascii_digit()));
    let spent = numbers.filter_map(|number| {
        let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
        let (name, rest) = stat.rsplit_once(") ")?;
        let counts = number == me || name.ends_with("(postgres");
        let fields: Vec<&str> = rest.split(' ').collect();
        let ticks = [11, 12].iter().filter_map(|at| fields.get(*at)?.parse::<f64>().ok()).sum::<f64>();
        Some(if counts { ticks / 100.0 } else { 0.0 })
    });
    spent.sum()
}

/// A line for the table of figures.
fn figure(goal: &str, what: &str, value: f64, unit: &str) {
    let value = (value * 100.0).round() / 100.0;
    println!("{}", json!({ "goal": goal, "what": what, "value": value, "unit": unit }));
}

/// The value at a place of sorted values.
fn at(sorted: &[f64], place: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * place).round() as usize]
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    at(values, 0.5)
}

/// Exchanges one after another, each from the city's call to the answer in its hands, in milliseconds.
async fn unloaded(world: &World, before: usize) -> Vec<f64> {
    let mut took = Vec::with_capacity(ALONE);
    for n in before..before + ALONE {
        let one = inquiry(n);
        let which = json!({ "request": one["request"] }).to_string();
        let start = Instant::now();
        world.a.keeper.call("SKI_10111", one.to_string().as_bytes()).await.unwrap();
        world.settle().await;
        let Answer::Json(answer) = world.a.keeper.call("SKI_11112", which.as_bytes()).await.unwrap() else { panic!("refused") };
        took.push(start.elapsed().as_secs_f64() * 1_000.0);
        let answer: serde_json::Value = serde_json::from_str(answer.get()).unwrap();
        assert_eq!(answer["shown"], json!("answered"));
    }
    took
}

fn inquiry(n: usize) -> Json {
    let mut one = question(0, u64::try_from(n).unwrap() % u64::from(PEOPLE) + 1);
    one["request"] = json!(RequestId::from_bytes((n as u128 + 1).to_be_bytes()));
    one
}

/// Asks and answers until every inquiry has its answer. Each gateway and the network work in tasks of their own.
async fn exchange(world: &Arc<World>, middle: &Arc<Middle>, before: usize, exchanges: usize) -> Duration {
    let inquiries: Vec<Json> = (before..before + exchanges).map(inquiry).collect();
    let files: Vec<String> = inquiries.chunks(FILE).map(|part| write_file("SKI_10123", part, None, 0)).collect();
    let start = Instant::now();
    let lines = Arc::new(Lines::default());
    let asker = tokio::spawn(side(world.clone(), lines.clone(), true, files, exchanges));
    let others = [
        tokio::spawn(side(world.clone(), lines.clone(), false, Vec::new(), exchanges)),
        tokio::spawn(network(world.clone(), middle.clone(), lines.clone())),
    ];
    asker.await.unwrap();
    let took = start.elapsed();
    lines.done.store(true, Ordering::SeqCst);
    for other in others {
        other.await.unwrap();
    }
    assert_eq!(
        count(&world.a, "select count(*) as n from gateway_record where provided_at is not null").await,
        (before + exchanges) as i64
    );
    took
}

/// What has been sent and not been heard yet.
#[derive(Default)]
struct Lines {
    to_network: Mutex<Vec<(InstitutionCode, Body)>>,
    to_gateways: Mutex<BTreeMap<InstitutionCode, Vec<Body>>>,
    done: AtomicBool,
}

impl Lines {
    fn pass_on(&self, said: BTreeMap<InstitutionCode, Vec<(Party, Body)>>) {
        let mut waiting = self.to_gateways.lock().unwrap();
        for (to, bodies) in said {
            waiting.entry(to).or_default().extend(bodies.into_iter().map(|(_, body)| body));
        }
    }
}

/// One gateway's line to the network.
struct ToNetwork<'a> {
    lines: &'a Lines,
    me: &'a InstitutionCode,
}

#[async_trait]
impl Sender for ToNetwork<'_> {
    async fn send(&self, _: &Party, bodies: &[Body]) -> Result<(), Unsent> {
        self.lines.to_network.lock().unwrap().extend(bodies.iter().map(|body| (self.me.clone(), body.clone())));
        Ok(())
    }
}

/// How long somebody waits who has nothing to do.
const PAUSE: Duration = Duration::from_millis(2);

/// The network: hears what was sent, and passes on what it says.
async fn network(world: Arc<World>, middle: Arc<Middle>, lines: Arc<Lines>) {
    while !lines.done.load(Ordering::SeqCst) {
        let sent = std::mem::take(&mut *lines.to_network.lock().unwrap());
        if sent.is_empty() {
            tokio::time::sleep(PAUSE).await;
            continue;
        }
        match &*middle {
            Middle::Memory => {
                let said = {
                    let mut network = world.network.lock().unwrap();
                    for (from, body) in sent {
                        network.hear(&Party::Gateway(from), body, world.clock.now());
                    }
                    std::mem::take(&mut network.waiting)
                };
                lines.pass_on(said);
            }
            Middle::Keeper(keeper) => {
                let mut by_sender: BTreeMap<InstitutionCode, Vec<Body>> = BTreeMap::new();
                for (from, body) in sent {
                    by_sender.entry(from).or_default().push(body);
                }
                for (from, bodies) in by_sender {
                    for batch in bodies.chunks(BATCH) {
                        keeper.hear(&Party::Gateway(from.clone()), batch.to_vec()).await.unwrap();
                    }
                }
                while keeper.send_due(&*lines).await.unwrap().gone > 0 {}
            }
        }
        tokio::task::yield_now().await;
    }
}

#[async_trait]
impl refnet::Lines for Lines {
    async fn deliver(&self, to: &Party, bodies: &[Body]) -> Result<(), line::LineError> {
        if let Party::Gateway(to) = to {
            self.to_gateways.lock().unwrap().entry(to.clone()).or_default().extend(bodies.iter().cloned());
        }
        Ok(())
    }
}

async fn side(world: Arc<World>, lines: Arc<Lines>, asks: bool, files: Vec<String>, exchanges: usize) {
    let side = if asks { &world.a } else { &world.b };
    let line = ToNetwork { lines: &lines, me: &side.code };
    let mut files = files.into_iter();
    let mut heard = 0;
    while !lines.done.load(Ordering::SeqCst) {
        if let Some(file) = files.next() {
            submit(&side.keeper, &file).await;
        }
        let now = hear(&lines, side).await;
        heard += now;
        if now + side.keeper.send_due(&line).await.unwrap().delivered == 0 {
            tokio::time::sleep(PAUSE).await;
        }
        // Granted, received, answered: three messages of each exchange come back.
        if asks && heard >= exchanges * 3 {
            return;
        }
    }
}

async fn submit(keeper: &Keeper, file: &str) {
    let Answer::Json(receipt) = keeper.call("SKI_10123", file.as_bytes()).await.unwrap() else { panic!("refused") };
    let receipt: Receipt = serde_json::from_str(receipt.get()).unwrap();
    assert_eq!(receipt.bad, 0);
}

async fn hear(lines: &Lines, side: &Side) -> usize {
    let bodies = lines.to_gateways.lock().unwrap().remove(&side.code).unwrap_or_default();
    let n = bodies.len();
    for batch in bodies.chunks(BATCH) {
        side.keeper.hear(&Party::Network, batch.to_vec()).await.unwrap();
    }
    n
}

/// A first load by turns with raw COPY of what it wrote, then the same number of changes.
async fn load(side: &Side, rows: usize) {
    let engine = side.database.db.engine();
    let people: Vec<_> = (1_000..).map(dan).take(rows).collect();
    let records = |serial: u64| people.iter().map(|who| taxed(serial, who, "120000")).collect::<Vec<ReplicaRecord>>();
    let (first, changes) = (records(1_000), records(1_001));
    let (mut loaded, mut copied, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..if engine == "postgres" { ROUNDS } else { 1 } {
        if engine == "postgres" {
            clear(side).await;
        }
        loaded.push(at_gateway(side, &first).await);
        if engine == "postgres" {
            let (stored, columns) = stored(side).await;
            clear(side).await;
            copied.push(copy(side, columns, &stored).await);
            shares.push(loaded[loaded.len() - 1] / copied[copied.len() - 1] * 100.0);
        }
    }
    let what = format!("{engine}: first load of {rows} rows of 副本 at the gateway");
    figure("P10", &what, median(&mut loaded), "rows per second");
    if engine == "postgres" {
        figure("P10", &format!("{engine}: raw COPY of the same rows"), median(&mut copied), "rows per second");
        figure("P10 ≥ 40", "first load at the gateway against raw COPY", median(&mut shares), "%");
    }
    let changed = at_gateway(side, &changes).await;
    figure("P10", &format!("{engine}: changes of {rows} rows of 副本 at the gateway"), changed, "rows per second");
    let start = Instant::now();
    side.keeper.fingerprint().await.unwrap();
    println!("{engine}: hash over everything in {:.2} s", start.elapsed().as_secs_f64());
}

/// Rows per second that the gateway takes in.
async fn at_gateway(side: &Side, records: &[ReplicaRecord]) -> f64 {
    let start = Instant::now();
    for part in records.chunks(10_000) {
        assert_eq!(side.keeper.load(part).await.unwrap().stored, part.len());
    }
    records.len() as f64 / start.elapsed().as_secs_f64()
}

/// Rows per second that PostgreSQL takes in when nobody looks at them.
async fn copy(side: &Side, columns: &'static [&'static str], rows: &[Vec<Param>]) -> f64 {
    let start = Instant::now();
    for part in rows.chunks(10_000) {
        let mut tx = side.database.db.write().await.unwrap();
        tx.load_rows("gateway_replica", columns, part.to_vec()).await.unwrap();
        tx.commit().await.unwrap();
    }
    rows.len() as f64 / start.elapsed().as_secs_f64()
}

async fn stored(side: &Side) -> (Vec<Vec<Param>>, &'static [&'static str]) {
    use gateway::model::ReplicaRow;
    let mut tx = side.database.db.read().await.unwrap();
    let found = tx.all(ReplicaRow::SELECT, vec![]).await.unwrap();
    (found.iter().map(|row| ReplicaRow::read(row).unwrap().values()).collect(), ReplicaRow::COLUMNS)
}

async fn clear(side: &Side) {
    let mut tx = side.database.db.write().await.unwrap();
    tx.run("truncate gateway_replica", vec![]).await.unwrap();
    tx.commit().await.unwrap();
}
