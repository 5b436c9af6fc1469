//! Hospitals, clinics, dentists and pharmacies: invented names, codes right in form (郡市区 99, which 大阪府 has not given).

use crate::dice::Dice;
use kernel::ident::{MedicalInstitutionCode, check::luhn};
use receipts::{Code, Examiner, Header, PointTable};
use std::sync::LazyLock;

use kernel::time::YearMonth;

/// What an institution does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstitutionKind {
    /// 診療所.
    Clinic,
    /// 病院, billing by 出来高.
    Hospital,
    /// 病院, billing its inpatients by DPC.
    DpcHospital,
    /// 歯科.
    Dental,
    /// 薬局.
    Pharmacy,
}

/// A medical institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// Ten digits.
    pub code: MedicalInstitutionCode,
    /// 名称.
    pub name: String,
    /// What it does.
    pub kind: InstitutionKind,
    /// 電話番号, not in use.
    pub phone: String,
}

impl Institution {
    /// The point table it bills by.
    pub fn table(&self) -> PointTable {
        match self.kind {
            InstitutionKind::Dental => PointTable::Dental,
            InstitutionKind::Pharmacy => PointTable::Dispensing,
            _ => PointTable::Medical,
        }
    }

    /// Its header in a file of this examiner and month.
    pub(super) fn header(&self, examiner: Examiner, month: YearMonth) -> Header {
        let local = self.code.as_str().get(3..).unwrap_or_default();
        Header {
            examiner,
            prefecture: 27,
            table: self.table(),
            local_code: Code::try_from(local).unwrap_or_default(),
            name: self.name.clone(),
            month,
            volume: 0,
            phone: self.phone.clone(),
        }
    }
}

const FAMILIES: [&str; 20] = [
    "浅川", "井沢", "上里", "江波", "大槻", "柏田", "木津", "草野", "小磯", "佐原", "汐田", "瀬良", "田鶴", "千種", "津島",
    "戸川", "波多", "藤浪", "水城", "若宮",
];
const CLINICS: [&str; 5] = ["小児科", "内科クリニック", "耳鼻咽喉科", "皮膚科", "眼科クリニック"];
const HOSPITALS: [&str; 4] = ["みなと北病院", "白帆記念病院", "つつじ会病院", "青葉こども病院"];
const DPC_HOSPITALS: [&str; 3] = ["みなと市立総合医療センター", "大阪湾岸中央病院", "港央大学附属病院"];

static ALL: LazyLock<Vec<Institution>> = LazyLock::new(|| {
    let mut all = Vec::new();
    let mut add = |kind, table: char, number: usize, name: String| {
        let body = format!("27{table}99{number:04}");
        let code = format!("{body}{}", char::from(luhn(body.as_bytes())));
        if let Ok(code) = MedicalInstitutionCode::parse(&code) {
            all.push(Institution { code, name, kind, phone: format!("06-0000-{:04}", 3_000 + number) });
        }
    };
    for number in 0..50 {
        let (family, kind) = (FAMILIES[number % FAMILIES.len()], CLINICS[(number / 2 + number / 20) % CLINICS.len()]);
        add(InstitutionKind::Clinic, '1', 11 + number, format!("{family}{kind}"));
    }
    for (number, name) in HOSPITALS.iter().enumerate() {
        add(InstitutionKind::Hospital, '1', 501 + number, (*name).to_owned());
    }
    for (number, name) in DPC_HOSPITALS.iter().enumerate() {
        add(InstitutionKind::DpcHospital, '1', 601 + number, (*name).to_owned());
    }
    for number in 0..32 {
        let family = FAMILIES[(number * 3 + 1) % FAMILIES.len()];
        let kind = if number < 20 { "歯科医院" } else { "こども歯科" };
        add(InstitutionKind::Dental, '3', 11 + number, format!("{family}{kind}"));
    }
    for number in 0..40 {
        let family = FAMILIES[(number * 7 + 3) % FAMILIES.len()];
        let kind = if number < 20 { "薬局" } else { "調剤薬局みなと店" };
        add(InstitutionKind::Pharmacy, '4', 11 + number, format!("{family}{kind}"));
    }
    all
});

/// Every institution that bills the city.
pub fn institutions() -> &'static [Institution] {
    &ALL
}

/// The institution that a person visits at the `turn`-th time they need this kind; late receipts come from institutions that send
/// nothing in time, so that no receipt of one month meets one of another.
pub(super) fn visited(kind: InstitutionKind, person: u64, turn: u64, late: bool) -> Option<&'static Institution> {
    let of_kind: Vec<&Institution> = ALL.iter().filter(|i| i.kind == kind).collect();
    let slow = (of_kind.len() / 10).max(1);
    let (from, count) = if late { (of_kind.len() - slow, slow) } else { (0, of_kind.len() - slow) };
    let count = u64::try_from(count).ok().filter(|n| *n > 0)?;
    let at = usize::try_from((person.wrapping_mul(7) + turn) % count).ok()?;
    of_kind.get(from + at).copied()
}

/// A kind of care by its share.
pub(super) fn kind(dice: &mut Dice) -> (InstitutionKind, bool) {
    use InstitutionKind as K;
    dice.weighted(&[
        ((K::Clinic, false), 520),
        ((K::Dental, false), 170),
        ((K::Hospital, false), 60),
        ((K::DpcHospital, false), 50),
        ((K::Hospital, true), 12),
        ((K::DpcHospital, true), 14),
        ((K::Pharmacy, false), 174),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn institutions_have_codes_of_their_own_and_names_that_can_be_written() {
        let codes: HashSet<&str> = institutions().iter().map(|i| i.code.as_str()).collect();
        assert_eq!(codes.len(), 50 + 4 + 3 + 32 + 40);
        let names: HashSet<(&str, PointTable)> = institutions().iter().map(|i| (i.name.as_str(), i.table())).collect();
        assert_eq!(names.len(), codes.len(), "two institutions with one name");
        for institution in institutions() {
            let header = institution.header(Examiner::PaymentFund, YearMonth { year: 2026, month: 10 });
            assert_eq!(header.institution().as_str(), institution.code.as_str());
        }
    }
}
