//! The pages.

pub mod appeal;
pub mod bill;
pub mod finding;
pub mod master;
pub mod month;
pub mod receipt;

use kernel::time::YearMonth;
use platform::Fault;
use platform::register::Shown;
use receipts::Examiner;
use webkit::Call;

/// The 審査月 of the path, `202610`.
fn month_of(call: &Call) -> Result<YearMonth, Fault> {
    YearMonth::parse(call.part("month")).map_err(|_| Fault::missing("審査月"))
}

fn sender_ja(code: i64) -> &'static str {
    u64::try_from(code).ok().and_then(Examiner::from_code).map_or("", Examiner::label)
}

/// A ledger row with its codes in words.
fn reworded(row: Vec<Shown>) -> Vec<Shown> {
    let word = |name: &str, value: String| match (name, value.as_str()) {
        ("sender", code) => sender_ja(code.parse().unwrap_or(0)).to_owned(),
        ("inpatient", "はい") => "入院".into(),
        ("inpatient", _) => "外来".into(),
        ("sex", "1") => "男".into(),
        ("sex", "2") => "女".into(),
        ("visit_days", days) => {
            let days = receipts::days_of(days.parse().unwrap_or(0)).map(|d| format!("{d}日"));
            days.collect::<Vec<_>>().join("、")
        }
        ("table_code", "1") => "医科".into(),
        ("table_code", "3") => "歯科".into(),
        ("table_code", "4") => "調剤".into(),
        _ => value,
    };
    row.into_iter().map(|(column, value)| (column, word(column.name, value))).collect()
}
