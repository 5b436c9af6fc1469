//! Home: what waits for the office, nameless until claimed, and one's own drafts.

use kernel::time::{civil, clock_time, wareki_short};
use maud::html;
use platform::{Fault, approval, task};
use serde::Serialize;
use webkit::components::{Action, Column, Field, Row, Table, Tone, badge, button_row, card, post_form, table};
use webkit::{Begun, Call, Reply, Screen};

#[derive(Serialize)]
struct TaskLine {
    id: i64,
    title: String,
    due: Option<String>,
    state: String,
}

/// The page.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let tasks = task::open(&mut unit).await?;
    let own = approval::own(&mut unit).await?;
    let today = call.city.today();
    let mine = |t: &task::Task| t.claimed_by.as_deref() == Some(call.staff.staff_no.as_str());
    let rows = tasks.iter().map(|t| {
        let due = t.due.map_or_else(String::new, wareki_short);
        let late = t.due.is_some_and(|d| d < today);
        let state = match (t.state.as_str(), mine(t)) {
            ("claimed", true) => badge(Tone::Info, "自分が処理中"),
            ("claimed", false) => badge(Tone::Neutral, "ほかの人が処理中"),
            _ if late => badge(Tone::Bad, "期限超過"),
            _ => badge(Tone::Warn, "未着手"),
        };
        let purpose = call.city.purpose(&t.purpose).map_or("", |p| p.name_ja);
        let act = if t.state == "open" || mine(t) {
            Action::post(if mine(t) { "続ける" } else { "始める" }, &format!("/tasks/{}/claim", t.id), call.hidden_owned())
                .render()
        } else {
            html! {}
        };
        Row::new(vec![t.title.clone().into(), purpose.into(), due.into(), state.into(), act.into()])
    });
    let list = Table {
        caption: "受付・処理待ち".into(),
        columns: vec![
            Column::text("仕事"),
            Column::text("事務"),
            Column::text("期限"),
            Column::text("状態"),
            Column::text("操作").unseen(),
        ],
        rows: rows.collect(),
        empty: ("待っている仕事はありません".into(), "異動や申請があると、ここに並びます。名前は始めるまで出ません。".into()),
        filter: true,
        ..Table::default()
    };
    let drafts = own.iter().map(|d| {
        let state = match d.state.as_str() {
            "approved" => badge(Tone::Ok, "承認済"),
            "returned" => badge(Tone::Bad, "差し戻し"),
            "held" => badge(Tone::Warn, "保留"),
            _ => badge(Tone::Info, "決裁待ち"),
        };
        let when = format!("{} {}", wareki_short(civil(d.authored_at)), clock_time(d.authored_at));
        let note = d.note.clone().unwrap_or_default();
        Row::new(vec![d.title.clone().into(), d.case_number.clone().into(), when.into(), state.into(), note.into()])
    });
    let own_list = Table {
        caption: "自分の起案".into(),
        columns: ["起案", "案件", "日時", "状態", "決裁者の言葉"].map(Column::text).into(),
        rows: drafts.collect(),
        empty: ("起案はまだありません".into(), "起案すると、決裁の状態をここで確かめられます。".into()),
        ..Table::default()
    };
    let lines: Vec<TaskLine> = tasks
        .iter()
        .map(|t| TaskLine { id: t.id, title: t.title.clone(), due: t.due.map(|d| d.to_string()), state: t.state.clone() })
        .collect();
    let body = html! {
        (Field::new("title", "案件の名前").hint("名前や住所は書かないでください。例: 転入の届出、証明書の交付").required().text())
        (Field::new("ground", "始まり").required().value("受付").radio(&[
            webkit::components::Choice { value: "受付", label: "受付", note: "窓口に来た" },
            webkit::components::Choice { value: "申請", label: "申請", note: "申請書が届いた" },
            webkit::components::Choice { value: "通知", label: "通知", note: "他の機関から知らせがあった" },
        ]))
        (button_row(&[Action::submit("案件を始める").key("F9").primary()], html! {}))
    };
    let main = html! {
        (card("受付・処理待ち", &format!("{}件", tasks.len()), table(&list)))
        (card("案件を始める", "事務と案件を決めてから人を探します", post_form("open-case", "/case", false, &call.hidden(), body)))
        (card("自分の起案", "", table(&own_list)))
    };
    let screen = Screen { title: "ホーム".into(), main, data: serde_json::json!({ "tasks": lines }), ..Screen::default() };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Claims a task and opens its page.
pub async fn claim(call: Call) -> Result<Reply, Fault> {
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let task = task::claim(&mut unit, call.id("id")?).await?;
    let page = call.task_pages.iter().find(|(kind, _)| *kind == task.kind).map_or("/case", |(_, page)| *page);
    let to = page.replace("{reference}", task.reference.as_deref().unwrap_or_default());
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
