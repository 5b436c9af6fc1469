//! 異動の取消し: the last move of a person was entered by mistake or withdrawn. What stood before stands again, for everybody whom the
//! same move had touched; what was believed meanwhile stays readable.

use crate::model::Person;
use crate::record::{self, Told};
use crate::store;
use async_trait::async_trait;
use kernel::Date;
use kernel::access::Action;
use kernel::ident::AtenaNo;
use kernel::time::wareki;
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::{Fault, Unit};
use ports::ResidentChange;
use serde::{Deserialize, Serialize};

/// What is drafted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cancel {
    /// A person of the move.
    pub number: AtenaNo,
    /// Commit of the move; another one since then stops the cancellation.
    pub seq: i64,
    /// 届出・職権の日
    pub notified_on: Date,
    /// Why.
    pub reason: String,
}

/// The last move of a person: its commit, and everybody's rows of it.
///
/// # Errors
/// [`Fault::missing`].
pub async fn last_move(unit: &mut Unit, number: &AtenaNo) -> Result<(i64, Vec<Person>), Fault> {
    let rows = store::believed(&mut unit.tx, number, store::NOW).await?;
    let seq = rows.iter().map(|r| r.seq).max().ok_or_else(|| Fault::missing("住民の記録"))?;
    Ok((seq, store::of_commit(&mut unit.tx, seq).await?))
}

/// Drafts it.
///
/// # Errors
/// Somebody of the move has moved again since, or a colleague who is editing one of them.
pub async fn draft(unit: &mut Unit, command: &Cancel) -> Result<i64, Fault> {
    let today = unit.today();
    if command.notified_on > today {
        return Err(Fault::field("notified_on", "届出・職権の日は、きょうまでの日にしてください"));
    }
    let mut subjects = vec![];
    for number in touched(unit, command).await? {
        let subject = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.take_into_case(subject).await?;
        unit.require(subject, &["juki.identify", "juki.status"]).await?;
        subjects.push(subject);
    }
    let (rank, rule_ja) = super::rank(unit, "event_cancel", today)?;
    let new =
        NewDraft { act: "resident.cancel", title: "異動の取消し", command, subjects: &subjects, rank, rule_ja: &rule_ja };
    approval::draft(unit, new).await
}

/// Everybody of the move, when nobody has moved since.
async fn touched(unit: &mut Unit, command: &Cancel) -> Result<Vec<AtenaNo>, Fault> {
    let (seq, rows) = last_move(unit, &command.number).await?;
    let later =
        Fault::conflict("異動を取り消せません", "この後に別の異動が記録されています。新しい異動から順に取り消してください");
    if seq != command.seq {
        return Err(later);
    }
    let mut numbers = vec![];
    for row in &rows {
        let number = row.number()?;
        // A row that the same commit replaced again was never believed.
        if row.superseded_seq.is_some_and(|by| by != seq) {
            return Err(later);
        }
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    Ok(numbers)
}

/// The act.
pub struct Decision;

#[async_trait]
impl Act for Decision {
    fn code(&self) -> &'static str {
        "resident.cancel"
    }

    fn group(&self) -> &'static str {
        "juki.status"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let command: Cancel = approval::command(payload)?;
        let mut lines = vec![];
        for number in touched(unit, &command).await? {
            let subject = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
            unit.require(subject, &["juki.identify", "juki.status"]).await?;
            let today = unit.today();
            let now = record::current(unit, &number, today).await?;
            let before = store::as_of(&mut unit.tx, &number, today, command.seq - 1).await?;
            lines.push(DiffLine {
                item_ja: now.name.clone(),
                now_ja: format!("{} {}", now.change_reason, wareki(now.changed_on)),
                draft_ja: before
                    .map_or_else(|| "記録なし(消除)".into(), |b| format!("{} {} に戻す", b.change_reason, wareki(b.changed_on))),
                reason_ja: command.reason.clone(),
            });
        }
        Ok(Proposal {
            about_ja: "異動の取消し".into(),
            lines,
            next_ja: vec!["異動の前の記録に戻す(取り消した記録も残ります)".into(), "関係業務へ知らせる".into()],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let command: Cancel = approval::command(payload)?;
        for number in touched(unit, &command).await? {
            let subject = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
            unit.see_for(Action::Decide, subject, &["juki.identify", "juki.status"]).await?;
            restore(unit, &number, &command).await?;
        }
        Ok(())
    }
}

async fn restore(unit: &mut Unit, number: &AtenaNo, command: &Cancel) -> Result<(), Fault> {
    let seq = unit.seq().await?;
    let cancelled: Vec<Person> = store::of_commit(&mut unit.tx, command.seq).await?;
    let mine = |r: &Person| r.atena_no == number.as_str() && r.superseded_seq.is_none();
    let cancelled: Vec<Person> = cancelled.into_iter().filter(mine).collect();
    let before = store::replaced_by(&mut unit.tx, number, command.seq).await?;
    let before: Vec<Person> = before.into_iter().filter(|r| r.seq != command.seq).collect();
    for row in &cancelled {
        record::replace(unit, row.id, seq).await?;
    }
    let mut last = None;
    for mut row in before {
        row.id = 0;
        let id = record::add(unit, row.clone()).await?;
        last = Some((id, row));
    }
    let newest = cancelled.into_iter().next_back().ok_or_else(|| Fault::missing("取り消す異動"))?;
    let old = newest.id;
    let (id, person) = match last {
        Some(restored) => restored,
        // The move had entered the person: the record is removed on the day on which it began.
        None => {
            let mut gone = newest;
            gone.id = 0;
            gone.removed_on = Some(gone.valid_from);
            gone.removed_notified_on = Some(command.notified_on);
            gone.removed_reason = Some("異動の取消し".into());
            gone.change_reason = "異動の取消し".into();
            (record::add(unit, gone.clone()).await?, gone)
        }
    };
    store::rebuild_tokens(&mut unit.tx, &person).await?;
    let told = Told {
        change: ResidentChange::Cancelled,
        person: &person,
        effective: person.changed_on,
        items: &["birth", "address", "setai_no", "removed_on"],
        row_before: Some(old),
        row_after: Some(id),
    };
    record::tell(unit, told).await
}
