//! Streaming reader: one receipt in memory at a time, every block checked against its GO.
//!
//! Receipts come out before the totals behind them are known. A caller that must take a file whole or not at all runs [`verify`]
//! first, or keeps what it stores invisible until [`Reader::next`] has answered `None`.

use crate::error::{ReadError, ReadErrorKind, RecordName, Warning, WarningKind};
use crate::field;
use crate::header::Header;
use crate::receipt::Receipt;
use crate::record::{self, Prefix, Record};
use crate::text;
use crate::totals::{Block, FileTotals, Totals};
use std::io::{BufRead, Read};
use std::sync::Arc;

/// The end-of-file byte behind the last record.
const END: u8 = 0x1A;
/// So many lines that look like UTF-8, before any that cannot be, prove it.
const UTF8_PROOF: u32 = 3;
/// The volume number of a GO that ends the last volume.
const LAST_VOLUME: u64 = 99;

/// Bounds that keep a broken or hostile file from using up memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one line.
    pub line_bytes: usize,
    /// Records of one receipt, history included.
    pub receipt_records: usize,
    /// Bytes of one receipt, history included.
    pub receipt_bytes: usize,
    /// Bytes of the file.
    pub file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { line_bytes: 64 << 10, receipt_records: 20_000, receipt_bytes: 8 << 20, file_bytes: 4 << 30 }
    }
}

/// What the reader found next.
#[derive(Debug)]
pub enum Event<'a> {
    /// A receipt. It is overwritten by the next call; clone it to keep it.
    Receipt(&'a Receipt),
    /// The end of an institution's part, its totals verified.
    Block(Block),
}

/// Reads UKE files (plain lines) and deliveries with 履歴管理情報 (prefixed lines), of 医科, 歯科, 調剤 and DPC.
pub struct Reader<R> {
    source: R,
    limits: Limits,
    receipt: Receipt,
    open: Open,
    /// The claim being read came as plain lines, so that prefixed lines behind it are history.
    plain: bool,
    pending: Option<Line>,
    pending_bytes: Vec<u8>,
    header_bytes: Vec<u8>,
    block: Option<OpenBlock>,
    /// Sums of the volumes before, while a file in several volumes is read.
    volumes: Totals,
    encoding: Encoding,
    end: End,
    file: FileTotals,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Between receipts.
    No,
    /// MN or an institution header stands, RE is yet to come.
    Head,
    /// RE has been read.
    Claim,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// No line has ruled out UTF-8 yet; so many look like it.
    Open { utf8_lines: u32, first: u64 },
    /// A line was seen that UTF-8 cannot be.
    ShiftJis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// More may come.
    No,
    /// The source is at its end; the last receipt may still be open.
    Reached { marked: bool },
    /// All said.
    Told,
}

struct OpenBlock {
    header: Arc<Header>,
    totals: Totals,
    /// A plain claim was seen: GO must follow.
    plain: bool,
}

#[derive(Debug, Clone, Copy)]
struct Line {
    no: u64,
    /// Where the line begins in the receipt's bytes.
    start: usize,
    /// Its end, without line end.
    end: usize,
    prefix: Prefix,
    name: RecordName,
}

enum Step {
    More,
    /// The line belongs to what comes next; first the open receipt is to be finished.
    Finish,
    Block(Block),
}

impl<R: BufRead> Reader<R> {
    /// A reader with the usual limits.
    pub fn new(source: R) -> Self {
        Self::with_limits(source, Limits::default())
    }

    /// A reader with limits of your own.
    pub fn with_limits(source: R, limits: Limits) -> Self {
        Self {
            source,
            limits,
            receipt: Receipt::empty(Arc::new(Header::unread())),
            open: Open::No,
            plain: false,
            pending: None,
            pending_bytes: Vec::new(),
            header_bytes: Vec::new(),
            block: None,
            volumes: Totals::default(),
            encoding: Encoding::Open { utf8_lines: 0, first: 0 },
            end: End::No,
            file: FileTotals::default(),
        }
    }

    /// What has been read so far; after [`Reader::next`] answered `None`, the whole file.
    pub fn totals(&self) -> &FileTotals {
        &self.file
    }

    /// The next receipt or block end; `None` once, when the file is complete and its totals agree.
    ///
    /// # Errors
    /// [`ReadError`], after which the reader stays at its end.
    #[expect(clippy::should_implement_trait, reason = "the receipt is lent, which Iterator cannot do")]
    pub fn next(&mut self) -> Result<Option<Event<'_>>, ReadError> {
        match self.advance() {
            Ok(Found::Receipt) => Ok(Some(Event::Receipt(&self.receipt))),
            Ok(Found::Block(block)) => Ok(Some(Event::Block(block))),
            Ok(Found::Nothing) => Ok(None),
            Err(error) => {
                self.end = End::Told;
                Err(error)
            }
        }
    }

    /// All receipts as owned values, stopping after the first error.
    pub fn receipts(mut self) -> impl Iterator<Item = Result<Receipt, ReadError>> {
        std::iter::from_fn(move || {
            loop {
                match self.next() {
                    Ok(Some(Event::Receipt(receipt))) => return Some(Ok(receipt.clone())),
                    Ok(Some(Event::Block(_))) => {}
                    Ok(None) => return None,
                    Err(error) => return Some(Err(error)),
                }
            }
        })
    }

    fn advance(&mut self) -> Result<Found, ReadError> {
        if self.end == End::Told {
            return Ok(Found::Nothing);
        }
        if self.open == Open::No {
            self.receipt.clear();
        }
        loop {
            let Some(line) = self.next_line()? else {
                if self.finish()? {
                    return Ok(Found::Receipt);
                }
                self.conclude()?;
                return Ok(Found::Nothing);
            };
            match self.place(line)? {
                Step::More => {}
                Step::Block(block) => return Ok(Found::Block(block)),
                Step::Finish => {
                    let bytes = self.receipt.raw.get(line.start..).unwrap_or_default();
                    self.pending_bytes.clear();
                    self.pending_bytes.extend_from_slice(bytes);
                    self.pending = Some(line);
                    self.receipt.raw.truncate(line.start);
                    if self.finish()? {
                        return Ok(Found::Receipt);
                    }
                    self.receipt.clear();
                }
            }
        }
    }

    /// Types the open receipt and counts it. `false`: there was none.
    fn finish(&mut self) -> Result<bool, ReadError> {
        if self.open == Open::No {
            return Ok(false);
        }
        self.open = Open::No;
        if !self.receipt.fill()? {
            let notable = |r: &Record| !Header::is_header(r.name.0);
            let all = || self.receipt.records.iter().chain(&self.receipt.history);
            if let Some(first) = all().find(|r| notable(r)) {
                self.file.warn(Warning { line: first.line, kind: WarningKind::HistoryOnly });
            }
            return Ok(false);
        }
        for warning in &self.receipt.warnings {
            self.file.warn(*warning);
        }
        self.file.totals.add(&self.receipt);
        self.file.amended += u64::from(self.receipt.amendments > 0);
        if let Some(block) = &mut self.block {
            block.totals.add(&self.receipt);
            block.plain |= self.plain;
        }
        self.plain = false;
        Ok(true)
    }

    /// Decides where a line belongs.
    fn place(&mut self, line: Line) -> Result<Step, ReadError> {
        let annotation = !record::is_current(line.prefix.data_id) || (self.plain && line.prefix.data_id > 0);
        if annotation {
            if self.open == Open::No {
                self.open = Open::Head;
            }
            return self.push(line);
        }
        match &line.name.0 {
            b"MN" if self.open != Open::No => Ok(Step::Finish),
            b"MN" => {
                self.open = Open::Head;
                self.push(line)
            }
            b"IR" | b"UK" | b"YK" if self.open == Open::Claim => Ok(Step::Finish),
            b"IR" | b"UK" | b"YK" => self.institution(line),
            b"RE" if self.open == Open::Claim => Ok(Step::Finish),
            b"RE" => {
                if self.header_bytes.is_empty() {
                    return Err(ReadErrorKind::MissingHeader { record: line.name }.at(line.no));
                }
                self.open_block();
                self.open = Open::Claim;
                self.plain = line.prefix.data_id == 0;
                self.push(line)
            }
            b"GO" | b"HG" if self.open != Open::No => Ok(Step::Finish),
            b"GO" => self.close_block(line),
            b"HG" => {
                self.skip(line);
                self.block = None;
                self.file.warn(Warning { line: line.no, kind: WarningKind::NoTotals });
                Ok(Step::More)
            }
            b"HI" | b"RC" if self.open == Open::No => {
                self.skip(line);
                Ok(Step::More)
            }
            _ if self.open == Open::No => Err(ReadErrorKind::Orphan { record: line.name }.at(line.no)),
            _ => self.push(line),
        }
    }

    fn skip(&mut self, line: Line) {
        self.receipt.raw.truncate(line.start);
        self.file.warn(Warning { line: line.no, kind: WarningKind::SkippedRecord });
    }

    fn push(&mut self, line: Line) -> Result<Step, ReadError> {
        let records = &mut self.receipt.records;
        if records.len() >= self.limits.receipt_records {
            let limit = format!("{} レコード", self.limits.receipt_records);
            return Err(ReadErrorKind::ReceiptTooLarge { limit }.at(line.no));
        }
        if line.end > self.limits.receipt_bytes.min(u32::MAX as usize) {
            let limit = format!("{} バイト", self.limits.receipt_bytes);
            return Err(ReadErrorKind::ReceiptTooLarge { limit }.at(line.no));
        }
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        records.push(Record {
            line: line.no,
            start: narrow(line.start + line.prefix.offset),
            end: narrow(line.end),
            row: line.prefix.row,
            branch: line.prefix.branch,
            data_id: line.prefix.data_id,
            name: line.name,
        });
        Ok(Step::More)
    }

    /// An institution header: at the head of a block, or in front of each receipt of a delivery or a 歯科 file.
    fn institution(&mut self, line: Line) -> Result<Step, ReadError> {
        let bytes = self.receipt.raw.get(line.start + line.prefix.offset..line.end).unwrap_or_default();
        if bytes != self.header_bytes.as_slice() {
            let known = Some(self.receipt.header.as_ref()).filter(|_| !self.header_bytes.is_empty());
            let header = Header::read(bytes, known).map_err(|kind| kind.at(line.no))?;
            if !header.institution().check_digit_fits() {
                self.file.warn(Warning { line: line.no, kind: WarningKind::InstitutionCheckDigit });
            }
            self.header_bytes.clear();
            self.header_bytes.extend_from_slice(bytes);
            self.receipt.header = Arc::new(header);
        }
        let heads_block = self.open == Open::No && self.block.is_none() && line.prefix.data_id == 0;
        self.open_block();
        if heads_block {
            self.receipt.raw.truncate(line.start);
            return Ok(Step::More);
        }
        self.open = Open::Head;
        self.push(line)
    }

    fn open_block(&mut self) {
        if self.block.is_none() {
            let header = Arc::clone(&self.receipt.header);
            self.block = Some(OpenBlock { header, totals: Totals::default(), plain: false });
        }
    }

    /// GO: compares what was recorded with what was read.
    fn close_block(&mut self, line: Line) -> Result<Step, ReadError> {
        let bytes = self.receipt.raw.get(line.start + line.prefix.offset..line.end).unwrap_or_default();
        let ([_, count, points, volume], _) = field::columns::<4>(bytes);
        let bad = |column| ReadErrorKind::BadColumn { record: line.name, column }.at(line.no);
        let required = |bytes, column| field::number(bytes).ok().flatten().ok_or_else(|| bad(column));
        let (count, points) = (required(count, "総件数")?, required(points, "総合計点数")?);
        let volume = field::number(volume).map_err(|_| bad("マルチボリューム識別情報"))?.unwrap_or(LAST_VOLUME);
        self.receipt.raw.truncate(line.start);
        let Some(block) = self.block.take() else {
            return Err(ReadErrorKind::MissingHeader { record: line.name }.at(line.no));
        };
        let volumes = self.volumes.plus(block.totals);
        let agrees = |t: &Totals| (t.count, t.points) == (count, points);
        if !agrees(&block.totals) && !agrees(&volumes) {
            if (count, points) != (0, 0) {
                let (counted, sum) = (volumes.count, volumes.points);
                let kind = ReadErrorKind::Totals { recorded_count: count, counted, recorded_points: points, points: sum };
                return Err(kind.at(line.no));
            }
            self.file.warn(Warning { line: line.no, kind: WarningKind::ZeroTotals });
        }
        self.volumes = if volume == LAST_VOLUME { Totals::default() } else { volumes };
        self.file.blocks += 1;
        let (institution, month) = (block.header.institution(), block.header.month);
        Ok(Step::Block(Block { institution, month, totals: block.totals }))
    }

    /// Behind the last line: is the file whole?
    fn conclude(&mut self) -> Result<(), ReadError> {
        let marked = self.end == End::Reached { marked: true };
        self.end = End::Told;
        let line = self.file.lines;
        if line == 0 {
            return Err(ReadErrorKind::Empty.at(0));
        }
        if let Encoding::Open { utf8_lines: 1.., first } = self.encoding {
            return Err(ReadErrorKind::Encoding("UTF-8").at(first));
        }
        match &self.block {
            Some(block) if block.plain || block.totals.receipts == 0 => {
                return Err(ReadErrorKind::Truncated("合計 GO がない").at(line));
            }
            Some(_) if !marked => return Err(ReadErrorKind::Truncated("合計 GO も EOF コードもない").at(line)),
            Some(_) => self.file.warn(Warning { line, kind: WarningKind::NoTotals }),
            None => {}
        }
        if self.volumes.receipts > 0 {
            return Err(ReadErrorKind::Truncated("続きのボリュームがない").at(line));
        }
        if !marked {
            self.file.warn(Warning { line, kind: WarningKind::NoEndMark });
        }
        Ok(())
    }

    /// The next line that is a record, its bytes appended to the receipt's.
    fn next_line(&mut self) -> Result<Option<Line>, ReadError> {
        if let Some(line) = self.pending.take() {
            let start = self.receipt.raw.len();
            self.receipt.raw.extend_from_slice(&self.pending_bytes);
            return Ok(Some(Line { start, end: start + (line.end - line.start), ..line }));
        }
        while self.end == End::No {
            let start = self.receipt.raw.len();
            let (end, no, whole) = self.read_line()?;
            let bytes = self.receipt.raw.get(start..end).unwrap_or_default();
            if bytes.is_empty() {
                self.receipt.raw.truncate(start);
                if self.end == End::No {
                    self.file.warn(Warning { line: no, kind: WarningKind::BlankLine });
                }
                continue;
            }
            self.probe_encoding(start, end, no)?;
            let bytes = self.receipt.raw.get(start..end).unwrap_or_default();
            let prefix = record::prefix(bytes);
            let name = prefix.map(|p| record::name(bytes.get(p.offset..).unwrap_or_default()));
            let (Some(prefix), Some(name)) = (prefix, name.filter(|n| n.0.iter().all(u8::is_ascii_uppercase))) else {
                let kind = if no == 1 { ReadErrorKind::NotReceipts } else { ReadErrorKind::NotARecord };
                return Err(kind.at(no));
            };
            // A stored receipt may begin with a note of the examiner; there the block is open already.
            if no == 1 && self.block.is_none() && !matches!(&name.0, b"IR" | b"UK" | b"YK" | b"MN" | b"HI" | b"RC" | b"RE") {
                return Err(ReadErrorKind::NotReceipts.at(no));
            }
            // GO needs no line end: its totals prove that the file is whole.
            if !whole && (&name.0 != b"GO" || field::column(bytes, 3).is_empty()) {
                return Err(ReadErrorKind::Truncated("最後の行が途中まで").at(no));
            }
            return Ok(Some(Line { no, start, end, prefix, name }));
        }
        Ok(None)
    }

    /// Reads one line: its end without line end in the receipt's bytes, its number, and whether a line end stood behind it.
    fn read_line(&mut self) -> Result<(usize, u64, bool), ReadError> {
        let no = self.file.lines + 1;
        let raw = &mut self.receipt.raw;
        let start = raw.len();
        let limit = self.limits.line_bytes;
        let read = Read::take(&mut self.source, limit as u64 + 1).read_until(b'\n', raw);
        let n = read.map_err(|e| ReadErrorKind::Io(e).at(no))?;
        self.file.bytes += n as u64;
        if n == 0 {
            self.end = End::Reached { marked: false };
            return Ok((start, no, false));
        }
        if n > limit {
            return Err(ReadErrorKind::LineTooLong { limit }.at(no));
        }
        if self.file.bytes > self.limits.file_bytes {
            return Err(ReadErrorKind::FileTooLarge { limit: self.limits.file_bytes }.at(no));
        }
        let line = raw.get(start..).unwrap_or_default();
        if let Some(mark) = line.iter().position(|&b| b == END) {
            let tail = line.get(mark..).unwrap_or_default();
            let mut clean = tail.iter().all(|b| matches!(b, &END | b'\r' | b'\n'));
            raw.truncate(start + mark);
            let mut rest = Vec::new();
            while clean && Read::take(&mut self.source, 256).read_to_end(&mut rest).map_err(|e| ReadErrorKind::Io(e).at(no))? > 0
            {
                clean = rest.iter().all(|b| matches!(b, &END | b'\r' | b'\n'));
                self.file.bytes += rest.len() as u64;
                rest.clear();
            }
            if !clean {
                return Err(ReadErrorKind::AfterEnd.at(no));
            }
            self.end = End::Reached { marked: true };
            self.file.lines = if mark > 0 { no } else { no - 1 };
            return Ok((start + mark, no, false));
        }
        self.file.lines = no;
        let (end, whole) = match line {
            [.., b'\r', b'\n'] => (raw.len() - 2, true),
            [.., b'\n'] => {
                self.file.warn(Warning { line: no, kind: WarningKind::LineFeedOnly });
                (raw.len() - 1, true)
            }
            _ => (raw.len(), false),
        };
        Ok((end, no, whole))
    }

    fn probe_encoding(&mut self, start: usize, end: usize, no: u64) -> Result<(), ReadError> {
        let Encoding::Open { utf8_lines, first } = self.encoding else { return Ok(()) };
        let bytes = self.receipt.raw.get(start..end).unwrap_or_default();
        if no == 1 && bytes.starts_with(b"\xEF\xBB\xBF") {
            return Err(ReadErrorKind::Encoding("UTF-8（BOM付き）").at(no));
        }
        if no == 1 && (bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF")) {
            return Err(ReadErrorKind::Encoding("UTF-16").at(no));
        }
        if text::looks_like_utf8(bytes) {
            let first = if utf8_lines == 0 { no } else { first };
            self.encoding = Encoding::Open { utf8_lines: utf8_lines + 1, first };
            if utf8_lines + 1 >= UTF8_PROOF {
                return Err(ReadErrorKind::Encoding("UTF-8").at(first));
            }
        } else if !bytes.is_ascii() {
            self.encoding = Encoding::ShiftJis;
        }
        Ok(())
    }
}

enum Found {
    Receipt,
    Block(Block),
    Nothing,
}

/// Reads a whole file only to see whether it can be taken in: the first pass of an all-or-nothing import.
///
/// # Errors
/// The first reason to refuse the file.
pub fn verify<R: BufRead>(source: R, limits: Limits) -> Result<FileTotals, ReadError> {
    let mut reader = Reader::with_limits(source, limits);
    while reader.next()?.is_some() {}
    Ok(reader.file)
}

/// Reads one receipt again from its stored bytes.
pub(crate) fn receipt_from_raw(raw: &[u8], header: &Arc<Header>) -> Result<Receipt, ReadError> {
    let mut reader = Reader::new(raw);
    reader.receipt.header = Arc::clone(header);
    reader.encoding = Encoding::ShiftJis;
    // Not the bytes of any record, so that a header record in front of the receipt is read.
    reader.header_bytes = vec![0];
    reader.open_block();
    match reader.next()? {
        Some(Event::Receipt(receipt)) => Ok(receipt.clone()),
        _ => Err(ReadErrorKind::NotReceipts.at(0)),
    }
}
