//! Cases: open, resume, leave. The page lists the office's open cases without names.

use kernel::time::{civil, wareki_short};
use maud::html;
use platform::{Fault, case};
use webkit::components::{Action, Column, Row, Table, button_row, card, definition_list, table};
use webkit::{Begun, Call, Reply, Screen};

/// The open case and those of the office.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let office = call.staff.office().to_owned();
    let cases = case::open_cases(&mut unit.tx, &office).await?;
    let current = call.staff.case.as_ref();
    let rows = cases.iter().filter(|c| Some(&c.purpose) == call.staff.purpose.as_ref()).map(|c| {
        let mut hidden = call.hidden_owned();
        hidden.push(("case".into(), c.id.to_string()));
        let act = if current.is_some_and(|o| o.id == c.id) {
            html! { "いまの案件" }
        } else {
            Action::post("続ける", "/case/resume", hidden).render()
        };
        let opened = wareki_short(civil(c.opened_at));
        Row::new(vec![c.number.clone().into(), c.title.clone().into(), c.ground.clone().into(), opened.into(), act.into()])
    });
    let list = Table {
        caption: "終わっていない案件".into(),
        columns: vec![
            Column::text("番号"),
            Column::text("案件"),
            Column::text("始まり"),
            Column::text("始めた日"),
            Column::text("操作").unseen(),
        ],
        rows: rows.collect(),
        empty: ("終わっていない案件はありません".into(), "ホームから始められます。".into()),
        filter: true,
        ..Table::default()
    };
    let main = html! {
        @if let Some(open) = current {
            (card("いまの案件", &open.number, html! {
                (definition_list(&[
                    ("番号", html! { (open.number) }),
                    ("始まり", html! { (open.ground) }),
                    ("対象の人", html! { (open.subjects.len()) "人" }),
                ]))
                (button_row(&[
                    Action::post("案件を離れる", "/case/leave", call.hidden_owned()).key("F6"),
                    Action::post("案件を終える", "/case/leave", { let mut h = call.hidden_owned(); h.push(("done".into(), "1".into())); h }),
                ], html! {}))
            }))
        }
        (card("案件", "この事務で、課の案件", table(&list)))
    };
    let data = serde_json::json!({
        "current": current.map(|c| &c.number),
        "cases": cases.iter().map(|c| serde_json::json!({ "id": c.id, "number": c.number, "title": c.title, "ground": c.ground })).collect::<Vec<_>>(),
    });
    let screen = Screen { title: "案件".into(), main, data, ..Screen::default() };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Opens a case.
pub async fn open(call: Call) -> Result<Reply, Fault> {
    let mut reader = call.form.reader();
    let title = reader.text("title", "案件の名前");
    let ground = reader.choice("ground", "始まり", &["受付", "申請", "通知"]);
    reader.finish()?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let opened = case::open(&call.city, &mut unit.tx, &call.staff, &ground, &title, &[]).await?;
    case::resume(&mut unit.tx, &call.staff, opened.id).await?;
    unit.enter_case(opened);
    unit.commit_as((), "/case").await?;
    Ok(Reply::See("/case".into()))
}

/// Goes on with a case of the office.
pub async fn resume(call: Call) -> Result<Reply, Fault> {
    let id = call.form.text("case").parse().map_err(|_| Fault::missing("案件"))?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    case::resume(&mut unit.tx, &call.staff, id).await?;
    unit.commit_as((), "/case").await?;
    Ok(Reply::See("/case".into()))
}

/// Leaves the open case, and closes it when it is done.
pub async fn leave(call: Call) -> Result<Reply, Fault> {
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let now = unit.now();
    case::leave(&mut unit.tx, &call.staff, call.form.ticked("done"), now).await?;
    unit.commit_as((), "/").await?;
    Ok(Reply::See("/".into()))
}
