//! Sealing: puts the leaves that are not yet in the tree into it, and signs the result.
//!
//! One batch reads what it needs, computes, and stores links, tiles, map and checkpoint in one transaction under the fence. Before it
//! signs anything it checks that what it builds on is what was signed before, so that it never vouches for changed rows.

use super::leaf::{FOREIGN, Leaf, Link, VOID, void_hash};
use super::map::{Bucket, Last, TOP, bucket_hash, bucket_of, decode, decode_tile, empty_tile, empty_top, encode};
use super::merkle::{Edge, Hash, TILE, TileRow, root};
use super::note::Checkpoint;
use super::tiles::{edge, signed, unsigned};
use super::{AuditError, sealer};
use crate::db::{Db, DbError, Param, Statement, Tx};
use crate::keys::Keys;
use crate::params;
use kernel::time::Clock;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

crate::statements! {
    /// The last checkpoint.
    HEAD = "select note from audit_checkpoint order by size desc limit 1";
    /// Are there tiles?
    ANY_TILE = "select tile from audit_tile limit 1";
    /// The number given out last.
    COUNTER = "select value from audit_counter where name = 'leaf'";
    /// Leaves of a stretch.
    LEAVES = "select id, entry, at, action, result, chain, commitment, body_hash, tag, bulk_root, bulk_count from audit_leaf where id > $1 and id <= $2 order by id";
    /// Makes room for a tile that grew.
    DROP_TILE = "delete from audit_tile where level = $1 and tile = $2";
    /// The checkpoint of the day.
    CHECKPOINT = "insert into audit_checkpoint (day, size, note) values ($1, $2, $3) on conflict (day) do update set size = excluded.size, note = excluded.note";
}

/// Leaves that one batch seals at most.
const BATCH: u64 = 8192;

/// Numbers that one statement takes. In SQLite a statement within a large savepoint has its price, so there should be few.
const MANY: usize = 256;

/// Some buckets.
static BUCKETS: LazyLock<String> = LazyLock::new(|| of_many("select bucket, data from audit_bucket where bucket"));
/// Makes room for them.
static DROP_BUCKETS: LazyLock<String> = LazyLock::new(|| of_many("delete from audit_bucket where bucket"));
/// Some tiles of the map.
static MAP_TILES: LazyLock<String> = LazyLock::new(|| of_many("select tile, data from audit_map where tile"));
/// Makes room for them.
static DROP_MAP_TILES: LazyLock<String> = LazyLock::new(|| of_many("delete from audit_map where tile"));

fn of_many(sql: &str) -> String {
    let places: Vec<String> = (1..=MANY).map(|n| format!("${n}")).collect();
    format!("{sql} in ({})", places.join(", "))
}

/// The statements above, which are too long to write down.
pub(super) fn long_statements() -> [Statement; 4] {
    let name = "audit::seal";
    [&*BUCKETS, &*DROP_BUCKETS, &*MAP_TILES, &*DROP_MAP_TILES].map(|sql| Statement { name, sql })
}

/// Seals everything that is not sealed yet, as a sealer of its own that takes over from any other. Answers the last checkpoint.
///
/// # Errors
/// [`AuditError::Fenced`] when another sealer takes over meanwhile; [`AuditError::Tampered`] when the stored log is not the signed one;
/// the database's refusal.
pub async fn seal(db: &Db, keys: &Keys, clock: &dyn Clock) -> Result<Checkpoint, AuditError> {
    let fence = sealer::take(db, "once").await?;
    while seal_batch(db, keys, clock, fence).await?.is_some() {}
    sealer::release(db, fence).await?;
    let mut tx = db.read().await?;
    let checkpoint = head(&mut tx, &keys.log_public_key()).await?;
    Ok(checkpoint.unwrap_or_else(|| empty(keys, clock)))
}

fn empty(keys: &Keys, clock: &dyn Clock) -> Checkpoint {
    Checkpoint::sign(keys, 0, root(&[]), root(&empty_top()), clock.now())
}

/// The last checkpoint, if anything was sealed yet.
///
/// # Errors
/// [`AuditError::Tampered`] when its signature does not hold or it is gone; the database's refusal.
pub async fn head(tx: &mut Tx, public_key: &[u8]) -> Result<Option<Checkpoint>, AuditError> {
    match tx.first(HEAD, vec![]).await? {
        Some(row) => {
            let note: String = row.get("note")?;
            Checkpoint::open(&note, public_key).map(Some).ok_or(AuditError::Tampered("検査点"))
        }
        None if tx.first(ANY_TILE, vec![]).await?.is_some() => Err(AuditError::Tampered("検査点")),
        None => Ok(None),
    }
}

/// The number given out last.
pub(super) async fn counter(tx: &mut Tx) -> Result<u64, DbError> {
    unsigned(tx.one(COUNTER, vec![]).await?.get("value")?)
}

/// Seals one batch; `None` when there was nothing to seal.
pub(super) async fn seal_batch(db: &Db, keys: &Keys, clock: &dyn Clock, fence: i64) -> Result<Option<Checkpoint>, AuditError> {
    let mut tx = db.read().await?;
    let Some(batch) = Batch::build(&mut tx, keys).await? else { return Ok(None) };
    drop(tx);
    let checkpoint = Checkpoint::sign(keys, batch.edge.size(), batch.edge.root(), root(&batch.map.top), clock.now());
    let mut tx = db.write().await?;
    sealer::hold(&mut tx, fence).await?;
    batch.store(&mut tx).await?;
    let size = signed(checkpoint.size);
    tx.run(CHECKPOINT, params![clock.today(), size, &checkpoint.note]).await?;
    tx.commit().await?;
    Ok(Some(checkpoint))
}

/// Everything a batch will store.
struct Batch {
    before: u64,
    edge: Edge,
    full: Vec<TileRow>,
    links: Vec<Vec<Param>>,
    map: Map,
}

impl Batch {
    async fn build(tx: &mut Tx, keys: &Keys) -> Result<Option<Self>, AuditError> {
        let head = head(tx, &keys.log_public_key()).await?;
        let size = head.as_ref().map_or(0, |c| c.size);
        let given = counter(tx).await?;
        if given < size {
            return Err(AuditError::Tampered("発番"));
        }
        let to = given.min(size.saturating_add(BATCH));
        if to == size {
            return Ok(None);
        }
        let edge = edge(tx, size).await?.filter(|e| head.as_ref().is_none_or(|c| e.root() == c.root));
        let edge = edge.ok_or(AuditError::Tampered("ハッシュの束"))?;
        let rows = tx.all(LEAVES, params![signed(size), signed(to)]).await?;
        let mut leaves: BTreeMap<u64, Leaf> = BTreeMap::new();
        for row in rows {
            // A row whose columns cannot be read counts as gone: there is nothing to hash.
            if let Ok(leaf) = Leaf::read(&row) {
                leaves.insert(unsigned(leaf.id)?, leaf);
            }
        }
        let map = Map::load(tx, leaves.values(), head.as_ref()).await?;
        let mut batch = Self { before: size, edge, full: vec![], links: vec![], map };
        for id in size + 1..=to {
            batch.place(signed(id), leaves.get(&id), keys)?;
            if id % 512 == 0 {
                tokio::task::yield_now().await;
            }
        }
        batch.map.close();
        Ok(Some(batch))
    }

    fn place(&mut self, id: i64, leaf: Option<&Leaf>, keys: &Keys) -> Result<(), AuditError> {
        let Some(leaf) = leaf else {
            self.links.push(params![id, None::<Vec<u8>>, VOID, None::<Vec<u8>>]);
            self.add(void_hash(id));
            return Ok(());
        };
        if leaf.make_tag(keys)? != leaf.tag {
            self.links.push(params![id, None::<Vec<u8>>, FOREIGN, None::<Vec<u8>>]);
            self.add(leaf.hash(Link::Foreign));
            return Ok(());
        }
        let Some(chain) = leaf.chain else {
            self.add(leaf.hash(Link::Single));
            return Ok(());
        };
        let bucket = self.map.buckets.entry(bucket_of(&chain)).or_default();
        let before = bucket.get(&chain).copied();
        let (seq, prev) = (before.map_or(1, |l| l.seq + 1), before.map(|l| l.hash));
        let hash = leaf.hash(Link::Of { seq, prev });
        bucket.insert(chain, Last { seq, hash });
        self.links.push(params![id, Vec::from(chain), signed(seq), prev.map(Vec::from)]);
        self.add(hash);
        Ok(())
    }

    fn add(&mut self, hash: Hash) {
        let full = &mut self.full;
        self.edge.push(hash, &mut |tile| full.push(tile));
    }

    async fn store(self, tx: &mut Tx) -> Result<(), DbError> {
        tx.insert_rows("audit_link", &["id", "chain", "seq", "prev"], self.links).await?;
        for (level, (tile, width)) in (0i64..).zip(Edge::widths(self.before)) {
            if width > 0 {
                tx.run(DROP_TILE, params![level, signed(tile)]).await?;
            }
        }
        let tiles = self.full.into_iter().chain(self.edge.growing());
        let rows = tiles.map(|t| params![i64::from(t.level), signed(t.tile), width(&t.hashes), t.hashes.concat()]);
        tx.insert_rows("audit_tile", &["level", "tile", "width", "data"], rows.collect()).await?;
        self.map.store(tx).await
    }
}

fn width(hashes: &[Hash]) -> i64 {
    i64::try_from(hashes.len()).unwrap_or(i64::MAX)
}

/// The part of the map that a batch touches.
struct Map {
    buckets: HashMap<u16, Bucket>,
    tiles: HashMap<u16, Vec<Hash>>,
    top: Vec<Hash>,
}

/// Numbers in groups of [`MANY`]; the last number of the last group is repeated.
fn groups<T: Copy + Into<u32>>(numbers: &[T]) -> impl Iterator<Item = Vec<Param>> {
    numbers.chunks(MANY).map(|chunk| {
        let last = chunk.last().copied();
        chunk.iter().copied().chain(std::iter::repeat_with(|| last).flatten()).take(MANY).map(|n| Param::from(n.into())).collect()
    })
}

impl Map {
    /// Loads what the leaves will touch and checks it against the last checkpoint, from the top down.
    async fn load(tx: &mut Tx, leaves: impl Iterator<Item = &Leaf>, head: Option<&Checkpoint>) -> Result<Self, AuditError> {
        let numbers: BTreeSet<u16> = leaves.filter_map(|l| l.chain.as_ref()).map(bucket_of).collect();
        let numbers: Vec<u16> = numbers.into_iter().collect();
        let mut touched: Vec<u16> = numbers.iter().map(|b| b >> 8).collect();
        touched.dedup();
        let wanted: Vec<u16> = touched.iter().copied().chain([TOP]).collect();
        let mut map = Self { buckets: HashMap::new(), tiles: HashMap::new(), top: empty_top() };
        for chunk in groups(&wanted) {
            for row in tx.all(&MAP_TILES, chunk).await? {
                let (tile, data): (u32, Vec<u8>) = (row.get("tile")?, row.get("data")?);
                let hashes = decode_tile(&data).ok_or(AuditError::Tampered("最終番号の木"))?;
                match u16::try_from(tile) {
                    Ok(TOP) => map.top = hashes,
                    Ok(tile) => drop(map.tiles.insert(tile, hashes)),
                    Err(_) => return Err(AuditError::Tampered("最終番号の木")),
                }
            }
        }
        for chunk in groups(&numbers) {
            for row in tx.all(&BUCKETS, chunk).await? {
                let (bucket, data): (u32, Vec<u8>) = (row.get("bucket")?, row.get("data")?);
                let number = u16::try_from(bucket).map_err(|_| AuditError::Tampered("最終番号の表"))?;
                map.buckets.insert(number, decode(&data).ok_or(AuditError::Tampered("最終番号の表"))?);
            }
        }
        let signed = head.map_or_else(|| root(&empty_top()), |c| c.subjects);
        if root(&map.top) != signed {
            return Err(AuditError::Tampered("最終番号の木"));
        }
        for tile in touched {
            let hashes = map.tiles.entry(tile).or_insert_with(empty_tile);
            if map.top.get(usize::from(tile)) != Some(&root(hashes)) {
                return Err(AuditError::Tampered("最終番号の木"));
            }
        }
        for number in numbers {
            let hash = bucket_hash(map.buckets.entry(number).or_default());
            if map.tiles.get(&(number >> 8)).and_then(|t| t.get(usize::from(number) % TILE)) != Some(&hash) {
                return Err(AuditError::Tampered("最終番号の表"));
            }
        }
        Ok(map)
    }

    /// Computes tiles and top from the changed buckets.
    fn close(&mut self) {
        for (number, bucket) in &self.buckets {
            let place = self.tiles.get_mut(&(number >> 8)).and_then(|t| t.get_mut(usize::from(*number) % TILE));
            if let Some(place) = place {
                *place = bucket_hash(bucket);
            }
        }
        for (tile, hashes) in &self.tiles {
            if let Some(place) = self.top.get_mut(usize::from(*tile)) {
                *place = root(hashes);
            }
        }
    }

    async fn store(self, tx: &mut Tx) -> Result<(), DbError> {
        let mut buckets: Vec<(u16, Bucket)> = self.buckets.into_iter().filter(|(_, b)| !b.is_empty()).collect();
        if buckets.is_empty() {
            return Ok(());
        }
        buckets.sort_unstable_by_key(|(number, _)| *number);
        let mut tiles: Vec<(u16, Vec<Hash>)> = self.tiles.into_iter().chain([(TOP, self.top)]).collect();
        tiles.sort_unstable_by_key(|(tile, _)| *tile);
        for chunk in groups(&buckets.iter().map(|(n, _)| *n).collect::<Vec<_>>()) {
            tx.run(&DROP_BUCKETS, chunk).await?;
        }
        for chunk in groups(&tiles.iter().map(|(n, _)| *n).collect::<Vec<_>>()) {
            tx.run(&DROP_MAP_TILES, chunk).await?;
        }
        let rows = buckets.iter().map(|(n, bucket)| params![u32::from(*n), encode(bucket)]);
        tx.insert_rows("audit_bucket", &["bucket", "data"], rows.collect()).await?;
        let rows = tiles.into_iter().map(|(n, hashes)| params![u32::from(n), hashes.concat()]);
        tx.insert_rows("audit_map", &["tile", "data"], rows.collect()).await
    }
}
