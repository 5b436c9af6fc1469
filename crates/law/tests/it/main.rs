//! The worked examples of `cases/` and the properties of the rules.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a wrong case file must stop the test")]

mod approval;
mod child_medical;
mod facts;
mod money;
mod properties;
mod resident;
mod support;
