//! 符号要求: who has a 符号, who waits for one and since when, and the way to ask again. People are 団番 here; who one is, is looked up in a case.

use crate::lines::Lines;
use crate::model::NUMBER;
use crate::store;
use crate::usecases::request_codes;
use kernel::access::Action::Search;
use kernel::ident::DanNo;
use kernel::money::grouped;
use kernel::time::{civil, wareki_short};
use maud::{Markup, html};
use platform::fault::FaultKind;
use platform::{Fault, Unit};
use std::sync::Arc;
use webkit::components::{
    Action, AsidePanel, Column, Row, Table, Tone, badge, button_row, card, definition_list, post_form, table,
};
use webkit::{Begun, Call, Reply, Screen};
use wire::acquire::{AcquisitionStatus, WithoutCode};

/// The page.
pub const PAGE: &str = "/hub/codes";

fn state_ja(state: &str) -> (Tone, &'static str) {
    match state {
        "BOUND" => (Tone::Ok, "取得済"),
        "REQUESTED" => (Tone::Info, "取得中"),
        _ => (Tone::Warn, "取得できません"),
    }
}

/// Where everybody stands.
pub async fn show(call: Call, lines: Arc<dyn Lines>) -> Result<Reply, Fault> {
    // Nobody waits for the gateway while a snapshot is open.
    let told = lines.codes().await;
    let mut unit = call.look().await?;
    unit.permit(Search, NUMBER).await?;
    let people = store::people(&mut unit.tx).await?;
    let (status, why) = match told {
        Ok(status) => (status, "この市は中間サーバーにつながっていません".to_owned()),
        Err(fault) if fault.kind == FaultKind::Unavailable => (None, format!("{}。{}", fault.what, fault.todo)),
        Err(fault) => (None, fault.to_string()),
    };
    let Some(status) = status else {
        let main =
            card("符号の取得状況", "", html! { p { (why) } (definition_list(&[("付番済", html! { (grouped(people)) "人" })])) });
        let data = serde_json::json!({ "people": people, "reached": false });
        let screen = Screen { title: "符号要求".into(), main, data, ..Screen::default() };
        return Ok(Reply::Page(unit.commit(screen).await?));
    };
    record(&mut unit, &status).await?;
    let known: i64 = status.counts.iter().map(|c| c.people).sum();
    let main = html! {
        (card("符号の取得状況", &format!("付番済 {}人", grouped(people)), counts(&call, &status, people - known)))
        (card("符号のない人", "待っている期間が長い順に200人まで", without(&call, &status.without)))
    };
    let data = serde_json::json!({
        "people": people, "reached": true, "untold": (people - known).max(0), "counts": status.counts,
        "without_code": status.without.iter().map(|p| serde_json::json!({
            "dan_no": p.dan, "state": p.state, "reason": p.reason, "since": p.since,
        })).collect::<Vec<_>>(),
    });
    let screen = Screen {
        title: "符号要求".into(),
        main,
        aside: vec![
            AsidePanel::text(
                "氏名は出ません",
                "だれのことかは、番号から案件の対象にして確かめます。要求も見たことも記録します。",
            ),
            AsidePanel::text(
                "取得できないとき",
                "住民票コードのない人(死亡・国外転出など)の符号は取得できません。符号の重複は、同じ人に二つの番号がある疑いです。名寄せを確かめてください。",
            ),
        ],
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Records who was listed, as one look.
async fn record(unit: &mut Unit, status: &AcquisitionStatus) -> Result<(), Fault> {
    let mut subjects = vec![];
    for person in &status.without {
        for link in store::links_of_dan(&mut unit.tx, &person.dan).await?.into_iter().take(1) {
            subjects.extend(unit.find_subject(&link.atena_no).await?);
        }
    }
    unit.bulk(&subjects, &[NUMBER]);
    Ok(())
}

fn counts(call: &Call, status: &AcquisitionStatus, untold: i64) -> Markup {
    let mut rows: Vec<Row> = vec![];
    for c in &status.counts {
        let (tone, words) = state_ja(&c.state);
        rows.push(Row::new(vec![
            badge(tone, words).into(),
            c.reason.clone().into(),
            c.people.into(),
            if c.state == "BOUND" { String::new() } else { wareki_short(civil(c.oldest)) }.into(),
        ]));
    }
    if untold > 0 {
        rows.push(Row::new(vec![
            badge(Tone::Warn, "未要求").into(),
            "中間サーバーにまだ知らせていません".into(),
            untold.into(),
            "".into(),
        ]));
    }
    let list = Table {
        caption: "符号の取得状況".into(),
        columns: vec![Column::text("状態"), Column::text("理由"), Column::number("人数"), Column::text("最も古いもの")],
        rows,
        empty: ("符号を取得する人はまだいません".into(), "付番されると、取得が始まります。".into()),
        ..Table::default()
    };
    let again = button_row(
        &[Action::submit("符号のない人の分をもう一度要求する").key("F9"), Action::link("統合宛名へ戻る", "/hub").key("F6")],
        html! { "取得済の人は変わりません" },
    );
    html! { (table(&list)) (post_form("again", PAGE, false, &call.hidden(), again)) }
}

fn without(call: &Call, people: &[WithoutCode]) -> Markup {
    let in_case = call.staff.case.is_some();
    let rows = people.iter().map(|p| {
        let (tone, words) = state_ja(&p.state);
        let ask = match (p.state.as_str(), in_case) {
            ("REQUESTED", _) => html! { "自動で継続" },
            (_, false) => html! { "案件が必要" },
            _ => post_form(
                &format!("again-{}", p.dan),
                &format!("{PAGE}/{}", p.dan),
                false,
                &call.hidden(),
                button_row(&[Action::submit("要求")], html! {}),
            ),
        };
        Row::new(vec![
            html! { a href=(format!("/hub/dan/{}", p.dan)) { (p.dan) } }.into(),
            badge(tone, words).into(),
            p.reason.clone().into(),
            wareki_short(civil(p.since)).into(),
            ask.into(),
        ])
    });
    table(&Table {
        caption: "符号のない人".into(),
        columns: ["団体内統合宛名番号", "状態", "理由", "いつから", "もう一度の要求"].map(Column::text).into(),
        rows: rows.collect(),
        empty: ("符号のない人はいません".into(), "全員の符号を取得済です。".into()),
        filter: true,
        ..Table::default()
    })
}

/// Has everybody without a 符号 asked for again.
pub async fn again(call: Call) -> Result<Reply, Fault> {
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(call.action, NUMBER).await?;
    let job = request_codes::start(&mut unit).await?;
    let to = format!("/jobs/{job}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// Has one person asked for again.
pub async fn one(call: Call, lines: Arc<dyn Lines>) -> Result<Reply, Fault> {
    let dan_no = DanNo::parse(call.part("dan")).map_err(|_| Fault::missing("団体内統合宛名番号"))?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    request_codes::one(&mut unit, lines.as_ref(), &dan_no).await?;
    unit.commit_as((), PAGE).await?;
    Ok(Reply::See(PAGE.into()))
}
