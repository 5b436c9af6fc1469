//! The batch monitor: progress, rate, remaining time, cancel and resume.

use maud::html;
use platform::job::{self, JobView};
use platform::{Fault, Unit};
use webkit::components::{Action, Column, JobState, Progress, Row, Table, badge, card, table};
use webkit::{Begun, Call, Reply, Screen};

fn state(view: &JobView) -> JobState {
    match view.state.as_str() {
        "running" => JobState::Running,
        "done" => JobState::Done,
        "failed" => JobState::Failed,
        "cancelled" => JobState::Cancelled,
        _ => JobState::Queued,
    }
}

fn progress_of(view: &JobView) -> Progress {
    Progress {
        state: state(view),
        done: u64::try_from(view.done).unwrap_or(0),
        total: u64::try_from(view.total).ok().filter(|t| *t > 0),
        per_second: u64::try_from(view.rate).ok().filter(|r| *r > 0),
        seconds_left: view.remaining.and_then(|r| u64::try_from(r).ok()),
        note: view.message.clone(),
    }
}

/// Jobs of the office.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let jobs = job::list(&mut unit.tx, call.staff.office()).await?;
    let rows = jobs.iter().map(|j| {
        let (tone, word) = state(j).face();
        let far = if j.total > 0 { format!("{} / {}", j.done, j.total) } else { j.done.to_string() };
        let cells = vec![
            j.title.clone().into(),
            j.staff_name.clone().into(),
            far.into(),
            badge(tone, word).into(),
            j.message.clone().into(),
        ];
        Row::new(cells).opens(format!("/jobs/{}", j.id))
    });
    let list = Table {
        caption: "一括処理".into(),
        columns: vec![
            Column::text("処理"),
            Column::text("依頼した人"),
            Column::number("進み"),
            Column::text("状態"),
            Column::text("結果"),
        ],
        rows: rows.collect(),
        empty: (
            "一括処理はまだありません".into(),
            "取込みや一括印刷を始めると、ここで進みを見られます。画面を閉じても続きます。".into(),
        ),
        filter: true,
        ..Table::default()
    };
    let screen = Screen {
        title: "一括処理".into(),
        subtitle: call.city.office_name(call.staff.office()),
        main: card("一括処理", "新しいものから50件", table(&list)),
        data: serde_json::json!({ "jobs": jobs }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// One job.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let view = job::find(&mut unit.tx, call.staff.office(), call.id("id")?).await?;
    let live = state(&view).live();
    let mut actions = vec![Action::link("一覧へ戻る", "/jobs").key("F6")];
    if live {
        actions.push(Action::post("止める", &format!("/jobs/{}/cancel", view.id), call.hidden_owned()).key("F7").danger());
    } else if matches!(view.state.as_str(), "cancelled" | "failed") {
        actions.push(Action::post("再開する", &format!("/jobs/{}/resume", view.id), call.hidden_owned()).key("F9").primary());
    }
    let meanwhile = "画面を閉じても処理は続きます。終わるまで、結果はどの画面にも出ません。";
    let bar = webkit::components::progress(
        &view.title,
        &format!("/jobs/{}/progress", view.id),
        &progress_of(&view),
        meanwhile,
        &actions,
    );
    let screen = Screen {
        title: view.title.clone(),
        subtitle: view.case_number.clone(),
        main: html! { (bar) },
        data: serde_json::to_value(&view).unwrap_or_default(),
        refresh: live.then_some(5),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// The progress, for the script of the page.
pub async fn progress(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let view = job::find(&mut unit.tx, call.staff.office(), call.id("id")?).await?;
    let answer = serde_json::to_value(progress_of(&view).answer()).unwrap_or_default();
    Ok(Reply::Json(unit.commit(answer).await?))
}

/// Asks it to stop after its current step.
pub async fn cancel(call: Call) -> Result<Reply, Fault> {
    set(call, false).await
}

/// Lets it go on.
pub async fn resume(call: Call) -> Result<Reply, Fault> {
    set(call, true).await
}

async fn set(call: Call, running: bool) -> Result<Reply, Fault> {
    let mut unit: Unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let view = job::find(&mut unit.tx, call.staff.office(), call.id("id")?).await?;
    job::set_running(&mut unit.tx, view.id, running).await?;
    let to = format!("/jobs/{}", view.id);
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
