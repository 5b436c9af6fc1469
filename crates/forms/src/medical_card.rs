//! 子ども医療証 and the other cards of 福祉医療費助成: a card to cut out, below the address and a short explanation.

use crate::FormError;
use crate::parts::{Addressee, Contact, Issuer};
use kernel::ident::{KohiBearerNo, RecipientNo};
use serde::Serialize;

/// One card on one sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MedicalCard {
    /// Title on the card, such as 子ども医療証.
    pub title: String,
    /// 公費負担者番号.
    pub bearer_no: KohiBearerNo,
    /// 受給者番号.
    pub recipient_no: RecipientNo,
    /// 氏名 of the child.
    pub name: String,
    /// 振り仮名.
    pub kana: Option<String>,
    /// 生年月日.
    pub birth: String,
    /// 性別.
    pub sex: String,
    /// 住所.
    pub address: String,
    /// 保護者.
    pub guardian: Option<String>,
    /// 有効期間: first day.
    pub valid_from: String,
    /// 有効期間: last valid day.
    pub valid_to: String,
    /// 一部自己負担金: what is paid at the counter, one rule a line.
    pub copay: Vec<String>,
    /// 交付年月日.
    pub issued_on: String,
    /// 市長.
    pub issuer: Issuer,
    /// Where the sheet is sent.
    pub to: Addressee,
    /// How to use the card: short sentences beside it.
    pub usage: Vec<String>,
    /// The office to ask.
    pub contact: Contact,
    /// 再交付 prints on a reissued card.
    pub reissue: bool,
}

impl MedicalCard {
    /// Refuses a card that does not say what is paid at the counter.
    pub(crate) fn check(&self) -> Result<(), FormError> {
        if self.copay.is_empty() {
            return Err(FormError::Incomplete { form: "医療証", what: "一部自己負担金の説明" });
        }
        Ok(())
    }
}
