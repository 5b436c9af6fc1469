//! What stands beside the sealed leaves: rows beyond the end, waiting leaves, orphans and erasures.

use super::super::erase::RootOfIds;
use super::super::merkle::Edge;
use super::super::seal::counter;
use super::super::tiles::{signed, unsigned};
use super::{ERASED, ERASING, Finding, LEAVES_BEYOND, LEVELS_BEYOND, LINKS_BEYOND, ORPHANS, PAGE, Report, TILES_BEYOND};
use crate::db::{DbError, Tx};
use crate::keys::sha256;
use crate::params;

pub(super) async fn check(tx: &mut Tx, end: u64, report: &mut Report) -> Result<(), DbError> {
    let given = counter(tx).await.unwrap_or(0);
    if given < end {
        report.add(Finding::CounterBehind { value: given, least: end });
    }
    let given = given.max(end);
    report.waiting = given - end;
    waiting(tx, end, given, report).await?;
    for row in tx.all(LEAVES_BEYOND, params![signed(given)]).await? {
        report.add(Finding::LeafForged { id: row.get("id")? });
    }
    for row in tx.all(LINKS_BEYOND, params![signed(end)]).await? {
        report.add(Finding::LinkForged { id: row.get("id")? });
    }
    for row in tx.all(ORPHANS, vec![]).await? {
        report.add(Finding::PayloadOrphan { id: row.get("id")? });
    }
    tiles(tx, end, report).await?;
    erasures(tx, report).await
}

/// Leaves that wait to be sealed: all must be there, with their payload.
async fn waiting(tx: &mut Tx, end: u64, given: u64, report: &mut Report) -> Result<(), DbError> {
    let mut from = end;
    while from < given {
        let to = given.min(from + 2048);
        let mut expected = signed(from) + 1;
        for row in tx.all(PAGE, params![signed(from), signed(to)]).await? {
            let id: i64 = row.get("id")?;
            gone(expected, id, report)?;
            expected = id + 1;
            let (body, hash): (Option<Vec<u8>>, Vec<u8>) = (row.get("body")?, row.get("body_hash")?);
            let index = unsigned(id - 1)?;
            match body {
                None => report.add(Finding::PayloadMissing { index }),
                Some(body) if sha256(&body).as_slice() != hash => report.add(Finding::PayloadChanged { index }),
                Some(_) => {}
            }
        }
        gone(expected, signed(to) + 1, report)?;
        from = to;
    }
    Ok(())
}

fn gone(from: i64, to: i64, report: &mut Report) -> Result<(), DbError> {
    for id in from..to {
        report.add(Finding::RemovedBeforeSealing { index: unsigned(id - 1)? });
    }
    Ok(())
}

/// Tiles that a tree of this size does not have.
async fn tiles(tx: &mut Tx, end: u64, report: &mut Report) -> Result<(), DbError> {
    let mut rows = Vec::new();
    let mut levels = 0i64;
    for (level, (tile, width)) in (0i64..).zip(Edge::widths(end)) {
        let count = signed(tile) + i64::from(width > 0);
        if count > 0 {
            rows.extend(tx.all(TILES_BEYOND, params![level, count]).await?);
            levels = level + 1;
        }
    }
    rows.extend(tx.all(LEVELS_BEYOND, params![levels]).await?);
    for row in rows {
        report.add(Finding::TileForged { level: row.get("level")?, tile: row.get("tile")? });
    }
    Ok(())
}

/// Every erasure must be the one that its entry committed to.
async fn erasures(tx: &mut Tx, report: &mut Report) -> Result<(), DbError> {
    let (mut entry, mut last) = (i64::MIN, i64::MIN);
    let mut root = RootOfIds::default();
    loop {
        let rows = tx.all(ERASED, params![entry, last]).await?;
        for row in &rows {
            let (id, of): (i64, i64) = (row.get("id")?, row.get("entry")?);
            if of != entry {
                founded(tx, entry, std::mem::take(&mut root), report).await?;
            }
            root.add(id);
            (entry, last) = (of, id);
        }
        if rows.is_empty() {
            return founded(tx, entry, root, report).await;
        }
    }
}

async fn founded(tx: &mut Tx, entry: i64, found: RootOfIds, report: &mut Report) -> Result<(), DbError> {
    let found = found.close();
    if found.count == 0 {
        return Ok(());
    }
    let said = match tx.first(ERASING, params![entry]).await? {
        Some(row) => (row.get::<Option<Vec<u8>>>("bulk_root")?, row.get::<Option<i64>>("bulk_count")?),
        None => (None, None),
    };
    let agrees = said.0.as_deref() == Some(found.root.as_slice()) && said.1 == Some(found.count);
    // An entry that is not sealed yet is judged by its tag when it is.
    if !agrees {
        report.add(Finding::ErasureUnfounded { entry });
    }
    Ok(())
}
