//! placeholder types while the log is being written
#![allow(missing_docs)]
use crate::db::{Db, DbError, Tx};
use crate::keys::{KeyError, Keys};
use kernel::access::{Action, Relation};
use kernel::time::Timestamp;
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Keys(#[from] KeyError),
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Shown,
    Changed,
    Denied,
}
#[derive(Debug, Clone)]
pub struct Sighting {
    pub subject: i64,
    pub relation: Relation,
    pub fields: Vec<String>,
}
#[derive(Debug, Clone)]
pub struct Bulk {
    pub root: [u8; 32],
    pub count: i64,
}
#[derive(Debug, Clone)]
pub struct Entry {
    pub at: Timestamp,
    pub staff_no: String,
    pub staff_name: String,
    pub office: String,
    pub terminal: String,
    pub purpose: String,
    pub case_no: Option<String>,
    pub ground: Option<String>,
    pub action: Action,
    pub screen: String,
    pub result: Shown,
    pub sightings: Vec<Sighting>,
    pub detail: String,
    pub bulk: Option<Bulk>,
}
pub async fn append(_tx: &mut Tx, _keys: &Keys, _entry: &Entry) -> Result<i64, AuditError> {
    Ok(0)
}
pub fn _unused(_: &Db) {}
