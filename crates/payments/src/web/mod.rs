//! The pages.

pub mod list;
pub mod transfer;
