//! Dated values of law, ordinance and contract.
//!
//! Every row of `params/<area>/*.toml` carries its value, the days it applies, its legal basis, its source and the day somebody
//! checked it there; an empty `verified_on` means 未確認 and is shown as such. The files are part of the program; [`Params::load`]
//! reads them once at start and refuses overlapping, misspelt or mistyped rows, so that no formula can meet a wrong table later.

mod areas;
mod sheet;

pub use areas::{
    ApprovalRule, ApprovalRules, BenefitRates, ChildMedical, City, ExaminationFees, MoveOutRule, Params, Rank, Redress,
    ResidentRules, TransferOrder,
};
pub use sheet::{Dated, Gap, ParamError, Row, RowFacts};
