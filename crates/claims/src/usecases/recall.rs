//! What rests on a link, as far as receipts are concerned: what the city bore for a person, and what it asked others to put right.

use crate::store;
use async_trait::async_trait;
use kernel::Yen;
use kernel::access::Action;
use kernel::ident::AtenaNo;
use kernel::time::{Timestamp, civil};
use platform::{Fault, Unit};
use ports::{LinkUse, LinkUses};
use receipts::Examiner;

/// Receipts, asked by the hub.
pub struct Uses;

fn sender_ja(code: i64) -> &'static str {
    u64::try_from(code).ok().and_then(Examiner::from_code).map_or("請求元", Examiner::label)
}

#[async_trait]
impl LinkUses for Uses {
    async fn uses(&self, unit: &mut Unit, number: &AtenaNo, since: Timestamp) -> Result<Vec<LinkUse>, Fault> {
        let Some(subject) = unit.find_subject(number).await? else { return Ok(vec![]) };
        if !unit.see_for(Action::Look, subject, &["kodomo.receipt"]).await?.has("kodomo.receipt") {
            return Err(Fault::refused("レセプトを扱えない事務です"));
        }
        let mut all = vec![];
        for paid in store::receipts_of(&mut unit.tx, subject, since).await? {
            all.push(LinkUse {
                programme: "kodomo".into(),
                kind: "現物給付".into(),
                title: format!("レセプト 診療年月{} 審査年月{}", paid.care_month, paid.month),
                reference: format!("/claims/receipts/{}", paid.receipt),
                used_on: civil(paid.received_at),
                amount: (paid.share > Yen::ZERO).then_some(paid.share),
                recipient: Some(sender_ja(paid.sender).into()),
            });
        }
        for request in store::requests_of(&mut unit.tx, subject, civil(since)).await? {
            all.push(LinkUse {
                programme: "kodomo".into(),
                kind: "通知".into(),
                title: format!("{} {}", request.route, request.document_no),
                reference: format!("/claims/receipts/{}", request.receipt),
                used_on: request.sent_on,
                amount: None,
                recipient: Some(sender_ja(request.sender).into()),
            });
        }
        all.sort_by_key(|u| u.used_on);
        Ok(all)
    }
}
