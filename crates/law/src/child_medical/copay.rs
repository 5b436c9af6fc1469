//! 一部自己負担額: what the family pays itself.
//!
//! Up to an amount per institution and day, for the first days of a month only; 入院 and 外来, 医科 and 歯科 of one institution
//! count apart; the pharmacy is free. Over all institutions a month never costs more than the cap: the excess is paid back (自動償還).

use crate::RuleError;
use crate::params::{ChildMedical, Row};
use crate::reasons::{Finding, numbered, plain_step, step, verdict};
use kernel::decision::{Decision, FactRef, Outcome, Step};
use kernel::money::Yen;
use kernel::time::{Date, YearMonth, wareki};

/// 入外区分
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Care {
    /// 外来 (入院外)
    Outpatient,
    /// 入院
    Inpatient,
}

/// 点数表
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Discipline {
    /// 医科, DPC and 訪問看護
    Medical,
    /// 歯科
    Dental,
    /// 調剤
    Pharmacy,
}

impl Discipline {
    /// The word on screen.
    pub fn label_ja(self) -> &'static str {
        match self {
            Discipline::Medical => "医科",
            Discipline::Dental => "歯科",
            Discipline::Pharmacy => "調剤",
        }
    }
}

/// What the insurance left to pay on one day, after national public schemes (公費後の保険自己負担).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCharge {
    /// Day of treatment.
    pub day: Date,
    /// The charge.
    pub charge: Yen,
}

fn per_day(discipline: Discipline, month: YearMonth, rules: &ChildMedical) -> Result<&Row<Yen>, RuleError> {
    Ok(match discipline {
        Discipline::Pharmacy => rules.pharmacy_copay_per_day.at(month.first_day())?,
        _ => rules.copay_per_day.at(month.first_day())?,
    })
}

/// The day rule of 償還払い: for one institution, month and kind of care, at most the daily amount and never more than the charge,
/// for the first days. `days_used` days of the month were already paid there by card.
///
/// # Errors
/// [`RuleError::Param`], [`RuleError::Negative`].
pub fn by_day(
    discipline: Discipline,
    month: YearMonth,
    visits: &[DayCharge],
    days_used: u32,
    rules: &ChildMedical,
) -> Result<(Yen, Vec<Step>), RuleError> {
    if visits.iter().any(|v| v.charge < Yen::ZERO) {
        return Err(RuleError::Negative { what: "保険の自己負担額" });
    }
    let row = per_day(discipline, month, rules)?;
    let days = rules.copay_days.at(month.first_day())?.value.saturating_sub(days_used);
    let mut by_day: std::collections::BTreeMap<Date, Yen> = std::collections::BTreeMap::new();
    for visit in visits {
        *by_day.entry(visit.day).or_default() += visit.charge;
    }
    let paid = by_day.into_iter().filter(|(_, charge)| *charge > Yen::ZERO).take(usize::try_from(days).unwrap_or(usize::MAX));
    let mut steps = vec![];
    let mut total = Yen::ZERO;
    for (day, charge) in paid {
        let copay = charge.min(row.value);
        total += copay;
        steps.push(step("一部自己負担額", format!("{} 負担 {charge}・1日 {} まで", wareki(day), row.value), copay, row));
    }
    Ok((total, steps))
}

/// The month rule: the most that one institution may take in a month for `days` days of one kind of care, when only the month's
/// charge is known.
///
/// # Errors
/// [`RuleError::Param`], [`RuleError::Negative`], [`RuleError::TooLarge`].
pub fn by_month(
    discipline: Discipline,
    month: YearMonth,
    days: u32,
    charge: Yen,
    days_used: u32,
    rules: &ChildMedical,
) -> Result<(Yen, Step), RuleError> {
    if charge < Yen::ZERO {
        return Err(RuleError::Negative { what: "保険の自己負担額" });
    }
    let row = per_day(discipline, month, rules)?;
    let most = rules.copay_days.at(month.first_day())?.value.saturating_sub(days_used);
    let counted = days.min(most);
    let limit = row.value.times(i64::from(counted)).ok_or(RuleError::TooLarge)?;
    let copay = charge.min(limit);
    let formula = format!("{} × {counted}日(月{most}日まで)・負担 {charge} を超えない", row.value);
    Ok((copay, step("一部自己負担額", formula, copay, row)))
}

/// 現物給付 of one receipt: the month's charge, the visit days and what the institution took from the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InKind {
    /// 点数表
    pub discipline: Discipline,
    /// 診療年月
    pub month: YearMonth,
    /// 診療実日数
    pub days: u32,
    /// 保険の自己負担額 of the month (after national public schemes).
    pub charge: Yen,
    /// 一部自己負担額 on the receipt (KO 負担金額).
    pub copay: Yen,
}

/// Checks what the institution took against the month rule. [`Outcome::Refused`] is a finding against the receipt.
/// The trace says what the city pays.
///
/// # Errors
/// As [`by_month`].
pub fn check_in_kind(receipt: &InKind, evidence: &[FactRef], rules: &ChildMedical) -> Result<Decision, RuleError> {
    if receipt.copay < Yen::ZERO {
        return Err(RuleError::Negative { what: "一部自己負担額" });
    }
    let (limit, limit_step) = by_month(receipt.discipline, receipt.month, receipt.days, receipt.charge, 0, rules)?;
    let detail = if receipt.copay > limit {
        format!("徴収 {} は上限 {limit} を {} 超えています", receipt.copay, receipt.copay - limit)
    } else {
        format!("徴収 {}・上限 {limit}", receipt.copay)
    };
    let article = limit_step.article.clone();
    let finding = Finding::new(verdict(receipt.copay <= limit), detail, article.as_str()).with(evidence.iter().cloned());
    let pays = receipt.charge.less(receipt.copay);
    let formula = format!("保険の自己負担 {} − 一部自己負担 {}", receipt.charge, receipt.copay);
    let trace = vec![limit_step, plain_step("市の負担額", formula, pays, &article)];
    Ok(Decision::from_reasons(numbered(vec![finding.reason("一部自己負担額が上限以内である")]), trace))
}

/// One co-payment of a child in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copay {
    /// Institution and kind of care, as the clerk reads it.
    pub label_ja: String,
    /// What the family paid.
    pub amount: Yen,
    /// The receipt or claim.
    pub evidence: Option<FactRef>,
}

/// What is to be paid or taken back now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// 自動償還: pay this much.
    Pay(Yen),
    /// 返還: this much was paid too much, because a receipt was withdrawn or corrected.
    Recover(Yen),
    /// Nothing changes.
    Nothing,
}

/// The monthly cap of one child over all institutions, senders and insurers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Σ of the co-payments.
    pub total: Yen,
    /// What the cap entitles the family to, altogether.
    pub excess: Yen,
    /// What remains to be done after earlier payments.
    pub due: Due,
    /// Reason and trace; granted where the cap is exceeded.
    pub decision: Decision,
}

/// Sums the co-payments of a month, compares them with the cap and with what was already paid back for that month. Works again and
/// again as receipts arrive or are withdrawn: the payments of a month always add up to the excess.
///
/// # Errors
/// [`RuleError::Param`], [`RuleError::Negative`] for a negative co-payment or payment.
pub fn settle_month(
    month: YearMonth,
    copays: &[Copay],
    already_paid: Yen,
    rules: &ChildMedical,
) -> Result<Settlement, RuleError> {
    if copays.iter().any(|c| c.amount < Yen::ZERO) {
        return Err(RuleError::Negative { what: "一部自己負担額" });
    }
    if already_paid < Yen::ZERO {
        return Err(RuleError::Negative { what: "償還済額" });
    }
    let row = rules.monthly_cap.at(month.first_day())?;
    let total: Yen = copays.iter().map(|c| c.amount).sum();
    let excess = total.less(row.value);
    let due = match excess - already_paid {
        Yen::ZERO => Due::Nothing,
        more if more > Yen::ZERO => Due::Pay(more),
        less => Due::Recover(-less),
    };
    let article = row.facts.legal_basis.as_str();
    let parts: Vec<String> = copays.iter().map(|c| format!("{} {}", c.label_ja, c.amount)).collect();
    let mut trace = vec![
        plain_step("一部自己負担額の月計", parts.join(" + "), total, article),
        step("月額上限の超過分", format!("{total} − 上限 {}", row.value), excess, row),
    ];
    match due {
        Due::Pay(amount) => trace.push(plain_step("償還する額", format!("{excess} − 償還済 {already_paid}"), amount, article)),
        Due::Recover(amount) => {
            trace.push(plain_step("返還を求める額", format!("償還済 {already_paid} − {excess}"), amount, article))
        }
        Due::Nothing => {}
    }
    let detail = format!("{}分 月計 {total}・上限 {}・償還済 {already_paid}", month.wareki(), row.value);
    let finding =
        Finding::new(verdict(excess > Yen::ZERO), detail, article).with(copays.iter().filter_map(|c| c.evidence.clone()));
    let mut decision = Decision::from_reasons(numbered(vec![finding.reason("一部自己負担額の月計が上限を超える")]), trace);
    if matches!(due, Due::Recover(_)) {
        decision.outcome = Outcome::Refused;
    }
    Ok(Settlement { total, excess, due, decision })
}
