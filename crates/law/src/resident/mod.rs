//! 住民記録: periods of notification, the day a record is erased, households, certificates and 支援措置.
//!
//! Law: 住民基本台帳法, 戸籍法 for births and deaths, 住民基本台帳事務処理要領 for 支援措置, the city's 手数料条例.

pub mod household;
pub mod juminhyo;
pub mod protection;

mod deadlines;

pub use deadlines::{Deadline, Notification, erased_on, notify_by};
pub(crate) use deadlines::{shift_months, shift_years};
