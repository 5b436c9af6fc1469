//! 運用状況: alarms and where the ten functions stand; and 符号取得状況.

use super::traffic::yesterday;
use super::{at, since, tone};
use crate::codes;
use crate::functions::FUNCTIONS;
use crate::keeper::Keeper;
use crate::model::{AlarmRow, RECORD, STATE};
use crate::store::replica::{ACQUISITIONS, INQUIRIES, PROVISIONS, change, list};
use crate::store::{outgoing, registers};
use crate::watch::KINDS;
use crate::words::state_ja;
use kernel::access::Action as Act;
use kernel::ident::AtenaNo;
use kernel::money::grouped;
use maud::{Markup, html};
use platform::db::DbError;
use platform::{Fault, Unit, subject};
use serde_json::json;
use webkit::components::{Action, AsidePanel, Cell, Column, Row, Table, Tone, badge, card, table};
use webkit::{Begun, Call, Reply, Screen};

/// Lines of a list.
const LINES: i64 = 50;

/// Where each function stands: words and a badge, in the order of [`FUNCTIONS`].
async fn standing(unit: &mut Unit, keeper: &Keeper, alarms: &[AlarmRow]) -> Result<[(String, Markup); 10], Fault> {
    let (now, day) = (unit.now(), yesterday(unit.now()));
    let today = kernel::time::civil(now);
    let states = async |unit: &mut Unit, sql| -> Result<Vec<(String, i64)>, Fault> {
        let found = list(&mut unit.tx, sql, vec![]).await?;
        Ok(found.iter().map(|r| Ok((r.get("state")?, r.get("n")?))).collect::<Result<_, DbError>>()?)
    };
    let of = |all: &[(String, i64)], wanted: &[&str]| -> i64 {
        all.iter().filter(|(state, _)| wanted.contains(&state.as_str())).map(|(_, n)| n).sum()
    };
    let codes = states(unit, ACQUISITIONS).await?;
    let (bound, unbound) = (of(&codes, &["BOUND"]), of(&codes, &["NO_CODE", "REQUESTED"]));
    let inquiries = states(unit, INQUIRIES).await?;
    let open = of(&inquiries, &["REGISTERED", "PERMIT_REQUESTED", "PERMITTED", "SENT", "HELD_AT_PROVIDER", "CANCEL_REQUESTED"]);
    let held = of(&states(unit, PROVISIONS).await?, &["HELD", "CONTENT_REGISTERED"]);
    let calls = registers::calls_since(&mut unit.tx, day).await?;
    let (rows, bad): (i64, i64) = (calls.iter().map(|c| c.good + c.bad).sum(), calls.iter().map(|c| c.bad).sum());
    let waiting = registers::waiting(&mut unit.tx, "DBM_20113").await?;
    let records = registers::records_since(&mut unit.tx, day).await?;
    let (_, changed_at) = change(&mut unit.tx).await?;
    let compared = registers::comparisons(&mut unit.tx, 1).await?.into_iter().next();
    let queues = outgoing::queues(&mut unit.tx).await?;
    let (queued, failing) = (queues.iter().map(|q| q.messages).sum(), queues.iter().any(|q| q.attempts > 0));
    let refused = i64::try_from(alarms.iter().filter(|a| KINDS.contains(&a.kind.as_str())).count()).unwrap_or(i64::MAX);
    let staff = platform::staff::holders(&mut unit.tx, today).await?;
    let good = |ok: bool, word: &str| if ok { badge(Tone::Ok, "正常") } else { badge(Tone::Warn, word) };
    let of = |n: i64, unit: &str| format!("{}{unit}", grouped(n));
    let count = |n: usize| grouped(i64::try_from(n).unwrap_or(i64::MAX));
    let over = usize::try_from(waiting).unwrap_or_default() > keeper.tenant().limits.backlog_records;
    let replica = changed_at.map_or_else(|| "登録なし".to_owned(), |when| format!("最終更新 {}", at(when)));
    let compared = match compared {
        None => badge(Tone::Neutral, "未突合"),
        Some(last) => good(last.people == 0, "相違あり"),
    };
    Ok([
        (format!("取得済 {}、未取得 {}", of(bound, "人"), of(unbound, "人")), good(unbound == 0, "未取得あり")),
        (format!("回答を待つ照会 {}", of(open, "件")), badge(Tone::Info, "稼動")),
        (format!("職員の確認を待つ提供 {}", of(held, "件")), good(held == 0, "確認待ち")),
        (
            format!("24時間に {}(異常 {})、副本の未送信 {}", of(rows, "行"), of(bad, "行"), of(waiting, "件")),
            if over { badge(Tone::Bad, "上限超過") } else { good(bad == 0, "異常行あり") },
        ),
        (format!("24時間に {}", of(records, "件")), badge(Tone::Info, "稼動")),
        (replica, compared),
        (format!("送信待ち {}", of(queued, "件")), if failing { badge(Tone::Bad, "再送中") } else { badge(Tone::Ok, "正常") }),
        (format!("断った通信の警報 {}", of(refused, "件")), good(refused == 0, "要確認")),
        (format!("職員 {}人", count(staff.len())), badge(Tone::Info, "稼動")),
        (format!("警報 {}件", count(alarms.len())), good(alarms.is_empty(), "警報あり")),
    ])
}

/// The board.
pub async fn show(call: Call, keeper: Keeper) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Act::Search, STATE).await?;
    let queues = outgoing::queues(&mut unit.tx).await?;
    let alarms = registers::alarms(&mut unit.tx, LINES).await?;
    let standing = standing(&mut unit, &keeper, &alarms).await?;
    let rows = FUNCTIONS.iter().zip(&standing).map(|(of, (words, state))| {
        let name = html! { a href=(of.page) { (of.name_ja) } };
        Row::new(vec![name.into(), words.clone().into(), state.clone().into()])
    });
    let functions = Table {
        caption: "十の機能".into(),
        columns: vec![Column::text("機能"), Column::text("いま"), Column::text("状態")],
        rows: rows.collect(),
        ..Table::default()
    };
    let alarm_rows = alarms.iter().map(|a| {
        let close = Action::post("対応済にする", &format!("/gateway/alarms/{}/close", a.id), call.hidden_owned());
        Row::new(vec![
            a.detail.clone().into(),
            a.times.into(),
            Cell::from(at(a.last_at)).second_line(since(a.first_at)),
            close.render().into(),
        ])
    });
    let alarm_list = Table {
        caption: "警報".into(),
        columns: vec![Column::text("内容"), Column::number("回数"), Column::text("最後(最初)"), Column::text("対応").unseen()],
        rows: alarm_rows.collect(),
        empty: ("警報はありません".into(), "運用者が見るべきことは起きていません。".into()),
        ..Table::default()
    };
    let main = html! {
        (card("警報", "", table(&alarm_list)))
        (card("機能の状態", "機能の名前から、それぞれの画面へ", table(&functions)))
    };
    let data = json!({
        "functions": FUNCTIONS.iter().zip(&standing).map(|(of, (words, _))| json!({
            "function": of.name_ja, "page": of.page, "now": words,
        })).collect::<Vec<_>>(),
        "lines": queues.iter().map(|q| json!({
            "line": q.party, "messages": q.messages, "oldest": q.oldest, "attempts": q.attempts,
        })).collect::<Vec<_>>(),
        "alarms": alarms.iter().map(|a| json!({
            "id": a.id, "kind": a.kind, "detail": a.detail, "times": a.times, "first_at": a.first_at, "last_at": a.last_at,
        })).collect::<Vec<_>>(),
    });
    let about =
        "警報は、原因がなくなると自分で消えるものと、職員が対応済にするものがあります。対応済にしても、また起きれば出ます。";
    let aside = AsidePanel::text("警報への対応", about);
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
    let status = codes::status(&mut unit.tx).await?;
    let mut subjects = Vec::new();
    for person in &status.without {
        if let Ok(number) = AtenaNo::parse(person.dan.as_str()) {
            subjects.extend(subject::find(&mut unit.tx, &number).await?);
        }
    }
    unit.bulk(&subjects, &[RECORD]);
    let rows = status.counts.iter().map(|c| {
        Row::new(vec![
            badge(tone(&c.state), state_ja(&c.state)).into(),
            c.reason.clone().into(),
            c.people.into(),
            at(c.oldest).into(),
        ])
    });
    let count_list = Table {
        caption: "符号の取得状況".into(),
        columns: vec![Column::text("状態"), Column::text("理由"), Column::number("人数"), Column::text("最も古いもの")],
        rows: rows.collect(),
        empty: ("符号を取得する人はまだいません".into(), "統合宛名で付番されると、取得が始まります。".into()),
        ..Table::default()
    };
    let rows = status.without.iter().map(|p| {
        Row::new(vec![
            p.dan.to_string().into(),
            badge(tone(&p.state), state_ja(&p.state)).into(),
            p.reason.clone().into(),
            at(p.since).into(),
        ])
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
        "counts": status.counts,
        "without_code": status.without.iter().map(|p| json!({
            "dan_no": p.dan, "state": p.state, "reason": p.reason, "since": p.since,
        })).collect::<Vec<_>>(),
    });
    let aside = AsidePanel::text(
        "氏名は出ません",
        "中間サーバーは氏名も個人番号も持ちません。氏名を確かめるときは、団体内統合宛名番号を統合宛名の画面で照会してください。",
    );
    let screen = Screen { title: "符号取得状況".into(), main, aside: vec![aside], data, ..Screen::default() };
    Ok(Reply::Page(unit.commit(screen).await?))
}
