//! One run: what it pays, and the bank file on its way out.

use crate::model::{Payment, Transfer};
use crate::store;
use crate::web::paper;
use forms::parts::Line;
use forms::payment_ledger::{PaymentLedger, PaymentRow};
use kernel::time::wareki;
use maud::html;
use platform::register::Shown;
use platform::{City, Fault, Unit, file};
use webkit::components::{Action, Column, Ledger, Row, Table, button_row, card, definition_list, table};
use webkit::{Call, Download, Reply, Screen};

/// The run.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(call.action, "kodomo.payment").await?;
    let run = store::transfer(&mut unit.tx, call.staff.office(), call.id("id")?).await?;
    let payments = store::of_transfer(&mut unit.tx, run.id).await?;
    let subjects: Vec<i64> = payments.iter().filter_map(|p| p.subject).collect();
    unit.bulk(&subjects, &["kodomo.payment", "kodomo.account"]);
    let mut rows = vec![];
    for p in &payments {
        let account = store::open_account(unit.city().keys(), p)?;
        rows.push(Row::new(vec![p.title.clone().into(), p.payee.clone().into(), account.masked_ja().into(), p.amount.into()]));
    }
    let list = Table {
        caption: "振込の明細".into(),
        columns: vec![Column::text("件名"), Column::text("支払先"), Column::text("口座"), Column::number("金額")],
        rows,
        foot: Some(vec!["合計".into(), "".into(), "".into(), run.total.into()]),
        filter: true,
        ..Table::default()
    };
    let ledger = Ledger::default()
        .with(Transfer::REGISTER, [reworded(&call.city, run.in_words())])
        .with(Payment::REGISTER, payments.iter().map(|p| reworded(&call.city, p.in_words())));
    let may_export = unit.may(kernel::access::Action::Export, "kodomo.payment");
    let take = Action::link("全銀ファイルを持ち出す", &format!("/payments/transfers/{}/file", run.id)).key("F8").primary();
    let take = if may_export { take } else { take.blocked("係長以上が持ち出せます") };
    let main = html! {
        (card(&run.number, "", html! {
            (definition_list(&[
                ("振込指定日", html! { (wareki(run.pay_on)) }),
                ("件数", html! { (run.count) "件" }),
                ("合計", html! { (run.total) }),
                ("決裁", html! { (run.approved_by.as_deref().unwrap_or_default()) }),
                ("状態", html! { @if run.state == "taken" { "持出し済" } @else { "作成済" } }),
            ]))
            (button_row(&[
                Action::link("支払へ戻る", "/payments").key("F6"),
                Action::link("支払台帳を印刷", &format!("/payments/transfers/{}/ledger", run.id)),
                take,
            ], html! {}))
        }))
        (card("明細", "口座は下3桁だけを表示します", table(&list)))
        (ledger.cards(|_| true))
    };
    let data = serde_json::json!({ "id": run.id, "number": run.number, "pay_on": run.pay_on.to_string(), "count": run.count, "total": run.total, "state": run.state, "registers": ledger.json(|_| true) });
    let screen = Screen {
        title: "振込".into(),
        subtitle: run.number.clone(),
        main,
        asked: "支払・口座".into(),
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// The bank file leaves: recorded, and the run says so.
pub async fn file(call: Call) -> Result<Reply, Fault> {
    let mut unit = Unit::change(&call.city, &call.staff, call.screen, call.action).await?;
    unit.permit(call.action, "kodomo.payment").await?;
    let run = store::transfer(&mut unit.tx, call.staff.office(), call.id("id")?).await?;
    let payments = store::of_transfer(&mut unit.tx, run.id).await?;
    let subjects: Vec<i64> = payments.iter().filter_map(|p| p.subject).collect();
    unit.bulk(&subjects, &["kodomo.payment", "kodomo.account"]);
    let id = run.file_id.ok_or_else(|| Fault::missing("全銀ファイル"))?;
    let stored = file::load(&mut unit.tx, &call.city, id).await?;
    store::taken(&mut unit.tx, run.id).await?;
    unit.note(format!("全銀ファイル {}", run.number));
    let download = Download { name: stored.name, mime: "application/octet-stream", body: stored.body, inline: false };
    Ok(Reply::File(unit.commit(download).await?))
}

/// 支払台帳 of a run, on paper.
pub async fn ledger(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(call.action, "kodomo.payment").await?;
    let run = store::transfer(&mut unit.tx, call.staff.office(), call.id("id")?).await?;
    let payments = store::of_transfer(&mut unit.tx, run.id).await?;
    let subjects: Vec<i64> = payments.iter().filter_map(|p| p.subject).collect();
    unit.bulk(&subjects, &["kodomo.payment", "kodomo.account"]);
    let mut rows = vec![];
    for p in &payments {
        let account = store::open_account(unit.city().keys(), p)?;
        let bank = reference::banks::bank(&account.bank).map_or("", |b| b.name);
        let branch = reference::banks::branch(&account.bank, &account.branch).map_or("", |b| b.name);
        rows.push(PaymentRow {
            number: p.id.to_string(),
            payee: p.payee.clone(),
            bank: format!("{} {bank} {} {branch}", account.bank, account.branch),
            account_type: account.kind.label_ja().into(),
            account_no: account.number.clone(),
            account_name: account.holder.clone(),
            purpose: p.title.clone(),
            amount: p.amount,
        });
    }
    let decided = run.approved_by.clone().unwrap_or_default();
    let paper = PaymentLedger {
        number: run.number.clone(),
        pay_on: wareki(run.pay_on),
        facts: vec![Line::new("作成", &wareki(unit.today()))],
        approvals: vec![Line::new("起案", ""), Line::new("決裁", &decided)],
        rows,
        office: unit.city().office(&run.office).map_or_else(|| run.office.clone(), |o| o.name_ja.to_owned()),
    };
    unit.note(format!("支払台帳 {}", run.number));
    let (name, at) = (format!("支払台帳 {}", run.number), unit.now());
    let paper = unit.commit(paper).await?;
    Ok(Reply::File(paper::print(forms::Form::PaymentLedger(paper), &name, at)?))
}

/// The ledger of the office as CSV, without accounts.
pub async fn csv(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(call.action, "kodomo.payment").await?;
    let payments = store::of_office(&mut unit.tx, call.staff.office()).await?;
    let subjects: Vec<i64> = payments.iter().filter_map(|p| p.subject).collect();
    unit.bulk(&subjects, &["kodomo.payment"]);
    unit.note(format!("支払台帳 CSV {}件", payments.len()));
    let mut text = "\u{feff}支払番号,原因,回,件名,支払先,金額,期限,状態,振込日,返却日,返却理由\r\n".to_owned();
    for p in &payments {
        text.push_str(&csv_line(p));
    }
    let download =
        Download { name: "支払台帳.csv".into(), mime: "text/csv; charset=utf-8", body: text.into_bytes(), inline: false };
    Ok(Reply::File(unit.commit(download).await?))
}

fn csv_line(p: &Payment) -> String {
    let day = |d: Option<kernel::Date>| d.map_or_else(String::new, |d| d.to_string());
    let cells = [
        p.id.to_string(),
        p.origin.clone(),
        p.attempt.to_string(),
        p.title.clone(),
        p.payee.clone(),
        p.amount.0.to_string(),
        day(p.due),
        p.state_ja().to_owned(),
        day(p.paid_on),
        day(p.returned_on),
        p.return_reason.clone().unwrap_or_default(),
    ];
    let quoted: Vec<String> = cells.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect();
    format!("{}\r\n", quoted.join(","))
}

/// A ledger row with its codes in words.
fn reworded(city: &City, row: Vec<Shown>) -> Vec<Shown> {
    let word = |name: &str, value: String| match (name, value.as_str()) {
        ("office", code) => city.office(code).map_or_else(|| value.clone(), |o| o.name_ja.to_owned()),
        ("purpose", code) => city.purpose(code).map_or_else(|| value.clone(), |p| p.name_ja.to_owned()),
        ("state", "open") => "未払".into(),
        ("state", "drafted") => "決裁待ち".into(),
        ("state", "sent") => "振込".into(),
        ("state", "returned") => "返却".into(),
        ("state", "taken") => "持出し済".into(),
        ("state", _) => "作成済".into(),
        _ => value,
    };
    row.into_iter().map(|(column, value)| (column, word(column.name, value))).collect()
}
