//! The monthly cap: what a person paid in a month at all institutions together.

use super::claim::Claim;
use kernel::money::Yen;
use kernel::time::YearMonth;

/// A person who paid more than the cap in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapExcess {
    /// 公費負担者番号 as a number.
    pub bearer: u32,
    /// 受給者番号 as a number.
    pub recipient: u32,
    /// 診療年月.
    pub month: YearMonth,
    /// Co-payments of the month.
    pub paid: Yen,
    /// What is to be given back: `paid` − cap.
    pub excess: Yen,
    /// The claims it is made of (places in the slice), those with an amount only.
    pub claims: Vec<u32>,
}

/// Co-payments per person and month of care that exceed `cap` yen, in order of bearer, recipient and month.
///
/// The caller passes all standing claims of the months in question, whenever they were examined: a late receipt raises the sum of its
/// month of care. Claims without an amount, or without a readable recipient, do not count.
pub fn monthly_excess(claims: &[Claim], cap: Yen) -> Vec<CapExcess> {
    let counted = |c: &Claim| c.recipient != u32::MAX && c.copay.is_some_and(|paid| paid != Yen::ZERO);
    let mut order: Vec<(u64, i32, u32)> = claims
        .iter()
        .enumerate()
        .filter(|(_, c)| counted(c))
        .map(|(i, c)| {
            let person = u64::from(c.bearer) << 32 | u64::from(c.recipient);
            (person, c.month.index(), u32::try_from(i).unwrap_or(u32::MAX))
        })
        .collect();
    order.sort_unstable();
    let claim = |i: u32| claims.get(i as usize);
    order
        .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .filter_map(|group| {
            let first = claim(group.first()?.2)?;
            let paid: Yen = group.iter().filter_map(|(_, _, i)| claim(*i)?.copay).sum();
            (paid > cap).then(|| CapExcess {
                bearer: first.bearer,
                recipient: first.recipient,
                month: first.month,
                paid,
                excess: paid - cap,
                claims: group.iter().map(|(_, _, i)| *i).collect(),
            })
        })
        .collect()
}
