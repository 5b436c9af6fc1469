//! 名寄せの確認: the queue without names, and one question side by side.

use crate::model::{Answer, LINK, NUMBER, OUTSIDER, OUTSIDER_ADDRESS, Question};
use crate::rules::Rules;
use crate::store;
use crate::usecases::freeze::{is_between_residents, is_incident};
use crate::usecases::join::{self, Join};
use crate::usecases::match_up::{APART, DRAFTED, OPEN, SAME, dan_of};
use crate::usecases::register_outsider::is_outsiders;
use crate::usecases::reopen::{self, DOUBTED, Reopen};
use crate::usecases::tell_apart::{self, TellApart};
use kernel::access::Action::Search;
use kernel::ident::AtenaNo;
use kernel::time::{civil, wareki_short};
use maud::html;
use platform::{Fault, Unit, subject};
use ports::ResidentPort;
use std::sync::Arc;
use webkit::components::{
    Action, AsidePanel, Cell, Column, Field, Ledger, Row, Table, Tone, badge, button_row, card, definition_list, post_form, table,
};
use webkit::{Begun, Call, Reply, Screen};

/// States of a question, as tabs of the queue.
const STATES: [&str; 5] = [OPEN, DRAFTED, SAME, APART, DOUBTED];

/// Page of the queue.
pub const QUEUE: &str = "/hub/review";

/// The queue.
pub async fn queue(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Search, LINK).await?;
    let state = call.query.some("state").filter(|s| STATES.contains(s)).unwrap_or(OPEN).to_owned();
    let counts = store::count_questions(&mut unit.tx).await?;
    let questions = store::questions(&mut unit.tx, &state).await?;
    let (mut rows, mut data) = (vec![], vec![]);
    for q in &questions {
        let tone = match q.grade.as_str() {
            "A" => Tone::Ok,
            "B" => Tone::Info,
            _ => Tone::Warn,
        };
        let take = Action::post("見比べる", &format!("{QUEUE}/{}/take", q.id), call.hidden_owned());
        rows.push(Row::new(vec![
            html! { (badge(tone, &q.grade)) }.into(),
            q.evidence.clone().into(),
            q.explanation.clone().into(),
            wareki_short(civil(q.asked_at)).into(),
            html! { @if call.staff.case.is_some() { (take.render()) } @else { "案件を始めてから" } }.into(),
        ]));
        data.push(serde_json::json!({ "id": q.id, "grade": q.grade, "evidence": q.evidence, "explanation": q.explanation, "state": q.state }));
    }
    let list = Table {
        caption: "名寄せの確認".into(),
        columns: vec![
            Column::text("確からしさ"),
            Column::text("根拠"),
            Column::text("一致と相違"),
            Column::text("登録日"),
            Column::text("操作").unseen(),
        ],
        rows,
        empty: ("確認を待つ組はありません".into(), "同じ人かもしれない記録が見つかると、ここに並びます。".into()),
        filter: true,
        ..Table::default()
    };
    let number = |state: &str| counts.iter().find(|(s, _)| s == state).map_or(0, |(_, n)| *n);
    let tabs =
        STATES.map(|s| Action::link(&format!("{s} {}件", number(s)), &format!("{QUEUE}?state={}", webkit::server::encode(s))));
    let main = html! {
        (button_row(&tabs, html! {}))
        (card(&state, "確からしい順。氏名は、見比べる画面でだけ出ます", table(&list)))
    };
    let screen = Screen {
        title: "名寄せの確認".into(),
        main,
        aside: vec![AsidePanel::text(
            "A・B・C",
            "Aは違う項目がないもの、Bはおそらく同じ人、Cは食い違いがあるものです。氏名と生年月日だけの一致では、自動でつなぎません。",
        )],
        data: serde_json::json!({ "questions": data, "counts": counts.iter().cloned().collect::<std::collections::BTreeMap<_, _>>() }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Takes both people into the open case.
pub async fn take(call: Call) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let question = store::question(&mut unit.tx, id).await?;
    for number in [&question.atena_no, &question.other_no] {
        let subject = subject::of(&mut unit.tx, number).await?;
        unit.take_into_case(subject).await?;
        unit.require(subject, &[LINK]).await?;
    }
    let to = format!("{QUEUE}/{id}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// What is compared, in the order of the page.
const ITEMS: [&str; 8] = ["宛名番号", "区分", "氏名", "カナ", "通称", "生年月日", "性別", "住所"];

/// One side of the comparison.
async fn side(unit: &mut Unit, residents: &dyn ResidentPort, number: &AtenaNo) -> Result<[String; 8], Fault> {
    let subject = unit.find_subject(number).await?.ok_or_else(|| Fault::missing("宛名番号"))?;
    if is_outsiders(number) {
        unit.require(subject, &[OUTSIDER]).await?;
        let seen = unit.see(subject, &[OUTSIDER, OUTSIDER_ADDRESS]).await?;
        let row = store::outsider(&mut unit.tx, number).await?.ok_or_else(|| Fault::missing("住登外者"))?;
        let address = seen.show(OUTSIDER_ADDRESS, row.address.clone()).unwrap_or_else(|| "表示しません".into());
        let kind = format!("住登外者({})", row.state);
        return Ok([number.to_string(), kind, row.name, row.kana, row.alias.unwrap_or_default(), row.birth, row.sex, address]);
    }
    let today = unit.today();
    let facts = residents.person(unit, number, today).await?.ok_or_else(|| Fault::missing("住民"))?;
    let kind = if facts.resident { "住民" } else { "住民だった人" };
    let address = facts.address.unwrap_or_else(|| "表示しません".into());
    let (alias, birth) = (facts.alias.unwrap_or_default(), facts.birth.to_string());
    Ok([number.to_string(), kind.into(), facts.name, facts.kana, alias, birth, facts.sex, address])
}

/// One question side by side.
pub async fn show(call: Call, residents: Arc<dyn ResidentPort>) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let question = store::question(&mut unit.tx, call.id("id")?).await?;
    for number in [&question.atena_no, &question.other_no] {
        let subject = unit.find_subject(number).await?.ok_or_else(|| Fault::missing("宛名番号"))?;
        unit.require(subject, &[LINK, NUMBER]).await?;
    }
    let left = side(&mut unit, residents.as_ref(), &question.atena_no).await?;
    let right = side(&mut unit, residents.as_ref(), &question.other_no).await?;
    let dans = [dan_of(&mut unit, &question.atena_no).await?, dan_of(&mut unit, &question.other_no).await?];
    let dans = dans.map(|d| d.map_or_else(|| "付番待ち".to_owned(), |d| d.to_string()));
    let rows = ITEMS.iter().zip(left.iter().zip(&right)).map(|(item, (a, b))| {
        let same = match (a.is_empty() || b.is_empty(), a == b) {
            (true, _) => badge(Tone::Neutral, "なし"),
            (_, true) => badge(Tone::Ok, "一致"),
            _ => badge(Tone::Warn, "相違"),
        };
        let mark: Cell = if matches!(*item, "宛名番号" | "区分") { "".into() } else { same.into() };
        Row::new(vec![(*item).into(), a.clone().into(), b.clone().into(), mark])
    });
    let both = Table {
        caption: "二つの記録".into(),
        columns: vec![Column::text("項目"), Column::text("記録1"), Column::text("記録2"), Column::text("比べた結果")],
        rows: rows.collect(),
        ..Table::default()
    };
    let open = question.state == OPEN;
    let path = format!("{QUEUE}/{}", question.id);
    let note = if is_incident(&question) {
        "同じ人か別の人かは、別の職員が決裁します。決裁まで、この個人番号の情報連携は止まっています(照会中)"
    } else {
        "同じ人とする判断は、別の職員が決裁します"
    };
    let mut answers = vec![Action::submit("同じ人として起案").key("F9").primary()];
    if is_between_residents(&question) {
        // Either may be the one whose number it is: the other gets a number of their own.
        answers.push(Action::submit("別の人: 番号は記録1").key("F8").sending("answer", "first"));
        answers.push(Action::submit("別の人: 番号は記録2").key("F7").sending("answer", "second"));
    } else {
        answers.push(Action::submit("別の人").key("F8").sending("answer", "apart"));
    }
    answers.push(Action::link("確認の一覧へ戻る", QUEUE).key("F6"));
    let same = html! {
        (Field::new("reason", "判断の理由").required().hint("何で確かめたか。氏名は書きません").text())
        (button_row(&answers, html! { (note) }))
    };
    let back = html! {
        (Field::new("reason", "取り消す理由").required().hint("何で分かったか。氏名は書きません").text())
        (button_row(&[
            Action::submit("「別の人」の取消しを起案").key("F7").sending("answer", "reopen"),
            Action::link("確認の一覧へ戻る", QUEUE).key("F6"),
        ], html! { "別の職員が決裁すると、もう一度確認できます" }))
    };
    let answers = store::answers(&mut unit.tx, question.id).await?;
    let ledger = Ledger::default()
        .with(Question::REGISTER, [question.in_words()])
        .with(Answer::REGISTER, answers.iter().rev().map(Answer::in_words));
    let main = html! {
        (card("二つの記録", &question.evidence, html! {
            (table(&both))
            (definition_list(&[
                ("説明", html! { (question.explanation) }),
                ("団体内統合宛名番号", html! { (dans[0]) " / " (dans[1]) }),
                ("状態", html! { (question.state) @if let Some(note) = &question.note { " — " (note) } }),
            ]))
        }))
        @if open { (card("判断", "", post_form("answer", &path, false, &call.hidden(), same))) }
        @if question.state == APART { (card("「別の人」の取消し", "判断が誤りと分かったときだけ", post_form("answer", &path, false, &call.hidden(), back))) }
        (ledger.cards(|_| true))
    };
    let sides = serde_json::json!([
        ITEMS.iter().zip(&left).collect::<std::collections::BTreeMap<_, _>>(),
        ITEMS.iter().zip(&right).collect::<std::collections::BTreeMap<_, _>>(),
    ]);
    let screen = Screen {
        title: "名寄せの確認".into(),
        subtitle: format!("{} {}", question.grade, question.evidence),
        main,
        asked: "氏名・生年月日・性別・住所・団体内統合宛名番号".into(),
        data: serde_json::json!({ "id": question.id, "state": question.state, "sides": sides, "registers": ledger.json(|_| true) }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Answers a question.
pub async fn answer(call: Call, rules: Rules) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut reader = call.form.reader();
    let reason = reader.text("reason", "理由");
    reader.finish()?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(call.action, LINK).await?;
    match call.form.some("answer") {
        Some(answer @ ("apart" | "first" | "second")) => {
            let question = store::question(&mut unit.tx, id).await?;
            let whose = match answer {
                "first" => Some(question.atena_no),
                "second" => Some(question.other_no),
                _ => None,
            };
            tell_apart::run(&mut unit, &TellApart { question: id, reason, whose }, &rules).await?;
        }
        Some("reopen") => reopen::draft(&mut unit, &Reopen { question: id, reason }, &rules).await?,
        _ => join::draft(&mut unit, &Join { question: id, reason }, &rules).await?,
    }
    unit.commit_as((), QUEUE).await?;
    Ok(Reply::See(QUEUE.into()))
}
