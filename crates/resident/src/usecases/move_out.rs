//! 転出 (住民基本台帳法24条): notified with a planned day, confirmed by the other city's 転入通知, or cancelled.

use crate::record::{self, Told};
use async_trait::async_trait;
use kernel::Date;
use kernel::ident::AtenaNo;
use kernel::time::wareki;
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::{Fault, Unit};
use ports::ResidentChange;
use serde::{Deserialize, Serialize};

/// What is drafted about a move-out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum MoveOut {
    /// 転出届
    Notify {
        /// Who.
        number: AtenaNo,
        /// 届出年月日
        notified_on: Date,
        /// 転出予定年月日
        planned_on: Date,
        /// 転出予定先住所
        to_address: String,
    },
    /// 転出の確定
    Confirm {
        /// Who.
        number: AtenaNo,
        /// Day of the 転入通知.
        notice_on: Date,
        /// 転入年月日 there, when a notice has come; `None`: the planned day has passed.
        moved_in_on: Option<Date>,
        /// Confirmed address.
        to_address: Option<String>,
    },
    /// 転出取消
    Cancel {
        /// Who.
        number: AtenaNo,
        /// 届出年月日
        notified_on: Date,
    },
}

impl MoveOut {
    fn number(&self) -> &AtenaNo {
        match self {
            MoveOut::Notify { number, .. } | MoveOut::Confirm { number, .. } | MoveOut::Cancel { number, .. } => number,
        }
    }

    fn title(&self) -> &'static str {
        match self {
            MoveOut::Notify { .. } => "転出届",
            MoveOut::Confirm { .. } => "転出の確定",
            MoveOut::Cancel { .. } => "転出取消",
        }
    }
}

/// Drafts it.
///
/// # Errors
/// No such resident; a confirmation or cancellation without a notification.
pub async fn draft(unit: &mut Unit, command: &MoveOut) -> Result<i64, Fault> {
    let subject = unit.find_subject(command.number()).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
    unit.require(subject, &["juki.identify", "juki.status"]).await?;
    let today = unit.today();
    let person = record::current(unit, command.number(), today).await?;
    match command {
        MoveOut::Notify { .. } if person.planned_move_out.is_some() || !person.is_resident(today) => {
            return Err(Fault::conflict("転出届を起案できません", "既に転出届があるか、住民ではありません"));
        }
        MoveOut::Confirm { .. } | MoveOut::Cancel { .. } if person.planned_move_out.is_none() => {
            return Err(Fault::conflict("起案できません", "転出届が記録されていません"));
        }
        MoveOut::Notify { .. } | MoveOut::Confirm { .. } | MoveOut::Cancel { .. } => {}
    }
    let act = if matches!(command, MoveOut::Cancel { .. }) { "move_out_cancel" } else { "move_out" };
    let (rank, rule_ja) = super::rank(unit, act, today)?;
    let new =
        NewDraft { act: "resident.move_out", title: command.title(), command, subjects: &[subject], rank, rule_ja: &rule_ja };
    approval::draft(unit, new).await
}

/// The act.
pub struct Decision;

#[async_trait]
impl Act for Decision {
    fn code(&self) -> &'static str {
        "resident.move_out"
    }

    fn group(&self) -> &'static str {
        "juki.identify"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let command: MoveOut = approval::command(payload)?;
        let subject = unit.find_subject(command.number()).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.require(subject, &["juki.identify", "juki.status"]).await?;
        let today = unit.today();
        let person = record::current(unit, command.number(), today).await?;
        let planned = person.planned_move_out.map_or_else(|| "予定なし".to_owned(), wareki);
        let line = |item: &str, now: String, draft: String, reason: &str| DiffLine {
            item_ja: item.into(),
            now_ja: now,
            draft_ja: draft,
            reason_ja: reason.into(),
        };
        let lines = match &command {
            MoveOut::Notify { planned_on, notified_on, .. } => {
                vec![line("転出予定年月日", planned, wareki(*planned_on), &format!("届出 {}", wareki(*notified_on)))]
            }
            MoveOut::Confirm { moved_in_on, .. } => {
                let on = law::resident::erased_on(person.planned_move_out.unwrap_or(today), *moved_in_on);
                let reason =
                    moved_in_on.map_or_else(|| "予定日の到来".to_owned(), |d| format!("転入通知 転入年月日 {}", wareki(d)));
                vec![line("消除年月日", planned, wareki(on), &reason)]
            }
            MoveOut::Cancel { notified_on, .. } => {
                vec![line("転出予定年月日", planned, "予定なし".into(), &format!("取消の届出 {}", wareki(*notified_on)))]
            }
        };
        let next = vec!["記録を追加(元の記録は残ります)".into(), "関係業務へ知らせる".into()];
        Ok(Proposal { about_ja: format!("{} {}", person.name, command.title()), lines, next_ja: next, ..Proposal::default() })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let command: MoveOut = approval::command(payload)?;
        let subject = unit.find_subject(command.number()).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.see_for(kernel::access::Action::Decide, subject, &["juki.identify", "juki.status"]).await?;
        let today = unit.today();
        let before = record::current(unit, command.number(), today).await?;
        let mut after = before.clone();
        let (change, from) = match command {
            MoveOut::Notify { notified_on, planned_on, to_address, .. } => {
                after.planned_move_out = Some(planned_on);
                after.planned_notified_on = Some(notified_on);
                after.planned_to_address = Some(to_address);
                after.notified_on = notified_on;
                after.change_reason = "転出届".into();
                (ResidentChange::MoveOutNotified, notified_on.max(before.valid_from))
            }
            MoveOut::Confirm { notice_on, moved_in_on, to_address, .. } => {
                let planned = before
                    .planned_move_out
                    .ok_or_else(|| Fault::conflict("転出を確定できません", "転出届が記録されていません"))?;
                let on = law::resident::erased_on(planned, moved_in_on);
                after.removed_on = Some(on);
                after.removed_notified_on = Some(notice_on);
                after.removed_reason = Some("転出".into());
                after.confirmed_on = Some(on);
                after.confirmed_notice_on = Some(notice_on);
                after.confirmed_to_address = to_address.or(after.planned_to_address.clone());
                after.changed_on = on;
                after.notified_on = notice_on;
                after.change_reason = "国内転出".into();
                (ResidentChange::MovedOut, on.max(before.valid_from))
            }
            MoveOut::Cancel { notified_on, .. } => {
                after.planned_move_out = None;
                after.planned_notified_on = None;
                after.planned_to_address = None;
                after.removed_on = None;
                after.removed_notified_on = None;
                after.removed_reason = None;
                after.confirmed_on = None;
                after.confirmed_notice_on = None;
                after.confirmed_to_address = None;
                after.notified_on = notified_on;
                after.change_reason = "転出取消".into();
                (ResidentChange::MoveOutCancelled, before.removed_on.unwrap_or(notified_on).max(before.valid_from))
            }
        };
        let row = record::from_day(unit, &before, after.clone(), from).await?;
        let effective = after.removed_on.or(after.planned_move_out).unwrap_or(from);
        let told = Told { change, person: &after, effective, items: &[], row_before: Some(before.id), row_after: Some(row) };
        record::tell(unit, told).await
    }
}
