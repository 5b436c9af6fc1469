//! 初期移行: many people at once, in sets. It goes around no rule: one 個人番号 is one 団番, and whoever shares a number or all four items with
//! another resident is put before a clerk (ATN-16).

use super::issue;
use super::match_newcomer::{alike_in_all, one_number};
use super::match_up::{self, Why};
use super::register_outsider::is_outsiders;
use crate::model::{JUKI, Link, MY_NUMBER, Person};
use crate::store;
use kernel::Date;
use kernel::ident::{AtenaNo, DanNo};
use matching::Tables;
use mynumber::IndividualNumber;
use platform::{Fault, Unit};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

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
    /// Who it is, as the registry has it; compared, and not kept. None for somebody who is compared by number only.
    pub items: Option<FourItems>,
}

/// 基本4情報
#[derive(Debug, Clone)]
pub struct FourItems {
    /// 氏名
    pub name: String,
    /// 生年月日, in any notation.
    pub birth: String,
    /// 性別
    pub sex: String,
    /// 住所 without 方書.
    pub address: String,
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

/// Pairs of a load that were put before a clerk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Doubtful {
    /// Residents with a 個人番号 that an earlier row has.
    pub one_number: usize,
    /// Residents with the four items of an earlier row and another 個人番号.
    pub alike: usize,
}

/// Rows turned over at a time, so that a city of any size needs little memory.
const CHUNK: usize = 10_000;

/// One load, in as many steps and units as it takes: it remembers whom it has seen, so that everybody is compared with everybody in one pass.
/// When a step fails, the load has failed.
pub struct Loading {
    tables: Tables,
    seen: Vec<AtenaNo>,
    /// The first with a 個人番号, by the beginning of its keyed token.
    numbers: HashMap<[u8; 16], usize>,
    /// The first present resident with four items, and a 個人番号 of their own.
    people: HashMap<u64, usize>,
    doubtful: Doubtful,
}

/// A pair of a chunk that is asked about when both are stored.
struct Pair {
    who: AtenaNo,
    other: AtenaNo,
    why: Why,
}

/// A row with the keyed token of its 個人番号, unless another row has that.
struct Row<'r> {
    resident: &'r Resident,
    token: Option<Vec<u8>>,
}

impl Loading {
    /// Nobody has been seen. The tables fold names and addresses before they are compared.
    pub fn new(tables: Tables) -> Self {
        Self { tables, seen: vec![], numbers: HashMap::new(), people: HashMap::new(), doubtful: Doubtful::default() }
    }

    /// What was put before a clerk so far.
    pub fn doubtful(&self) -> Doubtful {
        self.doubtful
    }

    /// Issues a 団番 to every resident with a 個人番号, unless they bring one, and links everybody. Of two with one 個人番号 the first has the
    /// 団番; it is 照会中 from the first connection on, until two people have said whose it is. The caller's unit records the load.
    ///
    /// # Errors
    /// A 宛名番号 or 団番 that is there already, a 個人番号 of somebody who was there before the load or who brings a second 団番 for it, a
    /// 宛名番号 from the space of 住登外者, or the database's refusal; then nothing of the unit is stored.
    pub async fn step(&mut self, unit: &mut Unit, residents: &[Resident]) -> Result<(), Fault> {
        if let Some(stray) = residents.iter().find(|r| is_outsiders(&r.atena_no)) {
            return Err(Fault::conflict(
                "住民の宛名番号が住登外者の番号の範囲にあります",
                format!("{} から始まる番号です。移行元の番号を確かめ、付け直してから取り込んでください", prefix(&stray.atena_no)),
            ));
        }
        for chunk in residents.chunks(CHUNK) {
            let (rows, pairs) = self.compare(unit, chunk)?;
            store_all(unit, &rows).await?;
            for Pair { who, other, why } in pairs {
                match_up::open(unit, &who, &other, why).await?;
            }
        }
        Ok(())
    }

    /// Finds, in one pass, whose 個人番号 or four items an earlier row has.
    fn compare<'r>(&mut self, unit: &Unit, chunk: &'r [Resident]) -> Result<(Vec<Row<'r>>, Vec<Pair>), Fault> {
        let (mut rows, mut pairs) = (Vec::with_capacity(chunk.len()), vec![]);
        for resident in chunk {
            let at = self.seen.len();
            self.seen.push(resident.atena_no.clone());
            let number = resident.number.as_ref();
            let mut token = number.map(|n| unit.city().keys().token(MY_NUMBER, n.expose())).transpose()?;
            let begin = token.as_ref().and_then(|token| token.first_chunk::<16>()).copied();
            if let Some(first) = begin.and_then(|key| earlier(&mut self.numbers, key, at)) {
                if resident.dan_no.is_some() {
                    return Err(Fault::conflict(
                        "一つの個人番号に団体内統合宛名番号が二つあります",
                        "移行元の二人の住民に同じ個人番号があります。後の行の団体内統合宛名番号を外すか、個人番号を直してから取り込んでください",
                    ));
                }
                token = None;
                self.doubtful.one_number += 1;
                pairs.extend(self.pair(resident, first, one_number()));
            } else if let Some(key) = self.items(resident)
                && let Some(first) = earlier(&mut self.people, key, at)
            {
                self.doubtful.alike += 1;
                pairs.extend(self.pair(resident, first, alike_in_all()));
            }
            rows.push(Row { resident, token });
        }
        Ok((rows, pairs))
    }

    /// Key of the four items of a present resident with a 個人番号.
    fn items(&self, resident: &Resident) -> Option<u64> {
        let present = resident.until.is_none() && resident.number.is_some();
        let items = resident.items.as_ref().filter(|_| present)?;
        matching::four_items(&self.tables, &items.name, &items.birth, &items.sex, &items.address)
    }

    fn pair(&self, resident: &Resident, first: usize, why: Why) -> Option<Pair> {
        let other = self.seen.get(first)?.clone();
        Some(Pair { who: resident.atena_no.clone(), other, why })
    }
}

/// The earlier row with a key; without one, this is the first.
fn earlier<K: Eq + std::hash::Hash>(known: &mut HashMap<K, usize>, key: K, at: usize) -> Option<usize> {
    match known.entry(key) {
        Entry::Occupied(first) => Some(*first.get()),
        Entry::Vacant(place) => {
            place.insert(at);
            None
        }
    }
}

/// Stores people and links.
async fn store_all(unit: &mut Unit, rows: &[Row<'_>]) -> Result<(), Fault> {
    let (now, seq) = (unit.now(), unit.seq().await?);
    let new = rows.iter().filter(|row| row.token.is_some() && row.resident.dan_no.is_none()).count();
    let mut numbers = issue::many(unit, new).await?.into_iter();
    let (mut people, mut links) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for Row { resident, token } in rows {
        let dan_no = token.as_ref().and_then(|_| resident.dan_no.clone().or_else(|| numbers.next()));
        if let (Some(token), Some(dan_no)) = (token, &dan_no) {
            people.push(Person { id: 0, dan_no: dan_no.clone(), number_token: token.clone(), issued_at: now, seq });
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
    Ok(Link::insert_all(&links, &mut unit.tx).await?)
}

/// The first digits of a number, for a message that names nobody.
fn prefix(number: &AtenaNo) -> &str {
    number.as_str().get(..3).unwrap_or_default()
}

/// Links the numbers of a programme, after [`Loading`].
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
