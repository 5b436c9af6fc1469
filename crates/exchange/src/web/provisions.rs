//! 情報提供の確認: inquiries of others that no machine may answer. Nobody's name is in the list.

use super::{Desk, at_ja};
use crate::list;
use crate::model::RECORD;
use crate::usecases::{courier::permit_no, provide};
use kernel::access::Action::Search;
use maud::html;
use platform::{Fault, subject};
use webkit::components::{Action, AsidePanel, Column, Row, Table, Tone, badge, card, table};
use webkit::{Begun, Call, Reply, Screen};

/// Page of the list.
pub const LIST: &str = "/exchange/provisions";

/// Why one waits, in words.
fn hold_ja(hold: &str) -> &'static str {
    match hold {
        "recall" => "連携の誤りを確かめている人",
        "record" => "自動で回答しない記録",
        _ => "自動で回答しない人",
    }
}

/// The page.
pub async fn show(call: Call, desk: Desk) -> Result<Reply, Fault> {
    let waiting = match &desk.needs.line {
        Some(line) => provide::waiting(line).await?,
        None => vec![],
    };
    let mut unit = call.look().await?;
    unit.permit(Search, RECORD).await?;
    let names = list()?;
    let (mut rows, mut data) = (vec![], vec![]);
    for p in &waiting {
        let registered = p.state != "HELD";
        let state = match registered {
            true => badge(Tone::Info, "送信の許可待ち"),
            false => badge(Tone::Warn, "確認待ち"),
        };
        let take = Action::post("確かめる", &format!("{LIST}/{}/take", p.permit), call.hidden_owned());
        rows.push(Row::new(vec![
            at_ja(p.since).into(),
            desk.needs.institution_ja(&p.asker).into(),
            names.procedure_ja(&p.procedure).into(),
            names.data_set_ja(&p.data_set).into(),
            hold_ja(&p.hold).into(),
            state.into(),
            html! { @if call.staff.case.is_some() { (take.render()) } @else { "案件を始めてから" } }.into(),
        ]));
        data.push(serde_json::json!({
            "permit": p.permit, "asker": p.asker, "procedure": p.procedure, "data_set": p.data_set, "hold": p.hold, "registered": registered,
        }));
    }
    let columns = ["照会日時", "照会者", "事務手続", "特定個人情報", "待つ理由", "状態"].map(|head| match head {
        "照会者" => Column::text(head).keep(),
        _ => Column::text(head),
    });
    let listed = Table {
        caption: "確認を待つ照会".into(),
        columns: columns.into_iter().chain([Column::text("操作").unseen().keep()]).collect(),
        rows,
        empty: ("確認を待つ照会はありません".into(), "自動で回答しない人への照会が来ると、ここと処理待ちに出ます。".into()),
        filter: true,
        ..Table::default()
    };
    let screen = Screen {
        title: "情報提供の確認".into(),
        main: card("確認を待つ照会", "相手には「回答待ち」とだけ見えています", table(&listed)),
        aside: vec![AsidePanel::next(
            "二人で確かめます",
            &[
                "一人が、照会の内容と本人の事情を確かめて、提供する内容を登録します",
                "別の職員が、送信を許可します",
                "どちらも、だれがいつ見たかが残ります",
            ],
        )],
        data: serde_json::json!({ "waiting": data }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Takes the person asked about into the open case.
pub async fn take(call: Call, desk: Desk) -> Result<Reply, Fault> {
    let permit = permit_no(call.part("permit"))?;
    let asked = crate::messages::question(desk.needs.line()?, &permit).await?;
    let dan = asked.dan.ok_or_else(|| Fault::missing("照会された人"))?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let who = desk.needs.hub.atena_no(&mut unit, &dan).await?.ok_or_else(|| Fault::missing("照会された人の宛名番号"))?;
    let subject = subject::of(&mut unit.tx, &who).await?;
    unit.take_into_case(subject).await?;
    unit.require(subject, &[RECORD]).await?;
    let to = format!("{LIST}/{permit}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
