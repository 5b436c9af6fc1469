//! One receipt in typed form. What a municipality decides on is typed; every other record stays readable as it came.

use crate::code::{Burden, Payer, PointTable, ReceiptKind, Sex};
use crate::error::{ReadError, RecordName, Warning};
use crate::field::{self, Code};
use crate::header::Header;
use crate::layout::{self, DiseaseColumns, ItemColumns};
use crate::record::Record;
use crate::text;
use kernel::ident::{IdentError, InsurerNo, KohiBearerNo, RecipientNo};
use kernel::time::{Date, YearMonth};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// A place in the receipt's bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: u32,
    pub end: u32,
}

/// HO: the insurer's part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Insurance {
    /// 保険者番号, six or eight digits.
    pub insurer: Code<8>,
    /// 診療実日数 (受付回数 for 調剤).
    pub days: Option<u16>,
    /// 合計点数.
    pub points: Option<u32>,
    /// 食事療養 回数.
    pub meals: Option<u16>,
    /// 食事療養 合計金額, yen.
    pub meal_amount: Option<u32>,
    /// 負担金額（医療保険）, yen: recorded where a limit was applied at the counter.
    pub copay: Option<u32>,
}

impl Insurance {
    /// The number in the house's type.
    ///
    /// # Errors
    /// Wrong length or check digit.
    pub fn insurer_no(&self) -> Result<InsurerNo, IdentError> {
        InsurerNo::parse(self.insurer.as_str())
    }
}

/// KO: one public payer's part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Public {
    /// 公費負担者番号.
    pub bearer: Code<8>,
    /// 受給者番号.
    pub recipient: Code<7>,
    /// 診療実日数 (受付回数 for 調剤).
    pub days: Option<u16>,
    /// 合計点数.
    pub points: Option<u32>,
    /// 負担金額（公費）, yen: what the patient paid under this scheme.
    pub copay: Option<u32>,
    /// 公費給付対象外来一部負担金, yen (歯科・調剤: 公費給付対象一部負担金).
    pub outpatient_copay: Option<u32>,
    /// 公費給付対象入院一部負担金, yen.
    pub inpatient_copay: Option<u32>,
    /// 食事療養 回数.
    pub meals: Option<u16>,
    /// 食事療養 合計金額, yen.
    pub meal_amount: Option<u32>,
}

impl Public {
    /// 法別番号, the first two digits of the bearer.
    pub fn law(&self) -> Option<u8> {
        self.bearer.as_bytes().get(..2).and_then(|two| field::small(two).ok().flatten())
    }

    /// The bearer in the house's type.
    ///
    /// # Errors
    /// Wrong length or check digit.
    pub fn bearer_no(&self) -> Result<KohiBearerNo, IdentError> {
        KohiBearerNo::parse(self.bearer.as_str())
    }

    /// The recipient in the house's type.
    ///
    /// # Errors
    /// Wrong length or check digit.
    pub fn recipient_no(&self) -> Result<RecipientNo, IdentError> {
        RecipientNo::parse(self.recipient.as_str())
    }
}

/// SN: how the entitlement was confirmed for one payer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmation {
    /// For whom.
    pub payer: Payer,
    /// 確認区分: 1 窓口, 2 変更なし, 3 確認不能, 4 振替, 5 分割, 6 資格喪失(記載保険者へ), 7 喪失(証回収後), 8 死亡, 9 枝番特定, 11– after a claim by the insurer.
    pub method: Option<u8>,
    /// 保険者番号等, recorded by the examiner.
    pub insurer: Code<8>,
    /// 枝番.
    pub branch: Code<2>,
    /// 受給者番号, recorded by the examiner.
    pub recipient: Code<7>,
}

/// JD: visit days of one payer as masks, bit 0 for day 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Days {
    /// 1: counted as 実日数.
    pub counted: u32,
    /// 2: a visit that does not count.
    pub uncounted: u32,
    /// 9: the examiner found a difference.
    pub mismatch: u32,
}

impl Days {
    /// Days on which the patient was there.
    pub fn visited(&self) -> u32 {
        self.counted | self.uncounted
    }

    /// Nothing recorded.
    pub fn is_empty(&self) -> bool {
        self.counted | self.uncounted | self.mismatch == 0
    }
}

/// Day numbers of a mask.
pub fn days_of(mask: u32) -> impl Iterator<Item = u8> {
    (0..31u8).filter(move |d| mask >> d & 1 == 1).map(|d| d + 1)
}

/// SY or HS: a diagnosis. Text is decoded on demand: [`Receipt::disease_name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disease {
    pub(crate) record: u32,
    /// 傷病名コード; 999 is 未コード化.
    pub code: Option<u32>,
    /// 診療開始日.
    pub started: Option<Date>,
    /// 転帰: 1 継続, 2 治ゆ, 3 死亡, 4 中止.
    pub outcome: Option<u8>,
    /// 主傷病.
    pub main: bool,
}

/// What a 摘要 line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// SI 診療行為 (SS for 歯科).
    Act,
    /// IY 医薬品.
    Drug,
    /// TO 特定器材.
    Material,
    /// CO コメント.
    Comment,
}

/// A line of the 摘要. Quantities and text are decoded on demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    pub(crate) record: u32,
    /// What it is.
    pub kind: ItemKind,
    /// 診療識別, carried on from the line before when not recorded; 0 when there was none before.
    pub section: u8,
    /// 負担区分.
    pub burden: Burden,
    /// The code of the act, drug, material or comment.
    pub code: u32,
    /// 点数. Only the last line of a unit has them: see [`Receipt::units`].
    pub points: Option<i32>,
    /// 回数.
    pub count: Option<u16>,
    /// Days on which it was done, bit 0 for day 1.
    pub days: u32,
}

/// One receipt: 明細書 of one patient, one institution and one month.
#[derive(Clone)]
pub struct Receipt {
    /// The institution that bills.
    pub header: Arc<Header>,
    /// First line in the file.
    pub line: u64,
    /// レセプト番号 within the file.
    pub number: u32,
    /// レセプト種別.
    pub kind: ReceiptKind,
    /// 診療年月 (調剤年月).
    pub month: YearMonth,
    /// 男女区分.
    pub sex: Option<Sex>,
    /// 生年月日.
    pub birth: Option<Date>,
    /// 給付割合, percent.
    pub benefit_rate: Option<u8>,
    /// 入院年月日.
    pub admitted_on: Option<Date>,
    /// 特記事項, up to five two-digit codes in a row.
    pub special: Code<10>,
    /// HO.
    pub insurance: Option<Insurance>,
    /// KO, in order: 第一公費 first.
    pub publics: Vec<Public>,
    /// SN.
    pub confirmations: Vec<Confirmation>,
    /// JD by payer, see [`Receipt::days`].
    pub(crate) visits: [Days; 5],
    /// MF 窓口負担額区分: 0 現物給付なし, 1 あり, 2 多数回.
    pub window: Option<u8>,
    /// SY, HS.
    pub diseases: Vec<Disease>,
    /// SI, IY, TO, CO (SS for 歯科). Empty for 調剤, whose lines stay raw.
    pub items: Vec<Item>,
    /// BU: a DPC receipt.
    pub dpc: bool,
    /// Corrections by the examiner that were applied.
    pub amendments: usize,
    /// What looked unusual.
    pub warnings: Vec<Warning>,
    pub(crate) symbol: Span,
    pub(crate) insured_no: Span,
    pub(crate) name: Span,
    pub(crate) kana: Span,
    pub(crate) chart_no: Span,
    pub(crate) search_no: Span,
    pub(crate) management_no: Span,
    pub(crate) records: Vec<Record>,
    pub(crate) history: Vec<Record>,
    pub(crate) raw: Vec<u8>,
}

/// Kind, month and place only, so that a log never shows whose receipt it is.
impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt")
            .field("line", &self.line)
            .field("kind", &self.kind)
            .field("month", &self.month)
            .finish_non_exhaustive()
    }
}

impl Receipt {
    /// The bytes of the receipt as they stand in the file, line ends included, for storing and hashing.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Reads a stored receipt again, from [`Receipt::raw`] and the header it came with.
    ///
    /// # Errors
    /// As the reader, for bytes that never were a receipt.
    pub fn parse(raw: &[u8], header: &Arc<Header>) -> Result<Self, ReadError> {
        crate::reader::receipt_from_raw(raw, header)
    }

    /// 点数表 of the institution, which decides the layout.
    pub fn table(&self) -> PointTable {
        self.header.table
    }

    fn text(&self, span: Span) -> Cow<'_, str> {
        text::decode(self.raw.get(span.start as usize..span.end as usize).unwrap_or_default())
    }

    /// 氏名.
    pub fn name(&self) -> Cow<'_, str> {
        self.text(self.name)
    }

    /// カタカナ氏名, without blank between family and given name.
    pub fn kana(&self) -> Cow<'_, str> {
        self.text(self.kana)
    }

    /// カルテ番号等 (調剤録番号).
    pub fn chart_no(&self) -> Cow<'_, str> {
        self.text(self.chart_no)
    }

    /// 検索番号, given by the examiner.
    pub fn search_no(&self) -> Cow<'_, str> {
        self.text(self.search_no)
    }

    /// レセプト管理番号 (MN), given by the examiner: with the month of examination the key of the receipt.
    pub fn management_no(&self) -> Cow<'_, str> {
        self.text(self.management_no)
    }

    /// 被保険者証等の記号.
    pub fn symbol(&self) -> Cow<'_, str> {
        self.text(self.symbol)
    }

    /// 被保険者証等の番号.
    pub fn insured_no(&self) -> Cow<'_, str> {
        self.text(self.insured_no)
    }

    /// 特記事項 codes.
    pub fn special_codes(&self) -> impl Iterator<Item = &str> {
        let text = self.special.as_str();
        (0..text.len() / 2).filter_map(move |i| text.get(2 * i..2 * i + 2))
    }

    /// Visit days recorded for a payer (JD).
    pub fn days(&self, payer: Payer) -> Days {
        self.visits.get(payer.index()).copied().unwrap_or_default()
    }

    /// Visit days for a payer; those of the insurance when the payer has none of its own.
    pub fn days_or_insurance(&self, payer: Payer) -> Days {
        let own = self.days(payer);
        if own.is_empty() { self.days(Payer::Insurance) } else { own }
    }

    /// 件数 by the rule of GO: the insurance and every public payer count one each.
    pub fn count(&self) -> u64 {
        let payers = u64::from(self.insurance.is_some()) + self.publics.len() as u64;
        payers.max(1)
    }

    /// Points by the rule of GO: 合計点数 of HO, without HO those of the first KO.
    pub fn points(&self) -> u64 {
        let points = match &self.insurance {
            Some(insurance) => insurance.points,
            None => self.publics.first().and_then(|public| public.points),
        };
        u64::from(points.unwrap_or(0))
    }

    /// The part of the public payer with this 公費負担者番号.
    pub fn public_share(&self, bearer: &str) -> Option<PublicShare<'_>> {
        let place = self.publics.iter().position(|p| p.bearer.as_str() == bearer)?;
        self.share_at(place)
    }

    /// The parts of all public payers, 第一公費 first.
    pub fn public_shares(&self) -> impl Iterator<Item = PublicShare<'_>> {
        (0..self.publics.len()).filter_map(|place| self.share_at(place))
    }

    fn share_at(&self, place: usize) -> Option<PublicShare<'_>> {
        let payer = Payer::public(place)?;
        let public = self.publics.get(place)?;
        Some(PublicShare { payer, public, days: self.days_or_insurance(payer) })
    }

    /// Points of the 摘要 lines that this payer bears: points × count of each unit. Equals 合計点数 only where all points stand in lines.
    pub fn line_points(&self, payer: Payer) -> i64 {
        let of = |i: &Item| i64::from(i.points.unwrap_or(0)) * i64::from(i.count.unwrap_or(1));
        self.items.iter().filter(|i| i.burden.includes(payer)).map(of).sum()
    }

    /// The 摘要 in units of calculation: lines up to and including the one that carries the points, then its comments.
    pub fn units(&self) -> impl Iterator<Item = &[Item]> {
        let mut rest = self.items.as_slice();
        std::iter::from_fn(move || {
            let closing = rest.iter().position(|i| i.points.is_some()).or(rest.len().checked_sub(1))?;
            let comments = rest.iter().skip(closing + 1).take_while(|i| i.kind == ItemKind::Comment && i.points.is_none());
            let (unit, tail) = rest.split_at_checked(closing + 1 + comments.count())?;
            rest = tail;
            Some(unit)
        })
    }

    /// The claim as it stands: name and bytes of each record, corrections applied.
    pub fn records(&self) -> impl Iterator<Item = (RecordName, &[u8])> {
        self.records.iter().map(|r| (r.name, self.bytes(r)))
    }

    /// History lines (請求前の履歴, 補正前, 返戻 notes), which never count.
    pub fn history(&self) -> impl Iterator<Item = (&Record, &[u8])> {
        self.history.iter().map(|r| (r, self.bytes(r)))
    }

    /// The records of one name, such as `b"BU"`.
    pub fn records_named(&self, name: [u8; 2]) -> impl Iterator<Item = &[u8]> {
        self.records().filter(move |(n, _)| n.0 == name).map(|(_, bytes)| bytes)
    }

    pub(crate) fn bytes(&self, record: &Record) -> &[u8] {
        self.raw.get(record.start as usize..record.end as usize).unwrap_or_default()
    }

    pub(crate) fn column(&self, record: u32, place: usize) -> &[u8] {
        if place == 0 {
            return &[];
        }
        self.records.get(record as usize).map_or(&[][..], |r| field::column(self.bytes(r), place))
    }

    /// 傷病名称, for a disease without code.
    pub fn disease_name(&self, disease: &Disease) -> Cow<'_, str> {
        text::decode(self.column(disease.record, self.disease_columns().name))
    }

    /// 修飾語コード of a disease, four digits each.
    pub fn disease_modifiers(&self, disease: &Disease) -> Cow<'_, str> {
        text::decode(self.column(disease.record, self.disease_columns().modifiers))
    }

    /// 補足コメント of a disease.
    pub fn disease_supplement(&self, disease: &Disease) -> Cow<'_, str> {
        text::decode(self.column(disease.record, self.disease_columns().supplement))
    }

    pub(crate) fn disease_columns(&self) -> &'static DiseaseColumns {
        if self.table() == PointTable::Dental { &layout::HS } else { &layout::SY }
    }

    pub(crate) fn item_columns(&self, item: &Item) -> Option<&'static ItemColumns> {
        let record = self.records.get(item.record as usize)?;
        layout::item(self.table(), record.name.0)
    }

    /// 数量データ or 使用量 of a line, a decimal as recorded (`1.5`).
    pub fn quantity(&self, item: &Item) -> Cow<'_, str> {
        let place = self.item_columns(item).map_or(0, |c| c.quantity);
        text::decode(self.column(item.record, place))
    }

    /// 単位コード of a material, three digits.
    pub fn unit(&self, item: &Item) -> Cow<'_, str> {
        let place = self.item_columns(item).map_or(0, |c| c.unit);
        text::decode(self.column(item.record, place))
    }

    /// 単価 of a material in yen, a decimal as recorded (`120.50`).
    pub fn unit_price(&self, item: &Item) -> Cow<'_, str> {
        let place = self.item_columns(item).map_or(0, |c| c.unit_price);
        text::decode(self.column(item.record, place))
    }

    /// 商品名 of a material.
    pub fn product(&self, item: &Item) -> Cow<'_, str> {
        let place = self.item_columns(item).map_or(0, |c| c.product);
        text::decode(self.column(item.record, place))
    }

    /// Comments of a line: code and text. For a CO line the comment itself.
    pub fn comments(&self, item: &Item) -> Vec<(u32, Cow<'_, str>)> {
        if item.kind == ItemKind::Comment {
            return vec![(item.code, text::decode(self.column(item.record, 4)))];
        }
        let Some(columns) = self.item_columns(item) else { return Vec::new() };
        (0..columns.comment_pairs)
            .filter_map(|i| {
                let place = columns.comments + 2 * i;
                let code = field::small::<u32>(self.column(item.record, place)).ok().flatten()?;
                Some((code, text::decode(self.column(item.record, place + 1))))
            })
            .collect()
    }

    /// How often a line was done on each day.
    pub fn day_counts(&self, item: &Item) -> Vec<(u8, u16)> {
        let first = self.item_columns(item).map_or(0, |c| c.days);
        days_of(item.days)
            .filter_map(|day| {
                let field = self.column(item.record, first + usize::from(day) - 1);
                field::small::<u16>(field).ok().flatten().map(|n| (day, n))
            })
            .collect()
    }

    /// 症状詳記: 区分 and text.
    pub fn symptom_notes(&self) -> impl Iterator<Item = (Option<u8>, Cow<'_, str>)> {
        self.records_named(*b"SJ").map(|record| {
            let ([_, class], text) = field::columns::<2>(record);
            (field::small(class).ok().flatten(), text::decode(text))
        })
    }
}

/// A public payer's part of a receipt.
#[derive(Debug, Clone, Copy)]
pub struct PublicShare<'a> {
    /// 第一公費 … 第四公費.
    pub payer: Payer,
    /// Its record.
    pub public: &'a Public,
    /// Its visit days, or the insurance's.
    pub days: Days,
}
