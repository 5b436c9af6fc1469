//! The files of a month: by sender and kind, institution by institution.

use super::care::Care;
use super::fault::PlantedFault;
use super::institutions::InstitutionKind;
use super::{Charged, Entry};
use kernel::money::Yen;
use kernel::time::YearMonth;
use receipts::{Examiner, Style, WriteError, Writer};

/// Which file a receipt goes into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// 医科.
    Medical,
    /// DPC.
    Dpc,
    /// 歯科.
    Dental,
    /// 調剤.
    Dispensing,
}

impl FileKind {
    /// All of them, in the order of the bills.
    pub const ALL: [Self; 4] = [Self::Medical, Self::Dpc, Self::Dental, Self::Dispensing];

    /// Name on bills.
    pub fn label(self) -> &'static str {
        match self {
            Self::Medical => "医科",
            Self::Dpc => "DPC",
            Self::Dental => "歯科",
            Self::Dispensing => "調剤",
        }
    }

    fn of(care: &Care) -> Self {
        match (care.institution.kind, care.inpatient) {
            (InstitutionKind::Dental, _) => Self::Dental,
            (InstitutionKind::Pharmacy, _) => Self::Dispensing,
            (InstitutionKind::DpcHospital, true) => Self::Dpc,
            _ => Self::Medical,
        }
    }

    fn file_name(self) -> &'static str {
        match self {
            Self::Medical => "RECEIPTC.UKE",
            Self::Dpc => "RECEIPTD.UKE",
            Self::Dental => "RECEIPTS.UKE",
            Self::Dispensing => "RECEIPTY.UKE",
        }
    }
}

/// A file as it arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UkeFile {
    /// 202610_1_RECEIPTC.UKE: 審査年月, sender, name of the specification.
    pub name: String,
    /// Who sends it.
    pub sender: Examiner,
    /// What is in it.
    pub kind: FileKind,
    /// Receipts in it.
    pub receipts: usize,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Sorts the receipts into files, numbers and writes them.
pub(super) fn write(month: YearMonth, entries: Vec<Entry>) -> (Vec<UkeFile>, Vec<Charged>, Vec<PlantedFault>) {
    let mut sorted: Vec<(Examiner, FileKind, Entry)> =
        entries.into_iter().map(|e| (e.care.sender(), FileKind::of(&e.care), e)).collect();
    sorted.sort_by(|(s, k, a), (t, l, b)| (s, k, &a.care.institution.code).cmp(&(t, l, &b.care.institution.code)));
    let (mut files, mut ledger, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    for group in sorted.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let Some((sender, kind, _)) = group.first() else { continue };
        let keyed: Vec<(String, &Entry)> = (1..).zip(group).map(|(n, (.., e))| (key(month, *sender, *kind, n), e)).collect();
        for (key, entry) in &keyed {
            note(key, entry, *sender, *kind, &mut ledger, &mut answers);
        }
        files.push(UkeFile {
            name: format!("{}_{}_{}", month.compact(), sender.code(), kind.file_name()),
            sender: *sender,
            kind: *kind,
            receipts: keyed.len(),
            bytes: bytes(month, *sender, &keyed),
        });
    }
    (files, ledger, answers)
}

/// レセプト管理番号: 審査年月 6, sender 1, kind 1, number 8.
fn key(month: YearMonth, sender: Examiner, kind: FileKind, number: u32) -> String {
    format!("{}{}{}{number:08}", month.compact(), sender.code(), kind as u8 + 1)
}

fn note(key: &str, entry: &Entry, sender: Examiner, kind: FileKind, ledger: &mut Vec<Charged>, answers: &mut Vec<PlantedFault>) {
    let care = &entry.care;
    ledger.push(Charged {
        key: key.to_owned(),
        sender,
        kind,
        recipient: care.number.clone(),
        care_month: care.month,
        points: care.points(),
        charge: Yen(care.charge()),
        copay: Yen(care.copay()),
        city_pays: care.city_pays(),
    });
    if let Some((fault, days)) = &entry.fault {
        answers.push(PlantedFault {
            key: key.to_owned(),
            sender,
            kind: *fault,
            care_month: care.month,
            recipient: care.number.clone(),
            days: days.clone(),
            amount: care.city_pays(),
            expected: fault.expected(),
        });
    }
}

#[expect(clippy::expect_used, reason = "writing to memory cannot fail, and every text was made for this format")]
fn bytes(month: YearMonth, sender: Examiner, entries: &[(String, &Entry)]) -> Vec<u8> {
    written(month, sender, entries).expect("a synthetic receipt can be written")
}

fn written(month: YearMonth, sender: Examiner, entries: &[(String, &Entry)]) -> Result<Vec<u8>, WriteError> {
    let mut writer = Writer::new(Vec::new(), Style::Claim);
    for block in entries.chunk_by(|a, b| a.1.care.institution.code == b.1.care.institution.code) {
        if let Some((_, first)) = block.first() {
            writer.begin(&first.care.institution.header(sender, month))?;
        }
        for (number, (key, entry)) in (1..).zip(block) {
            writer.receipt(&entry.care.draft(key, number))?;
        }
    }
    writer.finish()
}
