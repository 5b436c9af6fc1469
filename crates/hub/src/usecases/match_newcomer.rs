//! 名寄せ of one resident: is somebody who is entered, or whose facts are corrected, one of the 住登外者 whom the city knows already?
//!
//! It only finds out which of them come into question. Each of those is compared anew with everybody ([`match_up`]), so that the gate is
//! the same from both sides.

use super::match_up::{self, Candidate};
use super::register_outsider::{LIVING, OUTSIDER_ENTERED, OutsiderEntered};
use crate::model::{LINK, NUMBER, OUTSIDER, OUTSIDER_ADDRESS};
use crate::store;
use matching::Tables;
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
