//! 副本: counts, time of the last change, the hash over everything, and what a comparison with 正本 found.

use super::{at, extent};
use crate::keeper::Keeper;
use crate::model::REPLICA;
use crate::rights::{allowed, keep_allowed};
use crate::store::registers;
use crate::store::replica::{COUNTS, change, list};
use kernel::access::Action as Act;
use kernel::ident::AtenaNo;
use kernel::time::Timestamp;
use maud::html;
use platform::{Fault, subject};
use serde_json::json;
use webkit::components::{AsidePanel, Column, Row, Table, Tone, badge, card, definition_list, table};
use webkit::{Call, Reply, Screen};

/// Differences of a list.
const LINES: i64 = 200;

fn fault_ja(fault: &str) -> &'static str {
    match fault {
        "missing" => "副本にない",
        "extra" => "正本にない",
        "value" => "値が違う",
        "days" => "公開期間が違う",
        _ => "",
    }
}

/// The monitor.
pub async fn show(call: Call, keeper: Keeper) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Act::Search, REPLICA).await?;
    let mut counts = Vec::new();
    for row in list(&mut unit.tx, COUNTS, vec![]).await? {
        let set: String = row.get("data_set")?;
        let numbers: (i64, i64, i64) = (row.get("version")?, row.get("n")?, row.get("people")?);
        counts.push((set, numbers, row.get::<Timestamp>("loaded_at")?));
    }
    let now = unit.now();
    let (root, _) = keeper.measure(&mut unit.tx, now).await?;
    let (_, changed_at) = change(&mut unit.tx).await?;
    let comparisons = registers::comparisons(&mut unit.tx, 10).await?;
    let sets = allowed(&unit, Act::Search);
    let (differences, all) = match comparisons.first() {
        Some(last) => registers::differences(&mut unit.tx, last.id, &sets, LINES).await?,
        None => (Vec::new(), 0),
    };
    keep_allowed(&unit, Act::Search, &mut counts, |(set, ..)| set);
    let mut subjects = Vec::new();
    for difference in &differences {
        if let Ok(number) = AtenaNo::parse(difference.dan_no.as_str()) {
            subjects.extend(subject::find(&mut unit.tx, &number).await?);
        }
    }
    unit.bulk(&subjects, &[REPLICA]);
    let profile = keeper.profile();
    let rows = counts.iter().map(|(set, (version, n, people), loaded)| {
        Row::new(vec![
            webkit::components::Cell::from(profile.data_set_ja(set)).second_line(format!("{set} 第{version}版")),
            (*n).into(),
            (*people).into(),
            at(*loaded).into(),
        ])
    });
    let count_list = Table {
        caption: "副本の登録状況".into(),
        columns: vec![Column::text("特定個人情報"), Column::number("件数"), Column::number("人数"), Column::text("最後の登録")],
        rows: rows.collect(),
        empty: ("副本はまだ登録されていません".into(), "業務から登録されると、ここに件数が出ます。".into()),
        ..Table::default()
    };
    let rows = comparisons.iter().map(|c| {
        let state = match c.people {
            0 if c.ours == c.theirs => badge(Tone::Ok, "一致"),
            _ => badge(Tone::Bad, "相違あり"),
        };
        Row::new(vec![at(c.compared_at).into(), state.into(), c.people.into(), super::short(&c.ours).into()])
    });
    let comparison_list = Table {
        caption: "正本との突合".into(),
        columns: vec![
            Column::text("日時"),
            Column::text("結果"),
            Column::number("相違のある人数"),
            Column::text("副本のハッシュ値"),
        ],
        rows: rows.collect(),
        empty: ("突合の記録はまだありません".into(), "夜間に業務の正本と突き合わせると、結果が出ます。".into()),
        ..Table::default()
    };
    let rows = differences.iter().map(|d| {
        Row::new(vec![
            d.dan_no.to_string().into(),
            profile.data_set_ja(&d.data_set).into(),
            d.record_key.clone().into(),
            badge(Tone::Bad, fault_ja(&d.fault)).into(),
            d.item.clone().unwrap_or_default().into(),
        ])
    });
    let difference_list = Table {
        caption: "最後の突合の相違".into(),
        columns: vec![
            Column::text("団体内統合宛名番号"),
            Column::text("特定個人情報"),
            Column::text("レコードキー"),
            Column::text("相違"),
            Column::text("項目"),
        ],
        rows: rows.collect(),
        empty: ("相違はありません".into(), "最後の突合で違いは見つかっていません。".into()),
        filter: true,
        ..Table::default()
    };
    let main = html! {
        (card("副本の登録状況", "", html! {
            (definition_list(&[
                ("最終更新", html! { @if let Some(at) = changed_at { (super::at(at)) } }),
                ("全体のハッシュ値", html! { span.mono { (root) } }),
            ]))
            (table(&count_list))
        }))
        (card("正本との突合", "新しい順", table(&comparison_list)))
        (card("最後の突合の相違", &format!("{}、権限のある特定個人情報だけ", extent("見つけた順", differences.len(), all)), table(&difference_list)))
    };
    let data = json!({
        "changed_at": changed_at, "root": root,
        "data_sets": counts.iter().map(|(set, (version, n, people), loaded)| json!({
            "data_set": set, "version": version, "records": n, "people": people, "loaded_at": loaded,
        })).collect::<Vec<_>>(),
        "comparisons": comparisons.iter().map(|c| json!({
            "compared_at": c.compared_at, "ours": c.ours, "theirs": c.theirs, "people": c.people,
        })).collect::<Vec<_>>(),
        "differences_all": all, "differences": differences.iter().map(|d| json!({
            "dan_no": d.dan_no, "data_set": d.data_set, "version": d.version, "key": d.record_key, "fault": d.fault, "item": d.item,
        })).collect::<Vec<_>>(),
    });
    let about = "回答にはこの時刻とハッシュ値が付きます。照会した側は、どの時点の副本から答えたかを後から確かめられます。";
    let screen = Screen {
        title: "副本の状況".into(),
        main,
        aside: vec![AsidePanel::text("最終更新とハッシュ値", about)],
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}
