//! Old beside new, as the approver needs it.

use maud::{Markup, html};

/// One item of a draft.
#[derive(Debug, Clone, Default)]
pub struct DiffRow {
    /// 項目
    pub item: String,
    /// いまの記録; empty when there is none.
    pub old: String,
    /// 起案; empty when it is removed.
    pub new: String,
    /// 理由・証拠; empty prints 変わらない for an unchanged item.
    pub reason: String,
}

/// The table 項目, いまの記録, 起案, 理由・証拠; what changes is struck red and bold green, and said in words for a screen reader.
pub fn diff_table(caption: &str, rows: &[DiffRow]) -> Markup {
    html! {
        div.table-wrap data-wrap {
            table.diff {
                caption.sr-only { (caption) }
                thead { tr { th scope="col" { "項目" } th scope="col" { "いまの記録" } th scope="col" { "起案" } th scope="col" { "理由・証拠" } } }
                tbody {
                    @for row in rows {
                        @let changed = row.old != row.new;
                        tr.changed[changed] {
                            th scope="row" { (row.item) }
                            td.old { @if changed && !row.old.is_empty() { del { (row.old) } } @else { (or_dash(&row.old)) } }
                            td.new { @if changed && !row.new.is_empty() { ins { (row.new) } } @else { (or_dash(&row.new)) } }
                            td { @if row.reason.is_empty() && !changed { span.note { "変わらない" } } @else { (row.reason) } }
                        }
                    }
                }
            }
        }
    }
}

fn or_dash(value: &str) -> Markup {
    html! { @if value.is_empty() { span.note { "なし" } } @else { (value) } }
}
