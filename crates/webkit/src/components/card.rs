//! Boxes that group what belongs together.

use maud::{Markup, html};

/// A white card with a heading; `note` stands beside the heading in small grey type (empty: none).
pub fn card(title: &str, note: &str, body: Markup) -> Markup {
    section(html! { (title) }, note, body)
}

/// A card whose heading holds more than words, such as a badge.
pub fn section(title: Markup, note: &str, body: Markup) -> Markup {
    html! {
        section.card {
            div.card-head {
                h2 { (title) }
                @if !note.is_empty() { p.note { (note) } }
            }
            (body)
        }
    }
}

/// Two cards side by side; one under the other where there is no room.
pub fn pair(left: Markup, right: Markup) -> Markup {
    html! { div.pair { (left) (right) } }
}

/// What stands where a list would: what is (not) here, why, and what to do next.
pub fn empty_state(title: &str, why: &str, next: Option<Markup>) -> Markup {
    html! {
        div.empty {
            p.empty-title { (title) }
            @if !why.is_empty() { p { (why) } }
            @if let Some(next) = next { div.empty-next { (next) } }
        }
    }
}
