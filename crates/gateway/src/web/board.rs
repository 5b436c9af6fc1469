//! 運用状況: lines, alarms and calls; and 符号取得状況.

use super::{at, tone};
use crate::keeper::Keeper;
use crate::model::{RECORD, STATE};
use crate::store::replica::{ACQUISITION_LIST, ACQUISITIONS, PROVISIONS, list};
use crate::store::{outgoing, registers};
use crate::words::state_ja;
use kernel::access::Action as Act;
use kernel::ident::AtenaNo;
use kernel::money::grouped;
use kernel::time::Timestamp;
use maud::html;
use platform::{Fault, params, subject};
use serde_json::json;
use webkit::components::{Action, AsidePanel, Column, Row, Table, Tone, badge, card, definition_list, pair, table};
use webkit::{Begun, Call, Reply, Screen};

/// Lines of a list.
const LINES: i64 = 50;
/// People of a list.
const PEOPLE: i64 = 200;

fn line_ja(party: &str) -> &'static str {
    if party == crate::keeper::CITY { "団体内統合宛名・業務" } else { "情報提供ネットワークシステム" }
}

/// The board.
pub async fn show(call: Call, keeper: Keeper) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Act::Search, STATE).await?;
    let queues = outgoing::queues(&mut unit.tx).await?;
    let alarms = registers::alarms(&mut unit.tx, LINES).await?;
    let calls = registers::calls(&mut unit.tx, LINES).await?;
    let waiting = registers::waiting(&mut unit.tx, "DBM_20113").await?;
    let held = list(&mut unit.tx, PROVISIONS, vec![]).await?;
    let mut provisions = Vec::new();
    for row in held {
        provisions.push((row.get::<String>("state")?, row.get::<i64>("n")?));
    }
    let held: i64 = provisions.iter().filter(|(s, _)| s == "HELD" || s == "CONTENT_REGISTERED").map(|(_, n)| n).sum();
    let lines = queues.iter().map(|q| {
        let state = if q.attempts > 0 { badge(Tone::Bad, "再送中") } else { badge(Tone::Ok, "送信中") };
        Row::new(vec![line_ja(&q.party).into(), q.messages.into(), at(q.oldest).into(), q.attempts.into(), state.into()])
    });
    let lines = Table {
        caption: "送信待ち".into(),
        columns: vec![
            Column::text("回線"),
            Column::number("電文"),
            Column::text("最も古いもの"),
            Column::number("試行"),
            Column::text("状態"),
        ],
        rows: lines.collect(),
        empty: ("送信待ちの電文はありません".into(), "どの回線にも届いています。".into()),
        ..Table::default()
    };
    let alarm_rows = alarms.iter().map(|a| {
        let close = Action::post("対応済にする", &format!("/gateway/alarms/{}/close", a.id), call.hidden_owned());
        Row::new(vec![
            a.detail.clone().into(),
            a.times.into(),
            at(a.first_at).into(),
            at(a.last_at).into(),
            close.render().into(),
        ])
    });
    let alarm_list = Table {
        caption: "警報".into(),
        columns: vec![
            Column::text("内容"),
            Column::number("回数"),
            Column::text("最初"),
            Column::text("最後"),
            Column::text("対応").unseen(),
        ],
        rows: alarm_rows.collect(),
        empty: ("警報はありません".into(), "運用者が見るべきことは起きていません。".into()),
        ..Table::default()
    };
    let call_rows = calls.iter().map(|c| {
        let state = if c.bad > 0 { badge(Tone::Warn, "異常行あり") } else { badge(Tone::Ok, "正常") };
        Row::new(vec![c.interface.clone().into(), at(c.called_at).into(), c.good.into(), c.bad.into(), state.into()])
    });
    let call_list = Table {
        caption: "既存システム接続".into(),
        columns: vec![
            Column::text("インターフェイス"),
            Column::text("日時"),
            Column::number("正常"),
            Column::number("異常"),
            Column::text("状態"),
        ],
        rows: call_rows.collect(),
        empty: ("通信の記録はありません".into(), "業務からの通信があると、ここに出ます。".into()),
        filter: true,
        ..Table::default()
    };
    let over = usize::try_from(waiting).unwrap_or_default() > keeper.tenant().limits.backlog_records;
    let backlog = html! { (grouped(waiting)) "件 " @if over { (badge(Tone::Bad, "上限超過")) } };
    let main = html! {
        (pair(
            card("仕事の量", "", definition_list(&[
                ("職員の確認を待つ情報提供", html! { a href="/gateway/provisions" { (grouped(held)) "件" } }),
                ("副本の未送信(業務側)", backlog),
                ("警報", html! { (grouped(i64::try_from(alarms.len()).unwrap_or_default())) "件" }),
            ])),
            card("送信待ち", "届くまで自動で送り直します", table(&lines)),
        ))
        (card("警報", "", table(&alarm_list)))
        (card("既存システム接続", "新しい順", table(&call_list)))
    };
    let data = json!({
        "lines": queues.iter().map(|q| json!({
            "line": q.party, "messages": q.messages, "oldest": q.oldest, "attempts": q.attempts,
        })).collect::<Vec<_>>(),
        "alarms": alarms.iter().map(|a| json!({
            "id": a.id, "kind": a.kind, "detail": a.detail, "times": a.times, "first_at": a.first_at, "last_at": a.last_at,
        })).collect::<Vec<_>>(),
        "calls": calls.iter().map(|c| json!({
            "call": c.call_no, "interface": c.interface, "called_at": c.called_at, "good": c.good, "bad": c.bad,
        })).collect::<Vec<_>>(),
        "replica_waiting": waiting,
        "provisions_waiting": held,
    });
    let aside =
        AsidePanel::text("送信待ちとは", "相手が受け取ったと答えるまで、電文はここに残ります。回線が戻ると自動で送ります。");
    let screen =
        Screen {
            title: "中間サーバー 運用状況".into(), main, aside: vec![aside], data, refresh: Some(30), ..Screen::default()
        };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// A member of staff has seen to an alarm.
pub async fn close(call: Call) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(Act::Run, STATE).await?;
    let now = unit.now();
    if !outgoing::close_one(&mut unit.tx, id, now).await? {
        return Err(Fault::missing("警報"));
    }
    unit.commit_as((), "/gateway").await?;
    Ok(Reply::See("/gateway".into()))
}

/// 符号取得状況: how many stand where, and who has none.
pub async fn codes(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Act::Search, RECORD).await?;
    let mut counts = Vec::new();
    for row in list(&mut unit.tx, ACQUISITIONS, vec![]).await? {
        counts.push((
            row.get::<String>("state")?,
            row.get::<String>("reason")?,
            row.get::<i64>("n")?,
            row.get::<Timestamp>("oldest")?,
        ));
    }
    let mut people = Vec::new();
    let mut subjects = Vec::new();
    for row in list(&mut unit.tx, ACQUISITION_LIST, params![PEOPLE]).await? {
        let dan: String = row.get("dan_no")?;
        let known = match AtenaNo::parse(&dan) {
            Ok(number) => subject::find(&mut unit.tx, &number).await?,
            Err(_) => None,
        };
        subjects.extend(known);
        people.push((dan, row.get::<String>("state")?, row.get::<String>("reason")?, row.get::<Timestamp>("since")?));
    }
    unit.bulk(&subjects, &[RECORD]);
    let rows = counts.iter().map(|(state, reason, n, oldest)| {
        Row::new(vec![badge(tone(state), state_ja(state)).into(), reason.clone().into(), (*n).into(), at(*oldest).into()])
    });
    let count_list = Table {
        caption: "符号の取得状況".into(),
        columns: vec![Column::text("状態"), Column::text("理由"), Column::number("人数"), Column::text("最も古いもの")],
        rows: rows.collect(),
        empty: ("符号を取得する人はまだいません".into(), "統合宛名で付番されると、取得が始まります。".into()),
        ..Table::default()
    };
    let rows = people.iter().map(|(dan, state, reason, since)| {
        Row::new(vec![dan.clone().into(), badge(tone(state), state_ja(state)).into(), reason.clone().into(), at(*since).into()])
    });
    let people_list = Table {
        caption: "符号が未取得の人".into(),
        columns: vec![Column::text("団体内統合宛名番号"), Column::text("状態"), Column::text("理由"), Column::text("いつから")],
        rows: rows.collect(),
        empty: ("未取得の人はいません".into(), "全員の符号を取得済です。".into()),
        filter: true,
        ..Table::default()
    };
    let main = html! {
        (card("符号の取得状況", "", table(&count_list)))
        (card("符号が未取得の人", "古い順に200人まで", table(&people_list)))
    };
    let data = json!({
        "counts": counts.iter().map(|(state, reason, n, oldest)| json!({
            "state": state, "reason": reason, "people": n, "oldest": oldest,
        })).collect::<Vec<_>>(),
        "without_code": people.iter().map(|(dan, state, reason, since)| json!({
            "dan_no": dan, "state": state, "reason": reason, "since": since,
        })).collect::<Vec<_>>(),
    });
    let aside = AsidePanel::text(
        "氏名は出ません",
        "中間サーバーは氏名も個人番号も持ちません。氏名を確かめるときは、団体内統合宛名番号を統合宛名の画面で照会してください。",
    );
    let screen = Screen { title: "符号取得状況".into(), main, aside: vec![aside], data, ..Screen::default() };
    Ok(Reply::Page(unit.commit(screen).await?))
}
