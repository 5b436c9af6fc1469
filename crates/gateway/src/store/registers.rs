//! 符号, flags, 情報提供等記録, consents, closings, 自己情報, お知らせ and calls.

use super::{among, count};
use crate::model::{
    AlarmRow, Closing, CodeBinding, Comparison, Consent, DifferenceRow, ExchangeRecord, InterfaceCall, Message, OwnRequest,
    PersonFlags, RemovedRecord,
};
use const_format::concatcp;
use kernel::Date;
use kernel::ident::DanNo;
use kernel::time::Timestamp;
use platform::db::{DbError, KEYS, Param, Row, Tx};
use platform::params;

platform::statements! {
    /// Who has these 符号?
    HOLDERS = concatcp!(CodeBinding::SELECT, " where code_token in ", KEYS);
    /// 符号 of people.
    CODES = concatcp!(CodeBinding::SELECT, " where dan_no in ", KEYS);
    /// Flags of people.
    FLAGS = concatcp!(PersonFlags::SELECT, " where dan_no in ", KEYS);
    /// Sets the flags of a person.
    SET_FLAGS = "insert into gateway_person (dan_no, no_automatic, undisclosed, recalled, changed_at) values ($1, $2, $3, $4, $5) on conflict (dan_no) do update set no_automatic = $2, undisclosed = $3, recalled = $4, changed_at = $5";
    /// Records by number.
    RECORDS = concatcp!(ExchangeRecord::SELECT, " where record_no in ", KEYS);
    /// Takes them out, to be put in anew or for good.
    RECORDS_OUT = concatcp!("delete from gateway_record where record_no in ", KEYS);
    /// Numbers for so many changes of records; answers the last.
    RECORD_CHANGES = "update gateway_turn set record_change = record_change + $1 where id = 1 returning record_change";
    /// Records of permitted exchanges that changed after a change.
    RECORDS_CHANGED = concatcp!(ExchangeRecord::SELECT, " where granted and change > $1 order by change limit $2");
    /// Records about a person.
    RECORDS_ABOUT = concatcp!(ExchangeRecord::SELECT, " where dan_no = $1 order by asked_at, id");
    /// Records of a time.
    RECORDS_BETWEEN = concatcp!(ExchangeRecord::SELECT, " where asked_at >= $1 and asked_at <= $2 order by asked_at, id limit $3");
    /// The newest records of some 特定個人情報.
    RECORDS_NEWEST = concatcp!(ExchangeRecord::SELECT, " where data_set in ", KEYS, " order by asked_at desc, id desc limit $65");
    /// How many there are.
    RECORDS_COUNT = concatcp!("select count(*) as n from gateway_record where data_set in ", KEYS);
    /// Records whose time is over.
    RECORDS_OVER = concatcp!(ExchangeRecord::SELECT, " where kept_until < $1 order by id limit $2");
    /// Proof of removal.
    REMOVAL = concatcp!(RemovedRecord::SELECT, " where record_no = $1");
    /// Is there a consent on a day?
    CONSENTED = "select id from gateway_consent where dan_no = $1 and procedure_code = $2 and data_set = $3 and given_on <= $4 and (until is null or until >= $4) limit 1";
    /// Consents of a person, newest first.
    CONSENTS = concatcp!(Consent::SELECT, " where dan_no = $1 order by given_on desc, id desc");
    /// A consent once.
    CONSENT = "insert into gateway_consent (dan_no, procedure_code, data_set, given_on, until, evidence, recorded_at) values ($1, $2, $3, $4, $5, $6, $7) on conflict (dan_no, procedure_code, data_set, given_on) do update set until = $5, evidence = $6";
    /// An order of 公開終了日一括設定.
    CLOSING = concatcp!(Closing::SELECT, " where closing_no = $1");
    /// It is taken back.
    CLOSING_UNDONE = "update gateway_closing set state = 'undone', undone_at = $2 where closing_no = $1 and state = 'set'";
    /// 自己情報 of a time.
    OWN_BETWEEN = concatcp!(OwnRequest::SELECT, " where asked_at >= $1 and asked_at <= $2 order by asked_at, id limit $3");
    /// One.
    OWN = concatcp!(OwnRequest::SELECT, " where own_no = $1");
    /// One お知らせ.
    MESSAGE = concatcp!(Message::SELECT, " where message_no = $1");
    /// What waits for a person, oldest first.
    MESSAGES_FOR = concatcp!(Message::SELECT, " where dan_no = $1 and (state = 'accepted' or state = 'delivered') order by id limit $2");
    /// Its state.
    MESSAGE_STATE = "update gateway_message set state = $3, changed_at = $4 where message_no = $1 and state = $2";
    /// A call with its result.
    CALL = concatcp!(InterfaceCall::SELECT, " where call_no = $1");
    /// Calls, newest first.
    CALLS = concatcp!(InterfaceCall::SELECT, " order by id desc limit $1");
    /// Calls since, by interface.
    CALLS_SINCE = "select interface, count(*) as calls, cast(sum(good) as bigint) as good, cast(sum(bad) as bigint) as bad, max(called_at) as last_at from gateway_call where called_at >= $1 group by interface order by interface";
    /// Records since.
    RECORDS_SINCE = "select count(*) as n from gateway_record where asked_at >= $1";
    /// Records by the day in Japan on which they were asked for: how many, and how many of them were provided.
    RECORDS_BY_DAY = "select role, granted, (asked_at + 32400000000) / 86400000000 as day, count(*) as n, count(provided_at) as provided from gateway_record where asked_at >= $1 group by role, granted, (asked_at + 32400000000) / 86400000000";
    /// What was removed after its time.
    REMOVED = "select count(*) as n, max(removed_on) as last_on from gateway_removal";
    /// Machines whose time has come and which have not been moved.
    OVERDUE = "select count(*) as n, min(due) as oldest from (select due from gateway_acquisition where due <= $1 union all select due from gateway_inquiry where due <= $1 union all select due from gateway_provision where due <= $1 union all select due from gateway_hiding where due <= $1) waiting";
    /// The last call of an interface.
    LAST_CALL = concatcp!(InterfaceCall::SELECT, " where interface = $1 order by id desc limit 1");
    /// What the city said last that it holds back.
    WAITING = "select waiting from gateway_call where interface = $1 order by id desc limit 1";
    /// Open alarms, newest first.
    ALARMS = concatcp!(AlarmRow::SELECT, " where closed_at is null order by last_at desc, id desc limit $1");
    /// Open alarms of some kinds, newest first.
    ALARMS_OF = concatcp!(AlarmRow::SELECT, " where closed_at is null and kind in ", KEYS, " order by last_at desc, id desc limit $65");
    /// How many there are.
    ALARMS_COUNT = concatcp!("select count(*) as n from gateway_alarm where closed_at is null and kind in ", KEYS);
    /// The last comparisons.
    COMPARISONS = concatcp!(Comparison::SELECT, " order by id desc limit $1");
    /// What differed in some 特定個人情報.
    DIFFERENCES = concatcp!(DifferenceRow::SELECT, " where data_set in ", KEYS, " and comparison = $65 order by id limit $66");
    /// How much that was.
    DIFFERENCES_COUNT = concatcp!("select count(*) as n from gateway_difference where data_set in ", KEYS, " and comparison = $65");
}

async fn several<T>(
    tx: &mut Tx,
    sql: &'static str,
    params: Vec<Param>,
    read: fn(&Row) -> Result<T, DbError>,
) -> Result<Vec<T>, DbError> {
    tx.all(sql, params).await?.iter().map(read).collect()
}

/// Who has 符号 with these tokens.
pub(crate) async fn holders(tx: &mut Tx, tokens: Vec<Param>) -> Result<Vec<CodeBinding>, DbError> {
    tx.all_of(HOLDERS, &tokens).await?.iter().map(CodeBinding::read).collect()
}

/// 符号 of people.
pub(crate) async fn codes(tx: &mut Tx, people: Vec<Param>) -> Result<Vec<CodeBinding>, DbError> {
    tx.all_of(CODES, &people).await?.iter().map(CodeBinding::read).collect()
}

/// Flags of people.
pub(crate) async fn flags(tx: &mut Tx, people: Vec<Param>) -> Result<Vec<PersonFlags>, DbError> {
    tx.all_of(FLAGS, &people).await?.iter().map(PersonFlags::read).collect()
}

/// Flags of one person; none set when there is no row.
pub(crate) async fn flags_of(tx: &mut Tx, dan: &DanNo, now: Timestamp) -> Result<PersonFlags, DbError> {
    let found = flags(tx, params![dan]).await?.into_iter().next();
    let none =
        || PersonFlags { id: 0, dan_no: dan.clone(), no_automatic: false, undisclosed: false, recalled: false, changed_at: now };
    Ok(found.unwrap_or_else(none))
}

/// Sets the flags of a person.
pub(crate) async fn set_flags(tx: &mut Tx, f: &PersonFlags) -> Result<(), DbError> {
    tx.run(SET_FLAGS, params![&f.dan_no, f.no_automatic, f.undisclosed, f.recalled, f.changed_at]).await.map(|_| ())
}

/// Records by number.
pub(crate) async fn records(tx: &mut Tx, numbers: Vec<Param>) -> Result<Vec<ExchangeRecord>, DbError> {
    tx.all_of(RECORDS, &numbers).await?.iter().map(ExchangeRecord::read).collect()
}

/// Puts records in, each with the number of this change; `known` of them were there before.
pub(crate) async fn put_records(tx: &mut Tx, mut all: Vec<ExchangeRecord>, known: Vec<Param>) -> Result<(), DbError> {
    tx.run_for(RECORDS_OUT, &known).await?;
    if all.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let last: i64 = tx.one(RECORD_CHANGES, params![count]).await?.get("record_change")?;
    for (record, change) in all.iter_mut().zip(last - count + 1..) {
        record.change = change;
    }
    tx.insert_rows(ExchangeRecord::TABLE, ExchangeRecord::COLUMNS, all.iter().map(ExchangeRecord::values).collect()).await
}

/// Records of permitted exchanges that changed after a change, in the order of the changes.
pub(crate) async fn records_changed(tx: &mut Tx, after: i64, most: i64) -> Result<Vec<ExchangeRecord>, DbError> {
    several(tx, RECORDS_CHANGED, params![after, most], ExchangeRecord::read).await
}

/// Records about a person.
pub(crate) async fn records_about(tx: &mut Tx, dan: &DanNo) -> Result<Vec<ExchangeRecord>, DbError> {
    several(tx, RECORDS_ABOUT, params![dan], ExchangeRecord::read).await
}

/// Records of a time.
pub(crate) async fn records_between(
    tx: &mut Tx,
    from: Timestamp,
    to: Timestamp,
    most: i64,
) -> Result<Vec<ExchangeRecord>, DbError> {
    several(tx, RECORDS_BETWEEN, params![from, to, most], ExchangeRecord::read).await
}

/// The newest records of some 特定個人情報, and how many there are.
pub(crate) async fn records_newest(tx: &mut Tx, sets: &[&str], most: i64) -> Result<(Vec<ExchangeRecord>, i64), DbError> {
    let found = among(tx, RECORDS_NEWEST, sets, params![most]).await?;
    Ok((found.iter().map(ExchangeRecord::read).collect::<Result<_, _>>()?, count(tx, RECORDS_COUNT, sets, vec![]).await?))
}

/// Records whose time is over.
pub(crate) async fn records_over(tx: &mut Tx, today: Date, most: i64) -> Result<Vec<ExchangeRecord>, DbError> {
    several(tx, RECORDS_OVER, params![today, most], ExchangeRecord::read).await
}

/// The proof of a record's removal.
pub(crate) async fn removal(tx: &mut Tx, number: &str) -> Result<Option<RemovedRecord>, DbError> {
    tx.first(REMOVAL, params![number]).await?.map(|r| RemovedRecord::read(&r)).transpose()
}

/// Is there a consent on a day?
pub(crate) async fn consented(tx: &mut Tx, dan: &DanNo, procedure: &str, data_set: &str, on: Date) -> Result<bool, DbError> {
    Ok(tx.first(CONSENTED, params![dan, procedure, data_set, on]).await?.is_some())
}

/// Records a consent, or corrects the end and the place of its paper.
pub(crate) async fn consent(tx: &mut Tx, c: &Consent) -> Result<(), DbError> {
    let values = params![&c.dan_no, &c.procedure_code, &c.data_set, c.given_on, c.until, &c.evidence, c.recorded_at];
    tx.run(CONSENT, values).await.map(|_| ())
}

/// Consents of a person, newest first.
pub(crate) async fn consents(tx: &mut Tx, dan: &DanNo) -> Result<Vec<Consent>, DbError> {
    several(tx, CONSENTS, params![dan], Consent::read).await
}

/// An order of 公開終了日一括設定.
pub(crate) async fn closing(tx: &mut Tx, number: &str) -> Result<Option<Closing>, DbError> {
    tx.first(CLOSING, params![number]).await?.map(|r| Closing::read(&r)).transpose()
}

/// It is taken back; false when it was already.
pub(crate) async fn closing_undone(tx: &mut Tx, number: &str, now: Timestamp) -> Result<bool, DbError> {
    Ok(tx.run(CLOSING_UNDONE, params![number, now]).await? == 1)
}

/// 自己情報 of a time.
pub(crate) async fn own_between(tx: &mut Tx, from: Timestamp, to: Timestamp, most: i64) -> Result<Vec<OwnRequest>, DbError> {
    several(tx, OWN_BETWEEN, params![from, to, most], OwnRequest::read).await
}

/// One request for 自己情報.
pub(crate) async fn own(tx: &mut Tx, number: &str) -> Result<Option<OwnRequest>, DbError> {
    tx.first(OWN, params![number]).await?.map(|r| OwnRequest::read(&r)).transpose()
}

/// One お知らせ.
pub(crate) async fn message(tx: &mut Tx, number: &str) -> Result<Option<Message>, DbError> {
    tx.first(MESSAGE, params![number]).await?.map(|r| Message::read(&r)).transpose()
}

/// What waits for a person.
pub(crate) async fn messages_for(tx: &mut Tx, dan: &DanNo, most: i64) -> Result<Vec<Message>, DbError> {
    several(tx, MESSAGES_FOR, params![dan, most], Message::read).await
}

/// Moves an お知らせ from one state to another; false when it was not in it.
pub(crate) async fn message_state(tx: &mut Tx, number: &str, from: &str, to: &str, now: Timestamp) -> Result<bool, DbError> {
    Ok(tx.run(MESSAGE_STATE, params![number, from, to, now]).await? == 1)
}

/// A call.
pub(crate) async fn call(tx: &mut Tx, number: &str) -> Result<Option<InterfaceCall>, DbError> {
    tx.first(CALL, params![number]).await?.map(|r| InterfaceCall::read(&r)).transpose()
}

/// Calls, newest first.
pub(crate) async fn calls(tx: &mut Tx, most: i64) -> Result<Vec<InterfaceCall>, DbError> {
    several(tx, CALLS, params![most], InterfaceCall::read).await
}

/// Calls of one interface.
pub(crate) struct Called {
    pub interface: String,
    pub calls: i64,
    pub good: i64,
    pub bad: i64,
    pub last_at: Timestamp,
}

/// Calls since, by interface.
pub(crate) async fn calls_since(tx: &mut Tx, from: Timestamp) -> Result<Vec<Called>, DbError> {
    let read = |r: &Row| {
        let (interface, calls) = (r.get("interface")?, r.get("calls")?);
        Ok(Called { interface, calls, good: r.get("good")?, bad: r.get("bad")?, last_at: r.get("last_at")? })
    };
    several(tx, CALLS_SINCE, params![from], read).await
}

/// Records since.
pub(crate) async fn records_since(tx: &mut Tx, from: Timestamp) -> Result<i64, DbError> {
    tx.one(RECORDS_SINCE, params![from]).await?.get("n")
}

/// Records of a day.
pub(crate) struct OfDay {
    pub asker: bool,
    pub granted: bool,
    /// Days since 1970-01-01, in Japan.
    pub day: i64,
    pub records: i64,
    pub provided: i64,
}

/// Records by day since an instant.
pub(crate) async fn records_by_day(tx: &mut Tx, from: Timestamp) -> Result<Vec<OfDay>, DbError> {
    let read = |r: &Row| {
        let asker = r.get::<String>("role")? == "asker";
        let (granted, day) = (r.get("granted")?, r.get("day")?);
        Ok(OfDay { asker, granted, day, records: r.get("n")?, provided: r.get("provided")? })
    };
    several(tx, RECORDS_BY_DAY, params![from], read).await
}

/// How many records were removed after their time, and on which day last.
pub(crate) async fn removed(tx: &mut Tx) -> Result<(i64, Option<Date>), DbError> {
    let row = tx.one(REMOVED, vec![]).await?;
    Ok((row.get("n")?, row.get("last_on")?))
}

/// How many machines should have been moved, and since when the oldest of them.
pub(crate) async fn overdue(tx: &mut Tx, now: Timestamp) -> Result<(i64, Option<Timestamp>), DbError> {
    let row = tx.one(OVERDUE, params![now]).await?;
    Ok((row.get("n")?, row.get("oldest")?))
}

/// The last call of an interface.
pub(crate) async fn last_call(tx: &mut Tx, interface: &str) -> Result<Option<InterfaceCall>, DbError> {
    tx.first(LAST_CALL, params![interface]).await?.map(|r| InterfaceCall::read(&r)).transpose()
}

/// Rows that the city said last that it holds back.
pub(crate) async fn waiting(tx: &mut Tx, interface: &str) -> Result<i64, DbError> {
    tx.first(WAITING, params![interface]).await?.map_or(Ok(0), |r| r.get("waiting"))
}

/// Open alarms.
pub(crate) async fn alarms(tx: &mut Tx, most: i64) -> Result<Vec<AlarmRow>, DbError> {
    several(tx, ALARMS, params![most], AlarmRow::read).await
}

/// Open alarms of some kinds, and how many there are.
pub(crate) async fn alarms_of(tx: &mut Tx, kinds: &[&str], most: i64) -> Result<(Vec<AlarmRow>, i64), DbError> {
    let found = among(tx, ALARMS_OF, kinds, params![most]).await?;
    Ok((found.iter().map(AlarmRow::read).collect::<Result<_, _>>()?, count(tx, ALARMS_COUNT, kinds, vec![]).await?))
}

/// The last comparisons.
pub(crate) async fn comparisons(tx: &mut Tx, most: i64) -> Result<Vec<Comparison>, DbError> {
    several(tx, COMPARISONS, params![most], Comparison::read).await
}

/// What differed in a comparison in some 特定個人情報, and how much that was.
pub(crate) async fn differences(
    tx: &mut Tx,
    comparison: i64,
    sets: &[&str],
    most: i64,
) -> Result<(Vec<DifferenceRow>, i64), DbError> {
    let found = among(tx, DIFFERENCES, sets, params![comparison, most]).await?;
    let all = count(tx, DIFFERENCES_COUNT, sets, params![comparison]).await?;
    Ok((found.iter().map(DifferenceRow::read).collect::<Result<_, _>>()?, all))
}
