//! What happened, said once and plainly.

use super::action::Action;
use super::badge::Tone;
use maud::{Markup, html};

/// A box that tells the result of the last step, or a fact to know before the next one.
pub fn message(tone: Tone, title: &str, body: Markup) -> Markup {
    boxed(tone, title, body, None)
}

/// A [`message`] with the one thing to do about it at its right.
pub fn message_with(tone: Tone, title: &str, body: Markup, action: &Action) -> Markup {
    boxed(tone, title, body, Some(action))
}

fn boxed(tone: Tone, title: &str, body: Markup, action: Option<&Action>) -> Markup {
    let mark = match tone {
        Tone::Ok => "✓",
        Tone::Warn | Tone::Bad => "!",
        Tone::Info | Tone::Neutral => "i",
    };
    // Bad news interrupts; everything else waits its turn.
    let role = if tone == Tone::Bad { "alert" } else { "status" };
    html! {
        div class={ "message " (tone.class()) @if action.is_some() { " with-action" } } role=(role) {
            span.mark aria-hidden="true" { (mark) }
            div { p.message-title { (title) } (body) }
            @if let Some(action) = action { (action.render()) }
        }
    }
}

/// An error in the three sentences every error has: 何が (what), なぜ (why), どうする (what to do).
pub fn problem(what: &str, why: &str, how: &str) -> Markup {
    message(Tone::Bad, what, html! { p { (why) } p { (how) } })
}
