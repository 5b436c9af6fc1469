//! Candidate pairs: records that share a key are compared, others are not.

use crate::clusters::Forest;
use crate::corpus::Row;
use crate::keys::{Script, join};
use rayon::prelude::*;

/// A block of more clusters than this says too little to compare them all.
const LARGEST: usize = 60;

/// All groups of values that share a key, each sorted, ordered by key.
pub(crate) fn groups(mut entries: Vec<(u64, u32)>) -> Vec<Vec<u32>> {
    entries.retain(|(key, _)| *key != 0);
    entries.par_sort_unstable();
    entries.dedup();
    entries.chunk_by(|a, b| a.0 == b.0).filter(|g| g.len() > 1).map(|g| g.iter().map(|(_, at)| *at).collect()).collect()
}

/// Groups of records that may link automatically: equal number and birth date, or equal house and birth date.
pub(crate) fn automatic(rows: &[Row]) -> Vec<Vec<u32>> {
    let number = rows.iter().zip(0..).map(|(r, at)| (join(&[r.token, r.birth.into()]), at)).collect();
    let house = rows.iter().zip(0..);
    let house = house.flat_map(|(r, at)| r.places.iter().map(move |p| (join(&[p.house(), r.birth.into()]), at)));
    let mut found = groups(number);
    found.extend(groups(house.collect()));
    found
}

/// Two clusters that share a name and a birth date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NamePair {
    pub a: u32,
    pub b: u32,
    /// Nobody else has this reading and this birth date.
    pub only_readers: bool,
}

/// Pairs of clusters that share a birth date and the kanji of a name, or its reading when nobody else has it.
pub(crate) fn same_name_and_birth(rows: &[Row], forest: &mut Forest) -> Vec<NamePair> {
    let (mut written, mut read) = (vec![], vec![]);
    for (row, at) in rows.iter().zip(0..) {
        let root = forest.root(at);
        written.extend(row.names.iter().map(|n| (join(&[n.whole, row.birth.into()]), root)));
        read.extend(row.names.iter().map(|n| (join(&[n.kana, row.birth.into()]), root)));
    }
    let mut by_kanji = vec![];
    pair_up(&groups(written), &mut by_kanji);
    let mut pairs: Vec<NamePair> = by_kanji.into_iter().map(|(a, b)| NamePair { a, b, only_readers: false }).collect();
    pairs.extend(groups(read).iter().filter_map(|group| match group.as_slice() {
        [a, b] => Some(NamePair { a: *a, b: *b, only_readers: true }),
        _ => None,
    }));
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}

/// Pairs of clusters that share a house and the kanji of a name, where no third one does.
pub(crate) fn only_two_of_a_name_in_a_house(rows: &[Row], forest: &mut Forest) -> Vec<(u32, u32)> {
    let mut entries = vec![];
    for (row, at) in rows.iter().zip(0..) {
        let root = forest.root(at);
        let names = row.names.iter().filter(|n| n.script == Script::Kanji);
        entries.extend(names.flat_map(|n| row.places.iter().map(move |p| (join(&[p.house(), n.whole]), root))));
    }
    let mut pairs: Vec<(u32, u32)> = groups(entries)
        .iter()
        .filter_map(|group| match group.as_slice() {
            [a, b] => Some((*a, *b)),
            _ => None,
        })
        .collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}

fn pair_up(groups: &[Vec<u32>], pairs: &mut Vec<(u32, u32)>) {
    for group in groups.iter().filter(|g| g.len() <= LARGEST) {
        for (i, a) in group.iter().enumerate() {
            pairs.extend(group.iter().skip(i + 1).map(|b| (*a, *b)));
        }
    }
}

/// Pairs of clusters worth comparing, each once, as roots in order.
pub(crate) fn candidates(rows: &[Row], forest: &mut Forest) -> Vec<(u32, u32)> {
    let roots: Vec<u32> = (0..).take(rows.len()).map(|at| forest.root(at)).collect();
    let mut pairs = vec![];
    for kind in KINDS {
        let entries = rows.par_iter().zip(&roots).flat_map_iter(|(row, root)| kind(row).into_iter().map(|key| (key, *root)));
        pair_up(&groups(entries.collect()), &mut pairs);
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}

type Kind = fn(&Row) -> Vec<u64>;

const KINDS: [Kind; 8] = [
    |r| vec![r.token],
    |r| r.names.iter().flat_map(|n| [join(&[n.whole, r.birth.into()]), join(&[n.kana, r.birth.into()])]).collect(),
    |r| r.places.iter().map(|p| join(&[p.house(), r.birth.into()])).collect(),
    |r| {
        let givens = r.names.iter().flat_map(|n| [n.given, n.kana_given, n.kana]);
        givens.flat_map(|g| r.places.iter().map(move |p| join(&[p.house(), g]))).collect()
    },
    |r| r.names.iter().flat_map(|n| [join(&[r.phone, n.given]), join(&[r.phone, n.kana_given])]).collect(),
    |r| vec![join(&[r.phone, r.birth.into()])],
    |r| r.names.iter().flat_map(|n| [join(&[n.given, r.birth.into()]), join(&[n.kana_given, r.birth.into()])]).collect(),
    |r| {
        let (year, month, day) = (r.birth / 10_000, r.birth / 100 % 100, r.birth % 100);
        let parts = [100_000 + year * 100 + month, 300_000 + year * 100 + day, 600_000 + month * 100 + day];
        let known = r.birth != 0;
        let keys = r.names.iter().flat_map(|n| parts.map(|part| join(&[n.whole, part.into()])));
        keys.filter(|_| known).collect()
    },
];
