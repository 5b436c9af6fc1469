//! Modes and troubles on demand: test mode, outage, delay, loss, duplication, reordering.

use super::board::service;
use crate::faults::{Faults, MOST};
use crate::model::SERVICE;
use crate::store;
use kernel::access::Action::Administer;
use maud::html;
use platform::fault::FaultKind;
use platform::{Fault, Unit};
use webkit::components::{Action, AsidePanel, Field, FieldError, button_row, card, error_summary, field_group, post_form};
use webkit::{Begun, Call, Reply, Screen};

/// The page.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let unit = call.look().await?;
    render(&call, unit, None).await
}

async fn render(call: &Call, mut unit: Unit, fault: Option<Fault>) -> Result<Reply, Fault> {
    unit.permit(Administer, SERVICE).await?;
    let faults = store::faults(&mut unit.tx).await?;
    let errors: Vec<FieldError> =
        fault.iter().flat_map(|f| &f.fields).map(|f| FieldError { field: f.field.into(), message: f.message.clone() }).collect();
    let number = |name: &'static str, label: &'static str, value: u16, hint: &'static str| {
        let typed = call.form.some(name).map_or_else(|| value.to_string(), str::to_owned);
        let error = errors.iter().find(|e| e.field == name).map(|e| e.message.clone());
        html! { (Field::new(name, label).value(&typed).hint(hint).error(error.as_deref()).unmarked().digits()) }
    };
    let modes = html! {
        (Field::new("production", "本番を受け付ける").unmarked().checkbox(faults.production))
        (Field::new("test", "連携テストを受け付ける").unmarked().checkbox(faults.test))
        (Field::new("outage", "停止する(受信も送信もしない)").unmarked().checkbox(faults.outage))
    };
    let troubles = html! {
        (number("loss", "欠落", faults.loss, "電文1,000件当たりの件数(900まで)"))
        (number("twice", "重複", faults.twice, "電文1,000件当たりの件数(900まで)"))
        (number("delay", "遅延", faults.delay, "最長の秒数(3,600まで)"))
        (Field::new("reorder", "順序を入れ替える").unmarked().checkbox(faults.reorder))
    };
    let form = html! {
        (error_summary(&errors))
        (field_group("受付", modes))
        (field_group("障害の模擬", troubles))
        (button_row(&[Action::submit("この設定にする").primary()], html! { "すぐに効きます。再起動しても残ります" }))
    };
    let main = html! {
        (card("いまの状態", "", service(&faults)))
        (card("設定", "", post_form("modes", "/network/modes", false, &call.hidden(), form)))
    };
    let data = serde_json::json!({
        "production": faults.production, "test": faults.test, "outage": faults.outage, "loss": faults.loss, "twice": faults.twice,
        "delay": faults.delay, "reorder": faults.reorder,
    });
    let note = "欠落・重複・遅延・順序の入替えは、連携する機関が回復することを確かめる試験のための設定です。";
    let aside = vec![AsidePanel::text("障害の模擬", note)];
    let status = fault.map_or(0, |_| 422);
    Ok(Reply::Page(
        unit.commit(Screen { title: "モードと障害の設定".into(), main, aside, data, status, ..Screen::default() }).await?,
    ))
}

/// Sets them.
pub async fn set(call: Call) -> Result<Reply, Fault> {
    match try_set(&call).await {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => {
            let unit = call.look().await?;
            render(&call, unit, Some(fault)).await
        }
        other => other,
    }
}

async fn try_set(call: &Call) -> Result<Reply, Fault> {
    let ticked = |name: &str| call.form.ticked(name);
    let number = |name: &'static str, most: u16| -> Result<u16, Fault> {
        let text = call.form.some(name).unwrap_or("0").trim();
        let value = text.parse().ok().filter(|n| *n <= most);
        value.ok_or_else(|| Fault::field(name, format!("0から{most}までの数字で入力してください")))
    };
    let faults = Faults {
        production: ticked("production"),
        test: ticked("test"),
        outage: ticked("outage"),
        loss: number("loss", MOST)?,
        twice: number("twice", MOST)?,
        delay: number("delay", 3600)?,
        reorder: ticked("reorder"),
    };
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(Administer, SERVICE).await?;
    store::set_faults(&mut unit.tx, &faults).await?;
    unit.note("モードと障害の設定を変えた");
    unit.commit_as((), "/network/modes").await?;
    Ok(Reply::See("/network/modes".into()))
}
