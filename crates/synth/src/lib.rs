//! Synthetic cities: families with their histories, the facts of 子ども医療, and months of receipts with planted faults.
//!
//! Pure values, deterministic by seed; no clock, and no files but those that the caller of [`export`] opens. Names are combined from lists, towns and numbers are invented in spaces of
//! their own (see [`Place`] and the notes of each number); nobody real is meant.
//!
//! [`City::generate`] → [`City::households`] streams the people, so that 340,000 residents need little memory.
//! [`City::practices`] → [`Practices::month`] makes a month's files, bills and answer sheet.

mod aid;
mod city;
mod dice;
pub mod export;
pub mod model;
pub mod month;
mod names;
mod numbers;
mod outside;
mod people;
mod place;

pub use aid::insurers::{Insurer, NATIONAL_HEALTH, insurers};
pub use city::{City, Households};
pub use model::{ChildAid, Household, Person, ResidentRow};
pub use month::{MonthOrder, Practices, ReceiptMonth};
pub use people::REMADE_ON;
pub use place::{MINATO, Place, Town, YAMATE};
