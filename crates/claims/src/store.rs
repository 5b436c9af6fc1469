//! All SQL of claims. Nothing here changes a receipt but whose it is and how it was judged.

pub mod master;

use crate::model::{Bill, CheckRun, Correction, FindingRow, MonthCopay, ReceivedFile, StoredReceipt};
use const_format::concatcp;
use kernel::time::{Timestamp, YearMonth};
use kernel::{Date, Yen};
use platform::db::{DbError, Tx};
use platform::{Fault, params};

/// A receipt that a bill took back whole counts for nothing.
const SUM_OF_COPAYS: &str = "select r.bearer_no, r.recipient_no, r.care_month, cast(sum(case when exists (select 1 from claims_correction c where c.receipt_id = r.id \
    and c.amount < 0 and c.amount <= 0 - r.city_share) then 0 else coalesce(r.copay, 0) end) as bigint) as paid from claims_receipt r \
    join claims_file f on f.id = r.file_id and f.state = 'visible' ";

/// Findings on a page of the list.
pub const FINDINGS_PAGE: i64 = 100;

/// The findings of a month that are wanted, by reason, state and sender; empty and 0 stand for all.
const WANTED: &str = " where month = $1 and ($2 = '' or kind = $2) and ($3 = '' or state = $3) \
     and ($4 = 0 or receipt_id in (select id from claims_receipt where month = $1 and sender = $4))";

platform::statements! {
    /// One file.
    FILE = concatcp!(ReceivedFile::SELECT, " where id = $1");
    /// The same file again?
    FILE_BY_HASH = concatcp!(ReceivedFile::SELECT, " where sha256 = $1");
    /// Files of a month.
    FILES = concatcp!(ReceivedFile::SELECT, " where month = $1 order by id");
    /// Months, with what is visible in them.
    MONTHS = "select month, count(*) as files, cast(coalesce(sum(case when state = 'visible' then receipts else 0 end), 0) as bigint) as receipts, \
              cast(sum(case when state = 'received' then 1 else 0 end) as bigint) as waiting from claims_file group by month order by month desc limit 60";
    /// How far an import is.
    IMPORTED = "select count(*) as n from claims_receipt where file_id = $1";
    /// Shows a file's receipts, all at once.
    SHOW_FILE = "update claims_file set state = 'visible', receipts = $2, points = $3, warnings = $4, message = $5 where id = $1 and state = 'received'";
    /// Refuses a file.
    REFUSE_FILE = "update claims_file set state = 'refused', message = $2 where id = $1 and state = 'received'";
    /// Nothing of a refused file stays.
    DROP_RECEIPTS = "delete from claims_receipt where file_id = $1";
    /// Whose import is it?
    SET_JOB = "update claims_file set job_id = $2 where id = $1";
    /// Sum of a month by sender, visible only.
    SUMS = "select r.sender, count(*) as n, cast(coalesce(sum(r.city_share), 0) as bigint) as amount from claims_receipt r \
            join claims_file f on f.id = r.file_id and f.state = 'visible' where r.month = $1 group by r.sender order by r.sender";
    /// Results of a month.
    RESULTS = "select r.result, count(*) as n from claims_receipt r join claims_file f on f.id = r.file_id and f.state = 'visible' where r.month = $1 group by r.result";
    /// One visible receipt.
    RECEIPT = concatcp!(StoredReceipt::SELECT, " where id = $1 and file_id in (select id from claims_file where state = 'visible')");
    /// Row numbers of a file's receipts in order.
    RECEIPT_IDS = "select id, position, city_share from claims_receipt where file_id = $1 order by position";
    /// The receipt of a management number.
    BY_MANAGEMENT = "select id from claims_receipt where management_no = $1 and file_id in (select id from claims_file where state = 'visible') order by id desc limit 1";
    /// Forgets the open findings of a month before a new run.
    DROP_OPEN = "delete from claims_finding where month = $1 and state = 'open'";
    /// All receipts of a month are fit until something is found.
    MARK_FIT = "update claims_receipt set result = 'fit' where month = $1";
    /// Judges receipts by their findings.
    MARK_FOUND = "update claims_receipt set result = case when exists (select 1 from claims_finding f where f.receipt_id = claims_receipt.id and f.severity = '不適合') \
                  then 'unfit' else 'review' end where month = $1 and exists (select 1 from claims_finding f where f.receipt_id = claims_receipt.id and f.state <> 'accepted')";
    /// Whose receipt it is.
    SET_SUBJECT = "update claims_receipt set subject = $2 where month = $1 and recipient_no = $3 and subject is null";
    /// Recipients of a month without a person yet.
    WITHOUT_SUBJECT = "select distinct recipient_no from claims_receipt where month = $1 and subject is null";
    /// What a check did.
    SET_CHECK = "insert into claims_check (month, kind, ran, judged, skipped, found, run_at) values ($1, $2, $3, $4, $5, $6, $7) \
                 on conflict (month, kind) do update set ran = $3, judged = $4, skipped = $5, found = $6, run_at = $7";
    /// The checks of a month.
    CHECKS = concatcp!(CheckRun::SELECT, " where month = $1 order by id");
    /// Findings of a receipt.
    FINDINGS_OF = concatcp!(FindingRow::SELECT, " where receipt_id = $1 order by id");
    /// A page of the findings of a month, the dearest first.
    FINDINGS = concatcp!(FindingRow::SELECT, WANTED, " order by case when state = 'open' then 0 else 1 end, amount desc, id limit $5 offset $6");
    /// How many findings, and the money of those that are open.
    COUNT_FINDINGS = concatcp!("select count(*) as n, cast(coalesce(sum(case when state = 'open' then amount else 0 end), 0) as bigint) as open from claims_finding", WANTED);
    /// Reasons of a month, with how many findings each.
    KINDS = "select kind, count(*) as n from claims_finding where month = $1 group by kind order by n desc, kind";
    /// Findings already handled, which a new run must not repeat.
    HANDLED = "select receipt_id, kind from claims_finding where month = $1";
    /// Receipts behind findings.
    FOUND_RECEIPTS = concatcp!(StoredReceipt::SELECT, " where id in (select receipt_id from claims_finding where month = $1) and month = $1");
    /// One finding.
    FINDING = concatcp!(FindingRow::SELECT, " where id = $1");
    /// Takes a finding into a draft.
    DRAFT_FINDING = "update claims_finding set state = 'drafted', route = $2, scope = $3, note = $4 where id = $1 and state = 'open'";
    /// Puts it back.
    REOPEN_FINDING = "update claims_finding set state = 'open', route = null, scope = null where id = $1 and state = 'drafted'";
    /// It was decided.
    DECIDE_FINDING = "update claims_finding set state = $2, sent_month = $3, sent_on = $4, document_no = $5 where id = $1 and state = 'drafted'";
    /// Number of the request that goes to a sender in a month.
    DOCUMENT = "select f.document_no from claims_finding f join claims_receipt r on r.id = f.receipt_id where f.sent_month = $1 and r.sender = $2 and f.document_no is not null limit 1";
    /// What was sent back in a month.
    SENT = concatcp!(FindingRow::SELECT, " where sent_month = $1 and document_no is not null order by id");
    /// Receipts behind what was sent back.
    SENT_RECEIPTS = concatcp!(StoredReceipt::SELECT, " where id in (select receipt_id from claims_finding where sent_month = $1 and document_no is not null)");
    /// The sender stands by its claim, or the guardian has paid.
    END_FINDING = "update claims_finding set state = $2 where id = $1 and state = $3";
    /// Lines of a bill that is entered again close nothing any more.
    UNCLOSE = "update claims_finding set state = case when route = '返還請求' then 'recovering' else 'sent' end, closed_month = null \
               where state = 'closed' and id in (select finding_id from claims_correction where bill_id = $1)";
    /// A later negative line closes it.
    CLOSE_FINDING = "update claims_finding set state = 'closed', closed_month = $2 where receipt_id = $1 and state in ('sent', 'recovering')";
    /// Finding that a correction closes.
    SENT_FINDING = "select id from claims_finding where receipt_id = $1 and state in ('sent', 'recovering') order by id limit 1";
    /// Bills of a month.
    BILLS = concatcp!(Bill::SELECT, " where month = $1 order by sender");
    /// Corrects an entered bill that nobody has drafted.
    UPDATE_BILL = "update claims_bill set count = $2, amount = $3, fee_count = $4, fee_amount = $5, due = $6, entered_by = $7, entered_at = $8 where id = $1 and state = 'entered'";
    /// State of a bill.
    SET_BILL = "update claims_bill set state = $2 where id = $1 and state = $3";
    /// Lines of a bill.
    CORRECTIONS = concatcp!(Correction::SELECT, " where bill_id = $1 order by id");
    /// Forgets the lines of a bill that is entered again.
    DROP_CORRECTIONS = "delete from claims_correction where bill_id = $1";
    /// Co-payments by person and care month, of the care months that a 審査月 touches, less what was taken back.
    COPAYS = concatcp!(SUM_OF_COPAYS, "where r.care_month in (select distinct care_month from claims_receipt where month = $1) group by r.bearer_no, r.recipient_no, r.care_month");
    /// The same of one person and care month: those of a receipt.
    COPAYS_OF = concatcp!(SUM_OF_COPAYS, "where exists (select 1 from claims_receipt own where own.id = $1 and own.recipient_no = r.recipient_no and own.care_month = r.care_month) \
                  group by r.bearer_no, r.recipient_no, r.care_month");
    /// What the city pays for the receipts of 審査月s, by person, care month and 入外; what was taken back counts nothing.
    SHARES = "select r.recipient_no, r.care_month, r.inpatient, count(*) as n, cast(sum(r.city_share) as bigint) as yen from claims_receipt r \
              join claims_file f on f.id = r.file_id and f.state = 'visible' where r.month >= $1 and r.month <= $2 and not exists \
              (select 1 from claims_correction c where c.receipt_id = r.id and c.amount < 0 and c.amount <= 0 - r.city_share) \
              group by r.recipient_no, r.care_month, r.inpatient";
    /// What the city bore for a person since an instant; what was taken back is not among it.
    RECEIPTS_OF = "select r.id, r.month, r.care_month, r.sender, r.city_share, f.received_at from claims_receipt r \
              join claims_file f on f.id = r.file_id and f.state = 'visible' where r.subject = $1 and f.received_at >= $2 and not exists \
              (select 1 from claims_correction c where c.receipt_id = r.id and c.amount < 0 and c.amount <= 0 - r.city_share) order by r.id";
    /// What was asked of the senders about a person since a day.
    REQUESTS_OF = "select r.id, r.sender, f.route, f.document_no, f.sent_on from claims_finding f join claims_receipt r on r.id = f.receipt_id \
              where r.subject = $1 and f.sent_on >= $2 and f.route is not null and f.document_no is not null order by f.id";
    /// Keeps the month of a person.
    SET_COPAY = "insert into claims_month_copay (bearer_no, recipient_no, care_month, paid, excess, settled, computed_at) values ($1, $2, $3, $4, $5, 0, $6) \
                 on conflict (bearer_no, recipient_no, care_month) do update set paid = $4, excess = $5, computed_at = $6";
    /// What the programme has granted of it.
    SET_SETTLED = "update claims_month_copay set settled = $3 where recipient_no = $1 and care_month = $2";
    /// Months in which somebody has paid too much or was reimbursed.
    EXCESSES = concatcp!(MonthCopay::SELECT, " where excess > 0 or settled > 0 order by excess desc, care_month, recipient_no limit 1000");
    /// Months known to exceed.
    EXCESS_KEYS = "select bearer_no, recipient_no, care_month from claims_month_copay where excess > 0 or settled > 0";
}

pub async fn file(tx: &mut Tx, id: i64) -> Result<ReceivedFile, Fault> {
    let row = tx.first(FILE, params![id]).await?.ok_or_else(|| Fault::missing("ファイル"))?;
    Ok(ReceivedFile::read(&row)?)
}

pub async fn file_by_hash(tx: &mut Tx, hash: &[u8]) -> Result<Option<ReceivedFile>, DbError> {
    tx.first(FILE_BY_HASH, params![hash]).await?.as_ref().map(ReceivedFile::read).transpose()
}

pub async fn files(tx: &mut Tx, month: YearMonth) -> Result<Vec<ReceivedFile>, DbError> {
    tx.all(FILES, params![month]).await?.iter().map(ReceivedFile::read).collect()
}

pub async fn set_job(tx: &mut Tx, file: i64, job: i64) -> Result<(), DbError> {
    tx.run(SET_JOB, params![file, job]).await.map(|_| ())
}

/// A month with its files: (month, files, visible receipts, files not yet visible).
pub async fn months(tx: &mut Tx) -> Result<Vec<(YearMonth, i64, i64, i64)>, DbError> {
    let rows = tx.all(MONTHS, vec![]).await?;
    rows.iter().map(|r| Ok((r.get("month")?, r.get("files")?, r.get("receipts")?, r.get("waiting")?))).collect()
}

pub async fn imported(tx: &mut Tx, file: i64) -> Result<i64, DbError> {
    tx.one(IMPORTED, params![file]).await?.get("n")
}

pub async fn show_file(
    tx: &mut Tx,
    file: i64,
    receipts: i64,
    points: i64,
    warnings: i64,
    message: &str,
) -> Result<bool, DbError> {
    Ok(tx.run(SHOW_FILE, params![file, receipts, points, warnings, message]).await? == 1)
}

pub async fn refuse_file(tx: &mut Tx, file: i64, message: &str) -> Result<(), DbError> {
    tx.run(DROP_RECEIPTS, params![file]).await?;
    tx.run(REFUSE_FILE, params![file, message]).await.map(|_| ())
}

/// Sums of a month: (sender, receipts, city's share).
pub async fn sums(tx: &mut Tx, month: YearMonth) -> Result<Vec<(i64, i64, Yen)>, DbError> {
    let rows = tx.all(SUMS, params![month]).await?;
    rows.iter().map(|r| Ok((r.get("sender")?, r.get("n")?, r.get("amount")?))).collect()
}

pub async fn results(tx: &mut Tx, month: YearMonth) -> Result<Vec<(String, i64)>, DbError> {
    tx.all(RESULTS, params![month]).await?.iter().map(|r| Ok((r.get("result")?, r.get("n")?))).collect()
}

pub async fn receipt(tx: &mut Tx, id: i64) -> Result<StoredReceipt, Fault> {
    let row = tx.first(RECEIPT, params![id]).await?.ok_or_else(|| Fault::missing("レセプト"))?;
    Ok(StoredReceipt::read(&row)?)
}

/// (row, city's share) of a file's receipts, in order.
pub async fn receipt_ids(tx: &mut Tx, file: i64) -> Result<Vec<(i64, Yen)>, DbError> {
    tx.all(RECEIPT_IDS, params![file]).await?.iter().map(|r| Ok((r.get("id")?, r.get("city_share")?))).collect()
}

pub async fn by_management(tx: &mut Tx, number: &str) -> Result<Option<i64>, DbError> {
    tx.first(BY_MANAGEMENT, params![number]).await?.map(|r| r.get("id")).transpose()
}

pub async fn drop_open_findings(tx: &mut Tx, month: YearMonth) -> Result<(), DbError> {
    tx.run(DROP_OPEN, params![month]).await.map(|_| ())
}

pub async fn handled(tx: &mut Tx, month: YearMonth) -> Result<std::collections::HashSet<(i64, String)>, DbError> {
    tx.all(HANDLED, params![month]).await?.iter().map(|r| Ok((r.get("receipt_id")?, r.get("kind")?))).collect()
}

pub async fn judge(tx: &mut Tx, month: YearMonth) -> Result<(), DbError> {
    tx.run(MARK_FIT, params![month]).await?;
    tx.run(MARK_FOUND, params![month]).await.map(|_| ())
}

pub async fn without_subject(tx: &mut Tx, month: YearMonth) -> Result<Vec<String>, DbError> {
    tx.all(WITHOUT_SUBJECT, params![month]).await?.iter().map(|r| r.get("recipient_no")).collect()
}

pub async fn set_subject(tx: &mut Tx, month: YearMonth, recipient: &str, subject: i64) -> Result<(), DbError> {
    tx.run(SET_SUBJECT, params![month, subject, recipient]).await.map(|_| ())
}

pub async fn set_check(tx: &mut Tx, run: &CheckRun) -> Result<(), DbError> {
    tx.run(SET_CHECK, run.values()).await.map(|_| ())
}

pub async fn checks(tx: &mut Tx, month: YearMonth) -> Result<Vec<CheckRun>, DbError> {
    tx.all(CHECKS, params![month]).await?.iter().map(CheckRun::read).collect()
}

/// What the clerk wants to see of the findings of a month; empty and zero mean everything.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Reason.
    pub kind: String,
    /// State.
    pub state: String,
    /// Sender.
    pub sender: i64,
}

/// How many findings are wanted, and the money of those that are open.
pub async fn count_findings(tx: &mut Tx, month: YearMonth, wanted: &Wanted) -> Result<(i64, Yen), DbError> {
    let row = tx.one(COUNT_FINDINGS, params![month, &wanted.kind, &wanted.state, wanted.sender]).await?;
    Ok((row.get("n")?, row.get("open")?))
}

/// One page of them; pages count from 1.
pub async fn findings(tx: &mut Tx, month: YearMonth, wanted: &Wanted, page: i64) -> Result<Vec<FindingRow>, DbError> {
    let before = page.saturating_sub(1).saturating_mul(FINDINGS_PAGE);
    let rows = tx.all(FINDINGS, params![month, &wanted.kind, &wanted.state, wanted.sender, FINDINGS_PAGE, before]).await?;
    rows.iter().map(FindingRow::read).collect()
}

/// Findings of a receipt.
pub async fn findings_of(tx: &mut Tx, receipt: i64) -> Result<Vec<FindingRow>, DbError> {
    tx.all(FINDINGS_OF, params![receipt]).await?.iter().map(FindingRow::read).collect()
}

pub async fn finding_kinds(tx: &mut Tx, month: YearMonth) -> Result<Vec<(String, i64)>, DbError> {
    tx.all(KINDS, params![month]).await?.iter().map(|r| Ok((r.get("kind")?, r.get("n")?))).collect()
}

pub async fn found_receipts(tx: &mut Tx, month: YearMonth) -> Result<Vec<StoredReceipt>, DbError> {
    tx.all(FOUND_RECEIPTS, params![month]).await?.iter().map(StoredReceipt::read).collect()
}

pub async fn finding(tx: &mut Tx, id: i64) -> Result<FindingRow, Fault> {
    let row = tx.first(FINDING, params![id]).await?.ok_or_else(|| Fault::missing("所見"))?;
    Ok(FindingRow::read(&row)?)
}

pub async fn draft_finding(tx: &mut Tx, id: i64, route: &str, scope: &str, note: Option<&str>) -> Result<bool, DbError> {
    Ok(tx.run(DRAFT_FINDING, params![id, route, scope, note]).await? == 1)
}

pub async fn reopen_finding(tx: &mut Tx, id: i64) -> Result<(), DbError> {
    tx.run(REOPEN_FINDING, params![id]).await.map(|_| ())
}

pub async fn decide_finding(tx: &mut Tx, id: i64, state: &str, on: Date, document_no: Option<&str>) -> Result<bool, DbError> {
    Ok(tx.run(DECIDE_FINDING, params![id, state, YearMonth::of(on), on, document_no]).await? == 1)
}

pub async fn document(tx: &mut Tx, month: YearMonth, sender: i64) -> Result<Option<String>, DbError> {
    tx.first(DOCUMENT, params![month, sender]).await?.map(|r| r.get("document_no")).transpose()
}

/// What was sent back in a month, with the receipts.
pub async fn sent(tx: &mut Tx, month: YearMonth) -> Result<Vec<(FindingRow, StoredReceipt)>, DbError> {
    let findings: Vec<FindingRow> = tx.all(SENT, params![month]).await?.iter().map(FindingRow::read).collect::<Result<_, _>>()?;
    let rows = tx.all(SENT_RECEIPTS, params![month]).await?;
    let receipts: Vec<StoredReceipt> = rows.iter().map(StoredReceipt::read).collect::<Result<_, _>>()?;
    let by_id: std::collections::HashMap<i64, StoredReceipt> = receipts.into_iter().map(|r| (r.id, r)).collect();
    Ok(findings.into_iter().filter_map(|f| by_id.get(&f.receipt_id).cloned().map(|r| (f, r))).collect())
}

pub async fn end_finding(tx: &mut Tx, id: i64, state: &str, from: &str) -> Result<bool, DbError> {
    Ok(tx.run(END_FINDING, params![id, state, from]).await? == 1)
}

pub async fn sent_finding(tx: &mut Tx, receipt: i64) -> Result<Option<i64>, DbError> {
    tx.first(SENT_FINDING, params![receipt]).await?.map(|r| r.get("id")).transpose()
}

pub async fn close_finding(tx: &mut Tx, receipt: i64, month: YearMonth) -> Result<(), DbError> {
    tx.run(CLOSE_FINDING, params![receipt, month]).await.map(|_| ())
}

pub async fn bills(tx: &mut Tx, month: YearMonth) -> Result<Vec<Bill>, DbError> {
    tx.all(BILLS, params![month]).await?.iter().map(Bill::read).collect()
}

pub async fn update_bill(tx: &mut Tx, bill: &Bill) -> Result<bool, DbError> {
    let values =
        params![bill.id, bill.count, bill.amount, bill.fee_count, bill.fee_amount, bill.due, &bill.entered_by, bill.entered_at];
    tx.run(UNCLOSE, params![bill.id]).await?;
    tx.run(DROP_CORRECTIONS, params![bill.id]).await?;
    Ok(tx.run(UPDATE_BILL, values).await? == 1)
}

pub async fn set_bill(tx: &mut Tx, id: i64, state: &str, from: &str) -> Result<bool, DbError> {
    Ok(tx.run(SET_BILL, params![id, state, from]).await? == 1)
}

pub async fn corrections(tx: &mut Tx, bill: i64) -> Result<Vec<Correction>, DbError> {
    tx.all(CORRECTIONS, params![bill]).await?.iter().map(Correction::read).collect()
}

/// (bearer, recipient, care month, co-payments) of everybody whose month the 審査月 touches.
pub async fn copays(tx: &mut Tx, month: YearMonth) -> Result<Vec<(String, String, YearMonth, Yen)>, DbError> {
    let rows = tx.all(COPAYS, params![month]).await?;
    rows.iter().map(|r| Ok((r.get("bearer_no")?, r.get("recipient_no")?, r.get("care_month")?, r.get("paid")?))).collect()
}

/// The same of one person and care month: those of a receipt.
pub async fn copays_of(tx: &mut Tx, receipt: i64) -> Result<Vec<(String, String, YearMonth, Yen)>, DbError> {
    let rows = tx.all(COPAYS_OF, params![receipt]).await?;
    rows.iter().map(|r| Ok((r.get("bearer_no")?, r.get("recipient_no")?, r.get("care_month")?, r.get("paid")?))).collect()
}

pub async fn set_settled(tx: &mut Tx, recipient: &str, month: YearMonth, granted: Yen) -> Result<(), DbError> {
    tx.run(SET_SETTLED, params![recipient, month, granted]).await.map(|_| ())
}

pub async fn excess_keys(tx: &mut Tx) -> Result<std::collections::HashSet<(String, String, YearMonth)>, DbError> {
    tx.all(EXCESS_KEYS, vec![])
        .await?
        .iter()
        .map(|r| Ok((r.get("bearer_no")?, r.get("recipient_no")?, r.get("care_month")?)))
        .collect()
}

pub async fn set_copay(
    tx: &mut Tx,
    key: &(String, String, YearMonth),
    paid: Yen,
    excess: Yen,
    at: Timestamp,
) -> Result<(), DbError> {
    tx.run(SET_COPAY, params![&key.0, &key.1, key.2, paid, excess, at]).await.map(|_| ())
}

pub async fn excesses(tx: &mut Tx) -> Result<Vec<MonthCopay>, DbError> {
    tx.all(EXCESSES, vec![]).await?.iter().map(MonthCopay::read).collect()
}

/// What the city pays for the receipts of 審査月s.
pub async fn shares(tx: &mut Tx, from: YearMonth, to: YearMonth) -> Result<Vec<crate::Share>, DbError> {
    let share = |r: &platform::db::Row| {
        Ok(crate::Share {
            recipient_no: r.get("recipient_no")?,
            care_month: r.get("care_month")?,
            inpatient: r.get("inpatient")?,
            count: r.get("n")?,
            amount: r.get("yen")?,
        })
    };
    tx.all(SHARES, params![from, to]).await?.iter().map(share).collect()
}

/// A receipt of a person and what the city bore of it.
pub struct Borne {
    pub receipt: i64,
    pub month: YearMonth,
    pub care_month: YearMonth,
    pub sender: i64,
    pub share: Yen,
    pub received_at: Timestamp,
}

pub async fn receipts_of(tx: &mut Tx, subject: i64, since: Timestamp) -> Result<Vec<Borne>, DbError> {
    let borne = |r: &platform::db::Row| {
        Ok(Borne {
            receipt: r.get("id")?,
            month: r.get("month")?,
            care_month: r.get("care_month")?,
            sender: r.get("sender")?,
            share: r.get("city_share")?,
            received_at: r.get("received_at")?,
        })
    };
    tx.all(RECEIPTS_OF, params![subject, since]).await?.iter().map(borne).collect()
}

/// What a sender was asked to put right about a person.
pub struct Request {
    pub receipt: i64,
    pub sender: i64,
    pub route: String,
    pub document_no: String,
    pub sent_on: Date,
}

pub async fn requests_of(tx: &mut Tx, subject: i64, since: Date) -> Result<Vec<Request>, DbError> {
    let request = |r: &platform::db::Row| {
        Ok(Request {
            receipt: r.get("id")?,
            sender: r.get("sender")?,
            route: r.get("route")?,
            document_no: r.get("document_no")?,
            sent_on: r.get("sent_on")?,
        })
    };
    tx.all(REQUESTS_OF, params![subject, since]).await?.iter().map(request).collect()
}
