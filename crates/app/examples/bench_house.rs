//! The whole server under load: `cargo run --release -p app --example bench_house -- [RESIDENTS] [SECONDS]`.
//!
//! Starts the release binary `atena demo` beside this program in a folder of its own, signs clerks in over HTTP, and opens the cards of
//! people by an open loop: every staff member opens one each five seconds, whether or not the earlier ones have answered. Prints P13
//! (start, memory), P6 (cards and searches) and the time to load the city, for people and as JSON lines.

use anyhow::{Context, Result, bail};
use app::demo::browser::Browser;
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

/// Sessions that share the load; the rate matters, not who sits there.
const SESSIONS: usize = 16;
/// People whose cards are opened, for each session.
const PEOPLE: usize = 24;
/// Every staff member opens a card each so many seconds.
const PAUSE: f64 = 5.0;

#[tokio::main]
async fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let residents: u32 = args.next().map_or(Ok(340_000), |a| a.parse())?;
    let seconds: u64 = args.next().map_or(Ok(20), |a| a.parse())?;
    let folder = std::env::temp_dir().join(format!("atena-bench-{}", std::process::id()));
    let mut server = Server::start(&folder, residents)?;
    let result = play(&mut server, residents, seconds).await;
    server.child.kill().ok();
    server.child.wait().ok();
    std::fs::remove_dir_all(&folder).ok();
    result
}

/// The server as a process, and what it printed.
struct Server {
    child: Child,
    address: String,
    password: String,
    ready: Duration,
}

impl Server {
    fn start(folder: &std::path::Path, residents: u32) -> Result<Self> {
        let atena = std::env::current_exe()?.parent().and_then(|p| p.parent()).context("no target folder")?.join("atena");
        let begun = Instant::now();
        let mut child = Command::new(&atena)
            .args([
                "demo",
                "--alone",
                "--today",
                "2026-11-20",
                "--listen",
                "127.0.0.1:0",
                "--residents",
                &residents.to_string(),
                "--data",
            ])
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} is missing: cargo build --release -p app", atena.display()))?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let (mut address, mut password) = (String::new(), String::new());
        let mut ready = begun.elapsed();
        for line in lines.by_ref() {
            let line = line?;
            if let Some(url) = line.trim().strip_prefix("http://") {
                (address, ready) = (url.replace("localhost", "127.0.0.1"), begun.elapsed());
            }
            if let Some(rest) = line.trim().strip_prefix("1001  ") {
                password = rest.split_whitespace().next().unwrap_or_default().to_owned();
            }
            if line.contains("Ctrl-C") {
                break;
            }
        }
        // The rest of what it prints goes nowhere; the pipe must not fill.
        std::thread::spawn(move || lines.for_each(drop));
        if address.is_empty() || password.is_empty() {
            bail!("the server did not say where it listens");
        }
        Ok(Self { child, address, password, ready })
    }

    /// Memory in MB: now, and at most.
    fn memory(&self) -> Result<(f64, f64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let read = |name: &str| {
            let line = status.lines().find(|l| l.starts_with(name)).unwrap_or_default();
            line.split_whitespace().nth(1).and_then(|n| n.parse::<f64>().ok()).unwrap_or_default() / 1_000.0
        };
        Ok((read("VmRSS"), read("VmHWM")))
    }
}

async fn connect(address: &str) -> Result<SendRequest<Body>> {
    let (sender, connection) = handshake(TokioIo::new(TcpStream::connect(address).await?)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

/// A session with a case and people in it.
struct Seat {
    cookie: String,
    people: Vec<String>,
    line: Mutex<SendRequest<Body>>,
}

async fn play(server: &mut Server, residents: u32, seconds: u64) -> Result<()> {
    let begun = Instant::now();
    let mut first = Browser::at(&server.address, "測定");
    first.sign_in("1001", &server.password).await?;
    let signed_in = server.ready + begun.elapsed();
    let (rss, _) = server.memory()?;
    say(
        "start to a logged-in page, load included",
        signed_in.as_secs_f64(),
        "s",
        "",
        &format!("{residents} residents, first start"),
    );
    let goal = if residents <= 10_000 { "≤ 512 MB" } else { "" };
    say("memory after the first page", rss, "MB", goal, &format!("{residents} residents"));
    let own = format!("{}-own", server.password);
    let mut seats = vec![];
    for n in 0..SESSIONS {
        seats.push(Arc::new(sit_down(&server.address, &own, n).await?));
    }
    for staff in [200_usize, 1_200] {
        let goal = if staff == 200 { "p95 ≤ 25 ms" } else { "p95 ≤ 50 ms" };
        let times =
            load(&seats, staff as f64 / PAUSE, seconds, |seat, n| format!("/juki/person/{}", seat.people[n % seat.people.len()]))
                .await?;
        report(&format!("open a card, {staff} staff"), goal, &times, residents);
    }
    let queries = ["サトウ", "スズキ", "タナカ ハルト", "ヤマモト", "R2.11.3", "イトウ S60", "港町"];
    let times =
        load(&seats, 20.0, seconds, |_, n| format!("/juki/search?q={}", webkit::server::encode(queries[n % queries.len()])))
            .await?;
    report("search", "p95 ≤ 50 ms", &times, residents);
    let (_, peak) = server.memory()?;
    say("peak memory", peak, "MB", "", &format!("{residents} residents, after the load"));
    Ok(())
}

/// Signs in, opens a case, and takes people into it.
async fn sit_down(address: &str, password: &str, n: usize) -> Result<Seat> {
    const KANA: [&str; 8] = ["サト", "スズ", "タカ", "タナ", "イト", "ワタ", "ヤマ", "ナカ"];
    let mut clerk = Browser::at(address, &format!("測定{n}"));
    clerk.open("/sign-in").await?;
    clerk.post("/sign-in", &[("login", "1001"), ("password", password)]).await?;
    clerk.open("/").await?;
    clerk.post("/case", &[("title", "測定"), ("ground", "受付")]).await?;
    let mut people: Vec<String> = vec![];
    for kana in KANA.iter().cycle().skip(n).take(KANA.len()) {
        let hits = clerk.api(&format!("/juki/search?q={}", webkit::server::encode(kana))).await?;
        let found = hits.get("hits").and_then(|h| h.as_array()).cloned().unwrap_or_default();
        for no in found.iter().filter_map(|h| h.get("atena_no")).filter_map(|n| n.as_str()) {
            if people.len() < PEOPLE && !people.iter().any(|p| p == no) {
                clerk.open("/juki/search").await?;
                clerk.post(&format!("/juki/person/{no}/take"), &[]).await?;
                people.push(no.to_owned());
            }
        }
    }
    if people.is_empty() {
        bail!("nobody was found to look at: {}", clerk.page.chars().take(400).collect::<String>());
    }
    Ok(Seat { cookie: clerk.cookie().to_owned(), people, line: Mutex::new(connect(address).await?) })
}

/// Requests at a rate, each at its own moment; answers what each took from the moment it was due.
async fn load(seats: &[Arc<Seat>], rate: f64, seconds: u64, path: impl Fn(&Seat, usize) -> String) -> Result<Vec<Duration>> {
    let begun = Instant::now();
    let mut running = vec![];
    for n in 0..(rate * seconds as f64) as usize {
        let due = begun + Duration::from_secs_f64(n as f64 / rate);
        tokio::time::sleep_until(due.into()).await;
        let seat = seats[n % seats.len()].clone();
        let path = path(&seat, n / seats.len());
        running.push(tokio::spawn(async move {
            let request =
                Request::get(path).header(header::COOKIE, &seat.cookie).header(header::HOST, "127.0.0.1").body(Body::empty())?;
            let mut line = seat.line.lock().await;
            line.ready().await?;
            let response = line.send_request(request).await?;
            let status = response.status();
            response.into_body().collect().await?;
            if !status.is_success() {
                bail!("{status}");
            }
            Ok(due.elapsed())
        }));
    }
    let mut times = vec![];
    for one in running {
        times.push(one.await??);
    }
    times.sort_unstable();
    Ok(times)
}

fn report(what: &str, goal: &str, times: &[Duration], residents: u32) {
    let at = |share: f64| times.get(((times.len() - 1) as f64 * share) as usize).map_or(0.0, |t| t.as_secs_f64() * 1_000.0);
    let remark = format!("p50 {:.1} ms, p99 {:.1} ms, {} requests, {residents} residents", at(0.5), at(0.99), times.len());
    say(&format!("{what}: p95"), at(0.95), "ms", goal, &remark);
}

fn say(what: &str, value: f64, unit: &str, goal: &str, remark: &str) {
    println!("{what}: {value:.1} {unit} ({remark})");
    println!(
        "{}",
        serde_json::json!({ "what": what, "value": (value * 10.0).round() / 10.0, "unit": unit, "goal": goal, "remark": remark })
    );
}
