//! 同意: recorded before an inquiry that needs it; without it nothing leaves the city.

use crate::keeper::Keeper;
use crate::model::Consent;
use crate::store::registers;
use kernel::ident::DanNo;
use kernel::time::Date;
use platform::Fault;
use serde::{Deserialize, Serialize};
use wire::ident::{DataSetId, ProcedureId};

/// A consent as the city sends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewConsent {
    /// Who consents.
    pub dan: DanNo,
    /// To which procedure.
    pub procedure: ProcedureId,
    /// To what being asked for.
    pub data_set: DataSetId,
    /// Day of the consent.
    pub given_on: Date,
    /// Last day on which it holds; open when there is none.
    #[serde(default)]
    pub until: Option<Date>,
    /// Where the paper is.
    pub evidence: String,
}

impl Keeper {
    /// Records consents; the same day again corrects end and paper.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn record_consents(&self, all: &[NewConsent]) -> Result<(), Fault> {
        let mut tx = self.write().await?;
        for new in all {
            let row = Consent {
                id: 0,
                dan_no: new.dan.clone(),
                procedure_code: new.procedure.to_string(),
                data_set: new.data_set.to_string(),
                given_on: new.given_on,
                until: new.until,
                evidence: new.evidence.clone(),
                recorded_at: self.city().now(),
            };
            registers::consent(&mut tx, &row).await?;
        }
        Ok(tx.commit().await?)
    }
}
