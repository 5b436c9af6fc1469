//! 子ども医療費助成 on both databases, told as the office would tell it.

mod changes;
mod claims;
mod eligibility;
mod money;
mod office;
