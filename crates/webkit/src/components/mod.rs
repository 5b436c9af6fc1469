//! The parts every page is built from: each is a function from plain values to HTML, escaped by construction.
//!
//! Japanese words only, no platform types, no inline style or script (the pages run under a strict content security policy).
//! `COMPONENTS.md` beside the crate lists the signatures with a line on when to use which.

mod action;
mod aside;
mod badge;
mod bars;
mod card;
mod decision;
mod diff;
mod field;
mod form;
mod ledger;
mod lists;
mod message;
mod person;
mod progress;
mod table;
mod timeline;

pub use action::{Action, Target, button_row, key_cap};
pub use aside::AsidePanel;
pub use badge::{Tone, badge, outcome_badge, verdict_badge};
pub use bars::{Bar, Column as MonthColumn, bars, month_columns};
pub use card::{card, empty_state, pair, section};
pub use decision::{decision_card, reasons, trace, why};
pub use diff::{DiffRow, diff_table};
pub use field::{Choice, Field};
pub use form::{CSRF_FIELD, FieldError, KEY_FIELD, error_summary, field_group, get_form, hidden, post_form, search_box};
pub use ledger::Ledger;
pub use lists::{Member, StepItem, StepState, Tab, definition_list, household_tree, steps, tabs};
pub use message::{message, message_with, problem};
pub use person::{PersonStrip, person_strip};
pub use progress::{JobState, Progress, ProgressAnswer, progress};
pub use table::{Cell, Column, Pager, Row, Select, Sorting, Table, pager, table};
pub use timeline::{Moment, MomentKind, timeline};

/// Words that only a screen reader reads.
pub fn spoken(words: &str) -> maud::Markup {
    maud::html! { span.sr-only { (words) } }
}

#[cfg(test)]
mod tests;
