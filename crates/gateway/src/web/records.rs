//! 情報提供等記録: the newest, naming nobody. Whose they are stands on the page of a person, in a case.

use super::{at, short};
use crate::keeper::Keeper;
use crate::model::{ExchangeRecord, RECORD};
use crate::rights::keep_allowed;
use crate::store::registers;
use kernel::access::Action as Act;
use kernel::time::wareki_short;
use maud::html;
use platform::Fault;
use serde_json::{Value as Json, json};
use webkit::components::{AsidePanel, Cell, Column, Row, Table, Tone, badge, card, table};
use webkit::{Call, Reply, Screen};

/// Lines of the list.
const LINES: i64 = 200;

/// Records as a table.
pub(super) fn record_table(keeper: &Keeper, records: &[ExchangeRecord]) -> Table {
    let profile = keeper.profile();
    let rows = records.iter().map(|r| {
        let (role, other) = if r.role == "asker" { ("照会", &r.provider) } else { ("提供", &r.asker) };
        let outcome = match (r.granted, r.provided_at) {
            (false, _) => badge(Tone::Bad, "許可されず"),
            (true, None) => badge(Tone::Warn, "提供なし"),
            (true, Some(_)) => badge(Tone::Ok, "提供あり"),
        };
        Row::new(vec![
            Cell::from(short(&r.record_no)).second_line(role),
            Cell::from(at(r.asked_at)).second_line(r.provided_at.map(|at| format!("提供 {}", super::at(at))).unwrap_or_default()),
            profile.institution_ja(other).into(),
            Cell::from(profile.data_set_ja(&r.data_set)).second_line(profile.procedure_ja(&r.procedure_code)),
            html! { (outcome) " " @if r.hidden { (badge(Tone::Warn, "不開示")) } @else { (badge(Tone::Neutral, "開示")) } }
                .into(),
            wareki_short(r.kept_until).into(),
        ])
    });
    Table {
        caption: "情報提供等記録".into(),
        columns: vec![
            Column::text("記録番号"),
            Column::text("求め・提供"),
            Column::text("相手"),
            Column::text("特定個人情報・事務手続"),
            Column::text("結果・本人への表示"),
            Column::text("保存期限"),
        ],
        rows: rows.collect(),
        empty: ("情報提供等記録はありません".into(), "照会か提供があると、ここに残ります。".into()),
        filter: true,
        ..Table::default()
    }
}

/// Records for the API.
pub(super) fn record_json(records: &[ExchangeRecord]) -> Vec<Json> {
    let one = |r: &ExchangeRecord| {
        json!({
            "record": r.record_no, "role": r.role, "asker": r.asker, "provider": r.provider, "procedure": r.procedure_code,
            "data_set": r.data_set, "version": r.version, "items": r.items, "asked_at": r.asked_at, "provided_at": r.provided_at,
            "hidden": r.hidden, "granted": r.granted, "mode": r.mode, "kept_until": r.kept_until.to_string(),
        })
    };
    records.iter().map(one).collect()
}

/// The list.
pub async fn show(call: Call, keeper: Keeper) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Act::Search, RECORD).await?;
    let mut records = registers::records_newest(&mut unit.tx, LINES).await?;
    keep_allowed(&unit, Act::Search, &mut records, |record| &record.data_set);
    let main = card("情報提供等記録", "新しい順に200件まで、権限のある特定個人情報だけ", table(&record_table(&keeper, &records)));
    let about = "照会した側、提供した側、ネットワークに同じ記録があります。求めの日から7年たつと消え、消した証明だけが残ります。";
    let screen = Screen {
        title: "情報提供等記録".into(),
        main,
        aside: vec![AsidePanel::text("三者の記録", about)],
        data: json!({ "records": record_json(&records) }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}
