//! 一時解除: what a protected person's own paper needs. One asks, another of rank opens; it holds for one case and a short time, and the
//! paper shuts it again.

use super::issue_certificate::{Asked, answer};
use crate::store;
use async_trait::async_trait;
use kernel::access::Action;
use kernel::ident::AtenaNo;
use law::resident::juminhyo::Release as Opening;
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::fault::FieldProblem;
use platform::{Fault, Unit, subject};
use serde::{Deserialize, Serialize};

/// For how long the place stays open when the paper is not printed: long enough for the desk, too short for the next visitor.
const OPEN_MINUTES: i64 = 30;

/// What is drafted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Release {
    /// Protected people whose place the paper shows; the one who asks comes first.
    pub numbers: Vec<AtenaNo>,
    /// Why.
    pub reason: String,
}

/// Drafts the release for the paper that is asked for.
///
/// # Errors
/// A request that the law does not grant (in words that reveal nothing), nobody protected, or no reason.
pub async fn draft(unit: &mut Unit, asked: &Asked, reason: &str) -> Result<i64, Fault> {
    let (answer, person, _) = answer(unit, asked).await?;
    if answer.release == Opening::Locked {
        return Err(Fault::refused(answer.refusal_ja.join("。")));
    }
    if reason.trim().is_empty() {
        let message = "解除が要る理由(何を、何のために交付するか)を入力してください";
        return Err(Fault::invalid(vec![FieldProblem::new("release_reason", message)]));
    }
    let today = unit.today();
    let people = match asked.household {
        true => store::household(&mut unit.tx, &person.household()?, today).await?,
        false => vec![person],
    };
    let (mut numbers, mut subjects) = (vec![], vec![]);
    for member in people {
        let number = member.number()?;
        let id = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        if subject::is_protected(&mut unit.tx, id).await? {
            numbers.push(number);
            subjects.push(id);
        }
    }
    if subjects.is_empty() {
        return Err(Fault::conflict("一時解除を起案できません", "解除が要る人はいません。そのまま交付できます"));
    }
    let (rank, rule_ja) = super::rank(unit, "protection_release", today)?;
    let command = Release { numbers, reason: reason.into() };
    let title = "一時解除(本人への交付)";
    let new = NewDraft { act: "resident.release", title, command: &command, subjects: &subjects, rank, rule_ja: &rule_ja };
    approval::draft(unit, new).await
}

/// The act.
pub struct Decision;

#[async_trait]
impl Act for Decision {
    fn code(&self) -> &'static str {
        "resident.release"
    }

    fn group(&self) -> &'static str {
        "juki.protection"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let command: Release = approval::command(payload)?;
        let mut names = vec![];
        for number in &command.numbers {
            let id = unit.find_subject(number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
            unit.require(id, &["juki.identify"]).await?;
            let today = unit.today();
            names.push(crate::record::current(unit, number, today).await?.name);
        }
        let line = DiffLine {
            item_ja: "住所の抑止".into(),
            now_ja: "抑止".into(),
            draft_ja: format!("この案件に限り{OPEN_MINUTES}分間解除"),
            reason_ja: command.reason,
        };
        let next_ja = vec!["同じ案件で証明書を印刷できる".into(), "印刷すると、または時間が過ぎると、再び抑止する".into()];
        Ok(Proposal { about_ja: names.join("、"), lines: vec![line], next_ja, ..Proposal::default() })
    }

    async fn apply(&self, unit: &mut Unit, draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let command: Release = approval::command(payload)?;
        let until = unit.now() + jiff::SignedDuration::from_mins(OPEN_MINUTES);
        let second = unit.staff().staff_no.clone();
        for number in &command.numbers {
            let id = unit.find_subject(number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
            unit.see_for(Action::Decide, id, &["juki.protection"]).await?;
            subject::release(&mut unit.tx, id, draft.case_id, &draft.author, &second, until).await?;
        }
        Ok(())
    }
}
