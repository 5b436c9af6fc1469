//! What this programme hears from others.

use crate::child::model::{DecisionRow, Notice};
use crate::child::store::{decision, eligibility as store};
use crate::child::usecases::{refund, review_correction};
use crate::child::words::kind_ja;
use async_trait::async_trait;
use kernel::ident::AtenaNo;
use kernel::time::{Timestamp, civil};
use platform::outbox::{self, Subscription};
use platform::task::{self, NewTask};
use platform::{Fault, Unit};
use ports::{LinkUse, LinkUses, MONTH_SETTLED, MonthSettled, RESIDENT_EVENT, ResidentChange, ResidentEvent};

/// What this office did for a person: asked by the hub when a link is found to be wrong.
pub struct Uses;

#[async_trait]
impl LinkUses for Uses {
    async fn uses(&self, unit: &mut Unit, number: &AtenaNo, since: Timestamp) -> Result<Vec<LinkUse>, Fault> {
        let decisions = decision::decided_since(&mut unit.tx, number, civil(since)).await?;
        let used = |d: DecisionRow| LinkUse {
            programme: "kodomo".into(),
            kind: if d.amount.is_some() { "支給" } else { "決定" }.into(),
            title: format!("{} {}", kind_ja(&d.kind), d.document_no),
            reference: format!("/kodomo/decisions/{}", d.id),
            used_on: d.decided_on,
            amount: d.amount,
            recipient: d.amount.map(|_| "保護者の口座".into()),
        };
        Ok(decisions.into_iter().map(used).collect())
    }
}

/// Days to look at a notice that has no day of its own.
const DAYS: i64 = 7;

/// Listens to the resident registry.
pub struct OnResident;

#[async_trait]
impl Subscription for OnResident {
    fn name(&self) -> &'static str {
        "kodomo.on_resident_event"
    }

    fn topic(&self) -> &'static str {
        RESIDENT_EVENT
    }

    fn works_for(&self) -> (&'static str, &'static str) {
        ("iryo", "kodomo")
    }

    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let event: ResidentEvent = outbox::event(payload)?;
        let number = &event.atena_no;
        let Some(subject) = unit.find_subject(number).await? else { return Ok(()) };
        let applied = !store::applications(&mut unit.tx, number).await?.is_empty();
        if store::current(&mut unit.tx, number).await?.is_none() && !applied {
            return Ok(());
        }
        if matches!(event.change, ResidentChange::Corrected | ResidentChange::Cancelled) {
            review_correction::list(unit, &event).await?;
        }
        let Some(title) = title(event.change) else { return Ok(()) };
        let change = serde_json::to_value(event.change).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        let notice = Notice {
            id: 0,
            subject,
            atena_no: number.as_str().into(),
            change,
            effective: event.effective,
            notified: event.notified,
            planned: event.planned,
            row_after: event.row_after,
            reason: event.reason_ja.clone(),
            received_at: unit.now(),
            state: "open".into(),
            decision_id: None,
        };
        let id = notice.insert(&mut unit.tx).await?;
        let (today, now) = (unit.today(), unit.now());
        let soon = today.checked_add(jiff::Span::new().days(DAYS)).unwrap_or(today);
        let reference = id.to_string();
        let new = NewTask {
            office: "iryo",
            purpose: "kodomo",
            kind: "kodomo.notice",
            title,
            subject: Some(subject),
            reference: Some(&reference),
            due: Some(event.planned.map_or(soon, |p| p.max(today).min(soon))),
        };
        Ok(task::add(&mut unit.tx, new, now).await?)
    }
}

/// What the queue says; `None` for changes that this office need not look at.
fn title(change: ResidentChange) -> Option<&'static str> {
    match change {
        ResidentChange::MoveOutNotified => Some("転出予定の通知: 申立書と医療証の確認"),
        ResidentChange::MovedOut => Some("転出の通知: 資格喪失の確認"),
        ResidentChange::MoveOutCancelled => Some("転出取消の通知: 資格の再開の確認"),
        ResidentChange::Died => Some("死亡の通知: 資格喪失の確認"),
        ResidentChange::Removed => Some("職権消除の通知: 資格喪失の確認"),
        ResidentChange::MovedWithin => Some("転居の通知: 医療証の住所の確認"),
        ResidentChange::Corrected | ResidentChange::Cancelled => Some("住民記録の訂正の通知"),
        ResidentChange::Entered | ResidentChange::Born | ResidentChange::HouseholdChanged | ResidentChange::ProtectionChanged => {
            None
        }
    }
}

/// Listens to the receipts slice.
pub struct OnMonth;

#[async_trait]
impl Subscription for OnMonth {
    fn name(&self) -> &'static str {
        "kodomo.on_month_settled"
    }

    fn topic(&self) -> &'static str {
        MONTH_SETTLED
    }

    fn works_for(&self) -> (&'static str, &'static str) {
        ("iryo", "kodomo")
    }

    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let event: MonthSettled = outbox::event(payload)?;
        refund::hear(unit, &event).await
    }
}
