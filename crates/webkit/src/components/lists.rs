//! Lists with a meaning: tabs, terms, a household, the steps of a procedure.

use super::badge::{Tone, badge};
use maud::{Markup, html};

/// One tab.
#[derive(Debug, Clone, Default)]
pub struct Tab {
    /// Word.
    pub label: String,
    /// Address.
    pub href: String,
    /// Is it the one shown?
    pub current: bool,
    /// A number beside the word.
    pub count: Option<u32>,
}

/// Pages of one thing, as links: each tab has its own address.
pub fn tabs(label: &str, tabs: &[Tab]) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            ul {
                @for tab in tabs {
                    li {
                        a href=(tab.href) aria-current=[tab.current.then_some("page")] {
                            (tab.label) @if let Some(count) = tab.count { " " span.count { (count) } }
                        }
                    }
                }
            }
        }
    }
}

/// Terms and what they are; empty values print なし.
pub fn definition_list(rows: &[(&str, Markup)]) -> Markup {
    html! {
        dl.terms {
            @for (term, value) in rows {
                div { dt { (term) } dd { @if value.0.is_empty() { span.note { "なし" } } @else { (value) } } }
            }
        }
    }
}

/// One person of a household.
#[derive(Debug, Clone, Default)]
pub struct Member {
    /// 続柄: 世帯主, 妻, 子.
    pub relation: String,
    /// Name.
    pub name: String,
    /// Birth and age, or another line of small type.
    pub note: String,
    /// State, with its colour.
    pub badge: Option<(Tone, String)>,
    /// The person's own page, where this session may open it.
    pub href: Option<String>,
    /// Is it the person the page is about?
    pub current: bool,
    /// Those who hang on this person: children under a parent.
    pub under: Vec<Member>,
}

/// The household as a tree: 世帯主 at the root.
pub fn household_tree(members: &[Member]) -> Markup {
    html! { div.tree { (branch(members)) } }
}

fn branch(members: &[Member]) -> Markup {
    html! {
        ul {
            @for member in members {
                li {
                    div.member.current[member.current] aria-current=[member.current.then_some("true")] {
                        span.relation { (member.relation) }
                        span.member-name {
                            @match &member.href { Some(href) => a href=(href) { (member.name) }, None => (member.name) }
                        }
                        @if !member.note.is_empty() { span.note { (member.note) } }
                        @if let Some((tone, word)) = &member.badge { (badge(*tone, word)) }
                    }
                    @if !member.under.is_empty() { (branch(&member.under)) }
                }
            }
        }
    }
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StepState {
    /// 済
    Done,
    /// いま
    Now,
    /// これから
    #[default]
    Todo,
}

/// One step of a procedure: 受付, 審査, 決裁.
#[derive(Debug, Clone, Default)]
pub struct StepItem {
    /// Word.
    pub label: String,
    /// Who and when.
    pub note: String,
    /// Where it stands.
    pub state: StepState,
}

/// The way of a procedure from first to last.
pub fn steps(items: &[StepItem]) -> Markup {
    html! {
        ol.steps {
            @for item in items {
                @let (class, word) = match item.state { StepState::Done => ("done", "済"), StepState::Now => ("now", "いま"), StepState::Todo => ("todo", "これから") };
                li class=(class) aria-current=[(item.state == StepState::Now).then_some("step")] {
                    span.step-label { (item.label) } span.step-state { (word) }
                    @if !item.note.is_empty() { span.note { (item.note) } }
                }
            }
        }
    }
}
