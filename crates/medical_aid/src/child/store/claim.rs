//! 償還払い and 自動償還.

use crate::child::model::{ClaimLineRow, ClaimRow, ClaimVisit, InsurerNotice, MonthRefund};
use const_format::concatcp;
use kernel::ident::AtenaNo;
use kernel::time::YearMonth;
use kernel::{Date, Yen};
use platform::db::{DbError, Tx};
use platform::{Fault, params};
use std::collections::BTreeSet;

platform::statements! {
    /// Claims that are not settled, then the newest.
    OPEN = concatcp!(ClaimRow::SELECT, " order by case when state in ('受付', '保留', '起案中') then 0 else 1 end, id desc limit 200");
    /// Claims of a child.
    OF_CHILD = concatcp!(ClaimRow::SELECT, " where atena_no = $1 order by id desc");
    /// One claim.
    CLAIM = concatcp!(ClaimRow::SELECT, " where id = $1");
    /// Its lines.
    LINES = concatcp!(ClaimLineRow::SELECT, " where claim_id = $1 order by id");
    /// Its days with a receipt of their own.
    VISITS = concatcp!(ClaimVisit::SELECT, " where line_id in (select id from medical_aid_claim_line where claim_id = $1) order by day, id");
    /// Notices of the insurer.
    NOTICES = concatcp!(InsurerNotice::SELECT, " where claim_id = $1 order by id");
    /// State and what it waits for.
    SET_STATE = "update medical_aid_claim set state = $2, approval = $3, hold_reason = $4 where id = $1";
    /// The insurer's 附加給付.
    SET_ADDITIONAL = "update medical_aid_claim set additional_state = $2, additional = $3 where id = $1";
    /// The insurer's 高額療養費.
    SET_HIGH_COST = "update medical_aid_claim set high_cost_state = $2, high_cost = $3 where id = $1";
    /// The decision.
    SET_DECIDED = "update medical_aid_claim set state = $2, approval = '決裁済', hold_reason = null, decision_id = $3, granted = $4, paid_total = $4, copay = $5, \
                   decided_month = $6, pay_due = $7, refuse_code = $8, share = $9 where id = $1";
    /// The payment.
    SET_PAYMENT = "update medical_aid_claim set payment_id = $2 where id = $1";
    /// A new account after a bank return.
    SET_ACCOUNT = "update medical_aid_claim set account = $2, account_token = $3 where id = $1";
    /// Lines of decided claims of a recipient and month, for 二重給付.
    PAID_LINES = concatcp!(ClaimLineRow::SELECT, " where care_month = $2 and claim_id in \
                  (select id from medical_aid_claim where recipient_no = $1 and state = '支給決定') order by id");
    /// Everybody with a decided claim.
    REIMBURSED = "select distinct recipient_no from medical_aid_claim where state = '支給決定'";
    /// Whose number is it?
    RECIPIENT_OF = "select atena_no, subject from medical_aid_recipient where recipient_no = $1 order by id desc limit 1";
    /// The refund of a month.
    REFUND = concatcp!(MonthRefund::SELECT, " where recipient_no = $1 and care_month = $2");
    /// Refunds of a child.
    REFUNDS_OF = concatcp!(MonthRefund::SELECT, " where atena_no = $1 order by id desc");
    /// One refund.
    REFUND_BY_ID = concatcp!(MonthRefund::SELECT, " where id = $1");
    /// Refunds that wait.
    REFUNDS = concatcp!(MonthRefund::SELECT, " where state <> 'done' order by id limit 200");
    /// New sums of a month.
    SET_REFUND = "update medical_aid_month_refund set paid = $2, excess = $3, state = $4 where id = $1";
    /// 償還払い that was decided in months, by 府市区分 and 入外.
    GRANTED = "select coalesce(c.share, '要確認') as share, cast(case when exists (select 1 from medical_aid_claim_line l where l.claim_id = c.id and l.inpatient) \
               then 1 else 0 end as bigint) as inpatient, count(*) as n, cast(sum(c.granted) as bigint) as yen from medical_aid_claim c \
               where c.state = '支給決定' and c.decided_month >= $1 and c.decided_month <= $2 group by 1, 2";
    /// 府市区分 of every recipient, oldest first.
    SHARES = "select distinct r.recipient_no, s.share, s.valid_from, s.valid_to from medical_aid_share s \
              join medical_aid_recipient r on r.atena_no = s.atena_no where s.superseded_seq is null order by r.recipient_no, s.valid_from";
    /// Drafted or decided.
    DECIDE_REFUND = "update medical_aid_month_refund set granted = $2, state = $3, decision_id = $4 where id = $1";
}

/// Claims, those that wait first.
pub async fn open(tx: &mut Tx) -> Result<Vec<ClaimRow>, DbError> {
    tx.all(OPEN, vec![]).await?.iter().map(ClaimRow::read).collect()
}

/// Claims of a child, newest first.
pub async fn of_child(tx: &mut Tx, number: &AtenaNo) -> Result<Vec<ClaimRow>, DbError> {
    tx.all(OF_CHILD, params![number]).await?.iter().map(ClaimRow::read).collect()
}

/// One claim.
pub async fn find(tx: &mut Tx, id: i64) -> Result<ClaimRow, Fault> {
    let row = tx.first(CLAIM, params![id]).await?.ok_or_else(|| Fault::missing("償還払いの請求"))?;
    Ok(ClaimRow::read(&row)?)
}

/// Its lines.
pub async fn lines(tx: &mut Tx, id: i64) -> Result<Vec<ClaimLineRow>, DbError> {
    tx.all(LINES, params![id]).await?.iter().map(ClaimLineRow::read).collect()
}

/// Its days with a receipt of their own.
pub async fn visits(tx: &mut Tx, id: i64) -> Result<Vec<ClaimVisit>, DbError> {
    tx.all(VISITS, params![id]).await?.iter().map(ClaimVisit::read).collect()
}

/// Notices of the insurer.
pub async fn notices(tx: &mut Tx, id: i64) -> Result<Vec<InsurerNotice>, DbError> {
    tx.all(NOTICES, params![id]).await?.iter().map(InsurerNotice::read).collect()
}

/// A new state.
pub async fn set_state(tx: &mut Tx, id: i64, state: &str, approval: &str, hold: Option<&str>) -> Result<(), DbError> {
    tx.run(SET_STATE, params![id, state, approval, hold]).await.map(|_| ())
}

/// What the insurer decided.
pub async fn set_contribution(tx: &mut Tx, id: i64, kind: &str, amount: Yen) -> Result<(), DbError> {
    let sql = if kind == "高額療養費" { SET_HIGH_COST } else { SET_ADDITIONAL };
    tx.run(sql, params![id, if amount == Yen::ZERO { "なし" } else { "決定" }, amount]).await.map(|_| ())
}

/// What a decision leaves on a claim.
pub struct Decided<'a> {
    /// 支給決定 or 不支給決定.
    pub state: &'a str,
    /// The decision.
    pub decision: i64,
    /// Amount; zero for 不支給.
    pub granted: Yen,
    /// The family's own part.
    pub copay: Yen,
    /// Day of the decision.
    pub on: Date,
    /// Pay by.
    pub due: Option<Date>,
    /// Why nothing is paid.
    pub refuse_code: Option<&'a str>,
    /// 府市区分.
    pub share: Option<String>,
}

/// Stores the decision on a claim.
pub async fn set_decided(tx: &mut Tx, id: i64, d: &Decided<'_>) -> Result<(), DbError> {
    let month = YearMonth::of(d.on);
    let values = params![id, d.state, d.decision, d.granted, d.copay, month, d.due, d.refuse_code, d.share.clone()];
    tx.run(SET_DECIDED, values).await.map(|_| ())
}

/// The payment of a claim.
pub async fn set_payment(tx: &mut Tx, id: i64, payment: i64) -> Result<(), DbError> {
    tx.run(SET_PAYMENT, params![id, payment]).await.map(|_| ())
}

/// A new account.
pub async fn set_account(tx: &mut Tx, id: i64, account: Vec<u8>, token: Vec<u8>) -> Result<(), DbError> {
    tx.run(SET_ACCOUNT, params![id, account, token]).await.map(|_| ())
}

/// Lines of decided claims of a recipient and month.
pub async fn paid_lines(tx: &mut Tx, recipient: &str, month: YearMonth) -> Result<Vec<ClaimLineRow>, DbError> {
    tx.all(PAID_LINES, params![recipient, month]).await?.iter().map(ClaimLineRow::read).collect()
}

/// 宛名番号 and subject behind a 受給者番号.
pub async fn recipient_of(tx: &mut Tx, recipient: &str) -> Result<Option<(String, i64)>, DbError> {
    let row = tx.first(RECIPIENT_OF, params![recipient]).await?;
    row.map(|r| Ok((r.get("atena_no")?, r.get("subject")?))).transpose()
}

/// The refund of a month.
pub async fn refund(tx: &mut Tx, recipient: &str, month: YearMonth) -> Result<Option<MonthRefund>, DbError> {
    tx.first(REFUND, params![recipient, month]).await?.map(|r| MonthRefund::read(&r)).transpose()
}

/// One refund.
pub async fn refund_by_id(tx: &mut Tx, id: i64) -> Result<MonthRefund, Fault> {
    let row = tx.first(REFUND_BY_ID, params![id]).await?.ok_or_else(|| Fault::missing("自動償還"))?;
    Ok(MonthRefund::read(&row)?)
}

/// Refunds of a child, newest first.
pub async fn refunds_of(tx: &mut Tx, number: &AtenaNo) -> Result<Vec<MonthRefund>, DbError> {
    tx.all(REFUNDS_OF, params![number]).await?.iter().map(MonthRefund::read).collect()
}

/// Refunds that wait.
pub async fn refunds(tx: &mut Tx) -> Result<Vec<MonthRefund>, DbError> {
    tx.all(REFUNDS, vec![]).await?.iter().map(MonthRefund::read).collect()
}

/// New sums of a month.
pub async fn set_refund(tx: &mut Tx, id: i64, paid: Yen, excess: Yen, state: &str) -> Result<(), DbError> {
    tx.run(SET_REFUND, params![id, paid, excess, state]).await.map(|_| ())
}

/// A decision on a refund.
pub async fn decide_refund(tx: &mut Tx, id: i64, granted: Yen, state: &str, decision: Option<i64>) -> Result<(), DbError> {
    tx.run(DECIDE_REFUND, params![id, granted, state, decision]).await.map(|_| ())
}

/// 償還払い decided in months: 府市区分, 入院, 件数, 支給額.
pub async fn granted(tx: &mut Tx, from: YearMonth, to: YearMonth) -> Result<Vec<(String, bool, i64, Yen)>, DbError> {
    let rows = tx.all(GRANTED, params![from, to]).await?;
    rows.iter().map(|r| Ok((r.get("share")?, r.get::<i64>("inpatient")? == 1, r.get("n")?, r.get("yen")?))).collect()
}

/// 府市区分 by 受給者番号: what, from, to.
pub async fn shares(tx: &mut Tx) -> Result<Vec<(String, String, Date, Option<Date>)>, DbError> {
    let rows = tx.all(SHARES, params![]).await?;
    rows.iter().map(|r| Ok((r.get("recipient_no")?, r.get("share")?, r.get("valid_from")?, r.get("valid_to")?))).collect()
}

/// 受給者番号 of everybody with a decided claim.
pub async fn reimbursed(tx: &mut Tx) -> Result<BTreeSet<String>, DbError> {
    tx.all(REIMBURSED, params![]).await?.iter().map(|r| r.get("recipient_no")).collect()
}
