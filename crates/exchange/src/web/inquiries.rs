//! 情報照会: the office's questions, and a new one.

use super::{Desk, at_ja, tone};
use crate::model::INQUIRY;
use crate::usecases::ask::{self, NewInquiry};
use crate::{list, store};
use kernel::access::Action::Search;
use kernel::ident::AtenaNo;
use maud::html;
use platform::fault::{FaultKind, FieldProblem};
use platform::{Fault, Unit};
use webkit::components::{
    Action, AsidePanel, Choice, Column, Field, FieldError, Row, Table, badge, button_row, card, error_summary, post_form, table,
};
use webkit::{Begun, Call, Reply, Screen};
use wire::ident::{DataSet, DataSetId, InstitutionCode, ItemId, ProcedureId, RecordKey};

/// Page of the list.
pub const LIST: &str = "/exchange/inquiries";

/// The page.
pub async fn show(call: Call, desk: Desk) -> Result<Reply, Fault> {
    let unit = call.look().await?;
    render(&call, &desk, unit, None).await
}

/// Procedures and data sets that the acting purpose may ask for, as (code, name).
pub fn askable(desk: &Desk, purpose: &str) -> Result<[Vec<(String, String)>; 2], Fault> {
    let list = list()?;
    let codes = (desk.needs.procedures)(purpose);
    let procedures = codes.iter().map(|code| ((*code).to_owned(), list.procedure_ja(code))).collect();
    let mut sets: Vec<(String, String)> = vec![];
    for row in list.permitted().rows().filter(|row| codes.contains(&row.procedure.as_str())) {
        let code = row.data_set.to_string();
        if !sets.iter().any(|(known, _)| *known == code) {
            sets.push((code.clone(), list.data_set_ja(&code)));
        }
    }
    Ok([procedures, sets])
}

/// Pairs as choices.
pub fn choices(pairs: &[(String, String)]) -> Vec<Choice<'_>> {
    pairs.iter().map(|(value, label)| Choice { value, label, note: "" }).collect()
}

async fn render(call: &Call, desk: &Desk, mut unit: Unit, fault: Option<Fault>) -> Result<Reply, Fault> {
    unit.permit(Search, INQUIRY).await?;
    let office = call.staff.office().to_owned();
    let names = list()?;
    let all = store::inquiries(&mut unit.tx, &office).await?;
    let counts = store::count_inquiries(&mut unit.tx, &office).await?;
    let (mut rows, mut data) = (vec![], vec![]);
    for inquiry in &all {
        let take = Action::post("開く", &format!("{LIST}/{}/take", inquiry.id), call.hidden_owned());
        rows.push(Row::new(vec![
            at_ja(inquiry.asked_at).into(),
            names.data_set_ja(&inquiry.data_set).into(),
            desk.needs.institution_ja(&inquiry.provider).into(),
            html! { (badge(tone(&inquiry.state), &inquiry.state)) }.into(),
            inquiry.asked_by.clone().into(),
            html! { @if call.staff.case.is_some() { (take.render()) } @else { "案件を始めてから" } }.into(),
        ]));
        data.push(serde_json::json!({
            "id": inquiry.id, "asked_at": inquiry.asked_at.to_string(), "data_set": inquiry.data_set, "provider": inquiry.provider,
            "procedure": inquiry.procedure_code, "state": inquiry.state,
        }));
    }
    let columns = ["照会日時", "特定個人情報", "照会先", "状態", "照会した職員"].map(Column::text).into_iter();
    let listed = Table {
        caption: "情報照会".into(),
        columns: columns.chain([Column::text("操作").unseen()]).collect(),
        rows,
        empty: ("照会はありません".into(), "下の欄から照会すると、ここに並びます。氏名は、開いた画面でだけ出ます。".into()),
        filter: true,
        ..Table::default()
    };
    let problems: Vec<FieldProblem> = fault.iter().flat_map(|f| f.fields.clone()).collect();
    let purpose = call.staff.purpose.clone().unwrap_or_default();
    let [procedures, sets] = askable(desk, &purpose)?;
    let me = desk.needs.line.as_ref().map(|l| l.me());
    let others: Vec<(String, String)> = desk
        .needs
        .line
        .iter()
        .flat_map(|l| l.institutions())
        .filter(|(id, _)| Some(id) != me.as_ref())
        .map(|(id, name)| (id.to_string(), name))
        .collect();
    let form = form(call, [&procedures, &sets, &others], &problems);
    let summary = counts.iter().map(|(state, n)| format!("{state} {n}件")).collect::<Vec<_>>().join("、");
    let main = html! {
        @if desk.needs.line.is_none() { p { "この市は中間サーバーにつながっていません。登録した照会は、つながるまで送られません。" } }
        (card("照会する", "照会する人は、案件の対象になります", post_form("ask", LIST, false, &call.hidden(), form)))
        (card("照会の状況", &summary, table(&listed)))
    };
    let screen = Screen {
        title: "情報照会".into(),
        main,
        aside: vec![AsidePanel::next(
            "照会の流れ",
            &[
                "法令で許された組合せだけが市から出ます",
                "同意が要る照会は、先に「照会の同意」に登録します",
                "相手が自動で答えるときは、数秒で届きます",
            ],
        )],
        data: serde_json::json!({ "inquiries": data, "counts": counts.iter().cloned().collect::<std::collections::BTreeMap<_, _>>() }),
        status: if problems.is_empty() { 0 } else { 422 },
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

fn form(call: &Call, lists: [&[(String, String)]; 3], problems: &[FieldProblem]) -> maud::Markup {
    let error = |name: &str| problems.iter().find(|p| p.field == name).map(|p| p.message.as_str());
    let typed = |name, label| Field::new(name, label).value(call.form.text(name)).error(error(name));
    let [procedures, sets, others] = lists;
    let all: Vec<_> = problems.iter().map(|p| FieldError { field: p.field.into(), message: p.message.clone() }).collect();
    html! {
        (error_summary(&all))
        (typed("number", "照会する人の宛名番号").required().digits())
        (typed("made_for", "手続の本人の宛名番号").hint("保護者の税を子どもの手続のために照会するときなど。本人についての照会では空欄").digits())
        (typed("procedure", "事務手続").required().select(&choices(procedures)))
        (typed("data_set", "特定個人情報").required().select(&choices(sets)))
        (typed("items", "項目").required().hint("一行に一つ").textarea(3))
        (typed("key", "年度など").hint("空欄なら全部").text())
        (typed("provider", "照会先").required().select(&choices(others)))
        (button_row(&[Action::submit("照会する").key("F9").primary()], html! { "送った照会は、相手と国の記録に残ります" }))
    }
}

/// Enters a question.
pub async fn enter(call: Call, desk: Desk) -> Result<Reply, Fault> {
    match try_enter(&call, &desk).await {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => {
            let unit = call.look().await?;
            render(&call, &desk, unit, Some(fault)).await
        }
        other => other,
    }
}

async fn try_enter(call: &Call, desk: &Desk) -> Result<Reply, Fault> {
    let purpose = call.staff.purpose.clone().unwrap_or_default();
    let [procedures, sets] = askable(desk, &purpose)?;
    let mut reader = call.form.reader();
    let who = reader.parsed("number", "照会する人の宛名番号", AtenaNo::parse);
    let made_for = reader.optional_parsed("made_for", AtenaNo::parse);
    let codes: Vec<&str> = procedures.iter().map(|(code, _)| code.as_str()).collect();
    let procedure = reader.choice("procedure", "事務手続", &codes);
    let codes: Vec<&str> = sets.iter().map(|(code, _)| code.as_str()).collect();
    let data_set = reader.choice("data_set", "特定個人情報", &codes);
    let provider = reader.parsed("provider", "照会先", InstitutionCode::parse);
    let typed: Vec<&str> = call.form.text("items").lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let items: Vec<ItemId> = typed.iter().filter_map(|item| ItemId::parse(item).ok()).collect();
    if items.is_empty() || items.len() != typed.len() {
        reader.problem("items", "項目を一行に一つ入れてください。項目名に空白は入りません");
    }
    let key = call.form.some("key").map(RecordKey::parse);
    if matches!(key, Some(Err(_))) {
        reader.problem("key", "「年度など」は英数字とハイフン20字以内です");
    }
    reader.finish()?;
    let bad = |error: wire::ident::IdError| Fault::field("procedure", error.to_string());
    let (Some(who), Some(provider)) = (who, provider) else { return Err(Fault::missing("宛名番号")) };
    let new = NewInquiry {
        who,
        made_for,
        provider,
        procedure: ProcedureId::parse(&procedure).map_err(bad)?,
        data_set: DataSet { id: DataSetId::parse(&data_set).map_err(bad)?, version: 1 },
        items,
        key: key.transpose().map_err(bad)?,
    };
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let id = ask::enter(&mut unit, &desk.needs, new).await?;
    let to = format!("{LIST}/{id}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
