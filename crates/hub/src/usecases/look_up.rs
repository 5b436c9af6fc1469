//! 照会: the 団番 of a person.

use crate::model::{FormerNumber, LINK, Link, NUMBER, Person};
use crate::store;
use kernel::ident::{AtenaNo, DanNo};
use platform::{Fault, Unit};

/// What the hub knows about a person.
pub struct Found {
    /// The person, once the 個人番号 is known.
    pub person: Option<Person>,
    /// Changes of the 個人番号, the oldest first.
    pub former: Vec<FormerNumber>,
    /// Numbers of the programmes.
    pub links: Vec<Link>,
}

/// 団番 of a programme's person, for a caller whose purpose and case allow it.
///
/// # Errors
/// A refusal, recorded as such; the database's refusal.
pub async fn dan_no(unit: &mut Unit, programme: &str, number: &AtenaNo) -> Result<Option<DanNo>, Fault> {
    let Some(subject) = unit.find_subject(number).await? else {
        unit.permit(kernel::access::Action::Look, NUMBER).await?;
        return Ok(None);
    };
    unit.require(subject, &[NUMBER]).await?;
    Ok(store::dan_of(&mut unit.tx, programme, number).await?)
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
