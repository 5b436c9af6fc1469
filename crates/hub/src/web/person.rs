//! One person of the open case: who it is (基本4情報), the 団番 and the numbers of the programmes. The 個人番号 itself is not here.

use super::programme_ja;
use crate::lines;
use crate::model::{Doubt, JUKI, NUMBER, OUTSIDER, OUTSIDER_ADDRESS};
use crate::store;
use crate::usecases::look_up;
use crate::usecases::register_outsider::is_outsiders;
use kernel::ident::AtenaNo;
use kernel::time::{civil, wareki, wareki_short};
use maud::html;
use platform::{Fault, Unit, task};
use ports::ResidentPort;
use std::collections::BTreeSet;
use std::sync::Arc;
use webkit::components::{
    Action, AsidePanel, Column, Field, Row, Table, Tone, badge, button_row, card, definition_list, post_form, table,
};
use webkit::{Begun, Call, Reply, Screen};

fn number_of(call: &Call) -> Result<AtenaNo, Fault> {
    AtenaNo::parse(call.part("number")).map_err(|_| Fault::missing("宛名番号"))
}

/// 基本4情報: name, birth date, sex, and the place where it may be shown.
struct Who {
    name: String,
    birth: String,
    sex: String,
    address: Option<String>,
}

/// Who has a 宛名番号: a resident as the registry knows them, a 住登外者 as they are registered.
async fn who(unit: &mut Unit, residents: &dyn ResidentPort, number: &AtenaNo) -> Result<Option<Who>, Fault> {
    if is_outsiders(number) {
        let Some(row) = store::outsider(&mut unit.tx, number).await? else { return Ok(None) };
        let subject = unit.find_subject(number).await?.ok_or_else(|| Fault::missing("宛名番号"))?;
        let seen = unit.see(subject, &[OUTSIDER, OUTSIDER_ADDRESS]).await?;
        let address = seen.show(OUTSIDER_ADDRESS, row.address);
        return Ok(seen.show(OUTSIDER, Who { name: row.name, birth: row.birth, sex: row.sex, address }));
    }
    let today = unit.today();
    let facts = residents.person(unit, number, today).await?;
    Ok(facts.map(|f| Who { name: f.name, birth: f.birth.to_string(), sex: f.sex, address: f.address }))
}

/// The record.
pub async fn show(call: Call, residents: Arc<dyn ResidentPort>) -> Result<Reply, Fault> {
    let number = number_of(&call)?;
    let mut unit = call.look().await?;
    let found = look_up::everything(&mut unit, &number).await?;
    let who = who(&mut unit, residents.as_ref(), &number).await?;
    let dan_no = found.person.as_ref().map(|p| p.dan_no.as_str());
    let issued = found.person.as_ref().map(|p| wareki(civil(p.issued_at)));
    let changes: Vec<String> = found.former.iter().map(|f| wareki(f.changed_on)).collect();
    let rows = found.links.iter().map(|l| {
        let state = if l.dan_no.is_some() { badge(Tone::Ok, "付番済") } else { badge(Tone::Warn, "付番待ち") };
        Row::new(vec![
            programme_ja(&call.city, &l.programme).into(),
            l.number.clone().into(),
            wareki_short(l.valid_from).into(),
            l.ended_on.map_or_else(String::new, wareki_short).into(),
            state.into(),
            html! { @if l.unified { (badge(Tone::Info, "代表")) } }.into(),
            l.basis.clone().unwrap_or_default().into(),
        ])
    });
    let list = Table {
        caption: "業務の番号".into(),
        columns: vec![
            Column::text("業務"),
            Column::text("番号"),
            Column::text("連携日"),
            Column::text("利用終了"),
            Column::text("状態"),
            Column::text("統合宛名フラグ"),
            Column::text("根拠"),
        ],
        rows: rows.collect(),
        empty: ("連携はありません".into(), "この宛名番号は、まだどの業務からも連携されていません。".into()),
        filter: true,
        ..Table::default()
    };
    let residents: BTreeSet<&AtenaNo> = found.links.iter().filter(|l| l.programme == JUKI).map(|l| &l.atena_no).collect();
    let joined = dan_no.is_some() && (is_outsiders(&number) || residents.len() > 1);
    let mut actions = vec![Action::link("統合宛名へ戻る", "/hub").key("F6")];
    if call.staff.case.as_ref().is_some_and(|c| c.ground == "task") {
        actions.push(Action::post("確認を終える", &format!("/hub/{number}/checked"), call.hidden_owned()));
    }
    let main = html! {
        @if let Some(who) = &who {
            (card("基本4情報", "", definition_list(&[
                ("氏名", html! { (who.name) }),
                ("生年月日", html! { (who.birth) }),
                ("性別", html! { (who.sex) }),
                ("住所", html! { @if let Some(address) = &who.address { (address) } @else { "表示できません" } }),
            ])))
        }
        (card("団体内統合宛名", "", html! {
            (definition_list(&[
                ("宛名番号", html! { (number) }),
                ("団体内統合宛名番号", html! { @if let Some(dan_no) = dan_no { (dan_no) } @else { (badge(Tone::Warn, "付番待ち")) } }),
                ("付番日", html! { @if let Some(day) = &issued { (day) } }),
                ("個人番号の変更", html! { (changes.join("、")) }),
            ]))
            (button_row(&actions, html! {}))
        }))
        (card("業務の番号", "", table(&list)))
        @if joined {
            (card("誤った連携を解く", "別の人と分かったときだけ。別の職員が決裁します", post_form("split", &format!("/hub/{number}/split"), false, &call.hidden(), html! {
                (Field::new("reason", "誤りの内容").required().hint("何で分かったか。氏名は書きません").text())
                (button_row(&[Action::submit("解除を起案する")], html! {}))
            })))
        }
    };
    let links = found.links.iter().map(|l| {
        serde_json::json!({ "programme": l.programme, "number": l.number, "from": l.valid_from.to_string(), "joined": l.dan_no.is_some(), "unified": l.unified })
    });
    let data = serde_json::json!({
        "atena_no": number.as_str(),
        "who": who.as_ref().map(|w| serde_json::json!({ "name": w.name, "birth": w.birth, "sex": w.sex, "address": w.address })),
        "dan_no": dan_no, "links": links.collect::<Vec<_>>(),
        "number_changed_on": found.former.iter().map(|f| f.changed_on.to_string()).collect::<Vec<_>>(),
    });
    let screen = Screen {
        title: "団体内統合宛名".into(),
        subtitle: number.to_string(),
        main,
        asked: "基本4情報・団体内統合宛名番号・業務の番号".into(),
        aside: vec![AsidePanel::text(
            "個人番号は出ません",
            "統合宛名は個人番号そのものを持たず、照合の値だけを持ちます。番号の確認は市民課が行います。",
        )],
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Ends what the hub asked 情報政策課 to look at.
pub async fn checked(call: Call) -> Result<Reply, Fault> {
    let number = number_of(&call)?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let subject = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("宛名番号"))?;
    unit.require(subject, &[NUMBER]).await?;
    let now = unit.now();
    for kind in Doubt::ALL.iter().map(|doubt| doubt.kind()).chain(lines::REFUSED) {
        task::done_reference(&mut unit.tx, kind, number.as_str(), now).await?;
    }
    unit.commit_as((), "/").await?;
    Ok(Reply::See("/".into()))
}
