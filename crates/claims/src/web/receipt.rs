//! A receipt as a person would want to read it. Names of treatments appear where the official master was imported; otherwise the code.

use super::{reworded, sender_ja};
use crate::model::{FindingRow, StoredReceipt};
use crate::names::section_ja;
use crate::store;
use kernel::Yen;
use kernel::time::wareki_with_year;
use maud::html;
use platform::keys::{KeyError, Place};
use platform::{Fault, Unit};
use receipts::reader::Event;
use receipts::{ItemKind, PointTable, Reader, Receipt};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use webkit::components::{Action, AsidePanel, Column, Ledger, Row, Table, button_row, card, definition_list, table};
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
    let names = names(&mut unit, &receipt).await?;
    let diseases = receipt.diseases.iter().map(|d| {
        let written = receipt.disease_name(d);
        let named = d.code.and_then(|c| names.get(&("B", i64::from(c)))).map(|(name, _)| name.clone());
        let core = match named {
            _ if !written.is_empty() => written.into_owned(),
            Some(name) => name,
            None => d.code.map_or_else(|| "未コード化".to_owned(), |c| format!("{c:07} 名称未取込")),
        };
        let (mut before, mut after) = (String::new(), String::new());
        for code in modifiers(&receipt.disease_modifiers(d)) {
            let word = names.get(&("Z", code)).map_or_else(|| format!("({code:04} 名称未取込)"), |(name, _)| name.clone());
            // 修飾語 from 8000 on stand behind the name (疑い, 術後 …).
            if code >= 8000 { after.push_str(&word) } else { before.push_str(&word) }
        }
        let name = format!("{before}{core}{after}");
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
        let comments: Vec<String> = receipt
            .comments(i)
            .into_iter()
            .map(|(code, text)| match names.get(&("C", i64::from(code))) {
                Some((name, _)) if text.is_empty() => name.clone(),
                Some((name, _)) => format!("{name} {text}"),
                None if text.is_empty() => format!("{code:09} 名称未取込"),
                None => text.into_owned(),
            })
            .filter(|_| i.kind != ItemKind::Comment)
            .collect();
        let found = names.get(&(master(i.kind), i64::from(i.code)));
        let unit_ja = found.map_or("", |(_, unit)| unit.as_str());
        let own_text = receipt.comments(i).into_iter().map(|(_, text)| text.into_owned()).next().unwrap_or_default();
        let name = match found {
            Some((name, _)) if i.kind == ItemKind::Comment => format!("{name} {own_text}"),
            Some((name, _)) => name.clone(),
            None if i.kind == ItemKind::Comment && !own_text.is_empty() => own_text,
            None if product.is_empty() => format!("{:09} 名称未取込", i.code),
            None => product.into_owned(),
        };
        let points = i.points.map_or_else(String::new, |p| p.to_string());
        let count = i.count.map_or_else(String::new, |c| c.to_string());
        let section = format!("{:02} {}", i.section, section_ja(i.section));
        Row::new(vec![
            section.into(),
            html! { (name) @for c in &comments { div.note { (c) } } }.into(),
            format!("{}{unit_ja}", receipt.quantity(i)).into(),
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
    let findings = store::findings_of(&mut unit.tx, stored.id).await?;
    let ledger = Ledger::default()
        .with(StoredReceipt::REGISTER, [reworded(stored.in_words())])
        .with(FindingRow::REGISTER, findings.iter().map(FindingRow::in_words));
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
        (ledger.cards(|_| true))
        (button_row(&[Action::link("所見へ戻る", &format!("/claims/{}/findings", stored.month.compact())).key("F6")], html! {}))
    };
    let named: Vec<_> = names
        .iter()
        .collect::<BTreeMap<_, _>>()
        .into_iter()
        .map(|((kind, code), (name, unit))| serde_json::json!({ "kind": kind, "code": code, "name": name, "unit": unit }))
        .collect();
    let data = serde_json::json!({
        "management_no": stored.management_no, "institution": stored.institution, "care_month": stored.care_month.compact(), "points": stored.points,
        "diseases": receipt.diseases.iter().map(|d| d.code).collect::<Vec<_>>(), "names": named,
        "copay": stored.copay, "city_share": stored.city_share, "result": stored.result, "visit_days": days, "registers": ledger.json(|_| true),
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

/// The master that names a line.
fn master(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Act => "S",
        ItemKind::Drug => "Y",
        ItemKind::Material => "T",
        ItemKind::Comment => "C",
    }
}

/// 修飾語コード, four digits each.
fn modifiers(text: &str) -> Vec<i64> {
    text.as_bytes().chunks(4).filter_map(|four| std::str::from_utf8(four).ok()?.parse().ok()).collect()
}

/// The names of every code on the receipt, by the masters in force at the end of the month of care.
async fn names(unit: &mut Unit, receipt: &Receipt) -> Result<HashMap<(&'static str, i64), (String, String)>, Fault> {
    let mut wanted: BTreeSet<(&'static str, i64)> = BTreeSet::new();
    for d in &receipt.diseases {
        wanted.extend(d.code.map(|code| ("B", i64::from(code))));
        wanted.extend(modifiers(&receipt.disease_modifiers(d)).into_iter().map(|code| ("Z", code)));
    }
    for i in &receipt.items {
        // The codes of 歯科診療行為 are those of a master of their own, which is not read.
        if !(receipt.table() == PointTable::Dental && i.kind == ItemKind::Act) {
            wanted.insert((master(i.kind), i64::from(i.code)));
        }
        wanted.extend(receipt.comments(i).into_iter().map(|(code, _)| ("C", i64::from(code))));
    }
    let on = receipt.month.last_day();
    let mut found = HashMap::new();
    for (kind, code) in wanted {
        if let Some(name) = store::master::name(&mut unit.tx, kind, code, on).await? {
            found.insert((kind, code), name);
        }
    }
    Ok(found)
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
