//! The law: dated parameters and the rules of each programme as pure functions.
//!
//! Values go in, a [`kernel::decision::Decision`] comes out: numbered reasons with article and evidence, and a trace in which every
//! amount says how it came about. Nothing here reads a clock, a file at run time or a database. Amounts, ages and periods of law
//! live in `params/*.toml` ([`params`]), worked examples in `cases/*.toml`; formulas contain no literal amounts.

pub mod approval;
pub mod benefit_rate;
pub mod child_medical;
pub mod fees;
pub mod params;
mod reasons;
pub mod redress;
pub mod resident;

use thiserror::Error;

/// Why a rule could not be applied at all. A rule that lacks a *fact* answers 要確認 instead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RuleError {
    /// No value of law is in force on the day.
    #[error(transparent)]
    Param(#[from] params::ParamError),
    /// An amount that cannot be negative is negative.
    #[error("{what}が負の金額です。入力を確かめてください")]
    Negative {
        /// Name of the amount.
        what: &'static str,
    },
    /// The same institution, month and kind of care appears twice.
    #[error("同じ月・医療機関・入外の明細が二つあります。一つにまとめてください")]
    DuplicateLine,
    /// An amount too large to compute with.
    #[error("金額が大きすぎて計算できません。入力を確かめてください")]
    TooLarge,
}
