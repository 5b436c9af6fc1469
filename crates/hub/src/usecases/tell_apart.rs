//! 別の人: two records are two people. One person may say so where it changes nothing; of a 番号不整合, another decides, because the 個人番号
//! goes to the one whose it is, and what was done under it for the other is called back. Between a resident and a 住登外者 the registry says
//! whose it is; between two residents the two people do.

use super::freeze::{UNDECIDED, is_between_residents, is_incident, thaw};
use super::join::{answer, require};
use super::match_up::{APART, DRAFTED, OPEN, connect, dan_of};
use super::register_outsider::is_outsiders;
use super::split;
use crate::model::{JUKI, LINK, Question};
use crate::rules::Rules;
use crate::store;
use async_trait::async_trait;
use kernel::ident::{AtenaNo, DanNo};
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
    /// Which of two residents has the 個人番号; the registry says it of everybody else.
    #[serde(default)]
    pub whose: Option<AtenaNo>,
}

/// Answers a question with 別の人, or drafts the answer to a 番号不整合.
///
/// # Errors
/// A question that somebody else has answered; two who are linked, which only [`split`] undoes; two residents, and nothing about whose the
/// 個人番号 is; a 住登外者 under the 団番 that is to change hands.
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
    if is_between_residents(&question) && !told.whose.iter().any(|who| [&question.atena_no, &question.other_no].contains(&who)) {
        return Err(Fault::field("answer", "個人番号がどちらの記録の人のものかを選んでください"));
    }
    if let Some(hand) = handed_over(unit, &question, told).await?.filter(|_| is_between_residents(&question)) {
        let links = store::links_of_dan(&mut unit.tx, &hand.dan_no).await?;
        if links.iter().any(|l| l.atena_no != hand.from) {
            return Err(Fault::conflict(
                "先に住登外者の連携の解除が必要です",
                "この団体内統合宛名番号には住登外者の記録もつながっています。だれの記録かを確かめ、統合宛名の画面で解除を起案してください",
            ));
        }
    }
    answer(unit, &question, OPEN, DRAFTED, Some(&told.reason)).await?;
    let (rank, rule_ja) = (rules.rank)(APART_ACT, unit.today())?;
    let title = "番号不整合: 別の人とする判断";
    let new = NewDraft { act: APART_ACT, title, command: told, subjects: &subjects, rank, rule_ja: &rule_ja };
    approval::draft(unit, new).await.map(|_| ())
}

/// A 団番 goes with the 個人番号 that it stands for.
struct HandOver {
    dan_no: DanNo,
    from: AtenaNo,
    to: AtenaNo,
}

/// What goes to whose the 個人番号 is, if they have no 団番 yet.
async fn handed_over(unit: &mut Unit, question: &Question, told: &TellApart) -> Result<Option<HandOver>, Fault> {
    let (one, other) = (question.atena_no.clone(), question.other_no.clone());
    if is_between_residents(question) {
        let (from, to) = if told.whose.as_ref() == Some(&one) { (other, one) } else { (one, other) };
        let Some(dan_no) = dan_of(unit, &from).await? else { return Ok(None) };
        // Once it has become another number, it is not the one in question.
        let changed = store::former(&mut unit.tx, &dan_no).await?.iter().any(|f| f.recorded_at >= question.asked_at);
        let stays = changed || dan_of(unit, &to).await?.is_some();
        return Ok((!stays).then_some(HandOver { dan_no, from, to }));
    }
    if is_outsiders(&other) || dan_of(unit, &other).await?.is_some() {
        return Ok(None);
    }
    let row = store::outsider(&mut unit.tx, &one).await?;
    let Some(token) = row.and_then(|row| row.number_token) else { return Ok(None) };
    let Some(person) = store::by_token(&mut unit.tx, &token).await? else { return Ok(None) };
    // Another resident has it: that is a question of its own.
    let links = store::links_of_dan(&mut unit.tx, &person.dan_no).await?;
    let taken = links.iter().any(|l| l.programme == JUKI && l.atena_no != one);
    Ok((!taken).then_some(HandOver { dan_no: person.dan_no, from: one, to: other }))
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
        let (hand, whose) = (handed_over(unit, &question, &told).await?, told.whose);
        let mut lines = vec![DiffLine {
            item_ja: "名寄せの判断".into(),
            now_ja: format!("{} と {} は確認中", question.atena_no, question.other_no),
            draft_ja: APART.into(),
            reason_ja: told.reason,
        }];
        let mut next_ja = vec!["止めていた情報連携を再開する".to_owned()];
        if let Some(whose) = &whose {
            lines.push(DiffLine {
                item_ja: "個人番号".into(),
                now_ja: "どちらのものか確認中".into(),
                draft_ja: format!("{whose} のもの"),
                reason_ja: "もう一人には、その人の個人番号が住民記録に入ったときに付番する".into(),
            });
        }
        if let Some(HandOver { dan_no, from, to }) = hand {
            let linked = dan_of(unit, &from).await?.as_ref() == Some(&dan_no);
            lines.push(DiffLine {
                item_ja: "団体内統合宛名番号".into(),
                now_ja: if linked { format!("{dan_no} は {from} に連携") } else { "付番待ち".into() },
                draft_ja: format!("{dan_no} は {to} に連携"),
                reason_ja: "個人番号とともに、その持ち主へ移る".into(),
            });
            if linked {
                let uses = split::rests_on(unit, &self.users, &from).await?;
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
        let hand = handed_over(unit, &question, &told).await?;
        answer(unit, &question, DRAFTED, APART, None).await?;
        if let Some(HandOver { dan_no, from, to }) = &hand {
            if dan_of(unit, from).await?.as_ref() == Some(dan_no) {
                split::undo(unit, &self.users, from, told.reason).await?;
            }
            // Another 住登外者 with the number is another question; the last answer hands the 団番 over.
            if !is_claimed(unit, &question, to).await? {
                connect(unit, to, Some(dan_no), "番号不整合の決裁").await?;
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

/// Is another record with the 個人番号 of whoever is to have the 団番 undecided?
async fn is_claimed(unit: &mut Unit, question: &Question, to: &AtenaNo) -> Result<bool, Fault> {
    let about = store::questions_about(&mut unit.tx, to).await?;
    Ok(about.iter().any(|q| q.id != question.id && is_incident(q) && UNDECIDED.contains(&q.state.as_str())))
}
