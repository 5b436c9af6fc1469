//! Fresh databases for tests: SQLite in a temporary folder, and PostgreSQL when `ATENA_TEST_POSTGRES_URL` names a cluster.

use crate::db::{Db, DbError, Migration};
use kernel::time::{Clock, Timestamp};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A clock that stands still, and goes on when a test says so.
#[derive(Debug)]
pub struct FixedClock(AtomicU64);

impl FixedClock {
    /// Noon in Japan on a day.
    pub fn noon(date: kernel::Date) -> Self {
        let at = jiff::tz::Offset::constant(9).to_timestamp(date.at(12, 0, 0, 0)).unwrap_or(Timestamp::UNIX_EPOCH);
        Self(AtomicU64::new(at.as_microsecond().unsigned_abs()))
    }

    /// Lets minutes pass.
    pub fn pass_minutes(&self, minutes: u64) {
        self.pass_seconds(minutes * 60);
    }

    /// Lets seconds pass.
    pub fn pass_seconds(&self, seconds: u64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// Goes to noon of a day.
    pub fn set(&self, date: kernel::Date) {
        self.0.store(Self::noon(date).0.into_inner(), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        let micros = i64::try_from(self.0.load(Ordering::SeqCst)).unwrap_or(i64::MAX);
        Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// A database for one test, gone afterwards (the SQLite folder is left to the system's temporary cleaning when a test fails).
pub struct TestDatabase {
    /// The open database.
    pub db: Db,
    /// SQLite file, for tests that look at the bytes on disk.
    pub file: Option<PathBuf>,
    /// URL, for tests that start a process on it.
    pub url: Option<String>,
}

/// Is a PostgreSQL test required here? On CI it is.
fn postgres_url() -> Option<String> {
    let url = std::env::var("ATENA_TEST_POSTGRES_URL").ok().filter(|u| !u.is_empty());
    let required = std::env::var_os("CI").is_some() || std::env::var_os("ATENA_REQUIRE_POSTGRES").is_some();
    assert!(
        url.is_some() || !required,
        "ATENA_TEST_POSTGRES_URL must name a PostgreSQL cluster; run the tests with `cargo xtask test`"
    );
    url
}

/// An empty SQLite database in a temporary folder.
///
/// # Errors
/// When it cannot be made.
pub async fn fresh_sqlite() -> Result<TestDatabase, DbError> {
    let n = NEXT.fetch_add(1, Ordering::SeqCst);
    let folder = std::env::temp_dir().join(format!("atena-test-{}-{n}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|_| DbError::Storage)?;
    let file = folder.join("city.db");
    Ok(TestDatabase { db: Db::open(None, &file).await?, file: Some(file), url: None })
}

/// An empty PostgreSQL database, or `None` where no cluster is given.
///
/// # Errors
/// When it cannot be made.
pub async fn fresh_postgres() -> Result<Option<TestDatabase>, DbError> {
    let Some(url) = postgres_url() else { return Ok(None) };
    let n = NEXT.fetch_add(1, Ordering::SeqCst);
    let name = format!("atena_test_{}_{n}", std::process::id());
    let mut admin = PgConnection::connect(&url).await?;
    admin.execute(AssertSqlSafe(format!("drop database if exists {name}"))).await?;
    admin.execute(AssertSqlSafe(format!("create database {name}"))).await?;
    admin.close().await?;
    let (base, _) = url.rsplit_once('/').unwrap_or((&url, ""));
    let options = url.split_once('?').map(|(_, o)| format!("?{o}")).unwrap_or_default();
    let own = format!("{base}/{name}{options}");
    Ok(Some(TestDatabase { db: Db::open(Some(&own), std::path::Path::new("")).await?, file: None, url: Some(own) }))
}

/// One fresh database of each engine at hand, with the migrations applied.
///
/// # Errors
/// When one cannot be made or migrated.
pub async fn fresh_databases(migrations: &[Migration]) -> Result<Vec<TestDatabase>, DbError> {
    let mut all = vec![fresh_sqlite().await?];
    all.extend(fresh_postgres().await?);
    for one in &all {
        crate::db::migrate(&one.db, migrations, Timestamp::UNIX_EPOCH).await?;
    }
    Ok(all)
}

impl TestDatabase {
    /// Closes it and removes what it left.
    pub async fn remove(self) {
        self.db.close().await;
        if let (Some(own), Some(cluster)) = (&self.url, postgres_url()) {
            drop_database(&cluster, own).await.ok();
        }
        if let Some(folder) = self.file.as_ref().and_then(|f| f.parent()) {
            std::fs::remove_dir_all(folder).ok();
        }
    }
}

const LOSE: &str = "delete from audit_leaf where id = 5";
const TAMPER: &str = "update audit_leaf set action = 'print' where id = 3";

/// What somebody with write access to the database might try: another action in an entry of the log. A verification must name it.
///
/// # Errors
/// The database's refusal.
pub async fn tamper_with_log(db: &Db) -> Result<(), DbError> {
    let mut tx = db.write().await?;
    tx.run(TAMPER, vec![]).await?;
    tx.commit().await
}

/// The same somebody takes an entry out of the log.
///
/// # Errors
/// The database's refusal.
pub async fn lose_an_entry(db: &Db) -> Result<(), DbError> {
    let mut tx = db.write().await?;
    tx.run(LOSE, vec![]).await?;
    tx.commit().await
}

/// Takes a test's own database off the cluster; a long run would fill the disk.
async fn drop_database(cluster: &str, own: &str) -> Result<(), DbError> {
    let name = own.rsplit_once('/').map_or("", |(_, name)| name).split('?').next().unwrap_or_default();
    let mut admin = PgConnection::connect(cluster).await?;
    admin.execute(AssertSqlSafe(format!("drop database if exists {name} with (force)"))).await?;
    Ok(admin.close().await?)
}
