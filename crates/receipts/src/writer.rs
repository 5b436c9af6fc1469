//! Writes UKE files from drafts: for the synthetic city, for tests, and wherever a file must be made.

use crate::code::PointTable;
use crate::draft::{DiseaseDraft, Draft, ItemDraft};
use crate::error::RecordName;
use crate::header::Header;
use crate::layout;
use crate::receipt::{Confirmation, Days, Insurance, ItemKind, Public};
use crate::text::{self, Unwritable};
use kernel::time::Date;
use std::io::{self, Write};
use thiserror::Error;

/// Why a receipt could not be written. Names the place, never the content.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The sink failed.
    #[error("ファイルへ書き込めませんでした（{0}）。保存先の空きを確かめてください。")]
    Io(#[from] io::Error),
    /// A character outside of Shift_JIS (windows-31j), or a comma, quotation mark or control character.
    #[error("{record} レコードの項目 {column} に、レセプト電算処理で使えない文字があります。文字を置き換えてください。")]
    Text {
        /// Record name.
        record: RecordName,
        /// Column, 0-based.
        column: usize,
    },
    /// More public payers than the format has room for.
    #[error("公費は4種までです。")]
    TooManyPublics,
    /// A day that is none.
    #[error("{record} レコードの日が 1〜31 ではありません。")]
    Day {
        /// Record name.
        record: RecordName,
    },
    /// An extra record that would change the structure of the file.
    #[error("{record} レコードは追加レコードとして書けません。")]
    Extra {
        /// Record name.
        record: RecordName,
    },
    /// A receipt before any header.
    #[error("医療機関情報の前にレセプトは書けません。")]
    NoHeader,
}

/// How the lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// As an institution bills: plain lines, header first, GO last.
    Claim,
    /// As an examiner may deliver: 履歴管理情報 in front of each line, MN and header in front of each receipt, no GO.
    Delivery,
}

/// Writes one file with one or more institutions.
pub struct Writer<W> {
    sink: W,
    style: Style,
    block: Option<(Header, u64, u64)>,
    row: u32,
    cells: Cells,
    out: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// A writer for one file.
    pub fn new(sink: W, style: Style) -> Self {
        Self { sink, style, block: None, row: 0, cells: Cells::default(), out: Vec::new() }
    }

    /// Begins an institution's part; the one before is closed with its true totals.
    ///
    /// # Errors
    /// [`WriteError`] for text that cannot be written, or when the sink fails.
    pub fn begin(&mut self, header: &Header) -> Result<(), WriteError> {
        self.end()?;
        if self.style == Style::Claim {
            let (name, columns) = header.record();
            self.header(header, name, columns)?;
            self.flush()?;
        }
        self.block = Some((header.clone(), 0, 0));
        Ok(())
    }

    /// Writes one receipt.
    ///
    /// # Errors
    /// [`WriteError`]; nothing of the receipt is written then unless the sink failed half-way.
    pub fn receipt(&mut self, draft: &Draft) -> Result<(), WriteError> {
        let (header, count, points) = self.block.take().ok_or(WriteError::NoHeader)?;
        self.row = 0;
        self.out.clear();
        let written = self.records(&header, draft);
        if written.is_err() {
            self.out.clear();
            self.cells = Cells::default();
            self.block = Some((header, count, points));
            return written;
        }
        let payers = u64::from(draft.insurance.is_some()) + draft.publics.len() as u64;
        let total = match &draft.insurance {
            Some(insurance) => insurance.points,
            None => draft.publics.first().and_then(|p| p.points),
        };
        self.block = Some((header, count + payers.max(1), points + u64::from(total.unwrap_or(0))));
        self.flush()
    }

    /// Closes the open institution's part with its true totals.
    ///
    /// # Errors
    /// When the sink fails.
    pub fn end(&mut self) -> Result<(), WriteError> {
        match &self.block {
            Some((_, count, points)) => self.end_with(*count, *points),
            None => Ok(()),
        }
    }

    /// Closes the open institution's part with totals of your own: 0/0 as after 資格確認, or wrong ones on purpose.
    ///
    /// # Errors
    /// When the sink fails.
    pub fn end_with(&mut self, count: u64, points: u64) -> Result<(), WriteError> {
        if self.block.take().is_some() && self.style == Style::Claim {
            self.cells.number(1, Some(count));
            self.cells.number(2, Some(points));
            self.cells.number(3, Some(99u8));
            self.close(*b"GO", 4);
            self.flush()?;
        }
        Ok(())
    }

    /// Ends the file: totals of the last institution, then the EOF code.
    ///
    /// # Errors
    /// When the sink fails.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.end()?;
        self.sink.write_all(&[0x1A])?;
        self.sink.flush()?;
        Ok(self.sink)
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        self.sink.write_all(&self.out)?;
        self.out.clear();
        Ok(())
    }

    /// Ends a record of `len` columns.
    fn close(&mut self, name: [u8; 2], len: usize) {
        if self.style == Style::Delivery {
            self.row += 1;
            self.out.extend_from_slice(format!("1,{},0,", self.row).as_bytes());
        }
        self.cells.close(&mut self.out, name, len);
    }

    fn header(&mut self, h: &Header, name: [u8; 2], c: layout::HeaderColumns) -> Result<(), WriteError> {
        let cells = &mut self.cells;
        cells.number(1, Some(h.examiner.code()));
        cells.padded(2, u64::from(h.prefecture), 2);
        cells.number(3, Some(h.table.code()));
        cells.ascii(4, h.local_code.as_bytes());
        cells.text(name, c.name, &h.name)?;
        cells.ascii(c.month, h.month.compact().as_bytes());
        cells.padded(c.volume, u64::from(h.volume), 2);
        cells.text(name, c.phone, &h.phone)?;
        self.close(name, c.len);
        Ok(())
    }

    fn records(&mut self, header: &Header, d: &Draft) -> Result<(), WriteError> {
        if d.publics.len() > 4 {
            return Err(WriteError::TooManyPublics);
        }
        let table = header.table;
        if !d.management_no.is_empty() {
            self.cells.text(*b"MN", 1, &d.management_no)?;
            self.close(*b"MN", 7);
        }
        match (table, self.style) {
            (PointTable::Dental, _) => self.header(header, *b"IR", layout::DENTAL_IR)?,
            (_, Style::Delivery) => {
                let (name, columns) = header.record();
                self.header(header, name, columns)?;
            }
            (_, Style::Claim) => {}
        }
        self.re(table, d)?;
        if let Some(insurance) = &d.insurance {
            self.ho(table, insurance, &d.symbol, &d.insured_no)?;
        }
        for public in &d.publics {
            self.ko(table, public);
        }
        for confirmation in &d.confirmations {
            self.sn(confirmation);
        }
        for (i, days) in d.visits.iter().enumerate().filter(|(_, days)| !days.is_empty()) {
            self.jd(i as u64 + 1, days);
        }
        if let Some(window) = d.window {
            self.cells.padded(1, u64::from(window), 2);
            self.close(*b"MF", 33);
        }
        for record in &d.extra {
            self.extra(table, record)?;
        }
        for disease in &d.diseases {
            self.disease(table, disease)?;
        }
        for item in &d.items {
            self.item(table, item)?;
        }
        for (class, note) in &d.symptom_notes {
            if let Some(class) = class {
                self.cells.padded(1, u64::from(*class), 2);
            }
            self.cells.text(*b"SJ", 2, note)?;
            self.close(*b"SJ", 3);
        }
        Ok(())
    }

    fn re(&mut self, table: PointTable, d: &Draft) -> Result<(), WriteError> {
        let (name, c, cells) = (*b"RE", layout::re(table), &mut self.cells);
        cells.number(1, Some(d.number).filter(|n| *n > 0));
        cells.padded(2, u64::from(d.kind.code()), 4);
        cells.ascii(3, d.month.compact().as_bytes());
        cells.text(name, 4, &d.name)?;
        cells.number(5, d.sex.map(|s| s.code()));
        cells.date(6, d.birth);
        cells.number(c.benefit_rate, d.benefit_rate);
        cells.ascii(c.special, d.special.as_bytes());
        cells.date(c.admitted_on, d.admitted_on);
        cells.text(name, c.chart_no, &d.chart_no)?;
        cells.text(name, c.search_no, &d.search_no)?;
        cells.text(name, c.kana, &d.kana)?;
        self.close(name, layout::re_len(table));
        Ok(())
    }

    fn ho(&mut self, table: PointTable, i: &Insurance, symbol: &str, number: &str) -> Result<(), WriteError> {
        let (name, c, cells) = (*b"HO", layout::ho(table), &mut self.cells);
        cells.ascii(1, format!("{:>8}", i.insurer.as_str()).as_bytes());
        cells.text(name, 2, symbol)?;
        cells.text(name, 3, number)?;
        cells.number(4, i.days);
        cells.number(5, i.points);
        cells.number(c.meals, i.meals);
        cells.number(c.meal_amount, i.meal_amount);
        cells.number(c.copay, i.copay);
        self.close(name, c.len);
        Ok(())
    }

    fn ko(&mut self, table: PointTable, p: &Public) {
        let (c, cells) = (layout::ko(table), &mut self.cells);
        cells.ascii(1, p.bearer.as_bytes());
        cells.ascii(2, p.recipient.as_bytes());
        cells.number(4, p.days);
        cells.number(5, p.points);
        cells.number(c.copay, p.copay);
        cells.number(c.outpatient_copay, p.outpatient_copay);
        cells.number(c.inpatient_copay, p.inpatient_copay);
        cells.number(c.meals, p.meals);
        cells.number(c.meal_amount, p.meal_amount);
        self.close(*b"KO", c.len);
    }

    fn sn(&mut self, s: &Confirmation) {
        let cells = &mut self.cells;
        cells.number(1, Some(s.payer.code()));
        if let Some(method) = s.method {
            cells.padded(2, u64::from(method), 2);
        }
        cells.ascii(3, s.insurer.as_bytes());
        cells.ascii(6, s.branch.as_bytes());
        cells.ascii(7, s.recipient.as_bytes());
        self.close(*b"SN", 9);
    }

    fn jd(&mut self, payer: u64, days: &Days) {
        self.cells.number(1, Some(payer));
        for day in 0..31 {
            let has = |mask: u32| mask >> day & 1 == 1;
            let mark = match () {
                () if has(days.counted) => 1u8,
                () if has(days.uncounted) => 2,
                () if has(days.mismatch) => 9,
                () => continue,
            };
            self.cells.number(2 + day, Some(mark));
        }
        self.close(*b"JD", 33);
    }

    fn disease(&mut self, table: PointTable, d: &DiseaseDraft) -> Result<(), WriteError> {
        let (name, c) = if table == PointTable::Dental { (*b"HS", &layout::HS) } else { (*b"SY", &layout::SY) };
        let cells = &mut self.cells;
        if let Some(code) = d.code {
            cells.padded(c.code, u64::from(code), 7);
        }
        cells.date(c.started, d.started);
        cells.number(c.outcome, d.outcome);
        cells.text(name, c.modifiers, &d.modifiers)?;
        cells.text(name, c.name, &d.name)?;
        cells.ascii(c.main, if d.main { b"01" } else { b"" });
        cells.text(name, c.supplement, &d.supplement)?;
        self.close(name, c.len);
        Ok(())
    }

    fn item(&mut self, table: PointTable, i: &ItemDraft) -> Result<(), WriteError> {
        let name = match (i.kind, table) {
            (ItemKind::Act, PointTable::Dental) => *b"SS",
            (ItemKind::Act, _) => *b"SI",
            (ItemKind::Drug, _) => *b"IY",
            (ItemKind::Material, _) => *b"TO",
            (ItemKind::Comment, _) => *b"CO",
        };
        let record = RecordName(name);
        let c = layout::item(table, name).ok_or(WriteError::Extra { record })?;
        let cells = &mut self.cells;
        if let Some(section) = i.section {
            cells.padded(1, u64::from(section), 2);
        }
        cells.ascii(2, i.burden.letter().map_or(String::new(), String::from).as_bytes());
        cells.padded(3, u64::from(i.code), 9);
        if i.kind == ItemKind::Comment {
            cells.text(name, 4, &i.text)?;
            self.close(name, if table == PointTable::Dental { 11 } else { 5 });
            return Ok(());
        }
        cells.text(name, c.quantity, &i.quantity)?;
        cells.text(name, c.points, &i.points.map(|p| p.to_string()).unwrap_or_default())?;
        cells.number(c.count, i.count);
        cells.text(name, c.unit, &i.unit)?;
        cells.text(name, c.unit_price, &i.unit_price)?;
        cells.text(name, c.product, &i.product)?;
        for (pair, (code, text)) in i.comments.iter().take(c.comment_pairs).enumerate() {
            cells.padded(c.comments + 2 * pair, u64::from(*code), 9);
            cells.text(name, c.comments + 2 * pair + 1, text)?;
        }
        for (day, count) in &i.days {
            if !(1..=31).contains(day) {
                return Err(WriteError::Day { record });
            }
            cells.number(c.days + usize::from(*day) - 1, Some(*count));
        }
        self.close(name, c.days + 31);
        Ok(())
    }

    fn extra(&mut self, table: PointTable, line: &str) -> Result<(), WriteError> {
        let mut columns = line.split(',');
        let name: [u8; 2] = columns.next().and_then(|n| n.as_bytes().try_into().ok()).unwrap_or_default();
        let record = RecordName(name);
        let structural = Header::is_header(name)
            || matches!(&name, b"MN" | b"RE" | b"HO" | b"KO" | b"SN" | b"JD" | b"GO" | b"HG" | b"HI" | b"RC" | b"TI")
            || layout::item(table, name).is_some();
        if structural || !name.iter().all(u8::is_ascii_uppercase) {
            return Err(WriteError::Extra { record });
        }
        let mut len = 1;
        for column in columns {
            self.cells.text(name, len, column)?;
            len += 1;
        }
        self.close(name, len);
        Ok(())
    }
}

/// The filled columns of the record being written, in any order.
#[derive(Default)]
struct Cells {
    bytes: Vec<u8>,
    places: Vec<(usize, usize, usize)>,
}

impl Cells {
    fn put(&mut self, place: usize, start: usize) {
        if place == 0 || self.bytes.len() == start {
            self.bytes.truncate(start);
        } else {
            self.places.push((place, start, self.bytes.len()));
        }
    }

    fn ascii(&mut self, place: usize, text: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(text);
        self.put(place, start);
    }

    fn text(&mut self, name: [u8; 2], place: usize, text: &str) -> Result<(), WriteError> {
        let start = self.bytes.len();
        let wrong = |Unwritable(_)| WriteError::Text { record: RecordName(name), column: place };
        text::encode_into(&mut self.bytes, text).map_err(wrong)?;
        self.put(place, start);
        Ok(())
    }

    fn number<N: Into<u64>>(&mut self, place: usize, n: Option<N>) {
        if let Some(n) = n {
            self.padded(place, n.into(), 1);
        }
    }

    fn padded(&mut self, place: usize, n: u64, width: usize) {
        self.ascii(place, format!("{n:0width$}").as_bytes());
    }

    fn date(&mut self, place: usize, date: Option<Date>) {
        if let Some(d) = date {
            self.ascii(place, format!("{:04}{:02}{:02}", d.year(), d.month(), d.day()).as_bytes());
        }
    }

    fn close(&mut self, out: &mut Vec<u8>, name: [u8; 2], len: usize) {
        self.places.sort_unstable();
        out.extend_from_slice(&name);
        let mut at = 0;
        for (place, start, end) in self.places.drain(..) {
            out.extend(std::iter::repeat_n(b',', place.saturating_sub(at)));
            out.extend_from_slice(self.bytes.get(start..end).unwrap_or_default());
            at = place;
        }
        out.extend(std::iter::repeat_n(b',', (len.max(1) - 1).saturating_sub(at)));
        out.extend_from_slice(b"\r\n");
        self.bytes.clear();
    }
}
