//! The sealer's life: one at a time, taking over from a silent one, and reporting to the witness.
//!
//! Whoever seals holds the highest fence in `audit_lease` and checks it in the very transaction that stores a batch, so two sealers
//! can never both seal, whatever the clocks say. A waiting sealer takes over when the holder's beat has stood still for a while.

use super::AuditError;
use super::note::Checkpoint;
use super::seal::{head, seal_batch};
use super::tiles::consistency_proof;
use super::witness::{Witness, WitnessError};
use crate::db::{Db, Tx};
use crate::keys::{Keys, hex};
use crate::params;
use kernel::time::Clock;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

crate::statements! {
    /// Takes over.
    TAKE = "insert into audit_lease (name, holder, fence, beat) values ('sealer', $1, 1, 1) on conflict (name) do update set holder = excluded.holder, fence = audit_lease.fence + 1, beat = audit_lease.beat + 1 returning fence";
    /// Holds on; nothing happens when another has taken over.
    HOLD = "update audit_lease set beat = beat + 1 where name = 'sealer' and fence = $1";
    /// Gives it back.
    RELEASE = "update audit_lease set holder = '', beat = beat + 1 where name = 'sealer' and fence = $1";
    /// Who holds it?
    LEASE = "select holder, fence, beat from audit_lease where name = 'sealer'";
}

/// Takes over as the sealer; answers the fence.
pub(super) async fn take(db: &Db, holder: &str) -> Result<i64, AuditError> {
    let mut tx = db.write().await?;
    let fence = tx.one(TAKE, params![holder]).await?.get("fence")?;
    tx.commit().await?;
    Ok(fence)
}

/// Makes the transaction fail unless the fence is still the highest.
pub(super) async fn hold(tx: &mut Tx, fence: i64) -> Result<(), AuditError> {
    if tx.run(HOLD, params![fence]).await? == 1 { Ok(()) } else { Err(AuditError::Fenced) }
}

/// Lets the next sealer start at once.
pub(super) async fn release(db: &Db, fence: i64) -> Result<(), AuditError> {
    let mut tx = db.write().await?;
    tx.run(RELEASE, params![fence]).await?;
    Ok(tx.commit().await?)
}

/// How the sealer is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SealerState {
    /// Leaves sealed, as far as this sealer has seen.
    pub sealed: u64,
    /// Leaves in the checkpoint that the witness keeps.
    pub witnessed: Option<u64>,
    /// Why it cannot seal or report, in Japanese. `/readyz` is false while this is set.
    pub trouble: Option<String>,
}

/// Beats that the holder may miss before another takes over.
const PATIENCE: u32 = 8;
/// The witness gets a checkpoint this often at most.
const REPORT: Duration = Duration::from_secs(5);
/// A holder with nothing to seal shows that it lives this often.
const BEAT: Duration = Duration::from_secs(2);

/// The sealer of a process.
pub struct Sealer {
    db: Db,
    keys: Keys,
    clock: Arc<dyn Clock>,
    witness: Option<Arc<dyn Witness>>,
    holder: String,
    fence: Option<i64>,
    /// Fence and beat of the holder as last seen, and how often they were the same.
    seen: Option<(i64, i64, u32)>,
    last: Option<Checkpoint>,
    beaten: Instant,
    reported: Option<Instant>,
    state: watch::Sender<SealerState>,
}

impl Sealer {
    /// A sealer that has not started. Checkpoints go to the witness, if there is one.
    ///
    /// # Errors
    /// [`AuditError::Keys`] without randomness.
    pub fn new(db: Db, keys: Keys, clock: Arc<dyn Clock>, witness: Option<Arc<dyn Witness>>) -> Result<Self, AuditError> {
        let holder = hex(&keys.random::<8>()?);
        let state = watch::Sender::new(SealerState::default());
        let beaten = Instant::now();
        Ok(Self { db, keys, clock, witness, holder, fence: None, seen: None, last: None, beaten, reported: None, state })
    }

    /// Where to read how it is.
    pub fn state(&self) -> watch::Receiver<SealerState> {
        self.state.subscribe()
    }

    /// Seals every `interval` (a quarter of a second is good) until `stop` turns true or its sender is gone; then seals what is left,
    /// reports and lets go.
    pub async fn run(mut self, interval: Duration, mut stop: watch::Receiver<bool>) {
        let mut ticks = tokio::time::interval(interval);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            // The guard that `wait_for` answers must not live across an await: a loop is spawned on any thread.
            let stopped = tokio::select! {
                _ = ticks.tick() => false,
                () = async { stop.wait_for(|stop| *stop).await.map(|_| ()).unwrap_or_default() } => true,
            };
            if stopped {
                break;
            }
            self.step().await;
        }
        self.reported = None;
        self.step().await;
        if let Some(fence) = self.fence
            && let Err(error) = release(&self.db, fence).await
        {
            tracing::warn!(%error, "letting go of the sealer's lease");
        }
    }

    async fn step(&mut self) {
        let trouble = match self.tick().await {
            Ok(()) | Err(AuditError::Fenced) => None,
            Err(error) => {
                tracing::error!(%error, "sealer");
                Some(error.to_string())
            }
        };
        self.state.send_if_modified(|state| {
            let sealed = self.last.as_ref().map_or(state.sealed, |c| c.size);
            let next = SealerState { sealed, trouble, ..state.clone() };
            std::mem::replace(state, next.clone()) != next
        });
    }

    /// One turn: takes over if nobody seals, seals everything, reports.
    ///
    /// # Errors
    /// As [`super::seal`], and the witness's refusal.
    pub async fn tick(&mut self) -> Result<(), AuditError> {
        let Some(fence) = self.own().await? else { return Ok(()) };
        let sealed = self.seal_all(fence).await;
        if matches!(sealed, Err(AuditError::Fenced)) {
            (self.fence, self.seen) = (None, None);
        }
        sealed?;
        self.report().await
    }

    /// The fence, when this sealer holds it or can take it.
    async fn own(&mut self) -> Result<Option<i64>, AuditError> {
        if self.fence.is_some() {
            return Ok(self.fence);
        }
        let row = self.db.read().await?.first(LEASE, vec![]).await?;
        if let Some(row) = row {
            let (holder, fence, beat): (String, i64, i64) = (row.get("holder")?, row.get("fence")?, row.get("beat")?);
            let silent = match self.seen {
                Some((f, b, silent)) if (f, b) == (fence, beat) => silent + 1,
                _ => 0,
            };
            self.seen = Some((fence, beat, silent));
            if !holder.is_empty() && silent < PATIENCE {
                return Ok(None);
            }
        }
        self.fence = Some(take(&self.db, &self.holder).await?);
        Ok(self.fence)
    }

    async fn seal_all(&mut self, fence: i64) -> Result<(), AuditError> {
        self.check_memory().await?;
        let mut idle = true;
        while let Some(checkpoint) = seal_batch(&self.db, &self.keys, self.clock.as_ref(), fence).await? {
            (self.last, idle) = (Some(checkpoint), false);
            self.beaten = Instant::now();
        }
        if idle && self.beaten.elapsed() >= BEAT && self.db.engine() == "postgres" {
            let mut tx = self.db.write().await?;
            hold(&mut tx, fence).await?;
            tx.commit().await?;
            self.beaten = Instant::now();
        }
        Ok(())
    }

    /// The stored log must not be older than what this sealer has signed or the witness keeps.
    async fn check_memory(&mut self) -> Result<(), AuditError> {
        let mut tx = self.db.read().await?;
        let public_key = self.keys.log_public_key();
        let stored = head(&mut tx, &public_key).await?;
        if self.last.is_none()
            && let Some(witness) = &self.witness
            && let Some(kept) = witness.last()?.and_then(|note| Checkpoint::open(&note, &public_key))
        {
            self.continues(&mut tx, &kept, stored.as_ref()).await?;
            self.state.send_modify(|s| s.witnessed = Some(kept.size));
        }
        if let Some(last) = &self.last {
            match &stored {
                Some(stored) if stored.note == last.note => {}
                // Another sealer went on meanwhile.
                _ => self.continues(&mut tx, last, stored.as_ref()).await?,
            }
        }
        self.last = stored;
        Ok(())
    }

    async fn continues(&self, tx: &mut Tx, old: &Checkpoint, stored: Option<&Checkpoint>) -> Result<(), AuditError> {
        let offered = stored.map_or(0, |c| c.size);
        let Some(stored) = stored.filter(|s| s.size >= old.size) else {
            return Err(WitnessError::RolledBack { kept: old.size, offered }.into());
        };
        let proof = consistency_proof(tx, old.size, stored.size).await?;
        if super::merkle::verify_consistency(old.size, stored.size, &old.root, &stored.root, &proof) {
            return Ok(());
        }
        Err(WitnessError::Forked { kept: old.size }.into())
    }

    async fn report(&mut self) -> Result<(), AuditError> {
        let (Some(witness), Some(last)) = (self.witness.clone(), self.last.clone()) else { return Ok(()) };
        let known = self.state.borrow().witnessed == Some(last.size);
        if known || self.reported.is_some_and(|at| at.elapsed() < REPORT) {
            return Ok(());
        }
        let kept = witness.last()?.and_then(|note| Checkpoint::open(&note, &self.keys.log_public_key()));
        let old = kept.map_or(0, |c| c.size);
        if old > last.size {
            return Err(WitnessError::RolledBack { kept: old, offered: last.size }.into());
        }
        let proof = consistency_proof(&mut self.db.read().await?, old, last.size).await?;
        let note = last.note.clone();
        let kept = tokio::task::spawn_blocking(move || witness.keep(&note, &proof)).await;
        kept.map_err(|_| WitnessError::Storage("中断".into()))??;
        self.reported = Some(Instant::now());
        self.state.send_modify(|s| s.witnessed = Some(last.size));
        Ok(())
    }
}
