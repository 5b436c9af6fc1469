//! 台帳: whole rows of registers with every field of the data dictionary, as a clerk would leaf through a ledger.

use super::{card, definition_list};
use maud::{Markup, html};
use platform::register::{Register, Shown};
use serde_json::{Map, Value};

/// Rows of registers in words, in the order in which they are shown.
#[derive(Debug, Default)]
pub struct Ledger {
    parts: Vec<(Register, Vec<Vec<Shown>>)>,
}

impl Ledger {
    /// Adds a register's rows, the newest first.
    #[must_use]
    pub fn with(mut self, register: Register, rows: impl IntoIterator<Item = Vec<Shown>>) -> Self {
        self.parts.push((register, rows.into_iter().collect()));
        self
    }

    /// A card for each register, with the fields of the groups that may be seen.
    pub fn cards(&self, may: impl Fn(&str) -> bool) -> Markup {
        html! {
            @for (register, rows) in &self.parts {
                (card(register.name_ja, &format!("{}件・{}", rows.len(), register.basis_ja), html! {
                    @if rows.is_empty() { p { "記録はありません。" } }
                    @for (n, row) in rows.iter().enumerate() {
                        details open[n == 0] {
                            summary { (register.name_ja) " " (n + 1) "件目" }
                            (definition_list(&seen(row, &may).map(|(c, words)| (c.label_ja, html! { (words) })).collect::<Vec<_>>()))
                        }
                    }
                }))
            }
        }
    }

    /// The same for the API: table → rows → column → words.
    pub fn json(&self, may: impl Fn(&str) -> bool) -> Value {
        let row = |row: &Vec<Shown>| seen(row, &may).map(|(c, w)| (c.name.to_owned(), w.as_str().into())).collect::<Map<_, _>>();
        let rows = |rows: &[Vec<Shown>]| rows.iter().map(row).collect::<Vec<_>>();
        self.parts.iter().map(|(register, all)| (register.table.to_owned(), rows(all).into())).collect::<Map<_, _>>().into()
    }
}

fn seen<'a>(row: &'a [Shown], may: &'a impl Fn(&str) -> bool) -> impl Iterator<Item = &'a Shown> {
    row.iter().filter(move |(c, _)| may(c.group))
}
