//! 府補助の実績: how many payments, and how much, belong to the prefecture's scheme and how much to the city's own.

use crate::child::rules::{ordinance, unruled};
use crate::child::store::claim as store;
use claims::Share as Paid;
use kernel::Yen;
use kernel::time::{Date, YearMonth};
use law::child_medical::{Share, subsidy_report};
use platform::city::CityProfile;
use platform::{Fault, Unit};
use std::collections::{BTreeMap, HashMap};

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// 府補助分, 市単独分, 要確認.
    pub share: String,
    /// 現物給付, 償還払い.
    pub way: &'static str,
    /// 入院, 外来.
    pub place: &'static str,
    /// 件数
    pub count: i64,
    /// 額
    pub amount: Yen,
}

type Periods = HashMap<String, Vec<(String, Date, Option<Date>)>>;

/// The 区分 of a person in a care month: the one in force on its first day, or the first that begins within it.
fn share_of(periods: &Periods, share: &Paid) -> String {
    let (first, last) = (share.care_month.first_day(), share.care_month.last_day());
    let all = periods.get(&share.recipient_no).map_or(&[][..], Vec::as_slice);
    let reaches = |(_, from, to): &&(String, Date, Option<Date>)| *from <= last && to.is_none_or(|to| to >= first);
    all.iter().find(reaches).map_or_else(|| "要確認".to_owned(), |(word, ..)| word.clone())
}

/// The report over the 審査月s (現物給付) and the months of decision (償還払い) from `from` to `to`.
///
/// # Errors
/// A person whose group the asker may not see, or the database's refusal.
pub async fn report(unit: &mut Unit, from: YearMonth, to: YearMonth) -> Result<Vec<Line>, Fault> {
    unit.permit(kernel::access::Action::Print, "kodomo.claim").await?;
    let mut periods = Periods::new();
    for (recipient, word, valid_from, valid_to) in store::shares(&mut unit.tx).await? {
        periods.entry(recipient).or_default().push((word, valid_from, valid_to));
    }
    let mut sums: BTreeMap<(String, &'static str, &'static str), (i64, Yen)> = BTreeMap::new();
    let place = |inpatient: bool| if inpatient { "入院" } else { "外来" };
    let mut add = |key: (String, &'static str, &'static str), count: i64, amount: Yen| {
        let sum = sums.entry(key).or_default();
        *sum = (sum.0 + count, sum.1 + amount);
    };
    for share in claims::shares(unit, from, to).await? {
        add((share_of(&periods, &share), "現物給付", place(share.inpatient)), share.count, share.amount);
    }
    for (word, inpatient, count, amount) in store::granted(&mut unit.tx, from, to).await? {
        add((word, "償還払い", place(inpatient)), count, amount);
    }
    // Sums only: nobody's record is shown.
    unit.note(format!("府補助実績 {}〜{}", from.compact(), to.compact()));
    Ok(sums.into_iter().map(|((share, way, place), (count, amount))| Line { share, way, place, count, amount }).collect())
}

/// 補助金の額 of the 府補助分, as the outline computes it on a day.
///
/// # Errors
/// No ratio in force on that day.
pub fn subsidy(city: &CityProfile, lines: &[Line], on: Date) -> Result<Yen, Fault> {
    let word = |share: Share| lines.iter().filter(move |l| l.share == share.label_ja()).map(move |l| (share, l.amount));
    let payments: Vec<(Share, Yen)> =
        [Share::Prefectural, Share::Municipal, Share::Undetermined].into_iter().flat_map(word).collect();
    Ok(subsidy_report(&payments, on, ordinance(city)?).map_err(unruled)?.subsidy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_share_that_reaches_into_the_care_month_counts() {
        let day = |m, d| Date::constant(2026, m, d);
        let periods = Periods::from([(
            "0000017".to_owned(),
            vec![("府補助分".to_owned(), day(4, 1), Some(day(9, 15))), ("市単独分".to_owned(), day(9, 16), None)],
        )]);
        let share = |month, recipient: &str| Paid {
            recipient_no: recipient.into(),
            care_month: YearMonth { year: 2026, month },
            inpatient: false,
            count: 1,
            amount: Yen(100),
        };
        assert_eq!(share_of(&periods, &share(9, "0000017")), "府補助分");
        assert_eq!(share_of(&periods, &share(10, "0000017")), "市単独分");
        assert_eq!(share_of(&periods, &share(3, "0000017")), "要確認", "before any entitlement");
        assert_eq!(share_of(&periods, &share(9, "0000025")), "要確認", "nobody of ours");
    }
}
