//! Small builders for numbered reasons and trace steps.

use crate::params::Row;
use kernel::decision::{FactRef, Reason, Step, Verdict};
use kernel::money::Yen;

/// How one condition came out, before it gets its number and title.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) verdict: Verdict,
    pub(crate) detail_ja: String,
    pub(crate) article: String,
    pub(crate) evidence: Vec<FactRef>,
}

impl Finding {
    pub(crate) fn new(verdict: Verdict, detail_ja: impl Into<String>, article: impl Into<String>) -> Self {
        Self { verdict, detail_ja: detail_ja.into(), article: article.into(), evidence: vec![] }
    }

    pub(crate) fn with(mut self, evidence: impl IntoIterator<Item = FactRef>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    pub(crate) fn reason(self, title_ja: impl Into<String>) -> Reason {
        Reason {
            no: 0,
            title_ja: title_ja.into(),
            verdict: self.verdict,
            verdict_ja: None,
            detail_ja: self.detail_ja,
            article: self.article,
            evidence: self.evidence,
        }
    }
}

/// Numbers the reasons 1, 2, 3 …
pub(crate) fn numbered(mut reasons: Vec<Reason>) -> Vec<Reason> {
    for (no, reason) in (1u8..).zip(reasons.iter_mut()) {
        reason.no = no;
    }
    reasons
}

/// 満たす or 満たさない.
pub(crate) fn verdict(satisfied: bool) -> Verdict {
    if satisfied { Verdict::Satisfied } else { Verdict::NotSatisfied }
}

/// A step whose value comes from a parameter row.
pub(crate) fn step<T>(label_ja: &str, formula_ja: impl Into<String>, amount: Yen, row: &Row<T>) -> Step {
    Step {
        label_ja: label_ja.to_owned(),
        formula_ja: formula_ja.into(),
        amount: Some(amount),
        article: row.facts.legal_basis.clone(),
        param: Some(row.facts.id()),
    }
}

/// A step that needs no parameter.
pub(crate) fn plain_step(label_ja: &str, formula_ja: impl Into<String>, amount: Yen, article: &str) -> Step {
    Step {
        label_ja: label_ja.to_owned(),
        formula_ja: formula_ja.into(),
        amount: Some(amount),
        article: article.to_owned(),
        param: None,
    }
}
