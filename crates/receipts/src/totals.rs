//! What a file adds up to, and how often each warning was seen.

use crate::error::{Warning, WarningKind};
use crate::field::Code;
use crate::receipt::Receipt;
use kernel::time::YearMonth;

/// Receipts, 件数 and points of a block or a file. 件数 follows GO: 医保 1, and 1 for each public payer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Receipts (明細書).
    pub receipts: u64,
    /// 総件数.
    pub count: u64,
    /// 総合計点数.
    pub points: u64,
}

impl Totals {
    /// Adds a receipt.
    pub fn add(&mut self, receipt: &Receipt) {
        self.receipts += 1;
        self.count += receipt.count();
        self.points += receipt.points();
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self { receipts: self.receipts + other.receipts, count: self.count + other.count, points: self.points + other.points }
    }
}

/// One institution's part of a file, closed by GO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// The institution that opened it, ten digits.
    pub institution: Code<10>,
    /// 請求年月.
    pub month: YearMonth,
    /// What was counted; GO agreed, or was 0/0.
    pub totals: Totals,
}

/// A whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileTotals {
    /// Lines read.
    pub lines: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Blocks closed by GO.
    pub blocks: u64,
    /// Sums over all receipts.
    pub totals: Totals,
    /// Receipts with corrections by the examiner.
    pub amended: u64,
    tally: Vec<(u64, u64)>,
}

impl Default for FileTotals {
    fn default() -> Self {
        let tally = vec![(0, 0); WarningKind::ALL.len()];
        Self { lines: 0, bytes: 0, blocks: 0, totals: Totals::default(), amended: 0, tally }
    }
}

impl FileTotals {
    pub(crate) fn warn(&mut self, warning: Warning) {
        if let Some((count, first)) = self.tally.get_mut(warning.kind as usize) {
            if *count == 0 {
                *first = warning.line;
            }
            *count += 1;
        }
    }

    /// Kinds of warning that occurred: kind, how often, first line.
    pub fn warnings(&self) -> impl Iterator<Item = (WarningKind, u64, u64)> {
        WarningKind::ALL.iter().zip(&self.tally).filter(|(_, (n, _))| *n > 0).map(|(kind, (n, line))| (*kind, *n, *line))
    }

    /// How often a warning occurred.
    pub fn warned(&self, kind: WarningKind) -> u64 {
        self.tally.get(kind as usize).map_or(0, |(n, _)| *n)
    }
}
