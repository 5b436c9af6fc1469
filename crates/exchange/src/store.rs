//! All SQL of 情報連携.

use crate::model::{Comparison, Consent, Copy, Difference, Exchanged, Inquiry, Intake, NOWHERE_HERE, OriginalRow, Removal};
use const_format::concatcp;
use kernel::Date;
use kernel::ident::{AtenaNo, DanNo};
use kernel::time::Timestamp;
use platform::Fault;
use platform::db::{DbError, KEYS, Param, Tx};
use platform::params;
use std::collections::{BTreeMap, BTreeSet};

platform::statements! {
    /// Consents of a person, the newest first.
    CONSENTS_OF = concatcp!(Consent::SELECT, " where atena_no = $1 order by id desc");
    /// Consents that the gateway does not have yet.
    CONSENTS_WAITING = concatcp!(Consent::SELECT, " where sent_at is null order by id limit 200");
    /// The gateway has it.
    CONSENT_SENT = "update exchange_consent set sent_at = $2 where id = $1";
    /// An inquiry.
    INQUIRY = concatcp!(Inquiry::SELECT, " where id = $1");
    /// Inquiries of an office, the newest first.
    INQUIRIES = concatcp!(Inquiry::SELECT, " where office = $1 order by id desc limit 200");
    /// Inquiries about a person since an instant.
    INQUIRIES_OF = concatcp!(Inquiry::SELECT, " where (atena_no = $1 or made_for = $1) and asked_at >= $2 order by id");
    /// Inquiries of an office in each state.
    COUNT_INQUIRIES = "select state, count(*) as n from exchange_inquiry where office = $1 group by state order by state";
    /// What is to be sent or asked after now: new ones and open ones.
    INQUIRIES_DUE = concatcp!(Inquiry::SELECT, " where (state = '送信待ち' and (checked_at is null or checked_at < $1)) or (state = '回答待ち' and (checked_at is null or checked_at < $2)) order by checked_at is not null, checked_at, id limit 100");
    /// Inquiries whose answer is being put right.
    RECHECKED = concatcp!(Inquiry::SELECT, " where state = '照会中' order by id");
    /// By its id at the gateway.
    BY_REQUEST = concatcp!(Inquiry::SELECT, " where request = $1");
    /// An inquiry goes on, unless it went on meanwhile.
    SET_INQUIRY = "update exchange_inquiry set request = $2, state = $3, reason = $4, checked_at = $5, answered_at = $6, as_of = $7, root = $8, answer = $9 where id = $1 and state = $10";
    /// 正本 of other systems, of the people after one.
    ORIGINALS_AFTER = concatcp!(OriginalRow::SELECT, " where atena_no > $1 order by atena_no, data_set, version, record_key limit $2");
    /// 正本 of other systems, of a person.
    ORIGINALS_OF = concatcp!(OriginalRow::SELECT, " where atena_no = $1 order by data_set, version, record_key");
    /// Where 正本 of other systems stand, of people.
    ORIGINAL_PLACES = concatcp!("select id, atena_no, data_set, record_key from exchange_original where atena_no in ", KEYS);
    /// Takes some of them out.
    ORIGINALS_OUT = concatcp!("delete from exchange_original where id in ", KEYS);
    /// What other systems gave, by data set.
    COUNT_ORIGINALS = "select data_set, version, system, count(*) as n, max(recorded_at) as last from exchange_original group by data_set, version, system order by data_set, version, system";
    /// Files received, the newest first.
    INTAKES = concatcp!(Intake::SELECT, " order by id desc limit 50");
    /// A file received.
    INTAKE = concatcp!(Intake::SELECT, " where id = $1");
    /// How far a file has been worked through.
    SET_INTAKE = "update exchange_intake set good = $2, bad = $3, problems = $4, done_at = $5 where id = $1";
    /// What the gateway has of a stretch of people.
    COPIES_BETWEEN = concatcp!(Copy::SELECT, " where atena_no > $1 and atena_no <= $2");
    /// What the gateway has of a person.
    COPIES_OF = concatcp!(Copy::SELECT, " where atena_no = $1 order by data_set, version, record_key");
    /// Has anything been sent yet?
    ANY_COPY = "select id from exchange_copy limit 1";
    /// What is remembered of the places of people at the gateway.
    COPY_PLACES = concatcp!("select id, dan_no, data_set, version, record_key from exchange_copy where state <> '重複' and dan_no in ", KEYS);
    /// Nothing is remembered of them.
    COPIES_OUT = concatcp!("delete from exchange_copy where id in ", KEYS);
    /// Everything of a person is to be sent again.
    SEND_AGAIN = "update exchange_copy set digest = '' where dan_no = $1 and state <> '重複'";
    /// How many are in each state, by data set.
    COUNT_COPIES = "select data_set, state, count(*) as n, max(sent_at) as last from exchange_copy group by data_set, state order by data_set, state";
    /// What the gateway did not take.
    REFUSED = concatcp!(Copy::SELECT, " where state = '登録できません' order by id desc limit 100");
    /// What the gateway has under another 宛名番号 of the same person.
    DOUBLES = concatcp!(Copy::SELECT, " where state = '重複' order by id desc limit 100");
    /// Comparisons, the newest first.
    COMPARISONS = concatcp!(Comparison::SELECT, " order by id desc limit 30");
    /// Differences of a comparison.
    DIFFERENCES = concatcp!(Difference::SELECT, " where comparison_id = $1 order by id limit 200");
    /// People who differed in a comparison.
    DIFFERING = "select distinct dan_no from exchange_difference where comparison_id = $1";
    /// What only the gateway had in a comparison.
    EXTRA = concatcp!(Difference::SELECT, " where comparison_id = $1 and fault = $2 order by id");
    /// The newest records.
    RECORDS = concatcp!(Exchanged::SELECT, " order by asked_at desc, id desc limit 200");
    /// Records of a person since an instant.
    RECORDS_OF = concatcp!(Exchanged::SELECT, " where atena_no = $1 and asked_at >= $2 order by asked_at, id");
    /// A record.
    RECORD = concatcp!(Exchanged::SELECT, " where permit_no = $1 and side = $2");
    /// What a record has become.
    SET_RECORD = "update exchange_record set provided_at = $3, hidden = $4, change = $5 where permit_no = $1 and side = $2";
    /// Records whose time is over.
    RECORDS_BEFORE = concatcp!(Exchanged::SELECT, " where asked_at < $1 order by asked_at, id limit 500");
    /// A record goes for good.
    REMOVE_RECORD = "delete from exchange_record where id = $1";
    /// Inquiries whose time is over.
    INQUIRIES_BEFORE = concatcp!(Inquiry::SELECT, " where asked_at < $1 order by asked_at, id limit 500");
    /// An inquiry goes for good, with its answer.
    REMOVE_INQUIRY = "delete from exchange_inquiry where id = $1";
    /// Consents after a row whose time is over.
    CONSENTS_BEFORE = concatcp!(Consent::SELECT, " where until < $1 and id > $2 order by id limit 500");
    /// A consent goes for good.
    REMOVE_CONSENT = "delete from exchange_consent where id = $1";
    /// 正本 of other systems whose time is over.
    ORIGINALS_BEFORE = concatcp!(OriginalRow::SELECT, " where published_to < $1 order by id limit 500");
    /// One goes for good.
    REMOVE_ORIGINAL = "delete from exchange_original where id = $1";
    /// Files whose time is over.
    INTAKES_BEFORE = concatcp!(Intake::SELECT, " where received_at < $1 order by id limit 500");
    /// One goes for good.
    REMOVE_INTAKE = "delete from exchange_intake where id = $1";
    /// Comparisons whose time is over.
    COMPARISONS_BEFORE = concatcp!(Comparison::SELECT, " where compared_at < $1 order by id limit 500");
    /// What one found goes for good.
    REMOVE_DIFFERENCES = "delete from exchange_difference where comparison_id = $1";
    /// And the comparison.
    REMOVE_COMPARISON = "delete from exchange_comparison where id = $1";
    /// What remains, the newest first.
    REMOVALS = concatcp!(Removal::SELECT, " order by id desc limit 100");
    /// Up to which change the gateway's records are here.
    LAST_CHANGE = "select coalesce(max(change), 0) as n from exchange_record";
}

/// Comes after every 宛名番号.
const LAST: &str = "~";

/// First and last 宛名番号 of a stretch, as the statements compare them.
fn stretch<'a>(after: Option<&'a AtenaNo>, until: Option<&'a AtenaNo>) -> (&'a str, &'a str) {
    (after.map_or("", AtenaNo::as_str), until.map_or(LAST, AtenaNo::as_str))
}

pub async fn consents_of(tx: &mut Tx, who: &AtenaNo) -> Result<Vec<Consent>, DbError> {
    tx.all(CONSENTS_OF, params![who]).await?.iter().map(Consent::read).collect()
}

pub async fn consents_waiting(tx: &mut Tx) -> Result<Vec<Consent>, DbError> {
    tx.all(CONSENTS_WAITING, vec![]).await?.iter().map(Consent::read).collect()
}

pub async fn consent_sent(tx: &mut Tx, id: i64, at: Timestamp) -> Result<(), DbError> {
    tx.run(CONSENT_SENT, params![id, at]).await.map(|_| ())
}

pub async fn inquiry(tx: &mut Tx, id: i64) -> Result<Inquiry, Fault> {
    let row = tx.first(INQUIRY, params![id]).await?.ok_or_else(|| Fault::missing("照会"))?;
    Ok(Inquiry::read(&row)?)
}

pub async fn inquiries(tx: &mut Tx, office: &str) -> Result<Vec<Inquiry>, DbError> {
    tx.all(INQUIRIES, params![office]).await?.iter().map(Inquiry::read).collect()
}

pub async fn inquiries_of(tx: &mut Tx, who: &AtenaNo, since: Timestamp) -> Result<Vec<Inquiry>, DbError> {
    tx.all(INQUIRIES_OF, params![who, since]).await?.iter().map(Inquiry::read).collect()
}

pub async fn count_inquiries(tx: &mut Tx, office: &str) -> Result<Vec<(String, i64)>, DbError> {
    let rows = tx.all(COUNT_INQUIRIES, params![office]).await?;
    rows.iter().map(|r| Ok((r.get("state")?, r.get("n")?))).collect()
}

/// What is to be sent or asked after: one that could not be sent again after `unsent`, an open one after `open`.
pub async fn inquiries_due(tx: &mut Tx, unsent: Timestamp, open: Timestamp) -> Result<Vec<Inquiry>, DbError> {
    tx.all(INQUIRIES_DUE, params![unsent, open]).await?.iter().map(Inquiry::read).collect()
}

pub async fn rechecked(tx: &mut Tx) -> Result<Vec<Inquiry>, DbError> {
    tx.all(RECHECKED, vec![]).await?.iter().map(Inquiry::read).collect()
}

pub async fn by_request(tx: &mut Tx, request: &str) -> Result<Option<Inquiry>, DbError> {
    tx.first(BY_REQUEST, params![request]).await?.map(|r| Inquiry::read(&r)).transpose()
}

/// Stores where an inquiry stands; answers whether it stood at `before`.
pub async fn set_inquiry(tx: &mut Tx, row: &Inquiry, before: &str) -> Result<bool, DbError> {
    let new = row.clone();
    let values = params![
        new.id,
        new.request,
        new.state,
        new.reason,
        new.checked_at,
        new.answered_at,
        new.as_of,
        new.root,
        new.answer,
        before
    ];
    Ok(tx.run(SET_INQUIRY, values).await? == 1)
}

/// 正本 of the people after one: so many rows at most, unless one person has more. With the last of these people, or `None` when nobody
/// comes after them.
pub async fn originals_after(
    tx: &mut Tx,
    after: Option<&AtenaNo>,
    rows: usize,
) -> Result<(Vec<OriginalRow>, Option<AtenaNo>), DbError> {
    let (after, _) = stretch(after, None);
    let found = tx.all(ORIGINALS_AFTER, params![after, i64::try_from(rows).unwrap_or(i64::MAX)]).await?;
    let mut found: Vec<OriginalRow> = found.iter().map(OriginalRow::read).collect::<Result<_, _>>()?;
    let Some(last) = found.last().filter(|_| found.len() >= rows).map(|row| row.atena_no.clone()) else {
        return Ok((found, None));
    };
    // The last person may have been cut off in the middle.
    found.retain(|row| row.atena_no != last);
    match found.last().map(|row| row.atena_no.clone()) {
        Some(until) => Ok((found, Some(until))),
        None => Ok((originals_of(tx, &last).await?, Some(last))),
    }
}

pub async fn originals_of(tx: &mut Tx, who: &AtenaNo) -> Result<Vec<OriginalRow>, DbError> {
    tx.all(ORIGINALS_OF, params![who]).await?.iter().map(OriginalRow::read).collect()
}

/// The place of 正本, in whichever version it stands.
pub type OriginalPlace = (AtenaNo, String, String);

/// Every place gets the row that it is to have from now on, or none.
pub async fn change_originals(tx: &mut Tx, all: BTreeMap<OriginalPlace, Option<OriginalRow>>) -> Result<(), DbError> {
    let people: BTreeSet<&AtenaNo> = all.keys().map(|(who, ..)| who).collect();
    let people: Vec<Param> = people.into_iter().map(Param::from).collect();
    let mut out = vec![];
    for row in tx.all_of(ORIGINAL_PLACES, &people).await? {
        if all.contains_key(&(row.get("atena_no")?, row.get("data_set")?, row.get("record_key")?)) {
            out.push(Param::from(row.get::<i64>("id")?));
        }
    }
    tx.run_for(ORIGINALS_OUT, &out).await?;
    tx.load_rows(OriginalRow::TABLE, OriginalRow::COLUMNS, all.into_values().flatten().map(|row| row.values()).collect()).await
}

pub async fn intakes(tx: &mut Tx) -> Result<Vec<Intake>, DbError> {
    tx.all(INTAKES, vec![]).await?.iter().map(Intake::read).collect()
}

pub async fn intake(tx: &mut Tx, id: i64) -> Result<Intake, Fault> {
    let row = tx.first(INTAKE, params![id]).await?.ok_or_else(|| Fault::missing("ファイル"))?;
    Ok(Intake::read(&row)?)
}

pub async fn set_intake(tx: &mut Tx, row: &Intake) -> Result<(), DbError> {
    tx.run(SET_INTAKE, params![row.id, row.good, row.bad, &row.problems, row.done_at]).await.map(|_| ())
}

/// What one system gave of one data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub data_set: String,
    pub version: i64,
    pub system: String,
    pub records: i64,
    pub last: Timestamp,
}

pub async fn count_originals(tx: &mut Tx) -> Result<Vec<Given>, DbError> {
    let rows = tx.all(COUNT_ORIGINALS, vec![]).await?;
    let given = |r: &platform::db::Row| {
        Ok(Given {
            data_set: r.get("data_set")?,
            version: r.get("version")?,
            system: r.get("system")?,
            records: r.get("n")?,
            last: r.get("last")?,
        })
    };
    rows.iter().map(given).collect()
}

pub async fn copies_between(tx: &mut Tx, after: Option<&AtenaNo>, until: Option<&AtenaNo>) -> Result<Vec<Copy>, DbError> {
    let (after, until) = stretch(after, until);
    tx.all(COPIES_BETWEEN, params![after, until]).await?.iter().map(Copy::read).collect()
}

pub async fn copies_of(tx: &mut Tx, who: &AtenaNo) -> Result<Vec<Copy>, DbError> {
    tx.all(COPIES_OF, params![who]).await?.iter().map(Copy::read).collect()
}

pub async fn any_copy(tx: &mut Tx) -> Result<bool, DbError> {
    Ok(tx.first(ANY_COPY, vec![]).await?.is_some())
}

/// Place of a record at the gateway: person, 特定個人情報, version, which record.
pub type Slot = (DanNo, String, i64, String);

pub fn slot(copy: &Copy) -> Slot {
    (copy.dan_no.clone(), copy.data_set.clone(), copy.version, copy.record_key.clone())
}

/// Writes what the gateway has now; `known` says that something may stand at these places already.
pub async fn put_copies(tx: &mut Tx, rows: &[Copy], known: bool) -> Result<(), DbError> {
    if known {
        let places: BTreeSet<Slot> = rows.iter().map(slot).collect();
        let people: BTreeSet<&DanNo> = rows.iter().map(|row| &row.dan_no).collect();
        let people: Vec<Param> = people.into_iter().map(Param::from).collect();
        let mut out = vec![];
        for row in tx.all_of(COPY_PLACES, &people).await? {
            if places.contains(&(row.get("dan_no")?, row.get("data_set")?, row.get("version")?, row.get("record_key")?)) {
                out.push(Param::from(row.get::<i64>("id")?));
            }
        }
        tx.run_for(COPIES_OUT, &out).await?;
    }
    tx.load_rows(Copy::TABLE, Copy::COLUMNS, rows.iter().map(Copy::values).collect()).await
}

/// Nothing is remembered of these rows any more.
pub async fn forget_copies(tx: &mut Tx, rows: &[Copy]) -> Result<(), DbError> {
    let ids: Vec<Param> = rows.iter().map(|row| Param::from(row.id)).collect();
    tx.run_for(COPIES_OUT, &ids).await
}

pub async fn send_again(tx: &mut Tx, dan: &DanNo) -> Result<(), DbError> {
    tx.run(SEND_AGAIN, params![dan]).await.map(|_| ())
}

/// Records of a data set in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub data_set: String,
    pub state: String,
    pub records: i64,
    pub last: Timestamp,
}

pub async fn count_copies(tx: &mut Tx) -> Result<Vec<Held>, DbError> {
    let rows = tx.all(COUNT_COPIES, vec![]).await?;
    let held = |r: &platform::db::Row| {
        Ok(Held { data_set: r.get("data_set")?, state: r.get("state")?, records: r.get("n")?, last: r.get("last")? })
    };
    rows.iter().map(held).collect()
}

pub async fn refused(tx: &mut Tx) -> Result<Vec<Copy>, DbError> {
    tx.all(REFUSED, vec![]).await?.iter().map(Copy::read).collect()
}

pub async fn doubles(tx: &mut Tx) -> Result<Vec<Copy>, DbError> {
    tx.all(DOUBLES, vec![]).await?.iter().map(Copy::read).collect()
}

pub async fn comparisons(tx: &mut Tx) -> Result<Vec<Comparison>, DbError> {
    tx.all(COMPARISONS, vec![]).await?.iter().map(Comparison::read).collect()
}

pub async fn differences(tx: &mut Tx, comparison: i64) -> Result<Vec<Difference>, DbError> {
    tx.all(DIFFERENCES, params![comparison]).await?.iter().map(Difference::read).collect()
}

pub async fn differing(tx: &mut Tx, comparison: i64) -> Result<Vec<DanNo>, DbError> {
    tx.all(DIFFERING, params![comparison]).await?.iter().map(|r| r.get("dan_no")).collect()
}

/// What only the gateway had in a comparison.
pub async fn extra(tx: &mut Tx, comparison: i64) -> Result<Vec<Difference>, DbError> {
    tx.all(EXTRA, params![comparison, NOWHERE_HERE]).await?.iter().map(Difference::read).collect()
}

pub async fn records(tx: &mut Tx) -> Result<Vec<Exchanged>, DbError> {
    tx.all(RECORDS, vec![]).await?.iter().map(Exchanged::read).collect()
}

pub async fn records_of(tx: &mut Tx, who: &AtenaNo, since: Timestamp) -> Result<Vec<Exchanged>, DbError> {
    tx.all(RECORDS_OF, params![who, since]).await?.iter().map(Exchanged::read).collect()
}

pub async fn record(tx: &mut Tx, permit_no: &str, side: &str) -> Result<Option<Exchanged>, DbError> {
    tx.first(RECORD, params![permit_no, side]).await?.map(|r| Exchanged::read(&r)).transpose()
}

pub async fn set_record(tx: &mut Tx, row: &Exchanged) -> Result<(), DbError> {
    tx.run(SET_RECORD, params![&row.permit_no, &row.side, row.provided_at, row.hidden, row.change]).await.map(|_| ())
}

pub async fn last_change(tx: &mut Tx) -> Result<i64, DbError> {
    tx.one(LAST_CHANGE, vec![]).await?.get("n")
}

pub async fn records_before(tx: &mut Tx, at: Timestamp) -> Result<Vec<Exchanged>, DbError> {
    tx.all(RECORDS_BEFORE, params![at]).await?.iter().map(Exchanged::read).collect()
}

pub async fn remove_record(tx: &mut Tx, id: i64) -> Result<(), DbError> {
    tx.run(REMOVE_RECORD, params![id]).await.map(|_| ())
}

pub async fn inquiries_before(tx: &mut Tx, at: Timestamp) -> Result<Vec<Inquiry>, DbError> {
    tx.all(INQUIRIES_BEFORE, params![at]).await?.iter().map(Inquiry::read).collect()
}

pub async fn remove_inquiry(tx: &mut Tx, id: i64) -> Result<(), DbError> {
    tx.run(REMOVE_INQUIRY, params![id]).await.map(|_| ())
}

/// Consents after a row that ended before a day.
pub async fn consents_before(tx: &mut Tx, day: Date, after: i64) -> Result<Vec<Consent>, DbError> {
    tx.all(CONSENTS_BEFORE, params![day, after]).await?.iter().map(Consent::read).collect()
}

pub async fn remove_consent(tx: &mut Tx, id: i64) -> Result<(), DbError> {
    tx.run(REMOVE_CONSENT, params![id]).await.map(|_| ())
}

/// 正本 of other systems whose 公開終了日 is before a day.
pub async fn originals_before(tx: &mut Tx, day: Date) -> Result<Vec<OriginalRow>, DbError> {
    tx.all(ORIGINALS_BEFORE, params![day]).await?.iter().map(OriginalRow::read).collect()
}

pub async fn remove_original(tx: &mut Tx, id: i64) -> Result<(), DbError> {
    tx.run(REMOVE_ORIGINAL, params![id]).await.map(|_| ())
}

pub async fn intakes_before(tx: &mut Tx, at: Timestamp) -> Result<Vec<Intake>, DbError> {
    tx.all(INTAKES_BEFORE, params![at]).await?.iter().map(Intake::read).collect()
}

pub async fn remove_intake(tx: &mut Tx, id: i64) -> Result<(), DbError> {
    tx.run(REMOVE_INTAKE, params![id]).await.map(|_| ())
}

pub async fn comparisons_before(tx: &mut Tx, at: Timestamp) -> Result<Vec<Comparison>, DbError> {
    tx.all(COMPARISONS_BEFORE, params![at]).await?.iter().map(Comparison::read).collect()
}

/// A comparison goes with what it found.
pub async fn remove_comparison(tx: &mut Tx, id: i64) -> Result<(), DbError> {
    tx.run(REMOVE_DIFFERENCES, params![id]).await?;
    tx.run(REMOVE_COMPARISON, params![id]).await.map(|_| ())
}

pub async fn removals(tx: &mut Tx) -> Result<Vec<Removal>, DbError> {
    tx.all(REMOVALS, vec![]).await?.iter().map(Removal::read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::db::Migration;
    use platform::testing::fresh_databases;

    const TABLES: Migration =
        Migration { name: "0055_exchange", sql: include_str!("../../../migrations/0055_exchange.sql"), postgres_only: false };

    fn who(n: u64) -> AtenaNo {
        (n * 10..n * 10 + 10).find_map(|serial| AtenaNo::issue(serial).ok()).unwrap()
    }

    fn row(n: u64, year: u32) -> OriginalRow {
        OriginalRow {
            id: 0,
            atena_no: who(n),
            data_set: "TM00000000000002".into(),
            version: 1,
            record_key: year.to_string(),
            published_from: Date::constant(2026, 6, 1),
            published_to: None,
            items: vec![],
            system: "税".into(),
            recorded_at: Timestamp::UNIX_EPOCH,
            seq: 0,
        }
    }

    #[tokio::test]
    async fn a_page_of_originals_never_cuts_a_person() {
        let migrations: Vec<_> = platform::MIGRATIONS.iter().copied().chain([TABLES]).collect();
        for database in fresh_databases(&migrations).await.unwrap() {
            let mut tx = database.db.write().await.unwrap();
            // Two, three, five and one years.
            let years = [(1, 2), (2, 3), (3, 5), (4, 1)];
            let rows = years.iter().flat_map(|(n, years)| (0..*years).map(|year| row(*n, 2020 + year)));
            let all = rows.map(|row| ((row.atena_no.clone(), row.data_set.clone(), row.record_key.clone()), Some(row)));
            change_originals(&mut tx, all.collect()).await.unwrap();
            let mut pages = vec![];
            let mut after = None;
            loop {
                let (rows, until) = originals_after(&mut tx, after.as_ref(), 4).await.unwrap();
                let people: BTreeSet<_> = rows.iter().map(|row| row.atena_no.clone()).collect();
                pages.push((people.into_iter().collect::<Vec<_>>(), rows.len()));
                match until {
                    Some(_) => after = until,
                    None => break,
                }
            }
            // The second of two people who do not fit together waits; one who fits into no page is one alone.
            assert_eq!(pages, [(vec![who(1)], 2), (vec![who(2)], 3), (vec![who(3)], 5), (vec![who(4)], 1)]);
            drop(tx);
            database.remove().await;
        }
    }
}
