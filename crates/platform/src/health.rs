//! Is it well? `/readyz`, `/metrics` and `atena doctor` ask here.

use crate::audit::{self, AuditError};
use crate::city::City;
use crate::fault::{Fault, FaultKind};
use crate::params;

crate::statements! {
    /// A write that changes nothing anybody reads.
    PROBE = "insert into platform_counter (name, value) values ('health', 1) on conflict (name) do update set value = platform_counter.value + 1";
    /// Open tasks, drafts and jobs.
    WAITING = "select (select count(*) from platform_task where state <> 'done') as tasks, (select count(*) from platform_draft where state in ('waiting', 'held')) as drafts, \
               (select count(*) from platform_job where state in ('waiting', 'running')) as jobs, (select count(*) from platform_session) as sessions";
}

/// Can the city write durably, sign a checkpoint, and prove that its last sealed entry is in the signed log?
///
/// # Errors
/// What it cannot do.
pub async fn check(city: &City) -> Result<(), Fault> {
    let mut tx = city.db().write().await?;
    tx.run(PROBE, params![]).await?;
    tx.commit().await?;
    let mut tx = city.db().read().await?;
    audit::probe(&mut tx, city.keys(), city.now()).await.map_err(|e| unproved(&e))
}

/// [`check`], and that a running sealer keeps up: what `/readyz` means.
///
/// # Errors
/// What is missing.
pub async fn ready(city: &City) -> Result<(), Fault> {
    check(city).await?;
    let mut tx = city.db().read().await?;
    audit::keeps_up(&mut tx, city.keys(), city.now()).await.map_err(|e| unproved(&e))
}

fn unproved(error: &AuditError) -> Fault {
    tracing::error!(%error, "not ready");
    Fault::new(
        FaultKind::Unavailable,
        "記録に署名し、証明することができません",
        error.to_string(),
        "情報政策課へ連絡してください",
    )
}

/// Counts for Prometheus. Numbers of work, never of people.
///
/// # Errors
/// The database's refusal.
pub async fn metrics(city: &City) -> Result<String, Fault> {
    let mut tx = city.db().read().await?;
    let row = tx.one(WAITING, params![]).await?;
    let mut text = String::new();
    for (name, help) in [
        ("tasks", "open tasks"),
        ("drafts", "drafts waiting for a decision"),
        ("jobs", "waiting or running jobs"),
        ("sessions", "open sessions"),
    ] {
        let value: i64 = row.get(name)?;
        text.push_str(&format!("# HELP atena_{name} {help}\n# TYPE atena_{name} gauge\natena_{name} {value}\n"));
    }
    Ok(text)
}
