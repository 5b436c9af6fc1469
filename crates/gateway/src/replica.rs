//! 副本: loads in large pieces, and the hash over everything that every answer carries.

use crate::keeper::Keeper;
use crate::leave::gone_of;
use crate::model::ReplicaRow;
use crate::store::replica::{self, COLUMNS, Standing};
use kernel::ident::DanNo;
use kernel::time::{Period, Timestamp, civil};
use platform::Fault;
use platform::db::{DbError, Param, Tx};
use platform::keys::{Keys, Place};
use platform::params;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use wire::catalogue::{Catalogue, Misfit};
use wire::error::ExchangeError;
use wire::ident::{DataSet, DataSetId, Digest, ItemId, RecordKey};
use wire::replica::{ReplicaRecord, Value, Verdict, judge_by_mark};

/// A record of the replica with its flags.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub record: ReplicaRecord,
    pub no_automatic: bool,
    pub undisclosed: bool,
}

/// A data set of two columns.
pub(crate) fn data_set(id: &str, version: i64) -> Result<DataSet, DbError> {
    let shape = || DbError::Shape("data_set".to_owned());
    Ok(DataSet { id: DataSetId::parse(id).map_err(|_| shape())?, version: u16::try_from(version).map_err(|_| shape())? })
}

fn place(row: &str) -> Place<'_> {
    Place { table: "gateway_replica", column: "items", row }
}

/// What the items of a record are bound to: its place.
fn bound_to(dan: &DanNo, set: &str, version: i64, key: &str) -> String {
    format!("{dan}/{set}/{version}/{key}")
}

/// The record of a row.
pub(crate) fn stored(keys: &Keys, row: &ReplicaRow) -> Result<Stored, Fault> {
    let shape = || DbError::Shape("items".to_owned());
    let items = match &row.items {
        Some(sealed) => {
            let at = bound_to(&row.dan_no, &row.data_set, row.version, &row.record_key);
            let plain = keys.open_sealed(place(&at), sealed)?;
            Some(serde_json::from_slice::<BTreeMap<ItemId, Value>>(&plain).map_err(|_| shape())?)
        }
        None => None,
    };
    let record = ReplicaRecord {
        serial: u64::try_from(row.serial).map_err(|_| shape())?,
        dan: row.dan_no.clone(),
        data_set: data_set(&row.data_set, row.version)?,
        key: RecordKey::parse(&row.record_key).map_err(|_| shape())?,
        published: Period { from: row.published_from, to: row.published_to },
        items,
    };
    Ok(Stored { record, no_automatic: row.no_automatic, undisclosed: row.undisclosed })
}

/// What a load did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Rows that are in the replica now because of it.
    pub stored: usize,
    /// Rows that were there already, or were overtaken by a later change.
    pub unchanged: usize,
    /// Rows refused, by their place in the load (from 0).
    pub rejected: Vec<(usize, ExchangeError)>,
}

/// What stands at a place, from the store or from an earlier row of the same load.
struct Mark {
    serial: u64,
    digest: Digest,
    flags: (bool, bool),
    row: Option<i64>,
    loaded: Option<usize>,
}

fn mark(row: &Standing) -> Result<Mark, DbError> {
    let shape = || DbError::Shape("digest".to_owned());
    let digest = row.digest.as_slice().try_into().map(Digest::from_bytes).map_err(|_| shape())?;
    let serial = u64::try_from(row.serial).map_err(|_| shape())?;
    Ok(Mark { serial, digest, flags: (row.no_automatic, row.undisclosed), row: Some(row.id), loaded: None })
}

/// Does a record fit 項目表? What is deleted has no items.
fn fit(catalogue: &Catalogue, record: &ReplicaRecord) -> Result<(), Misfit> {
    let Some(items) = &record.items else { return Ok(()) };
    catalogue.layout(&record.data_set)?.check(items)
}

/// Puts records into the replica: judges each by its レコード識別番号, the live versions and 項目表, and writes all that stay in one go.
pub(crate) async fn load(tx: &mut Tx, keeper: &Keeper, records: &[ReplicaRecord], now: Timestamp) -> Result<Loaded, Fault> {
    let people: BTreeSet<&DanNo> = records.iter().map(|r| &r.dan).collect();
    let gone = gone_of(tx, keeper, people.iter().copied()).await?;
    let standing = replica::standing_of(tx, &people.into_iter().collect::<Vec<_>>()).await?;
    let mut marks = HashMap::with_capacity(records.len());
    for row in &standing {
        marks.insert((row.dan.as_str(), row.data_set.as_str(), row.version, row.record_key.as_str()), mark(row)?);
    }
    let (mut done, mut kept, mut out) = (Loaded::default(), BTreeMap::new(), Vec::new());
    for (n, record) in records.iter().enumerate() {
        // Of whoever was deleted nothing is taken; that a record of theirs goes, too, is nothing new.
        if gone.contains(&record.dan) {
            match record.items {
                Some(_) => done.rejected.push((n, ExchangeError::PersonDeleted)),
                None => done.unchanged += 1,
            }
            continue;
        }
        let set = &record.data_set;
        let at = (record.dan.as_str(), set.id.as_str(), i64::from(set.version), record.key.as_str());
        let before = marks.get(&at);
        let stored = before.map(|mark| (mark.serial, || mark.digest));
        match judge_by_mark(record, stored, &keeper.profile().live, civil(now)) {
            Verdict::Same | Verdict::Superseded => done.unchanged += 1,
            Verdict::Reject(error) => done.rejected.push((n, error)),
            Verdict::Store => {
                if let Err(misfit) = fit(&keeper.profile().items, record) {
                    done.rejected.push((n, misfit.error()));
                    continue;
                }
                let flags = before.map(|mark| mark.flags).unwrap_or_default();
                let digest = record.digest();
                let mark = Mark { serial: record.serial, digest, flags, row: None, loaded: Some(n) };
                if let Some(old) = marks.insert(at, mark) {
                    out.extend(old.row.map(Param::from));
                    kept.extend(old.loaded.map(|earlier| (earlier, None)));
                }
                kept.insert(n, Some((digest, flags)));
                done.stored += 1;
            }
        }
    }
    let (change, _) = replica::change(tx).await?;
    let mut rows = Vec::with_capacity(kept.len());
    for (n, (digest, flags)) in kept.into_iter().filter_map(|(n, kept)| Some((n, kept?))) {
        if let Some(record) = records.get(n) {
            rows.push(values(keeper.city().keys(), record, &digest, flags, change + 1, now)?);
        }
    }
    if rows.is_empty() {
        return Ok(done);
    }
    replica::out(tx, out).await?;
    tx.load_rows("gateway_replica", COLUMNS, rows).await?;
    replica::changed(tx, change + 1, now).await?;
    Ok(done)
}

/// The values of [`COLUMNS`].
fn values(
    keys: &Keys,
    record: &ReplicaRecord,
    digest: &Digest,
    (no_automatic, undisclosed): (bool, bool),
    change: i64,
    now: Timestamp,
) -> Result<Vec<Param>, Fault> {
    let (set, version) = (record.data_set.id.as_str(), i64::from(record.data_set.version));
    let items = match &record.items {
        Some(items) => {
            let plain = serde_json::to_vec(items).map_err(|_| DbError::Shape("items".to_owned()))?;
            Some(keys.seal(place(&bound_to(&record.dan, set, version, record.key.as_str())), &plain)?)
        }
        None => None,
    };
    Ok(params![
        &record.dan,
        set,
        version,
        record.key.as_str(),
        i64::try_from(record.serial).map_err(|_| DbError::Shape("serial".to_owned()))?,
        record.published.from,
        record.published.to,
        record.items.is_none(),
        items,
        digest.as_bytes().as_slice(),
        no_automatic,
        undisclosed,
        change,
        now
    ])
}

/// People who are followed one by one; when more have changed, everybody is read anew.
const FOLLOWED: usize = 5_000;

/// Hashes of people as they stood at a change of the replica, kept in memory so that the root is at hand for every answer.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    change: i64,
    people: BTreeMap<DanNo, Digest>,
    root: Option<Digest>,
}

/// The same hash of a person as `wire::compare::fingerprint`, from the stored hashes of their records.
fn by_person(hashes: Vec<(DanNo, Vec<u8>)>) -> BTreeMap<DanNo, Digest> {
    let mut people: BTreeMap<DanNo, Vec<Vec<u8>>> = BTreeMap::new();
    for (dan, digest) in hashes {
        people.entry(dan).or_default().push(digest);
    }
    let hash = |all: &[Vec<u8>]| Digest::of(&all.iter().map(Vec::as_slice).collect::<Vec<_>>());
    people.into_iter().map(|(dan, all)| (dan, hash(&all))).collect()
}

impl Meter {
    /// Brings the hashes up to the stored replica and answers the root and the time of its last change.
    pub async fn measure(&mut self, tx: &mut Tx, now: Timestamp) -> Result<(Digest, Timestamp), Fault> {
        let (change, changed_at) = replica::change(tx).await?;
        // A reader's snapshot may be older than what a writer has measured.
        let root = match self.root.filter(|_| change <= self.change) {
            Some(root) => root,
            None => {
                self.follow(tx).await?;
                let parts: Vec<&[u8]> =
                    self.people.iter().flat_map(|(dan, d)| [dan.as_str().as_bytes(), d.as_bytes().as_slice()]).collect();
                let root = Digest::of(&parts);
                (self.change, self.root) = (change, Some(root));
                root
            }
        };
        Ok((root, changed_at.unwrap_or(now)))
    }

    async fn follow(&mut self, tx: &mut Tx) -> Result<(), Fault> {
        if self.root.is_none() {
            self.people = by_person(replica::hashes(tx).await?);
            return Ok(());
        }
        let people = replica::changed_since(tx, self.change).await?;
        if people.len() > FOLLOWED {
            self.people = by_person(replica::hashes(tx).await?);
            return Ok(());
        }
        let fresh = by_person(replica::hashes_of(tx, people.iter().map(Param::from).collect()).await?);
        for dan in people {
            match fresh.get(&dan) {
                Some(digest) => self.people.insert(dan, *digest),
                None => self.people.remove(&dan),
            };
        }
        Ok(())
    }

    /// A person is gone, with all rows; the root is measured anew because the replica's change has gone on.
    pub fn forget(&mut self, dan: &DanNo) {
        self.people.remove(dan);
    }

    /// Hashes of people.
    pub fn people(&self) -> &BTreeMap<DanNo, Digest> {
        &self.people
    }
}
