//! 決裁: which rank decides an act, and whether this person may.
//!
//! The rule table is the city's 事務専決規程 (`params/approval/`). An act that no row names may be decided by nobody: the table has
//! to be completed first.

use crate::params::{ApprovalRule, ApprovalRules, ParamError, Rank, Row};
use crate::reasons::{Finding, numbered, verdict};
use kernel::decision::{Decision, Verdict};
use kernel::money::Yen;
use kernel::time::Date;

/// What the rule table says about an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequiredRank<'a> {
    /// Lowest rank that may decide.
    pub rank: Rank,
    /// The row, with its article and flags.
    pub row: &'a Row<ApprovalRule>,
}

/// The rank that must decide `act` of `programme` (`"resident"`, `"move_in"`), given the amount where the act pays or takes money.
/// A rule with an amount limit and an act without an amount asks for the higher rank.
///
/// # Errors
/// [`ParamError::NotInForce`] when the table has no such act on that day: nobody may decide it.
pub fn required_rank<'a>(
    programme: &str,
    act: &str,
    amount: Option<Yen>,
    day: Date,
    rules: &'a ApprovalRules,
) -> Result<RequiredRank<'a>, ParamError> {
    let key = format!("{programme}.{act}");
    let Some(dated) = rules.by_act.get(&key) else {
        return Err(ParamError::NotInForce { key: format!("approval.{key}"), day });
    };
    let row = dated.at(day)?;
    let within = |limit: Yen| amount.is_some_and(|a| a <= limit);
    let rank = match (row.value.up_to, row.value.above) {
        (Some(limit), Some(above)) if !within(limit) => above.max(row.value.rank),
        _ => row.value.rank,
    };
    Ok(RequiredRank { rank, row })
}

/// The person at the 決裁 inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approver {
    /// Rank in the office that owns the act.
    pub rank: Rank,
    /// Drafted, entered or supplied evidence for this very case.
    pub took_part: bool,
    /// Acts for an absent holder of the required rank (代決).
    pub for_absent: bool,
}

/// May this person decide? Reasons: 1 rank, 2 another person. A 代決 is granted as such and must be seen afterwards (後閲):
/// then the first reason carries the verdict word 代決.
pub fn may_decide(required: &RequiredRank<'_>, approver: &Approver) -> Decision {
    let rule = &required.row.value;
    let article = required.row.facts.legal_basis.as_str();
    let direct = approver.rank >= required.rank;
    let next_below = match required.rank {
        Rank::Director => Some(Rank::SectionChief),
        Rank::SectionChief => Some(Rank::SubsectionChief),
        // A clerk drafts and never decides, not even for an absent chief.
        Rank::SubsectionChief | Rank::Clerk => None,
    };
    let deputy = !direct && approver.for_absent && rule.deputy && next_below == Some(approver.rank);
    let detail = format!("{} 専決 {}・あなたは {}", rule.label_ja, required.rank.label_ja(), approver.rank.label_ja());
    let detail = if deputy { format!("{detail}(不在のための代決・後閲が必要)") } else { detail };
    let mut rank = Finding::new(verdict(direct || deputy), detail, article).reason("専決の範囲である");
    rank.verdict_ja = deputy.then(|| "代決".to_owned());
    let apart = match (rule.second_person, approver.took_part) {
        (false, _) => Finding::new(Verdict::Satisfied, "起案者が決裁できる事務です", article),
        (true, false) => Finding::new(Verdict::Satisfied, "この案件の起案・入力に関わっていません", article),
        (true, true) => Finding::new(Verdict::NotSatisfied, "この案件の起案・入力に関わった人は決裁できません", article),
    };
    Decision::from_reasons(numbered(vec![rank, apart.reason("起案者と決裁者が別の人である")]), vec![])
}

/// Every act of the table, for the settings page: key, first row in force on the day.
pub fn table(day: Date, rules: &ApprovalRules) -> Vec<(&str, &Row<ApprovalRule>)> {
    rules.by_act.iter().filter_map(|(key, dated)| Some((key.as_str(), dated.at(day).ok()?))).collect()
}
