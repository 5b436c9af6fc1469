//! 副本: what a city has put into its gateway for others to ask, loaded in parts, in versions, and compared with 正本 by hashes.

use crate::error::ExchangeError;
use crate::ident::{DataSet, DataSetId, Digest, ItemId, LoadId, RecordKey};
use crate::limits::{Limits, next_try};
use crate::machine::{Alarm, Body, Effect, Machine, Party, Tenant, Turn};
use kernel::ident::DanNo;
use kernel::time::{Date, Period, Timestamp, parse_date};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// 未設定事由: why an item is empty. 未申告 is not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// 未申告.
    NotDeclared,
    /// 該当なし.
    NotApplicable,
    /// 調査中.
    UnderInquiry,
    /// 不詳.
    Unknown,
    /// 保存期間経過.
    Expired,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 5] = [Self::NotDeclared, Self::NotApplicable, Self::UnderInquiry, Self::Unknown, Self::Expired];

    /// The reason of a word, as [`Self::name`] spells it.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == word)
    }

    /// As a clerk reads it.
    pub fn name(self) -> &'static str {
        match self {
            Reason::NotDeclared => "未申告",
            Reason::NotApplicable => "該当なし",
            Reason::UnderInquiry => "調査中",
            Reason::Unknown => "不詳",
            Reason::Expired => "保存期間経過",
        }
    }
}

/// Why a value was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("空の値には未設定事由が要ります。値か事由のどちらかを入れてください")]
pub struct EmptyValue;

/// The value of an item: a text that is not empty, or the reason why there is none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A value.
    Given(Text),
    /// None, because …
    Absent(Reason),
}

/// A text that is not empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text(String);

impl Text {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Text {
    type Error = EmptyValue;
    fn try_from(text: String) -> Result<Self, EmptyValue> {
        if text.trim().is_empty() { Err(EmptyValue) } else { Ok(Self(text)) }
    }
}

impl From<Text> for String {
    fn from(text: Text) -> String {
        text.0
    }
}

impl Value {
    /// A value.
    ///
    /// # Errors
    /// [`EmptyValue`] for an empty text.
    pub fn given(text: impl Into<String>) -> Result<Self, EmptyValue> {
        Text::try_from(text.into()).map(Self::Given)
    }

    fn bytes(&self) -> [&[u8]; 2] {
        match self {
            Value::Given(text) => [b"given", text.0.as_bytes()],
            Value::Absent(reason) => [b"absent", reason.name().as_bytes()],
        }
    }
}

/// A record of the replica: one person, one data set, one key such as a tax year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicaRecord {
    /// レコード識別番号, rising with every change a city sends. It makes a repetition harmless and an old change powerless.
    pub serial: u64,
    /// The person.
    pub dan: DanNo,
    /// Data set and version.
    pub data_set: DataSet,
    /// Which record of the person.
    pub key: RecordKey,
    /// 公開開始日 and 公開終了日: on which days it may be provided.
    pub published: Period,
    /// The items; `None` when the record is deleted.
    pub items: Option<BTreeMap<ItemId, Value>>,
}

/// What identifies a record inside a replica.
pub type Slot = (DanNo, DataSet, RecordKey);

impl ReplicaRecord {
    /// The record's place.
    pub fn slot(&self) -> Slot {
        (self.dan.clone(), self.data_set.clone(), self.key.clone())
    }

    /// SHA-256 over place, days and items, not over the serial: 正本 has none.
    pub fn digest(&self) -> Digest {
        let to = self.published.to.map_or_else(String::new, |d| d.to_string());
        let days = [self.published.from.to_string(), to];
        let version = self.data_set.version.to_be_bytes();
        let mut parts: Vec<&[u8]> = vec![
            self.dan.as_str().as_bytes(),
            self.data_set.id.as_str().as_bytes(),
            &version,
            self.key.as_str().as_bytes(),
            days[0].as_bytes(),
            days[1].as_bytes(),
            if self.items.is_some() { b"put" } else { b"delete" },
        ];
        for (item, value) in self.items.iter().flatten() {
            parts.push(item.as_str().as_bytes());
            parts.extend(value.bytes());
        }
        Digest::of(&parts)
    }
}

/// Which versions of each data set are live on which days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LiveVersions(BTreeMap<DataSetId, Vec<(u16, Period)>>);

/// Why a table of versions was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VersionsError {
    /// More than two on one day.
    #[error("{0} の版が同じ日に三つ以上あります。古い版の終わりを定めてください")]
    TooMany(DataSetId),
    /// Not TOML of the expected form, or a date that is none.
    #[error("params/exchange/layouts.toml を読めません: {0}。行の形を確かめてください")]
    Unreadable(String),
}

const LAYOUTS: &str = include_str!("../../../params/exchange/layouts.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Layout {
    data_set: DataSetId,
    version: u16,
    effective_from: String,
    #[serde(default)]
    effective_to: String,
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "verified_on")]
    _verified_on: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Layouts {
    #[serde(rename = "area")]
    _area: String,
    #[serde(rename = "owner")]
    _owner: String,
    row: Vec<Layout>,
}

impl LiveVersions {
    /// The versions shipped with the program.
    ///
    /// # Errors
    /// [`VersionsError`] when the shipped file is broken, which its test excludes.
    pub fn load() -> Result<Self, VersionsError> {
        let file: Layouts = toml::from_str(LAYOUTS).map_err(|e| VersionsError::Unreadable(e.to_string()))?;
        let day = |text: &str| parse_date(text).map_err(|e| VersionsError::Unreadable(e.to_string()));
        let mut rows = Vec::with_capacity(file.row.len());
        for Layout { data_set: id, version, effective_from, effective_to, .. } in file.row {
            let to = if effective_to.is_empty() { None } else { Some(day(&effective_to)?) };
            let period = Period::new(day(&effective_from)?, to).map_err(|e| VersionsError::Unreadable(e.to_string()))?;
            rows.push((DataSet { id, version }, period));
        }
        Self::new(rows)
    }

    /// The table; at most two versions of a data set on any day.
    ///
    /// # Errors
    /// [`VersionsError::TooMany`].
    pub fn new(rows: impl IntoIterator<Item = (DataSet, Period)>) -> Result<Self, VersionsError> {
        let mut table: BTreeMap<DataSetId, Vec<(u16, Period)>> = BTreeMap::new();
        for (data_set, period) in rows {
            table.entry(data_set.id).or_default().push((data_set.version, period));
        }
        let live = Self(table);
        let crowded = live.0.iter().find(|(id, rows)| rows.iter().any(|(_, period)| live.on(id, period.from).len() > 2));
        match crowded {
            Some((id, _)) => Err(VersionsError::TooMany(id.clone())),
            None => Ok(live),
        }
    }

    /// Versions live on a day.
    pub fn on(&self, id: &DataSetId, day: Date) -> BTreeSet<u16> {
        let rows = self.0.get(id).into_iter().flatten();
        rows.filter(|(_, period)| period.contains(day)).map(|(version, _)| *version).collect()
    }
}

/// What becomes of a record that arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Into the replica.
    Store,
    /// The same again: nothing to do.
    Same,
    /// A later change is already there: nothing to do.
    Superseded,
    /// Refused, and listed for the sender.
    Reject(ExchangeError),
}

/// Judges an arriving record against the one stored in its place. A deletion passes at any version, so that what is wrong in a retired one
/// can still be taken out of it.
pub fn judge(new: &ReplicaRecord, stored: Option<&ReplicaRecord>, live: &LiveVersions, today: Date) -> Verdict {
    judge_by_mark(new, stored.map(|old| (old.serial, || old.digest())), live, today)
}

/// [`judge`] for a store that has レコード識別番号 and hash of the stored record at hand, but not its items.
pub fn judge_by_mark(
    new: &ReplicaRecord,
    stored: Option<(u64, impl FnOnce() -> Digest)>,
    live: &LiveVersions,
    today: Date,
) -> Verdict {
    if new.items.is_some() && !live.on(&new.data_set.id, today).contains(&new.data_set.version) {
        return Verdict::Reject(ExchangeError::MasterVersionMismatch);
    }
    match stored {
        Some((serial, _)) if serial > new.serial => Verdict::Superseded,
        Some((serial, digest)) if serial == new.serial => match digest() == new.digest() {
            true => Verdict::Same,
            false => Verdict::Reject(ExchangeError::DuplicateRecordId),
        },
        _ => Verdict::Store,
    }
}

/// The city's side of a load: parts that are sent again until the gateway has each of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    load: LoadId,
    waiting: BTreeMap<u32, Vec<ReplicaRecord>>,
    /// Rows that the gateway refused.
    pub rejected: Vec<(u64, ExchangeError)>,
    attempts: u32,
    next: Timestamp,
}

/// What happens to a load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadEvent {
    /// Time has passed.
    Tick,
    /// A part is in the replica.
    Done {
        /// Which.
        part: u32,
        /// Rows refused.
        rejected: Vec<(u64, ExchangeError)>,
    },
}

impl Upload {
    /// Divides the records into parts and sends them. Records above the allowed backlog raise an alarm at once.
    pub fn begin(records: Vec<ReplicaRecord>, turn: &mut Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        let limits = &turn.who.limits;
        let parts = records.chunks(limits.chunk_records.max(1)).map(<[ReplicaRecord]>::to_vec);
        let waiting = (0..).zip(parts).collect();
        let upload = Self { load: LoadId::draw(turn.rng), waiting, rejected: Vec::new(), attempts: 0, next: turn.now };
        upload.step(UploadEvent::Tick, turn)
    }

    /// Which load it is.
    pub fn load(&self) -> LoadId {
        self.load
    }

    /// Records not yet in the replica.
    pub fn backlog(&self) -> usize {
        self.waiting.values().map(Vec::len).sum()
    }

    fn send(&self, to: &Tenant) -> Vec<Effect> {
        let to = Party::Gateway(to.institution.clone());
        let parts = self.waiting.iter();
        parts
            .map(|(part, records)| Effect::Send {
                to: to.clone(),
                body: Body::Chunk { load: self.load, part: *part, records: records.clone() },
            })
            .collect()
    }

    fn alarm(&self, limits: &Limits) -> Option<Effect> {
        let backlog = self.backlog();
        (backlog > limits.backlog_records).then_some(Effect::Alarm(Alarm::Backlog(backlog)))
    }
}

impl Machine for Upload {
    type Who = Tenant;
    type Event = UploadEvent;

    fn due(&self) -> Option<Timestamp> {
        (!self.waiting.is_empty()).then_some(self.next)
    }

    fn step(mut self, event: UploadEvent, turn: &mut Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        match event {
            UploadEvent::Tick if !self.waiting.is_empty() && turn.now >= self.next => {
                self.next = next_try(turn.now, self.attempts, &turn.who.limits);
                self.attempts += 1;
                let mut effects = self.send(turn.who);
                effects.extend(self.alarm(&turn.who.limits));
                (self, effects)
            }
            UploadEvent::Done { part, rejected } if self.waiting.remove(&part).is_some() => {
                self.rejected.extend(rejected);
                (self, Vec::new())
            }
            _ => (self, Vec::new()),
        }
    }
}
