//! 副本: rows by person, the number of the last change, counts and closings. And what pages list of the machines.

use crate::model::ReplicaRow;
use const_format::concatcp;
use kernel::Date;
use kernel::ident::DanNo;
use kernel::time::Timestamp;
use platform::db::{DbError, KEYS, Param, Row, Tx};
use platform::params;

const STANDING: &str =
    "select id, dan_no, data_set, version, record_key, serial, digest, no_automatic, undisclosed from gateway_replica";

platform::statements! {
    /// The turn of a writer: whoever writes for the tenant waits here for the one before.
    TURN = "update gateway_turn set turns = turns + 1 where id = 1";
    /// The last change of the replica.
    CHANGE = "select change, changed_at from gateway_turn where id = 1";
    /// The replica has changed.
    CHANGED = "update gateway_turn set change = $1, changed_at = $2 where id = 1";
    /// Rows of people.
    OF_PEOPLE = concatcp!(ReplicaRow::SELECT, " where dan_no in ", KEYS);
    /// Rows of a person.
    OF_PERSON = concatcp!(ReplicaRow::SELECT, " where dan_no = $1 order by data_set, version, record_key");
    /// A row.
    AT = concatcp!(ReplicaRow::SELECT, " where dan_no = $1 and data_set = $2 and version = $3 and record_key = $4");
    /// What stands at the places of people.
    STANDING_OF = concatcp!(STANDING, " where dan_no in ", KEYS);
    /// What stands between two people.
    STANDING_BETWEEN = concatcp!(STANDING, " where dan_no >= $1 and dan_no <= $2");
    /// The highest レコード識別番号.
    LAST_SERIAL = "select coalesce(max(serial), 0) as n from gateway_replica";
    /// How much that is, up to a number.
    BETWEEN = "select count(*) as n from (select 1 from gateway_replica where dan_no >= $1 and dan_no <= $2 limit $3) few";
    /// Takes rows out, to be put in anew.
    OUT = concatcp!("delete from gateway_replica where id in ", KEYS);
    /// Places of a data set.
    OF_SET = concatcp!(ReplicaRow::SELECT, " where data_set = $1 and version = $2 and not deleted and id > $3 order by id limit $4");
    /// People marked 不開示該当 in a record.
    UNDISCLOSED = concatcp!("select dan_no, data_set, version from gateway_replica where undisclosed and dan_no in ", KEYS);
    /// The flags of a record.
    SET_FLAGS = "update gateway_replica set no_automatic = $2, undisclosed = $3 where id = $1";
    /// Other last day of publication.
    SET_DAYS = "update gateway_replica set published_to = $2, digest = $3, change = $4 where id = $1";
    /// People whose rows changed since.
    CHANGED_SINCE = "select distinct dan_no from gateway_replica where change > $1";
    /// Hashes of everything, by person.
    HASHES = "select dan_no, digest from gateway_replica where not deleted order by dan_no, data_set, version, record_key";
    /// Hashes of people.
    HASHES_OF = concatcp!("select dan_no, data_set, version, record_key, digest from gateway_replica where not deleted and dan_no in ", KEYS);
    /// Counts by data set.
    COUNTS = "select data_set, version, count(*) as n, count(distinct dan_no) as people, max(loaded_at) as loaded_at from gateway_replica where not deleted group by data_set, version order by data_set, version";
    /// What an order changed.
    CLOSED = "select replica_id, published_to, digest from gateway_closed where closing_no = $1 order by replica_id";
    /// It is taken back.
    CLOSED_OUT = "delete from gateway_closed where closing_no = $1";
    /// Acquisitions by state.
    ACQUISITIONS = "select state, coalesce(reason, '') as reason, count(*) as n, min(since) as oldest from gateway_acquisition group by state, coalesce(reason, '') order by state, reason";
    /// Acquisitions that are not bound.
    ACQUISITION_LIST = "select dan_no, state, coalesce(reason, '') as reason, since from gateway_acquisition where state <> 'BOUND' order by since, id limit $1";
    /// Inquiries by state.
    INQUIRIES = "select state, shown, count(*) as n, min(since) as oldest from gateway_inquiry group by state, shown order by state";
    /// The newest inquiries for some 特定個人情報.
    INQUIRY_LIST = concatcp!("select request, dan_no, provider, procedure_code, data_set, version, state, shown, since from gateway_inquiry where data_set in ", KEYS, " order by since desc, id desc limit $65");
    /// How many there are.
    INQUIRY_COUNT = concatcp!("select count(*) as n from gateway_inquiry where data_set in ", KEYS);
    /// Provisions by state.
    PROVISIONS = "select state, count(*) as n, min(since) as oldest from gateway_provision group by state order by state";
    /// Provisions of some 特定個人情報 that wait for a member of staff.
    PROVISION_WAITING = concatcp!("select permit_no, dan_no, asker, procedure_code, data_set, version, state, coalesce(hold, '') as hold, since, due from gateway_provision where (state = 'HELD' or state = 'CONTENT_REGISTERED') and data_set in ", KEYS, " order by since, id limit $65");
    /// How many there are.
    PROVISION_WAITING_COUNT = concatcp!("select count(*) as n from gateway_provision where (state = 'HELD' or state = 'CONTENT_REGISTERED') and data_set in ", KEYS);
    /// The same by their permits, behind one of them.
    PROVISION_WAITING_AFTER = "select permit_no, dan_no, asker, procedure_code, data_set, version, state, coalesce(hold, '') as hold, since, due from gateway_provision where (state = 'HELD' or state = 'CONTENT_REGISTERED') and permit_no > $1 order by permit_no limit $2";
    /// Provisions of a time.
    PROVISION_LIST = "select permit_no, dan_no, asker, procedure_code, data_set, version, state, coalesce(hold, '') as hold, since, due from gateway_provision where since >= $1 and since <= $2 order by since, id limit $3";
    /// To whom a person's data went.
    RECIPIENTS = "select record_no, asker, procedure_code, data_set, version, provided_at from gateway_record where role = 'provider' and dan_no = $1 and provided_at is not null order by provided_at, id";
}

/// Columns that a load writes.
pub(crate) const COLUMNS: &[&str] = ReplicaRow::COLUMNS;

/// What stands at a place already.
pub(crate) struct Standing {
    pub id: i64,
    pub dan: DanNo,
    pub data_set: String,
    pub version: i64,
    pub record_key: String,
    pub serial: i64,
    pub digest: Vec<u8>,
    pub no_automatic: bool,
    pub undisclosed: bool,
}

fn standing(row: &Row) -> Result<Standing, DbError> {
    Ok(Standing {
        id: row.get("id")?,
        dan: row.get("dan_no")?,
        data_set: row.get("data_set")?,
        version: row.get("version")?,
        record_key: row.get("record_key")?,
        serial: row.get("serial")?,
        digest: row.get("digest")?,
        no_automatic: row.get("no_automatic")?,
        undisclosed: row.get("undisclosed")?,
    })
}

/// Waits for the turn of this writer.
pub(crate) async fn turn(tx: &mut Tx) -> Result<(), DbError> {
    tx.run(TURN, vec![]).await.map(|_| ())
}

/// Number and time of the last change.
pub(crate) async fn change(tx: &mut Tx) -> Result<(i64, Option<Timestamp>), DbError> {
    let row = tx.one(CHANGE, vec![]).await?;
    Ok((row.get("change")?, row.get("changed_at")?))
}

/// The replica has changed.
pub(crate) async fn changed(tx: &mut Tx, change: i64, now: Timestamp) -> Result<(), DbError> {
    tx.run(CHANGED, params![change, now]).await.map(|_| ())
}

/// Rows of people.
pub(crate) async fn of_people(tx: &mut Tx, people: Vec<Param>) -> Result<Vec<ReplicaRow>, DbError> {
    tx.all_of(OF_PEOPLE, &people).await?.iter().map(ReplicaRow::read).collect()
}

/// Rows of a person.
pub(crate) async fn of_person(tx: &mut Tx, dan: &DanNo) -> Result<Vec<ReplicaRow>, DbError> {
    tx.all(OF_PERSON, params![dan]).await?.iter().map(ReplicaRow::read).collect()
}

/// The row at a place.
pub(crate) async fn at(tx: &mut Tx, dan: &DanNo, set: &str, version: i64, key: &str) -> Result<Option<ReplicaRow>, DbError> {
    tx.first(AT, params![dan, set, version, key]).await?.map(|r| ReplicaRow::read(&r)).transpose()
}

/// What stands at the places of people: by their list, or, for a load of many neighbours, by the stretch from first to last.
pub(crate) async fn standing_of(tx: &mut Tx, people: &[&DanNo]) -> Result<Vec<Standing>, DbError> {
    let (Some(first), Some(last)) = (people.iter().min(), people.iter().max()) else { return Ok(Vec::new()) };
    let most = i64::try_from(people.len()).unwrap_or(i64::MAX).saturating_mul(4);
    let n: i64 = tx.one(BETWEEN, params![*first, *last, most]).await?.get("n")?;
    let found = match n < most {
        true if n == 0 => Vec::new(),
        true => tx.all(STANDING_BETWEEN, params![*first, *last]).await?,
        false => tx.all_of(STANDING_OF, &people.iter().map(|dan| Param::from(*dan)).collect::<Vec<_>>()).await?,
    };
    found.iter().map(standing).collect()
}

/// The highest レコード識別番号.
pub(crate) async fn last_serial(tx: &mut Tx) -> Result<i64, DbError> {
    tx.one(LAST_SERIAL, vec![]).await?.get("n")
}

/// Takes rows out.
pub(crate) async fn out(tx: &mut Tx, ids: Vec<Param>) -> Result<(), DbError> {
    tx.run_for(OUT, &ids).await
}

/// Rows of a data set after a row.
pub(crate) async fn of_set(tx: &mut Tx, set: &str, version: i64, after: i64, most: i64) -> Result<Vec<ReplicaRow>, DbError> {
    tx.all(OF_SET, params![set, version, after, most]).await?.iter().map(ReplicaRow::read).collect()
}

/// Places of people in which a record is marked 不開示該当.
pub(crate) async fn undisclosed(tx: &mut Tx, people: Vec<Param>) -> Result<Vec<(DanNo, String, i64)>, DbError> {
    let found = tx.all_of(UNDISCLOSED, &people).await?;
    found.iter().map(|r| Ok((r.get("dan_no")?, r.get("data_set")?, r.get("version")?))).collect()
}

/// Sets the flags of a record.
pub(crate) async fn set_flags(tx: &mut Tx, id: i64, no_automatic: bool, undisclosed: bool) -> Result<(), DbError> {
    tx.run(SET_FLAGS, params![id, no_automatic, undisclosed]).await.map(|_| ())
}

/// Sets another last day of publication.
pub(crate) async fn set_days(tx: &mut Tx, id: i64, to: Option<Date>, digest: &[u8], change: i64) -> Result<(), DbError> {
    tx.run(SET_DAYS, params![id, to, digest, change]).await.map(|_| ())
}

/// People whose rows changed since.
pub(crate) async fn changed_since(tx: &mut Tx, change: i64) -> Result<Vec<DanNo>, DbError> {
    tx.all(CHANGED_SINCE, params![change]).await?.iter().map(|r| r.get("dan_no")).collect()
}

/// Hashes of everything, in the order of people and places.
pub(crate) async fn hashes(tx: &mut Tx) -> Result<Vec<(DanNo, Vec<u8>)>, DbError> {
    tx.all(HASHES, vec![]).await?.iter().map(|r| Ok((r.get("dan_no")?, r.get("digest")?))).collect()
}

/// Hashes of people, in the order of people and places.
pub(crate) async fn hashes_of(tx: &mut Tx, people: Vec<Param>) -> Result<Vec<(DanNo, Vec<u8>)>, DbError> {
    let found = tx.all_of(HASHES_OF, &people).await?;
    let mut all = found
        .iter()
        .map(|r| {
            let place: (DanNo, String, i64, String) =
                (r.get("dan_no")?, r.get("data_set")?, r.get("version")?, r.get("record_key")?);
            Ok((place, r.get::<Vec<u8>>("digest")?))
        })
        .collect::<Result<Vec<_>, DbError>>()?;
    all.sort();
    Ok(all.into_iter().map(|((dan, ..), digest)| (dan, digest)).collect())
}

/// Rows of a list for a page.
pub(crate) async fn list(tx: &mut Tx, sql: &'static str, params: Vec<Param>) -> Result<Vec<Row>, DbError> {
    tx.all(sql, params).await
}

/// What an order changed: row, its last day before, its hash before.
pub(crate) async fn closed(tx: &mut Tx, number: &str) -> Result<Vec<(i64, Option<Date>, Vec<u8>)>, DbError> {
    let found = tx.all(CLOSED, params![number]).await?;
    found.iter().map(|r| Ok((r.get("replica_id")?, r.get("published_to")?, r.get("digest")?))).collect()
}

/// What an order changed is forgotten.
pub(crate) async fn closed_out(tx: &mut Tx, number: &str) -> Result<(), DbError> {
    tx.run(CLOSED_OUT, params![number]).await.map(|_| ())
}
