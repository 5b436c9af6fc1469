//! What goes back to the paying organisations: 再審査等請求内訳書 (支払基金) and 過誤申立書 (国保連), one layout with two titles.

use crate::FormError;
use crate::parts::{Contact, Issuer};
use kernel::Yen;
use serde::Serialize;

/// To whom the receipts go back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// 社会保険診療報酬支払基金: 再審査等請求内訳書.
    Fund,
    /// 国民健康保険団体連合会: 過誤申立書.
    Federation,
}

impl Route {
    /// Title of the paper.
    pub fn title_ja(self) -> &'static str {
        match self {
            Route::Fund => "再審査等請求内訳書",
            Route::Federation => "過誤申立書",
        }
    }
}

/// One receipt that goes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppealRow {
    /// 診療年月, `R8.9`.
    pub month: String,
    /// 医療機関コード (10 digits).
    pub institution_code: String,
    /// 医療機関名.
    pub institution: String,
    /// 公費負担者番号.
    pub bearer_no: String,
    /// 受給者番号.
    pub recipient_no: String,
    /// 氏名.
    pub name: String,
    /// 生年月日, short.
    pub birth: String,
    /// 点数表 and 入外, such as 医科 入院外.
    pub sheet: String,
    /// 請求点数.
    pub points: i64,
    /// 公費分請求額.
    pub amount: Yen,
    /// 公費分のみ or レセプト全体.
    pub scope: String,
    /// 申立事由 code.
    pub cause_code: String,
    /// 申立事由 in words, with the facts that prove it.
    pub cause: String,
}

/// One sheet of receipts that go back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppealRequest {
    /// To whom.
    pub route: Route,
    /// Full name of the recipient, such as 大阪府国民健康保険団体連合会.
    pub to: String,
    /// 文書番号.
    pub document_no: String,
    /// 日付.
    pub date: String,
    /// 審査年月 that the receipts arrived in.
    pub examined: String,
    /// 市長.
    pub issuer: Issuer,
    /// The office to ask.
    pub contact: Contact,
    /// Receipts.
    pub rows: Vec<AppealRow>,
}

impl AppealRequest {
    /// Refuses a request without receipts, or with a receipt whose cause is not stated.
    pub(crate) fn check(&self) -> Result<(), FormError> {
        let missing = |what| Err(FormError::Incomplete { form: self.route.title_ja(), what });
        if self.rows.is_empty() {
            return missing("対象のレセプト");
        }
        if self.rows.iter().any(|r| r.cause.is_empty()) {
            return missing("申立事由");
        }
        Ok(())
    }
}
