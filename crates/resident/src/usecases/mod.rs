//! What happens at the counter, one verb a file. Each is drafted (仮登録), decided by the rank of the 専決規程, and only then in the register.

pub mod birth;
pub mod cancel;
pub mod correct;
pub mod death;
pub mod household;
pub mod issue_certificate;
pub mod items;
pub mod move_in;
pub mod move_out;
pub mod move_within;
pub mod numbers;
pub mod protection;
pub mod protection_term;
pub mod release;
pub mod restate;

use kernel::Date;
use law::params::Params;
use platform::{Fault, Unit};

/// The city's parameters.
///
/// # Errors
/// A city without parameters, or a defect in `params/`.
pub fn rules(unit: &Unit) -> Result<&'static Params, Fault> {
    let code = &unit.city().profile().code;
    Params::of(code).map_err(|why| Fault::conflict("法令の値を読めません", why.to_string()))
}

/// Rank and rule that decide an act of the resident registry.
///
/// # Errors
/// An act that the 専決規程 does not name may be decided by nobody.
pub fn rank(unit: &Unit, act: &str, on: Date) -> Result<(i64, String), Fault> {
    let required = law::approval::required_rank("resident", act, None, on, &rules(unit)?.approval);
    let required = required.map_err(|_| Fault::refused("この異動を決裁できる職が専決規程にありません"))?;
    Ok((required.rank.number(), format!("{} {}", required.row.facts.legal_basis, required.rank.label_ja())))
}
