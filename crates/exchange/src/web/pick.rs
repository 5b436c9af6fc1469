//! Picking a person: whoever is in the open case, or whoever the registry finds and the clerk takes into it. A number can be typed, too.

use super::Desk;
use kernel::ident::AtenaNo;
use maud::{Markup, html};
use platform::fault::FieldProblem;
use platform::{Fault, Unit};
use ports::facts::ResidentHit;
use webkit::components::{Action, Choice, Column, Field, Row, Table, card, search_box, table};
use webkit::form::Reader;
use webkit::{Call, Form};

/// Most people that a search shows.
const MOST: usize = 50;

/// The two fields of one role in a form: whom the clerk picked, and the number that the clerk typed.
pub struct Role {
    /// Name of the field with the picked person.
    pub picked: &'static str,
    /// Its label.
    pub label: &'static str,
    /// Name of the field with the typed number.
    pub typed: &'static str,
    /// Its label.
    pub number: &'static str,
    /// Whether somebody has to be picked or typed.
    pub required: bool,
    /// When the role is left empty.
    pub hint: &'static str,
}

/// The people of the open case: 宛名番号, and how a clerk knows them.
///
/// # Errors
/// A refusal.
pub async fn of_the_case(call: &Call, desk: &Desk, unit: &mut Unit) -> Result<Vec<(String, String)>, Fault> {
    let (mut all, today) = (vec![], unit.today());
    for subject in call.staff.case.as_ref().map(|c| c.subjects.clone()).unwrap_or_default() {
        let who = platform::subject::number(&mut unit.tx, subject).await?;
        let label = match desk.needs.residents.person(unit, &who, today).await? {
            Some(facts) => format!("{}({}) {who}", facts.name, facts.birth),
            None => format!("住民でない人 {who}"),
        };
        all.push((who.to_string(), label));
    }
    Ok(all)
}

/// Whom the query of the page finds.
///
/// # Errors
/// A refusal.
pub async fn found(call: &Call, desk: &Desk, unit: &mut Unit) -> Result<Vec<ResidentHit>, Fault> {
    match call.query.some("q") {
        Some(query) => desk.needs.residents.search(unit, query, MOST).await,
        None => Ok(vec![]),
    }
}

/// The search, and who was found: each can be taken into the case by posting to `take` with these fields and the number.
pub fn search(call: &Call, here: &str, hits: &[ResidentHit], take: &str, fields: &[(&str, &str)]) -> Markup {
    let query = call.query.text("q");
    let rows = hits.iter().map(|hit| {
        let mut hidden = call.hidden_owned();
        hidden.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        hidden.push(("number".into(), hit.atena_no.to_string()));
        let button = Action::post("案件の対象にする", take, hidden);
        Row::new(vec![
            html! { (hit.name) div.note { (hit.kana) } }.into(),
            hit.birth.clone().into(),
            hit.sex.clone().into(),
            hit.address.clone().unwrap_or_else(|| "表示しません".into()).into(),
            hit.status.clone().into(),
            html! { @if call.staff.case.is_some() { (button.render()) } @else { "案件を始めてから" } }.into(),
        ])
    });
    let columns = ["氏名", "生年月日", "性別", "住所", "状態"].map(Column::text).into_iter();
    let list = Table {
        caption: "見つかった人".into(),
        columns: columns.chain([Column::text("操作").unseen()]).collect(),
        rows: rows.collect(),
        empty: ("該当する人はいません".into(), "言葉を減らすか、生年月日だけで探してください。".into()),
        ..Table::default()
    };
    let note = "見つけた人を案件の対象にすると、下で選べます";
    card("人を探す", note, html! { (search_box(here, "q", query, None)) @if !query.is_empty() { (table(&list)) } })
}

/// The two fields of a role.
pub fn fields(form: &Form, people: &[(String, String)], role: &Role, problems: &[FieldProblem]) -> Markup {
    let error = |name: &str| problems.iter().find(|p| p.field == name).map(|p| p.message.as_str());
    let nobody = Choice::new("", if people.is_empty() { "(案件の対象の人がいません)" } else { "(選んでください)" });
    let choices: Vec<Choice> = std::iter::once(nobody).chain(people.iter().map(|(no, label)| Choice::new(no, label))).collect();
    let select = Field::new(role.picked, role.label).hint(role.hint).value(form.text(role.picked)).error(error(role.picked));
    let select = if role.required { select.required() } else { select };
    html! {
        (select.select(&choices))
        (Field::new(role.typed, role.number).hint("番号を知っているときは、選ばずに入れる").value(form.text(role.typed)).error(error(role.typed)).digits())
    }
}

/// Who was picked or typed in a role.
pub fn read(form: &Form, reader: &mut Reader<'_>, role: &Role) -> Option<AtenaNo> {
    let picked = reader.optional_parsed(role.picked, AtenaNo::parse);
    let typed = reader.optional_parsed(role.typed, AtenaNo::parse);
    if role.required && form.some(role.picked).is_none() && form.some(role.typed).is_none() {
        reader.problem(role.picked, format!("{}を選ぶか、宛名番号を入れてください", role.label));
    }
    if matches!((&picked, &typed), (Some(one), Some(other)) if one != other) {
        reader.problem(role.typed, "選んだ人の宛名番号ではありません。どちらかを空にしてください");
    }
    picked.or(typed)
}
