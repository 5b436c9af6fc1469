//! The concrete cases of the exchange with all zones running: six processes, each with its own database, keys and certificate.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod capture;
mod changed_and_returned;
mod fled_family;
mod postgres;
mod start;
mod world;
mod wrong_twin;
