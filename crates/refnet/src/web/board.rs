//! 網の運用状況: members, passages by state, messages on their way, modes. Counts only; nobody is named.

use super::{moment, shipped_list};
use crate::faults::Faults;
use crate::model::{MEMBER, MemberRow, RECORD, SERVICE, State};
use crate::store::{self, Waiting};
use jiff::SignedDuration;
use kernel::access::Action::Search;
use kernel::money::grouped;
use maud::{Markup, html};
use platform::Fault;
use webkit::components::{
    Action, AsidePanel, Bar, Column, Row, Table, Tone, badge, bars, button_row, card, definition_list, pair, table,
};
use webkit::{Call, Reply, Screen};
use wire::list::{Kind, PermittedList};

/// The page.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    for group in [SERVICE, MEMBER, RECORD] {
        unit.permit(Search, group).await?;
    }
    let members = store::members(&mut unit.tx).await?;
    let waiting = store::waiting(&mut unit.tx).await?;
    let codes = store::codes_of(&mut unit.tx).await?;
    let day = unit.now().checked_sub(SignedDuration::from_hours(24)).unwrap_or(unit.now());
    let states = store::states(&mut unit.tx, day).await?;
    let counts = store::counts(&mut unit.tx).await?;
    let faults = store::faults(&mut unit.tx).await?;
    let list = shipped_list()?;
    let of_state = |state: State| states.iter().find(|(code, _)| code == state.code()).map_or(0, |(_, n)| *n);
    let bar = |s: &State| Bar { word: s.name_ja().into(), count: of_state(*s).unsigned_abs(), ..Bar::default() };
    let state_bars: Vec<Bar> = State::ALL.iter().map(bar).collect();
    let numbers = definition_list(&[
        ("情報提供等記録", html! { (grouped(counts.records)) "件" }),
        ("保存期間を過ぎて消去した記録", html! { (grouped(counts.removed)) "件" }),
        ("IDコードのある人", html! { (grouped(counts.people)) "人" }),
        ("発行した符号", html! { (grouped(counts.codes)) "件" }),
        ("運転状態", service(&faults)),
    ]);
    let main = html! {
        (pair(card("24時間の照会", "", bars("照会の状態", &state_bars)), card("現在", "", numbers)))
        (card("接続機関", "", table(&member_table(&list, &members, &codes, &waiting))))
        (card("送信待ち", "", table(&waiting_table(&waiting))))
        (button_row(&[Action::link("モードと障害", "/network/modes"), Action::link("情報提供等記録", "/network/records")], html! {}))
    };
    let data = serde_json::json!({
        "members": members.iter().map(|m| serde_json::json!({ "institution": m.institution, "name": m.name_ja, "kind": m.kind })).collect::<Vec<_>>(),
        "last_24_hours": State::ALL.iter().map(|s| (s.code(), of_state(*s))).collect::<std::collections::BTreeMap<_, _>>(),
        "records": counts.records, "removed": counts.removed, "people": counts.people, "codes": counts.codes,
        "waiting": waiting.iter().map(|w| serde_json::json!({ "receiver": w.receiver, "messages": w.messages })).collect::<Vec<_>>(),
        "production": faults.production, "test": faults.test, "outage": faults.outage,
    });
    let note = "ネットワークは氏名も個人番号も持ちません。照会と回答の中身は機関同士で封をしてあり、ここでは読めません。";
    let aside = vec![AsidePanel::text("ここにないもの", note)];
    Ok(Reply::Page(unit.commit(Screen { title: "網の運用状況".into(), main, aside, data, ..Screen::default() }).await?))
}

/// How the network runs now, with a word.
pub fn service(faults: &Faults) -> Markup {
    let (tone, word) = match faults {
        f if f.outage => (Tone::Bad, "停止中"),
        f if !f.production && !f.test => (Tone::Bad, "受付停止"),
        f if !f.production => (Tone::Warn, "テストのみ"),
        f if f.loss > 0 || f.twice > 0 || f.delay > 0 || f.reorder => (Tone::Warn, "障害の模擬中"),
        f if !f.test => (Tone::Ok, "本番のみ"),
        _ => (Tone::Ok, "本番・テスト"),
    };
    badge(tone, word)
}

/// Name of a kind of institution, or its code when the list does not declare it.
fn kind_ja(list: &PermittedList, code: &str) -> String {
    list.kinds().get(&Kind(code.to_owned())).cloned().unwrap_or_else(|| code.to_owned())
}

fn member_table(list: &PermittedList, members: &[MemberRow], codes: &[(String, i64)], waiting: &[Waiting]) -> Table {
    let rows = members.iter().map(|m| {
        let issued = codes.iter().find(|(code, _)| *code == m.institution).map_or(0, |(_, n)| *n);
        let gateway = format!("gateway:{}", m.institution);
        let failing = waiting.iter().any(|w| w.receiver == gateway && w.attempts > 0);
        let state = if failing { badge(Tone::Bad, "応答なし") } else { badge(Tone::Ok, "接続") };
        Row::new(vec![
            m.name_ja.as_str().into(),
            m.institution.as_str().into(),
            kind_ja(list, &m.kind).into(),
            issued.into(),
            m.address.as_str().into(),
            state.into(),
        ])
    });
    Table {
        caption: "接続機関".into(),
        columns: vec![
            Column::text("名称"),
            Column::text("機関コード"),
            Column::text("種類"),
            Column::number("発行した符号"),
            Column::text("宛先"),
            Column::text("状態"),
        ],
        rows: rows.collect(),
        empty: ("接続機関がありません".into(), "中間サーバーの機関を登録すると、ここに出ます。".into()),
        filter: true,
        ..Table::default()
    }
}

fn waiting_table(waiting: &[Waiting]) -> Table {
    let rows = waiting
        .iter()
        .map(|w| Row::new(vec![w.receiver.as_str().into(), w.messages.into(), w.attempts.into(), moment(w.since).into()]));
    Table {
        caption: "送信待ちの電文".into(),
        columns: vec![
            Column::text("送信先"),
            Column::number("電文"),
            Column::number("送信回数(最大)"),
            Column::text("最も古いもの"),
        ],
        rows: rows.collect(),
        empty: ("送信待ちの電文はありません".into(), "すべて届いています。".into()),
        ..Table::default()
    }
}
