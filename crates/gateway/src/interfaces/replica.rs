//! DBM: 副本, its flags, 提供先 and 公開終了日一括設定.

use super::desk::{Desk, Outcome, Person, Place, Refusal};
use crate::model::{Closing, ReplicaRow};
use crate::replica::{Stored, load, stored};
use crate::store::replica::{RECIPIENTS, at, changed, list, of_person, of_set, set_days};
use crate::store::{registers, replica};
use kernel::ident::DanNo;
use kernel::time::{Date, Timestamp, civil};
use platform::Fault;
use platform::params;
use serde::{Deserialize, Serialize};
use wire::ident::{DataSet, Digest, RecordKey, RequestId};
use wire::inquiry::Given;
use wire::replica::ReplicaRecord;

/// Rows that one step of 公開終了日一括設定 reads.
const STEP: i64 = 5_000;

/// What became of a record sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// レコード識別番号.
    pub serial: u64,
}

/// DBM_101, DBM_201: puts records into the replica.
pub(crate) async fn update(desk: &mut Desk<'_>, all: Vec<ReplicaRecord>) -> Result<Vec<Outcome<Taken>>, Fault> {
    let done = load(desk.tx, desk.keeper, &all, desk.now).await?;
    let mut answers: Vec<Outcome<Taken>> = all.iter().map(|r| Ok(Taken { serial: r.serial })).collect();
    for (n, error) in done.rejected {
        if let Some(answer) = answers.get_mut(n) {
            *answer = Err(error.into());
        }
    }
    Ok(answers)
}

/// 特定個人情報一覧: one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// レコード識別番号.
    pub serial: u64,
    /// Data set and version.
    pub data_set: DataSet,
    /// Which record.
    pub key: RecordKey,
    /// 公開開始日.
    pub from: Date,
    /// 公開終了日.
    pub to: Option<Date>,
    /// Deleted by the city.
    pub deleted: bool,
    /// Hash of the record.
    pub digest: Digest,
    /// 自動応答不可.
    pub no_automatic: bool,
    /// 不開示該当.
    pub undisclosed: bool,
}

fn line(stored: &Stored) -> Line {
    let record = &stored.record;
    Line {
        serial: record.serial,
        data_set: record.data_set.clone(),
        key: record.key.clone(),
        from: record.published.from,
        to: record.published.to,
        deleted: record.items.is_none(),
        digest: record.digest(),
        no_automatic: stored.no_automatic,
        undisclosed: stored.undisclosed,
    }
}

async fn rows_of(desk: &mut Desk<'_>, dan: &DanNo) -> Result<Vec<Stored>, Fault> {
    let keys = desk.keeper.city().keys();
    of_person(desk.tx, dan).await?.iter().map(|row| stored(keys, row)).collect()
}

/// DBM_301: a person's records, without their contents.
pub(crate) async fn lines(desk: &mut Desk<'_>, who: Person) -> Result<Outcome<Vec<Line>>, Fault> {
    Ok(Ok(rows_of(desk, &who.dan).await?.iter().map(line).collect()))
}

async fn row_at(desk: &mut Desk<'_>, place: &Place) -> Result<Option<ReplicaRow>, Fault> {
    let (set, version) = (place.data_set.id.as_str(), i64::from(place.data_set.version));
    Ok(at(desk.tx, &place.dan, set, version, place.key.as_str()).await?)
}

/// DBM_302: one record in full.
pub(crate) async fn detail(desk: &mut Desk<'_>, place: Place) -> Result<Outcome<ReplicaRecord>, Fault> {
    let Some(row) = row_at(desk, &place).await? else { return Ok(Err(Refusal::missing("特定個人情報"))) };
    Ok(Ok(stored(desk.keeper.city().keys(), &row)?.record))
}

/// Conditions of an inquiry, to see what it would be answered with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// 団番.
    pub dan: DanNo,
    /// Data set and version.
    pub data_set: DataSet,
    /// Which record; all when there is none.
    #[serde(default)]
    pub key: Option<RecordKey>,
}

/// DBM_303: what is published today under the conditions of an inquiry.
pub(crate) async fn search(desk: &mut Desk<'_>, wanted: Conditions) -> Result<Outcome<Vec<Given>>, Fault> {
    let today = civil(desk.now);
    let rows = rows_of(desk, &wanted.dan).await?.into_iter().map(|s| s.record);
    let found = rows.filter(|r| {
        r.data_set == wanted.data_set && wanted.key.as_ref().is_none_or(|k| *k == r.key) && r.published.contains(today)
    });
    Ok(Ok(found.filter_map(|r| Some(Given { key: r.key, items: r.items? })).collect()))
}

/// A flag of a record.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordFlag {
    /// 団番.
    pub dan: DanNo,
    /// Data set and version.
    pub data_set: DataSet,
    /// Which record.
    pub key: RecordKey,
    /// Set or lifted.
    pub on: bool,
}

/// A flag of a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonFlag {
    /// 団番.
    pub dan: DanNo,
    /// Set or lifted.
    pub on: bool,
}

/// Both flags as they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flags {
    /// 自動応答不可.
    pub no_automatic: bool,
    /// 不開示該当.
    pub undisclosed: bool,
}

/// Which of the two flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flag {
    /// 自動応答不可.
    NoAutomatic,
    /// 不開示該当.
    Undisclosed,
}

fn with(mut flags: Flags, flag: Flag, on: bool) -> Flags {
    match flag {
        Flag::NoAutomatic => flags.no_automatic = on,
        Flag::Undisclosed => flags.undisclosed = on,
    }
    flags
}

/// DBM_401, DBM_701: sets or lifts a flag of a record.
pub(crate) async fn flag_record(desk: &mut Desk<'_>, wanted: RecordFlag, flag: Flag) -> Result<Outcome<Flags>, Fault> {
    let RecordFlag { dan, data_set, key, on } = wanted;
    let Some(row) = row_at(desk, &Place { dan, data_set, key }).await? else {
        return Ok(Err(Refusal::missing("特定個人情報")));
    };
    let flags = with(Flags { no_automatic: row.no_automatic, undisclosed: row.undisclosed }, flag, on);
    replica::set_flags(desk.tx, row.id, flags.no_automatic, flags.undisclosed).await?;
    Ok(Ok(flags))
}

/// DBM_501, DBM_801: sets or lifts a flag of a person.
pub(crate) async fn flag_person(desk: &mut Desk<'_>, wanted: PersonFlag, flag: Flag) -> Result<Outcome<Flags>, Fault> {
    let mut row = registers::flags_of(desk.tx, &wanted.dan, desk.now).await?;
    let flags = with(Flags { no_automatic: row.no_automatic, undisclosed: row.undisclosed }, flag, wanted.on);
    (row.no_automatic, row.undisclosed, row.changed_at) = (flags.no_automatic, flags.undisclosed, desk.now);
    registers::set_flags(desk.tx, &row).await?;
    Ok(Ok(flags))
}

/// DBM_901: the flags of a person.
pub(crate) async fn flags_of_person(desk: &mut Desk<'_>, who: Person) -> Result<Outcome<Flags>, Fault> {
    let row = registers::flags_of(desk.tx, &who.dan, desk.now).await?;
    Ok(Ok(Flags { no_automatic: row.no_automatic, undisclosed: row.undisclosed }))
}

/// DBM_902: the flags of a record.
pub(crate) async fn flags_of_record(desk: &mut Desk<'_>, place: Place) -> Result<Outcome<Flags>, Fault> {
    let row = row_at(desk, &place).await?;
    let flags = row.map(|row| Flags { no_automatic: row.no_automatic, undisclosed: row.undisclosed });
    Ok(flags.ok_or_else(|| Refusal::missing("特定個人情報")))
}

/// 提供先: to whom a person's data went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Number of the record.
    pub record: String,
    /// 情報照会者.
    pub asker: String,
    /// 事務手続.
    pub procedure: String,
    /// 特定個人情報.
    pub data_set: String,
    /// Its version.
    pub version: i64,
    /// 提供日時.
    pub provided_at: Timestamp,
}

/// DBM_604: to whom a person's data went.
pub(crate) async fn recipients(desk: &mut Desk<'_>, who: Person) -> Result<Outcome<Vec<Recipient>>, Fault> {
    let mut found = Vec::new();
    for row in list(desk.tx, RECIPIENTS, params![&who.dan]).await? {
        found.push(Recipient {
            record: row.get("record_no")?,
            asker: row.get("asker")?,
            procedure: row.get("procedure_code")?,
            data_set: row.get("data_set")?,
            version: row.get("version")?,
            provided_at: row.get("provided_at")?,
        });
    }
    Ok(Ok(found))
}

/// 公開終了日一括設定.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewClosing {
    /// Number of the order, drawn by the city; a repetition has the same.
    pub closing: RequestId,
    /// Data set and version.
    pub data_set: DataSet,
    /// 公開終了日: the last day for every record of the data set that has a later one or none.
    pub to: Date,
}

/// An order by its number.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhichClosing {
    /// Number of the order.
    pub closing: RequestId,
}

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Number of the order.
    pub closing: RequestId,
    /// `set` or `undone`.
    pub state: String,
    /// Records changed.
    pub records: i64,
}

/// DBM_90311: sets the last day of publication of a whole data set.
pub(crate) async fn close(desk: &mut Desk<'_>, new: NewClosing) -> Result<Outcome<Closed>, Fault> {
    let number = new.closing.to_string();
    if let Some(known) = registers::closing(desk.tx, &number).await? {
        return Ok(Ok(Closed { closing: new.closing, state: known.state, records: known.records }));
    }
    let (set, version) = (new.data_set.id.as_str(), i64::from(new.data_set.version));
    let (change, _) = replica::change(desk.tx).await?;
    let (mut after, mut before) = (0, Vec::new());
    loop {
        let rows = of_set(desk.tx, set, version, after, STEP).await?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        for row in rows.iter().filter(|r| r.published_to.is_none_or(|to| to > new.to) && r.published_from <= new.to) {
            let mut record = stored(desk.keeper.city().keys(), row)?.record;
            record.published.to = Some(new.to);
            set_days(desk.tx, row.id, Some(new.to), record.digest().as_bytes(), change + 1).await?;
            before.push(params![&number, row.id, row.published_to, row.digest.as_slice()]);
        }
    }
    let records = i64::try_from(before.len()).unwrap_or(i64::MAX);
    desk.tx.insert_rows("gateway_closed", &["closing_no", "replica_id", "published_to", "digest"], before).await?;
    changed(desk.tx, change + 1, desk.now).await?;
    let closing = Closing {
        id: 0,
        closing_no: number,
        data_set: set.to_owned(),
        version,
        published_to: new.to,
        state: "set".to_owned(),
        records,
        set_at: desk.now,
        undone_at: None,
    };
    closing.insert(desk.tx).await?;
    Ok(Ok(Closed { closing: new.closing, state: closing.state, records }))
}

/// DBM_90321: takes an order back; records that the city has sent anew since stay as they are.
pub(crate) async fn undo(desk: &mut Desk<'_>, which: WhichClosing) -> Result<Outcome<Closed>, Fault> {
    let number = which.closing.to_string();
    if !registers::closing_undone(desk.tx, &number, desk.now).await? {
        return Ok(match registers::closing(desk.tx, &number).await? {
            Some(_) => Err(Refusal::conflict("この一括設定は取消済みです")),
            None => Err(Refusal::missing("公開終了日の一括設定")),
        });
    }
    let (change, _) = replica::change(desk.tx).await?;
    let mut records = 0;
    for (row, to, digest) in replica::closed(desk.tx, &number).await? {
        set_days(desk.tx, row, to, &digest, change + 1).await?;
        records += 1;
    }
    replica::closed_out(desk.tx, &number).await?;
    changed(desk.tx, change + 1, desk.now).await?;
    Ok(Ok(Closed { closing: which.closing, state: "undone".to_owned(), records }))
}

/// DBM_90332: what became of an order.
pub(crate) async fn closing(desk: &mut Desk<'_>, which: WhichClosing) -> Result<Outcome<Closed>, Fault> {
    let found = registers::closing(desk.tx, &which.closing.to_string()).await?;
    let closed = found.map(|c| Closed { closing: which.closing, state: c.state, records: c.records });
    Ok(closed.ok_or_else(|| Refusal::missing("公開終了日の一括設定")))
}
