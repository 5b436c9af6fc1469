//! All SQL of the 住基ネット peer.

use crate::model::{FormerRow, LookupRow, OutgoingRow, PersonRow};
use const_format::concatcp;
use kernel::time::Timestamp;
use platform::db::{DbError, Row, Tx};
use platform::params;

platform::statements! {
    /// A secret.
    SECRET = "select sealed from refjuki_secret where name = $1";
    /// Stores a secret at first start.
    ADD_SECRET = "insert into refjuki_secret (name, sealed) values ($1, $2) on conflict (name) do nothing";
    /// The person with a 個人番号.
    BY_NUMBER = concatcp!(PersonRow::SELECT, " where number_token = $1");
    /// The person with a 住民票コード.
    BY_RESIDENT = concatcp!(PersonRow::SELECT, " where resident_token = $1");
    /// People with a name and birth date.
    BY_FACTS = concatcp!(PersonRow::SELECT, " where facts_token = $1 order by id limit $2");
    /// A newborn for whom a city has asked already.
    BORN = concatcp!(PersonRow::SELECT, " where born_reference = $1");
    /// Whose former number is it?
    FORMER = concatcp!(FormerRow::SELECT, " where number_token = $1");
    /// A person by row.
    PERSON = concatcp!(PersonRow::SELECT, " where id = $1");
    /// What changed about a person.
    KEEP = "update refjuki_person set number_token = $2, resident_token = $3, facts_token = $4, city = $5, standing = $6, sealed = $7, updated_at = $8 where id = $1";
    /// Messages to be sent.
    OUTGOING = concatcp!(OutgoingRow::SELECT, " where due <= $1 order by id limit $2");
    /// A delivered message is gone.
    DELIVERED = "delete from refjuki_outgoing where id = $1";
    /// A message that did not arrive is tried again.
    AGAIN = "update refjuki_outgoing set attempts = attempts + 1, due = $2 where id = $1";
    /// Who is waiting for how many messages.
    WAITING = "select receiver, count(*) as n from refjuki_outgoing group by receiver order by receiver";
    /// People by city and standing.
    COUNTS = "select city, standing, count(*) as n from refjuki_person group by city, standing order by city, standing";
    /// Changes of 個人番号.
    CHANGES = "select count(*) as n from refjuki_former_number";
    /// Look-ups before an instant.
    REMOVE_LOOKUPS = "delete from refjuki_lookup where at < $1";
    /// What cities asked since an instant.
    LOOKUPS = "select city, affair, sought_by, count(*) as n, sum(case when found > 0 then 1 else 0 end) as hits from refjuki_lookup where at >= $1 group by city, affair, sought_by order by city, affair, sought_by";
}

pub async fn secret(tx: &mut Tx, name: &str) -> Result<Option<Vec<u8>>, DbError> {
    tx.first(SECRET, params![name]).await?.map(|row| row.get("sealed")).transpose()
}

pub async fn add_secret(tx: &mut Tx, name: &str, sealed: &[u8]) -> Result<(), DbError> {
    tx.run(ADD_SECRET, params![name, sealed]).await.map(|_| ())
}

async fn one(tx: &mut Tx, sql: &'static str, key: &[u8]) -> Result<Option<PersonRow>, DbError> {
    tx.first(sql, params![key]).await?.map(|row| PersonRow::read(&row)).transpose()
}

pub async fn by_number(tx: &mut Tx, token: &[u8]) -> Result<Option<PersonRow>, DbError> {
    one(tx, BY_NUMBER, token).await
}

pub async fn by_resident_code(tx: &mut Tx, token: &[u8]) -> Result<Option<PersonRow>, DbError> {
    one(tx, BY_RESIDENT, token).await
}

pub async fn by_facts(tx: &mut Tx, token: &[u8], limit: i64) -> Result<Vec<PersonRow>, DbError> {
    tx.all(BY_FACTS, params![token, limit]).await?.iter().map(PersonRow::read).collect()
}

pub async fn born(tx: &mut Tx, reference: &str) -> Result<Option<PersonRow>, DbError> {
    tx.first(BORN, params![reference]).await?.map(|row| PersonRow::read(&row)).transpose()
}

/// The person who had a 個人番号 before.
pub async fn by_former_number(tx: &mut Tx, token: &[u8]) -> Result<Option<PersonRow>, DbError> {
    let Some(row) = tx.first(FORMER, params![token]).await? else { return Ok(None) };
    let former = FormerRow::read(&row)?;
    PersonRow::read(&tx.one(PERSON, params![former.person_id]).await?).map(Some)
}

pub async fn keep(tx: &mut Tx, p: PersonRow) -> Result<(), DbError> {
    let values = params![p.id, p.number_token, p.resident_token, p.facts_token, p.city, p.standing, p.sealed, p.updated_at];
    tx.run(KEEP, values).await.map(|_| ())
}

pub async fn outgoing(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<OutgoingRow>, DbError> {
    tx.all(OUTGOING, params![now, limit]).await?.iter().map(OutgoingRow::read).collect()
}

pub async fn delivered(tx: &mut Tx, id: i64) -> Result<(), DbError> {
    tx.run(DELIVERED, params![id]).await.map(|_| ())
}

pub async fn again(tx: &mut Tx, id: i64, due: Timestamp) -> Result<(), DbError> {
    tx.run(AGAIN, params![id, due]).await.map(|_| ())
}

pub async fn waiting(tx: &mut Tx) -> Result<Vec<(String, i64)>, DbError> {
    tx.all(WAITING, vec![]).await?.iter().map(|row| Ok((row.get("receiver")?, row.get("n")?))).collect()
}

pub async fn counts(tx: &mut Tx) -> Result<Vec<(String, String, i64)>, DbError> {
    let read = |row: &Row| Ok((row.get("city")?, row.get("standing")?, row.get("n")?));
    tx.all(COUNTS, vec![]).await?.iter().map(read).collect()
}

pub async fn changes(tx: &mut Tx) -> Result<i64, DbError> {
    tx.one(CHANGES, vec![]).await?.get("n")
}

/// What one city asked for one 事務.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub city: String,
    pub affair: String,
    pub sought_by: String,
    pub times: i64,
    pub hits: i64,
}

pub async fn lookups(tx: &mut Tx, since: Timestamp) -> Result<Vec<Asked>, DbError> {
    let read = |row: &Row| {
        let (times, hits) = (row.get("n")?, row.get("hits")?);
        Ok(Asked { city: row.get("city")?, affair: row.get("affair")?, sought_by: row.get("sought_by")?, times, hits })
    };
    tx.all(LOOKUPS, params![since]).await?.iter().map(read).collect()
}

pub async fn remove_lookups(tx: &mut Tx, before: Timestamp) -> Result<u64, DbError> {
    tx.run(REMOVE_LOOKUPS, params![before]).await
}

/// Notes a look-up.
pub async fn note(tx: &mut Tx, row: &LookupRow) -> Result<(), DbError> {
    row.insert(tx).await.map(|_| ())
}
