//! Sending what stands in the table of messages: at least once, in order, and gone only when it has arrived.

use crate::keeper::{CITY, Keeper, NETWORK};
use crate::store::outgoing;
use async_trait::async_trait;
use jiff::SignedDuration;
use kernel::time::Timestamp;
use platform::Fault;
use platform::db::Param;
use thiserror::Error;
use wire::limits::Limits;
use wire::machine::{Body, Party};

/// Messages in one piece.
const AT_ONCE: i64 = 256;

/// The line is down, or whoever listens could not store what was sent.
#[derive(Debug, Clone, Error)]
#[error("送信できませんでした: {0}")]
pub struct Unsent(pub String);

/// A line to a party. Messages to another gateway go to the network.
#[async_trait]
pub trait Sender: Send + Sync {
    /// Hands the messages over; `Ok` only when the party has stored them all.
    async fn send(&self, to: &Party, bodies: &[Body]) -> Result<(), Unsent>;
}

/// What was sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Messages that have arrived.
    pub delivered: usize,
    /// Lines that are down.
    pub down: usize,
}

/// The wait before the next attempt: it doubles up to the longest.
fn next(now: Timestamp, attempts: i64, limits: &Limits) -> Timestamp {
    let doubled = u32::try_from(attempts).map_or(16, |n| n.min(16));
    let wait = limits.retry_first.checked_mul(1 << doubled).unwrap_or(limits.retry_longest);
    now.checked_add(wait.min(limits.retry_longest).max(SignedDuration::from_secs(1))).unwrap_or(Timestamp::MAX)
}

pub(crate) async fn send_due(keeper: &Keeper, sender: &dyn Sender) -> Result<Sent, Fault> {
    let mut sent = Sent::default();
    for (name, party) in [(NETWORK, Party::Network), (CITY, Party::City(keeper.tenant().institution.clone()))] {
        while let Some(delivered) = piece(keeper, sender, name, &party).await? {
            match delivered {
                0 => {
                    sent.down += 1;
                    break;
                }
                n => sent.delivered += n,
            }
        }
    }
    Ok(sent)
}

/// One piece for one party: `None` when nothing waits, 0 when the line is down.
async fn piece(keeper: &Keeper, sender: &dyn Sender, name: &'static str, party: &Party) -> Result<Option<usize>, Fault> {
    let (city, limits) = (keeper.city(), &keeper.tenant().limits);
    let now = city.now();
    let mut tx = city.db().read().await?;
    let waiting = outgoing::due(&mut tx, city.keys(), name, now, AT_ONCE).await?;
    drop(tx);
    let Some(first) = waiting.first() else { return Ok(None) };
    let attempts = first.attempts;
    let ids: Vec<Param> = waiting.iter().map(|w| Param::from(w.id)).collect();
    let bodies: Vec<Body> = waiting.into_iter().map(|w| w.body).collect();
    let outcome = sender.send(party, &bodies).await;
    let mut tx = city.db().write().await?;
    let delivered = match outcome {
        Ok(()) => {
            outgoing::delivered(&mut tx, ids).await?;
            bodies.len()
        }
        Err(unsent) => {
            tracing::warn!(line = name, %unsent, "sending");
            outgoing::later(&mut tx, name, now, next(now, attempts, limits)).await?;
            0
        }
    };
    tx.commit().await?;
    Ok(Some(delivered))
}
