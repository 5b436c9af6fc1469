//! 付番: the next 団番, and as many as a load needs.

use crate::store::{self, deletion};
use kernel::ident::DanNo;
use platform::fault::FaultKind;
use platform::{Fault, Unit, case};

const COUNTER: &str = "hub.dan_no";

/// The next 団番.
///
/// # Errors
/// The database's refusal, or no serial left.
pub async fn next(unit: &mut Unit) -> Result<DanNo, Fault> {
    many(unit, 1).await?.pop().ok_or_else(exhausted)
}

/// The next `n` 団番, in order. Serials whose check digit the specification leaves open are skipped, and numbers that somebody brought from
/// an earlier system or had before they were deleted.
///
/// # Errors
/// The database's refusal, or no serial left.
pub async fn many(unit: &mut Unit, n: usize) -> Result<Vec<DanNo>, Fault> {
    let mut numbers = Vec::with_capacity(n);
    while numbers.len() < n {
        let wanted = i64::try_from(n - numbers.len()).map_err(|_| exhausted())?;
        let last = case::reserve_numbers(&mut unit.tx, COUNTER, wanted).await?;
        if last > LAST_SERIAL {
            return Err(exhausted());
        }
        let serials = (last - wanted + 1)..=last;
        let new: Vec<DanNo> = serials.filter_map(|s| u64::try_from(s).ok()).filter_map(|s| DanNo::issue(s).ok()).collect();
        let (Some(first), Some(last)) = (new.first(), new.last()) else { continue };
        let taken = store::dans_between(&mut unit.tx, first, last).await?;
        let anybody = deletion::anybody_removed(&mut unit.tx).await?;
        for number in new.into_iter().filter(|n| !taken.contains(n)) {
            let token = removed_token(unit, number.as_str())?;
            if !anybody || !deletion::is_removed(&mut unit.tx, &token).await? {
                numbers.push(number);
            }
        }
    }
    Ok(numbers)
}

/// What remains of a number after its person was deleted.
///
/// # Errors
/// The key ring's refusal.
pub fn removed_token(unit: &Unit, number: &str) -> Result<Vec<u8>, Fault> {
    Ok(unit.city().keys().token("hub.removed", number)?)
}

/// Fourteen digits stand before the check digit.
const LAST_SERIAL: i64 = 99_999_999_999_999;

fn exhausted() -> Fault {
    Fault::new(
        FaultKind::Defect,
        "団体内統合宛名番号を発番できません",
        "発番できる連番がありません",
        "情報政策課へ連絡してください",
    )
}
