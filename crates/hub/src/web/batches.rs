//! 名寄せの一括処理: the runs, a new one, and what became of each row.

use super::{programme_ja, reworded};
use crate::model::{Batch, BatchRow, LINK};
use crate::store;
use crate::usecases::batch;
use kernel::access::Action::Search;
use kernel::time::{civil, wareki_short};
use maud::html;
use platform::Fault;
use webkit::components::{
    Action, AsidePanel, Choice, Column, Field, Ledger, Row, Table, Tone, badge, button_row, card, definition_list, post_form,
    table,
};
use webkit::{Begun, Call, Download, Reply, Screen};

/// Page of the list.
pub const LIST: &str = "/hub/batches";
/// Rows that the file of results reads at a time.
const PAGE: i64 = 10_000;

/// The runs, and the form of a new one.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Search, LINK).await?;
    let batches = store::batches(&mut unit.tx).await?;
    let (mut rows, mut data) = (vec![], vec![]);
    for b in &batches {
        let tone = if b.finished_at.is_some() { Tone::Ok } else { Tone::Info };
        let row = Row::new(vec![
            wareki_short(civil(b.requested_at)).into(),
            programme_ja(&call.city, &b.programme).into(),
            b.source.clone().into(),
            b.total.into(),
            html! { (badge(tone, &b.state)) }.into(),
        ]);
        rows.push(row.opens(format!("{LIST}/{}", b.id)));
        data.push(
            serde_json::json!({ "id": b.id, "programme": b.programme, "source": b.source, "total": b.total, "state": b.state }),
        );
    }
    let all = Table {
        caption: "一括処理".into(),
        columns: ["依頼日", "業務", "対象", "件数", "状態"].map(Column::text).into(),
        rows,
        empty: ("一括処理はまだありません".into(), "ほかのシステムの抽出ファイルを取り込むと、ここに結果が並びます。".into()),
        ..Table::default()
    };
    let sources = [
        Choice {
            value: "file", label: "抽出ファイル", note: "宛名番号・氏名・生年月日の列があるCSV(UTF-8)"
        },
        Choice {
            value: "programme", label: "業務の住登外者", note: "登録済みの人を、今の住民ともう一度比べます"
        },
    ];
    let form = html! {
        (Field::new("programme", "業務の符号").required().hint("例: zei、kokuho、kodomo").text())
        (Field::new("source", "対象").required().value("file").radio(&sources))
        (Field::new("file", "抽出ファイル").file(".csv"))
        (button_row(&[Action::submit("一括処理を始める").key("F9").primary()], html! { "確実な根拠だけが自動でつながり、残りは名寄せの確認に入ります" }))
    };
    let main = html! {
        (card("一括処理", "新しい順", table(&all)))
        (card("新しく始める", "", post_form("start", LIST, true, &call.hidden(), form)))
    };
    let screen = Screen {
        title: "名寄せの一括処理".into(),
        main,
        aside: vec![AsidePanel::text(
            "同じファイルをもう一度",
            "登録済みの番号は何も変わりません。途中で止まった処理は、続きから再開できます。",
        )],
        data: serde_json::json!({ "batches": data }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Starts a run.
pub async fn start(call: Call) -> Result<Reply, Fault> {
    let mut reader = call.form.reader();
    let programme = reader.text("programme", "業務の符号");
    let source = reader.choice("source", "対象", &["file", "programme"]);
    if !programme.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') || programme == crate::model::JUKI {
        reader.problem("programme", "英小文字と数字で入れてください。住民記録(juki)は対象になりません");
    }
    if source == "file" && call.uploads.is_empty() {
        reader.problem("file", "ファイルを選んでください");
    }
    reader.finish()?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(call.action, LINK).await?;
    let file = call.uploads.first().filter(|_| source == "file").map(|u| u.body.as_slice());
    let job = batch::start(&mut unit, &programme, file).await?;
    let to = format!("/jobs/{job}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// One run: how many rows came to each end, and its rows, those first that a person has to look at.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut unit = call.look().await?;
    unit.permit(Search, LINK).await?;
    let run = store::batch(&mut unit.tx, id).await?;
    let counts = store::batch_counts(&mut unit.tx, id).await?;
    let first = store::batch_first(&mut unit.tx, id).await?;
    let mut subjects = vec![];
    for number in first.iter().filter_map(|row| row.atena_no.as_ref()) {
        subjects.extend(unit.find_subject(number).await?);
    }
    unit.bulk(&subjects, &[LINK]);
    let ledger = Ledger::default()
        .with(Batch::REGISTER, [reworded(&call.city, run.in_words())])
        .with(BatchRow::REGISTER, first.iter().map(BatchRow::in_words));
    let numbers: Vec<_> = counts.iter().map(|(outcome, n)| (outcome.as_str(), html! { (n) "行" })).collect();
    let main = html! {
        (card("結果", &programme_ja(&call.city, &run.programme), html! {
            (definition_list(&numbers))
            (button_row(&[
                Action::link("全部の行の結果(CSV)", &format!("{LIST}/{id}/result.csv")).file(),
                Action::link("名寄せの確認へ", super::review::QUEUE),
                Action::link("一括処理の一覧へ戻る", LIST).key("F6"),
            ], html! { "下には、誤りと確認待ちの行から順に、最大200行が出ます" }))
        }))
        (ledger.cards(|_| true))
    };
    let counts: std::collections::BTreeMap<_, _> = counts.into_iter().collect();
    let screen = Screen {
        title: "名寄せの一括処理".into(),
        subtitle: run.source.clone(),
        main,
        data: serde_json::json!({ "id": id, "state": run.state, "counts": counts, "registers": ledger.json(|_| true) }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Every row with its end, in the order of the file.
pub async fn result(call: Call) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut unit = call.look().await?;
    unit.permit(call.action, LINK).await?;
    store::batch(&mut unit.tx, id).await?;
    let (mut lines, mut subjects, mut after) = (vec![], vec![], 0);
    loop {
        let page = store::batch_rows(&mut unit.tx, id, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.line;
        for row in page {
            if let Some(number) = &row.atena_no {
                subjects.extend(unit.find_subject(number).await?);
            }
            let known = row.atena_no.map(String::from).unwrap_or_default();
            lines.push(vec![row.line.to_string(), row.number, row.outcome, known, row.reason]);
        }
    }
    unit.bulk(&subjects, &[LINK]);
    unit.note(format!("名寄せの一括処理の結果 {}行", lines.len()));
    let body = super::csv(&["行", "業務の番号", "結果", "宛名番号", "理由"], lines.into_iter());
    let download =
        Download { name: "名寄せの一括処理の結果.csv".into(), mime: "text/csv; charset=utf-8", body, inline: false };
    Ok(Reply::File(unit.commit(download).await?))
}
