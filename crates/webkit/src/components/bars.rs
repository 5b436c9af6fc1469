//! Counts as bars: the number and the word carry the meaning, the bar shows the proportion.

use super::badge::{Tone, badge};
use kernel::money::grouped;
use maud::{Markup, html};

/// One result of a check or a run.
#[derive(Debug, Clone, Default)]
pub struct Bar {
    /// Colour.
    pub tone: Tone,
    /// Word: 適合, 要確認, 不適合.
    pub word: String,
    /// How many.
    pub count: u64,
    /// The list behind the number.
    pub href: Option<String>,
}

/// One bar per result, in proportion to all of them together; what is not zero stays visible.
pub fn bars(caption: &str, rows: &[Bar]) -> Markup {
    let total: u64 = rows.iter().map(|r| r.count).sum();
    html! {
        table.bars {
            caption.sr-only { (caption) }
            thead.sr-only { tr { th scope="col" { "結果" } th scope="col" { "件数" } th scope="col" { "割合" } } }
            tbody {
                @for row in rows {
                    @let share = if total == 0 { 0.0 } else { row.count as f64 * 100.0 / total as f64 };
                    @let width = if row.count == 0 { 0.0 } else { share.max(1.5) };
                    tr {
                        th scope="row" { (badge(row.tone, &row.word)) }
                        td.num {
                            @let count = i64::try_from(row.count).map_or_else(|_| row.count.to_string(), grouped);
                            @match &row.href { Some(href) => a href=(href) { (count) "件" }, None => { (count) "件" } }
                        }
                        td.bar-cell {
                            svg class={ "bar " (row.tone.class()) } viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
                                rect.bar-back width="100" height="10" {}
                                rect.bar-fill width=(format!("{width:.2}")) height="10" {}
                            }
                            span.share { (format!("{share:.1}%")) }
                        }
                    }
                }
            }
        }
    }
}

/// One month of [`month_columns`].
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// 8月
    pub label: String,
    /// Ordinary count (blue).
    pub count: u32,
    /// Count to notice (red), stacked on top.
    pub marked: u32,
}

/// Standing columns by month, with a table of the same numbers for screen readers.
pub fn month_columns(caption: &str, plain_word: &str, marked_word: &str, months: &[Column]) -> Markup {
    let most = months.iter().map(|m| m.count + m.marked).max().unwrap_or(0).max(1);
    let height = |n: u32| n as usize * 60 / most as usize;
    html! {
        figure.columns {
            svg viewBox={ "0 0 " (months.len().max(1) * 100) " 110" } aria-hidden="true" {
                @for (i, month) in months.iter().enumerate() {
                    @let (x, plain, marked) = (i * 100 + 14, height(month.count), height(month.marked));
                    rect.col-plain x=(x) y=(85 - plain) width="64" height=(plain) {}
                    rect.col-marked x=(x) y=(85 - plain - marked) width="64" height=(marked) {}
                    text x=(x + 32) y=(78 - plain - marked) text-anchor="middle" { (month.count + month.marked) }
                    text x=(x + 32) y="103" text-anchor="middle" { (month.label) }
                }
                line.col-base x1="0" y1="85" x2=(months.len().max(1) * 100) y2="85" {}
            }
            figcaption { span.key-plain { (plain_word) } " " span.key-marked { (marked_word) } }
            table.sr-only {
                caption { (caption) }
                thead { tr { th scope="col" { "月" } th scope="col" { (plain_word) } th scope="col" { (marked_word) } } }
                tbody { @for month in months { tr { th scope="row" { (month.label) } td { (month.count) } td { (month.marked) } } } }
            }
        }
    }
}
