//! Lines between zones: who may talk, who is refused and what the refusal says.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its lines has failed")]

mod files;
mod refused;
mod support;
mod talking;
