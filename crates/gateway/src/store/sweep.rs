//! What goes when its time is over, besides 情報提供等記録, which go with proof. The periods are those that the registers declare.

use jiff::Span;
use kernel::time::{Date, Timestamp};
use platform::db::{DbError, Tx};
use platform::params;

platform::statements! {
    /// Inquiries that never had a permit, and so no record.
    INQUIRIES = "delete from gateway_inquiry where permit_no is null and since < $1";
    /// Calls.
    CALLS = "delete from gateway_call where called_at < $1";
    /// 自己情報.
    OWN = "delete from gateway_own where asked_at < $1";
    /// お知らせ.
    MESSAGES = "delete from gateway_message where changed_at < $1";
    /// Alarms that were seen to.
    ALARMS = "delete from gateway_alarm where closed_at < $1";
    /// Orders of 公開終了日一括設定: what they changed.
    CLOSED = "delete from gateway_closed where closing_no in (select closing_no from gateway_closing where set_at < $1)";
    /// The orders.
    CLOSINGS = "delete from gateway_closing where set_at < $1";
    /// Differences of old comparisons.
    DIFFERENCES = "delete from gateway_difference where comparison in (select id from gateway_comparison where compared_at < $1)";
    /// Old comparisons.
    COMPARISONS = "delete from gateway_comparison where compared_at < $1";
}

/// Statements and the years after which they remove; `None`: the years of 情報提供等記録.
const PERIODS: [(&str, Option<u16>); 9] = [
    (INQUIRIES, None),
    (CALLS, None),
    (OWN, None),
    (MESSAGES, Some(1)),
    (ALARMS, Some(5)),
    (CLOSED, Some(5)),
    (CLOSINGS, Some(5)),
    (DIFFERENCES, Some(1)),
    (COMPARISONS, Some(1)),
];

/// Removes what is older than its period at the beginning of a day in Japan.
pub(crate) async fn sweep(tx: &mut Tx, today: Date, record_years: u16) -> Result<(), DbError> {
    for (sql, years) in PERIODS {
        let day = today.checked_sub(Span::new().years(years.unwrap_or(record_years))).unwrap_or(Date::MIN);
        let before = jiff::tz::Offset::constant(9).to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::UNIX_EPOCH);
        tx.run(sql, params![before]).await?;
    }
    Ok(())
}
