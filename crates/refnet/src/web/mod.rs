//! Pages of the network's operators, and the portal's.

pub mod board;
pub mod list;
pub mod modes;
pub mod portal;
pub mod records;

use kernel::time::{Timestamp, civil, clock_time, wareki_short};
use platform::Fault;
use platform::fault::FaultKind;
use wire::list::PermittedList;

/// An instant as operators read it.
fn moment(at: Timestamp) -> String {
    format!("{} {}", wareki_short(civil(at)), clock_time(at))
}

/// The list shipped with the program.
fn shipped_list() -> Result<PermittedList, Fault> {
    let broken = |e: wire::list::ListError| {
        Fault::new(FaultKind::Defect, "照会許可リストを読めません", e.to_string(), "運用者へ連絡してください")
    };
    PermittedList::load().map_err(broken)
}
