//! The walk over all sealed leaves and the tiles beside them.

use super::super::leaf::{FOREIGN, Leaf, Link, VOID, void_hash};
use super::super::map::{Chain, Last, bucket_of};
use super::super::merkle::{Edge, Hash, TILE, TileRow};
use super::super::tiles::{signed, tile_hashes};
use super::{Buckets, Finding, PAGE, Report, Roots, TILES, Truth, VOIDS, name};
use crate::db::{DbError, Row, Tx};
use crate::keys::sha256;
use crate::params;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Leaves of a page; a multiple of [`TILE`].
const STEP: u64 = 2048;
/// [`TILE`] as a count of leaves.
const WIDE: u64 = TILE as u64;

/// Where a list stands, by the leaf's columns and by the tile.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    seq: u64,
    leaf: Hash,
    tile: Hash,
}

/// What stands at a place.
#[derive(Default)]
struct Found {
    /// Its hash, when it can be computed.
    hash: Option<Hash>,
    /// The row with its link (none when the link is gone), when it can be read.
    row: Option<(Leaf, Option<Link>)>,
}

/// A place whose row does not have the hash that is in the tile.
struct Odd {
    index: u64,
    found: Found,
    tile: Hash,
}

impl Odd {
    /// Is this row the one that was sealed at the place of `other`?
    fn belongs_to(&self, other: &Odd) -> bool {
        let Some((leaf, link)) = &self.found.row else { return false };
        let there = other.found.row.as_ref().and_then(|(_, link)| *link);
        let leaf = Leaf { id: signed(other.index + 1), ..leaf.clone() };
        [*link, there, Some(Link::Single)].into_iter().flatten().any(|link| leaf.hash(link) == other.tile)
    }
}

pub(super) struct Stream {
    end: u64,
    sizes: BTreeSet<u64>,
    leaves: Edge,
    tiles: Edge,
    /// Roots at every size that is signed.
    pub roots: HashMap<u64, Roots>,
    /// Where every list ends.
    pub lists: HashMap<Chain, End>,
    odd: Vec<Odd>,
    missing: Vec<(u64, u64)>,
    /// Tiles above the leaves that fit neither side.
    odd_tiles: Vec<(u32, u64)>,
    /// Tiles above the leaves that became full in this page: by tiles and by leaves.
    full: Vec<(TileRow, TileRow)>,
}

/// Places among which a row that moved is looked for.
const MOVES: usize = 200;

impl Stream {
    pub fn new(end: u64, sizes: BTreeSet<u64>) -> Self {
        let (leaves, tiles) = (Edge::default(), Edge::default());
        let (roots, lists) = (HashMap::new(), HashMap::new());
        Self { end, sizes, leaves, tiles, roots, lists, odd: vec![], missing: vec![], odd_tiles: vec![], full: vec![] }
    }

    pub async fn run(&mut self, tx: &mut Tx, report: &mut Report) -> Result<(), DbError> {
        let mut from = 0;
        while from < self.end {
            let to = self.end.min(from + STEP);
            self.page(tx, from, to, report).await?;
            for (tile, leaf) in std::mem::take(&mut self.full) {
                self.compare(tx, &tile, &leaf, report).await?;
            }
            from = to;
        }
        let growing: Vec<_> = self.tiles.growing().into_iter().zip(self.leaves.growing()).filter(|(t, _)| t.level > 0).collect();
        for (tile, leaf) in growing {
            self.compare(tx, &tile, &leaf, report).await?;
        }
        Ok(())
    }

    async fn page(&mut self, tx: &mut Tx, from: u64, to: u64, report: &mut Report) -> Result<(), DbError> {
        let rows = tx.all(PAGE, params![signed(from), signed(to)]).await?;
        let mut voids = BTreeSet::new();
        if i64::try_from(rows.len()) != Ok(signed(to - from)) {
            for row in tx.all(VOIDS, params![signed(from), signed(to)]).await? {
                voids.insert(row.get::<i64>("id")?);
            }
        }
        let tiles = self.stored_tiles(tx, from, to, report).await?;
        let mut rows = rows.iter().peekable();
        for index in from..to {
            let id = signed(index + 1);
            let row = rows.next_if(|row| row.get::<i64>("id").ok() == Some(id));
            let tile = tiles.get(&(index / WIDE)).and_then(|t| t.get(usize::try_from(index % WIDE).ok()?)).copied();
            let found = match row {
                Some(row) => self.row(index, row, tile, report)?,
                None if voids.contains(&id) => {
                    report.add(Finding::RemovedBeforeSealing { index });
                    Found { hash: Some(void_hash(id)), row: None }
                }
                None => {
                    self.miss(index);
                    Found::default()
                }
            };
            self.grow(index, found, tile);
        }
        Ok(())
    }

    fn miss(&mut self, index: u64) {
        match self.missing.last_mut() {
            Some((_, to)) if *to + 1 == index => *to = index,
            _ => self.missing.push((index, index)),
        }
    }

    fn grow(&mut self, index: u64, found: Found, tile: Option<Hash>) {
        let leaf = found.hash;
        if let Some(tile) = tile
            && leaf != Some(tile)
            && (leaf.is_some() || found.row.is_some())
        {
            let row = found.row.filter(|_| self.odd.len() < MOVES);
            self.odd.push(Odd { index, found: Found { hash: leaf, row }, tile });
        }
        let (mut by_tile, mut by_leaf) = (Vec::new(), Vec::new());
        self.tiles.push(tile.or(leaf).unwrap_or_default(), &mut |t| by_tile.push(t));
        self.leaves.push(leaf.or(tile).unwrap_or_default(), &mut |t| by_leaf.push(t));
        self.full.extend(by_tile.into_iter().zip(by_leaf).filter(|(t, _)| t.level > 0));
        if self.sizes.contains(&(index + 1)) {
            self.roots.insert(index + 1, Roots { leaves: self.leaves.root(), tiles: self.tiles.root() });
        }
    }

    /// The tiles of leaf hashes of a page. A row of the wrong width is named and not used.
    async fn stored_tiles(
        &self,
        tx: &mut Tx,
        from: u64,
        to: u64,
        report: &mut Report,
    ) -> Result<BTreeMap<u64, Vec<Hash>>, DbError> {
        let (first, last) = (from / WIDE, (to - 1) / WIDE);
        let mut tiles = BTreeMap::new();
        for row in tx.all(TILES, params![0, signed(first), signed(last)]).await? {
            let tile: i64 = row.get("tile")?;
            let tile = u64::try_from(tile).unwrap_or(0);
            let width = usize::try_from((self.end - tile * WIDE).min(WIDE)).unwrap_or(TILE);
            match tile_hashes(&row)?.filter(|h| h.len() == width) {
                Some(hashes) => drop(tiles.insert(tile, hashes)),
                None => {
                    report.add(Finding::TileChanged { level: 0, tile });
                    tiles.insert(tile, vec![]);
                }
            }
        }
        for tile in (first..=last).filter(|t| !tiles.contains_key(t)).collect::<Vec<_>>() {
            report.add(Finding::TileMissing { level: 0, tile });
        }
        Ok(tiles)
    }

    /// Checks one row.
    fn row(&mut self, index: u64, row: &Row, tile: Option<Hash>, report: &mut Report) -> Result<Found, DbError> {
        let id = signed(index + 1);
        if row.get::<Option<i64>>("seq")? == Some(VOID) {
            // It was gone, or not readable, when it should have been sealed. What stands here now came later.
            report.add(Finding::RemovedBeforeSealing { index });
            report.add(Finding::LeafForged { id });
            return Ok(Found { hash: Some(void_hash(id)), row: None });
        }
        let (leaf, link) = match read(row, index, report) {
            Ok(read) => read,
            // A column of the wrong length or type.
            Err(DbError::Shape(_)) => {
                report.add(Finding::LeafChanged { index });
                return Ok(Found::default());
            }
            Err(other) => return Err(other),
        };
        check_payload(row, index, &leaf, report)?;
        let hash = link.map(|link| leaf.hash(link));
        if let (Some(chain), Some(Link::Of { seq, prev }), Some(hash)) = (leaf.chain, link, hash) {
            self.follow(chain, seq, prev, hash, tile, report);
        }
        Ok(Found { hash, row: Some((leaf, link)) })
    }

    fn follow(&mut self, chain: Chain, seq: u64, prev: Option<Hash>, leaf: Hash, tile: Option<Hash>, report: &mut Report) {
        let before = self.lists.get(&chain);
        let expected = before.map_or(1, |b| b.seq + 1);
        let joins = match (before, prev) {
            (None, prev) => prev.is_none(),
            (Some(before), Some(prev)) => prev == before.leaf || prev == before.tile,
            (Some(_), None) => false,
        };
        if seq != expected || !joins {
            report.add(Finding::SubjectGap { chain: name(&chain), expected, found: seq });
        }
        self.lists.insert(chain, End { seq, leaf, tile: tile.unwrap_or(leaf) });
    }

    /// Compares a stored tile above the leaves with what leaves or tiles below make of it.
    async fn compare(&mut self, tx: &mut Tx, by_tile: &TileRow, by_leaf: &TileRow, report: &mut Report) -> Result<(), DbError> {
        let (level, tile) = (by_tile.level, by_tile.tile);
        let row = tx.first(TILES, params![i64::from(level), signed(tile), signed(tile)]).await?;
        match row.map(|row| tile_hashes(&row)).transpose()? {
            None => report.add(Finding::TileMissing { level, tile }),
            Some(Some(hashes)) if hashes == by_tile.hashes || hashes == by_leaf.hashes => {}
            Some(_) => self.odd_tiles.push((level, tile)),
        }
        Ok(())
    }

    /// Names what differs, now that it is known which side was signed.
    pub fn conclude(&mut self, truth: Truth, report: &mut Report) {
        for (from, to) in &self.missing {
            report.add(Finding::LeafMissing { from: *from, to: *to });
        }
        if truth != Truth::Neither {
            // Where nothing confirms what lies below, a tile above proves nothing either.
            self.odd_tiles.iter().for_each(|(level, tile)| report.add(Finding::TileChanged { level: *level, tile: *tile }));
        }
        let mut by_tile: BTreeMap<u64, Vec<&Odd>> = BTreeMap::new();
        self.odd.iter().for_each(|odd| by_tile.entry(odd.index / WIDE).or_default().push(odd));
        for (tile, odd) in by_tile {
            // With nothing to confirm either side: half a tile at once is the tile rather than the leaves.
            if truth == Truth::Leaves || truth == Truth::Neither && odd.len() > TILE / 2 {
                report.add(Finding::TileChanged { level: 0, tile });
                continue;
            }
            for one in odd {
                let mut others = self.odd.iter().take(MOVES).filter(|other| other.index != one.index);
                let index = one.index;
                match others.find(|other| one.belongs_to(other)) {
                    Some(home) => report.add(Finding::LeafMoved { index, belongs: home.index }),
                    None if one.found.hash.is_some() => report.add(Finding::LeafChanged { index }),
                    // Its missing link is already named.
                    None => {}
                }
            }
        }
    }

    /// Where every list ends, as the map should say it.
    pub fn buckets(&self, truth: Truth) -> Buckets {
        let mut buckets = Buckets::new();
        for (chain, end) in &self.lists {
            let hash = if truth == Truth::Tiles { end.tile } else { end.leaf };
            buckets.entry(bucket_of(chain)).or_default().insert(*chain, Last { seq: end.seq, hash });
        }
        buckets
    }
}

/// Reads a row with its link; no link when it is gone and the hash cannot be computed.
fn read(row: &Row, index: u64, report: &mut Report) -> Result<(Leaf, Option<Link>), DbError> {
    let leaf = Leaf::read(row)?;
    let link_chain: Option<Vec<u8>> = row.get("link_chain")?;
    let prev: Option<Vec<u8>> = row.get("prev")?;
    let prev: Option<Hash> = prev.map(|p| p.try_into().map_err(|_| DbError::Shape("prev".into()))).transpose()?;
    let link = match row.get::<Option<i64>>("seq")? {
        None if leaf.chain.is_some() => {
            report.add(Finding::LinkMissing { index });
            None
        }
        None => Some(Link::Single),
        Some(FOREIGN) => {
            report.add(Finding::NotWritten { index });
            Some(Link::Foreign)
        }
        Some(seq) => {
            if link_chain.as_deref() != leaf.chain.as_ref().map(<[u8; 16]>::as_slice) {
                report.add(Finding::LeafChanged { index });
            }
            Some(Link::Of { seq: u64::try_from(seq).map_err(|_| DbError::Shape("seq".into()))?, prev })
        }
    };
    Ok((leaf, link))
}

fn check_payload(row: &Row, index: u64, leaf: &Leaf, report: &mut Report) -> Result<(), DbError> {
    let (body, erased): (Option<Vec<u8>>, Option<i64>) = (row.get("body")?, row.get("erased_by")?);
    match (body, erased) {
        (Some(_), Some(_)) => report.add(Finding::PayloadReturned { index }),
        (Some(body), None) if sha256(&body) != leaf.body_hash => report.add(Finding::PayloadChanged { index }),
        (Some(_), None) => {}
        (None, Some(_)) => report.erased += 1,
        (None, None) => report.add(Finding::PayloadMissing { index }),
    }
    Ok(())
}
