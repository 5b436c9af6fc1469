//! 資格突合: each reason on its own, the cases of the counter, and a slow second implementation for the days.

use crate::make::*;
use kernel::money::Yen;
use kernel::time::{Date, Period, YearMonth};
use proptest::prelude::*;
use receipts::check::{
    Check, Claim, CopayRule, Entitled, Finding, RateRule, Reason, Report, Roster, Rules, Severity, check, monthly_excess,
};
use receipts::{Code, Draft, Examiner, PointTable, Reader, Sex, days_of};

/// The rules of the invented city: 500 yen a day on two days, nothing at the pharmacy; 8割 to the March after the sixth birthday.
const RULES: Rules = Rules {
    copay: Some(CopayRule { per_day: Yen(500), days: Some(2), dispensing_per_day: Yen(0) }),
    rate: Some(RateRule { preschool_age: 6, preschool: 80, standard: 70, elderly_age: 70 }),
};

fn period(from: Date, to: Option<Date>) -> Period {
    Period::new(from, to).unwrap()
}

/// What the register knows of the child of [`child`].
struct Register {
    bearer: String,
    recipient: String,
    birth: Date,
    periods: Vec<Period>,
    suspensions: Vec<Period>,
    other_laws: Vec<(u8, Period)>,
}

impl Register {
    fn new(serial: u32) -> Self {
        Self {
            bearer: bearer(),
            recipient: recipient(serial),
            birth: day(2023, 6, 1),
            periods: vec![period(day(2023, 7, 1), None)],
            suspensions: Vec::new(),
            other_laws: Vec::new(),
        }
    }

    fn entitled(&self) -> Entitled<'_> {
        Entitled {
            bearer: &self.bearer,
            recipient: &self.recipient,
            birth: Some(self.birth),
            sex: Some(Sex::Male),
            kana: "ｼｹﾝ ﾀﾛｳ",
            benefit_rate: None,
            periods: &self.periods,
            suspensions: &self.suspensions,
            other_laws: &self.other_laws,
        }
    }

    fn roster(&self) -> Roster {
        let (roster, left_out) = Roster::build([self.entitled()]);
        assert_eq!(left_out, 0);
        roster
    }
}

fn claims_of(roster: &Roster, drafts: &[Draft]) -> Vec<Claim> {
    let bytes = file(&header(Examiner::PaymentFund, PointTable::Medical, 1), drafts);
    Reader::new(bytes.as_slice()).receipts().map(|r| Claim::of(&r.unwrap(), roster)).collect()
}

fn run(register: &Register, drafts: &[Draft]) -> Report {
    let roster = register.roster();
    check(&roster, &claims_of(&roster, drafts), &[], &RULES)
}

/// The only finding, with its sentence.
fn only(report: &Report) -> (Finding, String) {
    assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
    (report.findings[0], report.findings[0].text(SEPTEMBER))
}

fn found(change: &dyn Fn(&mut Register, &mut Draft)) -> (Finding, String) {
    let mut register = Register::new(1);
    let mut draft = child(1, PointTable::Medical, &[15, 18], 200, 900);
    change(&mut register, &mut draft);
    only(&run(&register, &[draft]))
}

#[test]
fn an_entitled_child_has_no_finding_and_every_check_ran() {
    let report = run(&Register::new(1), &[child(1, PointTable::Medical, &[15, 18], 200, 900)]);
    assert_eq!(report.findings, []);
    assert!(report.tallies.iter().all(|t| t.ran && (t.judged, t.skipped, t.found) == (1, 0, 0)));
}

#[test]
fn a_check_without_rule_or_facts_is_reported_as_not_run() {
    let roster = Register::new(1).roster();
    let mut draft = child(1, PointTable::Medical, &[15], 200, 500);
    (draft.birth, draft.kana) = (None, String::new());
    let report = check(&roster, &claims_of(&roster, &[draft]), &[], &Rules { copay: None, ..RULES });
    let tally = |check: Check| report.tallies.iter().find(|t| t.check == check).unwrap();
    assert!(!tally(Check::Copay).ran && tally(Check::BenefitRate).ran);
    assert_eq!((tally(Check::Birth).judged, tally(Check::Birth).skipped), (0, 1));
    assert_eq!((tally(Check::Name).judged, tally(Check::Name).skipped), (0, 1));
    assert_eq!((tally(Check::Sex).judged, tally(Check::Sex).skipped), (1, 0));
}

#[test]
fn three_move_out_days() {
    // 転出届 9/10, 予定日 9/20; the notice of the new city decides the last day.
    let outcome = |last: i8| {
        let mut register = Register::new(1);
        register.birth = day(2018, 5, 1);
        register.periods = vec![period(day(2018, 5, 1), Some(day(2026, 9, last)))];
        let mut draft = child(1, PointTable::Medical, &[15, 18], 200, 900);
        (draft.birth, draft.kind) = (Some(day(2018, 5, 1)), kind(1126));
        run(&register, &[draft])
    };
    let (finding, text) = only(&outcome(16));
    assert_eq!(days_of(finding.days).collect::<Vec<_>>(), [18], "day 15 was within");
    assert_eq!(text, "最終の有効日（令和8年9月16日）より後の診療です。該当日：9月18日。");
    assert_eq!((finding.reason.code(), finding.severity), (Some(100_018), Severity::Unfit));
    assert_eq!(outcome(20).findings, []);
    assert_eq!(only(&outcome(14)).0.days, mask(&[15, 18]));
}

#[test]
fn without_visit_days_only_a_month_wholly_outside_is_certain() {
    let case = |last: Date| {
        found(&move |register, draft| {
            register.periods = vec![period(day(2023, 7, 1), Some(last))];
            draft.visits = Default::default();
        })
    };
    let (partly, text) = case(day(2026, 9, 16));
    assert_eq!((partly.severity, partly.days), (Severity::Review, 0));
    assert!(text.contains("受診日の記録がない"), "{text}");
    let (wholly, text) = case(day(2026, 8, 31));
    assert_eq!((wholly.severity, wholly.days), (Severity::Unfit, 0));
    assert!(text.contains("令和8年8月31日") && !text.contains("受診日の記録がない"), "{text}");
}

#[test]
fn care_before_entitlement_and_during_suspension_is_named() {
    let (finding, text) = found(&|r, _| r.periods = vec![period(day(2026, 9, 16), None)]);
    assert_eq!((finding.reason, finding.days), (Reason::BeforeStart { start: day(2026, 9, 16) }, mask(&[15])));
    assert!(text.contains("資格取得日（令和8年9月16日）より前") && text.contains("9月15日"), "{text}");
    let (finding, _) = found(&|r, _| r.suspensions = vec![period(day(2026, 9, 18), Some(day(2026, 9, 30)))]);
    assert_eq!((finding.reason, finding.days), (Reason::Suspended, mask(&[18])));
    let (finding, _) = found(&|r, _| {
        r.periods = vec![period(day(2026, 1, 1), Some(day(2026, 9, 14))), period(day(2026, 9, 17), None)];
    });
    assert_eq!((finding.reason, finding.days), (Reason::AfterLoss { last: day(2026, 9, 14) }, mask(&[15])));
}

#[test]
fn entitlement_that_resumes_under_the_same_number_is_one_person() {
    let mut first = Register::new(1);
    first.periods = vec![period(day(2023, 7, 1), Some(day(2026, 9, 16)))];
    let mut again = Register::new(1);
    again.periods = vec![period(day(2026, 9, 17), None)];
    let (roster, _) = Roster::build([again.entitled(), first.entitled()]);
    assert_eq!(roster.len(), 1);
    let claims = claims_of(&roster, &[child(1, PointTable::Medical, &[16, 17], 200, 500)]);
    assert_eq!(check(&roster, &claims, &[], &RULES).findings, []);
}

#[test]
fn strangers_and_other_cities_bearers_are_told_apart() {
    let (finding, text) = found(&|r, _| r.recipient = recipient(2));
    assert_eq!((finding.reason, finding.reason.code()), (Reason::UnknownRecipient, Some(100_014)));
    assert!(!text.contains(&recipient(1)), "no number in the text");
    let (finding, _) = found(&|_, d| d.publics[0].bearer = Code::try_from("54016027").unwrap());
    assert_eq!(finding.reason, Reason::WrongBearer);
    let (finding, _) = found(&|_, d| d.publics[0].recipient = Code::default());
    assert_eq!(finding.reason, Reason::UnknownRecipient);
    let (finding, _) = found(&|_, d| d.publics.clear());
    assert_eq!(finding.reason, Reason::WrongBearer);
}

#[test]
fn birth_sex_and_name_are_compared_and_spelling_habits_are_not() {
    let (finding, _) = found(&|_, d| d.birth = Some(day(2023, 6, 2)));
    assert_eq!(finding.reason, Reason::BirthMismatch { before_birth: false });
    let (finding, _) = found(&|_, d| d.sex = Some(Sex::Female));
    assert_eq!((finding.reason, finding.severity), (Reason::SexMismatch, Severity::Unfit));
    let (finding, _) = found(&|_, d| d.kana = "シケンジロウ".into());
    assert_eq!((finding.reason, finding.severity), (Reason::NameMismatch, Severity::Review));
}

#[test]
fn a_receipt_older_than_a_corrected_birth_date_speaks_against_the_correction() {
    let (finding, text) = found(&|r, _| {
        r.birth = day(2026, 10, 3);
        r.periods = vec![period(day(2023, 7, 1), None)];
    });
    assert_eq!((finding.reason, finding.severity), (Reason::BirthMismatch { before_birth: true }, Severity::Review));
    assert!(text.contains("台帳側の誤り"), "{text}");
}

#[test]
fn the_lower_rate_ends_on_the_march_after_the_sixth_birthday_and_one_april_is_the_year_before() {
    let rate = |birth: Date, month: YearMonth, code: u64, recorded: Option<u8>| {
        let mut register = Register::new(1);
        register.birth = birth;
        register.periods = vec![period(birth, None)];
        let mut draft = child(1, PointTable::Medical, &[15], 200, 500);
        (draft.birth, draft.month, draft.kind, draft.benefit_rate) = (Some(birth), month, kind(code), recorded);
        run(&register, &[draft]).findings.iter().map(|f| f.reason).collect::<Vec<_>>()
    };
    let (march, april) = (YearMonth { year: 2026, month: 3 }, YearMonth { year: 2026, month: 4 });
    let (early, late) = (day(2020, 4, 1), day(2020, 4, 2));
    for (birth, month, code, percent) in [
        (early, march, 1124, 80),
        (early, april, 1126, 70),
        (late, april, 1124, 80),
        (late, YearMonth { year: 2027, month: 3 }, 1124, 80),
        (late, YearMonth { year: 2027, month: 4 }, 1126, 70),
    ] {
        assert_eq!(rate(birth, month, code, Some(percent)), [], "{birth} {month}");
        let other = 150 - percent;
        let reason = Reason::BenefitRateMismatch { recorded: Some(other), expected: percent, class_differs: false };
        assert_eq!(rate(birth, month, code, Some(other)), [reason]);
        let wrong_class = if code == 1124 { 1126 } else { 1124 };
        let reason = Reason::BenefitRateMismatch { recorded: None, expected: percent, class_differs: true };
        assert_eq!(rate(birth, month, wrong_class, None), [reason]);
    }
    assert_eq!(rate(day(1950, 1, 1), march, 1120, Some(70)), [], "above 70 the rate depends on income");
}

#[test]
fn the_same_receipt_twice_is_found_once_and_against_earlier_months_too() {
    let register = Register::new(1);
    let draft = child(1, PointTable::Medical, &[15], 200, 500);
    let (finding, _) = only(&run(&register, &[draft.clone(), draft.clone()]));
    assert_eq!((finding.claim, finding.reason), (1, Reason::Duplicate { of: 0, prior: false }));
    assert_eq!((finding.severity, finding.days, finding.reason.code()), (Severity::Unfit, mask(&[15]), Some(100_019)));

    let roster = register.roster();
    let claims = claims_of(&roster, &[draft]);
    let report = check(&roster, &claims, &claims, &RULES);
    assert_eq!(only(&report).0.reason, Reason::Duplicate { of: 0, prior: true });
}

#[test]
fn another_stay_kind_month_or_institution_is_no_duplicate() {
    let roster = Register::new(1).roster();
    let base = claims_of(&roster, &[child(1, PointTable::Medical, &[15], 200, 500)])[0];
    for other in [
        Claim { kind: kind(1123), ..base },
        Claim { month: SEPTEMBER.plus(-1), ..base },
        Claim { institution: base.institution + 1, ..base },
    ] {
        assert_eq!(check(&roster, &[base, other], &[], &RULES).findings, []);
    }
    // A change of insurer in the month makes two receipts by right, unless they claim the same day.
    let changed = Claim { insurer: 272_187, days: mask(&[20]), ..base };
    assert_eq!(check(&roster, &[base, changed], &[], &RULES).findings, []);
    let same_day = Claim { days: mask(&[15]), ..changed };
    assert_eq!(only(&check(&roster, &[base, same_day], &[], &RULES)).0.severity, Severity::Review);
}

#[test]
fn another_law_that_pays_first_is_named_unless_it_was_used() {
    let card = |r: &mut Register| r.other_laws = vec![(52, period(day(2026, 9, 16), None))];
    let (finding, text) = found(&|r, _| card(r));
    assert_eq!((finding.reason, finding.days), (Reason::OtherLawFirst { law: 52 }, mask(&[18])));
    assert!(text.contains("法別 52"), "{text}");
    let mut register = Register::new(1);
    card(&mut register);
    let mut draft = child(1, PointTable::Medical, &[18], 200, 500);
    let ours = draft.publics[0];
    draft.publics[0].bearer = Code::try_from("52270000").unwrap();
    draft.publics.push(ours);
    assert_eq!(run(&register, &[draft]).findings, []);
}

#[test]
fn a_co_payment_above_the_rule_is_found() {
    let paid = |days: &[u8], copay| {
        let report = run(&Register::new(1), &[child(1, PointTable::Medical, days, 200, copay)]);
        report.findings.first().map(|f| f.reason)
    };
    assert_eq!(paid(&[15], 500), None);
    assert_eq!(paid(&[15], 501), Some(Reason::CopayOverLimit { paid: Yen(501), limit: Yen(500) }));
    assert_eq!(paid(&[3, 10, 18], 1000), None);
    assert_eq!(paid(&[3, 10, 18], 1001), Some(Reason::CopayOverLimit { paid: Yen(1001), limit: Yen(1000) }));
    let roster = Register::new(1).roster();
    let base = claims_of(&roster, &[child(1, PointTable::Medical, &[15], 200, 500)])[0];
    let pharmacy = Claim { kind: kind(4124), copay: Some(Yen(1)), ..base };
    assert_eq!(only(&check(&roster, &[pharmacy], &[], &RULES)).0.reason.label(), "一部自己負担額超過");
}

#[test]
fn two_senders_one_cap() {
    // A医科 9/3 and 9/10, B歯科 9/20 and 9/24, C入院 9/25–27 examined a month later: 900 + 800 + 1,000.
    let roster = Register::new(1).roster();
    let base = claims_of(&roster, &[child(1, PointTable::Medical, &[3, 10], 500, 900)])[0];
    let b = Claim { kind: kind(3124), copay: Some(Yen(800)), insurer: 272_187, ..base };
    let c = Claim { kind: kind(1123), copay: Some(Yen(1000)), insurer: 272_187, ..base };
    let cap = Yen(2500);
    assert_eq!(monthly_excess(&[base, b], cap), []);
    let excess = monthly_excess(&[base, b, c], cap);
    assert_eq!((excess[0].paid, excess[0].excess, excess[0].claims.len()), (Yen(2700), Yen(200), 3));
    let taken_back = Claim { copay: Some(Yen(-800)), ..b };
    assert_eq!(monthly_excess(&[base, b, c, taken_back], cap), [], "when B is withdrawn the 200 is no longer due");
    let august = Claim { month: SEPTEMBER.plus(-1), ..c };
    let sibling = Claim { recipient: base.recipient + 1, ..c };
    assert_eq!(monthly_excess(&[base, b, august, sibling], cap), []);
}

/// The findings about days, worked out day by day with calendar dates.
fn slow(periods: &[Period], suspensions: &[Period], visits: &[u8]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let (mut before, mut after, mut halted) = (Vec::new(), Vec::new(), Vec::new());
    for visit in visits {
        let date = day(2026, 9, i8::try_from(*visit).unwrap());
        let inside = periods.iter().any(|p| p.contains(date));
        if !inside && periods.iter().all(|p| date < p.from) {
            before.push(*visit);
        } else if !inside {
            after.push(*visit);
        } else if suspensions.iter().any(|p| p.contains(date)) {
            halted.push(*visit);
        }
    }
    (before, after, halted)
}

fn some_period() -> impl Strategy<Value = Period> {
    (-40i16..60, 0i16..50, any::<bool>()).prop_map(|(start, length, open)| {
        let plus = |n: i16| {
            (0..n.abs()).fold(day(2026, 9, 1), |d, _| if n < 0 { d.yesterday().unwrap() } else { d.tomorrow().unwrap() })
        };
        period(plus(start), (!open).then(|| plus(start + length)))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn days_agree_with_the_slow_way(
        periods in proptest::collection::vec(some_period(), 1..4),
        suspensions in proptest::collection::vec(some_period(), 0..3),
        visits in proptest::collection::btree_set(1u8..=30, 1..8),
    ) {
        let visits: Vec<u8> = visits.into_iter().collect();
        let mut register = Register::new(1);
        (register.periods, register.suspensions) = (periods, suspensions);
        let roster = register.roster();
        let base = Claim { days: mask(&visits), copay: None, ..claims_of(&roster, &[child(1, PointTable::Medical, &[1], 1, 0)])[0] };
        let report = check(&roster, &[base], &[], &RULES);
        let days = |wanted: fn(&Reason) -> bool| {
            let mask = report.findings.iter().filter(|f| wanted(&f.reason)).fold(0, |m, f| m | f.days);
            days_of(mask).collect::<Vec<_>>()
        };
        let found = (
            days(|r| matches!(r, Reason::BeforeStart { .. })),
            days(|r| matches!(r, Reason::AfterLoss { .. })),
            days(|r| matches!(r, Reason::Suspended)),
        );
        prop_assert_eq!(found, slow(&register.periods, &register.suspensions, &visits));
        for finding in &report.findings {
            prop_assert!(finding.severity == Severity::Unfit && !finding.text(SEPTEMBER).is_empty());
            if let Reason::AfterLoss { last } = finding.reason {
                prop_assert!(register.periods.iter().any(|p| p.to == Some(last)), "a last day that nobody recorded");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn everybody_in_the_roster_is_found_and_nobody_else(serials in proptest::collection::btree_set(0u32..5_000, 1..300)) {
        let people: Vec<Register> = serials.iter().map(|s| Register::new(*s)).collect();
        let (roster, _) = Roster::build(people.iter().map(Register::entitled));
        let base = claims_of(&roster, &[child(1, PointTable::Medical, &[1], 1, 0)])[0];
        let claims: Vec<Claim> = (0..5_000).map(|s| Claim { recipient: recipient(s).parse().unwrap(), ..base }).collect();
        let unknown = check(&roster, &claims, &[], &RULES).findings.iter().filter(|f| f.reason == Reason::UnknownRecipient).count();
        prop_assert_eq!(unknown, 5_000 - serials.len());
    }
}
