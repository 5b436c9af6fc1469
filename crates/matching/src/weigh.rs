//! How likely two records are one person, in bits (base-2 logarithm of the odds).
//!
//! Fellegi and Sunter's sum of weights, against two alternatives at once: a stranger of the same city, and a member of the same
//! household. Surname, address and phone tell a person from a stranger, but not from a brother: there only the given name, the
//! birth date and the number count. So household evidence cannot add up, and twins stay two.
//! The weights are frozen ([`VERSION`]); they come from error rates of registries, not from labelled pairs. Rarity of names is
//! counted in the records at hand.

use crate::agree::{Agreement, BirthLevel, Level, NameLevel};
use crate::keys::Near;

/// Version of the frozen weights; every result names it.
pub const VERSION: &str = "2";

/// Bits of one birth date among strangers: about 29,000 days of life, not equally full.
const BIRTH: f32 = 14.5;

/// Odds, in bits, that the two records are one person in a city of so many people.
pub(crate) fn weigh(agreement: &Agreement, people: f32) -> f32 {
    let stranger = -people.log2() + shared(agreement) + against_stranger(agreement, people);
    let family = -2.0 + shared(agreement) + against_family(agreement);
    -((-stranger).exp2() + (-family).exp2()).log2()
}

/// What speaks for or against one person whatever the alternative: probability of this observation for one person.
fn shared(a: &Agreement) -> f32 {
    let name = match a.name {
        NameLevel::Same => -0.1,
        NameLevel::OtherReading => -5.5,
        NameLevel::KanaOnly => -4.0,
        NameLevel::OtherSurnameKanji => -6.5,
        NameLevel::OtherKanji => -6.5,
        NameLevel::NearKana => -7.0,
        NameLevel::Given => -6.5,
        NameLevel::OtherGiven => -14.0,
        NameLevel::Other => -14.0,
    };
    let birth = match a.birth {
        BirthLevel::Same => 0.0,
        BirthLevel::Missing => 0.0,
        BirthLevel::Slip => -6.5,
        BirthLevel::Other => -9.0,
    };
    let sex = if a.sex == Level::Differs { -8.5 } else { 0.0 };
    let number = if a.number == Level::Differs { -9.0 } else { 0.0 };
    let place = match a.place {
        Near::Same => -0.3,
        Near::OtherRoom => -8.0,
        Near::Slip => -7.0,
        Near::Town => -7.0,
        Near::Away => -3.5,
    };
    name + birth + sex + number + place
}

/// Minus the bits of the same observation for a stranger.
fn against_stranger(a: &Agreement, people: f32) -> f32 {
    let name = match a.name {
        NameLevel::Other => 0.0,
        NameLevel::OtherGiven => 5.0,
        NameLevel::OtherKanji => a.name_bits[0] + 0.5,
        NameLevel::NearKana => a.name_bits[0] - 4.0,
        _ => a.name_bits[0],
    };
    let birth = match a.birth {
        BirthLevel::Same => BIRTH,
        BirthLevel::Slip => 9.0,
        BirthLevel::Missing | BirthLevel::Other => 0.0,
    };
    let sex = if a.sex == Level::Missing { 0.0 } else { 1.0 };
    let number = if a.number == Level::Same { 10.0 + people.log2() } else { 0.0 };
    let phone = if a.phone == Level::Same { people.log2() - 2.0 } else { 0.0 };
    let place = match a.place {
        Near::Same => people.log2() - 2.5,
        Near::OtherRoom => people.log2() - 6.0,
        Near::Slip => 12.0,
        Near::Town => 7.0,
        Near::Away => 0.0,
    };
    name + birth + sex + number + phone + place
}

/// The same for another member of the household.
fn against_family(a: &Agreement) -> f32 {
    let name = match a.name {
        NameLevel::Other => 2.0,
        NameLevel::OtherGiven => 0.2,
        NameLevel::KanaOnly | NameLevel::OtherKanji => 9.0,
        NameLevel::Given => a.name_bits[1],
        NameLevel::NearKana => 6.0,
        NameLevel::Same | NameLevel::OtherReading | NameLevel::OtherSurnameKanji => 13.0,
    };
    let birth = match a.birth {
        BirthLevel::Same => 6.5,
        BirthLevel::Slip => 8.0,
        BirthLevel::Missing | BirthLevel::Other => 0.0,
    };
    let sex = if a.sex == Level::Missing { 0.0 } else { 1.0 };
    let number = if a.number == Level::Same { 11.0 } else { 0.0 };
    let phone = if a.phone == Level::Same { 1.0 } else { 0.0 };
    let place = match a.place {
        Near::Same => 0.5,
        Near::OtherRoom => 6.0,
        Near::Slip => 6.0,
        Near::Town => 5.0,
        Near::Away => 2.5,
    };
    name + birth + sex + number + phone + place
}
