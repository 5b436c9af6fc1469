//! 住基ネットの運用状況: counts, and which city asked for which 事務. Nobody is named.

use crate::model::{AFFAIRS, LOOKUP, SERVICE, Standing};
use crate::store;
use jiff::SignedDuration;
use kernel::access::Action::Search;
use kernel::money::grouped;
use maud::html;
use platform::Fault;
use webkit::components::{AsidePanel, Column, Row, Table, card, definition_list, table};
use webkit::{Call, Reply, Screen};

/// The page.
pub async fn board(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Search, SERVICE).await?;
    unit.permit(Search, LOOKUP).await?;
    let counts = store::counts(&mut unit.tx).await?;
    let changes = store::changes(&mut unit.tx).await?;
    let waiting = store::waiting(&mut unit.tx).await?;
    let day = unit.now().checked_sub(SignedDuration::from_hours(24)).unwrap_or(unit.now());
    let asked = store::lookups(&mut unit.tx, day).await?;
    let standing = |code: &str| Standing::of(code).map_or("", Standing::name_ja);
    let affair =
        |code: &str| AFFAIRS.iter().find(|(c, ..)| *c == code).map_or_else(|| code.to_owned(), |(_, name, _)| (*name).to_owned());
    let people = Table {
        caption: "市区町村ごとの人数".into(),
        columns: vec![Column::text("機関コード"), Column::text("状態"), Column::number("人数")],
        rows: counts.iter().map(|(city, s, n)| Row::new(vec![city.as_str().into(), standing(s).into(), (*n).into()])).collect(),
        empty: ("登録された人はいません".into(), "市区町村が住民を登録すると、ここに人数が出ます。".into()),
        ..Table::default()
    };
    let lookups = Table {
        caption: "24時間の本人確認情報の照会".into(),
        columns: vec![
            Column::text("照会した機関"),
            Column::text("事務"),
            Column::text("検索の方法"),
            Column::number("照会"),
            Column::number("該当あり"),
        ],
        rows: asked
            .iter()
            .map(|a| {
                let by = if a.sought_by == "number" { "個人番号" } else { "氏名・生年月日" };
                Row::new(vec![a.city.as_str().into(), affair(&a.affair).into(), by.into(), a.times.into(), a.hits.into()])
            })
            .collect(),
        empty: ("照会はありません".into(), "市区町村が本人確認情報を照会すると、事務ごとに記録されます。".into()),
        ..Table::default()
    };
    let pending: i64 = waiting.iter().map(|(_, n)| n).sum();
    let main = html! {
        (card("現在", "", definition_list(&[
            ("個人番号の変更", html! { (grouped(changes)) "件" }),
            ("送信待ちの電文", html! { (grouped(pending)) "件" }),
        ])))
        (card("登録されている人", "", table(&people)))
        (card("本人確認情報の照会", "住基法30条の10〜12", table(&lookups)))
    };
    let data = serde_json::json!({
        "people": counts.iter().map(|(city, s, n)| serde_json::json!({ "city": city, "standing": s, "people": n })).collect::<Vec<_>>(),
        "number_changes": changes,
        "waiting": pending,
        "lookups": asked.iter().map(|a| serde_json::json!({
            "city": a.city, "affair": a.affair, "sought_by": a.sought_by, "times": a.times, "hits": a.hits,
        })).collect::<Vec<_>>(),
    });
    let note = "番号と4情報は暗号化して保存し、この画面には出しません。照会はすべて、機関と事務とともに記録します。";
    let aside = vec![AsidePanel::text("ここにないもの", note)];
    Ok(Reply::Page(unit.commit(Screen { title: "住基ネットの運用状況".into(), main, aside, data, ..Screen::default() }).await?))
}
