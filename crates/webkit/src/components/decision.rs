//! A rule's answer: reasons first, then the way to every amount.

use super::badge::{outcome_badge, verdict_badge, verdict_tone};
use super::card::section;
use kernel::decision::{Decision, Reason, Step};
use maud::{Markup, html};

/// The numbered reasons: condition, facts with article, verdict.
pub fn reasons(decision: &Decision) -> Markup {
    html! { ol.reasons { @for reason in &decision.reasons { (one(reason)) } } }
}

fn one(reason: &Reason) -> Markup {
    html! {
        li {
            span class={ "reason-no " (verdict_tone(reason.verdict).class()) } aria-hidden="true" { (reason.no) }
            div.reason-text {
                p.reason-title { (reason.title_ja) }
                p.reason-detail {
                    (reason.detail_ja)
                    @if !reason.article.is_empty() { " ・ " span.article { (reason.article) } }
                }
                @if !reason.evidence.is_empty() {
                    p.reason-evidence {
                        "証拠 "
                        @for (i, fact) in reason.evidence.iter().enumerate() { @if i > 0 { " ・ " } (fact.label_ja) }
                    }
                }
            }
            (verdict_badge(reason.verdict, reason.verdict_ja.as_deref()))
        }
    }
}

/// A card with outcome, result (a period or an amount), reasons, trace and what can be done about it.
pub fn decision_card(heading: &str, result: &str, note: &str, decision: &Decision, actions: Markup) -> Markup {
    let title = html! { (heading) ": " (outcome_badge(decision.outcome)) " " (result) };
    section(
        title,
        note,
        html! {
            (reasons(decision))
            @if !decision.trace.is_empty() { (trace("なぜこの金額か", &decision.trace)) }
            (actions)
        },
    )
}

/// Every step of an amount with formula, article and parameter, folded under `question`.
pub fn trace(question: &str, steps: &[Step]) -> Markup {
    html! {
        details.trace {
            summary { (question) }
            div.table-wrap data-wrap {
                table.trace-table {
                    caption.sr-only { (question) }
                    thead { tr { th scope="col" { "順" } th scope="col" { "項目" } th.num scope="col" { "金額" } th scope="col" { "計算と根拠" } } }
                    tbody {
                        @for (i, step) in steps.iter().enumerate() {
                            tr {
                                td { (i + 1) }
                                th scope="row" { (step.label_ja) }
                                td.num { @if let Some(amount) = step.amount { (amount) } @else { "―" } }
                                td {
                                    (step.formula_ja)
                                    p.sub { (step.article) @if let Some(param) = &step.param { " ・ " span.mono { (param) } } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// An amount that can be asked "why": the figure, and its trace folded behind it. It belongs in a cell, a `dd` or a `div`, not in a `p`.
pub fn why(amount: kernel::Yen, steps: &[Step]) -> Markup {
    html! { div.why-amount { (amount) } (trace("なぜ", steps)) }
}
