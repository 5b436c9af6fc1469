//! 保存期間の満了: the city's copies of 情報提供等記録, and inquiries with their answers, go when the gateway's records go; consents, 正本 of other
//! systems, the files in which they came and comparisons when their own time is over. What remains is that they were there and when they
//! went, with a hash that names nobody.

use super::{by_the_desk, day_begins};
use crate::model::{CONSENT, Comparison, Consent, Exchanged, INQUIRY, Inquiry, Intake, ORIGINAL, OriginalRow, RECORD, Removal};
use crate::usecases::compare::TASK as DIFFERS;
use crate::usecases::courier::{ANSWERED, CALLED_BACK};
use crate::{Years, store};
use async_trait::async_trait;
use jiff::Span;
use kernel::access::Action;
use kernel::ident::AtenaNo;
use kernel::time::{Date, Timestamp, civil};
use platform::chore::Chore;
use platform::keys::{hex, sha256};
use platform::{City, Fault, Unit, file, task};
use std::time::Duration;

/// Removes what is older than its period.
pub struct Sweep {
    /// How long what is kept.
    pub years: Years,
}

/// The last day on which something must be there whose time begins on a day.
fn kept_until(from: Date, years: u16) -> Date {
    from.checked_add(Span::new().years(years)).unwrap_or(Date::MAX)
}

/// Is the time of something over that was asked for at an instant?
pub fn over(asked_at: Timestamp, years: u16, today: Date) -> bool {
    today > kept_until(civil(asked_at), years)
}

/// Hash over what was exchanged; the person is not part of it, since there are too few people for a hash to hide one.
fn digest(parts: &[&str]) -> String {
    let lengths = parts.iter().map(|part| format!("{}:{part}", part.len()));
    hex(&sha256(lengths.collect::<String>().as_bytes()))
}

fn at(instant: Option<Timestamp>) -> String {
    instant.map_or_else(String::new, |at| at.to_string())
}

fn day(day: Option<Date>) -> String {
    day.map_or_else(String::new, |day| day.to_string())
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

fn consent_digest(c: &Consent) -> String {
    let (given, until, recorded) = (c.given_on.to_string(), day(c.until), at(Some(c.recorded_at)));
    digest(&[&c.procedure_code, &c.data_set, &given, &until, &c.evidence, &recorded])
}

fn original_digest(o: &OriginalRow) -> String {
    let (version, from, to) = (o.version.to_string(), o.published_from.to_string(), day(o.published_to));
    digest(&[&o.data_set, &version, &o.record_key, &from, &to, &o.system, &hex(&sha256(&o.items)), &at(Some(o.recorded_at))])
}

fn intake_digest(i: &Intake) -> String {
    let (version, good, bad) = (i.version.to_string(), i.good.to_string(), i.bad.to_string());
    digest(&[&i.name, &i.system, &i.data_set, &version, &good, &bad, &at(Some(i.received_at)), &at(i.done_at)])
}

fn comparison_digest(c: &Comparison) -> String {
    let [people, records, differences] = [c.people, c.records, c.differences].map(|n| n.to_string());
    digest(&[&at(Some(c.compared_at)), &people, &records, &c.root, &differences])
}

/// What goes together: whose it was, and what remains of it.
struct Going {
    today: Date,
    subjects: Vec<i64>,
    proofs: Vec<Removal>,
}

impl Going {
    fn new(today: Date) -> Self {
        Self { today, subjects: vec![], proofs: vec![] }
    }

    async fn of(&mut self, unit: &mut Unit, who: &AtenaNo) -> Result<(), Fault> {
        self.subjects.extend(unit.find_subject(who).await?);
        Ok(())
    }

    fn proof(&mut self, kind: &str, number: String, digest: String, kept_until: Date) {
        self.proofs.push(Removal { id: 0, kind: kind.into(), number, digest, kept_until, removed_on: self.today });
    }

    async fn commit(self, mut unit: Unit) -> Result<(), Fault> {
        Removal::insert_all(&self.proofs, &mut unit.tx).await?;
        unit.bulk(&self.subjects, &[RECORD, INQUIRY, CONSENT, ORIGINAL]);
        unit.note(format!("保存期間の満了 {}件", self.proofs.len()));
        unit.commit(()).await.map(|_| ())
    }
}

/// A day that so many years later is past: what is from before it goes.
fn first_kept(today: Date, years: u16) -> Date {
    today.checked_sub(Span::new().years(years)).unwrap_or(Date::MIN)
}

async fn begin(city: &City) -> Result<Unit, Fault> {
    let mut unit = Unit::change(city, &by_the_desk("保存期間の満了"), "保存期間を過ぎた記録の消去", Action::Run).await?;
    unit.permit(Action::Run, RECORD).await?;
    Ok(unit)
}

impl Sweep {
    /// One part of 情報提供等記録 and inquiries; answers whether there may be more.
    async fn records(&self, city: &City) -> Result<bool, Fault> {
        let (today, years) = (city.today(), self.years.records);
        let before = day_begins(first_kept(today, years));
        let mut tx = city.db().read().await?;
        let records = store::records_before(&mut tx, before).await?;
        let inquiries = store::inquiries_before(&mut tx, before).await?;
        drop(tx);
        if records.is_empty() && inquiries.is_empty() {
            return Ok(false);
        }
        let (mut unit, mut going) = (begin(city).await?, Going::new(today));
        let now = unit.now();
        for record in &records {
            if let Some(who) = &record.atena_no {
                going.of(&mut unit, who).await?;
            }
            let (kind, until) = (format!("{}の記録", record.side), kept_until(civil(record.asked_at), years));
            going.proof(&kind, record.permit_no.clone(), record_digest(record), until);
            store::remove_record(&mut unit.tx, record.id).await?;
        }
        for inquiry in &inquiries {
            going.of(&mut unit, &inquiry.atena_no).await?;
            let until = kept_until(civil(inquiry.asked_at), years);
            going.proof("照会", inquiry.request.clone(), inquiry_digest(inquiry), until);
            store::remove_inquiry(&mut unit.tx, inquiry.id).await?;
            for kind in [ANSWERED, CALLED_BACK] {
                task::done_reference(&mut unit.tx, kind, &inquiry.id.to_string(), now).await?;
            }
        }
        going.commit(unit).await?;
        Ok(true)
    }

    /// One part of 正本 of other systems, the files in which they came, and comparisons; answers whether there may be more. The next load
    /// takes back what the gateway has of the 正本.
    async fn originals(&self, city: &City) -> Result<bool, Fault> {
        let (today, Years { originals: kept, loads, .. }) = (city.today(), self.years);
        let before = day_begins(first_kept(today, loads));
        let mut tx = city.db().read().await?;
        let originals = store::originals_before(&mut tx, first_kept(today, kept)).await?;
        let intakes = store::intakes_before(&mut tx, before).await?;
        let comparisons = store::comparisons_before(&mut tx, before).await?;
        drop(tx);
        if originals.is_empty() && intakes.is_empty() && comparisons.is_empty() {
            return Ok(false);
        }
        let (mut unit, mut going) = (begin(city).await?, Going::new(today));
        let now = unit.now();
        for row in &originals {
            going.of(&mut unit, &row.atena_no).await?;
            let end = row.published_to.unwrap_or(today);
            going.proof("正本", number(end, row.id), original_digest(row), kept_until(end, kept));
            store::remove_original(&mut unit.tx, row.id).await?;
        }
        for row in &intakes {
            let on = civil(row.received_at);
            going.proof("正本ファイル", number(on, row.id), intake_digest(row), kept_until(on, loads));
            file::remove(&mut unit.tx, row.file_id).await?;
            store::remove_intake(&mut unit.tx, row.id).await?;
        }
        for row in &comparisons {
            let on = civil(row.compared_at);
            going.proof("照合", number(on, row.id), comparison_digest(row), kept_until(on, loads));
            store::remove_comparison(&mut unit.tx, row.id).await?;
            task::done_reference(&mut unit.tx, DIFFERS, &row.id.to_string(), now).await?;
        }
        going.commit(unit).await?;
        Ok(true)
    }

    /// Consents, but for those on which an inquiry rests that is still here.
    async fn consents(&self, city: &City) -> Result<(), Fault> {
        let (today, years, mut last) = (city.today(), self.years.consents, 0);
        loop {
            let mut tx = city.db().read().await?;
            let part = store::consents_before(&mut tx, first_kept(today, years), last).await?;
            let Some(end) = part.last().map(|row| row.id) else { return Ok(()) };
            last = end;
            let mut over = vec![];
            for consent in part {
                let inquiries = store::inquiries_of(&mut tx, &consent.atena_no, Timestamp::UNIX_EPOCH).await?;
                if !inquiries.iter().any(|inquiry| rests_on(inquiry, &consent)) {
                    over.push(consent);
                }
            }
            drop(tx);
            if over.is_empty() {
                continue;
            }
            let (mut unit, mut going) = (begin(city).await?, Going::new(today));
            for row in &over {
                going.of(&mut unit, &row.atena_no).await?;
                let end = row.until.unwrap_or(today);
                going.proof("同意", number(row.given_on, row.id), consent_digest(row), kept_until(end, years));
                store::remove_consent(&mut unit.tx, row.id).await?;
            }
            going.commit(unit).await?;
        }
    }
}

/// Was it asked under this consent?
fn rests_on(inquiry: &Inquiry, consent: &Consent) -> bool {
    let (set, _) = inquiry.data_set.split_once('/').unwrap_or((&inquiry.data_set, ""));
    let asked = civil(inquiry.asked_at);
    inquiry.atena_no == consent.atena_no
        && inquiry.procedure_code == consent.procedure_code
        && set == consent.data_set
        && asked >= consent.given_on
        && consent.until.is_none_or(|until| asked <= until)
}

/// Under what a row without a number of its own is remembered.
fn number(on: Date, id: i64) -> String {
    format!("{on}/{id}")
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
        while self.records(city).await? {}
        while self.originals(city).await? {}
        self.consents(city).await
    }
}
