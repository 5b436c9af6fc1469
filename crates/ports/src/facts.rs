//! Facts that one programme may ask of another. Every answer went through the caller's unit: the policy decided what is in it, and the
//! look is recorded with the caller's purpose and case.

use async_trait::async_trait;
use kernel::Date;
use kernel::decision::FactRef;
use kernel::ident::{AtenaNo, DanNo, SetaiNo};
use kernel::time::PartialDate;
pub use mynumber::IndividualNumber;
use platform::{Fault, Unit};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the resident registry says about a person on a day. Groups that the caller may not see are `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct ResidentFacts {
    /// The row used.
    pub row: FactRef,
    /// Subject of the log.
    pub subject: i64,
    /// 宛名番号
    pub atena_no: AtenaNo,
    /// 漢字氏名 (the Latin name for a foreign resident without one).
    pub name: String,
    /// 氏名カナ
    pub kana: String,
    /// 通称名
    pub alias: Option<String>,
    /// 生年月日
    pub birth: PartialDate,
    /// 性別: 男, 女, 空欄.
    pub sex: String,
    /// The record stands on that day (住民).
    pub resident: bool,
    /// 住民年月日
    pub resident_from: Option<Date>,
    /// 消除年月日
    pub removed_on: Option<Date>,
    /// 消除事由
    pub removed_reason: Option<String>,
    /// 転出予定年月日
    pub planned_move_out: Option<Date>,
    /// 世帯番号
    pub setai_no: Option<SetaiNo>,
    /// 続柄
    pub relation: Option<String>,
    /// 世帯主名
    pub head_name: Option<String>,
    /// 郵便番号
    pub postal_code: Option<String>,
    /// 住所 with 番地; `None` also for a protected person.
    pub address: Option<String>,
    /// 方書
    pub building: Option<String>,
    /// 所管区 code
    pub ward: Option<String>,
    /// The person is under 支援措置: show no place, send nothing by list.
    pub protected: bool,
}

/// One hit of a search: only what identifies.
#[derive(Debug, Clone, PartialEq)]
pub struct ResidentHit {
    /// 宛名番号
    pub atena_no: AtenaNo,
    /// Name as recorded.
    pub name: String,
    /// カナ
    pub kana: String,
    /// 生年月日
    pub birth: String,
    /// 性別
    pub sex: String,
    /// Town and number; `None` for a protected person or where it may not be shown.
    pub address: Option<String>,
    /// 住民, 転出, 死亡 …
    pub status: String,
}

/// What the resident registry offers.
#[async_trait]
pub trait ResidentPort: Send + Sync {
    /// The person on a day, as known today. `None` when there is no such person (or it may not be said).
    async fn person(&self, unit: &mut Unit, number: &AtenaNo, as_of: Date) -> Result<Option<ResidentFacts>, Fault>;
    /// The members of a household on a day, the head first.
    async fn household(&self, unit: &mut Unit, household: &SetaiNo, as_of: Date) -> Result<Vec<ResidentFacts>, Fault>;
    /// Finds people by kana, kanji with variants, birth date, 宛名番号 or address; at most `limit`, in a stable order.
    async fn search(&self, unit: &mut Unit, query: &str, limit: usize) -> Result<Vec<ResidentHit>, Fault>;
    /// 個人番号 of a person, for purposes the law names.
    async fn individual_number(&self, unit: &mut Unit, number: &AtenaNo) -> Result<Option<IndividualNumber>, Fault>;
    /// Residents born in a span of days who live in the city on a day: for 勧奨 and renewal lists of a programme. Recorded as one bulk look.
    async fn born_between(&self, unit: &mut Unit, from: Date, to: Date, as_of: Date) -> Result<Vec<ResidentFacts>, Fault>;
}

/// What is known of somebody who may be one of the residents.
#[derive(Debug, Clone, Copy)]
pub struct Likeness<'a> {
    /// Name as recorded elsewhere; empty when unknown.
    pub name: &'a str,
    /// Reading; empty when unknown.
    pub kana: &'a str,
    /// 生年月日, when the whole date is known.
    pub birth: Option<Date>,
    /// 宛名番号 that are compared in any case, for instance of whoever holds the same 個人番号.
    pub numbers: &'a [AtenaNo],
}

/// What the resident registry offers to 名寄せ only: many people at once, because the person is not known yet.
#[async_trait]
pub trait ComparePort: ResidentPort {
    /// Everybody who has the birth date, the reading or the name, and the numbers named; residents and former residents, in order of
    /// 宛名番号. Each of them is looked at once, and recorded once. Nobody is left out: whoever were left out would be dropped in silence.
    async fn alike(&self, unit: &mut Unit, likeness: &Likeness<'_>) -> Result<Vec<ResidentFacts>, Fault>;
}

/// What the identity hub offers.
#[async_trait]
pub trait HubPort: Send + Sync {
    /// 団体内統合宛名番号 of a person, by the 宛名番号 that the city knows them under, resident or not.
    async fn dan_of(&self, unit: &mut Unit, number: &AtenaNo) -> Result<Option<DanNo>, Fault>;
    /// 団体内統合宛名番号 of everybody whose 宛名番号 comes after `after` and not after `until`; the caller records the run.
    async fn dans_between(
        &self,
        unit: &mut Unit,
        after: Option<&AtenaNo>,
        until: Option<&AtenaNo>,
    ) -> Result<BTreeMap<AtenaNo, DanNo>, Fault>;
    /// The 宛名番号 under which the city knows a person, the registry's before every other; the caller asks to see them.
    async fn atena_no(&self, unit: &mut Unit, dan_no: &DanNo) -> Result<Option<AtenaNo>, Fault>;
    /// Everybody whom the city knows under more than one 宛名番号, with all of them: first the one of [`HubPort::atena_no`]. The caller
    /// records the run.
    async fn shared(&self, unit: &mut Unit) -> Result<BTreeMap<DanNo, Vec<AtenaNo>>, Fault>;
    /// Is it in doubt whose 個人番号 the 団番 stands for (番号不整合)? Then nobody asks with it.
    async fn is_frozen(&self, unit: &mut Unit, dan_no: &DanNo) -> Result<bool, Fault>;
}

/// The ports that programmes are wired to. The identity hub's is for the exchange alone: no programme needs a 団番.
#[derive(Clone)]
pub struct Ports {
    /// The resident registry.
    pub residents: Arc<dyn ResidentPort>,
}
