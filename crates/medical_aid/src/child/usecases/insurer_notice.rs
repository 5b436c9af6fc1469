//! The insurer's notice on 高額療養費 or 附加給付 arrives: a claim that waited can go on.

use crate::child::model::InsurerNotice;
use crate::child::store::claim as claims;
use kernel::{Date, Yen};
use platform::{Fault, Unit};

/// Kinds of notice.
pub const KINDS: &[&str] = &["附加給付", "高額療養費"];

/// The paper.
#[derive(Debug, Clone)]
pub struct NewNotice {
    /// The claim.
    pub claim: i64,
    /// 附加給付 or 高額療養費.
    pub kind: String,
    /// Amount; zero: the insurer gives nothing.
    pub amount: Yen,
    /// Number on the paper.
    pub number: String,
    /// Day of the notice.
    pub on: Date,
}

/// Stores the notice; the claim leaves 保留 when nothing else is awaited.
///
/// # Errors
/// A day in the future, an unknown kind, an amount above what was paid, or a claim that is being decided.
pub async fn run(unit: &mut Unit, new: &NewNotice) -> Result<i64, Fault> {
    if new.on > unit.today() {
        return Err(Fault::field("on", "通知日は、きょう以前の日を入力してください"));
    }
    if !KINDS.contains(&new.kind.as_str()) {
        return Err(Fault::field("kind", "通知の種類を選んでください"));
    }
    let claim = claims::find(&mut unit.tx, new.claim).await?;
    unit.require(claim.subject, &["kodomo.claim"]).await?;
    if !matches!(claim.state.as_str(), "受付" | "保留") {
        return Err(Fault::conflict("通知を登録できません", format!("この請求は{}です", claim.state)));
    }
    if new.amount > claim.own_charge {
        return Err(Fault::field("amount", "支払った額を超えています。通知の額を確かめてください"));
    }
    let row = InsurerNotice {
        id: 0,
        claim_id: new.claim,
        kind: new.kind.clone(),
        amount: new.amount,
        notice_no: new.number.clone(),
        noticed_on: new.on,
        seq: unit.seq().await?,
        recorded_at: unit.now(),
    };
    let id = row.insert(&mut unit.tx).await?;
    claims::set_contribution(&mut unit.tx, new.claim, &new.kind, new.amount).await?;
    let after = claims::find(&mut unit.tx, new.claim).await?;
    let waits = [&after.additional_state, &after.high_cost_state].iter().any(|s| s.as_str() == "決定待ち");
    if !waits {
        claims::set_state(&mut unit.tx, new.claim, "受付", "未決裁", None).await?;
    }
    Ok(id)
}
