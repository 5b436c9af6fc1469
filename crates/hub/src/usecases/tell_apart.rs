//! 別の人: two records are two people. One person may say so where it changes nothing; of a 番号不整合, another decides, because the 個人番号
//! goes to the one whose it is, and what was done under it for the other is called back.

use super::freeze::{UNDECIDED, is_incident, thaw};
use super::join::{answer, require};
use super::match_up::{APART, DRAFTED, OPEN, connect, dan_of};
use super::register_outsider::is_outsiders;
use super::split;
use crate::model::{LINK, Question};
use crate::rules::Rules;
use crate::store;
use async_trait::async_trait;
use kernel::ident::DanNo;
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::{Fault, Unit};
use ports::LinkUses;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Code of the act.
pub const APART_ACT: &str = "hub.apart";

/// The draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TellApart {
    /// The question it answers.
    pub question: i64,
    /// Why they are two people.
    pub reason: String,
}

/// Answers a question with 別の人, or drafts the answer to a 番号不整合.
///
/// # Errors
/// A question that somebody else has answered; two who are linked, which only [`split`] undoes.
pub async fn run(unit: &mut Unit, told: &TellApart, rules: &Rules) -> Result<(), Fault> {
    let question = store::question(&mut unit.tx, told.question).await?;
    let subjects = require(unit, &question).await?;
    let (mine, other) = (dan_of(unit, &question.atena_no).await?, dan_of(unit, &question.other_no).await?);
    if mine.is_some() && mine == other {
        return Err(Fault::conflict(
            "別の人とする前に、連携の解除が必要です",
            "二つの記録は同じ団体内統合宛名番号につながっています。統合宛名の画面で解除を起案してください",
        ));
    }
    if !is_incident(&question) {
        return answer(unit, &question, OPEN, APART, Some(&told.reason)).await;
    }
    answer(unit, &question, OPEN, DRAFTED, Some(&told.reason)).await?;
    let (rank, rule_ja) = (rules.rank)(APART_ACT, unit.today())?;
    let title = "番号不整合: 別の人とする判断";
    let new = NewDraft { act: APART_ACT, title, command: told, subjects: &subjects, rank, rule_ja: &rule_ja };
    approval::draft(unit, new).await.map(|_| ())
}

/// The 団番 that goes to the resident of a 番号不整合 who has none yet: the registry says whose a 個人番号 is.
async fn handed_over(unit: &mut Unit, question: &Question) -> Result<Option<DanNo>, Fault> {
    if is_outsiders(&question.other_no) || dan_of(unit, &question.other_no).await?.is_some() {
        return Ok(None);
    }
    let row = store::outsider(&mut unit.tx, &question.atena_no).await?;
    let Some(token) = row.and_then(|row| row.number_token) else { return Ok(None) };
    Ok(store::by_token(&mut unit.tx, &token).await?.map(|person| person.dan_no))
}

/// The act, with the programmes that can say what rests on a link.
pub struct PeopleApart {
    /// Asked in this order.
    pub users: Vec<Arc<dyn LinkUses>>,
}

#[async_trait]
impl Act for PeopleApart {
    fn code(&self) -> &'static str {
        APART_ACT
    }

    fn group(&self) -> &'static str {
        LINK
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let told: TellApart = approval::command(payload)?;
        let question = store::question(&mut unit.tx, told.question).await?;
        require(unit, &question).await?;
        let mut lines = vec![DiffLine {
            item_ja: "名寄せの判断".into(),
            now_ja: format!("{} と {} は確認中", question.atena_no, question.other_no),
            draft_ja: APART.into(),
            reason_ja: told.reason,
        }];
        let mut next_ja = vec!["止めていた情報連携を再開する".to_owned()];
        if let Some(dan_no) = handed_over(unit, &question).await? {
            let linked = dan_of(unit, &question.atena_no).await?.as_ref() == Some(&dan_no);
            lines.push(DiffLine {
                item_ja: "団体内統合宛名番号".into(),
                now_ja: if linked { format!("{dan_no} は {} に連携", question.atena_no) } else { "付番待ち".into() },
                draft_ja: format!("{dan_no} は {} に連携", question.other_no),
                reason_ja: "個人番号がだれのものかは住民票による".into(),
            });
            if linked {
                let uses = split::rests_on(unit, &self.users, &question.atena_no).await?;
                lines.extend(split::in_lines(&uses));
                next_ja.push(format!("{}件を担当課の処理待ちに入れる。終わるまでは照会中", uses.len()));
            }
        }
        let about_ja = format!("{}: {}", question.evidence, question.explanation);
        Ok(Proposal { about_ja, lines, next_ja, ..Proposal::default() })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let told: TellApart = approval::command(payload)?;
        let question = store::question(&mut unit.tx, told.question).await?;
        require(unit, &question).await?;
        let handed = handed_over(unit, &question).await?;
        answer(unit, &question, DRAFTED, APART, None).await?;
        if let Some(dan_no) = &handed {
            if dan_of(unit, &question.atena_no).await?.as_ref() == Some(dan_no) {
                split::undo(unit, &self.users, &question.atena_no, told.reason).await?;
            }
            // Another 住登外者 with the number is another question; the last answer hands the 団番 over.
            if !is_claimed(unit, &question).await? {
                connect(unit, &question.other_no, Some(dan_no), "番号不整合の決裁").await?;
            }
        }
        thaw(unit, &question).await
    }

    async fn discard(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let told: TellApart = approval::command(payload)?;
        let question = store::question(&mut unit.tx, told.question).await?;
        answer(unit, &question, DRAFTED, OPEN, None).await
    }
}

/// Is another record with the resident's 個人番号 undecided?
async fn is_claimed(unit: &mut Unit, question: &Question) -> Result<bool, Fault> {
    let about = store::questions_about(&mut unit.tx, &question.other_no).await?;
    Ok(about.iter().any(|q| q.id != question.id && is_incident(q) && UNDECIDED.contains(&q.state.as_str())))
}
