//! The exchange, told as a clerk or an auditor would tell it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a broken expectation must stop the test"
)]

mod acquiring;
mod asking;
mod codes;
mod envelopes;
mod inventory;
mod items;
mod passages;
mod permits;
mod permitted_list;
mod providing;
mod records;
mod replicas;
mod support;
