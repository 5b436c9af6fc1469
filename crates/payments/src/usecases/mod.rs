//! What can be done.

pub mod bank_file;
pub mod demand;
pub mod recall;
pub mod register_return;
pub mod request;
pub mod transfer;
