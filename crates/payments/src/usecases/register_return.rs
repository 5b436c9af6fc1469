//! The bank could not pay: 口座相違, 該当口座なし, 名義相違.

use crate::store;
use kernel::Date;
use platform::{Fault, Unit};

/// Reasons for which a bank returns a transfer: the bank's code and the word.
pub const REASONS: [(&str, &str); 5] =
    [("1", "口座相違"), ("2", "該当口座なし"), ("3", "名義相違"), ("4", "口座解約"), ("8", "その他の振込不能")];

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
/// A payment that was not sent, or a day after today. (A bank that checks accounts beforehand may answer before the day of payment.)
pub async fn register_return(unit: &mut Unit, back: Return<'_>) -> Result<String, Fault> {
    let payment = store::find(&mut unit.tx, back.payment).await?;
    if payment.office != unit.staff().office() {
        return Err(Fault::missing("支払"));
    }
    if back.on > unit.today() {
        return Err(Fault::field("on", "返却日は、きょうまでの日にしてください"));
    }
    if !store::mark_returned(&mut unit.tx, back.payment, back.on, back.reason).await? {
        return Err(Fault::conflict("振込不能を登録できません", "この支払はまだ送っていないか、既に返却されています"));
    }
    Ok(payment.origin)
}
