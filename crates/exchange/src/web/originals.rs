//! 正本と副本: files of other systems, what the gateway has, and whether both are equal.

use super::{Desk, at_ja, choices, field_errors, named};
use crate::model::{Comparison, Copy, Difference, Intake, ORIGINAL, OriginalRow};
use crate::usecases::{compare as comparing, load, take_in};
use crate::{list, store};
use kernel::access::Action::{Run, Search};
use maud::html;
use platform::fault::{FaultKind, FieldProblem};
use platform::{Fault, Unit, job};
use webkit::components::{
    Action, AsidePanel, Column, Field, Ledger, Row, Table, Tone, badge, button_row, card, definition_list, error_summary,
    post_form, table,
};
use webkit::{Begun, Call, Reply, Screen};
use wire::catalogue::Layout;
use wire::ident::DataSetId;

/// The page.
pub const PAGE: &str = "/exchange/originals";

/// The page.
pub async fn show(call: Call, desk: Desk) -> Result<Reply, Fault> {
    let unit = call.look().await?;
    render(&call, &desk, unit, None).await
}

async fn render(call: &Call, desk: &Desk, mut unit: Unit, fault: Option<Fault>) -> Result<Reply, Fault> {
    unit.permit(Search, ORIGINAL).await?;
    let names = list()?;
    let problems: Vec<FieldProblem> = fault.iter().flat_map(|f| f.fields.clone()).collect();
    let given = store::count_originals(&mut unit.tx).await?;
    let intakes = store::intakes(&mut unit.tx).await?;
    let held = store::count_copies(&mut unit.tx).await?;
    let refused = store::refused(&mut unit.tx).await?;
    let doubles = store::doubles(&mut unit.tx).await?;
    let comparisons = store::comparisons(&mut unit.tx).await?;
    let differences = match comparisons.first() {
        Some(last) => store::differences(&mut unit.tx, last.id).await?,
        None => vec![],
    };
    // Whoever is in the open case is shown with their records; of all others there are numbers of records only.
    let (mut originals, mut copies) = (vec![], vec![]);
    for subject in call.staff.case.as_ref().map(|c| c.subjects.clone()).unwrap_or_default() {
        let who = platform::subject::number(&mut unit.tx, subject).await?;
        unit.require(subject, &[ORIGINAL]).await?;
        originals.extend(store::originals_of(&mut unit.tx, &who).await?);
        copies.extend(store::copies_of(&mut unit.tx, &who).await?);
    }
    let rows = held.iter().map(|h| {
        let tone = match h.state.as_str() {
            load::REFUSED => Tone::Bad,
            load::DOUBLE => Tone::Warn,
            _ => Tone::Ok,
        };
        let cells = vec![
            names.data_set_ja(&h.data_set).into(),
            html! { (badge(tone, &h.state)) }.into(),
            h.records.into(),
            at_ja(h.last).into(),
        ];
        Row::new(cells)
    });
    let copied = Table {
        caption: "副本の登録状況".into(),
        columns: vec![Column::text("特定個人情報"), Column::text("状態"), Column::number("件数"), Column::text("最後の登録")],
        rows: rows.collect(),
        empty: ("副本はまだありません".into(), "「副本を登録する」か夜間処理で登録されます。".into()),
        ..Table::default()
    };
    if !doubles.is_empty() {
        let mut subjects = vec![];
        for double in &doubles {
            subjects.extend(unit.find_subject(&double.atena_no).await?);
        }
        unit.bulk(&subjects, &[ORIGINAL]);
    }
    let twice = Table {
        caption: "同じ人の別の宛名番号と重なる正本".into(),
        columns: vec![Column::text("特定個人情報"), Column::text("年度など"), Column::text("宛名番号"), Column::text("状況")],
        rows: doubles
            .iter()
            .map(|d| {
                let cells = vec![
                    names.data_set_ja(&d.data_set).into(),
                    d.record_key.as_str().into(),
                    d.atena_no.as_str().into(),
                    d.reason.as_deref().unwrap_or_default().into(),
                ];
                Row::new(cells)
            })
            .collect(),
        ..Table::default()
    };
    let error = |name: &str| problems.iter().find(|p| p.field == name).map(|p| p.message.as_str());
    let files = desk.sources.last();
    let today = unit.today();
    let held_by_others = |layout: &&Layout| files.is_some_and(|f| f.holds(&layout.data_set.id));
    let layouts = names.permitted().data_sets().keys().filter_map(|id| names.items().on(id, today));
    let layouts: Vec<&Layout> = layouts.filter(held_by_others).collect();
    let named_set = |layout: &&Layout| (layout.data_set.id.to_string(), names.data_set_ja(layout.data_set.id.as_str()));
    let sets: Vec<(String, String)> = layouts.iter().map(named_set).collect();
    let columns = layouts.iter().map(|layout| {
        let items: Vec<&str> = layout.items.iter().map(|item| item.id.as_str()).collect();
        (names.data_set_ja(layout.data_set.id.as_str()), items.join("・"))
    });
    let columns: Vec<(String, String)> = columns.collect();
    let form = html! {
        (error_summary(&field_errors(&problems)))
        (Field::new("system", "送ったシステム").required().value(call.form.text("system")).error(error("system")).text())
        (Field::new("data_set", "特定個人情報").required().value(call.form.text("data_set")).error(error("data_set")).select(&choices(&sets)))
        (Field::new("file", "正本ファイル").required().hint("CSV(UTF-8)。見出しは 処理・宛名番号・年度など・公開開始日・公開終了日 と項目名").error(error("file")).file(".csv"))
        (definition_list(&columns.iter().map(|(set, items)| (set.as_str(), html! { "項目名: " (items) })).collect::<Vec<_>>()))
        (button_row(&[Action::submit("受け取る").key("F9").primary()], html! { "読めない行は理由を付けて残し、読める行は登録します" }))
    };
    let differing = !differences.is_empty();
    let last = comparisons.first().map_or(0, |c| c.id);
    let buttons = |label: &str, verb: &str| Action::post(label, &format!("{PAGE}/{verb}"), call.hidden_owned());
    let mut actions = vec![buttons("副本を登録する", "send"), buttons("正本と照合する", "compare")];
    if differing {
        actions.push(buttons("差異のある人を送り直す", &format!("{last}/again")));
    }
    let words = |rows: Vec<Vec<platform::register::Shown>>| rows.into_iter().map(|row| named(&call.city, &desk.needs, row));
    let ledger = Ledger::default()
        .with(Comparison::REGISTER, comparisons.iter().map(Comparison::in_words))
        .with(Difference::REGISTER, words(differences.iter().map(Difference::in_words).collect()))
        .with(Intake::REGISTER, words(intakes.iter().map(Intake::in_words).collect()))
        .with(OriginalRow::REGISTER, words(originals.iter().map(OriginalRow::in_words).collect()))
        .with(Copy::REGISTER, words(copies.iter().map(Copy::in_words).collect()));
    let meter = match comparisons.first() {
        None => badge(Tone::Neutral, "まだ照合していません"),
        Some(c) if c.differences == 0 => badge(Tone::Ok, "正本と副本は一致しています"),
        Some(c) => badge(Tone::Bad, &format!("差異 {}件", c.differences)),
    };
    let main = html! {
        (card("副本の登録状況", "", html! {
            p { (meter) @if let Some(c) = comparisons.first() { " " (at_ja(c.compared_at)) " " (c.people) "人 " (c.records) "件" } }
            (table(&copied))
            (button_row(&actions, html! { "毎晩、自動で登録と照合をします" }))
        }))
        @if !doubles.is_empty() {
            (card("重複している正本", "新しいものから100件まで", table(&twice)))
        }
        (card("ほかのシステムの正本を受け取る", "業務システムが出したファイル", post_form("receive", PAGE, true, &call.hidden(), form)))
        (super::subject::form(call, PAGE))
        (ledger.cards(|_| true))
    };
    let screen = Screen {
        title: "正本と副本".into(),
        main,
        aside: vec![AsidePanel::text(
            "正本と副本",
            "ほかの機関が照会で見るのは副本です。正本が変わると、変わった分だけが副本に送られます。照合は、全員分のハッシュ値を一度に比べ、違うときだけ人と項目まで調べます。",
        )],
        asked: if originals.is_empty() && copies.is_empty() { String::new() } else { "正本・副本".into() },
        data: serde_json::json!({
            "given": given.iter().map(|g| serde_json::json!({ "data_set": g.data_set, "version": g.version, "system": g.system, "records": g.records, "last": g.last.to_string() })).collect::<Vec<_>>(),
            "copies": held.iter().map(|h| serde_json::json!({ "data_set": h.data_set, "state": h.state, "records": h.records })).collect::<Vec<_>>(),
            "refused": refused.len(),
            "doubles": doubles.iter().map(|d| serde_json::json!({ "data_set": d.data_set, "key": d.record_key, "atena_no": d.atena_no, "reason": d.reason })).collect::<Vec<_>>(),
            "registers": ledger.json(|_| true),
        }),
        status: if problems.is_empty() { 0 } else { 422 },
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Takes a file in.
pub async fn receive(call: Call, desk: Desk) -> Result<Reply, Fault> {
    match try_receive(&call, &desk).await {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => {
            let unit = call.look().await?;
            render(&call, &desk, unit, Some(fault)).await
        }
        other => other,
    }
}

async fn try_receive(call: &Call, desk: &Desk) -> Result<Reply, Fault> {
    let mut reader = call.form.reader();
    let system = reader.text("system", "送ったシステム");
    let data_set = reader.text("data_set", "特定個人情報");
    let upload = call.uploads.first().filter(|u| !u.body.is_empty());
    if upload.is_none() {
        reader.problem("file", "正本ファイルを選んでください");
    }
    reader.finish()?;
    let id = DataSetId::parse(&data_set).map_err(|e| Fault::field("data_set", e.to_string()))?;
    let unknown = || Fault::field("data_set", "この特定個人情報は項目表にないため、受け取れません");
    let data_set = list()?.items().on(&id, call.city.today()).ok_or_else(unknown)?.data_set.clone();
    let upload = upload.ok_or_else(|| Fault::missing("正本ファイル"))?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let new = take_in::NewFile { name: &upload.name, system: &system, data_set, body: &upload.body };
    let job = take_in::receive(&mut unit, &desk.sources, new).await?;
    let to = format!("/jobs/{job}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

async fn begin(call: &Call, kind: &'static str, title: &str) -> Result<Reply, Fault> {
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(Run, ORIGINAL).await?;
    let job = job::submit(&mut unit, kind, title, b"").await?;
    let to = format!("/jobs/{job}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// Has 副本 sent.
pub async fn send(call: Call, desk: Desk) -> Result<Reply, Fault> {
    desk.needs.line()?;
    begin(&call, load::JOB, "副本の登録").await
}

/// Has both compared.
pub async fn compare(call: Call, desk: Desk) -> Result<Reply, Fault> {
    desk.needs.line()?;
    begin(&call, comparing::JOB, "正本と副本の照合").await
}

/// Has everything of the people sent again who differed, and taken back what only the gateway has.
pub async fn again(call: Call, desk: Desk) -> Result<Reply, Fault> {
    desk.needs.line()?;
    let comparison = call.id("id")?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(Run, ORIGINAL).await?;
    let people = store::differing(&mut unit.tx, comparison).await?;
    for dan in &people {
        store::send_again(&mut unit.tx, dan).await?;
    }
    unit.note(format!("差異のある副本の再登録 {}人", people.len()));
    let (now, reference) = (unit.now(), comparison.to_string());
    platform::task::done_reference(&mut unit.tx, comparing::TASK, &reference, now).await?;
    let job = job::submit(&mut unit, load::JOB, "差異のある副本の再登録", reference.as_bytes()).await?;
    let to = format!("/jobs/{job}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
