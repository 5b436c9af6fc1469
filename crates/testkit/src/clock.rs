//! A clock that stands still until it is told to move.

use kernel::time::{Clock, Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A clock for tests: every reading is the same until [`FixedClock::advance`].
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock at an instant written like `2026-11-20T10:00:00+09:00`; microseconds are the finest part kept.
    ///
    /// # Panics
    /// When the text is not an instant.
    pub fn at(instant: &str) -> Self {
        match instant.parse::<Timestamp>() {
            Ok(at) => Self(AtomicI64::new(at.as_microsecond())),
            Err(e) => misused(&format!("`{instant}` is not an instant: {e}")),
        }
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        match Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)) {
            Ok(now) => now,
            Err(e) => misused(&format!("the clock was moved out of range: {e}")),
        }
    }
}

#[expect(clippy::panic, reason = "a test that misuses its clock should stop at once")]
fn misused(why: &str) -> ! {
    panic!("{why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_stands_until_it_is_moved() {
        let clock = FixedClock::at("2026-11-20T23:59:00+09:00");
        assert_eq!(clock.now(), clock.now());
        assert_eq!(clock.today().to_string(), "2026-11-20");
        clock.advance(Duration::from_secs(60));
        assert_eq!(clock.today().to_string(), "2026-11-21");
    }
}
