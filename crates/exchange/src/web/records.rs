//! 情報提供等記録: what was asked for whom, by us and of us.

use super::{Desk, at_ja, named};
use crate::model::{Exchanged, RECORD, Removal};
use crate::{list, store};
use kernel::access::Action::Search;
use kernel::time::Timestamp;
use maud::html;
use platform::Fault;
use webkit::components::{AsidePanel, Column, Ledger, Row, Table, Tone, badge, card, table};
use webkit::{Call, Reply, Screen};

/// The page.
pub const PAGE: &str = "/exchange/records";

/// The page.
pub async fn show(call: Call, desk: Desk) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Search, RECORD).await?;
    let names = list()?;
    let all = store::records(&mut unit.tx).await?;
    let mut mine = vec![];
    for subject in call.staff.case.as_ref().map(|c| c.subjects.clone()).unwrap_or_default() {
        let who = platform::subject::number(&mut unit.tx, subject).await?;
        unit.require(subject, &[RECORD]).await?;
        mine.extend(store::records_of(&mut unit.tx, &who, Timestamp::UNIX_EPOCH).await?);
    }
    let rows = all.iter().map(|r| {
        Row::new(vec![
            at_ja(r.asked_at).into(),
            r.side.clone().into(),
            desk.needs.institution_ja(&r.counterpart).into(),
            names.procedure_ja(&r.procedure_code).into(),
            names.data_set_ja(&r.data_set).into(),
            r.provided_at.map_or_else(|| "提供されていません".to_owned(), at_ja).into(),
            html! { @if r.hidden { (badge(Tone::Warn, "不開示")) } }.into(),
        ])
    });
    let columns = ["求め日時", "区分", "相手の機関", "事務手続", "特定個人情報", "提供日時", "開示"];
    let listed = Table {
        caption: "情報提供等記録".into(),
        columns: columns.map(Column::text).into(),
        rows: rows.collect(),
        empty: ("記録はありません".into(), "照会や提供があると、中間サーバーの記録がここに写ります。".into()),
        filter: true,
        ..Table::default()
    };
    let removed = store::removals(&mut unit.tx).await?;
    let ledger = Ledger::default()
        .with(Exchanged::REGISTER, mine.iter().map(|r| named(&call.city, &desk.needs, r.in_words())))
        .with(Removal::REGISTER, removed.iter().map(Removal::in_words));
    let main = html! {
        (card("最近の記録", "氏名はありません。案件の対象にした人の記録は、下に出ます", table(&listed)))
        (super::subject::form(&call, PAGE))
        (ledger.cards(|_| true))
    };
    let line = |r: &Exchanged| {
        serde_json::json!({
            "permit_no": r.permit_no, "side": r.side, "counterpart": r.counterpart, "procedure": r.procedure_code, "data_set": r.data_set,
            "asked_at": r.asked_at.to_string(), "provided_at": r.provided_at.map(|at| at.to_string()), "hidden": r.hidden,
        })
    };
    let screen = Screen {
        title: "情報提供等記録".into(),
        main,
        asked: if mine.is_empty() { String::new() } else { "情報提供等記録".into() },
        aside: vec![AsidePanel::text(
            "7年間保存します",
            "同じ記録が、相手の機関と情報提供ネットワークシステムにもあります。本人はマイナポータルで見られます(不開示のものを除く)。期限を過ぎた記録と照会は毎日消去し、消去した証だけを残します。",
        )],
        data: serde_json::json!({ "records": all.iter().map(line).collect::<Vec<_>>(), "registers": ledger.json(|_| true) }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}
