//! 付番: the next 団番, and as many as a load needs.

use crate::store;
use kernel::ident::DanNo;
use platform::Fault;
use platform::case;
use platform::db::Tx;
use platform::fault::FaultKind;

const COUNTER: &str = "hub.dan_no";

/// The next 団番.
///
/// # Errors
/// The database's refusal, or no serial left.
pub async fn next(tx: &mut Tx) -> Result<DanNo, Fault> {
    many(tx, 1).await?.pop().ok_or_else(exhausted)
}

/// The next `n` 団番, in order. Serials whose check digit the specification leaves open are skipped, and numbers that somebody brought from
/// an earlier system.
///
/// # Errors
/// The database's refusal, or no serial left.
pub async fn many(tx: &mut Tx, n: usize) -> Result<Vec<DanNo>, Fault> {
    let mut numbers = Vec::with_capacity(n);
    while numbers.len() < n {
        let wanted = i64::try_from(n - numbers.len()).map_err(|_| exhausted())?;
        let last = case::reserve_numbers(&mut *tx, COUNTER, wanted).await?;
        if last > LAST_SERIAL {
            return Err(exhausted());
        }
        let serials = (last - wanted + 1)..=last;
        let new: Vec<DanNo> = serials.filter_map(|s| u64::try_from(s).ok()).filter_map(|s| DanNo::issue(s).ok()).collect();
        let (Some(first), Some(last)) = (new.first(), new.last()) else { continue };
        let taken = store::dans_between(tx, first, last).await?;
        numbers.extend(new.into_iter().filter(|n| !taken.contains(n)));
    }
    Ok(numbers)
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
