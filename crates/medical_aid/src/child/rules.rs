//! The values of law that this programme works with, and who may decide by the 専決規程.

use kernel::ident::KohiBearerNo;
use kernel::{Date, Yen};
use law::params::{ChildMedical, Params};
use platform::city::CityProfile;
use platform::{City, Fault};

/// All parameters of a city.
///
/// # Errors
/// A city without parameters, or a file that cannot be read: nothing is decided then.
pub fn params(city: &CityProfile) -> Result<&'static Params, Fault> {
    Params::of(&city.code).map_err(|why| Fault::conflict("制度の値を読めません", why.to_string()))
}

/// A city's ordinance on 子ども医療費助成.
///
/// # Errors
/// As [`params`].
pub fn ordinance(city: &CityProfile) -> Result<&'static ChildMedical, Fault> {
    Ok(&params(city)?.child_medical)
}

/// A rule that could not be applied, as a fault.
pub fn unruled(error: impl std::fmt::Display) -> Fault {
    Fault::conflict("判定できません", error.to_string())
}

/// Rank and rule that decide an act of the table (`grant`, `reimbursement` …), for an amount where the act pays.
///
/// # Errors
/// An act that the 専決規程 does not name: nobody may decide it.
pub fn rank(city: &CityProfile, act: &str, amount: Option<Yen>, on: Date) -> Result<(i64, String), Fault> {
    decided_by(city, "child_medical", act, amount, on)
}

/// [`rank`] for the acts of the shared slices, such as `payments` `expenditure`.
///
/// # Errors
/// As [`rank`].
pub fn decided_by(city: &CityProfile, programme: &str, act: &str, amount: Option<Yen>, on: Date) -> Result<(i64, String), Fault> {
    let required = law::approval::required_rank(programme, act, amount, on, &params(city)?.approval).map_err(unruled)?;
    let rule = format!("{} {} {}専決", required.row.facts.legal_basis, required.row.value.label_ja, required.rank.label_ja());
    Ok((required.rank.number(), rule))
}

/// 公費負担者番号 of the city for this scheme: 法別番号, prefecture, municipality and check digit.
///
/// # Errors
/// A city code that is not six digits.
pub fn bearer_no(profile: &CityProfile, on: Date) -> Result<KohiBearerNo, Fault> {
    let law = &ordinance(profile)?.law_code.at(on).map_err(unruled)?.value;
    let body = format!("{law}{}", profile.code.get(..5).unwrap_or_default());
    KohiBearerNo::from_body(&body).map_err(unruled)
}

/// 教示 of a notice of this city.
///
/// # Errors
/// As [`params`].
pub fn instruction(city: &City) -> Result<Vec<String>, Fault> {
    let (authority, defendant) = (mayor(city), city.profile().name_ja.as_str());
    law::redress::instruction_ja(&authority, &authority, defendant, city.today(), &params(city.profile())?.redress)
        .map_err(unruled)
}

/// みなと市長
pub fn mayor(city: &City) -> String {
    format!("{}長", city.profile().name_ja)
}
