//! What can be done.

pub mod bill;
pub mod pay_bill;
pub mod recall;
pub mod receive;
pub mod receive_master;
pub mod send_back;
pub mod settle;
