//! A zone as a process of its own.

use super::{Plan, PortTaken, zone};
use crate::running::asked_to_stop;
use anyhow::Context;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::sync::oneshot;
use wire::machine::Party;

/// What a zone prints when it listens.
const READY: &str = "ready";
/// What it prints before it ends because somebody else has its port.
const TAKEN: &str = "taken";
/// Looks at a process that is to end, a tenth of a second apart, before it is killed.
const PATIENCE: u32 = 100;

/// Runs a zone until somebody asks it to stop or whoever started it is gone. Prints the one-time passwords of a first start, then that
/// it is ready.
///
/// # Errors
/// The first part that cannot be started.
pub async fn run(folder: &Path, party: &Party) -> anyhow::Result<()> {
    let plan = Plan::load(folder)?;
    let zone = match zone(&plan, party).await {
        Ok(zone) => zone,
        Err(error) => {
            if error.is::<PortTaken>() {
                println!("{TAKEN} {error}");
            }
            return Err(error);
        }
    };
    for (staff_no, password) in &zone.passwords {
        println!("{staff_no} {password}");
    }
    println!("{READY}");
    let (gone, starter_gone) = oneshot::channel();
    std::thread::spawn(move || {
        std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).map(drop).unwrap_or_default();
        gone.send(()).unwrap_or_default();
    });
    tokio::select! {
        asked = asked_to_stop() => asked?,
        _ = starter_gone => {}
    }
    zone.stop().await;
    Ok(())
}

/// A zone that another process runs; it ends with whoever holds this.
pub struct Process {
    /// Which zone.
    pub party: Party,
    /// Its staff's one-time passwords, when it was made just now: staff number and password.
    pub passwords: Vec<(String, String)>,
    child: Child,
}

impl Process {
    /// Starts a zone with the program `atena`; [`Process::ready`] waits for it.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn spawn(program: &Path, folder: &Path, party: &Party) -> anyhow::Result<Self> {
        let child = Command::new(program)
            .args(["zone", &party.to_string(), "--folder"])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{party} を始められません"))?;
        Ok(Self { party: party.clone(), passwords: vec![], child })
    }

    /// Waits until it listens.
    ///
    /// # Errors
    /// [`PortTaken`], or it ended before it was ready; its own words are on the error output.
    pub fn ready(&mut self) -> anyhow::Result<()> {
        let mut lines = BufReader::new(self.child.stdout.take().context("出力がありません")?).lines();
        for line in lines.by_ref().map_while(Result::ok) {
            if line == READY {
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(());
            }
            match line.split_once(' ') {
                Some((TAKEN, which)) => return Err(PortTaken(which.to_owned()).into()),
                Some((no, password)) => self.passwords.push((no.to_owned(), password.to_owned())),
                None => {}
            }
        }
        self.child.wait()?;
        anyhow::bail!("{} が始まる前に終わりました", self.party)
    }

    /// Id of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Lets it end, without waiting.
    pub fn release(&mut self) {
        drop(self.child.stdin.take());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Its input closes, and it ends by itself; one that hangs is not waited for longer than it takes to close a database.
        self.release();
        for _ in 0..PATIENCE {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
