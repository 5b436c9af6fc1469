//! The exchange under storm: cities, gateways and the network in virtual time, from one seed.
//!
//! Messages are lost, doubled, delayed, reordered, replayed hours later and brought to the wrong tenant; machines crash between a step
//! and its effects; clocks differ. When the storm is over and everything has settled, [`invariants`] must hold. The same seed gives the
//! same run. The machines themselves have no switches: a [`Safeguards`] switch changes how the simulated keeper uses them.

pub mod center;
pub mod dice;
pub mod gateway;
pub mod invariants;
pub mod story;
pub mod world;

use std::fmt;

/// What a run leaves switched on. Switching one off must make some seeds fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Safeguards {
    /// The network recognises a repeated request for a permit.
    pub request_ids: bool,
    /// The replica recognises a repeated or outdated レコード識別番号.
    pub record_ids: bool,
    /// The provider recognises a used permit.
    pub nonce_check: bool,
    /// Permits are sealed for and checked against one tenant, not the whole platform.
    pub tenant_binding: bool,
    /// A step is durable before its messages leave.
    pub durable_before_send: bool,
    /// What an asker has said and nobody has confirmed is said again.
    pub repeats: bool,
    /// The network looks into the permitted-inquiry list.
    pub list: bool,
    /// The provider answers about the person of the permit, by its own 符号.
    pub person_binding: bool,
    /// The network makes a 符号 for the person asked for.
    pub code_per_person: bool,
    /// The portal shows an exchange only after the provider has said whether its side hides it.
    pub notice_first: bool,
    /// Nothing is answered about a person whose link is being put right.
    pub recall_holds: bool,
}

impl Safeguards {
    /// All of them, as in the product.
    pub const ALL: Self = Self {
        request_ids: true,
        record_ids: true,
        nonce_check: true,
        tenant_binding: true,
        durable_before_send: true,
        repeats: true,
        list: true,
        person_binding: true,
        code_per_person: true,
        notice_first: true,
        recall_holds: true,
    };
}

/// What a run did, for the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages posted.
    pub messages: u64,
    /// Lost.
    pub lost: u64,
    /// Delivered more than once.
    pub doubled: u64,
    /// Brought to another tenant.
    pub misrouted: u64,
    /// Crashes.
    pub crashes: u64,
    /// Permits given.
    pub permits: u64,
    /// Inquiries answered with data.
    pub answered: u64,
    /// Inquiries that the network or the city refused.
    pub refused: u64,
    /// Exchanges hidden.
    pub hidden: u64,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.messages += other.messages;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.misrouted += other.misrouted;
        self.crashes += other.crashes;
        self.permits += other.permits;
        self.answered += other.answered;
        self.refused += other.refused;
        self.hidden += other.hidden;
    }
}

/// A broken invariant, with the seed that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The seed; `simulate --seed N` replays it.
    pub seed: u64,
    /// What was found.
    pub what: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {}: {}", self.seed, self.what)
    }
}

/// Runs one seed to its end and checks it.
///
/// # Errors
/// The first broken invariant.
pub fn run(seed: u64, safeguards: Safeguards) -> Result<Tally, Failure> {
    let fail = |what: String| Failure { seed, what };
    let mut world = world::World::new(seed, safeguards, world::Storm::of(seed)).map_err(fail)?;
    story::schedule(&mut world);
    world.run_storm();
    world.settle().map_err(fail)?;
    invariants::check(&world).map_err(fail)?;
    Ok(world.tally())
}
