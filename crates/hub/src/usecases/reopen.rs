//! 「別の人」の取消し: an answer that keeps two records apart was wrong. One person drafts, another decides; then the question is open again,
//! and nothing that was said about it is lost.

use super::freeze::{freeze, is_incident};
use super::join::{answer, require};
use super::match_up::{APART, OPEN, TASK};
use crate::model::LINK;
use crate::rules::Rules;
use crate::store;
use async_trait::async_trait;
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::{Fault, Unit, task};
use serde::{Deserialize, Serialize};

/// Code of the act.
pub const REOPEN: &str = "hub.reopen";
/// 別の人, and somebody has drafted that it was not right.
pub const DOUBTED: &str = "取消の決裁待ち";

/// The draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reopen {
    /// The question that was answered with 別の人.
    pub question: i64,
    /// Why that was wrong.
    pub reason: String,
}

/// Drafts that 別の人 be taken back.
///
/// # Errors
/// A question with another answer.
pub async fn draft(unit: &mut Unit, reopen: &Reopen, rules: &Rules) -> Result<(), Fault> {
    let question = store::question(&mut unit.tx, reopen.question).await?;
    let subjects = require(unit, &question).await?;
    answer(unit, &question, APART, DOUBTED, Some(&reopen.reason)).await?;
    let (rank, rule_ja) = (rules.rank)(REOPEN, unit.today())?;
    let title = "「別の人」とした判断の取消し";
    let new = NewDraft { act: REOPEN, title, command: reopen, subjects: &subjects, rank, rule_ja: &rule_ja };
    approval::draft(unit, new).await.map(|_| ())
}

/// The act.
pub struct ReopenQuestion;

#[async_trait]
impl Act for ReopenQuestion {
    fn code(&self) -> &'static str {
        REOPEN
    }

    fn group(&self) -> &'static str {
        LINK
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let reopen: Reopen = approval::command(payload)?;
        let question = store::question(&mut unit.tx, reopen.question).await?;
        require(unit, &question).await?;
        let earlier = store::answers(&mut unit.tx, question.id).await?;
        let said = earlier.iter().rev().find(|a| a.state == APART).and_then(|a| a.note.clone()).unwrap_or_default();
        let lines = vec![DiffLine {
            item_ja: "名寄せの判断".into(),
            now_ja: format!("{APART}: {said}"),
            draft_ja: OPEN.into(),
            reason_ja: reopen.reason,
        }];
        Ok(Proposal {
            about_ja: format!("{}: {}", question.evidence, question.explanation),
            lines,
            next_ja: vec!["確認の一覧に戻り、もう一度見比べる".into(), "前の判断は履歴に残る".into()],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let reopen: Reopen = approval::command(payload)?;
        let question = store::question(&mut unit.tx, reopen.question).await?;
        require(unit, &question).await?;
        answer(unit, &question, DOUBTED, OPEN, None).await?;
        if is_incident(&question) {
            freeze(unit, &question).await?;
        }
        Ok(task::reopen_reference(&mut unit.tx, TASK, &question.id.to_string()).await?)
    }

    async fn discard(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let reopen: Reopen = approval::command(payload)?;
        let question = store::question(&mut unit.tx, reopen.question).await?;
        answer(unit, &question, DOUBTED, APART, None).await
    }
}
