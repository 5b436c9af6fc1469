//! The answer of a rule: outcome, numbered reasons with evidence, and the trace of every amount.

use crate::money::Yen;
use serde::{Deserialize, Serialize};

/// What a rule answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// 該当 / 支給: every condition is satisfied.
    Granted,
    /// 非該当 / 不支給: at least one condition is not satisfied.
    Refused,
    /// 要確認: a fact is missing; nobody is refused or granted on a guess.
    Unclear,
    /// 保留: the rule waits for a named fact, such as 附加給付 of the insurer.
    Held,
}

impl Outcome {
    /// The word on screen.
    pub fn label_ja(self) -> &'static str {
        match self {
            Outcome::Granted => "該当",
            Outcome::Refused => "非該当",
            Outcome::Unclear => "要確認",
            Outcome::Held => "保留",
        }
    }
}

/// How one condition came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// 満たす
    Satisfied,
    /// 満たさない
    NotSatisfied,
    /// 要確認: the fact is missing or contradictory.
    Unclear,
    /// A classification that grants or refuses nothing, such as 府市区分.
    Info,
}

impl Verdict {
    /// The word on screen.
    pub fn label_ja(self) -> &'static str {
        match self {
            Verdict::Satisfied => "満たす",
            Verdict::NotSatisfied => "満たさない",
            Verdict::Unclear => "要確認",
            Verdict::Info => "区分",
        }
    }
}

/// The row of a register that a decision used. It lets an office find every decision that rests on a value corrected later.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FactRef {
    /// Table of the register, for instance `resident_person`.
    pub register: String,
    /// Row of that table, as text.
    pub row_id: String,
    /// What it says, in words a clerk reads; no value that the reader of the decision may not see.
    pub label_ja: String,
}

/// One numbered condition of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// 1, 2, 3 … in the order of the rule.
    pub no: u8,
    /// The condition.
    pub title_ja: String,
    /// How it came out.
    pub verdict: Verdict,
    /// The word of the badge when it is not the verdict's own, such as 市単独分.
    pub verdict_ja: Option<String>,
    /// Facts and dates behind the verdict.
    pub detail_ja: String,
    /// Law, ordinance or outline, with article.
    pub article: String,
    /// Rows used.
    pub evidence: Vec<FactRef>,
}

/// One step of an amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Name of the amount.
    pub label_ja: String,
    /// How it was computed, in words and numbers.
    pub formula_ja: String,
    /// The result, where the step has one.
    pub amount: Option<Yen>,
    /// Law, ordinance or outline, with article.
    pub article: String,
    /// Key and date of the parameter row used.
    pub param: Option<String>,
}

/// A rule's full answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The result.
    pub outcome: Outcome,
    /// Numbered conditions.
    pub reasons: Vec<Reason>,
    /// Steps of the amounts, in order.
    pub trace: Vec<Step>,
}

impl Decision {
    /// The outcome that follows from the reasons: any refusal refuses, else anything unclear leaves it unclear, else it is granted.
    pub fn from_reasons(reasons: Vec<Reason>, trace: Vec<Step>) -> Self {
        let has = |v| reasons.iter().any(|r| r.verdict == v);
        let outcome = match (has(Verdict::NotSatisfied), has(Verdict::Unclear)) {
            (true, _) => Outcome::Refused,
            (false, true) => Outcome::Unclear,
            (false, false) => Outcome::Granted,
        };
        Self { outcome, reasons, trace }
    }

    /// All rows that the decision used, each once.
    pub fn facts_used(&self) -> Vec<&FactRef> {
        let mut all: Vec<&FactRef> = Vec::new();
        for fact in self.reasons.iter().flat_map(|r| &r.evidence) {
            if !all.contains(&fact) {
                all.push(fact);
            }
        }
        all
    }

    /// The conditions that were not satisfied, as 理由 of a notice.
    pub fn refusal_reasons(&self) -> Vec<String> {
        let refused = self.reasons.iter().filter(|r| r.verdict == Verdict::NotSatisfied);
        refused.map(|r| format!("{}。{}({})", r.title_ja, r.detail_ja, r.article)).collect()
    }

    /// The trace as lines of Japanese text, for a notice or a file.
    pub fn trace_ja(&self) -> Vec<String> {
        let line = |s: &Step| match s.amount {
            Some(amount) => format!("{} = {} … {}({})", s.label_ja, amount, s.formula_ja, s.article),
            None => format!("{} … {}({})", s.label_ja, s.formula_ja, s.article),
        };
        self.trace.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(no: u8, verdict: Verdict) -> Reason {
        let fact = FactRef { register: "resident_person".into(), row_id: "1".into(), label_ja: "住民記録".into() };
        Reason {
            no,
            title_ja: "条件".into(),
            verdict,
            verdict_ja: None,
            detail_ja: "詳細".into(),
            article: "条例3条".into(),
            evidence: vec![fact],
        }
    }

    #[test]
    fn a_missing_fact_never_grants_and_a_failed_condition_always_refuses() {
        use Verdict::*;
        let outcome = |vs: &[Verdict]| Decision::from_reasons(vs.iter().map(|v| reason(1, *v)).collect(), vec![]).outcome;
        assert_eq!(outcome(&[Satisfied, Info]), Outcome::Granted);
        assert_eq!(outcome(&[Satisfied, Unclear]), Outcome::Unclear);
        assert_eq!(outcome(&[Unclear, NotSatisfied]), Outcome::Refused);
    }

    #[test]
    fn facts_used_lists_each_row_once() {
        let d = Decision::from_reasons(vec![reason(1, Verdict::Satisfied), reason(2, Verdict::NotSatisfied)], vec![]);
        assert_eq!(d.facts_used().len(), 1);
        assert_eq!(d.refusal_reasons(), vec!["条件。詳細(条例3条)"]);
    }
}
