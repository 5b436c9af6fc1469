//! A table over many pages, A4 landscape: 更新一覧, 府補助実績, 連名簿, 所見一覧.

use crate::FormError;
use crate::parts::Line;
use serde::Serialize;

/// How a column is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Text.
    Left,
    /// Codes and dates.
    Center,
    /// Numbers.
    Right,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Heading.
    pub title: String,
    /// Alignment of the cells.
    pub align: Align,
    /// Share of the width that is left over; 0 makes the column as narrow as its widest cell.
    pub share: u8,
}

impl Column {
    /// A column as wide as its content.
    pub fn fit(title: &str, align: Align) -> Self {
        Self { title: title.to_owned(), align, share: 0 }
    }

    /// A column of numbers that takes `share` parts of the remaining width.
    pub fn number(title: &str, share: u8) -> Self {
        Self { title: title.to_owned(), align: Align::Right, share }
    }

    /// A text column that takes `share` parts of the remaining width.
    pub fn wide(title: &str, share: u8) -> Self {
        Self { title: title.to_owned(), align: Align::Left, share }
    }
}

/// One report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableReport {
    /// Title.
    pub title: String,
    /// What the list is about: 基準日, 対象, 出力日.
    pub facts: Vec<Line>,
    /// Columns.
    pub columns: Vec<Column>,
    /// Cells, one vector a row, as many as there are columns.
    pub rows: Vec<Vec<String>>,
    /// Cells of the closing row; empty if there is none.
    pub totals: Vec<String>,
    /// Remarks under the table.
    pub notes: Vec<String>,
    /// Office that made the list.
    pub office: String,
    /// Number of the document or the export, printed on each page.
    pub number: String,
}

impl TableReport {
    /// Refuses a table whose rows do not fit its columns.
    pub(crate) fn check(&self) -> Result<(), FormError> {
        let missing = |what| Err(FormError::Incomplete { form: "一覧表", what });
        let width = self.columns.len();
        if width == 0 {
            return missing("列");
        }
        if self.rows.iter().any(|r| r.len() != width) || !(self.totals.is_empty() || self.totals.len() == width) {
            return missing("列と同じ数の欄");
        }
        Ok(())
    }
}
