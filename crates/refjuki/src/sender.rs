//! Delivering what stands in the queue, at least once.

use crate::keeper::{Keeper, Letter};
use crate::model::{OutgoingRow, broken};
use crate::store;
use async_trait::async_trait;
use futures_util::future::join_all;
use jiff::SignedDuration;
use line::{Client, LineError, PeerName};
use platform::Fault;
use platform::keys::Place;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::time::Duration;
use wire::machine::{Body, Party};

/// Messages that one round takes up.
const ROUND: i64 = 500;
/// Messages in one request.
const BATCH: usize = 200;
/// Longest wait, in seconds, before a failed delivery is tried again; the first is one second.
const LONGEST_WAIT: i64 = 60;
/// A message that could not be delivered for so long is dropped: the gateway asks the city again, and the city asks us.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(1);

/// The lines on which the peer speaks.
#[async_trait]
pub trait Lines: Send + Sync {
    /// Brings messages to a party. `Ok` means that the party has them durably.
    async fn deliver(&self, to: &Party, bodies: &[Body]) -> Result<(), LineError>;

    /// Registers a user of the portal with the network.
    async fn portal_user(&self, lineage: &wire::code::LineageKey, token: &str) -> Result<(), LineError>;
}

/// Lines over mutual TLS to the addresses (`host:port`) of network and gateways.
pub struct Network<'a> {
    /// The client under the peer's identity.
    pub client: &'a Client,
    /// Where each party listens.
    pub addresses: &'a BTreeMap<Party, String>,
}

impl Network<'_> {
    async fn post(&self, to: &Party, path: &str, json: &(impl serde::Serialize + Sync)) -> Result<(), LineError> {
        let at = self.addresses.get(to).ok_or_else(|| LineError::Unreachable(to.to_string()))?;
        let answer = self.client.post(at, &PeerName::from(to), path, json).await?;
        if answer.is_success() { Ok(()) } else { Err(LineError::Broken(at.clone())) }
    }
}

#[async_trait]
impl Lines for Network<'_> {
    async fn deliver(&self, to: &Party, bodies: &[Body]) -> Result<(), LineError> {
        self.post(to, "/messages", &bodies).await
    }

    async fn portal_user(&self, lineage: &wire::code::LineageKey, token: &str) -> Result<(), LineError> {
        self.post(&Party::Network, "/portal", &serde_json::json!({ "lineage": lineage, "token": token })).await
    }
}

impl Keeper {
    /// Delivers what is due; answers how many messages left the queue.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn send_due(&self, lines: &dyn Lines) -> Result<usize, Fault> {
        let now = self.city.now();
        let mut tx = self.city.db().read().await?;
        let rows = store::outgoing(&mut tx, now, ROUND).await?;
        drop(tx);
        if rows.is_empty() {
            return Ok(0);
        }
        let mut gone = BTreeSet::new();
        let mut messages: BTreeMap<Party, Vec<(i64, Body)>> = BTreeMap::new();
        let mut users = vec![];
        for row in &rows {
            let to: Option<Party> = row.receiver.parse().ok().filter(|_| now.duration_since(row.created_at) <= GIVE_UP);
            let Some(to) = to else {
                gone.insert(row.id);
                continue;
            };
            let place = Place { table: OutgoingRow::TABLE, column: "body", row: &row.receiver };
            let plain = self.city.keys().open_sealed(place, &row.body)?;
            match serde_json::from_slice(&plain).map_err(|_| broken("電文"))? {
                Letter::Message(body) => messages.entry(to).or_default().push((row.id, body)),
                Letter::PortalUser { lineage, token } => users.push((row.id, lineage, token)),
            }
        }
        // Everybody at the same time: a gateway that hangs does not hold up the others.
        let deliveries = messages.iter().map(|(to, letters)| async move {
            let mut arrived = vec![];
            for batch in letters.chunks(BATCH) {
                let bodies: Vec<Body> = batch.iter().map(|(_, body)| body.clone()).collect();
                if let Err(error) = lines.deliver(to, &bodies).await {
                    tracing::warn!(%error, "messages could not be delivered");
                    break;
                }
                arrived.extend(batch.iter().map(|(id, _)| *id));
            }
            arrived
        });
        gone.extend(join_all(deliveries).await.into_iter().flatten());
        for (id, lineage, token) in users {
            match lines.portal_user(&lineage, &token).await {
                Ok(()) => drop(gone.insert(id)),
                Err(error) => tracing::warn!(%error, "a user of the portal could not be registered"),
            }
        }
        let mut tx = self.city.db().write().await?;
        for row in &rows {
            if gone.contains(&row.id) {
                store::delivered(&mut tx, row.id).await?;
            } else {
                let wait = SignedDuration::from_secs((1 << row.attempts.clamp(0, 10)).min(LONGEST_WAIT));
                store::again(&mut tx, row.id, now.checked_add(wait).unwrap_or(now)).await?;
            }
        }
        tx.commit().await?;
        Ok(gone.len())
    }

    /// Sends as soon as there is something and removes once a day what has had its years, until `stop`. Failures are told to the operators and tried again.
    pub async fn run(&self, lines: &dyn Lines, stop: impl Future<Output = ()>) {
        let working = async {
            let mut cleaned = None;
            loop {
                let today = self.city.today();
                let round = async {
                    if cleaned != Some(today) {
                        self.remove_old().await?;
                    }
                    self.send_due(lines).await
                };
                let sent = round.await;
                if sent.is_ok() {
                    cleaned = Some(today);
                }
                match sent {
                    Ok(0) => drop(tokio::time::timeout(Duration::from_secs(1), self.wake.notified()).await),
                    Ok(_) => {}
                    Err(fault) => {
                        tracing::error!(%fault, "the 住基ネット peer could not work its queue");
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                }
            }
        };
        tokio::select! { () = working => {}, () = stop => {} }
    }
}
