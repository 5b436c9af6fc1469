//! The exchange between cities: what travels, and the machines that send it.
//!
//! Pure: no input or output, no clock, no randomness of its own. A machine is a value; [`Machine::step`] takes an event and a
//! [`Turn`] (who I am, what time it is, where random bytes come from) and answers the next value and the [`machine::Effect`]s to carry out
//! once that value is durable. What a machine needs to know from the store comes with the event.
//!
//! Our own schema per interface id: not wire-compatible with the national system.

pub mod acquire;
pub mod catalogue;
pub mod code;
pub mod compare;
pub mod envelope;
pub mod error;
pub mod hide;
pub mod ident;
pub mod inquiry;
pub mod interface;
pub mod limits;
pub mod list;
pub mod machine;
pub mod network;
mod opaque;
pub mod own;
pub mod permit;
pub mod provide;
pub mod record;
pub mod replica;
pub mod seal;

pub use machine::{Machine, Turn};

/// Where random bytes come from: the system in production, a seed in simulations.
pub trait Randomness {
    /// Fills the slice.
    fn fill(&mut self, out: &mut [u8]);
}
