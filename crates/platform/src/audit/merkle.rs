//! The Merkle tree of RFC 6962 as pure functions: hashes, roots, proofs and their verification.
//!
//! A proof is first a *plan*, the list of leaf ranges whose roots make it up. Each range splits into complete subtrees, which the
//! tiles answer. So the same plan serves a proof from the database and one from a plain list of hashes.

use crate::keys::sha256;
use ring::digest;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// Leaves in a tile and hashes in its full row (C2SP tlog-tiles, height 8).
pub const TILE: usize = 256;

/// Hash of a leaf: SHA-256 over 0x00 and the leaf.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    hash_of(&[&[0], leaf])
}

/// Hash of an inner node: SHA-256 over 0x01 and both children.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    hash_of(&[&[1], left, right])
}

fn hash_of(parts: &[&[u8]]) -> Hash {
    let mut context = digest::Context::new(&digest::SHA256);
    parts.iter().for_each(|p| context.update(p));
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// The root over a list of hashes of equal height (the last may be lower). The root of nothing is the hash of nothing.
pub fn root(hashes: &[Hash]) -> Hash {
    let mut level = hashes.to_vec();
    if level.is_empty() {
        return sha256(&[]);
    }
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => node_hash(left, right),
                rest => rest.first().copied().unwrap_or_default(),
            })
            .collect();
    }
    level.first().copied().unwrap_or_default()
}

/// Leaves from `from` up to, not including, `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// First leaf.
    pub from: u64,
    /// One after the last leaf.
    pub to: u64,
}

/// A complete subtree: the `index`-th of 2^`level` leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node {
    /// Height above the leaves.
    pub level: u32,
    /// Number from the left.
    pub index: u64,
}

impl Range {
    fn split(self) -> u64 {
        let width = self.to - self.from;
        self.from + (1 << (63 - (width - 1).leading_zeros()))
    }

    /// The complete subtrees that make up a range of a plan, from left to right.
    pub fn nodes(self) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut at = self.from;
        while at < self.to {
            let fits = 63 - (self.to - at).leading_zeros();
            let level = if at == 0 { fits } else { fits.min(at.trailing_zeros()) };
            nodes.push(Node { level, index: at >> level });
            at += 1 << level;
        }
        nodes
    }
}

/// The root of a range from the hashes of its [`Range::nodes`].
pub fn join(hashes: &[Hash]) -> Option<Hash> {
    let (last, rest) = hashes.split_last()?;
    Some(rest.iter().rev().fold(*last, |right, left| node_hash(left, &right)))
}

/// Which ranges prove that leaf `index` is in the tree of `size` leaves. `None` when it cannot be.
pub fn inclusion_plan(index: u64, size: u64) -> Option<Vec<Range>> {
    if index >= size {
        return None;
    }
    let mut at = Range { from: 0, to: size };
    let mut plan = Vec::new();
    while at.to - at.from > 1 {
        let middle = at.split();
        let (mine, other) = if index < middle {
            (Range { to: middle, ..at }, Range { from: middle, ..at })
        } else {
            (Range { from: middle, ..at }, Range { to: middle, ..at })
        };
        plan.push(other);
        at = mine;
    }
    plan.reverse();
    Some(plan)
}

/// Which ranges prove that the tree of `new` leaves continues the tree of `old` leaves. `None` when it cannot.
pub fn consistency_plan(old: u64, new: u64) -> Option<Vec<Range>> {
    if old > new {
        return None;
    }
    if old == 0 || old == new {
        return Some(vec![]);
    }
    let mut at = Range { from: 0, to: new };
    let mut whole = true;
    let mut plan = Vec::new();
    while at.to != old {
        let middle = at.split();
        if old <= middle {
            plan.push(Range { from: middle, ..at });
            at.to = middle;
        } else {
            plan.push(Range { to: middle, ..at });
            at.from = middle;
            whole = false;
        }
    }
    if !whole {
        plan.push(at);
    }
    plan.reverse();
    Some(plan)
}

/// Does the proof show that `leaf` is leaf `index` of the tree of `size` leaves with this root? (RFC 9162 §2.1.3.2)
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for step in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(step, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Does the proof show that the tree of `new` leaves begins with the tree of `old` leaves? (RFC 9162 §2.1.4.2)
pub fn verify_consistency(old: u64, new: u64, old_root: &Hash, new_root: &Hash, proof: &[Hash]) -> bool {
    if old > new {
        return false;
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if old == 0 {
        return proof.is_empty() && *old_root == root(&[]);
    }
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let mut steps = proof.iter();
    let first = if at == 0 && old.is_power_of_two() { Some(old_root) } else { steps.next() };
    let Some(first) = first else { return false };
    let (mut before, mut after) = (*first, *first);
    for step in steps {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            before = node_hash(step, &before);
            after = node_hash(step, &after);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            after = node_hash(&after, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && before == *old_root && after == *new_root
}

/// A finished or growing row of a tile level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileRow {
    /// Level: 0 holds leaf hashes, every level above the roots of the full tiles below.
    pub level: u32,
    /// Number of the tile in its level.
    pub tile: u64,
    /// Its hashes, at most [`TILE`].
    pub hashes: Vec<Hash>,
}

/// The right edge of a growing tree: at each tile level, the hashes of the tile that is not yet full.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

impl Edge {
    /// The edge of a tree of `size` leaves, from the growing tile of each level, lowest first. `None` when the widths do not fit.
    pub fn of(size: u64, levels: Vec<Vec<Hash>>) -> Option<Self> {
        let fits = Self::widths(size).iter().map(|(_, width)| *width).eq(levels.iter().map(Vec::len));
        fits.then_some(Self { size, levels })
    }

    /// The growing tile of each level: its number and how many hashes it has.
    pub fn widths(size: u64) -> Vec<(u64, usize)> {
        let mut out = Vec::new();
        let mut entries = size;
        while entries > 0 {
            out.push((entries / TILE as u64, usize::try_from(entries % TILE as u64).unwrap_or(0)));
            entries /= TILE as u64;
        }
        out
    }

    /// Leaves so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; every tile that becomes full goes to `full`.
    pub fn push(&mut self, leaf: Hash, full: &mut impl FnMut(TileRow)) {
        self.size += 1;
        let mut entries = self.size;
        let mut hash = leaf;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let Some(tile) = self.levels.get_mut(level) else { return };
            tile.push(hash);
            if tile.len() < TILE {
                return;
            }
            entries /= TILE as u64;
            let hashes = std::mem::take(tile);
            hash = root(&hashes);
            full(TileRow { level: u32::try_from(level).unwrap_or(u32::MAX), tile: entries - 1, hashes });
        }
    }

    /// The growing tiles, lowest level first; empty ones are left out.
    pub fn growing(&self) -> Vec<TileRow> {
        let places = Self::widths(self.size).into_iter().zip(&self.levels).enumerate();
        let rows = places.map(|(level, ((tile, _), hashes))| TileRow {
            level: u32::try_from(level).unwrap_or(u32::MAX),
            tile,
            hashes: hashes.clone(),
        });
        rows.filter(|row| !row.hashes.is_empty()).collect()
    }

    /// The root of the whole tree.
    pub fn root(&self) -> Hash {
        let mut lower: Option<Hash> = None;
        for tile in &self.levels {
            if tile.is_empty() {
                continue;
            }
            let mut hashes = tile.clone();
            hashes.extend(lower);
            lower = Some(root(&hashes));
        }
        lower.unwrap_or_else(|| root(&[]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{hex, unhex};

    const INPUTS: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    /// Roots of the first 1 to 8 inputs, as the reference implementations of RFC 6962 publish them.
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn leaves(n: usize) -> Vec<Hash> {
        (0..n).map(|i| leaf_hash(&i.to_be_bytes())).collect()
    }

    fn published() -> Vec<Hash> {
        INPUTS.iter().map(|i| leaf_hash(&unhex(i).unwrap())).collect()
    }

    /// The definition of RFC 6962 §2.1, word for word.
    fn definition(hashes: &[Hash]) -> Hash {
        match hashes {
            [] => sha256(&[]),
            [one] => *one,
            many => {
                let k = many.len().next_power_of_two() / 2;
                let (left, right) = many.split_at(k);
                node_hash(&definition(left), &definition(right))
            }
        }
    }

    fn node(hashes: &[Hash], node: Node) -> Hash {
        let from = usize::try_from(node.index << node.level).unwrap();
        definition(&hashes[from..from + (1 << node.level)])
    }

    fn proof(hashes: &[Hash], plan: &[Range]) -> Vec<Hash> {
        plan.iter().map(|r| join(&r.nodes().iter().map(|n| node(hashes, *n)).collect::<Vec<_>>()).unwrap()).collect()
    }

    #[test]
    fn roots_are_the_published_ones() {
        assert_eq!(hex(&root(&[])), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        let hashes = published();
        for (n, expected) in ROOTS.iter().enumerate() {
            assert_eq!(hex(&root(&hashes[..=n])), *expected, "{} leaves", n + 1);
            assert_eq!(hex(&definition(&hashes[..=n])), *expected);
        }
    }

    #[test]
    fn proofs_of_the_published_tree_are_the_published_ones() {
        let hashes = published();
        let hexes = |plan: Option<Vec<Range>>| -> Vec<String> { proof(&hashes, &plan.unwrap()).iter().map(|h| hex(h)).collect() };
        assert_eq!(
            hexes(inclusion_plan(0, 8)),
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        );
        assert_eq!(
            hexes(consistency_plan(6, 8)),
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        );
    }

    #[test]
    fn every_proof_of_every_small_tree_holds_and_no_other() {
        let hashes = leaves(70);
        for size in 1..=70usize {
            let top = definition(&hashes[..size]);
            for index in 0..size {
                let p = proof(&hashes, &inclusion_plan(index as u64, size as u64).unwrap());
                assert!(verify_inclusion(&hashes[index], index as u64, size as u64, &p, &top));
                assert!(!verify_inclusion(&hashes[(index + 1) % 70], index as u64, size as u64, &p, &top));
                assert!(size == 1 || !verify_inclusion(&hashes[index], (index as u64 + 1) % size as u64, size as u64, &p, &top));
                let longer: Vec<Hash> = p.iter().copied().chain([hashes[0]]).collect();
                assert!(!verify_inclusion(&hashes[index], index as u64, size as u64, &longer, &top));
                assert!(p.is_empty() || !verify_inclusion(&hashes[index], index as u64, size as u64, &p[1..], &top));
            }
            for old in 0..=size {
                let before = definition(&hashes[..old]);
                let p = proof(&hashes, &consistency_plan(old as u64, size as u64).unwrap());
                assert!(verify_consistency(old as u64, size as u64, &before, &top, &p), "{old} {size}");
                let other = leaf_hash(b"other");
                assert!(!verify_consistency(old as u64, size as u64, &other, &top, &p));
                assert!(old == 0 || !verify_consistency(old as u64, size as u64, &before, &other, &p));
                assert!(p.is_empty() || !verify_consistency(old as u64, size as u64, &before, &top, &p[1..]));
            }
        }
        assert_eq!(inclusion_plan(5, 5), None);
        assert_eq!(consistency_plan(6, 5), None);
        assert!(!verify_inclusion(&hashes[0], 0, 0, &[], &root(&[])));
    }

    #[test]
    fn the_edge_grows_to_the_same_root_and_emits_every_tile_once() {
        let hashes = leaves(TILE * 3 + 17);
        let mut edge = Edge::default();
        let mut tiles = Vec::new();
        for (n, hash) in hashes.iter().enumerate() {
            edge.push(*hash, &mut |tile| tiles.push(tile));
            if n % 97 == 0 || n % TILE >= TILE - 2 {
                assert_eq!(edge.root(), definition(&hashes[..=n]), "{n}");
            }
        }
        assert_eq!(tiles.iter().map(|t| (t.level, t.tile)).collect::<Vec<_>>(), [(0, 0), (0, 1), (0, 2)]);
        let growing = edge.growing();
        assert_eq!(growing.iter().map(|t| (t.level, t.tile, t.hashes.len())).collect::<Vec<_>>(), [(0, 3, 17), (1, 0, 3)]);
        let again = Edge::of(edge.size(), growing.into_iter().map(|t| t.hashes).collect()).unwrap();
        assert_eq!(again.root(), edge.root());
        assert_eq!(Edge::of(edge.size() + 1, vec![vec![], vec![]]), None);
    }

    #[test]
    fn a_tree_of_two_tile_levels_keeps_its_root() {
        let mut edge = Edge::default();
        let hashes = leaves(TILE * TILE + 3);
        let mut count = 0;
        hashes.iter().for_each(|h| edge.push(*h, &mut |_| count += 1));
        assert_eq!(count, TILE + 1);
        assert_eq!(edge.root(), root(&hashes));
        assert_eq!(Edge::widths(edge.size()), [(256, 3), (1, 0), (0, 1)]);
    }
}
