//! All SQL of 子ども医療費助成.

pub mod claim;
pub mod decision;
pub mod eligibility;

use platform::db::Statement;

/// Every statement of the programme.
pub fn statements() -> Vec<Statement> {
    [eligibility::STATEMENTS, decision::STATEMENTS, claim::STATEMENTS].concat()
}
