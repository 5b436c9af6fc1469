//! What this programme hears from others.

use crate::child::model::Notice;
use crate::child::store::{decision, eligibility as store};
use crate::child::usecases::{refund, review_correction};
use crate::child::words::kind_ja;
use async_trait::async_trait;
use kernel::access::Action;
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
        let Some(subject) = unit.find_subject(number).await? else { return Ok(vec![]) };
        let groups = ["kodomo.eligibility", "kodomo.claim", "kodomo.card"];
        let seen = unit.see_for(Action::Look, subject, &groups).await?;
        if !groups.iter().all(|group| seen.has(group)) {
            return Err(Fault::refused("決定・医療証を扱えない事務です"));
        }
        let mut all = vec![];
        for d in decision::decided_since(&mut unit.tx, number, civil(since)).await? {
            all.push(LinkUse {
                programme: "kodomo".into(),
                kind: if d.amount.is_some() { "支給" } else { "決定" }.into(),
                title: match d.amount {
                    Some(yen) => format!("{} {} 決定額 {yen}", kind_ja(&d.kind), d.document_no),
                    None => format!("{} {}", kind_ja(&d.kind), d.document_no),
                },
                reference: format!("/kodomo/decisions/{}", d.id),
                used_on: d.decided_on,
                // The money itself moves by 支払, which says what became of it.
                amount: None,
                recipient: None,
            });
            // Every decision is told by a letter, which has to come back or be put right by another one.
            all.push(LinkUse {
                programme: "kodomo".into(),
                kind: "通知".into(),
                title: format!("決定通知書 {}", d.document_no),
                reference: format!("/kodomo/decisions/{}", d.id),
                used_on: d.decided_on,
                amount: None,
                recipient: Some("保護者".into()),
            });
        }
        for card in store::issued_since(&mut unit.tx, number, civil(since)).await? {
            let collected = card.collected_on.map_or("未回収", |_| "回収済");
            all.push(LinkUse {
                programme: "kodomo".into(),
                kind: "医療証".into(),
                title: format!("医療証 {}({collected})", card.reissue),
                reference: format!("/kodomo/person/{}", card.atena_no),
                used_on: card.issued_on,
                amount: None,
                recipient: Some("保護者".into()),
            });
        }
        all.sort_by_key(|u| u.used_on);
        Ok(all)
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
