//! Entitlement, cards, applications, evidence and notices.

use crate::child::model::{
    Application, Card, IncomeRow, InquiryRow, InsuranceRow, Notice, Recipient, ReliefRow, SchoolLeaveRow, SharePeriod,
};
use const_format::concatcp;
use kernel::Date;
use kernel::ident::AtenaNo;
use platform::db::{DbError, Tx};
use platform::{Fault, params};

const KNOWN: &str = " where atena_no = $1 and seq <= $2 and (superseded_seq is null or superseded_seq > $2)";

platform::statements! {
    /// Stretches of entitlement of a child, as known then.
    RECIPIENTS = concatcp!(Recipient::SELECT, KNOWN, " order by valid_from, id");
    /// One stretch.
    RECIPIENT = concatcp!(Recipient::SELECT, " where id = $1");
    /// The number that the child has for life.
    NUMBER_OF = "select recipient_no from medical_aid_recipient where atena_no = $1 order by id limit 1";
    /// The whole roster.
    ROSTER = concatcp!(Recipient::SELECT, " where superseded_seq is null and cancelled_on is null order by id");
    /// Recipients by number, 宛名番号 or the beginning of the kana.
    SEARCH = concatcp!(Recipient::SELECT, " where superseded_seq is null and (recipient_no = $1 or atena_no = $1 or kana like $2) order by kana, id limit 200");
    /// Recipients of a state, by kana.
    OF_STATUS = concatcp!(Recipient::SELECT, " where superseded_seq is null and status = $1 order by kana, id limit 200");
    /// How many in each state.
    COUNTS = "select status, count(*) as n from medical_aid_recipient where superseded_seq is null group by status";
    /// Recipients without a card beyond a day.
    WITHOUT_CARD = concatcp!(Recipient::SELECT, " where superseded_seq is null and status = '受給中' and (valid_to is null or valid_to > $1) \
                    and not exists (select 1 from medical_aid_card c where c.recipient_no = medical_aid_recipient.recipient_no \
                    and c.collected_on is null and c.valid_to > $1) order by id");
    /// Replaces a stretch.
    END_RECIPIENT = "update medical_aid_recipient set superseded_seq = $2 where id = $1 and superseded_seq is null";
    /// 府市区分 of a child.
    SHARES = concatcp!(SharePeriod::SELECT, KNOWN, " order by valid_from, id");
    /// Replaces them.
    END_SHARES = "update medical_aid_share set superseded_seq = $2 where atena_no = $1 and superseded_seq is null";
    /// Cards of a child.
    CARDS = concatcp!(Card::SELECT, " where atena_no = $1 order by valid_from desc, id desc");
    /// Cards since a day of a child, or of the children of a guardian.
    CARDS_SINCE = concatcp!(Card::SELECT, " where issued_on >= $2 and (atena_no = $1 or atena_no in (select atena_no from medical_aid_application where guardian_no = $1)) order by id");
    /// One card.
    CARD = concatcp!(Card::SELECT, " where id = $1");
    /// It came back.
    COLLECT = "update medical_aid_card set collected_on = $2, collected_how = $3, collected_ward = $4 where id = $1 and collected_on is null";
    /// The cards of one step of a mass run were printed in one document, up to the last of them.
    PRINTED = "update medical_aid_card set file_id = $3 where seq = $1 and id <= $2";
    /// Applications of a child.
    APPLICATIONS = concatcp!(Application::SELECT, " where atena_no = $1 order by id desc");
    /// One application.
    APPLICATION = concatcp!(Application::SELECT, " where id = $1");
    /// Its state.
    SET_APPLICATION = "update medical_aid_application set state = $2, decision_id = $3 where id = $1 and state = '受付'";
    /// Everybody who has applied or is in the scheme.
    ENROLLED = "select atena_no from medical_aid_application where state in ('受付', '認定') union select atena_no from medical_aid_recipient where superseded_seq is null";
    /// 申立書 of a child.
    LEAVES = concatcp!(SchoolLeaveRow::SELECT, KNOWN, " order by valid_from, id");
    /// Insurance of a child.
    INSURANCES = concatcp!(InsuranceRow::SELECT, KNOWN, " order by valid_from, id");
    /// Replaces a row.
    END_INSURANCE = "update medical_aid_insurance set superseded_seq = $2 where id = $1 and superseded_seq is null";
    /// Incomes for a child.
    INCOMES = concatcp!(IncomeRow::SELECT, KNOWN, " order by fiscal_year desc, id");
    /// Replaces the income of a guardian and year.
    END_INCOME = "update medical_aid_income set superseded_seq = $4 where atena_no = $1 and guardian_no = $2 and fiscal_year = $3 and superseded_seq is null";
    /// Other schemes of a child.
    RELIEFS = concatcp!(ReliefRow::SELECT, KNOWN, " order by valid_from, id");
    /// Other schemes of everybody, for the roster.
    ALL_RELIEFS = concatcp!(ReliefRow::SELECT, " where superseded_seq is null order by atena_no, valid_from");
    /// Replaces a row.
    END_RELIEF = "update medical_aid_relief set superseded_seq = $2 where id = $1 and superseded_seq is null";
    /// What was asked about a child.
    INQUIRIES = concatcp!(InquiryRow::SELECT, KNOWN, " order by checked_on, id");
    /// Replaces what was asked before.
    END_INQUIRY = "update medical_aid_inquiry set superseded_seq = $3 where atena_no = $1 and topic = $2 and superseded_seq is null";
    /// Notices about a child.
    NOTICES = concatcp!(Notice::SELECT, " where atena_no = $1 order by id desc");
    /// One notice.
    NOTICE = concatcp!(Notice::SELECT, " where id = $1");
    /// Its state.
    SET_NOTICE = "update medical_aid_notice set state = $2, decision_id = $3 where id = $1";
}

/// Known now.
pub const NOW: i64 = i64::MAX;

macro_rules! of_child {
    ($($(#[$doc:meta])* $name:ident: $sql:ident -> $row:ident;)*) => { $(
        $(#[$doc])*
        pub async fn $name(tx: &mut Tx, number: &AtenaNo, known: i64) -> Result<Vec<$row>, DbError> {
            tx.all($sql, params![number, known]).await?.iter().map($row::read).collect()
        }
    )* };
}

of_child! {
    /// Stretches of entitlement, oldest first.
    recipients: RECIPIENTS -> Recipient;
    /// 府市区分, oldest first.
    shares: SHARES -> SharePeriod;
    /// 申立書.
    leaves: LEAVES -> SchoolLeaveRow;
    /// Insurance, oldest first.
    insurances: INSURANCES -> InsuranceRow;
    /// Incomes, newest year first.
    incomes: INCOMES -> IncomeRow;
    /// Other schemes.
    reliefs: RELIEFS -> ReliefRow;
    /// What was asked.
    inquiries: INQUIRIES -> InquiryRow;
}

/// Cards, newest first.
pub async fn issued_since(tx: &mut Tx, number: &AtenaNo, day: Date) -> Result<Vec<Card>, DbError> {
    tx.all(CARDS_SINCE, params![number, day]).await?.iter().map(Card::read).collect()
}

pub async fn cards(tx: &mut Tx, number: &AtenaNo) -> Result<Vec<Card>, DbError> {
    tx.all(CARDS, params![number]).await?.iter().map(Card::read).collect()
}

/// Applications, newest first.
pub async fn applications(tx: &mut Tx, number: &AtenaNo) -> Result<Vec<Application>, DbError> {
    tx.all(APPLICATIONS, params![number]).await?.iter().map(Application::read).collect()
}

/// Notices, newest first.
pub async fn notices(tx: &mut Tx, number: &AtenaNo) -> Result<Vec<Notice>, DbError> {
    tx.all(NOTICES, params![number]).await?.iter().map(Notice::read).collect()
}

/// The live stretch of entitlement, the newest when there are several.
pub async fn current(tx: &mut Tx, number: &AtenaNo) -> Result<Option<Recipient>, DbError> {
    Ok(recipients(tx, number, NOW).await?.into_iter().rfind(|r| r.cancelled_on.is_none()))
}

/// One application.
pub async fn application(tx: &mut Tx, id: i64) -> Result<Application, Fault> {
    let row = tx.first(APPLICATION, params![id]).await?.ok_or_else(|| Fault::missing("申請"))?;
    Ok(Application::read(&row)?)
}

/// One card.
pub async fn card(tx: &mut Tx, id: i64) -> Result<Card, Fault> {
    let row = tx.first(CARD, params![id]).await?.ok_or_else(|| Fault::missing("医療証"))?;
    Ok(Card::read(&row)?)
}

/// One notice.
pub async fn notice(tx: &mut Tx, id: i64) -> Result<Notice, Fault> {
    let row = tx.first(NOTICE, params![id]).await?.ok_or_else(|| Fault::missing("通知"))?;
    Ok(Notice::read(&row)?)
}

/// The number of a child, once issued.
pub async fn number_of(tx: &mut Tx, number: &AtenaNo) -> Result<Option<String>, DbError> {
    tx.first(NUMBER_OF, params![number]).await?.map(|r| r.get("recipient_no")).transpose()
}

/// Every live stretch.
pub async fn roster(tx: &mut Tx) -> Result<Vec<Recipient>, DbError> {
    tx.all(ROSTER, vec![]).await?.iter().map(Recipient::read).collect()
}

/// Every live row about other schemes.
pub async fn all_reliefs(tx: &mut Tx) -> Result<Vec<ReliefRow>, DbError> {
    tx.all(ALL_RELIEFS, vec![]).await?.iter().map(ReliefRow::read).collect()
}

/// Recipients by number or kana.
pub async fn search(tx: &mut Tx, number: &str, kana: &str) -> Result<Vec<Recipient>, DbError> {
    let prefix = if kana.is_empty() { "-".to_owned() } else { format!("{}%", kana.replace(['%', '_'], "")) };
    tx.all(SEARCH, params![number, prefix]).await?.iter().map(Recipient::read).collect()
}

/// Recipients of a state.
pub async fn of_status(tx: &mut Tx, status: &str) -> Result<Vec<Recipient>, DbError> {
    tx.all(OF_STATUS, params![status]).await?.iter().map(Recipient::read).collect()
}

/// How many in each state.
pub async fn counts(tx: &mut Tx) -> Result<Vec<(String, i64)>, DbError> {
    tx.all(COUNTS, vec![]).await?.iter().map(|r| Ok((r.get("status")?, r.get("n")?))).collect()
}

/// Recipients who need a card beyond a day.
pub async fn without_card(tx: &mut Tx, day: Date) -> Result<Vec<Recipient>, DbError> {
    tx.all(WITHOUT_CARD, params![day]).await?.iter().map(Recipient::read).collect()
}

/// 宛名番号 of everybody who applied or is in the scheme.
pub async fn enrolled(tx: &mut Tx) -> Result<std::collections::HashSet<String>, DbError> {
    tx.all(ENROLLED, vec![]).await?.iter().map(|r| r.get("atena_no")).collect()
}

/// Replaces a live stretch by another, or ends it.
pub async fn replace(tx: &mut Tx, old: i64, new: &Recipient) -> Result<i64, Fault> {
    if tx.run(END_RECIPIENT, params![old, new.seq]).await? == 0 {
        return Err(Fault::conflict("資格の記録が変わっています", "ほかの決裁が先に同じ記録を変えました"));
    }
    Ok(new.insert(tx).await?)
}

/// Replaces 府市区分 of a child.
pub async fn replace_shares(tx: &mut Tx, number: &AtenaNo, seq: i64, rows: &[SharePeriod]) -> Result<(), DbError> {
    tx.run(END_SHARES, params![number, seq]).await?;
    SharePeriod::insert_all(rows, tx).await
}

/// Decides an application, once.
pub async fn decide_application(tx: &mut Tx, id: i64, state: &str, decision: Option<i64>) -> Result<(), Fault> {
    if tx.run(SET_APPLICATION, params![id, state, decision]).await? == 0 {
        return Err(Fault::conflict("この申請は既に決定されています", "ほかの決裁が先に決定しました"));
    }
    Ok(())
}

/// Notes what became of a notice.
pub async fn set_notice(tx: &mut Tx, id: i64, state: &str, decision: Option<i64>) -> Result<(), DbError> {
    tx.run(SET_NOTICE, params![id, state, decision]).await.map(|_| ())
}

/// Takes a card back, once.
pub async fn collect(tx: &mut Tx, id: i64, on: Date, how: &str, ward: &str) -> Result<(), Fault> {
    if tx.run(COLLECT, params![id, on, how, ward]).await? == 0 {
        return Err(Fault::conflict("この医療証は既に回収されています", "回収の記録は一度だけです"));
    }
    Ok(())
}

/// Notes the document of a mass run on the cards of a step, up to the last one in it.
pub async fn printed(tx: &mut Tx, seq: i64, last: i64, file: i64) -> Result<(), DbError> {
    tx.run(PRINTED, params![seq, last, file]).await.map(|_| ())
}

/// Ends an insurance row.
pub async fn end_insurance(tx: &mut Tx, id: i64, seq: i64) -> Result<(), DbError> {
    tx.run(END_INSURANCE, params![id, seq]).await.map(|_| ())
}

/// Ends the income of a guardian and year.
pub async fn end_income(tx: &mut Tx, child: &str, guardian: &str, year: i64, seq: i64) -> Result<(), DbError> {
    tx.run(END_INCOME, params![child, guardian, year, seq]).await.map(|_| ())
}

/// Ends a row about another scheme.
pub async fn end_relief(tx: &mut Tx, id: i64, seq: i64) -> Result<(), DbError> {
    tx.run(END_RELIEF, params![id, seq]).await.map(|_| ())
}

/// Ends what was asked before about a topic.
pub async fn end_inquiry(tx: &mut Tx, child: &str, topic: &str, seq: i64) -> Result<(), DbError> {
    tx.run(END_INQUIRY, params![child, topic, seq]).await.map(|_| ())
}
