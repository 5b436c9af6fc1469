//! The city as a whole: a value from a seed, and its households one after the other.

use crate::dice::Dice;
use crate::model::Household;
use crate::numbers::Serials;
use crate::people::plan::Plan;
use crate::place::{MINATO, Place};
use crate::{aid, people};
use kernel::time::Date;
use std::collections::VecDeque;

/// A synthetic city. Same place, seed, size and date: same people, to the byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct City {
    /// Where it lies.
    pub place: &'static Place,
    /// Where all chance comes from.
    pub seed: u64,
    /// People who are residents today; those who have died or left come on top.
    pub residents: u32,
    /// The business date: nothing in the city was recorded later.
    pub today: Date,
}

impl City {
    /// みなと市 of a seed. It holds nothing yet: [`City::households`] makes the people while they are read.
    ///
    /// The first 44 plans are the same kinds of household in every city, so that from about 300 residents on every case that the
    /// system knows occurs at least once.
    pub fn generate(seed: u64, residents: u32, today: Date) -> Self {
        Self::of(&MINATO, seed, residents, today)
    }

    /// A city at another place. Seeds that are 450,000,000 apart have no 個人番号 and no 住民票コード in common, up to a million people.
    pub fn of(place: &'static Place, seed: u64, residents: u32, today: Date) -> Self {
        Self { place, seed, residents, today }
    }

    /// All households, in a fixed order; serials grow. Only one of them is in memory at a time.
    pub fn households(&self) -> Households {
        Households { city: *self, place: 0, left: self.residents, serials: Serials::default(), made: VecDeque::new() }
    }
}

/// The households of a city.
#[derive(Debug, Clone)]
pub struct Households {
    city: City,
    place: u64,
    left: u32,
    serials: Serials,
    made: VecDeque<Household>,
}

impl Households {
    /// The next households; none when the city is complete.
    fn more(&mut self) {
        let City { seed, today, .. } = self.city;
        let city = self.city;
        let before = self.serials.clone();
        let mut dice = Dice::new(seed, self.place);
        let plan = Plan::at(self.place, &mut dice);
        let (households, ties) = people::make(plan, &city, &mut self.serials, &mut dice);
        let room = usize::try_from(self.left).unwrap_or(usize::MAX);
        let fits = |all: &[Household]| all.iter().flat_map(Household::residents).count() <= room;
        let (mut households, ties) = if fits(&households) {
            (households, ties)
        } else {
            self.serials = before;
            people::make(Plan::small(room), &city, &mut self.serials, &mut dice)
        };
        for household in &mut households {
            household.aids = aid::of(household, &ties, today, &mut self.serials, &mut dice);
        }
        let count = households.iter().flat_map(Household::residents).count();
        self.left = self.left.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX));
        self.place += 1;
        self.made.extend(households);
    }
}

impl Iterator for Households {
    type Item = Household;

    fn next(&mut self) -> Option<Household> {
        while self.made.is_empty() && self.left > 0 {
            self.more();
        }
        self.made.pop_front()
    }
}
