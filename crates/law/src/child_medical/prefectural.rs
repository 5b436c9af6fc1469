//! 府市区分: whether the prefecture shares the cost, and the 府補助金 実績 that follows from it.

use super::facts::{Facts, Income, IncomeAnswer};
use crate::RuleError;
use crate::params::{ChildMedical, ParamError};
use kernel::decision::FactRef;
use kernel::money::{Rounding, Yen};
use kernel::time::{Date, fiscal_year, march_31_after, wareki, wareki_fiscal};

/// 府市区分
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Share {
    /// 府補助分: 就学前 and the guardian's income below the limit.
    Prefectural,
    /// 市単独分
    Municipal,
    /// Not known yet: the birth date or the income of that year is missing.
    Undetermined,
}

impl Share {
    /// The word on the badge.
    pub fn label_ja(self) -> &'static str {
        match self {
            Share::Prefectural => "府補助分",
            Share::Municipal => "市単独分",
            Share::Undetermined => "要確認",
        }
    }
}

/// The 府市区分 of one day with its grounds.
pub(super) struct ShareFinding {
    pub(super) share: Share,
    pub(super) detail_ja: String,
    pub(super) evidence: Vec<FactRef>,
}

/// The fiscal year whose income counts on a day: the new year's from the month the outline names, before that the last one's.
///
/// # Errors
/// [`ParamError::NotInForce`].
pub fn income_year(day: Date, rules: &ChildMedical) -> Result<i16, ParamError> {
    let start = rules.prefectural_income_start_month.at(day)?.value;
    let year = fiscal_year(day);
    let reached = if day.month() >= 4 { day.month() >= start && start >= 4 } else { start >= 4 || day.month() >= start };
    Ok(if reached { year } else { year.saturating_sub(1) })
}

/// 所得基準額 for a number of dependants: the income must be below it.
///
/// # Errors
/// [`ParamError::NotInForce`].
pub fn income_limit(dependants: u16, day: Date, rules: &ChildMedical) -> Result<Yen, ParamError> {
    let limit = rules.prefectural_income_limit.at(day)?.value;
    let base = rules.prefectural_income_dependants.at(day)?.value;
    let step = rules.prefectural_income_step.at(day)?.value;
    let difference = step.times(i64::from(dependants) - base).unwrap_or(Yen::ZERO);
    Ok(limit + difference)
}

/// Last day of 就学前 for a birth date.
///
/// # Errors
/// [`ParamError::NotInForce`].
pub fn preschool_end(birth: Date, day: Date, rules: &ChildMedical) -> Result<Date, ParamError> {
    Ok(march_31_after(birth, rules.prefectural_end_age.at(day)?.value))
}

/// 府市区分 on a day.
pub(super) fn share_at(facts: &Facts, day: Date, rules: &ChildMedical) -> Result<ShareFinding, ParamError> {
    let found = |share, detail_ja: String, evidence| Ok(ShareFinding { share, detail_ja, evidence });
    let birth = facts.birth.as_ref();
    let Some(birth) = birth else {
        return found(Share::Undetermined, "生年月日が確かめられていません".into(), vec![]);
    };
    let born = birth.evidence.clone();
    let (first, last) = (preschool_end(birth.value.earliest, day, rules)?, preschool_end(birth.value.latest, day, rules)?);
    if day > last {
        return found(Share::Municipal, format!("就学前は{}まで", wareki(last)), vec![born]);
    }
    if day > first {
        return found(Share::Undetermined, "生年月日の一部が不詳のため就学前か決められません".into(), vec![born]);
    }
    let year = income_year(day, rules)?;
    let incomes: Vec<&Income> = facts.incomes.iter().filter(|i| i.fiscal_year == year).collect();
    let year_ja = wareki_fiscal(year);
    if incomes.is_empty() {
        return found(Share::Undetermined, format!("保護者の{year_ja}の所得が確かめられていません"), vec![born]);
    }
    let evidence: Vec<FactRef> = std::iter::once(born).chain(incomes.iter().map(|i| i.evidence.clone())).collect();
    let declared = |i: &&Income| match i.answer {
        IncomeAnswer::Declared(amount) => Some((amount, i.guardian_ja.clone(), i.dependants, i.checked_on)),
        IncomeAnswer::Undeclared => None,
    };
    let highest = incomes.iter().filter_map(declared).max_by_key(|(amount, ..)| *amount);
    let undeclared = incomes.iter().find(|i| i.answer == IncomeAnswer::Undeclared);
    let compared = match highest {
        Some((amount, who, dependants, checked_on)) => {
            let limit = income_limit(dependants, day, rules)?;
            let words =
                format!("{who} {year_ja}所得 {amount}・基準 {limit}未満(扶養{dependants}人)・確認日 {}", wareki(checked_on));
            Some((amount < limit, words))
        }
        None => None,
    };
    match (compared, undeclared) {
        (Some((false, words)), _) => found(Share::Municipal, words, evidence),
        (_, Some(i)) => {
            let words = format!("{} {year_ja}所得 未申告のため、府補助の対象と確かめられません", i.guardian_ja);
            found(Share::Municipal, words, evidence)
        }
        (Some((true, words)), None) => found(Share::Prefectural, words, evidence),
        (None, None) => found(Share::Undetermined, "所得が確かめられていません".into(), evidence),
    }
}

/// The days of 就学前 on which another fiscal year's income starts to count, as borders of the spans.
pub(super) fn income_borders(birth: Date, rules: &ChildMedical) -> Vec<Date> {
    let mut borders = vec![];
    for row in rules.prefectural_income_start_month.rows() {
        let end = rules.prefectural_end_age.rows().iter().map(|r| march_31_after(birth, r.value)).max().unwrap_or(birth);
        let years = birth.year()..=end.year();
        borders.extend(years.filter_map(|y| Date::new(y, row.value, 1).ok()));
    }
    borders.extend(rules.prefectural_end_age.rows().iter().filter_map(|r| march_31_after(birth, r.value).tomorrow().ok()));
    borders.extend(rules.prefectural_income_limit.changes().chain(rules.prefectural_income_step.changes()));
    borders
}

/// 件数 and 額 of one 区分.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Number of payments.
    pub count: u64,
    /// Their sum; corrections are negative.
    pub amount: Yen,
}

/// 府補助金 実績: what the city paid by 区分, and the subsidy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubsidyReport {
    /// 府補助分
    pub prefectural: Tally,
    /// 市単独分
    pub municipal: Tally,
    /// Payments whose 区分 is still open; the report cannot be final while there are any.
    pub undetermined: Tally,
    /// 補助金の額: share of the 府補助分, truncated to the unit of the outline.
    pub subsidy: Yen,
}

/// Sums payments by 区分 and computes the subsidy of the 府補助分 (never below zero).
///
/// # Errors
/// [`RuleError::Param`] when no subsidy ratio is in force on `day`.
pub fn subsidy_report(payments: &[(Share, Yen)], day: Date, rules: &ChildMedical) -> Result<SubsidyReport, RuleError> {
    let tally = |share| {
        let of = payments.iter().filter(|(s, _)| *s == share).map(|(_, amount)| *amount);
        Tally { count: of.clone().count() as u64, amount: of.sum() }
    };
    let prefectural = tally(Share::Prefectural);
    let ratio = rules.prefectural_subsidy_ratio.at(day)?.value;
    let unit = rules.prefectural_subsidy_unit.at(day)?.value;
    let borne = prefectural.amount.at(ratio, Rounding::Truncate).unwrap_or(Yen::ZERO).max(Yen::ZERO);
    Ok(SubsidyReport {
        prefectural,
        municipal: tally(Share::Municipal),
        undetermined: tally(Share::Undetermined),
        subsidy: borne.to_unit(unit.get(), Rounding::Truncate),
    })
}
