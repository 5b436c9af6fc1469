//! Names that belong together with their readings: own lists, weighted by how common a name is and by the decade of birth.
//! Names of the list are combined by chance; nobody real is meant.

pub(crate) mod foreign;

use crate::dice::Dice;
use crate::model::{NamePart, Sex};
use std::sync::LazyLock;

/// A family name as a family writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Family {
    /// As written, variants and variation selectors included.
    pub text: &'static str,
    /// カナ.
    pub kana: &'static str,
}

/// A given name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Given {
    /// As written.
    pub text: &'static str,
    /// カナ.
    pub kana: &'static str,
}

struct Surname {
    family: Family,
    /// Written otherwise in so many of a thousand families.
    variants: Vec<(&'static str, u32)>,
    /// Weight of all names up to this one.
    upto: u32,
}

struct Era {
    male: bool,
    from: i16,
    to: i16,
    names: Vec<(Given, u32)>,
}

static SURNAMES: LazyLock<Vec<Surname>> = LazyLock::new(|| {
    let variants = || include_str!("variants.txt").lines().map(words::<3>);
    let mut upto = 0;
    let read = |(rank, [text, kana]): (u32, [&'static str; 2])| {
        // The frequency of Japanese family names falls off a little slower than with their rank.
        upto += 40_000 / (rank + 14);
        let own = variants().filter(|[base, ..]| *base == text).map(|[_, other, n]| (other, n.parse().unwrap_or(0)));
        Surname { family: Family { text, kana }, variants: own.collect(), upto }
    };
    (0..).zip(include_str!("surnames.txt").lines().map(words::<2>)).map(read).collect()
});

static GIVEN: LazyLock<Vec<Era>> = LazyLock::new(|| {
    let mut eras: Vec<Era> = Vec::new();
    for line in include_str!("given.txt").lines() {
        let [text, second, third] = words(line);
        if third.is_empty() {
            if let Some(era) = eras.last_mut() {
                let weight = 600 / (era.names.len() as u32 + 8);
                era.names.push((Given { text, kana: second }, weight));
            }
        } else {
            let year = |text: &str| text.parse().unwrap_or(0);
            eras.push(Era { male: text == "男", from: year(second), to: year(third), names: Vec::new() });
        }
    }
    eras
});

fn words<const N: usize>(line: &'static str) -> [&'static str; N] {
    let mut words = line.split(' ');
    std::array::from_fn(|_| words.next().unwrap_or_default())
}

/// A family name by its frequency.
pub(crate) fn family(dice: &mut Dice) -> Family {
    let all = &*SURNAMES;
    let place = dice.below(all.last().map_or(0, |s| s.upto));
    let at = all.partition_point(|s| s.upto <= place);
    let Some(surname) = all.get(at) else { return Family { text: "佐藤", kana: "サトウ" } };
    let mut left = dice.below(1_000);
    for (text, per_mille) in &surname.variants {
        if left < *per_mille {
            return Family { text, ..surname.family };
        }
        left -= per_mille;
    }
    surname.family
}

/// A given name that was usual in the year of birth; none of those already taken in the family.
pub(crate) fn given(dice: &mut Dice, sex: Sex, year: i16, taken: &[Given]) -> Given {
    let fits = |e: &&Era| e.male == (sex == Sex::Male) && e.from <= year && year <= e.to;
    let names = GIVEN.iter().find(fits).map_or(&[][..], |e| e.names.as_slice());
    let fallback = Given { text: "薫", kana: "カオル" };
    if names.is_empty() {
        return fallback;
    }
    let new = |given: &Given| !taken.iter().any(|t| t.text == given.text || t.kana == given.kana);
    (0..8).map(|_| dice.weighted(names)).find(new).unwrap_or(fallback)
}

/// Family name, full-width blank, given name.
pub(crate) fn full(family: Family, given: Given) -> NamePart {
    NamePart { text: format!("{}　{}", family.text, given.text), kana: format!("{}　{}", family.kana, given.kana) }
}
