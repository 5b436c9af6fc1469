//! 保存期間の満了: the city's copies of 情報提供等記録, and inquiries with their answers, go when the gateway's records go. What remains is that
//! they were there and when they went, with a hash that names nobody.

use super::{by_the_desk, day_begins};
use crate::model::{Exchanged, INQUIRY, Inquiry, RECORD, Removal};
use crate::store;
use crate::usecases::courier::{ANSWERED, CALLED_BACK};
use async_trait::async_trait;
use jiff::Span;
use kernel::access::Action;
use kernel::time::{Date, Timestamp, civil};
use platform::chore::Chore;
use platform::keys::{hex, sha256};
use platform::{City, Fault, Unit, task};
use std::time::Duration;

/// Removes what is older than its period.
pub struct Sweep {
    /// Years for which a record is kept, counted from 求め日時.
    pub years: u16,
}

/// The last day on which something asked for at an instant must be there.
fn kept_until(asked_at: Timestamp, years: u16) -> Date {
    civil(asked_at).checked_add(Span::new().years(years)).unwrap_or(Date::MAX)
}

/// Is the time of something over that was asked for at an instant?
pub fn over(asked_at: Timestamp, years: u16, today: Date) -> bool {
    today > kept_until(asked_at, years)
}

/// Hash over what was exchanged; the person is not part of it, since there are too few people for a hash to hide one.
fn digest(parts: &[&str]) -> String {
    let lengths = parts.iter().map(|part| format!("{}:{part}", part.len()));
    hex(&sha256(lengths.collect::<String>().as_bytes()))
}

fn at(instant: Option<Timestamp>) -> String {
    instant.map_or_else(String::new, |at| at.to_string())
}

fn record_digest(r: &Exchanged) -> String {
    let (asked, provided, hidden) = (at(Some(r.asked_at)), at(r.provided_at), r.hidden.to_string());
    digest(&[&r.permit_no, &r.side, &r.counterpart, &r.procedure_code, &r.data_set, &asked, &provided, &hidden])
}

fn inquiry_digest(i: &Inquiry) -> String {
    let (asked, answered) = (at(Some(i.asked_at)), at(i.answered_at));
    let root = i.root.clone().unwrap_or_default();
    digest(&[&i.request, &i.programme, &i.provider, &i.procedure_code, &i.data_set, &i.items, &i.state, &asked, &answered, &root])
}

impl Sweep {
    /// One part; answers whether there may be more.
    async fn part(&self, city: &City) -> Result<bool, Fault> {
        let today = city.today();
        let first = today.checked_sub(Span::new().years(self.years)).unwrap_or(Date::MIN);
        let before = day_begins(first);
        let mut tx = city.db().read().await?;
        let records = store::records_before(&mut tx, before).await?;
        let inquiries = store::inquiries_before(&mut tx, before).await?;
        drop(tx);
        if records.is_empty() && inquiries.is_empty() {
            return Ok(false);
        }
        let mut unit = Unit::change(city, &by_the_desk("保存期間の満了"), "保存期間を過ぎた記録の消去", Action::Run).await?;
        unit.permit(Action::Run, RECORD).await?;
        let now = unit.now();
        let (mut subjects, mut proofs) = (vec![], vec![]);
        let proof = |kind: &str, number: &str, digest: String, asked_at: Timestamp| Removal {
            id: 0,
            kind: kind.into(),
            number: number.into(),
            digest,
            kept_until: kept_until(asked_at, self.years),
            removed_on: today,
        };
        for record in &records {
            if let Some(who) = &record.atena_no {
                subjects.extend(unit.find_subject(who).await?);
            }
            let kind = format!("{}の記録", record.side);
            proofs.push(proof(&kind, &record.permit_no, record_digest(record), record.asked_at));
            store::remove_record(&mut unit.tx, record.id).await?;
        }
        for inquiry in &inquiries {
            subjects.extend(unit.find_subject(&inquiry.atena_no).await?);
            proofs.push(proof("照会", &inquiry.request, inquiry_digest(inquiry), inquiry.asked_at));
            store::remove_inquiry(&mut unit.tx, inquiry.id).await?;
            for kind in [ANSWERED, CALLED_BACK] {
                task::done_reference(&mut unit.tx, kind, &inquiry.id.to_string(), now).await?;
            }
        }
        Removal::insert_all(&proofs, &mut unit.tx).await?;
        unit.bulk(&subjects, &[RECORD, INQUIRY]);
        unit.note(format!("保存期間の満了 記録 {}件、照会 {}件", records.len(), inquiries.len()));
        unit.commit(()).await?;
        Ok(true)
    }
}

#[async_trait]
impl Chore for Sweep {
    fn name(&self) -> &'static str {
        "exchange.sweep"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(3_600)
    }

    async fn run(&self, city: &City) -> Result<(), Fault> {
        while self.part(city).await? {}
        Ok(())
    }
}
