//! 情報提供等記録 of the network: institutions, procedures, data and times. Nobody is named.

use super::{moment, shipped_list};
use crate::model::{RECORD, RecordRow};
use crate::store;
use kernel::access::Action::Search;
use maud::html;
use platform::Fault;
use webkit::components::{Action, AsidePanel, Cell, Column, Row, Table, Tone, badge, button_row, card, table};
use webkit::{Call, Reply, Screen};

/// Records on one page.
const PAGE: i64 = 100;

/// The page; `?before=` goes on with older ones.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Search, RECORD).await?;
    let before = call.query.some("before").and_then(|b| b.parse().ok()).unwrap_or(i64::MAX);
    let records = store::records(&mut unit.tx, before, PAGE).await?;
    let members = store::members(&mut unit.tx).await?;
    let list = shipped_list()?;
    let name = |code: &str| members.iter().find(|m| m.institution == code).map_or_else(|| code.to_owned(), |m| m.name_ja.clone());
    let procedure = |code: &str| {
        list.procedures().iter().find(|(id, _)| id.as_str() == code).map_or_else(|| code.to_owned(), |(_, name)| name.clone())
    };
    let data_set = |code: &str| {
        list.data_sets().iter().find(|(id, _)| id.as_str() == code).map_or_else(|| code.to_owned(), |(_, name)| name.clone())
    };
    let rows = records.iter().map(|r| {
        let provided = r.provided_at.map_or_else(|| "提供なし".to_owned(), |at| format!("提供 {}", moment(at)));
        Row::new(vec![
            Cell::from(format!("求め {}", moment(r.asked_at))).second_line(provided),
            Cell::from(name(&r.asker)).second_line(format!("→ {}", name(&r.provider))),
            Cell::from(procedure(&r.procedure_code)).second_line(format!("{} 第{}版", data_set(&r.data_set), r.version)),
            Cell::from(result(r)).second_line(short(&r.permit_no)),
        ])
    });
    let list_table = Table {
        caption: "情報提供等記録".into(),
        columns: vec![
            Column::text("日時"),
            Column::text("情報照会者→情報提供者"),
            Column::text("事務手続・特定個人情報"),
            Column::text("結果・許可番号"),
        ],
        rows: rows.collect(),
        empty: ("記録はまだありません".into(), "情報照会があると、許可・拒否ともここに記録されます。".into()),
        filter: true,
        ..Table::default()
    };
    let older = records.last().filter(|_| records.len() as i64 == PAGE).map(|r| format!("/network/records?before={}", r.id));
    let main = html! {
        (card("情報提供等記録", "新しい順", table(&list_table)))
        @if let Some(href) = &older { (button_row(&[Action::link("これより古い記録", href.as_str())], html! {})) }
    };
    let data = serde_json::json!({ "records": records.iter().map(json).collect::<Vec<_>>() });
    let note = "番号法23条により、照会者・提供者・ネットワークの三者が同じ記録を保存します。本人の氏名や符号は含みません。";
    let aside = vec![AsidePanel::text("記録について", note)];
    Ok(Reply::Page(unit.commit(Screen { title: "情報提供等記録".into(), main, aside, data, ..Screen::default() }).await?))
}

fn result(r: &RecordRow) -> maud::Markup {
    let (tone, word) = match r {
        r if !r.granted => (Tone::Bad, "拒否"),
        r if r.provided_at.is_some() => (Tone::Ok, "提供済"),
        _ => (Tone::Info, "許可"),
    };
    html! {
        (badge(tone, word))
        @if r.hidden { " " (badge(Tone::Warn, "不開示")) }
        @if r.mode == "test" { " " (badge(Tone::Neutral, "テスト")) }
    }
}

fn short(permit: &str) -> String {
    permit.chars().take(12).collect()
}

fn json(r: &RecordRow) -> serde_json::Value {
    serde_json::json!({
        "permit_no": r.permit_no, "asker": r.asker, "provider": r.provider, "procedure": r.procedure_code, "data_set": r.data_set,
        "version": r.version, "items": r.items.lines().collect::<Vec<_>>(), "asked_at": r.asked_at, "provided_at": r.provided_at,
        "granted": r.granted, "hidden": r.hidden, "mode": r.mode,
    })
}
