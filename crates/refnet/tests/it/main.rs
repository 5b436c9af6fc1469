//! The network over both databases, with gateways in memory.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set up its network has failed"
)]

mod browser;
mod durable;
mod exchange;
mod list;
mod pages;
mod portal;
mod refused;
mod support;
