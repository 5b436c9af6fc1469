//! 連携: a programme's own number joins the person's 団番.

use super::doubt;
use super::match_up::dan_of;
use crate::model::{Doubt, LINK, Link};
use crate::store;
use kernel::Date;
use platform::{Fault, Unit};
use ports::ProgrammeLinked;

/// Links a programme's number. A person without 団番 is linked as soon as there is one; a number that belongs to somebody else already
/// is left where it is, and 情報政策課 is asked to look.
///
/// # Errors
/// The database's refusal; then the event waits.
pub async fn run(unit: &mut Unit, event: &ProgrammeLinked) -> Result<(), Fault> {
    let who = &event.atena_no;
    let subject = unit.concern(who).await?;
    unit.require(subject, &[LINK]).await?;
    match store::link(&mut unit.tx, &event.programme, &event.number).await? {
        Some(known) if known.atena_no == *who => used_until(unit, known, event.until).await,
        Some(_) => doubt(unit, Doubt::Moved, subject, who).await,
        None => {
            let link = Link {
                id: 0,
                programme: event.programme.clone(),
                number: event.number.clone(),
                atena_no: who.clone(),
                dan_no: dan_of(unit, who).await?,
                valid_from: unit.today(),
                recorded_at: unit.now(),
                basis: None,
                unified: false,
                ended_on: event.until,
                seq: unit.seq().await?,
                superseded_seq: None,
            };
            link.insert(&mut unit.tx).await?;
            Ok(())
        }
    }
}

/// Notes until when a link is needed, or that it is needed on; what was noted before stays as history.
///
/// # Errors
/// The database's refusal.
pub async fn used_until(unit: &mut Unit, link: Link, until: Option<Date>) -> Result<(), Fault> {
    if link.ended_on == until {
        return Ok(());
    }
    // That the link is there was learned when it was made: a recall counts from then.
    let new = Link { id: 0, ended_on: until, seq: unit.seq().await?, ..link.clone() };
    Ok(store::relink(&mut unit.tx, &link, &new).await?)
}
