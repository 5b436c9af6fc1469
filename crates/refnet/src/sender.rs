//! Delivering what stands in the queue: at least once, one batch to a receiver, with the troubles that are switched on.

use crate::keeper::Keeper;
use crate::model::{OutgoingRow, from_json};
use crate::store;
use async_trait::async_trait;
use futures_util::future::join_all;
use jiff::SignedDuration;
use kernel::time::Timestamp;
use line::{Client, LineError, PeerName};
use platform::Fault;
use platform::keys::Place;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::PoisonError;
use std::time::Duration;
use wire::machine::{Body, Party};

/// Messages that one round takes up.
const ROUND: i64 = 1000;
/// Messages in one request.
const BATCH: usize = 200;
/// First wait before a failed delivery is tried again; doubled each time.
const FIRST_WAIT: i64 = 1;
/// Longest wait.
const LONGEST_WAIT: i64 = 60;
/// A message that could not be delivered for so long is dropped: whoever waits for it asks again, and gets a new one.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(1);

/// The lines on which the network speaks.
#[async_trait]
pub trait Lines: Send + Sync {
    /// Brings messages to a party. `Ok` means that the party has them durably.
    async fn deliver(&self, to: &Party, bodies: &[Body]) -> Result<(), LineError>;
}

/// Lines over mutual TLS: each member's gateway at the address it is registered with.
pub struct Network<'a> {
    client: &'a Client,
    addresses: BTreeMap<String, String>,
}

#[async_trait]
impl Lines for Network<'_> {
    async fn deliver(&self, to: &Party, bodies: &[Body]) -> Result<(), LineError> {
        let (peer, name) = (PeerName::from(to), to.to_string());
        let at = self.addresses.get(&name).ok_or_else(|| LineError::Unreachable(name.clone()))?;
        let answer = self.client.post(at, &peer, "/messages", &bodies).await?;
        if answer.is_success() { Ok(()) } else { Err(LineError::Broken(at.clone())) }
    }
}

/// What a round of sending did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Messages delivered, lost on purpose or given up: gone from the queue.
    pub gone: usize,
    /// Messages that wait for another attempt.
    pub waiting: usize,
}

/// A message in hand.
struct Letter {
    row: i64,
    attempts: i64,
    body: Body,
}

impl Keeper {
    /// The network's lines over a client, to the addresses that members have today.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn lines<'a>(&self, client: &'a Client) -> Result<Network<'a>, Fault> {
        let mut tx = self.city.db().read().await?;
        let members = store::members(&mut tx).await?;
        let addresses = members.into_iter().map(|m| (format!("gateway:{}", m.institution), m.address)).collect();
        Ok(Network { client, addresses })
    }

    /// Delivers what is due, with the troubles that are switched on. A message leaves the queue only after it was delivered; when the
    /// process ends in between, it is delivered again.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn send_due(&self, lines: &dyn Lines) -> Result<Sent, Fault> {
        let now = self.city.now();
        let mut tx = self.city.db().read().await?;
        let faults = store::faults(&mut tx).await?;
        if faults.outage {
            return Ok(Sent::default());
        }
        let rows = store::outgoing(&mut tx, now, ROUND).await?;
        drop(tx);
        let mut dice = self.dice()?.0;
        let (mut gone, mut again) = (vec![], vec![]);
        let mut letters: BTreeMap<String, Vec<Letter>> = BTreeMap::new();
        for row in rows {
            if let Some(until) = self.resting(&row.receiver, now) {
                again.push((row.id, until));
                continue;
            }
            if now.duration_since(row.created_at) > GIVE_UP || faults.loses(&mut dice) {
                gone.push(row.id);
                continue;
            }
            let late = if row.attempts == 0 { faults.delays(&mut dice) } else { 0 };
            if late > 0 {
                again.push((row.id, after(now, late)));
                continue;
            }
            let place = Place { table: OutgoingRow::TABLE, column: "body", row: &row.receiver };
            let body: Body = from_json("電文", &self.city.keys().open_sealed(place, &row.body)?)?;
            let to = letters.entry(row.receiver).or_default();
            if faults.doubles(&mut dice) {
                to.push(Letter { row: row.id, attempts: row.attempts, body: body.clone() });
            }
            to.push(Letter { row: row.id, attempts: row.attempts, body });
        }
        letters.values_mut().for_each(|letters| faults.shuffle(letters, &mut dice));
        for (receiver, letters) in deliver(lines, letters).await {
            let failed = letters.iter().filter(|(_, arrived)| !arrived).map(|(letter, _)| letter.attempts).max();
            let until = failed.map(|attempts| after(now, (FIRST_WAIT << attempts.clamp(0, 10)).min(LONGEST_WAIT)));
            self.rest(receiver, until);
            for (letter, arrived) in letters {
                match until.filter(|_| !arrived) {
                    Some(until) => again.push((letter.row, until)),
                    None => gone.push(letter.row),
                }
            }
        }
        self.settle(&gone, &again).await
    }

    /// Until when nothing is tried with a receiver that did not answer: a member that is away must not hold up the others.
    fn resting(&self, receiver: &str, now: Timestamp) -> Option<Timestamp> {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.get(receiver).copied().filter(|until| *until > now)
    }

    fn rest(&self, receiver: String, until: Option<Timestamp>) {
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        match until {
            Some(until) => drop(resting.insert(receiver, until)),
            None => drop(resting.remove(&receiver)),
        }
    }

    async fn settle(&self, gone: &[i64], again: &[(i64, Timestamp)]) -> Result<Sent, Fault> {
        if gone.is_empty() && again.is_empty() {
            return Ok(Sent::default());
        }
        let mut tx = self.city.db().write().await?;
        store::delivered(&mut tx, gone).await?;
        for (row, due) in again {
            store::again(&mut tx, *row, *due).await?;
        }
        tx.commit().await?;
        Ok(Sent { gone: gone.len(), waiting: again.len() })
    }

    /// Ticks every second, sends as soon as there is something, and removes once a day what has had its years, until `stop`. Failures are told to the operators and tried again.
    pub async fn run(&self, client: &Client, stop: impl Future<Output = ()>) {
        let working = async {
            let mut cleaned = None;
            loop {
                let today = self.city.today();
                let round = async {
                    while cleaned != Some(today) && self.remove_old().await? > 0 {}
                    while self.tick().await? > 0 {}
                    let lines = self.lines(client).await?;
                    while self.send_due(&lines).await?.gone > 0 {}
                    Ok::<(), Fault>(())
                };
                match round.await {
                    Ok(()) => cleaned = Some(today),
                    Err(fault) => tracing::error!(%fault, "the network could not work its queue"),
                }
                let _ = tokio::time::timeout(Duration::from_secs(1), self.wake.notified()).await;
            }
        };
        tokio::select! { () = working => {}, () = stop => {} }
    }
}

fn after(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// Messages of one receiver, and whether each arrived.
type Delivered = (String, Vec<(Letter, bool)>);

/// Delivers to all receivers at the same time, batch after batch; once one fails, the rest for that receiver waits.
async fn deliver(lines: &dyn Lines, letters: BTreeMap<String, Vec<Letter>>) -> Vec<Delivered> {
    let receivers = letters.into_iter().map(|(receiver, letters)| async move {
        let to = receiver.parse::<Party>().ok();
        let mut done: Vec<(Letter, bool)> = Vec::with_capacity(letters.len());
        let mut letters = letters.into_iter().peekable();
        let mut reachable = true;
        while letters.peek().is_some() {
            let batch: Vec<Letter> = letters.by_ref().take(BATCH).collect();
            let bodies: Vec<Body> = batch.iter().map(|letter| letter.body.clone()).collect();
            if let Some(to) = to.as_ref().filter(|_| reachable)
                && let Err(error) = lines.deliver(to, &bodies).await
            {
                tracing::warn!(%error, "messages could not be delivered");
                reachable = false;
            }
            done.extend(batch.into_iter().map(|letter| (letter, reachable)));
        }
        (receiver, done)
    });
    join_all(receivers).await
}
