//! 出生 (戸籍法49条の届出・住民基本台帳法8条): a child enters the household of a parent. The 個人番号 comes later, through the 住基ネット.

use crate::model::Person;
use crate::record::{self, Told};
use async_trait::async_trait;
use kernel::Date;
use kernel::access::Action;
use kernel::ident::AtenaNo;
use kernel::time::{PartialDate, wareki};
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::task::{self, NewTask};
use platform::{Fault, Unit};
use ports::ResidentChange;
use serde::{Deserialize, Serialize};

/// Kind of the task that waits for the 個人番号 of a newborn.
pub const AWAIT_NUMBER: &str = "juki.await_my_number";
/// Days after which somebody should ask where the number is.
const WAIT_DAYS: i64 = 14;

/// The notification.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Birth {
    /// A parent whose household the child enters.
    pub parent: AtenaNo,
    /// 氏名
    pub name: String,
    /// 振り仮名
    pub kana: String,
    /// 生年月日
    pub born_on: Date,
    /// 男, 女 or 空欄
    pub sex: String,
    /// 続柄 to the head.
    pub relation: String,
    /// 届出年月日 (14 days, 戸籍法49条)
    pub notified_on: Date,
    /// 本籍
    pub domicile: Option<String>,
    /// 筆頭者
    pub koseki_head: Option<String>,
    /// 国籍・地域, for a child who is a foreign resident.
    pub nationality: Option<String>,
}

/// Drafts it.
///
/// # Errors
/// A day in the future, a 続柄 outside the vocabulary, or a parent who does not live here on that day.
pub async fn draft(unit: &mut Unit, command: &Birth) -> Result<i64, Fault> {
    let today = unit.today();
    if command.born_on > today || command.notified_on > today {
        let field = if command.born_on > today { "born_on" } else { "notified_on" };
        return Err(Fault::field(field, "きょうまでの日にしてください"));
    }
    if let Err(why) = law::resident::household::Relationship::parse(&command.relation) {
        return Err(Fault::field("relation", why.to_string()));
    }
    if command.relation == "世帯主" {
        return Err(Fault::field("relation", "生まれた子は世帯主になれません"));
    }
    let subject = unit.find_subject(&command.parent).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
    unit.require(subject, &["juki.identify", "juki.household"]).await?;
    let parent = record::current(unit, &command.parent, command.born_on).await?;
    if !parent.is_resident(command.born_on) {
        return Err(Fault::conflict("出生を起案できません", "親がその日に住民ではありません"));
    }
    let (rank, rule_ja) = super::rank(unit, "birth", today)?;
    approval::draft(
        unit,
        NewDraft { act: "resident.birth", title: "出生", command, subjects: &[subject], rank, rule_ja: &rule_ja },
    )
    .await
}

/// Puts into the work queue that the 個人番号 of somebody new has to come.
///
/// # Errors
/// The database's refusal.
pub async fn await_number(unit: &mut Unit, subject: i64, number: &AtenaNo, move_ja: &str) -> Result<(), Fault> {
    let (now, reference) = (unit.now(), number.to_string());
    let title = format!("{move_ja}: 個人番号の通知を待っています");
    let due = unit.today().checked_add(jiff::Span::new().days(WAIT_DAYS)).ok();
    let wait = NewTask {
        office: "shimin",
        purpose: "juki",
        kind: AWAIT_NUMBER,
        title: &title,
        subject: Some(subject),
        reference: Some(&reference),
        due,
    };
    Ok(task::add(&mut unit.tx, wait, now).await?)
}

/// The act.
pub struct Decision;

#[async_trait]
impl Act for Decision {
    fn code(&self) -> &'static str {
        "resident.birth"
    }

    fn group(&self) -> &'static str {
        "juki.identify"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let command: Birth = approval::command(payload)?;
        let subject = unit.find_subject(&command.parent).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.require(subject, &["juki.identify", "juki.household"]).await?;
        let parent = record::current(unit, &command.parent, command.born_on).await?;
        let line = DiffLine {
            item_ja: command.relation.clone(),
            now_ja: "記録なし".into(),
            draft_ja: format!("{} ({}) {} {}", command.name, command.kana, wareki(command.born_on), command.sex),
            reason_ja: format!("出生届 {}", wareki(command.notified_on)),
        };
        Ok(Proposal {
            about_ja: format!("{}の世帯に出生", parent.head_name),
            lines: vec![line],
            next_ja: vec![
                "住民票を作り、宛名番号・住民票コードを付ける".into(),
                "個人番号が届いたら登録する".into(),
                "関係業務へ知らせる".into(),
            ],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let command: Birth = approval::command(payload)?;
        let parent = record::current(unit, &command.parent, command.born_on).await?;
        let number = record::issue_atena_no(&mut unit.tx).await?;
        let child = newborn(&command, &parent, number.as_str());
        let (subject, row) = record::enter(unit, draft.case_id, &child).await?;
        unit.see_for(Action::Decide, subject, &["juki.identify", "juki.address", "juki.household", "juki.status"]).await?;
        await_number(unit, subject, &number, "出生").await?;
        let told = Told {
            change: ResidentChange::Born,
            person: &child,
            effective: command.born_on,
            items: &[],
            row_before: None,
            row_after: Some(row),
        };
        record::tell(unit, told).await
    }
}

fn newborn(command: &Birth, parent: &Person, number: &str) -> Person {
    let birth = PartialDate::known(command.born_on);
    let foreign = command.nationality.is_some();
    Person {
        atena_no: number.into(),
        valid_from: command.born_on,
        valid_to: None,
        changed_on: command.born_on,
        notified_on: command.notified_on,
        change_reason: "出生".into(),
        resident_kind: if foreign { "外国人住民" } else { "日本人" }.into(),
        kana: command.kana.clone(),
        name: command.name.clone(),
        birth: birth.text,
        birth_earliest: birth.earliest,
        birth_latest: birth.latest,
        sex: command.sex.clone(),
        relation: command.relation.clone(),
        resident_on: command.born_on,
        resident_notified_on: Some(command.notified_on),
        resident_reason: "出生".into(),
        koseki_head: command.koseki_head.clone(),
        domicile: command.domicile.clone(),
        nationality: command.nationality.clone(),
        residence_kind: foreign.then(|| "出生による経過滞在者".to_owned()),
        residence_until: None,
        maiden_name: None,
        removed_on: None,
        removed_notified_on: None,
        removed_reason: None,
        alias_kana: None,
        alias: None,
        latin_kana: None,
        latin_name: None,
        katakana_name: None,
        residence_status: None,
        residence_term: None,
        card_no: None,
        previous_address: None,
        planned_to_address: None,
        planned_move_out: None,
        planned_notified_on: None,
        confirmed_to_address: None,
        confirmed_on: None,
        confirmed_notice_on: None,
        nhi: None,
        pension_kind: None,
        pension_from: None,
        sub_name: None,
        sub_name_purpose: None,
        mailing_address: None,
        mailing_until: None,
        mailing_purpose: None,
        // The household and the place are the parent's.
        ..parent.clone()
    }
}
