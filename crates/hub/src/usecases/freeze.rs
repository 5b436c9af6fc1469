//! 番号不整合: one 個人番号 stands on records that do not look like one person. Until two people have decided, nobody is answered about its
//! 団番 and nobody asks with it (照会中): either record may be the wrong one.

use super::match_up::{DRAFTED, OPEN, dan_of};
use super::register_outsider::is_outsiders;
use crate::model::{NUMBER, ONE_NUMBER, Question};
use crate::store;
use kernel::ident::{AtenaNo, DanNo};
use matching::Evidence;
use platform::{Fault, Unit, outbox};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Topic of [`PersonFrozen`].
pub const PERSON_FROZEN: &str = "hub.person_frozen";

/// A 団番 is 照会中 from now on, or no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFrozen {
    /// 団番.
    pub dan_no: DanNo,
    /// `true` when 情報連携 stops, `false` when it goes on.
    pub frozen: bool,
}

/// Topic of [`NumberDecided`].
pub const NUMBER_DECIDED: &str = "hub.number_decided";

/// It was decided whose a 個人番号 is: a resident who was part of the question is looked at anew. Their own number may have come meanwhile, or
/// the question is about somebody else now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberDecided {
    /// The resident.
    pub atena_no: AtenaNo,
}

/// Does the question say that one 個人番号 stands on two people's records?
pub fn is_incident(question: &Question) -> bool {
    question.evidence == Evidence::NumberMismatch.label() || is_between_residents(question)
}

/// Does the registry say one 個人番号 of two residents? Then people have to say whose it is.
pub fn is_between_residents(question: &Question) -> bool {
    question.evidence == ONE_NUMBER
}

/// Is it undecided which of two residents has the 個人番号 of this one? Until then it does not become another.
///
/// # Errors
/// The database's refusal.
pub async fn is_contested(unit: &mut Unit, who: &AtenaNo) -> Result<bool, Fault> {
    let about = store::questions_about(&mut unit.tx, who).await?;
    Ok(about.iter().any(|q| is_between_residents(q) && UNDECIDED.contains(&q.state.as_str())))
}

/// States in which nobody has decided.
pub const UNDECIDED: [&str; 2] = [OPEN, DRAFTED];

/// Is a 番号不整合 about this 団番 undecided? For whoever would ask with it.
///
/// # Errors
/// A refusal, recorded as such; the database's refusal.
pub async fn is_frozen(unit: &mut Unit, dan_no: &DanNo) -> Result<bool, Fault> {
    unit.permit(kernel::access::Action::Look, NUMBER).await?;
    Ok(store::is_frozen(&mut unit.tx, dan_no).await?)
}

/// Stops 情報連携 of whoever has the 個人番号 of an incident.
///
/// # Errors
/// The database's refusal.
pub async fn freeze(unit: &mut Unit, question: &Question) -> Result<(), Fault> {
    for dan_no in dans(unit, question).await? {
        outbox::publish(unit, PERSON_FROZEN, &PersonFrozen { dan_no, frozen: true }).await?;
    }
    Ok(())
}

/// Lets 情報連携 go on after an incident was decided, unless something else about the 団番 is in doubt or still being put right. Residents who
/// were part of it are looked at anew.
///
/// # Errors
/// The database's refusal.
pub async fn thaw(unit: &mut Unit, question: &Question) -> Result<(), Fault> {
    let wrong = store::open_recalls(&mut unit.tx).await?;
    for dan_no in dans(unit, question).await? {
        if !wrong.contains(&dan_no) && !store::is_frozen(&mut unit.tx, &dan_no).await? {
            outbox::publish(unit, PERSON_FROZEN, &PersonFrozen { dan_no, frozen: false }).await?;
        }
    }
    let mut concerned = BTreeSet::from([question.atena_no.clone(), question.other_no.clone()]);
    for who in [&question.atena_no, &question.other_no] {
        let about = store::questions_about(&mut unit.tx, who).await?;
        let waiting = about.into_iter().filter(|q| is_incident(q) && UNDECIDED.contains(&q.state.as_str()));
        concerned.extend(waiting.flat_map(|q| [q.atena_no, q.other_no]));
    }
    for who in concerned.iter().filter(|who| !is_outsiders(who)) {
        look_anew(unit, who).await?;
    }
    Ok(())
}

/// Has a resident looked at anew.
///
/// # Errors
/// The database's refusal.
pub async fn look_anew(unit: &mut Unit, who: &AtenaNo) -> Result<(), Fault> {
    outbox::publish(unit, NUMBER_DECIDED, &NumberDecided { atena_no: who.clone() }).await
}

async fn dans(unit: &mut Unit, question: &Question) -> Result<Vec<DanNo>, Fault> {
    let mut all = vec![];
    for who in [&question.atena_no, &question.other_no] {
        all.extend(dan_of(unit, who).await?);
    }
    all.dedup();
    Ok(all)
}
