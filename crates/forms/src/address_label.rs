//! 送付用宛名: a cover sheet whose address shows in the window of a 長形3号 envelope.

use crate::parts::{Addressee, Contact};
use serde::Serialize;

/// One cover sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AddressLabel {
    /// 宛先.
    pub to: Addressee,
    /// Line above the address, such as 親展 or 転送不要.
    pub marks: Vec<String>,
    /// 日付.
    pub date: String,
    /// What is enclosed, one item a line.
    pub enclosed: Vec<String>,
    /// A short message.
    pub message: String,
    /// The sender.
    pub contact: Contact,
}
