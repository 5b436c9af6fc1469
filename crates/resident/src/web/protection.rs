//! 支援措置: who is protected, until when, and what the office has to do next. Only for those whom the policy lets see it.

use super::{card_of, errors_of, number_of};
use crate::record;
use crate::store;
use crate::usecases::protection_term::{Settle, Step, draft, remind, standing_of};
use kernel::access::Action as Access;
use kernel::ident::AtenaNo;
use kernel::time::wareki_short;
use law::resident::protection::Standing;
use maud::html;
use platform::fault::FaultKind;
use platform::{Fault, Unit};
use webkit::components::{
    Action, AsidePanel, Column, Field, Row, Table, Tone, badge, button_row, card, error_summary, message, post_form, table,
};
use webkit::{Begun, Call, Reply, Screen};

const LIST: &str = "/juki/protections";

/// The list. Terms that have come near their end go into the queue as it is opened.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut unit = Unit::change(&call.city, &call.staff, call.screen, Access::Look).await?;
    unit.permit(Access::Look, "juki.protection").await?;
    remind(&mut unit).await?;
    let today = unit.today();
    let (mut rows, mut data) = (vec![], vec![]);
    for row in store::open_protections(&mut unit.tx).await? {
        let number = AtenaNo::parse(&row.atena_no).map_err(|_| Fault::missing("宛名番号"))?;
        let subject = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        let seen = unit.see(subject, &["juki.identify", "juki.protection"]).await?;
        if !seen.has("juki.identify") || !seen.has("juki.protection") {
            continue;
        }
        let person = record::current(&mut unit, &number, today).await?;
        let standing = standing_of(&unit, &row)?;
        let tone = if standing == Standing::Active { Tone::Ok } else { Tone::Warn };
        let base = card_of(&number);
        let step = match (row.state.as_str(), standing) {
            ("仮", _) => html! { a href=(format!("{LIST}/{number}/start")) { "本決定" } },
            (_, Standing::Active) => html! {},
            _ => html! { a href=(format!("{LIST}/{number}/extend")) { "延長" } },
        };
        rows.push(Row::new(vec![
            html! { (person.name) div.note { (person.kana) } }.into(),
            row.atena_no.clone().into(),
            row.state.clone().into(),
            format!("{}〜{}", wareki_short(row.from_on), wareki_short(row.until_on)).into(),
            badge(tone, standing.label_ja()).into(),
            html! { (step) " " a href=(base) { "終了・記録" } }.into(),
        ]));
        data.push(serde_json::json!({
            "atena_no": row.atena_no, "state": row.state, "from": row.from_on, "until": row.until_on, "standing": standing.label_ja(),
        }));
    }
    let empty = if call.staff.case.is_some() {
        ("支援措置の対象の方はいません".to_owned(), "申出を受けたら、住民票の記録の画面で仮支援措置を始めます。".to_owned())
    } else {
        ("案件を始めてから開いてください".to_owned(), "だれが支援措置を受けているかは、案件の中でだけ表示します。".to_owned())
    };
    let columns = ["氏名", "宛名番号", "状態", "期間", "いま", "手続"].map(Column::text);
    let all =
        Table {
            caption: "支援措置の対象の方".into(), columns: columns.into(), rows, filter: true, empty, ..Table::default()
        };
    let screen = Screen {
        title: "支援措置".into(),
        main: card("支援措置の対象の方", "満了の早い順", table(&all)),
        aside: vec![AsidePanel::text(
            "満了しても、抑止は続きます",
            "終わらせるのは終了の手続だけです。満了の1か月前から処理待ちに載ります。",
        )],
        incidental: "氏名・支援措置".into(),
        data: serde_json::json!({ "protections": data }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

fn step_of(call: &Call) -> Result<Step, Fault> {
    match call.part("step") {
        "start" => Ok(Step::Start),
        "extend" => Ok(Step::Extend),
        _ => Err(Fault::missing("支援措置の手続")),
    }
}

/// The form of 本決定 or 延長.
pub async fn form(call: Call) -> Result<Reply, Fault> {
    render(&call, None).await
}

async fn render(call: &Call, fault: Option<Fault>) -> Result<Reply, Fault> {
    let (number, step) = (number_of(call)?, step_of(call)?);
    let mut unit = Unit::look(&call.city, &call.staff, call.screen, Access::Look).await?;
    let subject = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
    unit.require(subject, &["juki.identify", "juki.protection"]).await?;
    let today = unit.today();
    let person = record::current(&mut unit, &number, today).await?;
    let errors = errors_of(fault.as_ref());
    let wrong = errors.iter().find(|e| e.field == "evidence").map(|e| e.message.as_str());
    let label = step.label_ja();
    let path = format!("{LIST}/{number}/{}", call.part("step"));
    let body = html! {
        (error_summary(&errors))
        (Field::new("evidence", "根拠").required().value(call.form.text("evidence")).hint("申出書、相談機関の意見と日付").error(wrong).wide().text())
        (button_row(&[Action::submit(&format!("{label}を起案")).key("F9").primary(), Action::link("戻る", LIST).key("F6")], html! {}))
    };
    let main = html! {
        (message(Tone::Info, "課長が決裁します", html! { "本決定の期間は決裁の日から1年、延長の期間は前の満了日の翌日から1年です。" }))
        (card(label, &person.name, post_form("protection", &path, false, &call.hidden(), body)))
    };
    let screen = Screen {
        title: label.into(),
        main,
        asked: "氏名・支援措置".into(),
        data: serde_json::json!({ "atena_no": number, "step": label }),
        status: fault.map_or(0, |_| 422),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Drafts it.
pub async fn settle(call: Call) -> Result<Reply, Fault> {
    let command = Settle { number: number_of(&call)?, step: step_of(&call)?, evidence: call.form.text("evidence").to_owned() };
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    match draft(&mut unit, &command).await {
        Err(fault) if fault.kind == FaultKind::Invalid => {
            drop(unit);
            render(&call, Some(fault)).await
        }
        Err(fault) => Err(fault),
        Ok(_) => {
            unit.commit_as((), LIST).await?;
            Ok(Reply::See(LIST.into()))
        }
    }
}
