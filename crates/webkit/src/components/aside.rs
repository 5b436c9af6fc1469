//! The right column: why this may be seen, which entry records it, who belongs to it, what comes next.

use super::action::Action;
use maud::{Markup, html};

/// One panel of the right column.
#[derive(Debug, Clone, Default)]
pub struct AsidePanel {
    /// Heading.
    pub title: String,
    /// Content.
    pub body: Markup,
}

impl AsidePanel {
    /// A panel with any content.
    pub fn new(title: &str, body: Markup) -> Self {
        Self { title: title.to_owned(), body }
    }

    /// この画面の根拠: purpose, legal basis, the items asked for and those shown along the way (empty: none).
    pub fn basis(purpose: &str, basis: &str, asked: &str, incidental: &str) -> Self {
        let rows = [("事務", purpose), ("根拠", basis), ("求めた項目", asked), ("付随表示", incidental)];
        let body = html! {
            dl.inline { @for (label, value) in rows { @if !value.is_empty() { div { dt { (label) } dd { (value) } } } } }
        };
        Self::new("この画面の根拠", body)
    }

    /// この閲覧の記録: the number of the audit entry, whether it is sealed already, and a note.
    pub fn record(entry: i64, sealed: bool, note: &str) -> Self {
        let body = html! {
            p.sealed {
                "記録済 → "
                @if sealed { "封印済 ✓ " } @else { "封印待ち " }
                span.mono { "#" (entry) }
            }
            @if !note.is_empty() { p { (note) } }
        };
        Self::new("この閲覧の記録", body)
    }

    /// A list of short lines, such as 関係する人; each may be a link.
    pub fn links(title: &str, lines: &[(String, Option<String>)]) -> Self {
        let body = html! {
            ul.plain {
                @for (text, href) in lines {
                    li { @match href { Some(href) => a href=(href) { (text) }, None => (text) } }
                }
            }
        };
        Self::new(title, body)
    }

    /// Steps that will follow, numbered: この決裁の後.
    pub fn next(title: &str, steps: &[&str]) -> Self {
        Self::new(title, html! { ol.plain { @for step in steps { li { (step) } } } })
    }

    /// 次にすること: one or two things to do from here.
    pub fn actions(title: &str, actions: &[Action]) -> Self {
        Self::new(title, html! { div.stack { @for action in actions { (action.render()) } } })
    }

    /// Plain sentences.
    pub fn text(title: &str, text: &str) -> Self {
        Self::new(title, html! { p { (text) } })
    }
}
