//! The days on which a child may use the card, from the decided rows.

use crate::child::model::{Recipient, SharePeriod};
use kernel::time::{Date, Period};
use law::child_medical::{Share, Span};

/// The valid days of a row, its 停止 taken out. A cancelled row has none.
pub fn periods(row: &Recipient) -> Vec<Period> {
    if row.cancelled_on.is_some() || row.valid_to.is_some_and(|to| to < row.valid_from) {
        return vec![];
    }
    let whole = Period { from: row.valid_from, to: row.valid_to };
    let Some(stop) = suspension(row) else { return vec![whole] };
    let mut parts = vec![];
    if let Some(before) = stop.from.yesterday().ok().filter(|d| *d >= whole.from) {
        parts.push(Period { from: whole.from, to: Some(whole.to.map_or(before, |to| to.min(before))) });
    }
    if let Some(after) = stop.to.and_then(|d| d.tomorrow().ok()).filter(|d| whole.to.is_none_or(|to| *d <= to)) {
        parts.push(Period { from: after, to: whole.to });
    }
    parts
}

/// The days on which the card rests.
pub fn suspension(row: &Recipient) -> Option<Period> {
    let from = row.suspended_on?;
    Some(Period { from, to: row.resumed_on.and_then(|d| d.yesterday().ok()) })
}

/// The valid days of a child as the law reads them.
pub fn spans(rows: &[Recipient]) -> Vec<Span> {
    let all = rows.iter().flat_map(periods);
    all.map(|period| Span { period, share: Share::Undetermined, certain: true }).collect()
}

/// 府市区分 on a day, in words.
pub fn share_on(shares: &[SharePeriod], day: Date) -> Option<String> {
    let on = |s: &&SharePeriod| Period { from: s.valid_from, to: s.valid_to }.contains(day);
    shares.iter().find(on).map(|s| s.share.clone())
}
