//! What can be done.

pub mod register_return;
pub mod request;
pub mod transfer;
