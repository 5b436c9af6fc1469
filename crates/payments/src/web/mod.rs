//! The pages.

pub mod demand;
pub mod list;
mod paper;
pub mod returned;
pub mod transfer;

pub use paper::letterhead;
