//! 全銀協 総合振込 files: 120-byte records of JIS X 0201, header, data, trailer, end, each followed by CR LF.

use crate::model::Account;
use kernel::text::zengin_kana;
use kernel::{Date, Yen};
use std::fmt;

/// Length of a record.
const RECORD: usize = 120;

/// Who orders the transfers, and through which account.
#[derive(Debug, Clone)]
pub struct Orderer {
    /// 委託者コード, ten digits.
    pub code: String,
    /// 依頼人名 in zengin kana.
    pub name: String,
    /// The city's account.
    pub account: Account,
}

/// One transfer.
#[derive(Debug, Clone)]
pub struct Line {
    /// To where.
    pub account: Account,
    /// How much; positive.
    pub amount: Yen,
    /// 顧客コード1: number of the payment.
    pub reference: u64,
}

/// Why no file was made. Names the line, never the person or account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ZenginError {
    /// Nothing to pay.
    Empty,
    /// A line cannot be written: number (1 …) and why.
    Line(usize, &'static str),
}

impl fmt::Display for ZenginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ZenginError::Empty => f.write_str("振り込む支払がありません"),
            ZenginError::Line(n, why) => write!(f, "{n}件目を全銀ファイルに書けません({why})"),
        }
    }
}

struct Record(String);

impl Record {
    fn new(kind: &str) -> Self {
        Self(kind.to_owned())
    }

    /// N: right-justified, zero-filled.
    fn number(mut self, value: &str, width: usize) -> Option<Self> {
        if value.len() > width || !value.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        self.0.push_str(&"0".repeat(width - value.len()));
        self.0.push_str(value);
        Some(self)
    }

    /// C: left-justified, blank-filled; longer values are cut, as banks ask for names.
    fn text(mut self, value: &str, width: usize) -> Self {
        let cut: String = value.chars().take(width).collect();
        self.0.push_str(&cut);
        self.0.push_str(&" ".repeat(width - cut.chars().count()));
        self
    }

    /// The record as bytes; `None` when a character is not in JIS X 0201 or the length is not 120.
    fn bytes(self) -> Option<Vec<u8>> {
        let (bytes, _, lossy) = encoding_rs::SHIFT_JIS.encode(&self.0);
        (!lossy && bytes.len() == RECORD).then(|| bytes.into_owned())
    }
}

fn bank_names(account: &Account) -> Option<(String, String)> {
    let bank = reference::banks::bank(&account.bank)?.zengin_name().ok()?;
    let branch = reference::banks::branch(&account.bank, &account.branch)?.zengin_name().ok()?;
    Some((bank, branch))
}

fn header(orderer: &Orderer, pay_on: Date) -> Option<Vec<u8>> {
    let (bank, branch) = bank_names(&orderer.account)?;
    let day = format!("{:02}{:02}", pay_on.month(), pay_on.day());
    Record::new("1")
        .number("21", 2)?
        .number("0", 1)?
        .number(&orderer.code, 10)?
        .text(&zengin_kana(&orderer.name).ok()?, 40)
        .number(&day, 4)?
        .number(&orderer.account.bank, 4)?
        .text(&bank, 15)
        .number(&orderer.account.branch, 3)?
        .text(&branch, 15)
        .number(&orderer.account.kind.digit().to_string(), 1)?
        .number(&orderer.account.number, 7)?
        .text("", 17)
        .bytes()
}

fn data(line: &Line) -> Result<Vec<u8>, &'static str> {
    let (bank, branch) = bank_names(&line.account).ok_or("銀行・支店が表にありません")?;
    if line.amount <= Yen::ZERO {
        return Err("金額が0円以下です");
    }
    let record = || {
        Record::new("2")
            .number(&line.account.bank, 4)?
            .text(&bank, 15)
            .number(&line.account.branch, 3)?
            .text(&branch, 15)
            .number("0", 4)?
            .number(&line.account.kind.digit().to_string(), 1)?
            .number(&line.account.number, 7)?
            .text(&line.account.holder, 30)
            .number(&line.amount.get().to_string(), 10)?
            .number("0", 1)?
            .number(&line.reference.to_string(), 10)?
            .number("0", 10)?
            .number("7", 1)?
            .text("", 1)
            .text("", 7)
            .bytes()
    };
    record().ok_or("桁数か文字が規定に合いません")
}

/// Writes a file. The trailer's count and total are those of the lines.
///
/// # Errors
/// [`ZenginError`]; then there is no file at all.
pub fn write(orderer: &Orderer, pay_on: Date, lines: &[Line]) -> Result<Vec<u8>, ZenginError> {
    if lines.is_empty() {
        return Err(ZenginError::Empty);
    }
    let mut records = vec![header(orderer, pay_on).ok_or(ZenginError::Line(0, "依頼人の口座が正しくありません"))?];
    for (n, line) in (1..).zip(lines) {
        records.push(data(line).map_err(|why| ZenginError::Line(n, why))?);
    }
    let total: Yen = lines.iter().map(|l| l.amount).sum();
    let trailer =
        || Record::new("8").number(&lines.len().to_string(), 6)?.number(&total.get().to_string(), 12)?.text("", 101).bytes();
    records.push(trailer().ok_or(ZenginError::Line(lines.len(), "件数か合計が桁を超えました"))?);
    records.push(Record::new("9").text("", 119).bytes().unwrap_or_default());
    let mut file = Vec::with_capacity(records.len() * (RECORD + 2));
    for record in records {
        file.extend(record);
        file.extend_from_slice(b"\r\n");
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(holder: &str) -> Account {
        Account::checked("0001", "001", "1", "1234567", holder).unwrap()
    }

    fn orderer() -> Orderer {
        Orderer { code: "0000279994".into(), name: "ミナトシ".into(), account: account("ミナトシ") }
    }

    #[test]
    fn a_file_has_120_byte_records_and_a_trailer_that_adds_up() {
        let lines = [
            Line { account: account("タカサキ リン"), amount: Yen(24_039), reference: 7 },
            Line { account: account("ハヤシ メイリン"), amount: Yen(200), reference: 8 },
        ];
        let file = write(&orderer(), Date::constant(2026, 11, 30), &lines).unwrap();
        let records: Vec<&[u8]> = file.split(|b| *b == b'\n').filter(|r| !r.is_empty()).collect();
        assert_eq!(records.len(), 5);
        for record in &records {
            assert_eq!(record.len(), 121, "120 bytes and CR");
            assert!(record.iter().all(|b| *b < 0x80 || (0xA1..=0xDF).contains(b)), "JIS X 0201 only");
        }
        assert!(records[0].starts_with(b"12100000279994"));
        assert_eq!(&records[1][80..90], b"0000024039");
        assert_eq!(&records[3][..19], b"8000002000000024239");
        assert_eq!(records[4][0], b'9');
    }

    #[test]
    fn nothing_wrong_gets_into_a_file() {
        let day = Date::constant(2026, 11, 30);
        assert_eq!(write(&orderer(), day, &[]), Err(ZenginError::Empty));
        let zero = [Line { account: account("タカサキ"), amount: Yen::ZERO, reference: 1 }];
        assert!(matches!(write(&orderer(), day, &zero), Err(ZenginError::Line(1, _))));
        let mut unknown = account("タカサキ");
        unknown.branch = "999".into();
        assert!(write(&orderer(), day, &[Line { account: unknown, amount: Yen(1), reference: 1 }]).is_err());
        assert!(Account::checked("9999", "001", "1", "1234567", "タカサキ").is_err_and(|(f, _)| f == "bank"));
        assert!(Account::checked("0001", "001", "1", "12345678", "タカサキ").is_err_and(|(f, _)| f == "number"));
        assert!(Account::checked("0001", "001", "1", "1234567", "髙﨑").is_err_and(|(f, _)| f == "holder"));
    }

    #[test]
    fn an_account_does_not_print_itself() {
        assert_eq!(format!("{:?}", account("タカサキ")), "Account(…)");
        assert!(!account("タカサキ").masked_ja().contains("1234567"));
    }
}
