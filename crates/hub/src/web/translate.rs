//! 番号の変換 and 持出し: by screen and by file.

use super::csv;
use super::export::PARTS;
use crate::model::{LINK, Link, NUMBER, OUTSIDER, OUTSIDER_ADDRESS, Outsider};
use crate::store;
use crate::usecases::interface_file;
use crate::usecases::translate::{self, Translated, Way};
use kernel::access::Action::Search;
use maud::html;
use platform::{Fault, Unit, subject};
use webkit::components::{Action, AsidePanel, Choice, Field, button_row, card, post_form};
use webkit::{Call, Download, Reply, Screen};

/// Page of the translation.
pub const PAGE: &str = "/hub/translate";
/// The translation of a file of an interface.
pub const FILE: &str = "/hub/translate/file";
/// Most rows of one file.
const MOST: usize = 100_000;

/// The page.
pub async fn ask(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Search, NUMBER).await?;
    let purposes: Vec<_> =
        call.city.profile().offices.iter().flat_map(|o| o.purposes).filter_map(|code| call.city.purpose(code)).collect();
    let choices: Vec<Choice> = purposes.iter().map(|p| Choice { value: p.code, label: p.name_ja, note: "" }).collect();
    let ways = [
        Choice { value: "to_dan", label: "業務の番号 → 団体内統合宛名番号", note: "" },
        Choice { value: "from_dan", label: "団体内統合宛名番号 → 業務の番号", note: "" },
    ];
    let form = html! {
        (Field::new("programme", "業務").required().value(crate::model::JUKI).select(&choices))
        (Field::new("way", "向き").required().value("to_dan").radio(&ways))
        (Field::new("numbers", "番号").hint("一行に一つ").textarea(6))
        (Field::new("file", "または、番号を一行に一つ書いたファイル").file(".csv,.txt"))
        (button_row(&[Action::submit("変換してCSVを受け取る").key("F9").primary()], html! {}))
    };
    let outputs = [
        Choice { value: "good", label: "変換したファイル", note: "" },
        Choice { value: "held", label: "変換できない行の一覧(CSV)", note: "" },
    ];
    let of_file = html! {
        (Field::new("programme", "業務").required().value(crate::model::JUKI).select(&choices))
        (Field::new("way", "向き").required().value("to_dan").radio(&ways))
        (Field::new("output", "受け取るもの").required().value("good").radio(&outputs))
        (Field::new("file", "見出しの行があるファイル").required().file(".jsonl,.txt"))
        (button_row(&[Action::submit("ファイルを変換する")], html! {}))
    };
    let main = html! {
        (card("番号の変換", "変換できない行は、理由を書いて同じ順に返します", post_form("translate", PAGE, true, &call.hidden(), form)))
        (card("インターフェイスのファイルの変換", "情報照会・情報提供・副本などのファイル。変換できる行だけが先へ進みます", post_form("file", FILE, true, &call.hidden(), of_file)))
        (card("持出し", "", button_row(&[
            Action::link("住登外者の全項目(CSV)", "/hub/outsiders.csv").file(),
            Action::link("連携の全項目(CSV)", "/hub/links.csv").file(),
        ], html! { "いまの記録" })))
        (card("台帳ごとの全項目の持出し", "履歴を含む全部の行と項目。移行と点検のため", html! {
            ul { @for (_, path, name_ja) in PARTS { li { a href=(path) download { (name_ja) } } } }
        }))
    };
    let screen = Screen {
        title: "番号の変換".into(),
        main,
        aside: vec![AsidePanel::text("記録", "変換と持出しは、対象になった全員の閲覧記録に残ります。")],
        data: serde_json::json!({ "programmes": purposes.iter().map(|p| p.code).collect::<Vec<_>>() }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Translates and answers a file.
pub async fn run(call: Call) -> Result<Reply, Fault> {
    let mut reader = call.form.reader();
    let programme = reader.text("programme", "業務");
    let way = reader.choice("way", "向き", &["to_dan", "from_dan"]);
    let file = call.uploads.first().map(|u| String::from_utf8_lossy(&u.body).into_owned()).unwrap_or_default();
    let text = format!("{}\n{file}", call.form.text("numbers"));
    let numbers: Vec<String> = text.lines().map(|l| l.trim().trim_matches('"').to_owned()).filter(|l| !l.is_empty()).collect();
    if numbers.is_empty() {
        reader.problem("numbers", "番号を入れるか、ファイルを選んでください");
    }
    if numbers.len() > MOST {
        reader.problem("file", format!("一度に変換できるのは{MOST}行までです。分けて送ってください"));
    }
    reader.finish()?;
    let mut unit = call.look().await?;
    unit.permit(call.action, NUMBER).await?;
    let way = if way == "to_dan" { Way::ToDan } else { Way::FromDan };
    let rows = translate::run(&mut unit, &programme, way, &numbers).await?;
    let bad = rows.iter().filter(|r| r.answer.is_err()).count();
    unit.note(format!("番号の変換 {}行、うち変換できない行 {bad}", rows.len()));
    let lines = rows.iter().zip(1..).map(|(Translated { asked, answer }, n)| match answer {
        Ok(number) => vec![n.to_string(), asked.clone(), number.clone(), String::new()],
        Err(why) => vec![n.to_string(), asked.clone(), String::new(), why.to_string()],
    });
    let body = csv(&["行", "番号", "変換後の番号", "変換できない理由"], lines);
    let download = Download { name: "番号の変換.csv".into(), mime: "text/csv; charset=utf-8", body, inline: false };
    Ok(Reply::File(unit.commit(download).await?))
}

/// Translates a file of an interface; answers the file, or the rows that stay.
pub async fn file(call: Call) -> Result<Reply, Fault> {
    let mut reader = call.form.reader();
    let programme = reader.text("programme", "業務");
    let way = reader.choice("way", "向き", &["to_dan", "from_dan"]);
    let output = reader.choice("output", "受け取るもの", &["good", "held"]);
    let body = call.uploads.first().map(|u| String::from_utf8(u.body.clone()));
    match &body {
        None => reader.problem("file", "ファイルを選んでください"),
        Some(Err(_)) => reader.problem("file", "ファイルの文字コードがUTF-8ではありません"),
        Some(Ok(text)) if text.lines().count() > MOST => {
            reader.problem("file", format!("一度に変換できるのは{MOST}行までです。分けて送ってください"));
        }
        Some(Ok(_)) => {}
    }
    reader.finish()?;
    let text = body.and_then(Result::ok).unwrap_or_default();
    let way = if way == "to_dan" { Way::ToDan } else { Way::FromDan };
    // What goes out is kept with its number, for the answer.
    let mut unit = match way {
        Way::ToDan => Unit::change(&call.city, &call.staff, call.screen, call.action).await?,
        Way::FromDan => call.look().await?,
    };
    unit.permit(call.action, NUMBER).await?;
    let through = interface_file::run(&mut unit, &programme, way, &text).await?;
    unit.note(format!(
        "インターフェイスのファイルの変換 {}行、うち変換できない行 {}",
        through.good + through.held.len(),
        through.held.len()
    ));
    let download = if output == "good" {
        let name = "変換したファイル.jsonl".into();
        Download { name, mime: "application/jsonl; charset=utf-8", body: through.file.into_bytes(), inline: false }
    } else {
        let lines = through.held.into_iter().map(|held| vec![held.line.to_string(), held.number, held.why]);
        let body = csv(&["行", "番号", "変換できない理由"], lines);
        Download { name: "変換できない行.csv".into(), mime: "text/csv; charset=utf-8", body, inline: false }
    };
    Ok(Reply::File(unit.commit(download).await?))
}

/// Every item of every 住登外者, without what is secret. Places of protected people stay here.
pub async fn outsiders(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(call.action, OUTSIDER).await?;
    let protected = subject::protection_list(&mut unit.tx).await?;
    let (mut lines, mut subjects, mut after) = (vec![], vec![], 0);
    loop {
        let page = store::outsiders_after(&mut unit.tx, after).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for row in &page {
            let Some(subject) = unit.find_subject(&row.atena_no).await? else { continue };
            subjects.push(subject);
            let hide = protected.contains(&subject);
            let cells = row.in_words().into_iter();
            lines.push(cells.map(|(c, words)| if hide && c.group == OUTSIDER_ADDRESS { String::new() } else { words }).collect());
        }
    }
    unit.bulk(&subjects, &[OUTSIDER, OUTSIDER_ADDRESS]);
    unit.note(format!("住登外者 全項目CSV {}件", lines.len()));
    let head: Vec<&str> = Outsider::REGISTER.columns.iter().filter(|c| c.is_read()).map(|c| c.label_ja).collect();
    let body = csv(&head, lines.into_iter());
    let download = Download { name: "住登外者.csv".into(), mime: "text/csv; charset=utf-8", body, inline: false };
    Ok(Reply::File(unit.commit(download).await?))
}

/// Every item of every link as it stands: which programme's number belongs to which 団番.
pub async fn links(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(call.action, NUMBER).await?;
    let (mut lines, mut subjects, mut after) = (vec![], vec![], 0);
    loop {
        let page = store::links_after(&mut unit.tx, after).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for link in page {
            subjects.extend(unit.find_subject(&link.atena_no).await?);
            lines.push(link.in_words().into_iter().map(|(_, words)| words).collect());
        }
    }
    unit.bulk(&subjects, &[NUMBER, LINK]);
    unit.note(format!("業務の番号との連携 全項目CSV {}件", lines.len()));
    let head: Vec<&str> = Link::REGISTER.columns.iter().filter(|c| c.is_read()).map(|c| c.label_ja).collect();
    let body = csv(&head, lines.into_iter());
    let download = Download { name: "連携.csv".into(), mime: "text/csv; charset=utf-8", body, inline: false };
    Ok(Reply::File(unit.commit(download).await?))
}
