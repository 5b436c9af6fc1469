//! Reference data that every city shares: postal codes and towns, municipalities, banks and branches, 文字情報基盤, holidays.
//!
//! The tables are embedded from `data/` and unpacked on first use; `data/README.md` says where they come from, under which
//! licences, and how they are refreshed. Look-ups return `'static` text.

pub mod banks;
mod characters;
pub mod holidays;
pub mod municipality;
pub mod postal;
mod table;

pub use characters::{MjName, Repertoire, fold, mj_name, repertoire};
pub use municipality::municipality;
