//! People whom the city knows under several 宛名番号: a 住登外者 who moved in, a record that came twice. The gateway has one place for each of
//! their records. The 正本 of the number that speaks for the person takes it, another number's only where that one has none.

use kernel::ident::{AtenaNo, DanNo};
use platform::{Fault, Unit};
use ports::{HubPort, Original, Page};
use std::collections::BTreeMap;

/// One place at the gateway and the 正本 for it.
pub struct Place {
    /// The person.
    pub dan: DanNo,
    /// What takes the place.
    pub taken: Original,
    /// What other 宛名番号 of the person hold for the same place.
    pub left: Vec<Original>,
}

impl Place {
    /// The place of a record that nothing else claims.
    pub fn alone(dan: DanNo, taken: Original) -> Self {
        Self { dan, taken, left: vec![] }
    }
}

/// The shared people of a run, and their records as they come by: who takes a place is known at the end only.
pub struct Shared {
    people: BTreeMap<DanNo, Vec<AtenaNo>>,
    dans: BTreeMap<AtenaNo, DanNo>,
    aside: BTreeMap<DanNo, Vec<Original>>,
}

impl Shared {
    /// Nobody's records yet.
    ///
    /// # Errors
    /// A refusal, recorded as such; the database's refusal.
    pub async fn begin(unit: &mut Unit, hub: &dyn HubPort) -> Result<Self, Fault> {
        let people = hub.shared(unit).await?;
        let dans = people.iter().flat_map(|(dan, numbers)| numbers.iter().map(|n| (n.clone(), dan.clone()))).collect();
        Ok(Self { people, dans, aside: BTreeMap::new() })
    }

    /// Is a 宛名番号 one of several of its person?
    pub fn has(&self, number: &AtenaNo) -> bool {
        self.dans.contains_key(number)
    }

    /// The 宛名番号 of a shared person, the one that speaks for them first.
    pub fn numbers(&self, dan: &DanNo) -> Option<&[AtenaNo]> {
        self.people.get(dan).map(Vec::as_slice)
    }

    /// Puts the records of shared people aside; answers the others.
    pub fn set_aside(&mut self, page: Page) -> Vec<Original> {
        let mut others = vec![];
        for original in page.records {
            match self.dans.get(&original.atena_no) {
                Some(dan) => self.aside.entry(dan.clone()).or_default().push(original),
                None => others.push(original),
            }
        }
        others
    }

    /// Everybody's 宛名番号 and the places of what was put aside.
    pub fn settle(mut self) -> Vec<(Vec<AtenaNo>, Vec<Place>)> {
        let mut aside = |dan: &DanNo, numbers: &[AtenaNo]| places(dan, numbers, self.aside.remove(dan).unwrap_or_default());
        self.people
            .into_iter()
            .map(|(dan, numbers)| {
                let places = aside(&dan, &numbers);
                (numbers, places)
            })
            .collect()
    }
}

/// The places of a person's records. `numbers` are in the order in which they speak for the person.
pub fn places(dan: &DanNo, numbers: &[AtenaNo], mut records: Vec<Original>) -> Vec<Place> {
    let order = |o: &Original| numbers.iter().position(|n| *n == o.atena_no);
    records.sort_by(|a, b| (&a.data_set, &a.key, order(a)).cmp(&(&b.data_set, &b.key, order(b))));
    let mut all: Vec<Place> = vec![];
    for record in records {
        match all.last_mut() {
            Some(place) if place.taken.data_set == record.data_set && place.taken.key == record.key => place.left.push(record),
            _ => all.push(Place::alone(dan.clone(), record)),
        }
    }
    all
}
