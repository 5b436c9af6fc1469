//! SQL of the masters of names.

use crate::model::{Master, MasterName};
use const_format::concatcp;
use kernel::Date;
use platform::db::{DbError, Tx};
use platform::{Fault, params};

platform::statements! {
    /// One master.
    FIND = concatcp!(Master::SELECT, " where id = $1");
    /// The same file again?
    BY_HASH = concatcp!(Master::SELECT, " where sha256 = $1");
    /// All masters.
    LIST = concatcp!(Master::SELECT, " order by id desc limit 100");
    /// Whose import is it?
    SET_JOB = "update claims_master set job_id = $2 where id = $1";
    /// How far an import is.
    IMPORTED = "select count(*) as n from claims_master_name where master_id = $1";
    /// Shows a master, all names at once.
    SHOW = "update claims_master set state = 'visible', rows = $2, message = $3 where id = $1 and state = 'received'";
    /// Refuses a master.
    REFUSE = "update claims_master set state = 'refused', message = $2 where id = $1 and state = 'received'";
    /// The name of a code on a day, by the newest master in force.
    NAME = "select n.name, n.unit from claims_master_name n join claims_master m on m.id = n.master_id \
            where n.kind = $1 and n.code = $2 and m.state = 'visible' and m.valid_from <= $3 order by m.valid_from desc, m.id desc limit 1";
}

pub async fn find(tx: &mut Tx, id: i64) -> Result<Master, Fault> {
    let row = tx.first(FIND, params![id]).await?.ok_or_else(|| Fault::missing("マスター"))?;
    Ok(Master::read(&row)?)
}

pub async fn by_hash(tx: &mut Tx, hash: &[u8]) -> Result<Option<Master>, DbError> {
    tx.first(BY_HASH, params![hash]).await?.as_ref().map(Master::read).transpose()
}

pub async fn list(tx: &mut Tx) -> Result<Vec<Master>, DbError> {
    tx.all(LIST, vec![]).await?.iter().map(Master::read).collect()
}

pub async fn set_job(tx: &mut Tx, id: i64, job: i64) -> Result<(), DbError> {
    tx.run(SET_JOB, params![id, job]).await.map(|_| ())
}

pub async fn imported(tx: &mut Tx, id: i64) -> Result<i64, DbError> {
    tx.one(IMPORTED, params![id]).await?.get("n")
}

pub async fn insert(tx: &mut Tx, names: &[MasterName]) -> Result<(), DbError> {
    MasterName::insert_all(names, tx).await
}

pub async fn show(tx: &mut Tx, id: i64, rows: i64, message: &str) -> Result<(), DbError> {
    tx.run(SHOW, params![id, rows, message]).await.map(|_| ())
}

pub async fn refuse(tx: &mut Tx, id: i64, message: &str) -> Result<(), DbError> {
    tx.run(REFUSE, params![id, message]).await.map(|_| ())
}

/// Name and unit of a code for care on a day; `None` where no master in force has it.
pub async fn name(tx: &mut Tx, kind: &str, code: i64, on: Date) -> Result<Option<(String, String)>, DbError> {
    tx.first(NAME, params![kind, code, on]).await?.map(|r| Ok((r.get("name")?, r.get("unit")?))).transpose()
}
