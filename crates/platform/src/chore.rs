//! Work that comes back by itself while the city runs: a round every so often, as long as the process lives.

use crate::city::City;
use crate::fault::Fault;
use async_trait::async_trait;
use std::time::Duration;

/// A chore of a programme. A round must be safe to repeat: a process may end in the middle of any.
#[async_trait]
pub trait Chore: Send + Sync {
    /// Name, unique: `exchange.courier`.
    fn name(&self) -> &'static str;
    /// Pause between two rounds.
    fn every(&self) -> Duration;
    /// One round.
    ///
    /// # Errors
    /// What stood in its way; it is logged, and the next round begins anew.
    async fn run(&self, city: &City) -> Result<(), Fault>;
}
