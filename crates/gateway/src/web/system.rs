//! システム管理: version, mode, masters and limits, the work that runs by itself, and statistics. Alarms and queues stand on the board.

use crate::interfaces::{INTERFACES, system};
use crate::keeper::Keeper;
use crate::model::STATE;
use crate::web::{desk, done, statistics};
use kernel::access::Action as Act;
use kernel::money::grouped;
use kernel::time::civil;
use maud::html;
use platform::Fault;
use serde_json::json;
use webkit::components::{AsidePanel, Cell, Column, Row, Table, Tone, badge, card, definition_list, pair, table};
use webkit::{Call, Reply, Screen};
use wire::ident::Mode;

/// The page.
pub async fn show(call: Call, keeper: Keeper) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Act::Search, STATE).await?;
    let masters = done("マスター", system::masters(&mut desk(&keeper, &mut unit), Default::default()).await?)?;
    let today = civil(unit.now());
    let (tenant, profile) = (keeper.tenant(), keeper.profile());
    let in_force: Vec<_> = profile.list.rows().filter(|row| row.period.contains(today)).collect();
    let unverified = in_force.iter().filter(|row| row.verified_on.is_none()).count();
    let count = |n: usize| grouped(i64::try_from(n).unwrap_or(i64::MAX));
    let limits = &tenant.limits;
    let mode = match tenant.mode {
        Mode::Production => badge(Tone::Ok, "本番"),
        Mode::Test => badge(Tone::Warn, "連携テスト"),
    };
    let program = definition_list(&[
        ("版", html! { (env!("CARGO_PKG_VERSION")) }),
        ("運転", mode),
        ("データベース", html! { (keeper.city().db().engine()) }),
        ("インターフェイス", html! { (INTERFACES.len()) "種" }),
    ]);
    let periods = definition_list(&[
        ("情報提供等記録の保存", html! { (limits.record_years) "年" }),
        ("許可証の有効時間", html! { (limits.permit.as_hours()) "時間" }),
        ("職員の確認を待つ期間", html! { (limits.held.as_hours() / 24) "日" }),
        ("再送の間隔", html! { (limits.retry_first.as_mins()) "分から" (limits.retry_longest.as_mins()) "分まで" }),
        ("1回に送れる副本", html! { (count(limits.chunk_records)) "件" }),
    ]);
    let rows = masters.data_sets.iter().map(|(id, name)| {
        let live = masters.live.get(id).map(|all| all.iter().map(|v| format!("第{v}版")).collect::<Vec<_>>().join("、"));
        let provided = profile.provides(id);
        Row::new(vec![
            Cell::from(name.as_str()).second_line(id.to_string()),
            live.unwrap_or_else(|| "なし".to_owned()).into(),
            if provided { badge(Tone::Ok, "提供する") } else { badge(Tone::Neutral, "提供しない") }.into(),
        ])
    });
    let data_sets = Table {
        caption: "特定個人情報".into(),
        columns: vec![Column::text("特定個人情報"), Column::text("有効な版"), Column::text("この団体")],
        rows: rows.collect(),
        ..Table::default()
    };
    let rows = masters.institutions.iter().map(|(id, name)| Row::new(vec![name.as_str().into(), id.to_string().into()]));
    let institutions = Table {
        caption: "機関".into(),
        columns: vec![Column::text("名称"), Column::text("機関コード")],
        rows: rows.collect(),
        empty: ("機関が登録されていません".into(), "接続の設定に機関を加えると、ここに出ます。".into()),
        ..Table::default()
    };
    let list = definition_list(&[
        ("今日効力のある許可", html! { (count(in_force.len())) "件" }),
        ("原典と未照合の行", html! { (count(unverified)) "件 " @if unverified > 0 { (badge(Tone::Warn, "未確認")) } }),
        ("事務手続", html! { (count(masters.procedures.len())) "件" }),
    ]);
    let (work, work_data) = statistics::work(&mut unit, &keeper).await?;
    let (months, months_data) = statistics::use_by_month(&mut unit).await?;
    let main = html! {
        (pair(card("この中間サーバー", "", program), card("期間と上限", "limits.toml", periods)))
        (card("一括処理の状況", "人の手によらない処理", work))
        (card("利用状況", "情報提供等記録から数えた件数。だれのことかは数えません", months))
        (card("照会許可リスト", "", list))
        (card("特定個人情報", "", table(&data_sets)))
        (card("機関", "", table(&institutions)))
    };
    let data = json!({
        "version": env!("CARGO_PKG_VERSION"), "mode": tenant.mode, "engine": keeper.city().db().engine(),
        "interfaces": INTERFACES.len(), "masters": masters, "unverified": unverified,
        "work": work_data, "months": months_data, "record_years": limits.record_years, "chunk_records": limits.chunk_records,
    });
    let about = "マスターは版と有効な期間を持つデータです。制度の改正では、古い版を残したまま新しい版を並べます。";
    let screen = Screen {
        title: "システム管理".into(),
        main,
        aside: vec![AsidePanel::text("マスターの版", about)],
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}
