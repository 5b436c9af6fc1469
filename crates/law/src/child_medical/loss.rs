//! Losing the aid by moving out: the days as notified, as they really were, and what the city's ordinance makes of them.

use super::eligibility::school;
use super::facts::{EndCause, SchoolLeave};
use crate::params::{ChildMedical, MoveOutRule, ParamError};
use crate::reasons::{Finding, numbered};
use crate::resident;
use kernel::decision::{Decision, FactRef, Verdict};
use kernel::time::{Date, wareki};

/// A notified move out with the days known so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveOut {
    /// 届出日
    pub notified_on: Date,
    /// 転出の予定年月日
    pub planned_on: Date,
    /// 転入をした日 from the other city's 転入通知, once it came.
    pub moved_in_on: Option<Date>,
    /// Day of the 転出取消, when it was cancelled.
    pub cancelled_on: Option<Date>,
    /// Rows: the notification, the 転入通知.
    pub evidence: Vec<FactRef>,
}

/// What the move out does to the aid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The aid ends.
    Lost {
        /// 消除日 of the register.
        erased_on: Date,
        /// Last day on which the card is valid.
        last_valid_day: Date,
        /// 資格喪失日
        loss_day: Date,
        /// No 転入通知 yet: the day rests on the plan and may still become an earlier one.
        provisional: bool,
    },
    /// The child left for school and keeps the card through this day (or without a fixed end).
    Kept {
        /// Last day accepted by the 申立書.
        until: Option<Date>,
    },
    /// The move was cancelled: the aid goes on under the same number.
    Resumed,
    /// A fact about the 申立書 is missing.
    Open,
}

/// The answer: [`kernel::decision::Outcome::Granted`] means 喪失する.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LossDecision {
    /// Reasons: 1 転出の届出がある, 2 取り消されていない, 3 就学のための申立てがない.
    pub decision: Decision,
    /// The result with its days.
    pub loss: Loss,
}

/// The last valid day for an end in the register: a death covers its day; a move out or 職権消除 follows the city's rule.
pub(super) fn last_valid_day(end: Date, cause: EndCause, rule: MoveOutRule) -> Date {
    match (cause, rule) {
        (EndCause::Died, _) | (_, MoveOutRule::DayAfter) => end,
        (_, MoveOutRule::OnErasure) => end.yesterday().unwrap_or(end),
    }
}

/// Decides the loss of one child's aid by a move out.
///
/// # Errors
/// [`ParamError::NotInForce`].
pub fn loss(move_out: &MoveOut, school_leave: Option<&SchoolLeave>, rules: &ChildMedical) -> Result<LossDecision, ParamError> {
    let erased_on = resident::erased_on(move_out.planned_on, move_out.moved_in_on);
    let row = rules.move_out_rule.at(erased_on)?;
    let last = last_valid_day(erased_on, EndCause::MovedOut, row.value);
    let loss_day = last.tomorrow().unwrap_or(last);
    let arrived = match move_out.moved_in_on {
        Some(day) => format!("転入通知の転入日 {}", wareki(day)),
        None => "転入通知 未着".to_owned(),
    };
    let words = format!(
        "届出 {}・予定 {}・{arrived} → 消除 {}・使える最後の日 {}・喪失日 {}",
        wareki(move_out.notified_on),
        wareki(move_out.planned_on),
        wareki(erased_on),
        wareki(last),
        wareki(loss_day)
    );
    let article = row.facts.legal_basis.as_str();
    let moved = Finding::new(Verdict::Satisfied, words, article).with(move_out.evidence.iter().cloned());
    let standing = match move_out.cancelled_on {
        Some(day) => Finding::new(Verdict::NotSatisfied, format!("{} 転出取消", wareki(day)), "住民基本台帳法24条"),
        None => Finding::new(Verdict::Satisfied, "転出取消の届出なし", "住民基本台帳法24条"),
    };
    let kept = school_leave.filter(|l| l.period.contains(loss_day));
    let leave = match kept {
        None => Finding::new(Verdict::Satisfied, "申立書なし", rules.keep_for_school.at(erased_on)?.facts.legal_basis.as_str()),
        // Keeping the aid is the opposite of losing it.
        Some(leave) => {
            let mut finding = school(leave, erased_on, rules)?;
            finding.verdict = match finding.verdict {
                Verdict::Satisfied => Verdict::NotSatisfied,
                Verdict::NotSatisfied => Verdict::Satisfied,
                other => other,
            };
            finding
        }
    };
    let loss = match (move_out.cancelled_on, leave.verdict) {
        (Some(_), _) => Loss::Resumed,
        (None, Verdict::NotSatisfied) => Loss::Kept { until: kept.and_then(|l| l.period.to) },
        (None, Verdict::Unclear) => Loss::Open,
        (None, _) => Loss::Lost { erased_on, last_valid_day: last, loss_day, provisional: move_out.moved_in_on.is_none() },
    };
    let reasons = vec![
        moved.reason("転出の届出がある"),
        standing.reason("転出が取り消されていない"),
        leave.reason("引き続き対象とする就学の申立てがない"),
    ];
    Ok(LossDecision { decision: Decision::from_reasons(numbered(reasons), vec![]), loss })
}
