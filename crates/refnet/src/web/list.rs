//! 照会許可リスト with legal basis, 法定 or 独自利用, and dates.

use super::shipped_list;
use crate::model::RECORD;
use kernel::access::Action::Search;
use kernel::time::{parse_date, wareki_short};
use maud::html;
use platform::Fault;
use webkit::components::{AsidePanel, Cell, Column, Row, Table, Tone, badge, card, table};
use webkit::{Call, Reply, Screen};
use wire::list::{Ground, Permission, PermittedList};

/// The page; `?on=` shows another day, without it every row is shown.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Search, RECORD).await?;
    let list = shipped_list()?;
    let on = match call.query.some("on") {
        Some(text) => Some(parse_date(text).map_err(|e| Fault::field("on", e.to_string()))?),
        None => None,
    };
    let permissions: Vec<&Permission> = list.rows().filter(|p| on.is_none_or(|day| p.period.contains(day))).collect();
    let rows = permissions.iter().map(|p| row(&list, p));
    let rows_table = Table {
        caption: "許可された照会".into(),
        columns: vec![
            Column::text("事務手続・特定個人情報"),
            Column::text("照会者→提供者"),
            Column::text("区分・期間"),
            Column::text("根拠・確認"),
        ],
        rows: rows.collect(),
        empty: ("この日に許可された照会はありません".into(), "日付を変えてください。".into()),
        filter: true,
        ..Table::default()
    };
    let main = card("照会許可リスト", &format!("{}件", permissions.len()), html! { (table(&rows_table)) });
    let data = serde_json::json!({ "permissions": permissions.iter().map(|p| json(p)).collect::<Vec<_>>() });
    let note = "リストにない照会は許可しません。独自利用事務は、条例を届け出た機関だけが照会できます。「未確認」は原典との照合が済んでいない行です。";
    let aside = vec![AsidePanel::text("読み方", note)];
    Ok(Reply::Page(unit.commit(Screen { title: "照会許可リスト".into(), main, aside, data, ..Screen::default() }).await?))
}

fn row(list: &PermittedList, p: &Permission) -> Row {
    let kind = |k| list.kinds().get(k).cloned().unwrap_or_default();
    let until = p.period.to.map_or_else(String::new, wareki_short);
    let ground = match p.ground {
        Ground::Statutory => badge(Tone::Neutral, "法定"),
        Ground::Ordinance => badge(Tone::Info, "独自利用"),
    };
    let checked = p.verified_on.map_or_else(|| "未確認".to_owned(), |day| format!("{} 確認", wareki_short(day)));
    Row::new(vec![
        Cell::from(list.procedures().get(&p.procedure).cloned().unwrap_or_default())
            .second_line(list.data_sets().get(&p.data_set).cloned().unwrap_or_default()),
        Cell::from(kind(&p.asker)).second_line(format!("→ {}", kind(&p.provider))),
        Cell::from(html! { (ground) @if p.consent { " " (badge(Tone::Warn, "要同意")) } })
            .second_line(format!("{}〜{until}", wareki_short(p.period.from))),
        Cell::from(p.legal_basis.as_str()).second_line(checked),
    ])
}

fn json(p: &Permission) -> serde_json::Value {
    serde_json::json!({
        "procedure": p.procedure, "asker": p.asker, "provider": p.provider, "data_set": p.data_set, "ground": p.ground,
        "consent": p.consent, "from": p.period.from, "to": p.period.to, "legal_basis": p.legal_basis, "source": p.source,
        "verified_on": p.verified_on,
    })
}
