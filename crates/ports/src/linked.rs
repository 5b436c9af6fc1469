//! What a programme tells the hub when it gives a person a number of its own.

use kernel::ident::AtenaNo;
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
