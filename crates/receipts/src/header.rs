//! The institution and billing month at the head of a file or a receipt: IR (医科, DPC, 歯科 per receipt), UK (歯科), YK (調剤).

use crate::code::{Examiner, PointTable};
use crate::error::{ReadErrorKind, RecordName};
use crate::field::{self, Code};
use crate::layout::{self, HeaderColumns};
use crate::text;
use kernel::ident::{IdentError, MedicalInstitutionCode};
use kernel::time::YearMonth;

/// Who bills whom for which month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// 審査支払機関.
    pub examiner: Examiner,
    /// 都道府県, 1–47.
    pub prefecture: u8,
    /// 点数表.
    pub table: PointTable,
    /// The seven digits of the institution: 郡市区 2, 番号 4, check digit.
    pub local_code: Code<7>,
    /// 医療機関名称; empty when not recorded.
    pub name: String,
    /// 請求年月.
    pub month: YearMonth,
    /// マルチボリューム識別情報: 0 for a file in one part.
    pub volume: u8,
    /// 電話番号; empty when not recorded.
    pub phone: String,
}

impl Header {
    /// The institution in its full form of ten digits, the key for tables.
    pub fn institution(&self) -> Code<10> {
        let text = format!("{:02}{}{}", self.prefecture, self.table.code(), self.local_code);
        Code::read(text.as_bytes()).unwrap_or_default()
    }

    /// The institution as the house's own number type.
    ///
    /// # Errors
    /// A code whose check digit does not fit; the reader only warns about those.
    pub fn institution_code(&self) -> Result<MedicalInstitutionCode, IdentError> {
        MedicalInstitutionCode::parse(self.institution().as_str())
    }

    /// What a reader has before it has read any.
    pub(crate) fn unread() -> Self {
        Self {
            examiner: Examiner::PaymentFund,
            prefecture: 0,
            table: PointTable::Medical,
            local_code: Code::default(),
            name: String::new(),
            month: YearMonth { year: 0, month: 1 },
            volume: 0,
            phone: String::new(),
        }
    }

    /// Is this the name of a header record?
    pub(crate) fn is_header(id: [u8; 2]) -> bool {
        matches!(&id, b"IR" | b"UK" | b"YK")
    }

    /// Reads a header record. `known` is the header before it, from which a record without name takes the name.
    pub(crate) fn read(record: &[u8], known: Option<&Header>) -> Result<Self, ReadErrorKind> {
        let (c, _) = field::columns::<10>(record);
        let id = RecordName([c[0].first().copied().unwrap_or_default(), c[0].get(1).copied().unwrap_or_default()]);
        let bad = |column| ReadErrorKind::BadColumn { record: id, column };
        let number = |place: usize, column| field::number(c.get(place).copied().unwrap_or_default()).map_err(|_| bad(column));

        let examiner = number(1, "審査支払機関")?.and_then(Examiner::from_code).ok_or(bad("審査支払機関"))?;
        let prefecture = number(2, "都道府県")?.filter(|p| (1..=99).contains(p)).ok_or(bad("都道府県"))?;
        let table = number(3, "点数表")?.and_then(PointTable::from_code).ok_or(bad("点数表"))?;
        let local_code = Code::<7>::read(c[4]).ok().filter(|code| code.value().is_some()).ok_or(bad("医療機関コード"))?;
        let places = columns_of(id.0, table, c[6]);
        let at = |place: usize| if place == 0 { &[][..] } else { c.get(place).copied().unwrap_or_default() };
        let month = field::month(at(places.month)).ok().flatten().ok_or(bad("請求年月"))?;
        let volume = field::small::<u8>(at(places.volume)).map_err(|_| bad("マルチボリューム識別情報"))?.unwrap_or(0);
        let prefecture = u8::try_from(prefecture).map_err(|_| bad("都道府県"))?;
        let mut header = Self {
            examiner,
            prefecture,
            table,
            local_code,
            name: text::decode(at(places.name)).into_owned(),
            month,
            volume,
            phone: text::decode(at(places.phone)).into_owned(),
        };
        if let Some(known) = known.filter(|k| header.name.is_empty() && k.institution() == header.institution()) {
            header.name.clone_from(&known.name);
        }
        Ok(header)
    }

    /// The record and its columns for writing.
    pub(crate) fn record(&self) -> ([u8; 2], HeaderColumns) {
        match self.table {
            PointTable::Medical | PointTable::HomeNursing => (*b"IR", layout::MEDICAL_IR),
            PointTable::Dental => (*b"UK", layout::DENTAL_UK),
            PointTable::Dispensing => (*b"YK", layout::DISPENSING_YK),
        }
    }
}

/// A 歯科 IR stands in front of each receipt and has the month where the others have the name.
fn columns_of(id: [u8; 2], table: PointTable, column_6: &[u8]) -> HeaderColumns {
    match &id {
        b"YK" => layout::DISPENSING_YK,
        b"UK" => layout::DENTAL_UK,
        _ if table == PointTable::Dental && field::month(column_6).is_ok_and(|m| m.is_some()) => layout::DENTAL_IR,
        _ => layout::MEDICAL_IR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ten_digit_code_carries_the_check_digit() {
        let header = Header::read(b"IR,1,27,1,3000012,,NAME,202605,00,06-0000-0000", None).unwrap();
        assert_eq!(header.institution().as_str(), "2713000012");
        assert!(header.institution_code().is_ok());
        assert_eq!(header.month, YearMonth { year: 2026, month: 5 });
        let wrong = Header::read(b"IR,2,01,1,0113718,,,50805", None).unwrap();
        assert!(wrong.institution_code().is_err());
        assert_eq!(wrong.month, header.month);
    }

    #[test]
    fn each_point_table_has_its_own_header() {
        let uk = Header::read(b"UK,2,27,3,0100012,,DENTAL,202605,,00", None).unwrap();
        assert_eq!((uk.table, uk.name.as_str()), (PointTable::Dental, "DENTAL"));
        let ir = Header::read(b"IR,2,27,3,0100012,,202605,06-1,", Some(&uk)).unwrap();
        assert_eq!((ir.name.as_str(), ir.phone.as_str()), ("DENTAL", "06-1"));
        let yk = Header::read(b"YK,1,27,4,0100012,PHARMACY,202605,00,06-2", None).unwrap();
        assert_eq!((yk.name.as_str(), yk.table), ("PHARMACY", PointTable::Dispensing));
    }

    #[test]
    fn an_unreadable_header_is_named_by_column() {
        for (record, column) in [
            (&b"IR,3,27,1,3000012,,N,202605"[..], "審査支払機関"),
            (b"IR,1,xx,1,3000012,,N,202605", "都道府県"),
            (b"IR,1,27,2,3000012,,N,202605", "点数表"),
            (b"IR,1,27,1,,,N,202605", "医療機関コード"),
            (b"IR,1,27,1,3000012,,N,202613", "請求年月"),
        ] {
            let error = Header::read(record, None).unwrap_err().to_string();
            assert!(error.contains(column), "{error}");
        }
    }
}
