//! 支払: what is open, what is on its way, what came back; and drafting a run.

use crate::model::Payment;
use crate::store;
use crate::usecases::transfer::{self, RankRule, Run};
use kernel::Yen;
use kernel::time::{wareki, wareki_short};
use maud::html;
use platform::fault::FaultKind;
use platform::{Fault, Unit};
use webkit::components::{
    Action, AsidePanel, Column, Field, FieldError, Row, Select, Table, Tone, badge, button_row, card, error_summary, post_form,
    table,
};
use webkit::{Begun, Call, Reply, Screen};

fn state_badge(state: &str) -> maud::Markup {
    match state {
        "open" => badge(Tone::Warn, "未払"),
        "drafted" => badge(Tone::Info, "決裁待ち"),
        "sent" => badge(Tone::Ok, "振込"),
        "returned" => badge(Tone::Bad, "返却"),
        _ => badge(Tone::Neutral, state),
    }
}

/// The list.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let unit = call.look().await?;
    render(&call, unit, None).await
}

async fn render(call: &Call, mut unit: Unit, fault: Option<Fault>) -> Result<Reply, Fault> {
    unit.permit(call.action, "kodomo.payment").await?;
    let payments = store::of_office(&mut unit.tx, call.staff.office()).await?;
    let subjects: Vec<i64> = payments.iter().filter_map(|p| p.subject).collect();
    unit.bulk(&subjects, &["kodomo.payment"]);
    let runs = store::transfers(&mut unit.tx, call.staff.office()).await?;
    let errors: Vec<FieldError> =
        fault.iter().flat_map(|f| &f.fields).map(|f| FieldError { field: f.field.into(), message: f.message.clone() }).collect();
    let error = |name: &str| errors.iter().find(|e| e.field == name).map(|e| e.message.as_str());
    let rows = payments.iter().map(row).collect();
    let open: Yen = payments.iter().filter(|p| p.state == "open").map(|p| p.amount).sum();
    let list = Table {
        caption: "支払".into(),
        columns: vec![
            Column::text("件名"),
            Column::text("支払先"),
            Column::number("金額"),
            Column::text("期限"),
            Column::text("状態"),
            Column::text("返却"),
        ],
        rows,
        empty: ("支払はまだありません".into(), "給付や請求が決裁されると、ここに並びます。".into()),
        filter: true,
        select: Some(Select { name: "payment".into(), form: Some("run".into()) }),
        ..Table::default()
    };
    let day =
        call.form.some("pay_on").map_or_else(|| wareki(reference::holidays::bank_day_from(call.city.today())), str::to_owned);
    let body = html! {
        (error_summary(&errors))
        (Field::new("pay_on", "振込指定日").required().value(&day).hint("銀行の営業日").error(error("pay_on")).date())
        (button_row(&[Action::submit("選んだ支払の振込を起案").key("F9").primary()], html! {}))
    };
    let run_rows = runs.iter().map(|t| {
        let state = if t.state == "taken" { badge(Tone::Ok, "持出し済") } else { badge(Tone::Info, "作成済") };
        let cells = vec![t.number.clone().into(), wareki_short(t.pay_on).into(), t.count.into(), t.total.into(), state.into()];
        Row::new(cells).opens(format!("/payments/transfers/{}", t.id))
    });
    let run_list = Table {
        caption: "振込".into(),
        columns: vec![
            Column::text("番号"),
            Column::text("振込日"),
            Column::number("件数"),
            Column::number("合計"),
            Column::text("状態"),
        ],
        rows: run_rows.collect(),
        empty: ("振込はまだありません".into(), "起案が承認されると、全銀ファイルができます。".into()),
        ..Table::default()
    };
    let main = html! {
        (card("支払", &format!("未払 {open}"), html! {
            (table(&list))
            (button_row(&[
                Action::link("支払台帳(CSV)", "/payments/ledger").key("F8").file(),
                Action::link("振込不能のファイル", "/payments/returns"),
                Action::link("返還金", "/payments/demands"),
            ], html! {}))
        }))
        (card("振込の起案", "起案者と決裁者は別の人です", post_form("run", "/payments/transfers", false, &call.hidden(), body)))
        (card("振込", "全銀協 総合振込", table(&run_list)))
    };
    let data = serde_json::json!({
        "payments": payments.iter().map(|p| serde_json::json!({
            "id": p.id, "origin": p.origin, "attempt": p.attempt, "title": p.title, "payee": p.payee, "amount": p.amount, "state": p.state,
        })).collect::<Vec<_>>(),
        "transfers": runs.iter().map(|t| serde_json::json!({
            "id": t.id, "number": t.number, "pay_on": t.pay_on.to_string(), "count": t.count, "total": t.total, "state": t.state,
        })).collect::<Vec<_>>(),
    });
    let screen = Screen {
        title: "支払".into(),
        main,
        asked: "支払".into(),
        aside: vec![AsidePanel::text(
            "一度だけ払います",
            "同じ決定への支払は一度だけです。銀行から返却されたときに限り、新しい口座でもう一度払えます。",
        )],
        data,
        status: fault.map_or(0, |_| 422),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

fn row(p: &Payment) -> Row {
    let attempt = if p.attempt > 1 { "再振込".to_owned() } else { String::new() };
    let due = p.due.map_or_else(String::new, wareki_short);
    let back = match p.state.as_str() {
        "sent" => Action::link("返却を登録", &format!("/payments/{}/return", p.id)).render(),
        "returned" => html! { (p.return_reason.as_deref().unwrap_or_default()) },
        _ => html! {},
    };
    let cells = vec![
        p.title.clone().into(),
        p.payee.clone().into(),
        p.amount.into(),
        due.into(),
        html! { (state_badge(&p.state)) " " (attempt) }.into(),
        back.into(),
    ];
    let row = Row::new(cells);
    if p.state == "open" { row.choosable(p.id.to_string(), format!("{} {}", p.title, p.amount)) } else { row }
}

/// Drafts a run over the chosen payments.
pub async fn draft(call: Call, rule: RankRule) -> Result<Reply, Fault> {
    match try_draft(&call, rule).await {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => {
            let unit = call.look().await?;
            render(&call, unit, Some(fault)).await
        }
        other => other,
    }
}

async fn try_draft(call: &Call, rule: RankRule) -> Result<Reply, Fault> {
    let mut reader = call.form.reader();
    let pay_on = reader.date("pay_on", "振込指定日");
    reader.finish()?;
    let payments = call.form.all("payment").iter().filter_map(|v| v.parse().ok()).collect();
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(call.action, "kodomo.payment").await?;
    transfer::draft(&mut unit, &Run { pay_on, payments }, rule).await?;
    unit.commit_as((), "/payments").await?;
    Ok(Reply::See("/payments".into()))
}
