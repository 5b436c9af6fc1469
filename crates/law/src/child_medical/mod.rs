//! 子ども医療費助成: who is in the scheme, what the family pays, what is paid back.
//!
//! Law: the city's 条例 and 規則 (a table per city under `params/child_medical/`), 府福祉医療費助成事業費補助金交付要綱 for the
//! prefecture's share. Order of payers: national public schemes, then 高額療養費 and 附加給付, then this aid.

mod card;
mod copay;
mod eligibility;
mod facts;
mod loss;
mod prefectural;
mod reimbursement;

pub use card::card_expiry;
pub use copay::{Care, Copay, DayCharge, Discipline, Due, InKind, Settlement, by_day, by_month, check_in_kind, settle_month};
pub use eligibility::{Eligibility, Span, days_outside, eligibility, period_around};
pub use facts::{
    EndCause, Fact, Facts, Income, IncomeAnswer, Inquiry, Insurance, OtherScheme, Relief, ReliefKind, Residence, SchemeKind,
    SchoolLeave,
};
pub use loss::{Loss, LossDecision, MoveOut, loss};
pub use prefectural::{Share, SubsidyReport, Tally, income_limit, income_year, preschool_end, subsidy_report};
pub use reimbursement::{Charges, Claim, ClaimLine, Contribution, Reimbursement, Stay, double_benefit, reimbursement};
