//! Families move together: a former address that one member's records prove holds for the others too.

use crate::clusters::Forest;
use crate::corpus::Row;
use crate::keys::join;
use rayon::prelude::*;

/// Clusters with more addresses than this say nothing about a move.
const MOST_HOUSES: usize = 6;

/// Moves between two houses, each with the family name and the two clusters that show it (one cluster twice when it is proven).
pub(crate) struct Moves(Vec<(u64, u32, u32)>);

impl Moves {
    /// All moves that clusters show by themselves, and those that a pair of clusters would show if it were one person.
    pub(crate) fn of<'l>(rows: &[Row], forest: &Forest, likely: impl Iterator<Item = (&'l [u32; 2], u64)>) -> Self {
        let roots = forest.roots();
        let moved = roots.par_iter().filter(|root| forest.facts(**root).members.len() > 1).flat_map_iter(|root| {
            let houses = houses(rows, forest, *root);
            let mut surnames: Vec<u64> =
                members(rows, forest, *root).filter_map(|r| Some(r.names.first()?.surname)).filter(|s| *s != 0).collect();
            surnames.sort_unstable();
            surnames.dedup();
            let few = if houses.len() > MOST_HOUSES { vec![] } else { houses };
            let within = few.iter().enumerate().flat_map(|(i, x)| few.iter().skip(i + 1).map(|y| (*x, *y)));
            let pairs: Vec<(u64, u64)> = within.collect();
            surnames.into_iter().flat_map(move |s| pairs.clone().into_iter().map(move |(x, y)| (join(&[x, y, s]), *root, *root)))
        });
        let mut moves: Vec<(u64, u32, u32)> = moved.collect();
        for ([a, b], surname) in likely.filter(|(_, surname)| *surname != 0) {
            moves.extend(between(rows, forest, *a, *b).map(|(x, y)| (join(&[x, y, surname]), *a, *b)));
        }
        moves.par_sort_unstable();
        moves.dedup();
        Self(moves)
    }

    /// Did somebody else of that family name move between a house of `a` and a house of `b`?
    pub(crate) fn prove(&self, rows: &[Row], forest: &Forest, [a, b]: [u32; 2], surname: u64) -> bool {
        between(rows, forest, a, b).any(|(x, y)| {
            let key = join(&[x, y, surname]);
            let first = self.0.partition_point(|(k, ..)| *k < key);
            let mut shown = self.0.get(first..).unwrap_or_default().iter().take_while(|(k, ..)| *k == key);
            surname != 0 && shown.any(|(_, c, d)| [*c, *d].iter().all(|by| *by != a && *by != b))
        })
    }
}

/// The ways from a house of one cluster to a house of the other, each in one direction.
fn between(rows: &[Row], forest: &Forest, a: u32, b: u32) -> impl Iterator<Item = (u64, u64)> {
    let (from, to) = (houses(rows, forest, a), houses(rows, forest, b));
    let few = from.len().max(to.len()) <= MOST_HOUSES;
    let ways = from.into_iter().flat_map(move |x| to.clone().into_iter().map(move |y| (x.min(y), x.max(y))));
    ways.filter(move |(x, y)| few && x != y)
}

fn members<'r>(rows: &'r [Row], forest: &'r Forest, root: u32) -> impl Iterator<Item = &'r Row> {
    forest.facts(root).members.iter().filter_map(|at| rows.get(*at as usize))
}

fn houses(rows: &[Row], forest: &Forest, root: u32) -> Vec<u64> {
    let mut found: Vec<u64> =
        members(rows, forest, root).flat_map(|r| &r.places).map(|p| p.house()).filter(|h| *h != 0).collect();
    found.sort_unstable();
    found.dedup();
    found
}
