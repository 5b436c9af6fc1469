//! A life or a record as a line of moments.

use maud::{Markup, html};

/// How a moment is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MomentKind {
    /// Something that happened: a full dot.
    #[default]
    Event,
    /// The moment that the page shows: a thick ring.
    Chosen,
    /// Open or still to come: a thin ring.
    Open,
}

/// One moment.
#[derive(Debug, Clone, Default)]
pub struct Moment {
    /// What happened: 出生, 転居.
    pub label: String,
    /// When, short: R6.10.15.
    pub date: String,
    /// A few more words: 社保→国保.
    pub note: String,
    /// How it is drawn.
    pub kind: MomentKind,
    /// Shows the page as of this moment.
    pub href: Option<String>,
}

/// The moments in order, from left to right; from top to bottom where there is no room.
pub fn timeline(moments: &[Moment]) -> Markup {
    html! {
        ol.timeline {
            @for moment in moments {
                @let current = (moment.kind == MomentKind::Chosen).then_some("true");
                li.event[moment.kind == MomentKind::Event].chosen[current.is_some()].open[moment.kind == MomentKind::Open] {
                    @match &moment.href {
                        Some(href) => a href=(href) aria-current=[current] { span.tl-label { (moment.label) } (when(moment)) },
                        None => div aria-current=[current] { span.tl-label { (moment.label) } (when(moment)) },
                    }
                }
            }
        }
    }
}

fn when(moment: &Moment) -> Markup {
    html! {
        span.tl-dot aria-hidden="true" {}
        span.tl-when {
            (moment.date)
            @if !moment.note.is_empty() { " " span.tl-note { (moment.note) } }
        }
    }
}
