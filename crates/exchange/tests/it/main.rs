//! The desk of 情報連携 with a gateway that answers as a test says, on every database at hand.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod asking;
mod copies;
mod pages;
mod peer;
mod providing;
mod retention;
mod world;
