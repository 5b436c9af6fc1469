//! Tests through the public interface, as a clerk would tell them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop at what it did not expect")]

mod check;
mod make;
mod reader;
mod robust;
mod round_trip;
