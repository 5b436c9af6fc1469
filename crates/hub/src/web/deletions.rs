//! 統合宛名の消去: lists of people whom nobody needs any longer, what was decided about them, and the proof that they are gone.

use crate::model::{Deletion, NUMBER, Removal};
use crate::rules::Rules;
use crate::store::deletion;
use crate::usecases::delete::{self, CHECKING, DELETED, DONE, Delete, HELD, LISTED};
use kernel::access::Action::Search;
use kernel::time::{civil, wareki, wareki_short};
use maud::{Markup, html};
use platform::Fault;
use webkit::components::{
    Action, AsidePanel, Column, Field, Ledger, Row, Table, Tone, badge, button_row, card, definition_list, post_form, table,
};
use webkit::{Begun, Call, Reply, Screen};

/// Page of the lists.
pub const LIST: &str = "/hub/deletions";
/// People of one state that a page shows.
const SHOWN: i64 = 200;

fn tone(state: &str) -> Tone {
    match state {
        DONE | DELETED => Tone::Ok,
        HELD => Tone::Warn,
        _ => Tone::Info,
    }
}

/// The lists, and the way to a new one.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Search, NUMBER).await?;
    let (mut rows, mut data) = (vec![], vec![]);
    for list in deletion::lists(&mut unit.tx).await? {
        let counts = deletion::counts(&mut unit.tx, list.id).await?;
        let of = |state: &str| counts.iter().find(|(s, _)| s == state).map_or(0, |(_, n)| *n);
        let row = Row::new(vec![
            wareki_short(civil(list.requested_at)).into(),
            wareki_short(list.cutoff).into(),
            of(LISTED).into(),
            of(HELD).into(),
            of(DELETED).into(),
            html! { (badge(tone(&list.state), &list.state)) }.into(),
        ]);
        rows.push(row.opens(format!("{LIST}/{}", list.id)));
        data.push(serde_json::json!({
            "id": list.id, "cutoff": list.cutoff.to_string(), "state": list.state,
            "listed": of(LISTED), "held": of(HELD), "deleted": of(DELETED),
        }));
    }
    let all = Table {
        caption: "消去の一覧".into(),
        columns: vec![
            Column::text("調査日"),
            Column::text("基準日"),
            Column::number("対象"),
            Column::number("保留"),
            Column::number("消去済"),
            Column::text("状態"),
        ],
        rows,
        empty: ("消去の一覧はまだありません".into(), "どの業務も使わなくなった人を調べると、ここに並びます。".into()),
        ..Table::default()
    };
    let start = html! {
        (button_row(&[Action::submit("消去できる人を調べる").key("F9").primary()], html! { "調べるだけで、だれも消去しません" }))
    };
    let main = html! {
        (card("消去の一覧", "新しい順", table(&all)))
        (card("新しく調べる", "", post_form("start", LIST, false, &call.hidden(), start)))
    };
    let rule = "どの業務の利用も終わり、最後の利用から7年がたった人です。支援措置・名寄せの確認・回収が残る人、その間に決定や支払や提供のあった人は保留になります。";
    let screen = Screen {
        title: "統合宛名の消去".into(),
        main,
        aside: vec![AsidePanel::text("消去できる人とは", rule)],
        data: serde_json::json!({ "deletions": data }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Has a list made.
pub async fn start(call: Call) -> Result<Reply, Fault> {
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(call.action, NUMBER).await?;
    let job = delete::start(&mut unit).await?;
    let to = format!("/jobs/{job}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// One list: its people by number, and the draft.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut unit = call.look().await?;
    unit.permit(Search, NUMBER).await?;
    let list = deletion::list(&mut unit.tx, id).await?;
    let counts = deletion::counts(&mut unit.tx, id).await?;
    let mut people = deletion::rows(&mut unit.tx, id, LISTED, SHOWN).await?;
    people.extend(deletion::rows(&mut unit.tx, id, HELD, SHOWN).await?);
    let removals = deletion::removals(&mut unit.tx, id, SHOWN).await?;
    let (mut subjects, mut rows, mut data) = (vec![], vec![], vec![]);
    for person in &people {
        if let Some(number) = &person.atena_no {
            subjects.extend(unit.find_subject(number).await?);
        }
        let who: Markup = match (&person.dan_no, &person.atena_no) {
            (Some(dan_no), _) => html! { a href=(format!("/hub/dan/{dan_no}")) { (dan_no) } },
            (None, Some(number)) => html! { a href=(format!("/hub/outsiders/{number}")) { (number) } },
            (None, None) => html! {},
        };
        rows.push(Row::new(vec![
            who.into(),
            wareki_short(person.last_on).into(),
            html! { (badge(tone(&person.state), &person.state)) }.into(),
            person.reason.clone().into(),
        ]));
        data.push(serde_json::json!({
            "dan_no": person.dan_no, "atena_no": person.atena_no, "last_on": person.last_on.to_string(),
            "state": person.state, "reason": person.reason,
        }));
    }
    unit.bulk(&subjects, &[NUMBER]);
    let table_of_people = Table {
        caption: "対象と保留の人".into(),
        columns: ["番号", "利用終了日", "状態", "残す理由"].map(Column::text).into(),
        rows,
        empty: ("対象も保留もありません".into(), "消去した人は、下の証明に番号なしで残ります。".into()),
        ..Table::default()
    };
    let numbers: Vec<_> = counts.iter().map(|(state, n)| (state.as_str(), html! { (n) "人" })).collect();
    let ledger = Ledger::default()
        .with(Deletion::REGISTER, [list.in_words()])
        .with(Removal::REGISTER, removals.iter().map(Removal::in_words));
    let form = html! {
        (Field::new("reason", "消去の理由").required().hint("氏名は書きません").text())
        (button_row(&[Action::submit("消去を起案する").key("F9").primary()], html! { "別の職員が決裁すると消去します。元には戻せません" }))
    };
    let main = html! {
        (card("結果", &format!("基準日 {}", wareki(list.cutoff)), html! {
            (definition_list(&numbers))
            (button_row(&[Action::link("消去の一覧へ戻る", LIST).key("F6")], html! { "対象と保留を、それぞれ最大200人まで出します" }))
        }))
        (card("対象と保留の人", "氏名は、番号から案件の対象にして見ます", table(&table_of_people)))
        @if list.state == CHECKING {
            (card("消去の起案", "", post_form("draft", &format!("{LIST}/{id}"), false, &call.hidden(), form)))
        }
        (ledger.cards(|_| true))
    };
    let counts: std::collections::BTreeMap<_, _> = counts.into_iter().collect();
    let screen = Screen {
        title: "統合宛名の消去".into(),
        subtitle: list.state.clone(),
        main,
        aside: vec![AsidePanel::text(
            "消去されるもの",
            "統合宛名の番号と連携、住登外者の記録、名寄せの履歴、中間サーバーの符号と副本です。住民記録と各業務の記録、だれがいつ見たかの記録は、それぞれの期間まで残ります。",
        )],
        data: serde_json::json!({ "id": id, "state": list.state, "counts": counts, "people": data, "registers": ledger.json(|_| true) }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Drafts the deletion of a list.
pub async fn draft(call: Call, rules: Rules) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut reader = call.form.reader();
    let reason = reader.text("reason", "消去の理由");
    reader.finish()?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    delete::draft(&mut unit, &Delete { list: id, reason }, &rules).await?;
    let to = format!("{LIST}/{id}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
