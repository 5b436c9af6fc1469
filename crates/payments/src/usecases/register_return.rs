//! The bank could not pay: 口座相違, 該当口座なし, 名義相違.

use crate::store;
use kernel::Date;
use platform::{Fault, Unit};

/// What the bank said.
#[derive(Debug, Clone)]
pub struct Return<'a> {
    /// Number of the payment.
    pub payment: i64,
    /// Day.
    pub on: Date,
    /// Reason.
    pub reason: &'a str,
}

/// Registers the return; answers the origin, which the programme may then ask to pay again.
///
/// # Errors
/// A payment that was not sent.
pub async fn register_return(unit: &mut Unit, back: Return<'_>) -> Result<String, Fault> {
    let payment = store::find(&mut unit.tx, back.payment).await?;
    if payment.office != unit.staff().office() {
        return Err(Fault::missing("支払"));
    }
    if !store::mark_returned(&mut unit.tx, back.payment, back.on, back.reason).await? {
        return Err(Fault::conflict("振込不能を登録できません", "この支払はまだ送っていないか、既に返却されています"));
    }
    Ok(payment.origin)
}
