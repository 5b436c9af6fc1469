//! Reproducible choices. Every household has its own stream of the same seed, so that nothing depends on what came before it.

use kernel::time::Date;
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

/// A source of choices.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream with this number.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// A number below `n` (0 when `n` is 0).
    pub fn below(&mut self, n: u32) -> u32 {
        // The bias of the plain product is below one in four billion.
        ((u64::from(self.0.next_u32()) * u64::from(n)) >> 32) as u32
    }

    /// A number from `from` to `to`, both included; `from` when the span is empty.
    pub fn between(&mut self, from: i32, to: i32) -> i32 {
        let span = u32::try_from(to.saturating_sub(from)).unwrap_or(0);
        from + i32::try_from(self.below(span + 1)).unwrap_or(0)
    }

    /// True in `n` of a thousand.
    pub fn per_mille(&mut self, n: u32) -> bool {
        self.below(1_000) < n
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = self.below(u32::try_from(from.len()).unwrap_or(u32::MAX)) as usize;
        // A constant list is never empty; an empty one would be a fault of this crate.
        &from[at.min(from.len() - 1)]
    }

    /// One of these by weight.
    pub fn weighted<T: Copy>(&mut self, from: &[(T, u32)]) -> T {
        let mut left = self.below(from.iter().map(|(_, w)| w).sum());
        for (value, weight) in from {
            if left < *weight {
                return *value;
            }
            left -= weight;
        }
        from[from.len() - 1].0
    }

    /// A day from `from` to `to`, both included; `from` when the span is empty.
    pub fn day(&mut self, from: Date, to: Date) -> Date {
        let days = (to - from).get_days();
        plus_days(from, self.between(0, days))
    }

    /// `n` digits.
    pub fn digits(&mut self, n: usize) -> String {
        (0..n).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }
}

/// `n` days later, or earlier when negative; stays within the calendar.
pub(crate) fn plus_days(date: Date, n: i32) -> Date {
    date.saturating_add(jiff::Span::new().days(n))
}

/// `n` months later, or earlier; the last day of a shorter month.
pub(crate) fn plus_months(date: Date, n: i32) -> Date {
    date.saturating_add(jiff::Span::new().months(n))
}

/// The same day `n` years later, or earlier.
pub(crate) fn plus_years(date: Date, n: i32) -> Date {
    date.saturating_add(jiff::Span::new().years(n))
}

/// A day that is in the calendar for certain.
pub(crate) fn ymd(year: i16, month: i8, day: i8) -> Date {
    Date::new(year, month, day).unwrap_or(Date::MIN)
}
