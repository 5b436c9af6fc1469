//! A month as a story: files, each sender's bill against the receipts, results, and what blocks payment.

use super::{month_of, reworded, sender_ja};
use crate::model::{Bill, Correction};
use crate::scheme::Scheme;
use crate::store;
use crate::usecases::bill::{self, Reconciliation};
use crate::usecases::receive::{Received, receive};
use kernel::Yen;
use kernel::time::{YearMonth, civil, wareki, wareki_short};
use maud::{Markup, html};
use platform::fault::FaultKind;
use platform::{Fault, Unit, job};
use std::sync::Arc;
use webkit::components::{
    Action, AsidePanel, Bar, Column, Field, FieldError, Ledger, Row, Table, Tone, badge, bars, button_row, card, error_summary,
    post_form, table,
};
use webkit::{Begun, Call, Reply, Screen};

/// People above the monthly cap whom the page lists; the work on all of them is in 償還払い.
const EXCESSES_SHOWN: usize = 20;

fn over_the_cap(people: usize) -> String {
    match people.saturating_sub(EXCESSES_SHOWN) {
        0 => "自動償還の対象".into(),
        rest => format!("自動償還の対象。超えた額の多い{EXCESSES_SHOWN}人、ほか{rest}人は償還払いの一覧にあります"),
    }
}

/// Months, and taking files in.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let unit = call.look().await?;
    months(&call, unit, None).await
}

async fn months(call: &Call, mut unit: Unit, fault: Option<Fault>) -> Result<Reply, Fault> {
    unit.permit(kernel::access::Action::Look, "kodomo.receipt").await?;
    let errors: Vec<FieldError> =
        fault.iter().flat_map(|f| &f.fields).map(|f| FieldError { field: f.field.into(), message: f.message.clone() }).collect();
    let error = |name: &str| errors.iter().find(|e| e.field == name).map(|e| e.message.as_str());
    let months = store::months(&mut unit.tx).await?;
    let rows = months.iter().map(|(month, files, receipts, waiting)| {
        let state =
            if *waiting > 0 { badge(Tone::Warn, "取込み中のファイルあり") } else { badge(Tone::Ok, "取込み済") };
        Row::new(vec![month.wareki().into(), (*files).into(), (*receipts).into(), state.into()])
            .opens(format!("/claims/{}", month.compact()))
    });
    let list = Table {
        caption: "審査月".into(),
        columns: vec![Column::text("審査月"), Column::number("ファイル"), Column::number("レセプト"), Column::text("状態")],
        rows: rows.collect(),
        empty: ("レセプトはまだありません".into(), "支払基金・国保連から届いたファイルを取り込むと、月ごとに並びます。".into()),
        filter: true,
        ..Table::default()
    };
    let this_month = call.form.some("month").map_or_else(|| YearMonth::of(call.city.today()).wareki(), str::to_owned);
    let body = html! {
        (error_summary(&errors))
        (Field::new("month", "審査年月").required().value(&this_month).error(error("month")).text())
        (Field::new("file", "ファイル").required().hint("UKE。いくつでも一度に選べます").error(error("file")).files(".UKE,.uke,.CSV,.csv"))
        (button_row(&[Action::submit("取り込む").key("F9").primary()], html! {}))
    };
    let main = html! {
        (card("ファイルを取り込む", "合計を確かめてから、全部を一度に見えるようにします", post_form("files", "/claims/files", true, &call.hidden(), body)))
        (card("審査月", "新しい月から", table(&list)))
        (button_row(&[Action::link("基本マスター", "/claims/masters")], html! {}))
    };
    let data = serde_json::json!({ "months": months.iter().map(|(m, f, r, w)| serde_json::json!({ "month": m.compact(), "files": f, "receipts": r, "waiting": w })).collect::<Vec<_>>() });
    let status = fault.map_or(0, |_| 422);
    let screen = Screen { title: "レセプト・請求".into(), main, data, status, ..Screen::default() };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Receives files.
pub async fn upload(call: Call) -> Result<Reply, Fault> {
    match try_upload(&call).await {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => {
            let unit = call.look().await?;
            months(&call, unit, Some(fault)).await
        }
        other => other,
    }
}

async fn try_upload(call: &Call) -> Result<Reply, Fault> {
    let mut reader = call.form.reader();
    let month = reader.month("month", "審査年月");
    if call.uploads.is_empty() {
        reader.problem("file", "取り込むファイルを選んでください");
    }
    reader.finish()?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(call.action, "kodomo.receipt").await?;
    let (mut new, mut known) = (0, 0);
    for upload in &call.uploads {
        match receive(&mut unit, month, &upload.name, &upload.body).await? {
            Received::New(_) => new += 1,
            Received::Known => known += 1,
        }
    }
    unit.note(format!("claims.receive: {new} new, {known} known"));
    let to = format!("/claims/{}", month.compact());
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// The month.
pub async fn show(call: Call, scheme: Arc<dyn Scheme>) -> Result<Reply, Fault> {
    let month = month_of(&call)?;
    let mut unit = call.look().await?;
    unit.permit(call.action, "kodomo.receipt").await?;
    let files = store::files(&mut unit.tx, month).await?;
    let results = store::results(&mut unit.tx, month).await?;
    let checks = store::checks(&mut unit.tx, month).await?;
    let (found, _) = store::count_findings(&mut unit.tx, month, &store::Wanted::default()).await?;
    let excesses = store::excesses(&mut unit.tx).await?;
    let bills = bill::reconcile(&mut unit, scheme.as_ref(), month).await?;
    let n = |kind: &str| results.iter().find(|(r, _)| r == kind).map_or(0, |(_, n)| *n);
    let total: i64 = results.iter().map(|(_, n)| n).sum();
    let bar =
        |label: &str, tone: Tone, n: i64| Bar { word: label.into(), tone, count: u64::try_from(n).unwrap_or(0), href: None };
    let results_card = html! {
        (bars("資格突合の結果", &[bar("適合", Tone::Ok, n("fit")), bar("要確認", Tone::Warn, n("review")), bar("不適合", Tone::Bad, n("unfit")), bar("未突合", Tone::Neutral, n("unchecked"))]))
        (button_row(&[
            Action::post("資格突合を始める", &format!("/claims/{}/check", month.compact()), call.hidden_owned()).key("F9").primary(),
            Action::link("申立て", &format!("/claims/{}/appeals", YearMonth::of(call.city.today()).compact())),
            Action::link("所見を見る", &format!("/claims/{}/findings", month.compact())).key("Enter"),
        ], html! {}))
    };
    let file_rows = files.iter().map(|f| {
        let state = match f.state.as_str() {
            "visible" => badge(Tone::Ok, "取込み済"),
            "refused" => badge(Tone::Bad, "取込み拒否"),
            _ => badge(Tone::Info, "取込み中"),
        };
        let cells = vec![
            f.name.clone().into(),
            sender_ja(f.sender).into(),
            f.receipts.into(),
            f.points.into(),
            wareki_short(civil(f.received_at)).into(),
            state.into(),
            f.message.clone().into(),
        ];
        let row = Row::new(cells);
        match f.job_id {
            Some(job) => row.opens(format!("/jobs/{job}")),
            None => row,
        }
    });
    let file_list = Table {
        caption: "ファイル".into(),
        columns: vec![
            Column::text("ファイル"),
            Column::text("請求元"),
            Column::number("件数"),
            Column::number("点数"),
            Column::text("受領"),
            Column::text("状態"),
            Column::text("結果"),
        ],
        rows: file_rows.collect(),
        empty: ("この月のファイルはまだありません".into(), "レセプト・請求の画面から取り込みます。".into()),
        ..Table::default()
    };
    let copay_rows = excesses.iter().take(EXCESSES_SHOWN).map(|c| {
        Row::new(vec![
            c.recipient_no.clone().into(),
            c.care_month.wareki().into(),
            c.paid.into(),
            c.excess.into(),
            c.settled.into(),
        ])
    });
    let copay_list = Table {
        caption: "月の上限を超えた自己負担".into(),
        columns: vec![
            Column::text("受給者番号"),
            Column::text("診療年月"),
            Column::number("自己負担の計"),
            Column::number("上限を超えた額"),
            Column::number("償還済"),
        ],
        rows: copay_rows.collect(),
        empty: ("上限を超えた人はいません".into(), "資格突合のあと、医療機関と請求元をまたいで計算します。".into()),
        ..Table::default()
    };
    let ledger = Ledger::default()
        .with(Bill::REGISTER, bills.iter().filter_map(|b| b.bill.as_ref()).map(|b| reworded(b.in_words())))
        .with(Correction::REGISTER, bills.iter().flat_map(|b| &b.corrections).map(Correction::in_words));
    let main = html! {
        (card("請求との突合", "", bill_table(&call, month, &bills)))
        (card("資格突合", if checks.is_empty() { "未実施" } else { "完了" }, results_card))
        (card("請求書を登録する", "届いた請求書のとおりに入れます", bill_form(&call, month)))
        (card("月の上限", &over_the_cap(excesses.len()), table(&copay_list)))
        (card("ファイル", &format!("{total}件"), table(&file_list)))
        (ledger.cards(|_| true))
    };
    let obstacles: Vec<String> =
        bills.iter().flat_map(|b| b.obstacles().into_iter().map(move |o| format!("{}: {o}", b.sender.label()))).collect();
    let not_run: Vec<&str> = checks.iter().filter(|c| !c.ran).map(|c| c.kind.as_str()).collect();
    let ran: Vec<&str> = checks.iter().filter(|c| c.ran).map(|c| c.kind.as_str()).collect();
    let aside = vec![
        AsidePanel::text(
            "書き換えはできません",
            "レセプトは医療機関の請求であり、市は訂正しません。誤りは支払基金・国保連・医療機関へ申し立てます。",
        ),
        AsidePanel::new(
            "点検の実施状況",
            html! {
                @if checks.is_empty() { p { (badge(Tone::Warn, "未実施")) } }
                @if !ran.is_empty() { p { (ran.join(" ✓ ・ ")) " ✓" } }
                @for name in &not_run { p { (name) " " (badge(Tone::Warn, "未実施")) } }
            },
        ),
        AsidePanel::new(
            "支払まで",
            html! {
                @if obstacles.is_empty() { p { "支払を起案できます。" } }
                @for line in &obstacles { p { (line) } }
            },
        ),
    ];
    let data = serde_json::json!({
        "month": month.compact(), "total": total, "results": results, "findings": found,
        "files": files.iter().map(|f| serde_json::json!({ "name": f.name, "sender": f.sender, "receipts": f.receipts, "state": f.state, "message": f.message })).collect::<Vec<_>>(),
        "checks": checks.iter().map(|c| serde_json::json!({ "kind": c.kind, "ran": c.ran, "judged": c.judged, "skipped": c.skipped, "found": c.found })).collect::<Vec<_>>(),
        "bills": bills.iter().map(|b| serde_json::json!({ "sender": b.sender.code(), "receipts": b.receipts, "amount": b.amount, "difference": b.difference(), "obstacles": b.obstacles() })).collect::<Vec<_>>(),
        "registers": ledger.json(|_| true),
        "excess": excesses.iter().map(|c| serde_json::json!({ "recipient_no": c.recipient_no, "care_month": c.care_month.compact(), "paid": c.paid, "excess": c.excess, "settled": c.settled })).collect::<Vec<_>>(),
    });
    let running = files.iter().any(|f| f.state == "received");
    let screen = Screen {
        title: "レセプト・請求".into(),
        subtitle: format!("{}審査分 ・ {total}件 ・ {}ファイル", month.wareki(), files.len()),
        main,
        aside,
        data,
        refresh: running.then_some(5),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

fn bill_table(call: &Call, month: YearMonth, bills: &[Reconciliation]) -> Markup {
    let rows = bills.iter().map(|b| {
        let billed = b.bill.as_ref().map_or_else(String::new, |x| x.amount.to_string());
        let state = match (b.difference(), b.fee_difference()) {
            (None, _) => badge(Tone::Warn, "請求書なし"),
            (Some(Yen::ZERO), Some(Yen::ZERO)) => badge(Tone::Ok, "一致"),
            (Some(Yen::ZERO), _) => badge(Tone::Bad, "手数料が違う"),
            (Some(d), _) if d > Yen::ZERO => badge(Tone::Bad, &format!("{d} 多い")),
            (Some(d), _) => badge(Tone::Bad, &format!("{} 少ない", -d)),
        };
        let decided = b.bill.as_ref().map_or("", |x| match x.state.as_str() {
            "drafted" => "支出の決裁待ち",
            "decided" => "支出決裁済",
            _ => "",
        });
        let pay = Action::post(
            "支出を起案",
            &format!("/claims/{}/bills/{}/pay", month.compact(), b.sender.code()),
            call.hidden_owned(),
        );
        let pay = if b.obstacles().is_empty() && decided.is_empty() {
            pay.render()
        } else {
            html! { (decided) }
        };
        Row::new(vec![
            b.sender.label().into(),
            b.amount.into(),
            billed.into(),
            html! { (state) }.into(),
            b.fee.into(),
            pay.into(),
        ])
    });
    let columns = vec![
        Column::text("請求元"),
        Column::number("レセプト計"),
        Column::number("請求額"),
        Column::text("突合"),
        Column::number("審査手数料"),
        Column::text("操作").unseen(),
    ];
    let empty = ("この月の請求はまだありません".to_owned(), "レセプトを取り込み、請求書を登録すると突合します。".to_owned());
    table(&Table { caption: "請求との突合".into(), columns, rows: rows.collect(), empty, ..Table::default() })
}

fn bill_form(call: &Call, month: YearMonth) -> Markup {
    let due = wareki(month.plus(1).first_day().yesterday().unwrap_or(month.last_day()));
    let senders = [
        webkit::components::Choice { value: "1", label: "支払基金", note: "" },
        webkit::components::Choice { value: "2", label: "国保連", note: "" },
    ];
    let body = html! {
        (Field::new("sender", "請求元").required().value("1").radio(&senders))
        (Field::new("count", "件数").required().digits())
        (Field::new("amount", "請求額").required().yen())
        (Field::new("fee_count", "手数料の件数").required().digits())
        (Field::new("fee_amount", "審査支払手数料").required().yen())
        (Field::new("due", "払込期限").required().value(&due).date())
        (Field::new("lines", "過誤調整").hint("一行に一件: レセプト管理番号,調整額(減額は -),事由").textarea(3))
        (button_row(&[Action::submit("請求書を登録").key("F9")], html! {}))
    };
    post_form("bill", &format!("/claims/{}/bills", month.compact()), false, &call.hidden(), body)
}

/// Starts the qualification check.
pub async fn check(call: Call) -> Result<Reply, Fault> {
    let month = month_of(&call)?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(call.action, "kodomo.receipt").await?;
    let title = format!("資格突合 {}", month.wareki());
    let job = job::submit(&mut unit, "claims.check", &title, month.compact().as_bytes()).await?;
    let to = format!("/jobs/{job}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
