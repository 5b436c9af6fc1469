//! A receipt as plain owned values: what the writer takes, and what a typed receipt becomes when it must outlive the file.

use crate::code::{Burden, Payer, ReceiptKind, Sex};
use crate::field::{self, Code};
use crate::header::Header;
use crate::layout;
use crate::receipt::{Confirmation, Days, Insurance, Item, ItemKind, Public, Receipt};
use crate::text;
use kernel::time::{Date, YearMonth};

/// A receipt to be written. Fields are those of [`Receipt`], texts as strings; nothing is checked against anything else, so that
/// faulty receipts can be made on purpose.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// レセプト管理番号; written (as MN) when not empty.
    pub management_no: String,
    /// レセプト番号.
    pub number: u32,
    /// レセプト種別.
    pub kind: ReceiptKind,
    /// 診療年月.
    pub month: YearMonth,
    /// 氏名.
    pub name: String,
    /// カタカナ氏名.
    pub kana: String,
    /// 男女区分.
    pub sex: Option<Sex>,
    /// 生年月日.
    pub birth: Option<Date>,
    /// 給付割合, percent.
    pub benefit_rate: Option<u8>,
    /// 入院年月日.
    pub admitted_on: Option<Date>,
    /// 特記事項, two digits each.
    pub special: Code<10>,
    /// カルテ番号等.
    pub chart_no: String,
    /// 検索番号.
    pub search_no: String,
    /// HO.
    pub insurance: Option<Insurance>,
    /// 被保険者証等の記号.
    pub symbol: String,
    /// 被保険者証等の番号.
    pub insured_no: String,
    /// KO, in order; the format has room for four.
    pub publics: Vec<Public>,
    /// SN.
    pub confirmations: Vec<Confirmation>,
    /// JD by payer: insurance, then 第一公費 to 第四公費.
    pub visits: [Days; 5],
    /// MF 窓口負担額区分.
    pub window: Option<u8>,
    /// SY, HS.
    pub diseases: Vec<DiseaseDraft>,
    /// SI, IY, TO, CO.
    pub items: Vec<ItemDraft>,
    /// SJ: 区分 and text.
    pub symptom_notes: Vec<(Option<u8>, String)>,
    /// Other records (BU…CD of DPC, CZ… of 調剤) as text with commas, written between MF and the diagnoses.
    pub extra: Vec<String>,
}

/// A diagnosis to be written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DiseaseDraft {
    /// 傷病名コード, seven digits; 999 for a name without code.
    pub code: Option<u32>,
    /// 診療開始日.
    pub started: Option<Date>,
    /// 転帰.
    pub outcome: Option<u8>,
    /// 修飾語コード.
    pub modifiers: String,
    /// 傷病名称, for a disease without code.
    pub name: String,
    /// 主傷病.
    pub main: bool,
    /// 補足コメント.
    pub supplement: String,
}

/// A 摘要 line to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemDraft {
    /// What it is.
    pub kind: ItemKind,
    /// 診療識別; `None` carries on that of the line before.
    pub section: Option<u8>,
    /// 負担区分.
    pub burden: Burden,
    /// Code of nine digits.
    pub code: u32,
    /// 数量データ or 使用量, a decimal.
    pub quantity: String,
    /// 点数, on the last line of a unit.
    pub points: Option<i32>,
    /// 回数.
    pub count: Option<u16>,
    /// 単位コード of a material.
    pub unit: String,
    /// 単価 of a material, a decimal.
    pub unit_price: String,
    /// 商品名 of a material.
    pub product: String,
    /// Comments: code and text. A CO line has its own text in [`ItemDraft::text`] instead.
    pub comments: Vec<(u32, String)>,
    /// Text of a CO line.
    pub text: String,
    /// Day (1–31) and how often.
    pub days: Vec<(u8, u16)>,
}

impl ItemDraft {
    /// A line with code, points and one count on one day.
    pub fn once(kind: ItemKind, section: u8, burden: Burden, code: u32, points: i32, day: u8) -> Self {
        Self {
            kind,
            section: Some(section),
            burden,
            code,
            quantity: String::new(),
            points: Some(points),
            count: Some(1),
            unit: String::new(),
            unit_price: String::new(),
            product: String::new(),
            comments: Vec::new(),
            text: String::new(),
            days: vec![(day, 1)],
        }
    }
}

impl Draft {
    /// A receipt of this kind and month with nothing else in it.
    pub fn new(kind: ReceiptKind, month: YearMonth) -> Self {
        Self {
            management_no: String::new(),
            number: 0,
            kind,
            month,
            name: String::new(),
            kana: String::new(),
            sex: None,
            birth: None,
            benefit_rate: None,
            admitted_on: None,
            special: Code::default(),
            chart_no: String::new(),
            search_no: String::new(),
            insurance: None,
            symbol: String::new(),
            insured_no: String::new(),
            publics: Vec::new(),
            confirmations: Vec::new(),
            visits: [Days::default(); 5],
            window: None,
            diseases: Vec::new(),
            items: Vec::new(),
            symptom_notes: Vec::new(),
            extra: Vec::new(),
        }
    }
}

impl From<&Receipt> for Draft {
    fn from(r: &Receipt) -> Self {
        Self {
            management_no: r.management_no().into_owned(),
            number: r.number,
            kind: r.kind,
            month: r.month,
            name: r.name().into_owned(),
            kana: r.kana().into_owned(),
            sex: r.sex,
            birth: r.birth,
            benefit_rate: r.benefit_rate,
            admitted_on: r.admitted_on,
            special: r.special,
            chart_no: r.chart_no().into_owned(),
            search_no: r.search_no().into_owned(),
            insurance: r.insurance,
            symbol: r.symbol().into_owned(),
            insured_no: r.insured_no().into_owned(),
            publics: r.publics.clone(),
            confirmations: r.confirmations.clone(),
            visits: Payer::ALL.map(|payer| r.days(payer)),
            window: r.window,
            diseases: r
                .diseases
                .iter()
                .map(|d| DiseaseDraft {
                    code: d.code,
                    started: d.started,
                    outcome: d.outcome,
                    modifiers: r.disease_modifiers(d).into_owned(),
                    name: r.disease_name(d).into_owned(),
                    main: d.main,
                    supplement: r.disease_supplement(d).into_owned(),
                })
                .collect(),
            items: r.items.iter().map(|item| item_draft(r, item)).collect(),
            symptom_notes: r.symptom_notes().map(|(class, text)| (class, text.into_owned())).collect(),
            extra: r
                .records()
                .filter(|(name, _)| !is_drafted(r, name.0))
                .map(|(_, bytes)| text::decode(bytes).into_owned())
                .collect(),
        }
    }
}

fn item_draft(r: &Receipt, item: &Item) -> ItemDraft {
    let comment = item.kind == ItemKind::Comment;
    let mut comments: Vec<(u32, String)> = r.comments(item).into_iter().map(|(c, t)| (c, t.into_owned())).collect();
    let text = if comment { comments.pop().map(|(_, text)| text).unwrap_or_default() } else { String::new() };
    ItemDraft {
        kind: item.kind,
        section: field::small(r.column(item.record, 1)).ok().flatten(),
        burden: item.burden,
        code: item.code,
        quantity: r.quantity(item).into_owned(),
        points: item.points,
        count: item.count,
        unit: r.unit(item).into_owned(),
        unit_price: r.unit_price(item).into_owned(),
        product: r.product(item).into_owned(),
        comments,
        text,
        days: r.day_counts(item),
    }
}

/// Records that the other fields of a draft stand for.
fn is_drafted(r: &Receipt, name: [u8; 2]) -> bool {
    Header::is_header(name)
        || matches!(&name, b"MN" | b"RE" | b"HO" | b"KO" | b"SN" | b"JD" | b"MF" | b"SY" | b"HS" | b"SJ")
        || layout::item(r.table(), name).is_some()
}
