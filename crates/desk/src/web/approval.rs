//! 決裁: the inbox, the difference between record and draft, and the word of the approver.

use kernel::time::{civil, clock_time, wareki_short};
use maud::html;
use platform::approval::{self, Proposal, Word};
use platform::fault::FaultKind;
use platform::{Fault, Unit};
use webkit::components::{
    Action, AsidePanel, Column, DiffRow, Field, FieldError, Row, Table, Tone, badge, button_row, card, decision_card, diff_table,
    error_summary, message, post_form, table,
};
use webkit::{Begun, Call, Reply, Screen};

/// What waits for the office.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let drafts = approval::waiting(&mut unit).await?;
    let rows = drafts.iter().map(|d| {
        let state = if d.state == "held" { badge(Tone::Warn, "保留") } else { badge(Tone::Info, "決裁待ち") };
        let when = format!("{} {}", wareki_short(civil(d.authored_at)), clock_time(d.authored_at));
        let cells = vec![
            d.title.clone().into(),
            d.case_number.clone().into(),
            d.author_name.clone().into(),
            when.into(),
            d.rule_ja.clone().into(),
            state.into(),
        ];
        Row::new(cells).opens(format!("/approvals/{}", d.id))
    });
    let list = Table {
        caption: "決裁待ち".into(),
        columns: ["起案", "案件", "起案者", "日時", "専決の根拠", "状態"].map(Column::text).into(),
        rows: rows.collect(),
        empty: ("決裁を待つ起案はありません".into(), "起案されると、ここに並びます。".into()),
        filter: true,
        ..Table::default()
    };
    let data = serde_json::json!({ "drafts": drafts.iter().map(|d| serde_json::json!({
        "id": d.id, "act": d.act, "title": d.title, "case": d.case_number, "state": d.state, "version": d.version, "author": d.author_name,
    })).collect::<Vec<_>>() });
    let screen = Screen {
        title: "決裁待ち".into(),
        subtitle: format!("{}件", drafts.len()),
        main: card("決裁待ち", "古いものから", table(&list)),
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// One draft with its difference.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let unit = call.look().await?;
    render(&call, unit, None).await
}

async fn render(call: &Call, mut unit: Unit, fault: Option<Fault>) -> Result<Reply, Fault> {
    let draft = approval::find(&mut unit, call.id("id")?).await?;
    let proposal = approval::describe(&mut unit, &call.acts, &draft).await?;
    let own = draft.author == call.staff.staff_no;
    let low = call.staff.rank() < draft.rank;
    let open = matches!(draft.state.as_str(), "waiting" | "held");
    let why_not = if own {
        Some("自分の起案は決裁できません")
    } else if low {
        Some("この職では決裁できません")
    } else if !open {
        Some("既に処理されています")
    } else {
        None
    };
    let errors: Vec<FieldError> =
        fault.iter().flat_map(|f| &f.fields).map(|f| FieldError { field: f.field.into(), message: f.message.clone() }).collect();
    let mut hidden = call.hidden();
    let version = draft.version.to_string();
    hidden.push(("version", &version));
    let guard = |a: Action| match why_not {
        Some(why) => a.blocked(why),
        None => a,
    };
    let buttons = [
        guard(Action::submit("承認する").key("F10").primary().sending("word", "approve")),
        guard(Action::submit("差し戻す").key("F6").sending("word", "return")),
        guard(Action::submit("保留").key("F7").sending("word", "hold")),
    ];
    let note_error = errors.iter().find(|e| e.field == "note").map(|e| e.message.as_str());
    let body = html! {
        (error_summary(&errors))
        (Field::new("note", "決裁者の言葉").value(call.form.text("note")).hint("差し戻すときは理由を書いてください").error(note_error).textarea(2))
        (button_row(&buttons, html! {}))
    };
    let when = format!("{} {}", wareki_short(civil(draft.authored_at)), clock_time(draft.authored_at));
    let main = html! {
        (details(&draft.title, &proposal))
        @if let Some(why) = why_not { (message(Tone::Warn, why, html! {})) }
        (card("決裁", "", post_form("decide", &format!("/approvals/{}", draft.id), false, &hidden, body)))
    };
    let next: Vec<&str> = proposal.next_ja.iter().map(String::as_str).collect();
    let mut aside = vec![AsidePanel::text("二人で決める", &format!("起案者と決裁者は別の人です。専決の根拠: {}", draft.rule_ja))];
    if !next.is_empty() {
        aside.push(AsidePanel::next("この決裁の後", &next));
    }
    if !proposal.evidence_ja.is_empty() {
        aside.push(AsidePanel::links("証拠", &proposal.evidence_ja.iter().map(|e| (e.clone(), None)).collect::<Vec<_>>()));
    }
    let screen = Screen {
        title: "決裁".into(),
        subtitle: format!("{} ・ 起案 {}({when})", draft.case_number, draft.author_name),
        main,
        aside,
        asked: "起案の対象の項目".into(),
        data: serde_json::json!({ "id": draft.id, "version": draft.version, "state": draft.state, "title": draft.title, "proposal": proposal }),
        status: fault.map_or(0, |_| 422),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

fn details(title: &str, proposal: &Proposal) -> maud::Markup {
    let rows: Vec<DiffRow> = proposal
        .lines
        .iter()
        .map(|l| DiffRow { item: l.item_ja.clone(), old: l.now_ja.clone(), new: l.draft_ja.clone(), reason: l.reason_ja.clone() })
        .collect();
    let used = Table {
        caption: "この事実を使っている業務".into(),
        columns: vec![Column::text("業務"), Column::text("担当"), Column::number("使っている決定")],
        rows: proposal.used_by.iter().map(|(b, o, n)| Row::new(vec![b.clone().into(), o.clone().into(), (*n).into()])).collect(),
        ..Table::default()
    };
    html! {
        (card(title, &proposal.about_ja, html! { @if !rows.is_empty() { (diff_table("いまの記録と起案の違い", &rows)) } }))
        @if let Some(decision) = &proposal.decision {
            (decision_card("判定", decision.outcome.label_ja(), "", decision, html! {}))
        }
        @if !proposal.used_by.is_empty() {
            (card("この訂正を使っている業務", "中身は見えません。各課に「確かめる仕事」が届きます", table(&used)))
        }
    }
}

/// Decides.
pub async fn decide(call: Call) -> Result<Reply, Fault> {
    let mut reader = call.form.reader();
    let word = reader.choice("word", "承認・差し戻し・保留", &["approve", "return", "hold"]);
    let version = reader.number("version", "版", 0, i64::MAX);
    reader.finish()?;
    let word = match word.as_str() {
        "approve" => Word::Approve,
        "return" => Word::Return,
        _ => Word::Hold,
    };
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    match approval::decide(&mut unit, &call.acts, call.id("id")?, version, word, call.form.text("note")).await {
        Ok(_) => {
            unit.commit_as((), "/approvals").await?;
            Ok(Reply::See("/approvals".into()))
        }
        Err(fault) if fault.kind == FaultKind::Invalid => {
            drop(unit);
            let unit = call.look().await?;
            render(&call, unit, Some(fault)).await
        }
        Err(fault) => Err(fault),
    }
}
