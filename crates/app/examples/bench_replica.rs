//! 正本 of another system, through the hub's numbers, into the gateway: `cargo run --release -p app --example bench_replica -- [ROWS]`.
//!
//! A file of rows is taken in, then sent as 副本 to a real gateway: the job reads 正本, finds the 団番, sends what differs in files, and the
//! gateway judges, seals and stores. Beside it, on PostgreSQL (`ATENA_TEST_POSTGRES_URL`), raw COPY of the rows that the gateway stored.
//! Only the TLS of the line is left out: the files go to the gateway as bytes.

#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]

use async_trait::async_trait;
use exchange::lines::{Gateway, Unsent};
use exchange::model::Intake;
use gateway::interfaces::Answer;
use gateway::model::ReplicaRow;
use gateway::{Institution, Keeper, Profile, SystemRandomness};
use kernel::Date;
use kernel::access::Action;
use kernel::ident::AtenaNo;
use mynumber::IndividualNumber;
use platform::db::{Migration, Param};
use platform::job::{Job, run_next, submit};
use platform::keys::Keys;
use platform::policy::{POLICIES, Policy, SCHEMA};
use platform::staff::OpenCase;
use platform::testing::{FixedClock, TestDatabase, fresh_databases};
use platform::{City, StaffContext, Unit, file, subject};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use wire::ident::{InstitutionCode, Mode};
use wire::limits::Limits;
use wire::list::{Kind, PermittedList};
use wire::machine::Tenant;
use wire::permit::NetworkKey;
use wire::replica::LiveVersions;
use wire::seal::SealKey;

const TODAY: Date = Date::constant(2026, 11, 20);
const SET: &str = "TM00000000000002";
/// 年度 of each person.
const YEARS: [&str; 4] = ["2023", "2024", "2025", "2026"];
/// Rows of one file.
const FILE: usize = 100_000;
/// People that are loaded together.
const TOGETHER: usize = 10_000;

/// The line, without its TLS, and the microseconds for which the city waited at it.
struct Line(Keeper, Arc<AtomicU64>);

#[async_trait]
impl Gateway for Line {
    async fn post(&self, path: &str, body: Vec<u8>) -> Result<Vec<u8>, Unsent> {
        let (keeper, id) = (self.0.clone(), path.strip_prefix("/if/").unwrap().to_owned());
        // The gateway is a process of its own: it works while the city does.
        let start = Instant::now();
        let answer = tokio::spawn(async move { keeper.call(&id, &body).await }).await.unwrap();
        self.1.fetch_add(u64::try_from(start.elapsed().as_micros()).unwrap(), Ordering::Relaxed);
        match answer.map_err(|fault| Unsent::Down(fault.to_string()))? {
            Answer::Json(json) => Ok(json.get().as_bytes().to_vec()),
            Answer::Lines(text) => Ok(text.into_bytes()),
            Answer::Refused(refusal) => Err(Unsent::Refused { code: String::new(), detail: refusal.detail }),
        }
    }
    fn me(&self) -> InstitutionCode {
        self.0.tenant().institution.clone()
    }
    fn institutions(&self) -> Vec<(InstitutionCode, String)> {
        vec![]
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let rows = std::env::args().nth(1).map_or(1_000_000, |n| n.parse().unwrap());
    let cities = fresh_databases(&app::migrations(&app::programmes())).await.unwrap();
    let own: Vec<Migration> = platform::MIGRATIONS.iter().copied().chain(gateway::MIGRATIONS.iter().copied()).collect();
    for (city, gate) in cities.into_iter().zip(fresh_databases(&own).await.unwrap()) {
        measure(&city, &gate, rows).await;
        city.remove().await;
        gate.remove().await;
    }
}

fn keeper(database: &TestDatabase) -> Keeper {
    let profile = app::cities::MINATO.profile();
    let policies: Vec<_> = POLICIES.iter().copied().chain([gateway::POLICY]).collect();
    let policy = Policy::load(SCHEMA, &policies, gateway::GROUPS).unwrap();
    let clock = Arc::new(FixedClock::noon(TODAY));
    let city = City::new(database.db.clone(), Keys::ephemeral().unwrap(), clock, policy, profile, vec![gateway::PURPOSE]);
    let institution = InstitutionCode::parse(app::cities::MINATO.institution).unwrap();
    let tenant = Tenant {
        institution: institution.clone(),
        key: SealKey::from_seed(&[1; 32]),
        network: NetworkKey::from_seed(&[5; 32]).unwrap().public(),
        mode: Mode::Production,
        limits: Limits::load().unwrap(),
    };
    let profile = Profile {
        kind: Kind("city".to_owned()),
        list: PermittedList::load().unwrap(),
        institutions: BTreeMap::from([(institution, Institution { name_ja: "みなと市".into(), kind: Kind("city".into()) })]),
        live: LiveVersions::load().unwrap(),
        items: wire::catalogue::Catalogue::load().unwrap(),
        businesses: vec![],
        city_pages: None,
    };
    Keeper::new(city, tenant, profile, "joho", SystemRandomness::default())
}

/// 宛名番号 of the n-th person.
fn atena(n: usize) -> AtenaNo {
    let n = u64::try_from(n).unwrap();
    (n * 10..n * 10 + 10).find_map(|s| AtenaNo::issue(s).ok()).unwrap()
}

fn job(purpose: &str) -> StaffContext {
    let case = OpenCase { id: 0, number: "測定".into(), ground: "初期移行".into(), subjects: vec![] };
    StaffContext::job("測定", "joho", purpose, case)
}

/// Everybody gets a data key and a 団番.
async fn settle(city: &City, people: usize) {
    let staff = job("hub");
    let all: Vec<AtenaNo> = (1..=people).map(atena).collect();
    for (n, part) in all.chunks(TOGETHER).enumerate() {
        let mut unit = Unit::change(&city.acting("hub"), &staff, "初期移行", Action::Run).await.unwrap();
        let first = subject::next(&mut unit.tx).await.unwrap();
        let numbers = part.iter().map(|who| who.as_str().to_owned()).collect();
        let minted = subject::Minted::new(city.keys(), first, numbers).unwrap();
        subject::load(&mut unit.tx, minted).await.unwrap();
        let number = |i: usize| IndividualNumber::from_body(&format!("9{:010}", n * TOGETHER + i)).unwrap();
        let residents: Vec<hub::Resident> = (part.iter().enumerate())
            .map(|(i, who)| hub::Resident {
                atena_no: who.clone(),
                number: Some(number(i)),
                dan_no: None,
                from: TODAY,
                until: None,
                items: None,
            })
            .collect();
        hub::Loading::new(linkage::tables()).step(&mut unit, &residents).await.unwrap();
        unit.commit(()).await.unwrap();
    }
}

/// Files as a tax system hands them over.
fn files(rows: usize) -> Vec<String> {
    let mut all = vec![];
    for begin in (0..rows).step_by(FILE) {
        let mut text = "処理,宛名番号,年度など,公開開始日,公開終了日,市町村民税所得割額,市町村民税均等割額\n".to_owned();
        for n in begin..rows.min(begin + FILE) {
            let (who, year) = (atena(n / YEARS.len() + 1), YEARS[n % YEARS.len()]);
            writeln!(text, "登録,{who},{year},{year}-06-01,,{},3000", n % 400_000).unwrap();
        }
        all.push(text);
    }
    all
}

async fn receive(city: &City, name: &str, text: &str) {
    let mut unit = Unit::change(&city.acting("exchange"), &job("renkei"), "正本ファイルの受取り", Action::Run).await.unwrap();
    let file_id = file::store(&mut unit.tx, city, name, "text/csv", text.as_bytes(), None).await.unwrap();
    let intake = Intake {
        id: 0,
        name: name.to_owned(),
        system: "税".to_owned(),
        data_set: SET.to_owned(),
        version: 1,
        file_id,
        good: 0,
        bad: 0,
        problems: String::new(),
        received_by: "測定".to_owned(),
        received_at: city.now(),
        done_at: None,
    };
    let id = intake.insert(&mut unit.tx).await.unwrap();
    submit(&mut unit, "exchange.take_in", "正本ファイルの受取り", id.to_string().as_bytes()).await.unwrap();
    unit.commit(()).await.unwrap();
}

/// Runs what waits.
async fn run(city: &City, jobs: &[Arc<dyn Job>]) {
    while run_next(city, jobs).await.unwrap().is_some() {}
    let mut tx = city.db().read().await.unwrap();
    let bad = tx.one("select count(*) as n from platform_job where state = 'failed'", vec![]).await.unwrap();
    assert_eq!(bad.get::<i64>("n").unwrap(), 0, "a job failed");
}

async fn load(city: &City, jobs: &[Arc<dyn Job>]) -> f64 {
    let mut unit = Unit::change(&city.acting("exchange"), &job("renkei"), "副本の登録", Action::Run).await.unwrap();
    submit(&mut unit, "exchange.load", "副本の登録", b"").await.unwrap();
    unit.commit(()).await.unwrap();
    let start = Instant::now();
    run(city, jobs).await;
    start.elapsed().as_secs_f64()
}

async fn measure(city: &TestDatabase, gate: &TestDatabase, rows: usize) {
    let engine = city.db.engine();
    let keeper = keeper(gate);
    let clock = Arc::new(FixedClock::noon(TODAY));
    let keys = Keys::ephemeral().unwrap();
    let house = app::house(city.db.clone(), keys, clock, app::cities::MINATO.profile(), app::programmes()).unwrap();
    let city = house.city.clone();
    let jobs = |line: Option<Line>| {
        let line = line.map(|line| Arc::new(line) as Arc<dyn Gateway>);
        let (residents, hub) = (resident::port(), hub::port());
        exchange::programme(exchange::Needs {
            residents,
            hub,
            originals: vec![],
            line,
            procedures: |_| &[],
            years: exchange::Years::FOREVER,
        })
        .jobs
    };
    // Without a line the files are taken in only; the load that would follow by itself is measured alone.
    let at_line = Arc::new(AtomicU64::new(0));
    let (intake, loading) = (jobs(None), jobs(Some(Line(keeper, at_line.clone()))));
    settle(&city, rows.div_ceil(YEARS.len())).await;
    let all = files(rows);
    let start = Instant::now();
    for (n, text) in all.iter().enumerate() {
        receive(&city, &format!("zei_{n}.csv"), text).await;
        run(&city, &intake).await;
    }
    figure(
        "P10",
        &format!("{engine}: 正本 taken in from files of {FILE} rows"),
        rows as f64 / start.elapsed().as_secs_f64(),
        "rows per second",
    );
    let seconds = load(&city, &loading).await;
    let first = rows as f64 / seconds;
    println!("{engine}: {seconds:.2} s, of them {:.2} s at the gateway", at_line.load(Ordering::Relaxed) as f64 / 1e6);
    figure("P10", &format!("{engine}: first load of {rows} rows of 副本 through hub and gateway"), first, "rows per second");
    assert_eq!(stored(gate).await.len(), rows, "the gateway has every row");
    figure(
        "P10",
        &format!("{engine}: a load when nothing has changed"),
        rows as f64 / load(&city, &loading).await,
        "rows per second",
    );
    if engine == "postgres" {
        let copied = copy(gate).await;
        figure("P10", "postgres: raw COPY of the rows that the gateway stored", copied, "rows per second");
        figure("P10 ≥ 40", "first load through hub and gateway against raw COPY", first / copied * 100.0, "%");
    }
}

async fn stored(gate: &TestDatabase) -> Vec<Vec<Param>> {
    let mut tx = gate.db.read().await.unwrap();
    let found = tx.all(ReplicaRow::SELECT, vec![]).await.unwrap();
    found.iter().map(|row| ReplicaRow::read(row).unwrap().values()).collect()
}

/// Rows per second that PostgreSQL takes in when nobody looks at them.
async fn copy(gate: &TestDatabase) -> f64 {
    let rows = stored(gate).await;
    let mut tx = gate.db.write().await.unwrap();
    tx.run("truncate gateway_replica", vec![]).await.unwrap();
    tx.commit().await.unwrap();
    let start = Instant::now();
    for part in rows.chunks(TOGETHER) {
        let mut tx = gate.db.write().await.unwrap();
        tx.load_rows("gateway_replica", ReplicaRow::COLUMNS, part.to_vec()).await.unwrap();
        tx.commit().await.unwrap();
    }
    rows.len() as f64 / start.elapsed().as_secs_f64()
}

/// A line for the table of figures.
fn figure(goal: &str, what: &str, value: f64, unit: &str) {
    println!("{}", json!({ "goal": goal, "what": what, "value": value.round(), "unit": unit }));
}
