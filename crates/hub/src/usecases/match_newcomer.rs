//! 名寄せ of one resident: is somebody who is entered, or whose facts are corrected, one of the 住登外者 whom the city knows already, or
//! registered twice?
//!
//! It only finds out which of them come into question. Each of those is compared anew with everybody ([`match_up`]), so that the gate is
//! the same from both sides.

use super::match_up::{self, Candidate, Why};
use super::register_outsider::{LIVING, OUTSIDER_ENTERED, OutsiderEntered, is_outsiders};
use crate::model::{LINK, NUMBER, ONE_NUMBER, OUTSIDER, OUTSIDER_ADDRESS, Outsider};
use crate::store::{self, Said};
use kernel::ident::AtenaNo;
use matching::{Evidence, Tables};
use platform::{Fault, Unit, outbox};
use ports::{ComparePort, Likeness, ResidentChange, ResidentEvent, ResidentFacts};
use std::collections::BTreeSet;

/// Has the 住登外者 who may be the resident of an event compared anew; one who shares the 団番 already and should not becomes a question.
///
/// # Errors
/// The registry's refusal or the database's; then the event waits.
pub async fn run(unit: &mut Unit, residents: &dyn ComparePort, tables: &Tables, event: &ResidentEvent) -> Result<(), Fault> {
    let concerns = matches!(event.change, ResidentChange::Entered | ResidentChange::Born | ResidentChange::Corrected);
    if !concerns {
        return Ok(());
    }
    let who = &event.atena_no;
    let subject = unit.concern(who).await?;
    unit.require(subject, &[NUMBER, LINK]).await?;
    let today = unit.today();
    let Some(facts) = residents.person(unit, who, today).await? else { return Ok(()) };
    doubled(unit, residents, tables, &facts).await?;
    if !store::knows_outsiders(&mut unit.tx).await? {
        return Ok(());
    }
    unit.require(subject, &[OUTSIDER, OUTSIDER_ADDRESS]).await?;
    let token = match_up::token_of(unit, who).await?;
    let birth = facts.birth.to_string();
    let said = Said {
        birth: facts.birth.exact().map(|_| birth.as_str()),
        kana: &facts.kana,
        name: &facts.name,
        address: facts.address.as_deref().unwrap_or_default(),
    };
    let outsiders = store::outsiders_like(&mut unit.tx, &said, token.as_deref()).await?;
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

/// Two residents of whom the four items agree and who have different 個人番号: one may be registered twice, or one number may be wrong (番号
/// 不整合). Twins and parents with their children differ by name or birth date.
async fn doubled(unit: &mut Unit, residents: &dyn ComparePort, tables: &Tables, facts: &ResidentFacts) -> Result<(), Fault> {
    let who = &facts.atena_no;
    let (Some(birth), Some(mine)) = (facts.birth.exact(), match_up::dan_of(unit, who).await?) else { return Ok(()) };
    let likeness = Likeness { name: "", kana: "", birth: Some(birth), numbers: &[] };
    let mut others = residents.alike(unit, &likeness).await?;
    others.retain(|other| other.resident && other.atena_no != *who);
    if others.is_empty() || !facts.resident {
        return Ok(());
    }
    let numbers: Vec<AtenaNo> = others.iter().map(|other| other.atena_no.clone()).collect();
    let mut all: Vec<Candidate> = others.into_iter().map(match_up::beside).collect();
    all.push(Candidate::resident(facts.clone(), None));
    let found = match_up::compare(tables, &all);
    for other in numbers {
        let theirs = match_up::dan_of(unit, &other).await?;
        if match_up::between(&found, who, &other).0 && theirs.is_some_and(|dan_no| dan_no != mine) {
            match_up::put(unit, who, &other, alike_in_all()).await?;
        }
    }
    Ok(())
}

/// May a resident without 団番 have the one of this 個人番号? Not while another resident has it, nor while a 住登外者 has it who is not the same
/// person beyond doubt: then it is asked, and both stay apart until two people have decided.
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
    let links = store::links_of_dan(&mut unit.tx, &person.dan_no).await?;
    let numbers: BTreeSet<AtenaNo> = links.into_iter().map(|l| l.atena_no).filter(|number| number != who).collect();
    if numbers.is_empty() {
        return Ok(true);
    }
    let subject = unit.concern(who).await?;
    unit.require(subject, &[NUMBER, LINK]).await?;
    let (mut holders, mut free) = (vec![], true);
    for number in numbers {
        match store::outsider(&mut unit.tx, &number).await? {
            Some(row) if is_outsiders(&number) || row.state == LIVING => holders.push(row),
            _ => {
                free = false;
                match_up::put(unit, who, &number, one_number()).await?;
            }
        }
    }
    if holders.is_empty() {
        return Ok(free);
    }
    unit.require(subject, &[OUTSIDER, OUTSIDER_ADDRESS]).await?;
    let today = unit.today();
    let mut all: Vec<Candidate> = holders.iter().map(Candidate::outsider).collect();
    all.extend(residents.person(unit, who, today).await?.map(|facts| Candidate::resident(facts, Some(token))));
    let found = match_up::compare(tables, &all);
    for holder in holders.iter().map(|h| &h.atena_no) {
        if match_up::between(&found, who, holder).0 {
            continue;
        }
        free = false;
        let evidence = Evidence::NumberMismatch.label();
        let explanation = format!("{evidence}。先に登録した住登外者の記録と見比べてください。");
        match_up::put(unit, holder, who, Why { evidence, grade: "C", explanation }).await?;
    }
    Ok(free)
}

/// The registry says one 個人番号 of two residents: 市民課 finds out whose it is, and two people of 情報政策課 say so.
pub fn one_number() -> Why {
    let todo = "どちらの個人番号か、同じ人の二重の記載か、市民課に確かめてください。";
    Why { evidence: ONE_NUMBER, grade: "C", explanation: format!("{ONE_NUMBER}。{todo}") }
}

/// Two residents differ in nothing but their 個人番号.
pub fn alike_in_all() -> Why {
    let evidence = Evidence::NumbersDiffer.label();
    let todo = "4情報が同じ住民が二人います。二重の記載か個人番号の誤りがないか、市民課に確かめてください。";
    Why { evidence, grade: "C", explanation: format!("{evidence}。{todo}") }
}
