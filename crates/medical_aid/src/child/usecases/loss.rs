//! 資格喪失: the registry tells of a move, a death or a removal; this office decides by the city's own rule what it means here.

use crate::child::dossier::{Dossier, fact, school_leave};
use crate::child::model::Notice;
use crate::child::rules::unruled;
use crate::child::store::eligibility as store;
use crate::child::usecases::change::{self, Change, Step};
use crate::child::usecases::decide::child_of;
use kernel::decision::{Decision, FactRef, Reason, Verdict};
use kernel::time::{Date, wareki};
use law::child_medical::{Loss, MoveOut, loss};
use law::params::MoveOutRule;
use platform::{Fault, Unit, task};
use ports::{Ports, ResidentChange};

/// What the page of a notice shows and the draft rests on.
pub struct Review {
    /// The notice.
    pub notice: Notice,
    /// Everything known about the child.
    pub dossier: Dossier,
    /// The answer of the law.
    pub decision: Decision,
    /// What would follow; `None`: nothing, or not yet.
    pub step: Option<Step>,
    /// In words.
    pub result_ja: String,
}

/// The change of a notice.
pub fn change_of(notice: &Notice) -> Option<ResidentChange> {
    serde_json::from_value(serde_json::Value::String(notice.change.clone())).ok()
}

/// Opens a notice and asks the law.
///
/// # Errors
/// As [`Dossier::open`]; a rule without a value in force.
pub async fn review(unit: &mut Unit, ports: &Ports, id: i64) -> Result<Review, Fault> {
    let notice = store::notice(&mut unit.tx, id).await?;
    let today = unit.today();
    let dossier = Dossier::open(unit, ports, &child_of(&notice.atena_no)?, today, store::NOW).await?;
    let (decision, step, result_ja) = match change_of(&notice) {
        Some(ResidentChange::MoveOutNotified | ResidentChange::MovedOut | ResidentChange::MoveOutCancelled) => {
            move_out(&notice, &dossier)?
        }
        Some(ResidentChange::Died | ResidentChange::Removed) => ended(&notice, &dossier)?,
        _ => (Decision::from_reasons(vec![], vec![]), None, "資格への影響はありません".into()),
    };
    // What the register already says needs no second decision.
    let standing = dossier.current().map(|r| r.status.clone());
    let step = step.filter(|s| match s {
        Step::Lose { last_valid, .. } => dossier.current().is_some_and(|r| r.last_valid_day != Some(*last_valid)),
        Step::Resume => standing.as_deref() == Some("喪失"),
        _ => standing.as_deref().is_some_and(|s| s != "喪失"),
    });
    Ok(Review { notice, dossier, decision, step, result_ja })
}

fn evidence(notice: &Notice) -> Vec<FactRef> {
    let row = notice.row_after.map(|row| fact("resident_person", row, "住民記録"));
    let told = fact("medical_aid_notice", notice.id, &format!("{}の通知 {}", notice.reason, wareki(notice.notified)));
    row.into_iter().chain([told]).collect()
}

type Answer = (Decision, Option<Step>, String);

/// The three days of a move out: notified, planned, and what the other city reported.
fn move_out(notice: &Notice, dossier: &Dossier) -> Result<Answer, Fault> {
    let told = change_of(notice);
    let cancelled = told == Some(ResidentChange::MoveOutCancelled);
    let facts = MoveOut {
        notified_on: notice.notified,
        planned_on: notice.planned.unwrap_or(notice.effective),
        moved_in_on: (told == Some(ResidentChange::MovedOut)).then_some(notice.effective),
        cancelled_on: cancelled.then_some(notice.effective),
        evidence: evidence(notice),
    };
    let leave = dossier.leaves.last().map(school_leave);
    let answer = loss(&facts, leave.as_ref(), dossier.ordinance).map_err(unruled)?;
    let (step, words) = match answer.loss {
        Loss::Lost { last_valid_day, loss_day, provisional: false, .. } => {
            let step = Step::Lose { last_valid: last_valid_day, lost_on: loss_day, reason: "転出".into() };
            (Some(step), format!("喪失日 {}・使える最後の日 {}", wareki(loss_day), wareki(last_valid_day)))
        }
        Loss::Lost { last_valid_day, provisional: true, .. } => {
            (None, format!("転出の確定を待っています(予定では {} まで使えます)", wareki(last_valid_day)))
        }
        Loss::Kept { until } => (Some(Step::Keep { until }), "就学のための転出・資格は続きます".into()),
        Loss::Resumed => (Some(Step::Resume), "転出取消・同じ番号で資格は続きます".into()),
        Loss::Open => (None, "申立書の事実を確かめてください".into()),
    };
    Ok((answer.decision, step, words))
}

/// 死亡 covers its day; 職権消除 follows the city's rule for the 消除日.
fn ended(notice: &Notice, dossier: &Dossier) -> Result<Answer, Fault> {
    let row = dossier.ordinance.move_out_rule.at(notice.effective).map_err(unruled)?;
    let died = change_of(notice) == Some(ResidentChange::Died);
    let last_valid: Date = match (died, row.value) {
        (true, _) | (_, MoveOutRule::DayAfter) => notice.effective,
        (false, MoveOutRule::OnErasure) => notice.effective.yesterday().unwrap_or(notice.effective),
    };
    let lost_on = last_valid.tomorrow().unwrap_or(last_valid);
    let words = format!("喪失日 {}・使える最後の日 {}", wareki(lost_on), wareki(last_valid));
    let reason = Reason {
        no: 1,
        title_ja: "市内に住所がなくなった".into(),
        verdict: Verdict::Satisfied,
        verdict_ja: None,
        detail_ja: format!("{} {} → {words}", notice.reason, wareki(notice.effective)),
        article: row.facts.legal_basis.clone(),
        evidence: evidence(notice),
    };
    let reason_ja = if died { "死亡" } else { "職権消除" };
    let step = Step::Lose { last_valid, lost_on, reason: reason_ja.into() };
    Ok((Decision::from_reasons(vec![reason], vec![]), Some(step), words))
}

/// Drafts what follows from the notice.
///
/// # Errors
/// Nothing to decide, a notice that is already dealt with, or a colleague's draft.
pub async fn draft(unit: &mut Unit, ports: &Ports, id: i64) -> Result<i64, Fault> {
    let review = review(unit, ports, id).await?;
    if review.notice.state != "open" {
        return Err(Fault::conflict("この通知は既に処理されています", "起案中か、決裁済みです"));
    }
    let (Some(step), Some(current)) = (review.step, review.dossier.current()) else {
        return Err(Fault::conflict("起案するものがありません", review.result_ja));
    };
    let change = Change {
        child: current.atena_no.clone(),
        subject: current.subject,
        row: current.id,
        step,
        notified_on: review.notice.notified,
        notice: Some(id),
        review: None,
        decision: review.decision,
    };
    let number = current.recipient_no.clone();
    change::draft(unit, &number, &change).await
}

/// Closes a notice that changes nothing here.
///
/// # Errors
/// A notice from which a decision follows.
pub async fn close(unit: &mut Unit, ports: &Ports, id: i64) -> Result<(), Fault> {
    let review = review(unit, ports, id).await?;
    if review.step.is_some() {
        return Err(Fault::conflict("この通知は閉じられません", "資格に影響があります。起案してください"));
    }
    let now = unit.now();
    store::set_notice(&mut unit.tx, id, "done", None).await?;
    Ok(task::done_reference(&mut unit.tx, "kodomo.notice", &id.to_string(), now).await?)
}
