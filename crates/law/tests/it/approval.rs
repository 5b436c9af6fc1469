//! 専決規程 and 教示.

use crate::support::{day, params};
use kernel::decision::Outcome;
use kernel::money::Yen;
use law::approval::{Approver, may_decide, required_rank, table};
use law::params::Rank;
use law::redress::instruction_ja;

fn approver(rank: Rank) -> Approver {
    Approver { rank, took_part: false, for_absent: false }
}

fn decides(act: (&str, &str), who: Approver) -> Outcome {
    let rules = params().approval;
    let required = required_rank(act.0, act.1, None, day("R8.11.20"), &rules).unwrap();
    may_decide(&required, &who).outcome
}

const CORRECTION: (&str, &str) = ("resident", "ex_officio_correction");
const REFUSAL: (&str, &str) = ("child_medical", "refuse");

#[test]
fn the_chief_decides_a_correction_and_a_clerk_does_not() {
    let rules = params().approval;
    let required = required_rank("resident", "ex_officio_correction", None, day("R8.11.20"), &rules).unwrap();
    assert_eq!(required.rank, Rank::SubsectionChief);
    assert_eq!(required.row.facts.legal_basis, "みなと市事務専決規程別表2の4");
    assert_eq!(decides(CORRECTION, approver(Rank::Clerk)), Outcome::Refused);
    assert_eq!(decides(CORRECTION, approver(Rank::SubsectionChief)), Outcome::Granted);
    assert_eq!(decides(CORRECTION, approver(Rank::SectionChief)), Outcome::Granted);
}

#[test]
fn who_drafted_never_decides() {
    let drafter = Approver { rank: Rank::Director, took_part: true, for_absent: false };
    assert_eq!(decides(CORRECTION, drafter), Outcome::Refused);
    let counter = Approver { rank: Rank::SubsectionChief, took_part: true, for_absent: false };
    assert_eq!(decides(("resident", "certificate"), counter), Outcome::Granted, "a certificate needs no second person");
}

#[test]
fn a_deputy_is_exactly_one_rank_below_and_is_named_as_such() {
    let deputy = |rank| Approver { rank, took_part: false, for_absent: true };
    assert_eq!(decides(REFUSAL, deputy(Rank::SubsectionChief)), Outcome::Granted);
    assert_eq!(decides(REFUSAL, approver(Rank::SubsectionChief)), Outcome::Refused, "not while the holder is there");
    assert_eq!(decides(REFUSAL, deputy(Rank::Clerk)), Outcome::Refused);
    assert_eq!(decides(CORRECTION, deputy(Rank::Clerk)), Outcome::Refused, "a clerk never decides");
    let no_deputy = ("resident", "protection_end");
    assert_eq!(decides(no_deputy, deputy(Rank::SubsectionChief)), Outcome::Refused, "the rule excludes 代決");
    let rules = params().approval;
    let required = required_rank("child_medical", "refuse", None, day("R8.11.20"), &rules).unwrap();
    let decision = may_decide(&required, &deputy(Rank::SubsectionChief));
    assert_eq!(decision.reasons[0].verdict_ja.as_deref(), Some("代決"));
}

#[test]
fn a_large_or_unknown_amount_asks_for_the_higher_rank() {
    let rules = params().approval;
    let rank = |amount| required_rank("child_medical", "reimbursement", amount, day("R8.11.20"), &rules).unwrap().rank;
    assert_eq!(rank(Some(Yen(100_000))), Rank::SubsectionChief);
    assert_eq!(rank(Some(Yen(100_001))), Rank::SectionChief);
    assert_eq!(rank(None), Rank::SectionChief);
}

#[test]
fn an_act_without_a_rule_is_decided_by_nobody() {
    let rules = params().approval;
    assert!(required_rank("resident", "unheard_of", None, day("R8.11.20"), &rules).is_err());
    assert!(required_rank("resident", "move_in", None, day("H27.3.31"), &rules).is_err(), "before the rule");
    assert!(table(day("R8.11.20"), &rules).len() > 30);
}

#[test]
fn the_instruction_names_both_periods() {
    let lines = instruction_ja("みなと市長", "みなと市長", "みなと市", day("R8.11.20"), &params().redress).unwrap();
    assert!(lines[0].contains("3か月以内") && lines[0].contains("審査請求"));
    assert!(lines[1].contains("6か月以内") && lines[1].contains("みなと市を被告"));
    assert!(lines[2].contains("1年"));
}
