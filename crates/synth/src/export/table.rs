//! A table as CSV.

use super::Open;
use kernel::money::Yen;
use std::fmt::Display;
use std::io::{self, Write};

/// A CSV file that is being written.
pub(super) struct Table {
    out: Box<dyn Write>,
    line: String,
}

/// A cell.
pub(super) trait Cell {
    /// Appends the text of the cell.
    fn put(&self, line: &mut String);
}

impl<T: Display> Cell for T {
    fn put(&self, line: &mut String) {
        let text = self.to_string();
        if text.contains(['"', ',', '\r', '\n']) {
            line.push('"');
            line.push_str(&text.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(&text);
        }
    }
}

/// The value, or nothing.
pub(super) fn or_empty<T: Display>(value: Option<T>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

/// Plain yen.
pub(super) fn yen(amount: Yen) -> i64 {
    amount.0
}

/// A truth as 1 or 0.
pub(super) fn flag(truth: bool) -> u8 {
    u8::from(truth)
}

impl Table {
    /// Opens a file and writes its headings (parted by commas).
    pub fn open(open: Open<'_>, path: &str, headings: &str) -> io::Result<Self> {
        let mut out = open(path)?;
        write!(out, "{headings}\r\n")?;
        Ok(Self { out, line: String::new() })
    }

    /// Writes a line.
    pub fn row(&mut self, cells: &[&dyn Cell]) -> io::Result<()> {
        self.line.clear();
        for (n, cell) in cells.iter().enumerate() {
            if n > 0 {
                self.line.push(',');
            }
            cell.put(&mut self.line);
        }
        self.line.push_str("\r\n");
        self.out.write_all(self.line.as_bytes())
    }

    /// Writes what is still buffered.
    pub fn close(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_with_a_comma_or_a_quote_is_quoted() {
        let mut line = String::new();
        "メゾン,潮 \"A\"".put(&mut line);
        line.push(',');
        12.put(&mut line);
        assert_eq!(line, "\"メゾン,潮 \"\"A\"\"\",12");
    }
}
