//! 二重給付: a receipt arrives for days that were already reimbursed.

use crate::child::dossier::fact;
use crate::child::store::claim as claims;
use crate::child::usecases::review_claim::{days, discipline};
use kernel::decision::{Decision, Outcome};
use law::child_medical::{Care, Stay, double_benefit};
use platform::{Fault, Unit};

/// Checks a receipt's stay against every decided 償還払い of the recipient; answers the claims that overlap or may overlap.
///
/// # Errors
/// The database's refusal.
pub async fn check(unit: &mut Unit, recipient_no: &str, receipt: &Stay) -> Result<Vec<(i64, Decision)>, Fault> {
    let lines = claims::paid_lines(&mut unit.tx, recipient_no, receipt.month).await?;
    let mut found = vec![];
    for line in lines {
        let reimbursed = Stay {
            institution: line.institution.clone(),
            discipline: discipline(&line.care_kind),
            care: if line.inpatient { Care::Inpatient } else { Care::Outpatient },
            month: line.care_month,
            days: days(&line),
            evidence: fact("medical_aid_claim_line", line.id, "償還払いの明細"),
        };
        let decision = double_benefit(&reimbursed, receipt);
        if decision.outcome != Outcome::Granted {
            found.push((line.claim_id, decision));
        }
    }
    Ok(found)
}
