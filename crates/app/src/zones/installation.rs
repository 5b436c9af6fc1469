//! All zones of a plan on this machine, each in a process of its own but for those that the starter runs itself.

use super::{Plan, PortTaken, Process, bind, clock, network_key};
use anyhow::Context;
use std::collections::BTreeMap;
use std::path::Path;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use wire::ident::InstitutionCode;
use wire::machine::Party;

/// Starts before it gives up finding ports.
const ATTEMPTS: u32 = 5;

/// One-time passwords by staff number.
pub type Passwords = Vec<(String, String)>;

/// The zones while they run. Whoever holds this holds the local authority, too, and renews the certificates.
pub struct Installation {
    /// Where everybody listens.
    pub plan: Plan,
    /// One-time passwords of the staff of each zone that was made just now.
    pub passwords: BTreeMap<Party, Passwords>,
    processes: Vec<Process>,
    /// Lines of the cities that the starter runs itself: nobody else can take them.
    lines: BTreeMap<InstitutionCode, TcpListener>,
    stop: watch::Sender<bool>,
    renewing: JoinHandle<()>,
}

/// Starts processes and waits until all are ready. What they print about a first start is kept, also when one of them has to begin again.
fn start(
    program: &Path,
    plan: &Plan,
    parties: &[Party],
    passwords: &mut BTreeMap<Party, Passwords>,
) -> anyhow::Result<Vec<Process>> {
    let spawned: anyhow::Result<Vec<Process>> = parties.iter().map(|p| Process::spawn(program, &plan.folder, p)).collect();
    let mut processes = spawned?;
    let mut results = vec![];
    for process in &mut processes {
        results.push(process.ready());
        if !process.passwords.is_empty() {
            passwords.insert(process.party.clone(), process.passwords.clone());
        }
    }
    match results.into_iter().collect::<anyhow::Result<()>>() {
        Ok(()) => Ok(processes),
        Err(error) => {
            processes.iter_mut().for_each(Process::release);
            Err(error)
        }
    }
}

impl Installation {
    /// Starts every zone of the plan with `program` (`atena`) but the cities `inside`, which the caller runs itself on
    /// [`Installation::line`]. A zone whose port another program has gets another one.
    ///
    /// # Errors
    /// The first zone that cannot be started.
    pub async fn start(program: &Path, mut plan: Plan, inside: &[&str]) -> anyhow::Result<Self> {
        if plan.network_key.is_none() {
            plan.network_key = Some(network_key(&plan).await?);
        }
        let apart = |party: &Party| !matches!(party, Party::City(code) if inside.contains(&code.as_str()));
        let parties: Vec<Party> = plan.parties().into_iter().filter(apart).collect();
        let mut passwords = BTreeMap::new();
        for _ in 0..ATTEMPTS {
            plan.move_where_taken()?;
            plan.store()?;
            let started = async {
                let mut lines = BTreeMap::new();
                for city in plan.cities.iter().filter(|c| inside.contains(&c.institution.as_str())) {
                    lines.insert(city.institution.clone(), bind(&city.own.line).await?);
                }
                let work = || start(program, &plan, &parties, &mut passwords);
                anyhow::Ok((lines, tokio::task::block_in_place(work)?))
            };
            match started.await {
                Ok((lines, processes)) => {
                    let (stop, mut stopped) = watch::channel(false);
                    let kept = plan.clone();
                    let renewing = tokio::spawn(async move {
                        let asked = async { stopped.wait_for(|s| *s).await.map(|_| ()).unwrap_or_default() };
                        if let Err(error) = kept.keep_certified(clock(kept.today).as_ref(), asked).await {
                            tracing::error!(%error, "certificates are not renewed");
                        }
                    });
                    return Ok(Self { plan, passwords, processes, lines, stop, renewing });
                }
                Err(error) if error.is::<PortTaken>() => tracing::warn!(%error, "the zones start again on other ports"),
                Err(error) => return Err(error),
            }
        }
        anyhow::bail!("空いているポートが見つかりません。ほかのプログラムを終えてから始めてください")
    }

    /// The line of a city that the caller runs itself; once.
    ///
    /// # Errors
    /// A city that was not named at the start, or whose line was taken out already.
    pub fn line(&mut self, institution: &InstitutionCode) -> anyhow::Result<TcpListener> {
        self.lines.remove(institution).context("この市の回線はここにありません")
    }

    /// The processes.
    pub fn processes(&self) -> &[Process] {
        &self.processes
    }

    /// Lets all zones end and waits for them.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        self.processes.iter_mut().for_each(Process::release);
        let processes = self.processes;
        tokio::task::spawn_blocking(move || drop(processes)).await.unwrap_or_default();
        self.renewing.await.unwrap_or_default();
    }
}
