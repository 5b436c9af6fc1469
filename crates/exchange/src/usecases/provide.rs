//! 情報提供の確認: what others ask and no machine may answer. One clerk looks and registers, another permits.

use super::courier::permit_no;
use crate::lines::Line;
use crate::messages::{self, Asked, Provision};
use crate::model::{ORIGINAL, RECORD};
use crate::originals::Sources;
use kernel::ident::AtenaNo;
use platform::{Fault, Unit};
use ports::{HubPort, Original, ResidentFacts, ResidentPort};
use wire::ident::PermitNo;
use wire::inquiry::Given;

/// Inquiries of others that wait for staff, the oldest first.
///
/// # Errors
/// The line is down.
pub async fn waiting(line: &Line) -> Result<Vec<Provision>, Fault> {
    let mut all = messages::waiting(line).await?;
    all.sort_by_key(|p| p.since);
    Ok(all)
}

/// What the gateway says about one of them.
///
/// # Errors
/// The line is down, or there is none with this number.
pub async fn held(line: &Line, permit: &str) -> Result<(PermitNo, Asked, messages::Content), Fault> {
    let permit = permit_no(permit)?;
    let asked = messages::question(line, &permit).await?;
    let content = messages::content(line, &permit).await?;
    Ok((permit, asked, content))
}

/// The person asked about, who must be in the open case.
///
/// # Errors
/// A refusal; a person whom the city does not know any more.
pub async fn person(
    unit: &mut Unit,
    hub: &dyn HubPort,
    residents: &dyn ResidentPort,
    asked: &Asked,
) -> Result<(AtenaNo, Option<ResidentFacts>), Fault> {
    let dan = asked.dan.as_ref().ok_or_else(|| Fault::missing("照会された人"))?;
    let who = hub.atena_no(unit, dan).await?.ok_or_else(|| Fault::missing("照会された人の宛名番号"))?;
    let subject = unit.find_subject(&who).await?.ok_or_else(|| Fault::missing("照会された人の宛名番号"))?;
    unit.require(subject, &[RECORD, ORIGINAL]).await?;
    let today = unit.today();
    let facts = residents.person(unit, &who, today).await?;
    Ok((who, facts))
}

/// What the city holds of what is asked, as 正本: published records of the data set, with the items asked for.
///
/// # Errors
/// A refusal.
pub async fn originals(unit: &mut Unit, sources: &Sources, who: &AtenaNo, asked: &Asked) -> Result<Vec<Given>, Fault> {
    let today = unit.today();
    let mut all = vec![];
    for source in sources.iter().filter(|s| s.holds(&asked.data_set.id)) {
        let fits = |o: &Original| o.data_set == asked.data_set && o.published.contains(today);
        for original in source.of(unit, who).await?.into_iter().filter(fits) {
            let items = original.items.into_iter().filter(|(item, _)| asked.items.contains(item)).collect();
            all.push(Given { key: original.key, items });
        }
    }
    Ok(all)
}
