//! 統合宛名の検索: residents and 住登外者 by two keys, each look recorded.

use crate::model::{OUTSIDER, OUTSIDER_ADDRESS, Outsider};
use crate::store;
use crate::usecases::match_up::dan_of;
use crate::usecases::register_outsider::open_to;
use kernel::access::Action::Search;
use kernel::ident::AtenaNo;
use kernel::text::{kana_key, name_key};
use kernel::time::{PartialDate, wareki_short};
use maud::html;
use platform::{Fault, Unit};
use ports::ResidentPort;
use std::sync::Arc;
use webkit::components::{
    Action, AsidePanel, Column, Field, FieldError, Row, Table, button_row, card, error_summary, get_form, table,
};
use webkit::{Call, Reply, Screen};

/// Page of the search.
pub const PAGE: &str = "/hub/search";
/// Most people that a search shows.
const MOST: usize = 50;

/// Somebody found.
struct Hit {
    atena_no: AtenaNo,
    kind: String,
    name: String,
    kana: String,
    birth: String,
    place: String,
}

/// What was asked for: one key alone would open half a city.
struct Keys {
    birth: PartialDate,
    kana: String,
    name: String,
}

fn keys(call: &Call) -> Result<Option<Keys>, Fault> {
    let [kana, name, birth] = ["kana", "name", "birth"].map(|key| call.query.text(key).trim().to_owned());
    if kana.is_empty() && name.is_empty() && birth.is_empty() {
        return Ok(None);
    }
    let birth = PartialDate::parse(&birth).map_err(|_| Fault::field("birth", "生年月日と、氏名かカナの二つで探してください"))?;
    if kana.is_empty() && name.is_empty() {
        return Err(Fault::field("kana", "生年月日と、氏名かカナの二つで探してください"));
    }
    Ok(Some(Keys { birth, kana, name }))
}

async fn found(call: &Call, unit: &mut Unit, residents: &dyn ResidentPort, keys: &Keys) -> Result<Vec<Hit>, Fault> {
    let mut hits = vec![];
    if let Some(day) = keys.birth.exact() {
        let query = [wareki_short(day), keys.kana.clone(), keys.name.clone()].join(" ");
        for hit in residents.search(unit, query.trim(), MOST).await? {
            let place = hit.address.unwrap_or_else(|| "表示しません".into());
            hits.push(Hit { atena_no: hit.atena_no, kind: hit.status, name: hit.name, kana: hit.kana, birth: hit.birth, place });
        }
    }
    let purpose = call.staff.purpose.clone().unwrap_or_default();
    let fits = |row: &Outsider| {
        kana_key(&row.kana).starts_with(&kana_key(&keys.kana))
            && name_key(&row.name, |c| c).starts_with(&name_key(&keys.name, |c| c))
    };
    for row in store::outsiders_who(&mut unit.tx, &keys.birth.to_string(), fits).await? {
        let wanted = open_to(&row, &purpose) && hits.len() < MOST;
        let Some(subject) = unit.find_subject(&row.atena_no).await?.filter(|_| wanted) else { continue };
        let seen = unit.see_for(Search, subject, &[OUTSIDER, OUTSIDER_ADDRESS]).await?;
        if !seen.has(OUTSIDER) {
            continue;
        }
        let place = seen.show(OUTSIDER_ADDRESS, row.address).unwrap_or_else(|| "表示しません".into());
        let kind = format!("住登外者({})", row.state);
        hits.push(Hit { atena_no: row.atena_no, kind, name: row.name, kana: row.kana, birth: row.birth, place });
    }
    Ok(hits)
}

/// The page.
pub async fn show(call: Call, residents: Arc<dyn ResidentPort>) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Search, OUTSIDER).await?;
    let (asked, wrong) = match keys(&call) {
        Ok(asked) => (asked, vec![]),
        Err(fault) => (None, fault.fields),
    };
    let hits = match &asked {
        Some(keys) => found(&call, &mut unit, residents.as_ref(), keys).await?,
        None => vec![],
    };
    let (mut rows, mut data) = (vec![], vec![]);
    for hit in &hits {
        let numbered = if dan_of(&mut unit, &hit.atena_no).await?.is_some() { "付番済" } else { "付番待ち" };
        let mut take = call.hidden_owned();
        take.push(("number".into(), hit.atena_no.to_string()));
        let take = Action::post("照会する", "/hub", take);
        rows.push(Row::new(vec![
            html! { (hit.name) div.note { (hit.kana) } }.into(),
            hit.birth.clone().into(),
            hit.place.clone().into(),
            hit.atena_no.to_string().into(),
            hit.kind.clone().into(),
            numbered.into(),
            html! { @if call.staff.case.is_some() { (take.render()) } @else { "案件を始めてから" } }.into(),
        ]));
        data.push(serde_json::json!({
            "atena_no": hit.atena_no.as_str(), "kind": hit.kind, "name": hit.name, "kana": hit.kana, "birth": hit.birth,
            "address": hit.place, "state": numbered,
        }));
    }
    let full = hits.len() >= MOST;
    let empty = match &asked {
        Some(_) => ("該当する人はいません".to_owned(), "漢字とカナの両方を確かめてください。".to_owned()),
        None => ("二つの項目で探してください".to_owned(), "生年月日と、氏名かカナです。".to_owned()),
    };
    let columns = ["氏名", "生年月日", "住所", "宛名番号", "区分", "付番"].map(Column::text).into_iter();
    let columns = columns.chain([Column::text("操作").unseen()]).collect();
    let list = Table { caption: "見つかった人".into(), columns, rows, empty, ..Table::default() };
    let errors: Vec<FieldError> =
        wrong.iter().map(|p| FieldError { field: p.field.into(), message: p.message.clone() }).collect();
    let error = |name: &str| wrong.iter().find(|p| p.field == name).map(|p| p.message.as_str());
    let field = |name, label| Field::new(name, label).value(call.query.text(name)).error(error(name));
    let search = html! {
        (error_summary(&errors))
        (field("birth", "生年月日").text())
        (field("kana", "氏名カナ").kana())
        (field("name", "氏名").text())
        (button_row(&[Action::submit("探す").key("Enter"), Action::link("統合宛名へ戻る", "/hub").key("F6")], html! {}))
    };
    let note = if full {
        format!("{MOST}人まで出ました。項目を足して絞り込んでください")
    } else {
        format!("最大{MOST}人")
    };
    let main = html! {
        (card("統合宛名を探す", "住民・住民だった人・住登外者", get_form("統合宛名の検索", PAGE, search)))
        (card("見つかった人", &note, table(&list)))
    };
    let screen = Screen {
        title: "統合宛名の検索".into(),
        main,
        asked: "氏名・生年月日・住所".into(),
        aside: vec![AsidePanel::text(
            "二つの項目で探します",
            "出た人は全員、見た記録が残ります。支援措置のある人の住所は出ません。",
        )],
        data: serde_json::json!({ "people": data, "full": full }),
        status: if wrong.is_empty() { 0 } else { 422 },
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}
