//! One inquiry of others that waits for staff.

use super::{Desk, at_ja, lines, provisions, value_ja};
use crate::usecases::provide;
use crate::{list, messages};
use maud::html;
use platform::Fault;
use std::collections::BTreeMap;
use webkit::components::{
    Action, AsidePanel, Column, Row, Table, Tone, badge, button_row, card, definition_list, message, post_form, table,
};
use webkit::{Begun, Call, Reply, Screen};
use wire::ident::DataSet;
use wire::inquiry::Given;
use wire::provide::ProvisionState;

fn answer(caption: &str, set: &DataSet, records: &[Given], empty: (&str, &str)) -> Result<Table, Fault> {
    let rows = lines(set, records)?.into_iter().map(|cells| Row::new(cells.map(Into::into).into()));
    Ok(Table {
        caption: caption.into(),
        columns: vec![Column::text("年度など"), Column::text("項目"), Column::text("値")],
        rows: rows.collect(),
        empty: (empty.0.into(), empty.1.into()),
        ..Table::default()
    })
}

fn json(records: &[Given]) -> Vec<serde_json::Value> {
    let items = |r: &Given| r.items.iter().map(|(i, v)| (i.to_string(), value_ja(v))).collect::<BTreeMap<_, _>>();
    records.iter().map(|r| serde_json::json!({ "key": r.key, "items": items(r) })).collect()
}

/// The page.
pub async fn show(call: Call, desk: Desk) -> Result<Reply, Fault> {
    let (permit, asked, content) = provide::held(desk.needs.line()?, call.part("permit")).await?;
    let mut unit = call.look().await?;
    let (who, facts) = provide::person(&mut unit, desk.needs.hub.as_ref(), desk.needs.residents.as_ref(), &asked).await?;
    let originals = provide::originals(&mut unit, &desk.sources, &who, &asked).await?;
    let names = list()?;
    let protected = facts.as_ref().is_some_and(|f| f.protected);
    let registered = content.state == ProvisionState::ContentRegistered;
    let path = |verb: &str| format!("{}/{permit}/{verb}", provisions::LIST);
    let act = match content.state {
        ProvisionState::Held => html! {
            (post_form("register", &path("register"), false, &call.hidden(), button_row(&[
                Action::submit("この内容で登録する").key("F9").primary(),
                Action::submit("該当する情報はないと登録する").sending("nothing", "1"),
                Action::link("一覧へ戻る", provisions::LIST).key("F6"),
            ], html! { "送信は、別の職員が許可します" })))
        },
        ProvisionState::ContentRegistered => html! {
            (post_form("permit", &path("permit"), false, &call.hidden(), button_row(&[
                Action::submit("送信を許可する").key("F9").primary(),
                Action::link("一覧へ戻る", provisions::LIST).key("F6"),
            ], html! { "登録した職員は、許可できません" })))
        },
        _ => message(Tone::Info, "この照会の確認は終わっています", html! { "一覧に戻ってください。" }),
    };
    let items: Vec<&str> = asked.items.iter().map(|i| i.as_str()).collect();
    let item_names: Vec<String> = asked.items.iter().map(|i| names.item_ja(&asked.data_set, i)).collect();
    let main = html! {
        @if protected {
            (message(Tone::Warn, "支援措置の対象者です", html! { "相手の機関が、本人を守る側の手続で照会しているかを確かめてください。住所は提供されません。" }))
        }
        (card("照会", "", definition_list(&[
            ("照会された人", html! { @if let Some(f) = &facts { (f.name) " (" (f.birth) ")" } @else { (who) } }),
            ("照会者", html! { (desk.needs.institution_ja(asked.asker.as_str())) }),
            ("事務手続", html! { (names.procedure_ja(asked.procedure.as_str())) }),
            ("特定個人情報", html! { (names.data_set_ja(asked.data_set.id.as_str())) " 第" (asked.data_set.version) "版 " (item_names.join("、")) }),
            ("求め日時", html! { (at_ja(asked.asked_at)) }),
            ("状態", if registered { badge(Tone::Info, "送信の許可待ち") } else { badge(Tone::Warn, "確認待ち") }),
        ])))
        @if registered {
            (card("登録された内容", "この内容が送られます", table(&answer("登録された内容", &asked.data_set, &content.records, ("該当する情報はありません", "「該当情報なし」として送られます。"))?)))
        }
        (card("正本", "市が持っている、いまの記録", table(&answer("正本", &asked.data_set, &originals, ("正本がありません", "照会された情報を、市は持っていません。"))?)))
        (card("判断", "", act))
    };
    let screen = Screen {
        title: "情報提供の確認".into(),
        subtitle: names.data_set_ja(asked.data_set.id.as_str()),
        main,
        asked: "情報提供等記録・正本・氏名・生年月日".into(),
        aside: vec![AsidePanel::text(
            "相手に見えること",
            "確かめている間、相手には「回答待ち」とだけ見えます。理由も、支援措置のことも、伝わりません。",
        )],
        data: serde_json::json!({
            "permit": permit, "atena_no": who, "asker": asked.asker, "procedure": asked.procedure, "data_set": asked.data_set.id,
            "items": items, "registered": registered, "protected": protected, "originals": json(&originals), "content": json(&content.records),
        }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Registers what may be sent: the city's own records, or that there are none.
pub async fn register(call: Call, desk: Desk) -> Result<Reply, Fault> {
    let line = desk.needs.line()?;
    let (permit, asked, _) = provide::held(line, call.part("permit")).await?;
    let mut look = call.look().await?;
    let (who, _) = provide::person(&mut look, desk.needs.hub.as_ref(), desk.needs.residents.as_ref(), &asked).await?;
    let records = match call.form.ticked("nothing") {
        true => vec![],
        false => provide::originals(&mut look, &desk.sources, &who, &asked).await?,
    };
    look.commit(()).await?;
    // The gateway keeps who registered: it lets nobody permit what they registered themselves.
    messages::register(line, &permit, &records, &call.staff.staff_no).await?;
    finish(&call, "情報提供内容の登録", &format!("{}/{permit}", provisions::LIST)).await
}

/// Permits the sending.
pub async fn permit(call: Call, desk: Desk) -> Result<Reply, Fault> {
    let line = desk.needs.line()?;
    let (permit, asked, _) = provide::held(line, call.part("permit")).await?;
    let mut look = call.look().await?;
    provide::person(&mut look, desk.needs.hub.as_ref(), desk.needs.residents.as_ref(), &asked).await?;
    look.commit(()).await?;
    messages::permit(line, &permit, &call.staff.staff_no).await?;
    finish(&call, "情報提供送信の許可", provisions::LIST).await
}

async fn finish(call: &Call, note: &str, to: &str) -> Result<Reply, Fault> {
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.note(note);
    unit.commit_as((), to).await?;
    Ok(Reply::See(to.into()))
}
