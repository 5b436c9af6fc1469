//! 団体内統合宛名: counts without any person, and the form that looks one up.

use super::programme_ja;
use crate::model::{LINK, NUMBER};
use crate::store;
use kernel::access::Action::Search;
use kernel::ident::{AtenaNo, DanNo};
use kernel::money::grouped;
use maud::html;
use platform::fault::FaultKind;
use platform::{Fault, Unit};
use webkit::components::{
    Action, AsidePanel, Column, Field, FieldError, Row, Table, button_row, card, definition_list, error_summary, pair, post_form,
    table,
};
use webkit::{Begun, Call, Reply, Screen};

/// The page.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let unit = call.look().await?;
    render(&call, unit, None).await
}

async fn render(call: &Call, mut unit: Unit, fault: Option<Fault>) -> Result<Reply, Fault> {
    unit.permit(Search, NUMBER).await?;
    let (people, changes) = (store::people(&mut unit.tx).await?, store::changes(&mut unit.tx).await?);
    let counts = store::counts(&mut unit.tx).await?;
    let outsiders = store::count_outsiders(&mut unit.tx).await?;
    let rows = counts.iter().map(|c| {
        Row::new(vec![
            programme_ja(&call.city, &c.programme).into(),
            c.links.into(),
            c.joined.into(),
            (c.links - c.joined).into(),
        ])
    });
    let list = Table {
        caption: "業務ごとの連携".into(),
        columns: vec![Column::text("業務"), Column::number("連携"), Column::number("付番済"), Column::number("付番待ち")],
        rows: rows.collect(),
        empty: ("連携はまだありません".into(), "住民の記載や業務の資格登録があると、ここに数が出ます。".into()),
        filter: true,
        ..Table::default()
    };
    let errors: Vec<FieldError> =
        fault.iter().flat_map(|f| &f.fields).map(|f| FieldError { field: f.field.into(), message: f.message.clone() }).collect();
    let typed = call.form.text("number");
    let number =
        Field::new("number", "宛名番号").required().value(typed).hint("15桁").error(errors.first().map(|e| e.message.as_str()));
    let look_up = html! {
        (error_summary(&errors))
        (number.digits())
        (button_row(&[Action::submit("照会").primary()], html! { "案件の対象者として記録します" }))
    };
    let main = html! {
        (pair(
            card("番号の数", "", definition_list(&[
                ("団体内統合宛名番号", html! { (grouped(people)) "件" }),
                ("個人番号の変更", html! { (grouped(changes)) "件" }),
                ("住登外者", html! { (grouped(outsiders)) "件" }),
            ])),
            card("一人を照会する", "案件が必要です", post_form("look-up", "/hub", false, &call.hidden(), look_up)),
        ))
        (card("連携", "", table(&list)))
        (button_row(&[Action::link("統合宛名を探す", super::search::PAGE), Action::link("番号の変換", super::translate::PAGE)], html! {}))
    };
    let data = serde_json::json!({
        "people": people,
        "number_changes": changes,
        "outsiders": outsiders,
        "programmes": counts.iter().map(|c| serde_json::json!({ "programme": c.programme, "links": c.links, "joined": c.joined })).collect::<Vec<_>>(),
    });
    let waiting = "出生などで個人番号がまだ分からない人の連携です。番号が通知されると、付番されます。";
    let screen = Screen {
        title: "団体内統合宛名".into(),
        main,
        aside: vec![AsidePanel::text("付番待ちとは", waiting)],
        data,
        status: fault.map_or(0, |_| 422),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Takes the person into the open case and leads to the record.
pub async fn look_up(call: Call) -> Result<Reply, Fault> {
    match try_look_up(&call).await {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => {
            let unit = call.look().await?;
            render(&call, unit, Some(fault)).await
        }
        other => other,
    }
}

async fn try_look_up(call: &Call) -> Result<Reply, Fault> {
    let number = AtenaNo::parse(call.form.text("number")).map_err(|e| Fault::field("number", e.to_string()))?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let unknown = || Fault::field("number", "この宛名番号の記録はありません。番号を確かめてください");
    let subject = unit.find_subject(&number).await?.ok_or_else(unknown)?;
    unit.take_into_case(subject).await?;
    unit.require(subject, &[NUMBER, LINK]).await?;
    let to = format!("/hub/{number}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// A 団番 to which a page of the gateway leads: the gateway knows no name. Nobody is shown before they are in the open case.
pub async fn of_number(call: Call) -> Result<Reply, Fault> {
    let dan_no = dan_of(&call)?;
    let mut unit = call.look().await?;
    unit.permit(Search, NUMBER).await?;
    let take = Action::post("案件の対象にして照会する", &format!("/hub/dan/{dan_no}"), call.hidden_owned());
    let main = card(
        "団体内統合宛名番号",
        "氏名は、案件の対象にしてから出ます",
        html! {
            (definition_list(&[("団体内統合宛名番号", html! { (dan_no) })]))
            @if call.staff.case.is_some() { (button_row(&[take, Action::link("統合宛名へ戻る", "/hub").key("F6")], html! {})) }
            @else { p { "案件を始めてから照会します。" } }
        },
    );
    let data = serde_json::json!({ "dan_no": dan_no.as_str() });
    let screen = Screen { title: "団体内統合宛名番号からの照会".into(), main, data, ..Screen::default() };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Takes whoever has the 団番 into the open case, under the number that stands for the person.
pub async fn take_number(call: Call) -> Result<Reply, Fault> {
    let dan_no = dan_of(&call)?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let mut links = store::links_of_dan(&mut unit.tx, &dan_no).await?;
    links.sort_by_key(|link| !link.unified);
    let number = links.into_iter().next().ok_or_else(|| Fault::missing("団体内統合宛名番号"))?.atena_no;
    let subject = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("宛名番号"))?;
    unit.take_into_case(subject).await?;
    unit.require(subject, &[NUMBER, LINK]).await?;
    let to = format!("/hub/{number}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

fn dan_of(call: &Call) -> Result<DanNo, Fault> {
    DanNo::parse(call.part("dan")).map_err(|_| Fault::missing("団体内統合宛名番号"))
}
