//! 停止 and 停止解除.

use crate::child::dossier::fact;
use crate::child::rules::{ordinance, unruled};
use crate::child::store::eligibility as store;
use crate::child::usecases::change::{self, Change, Step};
use crate::child::usecases::decide::child_of;
use kernel::decision::{Decision, Reason, Verdict};
use kernel::time::{Date, wareki};
use platform::{Fault, Unit};

/// Why the card rests.
pub const REASONS: &[&str] = &["保険資格喪失", "所在不明", "更新未提出"];
/// Why it goes on.
pub const RELEASES: &[&str] = &["保険加入の確認", "所在の判明", "更新の提出"];

/// Drafts a 停止 from a day, or its 解除.
///
/// # Errors
/// A child who is not in the scheme, a reason that does not exist, a day before the entitlement.
pub async fn draft(unit: &mut Unit, child: &str, release: bool, from: Date, reason: &str) -> Result<i64, Fault> {
    let current = store::current(&mut unit.tx, &child_of(child)?).await?.ok_or_else(|| Fault::missing("資格"))?;
    let (wanted, reasons) = if release { ("停止中", RELEASES) } else { ("受給中", REASONS) };
    if current.status != wanted {
        return Err(Fault::conflict("この操作はできません", format!("いまの資格の状態は{}です", current.status)));
    }
    if !reasons.contains(&reason) {
        return Err(Fault::field("reason", "事由を選んでください"));
    }
    let earliest = current.suspended_on.filter(|_| release).unwrap_or(current.valid_from);
    if from < earliest {
        return Err(Fault::field("from", format!("{} 以後の日を入力してください", wareki(earliest))));
    }
    let reason_ja = reason.to_owned();
    let step = if release { Step::Release { from, reason: reason_ja } } else { Step::Suspend { from, reason: reason_ja } };
    let article = ordinance(unit.city().profile())?.end_age.at(from).map_err(unruled)?.facts.legal_basis.clone();
    let ground = Reason {
        no: 1,
        title_ja: format!("{}の事由がある", step.label_ja()),
        verdict: Verdict::Satisfied,
        verdict_ja: None,
        detail_ja: format!("{reason}・{} から", wareki(from)),
        article,
        evidence: vec![fact("medical_aid_recipient", current.id, "資格")],
    };
    let change = Change {
        child: child.into(),
        subject: current.subject,
        row: current.id,
        step,
        notified_on: unit.today(),
        notice: None,
        review: None,
        decision: Decision::from_reasons(vec![ground], vec![]),
    };
    change::draft(unit, &current.recipient_no, &change).await
}
