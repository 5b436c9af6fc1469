//! A receipt as a person would want to read it. Names of treatments appear where the official master was imported; otherwise the code.

use super::sender_ja;
use crate::store;
use kernel::Yen;
use kernel::time::wareki_with_year;
use maud::html;
use platform::Fault;
use platform::keys::{KeyError, Place};
use receipts::reader::Event;
use receipts::{Reader, Receipt};
use webkit::components::{Action, AsidePanel, Column, Row, Table, button_row, card, definition_list, table};
use webkit::{Call, Reply, Screen};

/// The receipt.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let stored = store::receipt(&mut unit.tx, call.id("id")?).await?;
    match stored.subject {
        Some(subject) => {
            unit.require(subject, &["kodomo.receipt"]).await?;
        }
        None => unit.permit(call.action, "kodomo.receipt").await?,
    }
    let file = store::file(&mut unit.tx, stored.file_id).await?;
    let key = format!("{}/{}", stored.file_id, stored.position);
    let raw = call.city.keys().open_sealed(Place { table: "claims_receipt", column: "raw", row: &key }, &stored.raw)?;
    let body = platform::file::load(&mut unit.tx, &call.city, file.file_id).await?.body;
    let receipt = find(&body, &raw).ok_or(KeyError::Broken)?;
    let diseases = receipt.diseases.iter().map(|d| {
        let name = receipt.disease_name(d);
        let name = if name.is_empty() {
            d.code.map_or_else(|| "未コード化".to_owned(), |c| format!("{c:07} 名称未取込"))
        } else {
            name.into_owned()
        };
        Row::new(vec![
            name.into(),
            d.started.map_or_else(String::new, wareki_with_year).into(),
            if d.main { "主傷病".into() } else { "".into() },
        ])
    });
    let disease_list = Table {
        caption: "傷病名".into(),
        columns: ["傷病名", "診療開始日", "主傷病"].map(Column::text).into(),
        rows: diseases.collect(),
        empty: ("傷病名の記録はありません".into(), "調剤レセプトには傷病名がありません。".into()),
        ..Table::default()
    };
    let items = receipt.items.iter().map(|i| {
        let product = receipt.product(i);
        let comments: Vec<String> =
            receipt.comments(i).into_iter().map(|(_, text)| text.into_owned()).filter(|t| !t.is_empty()).collect();
        let name = if product.is_empty() { format!("{:09} 名称未取込", i.code) } else { product.into_owned() };
        let points = i.points.map_or_else(String::new, |p| p.to_string());
        let count = i.count.map_or_else(String::new, |c| c.to_string());
        let section = format!("{:02}", i.section);
        Row::new(vec![
            section.into(),
            html! { (name) @for c in &comments { div.note { (c) } } }.into(),
            receipt.quantity(i).into_owned().into(),
            points.into(),
            count.into(),
        ])
    });
    let item_list = Table {
        caption: "摘要".into(),
        columns: vec![
            Column::text("区分"),
            Column::text("内容"),
            Column::number("数量"),
            Column::number("点数"),
            Column::number("回数"),
        ],
        rows: items.collect(),
        empty: ("明細の記録はありません".into(), "DPCと調剤の一部の明細は原本のまま保管しています。".into()),
        ..Table::default()
    };
    let days: Vec<String> = receipts::days_of(u32::try_from(stored.visit_days).unwrap_or(0)).map(|d| format!("{d}日")).collect();
    let own = stored.city_share + stored.copay.unwrap_or(Yen::ZERO);
    let main = html! {
        (card("レセプト", &receipt.kind.label(), definition_list(&[
            ("医療機関", html! { (stored.institution_name) " " (stored.institution) }),
            ("氏名(レセプト)", html! { (stored.name) }),
            ("生年月日", html! { @if let Some(b) = stored.birth { (wareki_with_year(b)) } }),
            ("診療年月", html! { (stored.care_month.wareki()) }),
            ("受診日", html! { @if days.is_empty() { "記録なし" } @else { (days.join("、")) } }),
            ("保険者番号", html! { (stored.insurer_no) " (" (stored.insurer_kind) ")" }),
            ("公費負担者番号・受給者番号", html! { (stored.bearer_no) " " (stored.recipient_no) }),
            ("点数", html! { (kernel::money::grouped(stored.points)) "点" }),
            ("患者の負担割合の額", html! { (own) }),
            ("自己負担(KO 負担金額)", html! { @if let Some(c) = stored.copay { (c) } @else { "記録なし" } }),
            ("市の負担", html! { (stored.city_share) }),
            ("レセプト管理番号", html! { (stored.management_no) }),
        ])))
        (card("傷病名", "", table(&disease_list)))
        (card("摘要", "", table(&item_list)))
        (button_row(&[Action::link("所見へ戻る", &format!("/claims/{}/findings", stored.month.compact())).key("F6")], html! {}))
    };
    let data = serde_json::json!({
        "management_no": stored.management_no, "institution": stored.institution, "care_month": stored.care_month.compact(), "points": stored.points,
        "copay": stored.copay, "city_share": stored.city_share, "result": stored.result, "visit_days": days,
    });
    let screen = Screen {
        title: "レセプト".into(),
        subtitle: format!("{} {}審査分", sender_ja(stored.sender), stored.month.wareki()),
        main,
        asked: "レセプト".into(),
        aside: vec![AsidePanel::text(
            "書き換えはできません",
            "レセプトは医療機関の請求であり、市は訂正しません。名称は公式マスターを取り込むと表示されます。",
        )],
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// The receipt with these bytes, parsed with the institution record that stands before it in its file.
fn find(body: &[u8], raw: &[u8]) -> Option<Receipt> {
    let mut reader = Reader::new(body);
    while let Ok(Some(event)) = reader.next() {
        if let Event::Receipt(receipt) = event
            && receipt.raw() == raw
        {
            return Some(receipt.clone());
        }
    }
    None
}
