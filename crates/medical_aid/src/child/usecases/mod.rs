//! What the office does, one verb a file.

pub mod apply;
pub mod apply_claim;
pub mod card;
pub mod change;
pub mod decide;
pub mod double_benefit;
pub mod grant;
pub mod insurer_notice;
pub mod loss;
pub mod notice;
pub mod recommend;
pub mod record_evidence;
pub mod record_income;
pub mod refund;
pub mod refuse;
pub mod renewal;
pub mod review_claim;
pub mod review_correction;
pub mod subsidy;
pub mod suspend;
