//! 名寄せ of one resident: is somebody who is entered, or whose facts are corrected, one of the 住登外者 whom the city knows already?
//!
//! It only finds out which of them come into question. Each of those is compared anew with everybody ([`match_up`]), so that the gate is
//! the same from both sides.

use super::match_up::{self, Candidate};
use super::register_outsider::{LIVING, OUTSIDER_ENTERED, OutsiderEntered};
use crate::model::{LINK, NUMBER, OUTSIDER, OUTSIDER_ADDRESS, Outsider};
use crate::store;
use kernel::ident::AtenaNo;
use matching::{Evidence, Tables};
use platform::{Fault, Unit, outbox};
use ports::{ComparePort, ResidentChange, ResidentEvent};

/// Has the 住登外者 who may be the resident of an event compared anew; one who shares the 団番 already and should not becomes a question.
///
/// # Errors
/// The registry's refusal or the database's; then the event waits.
pub async fn run(unit: &mut Unit, residents: &dyn ComparePort, tables: &Tables, event: &ResidentEvent) -> Result<(), Fault> {
    let concerns = matches!(event.change, ResidentChange::Entered | ResidentChange::Born | ResidentChange::Corrected);
    // A city that knows no 住登外者 looks at nobody.
    if !concerns || !store::knows_outsiders(&mut unit.tx).await? {
        return Ok(());
    }
    let who = &event.atena_no;
    let subject = unit.concern(who).await?;
    unit.require(subject, &[NUMBER, LINK, OUTSIDER, OUTSIDER_ADDRESS]).await?;
    let today = unit.today();
    let Some(facts) = residents.person(unit, who, today).await? else { return Ok(()) };
    let token = match_up::token_of(unit, who).await?;
    let birth = facts.birth.to_string();
    let outsiders = store::outsiders_like(&mut unit.tx, [&birth, &facts.kana, &facts.name], token.as_deref()).await?;
    // Under the same number it is the same person (住民番号引継).
    let outsiders: Vec<Outsider> = outsiders.into_iter().filter(|o| o.atena_no != *who).collect();
    let mut all: Vec<Candidate> = outsiders.iter().filter(|o| o.state == LIVING).map(Candidate::outsider).collect();
    if all.is_empty() {
        return Ok(());
    }
    all.push(Candidate::resident(facts, token.as_deref()));
    let found = match_up::compare(tables, &all);
    let mine = match_up::dan_of(unit, who).await?;
    for outsider in outsiders.into_iter().map(|o| o.atena_no) {
        let (same, question) = match_up::between(&found, who, &outsider);
        match (match_up::dan_of(unit, &outsider).await?, question) {
            (None, _) if same || question.is_some() => {
                outbox::publish(unit, OUTSIDER_ENTERED, &OutsiderEntered { atena_no: outsider }).await?;
            }
            (Some(dan_no), Some(decision)) if !same || mine != Some(dan_no.clone()) => {
                match_up::ask(unit, &outsider, who, decision).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// May a resident without 団番 have the one of this 個人番号? Not while a 住登外者 has it who is not the same person beyond doubt: then it is
/// asked, and both stay apart until two people have decided.
///
/// # Errors
/// The registry's refusal or the database's; then the event waits.
pub async fn may_have(
    unit: &mut Unit,
    residents: &dyn ComparePort,
    tables: &Tables,
    who: &AtenaNo,
    token: &[u8],
) -> Result<bool, Fault> {
    let Some(person) = store::by_token(&mut unit.tx, token).await? else { return Ok(true) };
    let mut holders = vec![];
    for link in store::links_of_dan(&mut unit.tx, &person.dan_no).await? {
        holders.extend(store::outsider(&mut unit.tx, &link.atena_no).await?);
    }
    holders.retain(|h| h.atena_no != *who);
    holders.dedup_by(|a, b| a.atena_no == b.atena_no);
    if holders.is_empty() {
        return Ok(true);
    }
    let subject = unit.concern(who).await?;
    unit.require(subject, &[NUMBER, LINK, OUTSIDER, OUTSIDER_ADDRESS]).await?;
    let today = unit.today();
    let mut all: Vec<Candidate> = holders.iter().map(Candidate::outsider).collect();
    all.extend(residents.person(unit, who, today).await?.map(|facts| Candidate::resident(facts, Some(token))));
    let found = match_up::compare(tables, &all);
    let mut same = true;
    for holder in holders.iter().map(|h| &h.atena_no) {
        if match_up::between(&found, who, holder).0 {
            continue;
        }
        same = false;
        let evidence = Evidence::NumberMismatch.label();
        match_up::put(unit, holder, who, evidence, "C", format!("{evidence}。先に登録した住登外者の記録と見比べてください。"))
            .await?;
    }
    Ok(same)
}
