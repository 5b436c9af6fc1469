//! 償還払い: the guardian paid (outside the prefecture, or without the card) and asks the city for it.
//!
//! Paid for insured care − 高額療養費 − 附加給付 − the family's own part. While the insurer has not decided its part the claim is
//! 保留, never paid on a guess. Nothing left to pay is 不支給, a decision with its reason.

use super::copay::{Care, DayCharge, Discipline, by_day, by_month};
use super::eligibility::{Span, days_outside};
use crate::RuleError;
use crate::params::ChildMedical;
use crate::reasons::{Finding, numbered, plain_step, step, verdict};
use crate::resident::shift_years;
use kernel::decision::{Decision, FactRef, Outcome, Reason, Step, Verdict};
use kernel::money::Yen;
use kernel::time::{Date, YearMonth, wareki};

/// What the guardian paid at one institution for insured care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Charges {
    /// One receipt a day.
    Daily(Vec<DayCharge>),
    /// One receipt for the month, with its days of treatment.
    Month {
        /// Days of treatment.
        days: Vec<Date>,
        /// What was paid.
        charge: Yen,
    },
}

impl Charges {
    fn days(&self) -> Vec<Date> {
        match self {
            Charges::Daily(visits) => visits.iter().map(|v| v.day).collect(),
            Charges::Month { days, .. } => days.clone(),
        }
    }

    fn total(&self) -> Yen {
        match self {
            Charges::Daily(visits) => visits.iter().map(|v| v.charge).sum(),
            Charges::Month { charge, .. } => *charge,
        }
    }
}

/// One institution, month and kind of care of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimLine {
    /// 医療機関 (code or name; compared as text).
    pub institution: String,
    /// 点数表
    pub discipline: Discipline,
    /// 入外
    pub care: Care,
    /// 診療年月
    pub month: YearMonth,
    /// Paid for insured care.
    pub charges: Charges,
    /// 食事療養標準負担額 paid.
    pub meals: Yen,
    /// 保険外 (差額ベッド代, 文書料 …) paid: never part of the aid.
    pub uninsured: Yen,
    /// Days of this month for which the family already paid its part there by card.
    pub copay_days_used: u32,
}

/// What the insurer gives on top of the insured share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contribution {
    /// The insurer has no such benefit, or the charge is below its limit.
    None {
        /// Row that says so.
        evidence: Option<FactRef>,
    },
    /// Not known yet: the claim waits.
    Unknown,
    /// Decided by the insurer's notice.
    Decided {
        /// The amount.
        amount: Yen,
        /// 通知書
        evidence: Option<FactRef>,
    },
}

impl Contribution {
    fn amount(&self) -> Option<Yen> {
        match self {
            Contribution::None { .. } => Some(Yen::ZERO),
            Contribution::Unknown => None,
            Contribution::Decided { amount, .. } => Some(*amount),
        }
    }

    fn finding(&self, name_ja: &str, article: &str) -> Finding {
        match self {
            Contribution::Unknown => {
                Finding::new(Verdict::Unclear, format!("保険者の{name_ja}の決定通知を待っています"), article)
            }
            Contribution::None { evidence } => {
                Finding::new(Verdict::Satisfied, format!("{name_ja}なし"), article).with(evidence.clone())
            }
            Contribution::Decided { amount, evidence } => {
                Finding::new(Verdict::Satisfied, format!("保険者の通知 {amount}"), article).with(evidence.clone())
            }
        }
    }
}

/// A claim as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// 申請日
    pub claimed_on: Date,
    /// Day of the last payment to an institution.
    pub paid_on: Date,
    /// Lines, one per institution, month and kind of care.
    pub lines: Vec<ClaimLine>,
    /// 高額療養費
    pub high_cost: Contribution,
    /// 附加給付
    pub additional: Contribution,
    /// The child's valid days.
    pub eligible: Vec<Span>,
    /// Application and receipts.
    pub evidence: Vec<FactRef>,
}

/// The answer to a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reimbursement {
    /// Granted = 支給, Refused = 不支給, Held = 保留, Unclear = 要確認; the trace explains the amount.
    pub decision: Decision,
    /// 支給額: zero when refused, `None` while held or unclear.
    pub amount: Option<Yen>,
    /// The family's own part, which counts towards the monthly cap: never more than the insurer left to pay.
    pub copay: Yen,
}

/// Decides a claim.
///
/// # Errors
/// [`RuleError::Param`] without a value in force, [`RuleError::Negative`], [`RuleError::DuplicateLine`], [`RuleError::TooLarge`].
pub fn reimbursement(claim: &Claim, rules: &ChildMedical) -> Result<Reimbursement, RuleError> {
    check(claim)?;
    let days: Vec<Date> = claim.lines.iter().flat_map(|l| l.charges.days()).collect();
    let outside = days_outside(&claim.eligible, &days);
    let covered: Vec<ClaimLine> = claim.lines.iter().filter_map(|l| covered_part(l, &outside)).collect();
    // A month's total, or the insurer's benefit for the whole month, cannot be split by day without the insurer's figures.
    let month_split = claim.lines.iter().any(|l| {
        matches!(&l.charges, Charges::Month { days, .. } if days.iter().any(|d| outside.contains(d)) && days.iter().any(|d| !outside.contains(d)))
    });
    let insurer_pays = [&claim.high_cost, &claim.additional].iter().any(|c| c.amount().is_some_and(|a| a > Yen::ZERO));
    let split = month_split || (!outside.is_empty() && !covered.is_empty() && insurer_pays);

    let (copay, copay_steps) = own_part(&covered, rules)?;
    let (base, mut trace) = base(claim, &covered, rules)?;
    let mut left = base;
    for (name, contribution, article) in
        [("高額療養費", &claim.high_cost, HIGH_COST), ("附加給付", &claim.additional, ADDITIONAL)]
    {
        if let Some(amount) = contribution.amount() {
            let next = left.less(amount);
            trace.push(plain_step(&format!("{name}を除いた額"), format!("{left} − {name} {amount}"), next, article));
            left = next;
        }
    }
    trace.extend(copay_steps);
    let amount = left.less(copay);
    let known = claim.high_cost.amount().is_some() && claim.additional.amount().is_some();
    let settled = known && !split && !claim.lines.is_empty();
    if settled {
        let row = rules.copay_per_day.at(claim.paid_on)?;
        trace.push(step("支給額", format!("{left} − 一部自己負担額 {copay}"), amount, row));
    }

    let mut reasons = vec![deadline(claim, rules)?, on_valid_days(claim, &outside, split, covered.is_empty(), rules)?];
    reasons.push(claim.high_cost.finding("高額療養費", HIGH_COST).reason("高額療養費の額が決まっている"));
    reasons.push(claim.additional.finding("附加給付", ADDITIONAL).reason("附加給付の額が決まっている"));
    if settled {
        let row = rules.copay_per_day.at(claim.paid_on)?;
        let detail = format!("助成の対象 {base}・保険者の給付と一部自己負担額 {copay} を除いた残り {amount}");
        let finding = Finding::new(verdict(amount > Yen::ZERO), detail, row.facts.legal_basis.as_str());
        reasons.push(finding.reason("支給する額が残る"));
    }
    let mut decision = Decision::from_reasons(numbered(reasons), trace);
    let waits = matches!(claim.high_cost, Contribution::Unknown) || matches!(claim.additional, Contribution::Unknown);
    if decision.outcome == Outcome::Unclear && waits {
        decision.outcome = Outcome::Held;
    }
    let amount = match decision.outcome {
        Outcome::Granted => Some(amount),
        Outcome::Refused => Some(Yen::ZERO),
        Outcome::Held | Outcome::Unclear => None,
    };
    Ok(Reimbursement { decision, amount, copay: copay.min(left) })
}

const HIGH_COST: &str = "健康保険法115条・国民健康保険法57条の2";
const ADDITIONAL: &str = "健康保険法53条・組合の規約";

fn check(claim: &Claim) -> Result<(), RuleError> {
    for (i, line) in claim.lines.iter().enumerate() {
        let daily_negative = matches!(&line.charges, Charges::Daily(v) if v.iter().any(|d| d.charge < Yen::ZERO));
        if daily_negative || line.charges.total() < Yen::ZERO {
            return Err(RuleError::Negative { what: "保険診療の支払額" });
        }
        if line.meals < Yen::ZERO || line.uninsured < Yen::ZERO {
            return Err(RuleError::Negative { what: "食事代又は保険外の支払額" });
        }
        let same = |other: &ClaimLine| {
            other.institution == line.institution
                && other.discipline == line.discipline
                && other.care == line.care
                && other.month == line.month
        };
        if claim.lines.iter().skip(i + 1).any(same) {
            return Err(RuleError::DuplicateLine);
        }
    }
    for contribution in [&claim.high_cost, &claim.additional] {
        if contribution.amount().is_some_and(|a| a < Yen::ZERO) {
            return Err(RuleError::Negative { what: "高額療養費又は附加給付" });
        }
    }
    Ok(())
}

/// The part of a line on valid days; `None` when nothing of it is.
fn covered_part(line: &ClaimLine, outside: &[Date]) -> Option<ClaimLine> {
    let mut line = line.clone();
    match &mut line.charges {
        Charges::Daily(visits) => visits.retain(|v| !outside.contains(&v.day)),
        Charges::Month { days, .. } => days.retain(|d| !outside.contains(d)),
    }
    (!line.charges.days().is_empty()).then_some(line)
}

fn own_part(lines: &[ClaimLine], rules: &ChildMedical) -> Result<(Yen, Vec<Step>), RuleError> {
    let mut total = Yen::ZERO;
    let mut steps = vec![];
    for line in lines {
        let (copay, more) = match &line.charges {
            Charges::Daily(visits) => by_day(line.discipline, line.month, visits, line.copay_days_used, rules)?,
            Charges::Month { days, charge } => {
                let count = u32::try_from(days.len()).unwrap_or(u32::MAX);
                let (copay, step) = by_month(line.discipline, line.month, count, *charge, line.copay_days_used, rules)?;
                (copay, vec![step])
            }
        };
        total += copay;
        steps.extend(more);
    }
    Ok((total, steps))
}

/// What of the payments the aid can cover at all.
fn base(claim: &Claim, covered: &[ClaimLine], rules: &ChildMedical) -> Result<(Yen, Vec<Step>), RuleError> {
    let sum = |lines: &[ClaimLine], f: fn(&ClaimLine) -> Yen| lines.iter().map(f).sum::<Yen>();
    let insured = sum(covered, |l| l.charges.total());
    let (meals, uninsured) = (sum(&claim.lines, |l| l.meals), sum(&claim.lines, |l| l.uninsured));
    let paid = sum(&claim.lines, |l| l.charges.total()) + meals + uninsured;
    let mut covered_meals = Yen::ZERO;
    for line in covered {
        if rules.meals_covered.at(line.month.first_day())?.value {
            covered_meals += line.meals;
        }
    }
    let row = rules.meals_covered.at(claim.lines.first().map_or(claim.paid_on, |l| l.month.first_day()))?;
    let base = insured + covered_meals;
    let article = row.facts.legal_basis.as_str();
    let mut steps = vec![plain_step("保護者が支払った額", "領収書の合計", paid, article)];
    if base != paid {
        let formula =
            format!("資格のある日の保険診療 {insured} + 食事 {meals} のうち対象 {covered_meals}・保険外 {uninsured} は対象外");
        steps.push(step("助成の対象となる額", formula, base, row));
    }
    Ok((base, steps))
}

fn deadline(claim: &Claim, rules: &ChildMedical) -> Result<Reason, RuleError> {
    let row = rules.claim_years.at(claim.claimed_on)?;
    // The period starts on the day after the payment, so its last day is the payment's own month and day.
    let last = shift_years(claim.paid_on, row.value);
    let detail =
        format!("支払 {}・請求 {}・期限 {}({}年)", wareki(claim.paid_on), wareki(claim.claimed_on), wareki(last), row.value);
    let finding = Finding::new(verdict(claim.claimed_on <= last), detail, row.facts.legal_basis.as_str());
    Ok(finding.with(claim.evidence.iter().cloned()).reason("請求の期限内である"))
}

fn on_valid_days(claim: &Claim, outside: &[Date], split: bool, nothing: bool, rules: &ChildMedical) -> Result<Reason, RuleError> {
    let listed: Vec<String> = outside.iter().map(|d| wareki(*d)).collect();
    let (verdict, detail) = match (nothing, outside.is_empty(), split) {
        (true, ..) if claim.lines.is_empty() => (Verdict::Unclear, "領収書がありません".to_owned()),
        (true, ..) => (Verdict::NotSatisfied, format!("資格のない日の受診です: {}", listed.join("、"))),
        (false, true, _) => (Verdict::Satisfied, "すべての受診日に資格があります".to_owned()),
        (false, false, true) => {
            (Verdict::Unclear, format!("資格のない日({})の分を、領収書と保険者の内訳で分ける必要があります", listed.join("、")))
        }
        (false, false, false) => (Verdict::Satisfied, format!("資格のない日の分を除きました: {}", listed.join("、"))),
    };
    let article = rules.end_age.at(claim.paid_on)?.facts.legal_basis.as_str();
    Ok(Finding::new(verdict, detail, article).reason("受診の日に資格がある"))
}

/// A stay or visits that the city paid, or is asked to pay, in any way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// 医療機関 (code or name; compared as text).
    pub institution: String,
    /// 点数表
    pub discipline: Discipline,
    /// 入外
    pub care: Care,
    /// 診療年月
    pub month: YearMonth,
    /// Days, where known.
    pub days: Vec<Date>,
    /// Receipt or decided claim.
    pub evidence: FactRef,
}

/// 二重給付: is the receipt for a stay that was already reimbursed? Satisfied means no double benefit. Where one side does not say
/// its days, the same institution, month and kind of care is 要確認.
pub fn double_benefit(reimbursed: &Stay, receipt: &Stay) -> Decision {
    let same = reimbursed.institution == receipt.institution
        && reimbursed.discipline == receipt.discipline
        && reimbursed.care == receipt.care
        && reimbursed.month == receipt.month;
    let shared: Vec<String> = reimbursed.days.iter().filter(|d| receipt.days.contains(d)).map(|d| wareki(*d)).collect();
    let unknown = reimbursed.days.is_empty() || receipt.days.is_empty();
    let (verdict, detail) = match (same, unknown, shared.is_empty()) {
        (false, ..) => (Verdict::Satisfied, "別の医療機関・月・入外です".to_owned()),
        (true, true, _) => (Verdict::Unclear, "同じ医療機関・月・入外です。受診日を確かめてください".to_owned()),
        (true, false, true) => (Verdict::Satisfied, "受診日が重なりません".to_owned()),
        (true, false, false) => (Verdict::NotSatisfied, format!("償還払いで支給済みの日です: {}", shared.join("、"))),
    };
    let finding = Finding::new(verdict, detail, "民法703条・条例の不当利得の定め");
    let finding = finding.with([reimbursed.evidence.clone(), receipt.evidence.clone()]);
    Decision::from_reasons(numbered(vec![finding.reason("同じ受診に二度助成していない")]), vec![])
}
