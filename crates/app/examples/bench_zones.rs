//! Everything that `atena demo` starts: `cargo run --release -p app --example bench_zones -- [RESIDENTS] [NEIGHBOURS]`.
//!
//! Starts the release binary beside this program in a folder of its own: two cities, two gateway tenants, network and 住基ネット. Prints
//! the time to a signed-in page, the memory of all processes together, the time until everybody has a 符号, and the second start.

use anyhow::{Context, Result, bail};
use app::demo::browser::Browser;
use app::demo::exchange::hall::staff;
use app::demo::serve::zones_folder;
use app::zones::Plan;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long 符号 may take.
const PATIENCE: Duration = Duration::from_secs(900);

#[tokio::main]
async fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let residents: u64 = args.next().map_or(Ok(10_000), |a| a.parse())?;
    let neighbours: u64 = args.next().map_or(Ok(1_000), |a| a.parse())?;
    let folder = std::env::temp_dir().join(format!("atena-bench-zones-{}", std::process::id()));
    let result = measure(&folder, residents, neighbours).await;
    std::fs::remove_dir_all(&folder).ok();
    result
}

/// What `atena demo` said until it was ready.
struct Demo {
    child: Child,
    said: Vec<String>,
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Demo {
    fn start(folder: &Path, residents: u64, neighbours: u64) -> Result<Self> {
        let atena = std::env::current_exe()?.parent().and_then(|p| p.parent()).context("no target folder")?.join("atena");
        let mut child = Command::new(&atena)
            .args(["demo", "--listen", "127.0.0.1:0", "--residents", &residents.to_string()])
            .args(["--neighbours", &neighbours.to_string(), "--data"])
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} is missing: cargo build --release -p app", atena.display()))?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let mut said = vec![];
        for line in lines.by_ref().map_while(Result::ok) {
            let last = line.contains("Ctrl-C");
            said.push(line);
            if last {
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Self { child, said });
            }
        }
        bail!("the demo did not start")
    }

    fn address(&self) -> Result<String> {
        let url = self.said.iter().find_map(|line| line.trim().strip_prefix("http://")).context("no address")?;
        Ok(url.replace("localhost", "127.0.0.1"))
    }

    /// The passwords of the staff with this number, in the order of the zones.
    fn passwords<'a>(&'a self, no: &'a str) -> impl Iterator<Item = &'a str> {
        self.said.iter().filter_map(move |line| line.trim().strip_prefix(no)?.split_whitespace().next())
    }

    /// Memory of all processes in MB: resident, and with shared pages counted once.
    fn memory(&self) -> Result<(f64, f64, usize)> {
        let me = self.child.id().to_string();
        let (mut rss, mut pss, mut processes) = (0.0, 0.0, 0);
        for entry in std::fs::read_dir("/proc")? {
            let folder = entry?.path();
            let Ok(status) = std::fs::read_to_string(folder.join("status")) else { continue };
            let field = |name: &str| {
                let line = status.lines().find(|l| l.starts_with(name)).unwrap_or_default();
                line.split_whitespace().nth(1).unwrap_or_default().to_owned()
            };
            if field("Pid:") != me && field("PPid:") != me {
                continue;
            }
            processes += 1;
            rss += field("VmRSS:").parse::<f64>().unwrap_or_default() / 1_000.0;
            let rollup = std::fs::read_to_string(folder.join("smaps_rollup")).unwrap_or_default();
            let line = rollup.lines().find(|l| l.starts_with("Pss:")).unwrap_or_default();
            pss += line.split_whitespace().nth(1).and_then(|n| n.parse::<f64>().ok()).unwrap_or_default() / 1_000.0;
        }
        Ok((rss, pss, processes))
    }
}

async fn bound(gateway: &mut Browser) -> Result<u64> {
    let view = gateway.api("/gateway/codes").await?;
    let counts = view.get("counts").and_then(Value::as_array).cloned().unwrap_or_default();
    let bound = counts.iter().filter(|c| c.get("state").is_some_and(|s| s == "BOUND"));
    Ok(bound.filter_map(|c| c.get("people").and_then(Value::as_u64)).sum())
}

async fn measure(folder: &Path, residents: u64, neighbours: u64) -> Result<()> {
    let who = format!("{residents} + {neighbours} residents");
    let begun = Instant::now();
    let demo = Demo::start(folder, residents, neighbours)?;
    let password = demo.passwords("1001  ").next().context("no password")?.to_owned();
    Browser::at(&demo.address()?, "測定").sign_in("1001", &password).await?;
    say("start of all zones to a logged-in page, load included", begun.elapsed().as_secs_f64(), "s", "≤ 15 s", &who);
    let (mut most, mut once, processes) = demo.memory()?;
    say("memory of all processes after the first page", most, "MB", "≤ 1,024 MB", &format!("{processes} processes, {who}"));
    let plan = Plan::load(&zones_folder(folder))?;
    let mut gateways = vec![];
    for (city, password) in plan.cities.iter().zip(demo.passwords("6001  ")) {
        gateways.push(staff(Browser::at(&city.gateway.web, "測定"), "6001", password, false).await?);
    }
    let waiting = Instant::now();
    for (gateway, people) in gateways.iter_mut().zip([residents, neighbours]) {
        while bound(gateway).await? < people {
            if waiting.elapsed() > PATIENCE {
                bail!("not everybody has a 符号");
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
            let now = demo.memory()?;
            (most, once) = (most.max(now.0), once.max(now.1));
        }
    }
    say("符号 of everybody in both cities", begun.elapsed().as_secs_f64(), "s", "", "in the background, from the start");
    say("most memory of all processes until then", most, "MB", "≤ 1,024 MB", &who);
    say("the same, shared pages counted once", once, "MB", "", &who);
    drop(demo);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let begun = Instant::now();
    let again = Demo::start(folder, residents, neighbours)?;
    Browser::at(&again.address()?, "測定").open("/sign-in").await?;
    say("second start to the first page", begun.elapsed().as_secs_f64(), "s", "", &who);
    say("memory of all processes then", again.memory()?.0, "MB", "", &who);
    Ok(())
}

fn say(what: &str, value: f64, unit: &str, goal: &str, remark: &str) {
    println!("{what}: {value:.1} {unit} ({remark})");
    println!(
        "{}",
        serde_json::json!({ "what": what, "value": (value * 10.0).round() / 10.0, "unit": unit, "goal": goal, "remark": remark })
    );
}
