//! 名寄せの決裁: one person says that two records are one person, another decides.

use super::freeze::{is_incident, thaw};
use super::match_up::{APART, DRAFTED, OPEN, SAME, connect, dan_of};
use crate::model::{Answer, LINK, NUMBER, Question};
use crate::rules::Rules;
use crate::store;
use async_trait::async_trait;
use kernel::ident::DanNo;
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::{Fault, Unit, subject, task};
use serde::{Deserialize, Serialize};

/// Code of the act.
pub const JOIN: &str = "hub.join";

/// The draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Join {
    /// The question it answers.
    pub question: i64,
    /// Why they are one person.
    pub reason: String,
}

/// Drafts the answer 同じ人.
///
/// # Errors
/// A question that somebody else has answered, or a pair that no 団番 can join.
pub async fn draft(unit: &mut Unit, join: &Join, rules: &Rules) -> Result<(), Fault> {
    let question = store::question(&mut unit.tx, join.question).await?;
    let subjects = require(unit, &question).await?;
    target(unit, &question).await?;
    answer(unit, &question, OPEN, DRAFTED, Some(&join.reason)).await?;
    let (rank, rule_ja) = (rules.rank)(JOIN, unit.today())?;
    let title = format!("名寄せ {}", question.evidence);
    let new = NewDraft { act: JOIN, title: &title, command: join, subjects: &subjects, rank, rule_ja: &rule_ja };
    approval::draft(unit, new).await.map(|_| ())
}

/// Demands the numbers and links of both people, and answers their subjects.
pub async fn require(unit: &mut Unit, question: &Question) -> Result<[i64; 2], Fault> {
    let one = subject::of(&mut unit.tx, &question.atena_no).await?;
    let other = subject::of(&mut unit.tx, &question.other_no).await?;
    for subject in [one, other] {
        unit.require(subject, &[NUMBER, LINK]).await?;
    }
    Ok([one, other])
}

/// Brings a question from one state into another, and keeps the answer in its history.
///
/// # Errors
/// Somebody else was faster.
pub async fn answer(unit: &mut Unit, question: &Question, from: &str, state: &str, note: Option<&str>) -> Result<(), Fault> {
    let (by, now) = (unit.staff().name.clone(), unit.now());
    let note = note.map(str::to_owned).or_else(|| question.note.clone());
    let answered =
        Question { state: state.to_owned(), note: note.clone(), decided_by: Some(by), decided_at: Some(now), ..question.clone() };
    if !store::set_question(&mut unit.tx, &answered, from).await? {
        return Err(Fault::conflict("この確認は済んでいます", "ほかの職員が先に答えました"));
    }
    keep(unit, question.id, state, note).await?;
    if state == SAME || state == APART {
        task::done_reference(&mut unit.tx, super::match_up::TASK, &question.id.to_string(), now).await?;
    }
    Ok(())
}

/// Keeps an answer in the history of its question.
///
/// # Errors
/// The database's refusal.
pub async fn keep(unit: &mut Unit, question_id: i64, state: &str, note: Option<String>) -> Result<(), Fault> {
    let (decided_by, decided_at, seq) = (unit.staff().name.clone(), unit.now(), unit.seq().await?);
    let kept = Answer { id: 0, question_id, state: state.to_owned(), note, decided_by, decided_at, seq };
    Ok(kept.insert(&mut unit.tx).await.map(|_| ())?)
}

/// Which 団番 the two get: the one that one of them has.
async fn target(unit: &mut Unit, question: &Question) -> Result<DanNo, Fault> {
    let (mine, other) = (dan_of(unit, &question.atena_no).await?, dan_of(unit, &question.other_no).await?);
    match (mine, other) {
        (Some(mine), Some(other)) if mine != other => Err(Fault::conflict(
            "同じ人としてつなげません",
            "二つの個人番号が登録されています。どちらの番号が正しいかを、登録した業務で先に確かめてください",
        )),
        (Some(dan_no), _) | (_, Some(dan_no)) => Ok(dan_no),
        (None, None) => Err(Fault::conflict(
            "同じ人としてつなげません",
            "どちらの個人番号もまだ分からないため、団体内統合宛名番号がありません",
        )),
    }
}

/// The act.
pub struct JoinPeople;

#[async_trait]
impl Act for JoinPeople {
    fn code(&self) -> &'static str {
        JOIN
    }

    fn group(&self) -> &'static str {
        LINK
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let join: Join = approval::command(payload)?;
        let question = store::question(&mut unit.tx, join.question).await?;
        require(unit, &question).await?;
        let dan_no = target(unit, &question).await?;
        let lines = vec![DiffLine {
            item_ja: "団体内統合宛名番号".into(),
            now_ja: format!("{} と {} は別の記録", question.atena_no, question.other_no),
            draft_ja: format!("どちらも {dan_no}"),
            reason_ja: join.reason,
        }];
        Ok(Proposal {
            about_ja: format!("{}: {}", question.evidence, question.explanation),
            lines,
            next_ja: vec!["二つの記録が一人として連携される".into(), "誤りと分かったときは、解除と回収ができる".into()],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let join: Join = approval::command(payload)?;
        let question = store::question(&mut unit.tx, join.question).await?;
        require(unit, &question).await?;
        let dan_no = target(unit, &question).await?;
        let basis = format!("決裁({})", question.evidence);
        for who in [&question.atena_no, &question.other_no] {
            connect(unit, who, Some(&dan_no), &basis).await?;
        }
        answer(unit, &question, DRAFTED, SAME, None).await?;
        if is_incident(&question) { thaw(unit, &question).await } else { Ok(()) }
    }

    async fn discard(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let join: Join = approval::command(payload)?;
        let question = store::question(&mut unit.tx, join.question).await?;
        answer(unit, &question, DRAFTED, OPEN, None).await
    }
}
