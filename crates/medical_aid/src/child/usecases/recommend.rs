//! 勧奨: children of the city who have not applied.

use crate::child::rules::{ordinance, unruled};
use crate::child::store::eligibility as store;
use kernel::time::march_31_after;
use platform::{Fault, Unit};
use ports::{Ports, ResidentFacts};

/// Children whom the ordinance could cover today and for whom nobody has applied; the registry records the look as one bulk look.
///
/// # Errors
/// A rule without a value in force, or a refusal.
pub async fn list(unit: &mut Unit, ports: &Ports) -> Result<Vec<ResidentFacts>, Fault> {
    let today = unit.today();
    let age = ordinance(unit.city().profile())?.end_age.at(today).map_err(unruled)?.value;
    let oldest = today.checked_sub(jiff::Span::new().years(i64::from(age) + 1)).unwrap_or(today);
    let enrolled = store::enrolled(&mut unit.tx).await?;
    let mut all = ports.residents.born_between(unit, oldest, today, today).await?;
    all.retain(|p| !enrolled.contains(p.atena_no.as_str()) && march_31_after(p.birth.latest, age) >= today);
    all.sort_by_key(|p| std::cmp::Reverse(p.birth.earliest));
    Ok(all)
}
