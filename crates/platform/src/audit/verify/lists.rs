//! The map subject → last number: its rows, its tiles and its signed root against the lists that the leaves make.

use super::super::map::{Bucket, TOP, bucket_hash, decode, decode_tile, empty_tile, empty_top};
use super::super::merkle::{Hash, TILE, root};
use super::{BUCKETS, Buckets, Finding, MAP_TILES, Report, name};
use crate::db::{DbError, Tx};
use crate::params;

/// Hashes of all buckets, in 256 tiles.
struct Tree(Vec<Vec<Hash>>);

impl Tree {
    fn of(buckets: &Buckets) -> Self {
        let mut tiles = vec![empty_tile(); TILE];
        for (number, bucket) in buckets {
            let place = tiles.get_mut(usize::from(number >> 8)).and_then(|t| t.get_mut(usize::from(*number) % TILE));
            if let Some(place) = place {
                *place = bucket_hash(bucket);
            }
        }
        Self(tiles)
    }

    fn top(&self) -> Vec<Hash> {
        let empty = empty_tile();
        let empty_root = root(&empty);
        self.0.iter().map(|tile| if *tile == empty { empty_root } else { root(tile) }).collect()
    }
}

pub(super) async fn check(tx: &mut Tx, lists: &Buckets, signed: &Hash, report: &mut Report) -> Result<(), DbError> {
    let stored = stored_buckets(tx, report).await?;
    let (by_leaf, by_row) = (Tree::of(lists), Tree::of(&stored));
    let leaves_right = root(&by_leaf.top()) == *signed;
    let rows_right = root(&by_row.top()) == *signed;
    let none = Bucket::new();
    let numbers = lists.keys().chain(stored.keys().filter(|n| !lists.contains_key(n)));
    for number in numbers {
        let (list, row) = (lists.get(number).unwrap_or(&none), stored.get(number).unwrap_or(&none));
        if list == row {
            continue;
        }
        if leaves_right || !rows_right {
            report.add(Finding::BucketChanged { bucket: i64::from(*number) });
            continue;
        }
        for chain in list.keys().chain(row.keys().filter(|c| !list.contains_key(*c))) {
            let (found, signed) = (list.get(chain).map_or(0, |l| l.seq), row.get(chain).map_or(0, |l| l.seq));
            if found != signed {
                report.add(Finding::SubjectEnd { chain: name(chain), signed, found });
            }
        }
    }
    if !leaves_right && !rows_right {
        report.add(Finding::MapDiffers);
    }
    check_tiles(tx, if leaves_right { &by_leaf } else { &by_row }, report).await
}

async fn stored_buckets(tx: &mut Tx, report: &mut Report) -> Result<Buckets, DbError> {
    let mut stored = Buckets::new();
    let mut after = i64::MIN;
    loop {
        let rows = tx.all(BUCKETS, params![after]).await?;
        for row in &rows {
            let (bucket, data): (i64, Vec<u8>) = (row.get("bucket")?, row.get("data")?);
            after = bucket;
            match (u16::try_from(bucket), decode(&data)) {
                (Ok(number), Some(chains)) => drop(stored.insert(number, chains)),
                _ => report.add(Finding::BucketChanged { bucket }),
            }
        }
        if rows.is_empty() {
            return Ok(stored);
        }
    }
}

async fn check_tiles(tx: &mut Tx, tree: &Tree, report: &mut Report) -> Result<(), DbError> {
    let (mut tiles, mut top) = (vec![empty_tile(); TILE], empty_top());
    for row in tx.all(MAP_TILES, vec![]).await? {
        let (tile, data): (i64, Vec<u8>) = (row.get("tile")?, row.get("data")?);
        match (decode_tile(&data), usize::try_from(tile)) {
            (Some(hashes), Ok(number)) if number == usize::from(TOP) => top = hashes,
            (Some(hashes), Ok(number)) if number < TILE => {
                if let Some(place) = tiles.get_mut(number) {
                    *place = hashes;
                }
            }
            _ => report.add(Finding::MapChanged { tile }),
        }
    }
    for (number, (stored, right)) in tiles.iter().zip(&tree.0).enumerate() {
        if stored != right {
            report.add(Finding::MapChanged { tile: i64::try_from(number).unwrap_or(i64::MAX) });
        }
    }
    if top != tree.top() {
        report.add(Finding::MapChanged { tile: i64::from(TOP) });
    }
    Ok(())
}
