//! The 住基ネット peer over both databases, and code acquisition over real lines.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot set up its zones has failed")]

mod lines;
mod mutual_tls;
mod numbers;
mod provision;
mod support;
