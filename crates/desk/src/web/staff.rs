//! 職員・権限: who holds which post, and which other systems may call, for the IT policy section.

use kernel::time::wareki_short;
use maud::html;
use platform::{Fault, client, staff};
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
    let systems = client::all(&mut unit.tx).await?;
    let rows = systems.iter().map(|s| {
        let purpose = call.city.purpose(&s.programme).map_or(s.programme.as_str(), |p| p.name_ja);
        let until = s.to.map(wareki_short).unwrap_or_default();
        Row::new(vec![
            html! { (s.name) div.note { (s.id) } }.into(),
            purpose.to_owned().into(),
            call.city.office_name(&s.office).into(),
            format!("{}〜{until}", wareki_short(s.from)).into(),
            html! { @for scope in &s.scopes { div.note { @for part in scope.split_inclusive('/') { (part) wbr; } } } }.into(),
        ])
    });
    let others = Table {
        caption: "連携システム".into(),
        columns: ["システム", "業務", "所管", "期間", "できること(スコープ)"].map(Column::text).into(),
        rows: rows.collect(),
        empty: ("連携システムはありません".into(), "登録と停止は、サーバーの atena client で行います。".into()),
        ..Table::default()
    };
    let systems: Vec<_> = systems
        .iter()
        .map(|s| {
            serde_json::json!({
                "id": s.id, "name": s.name, "programme": s.programme, "office": s.office, "scopes": s.scopes,
                "from": s.from.to_string(), "to": s.to.map(|day| day.to_string()),
            })
        })
        .collect();
    let data = serde_json::json!({ "systems": systems, "posts": all.iter().map(|h| serde_json::json!({
        "staff_no": h.staff_no, "name": h.name, "office": h.post.office, "rank": h.post.rank, "roles": h.post.roles,
    })).collect::<Vec<_>>() });
    let screen = Screen {
        title: "職員・権限".into(),
        main: html! {
            (card("職員と所属", "兼務は一行ずつ。同時に二つの所属では働けません", table(&list)))
            (card("連携システム", "庁内連携で自ら問い合わせるほかのシステム", table(&others)))
        },
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
