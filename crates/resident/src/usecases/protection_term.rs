//! 支援措置: 本決定 of what was set as 仮, and 延長. Each step is a row of its own; the row before it stays readable. The term's end lifts
//! nothing: it makes a task, and the protection goes on until the end by procedure.

use crate::model::ProtectionRow;
use crate::store;
use async_trait::async_trait;
use kernel::access::Action;
use kernel::ident::AtenaNo;
use kernel::time::{Period, wareki};
use law::resident::protection::{Standing, extended_term, standing, term};
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::fault::FieldProblem;
use platform::task::{self, NewTask};
use platform::{Fault, Unit, subject};
use serde::{Deserialize, Serialize};

/// Kind of the task that a term near its end makes.
pub const EXPIRING: &str = "juki.protection_expiring";

/// Which step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// 本決定
    Start,
    /// 延長
    Extend,
}

impl Step {
    /// Its word on the screen and in the record.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Start => "支援措置の本決定",
            Self::Extend => "支援措置の延長",
        }
    }

    fn act(self) -> &'static str {
        match self {
            Self::Start => "protection_start",
            Self::Extend => "protection_extend",
        }
    }
}

/// What is drafted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Settle {
    /// Who.
    pub number: AtenaNo,
    /// Which step.
    pub step: Step,
    /// Opinion of the police or another body, or the person's application, that it rests on.
    pub evidence: String,
}

/// Where a row's measure stands today.
///
/// # Errors
/// A defect in `params/`.
pub fn standing_of(unit: &Unit, row: &ProtectionRow) -> Result<Standing, Fault> {
    let period = Period { from: row.from_on, to: Some(row.until_on) };
    standing(&period, row.ended_on, unit.today(), &super::rules(unit)?.resident)
        .map_err(|e| Fault::conflict("支援措置の期間を判定できません", e.to_string()))
}

/// The open measure of a person.
async fn open(unit: &mut Unit, number: &AtenaNo) -> Result<ProtectionRow, Fault> {
    let rows = store::protections(&mut unit.tx, number).await?;
    let open = rows.into_iter().find(|row| row.ended_on.is_none());
    open.ok_or_else(|| Fault::conflict("起案できません", "支援措置は記録されていません"))
}

/// The row that follows, or why the step cannot be taken now.
fn next(unit: &Unit, row: &ProtectionRow, step: Step) -> Result<ProtectionRow, Fault> {
    let rules = &super::rules(unit)?.resident;
    let period = match step {
        Step::Start if row.state == "仮" => term(unit.today(), rules),
        Step::Start => return Err(Fault::conflict("本決定を起案できません", "既に本決定されています")),
        Step::Extend if row.state != "本" => {
            return Err(Fault::conflict("延長を起案できません", "仮支援措置です。先に本決定をしてください"));
        }
        Step::Extend if standing_of(unit, row)? == Standing::Active => {
            return Err(Fault::conflict("延長を起案できません", "延長の申出ができるのは満了日の1か月前からです"));
        }
        Step::Extend => extended_term(row.until_on, rules),
    };
    let period = period.map_err(|e| Fault::conflict("期間を計算できません", e.to_string()))?;
    Ok(ProtectionRow {
        id: 0,
        state: "本".into(),
        from_on: period.from,
        until_on: period.to.unwrap_or(period.from),
        case_id: unit.staff().case.as_ref().map(|c| c.id),
        recorded_at: unit.now(),
        ..row.clone()
    })
}

/// Drafts the step.
///
/// # Errors
/// Nobody protected with that number, a step out of order, no evidence, or a staff member without the role.
pub async fn draft(unit: &mut Unit, command: &Settle) -> Result<i64, Fault> {
    let person = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
    unit.require(person, &["juki.protection"]).await?;
    let row = open(unit, &command.number).await?;
    next(unit, &row, command.step)?;
    if command.evidence.trim().is_empty() {
        let message = "相談機関の意見や申出書など、根拠を入力してください";
        return Err(Fault::invalid(vec![FieldProblem::new("evidence", message)]));
    }
    let (rank, rule_ja) = super::rank(unit, command.step.act(), unit.today())?;
    let title = command.step.label_ja();
    let new = NewDraft { act: "resident.protection_term", title, command, subjects: &[person], rank, rule_ja: &rule_ja };
    approval::draft(unit, new).await
}

/// Puts a task into the queue for every term that is in its last month or over; the same term makes one task.
///
/// # Errors
/// The database's refusal.
pub async fn remind(unit: &mut Unit) -> Result<(), Fault> {
    let now = unit.now();
    for row in store::open_protections(&mut unit.tx).await? {
        if standing_of(unit, &row)? == Standing::Active {
            continue;
        }
        let number = AtenaNo::parse(&row.atena_no).map_err(|_| Fault::missing("宛名番号"))?;
        let reference = row.id.to_string();
        let task = NewTask {
            office: "shimin",
            purpose: "juki",
            kind: EXPIRING,
            title: "支援措置の期間満了(延長か終了の手続)",
            subject: unit.find_subject(&number).await?,
            reference: Some(&reference),
            due: Some(row.until_on),
        };
        task::add(&mut unit.tx, task, now).await?;
    }
    Ok(())
}

/// The act.
pub struct Decision;

#[async_trait]
impl Act for Decision {
    fn code(&self) -> &'static str {
        "resident.protection_term"
    }

    fn group(&self) -> &'static str {
        "juki.protection"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let command: Settle = approval::command(payload)?;
        let person = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.require(person, &["juki.protection"]).await?;
        let row = open(unit, &command.number).await?;
        let after = next(unit, &row, command.step)?;
        let words = |r: &ProtectionRow| format!("{} {}から{}まで", r.state, wareki(r.from_on), wareki(r.until_on));
        let line = DiffLine {
            item_ja: "支援措置".into(),
            now_ja: words(&row),
            draft_ja: words(&after),
            reason_ja: command.evidence.clone(),
        };
        let next_ja = vec!["満了の1か月前に処理待ちへ".into(), "期間が過ぎても、終了の手続までは抑止が続く".into()];
        Ok(Proposal { lines: vec![line], next_ja, evidence_ja: vec![command.evidence], ..Proposal::default() })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let command: Settle = approval::command(payload)?;
        let person = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.see_for(Action::Decide, person, &["juki.protection"]).await?;
        let before = open(unit, &command.number).await?;
        let after = next(unit, &before, command.step)?;
        let (today, now) = (unit.today(), unit.now());
        store::end_protection(&mut unit.tx, &command.number, today, command.step.label_ja()).await?;
        after.insert(&mut unit.tx).await?;
        subject::protect(&mut unit.tx, person, Some(&after.state), now).await?;
        task::done_reference(&mut unit.tx, EXPIRING, &before.id.to_string(), now).await?;
        Ok(())
    }
}
