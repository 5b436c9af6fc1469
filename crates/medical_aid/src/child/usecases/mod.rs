//! What the office does, one verb a file.

pub mod apply;
pub mod card;
pub mod decide;
pub mod grant;
pub mod record_income;
pub mod refuse;
