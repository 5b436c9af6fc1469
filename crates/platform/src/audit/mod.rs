//! The audit log: a Merkle log that the unit of work writes into and that anybody can check with a public key.
//!
//! - [`append`] runs inside the unit's transaction: one leaf per entry and subject, a salted commitment in `audit_leaf`, the readable
//!   text sealed in `audit_payload`. Numbers are given out under a row lock, so they rise in commit order and have no gap.
//! - [`Recorder`] appends the entries of mere looks from many tasks in shared transactions.
//! - [`Sealer`] puts leaves into the tree within a second: each gets its number in the subject's list and the hash of the leaf before
//!   it; tiles, the map subject → last number and a signed [`Checkpoint`] follow. One sealer at a time, by a fencing number.
//! - [`Witness`] keeps the checkpoint outside the database and refuses one that does not continue the last.
//! - [`verify`] proves from the public key and the witnessed checkpoint that nothing was changed, dropped, reordered or rolled back.
//! - [`access_list`] and [`bundle`] tell a person who looked, with a proof that the list has no gap.
//!
//! What the log cannot see: rows that are removed before they are sealed *together with* the counter that numbered them, by somebody
//! who can write to the database; and whoever holds the key ring. The witness bounds the first to under a second.

mod bundle;
mod erase;
mod leaf;
mod map;
pub mod merkle;
mod note;
mod probe;
mod read;
mod seal;
mod sealer;
mod tiles;
mod verify;
mod witness;
mod write;

pub use bundle::{Bundle, BundleError, Proven, bundle, verify_bundle};
pub use erase::{erase_before, ids_root};
pub use leaf::{Inner, List, Said};
pub use map::MapProof;
pub use note::{Checkpoint, origin};
pub use probe::{keeps_up, probe};
pub use read::{AccessLine, Count, LogFilter, LogLine, Place, access_list, access_list_of, counts, log};
pub use seal::{head, seal};
pub use sealer::{Sealer, SealerState};
pub use tiles::{consistency_proof, inclusion_proof};
pub use verify::{Finding, Report, verify};
pub use witness::{FileWitness, Witness, WitnessError};
pub use write::{Recorder, append, append_withheld};

use crate::db::{DbError, Statement};
use crate::keys::KeyError;
use kernel::access::{Action, Relation};
use kernel::time::Timestamp;
use thiserror::Error;

/// Why the log could not do it. Never contains personal data.
#[derive(Debug, Clone, Error)]
pub enum AuditError {
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A key is missing, or a sealed payload was changed.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// Another sealer has taken over.
    #[error("封印は別の処理が引き継ぎました。この処理は何も保存していません")]
    Fenced,
    /// The log in the database is not the one that was signed. Nothing more is sealed until somebody has looked.
    #[error("閲覧・操作の記録が改変されています({0})。封印を止めました。atena verify で確かめてください")]
    Tampered(&'static str),
    /// The witness refused the checkpoint.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// A proof was asked for leaves that are not sealed yet.
    #[error("まだ封印されていない記録です。しばらくしてからもう一度操作してください")]
    NotSealed,
    /// Leaves wait longer than a sealer that works would let them.
    #[error("記録の封印が1分以上止まっています。atena doctor で確かめてください")]
    Behind,
    /// The appending task has ended.
    #[error("記録の処理が止まっています。表示も保存もしていません")]
    Stopped,
}

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Something was shown.
    Shown,
    /// Records were changed.
    Changed,
    /// It was refused.
    Denied,
}

impl Shown {
    /// Name in the log.
    pub fn code(self) -> &'static str {
        match self {
            Shown::Shown => "shown",
            Shown::Changed => "changed",
            Shown::Denied => "denied",
        }
    }
}

/// A person who came into view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Permanent id of the person in the log.
    pub subject: i64,
    /// Asked for, or along the way.
    pub relation: Relation,
    /// Keys of the field groups that were seen.
    pub fields: Vec<String>,
}

/// A run over many people: one leaf with a root over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bulk {
    /// Root over what the run touched.
    pub root: [u8; 32],
    /// How many.
    pub count: i64,
}

/// One act: a look, print, export, change or refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Staff number.
    pub staff_no: String,
    /// Name of the staff member.
    pub staff_name: String,
    /// Acting office.
    pub office: String,
    /// Terminal.
    pub terminal: String,
    /// 事務.
    pub purpose: String,
    /// Number of the case.
    pub case_no: Option<String>,
    /// Ground of the case.
    pub ground: Option<String>,
    /// What was done.
    pub action: Action,
    /// Route or job.
    pub screen: String,
    /// How it ended.
    pub result: Shown,
    /// Who came into view. Nobody: one leaf without subject.
    pub sightings: Vec<Sighting>,
    /// What was done, in words. Never personal.
    pub detail: String,
    /// Root of a run over many people.
    pub bulk: Option<Bulk>,
}

/// Every statement of the log, for the test that prepares them on both databases.
pub fn statements() -> Vec<Statement> {
    [
        bundle::STATEMENTS,
        erase::STATEMENTS,
        probe::STATEMENTS,
        read::STATEMENTS,
        seal::STATEMENTS,
        &seal::long_statements(),
        sealer::STATEMENTS,
        tiles::STATEMENTS,
        verify::STATEMENTS,
        write::STATEMENTS,
    ]
    .concat()
}
