//! Whose database is this? A demo marks the city it makes, so that it never loads into another's database nor throws one away.

use super::{Db, DbError, Row};
use crate::params;
use sqlx::{AssertSqlSafe, Executor};

crate::statements! {
    /// The mark of a demo.
    MARKED = "select name, value from platform_counter where name like 'demo-city %'";
    /// Marks, or says that the city is complete.
    MARK = "insert into platform_counter (name, value) values ($1, $2) on conflict (name) do update set value = $2";
}

const TABLES: &str = "select cast(tablename as text) as name from pg_tables where schemaname = current_schema()";
const LITE_TABLES: &str = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'";

/// What a database holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holds {
    /// No table at all.
    Nothing,
    /// A city that a demo made.
    Demo {
        /// Fingerprint of the key ring that belongs to it.
        ring: String,
        /// It was loaded to the end.
        complete: bool,
    },
    /// Anything else, which a demo must not touch.
    Others,
}

/// Looks whose database it is.
///
/// # Errors
/// The database's refusal.
pub async fn holds(db: &Db) -> Result<Holds, DbError> {
    let mut tx = db.read().await?;
    let tables: Vec<String> = names(&tx.all(if tx.is_postgres() { TABLES } else { LITE_TABLES }, vec![]).await?)?;
    if tables.is_empty() {
        return Ok(Holds::Nothing);
    }
    if !tables.iter().any(|t| t == "platform_counter") {
        return Ok(Holds::Others);
    }
    let Some(row) = tx.first(MARKED, vec![]).await? else { return Ok(Holds::Others) };
    let name: String = row.get("name")?;
    let ring = name.trim_start_matches("demo-city ").to_owned();
    Ok(Holds::Demo { ring, complete: row.get::<i64>("value")? == 1 })
}

fn names(rows: &[Row]) -> Result<Vec<String>, DbError> {
    rows.iter().map(|r| r.get("name")).collect()
}

/// Marks the city as one of a demo with this key ring.
///
/// # Errors
/// The database's refusal.
pub async fn mark(db: &Db, ring: &str, complete: bool) -> Result<(), DbError> {
    let mut tx = db.write().await?;
    tx.run(MARK, params![format!("demo-city {ring}"), i64::from(complete)]).await?;
    tx.commit().await
}

/// Throws every table of a demo's PostgreSQL database away. Anything but a demo's is left alone.
///
/// # Errors
/// [`DbError::Constraint`] for a database that is not a demo's; the database's refusal.
pub async fn wipe(db: &Db) -> Result<(), DbError> {
    if !matches!(holds(db).await?, Holds::Demo { .. }) {
        return Err(DbError::Constraint("not a demo".into()));
    }
    let mut tx = db.write().await?;
    for table in names(&tx.all(TABLES, vec![]).await?)? {
        let sql = AssertSqlSafe(format!("drop table \"{}\" cascade", table.replace('"', "\"\"")));
        if let super::Inner::Pg(tx) = &mut tx.inner {
            tx.execute(sqlx::raw_sql(sql)).await?;
        }
    }
    tx.commit().await
}
