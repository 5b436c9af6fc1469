//! The real server is killed with -9 in the middle of writing, again and again: whatever it had acknowledged is there after the next
//! start, and the log proves to be whole. `ATENA_KILL_ROUNDS` asks for more rounds.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

use app::demo::browser::Browser;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const ATENA: &str = env!("CARGO_BIN_EXE_atena");
/// Residents of the city; the writes matter here.
const RESIDENTS: &str = "40";

struct Server {
    child: Child,
    address: String,
    one_time: Option<String>,
}

impl Server {
    fn start(folder: &Path, url: Option<&str>) -> Self {
        let mut child = Command::new(ATENA)
            .args(["demo", "--alone", "--today", "2026-11-20", "--listen", "127.0.0.1:0", "--residents", RESIDENTS, "--data"])
            .arg(folder)
            .args(url.iter().flat_map(|url| ["--database-url", url]))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut address, mut one_time) = (String::new(), None);
        for line in lines.by_ref().map_while(Result::ok) {
            if let Some(url) = line.trim().strip_prefix("http://") {
                address = url.replace("localhost", "127.0.0.1");
            }
            if let Some(rest) = line.trim().strip_prefix("1001  ") {
                one_time = rest.split_whitespace().next().map(str::to_owned);
            }
            if line.contains("Ctrl-C") {
                break;
            }
        }
        std::thread::spawn(move || lines.for_each(drop));
        assert!(!address.is_empty(), "the server starts again after it was killed");
        Self { child, address, one_time }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A number that differs from round to round and is the same in every run.
fn scattered(round: u64) -> u64 {
    (round + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32
}

/// Titles of all cases, read from the database while no server runs.
async fn titles(folder: &Path, url: Option<&str>) -> BTreeSet<String> {
    let db = platform::db::Db::open(url, &folder.join("city.db")).await.unwrap();
    let mut tx = db.read().await.unwrap();
    let rows = tx.all("select title from platform_case", vec![]).await.unwrap();
    let all = rows.iter().map(|r| r.get("title").unwrap()).collect();
    drop(tx);
    db.close().await;
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    killed_in_rounds(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_server_is_killed_on_postgresql() {
    let Some(database) = platform::testing::fresh_postgres().await.unwrap() else { return };
    killed_in_rounds(database.url.as_deref()).await;
    database.remove().await;
}

async fn killed_in_rounds(url: Option<&str>) {
    let rounds: u64 = std::env::var("ATENA_KILL_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(10);
    let engine = if url.is_some() { "postgresql" } else { "sqlite" };
    let folder = std::env::temp_dir().join(format!("atena-rounds-{engine}-{}", std::process::id()));
    let (mut password, mut acknowledged) = (String::new(), BTreeSet::new());
    let mut broken_off = 0;
    for round in 0..rounds {
        let server = Server::start(&folder, url);
        let mut clerk = Browser::at(&server.address, &format!("{round}回目の係員"));
        if let Some(one_time) = &server.one_time {
            clerk.sign_in("1001", one_time).await.unwrap();
            password = format!("{one_time}-own");
        } else {
            clerk.open("/sign-in").await.unwrap();
            clerk.post("/sign-in", &[("login", "1001"), ("password", &password)]).await.unwrap();
        }
        let deadline = Duration::from_millis(60 + scattered(round) % 500);
        let killer = tokio::spawn(async move {
            tokio::time::sleep(deadline).await;
            // Dropping it kills it.
            drop(server);
        });
        for n in 0.. {
            let title = format!("案件 {round}-{n}");
            // A form of the home page; the page is fetched again for each, as a clerk would.
            let sent = match clerk.open("/").await {
                Ok(_) => clerk.post("/case", &[("title", &title), ("ground", "受付")]).await.map(|_| ()),
                Err(e) => Err(e),
            };
            if sent.is_err() || !clerk.status.is_success() {
                broken_off += 1;
                break;
            }
            acknowledged.insert(title);
        }
        killer.await.unwrap();
        let known = titles(&folder, url).await;
        let lost: Vec<&String> = acknowledged.difference(&known).collect();
        assert!(lost.is_empty(), "round {round}: acknowledged and lost: {lost:?}");
        let verified = Command::new(ATENA)
            .args(["verify", "--data"])
            .arg(&folder)
            .args(url.iter().flat_map(|url| ["--database-url", url]))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&verified.stdout).into_owned() + &String::from_utf8_lossy(&verified.stderr);
        assert!(verified.status.success(), "round {round}: the log is not whole: {said}");
    }
    assert_eq!(broken_off, rounds, "every round was cut off while somebody was writing");
    assert!(acknowledged.len() as u64 >= rounds, "too little was written to prove anything: {}", acknowledged.len());
    std::fs::remove_dir_all(&folder).unwrap();
}
