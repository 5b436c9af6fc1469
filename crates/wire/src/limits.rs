//! Periods and limits of the exchange, from `params/exchange/limits.toml`.

use jiff::SignedDuration;
use kernel::time::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;
use thiserror::Error;

const FILE: &str = include_str!("../../../params/exchange/limits.toml");

/// Why the limits cannot be used. Raised at start.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("params/exchange/limits.toml を使えません: {0}。行を確かめてください")]
pub struct LimitsError(String);

/// All periods and limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Years for which a record of provision is kept, counted from 求め日時.
    pub record_years: u16,
    /// Years for which a city keeps a consent after its end.
    pub consent_years: u16,
    /// Years for which a city keeps 正本 of other systems after 公開終了日.
    pub original_years: u16,
    /// Years for which a city keeps the files in which they came, and its comparisons of 正本 with 副本.
    pub load_years: u16,
    /// Years after which a city deletes a person whom none of its programmes needs any longer.
    pub identity_years: u16,
    /// How long a permit may be used.
    pub permit: SignedDuration,
    /// How long an inquiry waits for a member of staff.
    pub held: SignedDuration,
    /// Wait before the first repetition; doubled each time.
    pub retry_first: SignedDuration,
    /// Longest wait between repetitions.
    pub retry_longest: SignedDuration,
    /// After this an answer that was not automatic is taken to wait for staff.
    pub automatic: SignedDuration,
    /// An acquisition older than this raises an alarm.
    pub acquisition_alarm: SignedDuration,
    /// Records in one chunk of a load.
    pub chunk_records: usize,
    /// Records waiting to be sent above which an alarm is raised.
    pub backlog_records: usize,
    /// How long a person's way into the portal may be used.
    pub portal_token: SignedDuration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    key: String,
    value: u32,
    #[serde(rename = "legal_basis")]
    _legal_basis: String,
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "verified_on")]
    _verified_on: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "area")]
    _area: String,
    #[serde(rename = "owner")]
    _owner: String,
    row: Vec<Row>,
}

impl Limits {
    /// The limits shipped with the program.
    ///
    /// # Errors
    /// [`LimitsError`] when the shipped file is broken, which its test excludes.
    pub fn load() -> Result<Self, LimitsError> {
        Self::parse(FILE)
    }

    /// Reads limits; every key must be there, and no other.
    ///
    /// # Errors
    /// [`LimitsError`].
    pub fn parse(text: &str) -> Result<Self, LimitsError> {
        let file: File = toml::from_str(text).map_err(|e| LimitsError(e.to_string()))?;
        let mut rows: BTreeMap<String, u32> = file.row.into_iter().map(|row| (row.key, row.value)).collect();
        let mut take = |key: &str| rows.remove(key).ok_or_else(|| LimitsError(format!("{key} がありません")));
        let years = |key: &str, n: u32| u16::try_from(n).map_err(|_| LimitsError(key.to_owned()));
        let seconds = |n: u32| SignedDuration::from_secs(n.into());
        let hours = |n: u32| SignedDuration::from_hours(n.into());
        let narrow = |n: u32| usize::try_from(n).map_err(|_| LimitsError("大きすぎる値".to_owned()));
        let limits = Self {
            record_years: years("record_years", take("record_years")?)?,
            consent_years: years("consent_years", take("consent_years")?)?,
            original_years: years("original_years", take("original_years")?)?,
            load_years: years("load_years", take("load_years")?)?,
            identity_years: years("identity_years", take("identity_years")?)?,
            permit: hours(take("permit_hours")?),
            held: hours(take("held_days")?.saturating_mul(24)),
            retry_first: seconds(take("retry_first_seconds")?),
            retry_longest: seconds(take("retry_longest_seconds")?),
            automatic: seconds(take("automatic_seconds")?),
            acquisition_alarm: hours(take("acquisition_alarm_hours")?),
            chunk_records: narrow(take("chunk_records")?.max(1))?,
            backlog_records: narrow(take("backlog_records")?)?,
            portal_token: hours(take("portal_token_hours")?),
        };
        match rows.keys().next() {
            Some(unknown) => Err(LimitsError(format!("{unknown} は使われていません"))),
            None => Ok(limits),
        }
    }
}

/// When something that has been tried `attempts` times is tried again: the wait doubles up to the longest.
pub(crate) fn next_try(now: Timestamp, attempts: u32, limits: &Limits) -> Timestamp {
    let wait = limits.retry_first.checked_mul(1 << attempts.min(16)).unwrap_or(limits.retry_longest);
    later(now, wait.min(limits.retry_longest))
}

/// `now` plus a wait; the end of time instead of an overflow.
pub(crate) fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}
