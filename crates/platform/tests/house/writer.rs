//! A process that writes units of work until somebody ends it, and the check of what it left behind.

use super::{TODAY, city, clerk, count, migrations, write};
use kernel::access::Action;
use kernel::time::Timestamp;
use platform::city::City;
use platform::db::{Db, migrate};
use platform::fault::Fault;
use platform::keys::Keys;
use platform::testing::FixedClock;
use platform::{Unit, outbox, params};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

const FOLDER: &str = "ATENA_WRITER_FOLDER";
const URL: &str = "ATENA_WRITER_URL";
const ROUND: &str = "ATENA_WRITER_ROUND";
const UNITS: &str = "ATENA_WRITER_UNITS";

/// What the process says when a unit is stored.
pub const STORED: &str = "stored ";

/// The present test file as a process of its own, whose test `the_process_that_writes` calls [`write_when_asked`].
pub fn writer(program: &str, before: &[&str], folder: &Path, url: Option<&str>, round: u64, units: Option<u64>) -> Command {
    let this = std::env::current_exe().unwrap();
    let mut command = Command::new(if program.is_empty() { this.as_os_str() } else { program.as_ref() });
    command.args(before);
    if !program.is_empty() {
        command.arg(this);
    }
    command.args(["--exact", "the_process_that_writes", "--nocapture"]).env(FOLDER, folder).env(ROUND, round.to_string());
    command.envs(url.map(|u| (URL, u))).envs(units.map(|n| (UNITS, n.to_string())));
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Writes units from four tasks at once and says which ones are stored; does nothing in an ordinary test run.
pub async fn write_when_asked() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let folder = Path::new(&folder);
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok());
    let (round, units) = (number(ROUND).unwrap(), number(UNITS).unwrap_or(u64::MAX));
    let db = Db::open(std::env::var(URL).ok().as_deref(), &folder.join("city.db")).await.unwrap();
    migrate(&db, &migrations(), Timestamp::UNIX_EPOCH).await.unwrap();
    let city = city(db, Keys::open(&folder.join("ring.json")).unwrap(), Arc::new(FixedClock::noon(TODAY)));
    let task = |task: u64| {
        let city = city.clone();
        tokio::spawn(async move {
            for n in 0..units {
                let name = format!("{round:05}:{task}:{n}");
                store(&city, &name).await.unwrap();
                println!("{STORED}{name}");
            }
        })
    };
    for task in (0..4).map(task).collect::<Vec<_>>() {
        task.await.unwrap();
    }
    city.db().close().await;
}

/// One unit in two halves, with its number, its event, its command key and its entry.
async fn store(city: &City, name: &str) -> Result<(), Fault> {
    let mut unit = Unit::change(city, &clerk("1001", "shimin", 1), "/book", Action::Draft).await?;
    unit.already_done(name).await?;
    write(&mut unit, &format!("left {name}")).await?;
    outbox::publish(&mut unit, "book.written", &name).await?;
    write(&mut unit, &format!("right {name}")).await?;
    unit.commit_as((), name).await?;
    Ok(())
}

/// The name in a line of the process, if it tells of a stored unit.
pub fn stored_name(line: &str) -> Option<String> {
    line.rsplit_once(STORED).map(|(_, name)| name.trim_end().to_owned())
}

/// How many units a database holds.
///
/// # Errors
/// In words, when one that was told of is missing, or one is there only in part.
pub async fn stored(db: &Db, told: &[String]) -> Result<i64, String> {
    let mut tx = db.read().await.map_err(|e| e.to_string())?;
    let first = told.iter().min().cloned().unwrap_or_default();
    let known = "select key, outcome from platform_command where key >= $1";
    let rows = tx.all(known, params![first]).await.map_err(|e| e.to_string())?;
    let known: BTreeSet<String> = rows.iter().map(|r| r.get("key").unwrap()).collect();
    if let Some(lost) = told.iter().find(|name| !known.contains(*name)) {
        return Err(format!("{lost} was stored and is gone"));
    }
    if rows.iter().any(|r| r.get::<String>("key").unwrap() != r.get::<String>("outcome").unwrap()) {
        return Err("a command without its outcome".into());
    }
    drop(tx);
    let units = count(db, "select count(*) as n from platform_command").await;
    for part in [
        "select count(*) as n from book where words like 'left %'",
        "select count(*) as n from book where words like 'right %'",
        "select count(*) as n from book l join book r on r.words = 'right ' || substr(l.words, 6)",
        "select count(*) as n from audit_leaf where result = 'changed'",
        "select count(*) as n from audit_payload",
        "select count(*) as n from platform_commit",
        "select count(*) as n from platform_outbox",
        "select value as n from audit_counter where name = 'leaf'",
    ] {
        let n = count(db, part).await;
        if n != units {
            return Err(format!("{units} units, but {n} of: {part}"));
        }
    }
    Ok(units)
}
