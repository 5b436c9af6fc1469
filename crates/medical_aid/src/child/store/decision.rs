//! Decisions and what they rest on.

use crate::child::model::{DecisionRow, FactUsed, ReasonRow, StepRow};
use const_format::concatcp;
use kernel::Date;
use kernel::decision::{Decision, FactRef, Reason, Step, Verdict};
use kernel::ident::AtenaNo;
use platform::db::{DbError, Tx};
use platform::{Fault, params};

platform::statements! {
    /// Decisions about a child.
    DECISIONS = concatcp!(DecisionRow::SELECT, " where atena_no = $1 order by id desc");
    /// Decisions since a day about a child, or about the children of a guardian.
    DECIDED_SINCE = concatcp!(DecisionRow::SELECT, " where decided_on >= $2 and (atena_no = $1 or atena_no in (select atena_no from medical_aid_application where guardian_no = $1)) order by id");
    /// One decision.
    DECISION = concatcp!(DecisionRow::SELECT, " where id = $1");
    /// Its reasons.
    REASONS = concatcp!(ReasonRow::SELECT, " where decision_id = $1 order by no");
    /// The rows it used.
    FACTS = concatcp!(FactUsed::SELECT, " where decision_id = $1 order by reason_no, id");
    /// Its steps.
    STEPS = concatcp!(StepRow::SELECT, " where decision_id = $1 order by no");
    /// Which decisions used a row?
    USED = "select d.id, d.atena_no, d.subject, d.kind, d.document_no, d.decided_on, d.review from medical_aid_decision d \
            where exists (select 1 from medical_aid_fact_used f where f.decision_id = d.id and f.register = $1 and f.row_key = $2) order by d.id";
    /// Marks a decision.
    REVIEW = "update medical_aid_decision set review = $2 where id = $1";
    /// Decisions to look at again.
    TO_REVIEW = concatcp!(DecisionRow::SELECT, " where review = '要見直し' order by id");
}

/// A decision with all it rests on, to be stored.
pub struct NewDecision<'a> {
    /// The row.
    pub row: DecisionRow,
    /// Reasons, evidence and trace.
    pub decision: &'a Decision,
}

/// Stores a decision and answers its number.
pub async fn store(tx: &mut Tx, new: &NewDecision<'_>) -> Result<i64, DbError> {
    let id = new.row.insert(tx).await?;
    let d = new.decision;
    let reasons: Vec<ReasonRow> = d.reasons.iter().map(|r| reason_row(id, r)).collect();
    let facts: Vec<FactUsed> = d.reasons.iter().flat_map(|r| r.evidence.iter().map(move |f| fact_row(id, r.no, f))).collect();
    let steps: Vec<StepRow> = (1i64..).zip(&d.trace).map(|(no, s)| step_row(id, no, s)).collect();
    ReasonRow::insert_all(&reasons, tx).await?;
    FactUsed::insert_all(&facts, tx).await?;
    StepRow::insert_all(&steps, tx).await?;
    Ok(id)
}

fn reason_row(decision_id: i64, r: &Reason) -> ReasonRow {
    let verdict = match r.verdict {
        Verdict::Satisfied => "Satisfied",
        Verdict::NotSatisfied => "NotSatisfied",
        Verdict::Unclear => "Unclear",
        Verdict::Info => "Info",
    };
    ReasonRow {
        id: 0,
        decision_id,
        no: i64::from(r.no),
        title: r.title_ja.clone(),
        verdict: verdict.into(),
        verdict_ja: r.verdict_ja.clone(),
        detail: r.detail_ja.clone(),
        article: r.article.clone(),
    }
}

fn fact_row(decision_id: i64, reason: u8, f: &FactRef) -> FactUsed {
    FactUsed {
        id: 0,
        decision_id,
        reason_no: i64::from(reason),
        register: f.register.clone(),
        row_key: f.row_id.clone(),
        label: f.label_ja.clone(),
    }
}

fn step_row(decision_id: i64, no: i64, s: &Step) -> StepRow {
    StepRow {
        id: 0,
        decision_id,
        no,
        label: s.label_ja.clone(),
        formula: s.formula_ja.clone(),
        amount: s.amount,
        article: s.article.clone(),
        param: s.param.clone(),
    }
}

/// Decisions about a child, newest first.
pub async fn of_child(tx: &mut Tx, number: &AtenaNo) -> Result<Vec<DecisionRow>, DbError> {
    tx.all(DECISIONS, params![number]).await?.iter().map(DecisionRow::read).collect()
}

/// One decision.
pub async fn find(tx: &mut Tx, id: i64) -> Result<DecisionRow, Fault> {
    let row = tx.first(DECISION, params![id]).await?.ok_or_else(|| Fault::missing("決定"))?;
    Ok(DecisionRow::read(&row)?)
}

/// The reasons, evidence and steps of a decision, as the law gave them.
pub async fn grounds(tx: &mut Tx, id: i64) -> Result<Decision, DbError> {
    let facts: Vec<FactUsed> = tx.all(FACTS, params![id]).await?.iter().map(FactUsed::read).collect::<Result<_, _>>()?;
    let reasons = tx.all(REASONS, params![id]).await?.iter().map(ReasonRow::read).collect::<Result<Vec<_>, _>>()?;
    let steps = tx.all(STEPS, params![id]).await?.iter().map(StepRow::read).collect::<Result<Vec<_>, _>>()?;
    let evidence = |no: i64| {
        let of = facts.iter().filter(|f| f.reason_no == no);
        of.map(|f| FactRef { register: f.register.clone(), row_id: f.row_key.clone(), label_ja: f.label.clone() }).collect()
    };
    let reasons = reasons.into_iter().map(|r| Reason {
        no: u8::try_from(r.no).unwrap_or_default(),
        verdict: verdict(&r.verdict),
        evidence: evidence(r.no),
        title_ja: r.title,
        verdict_ja: r.verdict_ja,
        detail_ja: r.detail,
        article: r.article,
    });
    let steps = steps.into_iter().map(|s| Step {
        label_ja: s.label,
        formula_ja: s.formula,
        amount: s.amount,
        article: s.article,
        param: s.param,
    });
    Ok(Decision::from_reasons(reasons.collect(), steps.collect()))
}

fn verdict(text: &str) -> Verdict {
    match text {
        "Satisfied" => Verdict::Satisfied,
        "NotSatisfied" => Verdict::NotSatisfied,
        "Info" => Verdict::Info,
        _ => Verdict::Unclear,
    }
}

/// A decision that used a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The decision.
    pub id: i64,
    /// The child in the log.
    pub subject: i64,
    /// Number of the notice.
    pub document_no: String,
}

/// Every decision that used a row of a register.
pub async fn that_used(tx: &mut Tx, register: &str, row: &str) -> Result<Vec<Used>, DbError> {
    let rows = tx.all(USED, params![register, row]).await?;
    rows.iter().map(|r| Ok(Used { id: r.get("id")?, subject: r.get("subject")?, document_no: r.get("document_no")? })).collect()
}

/// Marks a decision as to be looked at again, or as looked at.
pub async fn set_review(tx: &mut Tx, id: i64, review: &str) -> Result<(), DbError> {
    tx.run(REVIEW, params![id, review]).await.map(|_| ())
}

/// Decisions to look at again.
pub async fn to_review(tx: &mut Tx) -> Result<Vec<DecisionRow>, DbError> {
    tx.all(TO_REVIEW, vec![]).await?.iter().map(DecisionRow::read).collect()
}

/// Decisions since a day about a child, or about the children of a guardian.
pub async fn decided_since(tx: &mut Tx, number: &AtenaNo, day: Date) -> Result<Vec<DecisionRow>, DbError> {
    tx.all(DECIDED_SINCE, params![number, day]).await?.iter().map(DecisionRow::read).collect()
}
