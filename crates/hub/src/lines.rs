//! The hub's lines out of the city: to its gateway, which gets 団番 only, and to the 住基ネット peer, the one place where a 個人番号 goes.

use crate::model::{LINK, NUMBER, OUTSIDER_NUMBER, Outsider};
use crate::store;
use crate::usecases::concern;
use crate::usecases::freeze::{PERSON_FROZEN, PersonFrozen};
use crate::usecases::match_up::dan_of;
use crate::usecases::register_outsider::is_outsiders;
use async_trait::async_trait;
use kernel::ident::{AtenaNo, DanNo};
use mynumber::IndividualNumber;
use platform::keys::Place;
use platform::outbox::{self, Subscription};
use platform::staff::OpenCase;
use platform::{City, Fault, StaffContext, Unit, subject};
use ports::{LINK_RECALLED, LinkRecalled, RESIDENT_EVENT, ResidentChange, ResidentEvent, ResidentPort};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Topic of [`PersonNumbered`].
pub const PERSON_NUMBERED: &str = "hub.person_numbered";
/// Topic of [`CodeWanted`].
pub const CODE_WANTED: &str = "hub.code_wanted";

/// What the hub says outside of the city.
#[async_trait]
pub trait Lines: Send + Sync {
    /// Tells the gateway of people who have a 団番: it has 符号 made for them.
    ///
    /// # Errors
    /// The line is down; the event waits.
    async fn people(&self, people: &[DanNo]) -> Result<(), Fault>;
    /// 支援措置 has begun for a person: the gateway answers nobody about them by itself (自動応答不可) and discloses no exchange (不開示).
    ///
    /// # Errors
    /// The line is down; the event waits.
    async fn protect(&self, dan_no: &DanNo) -> Result<(), Fault>;
    /// A link of this 団番 was found wrong (`true`), or has been put right (`false`): in between the gateway answers 照会中, and whoever had
    /// an answer gets a correction.
    ///
    /// # Errors
    /// The line is down; the event waits.
    async fn recall(&self, dan_no: &DanNo, wrong: bool) -> Result<(), Fault>;
    /// It is in doubt whose 個人番号 the 団番 stands for (`true`), or no longer (`false`): in between the gateway answers nobody by itself.
    /// Nothing has been found wrong, so nobody gets a correction.
    ///
    /// # Errors
    /// The line is down; the event waits.
    async fn freeze(&self, dan_no: &DanNo, frozen: bool) -> Result<(), Fault>;
    /// 符号取得: has the 住基ネット peer name the person of this 個人番号 to the network, under the gateway's 取得番号.
    ///
    /// # Errors
    /// The line is down; the event waits.
    async fn code(&self, acquisition: &str, number: &IndividualNumber) -> Result<(), Fault>;
}

/// The lines of a city that is not connected: nobody has to be told. When it is connected later, [`announce_all`] tells everything at once.
pub struct Unconnected;

#[async_trait]
impl Lines for Unconnected {
    async fn people(&self, _: &[DanNo]) -> Result<(), Fault> {
        Ok(())
    }
    async fn protect(&self, _: &DanNo) -> Result<(), Fault> {
        Ok(())
    }
    async fn recall(&self, _: &DanNo, _: bool) -> Result<(), Fault> {
        Ok(())
    }
    async fn freeze(&self, _: &DanNo, _: bool) -> Result<(), Fault> {
        Ok(())
    }
    async fn code(&self, _: &str, _: &IndividualNumber) -> Result<(), Fault> {
        Ok(())
    }
}

/// Somebody has a 団番 now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonNumbered {
    /// 団番.
    pub dan_no: DanNo,
}

/// 符号取得依頼 (FGU_20215): the gateway wants a 符号 for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeWanted {
    /// 取得番号, as text.
    pub acquisition: String,
    /// The person.
    pub dan_no: DanNo,
}

/// Takes 符号取得依頼 of the gateway; they are durable when this returns.
///
/// # Errors
/// The database's refusal; the gateway sends again.
pub async fn take(city: &City, wanted: &[CodeWanted]) -> Result<(), Fault> {
    let case = OpenCase { id: 0, number: "FGU_20215".into(), ground: "通知".into(), subjects: vec![] };
    let staff = StaffContext::job("hub.lines", crate::OFFICE, crate::PURPOSE.code, case);
    let mut unit = Unit::change(&city.acting("hub"), &staff, "符号取得依頼", kernel::access::Action::Run).await?;
    for one in wanted {
        outbox::publish(&mut unit, CODE_WANTED, one).await?;
    }
    unit.note(format!("符号取得依頼 {}件", wanted.len()));
    unit.commit(()).await.map(|_| ())
}

/// Every 団番 there is, for the first connection: announced once, in the order in which they were issued; then the 番号不整合 that nobody has
/// decided, and the links that are being put right.
///
/// # Errors
/// The line is down or the database refuses.
pub async fn announce_all(city: &City, lines: &dyn Lines) -> Result<usize, Fault> {
    let (mut after, mut told) = (0, 0);
    loop {
        let mut tx = city.acting("hub").db().read().await?;
        let page = store::people_after(&mut tx, after).await?;
        drop(tx);
        let Some(last) = page.last() else { break };
        after = last.id;
        let numbers: Vec<DanNo> = page.into_iter().map(|p| p.dan_no).collect();
        lines.people(&numbers).await?;
        told += numbers.len();
    }
    let mut tx = city.acting("hub").db().read().await?;
    let (wrong, frozen) = (store::open_recalls(&mut tx).await?, store::frozen(&mut tx).await?);
    drop(tx);
    for dan_no in &frozen {
        lines.freeze(dan_no, true).await?;
    }
    for dan_no in &wrong {
        lines.recall(dan_no, true).await?;
    }
    Ok(told)
}

/// Tells the gateway of each new 団番.
pub struct OnNumbered {
    /// The lines.
    pub lines: Arc<dyn Lines>,
}

#[async_trait]
impl Subscription for OnNumbered {
    fn name(&self) -> &'static str {
        "hub.on_person_numbered"
    }
    fn topic(&self) -> &'static str {
        PERSON_NUMBERED
    }
    fn works_for(&self) -> (&'static str, &'static str) {
        (crate::OFFICE, crate::PURPOSE.code)
    }
    async fn handle(&self, _: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let event: PersonNumbered = outbox::event(payload)?;
        self.lines.people(&[event.dan_no]).await
    }
}

/// Sets the gateway's flags as soon as 支援措置 begins. Its end lifts nothing: what was hidden stays so until a clerk has looked.
pub struct OnProtection {
    /// The lines.
    pub lines: Arc<dyn Lines>,
}

#[async_trait]
impl Subscription for OnProtection {
    fn name(&self) -> &'static str {
        "hub.on_protection"
    }
    fn topic(&self) -> &'static str {
        RESIDENT_EVENT
    }
    fn works_for(&self) -> (&'static str, &'static str) {
        (crate::OFFICE, crate::PURPOSE.code)
    }
    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let event: ResidentEvent = outbox::event(payload)?;
        if event.change != ResidentChange::ProtectionChanged {
            return Ok(());
        }
        let subject = concern(unit, &event.atena_no).await?;
        unit.require(subject, &[NUMBER, LINK]).await?;
        if !subject::is_protected(&mut unit.tx, subject).await? {
            return Ok(());
        }
        match dan_of(unit, &event.atena_no).await? {
            Some(dan_no) => self.lines.protect(&dan_no).await,
            None => Ok(()),
        }
    }
}

/// Tells the gateway of a wrong link at once, and of its end when everything is put right.
pub struct OnRecalled {
    /// The lines.
    pub lines: Arc<dyn Lines>,
}

#[async_trait]
impl Subscription for OnRecalled {
    fn name(&self) -> &'static str {
        "hub.on_link_recalled"
    }
    fn topic(&self) -> &'static str {
        LINK_RECALLED
    }
    fn works_for(&self) -> (&'static str, &'static str) {
        (crate::OFFICE, crate::PURPOSE.code)
    }
    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let event: LinkRecalled = outbox::event(payload)?;
        self.lines.recall(&event.dan_no, event.wrong).await?;
        // The two subscriptions may run in either order: what is in doubt stays 照会中.
        if !event.wrong && store::is_frozen(&mut unit.tx, &event.dan_no).await? {
            self.lines.freeze(&event.dan_no, true).await?;
        }
        Ok(())
    }
}

/// Stops 情報連携 about a 団番 while it is in doubt whose 個人番号 it stands for.
pub struct OnFrozen {
    /// The lines.
    pub lines: Arc<dyn Lines>,
}

#[async_trait]
impl Subscription for OnFrozen {
    fn name(&self) -> &'static str {
        "hub.on_person_frozen"
    }
    fn topic(&self) -> &'static str {
        PERSON_FROZEN
    }
    fn works_for(&self) -> (&'static str, &'static str) {
        (crate::OFFICE, crate::PURPOSE.code)
    }
    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let event: PersonFrozen = outbox::event(payload)?;
        // While a wrong link is being put right, the end of that says so.
        if !event.frozen && store::open_recalls(&mut unit.tx).await?.contains(&event.dan_no) {
            return Ok(());
        }
        self.lines.freeze(&event.dan_no, event.frozen).await
    }
}

/// Answers 符号取得依頼: the last place that knows whose 団番 it is.
pub struct OnCodeWanted {
    /// The registry, which alone holds the residents' 個人番号.
    pub residents: Arc<dyn ResidentPort>,
    /// The lines.
    pub lines: Arc<dyn Lines>,
}

impl OnCodeWanted {
    async fn number(&self, unit: &mut Unit, who: &AtenaNo) -> Result<Option<IndividualNumber>, Fault> {
        let subject = concern(unit, who).await?;
        unit.require(subject, &[NUMBER, LINK]).await?;
        if !is_outsiders(who) {
            return self.residents.individual_number(unit, who).await;
        }
        unit.require(subject, &[OUTSIDER_NUMBER]).await?;
        let Some(sealed) = store::outsider(&mut unit.tx, who).await?.and_then(|row| row.my_number) else { return Ok(None) };
        let place = Place { table: Outsider::TABLE, column: "my_number", row: who.as_str() };
        let plain = unit.unseal(subject, place, &sealed).await?;
        Ok(IndividualNumber::parse(&plain).ok())
    }
}

#[async_trait]
impl Subscription for OnCodeWanted {
    fn name(&self) -> &'static str {
        "hub.on_code_wanted"
    }
    fn topic(&self) -> &'static str {
        CODE_WANTED
    }
    fn works_for(&self) -> (&'static str, &'static str) {
        (crate::OFFICE, crate::PURPOSE.code)
    }
    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let event: CodeWanted = outbox::event(payload)?;
        let mut links = store::links_of_dan(&mut unit.tx, &event.dan_no).await?;
        // The number that stands for the person counts before every other (統合宛名フラグ).
        links.sort_by_key(|l| !l.unified);
        for link in links {
            if let Some(number) = self.number(unit, &link.atena_no).await? {
                return self.lines.code(&event.acquisition, &number).await;
            }
        }
        // Nobody's number any more: the gateway asks again, and its operators hear of an old request.
        Ok(())
    }
}
