//! Is it well? `/readyz`, `/metrics` and `atena doctor` ask here.

use crate::city::City;
use crate::fault::Fault;
use crate::params;

crate::statements! {
    /// A write that changes nothing anybody reads.
    PROBE = "insert into platform_counter (name, value) values ('health', 1) on conflict (name) do update set value = platform_counter.value + 1";
    /// Open tasks, drafts and jobs.
    WAITING = "select (select count(*) from platform_task where state <> 'done') as tasks, (select count(*) from platform_draft where state in ('waiting', 'held')) as drafts, \
               (select count(*) from platform_job where state in ('waiting', 'running')) as jobs, (select count(*) from platform_session) as sessions";
}

/// Can the city write durably and sign?
///
/// # Errors
/// What it cannot do.
pub async fn check(city: &City) -> Result<(), Fault> {
    let mut tx = city.db().write().await?;
    tx.run(PROBE, params![]).await?;
    tx.commit().await?;
    let signature = city.keys().sign_log(b"health");
    let key = ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, city.keys().log_public_key());
    key.verify(b"health", &signature).map_err(|_| crate::keys::KeyError::Broken)?;
    Ok(())
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
