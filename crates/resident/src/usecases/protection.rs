//! 支援措置: set at once as 仮, ended only by procedure. The flag that the disclosure gate reads is set in the same unit.

use crate::model::ProtectionRow;
use crate::record::{self, Told};
use crate::store;
use async_trait::async_trait;
use kernel::Date;
use kernel::ident::AtenaNo;
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::{Fault, Unit, subject, task};
use ports::ResidentChange;
use serde::{Deserialize, Serialize};

/// Sets 仮支援措置: no 決裁 stands between the application and the protection.
///
/// # Errors
/// Nobody with that number, or a staff member without the role.
pub async fn start(unit: &mut Unit, number: &AtenaNo, ground: &str, opponent: Option<&str>) -> Result<(), Fault> {
    let person_subject = unit.find_subject(number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
    unit.require(person_subject, &["juki.protection"]).await?;
    if subject::is_protected(&mut unit.tx, person_subject).await? {
        return Err(Fault::conflict("仮支援措置を始められません", "既に支援措置が記録されています"));
    }
    let (today, now) = (unit.today(), unit.now());
    let term = law::resident::protection::term(today, &super::rules(unit)?.resident)
        .map_err(|e| Fault::conflict("期間を計算できません", e.to_string()))?;
    let case_id = unit.staff().case.as_ref().map(|c| c.id);
    let row = ProtectionRow {
        id: 0,
        atena_no: number.to_string(),
        state: "仮".into(),
        ground: ground.into(),
        opponent: opponent.map(str::to_owned),
        from_on: term.from,
        until_on: term.to.unwrap_or(term.from),
        ended_on: None,
        end_reason: None,
        case_id,
        recorded_at: now,
    };
    row.insert(&mut unit.tx).await?;
    subject::protect(&mut unit.tx, person_subject, Some("仮"), now).await?;
    tell(unit, number, today).await
}

async fn tell(unit: &mut Unit, number: &AtenaNo, today: Date) -> Result<(), Fault> {
    let person = record::current(unit, number, today).await?;
    let told = Told {
        change: ResidentChange::ProtectionChanged,
        person: &person,
        effective: today,
        items: &[],
        row_before: None,
        row_after: None,
    };
    record::tell(unit, told).await
}

/// The draft of ending a protection.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct End {
    /// Who.
    pub number: AtenaNo,
    /// Why.
    pub reason: String,
}

/// Drafts the end.
///
/// # Errors
/// Nobody protected with that number.
pub async fn draft_end(unit: &mut Unit, command: &End) -> Result<i64, Fault> {
    let person_subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
    unit.require(person_subject, &["juki.protection"]).await?;
    if !subject::is_protected(&mut unit.tx, person_subject).await? {
        return Err(Fault::conflict("終了を起案できません", "支援措置は記録されていません"));
    }
    let (rank, rule_ja) = super::rank(unit, "protection_end", unit.today())?;
    let new = NewDraft {
        act: "resident.protection_end",
        title: "支援措置の終了",
        command,
        subjects: &[person_subject],
        rank,
        rule_ja: &rule_ja,
    };
    approval::draft(unit, new).await
}

/// The act of ending.
pub struct EndAct;

#[async_trait]
impl Act for EndAct {
    fn code(&self) -> &'static str {
        "resident.protection_end"
    }

    fn group(&self) -> &'static str {
        "juki.protection"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let command: End = approval::command(payload)?;
        let person_subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.see_for(kernel::access::Action::Look, person_subject, &["juki.protection"]).await?;
        let line =
            DiffLine {
                item_ja: "支援措置".into(), now_ja: "あり".into(), draft_ja: "終了".into(), reason_ja: command.reason
            };
        Ok(Proposal {
            lines: vec![line], next_ja: vec!["関係業務へ知らせる(理由は知らせない)".into()], ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let command: End = approval::command(payload)?;
        let person_subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.see_for(kernel::access::Action::Decide, person_subject, &["juki.protection"]).await?;
        let (today, now) = (unit.today(), unit.now());
        for row in store::protections(&mut unit.tx, &command.number).await?.iter().filter(|row| row.ended_on.is_none()) {
            task::done_reference(&mut unit.tx, super::protection_term::EXPIRING, &row.id.to_string(), now).await?;
        }
        store::end_protection(&mut unit.tx, &command.number, today, &command.reason).await?;
        subject::protect(&mut unit.tx, person_subject, None, now).await?;
        tell(unit, &command.number, today).await
    }
}
