//! What the tests of every crate stand on: a fixed clock, repeatable randomness and a real browser.
//!
//! A development dependency only. The browser and the accessibility checker are found through the environment that
//! `cargo xtask test` sets up.

pub mod browser;
pub mod clerk;
pub mod clock;
pub mod look;
pub mod random;
pub mod system;

pub use browser::{Browser, Page, Violation};
pub use clerk::Clerk;
pub use clock::FixedClock;
pub use look::look;
pub use random::SeededRandom;
pub use system::System;
