//! One SQL text for two databases.
//!
//! SQLite is embedded and the default, PostgreSQL is production. Statements are constants with `$1` parameters, declared with
//! [`crate::statements!`], so that a test prepares every one of them on both. All work happens in a [`Tx`]: a read-only snapshot from
//! [`Db::read`] or a writing transaction from [`Db::write`].

mod bulk;
mod lite;
mod many;
pub mod mark;
mod migrate;
mod value;
pub mod walls;

pub use many::{KEYS, keys};
pub use migrate::{Migration, STATEMENTS, migrate, portable};
pub use value::{FromColumn, Param, Row};

use lite::{LiteDb, LiteWrite};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, Executor, PgPool, Postgres, Sqlite, Transaction};
use std::path::Path;
use std::time::Duration;
use thiserror::Error;

/// Why the database did not do it. Carries no row values.
#[derive(Debug, Clone, Error)]
pub enum DbError {
    /// The database cannot be reached.
    #[error("データベースに接続できません。時間をおいてもう一度操作してください。続くときは情報政策課へ連絡してください")]
    Unavailable,
    /// No room left, or the disk refuses.
    #[error("保存する場所が足りないか、書き込めません。何も保存していません。情報政策課へ連絡してください")]
    Storage,
    /// A uniqueness or other rule of the table refused the row.
    #[error("同じ記録が既にあるか、決まりに合わない記録です({0})。画面を読み直して確かめてください")]
    Constraint(String),
    /// The answer to COMMIT was lost: the command may or may not have been stored. Its idempotency key tells.
    #[error("保存できたか確かめられませんでした。同じ画面からもう一度送ってください。二重には登録されません")]
    CommitUnknown,
    /// Two units waited for each other and the database gave this one up.
    #[error("ほかの処理と重なりました。何も保存していません。もう一度操作してください")]
    Busy,
    /// A column does not hold what the code expects.
    #[error("記録の形が合いません({0})。情報政策課へ連絡してください")]
    Shape(String),
    /// Anything else; the text is the engine's own and is kept for the log, not for the screen.
    #[error("データベースの処理に失敗しました({0})。何も保存していません")]
    Other(String),
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(e) if e.is_unique_violation() || e.is_foreign_key_violation() || e.is_check_violation() => {
                DbError::Constraint(e.constraint().unwrap_or("unique").to_owned())
            }
            sqlx::Error::Database(e) => {
                let code = e.code().unwrap_or_default().into_owned();
                let text = e.message();
                if ["40P01", "40001", "55P03"].contains(&code.as_str()) || text.contains("database is locked") {
                    return DbError::Busy;
                }
                // The server was shut down, the connection ended by an administrator, or the database dropped.
                if code.starts_with("57P0") || code.starts_with("08") || code == "3D000" {
                    return DbError::Unavailable;
                }
                let storage = ["disk is full", "disk I/O error", "readonly database", "No space left"];
                if storage.iter().any(|s| text.contains(s)) || code == "53100" {
                    DbError::Storage
                } else {
                    DbError::Other(format!("{code} {text}"))
                }
            }
            sqlx::Error::ColumnNotFound(c) => DbError::Shape(c.clone()),
            sqlx::Error::ColumnDecode { index, .. } => DbError::Shape(index.clone()),
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_) => {
                DbError::Unavailable
            }
            other => DbError::Other(other.to_string()),
        }
    }
}

/// A database of one trust zone.
#[derive(Clone)]
pub enum Db {
    /// Embedded SQLite: one writer with group commit, several readers.
    Lite(LiteDb),
    /// PostgreSQL.
    Pg(PgDb),
}

/// A PostgreSQL database, and the role under which transactions of this handle run.
#[derive(Clone)]
pub struct PgDb {
    pool: PgPool,
    /// The programmes' roles exist and may be taken ([`walls::raise`]).
    walled: bool,
    role: Option<&'static str>,
}

/// PostgreSQL plans every execution for the table as it is then. Otherwise a connection keeps the plan of a statement's first executions
/// until the table is analysed again, and one that was made for a small table reads all of it: 50 ms for 30,000 rows where an index
/// lookup takes 0.03 ms. Planning costs less than that.
const FRESH_PLANS: (&str, &str) = ("plan_cache_mode", "force_custom_plan");

impl Db {
    /// Opens the database of a URL (`postgres://…`) or, without one, the SQLite file.
    ///
    /// # Errors
    /// When it cannot be reached, or when SQLite is older than 3.51.3 (earlier versions can corrupt a WAL under two connections).
    pub async fn open(url: Option<&str>, file: &Path) -> Result<Self, DbError> {
        match url {
            Some(url) => Self::open_postgres(url).await,
            None => Ok(Self::Lite(LiteDb::open(file).await?)),
        }
    }

    async fn open_postgres(url: &str) -> Result<Self, DbError> {
        let options: PgConnectOptions = url.parse().map_err(|_| DbError::Other("URLの形が正しくありません".into()))?;
        let options = options.options([FRESH_PLANS]);
        let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(Duration::from_secs(5));
        Ok(Self::Pg(PgDb { pool: pool.connect_with(options).await?, walled: false, role: None }))
    }

    /// The same database for one programme: on PostgreSQL its transactions run under the programme's role and reach only its tables,
    /// those of the slices it calls, and the platform's. SQLite has no roles.
    pub fn acting(&self, programme: &'static str) -> Self {
        match self {
            Db::Lite(lite) => Db::Lite(lite.clone()),
            Db::Pg(pg) => Db::Pg(PgDb { role: pg.walled.then_some(programme), ..pg.clone() }),
        }
    }

    /// `sqlite` or `postgres`.
    pub fn engine(&self) -> &'static str {
        match self {
            Db::Lite(_) => "sqlite",
            Db::Pg(_) => "postgres",
        }
    }

    /// A read-only snapshot.
    ///
    /// # Errors
    /// When no connection can be had.
    pub async fn read(&self) -> Result<Tx, DbError> {
        let inner = match self {
            Db::Lite(lite) => Inner::LiteRead(lite.readers().begin().await?),
            Db::Pg(pg) => {
                let mut tx = pg.pool.begin().await?;
                let snapshot = "set transaction isolation level repeatable read, read only";
                match pg.role {
                    None => tx.execute(snapshot).await?,
                    Some(role) => tx.execute(AssertSqlSafe(format!("{snapshot}; {}", walls::take(role)))).await?,
                };
                Inner::Pg(tx)
            }
        };
        Ok(self.tx(inner, false))
    }

    /// Begins (`true`) or ends (`false`) the first load of an empty city: until it has ended, a power cut may lose or spoil what was
    /// loaded, so the caller must be able to tell a load that was cut off and start over. On PostgreSQL nothing changes.
    ///
    /// # Errors
    /// The engine's refusal.
    pub async fn first_load(&self, loading: bool) -> Result<(), DbError> {
        match self {
            Db::Lite(lite) => lite.first_load(loading).await,
            Db::Pg(_) => Ok(()),
        }
    }

    /// A writing transaction. Nothing is stored until [`Tx::commit`] returns.
    ///
    /// # Errors
    /// When no connection can be had.
    pub async fn write(&self) -> Result<Tx, DbError> {
        let inner = match self {
            Db::Lite(lite) => Inner::LiteWrite(lite.begin().await?),
            Db::Pg(pg) => {
                let mut tx = pg.pool.begin().await?;
                if let Some(role) = pg.role {
                    tx.execute(AssertSqlSafe(walls::take(role))).await?;
                }
                Inner::Pg(tx)
            }
        };
        Ok(self.tx(inner, true))
    }

    fn tx(&self, inner: Inner, writes: bool) -> Tx {
        let (walled, role) = match self {
            Db::Lite(_) => (false, None),
            Db::Pg(pg) => (pg.walled, pg.role),
        };
        Tx { inner, writes, walled, role }
    }

    /// Prepares a statement without running it; the test that all SQL is valid on both databases uses it.
    ///
    /// # Errors
    /// The engine's complaint.
    pub async fn prepare(&self, sql: &'static str) -> Result<(), DbError> {
        match self {
            Db::Lite(lite) => lite.readers().acquire().await?.prepare(sqlx::SqlSafeStr::into_sql_str(sql)).await.map(|_| ())?,
            Db::Pg(pg) => pg.pool.acquire().await?.prepare(sqlx::SqlSafeStr::into_sql_str(sql)).await.map(|_| ())?,
        }
        Ok(())
    }

    /// Waits for running work and closes all connections.
    pub async fn close(&self) {
        match self {
            Db::Lite(lite) => lite.close().await,
            Db::Pg(pg) => pg.pool.close().await,
        }
    }
}

enum Inner {
    LiteRead(Transaction<'static, Sqlite>),
    LiteWrite(LiteWrite),
    Pg(Transaction<'static, Postgres>),
}

/// A transaction. Dropped without commit, it leaves nothing behind.
pub struct Tx {
    inner: Inner,
    writes: bool,
    walled: bool,
    role: Option<&'static str>,
}

/// Runs `$body` with `$conn` bound to the engine's connection.
macro_rules! on {
    ($tx:expr, $conn:ident => $body:expr) => {
        match &mut $tx.inner {
            Inner::LiteRead(tx) => {
                let $conn = &mut **tx;
                $body
            }
            Inner::LiteWrite(tx) => {
                let $conn = tx.connection()?;
                $body
            }
            Inner::Pg(tx) => {
                let $conn = &mut **tx;
                $body
            }
        }
    };
}

macro_rules! bound {
    ($sql:expr, $params:expr) => {{
        let mut query = sqlx::query($sql);
        for param in $params {
            query = match param {
                Param::Int(v) => query.bind(v),
                Param::Text(v) => query.bind(v),
                Param::Bytes(v) => query.bind(v),
                Param::Bool(v) => query.bind(v),
                Param::Date(v) => query.bind(v.map(jiff_sqlx::Date::from)),
            };
        }
        query
    }};
}
use {bound, on};

impl Tx {
    /// Can this transaction write?
    pub fn writes(&self) -> bool {
        self.writes
    }

    /// Is this PostgreSQL?
    pub fn is_postgres(&self) -> bool {
        matches!(self.inner, Inner::Pg(_))
    }

    /// All rows.
    ///
    /// # Errors
    /// The engine's refusal.
    pub async fn all(&mut self, sql: &'static str, params: Vec<Param>) -> Result<Vec<Row>, DbError> {
        on!(self, conn => Ok(bound!(sql, params).fetch_all(conn).await?.into_iter().map(Row::from).collect()))
    }

    /// The first row, if any.
    ///
    /// # Errors
    /// The engine's refusal.
    pub async fn first(&mut self, sql: &'static str, params: Vec<Param>) -> Result<Option<Row>, DbError> {
        on!(self, conn => Ok(bound!(sql, params).fetch_optional(conn).await?.map(Row::from)))
    }

    /// The only row.
    ///
    /// # Errors
    /// The engine's refusal, or no row.
    pub async fn one(&mut self, sql: &'static str, params: Vec<Param>) -> Result<Row, DbError> {
        self.first(sql, params).await?.ok_or_else(|| DbError::Shape("行がありません".into()))
    }

    /// Runs a statement; the number of rows it changed.
    ///
    /// # Errors
    /// The engine's refusal.
    pub async fn run(&mut self, sql: &'static str, params: Vec<Param>) -> Result<u64, DbError> {
        on!(self, conn => Ok(bound!(sql, params).execute(conn).await?.rows_affected()))
    }

    /// Inserts one row and answers the value of its identity column `id`.
    ///
    /// # Errors
    /// The engine's refusal.
    pub async fn insert_row(&mut self, table: &'static str, columns: &[&'static str], row: Vec<Param>) -> Result<i64, DbError> {
        let sql = bulk::insert_sql(table, columns, 1, self.is_postgres()) + " returning id";
        let row: Row = on!(self, conn => Row::from(bound!(AssertSqlSafe(sql), row).fetch_one(conn).await?));
        row.get("id")
    }

    /// Throws away what this writing transaction did so far and starts it again, so that a refusal can still be recorded.
    ///
    /// # Errors
    /// The engine's refusal.
    pub async fn restart(&mut self) -> Result<(), DbError> {
        match &mut self.inner {
            Inner::LiteWrite(write) => write.restart().await,
            Inner::Pg(tx) => {
                tx.execute("rollback").await?;
                tx.execute("begin").await?;
                if let Some(role) = self.role {
                    tx.execute(AssertSqlSafe(walls::take(role))).await?;
                }
                Ok(())
            }
            Inner::LiteRead(_) => Ok(()),
        }
    }

    /// Goes on under another programme's role (`None`: the program's own), and answers the one before. Ports and acts do this where one
    /// programme calls another; without walls nothing happens.
    ///
    /// # Errors
    /// The engine's refusal, for instance after a statement that failed.
    pub async fn act_as(&mut self, role: Option<&'static str>) -> Result<Option<&'static str>, DbError> {
        let before = self.role;
        if let Inner::Pg(tx) = &mut self.inner
            && self.walled
            && role != before
        {
            tx.execute(AssertSqlSafe(role.map_or_else(|| "set local role none".to_owned(), walls::take))).await?;
            self.role = role;
        }
        Ok(before)
    }

    /// Stores everything durably. When this returns `Ok`, a power cut loses nothing of it.
    ///
    /// # Errors
    /// [`DbError::CommitUnknown`] when PostgreSQL's answer was lost; otherwise nothing was stored.
    pub async fn commit(self) -> Result<(), DbError> {
        match self.inner {
            Inner::LiteWrite(write) => write.commit().await,
            Inner::LiteRead(tx) => Ok(tx.commit().await?),
            Inner::Pg(tx) => tx.commit().await.map_err(|error| match DbError::from(error) {
                DbError::Unavailable => DbError::CommitUnknown,
                known => known,
            }),
        }
    }
}

/// One SQL statement of a store, with the name it is declared under.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    /// Name of the constant.
    pub name: &'static str,
    /// The text.
    pub sql: &'static str,
}

/// Declares the SQL statements of a store as constants and lists them in `STATEMENTS`, so that a test can prepare each on both databases.
#[macro_export]
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$doc])* pub const $name: &str = $sql;)*
        /// Every statement of this store.
        pub const STATEMENTS: &[$crate::db::Statement] = &[$($crate::db::Statement { name: stringify!($name), sql: $name }),*];
    };
}

/// Parameters of a statement, in order.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Param::from($value)),*] };
}

/// Closes a raw connection politely; used where a pool does not exist.
async fn close<C: Connection>(connection: C) {
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "closing a database connection");
    }
}
