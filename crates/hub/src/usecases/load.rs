//! 初期移行: many people at once, in sets. It goes around no rule: one 個人番号 is one 団番, and a repeated one stops the load.

use super::issue;
use super::register_outsider::is_outsiders;
use crate::model::{JUKI, Link, MY_NUMBER, Person};
use crate::store;
use kernel::Date;
use kernel::ident::{AtenaNo, DanNo};
use mynumber::IndividualNumber;
use platform::{Fault, Unit};

/// A resident whose numbers exist already.
#[derive(Debug, Clone)]
pub struct Resident {
    /// 宛名番号
    pub atena_no: AtenaNo,
    /// 個人番号; none for a person who has not been given one.
    pub number: Option<IndividualNumber>,
    /// 団番 that the person has from an earlier system: it is kept. None to issue one.
    pub dan_no: Option<DanNo>,
    /// 住民年月日
    pub from: Date,
    /// 消除年月日 of somebody who is no resident any longer.
    pub until: Option<Date>,
}

/// A programme's number that exists already.
#[derive(Debug, Clone)]
pub struct ProgrammeNumber {
    /// The number.
    pub number: String,
    /// Whose.
    pub atena_no: AtenaNo,
    /// Day from which it is theirs.
    pub from: Date,
    /// Last day for which the programme needs it, as far as it knows.
    pub until: Option<Date>,
}

/// Rows turned over at a time, so that a city of any size needs little memory.
const CHUNK: usize = 10_000;

/// Issues a 団番 to every resident with a 個人番号, unless they bring one, and links everybody. The caller's unit records the load.
///
/// # Errors
/// A 個人番号, 宛名番号 or 団番 that is there already, a 宛名番号 from the space of 住登外者, or the database's refusal; then nothing is stored.
pub async fn load(unit: &mut Unit, residents: &[Resident]) -> Result<(), Fault> {
    let (now, seq) = (unit.now(), unit.seq().await?);
    if let Some(stray) = residents.iter().find(|r| is_outsiders(&r.atena_no)) {
        return Err(Fault::conflict(
            "住民の宛名番号が住登外者の番号の範囲にあります",
            format!("{} から始まる番号です。移行元の番号を確かめ、付け直してから取り込んでください", prefix(&stray.atena_no)),
        ));
    }
    for chunk in residents.chunks(CHUNK) {
        let new = chunk.iter().filter(|r| r.number.is_some() && r.dan_no.is_none()).count();
        let mut numbers = issue::many(unit, new).await?.into_iter();
        let (mut people, mut links) = (Vec::with_capacity(chunk.len()), Vec::with_capacity(chunk.len()));
        for resident in chunk {
            let dan_no = resident.number.as_ref().and_then(|_| resident.dan_no.clone().or_else(|| numbers.next()));
            if let (Some(number), Some(dan_no)) = (&resident.number, &dan_no) {
                let number_token = unit.city().keys().token(MY_NUMBER, number.expose())?;
                people.push(Person { id: 0, dan_no: dan_no.clone(), number_token, issued_at: now, seq });
            }
            links.push(Link {
                id: 0,
                programme: JUKI.to_owned(),
                number: resident.atena_no.as_str().to_owned(),
                atena_no: resident.atena_no.clone(),
                unified: dan_no.is_some(),
                dan_no,
                valid_from: resident.from,
                recorded_at: now,
                basis: None,
                ended_on: resident.until,
                seq,
                superseded_seq: None,
            });
        }
        Person::insert_all(&people, &mut unit.tx).await?;
        Link::insert_all(&links, &mut unit.tx).await?;
    }
    Ok(())
}

/// The first digits of a number, for a message that names nobody.
fn prefix(number: &AtenaNo) -> &str {
    number.as_str().get(..3).unwrap_or_default()
}

/// Links the numbers of a programme, after [`load`].
///
/// # Errors
/// A number that is there already, or the database's refusal; then nothing is stored.
pub async fn load_links(unit: &mut Unit, programme: &str, numbers: &[ProgrammeNumber]) -> Result<(), Fault> {
    let (now, seq) = (unit.now(), unit.seq().await?);
    for chunk in numbers.chunks(CHUNK) {
        let link = |n: &ProgrammeNumber| Link {
            id: 0,
            programme: programme.to_owned(),
            number: n.number.clone(),
            atena_no: n.atena_no.clone(),
            dan_no: None,
            valid_from: n.from,
            recorded_at: now,
            basis: None,
            unified: false,
            ended_on: n.until,
            seq,
            superseded_seq: None,
        };
        let links: Vec<Link> = chunk.iter().map(link).collect();
        Link::insert_all(&links, &mut unit.tx).await?;
    }
    Ok(store::attach_all(&mut unit.tx).await?)
}
