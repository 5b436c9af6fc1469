//! 同意の登録: whose, to which procedure and data set, on which paper.

use super::person;
use crate::model::{CONSENT, Consent};
use kernel::Date;
use kernel::ident::AtenaNo;
use platform::{Fault, Unit};
use ports::HubPort;
use wire::ident::{DataSetId, ProcedureId};

/// A consent as it was read from its paper.
#[derive(Debug, Clone)]
pub struct NewConsent {
    /// Who.
    pub who: AtenaNo,
    /// To which procedure.
    pub procedure: ProcedureId,
    /// To what being asked for.
    pub data_set: DataSetId,
    /// Day on the paper.
    pub given_on: Date,
    /// Last day; open when there is none.
    pub until: Option<Date>,
    /// Which paper.
    pub evidence: String,
}

/// Records a consent; the courier takes it to the gateway.
///
/// # Errors
/// A person without 団番, a day that has not come, an end before the beginning, a refusal.
pub async fn record(unit: &mut Unit, hub: &dyn HubPort, new: NewConsent) -> Result<i64, Fault> {
    if new.given_on > unit.today() {
        return Err(Fault::field("given_on", "同意日が先の日付です。書類の日付を確かめてください"));
    }
    if new.until.is_some_and(|until| until < new.given_on) {
        return Err(Fault::field("until", "同意の終わりが同意日より前です"));
    }
    let (subject, dan_no) = person(unit, hub, &new.who).await?;
    unit.require(subject, &[CONSENT]).await?;
    let (now, seq) = (unit.now(), unit.seq().await?);
    let row = Consent {
        id: 0,
        atena_no: new.who,
        dan_no,
        procedure_code: new.procedure.to_string(),
        data_set: new.data_set.to_string(),
        given_on: new.given_on,
        until: new.until,
        evidence: new.evidence,
        recorded_by: unit.staff().name.clone(),
        recorded_at: now,
        sent_at: None,
        seq,
    };
    Ok(row.insert(&mut unit.tx).await?)
}
