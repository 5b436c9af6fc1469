//! The hub's lines out of the city: to its gateway, which gets 団番 only, and to the 住基ネット peer, the one place where a 個人番号 goes.

use crate::model::{LINK, NUMBER, OUTSIDER_NUMBER, Outsider};
use crate::store;
use crate::usecases::freeze::{PERSON_FROZEN, PersonFrozen};
use crate::usecases::match_up::dan_of;
use crate::usecases::register_outsider::is_outsiders;
use async_trait::async_trait;
use kernel::ident::{AtenaNo, DanNo};
use mynumber::IndividualNumber;
use platform::chore::Chore;
use platform::fault::FaultKind;
use platform::keys::Place;
use platform::outbox::{self, Subscription};
use platform::staff::OpenCase;
use platform::task::{self, NewTask};
use platform::{City, Fault, StaffContext, Unit, subject};
use ports::{LINK_RECALLED, LinkRecalled, RESIDENT_EVENT, ResidentChange, ResidentEvent, ResidentPort};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use wire::acquire::AcquisitionStatus;

/// Topic of [`PersonNumbered`].
pub const PERSON_NUMBERED: &str = "hub.person_numbered";
/// Topic of [`CodeWanted`].
pub const CODE_WANTED: &str = "hub.code_wanted";

/// What the hub says outside of the city. A fault of kind [`FaultKind::Unavailable`] is a line that is down: the same goes again later. Any
/// other says that whoever listens does not take it, and why: sent again, it would be refused again.
#[async_trait]
pub trait Lines: Send + Sync {
    /// Tells the gateway of people who have a 団番: it has 符号 made for them.
    ///
    /// # Errors
    /// The line is down, or the gateway does not take them.
    async fn people(&self, people: &[DanNo]) -> Result<(), Fault>;
    /// 支援措置 has begun for a person: the gateway answers nobody about them by itself (自動応答不可) and discloses no exchange (不開示).
    ///
    /// # Errors
    /// The line is down, or the gateway does not take it.
    async fn protect(&self, dan_no: &DanNo) -> Result<(), Fault>;
    /// A link of this 団番 was found wrong (`true`), or has been put right (`false`): in between the gateway answers 照会中, and whoever had
    /// an answer gets a correction.
    ///
    /// # Errors
    /// The line is down, or the gateway does not take it.
    async fn recall(&self, dan_no: &DanNo, wrong: bool) -> Result<(), Fault>;
    /// It is in doubt whose 個人番号 the 団番 stands for (`true`), or no longer (`false`): in between the gateway answers nobody by itself.
    /// Nothing has been found wrong, so nobody gets a correction.
    ///
    /// # Errors
    /// The line is down; the event waits.
    async fn freeze(&self, dan_no: &DanNo, frozen: bool) -> Result<(), Fault>;
    /// A person is to be deleted: the gateway lets go of 符号 and 副本, and takes nothing of them any more. Whoever is gone already stays so.
    ///
    /// # Errors
    /// The line is down, or the gateway must still keep something of the person and says what.
    async fn forget(&self, dan_no: &DanNo) -> Result<(), Fault>;
    /// 符号取得状況; `None` for a city that is not connected.
    ///
    /// # Errors
    /// The line is down.
    async fn codes(&self) -> Result<Option<AcquisitionStatus>, Fault>;
    /// 符号取得: has the 住基ネット peer name the person of this 個人番号 to the network, under the gateway's 取得番号.
    ///
    /// # Errors
    /// The line is down, or the peer does not take it.
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
    async fn forget(&self, _: &DanNo) -> Result<(), Fault> {
        Ok(())
    }
    async fn codes(&self) -> Result<Option<AcquisitionStatus>, Fault> {
        Ok(None)
    }
    async fn code(&self, _: &str, _: &IndividualNumber) -> Result<(), Fault> {
        Ok(())
    }
}

/// Kinds of the tasks about what the other side did not take, one for each errand, so that a person may have several.
pub const REFUSED: [&str; 5] =
    ["hub.refused_person", "hub.refused_protection", "hub.refused_recall", "hub.refused_doubt", "hub.refused_code"];

/// An errand on a line.
#[derive(Clone, Copy)]
enum Errand {
    Person,
    Protection,
    Recall,
    Doubt,
    Code,
}

impl Errand {
    fn kind(self) -> &'static str {
        let [person, protection, recall, doubt, code] = REFUSED;
        match self {
            Errand::Person => person,
            Errand::Protection => protection,
            Errand::Recall => recall,
            Errand::Doubt => doubt,
            Errand::Code => code,
        }
    }

    fn refused_ja(self) -> &'static str {
        match self {
            Errand::Person => "中間サーバーが団体内統合宛名番号を受け付けませんでした",
            Errand::Protection => {
                "中間サーバーが支援措置の設定を受け付けませんでした。中間サーバーの画面で自動応答不可と不開示を設定してください"
            }
            Errand::Recall => {
                "中間サーバーが誤った連携の連絡を受け付けませんでした。中間サーバーの画面で照会中になっているか確かめてください"
            }
            Errand::Doubt => {
                "中間サーバーが番号不整合の連絡を受け付けませんでした。中間サーバーの画面で自動応答不可になっているか確かめてください"
            }
            Errand::Code => "住基ネットが符号取得の要求を受け付けませんでした",
        }
    }
}

/// What became of an errand about a person. What was refused is put before 情報政策課 with the reason, and not sent again; what was taken ends
/// an earlier refusal.
async fn sent(unit: &mut Unit, errand: Errand, dan_no: &DanNo, done: Result<(), Fault>) -> Result<(), Fault> {
    let why = match done {
        Err(fault) if fault.kind == FaultKind::Unavailable => return Err(fault),
        Err(fault) => Some(fault.why),
        Ok(()) => None,
    };
    let mut links = store::links_of_dan(&mut unit.tx, dan_no).await?;
    links.sort_by_key(|l| !l.unified);
    let Some(who) = links.into_iter().next().map(|l| l.atena_no) else { return Ok(()) };
    let (now, kind) = (unit.now(), errand.kind());
    let Some(why) = why else { return Ok(task::done_reference(&mut unit.tx, kind, who.as_str(), now).await?) };
    let title = format!("{}: {why}", errand.refused_ja());
    let new = NewTask {
        office: crate::OFFICE,
        purpose: crate::PURPOSE.code,
        kind,
        title: &title,
        subject: unit.find_subject(&who).await?,
        reference: Some(who.as_str()),
        due: None,
    };
    task::add(&mut unit.tx, new, now).await?;
    Ok(task::reopen_reference(&mut unit.tx, kind, who.as_str()).await?)
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

/// 団番 of everybody under 支援措置, whenever that began: before the 団番, before the city was connected, or on a number that was joined to
/// the 団番 later.
async fn protected(city: &City) -> Result<BTreeSet<DanNo>, Fault> {
    let mut tx = city.acting("hub").db().read().await?;
    let mut all = BTreeSet::new();
    for subject in subject::protected(&mut tx).await? {
        let who = subject::number(&mut tx, subject).await?;
        all.extend(store::links(&mut tx, &who).await?.into_iter().find_map(|link| link.dan_no));
    }
    Ok(all)
}

/// Every 団番 there is, for the first connection: announced once, in the order in which they were issued; then who is protected, the
/// 番号不整合 that nobody has decided, and the links that are being put right.
///
/// # Errors
/// The line is down, the gateway does not take them, or the database refuses.
pub async fn announce_all(city: &City, lines: &dyn Lines) -> Result<usize, Fault> {
    let told = announce_people(city, lines).await?;
    for dan_no in protected(city).await? {
        lines.protect(&dan_no).await?;
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

/// Every 団番 there is: the gateway has a 符号 made for whoever has none. Answers how many people it was told of.
///
/// # Errors
/// The line is down, the gateway does not take them, or the database refuses.
pub async fn announce_people(city: &City, lines: &dyn Lines) -> Result<usize, Fault> {
    let (mut after, mut told) = (0, 0);
    loop {
        let mut tx = city.acting("hub").db().read().await?;
        let page = store::people_after(&mut tx, after).await?;
        drop(tx);
        let Some(last) = page.last() else { return Ok(told) };
        after = last.id;
        let numbers: Vec<DanNo> = page.into_iter().map(|p| p.dan_no).collect();
        lines.people(&numbers).await?;
        told += numbers.len();
    }
}

/// Keeps the gateway's flags in step with 支援措置, should an event have missed somebody. It sets, and lifts nothing; whom it has told of
/// since the start it leaves alone.
pub struct Protections {
    lines: Arc<dyn Lines>,
    told: Mutex<BTreeSet<DanNo>>,
}

impl Protections {
    /// Nobody has been told of yet.
    pub fn new(lines: Arc<dyn Lines>) -> Self {
        Self { lines, told: Mutex::default() }
    }
}

#[async_trait]
impl Chore for Protections {
    fn name(&self) -> &'static str {
        "hub.protections"
    }
    fn every(&self) -> Duration {
        Duration::from_mins(5)
    }
    async fn run(&self, city: &City) -> Result<(), Fault> {
        let all = protected(city).await?;
        let told = std::mem::take(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner));
        for dan_no in all.difference(&told) {
            self.lines.protect(dan_no).await?;
        }
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = all;
        Ok(())
    }
}

/// Tells the gateway of each new 団番, and that its person is under 支援措置.
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
    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let PersonNumbered { dan_no } = outbox::event(payload)?;
        let done = self.lines.people(std::slice::from_ref(&dan_no)).await;
        sent(unit, Errand::Person, &dan_no, done).await?;
        for link in store::links_of_dan(&mut unit.tx, &dan_no).await? {
            let Some(subject) = subject::find(&mut unit.tx, &link.atena_no).await? else { continue };
            if subject::is_protected(&mut unit.tx, subject).await? {
                let done = self.lines.protect(&dan_no).await;
                return sent(unit, Errand::Protection, &dan_no, done).await;
            }
        }
        Ok(())
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
        let subject = unit.concern(&event.atena_no).await?;
        unit.require(subject, &[NUMBER, LINK]).await?;
        if !subject::is_protected(&mut unit.tx, subject).await? {
            return Ok(());
        }
        match dan_of(unit, &event.atena_no).await? {
            Some(dan_no) => {
                let done = self.lines.protect(&dan_no).await;
                sent(unit, Errand::Protection, &dan_no, done).await
            }
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
        let done = self.lines.recall(&event.dan_no, event.wrong).await;
        sent(unit, Errand::Recall, &event.dan_no, done).await?;
        // The two subscriptions may run in either order: what is in doubt stays 照会中.
        if !event.wrong && store::is_frozen(&mut unit.tx, &event.dan_no).await? {
            let done = self.lines.freeze(&event.dan_no, true).await;
            return sent(unit, Errand::Doubt, &event.dan_no, done).await;
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
        let done = self.lines.freeze(&event.dan_no, event.frozen).await;
        sent(unit, Errand::Doubt, &event.dan_no, done).await
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
        let subject = unit.concern(who).await?;
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
    /// 番号法21条の2: a 取得番号 is kept no longer than the acquisition needs it.
    fn erases(&self) -> bool {
        true
    }
    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let event: CodeWanted = outbox::event(payload)?;
        let mut links = store::links_of_dan(&mut unit.tx, &event.dan_no).await?;
        // The number that stands for the person counts before every other (統合宛名フラグ).
        links.sort_by_key(|l| !l.unified);
        for link in links {
            if let Some(number) = self.number(unit, &link.atena_no).await? {
                let done = self.lines.code(&event.acquisition, &number).await;
                return sent(unit, Errand::Code, &event.dan_no, done).await;
            }
        }
        // Nobody's number any more: the gateway asks again, and its operators hear of an old request.
        Ok(())
    }
}
