//! 情報照会の入力: whom, which items, which year, at which institution. Everything is picked from what is there.

use super::pick::{self, Role};
use super::{Desk, choices, field_errors, inquiries};
use crate::list;
use crate::model::INQUIRY;
use crate::offer::{Offer, offered};
use crate::usecases::ask::{self, NewInquiry};
use kernel::access::Action::Search;
use kernel::ident::AtenaNo;
use kernel::time::wareki;
use maud::{Markup, html};
use platform::Fault;
use platform::fault::{FaultKind, FieldProblem};
use webkit::components::{Action, AsidePanel, Choice, Field, button_row, card, definition_list, error_summary, post_form};
use webkit::{Begun, Call, Reply, Screen};
use wire::ident::{InstitutionCode, RecordKey};
use wire::list::Ground;

/// The page.
pub const PAGE: &str = "/exchange/inquiries/new/{procedure}/{data_set}";
/// Where somebody found is taken into the case.
pub const PERSON: &str = "/exchange/inquiries/person";

const WHO: Role = Role {
    picked: "person",
    label: "照会する人",
    typed: "number",
    number: "照会する人の宛名番号",
    required: true,
    hint: "案件の対象の人から選ぶ",
};
const FOR: Role = Role {
    picked: "for_person",
    label: "手続の本人",
    typed: "made_for",
    number: "手続の本人の宛名番号",
    required: false,
    hint: "保護者の税を子どもの手続のために照会するときなど。本人についての照会では選ばない",
};

/// Address of the page for a procedure and data set.
pub fn page(procedure: &str, data_set: &str) -> String {
    PAGE.replace("{procedure}", procedure).replace("{data_set}", data_set)
}

fn offer(call: &Call, desk: &Desk, procedure: &str, data_set: &str) -> Result<Offer, Fault> {
    let purpose = call.staff.purpose.as_deref().unwrap_or_default();
    offered(&desk.needs, purpose, call.city.today(), procedure, data_set)
}

/// The page.
pub async fn show(call: Call, desk: Desk) -> Result<Reply, Fault> {
    let offer = offer(&call, &desk, call.part("procedure"), call.part("data_set"))?;
    render(&call, &desk, offer, vec![]).await
}

/// What permits the inquiry, and how well that is known.
fn ground(offer: &Offer) -> Result<Markup, Fault> {
    let (row, names) = (offer.row, list()?);
    let ground = match row.ground {
        Ground::Statutory => "法定事務",
        Ground::Ordinance => "独自利用事務",
    };
    let checked = |day: Option<kernel::Date>| day.map_or_else(|| "未確認".to_owned(), |day| format!("{} 確認", wareki(day)));
    let kind = names.permitted().kinds().get(&row.provider).map_or(row.provider.0.as_str(), String::as_str);
    let items = offer.layout.map_or_else(
        || "ありません".to_owned(),
        |l| match l.verified_on {
            Some(day) => format!("第{}版({} 確認)", l.data_set.version, wareki(day)),
            None => format!("第{}版(未確認、{}現在)", l.data_set.version, wareki(l.looked_on)),
        },
    );
    Ok(definition_list(&[
        ("事務手続", html! { (names.procedure_ja(row.procedure.as_str())) }),
        ("特定個人情報", html! { (names.data_set_ja(row.data_set.as_str())) }),
        ("提供する機関", html! { (kind) }),
        ("根拠", html! { (ground) " " (row.legal_basis) "(" (checked(row.verified_on)) ")" }),
        ("本人の同意", html! { @if row.consent { "要る(先に「照会の同意」に登録)" } @else { "要らない" } }),
        ("項目表", html! { (items) }),
    ]))
}

async fn render(call: &Call, desk: &Desk, offer: Offer, problems: Vec<FieldProblem>) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Search, INQUIRY).await?;
    let (procedure, data_set) = (offer.row.procedure.as_str(), offer.row.data_set.as_str());
    let people = pick::of_the_case(call, desk, &mut unit).await?;
    let hits = pick::found(call, desk, &mut unit).await?;
    let here = page(procedure, data_set);
    let fields = [("procedure", procedure), ("data_set", data_set)];
    let (mut years, together) = offer.keys(unit.today())?;
    if together && years.len() > 1 {
        years.push((String::new(), "全部の年度".to_owned()));
    }
    let others = inquiries::others(desk);
    let main = html! {
        (card("照会の内容", "", ground(&offer)?))
        (pick::search(call, &here, &hits, PERSON, &fields))
        (card("照会する", "照会する人は、案件の対象になります", html! {
            @match offer.layout {
                Some(_) => (post_form("ask", inquiries::LIST, false, &hidden(call, &fields), form(call, &offer, [&people, &years, &others], &problems))),
                None => { p { "この特定個人情報は項目表にないため、照会できません。" } (back()) }
            }
        }))
    };
    let items = offer.layout.iter().flat_map(|l| &l.items);
    let screen = Screen {
        title: "情報照会の入力".into(),
        subtitle: list()?.data_set_ja(data_set),
        main,
        asked: "氏名・生年月日".into(),
        incidental: if hits.is_empty() { String::new() } else { "見つかった人の氏名・生年月日・住所".into() },
        aside: vec![AsidePanel::next(
            "入力のしかた",
            &["照会する人を、案件の対象から選ぶ", "いないときは、探して案件の対象にする", "項目と年度を選び、照会先に送る"],
        )],
        data: serde_json::json!({
            "procedure": procedure, "data_set": data_set, "consent": offer.row.consent, "legal_basis": offer.row.legal_basis,
            "people": people.iter().map(|(no, name)| serde_json::json!({ "atena_no": no, "name": name })).collect::<Vec<_>>(),
            "hits": hits.iter().map(|h| serde_json::json!({
                "atena_no": h.atena_no, "name": h.name, "kana": h.kana, "birth": h.birth, "sex": h.sex, "address": h.address, "status": h.status,
            })).collect::<Vec<_>>(),
            "items": items.map(|i| serde_json::json!({ "id": i.id, "name": i.name, "meaning": i.meaning })).collect::<Vec<_>>(),
            "keys": years.iter().filter(|(key, _)| !key.is_empty()).map(|(key, name)| serde_json::json!({ "key": key, "name": name })).collect::<Vec<_>>(),
        }),
        status: if problems.is_empty() { 0 } else { 422 },
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

fn hidden<'a>(call: &'a Call, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    call.hidden().into_iter().chain(fields.iter().copied()).collect()
}

fn back() -> Markup {
    button_row(&[Action::link("照会の一覧へ戻る", inquiries::LIST).key("F6")], html! {})
}

fn form(call: &Call, offer: &Offer, lists: [&[(String, String)]; 3], problems: &[FieldProblem]) -> Markup {
    let error = |name: &str| problems.iter().find(|p| p.field == name).map(|p| p.message.as_str());
    let [people, years, others] = lists;
    let items = offer.layout.iter().flat_map(|l| &l.items);
    let items: Vec<Choice> = items.map(|i| Choice { value: i.id.as_str(), label: &i.name, note: &i.meaning }).collect();
    let chosen: Vec<&str> = call.form.all("items").iter().map(String::as_str).collect();
    let year = call.form.text("key");
    let first = years.first().map_or("", |(key, _)| key.as_str());
    let year = if call.form.names().any(|n| n == "key") { year } else { first };
    html! {
        (error_summary(&field_errors(problems)))
        (pick::fields(&call.form, people, &WHO, problems))
        (pick::fields(&call.form, people, &FOR, problems))
        (Field::new("items", "項目").required().error(error("items")).checkboxes(&items, &chosen))
        @if !years.is_empty() {
            (Field::new("key", "年度").value(year).error(error("key")).select(&choices(years)))
        }
        (Field::new("provider", "照会先").required().value(call.form.text("provider")).error(error("provider")).select(&choices(others)))
        (button_row(&[
            Action::submit("照会する").key("F9").primary(),
            Action::link("照会の一覧へ戻る", inquiries::LIST).key("F6"),
        ], html! { "送った照会は、相手と国の記録に残ります" }))
    }
}

/// Takes somebody who was found into the open case.
pub async fn take(call: Call, desk: Desk) -> Result<Reply, Fault> {
    let offer = offer(&call, &desk, call.form.text("procedure"), call.form.text("data_set"))?;
    let who = AtenaNo::parse(call.form.text("number")).map_err(|error| Fault::field("number", error.to_string()))?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let subject = unit.find_subject(&who).await?.ok_or_else(|| Fault::missing("この宛名番号の人"))?;
    unit.take_into_case(subject).await?;
    unit.require(subject, &[INQUIRY]).await?;
    let to = page(offer.row.procedure.as_str(), offer.row.data_set.as_str());
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// Enters a question.
pub async fn enter(call: Call, desk: Desk) -> Result<Reply, Fault> {
    let offer = offer(&call, &desk, call.form.text("procedure"), call.form.text("data_set"))?;
    match try_enter(&call, &desk, &offer).await {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => render(&call, &desk, offer, fault.fields).await,
        other => other,
    }
}

async fn try_enter(call: &Call, desk: &Desk, offer: &Offer) -> Result<Reply, Fault> {
    let mut reader = call.form.reader();
    let who = pick::read(&call.form, &mut reader, &WHO);
    let made_for = pick::read(&call.form, &mut reader, &FOR);
    let today = call.city.today();
    let (years, _) = offer.keys(today)?;
    let key = call.form.some("key");
    if key.is_some_and(|key| !years.iter().any(|(year, _)| year == key)) {
        reader.problem("key", "照会できる年度ではありません。年度を選び直してください");
    }
    let key = key.and_then(|key| RecordKey::parse(key).ok());
    let asked = offer.of(key.as_ref(), today).and_then(|offer| offer.items(call.form.all("items")));
    for problem in asked.as_ref().err().iter().flat_map(|fault| &fault.fields) {
        reader.problem(problem.field, problem.message.clone());
    }
    let provider = reader.parsed("provider", "照会先", InstitutionCode::parse);
    reader.finish()?;
    let (data_set, items) = asked?;
    let (Some(who), Some(provider)) = (who, provider) else { return Err(Fault::missing("宛名番号")) };
    let new = NewInquiry { who, made_for, provider, procedure: offer.row.procedure.clone(), data_set, items, key };
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let id = ask::enter(&mut unit, &desk.needs, new).await?;
    let to = format!("{}/{id}", inquiries::LIST);
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
