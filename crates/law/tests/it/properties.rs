//! What holds for all inputs.

use crate::facts::ordinary_child;
use crate::support::{params, row, rules};
use kernel::decision::{Outcome, Verdict};
use kernel::money::Yen;
use kernel::time::{Date, Period, YearMonth, wareki};
use law::child_medical::{
    Care, Charges, Claim, ClaimLine, Contribution, Copay, DayCharge, Discipline, Due, Inquiry, Insurance, Share, Span, by_day,
    by_month, days_outside, eligibility, reimbursement, settle_month,
};
use proptest::prelude::*;

fn any_day() -> impl Strategy<Value = Date> {
    (2016i16..2040, 1i8..=12, 1i8..=31).prop_filter_map("a day of the calendar", |(y, m, d)| Date::new(y, m, d).ok())
}

fn september(day: i8) -> Date {
    Date::new(2026, 9, day).unwrap()
}

fn visits() -> impl Strategy<Value = Vec<DayCharge>> {
    prop::collection::vec((1i8..=30, 0i64..200_000), 0..12)
        .prop_map(|v| v.into_iter().map(|(d, yen)| DayCharge { day: september(d), charge: Yen(yen) }).collect())
}

const MONTH: YearMonth = YearMonth { year: 2026, month: 9 };

fn claim(lines: Vec<ClaimLine>, high_cost: i64, additional: Option<i64>) -> Claim {
    let all = Period { from: september(1), to: Some(september(30)) };
    Claim {
        claimed_on: september(30),
        paid_on: september(30),
        lines,
        high_cost: Contribution::Decided { amount: Yen(high_cost), evidence: None },
        additional: additional.map_or(Contribution::Unknown, |yen| Contribution::Decided { amount: Yen(yen), evidence: None }),
        eligible: vec![Span { period: all, share: Share::Municipal, certain: true }],
        evidence: vec![],
    }
}

fn line(name: &str, charges: Charges) -> ClaimLine {
    ClaimLine {
        institution: name.into(),
        discipline: Discipline::Medical,
        care: Care::Outpatient,
        month: MONTH,
        charges,
        meals: Yen::ZERO,
        uninsured: Yen::ZERO,
        copay_days_used: 0,
    }
}

proptest! {
    /// The family's own part is never negative, never more than the charge, never more than the month rule allows, and does not
    /// depend on the order of the receipts.
    #[test]
    fn a_copay_stays_within_its_bounds(mut visits in visits(), used in 0u32..3) {
        let rules = rules(None);
        let total: Yen = visits.iter().map(|v| v.charge).sum();
        let (paid, steps) = by_day(Discipline::Medical, MONTH, &visits, used, &rules).unwrap();
        let days = u32::try_from(visits.len()).unwrap();
        let (most, _) = by_month(Discipline::Medical, MONTH, days, total, used, &rules).unwrap();
        prop_assert!(Yen::ZERO <= paid && paid <= total && paid <= most);
        prop_assert_eq!(paid, steps.iter().filter_map(|s| s.amount).sum());
        visits.reverse();
        prop_assert_eq!(paid, by_day(Discipline::Medical, MONTH, &visits, used, &rules).unwrap().0);
        prop_assert_eq!(Yen::ZERO, by_day(Discipline::Pharmacy, MONTH, &visits, used, &rules).unwrap().0);
    }

    /// More days never cost less; a higher charge never costs less.
    #[test]
    fn the_month_rule_is_monotone(days in 0u32..40, charge in 0i64..500_000, more in 0i64..500_000) {
        let rules = rules(None);
        let pay = |days, charge| by_month(Discipline::Medical, MONTH, days, Yen(charge), 0, &rules).unwrap().0;
        prop_assert!(pay(days, charge) <= pay(days + 1, charge));
        prop_assert!(pay(days, charge) <= pay(days, charge + more));
    }

    /// However receipts arrive and go, the payments of a month add up to the excess over the cap, and afterwards nothing is due.
    #[test]
    fn the_payments_of_a_month_add_up(amounts in prop::collection::vec(0i64..5_000, 0..8), gone in any::<prop::sample::Index>()) {
        let rules = rules(None);
        let mut copays: Vec<Copay> =
            amounts.iter().map(|yen| Copay { label_ja: "受診".into(), amount: Yen(*yen), evidence: None }).collect();
        let mut paid = Yen::ZERO;
        let mut settle = |copays: &[Copay]| {
            let found = settle_month(MONTH, copays, paid, &rules).unwrap();
            match found.due {
                Due::Pay(yen) => paid += yen,
                Due::Recover(yen) => paid -= yen,
                Due::Nothing => {}
            }
            (found, paid)
        };
        for seen in 0..=copays.len() {
            let (found, paid) = settle(&copays[..seen]);
            prop_assert_eq!(found.excess, paid);
            prop_assert!(paid >= Yen::ZERO);
        }
        if !copays.is_empty() {
            copays.remove(gone.index(copays.len()));
            let (found, paid) = settle(&copays);
            prop_assert_eq!(found.excess, paid);
        }
        let (again, _) = settle(&copays);
        prop_assert_eq!(again.due, Due::Nothing);
    }

    /// What the guardian paid is fully accounted for: insurer + family + city, and the city never pays below zero.
    #[test]
    fn a_reimbursement_accounts_for_every_yen(visits in visits(), high in 0i64..50_000, extra in 0i64..50_000) {
        prop_assume!(!visits.is_empty());
        let paid: Yen = visits.iter().map(|v| v.charge).sum();
        let found = reimbursement(&claim(vec![line("医院", Charges::Daily(visits))], high, Some(extra)), &rules(None)).unwrap();
        let amount = found.amount.unwrap();
        let insurer = (Yen(high) + Yen(extra)).min(paid);
        prop_assert!(amount >= Yen::ZERO);
        prop_assert_eq!(paid, insurer + found.copay + amount);
        prop_assert_eq!(found.decision.outcome == Outcome::Granted, amount > Yen::ZERO);
        prop_assert_eq!(found.decision.trace.last().and_then(|s| s.amount), Some(amount));
    }

    /// While the insurer has not decided there is no amount, whatever else is known.
    #[test]
    fn an_open_notice_holds_the_claim(visits in visits(), high in 0i64..50_000) {
        prop_assume!(!visits.is_empty());
        let found = reimbursement(&claim(vec![line("医院", Charges::Daily(visits))], high, None), &rules(None)).unwrap();
        prop_assert_eq!((found.decision.outcome, found.amount), (Outcome::Held, None));
    }

    /// Spans are in order, never overlap, and say of every day exactly what the decision of that day says.
    #[test]
    fn spans_and_decisions_agree(birth in any_day(), out in any_day(), asked in any_day(), gap in any_day()) {
        let rules = rules(None);
        let mut child = ordinary_child(&wareki(birth), (out > birth).then(|| wareki(out)).as_deref());
        if gap > birth {
            let insured = |from, to| Insurance {
                period: Period { from, to },
                label_ja: "国保".into(),
                evidence: row("aid_insurance", 1),
            };
            let rows = vec![insured(birth, Some(gap)), insured(gap.tomorrow().unwrap(), None)];
            child.insurance = Inquiry::Asked { on: birth, rows, evidence: None };
        }
        let answer = eligibility(&child, &rules, asked).unwrap();
        for pair in answer.spans.windows(2) {
            prop_assert!(pair[0].period.to.unwrap() < pair[1].period.from);
        }
        let conditions = answer.decision.reasons.iter().filter(|r| r.no != 5).all(|r| matches!(r.verdict, Verdict::Satisfied | Verdict::Info));
        prop_assert_eq!(conditions, days_outside(&answer.spans, &[asked]).is_empty());
        prop_assert_eq!(conditions, answer.period().is_some());
        let shown = answer.decision.reasons[4].verdict_ja.clone();
        if let Some(share) = answer.share() {
            prop_assert_eq!(shown.as_deref(), Some(share.label_ja()));
        }
    }

    /// A later birth date never ends the aid earlier.
    #[test]
    fn a_younger_child_stays_at_least_as_long(birth in any_day()) {
        let rules = rules(None);
        let end = |birth: Date| eligibility(&ordinary_child(&wareki(birth), None), &rules, birth).unwrap().period().unwrap().to;
        prop_assert!(end(birth) <= end(birth.tomorrow().unwrap()));
    }

    /// A deadline is after the event and never on a closed day.
    #[test]
    fn a_deadline_falls_on_an_open_day(event in any_day()) {
        use law::resident::{Notification, notify_by};
        let closed = |d: Date| matches!(d.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday);
        for kind in [Notification::MoveIn(event), Notification::Birth(event), Notification::Death(event)] {
            let last = notify_by(kind, &params().resident, closed).unwrap().last_day;
            prop_assert!(last > event && !closed(last));
        }
    }
}
