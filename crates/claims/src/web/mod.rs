//! The pages.

pub mod appeal;
pub mod bill;
pub mod finding;
pub mod master;
pub mod month;
pub mod receipt;

use kernel::time::YearMonth;
use platform::Fault;
use receipts::Examiner;
use webkit::Call;

/// The 審査月 of the path, `202610`.
fn month_of(call: &Call) -> Result<YearMonth, Fault> {
    YearMonth::parse(call.part("month")).map_err(|_| Fault::missing("審査月"))
}

fn sender_ja(code: i64) -> &'static str {
    u64::try_from(code).ok().and_then(Examiner::from_code).map_or("", Examiner::label)
}
