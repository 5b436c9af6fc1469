//! The synthetic city as a clerk, an institution and a loader would see it.

mod months;
mod people;
mod seed_aid;
mod seed_residents;

use jiff::civil::{Date, date};
use std::sync::LazyLock;
use synth::{City, Household};

const TODAY: Date = date(2026, 11, 20);

/// A city large enough for every case and small enough for every test.
fn city() -> City {
    City::generate(2026, 3_000, TODAY)
}

fn households() -> &'static [Household] {
    static ALL: LazyLock<Vec<Household>> = LazyLock::new(|| city().households().collect());
    &ALL
}
