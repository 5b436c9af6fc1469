//! What a programme tells the hub when it gives a person a number of its own.

use async_trait::async_trait;
use kernel::ident::AtenaNo;
use kernel::time::Timestamp;
use kernel::{Date, Yen};
use platform::{Fault, Unit};
use serde::{Deserialize, Serialize};

/// Topic of [`ProgrammeLinked`].
pub const PROGRAMME_LINKED: &str = "programme.linked";

/// A programme's own number belongs to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammeLinked {
    /// Purpose code of the programme, for instance `kodomo`.
    pub programme: String,
    /// The programme's number, for instance a 受給者番号.
    pub number: String,
    /// Who.
    pub atena_no: AtenaNo,
}

/// Something that an office did for a person, and that rests on a link when the link was what named the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkUse {
    /// Purpose code of the programme.
    pub programme: String,
    /// 決定, 通知, 支払, 副本, 提供.
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
