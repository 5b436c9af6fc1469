//! What a city decides for itself.

use kernel::Date;
use platform::Fault;

/// Who may decide an act of the hub: rank and the rule that says so.
pub type RankRule = fn(&str, Date) -> Result<(i64, String), Fault>;

/// The city's rules.
#[derive(Clone, Copy)]
pub struct Rules {
    /// 専決規程
    pub rank: RankRule,
}
