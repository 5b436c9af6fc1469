//! 自己情報: what a person's own city shows them of themselves through the portal.

use crate::inquiry::Given;
use crate::replica::ReplicaRecord;
use kernel::time::Date;
use serde::{Deserialize, Serialize};

/// The answer to a person who asks for their own data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnData {
    /// The records published today.
    Records(Vec<Given>),
    /// 開示できません. Says nothing else: whether there is nothing, or something that may not be shown.
    NotDisclosed,
}

/// The person's own records in one data set, or nothing at all when they are marked 不開示該当. Exchanges that others made about the person
/// have no part in it.
pub fn own_data(records: &[ReplicaRecord], hidden: bool, today: Date) -> OwnData {
    let published = records.iter().filter(|record| record.published.contains(today));
    let given = published.filter_map(|r| r.items.clone().map(|items| Given { key: r.key.clone(), items }));
    match given.collect::<Vec<Given>>() {
        given if !hidden && !given.is_empty() => OwnData::Records(given),
        _ => OwnData::NotDisclosed,
    }
}
