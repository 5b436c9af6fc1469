//! 住民を探す: kana, kanji in any variant, birth date, 宛名番号, address. Results show only what identifies.

use super::{card_of, number_of};
use maud::html;
use platform::Fault;
use ports::ResidentPort;
use webkit::components::{Action, AsidePanel, Column, Row, Table, button_row, card, search_box, table};
use webkit::{Begun, Call, Reply, Screen};

const MOST: usize = 50;

/// The page.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let query = call.query.text("q").to_owned();
    let hits = match query.is_empty() {
        true => vec![],
        false => crate::exchange::Residents.search(&mut unit, &query, MOST).await?,
    };
    let rows = hits.iter().map(|h| {
        let place = h.address.clone().unwrap_or_else(|| "表示しません".into());
        let take = Action::post("案件の対象にする", &format!("{}/take", card_of(&h.atena_no)), call.hidden_owned());
        let take = if call.staff.case.is_some() {
            take.render()
        } else {
            html! { "案件を始めてから" }
        };
        Row::new(vec![
            html! { (h.name) div.note { (h.kana) } }.into(),
            h.birth.clone().into(),
            h.sex.clone().into(),
            place.into(),
            h.status.clone().into(),
            h.atena_no.to_string().into(),
            take.into(),
        ])
    });
    let empty = if query.is_empty() {
        ("探す言葉を入れてください".to_owned(), "カナ、漢字(異体字でも)、生年月日、宛名番号、住所の一部で探せます。".to_owned())
    } else {
        ("該当する人はいません".to_owned(), "言葉を減らすか、生年月日だけで探してください。".to_owned())
    };
    let list = Table {
        caption: "見つかった人".into(),
        columns: vec![
            Column::text("氏名"),
            Column::text("生年月日"),
            Column::text("性別"),
            Column::text("住所"),
            Column::text("状態"),
            Column::text("宛名番号"),
            Column::text("操作").unseen(),
        ],
        rows: rows.collect(),
        empty,
        ..Table::default()
    };
    let main = html! {
        (card("探す", "例: タカサキ ソウタ / 髙﨑 / R2.11.3 / 港町2-7", html! { (search_box("/juki/search", "q", &query, Some("/juki/person/"))) }))
        (card("見つかった人", &format!("{}人(最大{MOST}人)", hits.len()), table(&list)))
        (button_row(&[Action::link("転入を入力する", "/juki/move-in").key("F9")], html! {}))
    };
    let data = serde_json::json!({ "hits": hits.iter().map(|h| serde_json::json!({
        "atena_no": h.atena_no, "name": h.name, "kana": h.kana, "birth": h.birth, "sex": h.sex, "address": h.address, "status": h.status,
    })).collect::<Vec<_>>() });
    let aside = vec![AsidePanel::text(
        "探したことも残ります",
        "見つかった人の閲覧履歴には「検索」として載ります。案件の対象にすると「求めた」になります。",
    )];
    let screen =
        Screen {
            title: "住民を探す".into(), main, aside, incidental: "氏名・生年月日・住所".into(), data, ..Screen::default()
        };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Takes a person into the open case and opens the card.
pub async fn take(call: Call) -> Result<Reply, Fault> {
    let number = number_of(&call)?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let subject = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("この宛名番号の人"))?;
    unit.take_into_case(subject).await?;
    unit.require(subject, &["juki.identify"]).await?;
    let to = card_of(&number);
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
