//! 返還金: money that somebody owes back, what came in for it, and the end of it.

use crate::model::{Demand, Income};
use crate::store;
use kernel::ident::AtenaNo;
use kernel::{Date, Yen};
use platform::{Fault, Unit, case, outbox};
use serde::{Deserialize, Serialize};

/// Topic of [`DemandPaid`].
pub const DEMAND_PAID: &str = "payments.demand_paid";
/// Days that the debtor has to pay.
const DAYS: i64 = 30;
/// Ways in which money comes in.
pub const CHANNELS: [&str; 3] = ["納付書", "口座振込", "窓口"];

/// A demand was paid in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemandPaid {
    /// Programme and number of the decision.
    pub origin: String,
    /// 完納日
    pub on: Date,
}

/// A demand that was decided.
#[derive(Debug, Clone)]
pub struct NewDemand<'a> {
    /// Programme and number of the decision: it is demanded once.
    pub origin: &'a str,
    /// What it is, without names.
    pub title: &'a str,
    /// The person of the log whose benefit it was.
    pub subject: i64,
    /// Who owes it.
    pub debtor: &'a AtenaNo,
    /// How much; positive.
    pub amount: Yen,
    /// Why, in words for the notice.
    pub reason: &'a str,
    /// Article.
    pub article: &'a str,
    /// 文書番号 of the programme's own notice; without one the notice is printed from the demand.
    pub document_no: Option<&'a str>,
}

/// Registers the demand in the unit of the decision.
///
/// # Errors
/// An amount that is not positive, or an origin that is already demanded.
pub async fn demand(unit: &mut Unit, new: NewDemand<'_>) -> Result<i64, Fault> {
    if new.amount <= Yen::ZERO {
        return Err(Fault::conflict("返還金を登録できません", "返還額が0円以下です"));
    }
    if store::demand_of(&mut unit.tx, new.origin).await?.is_some() {
        return Err(Fault::conflict("返還金は既に登録されています", "同じ決定による返還は一度だけ求めます"));
    }
    let today = unit.today();
    let document_no = match new.document_no {
        Some(number) => number.to_owned(),
        None => {
            let serial = case::next_number(&mut unit.tx, "demand-document").await?;
            format!("返還第{}-{serial}号", kernel::time::fiscal_year(today) - 2018)
        }
    };
    let due = today.checked_add(jiff::Span::new().days(DAYS)).unwrap_or(today);
    let row = Demand {
        id: 0,
        origin: new.origin.into(),
        title: new.title.into(),
        office: unit.staff().office().into(),
        purpose: unit.staff().purpose.clone().unwrap_or_default(),
        subject: new.subject,
        debtor: new.debtor.as_str().into(),
        amount: new.amount,
        received: Yen::ZERO,
        reason: new.reason.into(),
        article: new.article.into(),
        document_no,
        own_notice: new.document_no.is_none(),
        decided_on: today,
        due: reference::holidays::bank_day_from(due),
        state: "open".into(),
        closed_on: None,
        created_at: unit.now(),
    };
    Ok(row.insert(&mut unit.tx).await?)
}

/// Enters money that came in. The last yen closes the demand and tells the programme.
///
/// # Errors
/// More than is owed, a day after today or before the decision, or a demand that is closed.
pub async fn receive(unit: &mut Unit, id: i64, on: Date, amount: Yen, channel: &str) -> Result<(), Fault> {
    let office = unit.staff().office().to_owned();
    let owed = store::demand(&mut unit.tx, &office, id).await?;
    if on > unit.today() || on < owed.decided_on {
        return Err(Fault::field("received_on", "収納日は、決定日からきょうまでの日にしてください"));
    }
    if amount <= Yen::ZERO {
        return Err(Fault::field("amount", "収納額は1円以上で入力してください"));
    }
    if !store::add_income(&mut unit.tx, id, amount).await? {
        let left = owed.amount - owed.received;
        return Err(Fault::field("amount", format!("残りの {left} を超えています。納めすぎた分は受け取らずに返してください")));
    }
    let (entered_by, entered_at) = (unit.staff().name.clone(), unit.now());
    let income = Income { id: 0, demand_id: id, received_on: on, amount, channel: channel.into(), entered_by, entered_at };
    income.insert(&mut unit.tx).await?;
    if store::close_demand(&mut unit.tx, id, on).await? {
        outbox::publish(unit, DEMAND_PAID, &DemandPaid { origin: owed.origin, on }).await?;
    }
    Ok(())
}
