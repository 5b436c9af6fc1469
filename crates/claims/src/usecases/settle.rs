//! The monthly cap across institutions and senders: more when a receipt comes, less again when one is taken back.

use crate::scheme::Scheme;
use crate::store;
use kernel::Yen;
use kernel::time::YearMonth;
use platform::{Fault, Unit, outbox};
use ports::{MONTH_SETTLED, MonthSettled};

/// Adds up the co-payments of everybody whose care months a 審査月 touches; answers how many exceed the cap.
///
/// # Errors
/// A rule without a value in force; the database's refusal.
pub async fn month(unit: &mut Unit, scheme: &dyn Scheme, month: YearMonth) -> Result<usize, Fault> {
    let sums = store::copays(&mut unit.tx, month).await?;
    keep(unit, scheme, sums).await
}

/// Adds up again after receipts were taken back.
///
/// # Errors
/// As [`month`].
pub async fn again(unit: &mut Unit, scheme: &dyn Scheme, receipts: &[i64]) -> Result<(), Fault> {
    for receipt in receipts {
        let sums = store::copays_of(&mut unit.tx, *receipt).await?;
        keep(unit, scheme, sums).await?;
    }
    Ok(())
}

async fn keep(unit: &mut Unit, scheme: &dyn Scheme, sums: Vec<(String, String, YearMonth, Yen)>) -> Result<usize, Fault> {
    let now = unit.now();
    let known = store::excess_keys(&mut unit.tx).await?;
    let mut over = 0;
    for (bearer, recipient, care, paid) in sums {
        let excess = paid.less(scheme.monthly_cap(care)?);
        let key = (bearer, recipient, care);
        over += usize::from(excess > Yen::ZERO);
        if excess > Yen::ZERO || known.contains(&key) {
            store::set_copay(&mut unit.tx, &key, paid, excess, now).await?;
            // Whether money follows, and how much of it has been paid before, is the programme's to know.
            let settled = MonthSettled { recipient_no: key.1, care_month: care, paid };
            outbox::publish(unit, MONTH_SETTLED, &settled).await?;
        }
    }
    Ok(over)
}
