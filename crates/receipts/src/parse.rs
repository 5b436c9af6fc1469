//! From the records of one receipt to its typed form.

use crate::code::{Burden, Examiner, Payer, PointTable, Program, ReceiptKind, Sex};
use crate::error::{ReadError, ReadErrorKind, RecordName, Warning, WarningKind};
use crate::field::{self, BadField, Code};
use crate::header::Header;
use crate::layout;
use crate::receipt::{Confirmation, Days, Disease, Insurance, Item, ItemKind, Public, Receipt, Span};
use crate::record::{self, Record};
use crate::text;
use kernel::time::Date;
use std::sync::Arc;

/// At most this many warnings are kept per receipt.
const MAX_WARNINGS: usize = 50;

impl Receipt {
    /// A receipt without content, whose buffers are filled again and again.
    pub(crate) fn empty(header: Arc<Header>) -> Self {
        Self {
            month: header.month,
            header,
            line: 0,
            number: 0,
            kind: ReceiptKind::UNREAD,
            sex: None,
            birth: None,
            benefit_rate: None,
            admitted_on: None,
            special: Code::default(),
            insurance: None,
            publics: Vec::new(),
            confirmations: Vec::new(),
            visits: [Days::default(); 5],
            window: None,
            diseases: Vec::new(),
            items: Vec::new(),
            dpc: false,
            amendments: 0,
            warnings: Vec::new(),
            symbol: Span::default(),
            insured_no: Span::default(),
            name: Span::default(),
            kana: Span::default(),
            chart_no: Span::default(),
            search_no: Span::default(),
            management_no: Span::default(),
            records: Vec::new(),
            history: Vec::new(),
            raw: Vec::new(),
        }
    }

    /// Forgets everything but the buffers.
    pub(crate) fn clear(&mut self) {
        self.records.clear();
        self.raw.clear();
        self.forget();
    }

    fn forget(&mut self) {
        self.line = 0;
        self.number = 0;
        self.kind = ReceiptKind::UNREAD;
        self.sex = None;
        self.birth = None;
        self.benefit_rate = None;
        self.admitted_on = None;
        self.special = Code::default();
        self.insurance = None;
        self.publics.clear();
        self.confirmations.clear();
        self.visits = [Days::default(); 5];
        self.window = None;
        self.diseases.clear();
        self.items.clear();
        self.dpc = false;
        self.amendments = 0;
        self.warnings.clear();
        self.history.clear();
        for span in [&mut self.symbol, &mut self.insured_no, &mut self.name, &mut self.kana] {
            *span = Span::default();
        }
        for span in [&mut self.chart_no, &mut self.search_no, &mut self.management_no] {
            *span = Span::default();
        }
    }

    /// Types the collected records. `false`: there is no current claim among them.
    pub(crate) fn fill(&mut self) -> Result<bool, ReadError> {
        self.forget();
        self.line = self.records.first().map_or(0, |r| r.line);
        let raw = std::mem::take(&mut self.raw);
        let mut records = std::mem::take(&mut self.records);
        self.amendments = record::overlay(&mut records, &mut self.history, &raw);
        let done = self.fill_from(&raw, &records);
        self.raw = raw;
        self.records = records;
        if done? {
            self.examine();
            return Ok(true);
        }
        Ok(false)
    }

    fn fill_from(&mut self, raw: &[u8], records: &[Record]) -> Result<bool, ReadError> {
        let mut section = 0u8;
        let mut found = false;
        let mut donor = false;
        for (place, rec) in records.iter().enumerate() {
            let bytes = raw.get(rec.start as usize..rec.end as usize).unwrap_or_default();
            match &rec.name.0 {
                b"RE" if !found => {
                    self.read_re(rec, bytes, raw)?;
                    found = true;
                }
                b"HO" => self.read_ho(rec, bytes, raw)?,
                b"KO" => self.read_ko(rec, bytes)?,
                b"SN" => self.read_sn(rec, bytes),
                b"JD" => self.read_jd(rec, bytes),
                b"MF" => self.window = self.lenient(rec, field::small(field::column(bytes, 1))),
                b"MN" => self.management_no = span(raw, field::column(bytes, 1)),
                b"BU" => self.dpc = true,
                // Behind TI stands the donor's own treatment (臓器提供者), with another patient's lines.
                b"TI" => donor = true,
                b"SY" | b"HS" if !donor => self.read_disease(rec, place, bytes),
                name if !donor => {
                    if let Some(columns) = layout::item(self.header.table, *name) {
                        self.read_item(rec, place, bytes, columns, &mut section);
                    }
                }
                _ => {}
            }
        }
        Ok(found)
    }

    fn read_re(&mut self, rec: &Record, bytes: &[u8], raw: &[u8]) -> Result<(), ReadError> {
        let (c, _) = field::columns::<42>(bytes);
        let at = |place: usize| c.get(place).copied().filter(|_| place > 0).unwrap_or_default();
        let places = layout::re(self.header.table);
        let bad = |column| ReadErrorKind::BadColumn { record: rec.name, column }.at(rec.line);
        let kind = at(2).trim_ascii();
        let kind = if kind.len() == 4 { field::number(kind).ok().flatten() } else { None };
        self.kind = kind.and_then(ReceiptKind::from_code).ok_or_else(|| bad("レセプト種別"))?;
        self.month = field::month(at(3)).ok().flatten().ok_or_else(|| bad("診療年月"))?;
        self.number = self.lenient(rec, field::small(at(1))).unwrap_or(0);
        self.name = span(raw, at(4));
        self.sex = self.lenient(rec, field::number(at(5))).and_then(Sex::from_code);
        self.birth = self.lenient_date(rec, at(6));
        self.benefit_rate = self.lenient(rec, field::small::<u8>(at(places.benefit_rate)));
        self.admitted_on = self.lenient_date(rec, at(places.admitted_on));
        self.special = self.lenient_code(rec, at(places.special));
        self.chart_no = span(raw, at(places.chart_no));
        self.search_no = span(raw, at(places.search_no));
        self.kana = span(raw, at(places.kana));
        if at(4).is_empty() && at(places.kana).is_empty() {
            self.warn(rec.line, WarningKind::NoName);
        }
        if !text::is_clean(at(4)) || !text::is_clean(at(places.kana)) {
            self.warn(rec.line, WarningKind::BrokenText);
        }
        Ok(())
    }

    fn read_ho(&mut self, rec: &Record, bytes: &[u8], raw: &[u8]) -> Result<(), ReadError> {
        if self.insurance.is_some() {
            self.warn(rec.line, WarningKind::ManyInsurances);
            return Ok(());
        }
        let (c, _) = field::columns::<15>(bytes);
        let at = |place: usize| c.get(place).copied().filter(|_| place > 0).unwrap_or_default();
        let places = layout::ho(self.header.table);
        let insurer = self.lenient_code(rec, at(1));
        if !fits(&insurer, &[6, 8]) {
            self.warn(rec.line, WarningKind::InsurerCheckDigit);
        }
        if !insurer.is_empty() && Examiner::of_insurer(insurer.as_str()) != self.header.examiner {
            self.warn(rec.line, WarningKind::SenderMismatch);
        }
        self.symbol = span(raw, at(2));
        self.insured_no = span(raw, at(3));
        self.insurance = Some(Insurance {
            insurer,
            days: firm(rec, "診療実日数", at(4))?,
            points: firm(rec, "合計点数", at(5))?,
            meals: self.lenient(rec, field::small(at(places.meals))),
            meal_amount: self.lenient(rec, field::small(at(places.meal_amount))),
            copay: firm(rec, "負担金額", at(places.copay))?,
        });
        Ok(())
    }

    fn read_ko(&mut self, rec: &Record, bytes: &[u8]) -> Result<(), ReadError> {
        let (c, _) = field::columns::<12>(bytes);
        let at = |place: usize| c.get(place).copied().filter(|_| place > 0).unwrap_or_default();
        let places = layout::ko(self.header.table);
        let bearer: Code<8> = self.lenient_code(rec, at(1));
        let recipient: Code<7> = self.lenient_code(rec, at(2));
        if !fits(&bearer, &[8]) {
            self.warn(rec.line, WarningKind::BearerCheckDigit);
        }
        if !fits(&recipient, &[7]) {
            self.warn(rec.line, WarningKind::RecipientCheckDigit);
        }
        let public = Public {
            bearer,
            recipient,
            days: firm(rec, "診療実日数", at(4))?,
            points: firm(rec, "合計点数", at(5))?,
            copay: firm(rec, "負担金額", at(places.copay))?,
            outpatient_copay: firm(rec, "公費給付対象外来一部負担金", at(places.outpatient_copay))?,
            inpatient_copay: firm(rec, "公費給付対象入院一部負担金", at(places.inpatient_copay))?,
            meals: self.lenient(rec, field::small(at(places.meals))),
            meal_amount: self.lenient(rec, field::small(at(places.meal_amount))),
        };
        self.publics.push(public);
        Ok(())
    }

    fn read_sn(&mut self, rec: &Record, bytes: &[u8]) {
        let (c, _) = field::columns::<8>(bytes);
        let Some(payer) = field::number(c[1]).ok().flatten().and_then(Payer::from_code) else {
            self.warn(rec.line, WarningKind::BadColumn);
            return;
        };
        let confirmation = Confirmation {
            payer,
            method: self.lenient(rec, field::small(c[2])),
            insurer: self.lenient_code(rec, c[3]),
            branch: self.lenient_code(rec, c[6]),
            recipient: self.lenient_code(rec, c[7]),
        };
        self.confirmations.push(confirmation);
    }

    fn read_jd(&mut self, rec: &Record, bytes: &[u8]) {
        let ([_, payer], rest) = field::columns::<2>(bytes);
        let payer = field::number(payer).ok().flatten().and_then(Payer::from_code);
        let Some(slot) = payer.and_then(|p| self.visits.get_mut(p.index())) else {
            self.warn(rec.line, WarningKind::BadColumn);
            return;
        };
        let mut bad = false;
        for (day, mark) in rest.split(|&b| b == b',').take(31).enumerate() {
            match mark {
                b"" => {}
                b"1" => slot.counted |= 1 << day,
                b"2" => slot.uncounted |= 1 << day,
                b"9" => slot.mismatch |= 1 << day,
                _ => bad = true,
            }
        }
        if bad {
            self.warn(rec.line, WarningKind::BadColumn);
        }
    }

    fn read_disease(&mut self, rec: &Record, place: usize, bytes: &[u8]) {
        let (c, _) = field::columns::<13>(bytes);
        let columns = if &rec.name.0 == b"HS" { &layout::HS } else { &layout::SY };
        let at = |place: usize| c.get(place).copied().unwrap_or_default();
        let disease = Disease {
            record: index(place),
            code: self.lenient(rec, field::small(at(columns.code))),
            started: self.lenient_date(rec, at(columns.started)),
            outcome: self.lenient(rec, field::small(at(columns.outcome))),
            main: matches!(at(columns.main), b"01" | b"1"),
        };
        self.diseases.push(disease);
    }

    fn read_item(&mut self, rec: &Record, place: usize, bytes: &[u8], columns: &layout::ItemColumns, section: &mut u8) {
        let kind = match &rec.name.0 {
            b"IY" => ItemKind::Drug,
            b"TO" => ItemKind::Material,
            b"CO" => ItemKind::Comment,
            _ => ItemKind::Act,
        };
        let (c, rest) = field::columns::<7>(bytes);
        let (points, count, days) = match (kind, columns.points) {
            (ItemKind::Comment, _) => (&[][..], &[][..], &[][..]),
            (_, 5) => (c[5], c[6], skip(rest, columns.days - 7)),
            (_, far) => {
                let ([points, count], days) = field::columns::<2>(skip(rest, far - 7));
                (points, count, skip(days, columns.days - columns.count - 1))
            }
        };
        match self.lenient(rec, field::small::<u8>(c[1])) {
            Some(own) => *section = own,
            None if *section == 0 => self.warn(rec.line, WarningKind::NoSection),
            None => {}
        }
        let burden = Burden::read(c[2]);
        if burden.letter().is_none() {
            self.warn(rec.line, WarningKind::UnknownBurden);
        }
        let (mask, sum) = self.lenient(rec, field::day_counts(days).map(Some)).unwrap_or_default();
        let item = Item {
            record: index(place),
            kind,
            section: *section,
            burden,
            code: self.lenient(rec, field::small(c[3])).unwrap_or(0),
            points: self.lenient(rec, field::signed(points)),
            count: self.lenient(rec, field::small(count)),
            days: mask,
        };
        if sum > 0 && item.count.is_some_and(|count| u32::from(count) != sum) {
            self.warn(rec.line, WarningKind::LineDays);
        }
        self.items.push(item);
    }

    /// What the parts say about one another.
    fn examine(&mut self) {
        let line = self.line;
        if self.amendments > 0 {
            self.warn(line, WarningKind::Amended);
        }
        if self.insurance.is_none() && self.publics.is_empty() {
            self.warn(line, WarningKind::NoPayer);
        } else if self.publics.len() != self.kind.publics()
            || self.insurance.is_some() == (self.kind.program() == Program::PublicOnly)
        {
            self.warn(line, WarningKind::KindMismatch);
        }
        if self.kind.table() != self.header.table {
            self.warn(line, WarningKind::TableMismatch);
        }
        let last_day = self.month.last_day();
        if self.birth.is_some_and(|birth| birth > last_day) {
            self.warn(line, WarningKind::BornLater);
        }
        let length = u32::try_from(last_day.day()).unwrap_or(31);
        if self.visits.iter().any(|v| (v.visited() | v.mismatch) >> length != 0) {
            self.warn(line, WarningKind::DayOutsideMonth);
        }
        if self.header.table != PointTable::Dispensing && self.visit_days_differ() {
            self.warn(line, WarningKind::VisitDays);
        }
        let present = (0..self.publics.len().min(4)).fold(u8::from(self.insurance.is_some()), |mask, i| mask | 2 << i);
        if self.items.iter().any(|i| i.burden.mask() & !present != 0 && i.burden.letter() != Some('9')) {
            self.warn(line, WarningKind::BurdenWithoutPayer);
        }
    }

    fn visit_days_differ(&self) -> bool {
        let differs = |payer: Payer, days: Option<u16>| {
            let recorded = self.days(payer);
            !recorded.is_empty() && days.is_some_and(|n| u32::from(n) != recorded.counted.count_ones())
        };
        differs(Payer::Insurance, self.insurance.and_then(|i| i.days))
            || self.publics.iter().enumerate().any(|(i, p)| Payer::public(i).is_some_and(|payer| differs(payer, p.days)))
    }

    fn warn(&mut self, line: u64, kind: WarningKind) {
        if self.warnings.len() < MAX_WARNINGS {
            self.warnings.push(Warning { line, kind });
        }
    }

    fn lenient<T>(&mut self, rec: &Record, value: Result<Option<T>, BadField>) -> Option<T> {
        value.unwrap_or_else(|BadField| {
            self.warn(rec.line, WarningKind::BadColumn);
            None
        })
    }

    fn lenient_date(&mut self, rec: &Record, bytes: &[u8]) -> Option<Date> {
        field::date(bytes).unwrap_or_else(|BadField| {
            self.warn(rec.line, WarningKind::BadDate);
            None
        })
    }

    fn lenient_code<const N: usize>(&mut self, rec: &Record, bytes: &[u8]) -> Code<N> {
        Code::read(bytes).unwrap_or_else(|BadField| {
            self.warn(rec.line, WarningKind::BadCode);
            Code::default()
        })
    }
}

/// A column on which money or totals hang: unreadable stops the file.
fn firm<T: TryFrom<u64>>(rec: &Record, column: &'static str, bytes: &[u8]) -> Result<Option<T>, ReadError> {
    let record: RecordName = rec.name;
    field::small(bytes).map_err(|BadField| ReadErrorKind::BadColumn { record, column }.at(rec.line))
}

/// Nothing recorded, or a number of one of these lengths whose check digit fits.
fn fits<const N: usize>(code: &Code<N>, lengths: &[usize]) -> bool {
    code.is_empty() || (lengths.contains(&code.as_bytes().len()) && code.check_digit_fits())
}

/// What stands behind the next `n` commas.
fn skip(bytes: &[u8], n: usize) -> &[u8] {
    let mut rest = bytes;
    for _ in 0..n {
        match rest.iter().position(|&b| b == b',') {
            Some(i) => rest = rest.get(i + 1..).unwrap_or_default(),
            None => return &[],
        }
    }
    rest
}

fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Where a slice of `raw` stands in it.
fn span(raw: &[u8], part: &[u8]) -> Span {
    if part.is_empty() {
        return Span::default();
    }
    let start = (part.as_ptr() as usize).saturating_sub(raw.as_ptr() as usize);
    let narrow = |n: usize| u32::try_from(n).unwrap_or_default();
    Span { start: narrow(start), end: narrow(start + part.len()) }
}
