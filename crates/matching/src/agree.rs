//! How two records agree, field by field.

use crate::corpus::{Kind, Name, Row};
use crate::keys::{Near, Script};

/// How two names agree, from worst to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NameLevel {
    /// Nothing in common.
    Other,
    /// The family name agrees, the given name does not: brothers, twins, parent and child.
    OtherGiven,
    /// The given name agrees, the family name does not.
    Given,
    /// One slip in the reading, no kanji to compare.
    NearKana,
    /// The reading agrees, the kanji of the given name do not.
    OtherKanji,
    /// The reading agrees, only the kanji of the family name do not.
    OtherSurnameKanji,
    /// The reading agrees and one side has no kanji.
    KanaOnly,
    /// The kanji agree, the reading does not.
    OtherReading,
    /// Kanji agree, and the readings where both have one.
    Same,
}

/// How two birth dates agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum BirthLevel {
    /// Two different days.
    Other,
    /// One digit, or day and month swapped, or the same date in another era.
    Slip,
    /// One side has none.
    Missing,
    /// The same day.
    Same,
}

/// How two values agree of which either may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Both there and different.
    Differs,
    /// One side has none.
    Missing,
    /// Equal.
    Same,
}

impl Level {
    pub(crate) fn of(a: u64, b: u64) -> Self {
        match (a, b) {
            (0, _) | (_, 0) => Self::Missing,
            (a, b) if a == b => Self::Same,
            _ => Self::Differs,
        }
    }
}

/// The comparison of two records.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Agreement {
    pub name: NameLevel,
    /// The names agree only by a 通称 or a former surname.
    pub by_other_name: Option<Kind>,
    /// Both write the same main name in kanji.
    pub same_kanji: bool,
    /// Bits that this agreement is worth among strangers, and within a family (given name only).
    pub name_bits: [f32; 2],
    pub birth: BirthLevel,
    pub sex: Level,
    pub number: Level,
    pub phone: Level,
    pub place: Near,
    /// The places agree only by a former address.
    pub by_former_place: bool,
}

impl Agreement {
    pub(crate) fn of(a: &Row, b: &Row) -> Self {
        let (name, by_other_name, name_bits) = names(a, b);
        let (place, by_former_place) = places(a, b);
        let mut kanji = a.names.iter().filter(|n| is_main_kanji(n));
        let same_kanji = kanji.any(|x| b.names.iter().any(|y| is_main_kanji(y) && x.whole == y.whole));
        Self {
            name,
            by_other_name,
            same_kanji,
            name_bits,
            birth: births(a.birth, b.birth),
            sex: Level::of(a.sex.into(), b.sex.into()),
            number: Level::of(a.token, b.token),
            phone: Level::of(a.phone, b.phone),
            place,
            by_former_place,
        }
    }
}

fn names(a: &Row, b: &Row) -> (NameLevel, Option<Kind>, [f32; 2]) {
    let mut best = (NameLevel::Other, None, [0.0; 2]);
    for (x, y) in a.names.iter().flat_map(|x| b.names.iter().map(move |y| (x, y))) {
        let (level, bits) = name(x, y);
        let other = [x.kind(), y.kind()].into_iter().find(|k| *k != Kind::Main);
        if level > best.0 && (other.is_none() || level >= NameLevel::KanaOnly) {
            best = (level, other, bits);
        }
    }
    best
}

fn is_main_kanji(name: &Name) -> bool {
    name.kind() == Kind::Main && name.script == Script::Kanji && name.whole != 0
}

fn equal(a: u64, b: u64) -> bool {
    a != 0 && a == b
}

fn name(x: &Name, y: &Name) -> (NameLevel, [f32; 2]) {
    let [whole, kana, given] = [x.bits[0].min(y.bits[0]), x.bits[1].min(y.bits[1]), x.bits[2].min(y.bits[2])];
    let kana_level = Level::of(x.kana, y.kana);
    let same_script = x.whole != 0 && y.whole != 0 && x.script == y.script;
    if same_script && x.whole == y.whole {
        let level = if kana_level == Level::Differs { NameLevel::OtherReading } else { NameLevel::Same };
        return (level, [whole, given]);
    }
    if kana_level == Level::Same {
        let level = match same_script && x.script == Script::Kanji {
            true if equal(x.given, y.given) => NameLevel::OtherSurnameKanji,
            true => NameLevel::OtherKanji,
            false => NameLevel::KanaOnly,
        };
        return (level, [kana, given]);
    }
    let given_kana = Level::of(x.kana_given, y.kana_given);
    if same_script && equal(x.given, y.given) && given_kana != Level::Differs {
        return (NameLevel::Given, [given, given]);
    }
    if kana_level == Level::Differs && !(same_script && x.surname != y.surname) && slip(x.reading(), y.reading()) {
        return (NameLevel::NearKana, [kana, given]);
    }
    if !same_script && given_kana == Level::Same {
        return (NameLevel::Given, [given, given]);
    }
    let same_family = equal(x.surname, y.surname) || equal(x.kana_surname, y.kana_surname);
    (if same_family { NameLevel::OtherGiven } else { NameLevel::Other }, [0.0, 0.0])
}

/// One letter more, less or other.
fn slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if long.len() > short.len() + 1 || short.len() < 4 {
        return false;
    }
    let head = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let tail = short.iter().rev().zip(long.iter().rev()).take_while(|(x, y)| x == y).count();
    head + tail + 1 >= long.len()
}

fn births(a: u32, b: u32) -> BirthLevel {
    if a == 0 || b == 0 {
        return BirthLevel::Missing;
    }
    if a == b {
        return BirthLevel::Same;
    }
    let split = |d: u32| (d / 10_000, d / 100 % 100, d % 100);
    let ((ya, ma, da), (yb, mb, db)) = (split(a), split(b));
    let digits = |mut x: u32, mut y: u32| {
        let mut n = 0;
        while x + y > 0 {
            n += u32::from(x % 10 != y % 10);
            (x, y) = (x / 10, y / 10);
        }
        n
    };
    // Eras taken for one another: 昭和 and 平成, 平成 and 令和, 大正 and 昭和, 昭和 and 令和, 明治 and 大正.
    let era = (ma, da) == (mb, db) && matches!(ya.abs_diff(yb), 63 | 30 | 14 | 93 | 44);
    let swapped = ya == yb && (ma, da) == (db, mb);
    if digits(a, b) == 1 || swapped || era { BirthLevel::Slip } else { BirthLevel::Other }
}

fn places(a: &Row, b: &Row) -> (Near, bool) {
    let mut best = (Near::Away, false);
    for (i, x) in a.places.iter().enumerate() {
        for (j, y) in b.places.iter().enumerate() {
            let near = x.near(y);
            let former = i > 0 || j > 0;
            if near > best.0 && !(former && near < Near::OtherRoom) {
                best = (near, former);
            }
        }
    }
    best
}
