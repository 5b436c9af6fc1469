//! What a scheme (子ども医療 and its siblings) tells the slice: who is entitled, and the rules of its ordinance.

use async_trait::async_trait;
use kernel::Yen;
use kernel::ident::AtenaNo;
use kernel::time::{Date, Period, YearMonth};
use platform::{Fault, Unit};
use receipts::check::Rules;
use receipts::{Examiner, Sex};
use std::collections::BTreeSet;

/// One entitled person.
#[derive(Debug, Clone)]
pub struct RosterEntry {
    /// Subject of the log.
    pub subject: i64,
    /// 公費負担者番号
    pub bearer_no: String,
    /// 受給者番号
    pub recipient_no: String,
    /// 生年月日
    pub birth: Option<Date>,
    /// 性別
    pub sex: Option<Sex>,
    /// 氏名カナ
    pub kana: String,
    /// Entitled in these periods.
    pub periods: Vec<Period>,
    /// Stopped in these.
    pub suspensions: Vec<Period>,
    /// 法別 of other public payers that come first, with their periods.
    pub other_laws: Vec<(u8, Period)>,
}

/// What a receipt says about who was where and when, for the comparison with what the scheme has paid in cash.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Row of the receipt.
    pub receipt: i64,
    /// 受給者番号
    pub recipient_no: String,
    /// Ten digits.
    pub institution: String,
    /// 点数表コード
    pub table_code: i64,
    /// 入院.
    pub inpatient: bool,
    /// 診療年月
    pub month: YearMonth,
    /// 受診日, where the receipt tells them.
    pub days: Vec<Date>,
}

/// A receipt for care that was, or may have been, paid in cash already.
#[derive(Debug, Clone)]
pub struct PaidTwice {
    /// Row of the receipt.
    pub receipt: i64,
    /// Surely so; otherwise somebody has to look.
    pub certain: bool,
    /// Why, in a sentence.
    pub text_ja: String,
}

/// A scheme.
#[async_trait]
pub trait Scheme: Send + Sync {
    /// 公費負担者番号 of the city for this scheme.
    fn bearer_no(&self) -> String;
    /// Who is or was entitled: the whole roster, recorded by the caller as one bulk look.
    async fn roster(&self, unit: &mut Unit) -> Result<Vec<RosterEntry>, Fault>;
    /// 受給者番号 of everybody whose care was paid in cash (償還払い).
    async fn reimbursed(&self, unit: &mut Unit) -> Result<BTreeSet<String>, Fault>;
    /// 二重給付: which of these receipts are for care that was paid in cash already.
    async fn paid_twice(&self, unit: &mut Unit, visits: &[Visit]) -> Result<Vec<PaidTwice>, Fault>;
    /// Rules of the qualification check for care of a month.
    fn rules(&self, month: YearMonth) -> Result<Rules, Fault>;
    /// The most that co-payments of a person in a month may add up to.
    fn monthly_cap(&self, month: YearMonth) -> Result<Yen, Fault>;
    /// What the insured person bears of `points`, before the scheme: the part that the scheme and the co-payment share.
    fn own_charge(&self, points: i64, benefit_rate: u8, month: YearMonth) -> Result<Yen, Fault>;
    /// 審査支払手数料 for so many receipts.
    fn fee(&self, sender: Examiner, receipts: i64, month: YearMonth) -> Result<Yen, Fault>;
    /// Who may decide: rank and rule, for `claims.send_back` and `payments.expenditure` of an amount.
    fn rank(&self, act: &str, amount: Yen, on: Date) -> Option<(i64, String)>;
    /// 宛名番号 of who pays back what a child was given: the guardian, or the person where none is recorded.
    async fn debtor(&self, unit: &mut Unit, subject: i64) -> Result<AtenaNo, Fault>;
    /// The account of a sender, for the payment of its bill.
    fn sender_account(&self, sender: Examiner) -> Result<payments::Account, Fault>;
}
