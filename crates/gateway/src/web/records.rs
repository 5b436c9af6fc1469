//! 情報提供等記録: the newest, naming nobody. Whose they are stands on the page of a person, in a case.

use super::{at, extent, short};
use crate::keeper::Keeper;
use crate::model::{ExchangeRecord, RECORD};
use crate::rights::allowed;
use crate::store::{machines, registers};
use crate::words::permit_text;
use kernel::access::Action as Act;
use kernel::time::wareki_short;
use maud::html;
use platform::db::Param;
use platform::{Fault, Unit};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use webkit::components::{AsidePanel, Cell, Column, Row, Table, Tone, badge, card, table};
use webkit::{Call, Reply, Screen};

/// Lines of the list.
const LINES: i64 = 200;

/// Which side hides each of the records that are hidden, by record number: what the permit says, or what stands here about the person.
pub(super) async fn hiders(
    unit: &mut Unit,
    keeper: &Keeper,
    records: &[ExchangeRecord],
) -> Result<BTreeMap<String, &'static str>, Fault> {
    let keys = keeper.city().keys();
    let hidden: Vec<&ExchangeRecord> = records.iter().filter(|record| record.hidden).collect();
    let permits = |role: &str| hidden.iter().filter(|r| r.role == role).map(|r| Param::from(r.record_no.as_str())).collect();
    let given = machines::provisions_of(&mut unit.tx, keys, permits("provider")).await?;
    let asked = machines::inquiries_by(&mut unit.tx, keys, permits("asker")).await?;
    let by_asker: BTreeSet<String> = given
        .iter()
        .map(|(p, _)| &p.permit)
        .chain(asked.iter().filter_map(|i| i.permit.as_ref()))
        .filter(|permit| permit.terms.hidden)
        .map(|permit| permit_text(&permit.terms.no))
        .collect();
    let people = hidden.iter().filter_map(|r| r.dan_no.as_ref()).map(Param::from).collect();
    let flags = registers::flags(&mut unit.tx, people).await?;
    let flagged = |record: &ExchangeRecord| flags.iter().any(|f| f.undisclosed && Some(&f.dan_no) == record.dan_no.as_ref());
    let side = |record: &&ExchangeRecord| {
        let side = match record.role.as_str() {
            _ if by_asker.contains(&record.record_no) => "照会側の不開示",
            "provider" if flagged(record) => "提供側の不開示",
            "provider" => "記録・後からの不開示",
            _ => "提供側・後からの不開示",
        };
        (record.record_no.clone(), side)
    };
    Ok(hidden.iter().map(side).collect())
}

/// Records as a table; `hiders` says which side hides.
pub(super) fn record_table(keeper: &Keeper, records: &[ExchangeRecord], hiders: &BTreeMap<String, &'static str>) -> Table {
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
            html! { (outcome) " " @if r.hidden { (badge(Tone::Warn, hiders.get(&r.record_no).copied().unwrap_or("不開示"))) } @else { (badge(Tone::Neutral, "開示")) } }
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
pub(super) fn record_json(records: &[ExchangeRecord], hiders: &BTreeMap<String, &'static str>) -> Vec<Json> {
    let one = |r: &ExchangeRecord| {
        json!({
            "record": r.record_no, "role": r.role, "asker": r.asker, "provider": r.provider, "procedure": r.procedure_code,
            "data_set": r.data_set, "version": r.version, "items": r.items, "asked_at": r.asked_at, "provided_at": r.provided_at,
            "hidden": r.hidden, "hidden_by": hiders.get(&r.record_no), "granted": r.granted, "mode": r.mode, "kept_until": r.kept_until.to_string(),
        })
    };
    records.iter().map(one).collect()
}

/// The list.
pub async fn show(call: Call, keeper: Keeper) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Act::Search, RECORD).await?;
    let sets = allowed(&unit, Act::Search);
    let (records, all) = registers::records_newest(&mut unit.tx, &sets, LINES).await?;
    let hiders = hiders(&mut unit, &keeper, &records).await?;
    let list = table(&record_table(&keeper, &records, &hiders));
    let extent = format!("{}、権限のある特定個人情報だけ", extent("新しい順", records.len(), all));
    let main = card("情報提供等記録", &extent, list);
    let about = "照会した側、提供した側、ネットワークに同じ記録があります。求めの日から7年たつと消え、消した証明だけが残ります。";
    let hidden = "照会側の不開示は、照会した団体が、支援措置などで守る人のための照会だと伝えてきたものです。提供側の不開示は、この団体で不開示該当の人についての照会です。どちらも、やりとり履歴には出ません。";
    let screen = Screen {
        title: "情報提供等記録".into(),
        main,
        aside: vec![AsidePanel::text("三者の記録", about), AsidePanel::text("不開示にした側", hidden)],
        data: json!({ "records_all": all, "records": record_json(&records, &hiders) }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}
