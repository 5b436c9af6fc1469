//! 住基ネット: what happens in the registry reaches the city's line by itself (住基法30条の6, 番号法8条). Each event tells how the person stands
//! now, not what changed: told twice, or late, it says the same.

use crate::exchange::Residents;
use crate::model::Person;
use crate::record::{self, Told};
use crate::store;
use crate::usecases::birth::AWAIT_NUMBER;
use async_trait::async_trait;
use kernel::Date;
use kernel::access::Action;
use kernel::ident::{AtenaNo, JuminhyoCode};
use mynumber::IndividualNumber;
use platform::fault::FaultKind;
use platform::outbox::{self, Subscription};
use platform::task::{self, NewTask};
use platform::{Fault, Unit};
use ports::{RESIDENT_EVENT, ResidentChange, ResidentEvent, ResidentPort};
use std::sync::Arc;

/// Kind of the task about something that 住基ネット did not take.
pub const REFUSED: &str = "juki.net_refused";

/// Who somebody is, for a number: 氏名, 生年月日, 性別, 住所.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts<'a> {
    /// 氏名
    pub name: &'a str,
    /// 生年月日
    pub birth: Date,
    /// 男, 女 or 空欄
    pub sex: &'a str,
    /// 住所
    pub address: &'a str,
}

/// The city's line to 住基ネット. A fault of the kind [`FaultKind::Unavailable`] means the same again later; any other, that it is not taken.
#[async_trait]
pub trait JukiNet: Send + Sync {
    /// Somebody lives in this city, at this address.
    ///
    /// # Errors
    /// As above.
    async fn lives_here(&self, number: &IndividualNumber, address: &str) -> Result<(), Fault>;
    /// A resident has died.
    ///
    /// # Errors
    /// As above.
    async fn died(&self, number: &IndividualNumber) -> Result<(), Fault>;
    /// Numbers for somebody who has none. The same 宛名番号 gets the same numbers.
    ///
    /// # Errors
    /// As above.
    async fn numbers(&self, who: &AtenaNo, facts: Facts<'_>) -> Result<(IndividualNumber, JuminhyoCode), Fault>;
}

/// Tells 住基ネット how residents stand.
pub struct OnResident {
    /// The line; `None` for a city that is not connected: nobody has to be told.
    pub line: Option<Arc<dyn JukiNet>>,
}

/// May an event change how somebody stands at 住基ネット? A 転出 within the country does not: the city that the person moves to tells.
fn matters(event: &ResidentEvent) -> bool {
    match event.change {
        ResidentChange::Entered
        | ResidentChange::Born
        | ResidentChange::MovedWithin
        | ResidentChange::Died
        | ResidentChange::Cancelled => true,
        ResidentChange::Corrected => event.items.iter().any(|item| matches!(item.as_str(), "my_number" | "address")),
        _ => false,
    }
}

/// What the line took, or why it takes it never; that it is down is a fault of the unit, and the event waits.
fn heard<T>(answer: Result<T, Fault>) -> Result<Result<T, Fault>, Fault> {
    match answer {
        Err(fault) if fault.kind == FaultKind::Unavailable => Err(fault),
        other => Ok(other),
    }
}

async fn say(
    unit: &mut Unit,
    line: &dyn JukiNet,
    who: &AtenaNo,
    subject: i64,
    person: &Person,
) -> Result<Result<(), Fault>, Fault> {
    let today = unit.today();
    match (Residents.individual_number(unit, who).await?, person.is_resident(today)) {
        (Some(number), true) => heard(line.lives_here(&number, &person.address).await),
        (Some(number), false) if person.removed_reason.as_deref() == Some("死亡") => heard(line.died(&number).await),
        (None, true) => {
            let facts = Facts { name: &person.name, birth: person.birth_earliest, sex: &person.sex, address: &person.address };
            match heard(line.numbers(who, facts).await)? {
                Ok(numbers) => take(unit, who, subject, person, numbers).await,
                Err(fault) => Ok(Err(fault)),
            }
        }
        _ => Ok(Ok(())),
    }
}

/// Keeps numbers that have come, as if a clerk had read them from the notice, and tells others of them.
async fn take(
    unit: &mut Unit,
    who: &AtenaNo,
    subject: i64,
    person: &Person,
    (number, code): (IndividualNumber, JuminhyoCode),
) -> Result<Result<(), Fault>, Fault> {
    let token = unit.city().keys().token("my_number", number.expose())?;
    if !store::ever_by_token(&mut unit.tx, "my_number", token).await?.is_empty() {
        let why = "同じ個人番号が、既に当市の記録にあります";
        return Ok(Err(Fault::conflict("届いた個人番号を登録できません", why)));
    }
    record::keep_secret(unit, subject, who, "my_number", number.expose()).await?;
    if store::secret(&mut unit.tx, who, "juminhyo_code").await?.is_none() {
        record::keep_secret(unit, subject, who, "juminhyo_code", code.as_str()).await?;
    }
    let now = unit.now();
    task::done_reference(&mut unit.tx, AWAIT_NUMBER, who.as_str(), now).await?;
    let told = Told {
        change: ResidentChange::Corrected,
        person,
        effective: unit.today(),
        items: &["my_number"],
        row_before: Some(person.id),
        row_after: Some(person.id),
    };
    record::tell(unit, told).await.map(Ok)
}

/// Has a clerk look at somebody about whom 住基ネット took nothing.
async fn refused(unit: &mut Unit, who: &AtenaNo, subject: i64) -> Result<(), Fault> {
    let (now, reference) = (unit.now(), who.to_string());
    let new = NewTask {
        office: "shimin",
        purpose: crate::PURPOSE.code,
        kind: REFUSED,
        title: "住基ネットが受け付けませんでした。個人番号と住所を確かめてください",
        subject: Some(subject),
        reference: Some(&reference),
        due: None,
    };
    Ok(task::add(&mut unit.tx, new, now).await?)
}

#[async_trait]
impl Subscription for OnResident {
    fn name(&self) -> &'static str {
        "resident.on_resident_event"
    }

    fn topic(&self) -> &'static str {
        RESIDENT_EVENT
    }

    fn works_for(&self) -> (&'static str, &'static str) {
        ("shimin", crate::PURPOSE.code)
    }

    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let event: ResidentEvent = outbox::event(payload)?;
        let Some(line) = self.line.as_ref().filter(|_| matters(&event)) else { return Ok(()) };
        let subject = unit.concern(&event.atena_no).await?;
        let today = unit.today();
        let Some(person) = store::as_of(&mut unit.tx, &event.atena_no, today, store::NOW).await? else { return Ok(()) };
        // 住基ネット holds the place of protected people, too: who may run the registry's work tells it.
        for group in ["juki.identify", "juki.address"] {
            unit.permit(Action::Run, group).await?;
        }
        unit.bulk(&[subject], &["juki.identify", "juki.address"]);
        if let Err(fault) = say(unit, line.as_ref(), &event.atena_no, subject, &person).await? {
            unit.note(format!("住基ネット: {} {}", fault.what, fault.why));
            refused(unit, &event.atena_no, subject).await?;
        }
        Ok(())
    }
}
