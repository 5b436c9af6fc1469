//! システム管理: how the work that nobody starts by hand went, and how much was exchanged in each month.

use super::at;
use crate::keeper::Keeper;
use crate::store::{outgoing, registers};
use jiff::Span;
use kernel::Date;
use kernel::money::grouped;
use kernel::time::{Timestamp, civil, wareki_short};
use maud::Markup;
use platform::{Fault, Unit};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use webkit::components::{Column, Row, Table, Tone, badge, table};

/// Months that are counted, this one included.
const MONTHS: i32 = 12;
/// Seconds after which work that is due and not done is called late.
const LATE: i64 = 300;

/// One kind of work: its name, when it was last done, what came of it, and how that is.
struct Batch {
    name: &'static str,
    last: String,
    what: String,
    state: (Tone, &'static str),
}

fn good(ok: bool, bad: &'static str) -> (Tone, &'static str) {
    if ok { (Tone::Ok, "正常") } else { (Tone::Warn, bad) }
}

async fn batches(unit: &mut Unit, keeper: &Keeper) -> Result<Vec<Batch>, Fault> {
    let (now, today) = (unit.now(), civil(unit.now()));
    let (removed, last_removed) = registers::removed(&mut unit.tx).await?;
    let swept = keeper.swept();
    let load = registers::last_call(&mut unit.tx, "DBM_20113").await?;
    let compared = registers::comparisons(&mut unit.tx, 1).await?.into_iter().next();
    let (overdue, oldest) = registers::overdue(&mut unit.tx, now).await?;
    let queues = outgoing::queues(&mut unit.tx).await?;
    let (queued, failing): (i64, bool) = (queues.iter().map(|q| q.messages).sum(), queues.iter().any(|q| q.attempts > 0));
    let none = || "なし".to_owned();
    let late = oldest.is_some_and(|due: Timestamp| now.duration_since(due).as_secs() > LATE);
    Ok(vec![
        Batch {
            name: "保存期間を過ぎた記録の消去(毎日)",
            last: swept.map_or_else(none, wareki_short),
            what: format!("これまでに {}件、最後は {}", grouped(removed), last_removed.map_or_else(none, wareki_short)),
            state: good(swept == Some(today), "今日はまだ"),
        },
        Batch {
            name: "副本の一括登録",
            last: load.as_ref().map_or_else(none, |call| at(call.called_at)),
            what: load.as_ref().map_or_else(none, |call| {
                format!("登録 {}行、異常 {}行、未送信 {}件", grouped(call.good), grouped(call.bad), grouped(call.waiting))
            }),
            state: good(load.as_ref().is_none_or(|call| call.bad == 0), "異常行あり"),
        },
        Batch {
            name: "正本との突合",
            last: compared.as_ref().map_or_else(none, |c| at(c.compared_at)),
            what: compared.as_ref().map_or_else(none, |c| format!("相違のある人 {}人", grouped(c.people))),
            state: good(compared.as_ref().is_none_or(|c| c.people == 0), "相違あり"),
        },
        Batch {
            name: "期限と再送の処理",
            last: oldest.map_or_else(none, |due| format!("{}から待ち", at(due))),
            what: format!("処理を待つもの {}件", grouped(overdue)),
            state: good(!late, "遅れ"),
        },
        Batch {
            name: "送信",
            last: String::new(),
            what: format!("送信待ち {}件", grouped(queued)),
            state: good(!failing, "再送中"),
        },
    ])
}

/// 一括処理の状況, as a table and as data.
pub(super) async fn work(unit: &mut Unit, keeper: &Keeper) -> Result<(Markup, Json), Fault> {
    let all = batches(unit, keeper).await?;
    let rows = all
        .iter()
        .map(|b| Row::new(vec![b.name.into(), b.last.clone().into(), b.what.clone().into(), badge(b.state.0, b.state.1).into()]));
    let list = Table {
        caption: "一括処理の状況".into(),
        columns: vec![Column::text("処理"), Column::text("最後"), Column::text("結果"), Column::text("状態")],
        rows: rows.collect(),
        ..Table::default()
    };
    let data = all.iter().map(|b| json!({ "work": b.name, "last": b.last, "result": b.what, "state": b.state.1 })).collect();
    Ok((table(&list), data))
}

/// What was exchanged in a month: asked, answered to us; asked of us, answered by us; refused by the network.
#[derive(Default)]
struct Month {
    asked: i64,
    received: i64,
    requested: i64,
    provided: i64,
    refused: i64,
}

/// The first day of a month some months before a day.
fn month_before(day: Date, months: i32) -> Option<Date> {
    day.first_of_month().checked_sub(Span::new().months(months)).ok()
}

/// 利用状況 by month, as a table and as data.
pub(super) async fn use_by_month(unit: &mut Unit) -> Result<(Markup, Json), Fault> {
    let today = civil(unit.now());
    let mut months: BTreeMap<Date, Month> = BTreeMap::new();
    months.extend((0..MONTHS).filter_map(|n| month_before(today, n)).map(|first| (first, Month::default())));
    let from = months.keys().next().copied().unwrap_or(today);
    let since = jiff::tz::Offset::constant(9).to_timestamp(from.at(0, 0, 0, 0)).unwrap_or(Timestamp::UNIX_EPOCH);
    for of in registers::records_by_day(&mut unit.tx, since).await? {
        let day = jiff::civil::date(1970, 1, 1).checked_add(Span::new().days(of.day)).ok();
        let Some(month) = day.and_then(|day| month_before(day, 0)).and_then(|first| months.get_mut(&first)) else { continue };
        match (of.granted, of.asker) {
            (false, _) => month.refused += of.records,
            (true, true) => (month.asked, month.received) = (month.asked + of.records, month.received + of.provided),
            (true, false) => (month.requested, month.provided) = (month.requested + of.records, month.provided + of.provided),
        }
    }
    let rows = months.iter().rev().map(|(first, m)| {
        let month = format!("{}年{}月", first.year(), first.month());
        Row::new(vec![month.into(), m.asked.into(), m.received.into(), m.requested.into(), m.provided.into(), m.refused.into()])
    });
    let list = Table {
        caption: "月ごとの利用状況".into(),
        columns: vec![
            Column::text("月"),
            Column::number("照会した"),
            Column::number("提供を受けた"),
            Column::number("照会された"),
            Column::number("提供した"),
            Column::number("許可されず"),
        ],
        rows: rows.collect(),
        ..Table::default()
    };
    let line = |(first, m): (&Date, &Month)| {
        json!({ "month": first.to_string(), "asked": m.asked, "received": m.received, "requested": m.requested,
            "provided": m.provided, "refused": m.refused })
    };
    Ok((table(&list), months.iter().rev().map(line).collect()))
}
