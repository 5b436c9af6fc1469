//! Proofs from the stored tiles. Each reads a handful of rows, whatever the size of the log.

use super::AuditError;
use super::merkle::{Edge, Hash, Node, Range, TILE, consistency_plan, inclusion_plan, join, root};
use crate::db::{DbError, Row, Tx};
use crate::params;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

crate::statements! {
    /// One tile.
    TILE_ROW = "select level, tile, width, data from audit_tile where level = $1 and tile = $2";
}

/// Number of a tile: level and place.
pub(super) type TileNo = (u32, u64);

/// A database number as a count; negative ones are out of shape.
pub(super) fn unsigned(value: i64) -> Result<u64, DbError> {
    u64::try_from(value).map_err(|_| DbError::Shape("number".into()))
}

/// A count as a database number.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The hashes of a tile row; `None` when width and bytes disagree.
pub(super) fn tile_hashes(row: &Row) -> Result<Option<Vec<Hash>>, DbError> {
    let (width, data): (i64, Vec<u8>) = (row.get("width")?, row.get("data")?);
    let hashes: Option<Vec<Hash>> = data.chunks(32).map(|h| h.try_into().ok()).collect();
    Ok(hashes.filter(|h| i64::try_from(h.len()) == Ok(width) && h.len() <= TILE))
}

/// Reads one tile.
pub(super) async fn tile(tx: &mut Tx, (level, tile): TileNo) -> Result<Option<Vec<Hash>>, DbError> {
    match tx.first(TILE_ROW, params![i64::from(level), signed(tile)]).await? {
        Some(row) => tile_hashes(&row),
        None => Ok(None),
    }
}

/// The right edge of the tree of `size` leaves, from its growing tiles. `None` when they do not fit.
pub(super) async fn edge(tx: &mut Tx, size: u64) -> Result<Option<Edge>, DbError> {
    let mut levels = Vec::new();
    for (level, (number, width)) in (0u32..).zip(Edge::widths(size)) {
        let found = if width == 0 { Some(vec![]) } else { tile(tx, (level, number)).await? };
        match found {
            Some(hashes) if hashes.len() == width => levels.push(hashes),
            _ => return Ok(None),
        }
    }
    Ok(Edge::of(size, levels))
}

async fn ranges(tx: &mut Tx, plan: Vec<Range>) -> Result<Vec<Hash>, AuditError> {
    let mut tiles: HashMap<TileNo, Vec<Hash>> = HashMap::new();
    let mut proof = Vec::with_capacity(plan.len());
    for range in plan {
        let mut hashes = Vec::new();
        for node in range.nodes() {
            let (number, from, count) = place(node);
            let tile = match tiles.entry(number) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(tile(tx, number).await?.ok_or(AuditError::Tampered("ハッシュの束"))?),
            };
            let part = tile.get(from..from + count).ok_or(AuditError::Tampered("ハッシュの束"))?;
            hashes.push(root(part));
        }
        proof.extend(join(&hashes));
    }
    Ok(proof)
}

/// Where a complete subtree lies: its tile, the first hash in it, and how many.
fn place(node: Node) -> (TileNo, usize, usize) {
    let within = node.level % 8;
    let start = node.index << within;
    let from = usize::try_from(start % TILE as u64).unwrap_or(0);
    ((node.level / 8, start / TILE as u64), from, 1 << within)
}

/// Proof that leaf `index` is in the tree of `size` leaves: at most one hash per doubling of the log.
///
/// # Errors
/// [`AuditError::NotSealed`] beyond the sealed log; [`AuditError::Tampered`] when a tile is missing.
pub async fn inclusion_proof(tx: &mut Tx, index: u64, size: u64) -> Result<Vec<Hash>, AuditError> {
    let plan = inclusion_plan(index, size).ok_or(AuditError::NotSealed)?;
    ranges(tx, plan).await
}

/// Proof that the tree of `new` leaves begins with the tree of `old` leaves.
///
/// # Errors
/// [`AuditError::NotSealed`] when `old` is the longer; [`AuditError::Tampered`] when a tile is missing.
pub async fn consistency_proof(tx: &mut Tx, old: u64, new: u64) -> Result<Vec<Hash>, AuditError> {
    let plan = consistency_plan(old, new).ok_or(AuditError::NotSealed)?;
    ranges(tx, plan).await
}
