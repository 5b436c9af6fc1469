//! Test mode and troubles on demand. The keeper serves what [`Faults`] lets it serve; the sender loop loses, doubles, delays and reorders
//! what it says.

use rand_chacha::ChaCha20Rng;
use rand_core::RngCore;
use std::collections::BTreeSet;
use wire::ident::Mode;

/// What the network serves and how badly it delivers. Stored, so that every process and a restart obey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Faults {
    /// Real business is served.
    pub production: bool,
    /// Connection tests are served.
    pub test: bool,
    /// The network is away: it hears nothing and sends nothing.
    pub outage: bool,
    /// Messages lost, of 1,000.
    pub loss: u16,
    /// Messages delivered twice, of 1,000.
    pub twice: u16,
    /// Longest delay of a message, in seconds.
    pub delay: u16,
    /// Messages of a batch are delivered in any order.
    pub reorder: bool,
}

impl Default for Faults {
    fn default() -> Self {
        Self { production: true, test: true, outage: false, loss: 0, twice: 0, delay: 0, reorder: false }
    }
}

/// Largest share of messages that may be lost or doubled, of 1,000: with more, nothing would ever arrive.
pub const MOST: u16 = 900;

impl Faults {
    /// Modes that are served.
    pub fn serves(&self) -> BTreeSet<Mode> {
        let modes = [(self.production, Mode::Production), (self.test, Mode::Test)];
        modes.into_iter().filter_map(|(served, mode)| served.then_some(mode)).collect()
    }

    /// Is anything other than ordinary?
    pub fn is_troubled(&self) -> bool {
        *self != Self::default()
    }

    /// As stored: name and value.
    pub(crate) fn settings(&self) -> [(&'static str, i64); 7] {
        [
            ("production", self.production.into()),
            ("test", self.test.into()),
            ("outage", self.outage.into()),
            ("loss", self.loss.into()),
            ("twice", self.twice.into()),
            ("delay", self.delay.into()),
            ("reorder", self.reorder.into()),
        ]
    }

    /// Takes a stored setting.
    pub(crate) fn take(&mut self, name: &str, value: i64) {
        let share = u16::try_from(value).unwrap_or(0);
        match name {
            "production" => self.production = value != 0,
            "test" => self.test = value != 0,
            "outage" => self.outage = value != 0,
            "loss" => self.loss = share.min(MOST),
            "twice" => self.twice = share.min(MOST),
            "delay" => self.delay = share,
            "reorder" => self.reorder = value != 0,
            _ => {}
        }
    }

    /// Is this message lost?
    pub(crate) fn loses(&self, rng: &mut ChaCha20Rng) -> bool {
        chance(rng, self.loss)
    }

    /// Does this message arrive twice?
    pub(crate) fn doubles(&self, rng: &mut ChaCha20Rng) -> bool {
        chance(rng, self.twice)
    }

    /// By how many seconds is this message late?
    pub(crate) fn delays(&self, rng: &mut ChaCha20Rng) -> i64 {
        (u64::from(rng.next_u32()) % (u64::from(self.delay) + 1)).cast_signed()
    }

    /// Puts messages into any order.
    pub(crate) fn shuffle<T>(&self, messages: &mut [T], rng: &mut ChaCha20Rng) {
        if self.reorder {
            for last in (1..messages.len()).rev() {
                let other = usize::try_from(rng.next_u32()).unwrap_or(0) % (last + 1);
                messages.swap(last, other);
            }
        }
    }
}

fn chance(rng: &mut ChaCha20Rng, of_thousand: u16) -> bool {
    of_thousand > 0 && rng.next_u32() % 1000 < u32::from(of_thousand)
}
