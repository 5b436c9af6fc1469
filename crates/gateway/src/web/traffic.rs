//! 既存システム接続: calls of the city by interface; and データ送受信: what waits on which line.

use super::at;
use crate::interfaces::INTERFACES;
use crate::keeper::Keeper;
use crate::model::STATE;
use crate::store::{outgoing, registers};
use crate::watch::party_ja;
use crate::words::line_ja;
use jiff::SignedDuration;
use kernel::access::Action as Act;
use kernel::money::grouped;
use kernel::time::Timestamp;
use maud::html;
use platform::Fault;
use serde_json::json;
use webkit::components::{AsidePanel, Cell, Column, Row, Table, Tone, badge, card, definition_list, table};
use webkit::{Call, Reply, Screen};
use wire::interface::Inventory;

/// Lines of a list.
const LINES: i64 = 100;

/// A day before.
pub(super) fn yesterday(now: Timestamp) -> Timestamp {
    now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(now)
}

fn name_of(inventory: &Option<Inventory>, id: &str) -> String {
    let found = inventory.as_ref().and_then(|all| all.all().iter().find(|row| row.id.as_str() == id));
    found.map(|row| row.name.clone()).unwrap_or_default()
}

/// 既存システム接続.
pub async fn connections(call: Call, keeper: Keeper) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Act::Search, STATE).await?;
    let since = yesterday(unit.now());
    let by_interface = registers::calls_since(&mut unit.tx, since).await?;
    let calls = registers::calls(&mut unit.tx, LINES).await?;
    let waiting = registers::waiting(&mut unit.tx, "DBM_20113").await?;
    let inventory = Inventory::load().ok();
    let state = |bad: i64| if bad > 0 { badge(Tone::Warn, "異常行あり") } else { badge(Tone::Ok, "正常") };
    let rows = by_interface.iter().map(|c| {
        Row::new(vec![
            Cell::from(name_of(&inventory, &c.interface)).second_line(c.interface.clone()),
            c.calls.into(),
            c.good.into(),
            c.bad.into(),
            at(c.last_at).into(),
            state(c.bad).into(),
        ])
    });
    let day = Table {
        caption: "24時間の通信".into(),
        columns: vec![
            Column::text("インターフェイス"),
            Column::number("通信"),
            Column::number("正常行"),
            Column::number("異常行"),
            Column::text("最後"),
            Column::text("状態"),
        ],
        rows: rows.collect(),
        empty: ("24時間に通信はありません".into(), "業務からの通信があると、インターフェイスごとに数えます。".into()),
        ..Table::default()
    };
    let rows = calls.iter().map(|c| {
        Row::new(vec![
            at(c.called_at).into(),
            Cell::from(name_of(&inventory, &c.interface)).second_line(c.interface.clone()),
            c.good.into(),
            c.bad.into(),
            super::short(&c.call_no).into(),
            state(c.bad).into(),
        ])
    });
    let newest = Table {
        caption: "通信の記録".into(),
        columns: vec![
            Column::text("日時"),
            Column::text("インターフェイス"),
            Column::number("正常行"),
            Column::number("異常行"),
            Column::text("通信番号"),
            Column::text("状態"),
        ],
        rows: rows.collect(),
        empty: ("通信の記録はありません".into(), "業務からの通信があると、ここに出ます。".into()),
        filter: true,
        ..Table::default()
    };
    let limits = &keeper.tenant().limits;
    let over = usize::try_from(waiting).unwrap_or_default() > limits.backlog_records;
    let limit = |n: usize| format!("{}件", grouped(i64::try_from(n).unwrap_or(i64::MAX)));
    let main = html! {
        (card("いま", "", definition_list(&[
            ("送り残しの副本", html! { (grouped(waiting)) "件 " @if over { (badge(Tone::Bad, "上限超過")) } }),
            ("1回に送れる件数", html! { (limit(limits.chunk_records)) }),
            ("送り残しを知らせる件数", html! { (limit(limits.backlog_records)) }),
            ("インターフェイス", html! { (INTERFACES.len()) "種" }),
        ])))
        (card("24時間の通信", "", table(&day)))
        (card("通信の記録", "新しい順に100件まで", table(&newest)))
    };
    let data = json!({
        "replica_waiting": waiting, "interfaces": INTERFACES.len(), "chunk_records": limits.chunk_records,
        "last_24_hours": by_interface.iter().map(|c| json!({
            "interface": c.interface, "calls": c.calls, "good": c.good, "bad": c.bad, "last_at": c.last_at,
        })).collect::<Vec<_>>(),
        "calls": calls.iter().map(|c| json!({
            "call": c.call_no, "interface": c.interface, "called_at": c.called_at, "good": c.good, "bad": c.bad,
        })).collect::<Vec<_>>(),
    });
    let about = "ファイルは1行ずつ処理し、異常行だけを結果ファイルで返します。正常行はそのまま登録されます。";
    let screen = Screen {
        title: "既存システム接続".into(),
        main,
        aside: vec![AsidePanel::text("異常行とは", about)],
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// データ送受信.
pub async fn lines(call: Call, keeper: Keeper) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Act::Search, STATE).await?;
    let kinds = outgoing::kinds(&mut unit.tx).await?;
    let (met, _) = keeper.watch().seen();
    let rows = kinds.iter().map(|k| {
        let state = if k.attempts > 0 { badge(Tone::Bad, "再送中") } else { badge(Tone::Ok, "送信中") };
        Row::new(vec![
            line_ja(&k.party).into(),
            k.kind.clone().into(),
            k.messages.into(),
            at(k.oldest).into(),
            k.attempts.into(),
            at(k.due).into(),
            state.into(),
        ])
    });
    let sending = Table {
        caption: "送信待ち".into(),
        columns: vec![
            Column::text("回線"),
            Column::text("電文"),
            Column::number("件数"),
            Column::text("最も古いもの"),
            Column::number("試行"),
            Column::text("次の送信"),
            Column::text("状態"),
        ],
        rows: rows.collect(),
        empty: ("送信待ちの電文はありません".into(), "どの回線にも届いています。".into()),
        ..Table::default()
    };
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let rows = met.iter().map(|(party, m)| {
        Row::new(vec![
            party_ja(keeper.profile(), party).into(),
            at(m.last_at).into(),
            count(m.calls).into(),
            count(m.refused).into(),
        ])
    });
    let heard = Table {
        caption: "受信".into(),
        columns: vec![Column::text("相手"), Column::text("最後"), Column::number("受信"), Column::number("断った数")],
        rows: rows.collect(),
        empty: ("受信はまだありません".into(), "相手から電文や呼出しが届くと、相手ごとに数えます。".into()),
        ..Table::default()
    };
    let main = html! {
        (card("送信待ち", "届くまで自動で送り直します", table(&sending)))
        (card("受信", "この処理が始まってから", table(&heard)))
    };
    let data = json!({
        "waiting": kinds.iter().map(|k| json!({
            "line": k.party, "kind": k.kind, "messages": k.messages, "oldest": k.oldest, "attempts": k.attempts, "next": k.due,
        })).collect::<Vec<_>>(),
        "received": met.iter().map(|(party, m)| json!({
            "party": party, "last_at": m.last_at, "calls": m.calls, "refused": m.refused,
        })).collect::<Vec<_>>(),
    });
    let about =
        "相手が受け取ったと答えるまで、電文はここに残ります。回線が切れている間は増えません。回線が戻ると古い順に送ります。";
    let screen = Screen {
        title: "データ送受信".into(),
        main,
        aside: vec![AsidePanel::text("送信待ちとは", about)],
        data,
        refresh: Some(30),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}
