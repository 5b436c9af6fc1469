//! A private PostgreSQL cluster for one test run.
//!
//! The cluster is started and removed by a *keeper*: this same program in its own process group, holding one end of a pipe. When
//! the test run ends in any way (success, failure, Ctrl-C, kill -9) the pipe closes, and the keeper stops the server and removes
//! the folder. The server never runs as root. It listens on a unix socket in its own folder and on a random port of 127.0.0.1,
//! without passwords: it holds synthetic data and lives for one run. `fsync` is off, because nothing in it is worth keeping and
//! the kill tests kill Atena, not the database server.

use crate::shell::{TempDir, capture, run};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The hidden task that runs the keeper.
pub const KEEPER: &str = "keep-postgres";
const BIN: &str = "ATENA_POSTGRES_BIN";
const USER: &str = "atena";

/// A running cluster; dropping it stops the server and removes its folder.
pub struct Cluster {
    keeper: Child,
    bin: PathBuf,
    /// `postgres://atena@127.0.0.1:<port>`, without a database name.
    server: String,
}

impl Cluster {
    /// Starts a fresh cluster with the server programs in `bin`.
    pub fn start(bin: &Path) -> Result<Self> {
        // The running image itself, even when the build has replaced the file meanwhile.
        let mut keeper = Command::new("/proc/self/exe")
            .arg(KEEPER)
            .env(BIN, bin)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the keeper of the test cluster")?;
        let mut server = String::new();
        if let Some(out) = keeper.stdout.take() {
            BufReader::new(out).read_line(&mut server)?;
        }
        let cluster = Self { keeper, bin: bin.to_owned(), server: server.trim().to_owned() };
        if cluster.server.is_empty() {
            bail!("the test cluster did not start");
        }
        Ok(cluster)
    }

    /// The address of a database of this cluster.
    pub fn url(&self, database: &str) -> String {
        format!("{}/{database}", self.server)
    }

    /// Creates an empty database and returns its address.
    pub fn create_database(&self, name: &str) -> Result<String> {
        let sql = format!("create database {name}");
        let maintenance = self.url("postgres");
        run(Command::new(self.bin.join("psql")).args(["-q", "-X", "-v", "ON_ERROR_STOP=1", "-d", &maintenance, "-c", &sql]))?;
        Ok(self.url(name))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        if let Err(e) = self.keeper.wait() {
            eprintln!("the keeper of the test cluster did not end: {e}");
        }
    }
}

/// The keeper: starts the server, prints its address, waits until standard input closes, cleans up.
pub fn keep() -> Result<bool> {
    let bin = PathBuf::from(std::env::var_os(BIN).with_context(|| format!("{BIN} is not set"))?);
    let dir = TempDir::new("postgres")?;
    let owner = owner(dir.path())?;
    let server = Server { bin: &bin, dir: dir.path(), owner };
    server.init()?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut process = server.spawn(port)?;
    if let Err(e) = server.wait_until_ready(&mut process, port) {
        server.stop(&mut process);
        return Err(e);
    }
    println!("postgres://{USER}@127.0.0.1:{port}");
    std::io::stdout().flush()?;
    let mut rest = Vec::new();
    let closed = std::io::stdin().read_to_end(&mut rest);
    server.stop(&mut process);
    closed?;
    Ok(true)
}

/// User and group that the server runs as when we are root: PostgreSQL refuses to run as root.
fn owner(dir: &Path) -> Result<Option<(u32, u32)>> {
    if !crate::tools::is_root()? {
        return Ok(None);
    }
    let id = |flag: &str| -> Result<u32> {
        let text = capture(Command::new("id").args([flag, "postgres"])).context("there is no user `postgres`")?;
        Ok(text.trim().parse()?)
    };
    let (user, group) = (id("-u")?, id("-g")?);
    std::os::unix::fs::chown(dir, Some(user), Some(group))?;
    Ok(Some((user, group)))
}

struct Server<'a> {
    bin: &'a Path,
    dir: &'a Path,
    owner: Option<(u32, u32)>,
}

impl Server<'_> {
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.current_dir(self.dir).env("HOME", self.dir).stdin(Stdio::null());
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }

    fn init(&self) -> Result<()> {
        capture(self.command("initdb").args([
            "--pgdata=data",
            "--username=atena",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]))?;
        Ok(())
    }

    fn spawn(&self, port: u16) -> Result<Child> {
        let log = std::fs::File::create(self.dir.join("log"))?;
        let mut command = self.command("postgres");
        command.args(["-D", "data", "-h", "127.0.0.1", "-p", &port.to_string(), "-k"]).arg(self.dir);
        for setting in ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"] {
            command.args(["-c", setting]);
        }
        command.stdout(log.try_clone()?).stderr(log).spawn().context("cannot start postgres")
    }

    fn wait_until_ready(&self, process: &mut Child, port: u16) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(60) {
            let ready =
                self.command("pg_isready").args(["-q", "-h", "127.0.0.1", "-p", &port.to_string(), "-d", "postgres"]).status()?;
            if ready.success() {
                return Ok(());
            }
            if process.try_wait()?.is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("postgres did not start:\n{}", std::fs::read_to_string(self.dir.join("log"))?)
    }

    fn stop(&self, process: &mut Child) {
        let asked = self.command("pg_ctl").args(["stop", "-s", "-D", "data", "-m", "immediate"]).status();
        if !asked.is_ok_and(|status| status.success()) && process.kill().is_err() {
            eprintln!("postgres (process {}) could not be stopped", process.id());
        }
        if let Err(e) = process.wait() {
            eprintln!("postgres did not end: {e}");
        }
    }
}
