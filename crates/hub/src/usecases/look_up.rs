//! 照会: the 団番 of a person.

use crate::model::{FormerNumber, LINK, Link, NUMBER, Person};
use crate::store;
use crate::usecases::register_outsider::open_to;
use kernel::ident::{AtenaNo, DanNo};
use platform::{Fault, Unit};
use std::collections::BTreeMap;

/// Comes after every 宛名番号.
const LAST: &str = "~";

/// What the hub knows about a person.
pub struct Found {
    /// The person, once the 個人番号 is known.
    pub person: Option<Person>,
    /// Changes of the 個人番号, the oldest first.
    pub former: Vec<FormerNumber>,
    /// Numbers of the programmes.
    pub links: Vec<Link>,
}

/// 団番 of a person by a 宛名番号, for a caller whose purpose and case allow it.
///
/// # Errors
/// A refusal, recorded as such; [`Fault::missing`] for a record that is withheld from the caller's programme, as for none; the
/// database's refusal.
pub async fn dan_of(unit: &mut Unit, number: &AtenaNo) -> Result<Option<DanNo>, Fault> {
    let Some(subject) = unit.find_subject(number).await? else {
        unit.permit(kernel::access::Action::Look, NUMBER).await?;
        return Ok(None);
    };
    if is_shut(unit, number).await? {
        return Err(Fault::missing("宛名番号"));
    }
    // Whoever drafts something looks the number up on the way.
    unit.see_for(kernel::access::Action::Look, subject, &[NUMBER]).await?;
    Ok(store::links(&mut unit.tx, number).await?.into_iter().find_map(|l| l.dan_no))
}

/// Is the record of a 住登外者 withheld from the programme that asks (他業務参照不可)? What the city does by itself goes on: it shows nobody.
async fn is_shut(unit: &mut Unit, number: &AtenaNo) -> Result<bool, Fault> {
    let purpose = unit.staff().purpose.clone().unwrap_or_default();
    let by_itself = unit.staff().post.as_ref().is_some_and(|post| post.roles.iter().any(|role| role == "job"));
    Ok(!by_itself && store::outsider(&mut unit.tx, number).await?.is_some_and(|row| !open_to(&row, &purpose)))
}

/// 団番 of a stretch of 宛名番号, for a run over many people.
///
/// # Errors
/// A refusal, recorded as such; the database's refusal.
pub async fn dans_between(
    unit: &mut Unit,
    after: Option<&AtenaNo>,
    until: Option<&AtenaNo>,
) -> Result<BTreeMap<AtenaNo, DanNo>, Fault> {
    unit.permit(kernel::access::Action::Run, NUMBER).await?;
    let (after, until) = (after.map_or("", AtenaNo::as_str), until.map_or(LAST, AtenaNo::as_str));
    Ok(store::dans_of_stretch(&mut unit.tx, after, until).await?)
}

/// The 宛名番号 behind a 団番, without a look at the person: whoever shows more than the number asks for it.
///
/// # Errors
/// A refusal, recorded as such; the database's refusal.
pub async fn atena_no(unit: &mut Unit, dan_no: &DanNo) -> Result<Option<AtenaNo>, Fault> {
    unit.permit(kernel::access::Action::Search, NUMBER).await?;
    Ok(numbers(store::links_of_dan(&mut unit.tx, dan_no).await?).into_iter().next())
}

/// The 宛名番号 of one person's links, each once: the one that stands for the person (統合宛名フラグ) before every other.
fn numbers(mut links: Vec<Link>) -> Vec<AtenaNo> {
    links.sort_by_key(|l| !l.unified);
    let mut all: Vec<AtenaNo> = vec![];
    for link in links {
        if !all.contains(&link.atena_no) {
            all.push(link.atena_no);
        }
    }
    all
}

/// Everybody who has more than one 宛名番号, for a run over many people.
///
/// # Errors
/// A refusal, recorded as such; the database's refusal.
pub async fn shared(unit: &mut Unit) -> Result<BTreeMap<DanNo, Vec<AtenaNo>>, Fault> {
    unit.permit(kernel::access::Action::Run, NUMBER).await?;
    let mut links: BTreeMap<DanNo, Vec<Link>> = BTreeMap::new();
    for link in store::shared_links(&mut unit.tx).await? {
        if let Some(dan_no) = link.dan_no.clone() {
            links.entry(dan_no).or_default().push(link);
        }
    }
    Ok(links.into_iter().map(|(dan_no, links)| (dan_no, numbers(links))).collect())
}

/// Everything about a person of the open case.
///
/// # Errors
/// A refusal, recorded as such; [`Fault::missing`] for a 宛名番号 that nobody has.
pub async fn everything(unit: &mut Unit, number: &AtenaNo) -> Result<Found, Fault> {
    let subject = unit.find_subject(number).await?.ok_or_else(|| Fault::missing("宛名番号"))?;
    unit.require(subject, &[NUMBER, LINK]).await?;
    let mut links = store::links(&mut unit.tx, number).await?;
    let dan_no = links.iter().find_map(|l| l.dan_no.clone());
    if let Some(dan_no) = &dan_no {
        links = store::links_of_dan(&mut unit.tx, dan_no).await?;
    }
    let (person, former) = match &dan_no {
        Some(dan_no) => (Some(store::by_dan(&mut unit.tx, dan_no).await?), store::former(&mut unit.tx, dan_no).await?),
        None => (None, vec![]),
    };
    Ok(Found { person, former, links })
}
