//! A process dies at any moment between appending and sealing: every entry it was told of is there, and the log proves itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod audit_common;

use audit_common::{clock, entry};
use kernel::access::Action;
use kernel::time::Clock;
use platform::audit::{self, Recorder, Sealer, Shown};
use platform::db::{Db, migrate};
use platform::keys::Keys;
use platform::testing::{fresh_postgres, fresh_sqlite};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

const FOLDER: &str = "ATENA_AUDIT_KILL_FOLDER";
const URL: &str = "ATENA_AUDIT_KILL_URL";

/// Not a test of its own: the process that is killed. Appends from several tasks and prints each number that it was told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_process_that_dies() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let url = std::env::var(URL).ok();
    let db = Db::open(url.as_deref(), &Path::new(&folder).join("city.db")).await.unwrap();
    let keys = Keys::open(&Path::new(&folder).join("ring.json")).unwrap();
    let sealer = Sealer::new(db.clone(), keys.clone(), Arc::new(clock()), None).unwrap();
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    tokio::spawn(sealer.run(Duration::from_millis(7), stopped));
    let recorder = Recorder::start(db.clone(), keys.clone());
    for task in 0..6i64 {
        let (db, keys, recorder) = (db.clone(), keys.clone(), recorder.clone());
        tokio::spawn(async move {
            loop {
                let look = entry(clock().now(), Action::Look, Shown::Shown, &[task, 50]);
                let number = if task % 2 == 0 {
                    recorder.record(&look).await.unwrap()
                } else {
                    let mut tx = db.write().await.unwrap();
                    let number = audit::append(&mut tx, &keys, &look).await.unwrap();
                    tx.commit().await.unwrap();
                    number
                };
                println!("told {number}");
            }
        });
    }
    tokio::time::sleep(Duration::from_secs(30)).await;
}

#[tokio::test]
async fn what_was_told_survives_the_kill() {
    let mut databases = vec![fresh_sqlite().await.unwrap()];
    databases.extend(fresh_postgres().await.unwrap());
    for database in databases {
        migrate(&database.db, platform::MIGRATIONS, clock().now()).await.unwrap();
        let folder = match database.file.as_ref().and_then(|f| f.parent()) {
            Some(folder) => folder.to_owned(),
            None => std::env::temp_dir().join(format!("atena-audit-kill-{}", std::process::id())),
        };
        let keys = Keys::open(&folder.join("ring.json")).unwrap();
        let mut witnessed = String::new();
        for round in 0..6u64 {
            let told = kill_after(&folder, database.url.as_deref(), Duration::from_millis(40 + 55 * round));
            assert!(!told.is_empty(), "the process did not start");
            let mut tx = database.db.read().await.unwrap();
            for number in &told {
                let row =
                    tx.one("select count(*) as n from audit_leaf where entry = $1", platform::params![*number]).await.unwrap();
                assert_eq!(row.get::<i64>("n").unwrap(), 2, "entry {number} was told and is gone");
            }
            drop(tx);
            let before = audit::verify(&database.db, &keys.log_public_key(), &witnessed).await.unwrap();
            assert!(before.intact(), "{before:?}");
            witnessed = audit::seal(&database.db, &keys, &clock()).await.unwrap().note;
            let after = audit::verify(&database.db, &keys.log_public_key(), &witnessed).await.unwrap();
            assert!(after.intact() && after.waiting == 0, "{after:?}");
            println!("{} told, {} waited for the seal, {} sealed", told.len(), before.waiting, after.sealed);
        }
        std::fs::remove_dir_all(&folder).unwrap();
        database.remove().await;
    }
}

/// Starts the process, kills it hard some time after its first entry, and answers the numbers that it was told.
fn kill_after(folder: &Path, url: Option<&str>, time: Duration) -> Vec<i64> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "the_process_that_dies", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if let Some(url) = url {
        command.env(URL, url);
    }
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let read = |line: String| line.rsplit_once("told ").and_then(|(_, n)| n.parse::<i64>().ok());
    let mut told: Vec<i64> = lines.by_ref().map_while(Result::ok).find_map(read).into_iter().collect();
    std::thread::sleep(time);
    child.kill().unwrap();
    told.extend(lines.map_while(Result::ok).filter_map(read));
    child.wait().unwrap();
    told
}
