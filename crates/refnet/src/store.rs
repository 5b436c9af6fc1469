//! All SQL of the network.

use crate::faults::Faults;
use crate::model::{CodeRow, MemberRow, NoticeRow, OutgoingRow, PassageRow, PersonRow, PortalRow, RecordRow};
use const_format::concatcp;
use kernel::Date;
use kernel::time::Timestamp;
use platform::db::{DbError, KEYS, Param, Row, Tx};
use platform::params;

platform::statements! {
    /// One batch after the other, whichever process works it.
    IN_TURN = "insert into refnet_setting (name, value) values ('turn', 1) on conflict (name) do update set value = refnet_setting.value + 1";
    /// A secret.
    SECRET = "select sealed from refnet_secret where name = $1";
    /// Stores a secret at first start.
    ADD_SECRET = "insert into refnet_secret (name, sealed) values ($1, $2) on conflict (name) do nothing";
    /// Settings.
    SETTINGS = "select name, value from refnet_setting";
    /// Changes a setting.
    SET = "insert into refnet_setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value";
    /// Members.
    MEMBERS = concatcp!(MemberRow::SELECT, " order by institution");
    /// A member again, under another name, key or address.
    CHANGE_MEMBER = "update refnet_member set name_ja = $2, kind = $3, public_key = $4, address = $5 where institution = $1";
    /// People by lineage.
    PEOPLE = concatcp!(PersonRow::SELECT, " where lineage_token in ", KEYS);
    /// A person.
    PERSON = concatcp!(PersonRow::SELECT, " where id = $1");
    /// People by row.
    PEOPLE_BY_ID = concatcp!(PersonRow::SELECT, " where id in ", KEYS);
    /// Codes by token.
    CODES = concatcp!(CodeRow::SELECT, " where code_token in ", KEYS);
    /// Passages by request.
    BY_REQUEST = concatcp!(PassageRow::SELECT, " where request in ", KEYS);
    /// Passages by permit.
    BY_PERMIT = concatcp!(PassageRow::SELECT, " where permit_no in ", KEYS);
    /// Passages that wait for time to pass.
    DUE = concatcp!(PassageRow::SELECT, " where due <= $1 order by due limit $2");
    /// What another message added to a record.
    KEEP_RECORD = "update refnet_record set provided_at = $2, hidden = $3, shown = $4 where permit_no = $1";
    /// Messages to be sent.
    OUTGOING = concatcp!(OutgoingRow::SELECT, " where due <= $1 order by id limit $2");
    /// Delivered messages are gone.
    DELIVERED = concatcp!("delete from refnet_outgoing where id in ", KEYS);
    /// A message that did not arrive is tried again.
    AGAIN = "update refnet_outgoing set attempts = attempts + 1, due = $2 where id = $1";
    /// Who is waiting for how many messages.
    WAITING = "select receiver, count(*) as n, max(attempts) as attempts, min(created_at) as since from refnet_outgoing group by receiver order by receiver";
    /// Passages by state since an instant.
    STATES = "select state, count(*) as n from refnet_passage where asked_at >= $1 group by state";
    /// How many people and codes there are.
    COUNTS = "select (select count(*) from refnet_person) as people, (select count(*) from refnet_code) as codes, (select count(*) from refnet_record) as records, (select count(*) from refnet_removal) as removed";
    /// Codes by institution.
    CODES_OF = "select institution, count(*) as n from refnet_code group by institution";
    /// Records, the newest first.
    RECORDS = concatcp!(RecordRow::SELECT, " where id < $1 order by id desc limit $2");
    /// A record.
    RECORD = concatcp!(RecordRow::SELECT, " where permit_no = $1");
    /// What a person sees. Reads no record that is not shown: `= true`, because SQLite looks a bare truth value up in no index.
    SHOWN = concatcp!(RecordRow::SELECT, " where person_id = $1 and shown = true order by asked_at desc limit $2");
    /// Records asked for before an instant.
    OLD = concatcp!(RecordRow::SELECT, " where asked_at < $1 order by asked_at limit $2");
    /// Records that go.
    REMOVE_RECORDS = concatcp!("delete from refnet_record where permit_no in ", KEYS);
    /// Passages that go, for good or to be put in anew.
    REMOVE_PASSAGES = concatcp!("delete from refnet_passage where permit_no in ", KEYS);
    /// Notices posted before an instant.
    REMOVE_NOTICES = "delete from refnet_notice where posted_at < $1";
    /// A person by portal token.
    PORTAL = concatcp!(PortalRow::SELECT, " where token = $1");
    /// A token that its person gives up.
    PORTAL_END = "delete from refnet_portal where token = $1";
    /// Tokens that have run out.
    PORTAL_OLD = "delete from refnet_portal where made_at < $1";
    /// Notices to a person.
    NOTICES = concatcp!(NoticeRow::SELECT, " where person_id = $1 order by posted_at desc, id desc limit $2");
    /// A notice that came already.
    NOTICE = concatcp!(NoticeRow::SELECT, " where institution = $1 and reference = $2");
}

fn read<T>(rows: &[Row], one: impl Fn(&Row) -> Result<T, DbError>) -> Result<Vec<T>, DbError> {
    rows.iter().map(one).collect()
}

fn texts<'a>(keys: impl IntoIterator<Item = &'a String>) -> Vec<Param> {
    keys.into_iter().map(Param::from).collect()
}

fn bytes<'a>(keys: impl IntoIterator<Item = &'a Vec<u8>>) -> Vec<Param> {
    keys.into_iter().map(|key| Param::from(key.clone())).collect()
}

pub async fn in_turn(tx: &mut Tx) -> Result<(), DbError> {
    tx.run(IN_TURN, vec![]).await.map(|_| ())
}

pub async fn secret(tx: &mut Tx, name: &str) -> Result<Option<Vec<u8>>, DbError> {
    tx.first(SECRET, params![name]).await?.map(|row| row.get("sealed")).transpose()
}

pub async fn add_secret(tx: &mut Tx, name: &str, sealed: &[u8]) -> Result<(), DbError> {
    tx.run(ADD_SECRET, params![name, sealed]).await.map(|_| ())
}

pub async fn faults(tx: &mut Tx) -> Result<Faults, DbError> {
    let rows = tx.all(SETTINGS, vec![]).await?;
    let mut faults = Faults::default();
    for row in rows {
        let name: String = row.get("name")?;
        faults.take(&name, row.get("value")?);
    }
    Ok(faults)
}

pub async fn set_faults(tx: &mut Tx, faults: &Faults) -> Result<(), DbError> {
    for (name, value) in faults.settings() {
        tx.run(SET, params![name, value]).await?;
    }
    Ok(())
}

pub async fn members(tx: &mut Tx) -> Result<Vec<MemberRow>, DbError> {
    read(&tx.all(MEMBERS, vec![]).await?, MemberRow::read)
}

pub async fn change_member(tx: &mut Tx, m: &MemberRow) -> Result<bool, DbError> {
    let changed = tx.run(CHANGE_MEMBER, params![&m.institution, &m.name_ja, &m.kind, m.public_key.clone(), &m.address]);
    Ok(changed.await? == 1)
}

pub async fn people(tx: &mut Tx, lineages: &[Vec<u8>]) -> Result<Vec<PersonRow>, DbError> {
    read(&tx.all_of(PEOPLE, &bytes(lineages)).await?, PersonRow::read)
}

pub async fn person(tx: &mut Tx, id: i64) -> Result<PersonRow, DbError> {
    PersonRow::read(&tx.one(PERSON, params![id]).await?)
}

pub async fn people_by_id(tx: &mut Tx, ids: &[i64]) -> Result<Vec<PersonRow>, DbError> {
    let keys: Vec<Param> = ids.iter().map(|id| Param::from(*id)).collect();
    read(&tx.all_of(PEOPLE_BY_ID, &keys).await?, PersonRow::read)
}

pub async fn codes(tx: &mut Tx, tokens: &[Vec<u8>]) -> Result<Vec<CodeRow>, DbError> {
    read(&tx.all_of(CODES, &bytes(tokens)).await?, CodeRow::read)
}

pub async fn by_request(tx: &mut Tx, requests: &[String]) -> Result<Vec<PassageRow>, DbError> {
    read(&tx.all_of(BY_REQUEST, &texts(requests)).await?, PassageRow::read)
}

pub async fn by_permit(tx: &mut Tx, permits: &[String]) -> Result<Vec<PassageRow>, DbError> {
    read(&tx.all_of(BY_PERMIT, &texts(permits)).await?, PassageRow::read)
}

pub async fn due(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<PassageRow>, DbError> {
    read(&tx.all(DUE, params![now, limit]).await?, PassageRow::read)
}

pub async fn keep_record(tx: &mut Tx, row: &RecordRow) -> Result<(), DbError> {
    tx.run(KEEP_RECORD, params![&row.permit_no, row.provided_at, row.hidden, row.shown]).await.map(|_| ())
}

pub async fn outgoing(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<OutgoingRow>, DbError> {
    read(&tx.all(OUTGOING, params![now, limit]).await?, OutgoingRow::read)
}

pub async fn delivered(tx: &mut Tx, ids: &[i64]) -> Result<(), DbError> {
    let keys: Vec<Param> = ids.iter().map(|id| Param::from(*id)).collect();
    tx.run_for(DELIVERED, &keys).await
}

pub async fn again(tx: &mut Tx, id: i64, due: Timestamp) -> Result<(), DbError> {
    tx.run(AGAIN, params![id, due]).await.map(|_| ())
}

/// Messages that wait for one receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub receiver: String,
    pub messages: i64,
    pub attempts: i64,
    pub since: Timestamp,
}

pub async fn waiting(tx: &mut Tx) -> Result<Vec<Waiting>, DbError> {
    let one = |row: &Row| {
        let (messages, attempts) = (row.get("n")?, row.get("attempts")?);
        Ok(Waiting { receiver: row.get("receiver")?, messages, attempts, since: row.get("since")? })
    };
    read(&tx.all(WAITING, vec![]).await?, one)
}

pub async fn states(tx: &mut Tx, since: Timestamp) -> Result<Vec<(String, i64)>, DbError> {
    read(&tx.all(STATES, params![since]).await?, |row| Ok((row.get("state")?, row.get("n")?)))
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub people: i64,
    pub codes: i64,
    pub records: i64,
    pub removed: i64,
}

pub async fn counts(tx: &mut Tx) -> Result<Counts, DbError> {
    let row = tx.one(COUNTS, vec![]).await?;
    Ok(Counts {
        people: row.get("people")?,
        codes: row.get("codes")?,
        records: row.get("records")?,
        removed: row.get("removed")?,
    })
}

pub async fn codes_of(tx: &mut Tx) -> Result<Vec<(String, i64)>, DbError> {
    read(&tx.all(CODES_OF, vec![]).await?, |row| Ok((row.get("institution")?, row.get("n")?)))
}

pub async fn records(tx: &mut Tx, before: i64, limit: i64) -> Result<Vec<RecordRow>, DbError> {
    read(&tx.all(RECORDS, params![before, limit]).await?, RecordRow::read)
}

pub async fn record(tx: &mut Tx, permit: &str) -> Result<Option<RecordRow>, DbError> {
    tx.first(RECORD, params![permit]).await?.map(|row| RecordRow::read(&row)).transpose()
}

pub async fn shown(tx: &mut Tx, person: i64, limit: i64) -> Result<Vec<RecordRow>, DbError> {
    read(&tx.all(SHOWN, params![person, limit]).await?, RecordRow::read)
}

pub async fn old(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<Vec<RecordRow>, DbError> {
    read(&tx.all(OLD, params![before, limit]).await?, RecordRow::read)
}

pub async fn remove(tx: &mut Tx, permits: &[String]) -> Result<(), DbError> {
    tx.run_for(REMOVE_RECORDS, &texts(permits)).await?;
    remove_passages(tx, permits).await
}

pub async fn remove_passages(tx: &mut Tx, permits: &[String]) -> Result<(), DbError> {
    tx.run_for(REMOVE_PASSAGES, &texts(permits)).await
}

pub async fn remove_notices(tx: &mut Tx, before: Timestamp) -> Result<(), DbError> {
    tx.run(REMOVE_NOTICES, params![before]).await.map(|_| ())
}

pub async fn portal(tx: &mut Tx, token: &[u8]) -> Result<Option<PortalRow>, DbError> {
    tx.first(PORTAL, params![token]).await?.map(|row| PortalRow::read(&row)).transpose()
}

pub async fn end_portal(tx: &mut Tx, token: &[u8]) -> Result<(), DbError> {
    tx.run(PORTAL_END, params![token]).await.map(|_| ())
}

pub async fn remove_portal(tx: &mut Tx, before: Timestamp) -> Result<(), DbError> {
    tx.run(PORTAL_OLD, params![before]).await.map(|_| ())
}

pub async fn notices(tx: &mut Tx, person: i64, limit: i64) -> Result<Vec<NoticeRow>, DbError> {
    read(&tx.all(NOTICES, params![person, limit]).await?, NoticeRow::read)
}

pub async fn notice(tx: &mut Tx, institution: &str, reference: &str) -> Result<Option<NoticeRow>, DbError> {
    tx.first(NOTICE, params![institution, reference]).await?.map(|row| NoticeRow::read(&row)).transpose()
}

/// The first instant of a day in Japan.
pub fn start_of(day: Date) -> Timestamp {
    jiff::tz::Offset::constant(9).to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::UNIX_EPOCH)
}
