//! The shared vocabulary of the house: numbers, dates, money, decisions and the mark of disclosed values.
//!
//! Pure: no I/O, no clock, no randomness. Everything that needs the time of day takes a [`time::Clock`].

pub mod access;
pub mod cleared;
pub mod decision;
pub mod ident;
pub mod money;
pub mod text;
pub mod time;

pub use cleared::Cleared;
pub use money::Yen;
pub use time::Date;
