//! The courier between the city and its gateway: takes out what waits, asks after what is open, brings in what came. Every errand can be
//! repeated: what is sent twice has the same id.

use super::{ask, before, by_itself, by_the_desk, sweep, unreadable};
use crate::lines::{Line, Unsent};
use crate::messages::{self, NewConsent, Provision, RecordLine};
use crate::model::{Consent, Exchanged, IMPOSSIBLE, INQUIRY, Inquiry, RECORD, WAITS};
use crate::store;
use async_trait::async_trait;
use kernel::access::Action;
use kernel::ident::DanNo;
use kernel::time::Timestamp;
use platform::chore::Chore;
use platform::fault::FaultKind;
use platform::task::{self, NewTask};
use platform::{City, Fault, Unit};
use ports::HubPort;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use wire::ident::{DataSetId, PermitNo, ProcedureId, RequestId};
use wire::inquiry::Outward;

/// Kind of the task about an answer that came.
pub const ANSWERED: &str = "exchange.answered";
/// Kind of the task about an answer that was called back.
pub const CALLED_BACK: &str = "exchange.called_back";
/// Kind of the task about an inquiry of others that waits for staff.
pub const HELD: &str = "exchange.held";

/// Seconds after which an inquiry that could not be sent is tried again, and an open one is asked after.
const AGAIN: i64 = 60;
const OPEN: i64 = 1;
/// Rounds between two looks at what others ask.
const DESK_ROUNDS: u64 = 3;

/// The courier.
pub struct Courier {
    line: Line,
    hub: Arc<dyn HubPort>,
    record_years: u16,
    round: AtomicU64,
    down: AtomicBool,
}

impl Courier {
    /// A courier on a line.
    pub fn new(line: Line, hub: Arc<dyn HubPort>, record_years: u16) -> Self {
        Self { line, hub, record_years, round: AtomicU64::new(0), down: AtomicBool::new(false) }
    }

    /// One round; a line that is down ends it without a fault.
    async fn round(&self, city: &City) -> Result<(), Fault> {
        let round = self.round.fetch_add(1, Ordering::Relaxed);
        self.consents(city).await?;
        self.inquiries(city).await?;
        if round.is_multiple_of(DESK_ROUNDS) {
            self.provisions(city).await?;
            self.records(city).await?;
        }
        Ok(())
    }

    async fn consents(&self, city: &City) -> Result<(), Fault> {
        let mut tx = city.db().read().await?;
        let waiting = store::consents_waiting(&mut tx).await?;
        drop(tx);
        if waiting.is_empty() {
            return Ok(());
        }
        let all = waiting.iter().map(message).collect::<Result<Vec<_>, _>>()?;
        messages::consents(&self.line, &all).await?;
        let mut unit = Unit::change(city, &by_the_desk("同意の登録"), "同意の中間サーバーへの登録", Action::Run).await?;
        let now = unit.now();
        for consent in &waiting {
            store::consent_sent(&mut unit.tx, consent.id, now).await?;
        }
        unit.note(format!("同意の登録 {}件", waiting.len()));
        unit.commit(()).await.map(|_| ())
    }

    async fn inquiries(&self, city: &City) -> Result<(), Fault> {
        let now = city.now();
        let mut tx = city.db().read().await?;
        let mut all = store::inquiries_due(&mut tx, before(now, AGAIN), before(now, OPEN)).await?;
        drop(tx);
        all.extend(self.turned(city).await?);
        for row in all {
            match self.follow(city, &row, now).await {
                Err(fault) if fault.kind != FaultKind::Unavailable => {
                    // One that cannot be worked must not keep the others waiting behind it.
                    tracing::error!(inquiry = row.id, what = %fault.what, why = %fault.why, "an inquiry could not be followed");
                    let mut tx = city.db().write().await?;
                    store::set_inquiry(&mut tx, &Inquiry { checked_at: Some(now), ..row.clone() }, &row.state).await?;
                    tx.commit().await?;
                }
                done => done?,
            }
        }
        Ok(())
    }

    /// Inquiries whose answer was called back since the last round, or has been put right: the gateway lists those that are being put
    /// right, however old they are, so that nothing that was answered need be asked after.
    async fn turned(&self, city: &City) -> Result<Vec<Inquiry>, Fault> {
        let called = messages::rechecking(&self.line).await?;
        let mut tx = city.db().read().await?;
        let known = store::rechecked(&mut tx).await?;
        let is_called = |row: &Inquiry| RequestId::parse(&row.request).is_ok_and(|request| called.contains(&request));
        let (still, mut turned): (Vec<_>, Vec<_>) = known.into_iter().partition(is_called);
        let still: BTreeSet<String> = still.into_iter().map(|row| row.request).collect();
        for request in called.iter().map(RequestId::to_string).filter(|request| !still.contains(request)) {
            turned.extend(store::by_request(&mut tx, &request).await?);
        }
        Ok(turned)
    }

    /// Takes one inquiry out, or asks after it, and brings in its answer.
    async fn follow(&self, city: &City, row: &Inquiry, now: Timestamp) -> Result<(), Fault> {
        let mut new = Inquiry { checked_at: Some(now), ..row.clone() };
        if row.state == WAITS {
            self.take_out(city, &mut new).await?;
        } else {
            let request = RequestId::parse(&row.request).map_err(unreadable)?;
            let shown = messages::status(&self.line, &request).await?;
            stand(&mut new, shown.shown, shown.error);
        }
        let brought = match (new.state.as_str(), &new.answer) {
            ("回答あり", None) => {
                let request = RequestId::parse(&new.request).map_err(unreadable)?;
                Some(messages::fetch(&self.line, &request).await?)
            }
            _ => None,
        };
        self.keep(city, row, new, brought).await
    }

    /// Sends a question. What the gateway stops is told with its reason; one that waits for a 符号 is asked again under a new id.
    async fn take_out(&self, city: &City, new: &mut Inquiry) -> Result<(), Fault> {
        let mut made_for = vec![];
        if let Some(who) = &new.made_for {
            let case = new.request.get(..8).unwrap_or_default().to_owned();
            let mut unit = Unit::change(city, &by_itself(&new.office, &new.programme, &case), "情報照会", Action::Run).await?;
            unit.concern(who).await?;
            made_for.extend(self.hub.dan_of(&mut unit, who).await?);
            unit.commit(()).await?;
        }
        match messages::ask(&self.line, &ask::question(new, made_for)?).await {
            Ok(shown) => stand(new, shown.shown, shown.error),
            Err(Unsent::Refused { code, detail }) if code == "CODE_NOT_BOUND" => {
                new.request = RequestId::from_bytes(city.keys().random()?).to_string();
                new.reason = Some(detail);
            }
            Err(Unsent::Refused { detail, .. }) => {
                new.state = IMPOSSIBLE.into();
                new.reason = Some(detail);
            }
            Err(down) => return Err(down.into()),
        }
        Ok(())
    }

    /// Stores where an inquiry stands, with the answer sealed, and tells the office.
    async fn keep(&self, city: &City, old: &Inquiry, mut new: Inquiry, brought: Option<messages::Fetched>) -> Result<(), Fault> {
        if old.state == new.state && old.reason == new.reason && old.request == new.request && brought.is_none() {
            let mut tx = city.db().write().await?;
            store::set_inquiry(&mut tx, &new, &old.state).await?;
            return Ok(tx.commit().await?);
        }
        let staff = by_itself(&old.office, &old.programme, &format!("照会-{}", old.id));
        let mut unit = Unit::change(city, &staff, "情報照会の状況と回答の受取り", Action::Run).await?;
        let subject = unit.concern(&old.atena_no).await?;
        unit.require(subject, &[INQUIRY]).await?;
        if let Some(answer) = brought {
            let plain = serde_json::to_string(&answer.records).unwrap_or_default();
            stand(&mut new, answer.shown, answer.error);
            new.answer = Some(unit.seal(subject, ask::place(&new.request), &plain).await?);
            new.answered_at = new.checked_at;
            new.as_of = answer.as_of;
            new.root = answer.root.map(|root| root.to_string());
        }
        if new.state != "回答あり" {
            // What was called back is not kept: nobody must go on working with it.
            new.answer = None;
        }
        if !store::set_inquiry(&mut unit.tx, &new, &old.state).await? {
            return Ok(());
        }
        let told = match (old.state.as_str(), new.state.as_str()) {
            (before, after) if before == after => None,
            (_, "回答待ち") => None,
            ("回答あり", _) | (_, "照会中") => {
                Some((CALLED_BACK, "情報照会の回答が取り消されました。使った手続を止めて確かめてください"))
            }
            _ => Some((ANSWERED, "情報照会の結果が届きました")),
        };
        if let Some((kind, title)) = told {
            let reference = new.id.to_string();
            let (office, purpose) = (old.office.as_str(), old.programme.as_str());
            let new = NewTask { office, purpose, kind, title, subject: Some(subject), reference: Some(&reference), due: None };
            let now = unit.now();
            task::add(&mut unit.tx, new, now).await?;
            // A second answer, or a second recall, is work again.
            task::reopen_reference(&mut unit.tx, kind, &reference).await?;
        }
        unit.commit(()).await.map(|_| ())
    }

    /// Inquiries of others that wait for staff become work of 情報政策課.
    async fn provisions(&self, city: &City) -> Result<(), Fault> {
        let waiting = messages::waiting(&self.line).await?;
        // The queue itself says what is known: what ended while nobody ran is closed, too.
        let mut tx = city.db().read().await?;
        let known = task::references(&mut tx, HELD).await?;
        drop(tx);
        let new: Vec<&Provision> = waiting.iter().filter(|p| !known.contains(&p.permit)).collect();
        let waits: BTreeSet<&String> = waiting.iter().map(|p| &p.permit).collect();
        let over: Vec<&String> = known.iter().filter(|permit| !waits.contains(permit)).collect();
        if new.is_empty() && over.is_empty() {
            return Ok(());
        }
        let mut unit = Unit::change(city, &by_the_desk("情報提供の確認"), "職員の確認を待つ照会の受取り", Action::Run).await?;
        let now = unit.now();
        for provision in &new {
            let subject = match &provision.dan {
                Some(dan) => self.known_subject(&mut unit, dan).await?,
                None => None,
            };
            let new = NewTask {
                office: crate::OFFICE,
                purpose: crate::PURPOSE.code,
                kind: HELD,
                title: "情報提供の確認: 自動で回答しない人への照会です",
                subject,
                reference: Some(&provision.permit),
                due: None,
            };
            task::add(&mut unit.tx, new, now).await?;
            // It may wait for staff a second time, after a wrong link was put right.
            task::reopen_reference(&mut unit.tx, HELD, &provision.permit).await?;
        }
        for permit in &over {
            task::done_reference(&mut unit.tx, HELD, permit, now).await?;
        }
        unit.note(format!("確認を待つ照会 {}件、終わった照会 {}件", new.len(), over.len()));
        unit.commit(()).await.map(|_| ())
    }

    async fn known_subject(&self, unit: &mut Unit, dan: &DanNo) -> Result<Option<i64>, Fault> {
        match self.hub.atena_no(unit, dan).await? {
            Some(who) => unit.find_subject(&who).await,
            None => Ok(None),
        }
    }

    /// Brings the records of exchanges into the city's own copy: page by page what has changed since, however old it is.
    async fn records(&self, city: &City) -> Result<(), Fault> {
        let mut tx = city.db().read().await?;
        let mut after = store::last_change(&mut tx).await?;
        drop(tx);
        loop {
            let page = messages::records(&self.line, after).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.change;
            self.bring_in(city, &page).await?;
        }
    }

    async fn bring_in(&self, city: &City, page: &[RecordLine]) -> Result<(), Fault> {
        let mut tx = city.db().read().await?;
        let mut changed = vec![];
        for row in page.iter().map(|line| self.row(line)) {
            // One whose time is over may still be at the gateway for some hours.
            if !sweep::over(row.asked_at, self.record_years, city.today()) {
                let known = store::record(&mut tx, &row.permit_no, &row.side).await?.is_some();
                changed.push((row, known));
            }
        }
        drop(tx);
        if changed.is_empty() {
            return Ok(());
        }
        let mut unit = Unit::change(city, &by_the_desk("情報提供等記録"), "情報提供等記録の受取り", Action::Run).await?;
        let mut subjects = vec![];
        for (mut row, known) in changed {
            if let Some(dan) = &row.dan_no {
                row.atena_no = self.hub.atena_no(&mut unit, dan).await?;
            }
            if let Some(who) = &row.atena_no {
                subjects.extend(unit.find_subject(who).await?);
            }
            if known {
                store::set_record(&mut unit.tx, &row).await?;
            } else {
                row.insert(&mut unit.tx).await?;
            }
        }
        unit.bulk(&subjects, &[RECORD]);
        unit.commit(()).await.map(|_| ())
    }

    fn row(&self, line: &RecordLine) -> Exchanged {
        let record = &line.record;
        let ours = record.asker == self.line.me();
        Exchanged {
            id: 0,
            permit_no: record.no.to_string(),
            side: if ours { "照会" } else { "提供" }.into(),
            atena_no: None,
            dan_no: line.dan.clone(),
            counterpart: if ours { &record.provider } else { &record.asker }.to_string(),
            procedure_code: record.procedure.to_string(),
            data_set: record.data_set.id.to_string(),
            asked_at: micros(record.asked_at),
            provided_at: record.provided_at.map(micros),
            hidden: record.hidden,
            change: line.change,
        }
    }
}

/// Databases keep microseconds.
fn micros(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

fn message(consent: &Consent) -> Result<NewConsent, Fault> {
    Ok(NewConsent {
        dan: consent.dan_no.clone(),
        procedure: ProcedureId::parse(&consent.procedure_code).map_err(unreadable)?,
        data_set: DataSetId::parse(&consent.data_set).map_err(unreadable)?,
        given_on: consent.given_on,
        until: consent.until,
        evidence: consent.evidence.clone(),
    })
}

/// Where an inquiry stands now, in the words of the exchange.
fn stand(row: &mut Inquiry, shown: Outward, error: Option<messages::Refusal>) {
    row.state = shown.name().into();
    row.reason = error.map(|e| e.detail);
}

/// The number of a provision from its text.
pub fn permit_no(text: &str) -> Result<PermitNo, Fault> {
    PermitNo::parse(text).map_err(|_| Fault::missing("照会"))
}

#[async_trait]
impl Chore for Courier {
    fn name(&self) -> &'static str {
        "exchange.courier"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn run(&self, city: &City) -> Result<(), Fault> {
        match self.round(city).await {
            Ok(()) => {
                if self.down.swap(false, Ordering::Relaxed) {
                    tracing::info!("the gateway answers again");
                }
                Ok(())
            }
            Err(fault) if fault.kind == FaultKind::Unavailable => {
                // Told once, not once a second.
                if !self.down.swap(true, Ordering::Relaxed) {
                    tracing::warn!(why = %fault.why, "the gateway does not answer");
                }
                Ok(())
            }
            Err(fault) => Err(fault),
        }
    }
}
