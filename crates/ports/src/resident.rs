//! Events of the resident registry.

use kernel::Date;
use kernel::ident::{AtenaNo, SetaiNo};
use serde::{Deserialize, Serialize};

/// Topic of [`ResidentEvent`].
pub const RESIDENT_EVENT: &str = "resident.event";

/// What happened to a resident's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResidentChange {
    /// 記載: 転入, 国外転入, 職権記載.
    Entered,
    /// 出生
    Born,
    /// 転居
    MovedWithin,
    /// 転出届: 転出予定; the record still stands.
    MoveOutNotified,
    /// 転出の確定 (転入通知, 予定日の到来): the record is removed.
    MovedOut,
    /// 転出取消
    MoveOutCancelled,
    /// 死亡
    Died,
    /// 世帯分離・合併・変更・主変更
    HouseholdChanged,
    /// 職権修正・誤記修正・氏名等の変更
    Corrected,
    /// 職権消除
    Removed,
    /// 異動の取消し
    Cancelled,
    /// 支援措置の開始・変更・終了; says nothing about why.
    ProtectionChanged,
}

/// One event, told after the commit. It names the person and what changed, not the contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResidentEvent {
    /// What happened.
    pub change: ResidentChange,
    /// Who.
    pub atena_no: AtenaNo,
    /// Household after the event.
    pub setai_no: SetaiNo,
    /// 異動年月日; for a move-out the day the record ends.
    pub effective: Date,
    /// 届出年月日 or 通知日.
    pub notified: Date,
    /// 転出予定年月日, for a move-out.
    pub planned: Option<Date>,
    /// Items whose value changed, by column name of `resident_person`, for instance `birth`.
    pub items: Vec<String>,
    /// Row of `resident_person` before, when there was one.
    pub row_before: Option<i64>,
    /// Row after.
    pub row_after: Option<i64>,
    /// 異動事由, in words.
    pub reason_ja: String,
}
