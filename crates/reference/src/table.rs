//! The embedded tables: gzip-compressed tab-separated text, sorted by its columns, unpacked once on first use.

use flate2::read::GzDecoder;
use std::io::Read;

/// Sorted lines of text with an index of line starts; a row is a `&str` without its line end.
pub(crate) struct Table {
    text: String,
    starts: Vec<u32>,
}

impl Table {
    /// Unpacks an embedded file.
    #[expect(clippy::expect_used, reason = "the bytes are fixed at build time and a test reads every table")]
    pub(crate) fn unpack(packed: &[u8]) -> Self {
        let mut text = String::new();
        GzDecoder::new(packed).read_to_string(&mut text).expect("an embedded table is intact");
        let ends = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX));
        let mut starts: Vec<u32> = std::iter::once(0).chain(ends).collect();
        starts.shrink_to_fit();
        Self { text, starts }
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The row at a position; empty beyond the end.
    pub(crate) fn row(&self, at: usize) -> &str {
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(&from), Some(&to)) => self.text.get(from as usize..(to as usize).saturating_sub(1)).unwrap_or_default(),
            _ => "",
        }
    }

    /// All rows.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &str> + '_ {
        (0..self.len()).map(|at| self.row(at))
    }

    /// The rows that begin with a text, by binary search.
    pub(crate) fn beginning<'t>(&'t self, prefix: &str) -> impl Iterator<Item = &'t str> + use<'t> {
        let from = partition(self.len(), |at| self.row(at) < prefix);
        let to = partition(self.len(), |at| self.row(at) < prefix || self.row(at).starts_with(prefix));
        (from..to).map(|at| self.row(at))
    }
}

/// First position for which `before` is false, in a sequence of `len` positions.
pub(crate) fn partition(len: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// The columns of a row; missing ones are empty.
pub(crate) fn columns<const N: usize>(row: &str) -> [&str; N] {
    let mut cells = row.split('\t');
    std::array::from_fn(|_| cells.next().unwrap_or_default())
}
