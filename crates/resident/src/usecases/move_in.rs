//! 転入 (住民基本台帳法22条, 30条の46), 特例転入 (24条の2) and 職権記載 (8条): a family enters, all at once, into a household of its own. Who was
//! a resident before keeps the old 宛名番号 (再転入).

use crate::model::Person;
use crate::record::{self, Told};
use crate::store;
use async_trait::async_trait;
use kernel::Date;
use kernel::ident::AtenaNo;
use kernel::time::PartialDate;
use mynumber::IndividualNumber;
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::fault::FieldProblem;
use platform::{Fault, Unit, case, subject};
use ports::ResidentChange;
use serde::{Deserialize, Serialize};

/// How a family enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    /// From another municipality, with a 転出証明書.
    Domestic,
    /// From another municipality with the 個人番号カード: the 転出証明書情報 came over the 住基ネット.
    WithCard,
    /// From abroad.
    Abroad,
    /// By the office itself, on evidence.
    ExOfficio,
}

impl Entry {
    /// All, in the order of the form.
    pub const ALL: [Entry; 4] = [Entry::Domestic, Entry::WithCard, Entry::Abroad, Entry::ExOfficio];

    /// 異動事由.
    pub fn label_ja(self) -> &'static str {
        match self {
            Entry::Domestic => "国内転入",
            Entry::WithCard => "特例転入",
            Entry::Abroad => "国外転入",
            Entry::ExOfficio => "職権記載",
        }
    }

    fn evidence_ja(self) -> &'static str {
        match self {
            Entry::Domestic => "転出証明書",
            Entry::WithCard => "転出証明書情報・個人番号カード",
            Entry::Abroad => "旅券・戸籍の全部事項証明書又は在留カード",
            Entry::ExOfficio => "実態調査の調書",
        }
    }

    fn act(self) -> &'static str {
        if self == Entry::ExOfficio { "ex_officio_entry" } else { "move_in" }
    }

    /// A person from abroad, or entered by the office, may have no 個人番号 yet.
    fn needs_number(self) -> bool {
        matches!(self, Entry::Domestic | Entry::WithCard)
    }
}

/// One person of the family, as on the form.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Newcomer {
    /// 氏名; the Latin name for a foreign resident without a 漢字 name.
    pub name: String,
    /// 振り仮名
    pub kana: String,
    /// アルファベット氏名, for a foreign resident.
    pub latin_name: Option<String>,
    /// 通称
    pub alias: Option<String>,
    /// 生年月日
    pub birth: PartialDate,
    /// 男, 女.
    pub sex: String,
    /// 続柄
    pub relation: String,
    /// 国籍; `None` for a Japanese national.
    pub nationality: Option<String>,
    /// 在留資格
    pub residence_status: Option<String>,
    /// 在留期間満了日
    pub residence_until: Option<Date>,
    /// 本籍, for a Japanese national.
    pub domicile: Option<String>,
    /// 筆頭者
    pub koseki_head: Option<String>,
    /// 個人番号, checked; empty when none was given yet. Sealed with the draft.
    pub my_number: String,
    /// 住民票コード from the 転出証明書.
    pub juminhyo_code: Option<String>,
}

/// The notification.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MoveIn {
    /// How they enter.
    pub entry: Entry,
    /// 異動年月日: the day they began to live here.
    pub moved_on: Date,
    /// 届出年月日
    pub notified_on: Date,
    /// New address.
    pub address: String,
    /// 方書
    pub building: Option<String>,
    /// 郵便番号
    pub postal_code: Option<String>,
    /// 所管区
    pub ward: Option<String>,
    /// 転入前住所
    pub previous_address: String,
    /// The family, the head first.
    pub people: Vec<Newcomer>,
}

impl MoveIn {
    /// Checks the notification as a whole.
    ///
    /// # Errors
    /// Every problem at once: a moving day in the future, no or several heads, an unknown 続柄, a wrong or repeated 個人番号.
    pub fn check(&self, today: Date) -> Result<(), Fault> {
        let mut problems = vec![];
        let mut problem = |field, message: &str| problems.push(FieldProblem::new(field, message));
        if self.moved_on > today {
            problem("moved_on", "異動年月日は、きょうまでの日にしてください(住み始めてから届け出ます)");
        }
        if self.notified_on > today {
            problem("notified_on", "届出年月日は、きょうまでの日にしてください");
        }
        let heads = self.people.iter().filter(|p| p.relation == "世帯主").count();
        if heads != 1 || self.people.first().is_none_or(|p| p.relation != "世帯主") {
            problem("relation_1", "世帯主を一人、最初に書いてください");
        }
        for person in &self.people {
            if law::resident::household::Relationship::parse(&person.relation).is_err() {
                problem("relation_1", "続柄が住民票の書き方に合いません(例: 妻、子、妻の子)");
            }
            let none = person.my_number.is_empty() && !self.entry.needs_number();
            if !none && IndividualNumber::parse(&person.my_number).is_err() {
                problem("my_number_1", "個人番号の検査数字が合いません。番号カードか通知を確かめてください");
            }
        }
        let mut numbers: Vec<&str> = self.people.iter().map(|p| p.my_number.as_str()).filter(|n| !n.is_empty()).collect();
        numbers.sort_unstable();
        if numbers.windows(2).any(|w| w.first() == w.last()) {
            problem("my_number_1", "同じ個人番号が二人に書かれています");
        }
        if problems.is_empty() { Ok(()) } else { Err(Fault::invalid(problems)) }
    }
}

/// The former resident with this 個人番号, when there is one.
///
/// # Errors
/// Somebody who lives here has it.
async fn former(unit: &mut Unit, my_number: &str, day: Date) -> Result<Option<Person>, Fault> {
    if my_number.is_empty() {
        return Ok(None);
    }
    let token = unit.city().keys().token("my_number", my_number)?;
    let Some(number) = store::ever_by_token(&mut unit.tx, "my_number", token).await?.pop() else { return Ok(None) };
    let number = AtenaNo::parse(&number).map_err(|_| Fault::missing("宛名番号"))?;
    let before = record::current(unit, &number, day).await?;
    if before.removed_on.is_some_and(|removed| removed <= day) {
        return Ok(Some(before));
    }
    Err(Fault {
        todo: "その人の記録を探し、異動を確かめてください".into(),
        ..Fault::conflict("転入を起案できません", "同じ個人番号の人が、既に住民として記録されています")
    })
}

/// Drafts it (仮登録).
///
/// # Errors
/// [`MoveIn::check`]; a 個人番号 of somebody who lives here.
pub async fn draft(unit: &mut Unit, command: &MoveIn) -> Result<i64, Fault> {
    command.check(unit.today())?;
    for person in &command.people {
        former(unit, &person.my_number, command.moved_on).await?;
    }
    let (rank, rule_ja) = super::rank(unit, command.entry.act(), unit.today())?;
    let title = format!(
        "{} {}人",
        if command.entry == Entry::Domestic { "転入" } else { command.entry.label_ja() },
        command.people.len()
    );
    approval::draft(unit, NewDraft { act: "resident.move_in", title: &title, command, subjects: &[], rank, rule_ja: &rule_ja })
        .await
}

/// The act.
pub struct Decision;

#[async_trait]
impl Act for Decision {
    fn code(&self) -> &'static str {
        "resident.move_in"
    }

    fn group(&self) -> &'static str {
        "juki.identify"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let command: MoveIn = approval::command(payload)?;
        let mut lines: Vec<DiffLine> = vec![];
        for person in &command.people {
            let foreign = person.nationality.as_ref().map(|n| format!(" {n}")).unwrap_or_default();
            let again = former(unit, &person.my_number, command.moved_on).await?;
            lines.push(DiffLine {
                item_ja: person.relation.clone(),
                now_ja: again.map_or_else(|| "記録なし".into(), |p| format!("再転入({})", p.status_ja(command.moved_on))),
                draft_ja: format!("{} ({}) {}{foreign}", person.name, person.kana, person.birth),
                reason_ja: command.entry.evidence_ja().into(),
            });
        }
        lines.push(DiffLine {
            item_ja: "住所".into(),
            now_ja: command.previous_address.clone(),
            draft_ja: command.address.clone(),
            reason_ja: format!("異動日 {}", kernel::time::wareki(command.moved_on)),
        });
        Ok(Proposal {
            about_ja: format!("{}人 届出 {}", command.people.len(), kernel::time::wareki(command.notified_on)),
            lines,
            next_ja: vec![
                "住民票を作る".into(),
                "宛名番号・世帯番号を付ける".into(),
                "団体内統合宛名・関係業務へ知らせる".into(),
            ],
            evidence_ja: vec![command.entry.evidence_ja().into()],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let command: MoveIn = approval::command(payload)?;
        let setai = record::issue_setai_no(&mut unit.tx).await?;
        let head = command.people.first().ok_or_else(|| Fault::missing("世帯主"))?.clone();
        for newcomer in &command.people {
            let before = former(unit, &newcomer.my_number, command.moved_on).await?;
            let number = match &before {
                Some(before) => before.number()?,
                None => record::issue_atena_no(&mut unit.tx).await?,
            };
            let person = snapshot(&command, newcomer, &head, number.as_str(), setai.as_str());
            let (subject, row) = match &before {
                Some(before) => {
                    let subject = subject::of(&mut unit.tx, &number).await?;
                    let now = unit.now();
                    case::add_subject(&mut unit.tx, draft.case_id, subject, now).await?;
                    unit.take_into_case(subject).await?;
                    (subject, record::from_day(unit, before, person.clone(), command.moved_on).await?)
                }
                None => record::enter(unit, draft.case_id, &person).await?,
            };
            if before.is_none() && !newcomer.my_number.is_empty() {
                record::keep_secret(unit, subject, &number, "my_number", &newcomer.my_number).await?;
            }
            if newcomer.my_number.is_empty() {
                super::birth::await_number(unit, subject, &number, command.entry.label_ja()).await?;
            }
            if let (Some(code), None) = (&newcomer.juminhyo_code, &before) {
                record::keep_secret(unit, subject, &number, "juminhyo_code", code).await?;
            }
            unit.see_for(
                kernel::access::Action::Decide,
                subject,
                &["juki.identify", "juki.address", "juki.household", "juki.status"],
            )
            .await?;
            let told = Told {
                change: ResidentChange::Entered,
                person: &person,
                effective: command.moved_on,
                items: &[],
                row_before: before.map(|b| b.id),
                row_after: Some(row),
            };
            record::tell(unit, told).await?;
        }
        Ok(())
    }
}

fn snapshot(command: &MoveIn, n: &Newcomer, head: &Newcomer, number: &str, setai: &str) -> Person {
    let foreign = n.nationality.is_some();
    Person {
        id: 0,
        atena_no: number.into(),
        rireki_no: 0,
        valid_from: command.moved_on,
        valid_to: None,
        seq: 0,
        recorded_at: kernel::time::Timestamp::UNIX_EPOCH,
        superseded_seq: None,
        setai_no: setai.into(),
        changed_on: command.moved_on,
        notified_on: command.notified_on,
        change_reason: command.entry.label_ja().into(),
        resident_kind: if foreign { "外国人住民" } else { "日本人" }.into(),
        town_code: None,
        banchi: None,
        edaban: None,
        koedaban: None,
        address: command.address.clone(),
        building: command.building.clone(),
        postal_code: command.postal_code.clone(),
        elementary: None,
        junior_high: None,
        kana: n.kana.clone(),
        name: n.name.clone(),
        maiden_name: None,
        birth: n.birth.text.clone(),
        birth_earliest: n.birth.earliest,
        birth_latest: n.birth.latest,
        sex: n.sex.clone(),
        relation: n.relation.clone(),
        resident_on: command.moved_on,
        resident_notified_on: Some(command.notified_on),
        resident_reason: command.entry.label_ja().into(),
        removed_on: None,
        removed_notified_on: None,
        removed_reason: None,
        koseki_head: if foreign { None } else { n.koseki_head.clone() },
        domicile: if foreign { None } else { n.domicile.clone() },
        alias_kana: None,
        alias: n.alias.clone(),
        latin_kana: None,
        latin_name: n.latin_name.clone(),
        katakana_name: None,
        nationality: n.nationality.clone(),
        residence_status: n.residence_status.clone(),
        residence_kind: foreign.then(|| "中長期在留者".to_owned()),
        residence_term: None,
        residence_until: n.residence_until,
        card_no: None,
        previous_address: Some(command.previous_address.clone()),
        planned_to_address: None,
        planned_move_out: None,
        planned_notified_on: None,
        confirmed_to_address: None,
        confirmed_on: None,
        confirmed_notice_on: None,
        head_name: head.name.clone(),
        head_latin_name: head.latin_name.clone(),
        nhi: None,
        pension_kind: None,
        pension_from: None,
        ward: command.ward.clone(),
        sub_name: None,
        sub_name_purpose: None,
        mailing_address: None,
        mailing_until: None,
        mailing_purpose: None,
    }
}
