//! Lists as tables: sortable, filterable, selectable, walked by arrow keys; readable without scripts.

use super::card::empty_state;
use kernel::Yen;
use kernel::money::grouped;
use maud::{Markup, html};

/// A column head.
#[derive(Debug, Clone, Default)]
pub struct Column {
    label: String,
    number: bool,
    sort: Option<String>,
    hidden: bool,
    keep: bool,
}

impl Column {
    /// Words.
    pub fn text(label: &str) -> Self {
        Self { label: label.to_owned(), ..Self::default() }
    }

    /// Numbers: right-aligned, digits under digits.
    pub fn number(label: &str) -> Self {
        Self { number: true, ..Self::text(label) }
    }

    /// The head is a link that sorts by this key.
    pub fn sortable(mut self, key: &str) -> Self {
        self.sort = Some(key.to_owned());
        self
    }

    /// Cells stay on one line (names, dates, numbers) unless they are very long. The first column always does.
    pub fn keep(mut self) -> Self {
        self.keep = true;
        self
    }

    /// The head is only spoken, for a column of buttons or badges.
    pub fn unseen(mut self) -> Self {
        self.hidden = true;
        self
    }
}

/// One cell: main line and an optional small second line.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    main: Markup,
    sub: String,
}

impl Cell {
    /// Any markup, such as a badge.
    pub fn html(main: Markup) -> Self {
        Self { main, sub: String::new() }
    }

    /// A second, smaller line.
    pub fn second_line(mut self, sub: impl Into<String>) -> Self {
        self.sub = sub.into();
        self
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::html(html! { (text) })
    }
}
impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::html(html! { (text) })
    }
}
impl From<Yen> for Cell {
    fn from(amount: Yen) -> Self {
        Self::html(html! { (amount) })
    }
}
impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::html(html! { (grouped(number)) })
    }
}
impl From<Markup> for Cell {
    fn from(main: Markup) -> Self {
        Self::html(main)
    }
}

/// A row.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Cells, as many as there are columns.
    pub cells: Vec<Cell>,
    /// What Enter or a click opens; the first cell becomes the link.
    pub href: Option<String>,
    /// Value of the checkbox and a name for it ("髙﨑 颯太"); `None`: the row cannot be chosen.
    pub choice: Option<(String, String)>,
    /// Is the checkbox ticked?
    pub chosen: bool,
}

impl Row {
    /// A row of cells.
    pub fn new(cells: Vec<Cell>) -> Self {
        Self { cells, ..Self::default() }
    }

    /// Opens this address.
    pub fn opens(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    /// Can be chosen: value sent, and the words that name the row to a screen reader.
    pub fn choosable(mut self, value: impl Into<String>, name: impl Into<String>) -> Self {
        self.choice = Some((value.into(), name.into()));
        self
    }
}

/// Checkboxes in front of the rows.
#[derive(Debug, Clone, Default)]
pub struct Select {
    /// Name of the field.
    pub name: String,
    /// Id of the form they belong to, when the table stands outside of it.
    pub form: Option<String>,
}

/// How the list is sorted now, and where sorting leads.
#[derive(Debug, Clone, Default)]
pub struct Sorting {
    /// Address up to the sort parameters, ending in `?` or `&`.
    pub base: String,
    /// Key of the column sorted by.
    pub key: String,
    /// Largest first?
    pub descending: bool,
}

/// A list. Start from `Table::default()`.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// What the list is; spoken, and printed above it.
    pub caption: String,
    /// Heads.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: Vec<Row>,
    /// Last line, for sums.
    pub foot: Option<Vec<Cell>>,
    /// What to say, and why, when there is no row.
    pub empty: (String, String),
    /// Offer a box that narrows the rows on this page.
    pub filter: bool,
    /// Offer checkboxes.
    pub select: Option<Select>,
    /// Sort state.
    pub sorting: Option<Sorting>,
}

/// Renders the list, or its empty state.
pub fn table(list: &Table) -> Markup {
    if list.rows.is_empty() {
        let title = if list.empty.0.is_empty() { "該当するものはありません" } else { &list.empty.0 };
        return empty_state(title, &list.empty.1, None);
    }
    html! {
        div.list data-list {
            @if list.filter {
                label.filter hidden data-filter { "この一覧を絞り込む" input type="search" autocomplete="off"; span.note role="status" data-filter-count {} }
            }
            div.table-wrap data-wrap {
                table.rows {
                    caption.sr-only { (list.caption) }
                    thead {
                        tr {
                            @if list.select.is_some() { th.tick scope="col" { (super::spoken("選ぶ")) } }
                            @for column in &list.columns { (head(column, list.sorting.as_ref())) }
                        }
                    }
                    tbody { @for row in &list.rows { (body_row(list, row)) } }
                    @if let Some(foot) = &list.foot {
                        tfoot {
                            tr {
                                @if list.select.is_some() { td {} }
                                @for (i, cell) in foot.iter().enumerate() { td.num[list.columns.get(i).is_some_and(|c| c.number)] { (cell.main) (sub_line(cell)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn head(column: &Column, sorting: Option<&Sorting>) -> Markup {
    let (Some(key), Some(sorting)) = (&column.sort, sorting) else {
        let label = if column.hidden {
            super::spoken(&column.label)
        } else {
            html! { (column.label) }
        };
        return html! { th.num[column.number] scope="col" { (label) } };
    };
    let active = sorting.key == *key;
    let state = active.then_some(if sorting.descending { "descending" } else { "ascending" });
    let next = if active && !sorting.descending { "desc" } else { "asc" };
    let arrow = match state {
        Some("descending") => "▼",
        Some(_) => "▲",
        None => "↕",
    };
    html! {
        th.num[column.number] scope="col" aria-sort=[state] {
            a.sort.active[active] href={ (sorting.base) "sort=" (key) "&dir=" (next) } { (column.label) span.arrow aria-hidden="true" { (arrow) } }
        }
    }
}

fn body_row(list: &Table, row: &Row) -> Markup {
    html! {
        tr data-row {
            @if let Some(select) = &list.select {
                td.tick {
                    @if let Some((value, name)) = &row.choice {
                        input type="checkbox" name=(select.name) value=(value) form=[select.form.as_deref()]
                            checked[row.chosen] aria-label={ (name) "を選ぶ" };
                    }
                }
            }
            @for (i, cell) in row.cells.iter().enumerate() {
                @let column = list.columns.get(i);
                @let number = column.is_some_and(|c| c.number);
                @if i == 0 {
                    th.num[number] scope="row" {
                        div.keep {
                            @match &row.href { Some(href) => a.open href=(href) { (cell.main) }, None => (cell.main) }
                            (sub_line(cell))
                        }
                    }
                } @else if column.is_some_and(|c| c.keep) {
                    td { div.keep { (cell.main) (sub_line(cell)) } }
                } @else {
                    td.num[number] { (cell.main) (sub_line(cell)) }
                }
            }
        }
    }
}

fn sub_line(cell: &Cell) -> Markup {
    html! { @if !cell.sub.is_empty() { p.sub { (cell.sub) } } }
}

/// Where one is in a long list.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// Address up to the page parameter, ending in `?` or `&`.
    pub base: String,
    /// This page, from 1.
    pub page: u64,
    /// Rows on a page.
    pub size: u64,
    /// Rows in all.
    pub total: u64,
}

/// 101–200件目 / 621件, with links back and forth.
pub fn pager(pager: &Pager) -> Markup {
    let size = pager.size.max(1);
    let page = pager.page.max(1);
    let (first, last) = ((page - 1).saturating_mul(size).saturating_add(1), page.saturating_mul(size).min(pager.total));
    html! {
        @if pager.total > size {
            nav.pager aria-label="頁" {
                @if page > 1 { a rel="prev" href={ (pager.base) "page=" (page - 1) } { "← 前の" (size) "件" } }
                span { (first) "–" (last) "件目 / 全" (grouped(i64::try_from(pager.total).unwrap_or(i64::MAX))) "件" }
                @if last < pager.total { a rel="next" href={ (pager.base) "page=" (page + 1) } { "次の" (size) "件 →" } }
            }
        }
    }
}
