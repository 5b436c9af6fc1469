//! A zone as a process of its own.

use super::{Plan, zone};
use crate::running::asked_to_stop;
use anyhow::Context;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tokio::sync::oneshot;
use wire::machine::Party;

/// What a zone prints when it listens.
const READY: &str = "ready";

/// Runs a zone until somebody asks it to stop or whoever started it is gone. Prints the one-time passwords of a first start, then that
/// it is ready.
///
/// # Errors
/// The first part that cannot be started.
pub async fn run(folder: &Path, party: &Party) -> anyhow::Result<()> {
    let plan = Plan::load(folder)?;
    let zone = zone(&plan, party).await?;
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
    /// Its staff's one-time passwords, when it was made just now: staff number and password.
    pub passwords: Vec<(String, String)>,
    child: Child,
}

impl Process {
    /// Starts a zone with the program `atena` and waits until it listens.
    ///
    /// # Errors
    /// The program cannot be started, or ends before it is ready; its own words are on the error output.
    pub fn start(program: &Path, folder: &Path, party: &Party) -> anyhow::Result<Self> {
        let mut child = Command::new(program)
            .args(["zone", &party.to_string(), "--folder"])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{party} を始められません"))?;
        let mut lines = BufReader::new(child.stdout.take().context("出力がありません")?).lines();
        let mut passwords = vec![];
        for line in lines.by_ref().map_while(Result::ok) {
            if line == READY {
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Self { passwords, child });
            }
            passwords.extend(line.split_once(' ').map(|(no, password)| (no.to_owned(), password.to_owned())));
        }
        child.wait()?;
        anyhow::bail!("{party} が始まる前に終わりました")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Its input closes, and it ends by itself; one that hangs is not waited for longer than it takes to close a database.
        drop(self.child.stdin.take());
        for _ in 0..100 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
