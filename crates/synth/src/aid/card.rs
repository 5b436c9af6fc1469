//! 医療証: issued on entitlement, renewed every spring for everybody, replaced when lost, collected after the loss.

use super::Family;
use crate::dice::{Dice, plus_days, ymd};
use crate::model::{Card, ChildAid};
use crate::people::plan::Feature;
use kernel::time::{Date, Period, fiscal_year};

/// Cards of years long past are not kept.
const KEPT_YEARS: i16 = 2;

/// The cards of all entitlements that stand.
pub(super) fn issue(family: &Family<'_>, first: bool, aid: &mut ChildAid, dice: &mut Dice) {
    let today = family.today;
    let received_on = aid.application.as_ref().map_or(today, |a| a.received_on);
    let mut cards = Vec::new();
    for entitlement in aid.entitlements.iter().filter(|e| e.record.cancelled_on.is_none()) {
        let begin = entitlement.acquired_on;
        let decided = reference::holidays::office_day_from(plus_days(received_on.max(begin), 5)).min(today);
        let last = entitlement.last_day.unwrap_or(Date::MAX).min(entitlement.age_limit_on);
        for year in fiscal_year(begin).max(fiscal_year(today) - KEPT_YEARS)..=fiscal_year(today) {
            let from = begin.max(ymd(year, 4, 1));
            let to = ymd(year + 1, 3, 31).min(entitlement.age_limit_on);
            if from > last || to < decided || from > today {
                continue;
            }
            let renewed = from > begin && decided < from;
            let issued_on = if renewed { reference::holidays::office_day_from(ymd(year, 3, 16)) } else { decided };
            let (reissue, issue, reason) =
                if renewed { ("更新", "一括", "年次更新") } else { ("新規", "即時", "新規認定") };
            let valid = Period { from, to: Some(to) };
            let form = "医療証";
            cards.push(Card { valid, issued_on, processed_on: issued_on, form, reissue, issue, reason, collected: None });
        }
        let lost = entitlement.lost_on.filter(|day| *day <= today);
        if let (Some(lost_on), Some(card)) = (lost, cards.last_mut()) {
            let back = reference::holidays::office_day_from(plus_days(lost_on, dice.between(0, 30)));
            if back <= today && dice.per_mille(700) {
                let how = if dice.per_mille(850) { "返還" } else { "破棄の届出" };
                card.collected = Some((back, how, entitlement.record.ward));
            }
        }
    }
    if first && family.has(Feature::LostCard) {
        replace(&mut cards, today);
    }
    aid.cards = cards;
}

/// The current card was lost and found again after another one had been issued.
fn replace(cards: &mut Vec<Card>, today: Date) {
    let Some(lost) = cards.last_mut() else { return };
    let on = reference::holidays::office_day_from(plus_days(lost.issued_on.max(lost.valid.from), 20)).min(today);
    let found = reference::holidays::office_day_from(plus_days(on, 9)).min(today);
    lost.collected = Some((found, "返還", "02"));
    let valid = lost.valid;
    let (form, reissue, issue, reason) = ("医療証", "再発行", "即時", "紛失");
    cards.push(Card { valid, issued_on: on, processed_on: on, form, reissue, issue, reason, collected: None });
}
