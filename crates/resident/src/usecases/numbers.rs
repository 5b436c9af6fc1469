//! 個人番号 and 住民票コード: first entry of a newborn's number, change on request or by 職権. The old number stays on record, replaced.

use super::birth::AWAIT_NUMBER;
use crate::record::{self, Told};
use crate::store;
use async_trait::async_trait;
use kernel::Date;
use kernel::access::Action;
use kernel::ident::{AtenaNo, JuminhyoCode};
use mynumber::IndividualNumber;
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::{Fault, Unit, task};
use ports::ResidentChange;
use serde::{Deserialize, Serialize};

/// Which number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Which {
    /// 個人番号
    MyNumber,
    /// 住民票コード
    JuminhyoCode,
}

impl Which {
    /// Kind of the stored secret.
    pub fn secret(self) -> &'static str {
        match self {
            Which::MyNumber => "my_number",
            Which::JuminhyoCode => "juminhyo_code",
        }
    }

    /// Name.
    pub fn label_ja(self) -> &'static str {
        match self {
            Which::MyNumber => "個人番号",
            Which::JuminhyoCode => "住民票コード",
        }
    }

    fn check(self, value: &str) -> Result<(), Fault> {
        let good = match self {
            Which::MyNumber => IndividualNumber::parse(value).is_ok(),
            Which::JuminhyoCode => JuminhyoCode::parse(value).is_ok(),
        };
        if good {
            return Ok(());
        }
        Err(Fault::field("value", format!("{}の検査数字が合いません。通知を確かめてください", self.label_ja())))
    }
}

/// What is drafted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewNumber {
    /// Which.
    pub which: Which,
    /// Who.
    pub number: AtenaNo,
    /// The new number, checked. Sealed with the draft.
    pub value: String,
    /// Day from which it holds.
    pub changed_on: Date,
    /// 付番の通知, 変更請求 or 職権, with its reason.
    pub reason: String,
}

/// Drafts it.
///
/// # Errors
/// A wrong check digit, a number that somebody has or had, a day in the future, or a colleague who is editing.
pub async fn draft(unit: &mut Unit, command: &NewNumber) -> Result<i64, Fault> {
    let today = unit.today();
    command.which.check(&command.value)?;
    if command.changed_on > today {
        return Err(Fault::field("changed_on", "変更年月日は、きょうまでの日にしてください"));
    }
    let subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
    unit.require(subject, &["juki.identify", "juki.mynumber"]).await?;
    free(unit, command).await?;
    let (rank, rule_ja) = super::rank(unit, "code_change", today)?;
    let title = format!("{}の登録・変更", command.which.label_ja());
    let subjects = &[subject];
    approval::draft(unit, NewDraft { act: "resident.numbers", title: &title, command, subjects, rank, rule_ja: &rule_ja }).await
}

async fn free(unit: &mut Unit, command: &NewNumber) -> Result<(), Fault> {
    let kind = command.which.secret();
    let token = unit.city().keys().token(kind, &command.value)?;
    if store::ever_by_token(&mut unit.tx, kind, token).await?.is_empty() {
        return Ok(());
    }
    let why = format!("同じ{}が、既に当市の記録にあります", command.which.label_ja());
    Err(Fault {
        todo: "通知と本人を確かめてください".into(), ..Fault::conflict("番号を登録できません", why)
    })
}

/// The act.
pub struct Decision;

#[async_trait]
impl Act for Decision {
    fn code(&self) -> &'static str {
        "resident.numbers"
    }

    fn group(&self) -> &'static str {
        "juki.mynumber"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let command: NewNumber = approval::command(payload)?;
        let subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.require(subject, &["juki.identify"]).await?;
        let day = unit.today();
        let person = record::current(unit, &command.number, day).await?;
        let had = store::secret(&mut unit.tx, &command.number, command.which.secret()).await?.is_some();
        // The approver compares with the paper by the last four digits; the whole number is on no list.
        let tail: String = command.value.chars().skip(command.value.len().saturating_sub(4)).collect();
        let line = DiffLine {
            item_ja: command.which.label_ja().into(),
            now_ja: if had { "登録あり" } else { "未登録" }.into(),
            draft_ja: format!("末尾4桁 {tail}"),
            reason_ja: command.reason,
        };
        Ok(Proposal {
            about_ja: format!("{} {}", person.name, command.which.label_ja()),
            lines: vec![line],
            next_ja: vec!["前の番号は履歴に残す".into(), "団体内統合宛名へ知らせる".into()],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let command: NewNumber = approval::command(payload)?;
        let subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.see_for(Action::Decide, subject, &["juki.identify", "juki.mynumber"]).await?;
        free(unit, &command).await?;
        let (seq, kind) = (unit.seq().await?, command.which.secret());
        store::end_secret(&mut unit.tx, &command.number, kind, seq).await?;
        record::keep_secret(unit, subject, &command.number, kind, &command.value).await?;
        let (now, today) = (unit.now(), unit.today());
        if command.which == Which::MyNumber {
            task::done_reference(&mut unit.tx, AWAIT_NUMBER, command.number.as_str(), now).await?;
        }
        let person = record::current(unit, &command.number, today).await?;
        let told = Told {
            change: ResidentChange::Corrected,
            person: &person,
            effective: command.changed_on,
            items: &[kind],
            row_before: Some(person.id),
            row_after: Some(person.id),
        };
        record::tell(unit, told).await
    }
}
