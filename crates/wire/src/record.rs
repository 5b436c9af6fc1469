//! 情報提供等記録 (番号法23条): the same record at the asker, the provider and the network. Kept for years, then removed with proof.

use crate::ident::{DataSet, Digest, InstitutionCode, ItemId, Mode, PermitNo, ProcedureId};
use crate::permit::Terms;
use jiff::Span;
use kernel::time::{Date, Timestamp, civil};
use serde::{Deserialize, Serialize};

/// One record. Who it is about stands beside it in each store, under that store's own name for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Number, the same on all sides. Drawn at random: a gap in what a person sees cannot be counted.
    pub no: PermitNo,
    /// 情報照会者.
    pub asker: InstitutionCode,
    /// 情報提供者.
    pub provider: InstitutionCode,
    /// 事務手続.
    pub procedure: ProcedureId,
    /// 特定個人情報.
    pub data_set: DataSet,
    /// Items asked for.
    pub items: Vec<ItemId>,
    /// 求め日時, by the network's clock.
    pub asked_at: Timestamp,
    /// 提供日時, by the provider's clock; `None` while nothing was provided.
    pub provided_at: Option<Timestamp>,
    /// 不開示: the exchange itself is not shown to the person. Once set it stays.
    pub hidden: bool,
    /// False: the network refused the request.
    pub granted: bool,
    /// Real or test.
    pub mode: Mode,
}

impl Record {
    /// The record of a permit at the moment it is given.
    pub fn of(terms: &Terms) -> Self {
        Self {
            no: terms.no,
            asker: terms.asker.clone(),
            provider: terms.provider.clone(),
            procedure: terms.procedure.clone(),
            data_set: terms.data_set.clone(),
            items: terms.items.clone(),
            asked_at: terms.asked_at,
            provided_at: None,
            hidden: terms.hidden,
            granted: true,
            mode: terms.mode,
        }
    }

    /// Adds what another copy knows: a provision, a mark. The order in which copies arrive does not matter, and neither does their number.
    pub fn merge(&mut self, other: &Record) {
        self.hidden |= other.hidden;
        self.provided_at = match (self.provided_at, other.provided_at) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    /// SHA-256 over every field.
    pub fn digest(&self) -> Digest {
        let items: Vec<&[u8]> = self.items.iter().map(|item| item.as_str().as_bytes()).collect();
        let provided = self.provided_at.map_or(i64::MIN, |at| at.as_microsecond());
        Digest::of(&[
            b"record 1",
            self.no.as_bytes(),
            self.asker.as_str().as_bytes(),
            self.provider.as_str().as_bytes(),
            self.procedure.as_str().as_bytes(),
            self.data_set.id.as_str().as_bytes(),
            &self.data_set.version.to_be_bytes(),
            Digest::of(&items).as_bytes(),
            &self.asked_at.as_microsecond().to_be_bytes(),
            &provided.to_be_bytes(),
            &[u8::from(self.hidden), u8::from(self.granted), u8::from(self.mode == Mode::Test)],
        ])
    }

    /// Last day on which the record must be there, counted in years from the day of 求め日時 in Japan.
    pub fn kept_until(&self, years: u16) -> Date {
        civil(self.asked_at).checked_add(Span::new().years(years)).unwrap_or(Date::MAX)
    }
}

/// What remains of a removed record: that it was there, what it was (by its hash) and when it went. Names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// Number of the record.
    pub no: PermitNo,
    /// Hash of the record removed.
    pub digest: Digest,
    /// Its last day.
    pub kept_until: Date,
    /// Day of removal.
    pub removed_on: Date,
}

/// The proof of removal for a record whose time is over, or `None` while it must stay.
pub fn removal(record: &Record, today: Date, years: u16) -> Option<Removal> {
    let kept_until = record.kept_until(years);
    (today > kept_until).then(|| Removal { no: record.no, digest: record.digest(), kept_until, removed_on: today })
}

/// A line of やりとり履歴, as the person sees it: which institutions, for what, when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HistoryLine {
    /// 求め日時.
    pub asked_at: Timestamp,
    /// 提供日時.
    pub provided_at: Option<Timestamp>,
    /// 情報照会者.
    pub asker: InstitutionCode,
    /// 情報提供者.
    pub provider: InstitutionCode,
    /// 事務手続.
    pub procedure: ProcedureId,
    /// 特定個人情報.
    pub data_set: DataSet,
}

/// やりとり履歴 from the records of one person: what is real, granted and not hidden, in order of time. There is nothing in it — no
/// number, no count, no gap — that a hidden exchange could change.
pub fn history<'a>(records: impl IntoIterator<Item = &'a Record>) -> Vec<HistoryLine> {
    let shown = records.into_iter().filter(|record| record.granted && !record.hidden && record.mode == Mode::Production);
    let mut lines: Vec<HistoryLine> = shown
        .map(|record| HistoryLine {
            asked_at: record.asked_at,
            provided_at: record.provided_at,
            asker: record.asker.clone(),
            provider: record.provider.clone(),
            procedure: record.procedure.clone(),
            data_set: record.data_set.clone(),
        })
        .collect();
    lines.sort();
    lines
}
