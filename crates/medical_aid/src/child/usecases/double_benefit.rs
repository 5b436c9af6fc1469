//! 二重給付: a receipt arrives for days that were already reimbursed.

use crate::child::dossier::fact;
use crate::child::store::claim as claims;
use crate::child::usecases::review_claim::{days, discipline};
use ::claims::{PaidTwice, Visit};
use kernel::decision::{Decision, Outcome, Verdict};
use law::child_medical::{Care, Discipline, Stay, double_benefit};
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

/// Checks receipts of a month; answers those that were, or may have been, paid in cash already.
///
/// # Errors
/// The database's refusal.
pub async fn receipts(unit: &mut Unit, visits: &[Visit]) -> Result<Vec<PaidTwice>, Fault> {
    let mut found = vec![];
    for visit in visits {
        let stay = Stay {
            institution: visit.institution.clone(),
            // 点数表コード 3 is 歯科, 4 is 調剤; the others are 医科.
            discipline: match visit.table_code {
                3 => Discipline::Dental,
                4 => Discipline::Pharmacy,
                _ => Discipline::Medical,
            },
            care: if visit.inpatient { Care::Inpatient } else { Care::Outpatient },
            month: visit.month,
            days: visit.days.clone(),
            evidence: fact("claims_receipt", visit.receipt, "レセプト"),
        };
        for (claim, decision) in check(unit, &visit.recipient_no, &stay).await? {
            let document = claims::find(&mut unit.tx, claim).await?.document_no;
            let why: Vec<&str> =
                decision.reasons.iter().filter(|r| r.verdict != Verdict::Satisfied).map(|r| r.detail_ja.as_str()).collect();
            found.push(PaidTwice {
                receipt: visit.receipt,
                certain: decision.outcome == Outcome::Refused,
                text_ja: format!("償還払い({document})で支給した診療と重なります。{}", why.join("、")),
            });
        }
    }
    Ok(found)
}
