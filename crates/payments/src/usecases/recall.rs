//! What rests on a link, as far as money is concerned: what was paid to a person, and what was demanded of them.

use crate::store;
use async_trait::async_trait;
use kernel::Yen;
use kernel::access::Action;
use kernel::ident::AtenaNo;
use kernel::time::{Timestamp, civil};
use platform::{Fault, Unit};
use ports::{LinkUse, LinkUses};

/// Payments, asked by the hub.
pub struct Uses;

#[async_trait]
impl LinkUses for Uses {
    async fn uses(&self, unit: &mut Unit, number: &AtenaNo, since: Timestamp) -> Result<Vec<LinkUse>, Fault> {
        let Some(subject) = unit.find_subject(number).await? else { return Ok(vec![]) };
        if !unit.see_for(Action::Look, subject, &["kodomo.payment"]).await?.has("kodomo.payment") {
            return Err(Fault::refused("支払を扱えない事務です"));
        }
        let mut all = vec![];
        for payment in store::payments_of(&mut unit.tx, subject, number, since).await? {
            all.push(LinkUse {
                programme: payment.purpose.clone(),
                kind: "支払".into(),
                title: format!("{} {}回目({})", payment.title, payment.attempt, payment.state_ja()),
                reference: payment.transfer_id.map_or_else(|| "/payments".into(), |run| format!("/payments/transfers/{run}")),
                used_on: payment.paid_on.unwrap_or(civil(payment.created_at)),
                amount: Some(payment.amount),
                recipient: Some(if payment.payee == number.as_str() { "本人の口座" } else { "本人以外の受取人の口座" }.into()),
            });
        }
        for demand in store::demands_of(&mut unit.tx, subject, number, since).await? {
            all.push(LinkUse {
                programme: demand.purpose.clone(),
                kind: "返還金".into(),
                title: format!("{} {}(返還額 {})", demand.title, demand.document_no, demand.amount),
                reference: format!("/payments/demands/{}", demand.id),
                used_on: demand.decided_on,
                // What came in has to go back; what did not is demanded no longer.
                amount: (demand.received > Yen::ZERO).then_some(demand.received),
                recipient: Some(if demand.debtor == number.as_str() { "本人" } else { "本人以外の返還する人" }.into()),
            });
        }
        all.sort_by_key(|u| u.used_on);
        Ok(all)
    }
}
