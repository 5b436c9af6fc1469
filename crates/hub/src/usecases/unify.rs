//! 統合宛名フラグ: which of the numbers under a 団番 stands for the person. The registry's does whenever the registry says something; another
//! programme's only while the person is no resident (共通機能標準仕様書 団体内統合宛名 更新).

use crate::model::{JUKI, LINK};
use crate::store;
use kernel::ident::{AtenaNo, DanNo};
use platform::{Fault, Unit};
use ports::ResidentPort;

/// The registry has said something about a person: its number stands for them.
///
/// # Errors
/// The database's refusal.
pub async fn by_registry(unit: &mut Unit, who: &AtenaNo) -> Result<(), Fault> {
    let Some(link) = store::link(&mut unit.tx, JUKI, who.as_str()).await? else { return Ok(()) };
    match &link.dan_no {
        Some(dan_no) if !link.unified => {
            let subject = unit.concern(who).await?;
            unit.require(subject, &[LINK]).await?;
            Ok(store::unify(&mut unit.tx, dan_no, link.id).await?)
        }
        _ => Ok(()),
    }
}

/// A programme has said something about somebody: its number stands for them unless they are a resident.
///
/// # Errors
/// The registry's refusal or the database's.
pub async fn by_programme(unit: &mut Unit, residents: &dyn ResidentPort, programme: &str, who: &AtenaNo) -> Result<(), Fault> {
    let links = store::links(&mut unit.tx, who).await?;
    let Some(link) = links.into_iter().find(|l| l.programme == programme) else { return Ok(()) };
    let Some(dan_no) = link.dan_no.filter(|_| !link.unified) else { return Ok(()) };
    let today = unit.today();
    for other in store::links_of_dan(&mut unit.tx, &dan_no).await?.into_iter().filter(|l| l.programme == JUKI) {
        unit.concern(&other.atena_no).await?;
        if residents.person(unit, &other.atena_no, today).await?.is_some_and(|facts| facts.resident) {
            return Ok(());
        }
    }
    Ok(store::unify(&mut unit.tx, &dan_no, link.id).await?)
}

/// Where no number of a 団番 stands for the person, the registry's does, or the first: after links came or went.
///
/// # Errors
/// The database's refusal.
pub async fn settle(unit: &mut Unit, dan_no: &DanNo) -> Result<(), Fault> {
    let mut links = store::links_of_dan(&mut unit.tx, dan_no).await?;
    links.sort_by_key(|l| (l.programme != JUKI, l.id));
    match links.first() {
        Some(first) if links.iter().all(|l| !l.unified) => Ok(store::unify(&mut unit.tx, dan_no, first.id).await?),
        _ => Ok(()),
    }
}
