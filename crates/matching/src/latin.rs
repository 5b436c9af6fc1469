//! The profile for records in Latin letters with free spelling, as English-speaking registers have them: no number, no kana, no
//! registry, but typing errors in every field, and given name and surname or the parts of an address in one another's place.
//!
//! It serves to compare this engine with others on public data, and for 住登外者 whose records came from abroad. It has no automatic
//! tier: without a number or the four items of the guideline everything it finds is a question.

use crate::keys;
use rayon::prelude::*;
use std::collections::HashMap;

/// One record. Missing fields are empty.
#[derive(Debug, Clone, Default)]
pub struct LatinRecord {
    /// Where it comes from. Only [`LatinSettings::one_per_source`] reads it.
    pub source: String,
    /// Its number there.
    pub number: String,
    /// Given name and surname.
    pub names: [String; 2],
    /// House number.
    pub house: String,
    /// Street and locality, which change places in practice.
    pub streets: [String; 2],
    /// Suburb or town.
    pub suburb: String,
    /// Postal code.
    pub postcode: String,
    /// State.
    pub state: String,
    /// Birth date, YYYYMMDD.
    pub birth: String,
}

/// What may be assumed of the records.
#[derive(Debug, Clone, Copy, Default)]
pub struct LatinSettings {
    /// A source has nobody twice.
    pub one_per_source: bool,
    /// People live alone. Otherwise name and birth date must hold where only the home agrees, or brothers and sisters become one.
    pub alone: bool,
}

/// Odds in bits from which two records are one person.
const JOIN: f32 = 0.0;
/// Bits that the weaker of the two names and the birth date may lack together.
const HOUSEHOLD: f32 = 4.0;
/// A value that more records share makes no candidates.
const COMMON: usize = 120;
/// Most bits one field may give.
const MOST: f32 = 10.0;

/// Joins records; the result names for each the first record of its cluster. Does not depend on the order of the records except for
/// their positions.
pub fn link_latin(records: &[LatinRecord], settings: LatinSettings) -> Vec<usize> {
    let LatinSettings { one_per_source, alone } = settings;
    let rows: Vec<Row> = records.par_iter().map(Row::of).collect();
    let counts = Counts::of(&rows);
    let mut pairs: Vec<(f32, usize, usize)> = candidates(&rows)
        .into_par_iter()
        .filter(|(a, b)| !(one_per_source && same_source(records, *a, *b)))
        .filter_map(|(a, b)| Some((weigh(rows.get(a)?, rows.get(b)?, &counts, alone), a, b)))
        .filter(|(bits, ..)| *bits >= JOIN)
        .collect();
    pairs.par_sort_unstable_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let mut first: Vec<usize> = (0..rows.len()).collect();
    let mut taken = vec![false; if one_per_source { rows.len() } else { 0 }];
    for (_, a, b) in pairs {
        if one_per_source {
            if [a, b].iter().any(|at| taken.get(*at) == Some(&true)) {
                continue;
            }
            for at in [a, b] {
                taken.get_mut(at).into_iter().for_each(|t| *t = true);
            }
        }
        let (x, y) = (root(&first, a), root(&first, b));
        if let Some(slot) = first.get_mut(x.max(y)) {
            *slot = x.min(y);
        }
    }
    (0..rows.len()).map(|at| root(&first, at)).collect()
}

fn same_source(records: &[LatinRecord], a: usize, b: usize) -> bool {
    matches!((records.get(a), records.get(b)), (Some(x), Some(y)) if x.source == y.source)
}

fn root(first: &[usize], of: usize) -> usize {
    let mut at = of;
    while let Some(up) = first.get(at).filter(|up| **up != at) {
        at = *up;
    }
    at
}

/// A field ready for comparison.
struct Text {
    letters: Vec<u8>,
    key: u64,
}

impl Text {
    fn of(text: &str) -> Self {
        let letters: Vec<u8> = text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase()).collect();
        let key = keys::hash(std::str::from_utf8(&letters).unwrap_or_default());
        Self { letters, key }
    }

    fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }
}

struct Row {
    names: [Text; 2],
    house: Text,
    streets: [Text; 2],
    suburb: Text,
    postcode: Text,
    state: Text,
    birth: Text,
}

impl Row {
    fn of(record: &LatinRecord) -> Self {
        Self {
            names: [Text::of(&record.names[0]), Text::of(&record.names[1])],
            house: Text::of(&record.house),
            streets: [Text::of(&record.streets[0]), Text::of(&record.streets[1])],
            suburb: Text::of(&record.suburb),
            postcode: Text::of(&record.postcode),
            state: Text::of(&record.state),
            birth: Text::of(&record.birth),
        }
    }

    fn fields(&self) -> impl Iterator<Item = &Text> {
        let rest = [&self.house, &self.suburb, &self.postcode, &self.state, &self.birth];
        self.names.iter().chain(&self.streets).chain(rest)
    }
}

/// How many records have a value, whatever the field.
struct Counts {
    of: HashMap<u64, u32>,
    total: f32,
}

impl Counts {
    fn of(rows: &[Row]) -> Self {
        let mut of = HashMap::new();
        for text in rows.iter().flat_map(Row::fields) {
            *of.entry(text.key).or_default() += 1;
        }
        Self { of, total: rows.len().max(1) as f32 }
    }

    fn bits(&self, text: &Text) -> f32 {
        let n = self.of.get(&text.key).copied().unwrap_or(1).max(1) as f32;
        (self.total / n).log2().min(MOST)
    }
}

/// Pairs that share a rare value, or two values of which neither is rare.
fn candidates(rows: &[Row]) -> Vec<(usize, usize)> {
    let mut blocks: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        let [given, surname] = [row.names[0].key, row.names[1].key];
        let [street, locality] = [row.streets[0].key, row.streets[1].key];
        let (birth, house, suburb, postcode) = (row.birth.key, row.house.key, row.suburb.key, row.postcode.key);
        let both = |x: u64, y: u64| keys::join(&[x.min(y), x.max(y)]);
        let keys = [
            given,
            surname,
            street,
            locality,
            birth,
            suburb,
            postcode,
            both(given, surname),
            both(house, postcode),
            both(house, suburb),
            both(given, postcode),
            both(surname, postcode),
            both(given, house),
            both(surname, house),
            both(given, suburb),
            both(surname, suburb),
            both(street, locality),
        ];
        for key in keys.into_iter().filter(|key| *key != 0) {
            let block = blocks.entry(key).or_default();
            if block.last() != Some(&at) {
                block.push(at);
            }
        }
    }
    let few = blocks.into_values().filter(|block| block.len() <= COMMON);
    let mut pairs: Vec<(usize, usize)> = few
        .flat_map(|block| {
            let ends = block.clone();
            block.into_iter().enumerate().flat_map(move |(i, a)| ends.clone().into_iter().skip(i + 1).map(move |b| (a, b)))
        })
        .collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}

fn weigh(a: &Row, b: &Row, counts: &Counts, alone: bool) -> f32 {
    let text = |x: &Text, y: &Text, differs: f32| field(x, y, counts, differs);
    // The bits of both parts and of the weaker one, straight or turned.
    let either = |x: &[Text; 2], y: &[Text; 2], differs: f32| {
        let [straight, turned] = [(0, 1), (1, 0)].map(|(first, second)| {
            let (p, q) = (text(&x[0], &y[first], differs), text(&x[1], &y[second], differs));
            (p + q - 2.0 * first as f32, p.min(q))
        });
        if straight.0 >= turned.0 { straight } else { turned }
    };
    let (names, weaker) = either(&a.names, &b.names, -3.0);
    let (streets, _) = either(&a.streets, &b.streets, -2.0);
    let born = birth(&a.birth, &b.birth);
    let rest = [(&a.house, &b.house), (&a.suburb, &b.suburb), (&a.postcode, &b.postcode), (&a.state, &b.state)];
    let home: f32 = streets + rest.map(|(x, y)| text(x, y, -2.0)).iter().sum::<f32>();
    // Against a stranger everything counts; against a brother or sister the weaker name and the birth date have to hold.
    let stranger = names + born + home - counts.total.log2();
    if alone { stranger } else { stranger.min(weaker + born + HOUSEHOLD) }
}

/// Bits of one field: rare values that agree count most, near spellings in proportion, missing ones nothing.
fn field(a: &Text, b: &Text, counts: &Counts, differs: f32) -> f32 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    if a.key == b.key {
        return counts.bits(a);
    }
    let longest = a.letters.len().max(b.letters.len());
    let near = 1.0 - edits(&a.letters, &b.letters) as f32 / longest as f32;
    if near < 0.6 {
        return differs;
    }
    let most = if longest < 5 { 4.0 } else { 8.0 };
    most * (near - 0.5) * 2.0
}

fn birth(a: &Text, b: &Text) -> f32 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    match edits(&a.letters, &b.letters) {
        0 => 14.5,
        1 => 8.5,
        2 => 4.0,
        _ => -4.0,
    }
}

/// Letters added, dropped, changed or swapped with their neighbour.
fn edits(a: &[u8], b: &[u8]) -> usize {
    let width = b.len() + 1;
    let mut before: Vec<usize> = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let get = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut best = (get(&last, j + 1) + 1).min(get(&row, j) + 1).min(get(&last, j) + usize::from(x != y));
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(get(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: &str, names: [&str; 2], birth: &str) -> LatinRecord {
        LatinRecord {
            number: number.to_owned(),
            names: names.map(str::to_owned),
            house: "7".to_owned(),
            streets: ["wallaby place".to_owned(), "delmar".to_owned()],
            suburb: "cleveland".to_owned(),
            postcode: "2119".to_owned(),
            birth: birth.to_owned(),
            ..LatinRecord::default()
        }
    }

    fn strangers() -> Vec<LatinRecord> {
        let person = |n: usize| LatinRecord {
            names: [format!("given{n}"), format!("family{n}")],
            suburb: format!("suburb{n}"),
            birth: format!("19{:02}0{}1{}", n % 90, n % 9 + 1, n % 9),
            ..LatinRecord::default()
        };
        (0..60).map(person).collect()
    }

    #[test]
    fn letters_dropped_and_swapped_are_counted() {
        assert_eq!(edits(b"mitchell", b"mitchell"), 0);
        assert_eq!(edits(b"mitchell", b"mithcell"), 1);
        assert_eq!(edits(b"green", b"gren"), 1);
        assert_eq!(edits(b"", b"abc"), 3);
    }

    #[test]
    fn typing_errors_and_turned_names_are_one_person() {
        let mut records = vec![
            record("1", ["mitchell", "green"], "19560409"),
            record("2", ["green", "mitchel"], "19560409"),
            record("3", ["isabelle", "hathaway"], "19921119"),
        ];
        records.extend(strangers());
        let found = link_latin(&records, LatinSettings::default());
        assert_eq!(found.get(..3), Some(&[0, 0, 2][..]));
        assert!(found.iter().enumerate().skip(2).all(|(at, first)| at == *first));
    }

    #[test]
    fn brothers_and_sisters_of_one_home_stay_two() {
        let mut records =
            vec![record("1", ["mitchell", "hathaway"], "19560409"), record("2", ["isabelle", "hathaway"], "19591119")];
        records.extend(strangers());
        assert_eq!(link_latin(&records, LatinSettings::default()).get(1), Some(&1));
        assert_eq!(link_latin(&records, LatinSettings { alone: true, one_per_source: false }).get(1), Some(&0));
    }

    #[test]
    fn one_source_has_a_person_once() {
        let mut records = vec![record("1", ["mitchell", "green"], "19560409"), record("2", ["mitchell", "green"], "19560409")];
        records.extend(strangers());
        assert_eq!(link_latin(&records, LatinSettings { one_per_source: true, alone: false }).get(1), Some(&1));
        assert_eq!(link_latin(&records, LatinSettings::default()).get(1), Some(&0));
    }
}
