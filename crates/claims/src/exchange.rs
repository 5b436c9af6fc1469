//! What this slice hears from others.

use crate::store;
use async_trait::async_trait;
use payments::{DEMAND_PAID, DemandPaid};
use platform::outbox::{self, Subscription};
use platform::{Fault, Unit};
use ports::{MONTH_REFUNDED, MonthRefunded};

/// The guardian has paid back: the finding is closed, the receipt stands.
pub struct OnPaid;

#[async_trait]
impl Subscription for OnPaid {
    fn name(&self) -> &'static str {
        "claims.on_demand_paid"
    }

    fn topic(&self) -> &'static str {
        DEMAND_PAID
    }

    fn works_for(&self) -> (&'static str, &'static str) {
        ("iryo", "kodomo")
    }

    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let paid: DemandPaid = outbox::event(payload)?;
        let finding = paid.origin.strip_prefix("claims.finding:").and_then(|n| n.parse().ok());
        if let Some(finding) = finding {
            store::end_finding(&mut unit.tx, finding, "recovered", "recovering").await?;
        }
        Ok(())
    }
}

/// 自動償還 was decided: the month knows what has been granted of its excess.
pub struct OnRefunded;

#[async_trait]
impl Subscription for OnRefunded {
    fn name(&self) -> &'static str {
        "claims.on_month_refunded"
    }

    fn topic(&self) -> &'static str {
        MONTH_REFUNDED
    }

    fn works_for(&self) -> (&'static str, &'static str) {
        ("iryo", "kodomo")
    }

    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let event: MonthRefunded = outbox::event(payload)?;
        Ok(store::set_settled(&mut unit.tx, &event.recipient_no, event.care_month, event.granted).await?)
    }
}
