//! 支出・振込明細: what is paid to whom on one day, with the places for 決裁.

use crate::FormError;
use crate::parts::Line;
use kernel::Yen;
use serde::Serialize;

/// One transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentRow {
    /// 支払番号.
    pub number: String,
    /// 受取人.
    pub payee: String,
    /// 金融機関 and 支店, with codes.
    pub bank: String,
    /// 預金種目.
    pub account_type: String,
    /// 口座番号.
    pub account_no: String,
    /// 口座名義 in zengin kana.
    pub account_name: String,
    /// 摘要.
    pub purpose: String,
    /// 金額.
    pub amount: Yen,
}

/// One payment run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentLedger {
    /// 支出番号.
    pub number: String,
    /// 振込日.
    pub pay_on: String,
    /// 会計, 款項目節, 件名 and the like.
    pub facts: Vec<Line>,
    /// Ranks that decide, such as 起案・係長・課長; one box each. A name already decided prints in its box.
    pub approvals: Vec<Line>,
    /// Transfers.
    pub rows: Vec<PaymentRow>,
    /// Office that made the list.
    pub office: String,
}

impl PaymentLedger {
    /// Refuses a run without transfers, and a transfer of nothing or less.
    pub(crate) fn check(&self) -> Result<(), FormError> {
        let missing = |what| Err(FormError::Incomplete { form: "振込明細", what });
        if self.rows.is_empty() {
            return missing("振込");
        }
        if self.rows.iter().any(|r| r.amount <= Yen::ZERO) {
            return missing("1円以上の金額");
        }
        Ok(())
    }
}
