//! 世帯分離・世帯合併・世帯変更・世帯主変更 (住民基本台帳法25条): who lives with whom, and how they are related, is restated for everybody
//! concerned at once.

use crate::model::Person;
use crate::record::{self, Told};
use crate::store;
use async_trait::async_trait;
use kernel::Date;
use kernel::access::Action;
use kernel::decision::{FactRef, Outcome};
use kernel::ident::AtenaNo;
use kernel::time::wareki;
use law::resident::household::{Member, Relationship, validate};
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::{Fault, Unit};
use ports::ResidentChange;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is notified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// 世帯分離: some members form a household of their own at the same address.
    Separate,
    /// 世帯合併: the whole household joins another at the same address.
    Merge,
    /// 世帯変更: some members join another household at the same address.
    Transfer,
    /// 世帯主変更
    NewHead,
}

impl Kind {
    /// 異動事由.
    pub fn label_ja(self) -> &'static str {
        match self {
            Kind::Separate => "世帯分離",
            Kind::Merge => "世帯合併",
            Kind::Transfer => "世帯変更",
            Kind::NewHead => "世帯主変更",
        }
    }

    /// Reads the form's word.
    pub fn parse(word: &str) -> Option<Self> {
        [Kind::Separate, Kind::Merge, Kind::Transfer, Kind::NewHead].into_iter().find(|k| k.label_ja() == word)
    }
}

/// The notification.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HouseholdChange {
    /// What.
    pub kind: Kind,
    /// A member of the household.
    pub number: AtenaNo,
    /// 異動年月日
    pub changed_on: Date,
    /// 届出年月日
    pub notified_on: Date,
    /// Members who leave it; with 世帯合併 everybody does.
    pub leaving: Vec<AtenaNo>,
    /// A member of the household that they join.
    pub into: Option<AtenaNo>,
    /// 続柄 afterwards, by 宛名番号; who is not named keeps the old one.
    pub relations: BTreeMap<String, String>,
}

/// A household as it will be.
struct Plan {
    /// Members before, with their 続柄 afterwards.
    members: Vec<(Person, String)>,
    /// `None`: a new household.
    setai_no: Option<String>,
}

impl Plan {
    fn head(&self) -> Result<&Person, Fault> {
        let head = self.members.iter().find(|(_, relation)| relation == "世帯主").map(|(p, _)| p);
        head.ok_or_else(|| Fault::field("relation", "世帯主がいません"))
    }

    fn check(&self) -> Result<(), Fault> {
        let mut members = vec![];
        for (person, relation) in &self.members {
            let relationship = Relationship::parse(relation).map_err(|e| Fault::field("relation", e.to_string()))?;
            let evidence =
                FactRef { register: "resident_person".into(), row_id: person.id.to_string(), label_ja: "住民票".into() };
            members.push(Member { relationship, evidence });
        }
        let answer = validate(&members);
        if answer.outcome != Outcome::Refused {
            return Ok(());
        }
        let why = answer.reasons.iter().filter(|r| r.verdict == kernel::decision::Verdict::NotSatisfied);
        let why: Vec<String> = why.map(|r| format!("{}({})", r.title_ja, r.detail_ja)).collect();
        Err(Fault::field("relation", format!("異動の後の世帯が成り立ちません: {}", why.join("、"))))
    }
}

async fn plans(unit: &mut Unit, command: &HouseholdChange) -> Result<Vec<Plan>, Fault> {
    let day = command.changed_on;
    let person = record::current(unit, &command.number, day).await?;
    let here = store::household(&mut unit.tx, &person.household()?, day).await?;
    let goes = |p: &Person| command.kind == Kind::Merge || command.leaving.iter().any(|n| n.as_str() == p.atena_no);
    let (leaving, staying): (Vec<Person>, Vec<Person>) = here.into_iter().partition(|p| command.kind != Kind::NewHead && goes(p));
    if command.kind != Kind::NewHead && leaving.is_empty() {
        return Err(Fault::field("leaving", "世帯を移る人を選んでください"));
    }
    if command.kind == Kind::Separate && staying.is_empty() {
        return Err(Fault::field("leaving", "全員が分かれることはできません。残る人がいるようにしてください"));
    }
    let with = |people: Vec<Person>| -> Vec<(Person, String)> {
        let after = |p: &Person| command.relations.get(&p.atena_no).cloned().unwrap_or_else(|| p.relation.clone());
        people.into_iter().map(|p| (p.clone(), after(&p))).collect()
    };
    let mut all = vec![];
    if !staying.is_empty() {
        all.push(Plan { setai_no: Some(person.setai_no.clone()), members: with(staying) });
    }
    match command.kind {
        Kind::NewHead => {}
        Kind::Separate => all.push(Plan { setai_no: None, members: with(leaving) }),
        Kind::Merge | Kind::Transfer => {
            let into =
                command.into.as_ref().ok_or_else(|| Fault::field("into", "移る先の世帯の人の宛名番号を入力してください"))?;
            let other = record::current(unit, into, day).await?;
            if other.setai_no == person.setai_no {
                return Err(Fault::field("into", "移る先が、いまと同じ世帯です"));
            }
            if (&other.address, &other.building) != (&person.address, &person.building) {
                return Err(Fault::field("into", "移る先の世帯は住所が違います。転居として届け出てください"));
            }
            let mut together = store::household(&mut unit.tx, &other.household()?, day).await?;
            together.extend(leaving);
            all.push(Plan { setai_no: Some(other.setai_no), members: with(together) });
        }
    }
    Ok(all)
}

/// Drafts it.
///
/// # Errors
/// A day in the future, nobody who leaves, a household without exactly one head, or a colleague who is editing one of them.
pub async fn draft(unit: &mut Unit, command: &HouseholdChange) -> Result<i64, Fault> {
    let today = unit.today();
    if command.changed_on > today {
        return Err(Fault::field("changed_on", "異動年月日は、きょうまでの日にしてください"));
    }
    let mut subjects = vec![];
    for plan in plans(unit, command).await? {
        plan.check()?;
        for (person, _) in &plan.members {
            let subject = unit.find_subject(&person.number()?).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
            unit.take_into_case(subject).await?;
            unit.require(subject, &["juki.identify", "juki.household"]).await?;
            subjects.push(subject);
        }
    }
    let (rank, rule_ja) = super::rank(unit, "household_change", today)?;
    let title = command.kind.label_ja();
    approval::draft(unit, NewDraft { act: "resident.household", title, command, subjects: &subjects, rank, rule_ja: &rule_ja })
        .await
}

/// The act.
pub struct Decision;

#[async_trait]
impl Act for Decision {
    fn code(&self) -> &'static str {
        "resident.household"
    }

    fn group(&self) -> &'static str {
        "juki.household"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let command: HouseholdChange = approval::command(payload)?;
        let mut lines = vec![];
        for plan in plans(unit, &command).await? {
            let (head, new) = (plan.head()?.name.clone(), plan.setai_no.is_none());
            for (person, relation) in &plan.members {
                let subject = unit.find_subject(&person.number()?).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
                unit.require(subject, &["juki.identify", "juki.household"]).await?;
                lines.push(DiffLine {
                    item_ja: person.name.clone(),
                    now_ja: format!("{}の世帯 {}", person.head_name, person.relation),
                    draft_ja: format!("{head}の世帯{} {relation}", if new { "(新しい世帯)" } else { "" }),
                    reason_ja: format!("異動日 {}", wareki(command.changed_on)),
                });
            }
        }
        Ok(Proposal {
            about_ja: command.kind.label_ja().into(),
            lines,
            next_ja: vec!["記録を追加(元の記録は残ります)".into(), "関係業務へ知らせる".into()],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let command: HouseholdChange = approval::command(payload)?;
        for plan in plans(unit, &command).await? {
            plan.check()?;
            let head = plan.head()?.clone();
            let setai = match &plan.setai_no {
                Some(no) => no.clone(),
                None => record::issue_setai_no(&mut unit.tx).await?.as_str().to_owned(),
            };
            for (before, relation) in &plan.members {
                let same = before.setai_no == setai && before.relation == *relation && before.head_name == head.name;
                if same {
                    continue;
                }
                let subject = unit.find_subject(&before.number()?).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
                unit.see_for(Action::Decide, subject, &["juki.identify", "juki.household"]).await?;
                let mut after = before.clone();
                after.setai_no.clone_from(&setai);
                after.relation.clone_from(relation);
                after.head_name.clone_from(&head.name);
                after.head_latin_name.clone_from(&head.latin_name);
                after.changed_on = command.changed_on;
                after.notified_on = command.notified_on;
                after.change_reason = command.kind.label_ja().into();
                let row = record::from_day(unit, before, after.clone(), command.changed_on.max(before.valid_from)).await?;
                let told = Told {
                    change: ResidentChange::HouseholdChanged,
                    person: &after,
                    effective: command.changed_on,
                    items: &["setai_no", "relation", "head_name"],
                    row_before: Some(before.id),
                    row_after: Some(row),
                };
                record::tell(unit, told).await?;
            }
        }
        Ok(())
    }
}
