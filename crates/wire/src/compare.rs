//! The replica truth meter: one hash over a whole replica, and the exact person and item when 正本 and 副本 differ.

use crate::ident::{DataSet, Digest, ItemId, RecordKey};
use crate::replica::ReplicaRecord;
use kernel::ident::DanNo;
use std::collections::{BTreeMap, BTreeSet};

/// A replica by its hashes: one per person, and one over all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// Hash over everybody.
    pub root: Digest,
    /// Hash of each person's records.
    pub people: BTreeMap<DanNo, Digest>,
}

/// Hashes of records as they come by, so that a whole city need not be held at once.
#[derive(Debug, Clone, Default)]
pub struct Leaves(BTreeMap<DanNo, BTreeMap<(DataSet, RecordKey), Digest>>);

impl Leaves {
    /// Takes a record in. A deleted one does not count.
    pub fn add(&mut self, record: &ReplicaRecord) {
        if record.items.is_some() {
            let place = (record.data_set.clone(), record.key.clone());
            self.0.entry(record.dan.clone()).or_default().insert(place, record.digest());
        }
    }

    /// People taken in.
    pub fn people(&self) -> usize {
        self.0.len()
    }

    /// The hashes of people, and of all.
    pub fn fingerprint(self) -> Fingerprint {
        let hash =
            |leaves: BTreeMap<_, Digest>| Digest::of(&leaves.values().map(|d| d.as_bytes().as_slice()).collect::<Vec<_>>());
        let people: BTreeMap<DanNo, Digest> = self.0.into_iter().map(|(dan, leaves)| (dan, hash(leaves))).collect();
        let parts: Vec<&[u8]> = people.iter().flat_map(|(dan, d)| [dan.as_str().as_bytes(), d.as_bytes().as_slice()]).collect();
        Fingerprint { root: Digest::of(&parts), people }
    }
}

/// The fingerprint of records, in whatever order they come. Deleted records do not count.
pub fn fingerprint<'a>(records: impl IntoIterator<Item = &'a ReplicaRecord>) -> Fingerprint {
    let mut leaves = Leaves::default();
    records.into_iter().for_each(|record| leaves.add(record));
    leaves.fingerprint()
}

impl Fingerprint {
    /// People whose records differ between the two, so that only theirs need to be fetched.
    pub fn differing(&self, other: &Fingerprint) -> BTreeSet<DanNo> {
        if self.root == other.root {
            return BTreeSet::new();
        }
        let everybody = self.people.keys().chain(other.people.keys());
        everybody.filter(|dan| self.people.get(*dan) != other.people.get(*dan)).cloned().collect()
    }
}

/// How 正本 and 副本 differ at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// In 正本 only.
    MissingInReplica,
    /// In 副本 only.
    ExtraInReplica,
    /// Another value or another reason.
    OtherValue(ItemId),
    /// Other days of publication.
    OtherDays,
}

/// One difference, by person and place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The person.
    pub dan: DanNo,
    /// Data set and version.
    pub data_set: DataSet,
    /// Which record.
    pub key: RecordKey,
    /// What differs.
    pub fault: Fault,
}

/// Compares the records of 正本 and 副本, most often those of the [`Fingerprint::differing`] people only.
pub fn differences<'a>(
    original: impl IntoIterator<Item = &'a ReplicaRecord>,
    replica: impl IntoIterator<Item = &'a ReplicaRecord>,
) -> Vec<Difference> {
    let original: BTreeMap<_, _> = original.into_iter().filter(|r| r.items.is_some()).map(|r| (r.slot(), r)).collect();
    let replica: BTreeMap<_, _> = replica.into_iter().filter(|r| r.items.is_some()).map(|r| (r.slot(), r)).collect();
    let places: BTreeSet<_> = original.keys().chain(replica.keys()).collect();
    let mut found = Vec::new();
    for place in places {
        let faults = match (original.get(place), replica.get(place)) {
            (Some(a), Some(b)) => faults(a, b),
            (Some(_), None) => vec![Fault::MissingInReplica],
            _ => vec![Fault::ExtraInReplica],
        };
        let (dan, data_set, key) = place;
        found.extend(faults.into_iter().map(|fault| Difference {
            dan: dan.clone(),
            data_set: data_set.clone(),
            key: key.clone(),
            fault,
        }));
    }
    found
}

fn faults(a: &ReplicaRecord, b: &ReplicaRecord) -> Vec<Fault> {
    let empty = BTreeMap::new();
    let (left, right) = (a.items.as_ref().unwrap_or(&empty), b.items.as_ref().unwrap_or(&empty));
    let items: BTreeSet<&ItemId> = left.keys().chain(right.keys()).collect();
    let values = items.into_iter().filter(|item| left.get(item) != right.get(item)).cloned().map(Fault::OtherValue);
    values.chain((a.published != b.published).then_some(Fault::OtherDays)).collect()
}
