//! Moves that restate items of one person's record: 氏名, 振り仮名, 旧氏, 通称, 在留, 戸籍, 送付先; 職権修正 and 誤記修正; 職権消除. One table
//! says for each which items, who decides, from when it holds, and what others are told.

use super::items::{self, Item};
use crate::model::Person;
use crate::record::{self, Told};
use async_trait::async_trait;
use kernel::Date;
use kernel::access::Action;
use kernel::ident::AtenaNo;
use kernel::time::wareki;
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::fault::FieldProblem;
use platform::{Fault, Unit};
use ports::ResidentChange;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// From when a restatement holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// From the day of the change.
    FromDay,
    /// It was so all along; the record was wrong.
    AllAlong,
    /// The record ends on that day.
    Ends,
}

/// A kind of restatement.
pub struct Kind {
    /// In the address of its page.
    pub code: &'static str,
    /// 異動事由.
    pub label_ja: &'static str,
    /// Who asks, and under what law.
    pub basis_ja: &'static str,
    /// Key of the rank in the 専決規程.
    pub act: &'static str,
    /// From when.
    pub extent: Extent,
    /// What others are told.
    pub change: ResidentChange,
    /// What may be restated.
    pub items: &'static [&'static Item],
    /// Only for foreign residents (`Some(true)`), only for Japanese nationals (`Some(false)`).
    pub foreign: Option<bool>,
}

const PLACE: &[&Item] = &[
    &items::ADDRESS,
    &items::BUILDING,
    &items::POSTAL_CODE,
    &items::TOWN_CODE,
    &items::BANCHI,
    &items::EDABAN,
    &items::KOEDABAN,
    &items::ELEMENTARY,
    &items::JUNIOR_HIGH,
    &items::WARD,
];
const NAMES: &[&Item] = &[&items::NAME, &items::KANA, &items::SEX, &items::RELATION, &items::LATIN_NAME, &items::LATIN_KANA];

/// Every kind, in the order of the menu.
pub const KINDS: &[Kind] = &[
    Kind {
        code: "name",
        label_ja: "氏名変更",
        basis_ja: "9条2項通知(戸籍の届出)又は在留カードの記載",
        act: "name_change",
        extent: Extent::FromDay,
        change: ResidentChange::Corrected,
        items: &[&items::NAME, &items::KANA, &items::LATIN_NAME, &items::LATIN_KANA, &items::KATAKANA_NAME],
        foreign: None,
    },
    Kind {
        code: "kana",
        label_ja: "振り仮名の変更",
        basis_ja: "戸籍法13条・住民基本台帳法7条1号の2",
        act: "name_change",
        extent: Extent::FromDay,
        change: ResidentChange::Corrected,
        items: &[&items::KANA],
        foreign: None,
    },
    Kind {
        code: "maiden",
        label_ja: "旧氏の記載・変更・削除",
        basis_ja: "住民基本台帳法施行令30条の14(空欄にすると削除)",
        act: "name_change",
        extent: Extent::FromDay,
        change: ResidentChange::Corrected,
        items: &[&items::MAIDEN_NAME],
        foreign: Some(false),
    },
    Kind {
        code: "alias",
        label_ja: "通称の記載・変更・削除",
        basis_ja: "住民基本台帳法施行令30条の16(空欄にすると削除)",
        act: "name_change",
        extent: Extent::FromDay,
        change: ResidentChange::Corrected,
        items: &[&items::ALIAS, &items::ALIAS_KANA],
        foreign: Some(true),
    },
    Kind {
        code: "residence",
        label_ja: "在留情報の変更",
        basis_ja: "住民基本台帳法30条の50(法務大臣の通知)",
        act: "ex_officio_correction",
        extent: Extent::FromDay,
        change: ResidentChange::Corrected,
        items: &[
            &items::NATIONALITY,
            &items::RESIDENCE_STATUS,
            &items::RESIDENCE_KIND,
            &items::RESIDENCE_TERM,
            &items::RESIDENCE_UNTIL,
            &items::CARD_NO,
        ],
        foreign: Some(true),
    },
    Kind {
        code: "koseki",
        label_ja: "戸籍の表示の変更",
        basis_ja: "9条2項通知",
        act: "ex_officio_correction",
        extent: Extent::FromDay,
        change: ResidentChange::Corrected,
        items: &[&items::DOMICILE, &items::KOSEKI_HEAD],
        foreign: Some(false),
    },
    Kind {
        code: "insurance",
        label_ja: "国保・年金の資格の変更",
        basis_ja: "住民基本台帳法7条10号・11号(資格の届出)",
        act: "ex_officio_correction",
        extent: Extent::FromDay,
        change: ResidentChange::Corrected,
        items: &[&items::NHI, &items::PENSION_KIND, &items::PENSION_FROM],
        foreign: None,
    },
    Kind {
        code: "mailing",
        label_ja: "送付先の登録・変更・廃止",
        basis_ja: "本人の申出",
        act: "ex_officio_correction",
        extent: Extent::FromDay,
        change: ResidentChange::Corrected,
        items: &[
            &items::MAILING_ADDRESS,
            &items::MAILING_UNTIL,
            &items::MAILING_PURPOSE,
            &items::SUB_NAME,
            &items::SUB_NAME_PURPOSE,
        ],
        foreign: None,
    },
    Kind {
        code: "correction",
        label_ja: "職権修正",
        basis_ja: "住民基本台帳法8条・14条2項(実態調査・申出)",
        act: "ex_officio_correction",
        extent: Extent::AllAlong,
        change: ResidentChange::Corrected,
        items: PLACE,
        foreign: None,
    },
    Kind {
        code: "clerical",
        label_ja: "誤記修正",
        basis_ja: "届書との照合による職員の誤記の訂正",
        act: "clerical_correction",
        extent: Extent::AllAlong,
        change: ResidentChange::Corrected,
        items: NAMES,
        foreign: None,
    },
    Kind {
        code: "removal",
        label_ja: "職権消除",
        basis_ja: "住民基本台帳法8条・施行令12条3項(実態調査による居所不明など)",
        act: "ex_officio_removal",
        extent: Extent::Ends,
        change: ResidentChange::Removed,
        items: &[],
        foreign: None,
    },
];

/// The kind with a code.
///
/// # Errors
/// [`Fault::missing`].
pub fn kind(code: &str) -> Result<&'static Kind, Fault> {
    KINDS.iter().find(|k| k.code == code).ok_or_else(|| Fault::missing("異動の種類"))
}

/// What is drafted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Restate {
    /// Code of the [`Kind`].
    pub kind: String,
    /// Who.
    pub number: AtenaNo,
    /// 異動年月日
    pub changed_on: Date,
    /// 届出・通知・申出の日
    pub notified_on: Date,
    /// 届書, 通知 or 調書 it rests on.
    pub evidence: String,
    /// Items by key, as typed; an item that is not here stays as it is.
    pub values: BTreeMap<String, String>,
}

impl Restate {
    /// The record with the items restated.
    fn applied(&self, kind: &Kind, before: &Person) -> Result<Person, Vec<FieldProblem>> {
        let (mut after, mut problems) = (before.clone(), vec![]);
        for item in kind.items {
            let Some(typed) = self.values.get(item.key) else { continue };
            if let Err(message) = item.write(&mut after, typed) {
                problems.push(FieldProblem::new(item.key, message));
            }
        }
        let relation = law::resident::household::Relationship::parse(&after.relation);
        if let (Err(why), true) = (relation, after.relation != before.relation) {
            problems.push(FieldProblem::new("relation", why.to_string()));
        }
        if problems.is_empty() { Ok(after) } else { Err(problems) }
    }
}

/// Items whose words differ.
fn changed(kind: &Kind, before: &Person, after: &Person) -> Vec<&'static Item> {
    kind.items.iter().copied().filter(|item| (item.get)(before) != (item.get)(after)).collect()
}

/// Drafts it.
///
/// # Errors
/// A day in the future, nothing that changes, a kind that is not for this person, no evidence, or a colleague who is editing.
pub async fn draft(unit: &mut Unit, command: &Restate) -> Result<i64, Fault> {
    let (kind, today) = (kind(&command.kind)?, unit.today());
    let subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
    unit.require(subject, &["juki.identify"]).await?;
    let before = record::current(unit, &command.number, command.changed_on.min(today)).await?;
    let mut problems = vec![];
    let mut problem = |field, message: &str| problems.push(FieldProblem::new(field, message));
    if command.changed_on > today {
        problem("changed_on", "異動年月日は、きょうまでの日にしてください");
    }
    if command.notified_on > today {
        problem("notified_on", "届出・通知の日は、きょうまでの日にしてください");
    }
    if command.evidence.trim().is_empty() {
        problem("evidence", "根拠にした届書・通知・調書を入力してください");
    }
    if kind.foreign.is_some_and(|foreign| foreign != before.nationality.is_some()) {
        let who = if kind.foreign == Some(true) { "外国人住民" } else { "日本人" };
        return Err(Fault::conflict(format!("{}を起案できません", kind.label_ja), format!("{who}の異動です")));
    }
    if !before.is_resident(command.changed_on.min(today)) && kind.extent != Extent::AllAlong {
        return Err(Fault::conflict(format!("{}を起案できません", kind.label_ja), "その日には住民ではありません"));
    }
    match command.applied(kind, &before) {
        Err(more) => problems.extend(more),
        Ok(after) if kind.extent != Extent::Ends && changed(kind, &before, &after).is_empty() => {
            let field = kind.items.first().map_or("evidence", |item| item.key);
            problems.push(FieldProblem::new(field, "いまの記録から変わるところがありません"));
        }
        Ok(_) => {}
    }
    if !problems.is_empty() {
        return Err(Fault::invalid(problems));
    }
    let (rank, rule_ja) = super::rank(unit, kind.act, today)?;
    let new = NewDraft { act: "resident.restate", title: kind.label_ja, command, subjects: &[subject], rank, rule_ja: &rule_ja };
    approval::draft(unit, new).await
}

/// The act.
pub struct Decision;

#[async_trait]
impl Act for Decision {
    fn code(&self) -> &'static str {
        "resident.restate"
    }

    fn group(&self) -> &'static str {
        "juki.identify"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let command: Restate = approval::command(payload)?;
        let kind = kind(&command.kind)?;
        let subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        let mut groups: Vec<&'static str> = kind.items.iter().map(|i| i.group).collect();
        groups.extend(["juki.identify", "juki.status"]);
        groups.sort_unstable();
        groups.dedup();
        let seen = unit.see(subject, &groups).await?;
        let before = record::current(unit, &command.number, command.changed_on).await?;
        let after = command.applied(kind, &before).map_err(Fault::invalid)?;
        let words = |item: &Item, p: &Person| {
            let value = (item.get)(p).unwrap_or_else(|| "なし".into());
            seen.show(item.group, value).unwrap_or_else(|| "(表示できません)".into())
        };
        let mut lines: Vec<DiffLine> = vec![];
        for item in changed(kind, &before, &after) {
            lines.push(DiffLine {
                item_ja: item.label_ja.into(),
                now_ja: words(item, &before),
                draft_ja: words(item, &after),
                reason_ja: command.evidence.clone(),
            });
        }
        if kind.extent == Extent::Ends {
            lines.push(DiffLine {
                item_ja: "消除".into(),
                now_ja: "住民".into(),
                draft_ja: format!("{} {}", kind.label_ja, wareki(command.changed_on)),
                reason_ja: command.evidence.clone(),
            });
        }
        Ok(Proposal {
            about_ja: format!("{} {}", before.name, kind.label_ja),
            lines,
            next_ja: vec!["記録を追加(元の記録は残ります)".into(), "関係業務へ知らせる".into()],
            evidence_ja: vec![command.evidence],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let command: Restate = approval::command(payload)?;
        let kind = kind(&command.kind)?;
        let subject = unit.find_subject(&command.number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.see_for(Action::Decide, subject, &["juki.identify", "juki.status"]).await?;
        let before = record::current(unit, &command.number, command.changed_on).await?;
        let mut after = command.applied(kind, &before).map_err(Fault::invalid)?;
        let names: Vec<&str> = changed(kind, &before, &after).iter().map(|i| i.key).collect();
        after.changed_on = command.changed_on;
        after.notified_on = command.notified_on;
        after.change_reason = kind.label_ja.into();
        let renamed_head = before.relation == "世帯主" && names.contains(&"name");
        if renamed_head {
            after.head_name.clone_from(&after.name);
            after.head_latin_name.clone_from(&after.latin_name);
        }
        if kind.extent == Extent::Ends {
            after.removed_on = Some(command.changed_on);
            after.removed_notified_on = Some(command.notified_on);
            after.removed_reason = Some(kind.label_ja.into());
        }
        let (olds, row) = match kind.extent {
            Extent::FromDay | Extent::Ends => {
                let from = command.changed_on.max(before.valid_from);
                (vec![before.id], record::from_day(unit, &before, after.clone(), from).await?)
            }
            Extent::AllAlong => {
                let fix = |row: &mut Person| {
                    // What was typed was accepted above; a value that no longer fits changes nothing.
                    if let Ok(fixed) = command.applied(kind, row) {
                        *row = fixed;
                    }
                    row.notified_on = command.notified_on;
                    row.change_reason = kind.label_ja.into();
                };
                record::all_along(unit, &command.number, fix).await?
            }
        };
        if renamed_head {
            record::rename_head(unit, &after, command.changed_on).await?;
        }
        // Every row that anybody may have decided on is named, so that each office finds its decisions.
        for old in olds {
            let told = Told {
                change: kind.change,
                person: &after,
                effective: command.changed_on,
                items: &names,
                row_before: Some(old),
                row_after: Some(row),
            };
            record::tell(unit, told).await?;
        }
        Ok(())
    }
}
