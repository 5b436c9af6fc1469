//! State as colour and word together.

use kernel::decision::{Outcome, Verdict};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

/// The colour family of a state. The word always says it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Green: 該当, 一致, 済.
    Ok,
    /// Amber: 要確認, 未実施, 保留.
    Warn,
    /// Red: 不適合, 差異, 失敗.
    Bad,
    /// Blue: a classification or a fact to notice.
    Info,
    /// Grey: 終了, 取消, not in force.
    #[default]
    Neutral,
}

impl Tone {
    /// The class that carries the colour.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Ok => "ok",
            Tone::Warn => "warn",
            Tone::Bad => "bad",
            Tone::Info => "info",
            Tone::Neutral => "neutral",
        }
    }
}

/// A short word on its colour.
pub fn badge(tone: Tone, word: &str) -> Markup {
    html! { span class={ "badge " (tone.class()) } { (word) } }
}

pub(super) fn verdict_tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Satisfied => Tone::Ok,
        Verdict::NotSatisfied => Tone::Bad,
        Verdict::Unclear => Tone::Warn,
        Verdict::Info => Tone::Info,
    }
}

/// The verdict of one condition, with its own word when the rule gives one (市単独分).
pub fn verdict_badge(verdict: Verdict, word: Option<&str>) -> Markup {
    badge(verdict_tone(verdict), word.unwrap_or(verdict.label_ja()))
}

/// The outcome of a decision.
pub fn outcome_badge(outcome: Outcome) -> Markup {
    let tone = match outcome {
        Outcome::Granted => Tone::Ok,
        Outcome::Refused => Tone::Bad,
        Outcome::Unclear | Outcome::Held => Tone::Warn,
    };
    badge(tone, outcome.label_ja())
}
