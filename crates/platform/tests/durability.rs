//! The process dies at any moment: what it said is stored is there, and nothing is there by halves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

mod house;

use house::writer::{stored, stored_name, write_when_asked, writer};
use house::{TODAY, migrations};
use kernel::time::Timestamp;
use platform::audit;
use platform::db::{Db, Migration, migrate};
use platform::keys::Keys;
use platform::params;
use platform::testing::{FixedClock, TestDatabase, fresh_databases, fresh_postgres, fresh_sqlite};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::Duration;

const HUNG_UP: Migration = Migration {
    name: "9000_hung_up",
    sql: "create table hung_up (id {pk}, round {int} not null) {strict}",
    postgres_only: false,
};

/// Rounds on SQLite; a tenth of it on PostgreSQL, whose server does not die with us.
const ROUNDS: u64 = 200;

/// Not a test of its own: the process that is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_process_that_writes() {
    write_when_asked().await;
}

fn rounds() -> u64 {
    std::env::var("ATENA_KILL_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(ROUNDS)
}

/// Starts the process, kills it at some moment, and answers what it said is stored.
fn kill_once(folder: &Path, url: Option<&str>, round: u64) -> Vec<String> {
    let mut child = writer("", &[], folder, url, round, None).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    // Moments from a fixed sequence. In every eighth round while it is still opening the database.
    let longest = if url.is_some() { 40_000 } else { 15_000 };
    let moment = Duration::from_micros(round.wrapping_mul(6_364_136_223_846_793_005).wrapping_shr(33) % longest);
    let mut told = vec![];
    if !round.is_multiple_of(8) {
        told.extend(lines.by_ref().find_map(|line| stored_name(&line)));
    }
    std::thread::sleep(moment);
    child.kill().unwrap();
    told.extend(lines.filter_map(|line| stored_name(&line)));
    child.wait().unwrap();
    told
}

async fn killed_again_and_again(database: TestDatabase, folder: &Path, rounds: u64) {
    migrate(&database.db, &migrations(), Timestamp::UNIX_EPOCH).await.unwrap();
    // From here on nobody but the process has it open, as on a machine where only the server runs.
    database.db.close().await;
    let file = database.file.clone().unwrap_or_default();
    let (mut told_in_all, mut before) = (0, 0);
    for round in 1..=rounds {
        let told = kill_once(folder, database.url.as_deref(), round);
        // A new process opens it, as after a restart of the machine.
        let db = Db::open(database.url.as_deref(), &file).await.unwrap();
        let units = settled(&db, &told, before).await;
        db.close().await;
        told_in_all += told.len();
        before = units;
    }
    assert!(told_in_all as u64 >= rounds * 7 / 8, "only {told_in_all} units in {rounds} rounds");
    let db = Db::open(database.url.as_deref(), &file).await.unwrap();
    let keys = Keys::open(&folder.join("ring.json")).unwrap();
    let checkpoint = audit::seal(&db, &keys, &FixedClock::noon(TODAY)).await.unwrap();
    let report = audit::verify(&db, &keys.log_public_key(), &checkpoint.note).await.unwrap();
    assert!(report.intact() && i64::try_from(report.sealed) == Ok(before), "{report:?}");
    println!("{}: {rounds} kills, {told_in_all} units told, {before} stored", db.engine());
    db.close().await;
    database.remove().await;
}

/// What is stored after a kill. PostgreSQL may still be ending the session of the process that is gone.
async fn settled(db: &Db, told: &[String], before: i64) -> i64 {
    let mut last = Err(String::new());
    for _ in 0..20 {
        last = stored(db, told).await;
        if last.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let units = last.unwrap();
    assert!(units >= before + i64::try_from(told.len()).unwrap(), "{before} before, {} told, {units} now", told.len());
    units
}

#[tokio::test]
async fn nothing_that_was_stored_is_lost_when_the_process_is_killed() {
    let database = fresh_sqlite().await.unwrap();
    let folder = database.file.as_ref().and_then(|f| f.parent()).unwrap().to_owned();
    killed_again_and_again(database, &folder, rounds()).await;
}

#[tokio::test]
async fn nothing_that_was_stored_is_lost_when_the_process_is_killed_on_postgres() {
    let Some(database) = fresh_postgres().await.unwrap() else { return };
    let folder = std::env::temp_dir().join(format!("atena-kill-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    killed_again_and_again(database, &folder, rounds().div_ceil(10)).await;
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn a_unit_that_is_gone_or_there_by_halves_is_noticed() {
    for damage in [
        "delete from book where words like 'right %' and id = (select max(id) from book)",
        "delete from audit_leaf where id = 3",
        "delete from platform_outbox where id = 2",
        "delete from platform_command where key like '%:1'",
        "update platform_command set outcome = '' where key like '%:1'",
    ] {
        let database = fresh_sqlite().await.unwrap();
        let folder = database.file.as_ref().and_then(|f| f.parent()).unwrap().to_owned();
        let output = writer("", &[], &folder, None, 1, Some(2)).output().unwrap();
        let told: Vec<_> = String::from_utf8(output.stdout).unwrap().lines().filter_map(stored_name).collect();
        assert_eq!((told.len(), stored(&database.db, &told).await), (8, Ok(8)));
        let mut tx = database.db.write().await.unwrap();
        tx.run(damage, vec![]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(stored(&database.db, &told).await.is_err(), "{damage}");
        database.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_hangs_up_in_the_middle_leaves_the_writer_in_order() {
    for database in fresh_databases(&[HUNG_UP]).await.unwrap() {
        let mut acknowledged = 0;
        for round in 0..400_u64 {
            let db = database.db.clone();
            let work = tokio::spawn(async move {
                let mut tx = db.write().await?;
                tx.run("insert into hung_up (round) values ($1)", params![i64::try_from(round).unwrap_or(0)]).await?;
                tx.commit().await
            });
            // Gone at another moment each time: before it began, in the statement, in the commit, after it.
            for _ in 0..round % 40 {
                tokio::task::yield_now().await;
            }
            tokio::time::sleep(Duration::from_micros(round * 7 % 600)).await;
            work.abort();
            match work.await {
                Ok(done) => {
                    done.unwrap();
                    acknowledged += 1;
                }
                Err(gone) => assert!(gone.is_cancelled()),
            }
        }
        let mut tx = database.db.write().await.unwrap();
        tx.run("insert into hung_up (round) values ($1)", params![1_000_i64]).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = database.db.read().await.unwrap();
        let kept: i64 = tx.one("select count(*) as n from hung_up", vec![]).await.unwrap().get("n").unwrap();
        assert!(kept > acknowledged, "{}: {kept} of {acknowledged} acknowledged and the last", database.db.engine());
        assert!(acknowledged < 400, "somebody was gone");
        drop(tx);
        database.remove().await;
    }
}

/// The console of the server, a backup: others write to the file of a city that runs.
#[tokio::test]
async fn a_unit_that_is_given_up_keeps_nobody_out_of_the_file() {
    let database = fresh_sqlite().await.unwrap();
    migrate(&database.db, &migrations(), Timestamp::UNIX_EPOCH).await.unwrap();
    let file = database.file.clone().unwrap();
    let mut given_up = database.db.write().await.unwrap();
    given_up.run(COUNT_UP, params![1i64]).await.unwrap();
    drop(given_up);
    let other = Db::open(None, &file).await.unwrap();
    let mut tx = other.write().await.unwrap();
    let row = tx.one("select count(*) as n from platform_counter where name = 'given up'", vec![]).await.unwrap();
    assert_eq!(row.get::<i64>("n").unwrap(), 0, "and nothing of it stays");
    tx.run(COUNT_UP, params![2i64]).await.unwrap();
    tx.commit().await.unwrap();
    // The first handle goes on as if nothing had been.
    let mut tx = database.db.write().await.unwrap();
    let row = tx.one("select value as n from platform_counter where name = 'given up'", vec![]).await.unwrap();
    assert_eq!(row.get::<i64>("n").unwrap(), 2);
    drop(tx);
    other.close().await;
    database.remove().await;
}

const COUNT_UP: &str = "insert into platform_counter (name, value) values ('given up', $1)";
