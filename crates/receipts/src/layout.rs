//! Where the columns stand, by point table. 0-based, the record name is column 0; 0 means "not in this layout".
//!
//! 医科: 記録条件仕様（医科用）令和4年4月版. 歯科, 調剤: as public programs read them (see the crate's notes on certainty).
//! DPC uses the 医科 places; its own records (BU…CD) are kept raw.

use crate::code::PointTable;

/// Places in RE.
pub(crate) struct ReColumns {
    pub special: usize,
    pub benefit_rate: usize,
    pub admitted_on: usize,
    pub chart_no: usize,
    pub search_no: usize,
    pub kana: usize,
}

/// Places in HO.
pub(crate) struct HoColumns {
    pub meals: usize,
    pub meal_amount: usize,
    pub copay: usize,
    pub len: usize,
}

/// Places in KO.
pub(crate) struct KoColumns {
    pub copay: usize,
    pub outpatient_copay: usize,
    pub inpatient_copay: usize,
    pub meals: usize,
    pub meal_amount: usize,
    pub len: usize,
}

/// Places in the header record.
#[derive(Clone, Copy)]
pub(crate) struct HeaderColumns {
    pub name: usize,
    pub month: usize,
    pub volume: usize,
    pub phone: usize,
    pub len: usize,
}

/// Places in a 摘要 record: points and count, where the day columns begin, how many comment pairs from where, and the record's width.
#[derive(Clone, Copy)]
pub(crate) struct ItemColumns {
    pub quantity: usize,
    pub points: usize,
    pub count: usize,
    pub comments: usize,
    pub comment_pairs: usize,
    pub unit: usize,
    pub unit_price: usize,
    pub product: usize,
    pub days: usize,
}

/// Places in SY (HS for 歯科).
pub(crate) struct DiseaseColumns {
    pub code: usize,
    pub started: usize,
    pub outcome: usize,
    pub modifiers: usize,
    pub name: usize,
    pub main: usize,
    pub supplement: usize,
    pub len: usize,
}

const MEDICAL_RE: ReColumns = ReColumns { special: 11, benefit_rate: 7, admitted_on: 8, chart_no: 13, search_no: 18, kana: 36 };
const DENTAL_RE: ReColumns = ReColumns { special: 13, benefit_rate: 7, admitted_on: 8, chart_no: 15, search_no: 19, kana: 25 };
const DISPENSING_RE: ReColumns = ReColumns { special: 8, benefit_rate: 7, admitted_on: 0, chart_no: 35, search_no: 37, kana: 41 };

const MEDICAL_HO: HoColumns = HoColumns { meals: 7, meal_amount: 8, copay: 11, len: 15 };
const DENTAL_HO: HoColumns = HoColumns { meals: 6, meal_amount: 7, copay: 10, len: 14 };
const DISPENSING_HO: HoColumns = HoColumns { meals: 0, meal_amount: 0, copay: 9, len: 14 };

const MEDICAL_KO: KoColumns =
    KoColumns { copay: 6, outpatient_copay: 7, inpatient_copay: 8, meals: 10, meal_amount: 11, len: 12 };
const DENTAL_KO: KoColumns = KoColumns { copay: 6, outpatient_copay: 7, inpatient_copay: 0, meals: 8, meal_amount: 9, len: 10 };
const DISPENSING_KO: KoColumns =
    KoColumns { copay: 7, outpatient_copay: 9, inpatient_copay: 0, meals: 0, meal_amount: 0, len: 10 };

/// RE of a point table.
pub(crate) fn re(table: PointTable) -> &'static ReColumns {
    match table {
        PointTable::Medical | PointTable::HomeNursing => &MEDICAL_RE,
        PointTable::Dental => &DENTAL_RE,
        PointTable::Dispensing => &DISPENSING_RE,
    }
}

/// Width of a RE record.
pub(crate) fn re_len(table: PointTable) -> usize {
    match table {
        PointTable::Medical | PointTable::HomeNursing => 38,
        PointTable::Dental => 27,
        PointTable::Dispensing => 42,
    }
}

/// HO of a point table.
pub(crate) fn ho(table: PointTable) -> &'static HoColumns {
    match table {
        PointTable::Medical | PointTable::HomeNursing => &MEDICAL_HO,
        PointTable::Dental => &DENTAL_HO,
        PointTable::Dispensing => &DISPENSING_HO,
    }
}

/// KO of a point table.
pub(crate) fn ko(table: PointTable) -> &'static KoColumns {
    match table {
        PointTable::Medical | PointTable::HomeNursing => &MEDICAL_KO,
        PointTable::Dental => &DENTAL_KO,
        PointTable::Dispensing => &DISPENSING_KO,
    }
}

/// IR of 医科 and DPC.
pub(crate) const MEDICAL_IR: HeaderColumns = HeaderColumns { name: 6, month: 7, volume: 8, phone: 9, len: 10 };
/// IR in front of each 歯科 receipt: no name.
pub(crate) const DENTAL_IR: HeaderColumns = HeaderColumns { name: 0, month: 6, volume: 0, phone: 7, len: 9 };
/// UK of a 歯科 file.
pub(crate) const DENTAL_UK: HeaderColumns = HeaderColumns { name: 6, month: 7, volume: 9, phone: 0, len: 10 };
/// YK of a 調剤 file.
pub(crate) const DISPENSING_YK: HeaderColumns = HeaderColumns { name: 5, month: 6, volume: 7, phone: 8, len: 9 };

/// SY.
pub(crate) const SY: DiseaseColumns =
    DiseaseColumns { code: 1, started: 2, outcome: 3, modifiers: 4, name: 5, main: 6, supplement: 7, len: 8 };
/// HS of 歯科.
pub(crate) const HS: DiseaseColumns =
    DiseaseColumns { code: 4, started: 1, outcome: 2, modifiers: 5, name: 6, main: 9, supplement: 11, len: 13 };

const NO_ITEM: ItemColumns =
    ItemColumns { quantity: 0, points: 0, count: 0, comments: 0, comment_pairs: 0, unit: 0, unit_price: 0, product: 0, days: 0 };
const MEDICAL_SI: ItemColumns =
    ItemColumns { quantity: 4, points: 5, count: 6, comments: 7, comment_pairs: 3, days: 13, ..NO_ITEM };
const MEDICAL_TO: ItemColumns = ItemColumns {
    quantity: 4,
    points: 5,
    count: 6,
    unit: 7,
    unit_price: 8,
    product: 10,
    comments: 11,
    comment_pairs: 3,
    days: 17,
};
const DENTAL_SS: ItemColumns = ItemColumns { quantity: 4, points: 76, count: 77, days: 78, ..NO_ITEM };
const DENTAL_SI: ItemColumns = ItemColumns { quantity: 4, points: 5, count: 6, days: 7, ..NO_ITEM };
const DENTAL_IY: ItemColumns = ItemColumns { quantity: 4, points: 5, count: 6, days: 8, ..NO_ITEM };
const DENTAL_TO: ItemColumns =
    ItemColumns { quantity: 4, unit: 5, unit_price: 6, product: 11, points: 12, count: 13, days: 14, ..NO_ITEM };
const COMMENT: ItemColumns = NO_ITEM;

/// The 摘要 record of this name, `None` when the point table has no such record or its layout is not known (調剤 is kept raw).
#[inline]
pub(crate) fn item(table: PointTable, id: [u8; 2]) -> Option<&'static ItemColumns> {
    match (table, &id) {
        (PointTable::Medical | PointTable::HomeNursing, b"SI" | b"IY") => Some(&MEDICAL_SI),
        (PointTable::Medical | PointTable::HomeNursing, b"TO") => Some(&MEDICAL_TO),
        (PointTable::Dental, b"SS") => Some(&DENTAL_SS),
        (PointTable::Dental, b"SI") => Some(&DENTAL_SI),
        (PointTable::Dental, b"IY") => Some(&DENTAL_IY),
        (PointTable::Dental, b"TO") => Some(&DENTAL_TO),
        (PointTable::Medical | PointTable::HomeNursing | PointTable::Dental, b"CO") => Some(&COMMENT),
        _ => None,
    }
}
