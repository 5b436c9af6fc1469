//! One person, by 団番, in a case: flags, consents, records and what is in the replica without its contents. No name and no other number.

use super::records::{hiders, record_json, record_table};
use super::{at, desk, done};
use crate::interfaces::desk::Person;
use crate::interfaces::replica::{Line, lines};
use crate::keeper::Keeper;
use crate::model::{RECORD, REPLICA};
use crate::record;
use crate::rights::keep_allowed;
use crate::store::registers;
use kernel::access::Action as Act;
use kernel::ident::{AtenaNo, DanNo};
use kernel::time::wareki_short;
use maud::html;
use platform::Fault;
use platform::fault::FaultKind;
use serde_json::json;
use webkit::components::{
    Action, AsidePanel, Column, Field, FieldError, Row, Table, Tone, badge, button_row, card, definition_list, error_summary,
    post_form, table,
};
use webkit::{Begun, Call, Reply, Screen};

/// The page on which a person is asked for.
pub async fn ask(call: Call) -> Result<Reply, Fault> {
    render(&call, None).await
}

async fn render(call: &Call, fault: Option<Fault>) -> Result<Reply, Fault> {
    let unit = call.look().await?;
    let errors: Vec<FieldError> =
        fault.iter().flat_map(|f| &f.fields).map(|f| FieldError { field: f.field.into(), message: f.message.clone() }).collect();
    let typed = call.form.text("number");
    let error = errors.first().map(|e| e.message.as_str());
    let number = Field::new("number", "団体内統合宛名番号").required().value(typed).hint("15桁").error(error);
    let body = html! {
        (error_summary(&errors))
        (number.digits())
        (button_row(&[Action::submit("照会").primary()], html! { "案件の対象者として記録します" }))
    };
    let main = card("一人を照会する", "案件が必要です", post_form("look-up", "/gateway/people", false, &call.hidden(), body));
    let screen =
        Screen {
            title: "情報連携(個人)".into(), main, data: json!({}), status: fault.map_or(0, |_| 422), ..Screen::default()
        };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Takes the person into the open case and leads to the page.
pub async fn look_up(call: Call) -> Result<Reply, Fault> {
    match try_look_up(&call).await {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => render(&call, Some(fault)).await,
        other => other,
    }
}

async fn try_look_up(call: &Call) -> Result<Reply, Fault> {
    let dan = DanNo::parse(call.form.text("number")).map_err(|e| Fault::field("number", e.to_string()))?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let subject = record::subject(&mut unit.tx, &dan).await?;
    unit.take_into_case(subject).await?;
    unit.require(subject, &[RECORD, REPLICA]).await?;
    let to = format!("/gateway/people/{dan}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

fn replica_table(keeper: &Keeper, all: &[Line]) -> Table {
    let flag = |on: bool| {
        if on {
            badge(Tone::Warn, "設定")
        } else {
            html! {}
        }
    };
    let rows = all.iter().map(|l| {
        let until = l.to.map(wareki_short).unwrap_or_default();
        Row::new(vec![
            keeper.profile().data_set_ja(l.data_set.id.as_str()).into(),
            l.key.to_string().into(),
            wareki_short(l.from).into(),
            until.into(),
            flag(l.no_automatic).into(),
            flag(l.undisclosed).into(),
            if l.deleted { badge(Tone::Neutral, "削除済") } else { badge(Tone::Ok, "登録") }.into(),
        ])
    });
    Table {
        caption: "副本".into(),
        columns: vec![
            Column::text("特定個人情報"),
            Column::text("レコードキー"),
            Column::text("公開開始日"),
            Column::text("公開終了日"),
            Column::text("自動応答不可"),
            Column::text("不開示該当"),
            Column::text("状態"),
        ],
        rows: rows.collect(),
        empty: ("副本はありません".into(), "この人の特定個人情報は登録されていません。".into()),
        ..Table::default()
    }
}

/// The page.
pub async fn show(call: Call, keeper: Keeper) -> Result<Reply, Fault> {
    let missing = || Fault::missing("団体内統合宛名番号");
    let dan = DanNo::parse(call.part("dan")).map_err(|_| missing())?;
    let number = AtenaNo::parse(dan.as_str()).map_err(|_| missing())?;
    let mut unit = call.look().await?;
    let subject = unit.find_subject(&number).await?.ok_or_else(missing)?;
    unit.require(subject, &[RECORD, REPLICA]).await?;
    let now = unit.now();
    let flags = registers::flags_of(&mut unit.tx, &dan, now).await?;
    let mut consents = registers::consents(&mut unit.tx, &dan).await?;
    let mut records = registers::records_about(&mut unit.tx, &dan).await?;
    let hiders = hiders(&mut unit, &keeper, &records).await?;
    let has_code = keeper.codes(&mut unit.tx, std::slice::from_ref(&dan)).await?.contains_key(&dan);
    let mut replica = done("副本", lines(&mut desk(&keeper, &mut unit), Person { dan: dan.clone() }).await?)?;
    keep_allowed(&unit, Act::Look, &mut consents, |consent| &consent.data_set);
    keep_allowed(&unit, Act::Look, &mut records, |record| &record.data_set);
    keep_allowed(&unit, Act::Look, &mut replica, |line| line.data_set.id.as_str());
    let flag = |on: bool| {
        if on {
            badge(Tone::Warn, "設定")
        } else {
            html! { "設定なし" }
        }
    };
    let rows = consents.iter().map(|c| {
        Row::new(vec![
            keeper.profile().procedure_ja(&c.procedure_code).into(),
            keeper.profile().data_set_ja(&c.data_set).into(),
            wareki_short(c.given_on).into(),
            c.until.map(wareki_short).unwrap_or_default().into(),
            c.evidence.clone().into(),
        ])
    });
    let consent_list = Table {
        caption: "照会への同意".into(),
        columns: vec![
            Column::text("事務手続"),
            Column::text("特定個人情報"),
            Column::text("同意日"),
            Column::text("期限"),
            Column::text("同意書の所在"),
        ],
        rows: rows.collect(),
        empty: ("同意の記録はありません".into(), "同意が要る照会は、記録するまで市の外へ出ません。".into()),
        ..Table::default()
    };
    let main = html! {
        (card("情報連携の状態", "", definition_list(&[
            ("団体内統合宛名番号", html! { (dan) }),
            ("この人", html! {
                @match &keeper.profile().city_pages {
                    Some(pages) => { a href=(format!("{pages}/hub/dan/{dan}")) { "市の統合宛名で確かめる" } }
                    None => { "市の統合宛名で確かめてください" }
                }
            }),
            ("符号", if has_code { badge(Tone::Ok, "取得済") } else { badge(Tone::Warn, "未取得") }),
            ("自動応答不可", flag(flags.no_automatic)),
            ("不開示該当", flag(flags.undisclosed)),
            ("照会中(是正中)", flag(flags.recalled)),
        ])))
        (card("副本", "権限のある特定個人情報だけ。内容は出ません", table(&replica_table(&keeper, &replica))))
        (card("情報提供等記録", "", table(&record_table(&keeper, &records, &hiders))))
        (card("照会への同意", "", table(&consent_list)))
    };
    let data = json!({
        "dan_no": dan, "has_code": has_code,
        "no_automatic": flags.no_automatic, "undisclosed": flags.undisclosed, "recalled": flags.recalled,
        "replica": replica, "records": record_json(&records, &hiders),
        "consents": consents.iter().map(|c| json!({
            "procedure": c.procedure_code, "data_set": c.data_set, "given_on": c.given_on.to_string(),
            "until": c.until.map(|d| d.to_string()), "evidence": c.evidence, "recorded_at": at(c.recorded_at),
        })).collect::<Vec<_>>(),
    });
    let about = "支援措置が終わっても、自動応答不可と不開示該当は自動では外れません。外すかどうかは職員が決めます。";
    let screen = Screen {
        title: "情報連携(個人)".into(),
        subtitle: dan.to_string(),
        main,
        asked: "情報連携の記録・副本の登録状況".into(),
        aside: vec![AsidePanel::text("設定は自動では外れません", about)],
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}
