//! 符号取得状況: how many people have a 符号, who has none, and since when. The page and the city read the same.

use crate::keeper::Keeper;
use crate::store::replica::{ACQUISITION_LIST, ACQUISITIONS, list};
use platform::Fault;
use platform::db::Tx;
use platform::params;
use wire::acquire::{AcquisitionCount, AcquisitionStatus, WithoutCode};

/// People listed at once.
pub(crate) const PEOPLE: i64 = 200;

/// Where everybody stands.
pub(crate) async fn status(tx: &mut Tx) -> Result<AcquisitionStatus, Fault> {
    let mut status = AcquisitionStatus::default();
    for row in list(tx, ACQUISITIONS, vec![]).await? {
        status.counts.push(AcquisitionCount {
            state: row.get("state")?,
            reason: row.get("reason")?,
            people: row.get("n")?,
            oldest: row.get("oldest")?,
        });
    }
    for row in list(tx, ACQUISITION_LIST, params![PEOPLE]).await? {
        status.without.push(WithoutCode {
            dan: row.get("dan_no")?,
            state: row.get("state")?,
            reason: row.get("reason")?,
            since: row.get("since")?,
        });
    }
    Ok(status)
}

impl Keeper {
    /// [`AcquisitionStatus`] for the city's own page.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn code_status(&self) -> Result<AcquisitionStatus, Fault> {
        status(&mut self.city().db().read().await?).await
    }
}
