//! What rests on a link, as far as the exchange is concerned: copies at the gateway, answers received, answers given.

use crate::model::{INQUIRY, ORIGINAL, RECORD};
use crate::store;
use crate::usecases::load;
use crate::{Needs, list};
use async_trait::async_trait;
use kernel::access::Action;
use kernel::ident::AtenaNo;
use kernel::time::{Timestamp, civil};
use platform::{Fault, Unit};
use ports::{LinkUse, LinkUses};

/// The exchange, asked by the hub.
pub struct Uses {
    /// What the programme works with.
    pub needs: Needs,
}

#[async_trait]
impl LinkUses for Uses {
    async fn uses(&self, unit: &mut Unit, number: &AtenaNo, since: Timestamp) -> Result<Vec<LinkUse>, Fault> {
        let Some(subject) = unit.find_subject(number).await? else { return Ok(vec![]) };
        // Whoever decides about a link looks at what rests on it.
        let groups = [INQUIRY, ORIGINAL, RECORD];
        let seen = unit.see_for(Action::Look, subject, &groups).await?;
        if !groups.iter().all(|group| seen.has(group)) {
            return Err(Fault::refused("副本・照会・提供を扱えない事務です"));
        }
        let list = list()?;
        let mut all = vec![];
        // What the gateway never had of this number cannot have reached anybody.
        let there = |c: &crate::model::Copy| c.sent_at >= since && [load::THERE, load::GONE].contains(&c.state.as_str());
        for copy in store::copies_of(&mut unit.tx, number).await?.into_iter().filter(there) {
            all.push(LinkUse {
                programme: crate::PURPOSE.code.into(),
                kind: "副本".into(),
                title: format!("{} {}", list.data_set_ja(&copy.data_set), copy.record_key),
                reference: crate::web::originals::PAGE.into(),
                used_on: civil(copy.sent_at),
                amount: None,
                recipient: Some("中間サーバー".into()),
            });
        }
        for inquiry in store::inquiries_of(&mut unit.tx, number, since).await?.into_iter().filter(|i| i.answered_at.is_some()) {
            all.push(LinkUse {
                programme: inquiry.programme.clone(),
                kind: "照会の回答".into(),
                title: format!("{} {}", list.data_set_ja(&inquiry.data_set), list.procedure_ja(&inquiry.procedure_code)),
                reference: format!("{}/{}", crate::web::inquiries::LIST, inquiry.id),
                used_on: inquiry.answered_at.map_or(civil(inquiry.asked_at), civil),
                amount: None,
                recipient: Some(unit.city().office_name(&inquiry.office)),
            });
        }
        let given = |r: &crate::model::Exchanged| r.side == "提供" && r.provided_at.is_some();
        for record in store::records_of(&mut unit.tx, number, since).await?.into_iter().filter(given) {
            all.push(LinkUse {
                programme: crate::PURPOSE.code.into(),
                kind: "提供".into(),
                title: format!("{} {}", list.data_set_ja(&record.data_set), list.procedure_ja(&record.procedure_code)),
                reference: crate::web::records::PAGE.into(),
                used_on: record.provided_at.map_or(civil(record.asked_at), civil),
                amount: None,
                recipient: Some(self.needs.institution_ja(&record.counterpart)),
            });
        }
        all.sort_by_key(|u| u.used_on);
        Ok(all)
    }
}
