//! Embedded SQLite: one writer with group commit, read-only readers.
//!
//! Every unit is a savepoint in a shared transaction. A unit that is done goes to the end of the line for the writer; whoever gets the
//! writer while a finished batch is still open commits it for all. So one `fsync` carries as many units as were waiting, and a lone
//! unit commits at once.

use super::{DbError, close};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Executor, Row, SqliteConnection};
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

/// SQLite below this can corrupt a WAL that two connections use (the WAL-reset defect, fixed in 3.51.3).
const OLDEST_SAFE: (u32, u32, u32) = (3, 51, 3);

type Settled = Option<Result<(), DbError>>;

struct Batch {
    number: u64,
    settled: watch::Sender<Settled>,
}

/// Pages that the writer keeps in memory, as SQLite wants it: negative KiB.
const WRITER_CACHE: &str = "-131072";

/// Pages in the write-ahead log before it is copied back: 32 MiB, so that a page that changes often is copied seldom.
const CHECKPOINT_PAGES: &str = "8000";

/// While a first load runs, nothing is synced and the write-ahead log grows.
const LOADING: &[&str] = &["pragma synchronous = off", "pragma wal_autocheckpoint = 32000"];

/// At its end everything is synced, and the log starts anew.
const LOADED: &[&str] = &["pragma synchronous = full", "pragma wal_checkpoint(truncate)", "pragma wal_autocheckpoint = 8000"];

struct Writer {
    connection: Option<SqliteConnection>,
    batch: Option<Batch>,
    /// A savepoint is open. Still set when the lock is taken: its owner was dropped and must be undone.
    in_unit: bool,
    batches: u64,
}

/// The embedded database.
#[derive(Clone)]
pub struct LiteDb {
    writer: Arc<Mutex<Writer>>,
    readers: SqlitePool,
}

impl LiteDb {
    pub(super) async fn open(file: &Path) -> Result<Self, DbError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .statement_cache_capacity(512)
            .pragma("secure_delete", "on")
            .busy_timeout(Duration::from_secs(5));
        // The writer's statement journal may go to a file when a unit grows large: in memory SQLite walks it from its beginning at
        // the end of every statement. It holds images of pages, in which whatever is secret is sealed already.
        let writing = options.clone().pragma("cache_size", WRITER_CACHE).pragma("wal_autocheckpoint", CHECKPOINT_PAGES);
        let mut connection = writing.connect().await?;
        assert_safe_version(&mut connection).await?;
        let readers = SqlitePoolOptions::new().max_connections(8).acquire_timeout(Duration::from_secs(5));
        let readers = readers.connect_with(options.pragma("temp_store", "memory").pragma("query_only", "on")).await?;
        let writer = Writer { connection: Some(connection), batch: None, in_unit: false, batches: 0 };
        Ok(Self { writer: Arc::new(Mutex::new(writer)), readers })
    }

    pub(super) fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    pub(super) async fn begin(&self) -> Result<LiteWrite, DbError> {
        to_its_end(Self::take_turn(self.writer.clone())).await
    }

    async fn take_turn(writer: Arc<Mutex<Writer>>) -> Result<LiteWrite, DbError> {
        let mut guard = writer.clone().lock_owned().await;
        guard.undo_abandoned().await?;
        if guard.batch.is_none() {
            guard.connection()?.execute("begin immediate").await?;
            guard.batches += 1;
            guard.batch = Some(Batch { number: guard.batches, settled: watch::Sender::new(None) });
        }
        guard.connection()?.execute("savepoint unit").await?;
        guard.in_unit = true;
        Ok(LiteWrite { writer, guard: Some(guard) })
    }

    /// See [`super::Db::first_load`].
    pub(super) async fn first_load(&self, loading: bool) -> Result<(), DbError> {
        let mut guard = self.writer.lock().await;
        guard.settle().await?;
        let change = if loading { LOADING } else { LOADED };
        for sql in change {
            guard.connection()?.execute(*sql).await?;
        }
        Ok(())
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
        let mut guard = self.writer.lock().await;
        if let Err(error) = guard.settle().await {
            tracing::error!(%error, "closing the database");
        }
        if let Some(connection) = guard.connection.take() {
            close(connection).await;
        }
    }
}

/// Runs a change of the writer's state to its end, also when whoever asked for it has gone away (a browser that hangs up, a task that is
/// aborted): the engine carries out what it was told, and what we know of it must not stay behind.
async fn to_its_end<T: Send + 'static>(work: impl Future<Output = Result<T, DbError>> + Send + 'static) -> Result<T, DbError> {
    tokio::spawn(work).await.unwrap_or(Err(DbError::Unavailable))
}

async fn assert_safe_version(connection: &mut SqliteConnection) -> Result<(), DbError> {
    let version: String = connection.fetch_one("select sqlite_version()").await?.try_get(0)?;
    let mut parts = version.split('.').map(|p| p.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < OLDEST_SAFE {
        return Err(DbError::Other(format!("SQLite {version} は古く、記録を壊すおそれがあります(3.51.3以上が必要)")));
    }
    Ok(())
}

impl Writer {
    fn connection(&mut self) -> Result<&mut SqliteConnection, DbError> {
        self.connection.as_mut().ok_or(DbError::Unavailable)
    }

    /// Rolls back a savepoint whose owner went away. If the engine already threw the transaction away, the batch has failed.
    async fn undo_abandoned(&mut self) -> Result<(), DbError> {
        if std::mem::take(&mut self.in_unit) && self.connection()?.execute("rollback to unit; release unit").await.is_err() {
            self.fail_batch(DbError::Storage).await;
        }
        Ok(())
    }

    /// Commits the open batch and tells everyone in it.
    async fn settle(&mut self) -> Result<(), DbError> {
        self.undo_abandoned().await?;
        if self.batch.is_none() {
            return Ok(());
        }
        match self.connection()?.execute("commit").await {
            Ok(_) => {
                if let Some(batch) = self.batch.take() {
                    batch.settled.send_replace(Some(Ok(())));
                }
            }
            Err(error) => self.fail_batch(error.into()).await,
        }
        Ok(())
    }

    async fn fail_batch(&mut self, error: DbError) {
        if let Ok(connection) = self.connection() {
            // Nothing to roll back is fine: the engine may have done it.
            connection.execute("rollback").await.ok();
        }
        if let Some(batch) = self.batch.take() {
            batch.settled.send_replace(Some(Err(error)));
        }
    }
}

/// One unit of the writer.
pub(super) struct LiteWrite {
    writer: Arc<Mutex<Writer>>,
    /// The turn; gone when the unit is done.
    guard: Option<OwnedMutexGuard<Writer>>,
}

impl Drop for LiteWrite {
    /// A unit that is given up ends its turn like one that is done. Without that the transaction would stay open until the next unit came:
    /// nobody else could write to the file meanwhile (the console, a backup), and the log could not be copied back.
    fn drop(&mut self) {
        let (Some(guard), Ok(runtime)) = (self.guard.take(), Handle::try_current()) else { return };
        drop(guard);
        let writer = self.writer.clone();
        runtime.spawn(async move {
            if let Err(error) = writer.lock_owned().await.settle().await {
                tracing::warn!(%error, "a unit that was given up");
            }
        });
    }
}

impl LiteWrite {
    pub(super) fn connection(&mut self) -> Result<&mut SqliteConnection, DbError> {
        self.guard.as_mut().ok_or(DbError::Unavailable)?.connection()
    }

    pub(super) async fn restart(&mut self) -> Result<(), DbError> {
        self.connection()?.execute("rollback to unit").await?;
        Ok(())
    }

    pub(super) async fn commit(self) -> Result<(), DbError> {
        to_its_end(self.finish()).await
    }

    async fn finish(mut self) -> Result<(), DbError> {
        let (Some(mut guard), writer) = (self.guard.take(), self.writer.clone()) else { return Err(DbError::Unavailable) };
        if let Err(error) = guard.connection()?.execute("release unit").await {
            guard.in_unit = false;
            guard.fail_batch(DbError::Storage).await;
            return Err(error.into());
        }
        guard.in_unit = false;
        let Some(batch) = guard.batch.as_ref() else { return Err(DbError::Storage) };
        let (number, mut settled) = (batch.number, batch.settled.subscribe());
        drop(guard);
        tokio::select! {
            biased;
            () = async { settled.wait_for(Option::is_some).await.map(|_| ()).unwrap_or_default() } => {}
            mut guard = writer.lock_owned() => {
                if guard.batch.as_ref().is_some_and(|b| b.number == number) {
                    guard.settle().await?;
                }
            }
        }
        let result = settled.borrow().clone();
        result.unwrap_or(Err(DbError::Storage))
    }
}
