//! 照会状況: what we ask, by state and one by one, naming nobody.

use super::{at, extent, short, tone};
use crate::keeper::Keeper;
use crate::model::RECORD;
use crate::rights::allowed;
use crate::store::replica::{INQUIRIES, INQUIRY_COUNT, INQUIRY_LIST, list};
use crate::store::{among, count};
use crate::words::state_ja;
use kernel::access::Action as Act;
use kernel::time::Timestamp;
use maud::html;
use platform::{Fault, params};
use serde_json::json;
use webkit::components::{Cell, Column, Row, Table, badge, card, table};
use webkit::{Call, Reply, Screen};

/// Lines of the list.
const LINES: i64 = 200;

struct Line {
    request: String,
    provider: String,
    procedure: String,
    data_set: String,
    state: String,
    shown: String,
    since: Timestamp,
}

/// The list.
pub async fn show(call: Call, keeper: Keeper) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Act::Search, RECORD).await?;
    let mut counts = Vec::new();
    for row in list(&mut unit.tx, INQUIRIES, vec![]).await? {
        counts.push((row.get::<String>("state")?, row.get::<i64>("n")?, row.get::<Timestamp>("oldest")?));
    }
    let mut lines = Vec::new();
    let sets = allowed(&unit, Act::Search);
    for row in among(&mut unit.tx, INQUIRY_LIST, &sets, params![LINES]).await? {
        lines.push(Line {
            request: row.get("request")?,
            provider: row.get("provider")?,
            procedure: row.get("procedure_code")?,
            data_set: row.get("data_set")?,
            state: row.get("state")?,
            shown: row.get("shown")?,
            since: row.get("since")?,
        });
    }
    let all = count(&mut unit.tx, INQUIRY_COUNT, &sets, vec![]).await?;
    let profile = keeper.profile();
    let rows = counts
        .iter()
        .map(|(state, n, oldest)| Row::new(vec![badge(tone(state), state_ja(state)).into(), (*n).into(), at(*oldest).into()]));
    let count_list = Table {
        caption: "照会の件数".into(),
        columns: vec![Column::text("状態"), Column::number("件数"), Column::text("最も古いもの")],
        rows: rows.collect(),
        empty: ("照会はまだありません".into(), "業務から照会が登録されると、ここに出ます。".into()),
        ..Table::default()
    };
    let rows = lines.iter().map(|l| {
        Row::new(vec![
            Cell::from(short(&l.request)),
            at(l.since).into(),
            profile.institution_ja(&l.provider).into(),
            Cell::from(profile.data_set_ja(&l.data_set)).second_line(profile.procedure_ja(&l.procedure)),
            Cell::from(badge(tone(&l.state), state_ja(&l.state))).second_line(format!("業務には「{}」", l.shown)),
        ])
    });
    let inquiry_list = Table {
        caption: "照会".into(),
        columns: vec![
            Column::text("照会ID"),
            Column::text("更新"),
            Column::text("照会先"),
            Column::text("特定個人情報・事務手続"),
            Column::text("状態"),
        ],
        rows: rows.collect(),
        empty: ("照会はありません".into(), String::new()),
        filter: true,
        ..Table::default()
    };
    let main = html! {
        (card("照会の件数", "", table(&count_list)))
        (card("照会", &format!("{}、権限のある特定個人情報だけ", extent("新しい順", lines.len(), all)), table(&inquiry_list)))
    };
    let data = json!({
        "counts": counts.iter().map(|(state, n, oldest)| json!({ "state": state, "inquiries": n, "oldest": oldest })).collect::<Vec<_>>(),
        "inquiries_all": all, "inquiries": lines.iter().map(|l| json!({
            "request": l.request, "provider": l.provider, "procedure": l.procedure, "data_set": l.data_set,
            "state": l.state, "shown": l.shown, "since": l.since,
        })).collect::<Vec<_>>(),
    });
    let screen = Screen { title: "照会状況".into(), main, data, ..Screen::default() };
    Ok(Reply::Page(unit.commit(screen).await?))
}
