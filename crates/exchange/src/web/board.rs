//! 情報連携の状況: one look at everything that moves between the city and its gateway.

use super::{Desk, at_ja, originals, provisions, records};
use crate::model::RECORD;
use crate::usecases::provide;
use crate::{list, store};
use kernel::access::Action::Search;
use maud::html;
use platform::Fault;
use webkit::components::{Action, Column, Row, Table, Tone, badge, button_row, card, definition_list, table};
use webkit::{Call, Reply, Screen};

/// Page of the board.
pub const PAGE: &str = "/exchange";

/// The page.
pub async fn show(call: Call, desk: Desk) -> Result<Reply, Fault> {
    let waiting = match &desk.needs.line {
        Some(line) => Some(provide::waiting(line).await),
        None => None,
    };
    let (tone, word, held) = match &waiting {
        None => (Tone::Neutral, "つながっていません", 0),
        Some(Ok(all)) => (Tone::Ok, "つながっています", all.len()),
        Some(Err(_)) => (Tone::Bad, "応答がありません。送るものは溜めてあり、つながると自動で送ります", 0),
    };
    let mut unit = call.look().await?;
    unit.permit(Search, RECORD).await?;
    let names = list()?;
    let copies = store::count_copies(&mut unit.tx).await?;
    let compared = store::comparisons(&mut unit.tx).await?.into_iter().next();
    let recent = store::records(&mut unit.tx).await?;
    let rows = copies.iter().map(|held| {
        Row::new(vec![
            names.data_set_ja(&held.data_set).into(),
            held.state.clone().into(),
            held.records.into(),
            at_ja(held.last).into(),
        ])
    });
    let listed = Table {
        caption: "副本".into(),
        columns: vec![Column::text("特定個人情報"), Column::text("状態"), Column::number("件数"), Column::text("最後の登録")],
        rows: rows.collect(),
        empty: ("副本はまだありません".into(), "正本を受け取るか、夜間処理が動くと、登録されます。".into()),
        ..Table::default()
    };
    let meter = match &compared {
        None => (Tone::Neutral, "まだ照合していません".to_owned()),
        Some(c) if c.differences == 0 => (Tone::Ok, format!("一致({} {}人 {}件)", at_ja(c.compared_at), c.people, c.records)),
        Some(c) => (Tone::Bad, format!("差異 {}件({})", c.differences, at_ja(c.compared_at))),
    };
    let links = [
        Action::link("確認を待つ照会", provisions::LIST),
        Action::link("正本と副本", originals::PAGE),
        Action::link("情報提供等記録", records::PAGE),
    ];
    let main = html! {
        (card("いまの状況", "", html! {
            (definition_list(&[
                ("中間サーバー", badge(tone, word)),
                ("確認を待つ照会", html! { (held) "件" }),
                ("正本と副本", badge(meter.0, &meter.1)),
                ("最近の情報提供等記録", html! { (recent.len()) "件" @if let Some(r) = recent.first() { " 最後は " (at_ja(r.asked_at)) } }),
            ]))
            (button_row(&links, html! {}))
        }))
        (card("副本の登録状況", "", table(&listed)))
    };
    let screen = Screen {
        title: "情報連携の状況".into(),
        main,
        data: serde_json::json!({
            "connected": desk.needs.line.is_some(), "held": held, "records": recent.len(),
            "copies": copies.iter().map(|h| serde_json::json!({ "data_set": h.data_set, "state": h.state, "records": h.records })).collect::<Vec<_>>(),
            "differences": compared.as_ref().map(|c| c.differences), "compared_at": compared.as_ref().map(|c| c.compared_at.to_string()),
        }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}
