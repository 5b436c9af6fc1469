//! What was sent back in a month: the paper, the list as a file, and how it ended.

use super::{month_of, sender_ja};
use crate::model::{FindingRow, StoredReceipt};
use crate::store;
use forms::appeal_request::{AppealRequest, AppealRow, Route};
use forms::{Form, Meta, Missing};
use kernel::Yen;
use kernel::time::{YearMonth, wareki, wareki_short};
use maud::html;
use platform::{Fault, Unit};
use receipts::{Examiner, ReceiptKind};
use webkit::components::{Action, AsidePanel, Column, Row, Table, Tone, badge, button_row, card, table};
use webkit::{Begun, Call, Download, Reply, Screen};

async fn load(unit: &mut Unit, month: YearMonth) -> Result<Vec<(FindingRow, StoredReceipt)>, Fault> {
    let sent = store::sent(&mut unit.tx, month).await?;
    let subjects: Vec<i64> = sent.iter().filter_map(|(_, r)| r.subject).collect();
    unit.bulk(&subjects, &["kodomo.receipt"]);
    Ok(sent)
}

/// The requests of a month by sender.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let month = month_of(&call)?;
    let mut unit = call.look().await?;
    unit.permit(call.action, "kodomo.receipt").await?;
    let sent = load(&mut unit, month).await?;
    let mut main = html! {};
    for sender in [Examiner::PaymentFund, Examiner::HealthFederation] {
        let code = i64::from(sender.code());
        let mine: Vec<_> = sent.iter().filter(|(_, r)| r.sender == code).collect();
        let total: Yen = mine.iter().map(|(f, _)| f.amount).sum();
        let rows = mine.iter().map(|(f, r)| row(&call, f, r));
        let list = Table {
            caption: format!("{}への申立て", sender.label()),
            columns: vec![
                Column::text("レセプト管理番号"),
                Column::text("診療年月"),
                Column::text("医療機関"),
                Column::text("受給者番号"),
                Column::number("公費負担"),
                Column::text("事由"),
                Column::text("範囲"),
                Column::text("状態"),
                Column::text("操作").unseen(),
            ],
            rows: rows.collect(),
            foot: Some(vec![
                "合計".into(),
                "".into(),
                "".into(),
                "".into(),
                total.into(),
                "".into(),
                "".into(),
                "".into(),
                "".into(),
            ]),
            empty: ("この月の申立てはありません".into(), "所見の扱いが決裁されると、請求元ごとに並びます。".into()),
            filter: true,
            ..Table::default()
        };
        let document = mine.first().and_then(|(f, _)| f.document_no.clone()).unwrap_or_default();
        let path = format!("/claims/{}/appeals/{code}", month.compact());
        main = html! {
            (main)
            (card(route(code).title_ja(), &document, html! {
                (table(&list))
                @if !mine.is_empty() {
                    (button_row(&[
                        Action::link(&format!("{}を印刷", route(code).title_ja()), &format!("{path}/paper")).key("F8"),
                        Action::link("一覧を持ち出す(CSV)", &format!("{path}/list")).file(),
                    ], html! {}))
                }
            }))
        };
    }
    main = html! { (main) (button_row(&[Action::link("審査月へ戻る", &format!("/claims/{}", month.compact())).key("F6")], html! {})) };
    let data = serde_json::json!({ "appeals": sent.iter().map(|(f, r)| serde_json::json!({
        "finding": f.id, "sender": r.sender, "management_no": r.management_no, "amount": f.amount, "state": f.state, "document_no": f.document_no,
        "route": f.route, "closed_month": f.closed_month.map(YearMonth::compact),
    })).collect::<Vec<_>>() });
    let screen = Screen {
        title: "再審査等請求・過誤申立".into(),
        subtitle: month.wareki(),
        main,
        asked: "レセプト".into(),
        aside: vec![AsidePanel::text(
            "減額で閉じます",
            "後の請求書の過誤調整にレセプト管理番号があると、申立ては調整済になります。",
        )],
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

fn route(sender: i64) -> Route {
    if sender == i64::from(Examiner::PaymentFund.code()) { Route::Fund } else { Route::Federation }
}

fn row(call: &Call, f: &FindingRow, r: &StoredReceipt) -> Row {
    let state = match f.state.as_str() {
        "closed" => html! { (badge(Tone::Ok, "調整済")) " " (f.closed_month.map(YearMonth::wareki).unwrap_or_default()) },
        "upheld" => badge(Tone::Neutral, "原審どおり"),
        _ => badge(Tone::Info, "申立済"),
    };
    let upheld = Action::post("原審どおり", &format!("/claims/findings/{}/upheld", f.id), call.hidden_owned());
    Row::new(vec![
        r.management_no.clone().into(),
        r.care_month.wareki().into(),
        r.institution_name.clone().into(),
        r.recipient_no.clone().into(),
        f.amount.into(),
        f.kind.clone().into(),
        f.scope.clone().unwrap_or_default().into(),
        state.into(),
        if f.state == "sent" {
            upheld.render()
        } else {
            html! {}
        }
        .into(),
    ])
    .opens(format!("/claims/receipts/{}", r.id))
}

/// The sender stands by its claim: the request is closed without a change of money.
pub async fn upheld(call: Call) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(call.action, "kodomo.receipt").await?;
    let finding = store::finding(&mut unit.tx, id).await?;
    if !store::end_finding(&mut unit.tx, id, "upheld", "sent").await? {
        return Err(Fault::conflict("原審どおりを登録できません", "申立て中の所見ではありません"));
    }
    let to = format!("/claims/{}/appeals", finding.sent_month.unwrap_or(finding.month).compact());
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

fn sender_of(call: &Call) -> Result<i64, Fault> {
    call.part("sender").parse().ok().filter(|s| (1..=2).contains(s)).ok_or_else(|| Fault::missing("請求元"))
}

async fn of_sender(call: &Call, unit: &mut Unit) -> Result<Vec<(FindingRow, StoredReceipt)>, Fault> {
    let (month, sender) = (month_of(call)?, sender_of(call)?);
    unit.permit(call.action, "kodomo.receipt").await?;
    let mine: Vec<_> = load(unit, month).await?.into_iter().filter(|(_, r)| r.sender == sender).collect();
    if mine.is_empty() { Err(Fault::missing("申立て")) } else { Ok(mine) }
}

/// 再審査等請求内訳書 or 過誤申立書.
pub async fn paper(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let mine = of_sender(&call, &mut unit).await?;
    let sender = sender_of(&call)?;
    let prefecture = &call.city.profile().prefecture_ja;
    let to = match route(sender) {
        Route::Fund => format!("社会保険診療報酬支払基金 {prefecture}担当"),
        Route::Federation => format!("{prefecture}国民健康保険団体連合会"),
    };
    let mut months: Vec<String> = mine.iter().map(|(f, _)| f.month.wareki()).collect();
    months.sort();
    months.dedup();
    let document_no = mine.iter().find_map(|(f, _)| f.document_no.clone()).unwrap_or_default();
    let on = mine.iter().filter_map(|(f, _)| f.sent_on).max().unwrap_or_else(|| unit.today());
    let (issuer, contact) = payments::letterhead(&call.city);
    let request = AppealRequest {
        route: route(sender),
        to,
        document_no: document_no.clone(),
        date: wareki(on),
        examined: months.join("、"),
        issuer,
        contact,
        rows: mine.iter().map(|(f, r)| appeal_row(f, r)).collect(),
    };
    unit.note(format!("{} {}件", route(sender).title_ja(), mine.len()));
    let meta = Meta { ident: document_no.clone(), issued_at: unit.now(), missing: Missing::Geta };
    let form = Form::AppealRequest(unit.commit(request).await?);
    let body = forms::render(&form, &meta).map_err(|e| Fault::conflict("印刷できません", e.to_string()))?;
    let Form::AppealRequest(request) = form else { return Err(Fault::missing("申立て")) };
    let name = format!("{document_no}.pdf");
    Ok(Reply::File(request.map(|_| Download { name, mime: "application/pdf", body, inline: true })))
}

fn appeal_row(f: &FindingRow, r: &StoredReceipt) -> AppealRow {
    let kind =
        u64::try_from(r.kind).ok().and_then(ReceiptKind::from_code).map_or_else(String::new, |k| k.table().label().to_owned());
    AppealRow {
        month: r.care_month.wareki(),
        institution_code: r.institution.clone(),
        institution: r.institution_name.clone(),
        bearer_no: r.bearer_no.clone(),
        recipient_no: r.recipient_no.clone(),
        name: r.name.clone(),
        birth: r.birth.map_or_else(String::new, wareki_short),
        sheet: format!("{kind} {}", if r.inpatient { "入院" } else { "入院外" }),
        points: r.points,
        amount: f.amount,
        scope: f.scope.clone().unwrap_or_default(),
        cause_code: f.reason_code.map_or_else(String::new, |c| c.to_string()),
        cause: format!("{}: {}", f.kind, f.text_ja),
    }
}

/// The list of a request as CSV, for the sender's own entry page.
pub async fn csv(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let mine = of_sender(&call, &mut unit).await?;
    let sender = sender_of(&call)?;
    let head = "審査年月,レセプト管理番号,検索番号,診療年月,医療機関コード,点数表,公費負担者番号,受給者番号,請求点数,公費負担額,範囲,事由コード,事由";
    let mut text = format!("\u{feff}{head}\r\n");
    for (f, r) in &mine {
        let cells = [
            f.month.compact(),
            r.management_no.clone(),
            r.search_no.clone(),
            r.care_month.compact(),
            r.institution.clone(),
            r.table_code.to_string(),
            r.bearer_no.clone(),
            r.recipient_no.clone(),
            r.points.to_string(),
            f.amount.0.to_string(),
            f.scope.clone().unwrap_or_default(),
            f.reason_code.map_or_else(String::new, |c| c.to_string()),
            f.text_ja.clone(),
        ];
        let quoted: Vec<String> = cells.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect();
        text.push_str(&format!("{}\r\n", quoted.join(",")));
    }
    unit.note(format!("{} CSV {}件", sender_ja(sender), mine.len()));
    let name = format!("{}_{}.csv", route(sender).title_ja(), call.part("month"));
    let download = Download { name, mime: "text/csv; charset=utf-8", body: text.into_bytes(), inline: false };
    Ok(Reply::File(unit.commit(download).await?))
}
