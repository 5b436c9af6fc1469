//! 決定通知書: what the notice of a decision says, and to whom.

use crate::child::forms::{Money, notice};
use crate::child::store::{claim as claims, decision as decisions};
use crate::child::usecases::card::guardian;
use crate::child::usecases::decide::child_of;
use crate::child::usecases::review_claim::account_of;
use ::forms::DecisionNotice;
use ::forms::parts::{Amount, Line};
use kernel::Yen;
use kernel::time::wareki;
use platform::{Fault, Unit};
use ports::Ports;

/// The notice of a decision and its document number; every group on it is asked of the policy and recorded.
///
/// # Errors
/// A refusal, or a place that may not be printed.
pub async fn context(unit: &mut Unit, ports: &Ports, id: i64) -> Result<(DecisionNotice, String), Fault> {
    let row = decisions::find(&mut unit.tx, id).await?;
    unit.require(row.subject, &["kodomo.eligibility"]).await?;
    let (city, today) = (unit.city().clone(), unit.today());
    let child = ports.residents.person(unit, &child_of(&row.atena_no)?, today).await?;
    let child = child.ok_or_else(|| Fault::missing("対象者"))?;
    let claim = row.origin.as_deref().and_then(|o| o.strip_prefix("claim:")).and_then(|n| n.parse::<i64>().ok());
    let (money, to) = match claim {
        Some(claim) => {
            let claim = claims::find(&mut unit.tx, claim).await?;
            let to = ports.residents.person(unit, &child_of(&claim.applicant_no)?, today).await?;
            (money(unit, claim.id).await?, to)
        }
        None => (Money::default(), guardian(unit, ports, &row.atena_no).await?),
    };
    let grounds = decisions::grounds(&mut unit.tx, row.id).await?;
    let context = notice(&city, &row, grounds, &child, to.as_ref().unwrap_or(&child), money)?;
    Ok((context, row.document_no))
}

/// 内訳 and 合計 of a decided claim, and where it is paid to.
async fn money(unit: &mut Unit, id: i64) -> Result<Money, Fault> {
    let claim = claims::find(&mut unit.tx, id).await?;
    unit.require(claim.subject, &["kodomo.claim"]).await?;
    let lines = claims::lines(&mut unit.tx, id).await?;
    let mut facts = vec![Line::new("申請日", &wareki(claim.claimed_on))];
    for line in &lines {
        let care = if line.inpatient { "入院" } else { "外来" };
        let days = format!("{} {}〜{} {care}", line.institution_name, wareki(line.care_from), wareki(line.care_to));
        facts.push(Line::new("診療", &days));
    }
    let granted = claim.granted.unwrap_or(Yen::ZERO);
    if granted > Yen::ZERO {
        unit.require(claim.subject, &["kodomo.account"]).await?;
        facts.push(Line::new("振込先", &account_of(unit, &claim).await?.masked_ja()));
        facts.extend(claim.pay_due.map(|due| Line::new("振込予定日", &wareki(due))));
    }
    let mut breakdown = vec![Amount::new("窓口で支払った額", "領収書の合計", claim.own_charge)];
    for (label, amount) in [("高額療養費", claim.high_cost), ("附加給付", claim.additional), ("一部自己負担額", claim.copay)]
    {
        let amount = amount.unwrap_or(Yen::ZERO);
        if amount > Yen::ZERO {
            breakdown.push(Amount::new(label, "", -amount));
        }
    }
    let rest = breakdown.iter().map(|a| a.yen).sum::<Yen>() - granted;
    if rest > Yen::ZERO {
        breakdown.push(Amount::new("助成の対象とならない額", "資格のない日・保険外など", -rest));
    }
    Ok(Money { breakdown, total: Some(Amount::new("支給する額", "", granted)), facts })
}
