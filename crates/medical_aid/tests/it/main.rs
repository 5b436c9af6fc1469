//! 子ども医療費助成 on both databases, told as the office would tell it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what does not hold stops the test")]

mod changes;
mod claims;
mod eligibility;
mod money;
mod office;
