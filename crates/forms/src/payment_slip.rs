//! 納付書: three parts on one sheet (領収証書, 納付書・領収済通知書, 原符) by which a person pays money back to the city.

use crate::FormError;
use crate::parts::{Addressee, Contact, Issuer, Line};
use kernel::Yen;
use serde::Serialize;

/// One slip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentSlip {
    /// Number of the demand, printed on every part.
    pub number: String,
    /// 件名 without names, such as 子ども医療費助成 返還金.
    pub subject: String,
    /// 発行日.
    pub date: String,
    /// Who pays.
    pub to: Addressee,
    /// 会計, 年度 and the like.
    pub facts: Vec<Line>,
    /// What is to be paid with this slip: the rest of the demand.
    pub amount: Yen,
    /// 納期限.
    pub due: String,
    /// Where it can be paid.
    pub places: Vec<String>,
    /// 市長.
    pub issuer: Issuer,
    /// The office to ask.
    pub contact: Contact,
}

impl PaymentSlip {
    /// Refuses a slip over nothing, or one that names no place to pay.
    pub(crate) fn check(&self) -> Result<(), FormError> {
        let missing = |what| Err(FormError::Incomplete { form: "納付書", what });
        if self.amount <= Yen::ZERO {
            return missing("1円以上の金額");
        }
        if self.places.is_empty() {
            return missing("納付場所");
        }
        Ok(())
    }
}
