//! The exchange, told as a clerk or an auditor would tell it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a broken expectation must stop the test")]

mod codes;
mod inventory;
mod permits;
mod permitted_list;
mod support;
