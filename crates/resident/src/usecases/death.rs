//! 死亡: notified by the 戸籍 side or the family; the day may be partly unknown.

use crate::record::{self, Told};
use async_trait::async_trait;
use kernel::Date;
use kernel::ident::AtenaNo;
use kernel::time::PartialDate;
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::{Fault, Unit};
use ports::ResidentChange;
use serde::{Deserialize, Serialize};

/// The notification.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Death {
    /// Who.
    pub number: AtenaNo,
    /// Day of death; the record ends on its latest possible day.
    pub died_on: PartialDate,
    /// 届出年月日
    pub notified_on: Date,
}

/// Drafts it.
///
/// # Errors
/// Nobody who lives here, or a day in the future.
pub async fn draft(unit: &mut Unit, command: &Death) -> Result<i64, Fault> {
    let today = unit.today();
    if command.died_on.earliest > today {
        return Err(Fault::field("died_on", "死亡日は、きょうまでの日にしてください"));
    }
    let subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
    unit.require(subject, &["juki.identify", "juki.status"]).await?;
    let person = record::current(unit, &command.number, today).await?;
    if !person.is_resident(today) {
        return Err(Fault::conflict("死亡を起案できません", "既に消除されています"));
    }
    let (rank, rule_ja) = super::rank(unit, "death", today)?;
    approval::draft(
        unit,
        NewDraft { act: "resident.death", title: "死亡", command, subjects: &[subject], rank, rule_ja: &rule_ja },
    )
    .await
}

/// The act.
pub struct Decision;

#[async_trait]
impl Act for Decision {
    fn code(&self) -> &'static str {
        "resident.death"
    }

    fn group(&self) -> &'static str {
        "juki.identify"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let command: Death = approval::command(payload)?;
        let subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.require(subject, &["juki.identify", "juki.status"]).await?;
        let today = unit.today();
        let person = record::current(unit, &command.number, today).await?;
        let line = DiffLine {
            item_ja: "消除".into(),
            now_ja: "住民".into(),
            draft_ja: format!("死亡 {}", command.died_on),
            reason_ja: "死亡の通知".into(),
        };
        Ok(Proposal {
            about_ja: format!("{} 死亡", person.name),
            lines: vec![line],
            next_ja: vec!["関係業務へ知らせる".into()],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let command: Death = approval::command(payload)?;
        let subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.see_for(kernel::access::Action::Decide, subject, &["juki.identify", "juki.status"]).await?;
        let today = unit.today();
        let before = record::current(unit, &command.number, today).await?;
        // The latest day the death can have been, but never a day that has not come.
        let on = command.died_on.latest.min(today).max(before.valid_from);
        let mut after = before.clone();
        after.removed_on = Some(on);
        after.removed_notified_on = Some(command.notified_on);
        after.removed_reason = Some("死亡".into());
        after.changed_on = on;
        after.notified_on = command.notified_on;
        after.change_reason = "死亡".into();
        let row = record::from_day(unit, &before, after.clone(), on).await?;
        let told = Told {
            change: ResidentChange::Died,
            person: &after,
            effective: on,
            items: &[],
            row_before: Some(before.id),
            row_after: Some(row),
        };
        record::tell(unit, told).await
    }
}
