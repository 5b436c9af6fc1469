//! 職権修正・誤記修正: the record was wrong. 市民課 alone corrects; other offices are told and open their own cases.

use crate::record::{self, Told};
use crate::store;
use async_trait::async_trait;
use kernel::Date;
use kernel::ident::AtenaNo;
use kernel::time::PartialDate;
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::{Fault, Unit};
use ports::ResidentChange;
use serde::{Deserialize, Serialize};

/// The correction of a birth date, on a notice of the 本籍地 (住民基本台帳法9条2項) or other evidence.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Correct {
    /// Who.
    pub number: AtenaNo,
    /// 生年月日 as it should have been.
    pub birth: PartialDate,
    /// Day of the notice.
    pub notified_on: Date,
    /// Evidence: 9条2項通知 and its date.
    pub evidence: String,
}

/// Drafts it.
///
/// # Errors
/// No such person, the same date, or a colleague who is editing.
pub async fn draft(unit: &mut Unit, command: &Correct) -> Result<i64, Fault> {
    let subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
    unit.require(subject, &["juki.identify"]).await?;
    let today = unit.today();
    let person = record::current(unit, &command.number, today).await?;
    if person.birth_date() == command.birth {
        return Err(Fault::field("birth", "いまの記録と同じ日です"));
    }
    let (rank, rule_ja) = super::rank(unit, "ex_officio_correction", today)?;
    let new =
        NewDraft {
            act: "resident.correct", title: "職権修正 生年月日", command, subjects: &[subject], rank, rule_ja: &rule_ja
        };
    approval::draft(unit, new).await
}

/// The act.
pub struct Decision;

#[async_trait]
impl Act for Decision {
    fn code(&self) -> &'static str {
        "resident.correct"
    }

    fn group(&self) -> &'static str {
        "juki.identify"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let command: Correct = approval::command(payload)?;
        let subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.require(subject, &["juki.identify"]).await?;
        let today = unit.today();
        let person = record::current(unit, &command.number, today).await?;
        let line = DiffLine {
            item_ja: "生年月日".into(),
            now_ja: person.birth.clone(),
            draft_ja: command.birth.text.clone(),
            reason_ja: format!("{}({}受理)", command.evidence, kernel::time::wareki(command.notified_on)),
        };
        Ok(Proposal {
            about_ja: format!("{} 生年月日の訂正", person.name),
            lines: vec![line],
            next_ja: vec!["記録を追加(元の記録は残ります)".into(), "関係業務へ知らせる".into(), "本人へ訂正の通知書".into()],
            evidence_ja: vec![command.evidence],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let command: Correct = approval::command(payload)?;
        let subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.see_for(kernel::access::Action::Decide, subject, &["juki.identify"]).await?;
        let birth = command.birth.clone();
        let notified_on = command.notified_on;
        let (old, last) = record::all_along(unit, &command.number, |row| {
            row.birth.clone_from(&birth.text);
            row.birth_earliest = birth.earliest;
            row.birth_latest = birth.latest;
            row.notified_on = notified_on;
            row.change_reason = "職権修正".into();
        })
        .await?;
        let today = unit.today();
        let person = record::current(unit, &command.number, today).await?;
        // Every row that anybody may have decided on is named, so that each office finds its decisions.
        for row_before in old {
            let told = Told {
                change: ResidentChange::Corrected,
                person: &person,
                effective: person.valid_from,
                items: &["birth"],
                row_before: Some(row_before),
                row_after: Some(last),
            };
            record::tell(unit, told).await?;
        }
        Ok(())
    }
}

/// The history of a person for the tab 履歴: everything ever recorded, with what replaced it.
///
/// # Errors
/// The database's refusal.
pub async fn history(unit: &mut Unit, number: &AtenaNo) -> Result<Vec<crate::model::Person>, Fault> {
    Ok(store::ever(&mut unit.tx, number).await?)
}
