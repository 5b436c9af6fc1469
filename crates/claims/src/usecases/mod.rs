//! What can be done.

pub mod bill;
pub mod pay_bill;
pub mod receive;
pub mod send_back;
