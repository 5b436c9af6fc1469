//! 資格突合: receipts against the roster of people a municipality has entitled, in memory, a million a time.
//!
//! Nothing here decides anything: a finding is a reason for a clerk to look, with the days and the 事由 code that a request for
//! correction would name. Everything that law or ordinance sets is in [`Rules`].

mod cap;
mod claim;
mod day;
mod finding;
mod roster;
mod run;

pub use cap::{CapExcess, monthly_excess};
pub use claim::Claim;
pub use finding::{Check, Finding, Reason, Severity};
pub use roster::{Entitled, Roster};
pub use run::{CopayRule, RateRule, Report, Rules, Tally, check};
