//! Long work: how far, how fast, how long, and what may be done meanwhile.

use super::action::Action;
use super::badge::{Tone, badge};
use kernel::money::grouped;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// 待ち
    #[default]
    Queued,
    /// 実行中
    Running,
    /// 中断: it can be resumed.
    Paused,
    /// 完了
    Done,
    /// 失敗: nothing half-done is visible.
    Failed,
    /// 取消
    Cancelled,
}

impl JobState {
    /// Waiting or running: worth asking again.
    pub fn live(self) -> bool {
        matches!(self, JobState::Queued | JobState::Running)
    }

    /// Colour and word.
    pub fn face(self) -> (Tone, &'static str) {
        match self {
            JobState::Queued => (Tone::Neutral, "待ち"),
            JobState::Running => (Tone::Info, "実行中"),
            JobState::Paused => (Tone::Warn, "中断"),
            JobState::Done => (Tone::Ok, "完了"),
            JobState::Failed => (Tone::Bad, "失敗"),
            JobState::Cancelled => (Tone::Neutral, "取消"),
        }
    }
}

/// How a job is doing.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// Where it stands.
    pub state: JobState,
    /// Units done.
    pub done: u64,
    /// Units in all, once known.
    pub total: Option<u64>,
    /// Units per second over the last while.
    pub per_second: Option<u64>,
    /// Seconds left, as far as the rate tells.
    pub seconds_left: Option<u64>,
    /// What it is doing, or why it stopped.
    pub note: String,
}

/// What the page polls for, as JSON: the same words that the server would render.
#[derive(Debug, Clone, Serialize)]
pub struct ProgressAnswer {
    /// Is it still going on? If not, the page reloads.
    pub live: bool,
    /// Colour of the state.
    pub tone: Tone,
    /// Word of the state.
    pub word: &'static str,
    /// Units done.
    pub done: u64,
    /// Units in all, once known.
    pub total: Option<u64>,
    /// [`Progress::line`].
    pub line: String,
    /// What it is doing.
    pub note: String,
}

impl Progress {
    /// The answer to a poll.
    pub fn answer(&self) -> ProgressAnswer {
        let (tone, word) = self.state.face();
        let (done, total, line, note) = (self.done, self.total, self.line(), self.note.clone());
        ProgressAnswer { live: self.state.live(), tone, word, done, total, line, note }
    }

    /// One line: 41,230 / 103,482件 ・ 毎秒 5,200件 ・ 残り 約12秒.
    pub fn line(&self) -> String {
        let n = |n: u64| i64::try_from(n).map_or_else(|_| n.to_string(), grouped);
        let mut line = n(self.done);
        if let Some(total) = self.total {
            line += &format!(" / {}", n(total));
        }
        line += "件";
        if self.state == JobState::Running {
            if let Some(rate) = self.per_second {
                line += &format!(" ・ 毎秒 {}件", n(rate));
            }
            match self.seconds_left {
                Some(s) if s >= 60 => line += &format!(" ・ 残り 約{}分", s.div_ceil(60)),
                Some(s) => line += &format!(" ・ 残り 約{s}秒"),
                None => {}
            }
        }
        line
    }
}

/// The job's panel. `url` answers [`Progress::answer`] as JSON; without scripts the page refreshes itself
/// ([`crate::frame::Frame::refresh`]). `meanwhile` says what is safe to do while it runs.
pub fn progress(title: &str, url: &str, job: &Progress, meanwhile: &str, actions: &[Action]) -> Markup {
    let (tone, word) = job.state.face();
    let live = job.state.live();
    html! {
        section class={ "card job " (tone.class()) } data-poll=[live.then_some(url)] {
            div.card-head { h2 { (title) " " span data-part="state" { (badge(tone, word)) } } }
            progress aria-label=(title) max=[job.total] value=[job.total.map(|_| job.done)] data-part="bar" {}
            p.job-line data-part="line" { @if job.state != JobState::Queued { (job.line()) } }
            p.note data-part="note" aria-live="polite" { (job.note) }
            @if live && !meanwhile.is_empty() { p.note { (meanwhile) } }
            @if !actions.is_empty() { div.button-row { @for action in actions { (action.render()) } } }
        }
    }
}
