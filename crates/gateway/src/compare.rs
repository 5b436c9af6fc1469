//! The truth meter: 正本 compared with 副本, down to the person, the record and the item.

use crate::keeper::Keeper;
use crate::model::{Comparison, DifferenceRow};
use crate::replica::stored;
use crate::store::replica;
use kernel::ident::DanNo;
use platform::Fault;
use platform::db::Param;
use std::collections::BTreeSet;
use wire::compare::{Difference, Fault as Unlike, Fingerprint, differences};
use wire::replica::ReplicaRecord;

/// What a comparison found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Number of the comparison.
    pub comparison: i64,
    /// People who differ; the city sends their records to [`Keeper::explain`].
    pub people: BTreeSet<DanNo>,
}

impl Keeper {
    /// Compares the city's hashes with ours and records the outcome.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn compare(&self, original: &Fingerprint) -> Result<Compared, Fault> {
        let ours = self.fingerprint().await?;
        let people = ours.differing(original);
        let row = Comparison {
            id: 0,
            compared_at: self.city().now(),
            ours: ours.root.to_string(),
            theirs: original.root.to_string(),
            people: i64::try_from(people.len()).unwrap_or(i64::MAX),
        };
        let mut tx = self.write().await?;
        let comparison = row.insert(&mut tx).await?;
        tx.commit().await?;
        Ok(Compared { comparison, people })
    }

    /// The highest レコード識別番号 in the replica: what the city sends under a lower one has no power over everything here.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn last_serial(&self) -> Result<i64, Fault> {
        let mut tx = self.city().db().read().await?;
        Ok(replica::last_serial(&mut tx).await?)
    }

    /// Finds what differs about people, from the city's own records of them, and records each difference.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn explain(&self, compared: &Compared, original: &[ReplicaRecord]) -> Result<Vec<Difference>, Fault> {
        let mut tx = self.write().await?;
        let people: Vec<Param> = compared.people.iter().map(Param::from).collect();
        let mut ours = Vec::new();
        for row in replica::of_people(&mut tx, people).await? {
            ours.push(stored(self.city().keys(), &row)?.record);
        }
        let found = differences(original.iter().filter(|r| compared.people.contains(&r.dan)), &ours);
        let rows: Vec<DifferenceRow> = found.iter().map(|difference| row(compared.comparison, difference)).collect();
        DifferenceRow::insert_all(&rows, &mut tx).await?;
        tx.commit().await?;
        Ok(found)
    }
}

/// How the two differ, as it is stored and sent, and the item.
pub(crate) fn fault(difference: &Difference) -> (&'static str, Option<String>) {
    match &difference.fault {
        Unlike::MissingInReplica => ("missing", None),
        Unlike::ExtraInReplica => ("extra", None),
        Unlike::OtherValue(item) => ("value", Some(item.to_string())),
        Unlike::OtherDays => ("days", None),
    }
}

fn row(comparison: i64, difference: &Difference) -> DifferenceRow {
    let (fault, item) = fault(difference);
    DifferenceRow {
        id: 0,
        comparison,
        dan_no: difference.dan.clone(),
        data_set: difference.data_set.id.to_string(),
        version: i64::from(difference.data_set.version),
        record_key: difference.key.to_string(),
        fault: fault.to_owned(),
        item,
    }
}
