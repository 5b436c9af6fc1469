//! 名寄せ: which records of several systems are one person.
//!
//! Pure: records and tables in, clusters and questions out; no clock, no files, no network.

mod agree;
mod automatic;
mod blocks;
mod clusters;
mod corpus;
mod evidence;
mod explain;
mod items;
mod keys;
mod latin;
mod link;
mod moves;
mod tables;
mod weigh;

pub use automatic::Link;
pub use clusters::Refusal;
pub use corpus::{Corpus, Fact, Past, Record};
pub use evidence::Evidence;
pub use items::four_items;
pub use latin::{LatinRecord, LatinSettings, link_latin};
pub use link::{Decision, Grade, Linkage, Policy, Settings, link};
pub use tables::Tables;
pub use weigh::VERSION;
