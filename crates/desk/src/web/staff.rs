//! 職員・権限: who holds which post, for the IT policy section.

use maud::html;
use platform::{Fault, staff};
use webkit::components::{Column, Row, Table, card, table};
use webkit::{Call, Reply, Screen};

/// Staff and their posts today.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let all = staff::holders(&mut unit.tx, call.city.today()).await?;
    let rank = |r: i64| ["", "係員", "係長", "課長", "部長"].get(usize::try_from(r).unwrap_or(0)).copied().unwrap_or_default();
    let rows = all.iter().map(|h| {
        let roles = h.post.roles.iter().map(|r| role_ja(r)).collect::<Vec<_>>().join("、");
        Row::new(vec![
            h.staff_no.clone().into(),
            h.name.clone().into(),
            call.city.office_name(&h.post.office).into(),
            rank(h.post.rank).into(),
            roles.into(),
        ])
    });
    let list = Table {
        caption: "職員と所属".into(),
        columns: ["職員番号", "氏名", "所属", "職", "役割"].map(Column::text).into(),
        rows: rows.collect(),
        filter: true,
        ..Table::default()
    };
    let data = serde_json::json!({ "posts": all.iter().map(|h| serde_json::json!({
        "staff_no": h.staff_no, "name": h.name, "office": h.post.office, "rank": h.post.rank, "roles": h.post.roles,
    })).collect::<Vec<_>>() });
    let screen = Screen {
        title: "職員・権限".into(),
        main: html! { (card("職員と所属", "兼務は一行ずつ。同時に二つの所属では働けません", table(&list))) },
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// A role as the city calls it.
fn role_ja(role: &str) -> &str {
    match role {
        "protection" => "支援措置担当",
        "protection_officer" => "個人情報保護担当",
        "it_policy" => "情報政策担当",
        "auditor" => "監査担当",
        other => other,
    }
}
