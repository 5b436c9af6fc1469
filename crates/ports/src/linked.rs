//! What a programme tells the hub when it gives a person a number of its own, and what the hub tells when such a link was wrong.

use async_trait::async_trait;
use kernel::ident::{AtenaNo, DanNo};
use kernel::time::Timestamp;
use kernel::{Date, Yen};
use platform::{Fault, Unit};
use serde::{Deserialize, Serialize};

/// Topic of [`ProgrammeLinked`].
pub const PROGRAMME_LINKED: &str = "programme.linked";

/// A programme's own number belongs to a person, until a day that may be known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammeLinked {
    /// Purpose code of the programme, for instance `kodomo`.
    pub programme: String,
    /// The programme's number, for instance a 受給者番号.
    pub number: String,
    /// Who.
    pub atena_no: AtenaNo,
    /// Last day for which the programme needs the number, as far as it knows; it says so again when that changes.
    #[serde(default)]
    pub until: Option<Date>,
}

/// Topic of [`LinkRecalled`].
pub const LINK_RECALLED: &str = "hub.link_recalled";

/// A link of a 団番 was found wrong, or everything that rested on it has been put right. Until then nobody is answered about the person
/// from what the link brought together (照会中).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRecalled {
    /// The 団番 under which two people were taken for one.
    pub dan_no: DanNo,
    /// 宛名番号 that did not belong to it.
    pub atena_no: AtenaNo,
    /// `true` when the link is found wrong; `false` when the last use has been put right.
    pub wrong: bool,
}

/// Something that an office did for a person, and that rests on a link when the link was what named the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkUse {
    /// Purpose code of the programme.
    pub programme: String,
    /// 決定, 支給, 通知, 医療証, 支払, 返還金, 現物給付, 副本, 照会の回答, 提供.
    pub kind: String,
    /// What it was, without names.
    pub title: String,
    /// Where the programme shows it.
    pub reference: String,
    /// Day of use.
    pub used_on: Date,
    /// Money moved.
    pub amount: Option<Yen>,
    /// Who received it.
    pub recipient: Option<String>,
}

/// A programme that can say what it did for a person: asked when a link is found to be wrong.
#[async_trait]
pub trait LinkUses: Send + Sync {
    /// What was done for this 宛名番号 since an instant, the oldest first.
    async fn uses(&self, unit: &mut Unit, number: &AtenaNo, since: Timestamp) -> Result<Vec<LinkUse>, Fault>;
}
