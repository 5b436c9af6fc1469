//! 転居 (住民基本台帳法23条): a resident moves inside the city.

use crate::record::{self, Told};
use async_trait::async_trait;
use kernel::Date;
use kernel::ident::AtenaNo;
use kernel::time::wareki;
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::{Fault, Unit};
use ports::ResidentChange;
use serde::{Deserialize, Serialize};

/// The notification.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MoveWithin {
    /// Who.
    pub number: AtenaNo,
    /// 異動年月日
    pub moved_on: Date,
    /// 届出年月日
    pub notified_on: Date,
    /// New address.
    pub address: String,
    /// 方書
    pub building: Option<String>,
}

/// Drafts it.
///
/// # Errors
/// Nobody who lives here on that day, or a day in the future.
pub async fn draft(unit: &mut Unit, command: &MoveWithin) -> Result<i64, Fault> {
    let today = unit.today();
    if command.moved_on > today {
        return Err(Fault::field("moved_on", "異動年月日は、きょうまでの日にしてください"));
    }
    let subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
    unit.require(subject, &["juki.identify"]).await?;
    let person = record::current(unit, &command.number, command.moved_on).await?;
    if !person.is_resident(command.moved_on) {
        return Err(Fault::conflict("転居を起案できません", "その日には住民ではありません"));
    }
    let (rank, rule_ja) = super::rank(unit, "move_within", today)?;
    approval::draft(
        unit,
        NewDraft { act: "resident.move_within", title: "転居", command, subjects: &[subject], rank, rule_ja: &rule_ja },
    )
    .await
}

/// The act.
pub struct Decision;

#[async_trait]
impl Act for Decision {
    fn code(&self) -> &'static str {
        "resident.move_within"
    }

    fn group(&self) -> &'static str {
        "juki.identify"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let command: MoveWithin = approval::command(payload)?;
        let subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        let seen = unit.see(subject, &["juki.identify", "juki.address"]).await?;
        let person = record::current(unit, &command.number, command.moved_on).await?;
        let hidden = || "(支援措置のため表示しません)".to_owned();
        let line = DiffLine {
            item_ja: "住所".into(),
            now_ja: seen.show("juki.address", person.full_address()).unwrap_or_else(hidden),
            draft_ja: seen.show("juki.address", command.address.clone()).unwrap_or_else(hidden),
            reason_ja: format!("異動日 {}", wareki(command.moved_on)),
        };
        Ok(Proposal {
            about_ja: format!("{} 転居", person.name),
            lines: vec![line],
            next_ja: vec!["関係業務へ知らせる".into()],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let command: MoveWithin = approval::command(payload)?;
        let subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.see_for(kernel::access::Action::Decide, subject, &["juki.identify"]).await?;
        let before = record::current(unit, &command.number, command.moved_on).await?;
        let mut after = before.clone();
        after.address = command.address;
        after.building = command.building;
        after.changed_on = command.moved_on;
        after.notified_on = command.notified_on;
        after.change_reason = "転居".into();
        let row = record::from_day(unit, &before, after.clone(), command.moved_on).await?;
        let told = Told {
            change: ResidentChange::MovedWithin,
            person: &after,
            effective: command.moved_on,
            items: &["address"],
            row_before: Some(before.id),
            row_after: Some(row),
        };
        record::tell(unit, told).await
    }
}
