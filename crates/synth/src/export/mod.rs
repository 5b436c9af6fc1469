//! The city as files: tables in CSV, months of receipts as the senders send them, and an answer sheet of everything that was planted.
//!
//! | path | what |
//! |---|---|
//! | `residents/*.csv` | households, people with their numbers, every row of their history, 支援措置 |
//! | `kodomo/*.csv` | 申請, 資格, 府市区分, 医療証, 保険, 所得, 公費・他制度, 就学の申立て |
//! | `receipts/YYYYMM/` | UKE files, one 払込請求書 of each sender, the answer sheet of the month as CSV |
//! | `answers.json` | what is in the city, and every planted fault with the finding that a check should make |
//!
//! CSV is UTF-8 with CR LF and a line of headings. Same city, same order: same bytes.

mod aid;
mod answers;
mod residents;
mod table;

use crate::City;
use crate::month::{MonthOrder, ReceiptMonth};
use answers::Answers;
use kernel::money::Yen;
use kernel::time::YearMonth;
use receipts::Examiner;
use std::io::{self, Write};

/// Opens a file by its path below the folder of the city, folders parted by `/`.
pub type Open<'a> = &'a mut dyn FnMut(&str) -> io::Result<Box<dyn Write>>;

/// What to write.
#[derive(Debug, Clone, Copy)]
pub struct Export {
    /// The last 審査年月.
    pub until: YearMonth,
    /// How many months of receipts.
    pub months: u8,
    /// Receipts a month.
    pub receipts: usize,
}

impl Export {
    /// Three months up to the business date's, with one receipt for every seven residents: as many as 子ども医療 of a city brings.
    pub fn of(city: &City) -> Self {
        Self { until: YearMonth::of(city.today), months: 3, receipts: city.residents as usize / 7 }
    }
}

/// Writes the whole city. The bill of 国保連 in the last month is one yen too high, and every month from the third answers the faults of
/// the month two before it with negative lines; the answer sheet says so.
///
/// # Errors
/// When a file cannot be written.
pub fn write(city: &City, what: Export, open: Open<'_>) -> io::Result<()> {
    let mut answers = Answers::of(city);
    {
        let mut people = residents::Tables::open(open)?;
        let mut aids = aid::Tables::open(open)?;
        for household in city.households() {
            answers.count(&household);
            people.household(&household)?;
            for aid in &household.aids {
                aids.child(aid)?;
            }
        }
        people.close()?;
        aids.close()?;
    }
    let practices = city.practices();
    let mut earlier: Vec<ReceiptMonth> = Vec::new();
    for back in (0..i32::from(what.months)).rev() {
        let mut order = MonthOrder::new(what.until.plus(-back), what.receipts);
        order.corrections = earlier.iter().rev().nth(1).map(ReceiptMonth::corrections).unwrap_or_default();
        order.bill_off_by = (back == 0).then_some((Examiner::HealthFederation, Yen(1)));
        let month = practices.month(&order);
        month_files(&month, open)?;
        answers.month(&order, &month);
        // Only what the answers of later months need is kept.
        earlier.push(ReceiptMonth { files: Vec::new(), ledger: Vec::new(), ..month });
    }
    let mut sheet = open("answers.json")?;
    sheet.write_all(answers.json().as_bytes())?;
    sheet.flush()
}

fn month_files(month: &ReceiptMonth, open: Open<'_>) -> io::Result<()> {
    let folder = format!("receipts/{}", month.month.compact());
    let mut put = |name: &str, bytes: &[u8]| {
        let mut file = open(&format!("{folder}/{name}"))?;
        file.write_all(bytes)?;
        file.flush()
    };
    for file in &month.files {
        put(&file.name, &file.bytes)?;
    }
    for bill in &month.bills {
        put(&format!("{}_{}_bill.csv", month.month.compact(), bill.sender.code()), bill.to_csv().as_bytes())?;
    }
    put("answers.csv", month.answer_sheet().as_bytes())
}
