//! Walls on PostgreSQL: each programme runs under a role of its own, so that the database itself refuses a statement on another
//! programme's table. Roles and grants are in `migrations/postgres/walls.sql`, which may run again and again.

use super::{AssertSqlSafe, Db, DbError, Inner, PgDb};
use sqlx::Executor;

const WALLS: &str = include_str!("../../../../migrations/postgres/walls.sql");
/// Roles that are missing or may not be taken.
const MISSING: &str = "select count(*) as n from unnest(string_to_array($1, ',')) as p (programme) left join pg_roles r on r.rolname = 'atena_' || p.programme \
                       where r.oid is null or not pg_has_role(current_user, r.oid, 'member')";

/// The statement that takes a programme's role for the rest of the transaction. The name is a crate's, from the code.
pub(super) fn take(programme: &str) -> String {
    format!("set local role \"atena_{programme}\"")
}

/// Makes the roles of the programmes and their grants, and answers a handle whose programmes run under them. Where the account may not
/// make roles, an administrator can have run the file before; if not, the handle works without walls and [`Db::walled`] says so.
///
/// # Errors
/// When the database cannot be reached.
pub async fn raise(db: Db, programmes: &[&'static str]) -> Result<Db, DbError> {
    let Db::Pg(pg) = &db else { return Ok(db) };
    // Two cities that share a cluster may make the same role at the same instant.
    for _ in 0..3 {
        match build(&db).await {
            Ok(()) => break,
            Err(DbError::Unavailable) => return Err(DbError::Unavailable),
            Err(error) => tracing::warn!(%error, "the roles of the programmes could not be made"),
        }
    }
    let mut tx = db.read().await?;
    let missing: i64 = tx.one(MISSING, crate::params![programmes.join(",")]).await?.get("n")?;
    Ok(Db::Pg(PgDb { walled: missing == 0, ..pg.clone() }))
}

async fn build(db: &Db) -> Result<(), DbError> {
    let mut tx = db.write().await?;
    super::migrate::lock(&mut tx).await?;
    if let Inner::Pg(tx) = &mut tx.inner {
        tx.execute(sqlx::raw_sql(AssertSqlSafe(WALLS))).await?;
    }
    tx.commit().await
}

impl Db {
    /// Does every programme run under its own role? `None` on SQLite, which has none.
    pub fn walled(&self) -> Option<bool> {
        match self {
            Db::Lite(_) => None,
            Db::Pg(pg) => Some(pg.walled),
        }
    }
}
