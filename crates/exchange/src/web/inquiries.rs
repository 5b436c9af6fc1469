//! 情報照会: what the office may ask for, and its questions.

use super::{Desk, at_ja, new_inquiry, tone};
use crate::model::INQUIRY;
use crate::offer::offers;
use crate::{list, store};
use kernel::Date;
use kernel::access::Action::Search;
use kernel::time::wareki_short;
use maud::html;
use platform::Fault;
use webkit::components::{Action, AsidePanel, Column, Row, Table, badge, card, table};
use webkit::{Call, Reply, Screen};

/// Page of the list.
pub const LIST: &str = "/exchange/inquiries";

/// The institutions that can be asked, as (code, name).
pub fn others(desk: &Desk) -> Vec<(String, String)> {
    let Some(line) = &desk.needs.line else { return vec![] };
    let me = line.me();
    line.institutions().into_iter().filter(|(id, _)| *id != me).map(|(id, name)| (id.to_string(), name)).collect()
}

/// What may be asked for, each with the way to its form.
fn offered(desk: &Desk, purpose: &str, today: Date) -> Result<(Table, Vec<serde_json::Value>), Fault> {
    let names = list()?;
    let (mut rows, mut data) = (vec![], vec![]);
    for offer in offers(&desk.needs, purpose, today)? {
        let (procedure, set) = (offer.row.procedure.as_str(), offer.row.data_set.as_str());
        let kind = names.permitted().kinds().get(&offer.row.provider).cloned().unwrap_or_default();
        let ask = Action::link("照会を入力", &new_inquiry::page(procedure, set));
        let named = names.data_set_ja(set);
        rows.push(Row::new(vec![
            names.procedure_ja(procedure).into(),
            named.clone().into(),
            kind.into(),
            if offer.row.consent { "要る" } else { "要らない" }.into(),
            offer.row.verified_on.map_or_else(|| "未確認".to_owned(), |day| format!("{} 確認", wareki_short(day))).into(),
            html! { @match offer.layout { Some(_) => (ask.render()), None => "項目表にありません" } }.into(),
        ]));
        data.push(serde_json::json!({
            "procedure": procedure, "data_set": set, "name": named, "consent": offer.row.consent,
            "legal_basis": offer.row.legal_basis, "items": offer.layout.map_or(0, |l| l.items.len()),
        }));
    }
    let columns = ["事務手続", "特定個人情報", "提供する機関", "同意", "許可リスト"].map(Column::text).into_iter();
    let listed = Table {
        caption: "照会できる情報".into(),
        columns: columns.chain([Column::text("操作").unseen()]).collect(),
        rows,
        empty: ("照会できる情報はありません".into(), "この事務で照会できる事務手続が、照会許可リストにありません。".into()),
        ..Table::default()
    };
    Ok((listed, data))
}

/// The page.
pub async fn show(call: Call, desk: Desk) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Search, INQUIRY).await?;
    let office = call.staff.office().to_owned();
    let names = list()?;
    let all = store::inquiries(&mut unit.tx, &office).await?;
    let counts = store::count_inquiries(&mut unit.tx, &office).await?;
    let (mut rows, mut data) = (vec![], vec![]);
    for inquiry in &all {
        let take = Action::post("開く", &format!("{LIST}/{}/take", inquiry.id), call.hidden_owned());
        rows.push(Row::new(vec![
            at_ja(inquiry.asked_at).into(),
            names.data_set_ja(&inquiry.data_set).into(),
            desk.needs.institution_ja(&inquiry.provider).into(),
            html! { (badge(tone(&inquiry.state), &inquiry.state)) }.into(),
            inquiry.asked_by.clone().into(),
            html! { @if call.staff.case.is_some() { (take.render()) } @else { "案件を始めてから" } }.into(),
        ]));
        data.push(serde_json::json!({
            "id": inquiry.id, "asked_at": inquiry.asked_at.to_string(), "data_set": inquiry.data_set, "provider": inquiry.provider,
            "procedure": inquiry.procedure_code, "state": inquiry.state,
        }));
    }
    let columns = ["照会日時", "特定個人情報", "照会先", "状態", "照会した職員"].map(Column::text).into_iter();
    let listed = Table {
        caption: "情報照会".into(),
        columns: columns.chain([Column::text("操作").unseen()]).collect(),
        rows,
        empty: ("照会はありません".into(), "上の一覧から照会すると、ここに並びます。氏名は、開いた画面でだけ出ます。".into()),
        filter: true,
        ..Table::default()
    };
    let purpose = call.staff.purpose.clone().unwrap_or_default();
    let (may, offers) = offered(&desk, &purpose, unit.today())?;
    let summary = counts.iter().map(|(state, n)| format!("{state} {n}件")).collect::<Vec<_>>().join("、");
    let main = html! {
        @if desk.needs.line.is_none() { p { "この市は中間サーバーにつながっていません。登録した照会は、つながるまで送られません。" } }
        (card("照会する", "法令で許された組合せから選びます", table(&may)))
        (card("照会の状況", &summary, table(&listed)))
    };
    let screen = Screen {
        title: "情報照会".into(),
        main,
        aside: vec![AsidePanel::next(
            "照会の流れ",
            &[
                "法令で許された組合せだけが市から出ます",
                "同意が要る照会は、先に「照会の同意」に登録します",
                "相手が自動で答えるときは、数秒で届きます",
            ],
        )],
        data: serde_json::json!({ "offers": offers, "inquiries": data, "counts": counts.iter().cloned().collect::<std::collections::BTreeMap<_, _>>() }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}
