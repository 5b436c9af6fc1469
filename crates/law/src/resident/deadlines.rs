//! By which day an event must be notified, and on which day a move out erases the record.

use crate::params::{ParamError, ResidentRules, Row};
use kernel::time::Date;

/// A duty to notify, with the day its period starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notification {
    /// 転入 (also 国外転入): the day of moving in.
    MoveIn(Date),
    /// 特例転入 with the card: the day of moving in and the planned day of leaving; the earlier limit counts.
    CardMoveIn {
        /// 転入をした日
        moved_in: Date,
        /// 転出の予定年月日
        planned_out: Date,
    },
    /// 転居: the day of moving.
    MoveWithin(Date),
    /// 転出 that was not notified beforehand: the day of moving out.
    MoveOutLate(Date),
    /// 世帯・世帯主の変更: the day of the change.
    HouseholdChange(Date),
    /// 出生: the day of birth, which is day one.
    Birth(Date),
    /// 死亡: the day it became known, which is day one.
    Death(Date),
}

/// The last day of a period, and the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Last day; if the office is closed then, the next day it opens.
    pub last_day: Date,
    /// Article.
    pub article: String,
    /// Parameter row.
    pub param: String,
}

fn after(day: Date, days: i64) -> Date {
    day.checked_add(jiff::Span::new().try_days(days).unwrap_or_default()).unwrap_or(day)
}

/// `n` months later or earlier; the last day of the month where the day does not exist. Out of range leaves the day.
pub(crate) fn shift_months(day: Date, months: i64) -> Date {
    day.checked_add(jiff::Span::new().try_months(months).unwrap_or_default()).unwrap_or(day)
}

/// `n` years later or earlier; 28 February where 29 February does not exist.
pub(crate) fn shift_years(day: Date, years: impl Into<i64>) -> Date {
    day.checked_add(jiff::Span::new().try_years(years.into()).unwrap_or_default()).unwrap_or(day)
}

/// The last day on which an event can be notified in time. `closed` says on which days the office is closed (民法142条).
///
/// # Errors
/// [`ParamError::NotInForce`].
pub fn notify_by(
    notification: Notification,
    rules: &ResidentRules,
    closed: impl Fn(Date) -> bool,
) -> Result<Deadline, ParamError> {
    // 民法140条: the first day is not counted, except where 戸籍法43条 counts it.
    let (last, row): (Date, &Row<i64>) = match notification {
        Notification::MoveIn(day) => with(day, rules.move_in_days.at(day)?, 0),
        Notification::MoveWithin(day) => with(day, rules.move_within_days.at(day)?, 0),
        Notification::MoveOutLate(day) => with(day, rules.move_out_late_days.at(day)?, 0),
        Notification::HouseholdChange(day) => with(day, rules.household_change_days.at(day)?, 0),
        Notification::Birth(day) => with(day, rules.birth_days.at(day)?, 1),
        Notification::Death(day) => with(day, rules.death_days.at(day)?, 1),
        Notification::CardMoveIn { moved_in, planned_out } => {
            let by_move = with(moved_in, rules.card_move_in_days.at(moved_in)?, 0);
            let by_plan = with(planned_out, rules.card_move_in_planned_days.at(planned_out)?, 0);
            if by_move.0 <= by_plan.0 { by_move } else { by_plan }
        }
    };
    let mut last_day = last;
    while closed(last_day) {
        match last_day.tomorrow() {
            Ok(next) => last_day = next,
            Err(_) => break,
        }
    }
    Ok(Deadline { last_day, article: row.facts.legal_basis.clone(), param: row.facts.id() })
}

fn with(day: Date, row: &Row<i64>, counted: i64) -> (Date, &Row<i64>) {
    (after(day, row.value - counted), row)
}

/// 消除日 of a move out: the planned day, or the day of moving in that the other city reports if that is earlier
/// (住民記録システム標準仕様書).
pub fn erased_on(planned_on: Date, moved_in_on: Option<Date>) -> Date {
    moved_in_on.map_or(planned_on, |day| day.min(planned_on))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::{City, Params};
    use jiff::civil::date;

    fn last_day(n: Notification) -> Date {
        notify_by(n, &Params::load(City::Minato).unwrap().resident, |_| false).unwrap().last_day
    }

    #[test]
    fn the_first_day_counts_only_for_births_and_deaths() {
        let day = date(2026, 9, 1);
        assert_eq!(last_day(Notification::MoveIn(day)), date(2026, 9, 15));
        assert_eq!(last_day(Notification::MoveWithin(day)), date(2026, 9, 15));
        assert_eq!(last_day(Notification::Birth(day)), date(2026, 9, 14));
        assert_eq!(last_day(Notification::Death(day)), date(2026, 9, 7));
    }

    #[test]
    fn a_card_move_in_ends_with_the_earlier_of_two_limits() {
        let early = Notification::CardMoveIn { moved_in: date(2026, 9, 1), planned_out: date(2026, 9, 1) };
        assert_eq!(last_day(early), date(2026, 9, 15));
        let late = Notification::CardMoveIn { moved_in: date(2026, 9, 30), planned_out: date(2026, 9, 1) };
        assert_eq!(last_day(late), date(2026, 10, 1));
    }

    #[test]
    fn a_period_that_ends_on_a_closed_day_ends_on_the_next_open_one() {
        let rules = Params::load(City::Minato).unwrap().resident;
        let closed = |d: Date| d == date(2026, 9, 15) || d == date(2026, 9, 16);
        let by = notify_by(Notification::MoveIn(date(2026, 9, 1)), &rules, closed).unwrap();
        assert_eq!(by.last_day, date(2026, 9, 17));
        assert_eq!(by.article, "住民基本台帳法22条1項");
        assert!(
            notify_by(Notification::MoveIn(date(2026, 9, 1)), &rules, |_| true).is_ok(),
            "an office that never opens ends too"
        );
    }
}
