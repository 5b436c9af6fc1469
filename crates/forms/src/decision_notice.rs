//! 決定通知書: grants, refusals, payments, losses and repayments, with 理由, 根拠 and 教示.

use crate::FormError;
use crate::guidance::Guidance;
use crate::parts::{Addressee, Amount, Contact, Issuer, Line};
use kernel::decision::Step;
use serde::Serialize;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 認定.
    Recognised,
    /// 却下.
    Rejected,
    /// 支給決定.
    Paid,
    /// 不支給決定.
    NotPaid,
    /// 資格の喪失.
    Lost,
    /// 返還決定.
    Repayment,
}

impl Kind {
    /// The words after the programme's name in the title.
    pub fn label_ja(self) -> &'static str {
        match self {
            Kind::Recognised => "認定通知書",
            Kind::Rejected => "却下通知書",
            Kind::Paid => "支給決定通知書",
            Kind::NotPaid => "不支給決定通知書",
            Kind::Lost => "資格喪失通知書",
            Kind::Repayment => "返還決定通知書",
        }
    }

    /// Whether the decision is against the person, so that reasons must be given (行政手続法8条1項, 14条1項).
    pub fn is_adverse(self) -> bool {
        !matches!(self, Kind::Recognised | Kind::Paid)
    }
}

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecisionNotice {
    /// What was decided.
    pub kind: Kind,
    /// 件名 of the notice: programme and kind, such as 子ども医療費助成 不支給決定通知書.
    pub subject: String,
    /// 文書番号.
    pub document_no: String,
    /// 日付.
    pub date: String,
    /// 宛先.
    pub to: Addressee,
    /// 処分庁.
    pub issuer: Issuer,
    /// Opening paragraph.
    pub body: String,
    /// Facts of the decision: whom, what period, which card.
    pub facts: Vec<Line>,
    /// 内訳; the last line is the total where `total` is set.
    pub breakdown: Vec<Amount>,
    /// 合計 under the 内訳.
    pub total: Option<Amount>,
    /// 理由.
    pub reasons: Vec<String>,
    /// 根拠となる条文.
    pub articles: Vec<String>,
    /// How the amounts were computed.
    pub trace: Vec<Step>,
    /// 教示.
    pub guidance: Guidance,
    /// The office to ask.
    pub contact: Contact,
}

impl DecisionNotice {
    /// The subject line for a programme: `子ども医療費助成` → `子ども医療費助成 支給決定通知書`.
    pub fn subject_for(programme: &str, kind: Kind) -> String {
        format!("{programme} {}", kind.label_ja())
    }

    /// Refuses an adverse decision without reasons or articles, and any notice without 教示.
    pub(crate) fn check(&self) -> Result<(), FormError> {
        let missing = |what| Err(FormError::Incomplete { form: self.kind.label_ja(), what });
        if self.kind.is_adverse() && self.reasons.is_empty() {
            return missing("理由");
        }
        if self.kind.is_adverse() && self.articles.is_empty() {
            return missing("根拠となる条文");
        }
        if self.guidance.paragraphs.is_empty() {
            return missing("教示");
        }
        Ok(())
    }
}
