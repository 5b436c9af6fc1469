//! Records and values of payments.

use kernel::time::Timestamp;
use kernel::{Date, Yen};
use serde::{Deserialize, Serialize};

/// 預金種目 of a transfer (全銀協: 1 普通, 2 当座, 4 貯蓄, 9 その他).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountKind {
    /// 普通
    Ordinary,
    /// 当座
    Current,
    /// 貯蓄
    Savings,
}

impl AccountKind {
    /// Digit in the bank's file.
    pub fn digit(self) -> char {
        match self {
            AccountKind::Ordinary => '1',
            AccountKind::Current => '2',
            AccountKind::Savings => '4',
        }
    }

    /// The kind of a digit.
    pub fn from_digit(text: &str) -> Option<Self> {
        match text {
            "1" => Some(AccountKind::Ordinary),
            "2" => Some(AccountKind::Current),
            "4" => Some(AccountKind::Savings),
            _ => None,
        }
    }

    /// Word on screen.
    pub fn label_ja(self) -> &'static str {
        match self {
            AccountKind::Ordinary => "普通",
            AccountKind::Current => "当座",
            AccountKind::Savings => "貯蓄",
        }
    }
}

/// A bank account. It has no `Display`: it is sealed at rest and leaves only in the bank's file and on the review page.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// 銀行コード, 4 digits.
    pub bank: String,
    /// 支店コード, 3 digits.
    pub branch: String,
    /// 預金種目.
    pub kind: AccountKind,
    /// 口座番号, 7 digits.
    pub number: String,
    /// 口座名義 in zengin kana.
    pub holder: String,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Account(…)")
    }
}

impl Account {
    /// Checks bank and branch against the table of all banks, the number's shape and the holder's characters.
    ///
    /// # Errors
    /// Field name and what to do, in Japanese.
    pub fn checked(bank: &str, branch: &str, kind: &str, number: &str, holder: &str) -> Result<Self, (&'static str, String)> {
        if reference::banks::bank(bank).is_none() {
            return Err(("bank", "銀行コードが全国の金融機関の表にありません。4桁の番号を確かめてください".into()));
        }
        if reference::banks::branch(bank, branch).is_none() {
            return Err(("branch", "支店コードがこの銀行にありません。3桁の番号を確かめてください".into()));
        }
        let kind = AccountKind::from_digit(kind).ok_or(("kind", "預金種目を選んでください".to_owned()))?;
        if number.is_empty() || number.len() > 7 || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(("number", "口座番号は7桁までの半角数字です".into()));
        }
        let holder = kernel::text::zengin_kana(holder).map_err(|e| ("holder", format!("口座名義: {e}")))?;
        if holder.is_empty() || holder.chars().count() > 30 {
            return Err(("holder", "口座名義はカナ30文字までで入力してください".into()));
        }
        Ok(Self { bank: bank.into(), branch: branch.into(), kind, number: format!("{number:0>7}"), holder })
    }

    /// Bank, branch and the last three digits: enough to tell accounts apart on screen.
    pub fn masked_ja(&self) -> String {
        let bank = reference::banks::bank(&self.bank).map_or(self.bank.as_str(), |b| b.name);
        let branch = reference::banks::branch(&self.bank, &self.branch).map_or(self.branch.as_str(), |b| b.name);
        let tail = self.number.get(4..).unwrap_or_default();
        format!("{bank} {branch} {} ****{tail}", self.kind.label_ja())
    }
}

platform::register! {
    /// Something owed to somebody: one row per origin and attempt.
    pub struct Payment in "payments_payment" named "支払", purpose "kodomo", basis "地方自治法232条の4・232条の5", retention "支払の翌年度から5年" {
        /// What it is for: programme and number of the decision, for instance `kodomo.claim:12`.
        origin: String, "支払の原因", "kodomo.payment", Plain, [];
        /// 1 for the first payment, 2 for the re-payment after a bank return.
        attempt: i64, "回", "kodomo.payment", Plain, [];
        /// What it is, without names.
        title: String, "件名", "kodomo.payment", Plain, [];
        /// Office.
        office: String, "担当課", "kodomo.payment", Plain, [];
        /// Purpose.
        purpose: String, "事務", "kodomo.payment", Plain, [];
        /// The person in the log, for a payment to a person.
        subject: Option<i64>, "受取人", "kodomo.payment", Personal, [];
        /// 宛名番号 of the person, or the code of an organisation.
        payee: String, "支払先", "kodomo.payment", Personal, [];
        /// The account, sealed.
        account: Vec<u8>, "口座", "kodomo.account", Secret, ["kyufu.022", "kyufu.023", "kyufu.024", "kyufu.025", "kyufu.026"];
        /// Token to find payments to one account.
        account_token: Vec<u8>, "口座の照合値", "kodomo.account", Secret, [];
        /// Amount in yen.
        amount: Yen, "支払額", "kodomo.payment", Personal, ["kyufu.043"];
        /// Pay by this day.
        due: Option<Date>, "支払期限", "kodomo.payment", Plain, [];
        /// open, drafted, sent, paid, returned.
        state: String, "状態", "kodomo.payment", Plain, ["kyufu.050"];
        /// The run that pays it.
        transfer_id: Option<i64>, "振込", "kodomo.payment", Plain, [];
        /// Day of payment.
        paid_on: Option<Date>, "支払年月日", "kodomo.payment", Personal, ["kyufu.020"];
        /// Day on which the bank returned it.
        returned_on: Option<Date>, "返却日", "kodomo.payment", Personal, [];
        /// Why the bank returned it.
        return_reason: Option<String>, "返却理由", "kodomo.payment", Personal, [];
        /// When it was entered.
        created_at: Timestamp, "登録日時", "kodomo.payment", Plain, [];
    }
}

impl Payment {
    /// The state in words.
    pub fn state_ja(&self) -> &str {
        match self.state.as_str() {
            "open" => "未払",
            "drafted" => "決裁待ち",
            "sent" => "振込",
            "returned" => "返却",
            other => other,
        }
    }
}

platform::register! {
    /// A run: one bank file.
    pub struct Transfer in "payments_transfer" named "振込", purpose "kodomo", basis "地方自治法232条の5、地方自治法施行令165条の2", retention "支払の翌年度から5年" {
        /// 支出番号.
        number: String, "支出番号", "kodomo.payment", Plain, [];
        /// Office.
        office: String, "担当課", "kodomo.payment", Plain, [];
        /// 振込指定日.
        pay_on: Date, "振込指定日", "kodomo.payment", Plain, ["kyufu.021"];
        /// How many payments.
        count: i64, "件数", "kodomo.payment", Plain, [];
        /// Sum in yen.
        total: Yen, "合計", "kodomo.payment", Plain, [];
        /// made, taken (持出し済).
        state: String, "状態", "kodomo.payment", Plain, [];
        /// The stored bank file.
        file_id: Option<i64>, "全銀ファイル", "kodomo.payment", Plain, [];
        /// Who decided.
        approved_by: Option<String>, "決裁者", "kodomo.payment", Plain, [];
        /// When.
        created_at: Timestamp, "作成日時", "kodomo.payment", Plain, [];
    }
}

platform::register! {
    /// Money that somebody owes back to the city: 調定 of a 返還金.
    pub struct Demand in "payments_demand" named "返還金", purpose "kodomo", basis "民法703条、地方自治法231条・地方自治法施行令154条", retention "完納の翌年度から5年" {
        /// What it is for: programme and number of the decision. One demand each.
        origin: String, "返還の原因", "kodomo.payment", Plain, [];
        /// What it is, without names.
        title: String, "件名", "kodomo.payment", Plain, [];
        /// Office.
        office: String, "担当課", "kodomo.payment", Plain, [];
        /// Purpose.
        purpose: String, "事務", "kodomo.payment", Plain, [];
        /// The person of the log whose benefit it was.
        subject: i64, "対象者", "kodomo.payment", Personal, [];
        /// 宛名番号 of who owes it.
        debtor: String, "返還する人", "kodomo.payment", Personal, [];
        /// 調定額 in yen.
        amount: Yen, "返還額", "kodomo.payment", Personal, [];
        /// Come in so far.
        received: Yen, "収納額", "kodomo.payment", Personal, [];
        /// Why, in words for the notice.
        reason: String, "理由", "kodomo.payment", Personal, [];
        /// Article.
        article: String, "根拠", "kodomo.payment", Plain, [];
        /// 文書番号 of the notice.
        document_no: String, "文書番号", "kodomo.payment", Plain, [];
        /// The notice is printed from here; otherwise by the programme that decided.
        own_notice: bool, "通知書の作成", "kodomo.payment", Plain, [];
        /// 決定日.
        decided_on: Date, "決定日", "kodomo.payment", Plain, [];
        /// 納期限.
        due: Date, "納期限", "kodomo.payment", Plain, [];
        /// open, paid.
        state: String, "状態", "kodomo.payment", Plain, [];
        /// 完納日.
        closed_on: Option<Date>, "完納日", "kodomo.payment", Personal, [];
        /// When it was entered.
        created_at: Timestamp, "登録日時", "kodomo.payment", Plain, [];
    }
}

platform::register! {
    /// Money that came in for a demand, all of it or a part.
    pub struct Income in "payments_income" named "収納", purpose "kodomo", basis "地方自治法231条の2", retention "完納の翌年度から5年" {
        /// The demand.
        demand_id: i64, "返還金", "kodomo.payment", Plain, [];
        /// 収納日.
        received_on: Date, "収納日", "kodomo.payment", Personal, [];
        /// Amount in yen.
        amount: Yen, "収納額", "kodomo.payment", Personal, [];
        /// How it came: 納付書, 口座振込, 窓口.
        channel: String, "収納方法", "kodomo.payment", Plain, [];
        /// Who entered it.
        entered_by: String, "登録者", "kodomo.payment", Plain, [];
        /// When.
        entered_at: Timestamp, "登録日時", "kodomo.payment", Plain, [];
    }
}
