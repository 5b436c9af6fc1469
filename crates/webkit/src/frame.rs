//! The one frame of every staff page: top bar, work on the left, the page, and on the right why it may be seen.
//!
//! [`Frame`] is a plain value that the server fills; [`page`] turns it into a whole document. Pages that stand outside of the frame
//! (sign-in, away from the desk, errors, the resident's own pages) are in [`plain`].

pub mod plain;

use crate::assets;
use crate::components::{AsidePanel, CSRF_FIELD, Moment, Tone, key_cap, message, spoken, timeline};
use maud::{DOCTYPE, Markup, html};

/// A purpose (事務) that the session may switch to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PurposeChoice {
    /// Value sent as `purpose`.
    pub value: String,
    /// 子ども医療・資格
    pub label: String,
    /// Is it the one acted for?
    pub current: bool,
}

/// A group of the left column: わたしの仕事, 住民, 子ども医療, 共通.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NavGroup {
    /// Heading.
    pub label: String,
    /// Links.
    pub items: Vec<NavItem>,
}

/// A link of the left column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NavItem {
    /// Word.
    pub label: String,
    /// Address.
    pub href: String,
    /// How many wait, and whether they are urgent.
    pub count: Option<(u32, bool)>,
    /// Is it where we are?
    pub current: bool,
}

/// いつの時点で見るか: the one control of time on every page about a person or a record.
#[derive(Debug, Clone, Default)]
pub struct TimeTravel {
    /// 基準日 as typed and shown, 和暦.
    pub as_of: String,
    /// 知り得た日 as typed and shown; empty means today.
    pub known_at: String,
    /// Both are today: the page may write.
    pub is_today: bool,
    /// Where the form goes (GET, fields `as_of` and `known_at`).
    pub action: String,
    /// The same page as of today.
    pub today_href: String,
    /// What happened when.
    pub moments: Vec<Moment>,
    /// What could not be read of the dates typed in.
    pub error: Option<String>,
}

/// A word on what just happened, above the page.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Colour.
    pub tone: Tone,
    /// In one sentence.
    pub title: String,
    /// More words, or empty.
    pub text: String,
}

/// Everything a staff page shows around its own content. Start from `Frame::default()`.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// みなと市
    pub city: String,
    /// Purposes of this session; the current one is marked.
    pub purposes: Vec<PurposeChoice>,
    /// 案件: number and address of the open case.
    pub case: Option<(String, String)>,
    /// Office and rank of the person who acts.
    pub office: String,
    /// Name of the person who acts.
    pub name: String,
    /// Terminal and how the person was recognised: T-0231 ・ 顔認証済.
    pub terminal: String,
    /// Left column.
    pub nav: Vec<NavGroup>,
    /// The one `h1`, also the window's title. It is spoken only when `lead` stands in its place.
    pub title: String,
    /// Small words beside the title.
    pub subtitle: String,
    /// Person strip and tabs; they replace the visible title.
    pub lead: Option<Markup>,
    /// The page.
    pub main: Markup,
    /// Right column.
    pub aside: Vec<AsidePanel>,
    /// Time control, where the page has one.
    pub time_travel: Option<TimeTravel>,
    /// What just happened.
    pub notice: Option<Notice>,
    /// Token for the forms of the frame itself.
    pub csrf: String,
    /// Seconds without a key until the page asks, and then leaves; `None`: never.
    pub idle_seconds: Option<u32>,
    /// 令和8年11月20日 10:05, for paper.
    pub now: String,
    /// Where 15 digits and Enter lead, the digits appended: `/person/`. Empty: nowhere.
    pub straight: String,
    /// Reload after this many seconds where scripts do not run (job pages).
    pub refresh: Option<u32>,
}

/// Where the purpose switch posts to.
pub const PURPOSE_ACTION: &str = "/session/purpose";
/// Where 離席 posts to.
pub const LOCK_ACTION: &str = "/session/lock";

/// The whole document.
pub fn page(frame: &Frame) -> Markup {
    let past = frame.time_travel.as_ref().is_some_and(|t| !t.is_today);
    let title = format!("{} | {} Atena", frame.title, frame.city);
    document(
        &title,
        frame.refresh,
        html! {
            body.framed.is-past[past] data-idle=[frame.idle_seconds] data-straight=[(!frame.straight.is_empty()).then_some(&frame.straight)] {
                a.skip href="#main" { "本文へ移る" }
                (top_bar(frame))
                div.layout {
                    (left_column(&frame.nav))
                    main.main id="main" tabindex="-1" {
                        (paper_head(frame))
                        (main_column(frame, past))
                    }
                    @if !frame.aside.is_empty() {
                        aside.right aria-label="この画面について" {
                            @for panel in &frame.aside { section.panel { h2 { (panel.title) } div.panel-body { (panel.body) } } }
                        }
                    }
                }
            }
        },
    )
}

/// Head and doctype around a body.
fn document(title: &str, refresh: Option<u32>, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="ja" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="format-detection" content="telephone=no";
                title { (title) }
                link rel="icon" type="image/svg+xml" href=(assets::url("icon.svg"));
                link rel="preload" as="font" type="font/woff2" crossorigin href=(assets::url("fonts/core-400.woff2"));
                link rel="stylesheet" href=(assets::url("app.css"));
                script defer src=(assets::url("app.js")) {}
                @if let Some(seconds) = refresh { noscript { meta http-equiv="refresh" content=(seconds); } }
            }
            (body)
        }
    }
}

fn top_bar(frame: &Frame) -> Markup {
    html! {
        header.top {
            a.brand href="/" { "Atena " span { "宛名" } }
            span.city { (frame.city) }
            (purpose_switch(frame))
            @if let Some((no, href)) = &frame.case {
                a.case href=(href) { "案件 " (no) }
            } @else if !frame.purposes.is_empty() {
                a.case.none href="/case" { "案件 未選択" }
            }
            div.who {
                span { (frame.office) " " b { (frame.name) } }
                @if !frame.terminal.is_empty() { span { "端末 " (frame.terminal) } }
            }
            form.leave method="post" action=(LOCK_ACTION) {
                input type="hidden" name=(CSRF_FIELD) value=(frame.csrf);
                button type="submit" data-key="F12" data-lock aria-keyshortcuts="F12" { "離席 " (key_cap("F12")) }
            }
        }
    }
}

fn purpose_switch(frame: &Frame) -> Markup {
    let current = frame.purposes.iter().find(|p| p.current).map_or("未選択", |p| p.label.as_str());
    html! {
        @if frame.purposes.len() == 1 {
            span.purpose-fixed { "事務: " (current) }
        } @else if !frame.purposes.is_empty() {
            details.purpose data-menu {
                summary { "事務: " (current) " " span.caret aria-hidden="true" { "▾" } (spoken("(切り替える)")) }
                form.purpose-list method="post" action=(PURPOSE_ACTION) {
                    input type="hidden" name=(CSRF_FIELD) value=(frame.csrf);
                    p.note { "事務を替えると、開いている案件は閉じます。" }
                    @for choice in &frame.purposes {
                        button type="submit" name="purpose" value=(choice.value) aria-current=[choice.current.then_some("true")] {
                            (choice.label)
                        }
                    }
                }
            }
        }
    }
}

fn left_column(nav: &[NavGroup]) -> Markup {
    html! {
        nav.left aria-label="業務" {
            details.menu open data-narrow {
                summary { "メニュー" }
                @for group in nav {
                    // Spoken as the heading of its list, without entering the outline of the page.
                    div.nav-group {
                        p.nav-label { (group.label) }
                        ul aria-label=(group.label) {
                            @for item in &group.items {
                                li {
                                    a href=(item.href) aria-current=[item.current.then_some("page")] {
                                        span { (item.label) }
                                        @if let Some((count, urgent)) = item.count {
                                            span.count.urgent[urgent] { (count) (spoken(if urgent { "件 急ぎあり" } else { "件" })) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What stands at the head of a printed page instead of the frame.
fn paper_head(frame: &Frame) -> Markup {
    html! {
        div.paper-head aria-hidden="true" {
            span { (frame.city) " " (frame.title) }
            span { "印刷 " (frame.now) " ・ " (frame.office) " " (frame.name) " ・ " (frame.terminal) }
        }
    }
}

fn main_column(frame: &Frame, past: bool) -> Markup {
    html! {
        @if let Some(lead) = &frame.lead {
            h1.sr-only { (frame.title) }
            (lead)
        } @else {
            div.page-title { h1 { (frame.title) } @if !frame.subtitle.is_empty() { p.note { (frame.subtitle) } } }
        }
        @if let Some(notice) = &frame.notice {
            (message(notice.tone, &notice.title, html! { @if !notice.text.is_empty() { p { (notice.text) } } }))
        }
        @if let Some(time) = &frame.time_travel { (time_control(time)) }
        @if past {
            // A disabled fieldset switches off every field and button inside, with or without scripts.
            fieldset.past-main role="presentation" disabled { (frame.main) }
        } @else {
            (frame.main)
        }
    }
}

fn time_control(time: &TimeTravel) -> Markup {
    let known = if time.known_at.is_empty() { "今日" } else { &time.known_at };
    html! {
        @if !time.is_today {
            div.past-banner role="status" {
                p { b { "基準日 " (time.as_of) " ・ 知り得た日 " (known) " の記録です。" } "書き込みはできません。" }
                a.button href=(time.today_href) { "今日に戻す" }
            }
        }
        section.card.time {
            div.card-head {
                h2 { "いつの時点で見るか" }
                p.note { "基準日 " (time.as_of) " ・ 知り得た日 " (known) }
            }
            @if !time.moments.is_empty() { (timeline(&time.moments)) }
            details.time-form open[time.error.is_some()] {
                summary { "日を選んで見る" }
                form method="get" action=(time.action) {
                    @if let Some(error) = &time.error { p.error id="e-time" role="alert" { (error) } }
                    div.time-fields {
                        (time_field("as_of", "基準日", "その日に正しかったこと", &time.as_of, time.error.is_some()))
                        (time_field("known_at", "知り得た日", "その日までに知っていたこと", &time.known_at, time.error.is_some()))
                        button.button type="submit" { "この時点で見る" }
                    }
                }
            }
        }
    }
}

fn time_field(name: &str, label: &str, hint: &str, value: &str, wrong: bool) -> Markup {
    let described = if wrong { format!("e-time h-{name}") } else { format!("h-{name}") };
    html! {
        div.field.short {
            label for={ "f-" (name) } { (label) }
            p.hint id={ "h-" (name) } { (hint) }
            input.input.short id={ "f-" (name) } type="text" name=(name) value=(value) autocomplete="off"
                data-kind="date" aria-describedby=(described) aria-invalid=[wrong.then_some("true")];
        }
    }
}

#[cfg(test)]
mod tests;
