//! Eligibility, loss and cards of the case files.

use crate::facts::{IncomeCase, income, insurance, ordinary_child, other_schemes, relief, residence, school_leave};
use crate::support::{case, day, period, row, rules, run, same};
use kernel::decision::Verdict;
use kernel::time::{Date, PartialDate, Period, wareki_short};
use law::child_medical::{
    EndCause, Fact, Facts, Inquiry, Loss, MoveOut, Residence, Span, card_expiry, days_outside, eligibility, loss,
};
use serde::Deserialize;
use std::collections::BTreeMap;

pub const FILES: &[&str] = &["child_medical/card.toml", "child_medical/eligibility.toml", "child_medical/loss.toml"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EligibilityCase {
    title: String,
    source: String,
    city: Option<String>,
    as_of: String,
    birth: String,
    lived: Option<Vec<String>>,
    insured: Option<Vec<String>>,
    relief: Option<Vec<String>>,
    other: Option<Vec<String>>,
    #[serde(default)]
    school: Vec<String>,
    #[serde(default)]
    incomes: Vec<IncomeCase>,
    applied: Option<String>,
    expected: EligibilityExpected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EligibilityExpected {
    outcome: String,
    period: Option<String>,
    share: Option<String>,
    reasons: Option<Vec<String>>,
    spans: Option<Vec<String>>,
    #[serde(default)]
    details: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LossCase {
    title: String,
    source: String,
    city: Option<String>,
    birth: String,
    notified: String,
    planned: String,
    moved_in: Option<String>,
    cancelled: Option<String>,
    school: Option<String>,
    visits: Vec<String>,
    expected: LossExpected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LossExpected {
    result: String,
    erased: Option<String>,
    last_valid: Option<String>,
    loss_day: Option<String>,
    outside: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CardCase {
    title: String,
    source: String,
    birth: String,
    left: Option<String>,
    issued: String,
    expected: String,
}

case!(EligibilityCase, LossCase, CardCase);

fn facts(c: &EligibilityCase) -> Facts {
    let fact = |value| Fact { value, evidence: row("resident_person", 1) };
    Facts {
        birth: Some(fact(PartialDate::parse(&c.birth).unwrap())),
        residence: residence(&c.lived),
        school_leaves: c.school.iter().map(|t| school_leave(t)).collect(),
        insurance: insurance(&c.insured),
        relief: relief(&c.relief),
        other_schemes: other_schemes(&c.other),
        incomes: c.incomes.iter().enumerate().map(income).collect(),
        applied_on: c.applied.as_deref().map(|t| Fact { value: day(t), evidence: row("aid_application", 1) }),
    }
}

fn words(p: &Period) -> String {
    format!("{}〜{}", wareki_short(p.from), p.to.map(wareki_short).unwrap_or_default())
}

fn span_words(s: &Span) -> String {
    format!("{} {}{}", words(&s.period), s.share.label_ja(), if s.certain { "" } else { "?" })
}

#[test]
fn eligibility_cases() {
    run("child_medical/eligibility.toml", |c: &EligibilityCase| {
        let answer = eligibility(&facts(c), &rules(c.city.as_deref()), day(&c.as_of)).map_err(|e| e.to_string())?;
        let d = &answer.decision;
        let verdicts: Vec<String> =
            d.reasons.iter().map(|r| r.verdict_ja.clone().unwrap_or_else(|| r.verdict.label_ja().to_owned())).collect();
        same("outcome", c.expected.outcome.as_str(), d.outcome.label_ja()).map_err(|e| format!("{e} {verdicts:?}"))?;
        if let Some(expected) = &c.expected.reasons {
            same("reasons", expected, &verdicts)?;
        }
        if let Some(expected) = &c.expected.period {
            let expected = words(&period(expected).0);
            same("period", Some(expected), answer.period().map(|p| words(&p)))?;
        }
        if let Some(expected) = &c.expected.share {
            same("share", expected.as_str(), d.reasons[4].verdict_ja.as_deref().unwrap())?;
        }
        if let Some(expected) = &c.expected.spans {
            same("spans", expected.clone(), answer.spans.iter().map(span_words).collect())?;
        }
        for (no, detail) in &c.expected.details {
            let no: usize = no.parse().unwrap();
            same("detail", detail.as_str(), d.reasons[no - 1].detail_ja.as_str())?;
        }
        same("numbers", (1..=7).collect::<Vec<u8>>(), d.reasons.iter().map(|r| r.no).collect())?;
        let bare = d.reasons.iter().find(|r| r.article.is_empty() || (r.verdict == Verdict::Satisfied && r.evidence.is_empty()));
        same("every reason has its article, every satisfied one its evidence", None, bare.map(|r| r.title_ja.as_str()))
    });
}

/// The child's days after the loss was decided: the register's row as the move out left it.
fn after(move_out: &LossCase, decided: &Loss) -> Facts {
    let mut child = ordinary_child(&move_out.birth, None);
    let ended = match decided {
        Loss::Resumed => None,
        _ => {
            let planned = day(&move_out.planned);
            let arrived = move_out.moved_in.as_deref().map(day);
            Some((law::resident::erased_on(planned, arrived), EndCause::MovedOut))
        }
    };
    let row = Residence { from: day(&move_out.birth), ended, evidence: row("resident_person", 1) };
    child.residence = Inquiry::Asked { on: day("R8.11.4"), rows: vec![row], evidence: None };
    child.school_leaves = move_out.school.iter().map(|t| school_leave(t)).collect();
    child
}

#[test]
fn loss_cases() {
    run("child_medical/loss.toml", |c: &LossCase| {
        let rules = rules(c.city.as_deref());
        let move_out = MoveOut {
            notified_on: day(&c.notified),
            planned_on: day(&c.planned),
            moved_in_on: c.moved_in.as_deref().map(day),
            cancelled_on: c.cancelled.as_deref().map(day),
            evidence: vec![row("resident_event", 1)],
        };
        let leave = c.school.as_deref().map(school_leave);
        let answer = loss(&move_out, leave.as_ref(), &rules).map_err(|e| e.to_string())?;
        let (result, days) = match answer.loss {
            Loss::Lost { erased_on, last_valid_day, loss_day, provisional } => {
                (if provisional { "喪失(仮)" } else { "喪失" }, Some([erased_on, last_valid_day, loss_day]))
            }
            Loss::Kept { .. } => ("継続(就学)", None),
            Loss::Resumed => ("継続(転出取消)", None),
            Loss::Open => ("要確認", None),
        };
        same("result", c.expected.result.as_str(), result)?;
        let expected: Option<Vec<Date>> = [&c.expected.erased, &c.expected.last_valid, &c.expected.loss_day]
            .into_iter()
            .map(|d| d.as_deref().map(day))
            .collect();
        same("days", expected, days.map(|d| d.to_vec()))?;
        let spans = eligibility(&after(c, &answer.loss), &rules, day(&c.planned)).map_err(|e| e.to_string())?.spans;
        let visits: Vec<Date> = c.visits.iter().map(|v| day(v)).collect();
        let outside: Vec<Date> = c.expected.outside.iter().map(|v| day(v)).collect();
        same("days outside", outside, days_outside(&spans, &visits))
    });
}

#[test]
fn card_cases() {
    run("child_medical/card.toml", |c: &CardCase| {
        let rules = rules(None);
        let issued = day(&c.issued);
        let child = ordinary_child(&c.birth, c.left.as_deref());
        let spans = eligibility(&child, &rules, issued).map_err(|e| e.to_string())?.spans;
        let found = card_expiry(&spans, issued, &rules).map_err(|e| e.to_string())?;
        same("expiry", Some(day(&c.expected)), found)
    });
}

#[test]
fn an_uncertain_day_is_never_a_valid_day() {
    let mut child = ordinary_child("R2.11.3", None);
    child.insurance = Inquiry::NotAsked;
    let answer = eligibility(&child, &rules(None), day("R8.11.20")).unwrap();
    assert!(!answer.spans.is_empty() && answer.spans.iter().all(|s| !s.certain));
    assert_eq!(answer.period(), None);
    assert_eq!(days_outside(&answer.spans, &[day("R8.11.20")]), [day("R8.11.20")]);
    assert_eq!(card_expiry(&answer.spans, day("R8.11.20"), &rules(None)), Ok(None));
}

#[test]
fn a_decision_names_every_row_it_used() {
    let child = ordinary_child("R2.11.3", None);
    let answer = eligibility(&child, &rules(None), day("R8.11.20")).unwrap();
    let used: Vec<&str> = answer.decision.facts_used().iter().map(|f| f.register.as_str()).collect();
    assert_eq!(used, ["resident_person", "aid_insurance"]);
}

#[test]
fn a_day_without_any_rule_is_an_error_not_a_guess() {
    let child = ordinary_child("H20.4.1", None);
    assert!(eligibility(&child, &rules(None), day("H27.3.31")).is_err());
}

#[test]
fn nothing_known_is_unclear_in_every_reason_and_gives_no_day() {
    let nothing = Facts {
        birth: None,
        residence: Inquiry::NotAsked,
        school_leaves: vec![],
        insurance: Inquiry::NotAsked,
        relief: Inquiry::NotAsked,
        other_schemes: Inquiry::NotAsked,
        incomes: vec![],
        applied_on: None,
    };
    let answer = eligibility(&nothing, &rules(None), day("R8.11.20")).unwrap();
    assert_eq!(answer.decision.outcome.label_ja(), "要確認");
    assert!(answer.decision.reasons.iter().take(6).all(|r| r.verdict == Verdict::Unclear));
    assert_eq!((answer.share(), answer.period(), answer.spans), (None, None, vec![]));
}
