//! 個人番号の変更 of a 住登外者 (番号法7条2項): the 団番 stays, the former 個人番号 becomes history. Whoever types a number may mistype it, so one
//! person drafts and another decides.

use super::freeze::{UNDECIDED, is_incident};
use super::match_up::dan_of;
use super::register_outsider::{ENDED, current};
use super::{doubt, edit_outsider};
use crate::model::{Doubt, FormerNumber, LINK, MY_NUMBER, NUMBER, OUTSIDER, OUTSIDER_NUMBER, Outsider, Person};
use crate::rules::Rules;
use crate::store;
use async_trait::async_trait;
use kernel::Date;
use kernel::ident::AtenaNo;
use kernel::time::wareki;
use mynumber::IndividualNumber;
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::keys::Place;
use platform::{Fault, Unit};
use serde::{Deserialize, Serialize};

/// Code of the act.
pub const RENUMBER: &str = "hub.renumber";
/// 異動事由 of the record that it makes.
pub const REASON: &str = "個人番号の変更";

/// The draft; it is sealed until it is decided.
#[derive(Clone, Serialize, Deserialize)]
pub struct Renumber {
    /// The 住登外者.
    pub atena_no: AtenaNo,
    /// The new 個人番号.
    pub my_number: String,
    /// 変更年月日
    pub changed_on: Date,
    /// How the new number was confirmed.
    pub reason: String,
}

/// What is changed, once it is in order.
struct Checked {
    row: Outsider,
    person: Person,
    token: Vec<u8>,
    number: IndividualNumber,
}

async fn check(unit: &mut Unit, change: &Renumber) -> Result<Checked, Fault> {
    let who = &change.atena_no;
    let row = current(unit, who).await?;
    if row.state == ENDED {
        return Err(Fault::conflict("消除した記録は変えられません", "この住登外者の記録は終わっています"));
    }
    let number = IndividualNumber::parse(&change.my_number).map_err(|e| Fault::field("my_number", e.to_string()))?;
    let token = unit.city().keys().token(MY_NUMBER, number.expose())?;
    let dan_no = dan_of(unit, who).await?.ok_or_else(|| {
        Fault::conflict(
            "個人番号の変更ではありません",
            "団体内統合宛名番号がまだありません。記録の修正で個人番号を入れてください",
        )
    })?;
    let person = store::by_dan(&mut unit.tx, &dan_no).await?;
    let asked = store::questions_about(&mut unit.tx, who).await?;
    if asked.iter().any(|q| is_incident(q) && UNDECIDED.contains(&q.state.as_str())) {
        return Err(Fault::conflict(
            "番号不整合の確認が先です",
            "この人の個人番号は、ほかの記録と食い違っています。名寄せの確認で判断してください",
        ));
    }
    if person.number_token == token {
        return Ok(Checked { row, person, token, number });
    }
    if store::residents_of(&mut unit.tx, &dan_no).await? > 0 {
        return Err(Fault::conflict(
            "住民の個人番号はここでは変えられません",
            "この人は住民です。個人番号の変更は市民課が行います",
        ));
    }
    if store::by_token(&mut unit.tx, &token).await?.is_some() {
        return Err(Fault::conflict(
            "この個人番号は使われています",
            "別の団体内統合宛名番号に登録されています。番号を確かめ、同じ人のときは名寄せで判断してください",
        ));
    }
    Ok(Checked { row, person, token, number })
}

/// Drafts the change.
///
/// # Errors
/// A number that is none or somebody else's; a resident's; a person whose number is in doubt; a colleague who edits the record.
pub async fn draft(unit: &mut Unit, change: &Renumber, rules: &Rules) -> Result<(), Fault> {
    let subject = unit.find_subject(&change.atena_no).await?.ok_or_else(|| Fault::missing("住登外者"))?;
    unit.require(subject, &[NUMBER, LINK, OUTSIDER, OUTSIDER_NUMBER]).await?;
    edit_outsider::lock(unit, subject).await?;
    let checked = check(unit, change).await?;
    if checked.row.number_token.as_ref() == Some(&checked.token) {
        return Err(Fault::field("my_number", "登録済みの個人番号と同じです"));
    }
    let (rank, rule_ja) = (rules.rank)(RENUMBER, unit.today())?;
    let new = NewDraft { act: RENUMBER, title: REASON, command: change, subjects: &[subject], rank, rule_ja: &rule_ja };
    approval::draft(unit, new).await.map(|_| ())
}

/// Gives a person another 個人番号 and keeps the one before.
///
/// # Errors
/// The database's refusal.
pub async fn carry(unit: &mut Unit, person: Person, token: &[u8], changed_on: Date) -> Result<(), Fault> {
    let (recorded_at, seq) = (unit.now(), unit.seq().await?);
    let Person { dan_no, number_token, .. } = person;
    FormerNumber { id: 0, dan_no: dan_no.clone(), number_token, changed_on, recorded_at, seq }.insert(&mut unit.tx).await?;
    Ok(store::set_token(&mut unit.tx, &dan_no, token).await?)
}

/// The act.
pub struct ChangeNumber;

#[async_trait]
impl Act for ChangeNumber {
    fn code(&self) -> &'static str {
        RENUMBER
    }

    fn group(&self) -> &'static str {
        LINK
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let change: Renumber = approval::command(payload)?;
        let subject = unit.find_subject(&change.atena_no).await?.ok_or_else(|| Fault::missing("住登外者"))?;
        unit.require(subject, &[NUMBER, LINK, OUTSIDER_NUMBER]).await?;
        let checked = check(unit, &change).await?;
        let lines = vec![DiffLine {
            item_ja: "個人番号".into(),
            now_ja: "登録済みの番号".into(),
            draft_ja: format!("末尾4桁 {}({}から)", change.my_number.get(8..).unwrap_or_default(), wareki(change.changed_on)),
            reason_ja: change.reason,
        }];
        Ok(Proposal {
            about_ja: format!("住登外者 {} の個人番号の変更", change.atena_no),
            lines,
            next_ja: vec![
                format!("団体内統合宛名番号 {} は変わらない", checked.person.dan_no),
                "前の個人番号は履歴に残る".into(),
            ],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let change: Renumber = approval::command(payload)?;
        let subject = unit.find_subject(&change.atena_no).await?.ok_or_else(|| Fault::missing("住登外者"))?;
        unit.require(subject, &[NUMBER, LINK, OUTSIDER, OUTSIDER_NUMBER]).await?;
        let Checked { row, person, token, number } = check(unit, &change).await?;
        let place = Place { table: Outsider::TABLE, column: "my_number", row: row.atena_no.as_str() };
        let sealed = unit.seal(subject, place, number.expose()).await?;
        let new = Outsider {
            id: 0,
            rev: row.rev + 1,
            my_number: Some(sealed),
            number_token: Some(token.clone()),
            reason: REASON.into(),
            moved_on: change.changed_on,
            recorded_by: unit.staff().name.clone(),
            recorded_at: unit.now(),
            seq: unit.seq().await?,
            ..row.clone()
        };
        store::revise_outsider(&mut unit.tx, &row, &new).await?;
        if person.number_token == token {
            return Ok(());
        }
        let own = store::former(&mut unit.tx, &person.dan_no).await?.iter().any(|f| f.number_token == token);
        if !own && store::was_somebodys(&mut unit.tx, &token).await? {
            doubt(unit, Doubt::Former, subject, &change.atena_no).await?;
        }
        carry(unit, person, &token, change.changed_on).await
    }
}
