//! 付番と番号の変更: what the hub does when the resident registry says that a person came or that a 個人番号 changed.

use super::link_programme::used_until;
use super::{doubt, freeze, issue, match_newcomer, renumber};
use crate::lines::{PERSON_NUMBERED, PersonNumbered};
use crate::model::{Doubt, JUKI, LINK, Link, MY_NUMBER, NUMBER, Person};
use crate::store;
use kernel::Date;
use kernel::ident::{AtenaNo, DanNo};
use matching::Tables;
use platform::{Fault, Unit, outbox, task};
use ports::{ComparePort, ResidentChange, ResidentEvent};

/// Gives the person of an event a 団番, or keeps it through a change of 個人番号, and notes when the registry stops needing the number. Other
/// events change nothing.
///
/// # Errors
/// The registry's refusal or the database's; then the event waits.
pub async fn run(unit: &mut Unit, residents: &dyn ComparePort, tables: &Tables, event: &ResidentEvent) -> Result<(), Fault> {
    let concerns = match event.change {
        ResidentChange::Entered | ResidentChange::Born => true,
        ResidentChange::Corrected => event.items.iter().any(|item| item == "my_number"),
        ResidentChange::MovedOut | ResidentChange::Died | ResidentChange::Removed | ResidentChange::Cancelled => {
            return end(unit, residents, event).await;
        }
        _ => false,
    };
    if !concerns {
        return Ok(());
    }
    let who = &event.atena_no;
    let subject = unit.concern(who).await?;
    unit.require(subject, &[NUMBER]).await?;
    let link = match store::link(&mut unit.tx, JUKI, who.as_str()).await? {
        Some(link) => {
            // Whoever comes back is needed again.
            if event.change != ResidentChange::Corrected {
                used_until(unit, link.clone(), None).await?;
            }
            link
        }
        None => enter(unit, who, event.effective).await?,
    };
    number(unit, residents, tables, subject, link, event.effective).await
}

/// Looks at a resident again after it was decided whose a 個人番号 is.
///
/// # Errors
/// As [`run`].
pub async fn anew(unit: &mut Unit, residents: &dyn ComparePort, tables: &Tables, who: &AtenaNo) -> Result<(), Fault> {
    let Some(link) = store::link(&mut unit.tx, JUKI, who.as_str()).await? else { return Ok(()) };
    let subject = unit.concern(who).await?;
    unit.require(subject, &[NUMBER]).await?;
    let today = unit.today();
    number(unit, residents, tables, subject, link, today).await
}

/// The 個人番号 that the registry has of a resident: whoever has no 団番 gets one, whoever has one keeps it through a change.
async fn number(
    unit: &mut Unit,
    residents: &dyn ComparePort,
    tables: &Tables,
    subject: i64,
    link: Link,
    on: Date,
) -> Result<(), Fault> {
    let who = &link.atena_no;
    // A newborn child has none yet: the link waits for the correction that brings it.
    let Some(number) = residents.individual_number(unit, who).await? else { return Ok(()) };
    let token = unit.city().keys().token(MY_NUMBER, number.expose())?;
    match &link.dan_no {
        Some(dan_no) => change(unit, subject, who, dan_no, &token, on).await,
        None if match_newcomer::may_have(unit, residents, tables, who, &token).await? => join(unit, subject, &link, &token).await,
        // Two people decide whose the 個人番号 is.
        None => Ok(()),
    }
}

/// The record of the person has ended, or a move was cancelled, so that the record itself says whether it stands.
async fn end(unit: &mut Unit, residents: &dyn ComparePort, event: &ResidentEvent) -> Result<(), Fault> {
    let Some(link) = store::link(&mut unit.tx, JUKI, event.atena_no.as_str()).await? else { return Ok(()) };
    let subject = unit.concern(&event.atena_no).await?;
    unit.require(subject, &[LINK]).await?;
    let until = match event.change {
        ResidentChange::Cancelled => {
            let today = unit.today();
            let record = residents.person(unit, &event.atena_no, today).await?;
            record.as_ref().is_none_or(|r| !r.resident).then(|| record.and_then(|r| r.removed_on).unwrap_or(event.effective))
        }
        _ => Some(event.effective),
    };
    used_until(unit, link, until).await
}

/// The registry's own link of a person who is new to the hub.
async fn enter(unit: &mut Unit, who: &AtenaNo, from: Date) -> Result<Link, Fault> {
    let mut link = Link {
        id: 0,
        programme: JUKI.to_owned(),
        number: who.as_str().to_owned(),
        atena_no: who.clone(),
        dan_no: None,
        valid_from: from,
        recorded_at: unit.now(),
        basis: None,
        unified: false,
        ended_on: None,
        seq: unit.seq().await?,
        superseded_seq: None,
    };
    link.id = link.insert(&mut unit.tx).await?;
    Ok(link)
}

/// Finds the 団番 of a 個人番号 or issues one, and gives it to everything that waits under this 宛名番号.
async fn join(unit: &mut Unit, subject: i64, link: &Link, token: &[u8]) -> Result<(), Fault> {
    let who = &link.atena_no;
    let dan_no = match store::by_token(&mut unit.tx, token).await? {
        Some(person) => person.dan_no,
        None => {
            // Two numbers for one person can be joined later; two people under one number cannot be told apart again.
            if store::was_somebodys(&mut unit.tx, token).await? {
                doubt(unit, Doubt::Former, subject, who).await?;
            }
            let dan_no = issue::next(unit).await?;
            let (issued_at, seq) = (unit.now(), unit.seq().await?);
            let person = Person { id: 0, dan_no, number_token: token.to_vec(), issued_at, seq };
            person.insert(&mut unit.tx).await?;
            outbox::publish(unit, PERSON_NUMBERED, &PersonNumbered { dan_no: person.dan_no.clone() }).await?;
            person.dan_no
        }
    };
    store::attach(&mut unit.tx, who, &dan_no).await?;
    Ok(store::unify(&mut unit.tx, &dan_no, link.id).await?)
}

/// The 個人番号 of a known person: the 団番 stays, the former number becomes history.
async fn change(unit: &mut Unit, subject: i64, who: &AtenaNo, dan_no: &DanNo, token: &[u8], on: Date) -> Result<(), Fault> {
    let person = store::by_dan(&mut unit.tx, dan_no).await?;
    let now = unit.now();
    if person.number_token == token {
        return Ok(task::done_reference(&mut unit.tx, Doubt::Taken.kind(), who.as_str(), now).await?);
    }
    // The 団番 goes with the number to whoever's it is: two people say so first.
    if freeze::is_contested(unit, who).await? {
        return Ok(());
    }
    if store::by_token(&mut unit.tx, token).await?.is_some() {
        return doubt(unit, Doubt::Taken, subject, who).await;
    }
    if store::residents_of(&mut unit.tx, dan_no).await? > 1 {
        return doubt(unit, Doubt::Shared, subject, who).await;
    }
    if store::was_somebodys(&mut unit.tx, token).await? {
        doubt(unit, Doubt::Former, subject, who).await?;
    }
    renumber::carry(unit, person, token, on).await?;
    Ok(task::done_reference(&mut unit.tx, Doubt::Taken.kind(), who.as_str(), now).await?)
}
