//! Verification: proves from the public key and the witnessed checkpoint alone that the stored log is the one that was signed.
//!
//! Leaves and tiles are read side by side, page by page, and both grow a tree. The signed checkpoints tell which of the two is right
//! where they differ, so that a finding names the row that was changed and not merely that something was. Memory grows with the
//! number of subjects, not with the number of leaves.

mod finding;
mod lists;
mod rest;
mod stream;

pub use finding::{Finding, Report};

use super::AuditError;
use super::map::{Bucket, Chain};
use super::merkle::Hash;
use super::note::Checkpoint;
use super::tiles::unsigned;
use crate::db::{Db, Tx};
use kernel::time::Date;
use std::collections::{BTreeMap, HashMap};
use stream::Stream;

crate::statements! {
    /// All checkpoints.
    CHECKPOINTS = "select day, size, note from audit_checkpoint order by size";
    /// How far the tiles reach.
    EXTENT = "select cast(coalesce(max(tile * 256 + width), 0) as bigint) as size from audit_tile where level = 0";
    /// Leaves of a page with everything that belongs to them.
    PAGE = "select l.id, l.entry, l.at, l.action, l.result, l.chain, l.commitment, l.body_hash, l.tag, l.bulk_root, l.bulk_count, \
            k.chain as link_chain, k.seq, k.prev, p.body, e.entry as erased_by from audit_leaf l left join audit_link k on k.id = l.id \
            left join audit_payload p on p.id = l.id left join audit_erased e on e.id = l.id where l.id > $1 and l.id <= $2 order by l.id";
    /// Places of a page that were empty when they were sealed.
    VOIDS = "select id from audit_link where id > $1 and id <= $2 and seq = -1";
    /// Tiles of a page.
    TILES = "select level, tile, width, data from audit_tile where level = $1 and tile >= $2 and tile <= $3 order by tile";
    /// Tiles beyond a level's end.
    TILES_BEYOND = "select level, tile from audit_tile where level = $1 and (tile < 0 or tile >= $2) order by tile limit 100";
    /// Tiles of levels that the tree does not have.
    LEVELS_BEYOND = "select level, tile from audit_tile where level < 0 or level >= $1 order by level, tile limit 100";
    /// Leaves that no number was given out for.
    LEAVES_BEYOND = "select id from audit_leaf where id < 1 or id > $1 order by id limit 100";
    /// Links of leaves that are not sealed.
    LINKS_BEYOND = "select id from audit_link where id < 1 or id > $1 order by id limit 100";
    /// Payloads without leaf.
    ORPHANS = "select p.id from audit_payload p left join audit_leaf l on l.id = p.id where l.id is null order by p.id limit 100";
    /// Erased payloads by the entry that recorded it.
    ERASED = "select id, entry from audit_erased where entry > $1 or (entry = $1 and id > $2) order by entry, id limit 4096";
    /// What an erasing entry committed to.
    ERASING = "select bulk_root, bulk_count from audit_leaf where id = $1";
    /// Buckets, in order.
    BUCKETS = "select bucket, data from audit_bucket where bucket > $1 order by bucket limit 2048";
    /// Tiles of the map.
    MAP_TILES = "select tile, data from audit_map order by tile";
}

/// Proves that nothing was changed, dropped, reordered or rolled back, and that no subject's list has a gap; or names what was.
///
/// `witnessed` is the note that the witness kept last; empty when there is none yet, and then [`Report::witnessed`] is `None`, since
/// nobody can tell whether an old state was put back.
///
/// # Errors
/// The database's refusal. Tampering is not an error but a [`Finding`].
pub async fn verify(db: &Db, public_key: &[u8], witnessed: &str) -> Result<Report, AuditError> {
    let mut tx = db.read().await?;
    let mut report = Report::default();
    let signed = Signed::read(&mut tx, public_key, witnessed, &mut report).await?;
    let extent = unsigned(tx.one(EXTENT, vec![]).await?.get("size")?).unwrap_or(0);
    let end = match signed.stored.last() {
        Some(head) => head.size,
        None => {
            if extent > 0 || signed.witness.is_some() {
                report.add(Finding::CheckpointMissing);
            }
            extent
        }
    };
    report.sealed = end;
    if let Some(witness) = &signed.witness
        && witness.size > end
    {
        report.add(Finding::RolledBack { stored: end, witnessed: witness.size });
    }
    let sizes = signed.all().map(|c| c.size).collect();
    let mut stream = Stream::new(end, sizes);
    stream.run(&mut tx, &mut report).await?;
    let truth = signed.judge(&stream.roots, end, &mut report);
    stream.conclude(truth, &mut report);
    report.lists = u64::try_from(stream.lists.len()).unwrap_or(u64::MAX);
    if let Some(head) = signed.stored.last() {
        lists::check(&mut tx, &stream.buckets(truth), &head.subjects, &mut report).await?;
    }
    rest::check(&mut tx, end, &mut report).await?;
    Ok(report)
}

/// Where every list ends, by bucket.
type Buckets = BTreeMap<u16, Bucket>;

/// Roots over the leaves and over the tiles, at one size.
#[derive(Debug, Clone, Copy)]
struct Roots {
    leaves: Hash,
    tiles: Hash,
}

/// Which of the two the signatures confirm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    /// The tiles (and the leaves, where nothing differs).
    Tiles,
    /// Only the leaves.
    Leaves,
    /// Neither, or nothing is signed.
    Neither,
}

struct Signed {
    /// Valid stored checkpoints by size.
    stored: Vec<Checkpoint>,
    witness: Option<Checkpoint>,
}

impl Signed {
    async fn read(tx: &mut Tx, public_key: &[u8], witnessed: &str, report: &mut Report) -> Result<Self, AuditError> {
        let mut stored = Vec::new();
        for row in tx.all(CHECKPOINTS, vec![]).await? {
            let (day, size, note): (Date, i64, String) = (row.get("day")?, row.get("size")?, row.get("note")?);
            match Checkpoint::open(&note, public_key).filter(|c| i64::try_from(c.size) == Ok(size)) {
                Some(checkpoint) => stored.push(checkpoint),
                None => report.add(Finding::CheckpointForged { day: day.to_string() }),
            }
        }
        let witness = Checkpoint::open(witnessed, public_key);
        if witness.is_none() && !witnessed.trim().is_empty() {
            report.add(Finding::WitnessNotSigned);
        }
        report.witnessed = witness.as_ref().map(|w| w.size);
        Ok(Self { stored, witness })
    }

    fn all(&self) -> impl Iterator<Item = &Checkpoint> {
        self.stored.iter().chain(&self.witness)
    }

    fn judge(&self, roots: &HashMap<u64, Roots>, end: u64, report: &mut Report) -> Truth {
        let (mut tiles, mut leaves) = (end > 0, end > 0);
        for checkpoint in self.all().filter(|c| c.size <= end) {
            let Some(found) = roots.get(&checkpoint.size) else { continue };
            tiles &= found.tiles == checkpoint.root;
            leaves &= found.leaves == checkpoint.root;
            if found.tiles != checkpoint.root && found.leaves != checkpoint.root {
                let size = checkpoint.size;
                let is_stored = self.stored.iter().any(|s| s.note == checkpoint.note);
                report.add(if is_stored { Finding::RootDiffers { size } } else { Finding::Forked { witnessed: size } });
            }
        }
        match (tiles, leaves, self.all().next().is_some()) {
            (true, _, true) => Truth::Tiles,
            (false, true, true) => Truth::Leaves,
            _ => Truth::Neither,
        }
    }
}

/// Pseudonym in findings.
fn name(chain: &Chain) -> String {
    crate::keys::hex(chain)
}
