//! Events between the receipts slice and 子ども医療費助成.

use kernel::Yen;
use kernel::time::YearMonth;
use serde::{Deserialize, Serialize};

/// Topic of [`MonthSettled`].
pub const MONTH_SETTLED: &str = "kodomo.month_settled";

/// The co-payments of a person in a month were added up again across institutions: more receipts came, or one was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthSettled {
    /// 受給者番号
    pub recipient_no: String,
    /// 診療年月
    pub care_month: YearMonth,
    /// Sum of the co-payments.
    pub paid: Yen,
}

/// Topic of [`MonthRefunded`].
pub const MONTH_REFUNDED: &str = "kodomo.month_refunded";

/// 自動償還 of a month was decided, or its 返還: what has been granted in all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthRefunded {
    /// 受給者番号
    pub recipient_no: String,
    /// 診療年月
    pub care_month: YearMonth,
    /// 償還済 after it.
    pub granted: Yen,
}
