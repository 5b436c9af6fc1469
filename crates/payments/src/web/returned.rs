//! 振込不能: one payment by hand, or the bank's list as a file.

use crate::store;
use crate::usecases::bank_file::register_file;
use crate::usecases::register_return::{REASONS, Return, register_return};
use kernel::time::wareki;
use maud::html;
use platform::fault::FaultKind;
use platform::{Fault, Unit};
use webkit::components::{Action, Choice, Field, FieldError, button_row, card, definition_list, error_summary, post_form};
use webkit::{Begun, Call, Reply, Screen};

const LIST: &str = "/payments";

fn errors(fault: Option<&Fault>) -> Vec<FieldError> {
    fault.iter().flat_map(|f| &f.fields).map(|f| FieldError { field: f.field.into(), message: f.message.clone() }).collect()
}

fn said<'a>(errors: &'a [FieldError], name: &str) -> Option<&'a str> {
    errors.iter().find(|e| e.field == name).map(|e| e.message.as_str())
}

/// Asks for day and reason.
pub async fn ask(call: Call) -> Result<Reply, Fault> {
    let unit = call.look().await?;
    one(&call, unit, None).await
}

async fn one(call: &Call, mut unit: Unit, fault: Option<Fault>) -> Result<Reply, Fault> {
    let payment = store::find(&mut unit.tx, call.id("id")?).await?;
    if payment.office != call.staff.office() {
        return Err(Fault::missing("支払"));
    }
    match payment.subject {
        Some(subject) => drop(unit.require(subject, &["kodomo.payment"]).await?),
        None => unit.permit(kernel::access::Action::Look, "kodomo.payment").await?,
    }
    let errors = errors(fault.as_ref());
    let choices: Vec<Choice<'_>> = REASONS.iter().map(|(_, word)| Choice { value: word, label: word, note: "" }).collect();
    let on = call.form.some("on").map_or_else(|| wareki(call.city.today()), str::to_owned);
    let reason = call.form.some("reason").unwrap_or(REASONS[0].1).to_owned();
    let body = html! {
        (error_summary(&errors))
        (Field::new("on", "返却日").required().value(&on).error(said(&errors, "on")).date())
        (Field::new("reason", "理由").required().value(&reason).error(said(&errors, "reason")).radio(&choices))
        (button_row(&[Action::link("支払へ戻る", LIST).key("F6"), Action::submit("返却を登録").key("F9").primary()], html! {}))
    };
    let main = card(
        "振込不能の登録",
        "銀行の通知のとおりに入れます",
        html! {
            (definition_list(&[
                ("件名", html! { (payment.title) }),
                ("支払先", html! { (payment.payee) }),
                ("金額", html! { (payment.amount) }),
                ("振込日", html! { @if let Some(day) = payment.paid_on { (wareki(day)) } }),
            ]))
            (post_form("return", &format!("/payments/{}/return", payment.id), false, &call.hidden(), body))
        },
    );
    let data = serde_json::json!({ "id": payment.id, "amount": payment.amount, "state": payment.state });
    let status = fault.map_or(0, |_| 422);
    let screen =
        Screen { title: "振込不能の登録".into(), main, asked: "支払".into(), data, status, ..Screen::default() };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Registers that the bank returned a payment.
pub async fn register(call: Call) -> Result<Reply, Fault> {
    match try_register(&call).await {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => {
            let unit = call.look().await?;
            one(&call, unit, Some(fault)).await
        }
        other => other,
    }
}

async fn try_register(call: &Call) -> Result<Reply, Fault> {
    let mut reader = call.form.reader();
    let on = reader.optional_date("on", "返却日").unwrap_or_else(|| call.city.today());
    let reason = reader.choice("reason", "理由", &REASONS.map(|(_, word)| word));
    reader.finish()?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    register_return(&mut unit, Return { payment: call.id("id")?, on, reason: &reason }).await?;
    unit.commit_as((), LIST).await?;
    Ok(Reply::See(LIST.into()))
}

/// Asks for the bank's list.
pub async fn ask_file(call: Call) -> Result<Reply, Fault> {
    let unit = call.look().await?;
    many(&call, unit, None).await
}

async fn many(call: &Call, unit: Unit, fault: Option<Fault>) -> Result<Reply, Fault> {
    let errors = errors(fault.as_ref());
    let on = call.form.some("on").map_or_else(|| wareki(call.city.today()), str::to_owned);
    let body = html! {
        (error_summary(&errors))
        (Field::new("on", "返却日").required().value(&on).error(said(&errors, "on")).date())
        (Field::new("file", "振込不能の明細").required().error(said(&errors, "file")).hint("支払番号,金額,理由 のCSV、または総合振込と同じ120桁の結果ファイル").file(".csv,.CSV,.txt,.TXT,.dat"))
        (button_row(&[Action::link("支払へ戻る", LIST).key("F6"), Action::submit("返却を登録").key("F9").primary()], html! {}))
    };
    let main = card(
        "振込不能のファイル",
        "一件でも合わなければ、何も登録しません",
        post_form("returns", "/payments/returns", true, &call.hidden(), body),
    );
    let status = fault.map_or(0, |_| 422);
    let screen = Screen { title: "振込不能のファイル".into(), main, status, ..Screen::default() };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Registers the bank's list, all of it or nothing.
pub async fn register_many(call: Call) -> Result<Reply, Fault> {
    match try_many(&call).await {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => {
            let unit = call.look().await?;
            many(&call, unit, Some(fault)).await
        }
        other => other,
    }
}

async fn try_many(call: &Call) -> Result<Reply, Fault> {
    let mut reader = call.form.reader();
    let on = reader.date("on", "返却日");
    if call.uploads.is_empty() {
        reader.problem("file", "銀行から届いた明細のファイルを選んでください");
    }
    reader.finish()?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(call.action, "kodomo.payment").await?;
    let mut returned = 0;
    for upload in &call.uploads {
        returned += register_file(&mut unit, on, &upload.body).await?;
    }
    unit.note(format!("payments.returns: {returned}"));
    unit.commit_as((), LIST).await?;
    Ok(Reply::See(LIST.into()))
}
