//! 連携の解除と回収: a link that was wrong is undone by two people, and what rests on it is called back.

use super::freeze;
use super::join;
use super::match_up::APART;
use super::register_outsider::is_outsiders;
use super::unify;
use crate::model::{LINK, Link, NUMBER, Question, Recall, RecallUse};
use crate::rules::Rules;
use crate::store;
use async_trait::async_trait;
use kernel::ident::{AtenaNo, DanNo};
use kernel::time::{Timestamp, civil, wareki};
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::task::{self, NewTask};
use platform::{Fault, Unit, outbox};
use ports::{LINK_RECALLED, LinkRecalled, LinkUse, LinkUses};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Code of the act.
pub const SPLIT: &str = "hub.split";
/// Kind of the task that asks an office to put something right.
pub const TASK: &str = "hub.recall";
/// 未処理
pub const WAITING: &str = "未処理";

/// The draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Split {
    /// The 住登外者 that was linked wrongly, or one of two residents.
    pub atena_no: AtenaNo,
    /// What was wrong.
    pub reason: String,
}

/// A link as it stands, and since when.
struct Wrong {
    dan_no: DanNo,
    linked_at: Timestamp,
}

async fn wrong(unit: &mut Unit, who: &AtenaNo) -> Result<Wrong, Fault> {
    let links = store::links(&mut unit.tx, who).await?;
    let linked = links.into_iter().find_map(|l| Some(Wrong { dan_no: l.dan_no?, linked_at: l.recorded_at }));
    linked.ok_or_else(|| Fault::conflict("解除する連携がありません", "この宛名番号は、だれともつながっていません"))
}

/// Everybody with the 団番, the one who was linked wrongly among them.
async fn sharing(unit: &mut Unit, who: &AtenaNo, dan_no: &DanNo) -> Result<Vec<AtenaNo>, Fault> {
    let links = store::links_of_dan(&mut unit.tx, dan_no).await?;
    let mut numbers: Vec<AtenaNo> = links.into_iter().map(|l| l.atena_no).chain([who.clone()]).collect();
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

/// Drafts the undoing of a link.
///
/// # Errors
/// The number of a resident who shares the 団番 with no other resident, which only 市民課 can correct; nothing to undo.
pub async fn draft(unit: &mut Unit, split: &Split, rules: &Rules) -> Result<(), Fault> {
    let who = &split.atena_no;
    let subject = unit.find_subject(who).await?.ok_or_else(|| Fault::missing("宛名番号"))?;
    unit.require(subject, &[NUMBER, LINK]).await?;
    let wrong = wrong(unit, who).await?;
    if !is_outsiders(who) && store::residents_of(&mut unit.tx, &wrong.dan_no).await? < 2 {
        return Err(Fault::conflict("住民の番号はここでは離せません", "個人番号の訂正は市民課が行います"));
    }
    // Whoever decides has to see what was done for everybody who shared the 団番: they are part of the case.
    for number in sharing(unit, who, &wrong.dan_no).await? {
        let subject = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("宛名番号"))?;
        unit.take_into_case(subject).await?;
    }
    let (rank, rule_ja) = (rules.rank)(SPLIT, unit.today())?;
    let new =
        NewDraft { act: SPLIT, title: "誤った連携の解除", command: split, subjects: &[subject], rank, rule_ja: &rule_ja };
    approval::draft(unit, new).await.map(|_| ())
}

/// The act, with the programmes that can say what rests on a link.
pub struct SplitPeople {
    /// Asked in this order.
    pub users: Vec<Arc<dyn LinkUses>>,
}

/// Everything done under the wrong link: for the number itself, and for all others of the 団番 since it was joined.
async fn uses(unit: &mut Unit, users: &[Arc<dyn LinkUses>], who: &AtenaNo, wrong: &Wrong) -> Result<Vec<LinkUse>, Fault> {
    let mut all = vec![];
    for number in &sharing(unit, who, &wrong.dan_no).await? {
        let subject = unit.find_subject(number).await?.ok_or_else(|| Fault::missing("宛名番号"))?;
        unit.require(subject, &[LINK]).await?;
        for user in users {
            all.extend(user.uses(unit, number, wrong.linked_at).await?);
        }
    }
    Ok(all)
}

/// What rests on the link of a 宛名番号, for whoever decides.
///
/// # Errors
/// A number that is not linked; a refusal.
pub async fn rests_on(unit: &mut Unit, users: &[Arc<dyn LinkUses>], who: &AtenaNo) -> Result<Vec<LinkUse>, Fault> {
    let wrong = wrong(unit, who).await?;
    uses(unit, users, who, &wrong).await
}

/// The uses as lines of a proposal.
pub fn in_lines(uses: &[LinkUse]) -> impl Iterator<Item = DiffLine> + '_ {
    uses.iter().map(|u| DiffLine {
        item_ja: format!("回収: {}", u.kind),
        now_ja: u.title.clone(),
        draft_ja: u.amount.map_or_else(|| "担当課が確かめる".into(), |yen| format!("{yen} を担当課が確かめる")),
        reason_ja: u.reference.clone(),
    })
}

/// Undoes the link of a 宛名番号 and calls back what rests on it.
///
/// # Errors
/// A number that is not linked; a refusal.
pub async fn undo(unit: &mut Unit, users: &[Arc<dyn LinkUses>], who: &AtenaNo, reason: String) -> Result<(), Fault> {
    let wrong = wrong(unit, who).await?;
    let uses = uses(unit, users, who, &wrong).await?;
    put_links_back(unit, who, &wrong.dan_no).await?;
    let (decided_by, now, seq) = (unit.staff().name.clone(), unit.now(), unit.seq().await?);
    let recall = Recall {
        id: 0,
        atena_no: who.clone(),
        dan_no: wrong.dan_no.clone(),
        linked_at: wrong.linked_at,
        found_on: unit.today(),
        reason,
        decided_by,
        recorded_at: now,
        closed_at: uses.is_empty().then_some(now),
        seq,
    };
    let id = recall.insert(&mut unit.tx).await?;
    tell(unit, &recall, true).await?;
    if recall.closed_at.is_some() {
        put_back(unit, &recall).await?;
    }
    let subject = unit.find_subject(who).await?;
    for one in uses {
        call_back(unit, id, subject, one).await?;
    }
    stay_apart(unit, who, &wrong.dan_no).await
}

#[async_trait]
impl Act for SplitPeople {
    fn code(&self) -> &'static str {
        SPLIT
    }

    fn group(&self) -> &'static str {
        LINK
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let split: Split = approval::command(payload)?;
        let wrong = wrong(unit, &split.atena_no).await?;
        let uses = uses(unit, &self.users, &split.atena_no, &wrong).await?;
        let mut lines = vec![DiffLine {
            item_ja: "連携".into(),
            now_ja: format!("{} は {} に連携({}から)", split.atena_no, wrong.dan_no, wareki(civil(wrong.linked_at))),
            draft_ja: "連携しない".into(),
            reason_ja: split.reason,
        }];
        lines.extend(in_lines(&uses));
        Ok(Proposal {
            about_ja: "二人を一人として扱っていた連携を解きます".into(),
            lines,
            next_ja: vec!["前の状態に戻る".into(), format!("{}件を担当課の処理待ちに入れる", uses.len())],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let split: Split = approval::command(payload)?;
        undo(unit, &self.users, &split.atena_no, split.reason).await?;
        if is_outsiders(&split.atena_no) { Ok(()) } else { freeze::look_anew(unit, &split.atena_no).await }
    }
}

/// Every link to the wrong 団番 says again what it said before: 団番, basis and 統合宛名フラグ. That it was another one in between is history, and the recall
/// says why.
async fn put_links_back(unit: &mut Unit, who: &AtenaNo, wrong: &DanNo) -> Result<(), Fault> {
    let (now, seq) = (unit.now(), unit.seq().await?);
    let history = store::link_history(&mut unit.tx, who).await?;
    let (ended, present): (Vec<Link>, Vec<Link>) = history.into_iter().partition(|l| l.superseded_seq.is_some());
    for old in present.into_iter().filter(|l| l.dan_no.as_ref() == Some(wrong)) {
        let same = |l: &&Link| (&l.programme, &l.number) == (&old.programme, &old.number) && l.dan_no.as_ref() != Some(wrong);
        let (dan_no, basis, unified) = match ended.iter().rev().find(same) {
            Some(before) => (before.dan_no.clone(), before.basis.clone(), before.unified),
            None => (None, None, false),
        };
        let new = Link { id: 0, dan_no, basis, unified, recorded_at: now, seq, ..old.clone() };
        store::relink(&mut unit.tx, &old, &new).await?;
    }
    unify::settle(unit, wrong).await
}

/// Says that the link of a recall is wrong, or that it is no longer.
async fn tell(unit: &mut Unit, recall: &Recall, wrong: bool) -> Result<(), Fault> {
    let event = LinkRecalled { dan_no: recall.dan_no.clone(), atena_no: recall.atena_no.clone(), wrong };
    outbox::publish(unit, LINK_RECALLED, &event).await
}

/// Says that everything has been put right, unless another wrong link of the same 団番 is still open.
async fn put_back(unit: &mut Unit, recall: &Recall) -> Result<(), Fault> {
    if store::open_recalls(&mut unit.tx).await?.contains(&recall.dan_no) {
        return Ok(());
    }
    tell(unit, recall, false).await
}

/// Puts one use into the queue of its office.
async fn call_back(unit: &mut Unit, recall_id: i64, subject: Option<i64>, one: LinkUse) -> Result<(), Fault> {
    let now = unit.now();
    let row = RecallUse {
        id: 0,
        recall_id,
        programme: one.programme.clone(),
        kind: one.kind,
        title: one.title,
        reference: one.reference,
        used_on: one.used_on,
        amount: one.amount,
        recipient: one.recipient,
        state: WAITING.into(),
        note: None,
        handled_by: None,
        handled_at: None,
    };
    row.insert(&mut unit.tx).await?;
    let Some(office) = office_of(unit, &one.programme) else { return Ok(()) };
    let reference = task_of(recall_id, office);
    let task = NewTask {
        office,
        purpose: &one.programme,
        kind: TASK,
        title: "誤った連携の回収: この記録にもとづく事務を確かめてください",
        subject,
        reference: Some(&reference),
        due: None,
    };
    Ok(task::add(&mut unit.tx, task, now).await?)
}

/// The office that deals with a programme.
fn office_of(unit: &Unit, programme: &str) -> Option<&'static str> {
    unit.city().profile().offices.iter().find(|o| o.purposes.contains(&programme)).map(|o| o.code)
}

/// What the task of an office is about: each office has one for each recall.
fn task_of(recall: i64, office: &str) -> String {
    format!("{recall}?office={office}")
}

/// The pairs that were joined are not joined again by themselves.
async fn stay_apart(unit: &mut Unit, who: &AtenaNo, dan_no: &DanNo) -> Result<(), Fault> {
    let (by, now, seq) = (unit.staff().name.clone(), unit.now(), unit.seq().await?);
    let mut others: Vec<AtenaNo> = store::links_of_dan(&mut unit.tx, dan_no).await?.into_iter().map(|l| l.atena_no).collect();
    others.dedup();
    for other_no in others {
        let known = store::question_of(&mut unit.tx, who, &other_no).await?;
        let from = known.as_ref().map(|q| q.state.clone());
        let question = known.unwrap_or_else(|| Question {
            id: 0,
            atena_no: who.clone(),
            other_no,
            evidence: "解除".into(),
            grade: "C".into(),
            explanation: "誤った連携として解除されました。".into(),
            state: APART.into(),
            note: None,
            decided_by: None,
            decided_at: None,
            asked_at: now,
            seq,
        });
        let apart = Question { state: APART.into(), decided_by: Some(by.clone()), decided_at: Some(now), ..question };
        let id = match from {
            Some(from) => store::set_question(&mut unit.tx, &apart, &from).await?.then_some(apart.id),
            None => Some(apart.insert(&mut unit.tx).await?),
        };
        if let Some(id) = id {
            join::keep(unit, id, APART, Some("連携の解除".into())).await?;
            task::done_reference(&mut unit.tx, super::match_up::TASK, &id.to_string(), now).await?;
        }
    }
    Ok(())
}

/// Notes what an office did about one use.
///
/// # Errors
/// Somebody else was faster.
pub async fn put_right(unit: &mut Unit, recall: i64, id: i64, note: &str) -> Result<(), Fault> {
    let purpose = unit.staff().purpose.clone().unwrap_or_default();
    let uses = store::uses(&mut unit.tx, recall).await?;
    let own = uses.iter().any(|u| u.id == id && u.programme == purpose);
    if !own && purpose != crate::PURPOSE.code {
        return Err(unit.refuse_because(LINK, "ほかの事務の処理は、その事務の担当が登録します").await);
    }
    let (by, now) = (unit.staff().name.clone(), unit.now());
    if !store::put_right(&mut unit.tx, recall, id, note, &by, now).await? {
        return Err(Fault::conflict("この処理は済んでいます", "ほかの職員が先に登録しました"));
    }
    let done = uses.iter().find(|u| u.id == id).and_then(|u| office_of(unit, &u.programme));
    let left = store::uses(&mut unit.tx, recall).await?;
    let open = |office| left.iter().any(|u| u.state == WAITING && office_of(unit, &u.programme) == Some(office));
    if let Some(office) = done.filter(|office| !open(office)) {
        task::done_reference(&mut unit.tx, TASK, &task_of(recall, office), now).await?;
    }
    let recall = store::recall(&mut unit.tx, recall).await?;
    match recall.closed_at {
        Some(_) => put_back(unit, &recall).await,
        None => Ok(()),
    }
}
