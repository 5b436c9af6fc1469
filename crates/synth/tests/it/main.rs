//! The synthetic city as a clerk, an institution and a loader would see it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]

mod export;
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

/// Cities of other seeds and days, for what must hold everywhere.
fn others() -> &'static [(Date, Vec<Household>)] {
    static ALL: LazyLock<Vec<(Date, Vec<Household>)>> = LazyLock::new(|| {
        let days = [date(2024, 2, 29), date(2025, 4, 1), date(2026, 12, 31), TODAY];
        (11..).zip(days).map(|(seed, today)| (today, City::generate(seed, 4_000, today).households().collect())).collect()
    });
    &ALL
}

fn households() -> &'static [Household] {
    static ALL: LazyLock<Vec<Household>> = LazyLock::new(|| city().households().collect());
    &ALL
}
