//! Co-payments, monthly cap, 償還払い and shares of the case files.

use crate::facts::ordinary_child;
use crate::support::{case, day, params, row, rules, run, same};
use kernel::decision::Outcome;
use kernel::money::Yen;
use kernel::time::YearMonth;
use law::benefit_rate::{own_charge, own_share, share_ja};
use law::child_medical::{
    Care, Charges, Claim, ClaimLine, Contribution, Copay, DayCharge, Discipline, Due, InKind, Share, Stay, by_day, by_month,
    check_in_kind, double_benefit, eligibility, reimbursement, settle_month, subsidy_report,
};
use law::fees::{Sender, examination_fee};
use serde::Deserialize;

pub const FILES: &[&str] = &[
    "child_medical/benefit_rate.toml",
    "child_medical/copay.toml",
    "child_medical/in_kind.toml",
    "child_medical/month.toml",
    "child_medical/reimbursement.toml",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Visit {
    day: String,
    charge: i64,
}

impl Visit {
    fn charge(&self) -> DayCharge {
        DayCharge { day: day(&self.day), charge: Yen(self.charge) }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CopayCase {
    title: String,
    source: String,
    city: Option<String>,
    discipline: String,
    month: String,
    #[serde(default)]
    visits: Vec<Visit>,
    month_days: Option<u32>,
    month_charge: Option<i64>,
    #[serde(default)]
    days_used: u32,
    expected: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InKindCase {
    title: String,
    source: String,
    discipline: String,
    month: String,
    birth: String,
    points: Vec<i64>,
    days: u32,
    copay: i64,
    expected: InKindExpected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InKindExpected {
    charge: i64,
    outcome: String,
    city_pays: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MonthCase {
    title: String,
    source: String,
    month: String,
    copays: Vec<i64>,
    already_paid: i64,
    expected: MonthExpected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MonthExpected {
    total: i64,
    excess: i64,
    due: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Amount(i64),
    Word(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineCase {
    institution: String,
    discipline: String,
    care: String,
    month: String,
    #[serde(default)]
    days: Vec<String>,
    charge: Option<i64>,
    #[serde(default)]
    visits: Vec<Visit>,
    #[serde(default)]
    meals: i64,
    #[serde(default)]
    uninsured: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReimbursementCase {
    title: String,
    source: String,
    city: Option<String>,
    birth: String,
    left: Option<String>,
    claimed: String,
    paid: String,
    high_cost: Option<Given>,
    additional: Option<Given>,
    lines: Vec<LineCase>,
    expected: ReimbursementExpected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReimbursementExpected {
    outcome: String,
    amount: Option<i64>,
    copay: Option<i64>,
    #[serde(default)]
    trace: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RateCase {
    title: String,
    source: String,
    birth: String,
    day: String,
    points: i64,
    expected: RateExpected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RateExpected {
    share: String,
    charge: i64,
}

case!(CopayCase, InKindCase, MonthCase, ReimbursementCase, RateCase);

fn discipline(word: &str) -> Discipline {
    match word {
        "医科" => Discipline::Medical,
        "歯科" => Discipline::Dental,
        "調剤" => Discipline::Pharmacy,
        other => panic!("unknown 点数表 {other}"),
    }
}

fn care(word: &str) -> Care {
    match word {
        "入院" => Care::Inpatient,
        "外来" => Care::Outpatient,
        other => panic!("unknown 入外 {other}"),
    }
}

fn month(text: &str) -> YearMonth {
    YearMonth::parse(text).unwrap()
}

#[test]
fn copay_cases() {
    run("child_medical/copay.toml", |c: &CopayCase| {
        let (kind, month, rules) = (discipline(&c.discipline), month(&c.month), rules(c.city.as_deref()));
        let found = match (c.month_days, c.month_charge) {
            (Some(days), Some(charge)) => by_month(kind, month, days, Yen(charge), c.days_used, &rules).map(|(yen, _)| yen),
            _ => {
                let visits: Vec<DayCharge> = c.visits.iter().map(Visit::charge).collect();
                by_day(kind, month, &visits, c.days_used, &rules).map(|(yen, _)| yen)
            }
        };
        same("co-pay", Yen(c.expected), found.map_err(|e| e.to_string())?)
    });
}

#[test]
fn in_kind_cases() {
    run("child_medical/in_kind.toml", |c: &InKindCase| {
        let month = month(&c.month);
        let rates = params().benefit_rates;
        let charges = c.points.iter().map(|p| own_charge(*p, day(&c.birth), month.first_day(), &rates));
        let charge: Yen = charges.collect::<Result<Vec<_>, _>>().map_err(|e| e.to_string())?.into_iter().sum();
        same("charge", Yen(c.expected.charge), charge)?;
        let receipt = InKind { discipline: discipline(&c.discipline), month, days: c.days, charge, copay: Yen(c.copay) };
        let decision = check_in_kind(&receipt, &[row("claims_receipt", 1)], &rules(None)).map_err(|e| e.to_string())?;
        same("outcome", c.expected.outcome.as_str(), decision.outcome.label_ja())?;
        same("city pays", Some(Yen(c.expected.city_pays)), decision.trace.last().and_then(|s| s.amount))
    });
}

#[test]
fn month_cases() {
    run("child_medical/month.toml", |c: &MonthCase| {
        let copay = |(i, yen): (usize, &i64)| Copay {
            label_ja: format!("{}番目", i + 1),
            amount: Yen(*yen),
            evidence: Some(row("claims_receipt", i)),
        };
        let copays: Vec<Copay> = c.copays.iter().enumerate().map(copay).collect();
        let found = settle_month(month(&c.month), &copays, Yen(c.already_paid), &rules(None)).map_err(|e| e.to_string())?;
        let due = match found.due {
            Due::Pay(yen) => format!("償還 {}", yen.get()),
            Due::Recover(yen) => format!("返還 {}", yen.get()),
            Due::Nothing => "なし".to_owned(),
        };
        same("total", Yen(c.expected.total), found.total)?;
        same("excess", Yen(c.expected.excess), found.excess)?;
        same("due", c.expected.due.as_str(), due.as_str())?;
        same("rows used", c.copays.len(), found.decision.facts_used().len())
    });
}

fn contribution(given: &Option<Given>) -> Contribution {
    match given {
        None => Contribution::None { evidence: None },
        Some(Given::Word(word)) if word == "不明" => Contribution::Unknown,
        Some(Given::Word(other)) => panic!("unknown word {other}"),
        Some(Given::Amount(yen)) => Contribution::Decided { amount: Yen(*yen), evidence: Some(row("aid_insurer_notice", 1)) },
    }
}

fn line(c: &LineCase) -> ClaimLine {
    let charges = match c.charge {
        Some(charge) => Charges::Month { days: c.days.iter().map(|d| day(d)).collect(), charge: Yen(charge) },
        None => Charges::Daily(c.visits.iter().map(Visit::charge).collect()),
    };
    ClaimLine {
        institution: c.institution.clone(),
        discipline: discipline(&c.discipline),
        care: care(&c.care),
        month: month(&c.month),
        charges,
        meals: Yen(c.meals),
        uninsured: Yen(c.uninsured),
        copay_days_used: 0,
    }
}

fn claim(c: &ReimbursementCase) -> Claim {
    let child = ordinary_child(&c.birth, c.left.as_deref());
    Claim {
        claimed_on: day(&c.claimed),
        paid_on: day(&c.paid),
        lines: c.lines.iter().map(line).collect(),
        high_cost: contribution(&c.high_cost),
        additional: contribution(&c.additional),
        eligible: eligibility(&child, &rules(c.city.as_deref()), day(&c.paid)).unwrap().spans,
        evidence: vec![row("aid_claim", 1)],
    }
}

#[test]
fn reimbursement_cases() {
    run("child_medical/reimbursement.toml", |c: &ReimbursementCase| {
        let found = reimbursement(&claim(c), &rules(c.city.as_deref())).map_err(|e| e.to_string())?;
        let reasons = || found.decision.reasons.iter().map(|r| format!("{}:{}", r.no, r.detail_ja)).collect::<Vec<_>>();
        same("outcome", c.expected.outcome.as_str(), found.decision.outcome.label_ja())
            .map_err(|e| format!("{e} {:?}", reasons()))?;
        same("amount", c.expected.amount.map(Yen), found.amount)?;
        if let Some(copay) = c.expected.copay {
            same("co-pay", Yen(copay), found.copay)?;
        }
        let lines = found.decision.trace_ja();
        match c.expected.trace.iter().find(|wanted| !lines.iter().any(|l| l.starts_with(wanted.as_str()))) {
            Some(missing) => Err(format!("trace lacks {missing:?}: {lines:#?}")),
            None => Ok(()),
        }
    });
}

#[test]
fn rate_cases() {
    run("child_medical/benefit_rate.toml", |c: &RateCase| {
        let (rates, birth, on) = (params().benefit_rates, day(&c.birth), day(&c.day));
        let share = own_share(birth, on, &rates).map_err(|e| e.to_string())?.value;
        same("share", c.expected.share.as_str(), share_ja(share).as_str())?;
        same("charge", Yen(c.expected.charge), own_charge(c.points, birth, on, &rates).map_err(|e| e.to_string())?)
    });
}

/// The month of 二つの請求元, as the three receipts come in and one goes out again.
#[test]
fn two_senders_one_cap() {
    let (rules, month) = (rules(None), month("2026-09"));
    let copay = |label: &str, yen| Copay { label_ja: label.into(), amount: Yen(yen), evidence: None };
    let (a, b, c) = (copay("A医科", 900), copay("B歯科", 800), copay("C入院", 1000));
    let settle = |copays: &[Copay], paid| settle_month(month, copays, Yen(paid), &rules).unwrap();

    let first = settle(&[a.clone(), b.clone()], 0);
    assert_eq!(first.due, Due::Nothing);
    let later = settle(&[a.clone(), b.clone(), c.clone()], 0);
    assert_eq!(later.due, Due::Pay(Yen(200)));
    assert_eq!(later.decision.outcome, Outcome::Granted);
    let withdrawn = settle(&[a, c], 200);
    assert_eq!(withdrawn.due, Due::Recover(Yen(200)));
    assert!(withdrawn.decision.trace_ja().iter().any(|l| l.starts_with("返還を求める額 = 200円")));

    let bill = |sender, paid: &[i64]| {
        let (fee, _) = examination_fee(sender, u32::try_from(paid.len()).unwrap(), month, &params().fees).unwrap();
        paid.iter().copied().map(Yen).sum::<Yen>() + fee
    };
    assert_eq!(bill(Sender::Fund, &[100]), Yen(177));
    assert_eq!(bill(Sender::Federation, &[300, 5_000]), Yen(5_454));
}

#[test]
fn a_receipt_for_a_reimbursed_stay_is_a_double_benefit() {
    let stay = |days: &[&str], name: &str| Stay {
        institution: name.into(),
        discipline: Discipline::Medical,
        care: Care::Inpatient,
        month: month("2026-06"),
        days: days.iter().map(|d| day(d)).collect(),
        evidence: row("claims_receipt", name),
    };
    let paid = stay(&["R8.6.10", "R8.6.11"], "隣県病院");
    assert_eq!(double_benefit(&paid, &stay(&["R8.6.11"], "隣県病院")).outcome, Outcome::Refused);
    assert_eq!(double_benefit(&paid, &stay(&["R8.6.20"], "隣県病院")).outcome, Outcome::Granted);
    assert_eq!(double_benefit(&paid, &stay(&["R8.6.11"], "みなと病院")).outcome, Outcome::Granted);
    assert_eq!(double_benefit(&paid, &stay(&[], "隣県病院")).outcome, Outcome::Unclear);
}

#[test]
fn amounts_that_cannot_be_are_refused() {
    let rules = rules(None);
    let line = LineCase {
        institution: "隣県病院".into(),
        discipline: "医科".into(),
        care: "外来".into(),
        month: "2026-09".into(),
        days: vec![],
        charge: None,
        visits: vec![Visit { day: "R8.9.1".into(), charge: -1 }],
        meals: 0,
        uninsured: 0,
    };
    let mut case = ReimbursementCase {
        title: String::new(),
        source: String::new(),
        city: None,
        birth: "R2.11.3".into(),
        left: None,
        claimed: "R8.10.1".into(),
        paid: "R8.9.1".into(),
        high_cost: None,
        additional: None,
        lines: vec![line],
        expected: ReimbursementExpected { outcome: String::new(), amount: None, copay: None, trace: vec![] },
    };
    assert!(reimbursement(&claim(&case), &rules).is_err(), "negative charge");
    case.lines[0].visits[0].charge = 1_000;
    case.high_cost = Some(Given::Amount(-1));
    assert!(reimbursement(&claim(&case), &rules).is_err(), "negative 高額療養費");
    case.high_cost = None;
    let mut twice = claim(&case);
    twice.lines.push(twice.lines[0].clone());
    assert!(reimbursement(&twice, &rules).is_err(), "the same line twice would give the family's own part twice");
    case.lines.clear();
    assert_eq!(reimbursement(&claim(&case), &rules).unwrap().decision.outcome, Outcome::Unclear, "no receipt, no decision");
}

#[test]
fn the_subsidy_report_counts_each_payment_under_its_share() {
    use Share::{Municipal, Prefectural, Undetermined};
    let paid = [(Prefectural, Yen(5_000)), (Municipal, Yen(300)), (Prefectural, Yen(-901)), (Undetermined, Yen(70))];
    let report = subsidy_report(&paid, day("R8.10.1"), &rules(None)).unwrap();
    assert_eq!((report.prefectural.count, report.prefectural.amount), (2, Yen(4_099)));
    assert_eq!((report.municipal.count, report.municipal.amount), (1, Yen(300)));
    assert_eq!((report.undetermined.count, report.undetermined.amount), (1, Yen(70)));
    assert_eq!(report.subsidy, Yen(2_000), "half of 4,099, below 1,000 yen dropped");
}
