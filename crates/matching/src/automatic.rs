//! The automatic tier: unions that need no person, each with the evidence it rests on.

use crate::agree::{Agreement, Level, NameLevel};
use crate::blocks;
use crate::clusters::Forest;
use crate::corpus::Row;
use crate::evidence::{Evidence, classify};
use crate::keys::{Near, Script};
use crate::link::Policy;
use crate::moves::Moves;
use rayon::prelude::*;
use std::collections::HashMap;

/// One automatic union: two records and what they rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// What the two records rest on.
    pub evidence: Evidence,
    /// First record.
    pub a: u32,
    /// Second record.
    pub b: u32,
}

/// Makes every automatic union in the forest and returns them in order.
pub(crate) fn link_automatically(rows: &[Row], forest: &mut Forest, policy: Policy) -> Vec<Link> {
    let mut made = vec![];
    let groups = blocks::automatic(rows);
    let (mut links, mut doubtful): (Vec<Link>, Vec<Doubt>) =
        groups.par_iter().flat_map_iter(|group| links_of(rows, group)).partition_map(|link| match link {
            Ok(link) => rayon::iter::Either::Left(link),
            Err(doubt) => rayon::iter::Either::Right(doubt),
        });
    links.par_sort_unstable();
    join_all(forest, links, &mut made);
    doubtful.par_sort_unstable_by_key(|d| d.link);
    let settled = doubtful.into_iter().filter(|doubt| {
        let mut roots = doubt.rivals.iter().map(|at| forest.root(*at));
        let first = roots.next();
        roots.all(|root| Some(root) == first)
    });
    let settled: Vec<Link> = settled.map(|doubt| doubt.link).collect();
    join_all(forest, settled, &mut made);
    loop {
        let corrected = corrected_addresses(rows, forest, policy.phone);
        let before = made.len();
        join_all(forest, corrected, &mut made);
        if policy.unstated_birth {
            let unstated = unstated_births(rows, forest);
            join_all(forest, unstated, &mut made);
        }
        if made.len() == before {
            return made;
        }
    }
}

fn join_all(forest: &mut Forest, links: Vec<Link>, made: &mut Vec<Link>) {
    for link in links {
        let (a, b) = (forest.root(link.a), forest.root(link.b));
        if a != b && forest.refusal(a, b).is_none() {
            forest.join(a, b);
            made.push(link);
        }
    }
}

/// A pair that would link if it were not for other people with the same reading.
struct Doubt {
    link: Link,
    rivals: Vec<u32>,
}

/// The automatic pairs within a group of records that share a key.
fn links_of(rows: &[Row], group: &[u32]) -> Vec<Result<Link, Doubt>> {
    let mut found = vec![];
    for (i, a) in group.iter().enumerate() {
        for b in group.iter().skip(i + 1) {
            let (Some(x), Some(y)) = (rows.get(*a as usize), rows.get(*b as usize)) else { continue };
            let agreement = Agreement::of(x, y);
            let evidence = classify(&agreement);
            if !evidence.is_automatic() {
                continue;
            }
            let link = Link { evidence, a: *a, b: *b };
            let by_reading = agreement.name == NameLevel::KanaOnly && evidence != Evidence::NumberNameBirth;
            let rivals = if by_reading { readers(rows, group, x, y) } else { vec![] };
            found.push(if rivals.is_empty() { Ok(link) } else { Err(Doubt { link, rivals }) });
        }
    }
    found
}

/// The records of the group that write this reading in kanji, when they write it in two ways or more.
fn readers(rows: &[Row], group: &[u32], x: &Row, y: &Row) -> Vec<u32> {
    let kana: Vec<u64> = x.names.iter().chain(&y.names).map(|n| n.kana).filter(|k| *k != 0).collect();
    let names = group.iter().filter_map(|at| Some((*at, rows.get(*at as usize)?.names.first()?)));
    let readers: Vec<(u32, u64)> =
        names.filter(|(_, n)| n.script == Script::Kanji && kana.contains(&n.kana)).map(|(at, n)| (at, n.whole)).collect();
    let one_way = readers.iter().all(|(_, whole)| readers.first().is_some_and(|(_, first)| first == whole));
    if one_way { vec![] } else { readers.into_iter().map(|(at, _)| at).collect() }
}

/// Two clusters that differ in nothing but the address.
struct ButForAddress {
    link: Link,
    roots: [u32; 2],
    surname: u64,
    /// How near the closest addresses of all their records are.
    place: Near,
    /// The two state different sexes; everything else agrees in kanji.
    sexes: bool,
}

/// Pairs whose name, birth date and sex agree and whose addresses agree by what other records show: the clusters share an address,
/// another member of the family moved between the two, or one address is nobody's and one number away from the other.
fn corrected_addresses(rows: &[Row], forest: &mut Forest, phone: bool) -> Vec<Link> {
    let pairs = blocks::same_name_and_birth(rows, forest);
    let likely: Vec<ButForAddress> = pairs.par_iter().filter_map(|pair| but_for_address(rows, forest, *pair)).collect();
    let moves = Moves::of(rows, forest, likely.iter().map(|l| (&l.roots, l.surname)));
    let lots = count_lots(rows);
    let shown = likely.into_par_iter().filter_map(|ButForAddress { link, roots, surname, place, sexes }| {
        let nobody = |at: u32| rows.get(at as usize)?.places.first().map(|p| lots.get(&p.lot()) == Some(&1));
        let slip = place == Near::Slip && [link.a, link.b].into_iter().any(|at| nobody(at) == Some(true));
        let evidence = match place {
            _ if sexes => (place == Near::Same).then_some(Evidence::SexSlip)?,
            Near::Same => Evidence::FourItems,
            _ if moves.prove(rows, forest, roots, surname) => Evidence::FourItemsMoved,
            _ if slip => Evidence::FourItemsSlip,
            _ if phone && link.evidence == Evidence::NameBirthPhone => Evidence::NameBirthPhone,
            _ => return None,
        };
        Some(Link { evidence, ..link })
    });
    let mut links: Vec<Link> = shown.collect();
    links.par_sort_unstable();
    links
}

fn but_for_address(rows: &[Row], forest: &Forest, pair: blocks::NamePair) -> Option<ButForAddress> {
    let blocks::NamePair { a, b, only_readers } = pair;
    if forest.refusal(a, b).is_some() {
        return None;
    }
    let (x, y) = (forest.facts(a), forest.facts(b));
    let mut place = Near::Away;
    let mut best: Option<(Near, Level, Link, u64, bool)> = None;
    for (p, q) in x.members.iter().flat_map(|p| y.members.iter().map(move |q| (*p, *q))) {
        let (x, y) = (rows.get(p as usize)?, rows.get(q as usize)?);
        let agreement = Agreement::of(x, y);
        place = place.max(agreement.place);
        let name = match agreement.name {
            NameLevel::Same | NameLevel::OtherReading => true,
            NameLevel::KanaOnly => only_readers,
            _ => false,
        };
        let evidence = classify(&agreement);
        let sexes = agreement.sex == Level::Differs;
        let one_name = agreement.name == NameLevel::Same && agreement.same_kanji;
        if name && (!sexes || one_name) && matches!(evidence, Evidence::NameBirth | Evidence::NameBirthPhone) {
            let surnames = x.names.iter().chain(&y.names).map(|n| n.surname);
            let link = Link { evidence, a: p, b: q };
            let found = (agreement.place, agreement.phone, link, surnames.max().unwrap_or(0), sexes);
            // A pair of one sex says more than one that needs a slip.
            let rank = |f: &(Near, Level, Link, u64, bool)| (!f.4, f.0, f.1);
            best = Some(best.map_or(found, |b| if rank(&b) >= rank(&found) { b } else { found }));
        }
    }
    let (_, _, link, surname, sexes) = best?;
    Some(ButForAddress { link, roots: [a, b], surname, place, sexes })
}

/// Pairs of clusters of one house and one name in kanji, of which one states no birth date and no third one exists.
fn unstated_births(rows: &[Row], forest: &mut Forest) -> Vec<Link> {
    let pairs = blocks::only_two_of_a_name_in_a_house(rows, forest);
    let fits = pairs.into_par_iter().filter_map(|(a, b)| {
        let (x, y) = (forest.facts(a), forest.facts(b));
        if x.births.is_empty() == y.births.is_empty() {
            return None;
        }
        let mut links = x.members.iter().flat_map(|p| y.members.iter().map(move |q| (*p, *q)));
        links.find_map(|(p, q)| {
            let agreement = Agreement::of(rows.get(p as usize)?, rows.get(q as usize)?);
            let unstated = classify(&Agreement { number: Level::Missing, ..agreement }) == Evidence::BirthUnstated;
            unstated.then_some(Link { evidence: Evidence::BirthUnstated, a: p, b: q })
        })
    });
    let mut links: Vec<Link> = fits.collect();
    links.par_sort_unstable();
    links
}

/// How many records give each lot as their present address.
fn count_lots(rows: &[Row]) -> HashMap<u64, u32> {
    let mut counts = HashMap::new();
    for place in rows.iter().filter_map(|r| r.places.first()) {
        *counts.entry(place.lot()).or_default() += 1;
    }
    counts
}
