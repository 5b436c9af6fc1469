//! `cargo xtask test`: everything, in the order of [`STEPS`], with a summary at the end.

use crate::app::App;
use crate::postgres::Cluster;
use crate::shell::{cargo, root, shown, target_dir};
use crate::tools::{self, Tools};
use crate::{generate, shell};
use anyhow::{Context, Result};
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Tests or checks that passed and failed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
}

impl Count {
    fn one(ok: bool) -> Self {
        Self { passed: u64::from(ok), failed: u64::from(!ok) }
    }

    fn plus(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

type Step = (&'static str, fn(&Stage) -> Result<Count>);

/// Every step after the tools, the build and the cluster stand.
const STEPS: [Step; 4] = [
    ("tests", tests),
    ("generated files", generated),
    ("demo on SQLite", |stage| demo(stage, "sqlite")),
    ("demo on PostgreSQL", |stage| demo(stage, "postgres")),
];

/// What the steps work with.
struct Stage<'a> {
    root: PathBuf,
    target: PathBuf,
    tools: Tools,
    app: App,
    cluster: Cluster,
    filter: Option<&'a str>,
}

impl Stage<'_> {
    /// Tells a child process where the database, the browser and the accessibility checker are.
    fn equip(&self, command: &mut Command) {
        command
            .env("ATENA_TEST_POSTGRES_URL", self.cluster.url("postgres"))
            .env("ATENA_CHROMIUM", &self.tools.chromium)
            .env("ATENA_AXE", &self.tools.axe);
    }
}

/// Runs every step; with a filter only the tests whose names contain it. The result says whether all passed.
pub fn run(filter: Option<&str>) -> Result<bool> {
    let mut lines = Vec::new();
    let total = match set_up(filter, &mut lines) {
        Ok(stage) => play(&stage, &mut lines),
        Err(e) => {
            println!("{e:#}");
            Count::one(false)
        }
    };
    println!("\n── summary ──\n{}\n{total}", lines.join("\n"));
    Ok(total.failed == 0)
}

/// Draws docs/screens: the tests that look at every page keep a picture of the ones that documents show.
pub fn screens() -> Result<bool> {
    let root = root()?;
    let target = target_dir(&root)?;
    let tools = tools::ensure(&target)?;
    let folder = root.join("docs/screens");
    for tests in [
        ["app", "--test", "pages", "a_clerk_works_by_keyboard"],
        ["app", "--test", "pages", "the_sign_in_page"],
        ["app", "--lib", "--", "screens"],
        ["exchange", "--test", "it", "every_page"],
        ["gateway", "--test", "browser", "every_page"],
        ["refnet", "--test", "it", "every_page"],
    ] {
        let mut command = cargo();
        command.current_dir(&root).args(["test", "--package"]).args(tests);
        command.env("ATENA_CHROMIUM", &tools.chromium).env("ATENA_AXE", &tools.axe).env("ATENA_SCREENS", &folder);
        shell::run(&mut command)?;
    }
    println!("drew {}", folder.display());
    Ok(true)
}

fn set_up<'a>(filter: Option<&'a str>, lines: &mut Vec<String>) -> Result<Stage<'a>> {
    let root = root()?;
    let target = target_dir(&root)?;
    let tools = timed("tools", lines, || tools::ensure(&target))?;
    let app = timed("build", lines, || App::build(&root, &target))?;
    let cluster = timed("start PostgreSQL", lines, || Cluster::start(&tools.postgres_bin))?;
    Ok(Stage { root, target, tools, app, cluster, filter })
}

fn play(stage: &Stage, lines: &mut Vec<String>) -> Count {
    let mut total = Count::default();
    for (name, step) in STEPS.iter().filter(|(name, _)| stage.filter.is_none() || *name == "tests") {
        println!("\n── {name} ──");
        let begun = Instant::now();
        let count = step(stage).unwrap_or_else(|e| {
            println!("{name}: {e:#}");
            Count::one(false)
        });
        total = total.plus(count);
        lines.push(line(name, begun, &count.to_string()));
    }
    total
}

fn timed<T>(name: &str, lines: &mut Vec<String>, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("── {name} ──");
    let begun = Instant::now();
    let done = work().with_context(|| format!("{name} failed"))?;
    lines.push(line(name, begun, "ok"));
    Ok(done)
}

fn line(name: &str, begun: Instant, said: &str) -> String {
    format!("{name:<20} {:>7.1} s   {said}", begun.elapsed().as_secs_f64())
}

fn tests(stage: &Stage) -> Result<Count> {
    let mut command = cargo();
    command.current_dir(&stage.root).args(["test", "--workspace", "--no-fail-fast"]).args(stage.filter);
    stage.equip(&mut command);
    let mut count = Count::default();
    let ok = echo(&mut command, |line| count = count.plus(test_result(line).unwrap_or_default()))?;
    // A crate that does not compile or a test process that dies reports no numbers.
    if !ok && count.failed == 0 {
        count.failed = 1;
    }
    Ok(count)
}

/// Runs a command, passing its output through line by line; says whether it ended well.
fn echo(command: &mut Command, mut seen: impl FnMut(&str)) -> Result<bool> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    if let Some(out) = child.stdout.take() {
        let mut reader = BufReader::new(out);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            std::io::stdout().write_all(&line)?;
            seen(&String::from_utf8_lossy(&line));
            line.clear();
        }
    }
    Ok(child.wait()?.success())
}

/// Passed and failed counts in a `test result:` line.
fn test_result(line: &str) -> Option<Count> {
    let (_, counts) = line.trim().strip_prefix("test result: ")?.split_once(". ")?;
    let number = |word: &str| counts.split("; ").find_map(|part| part.strip_suffix(word)?.trim().parse().ok());
    Some(Count { passed: number(" passed")?, failed: number(" failed")? })
}

fn generated(stage: &Stage) -> Result<Count> {
    let stale = generate::stale_files(&stage.app, &stage.root)?;
    for name in &stale {
        println!("stale: {name}");
    }
    Ok(Count::one(stale.is_empty()))
}

/// Plays the whole story headless in an empty folder, on the embedded database or on a fresh database of the cluster.
fn demo(stage: &Stage, database: &str) -> Result<Count> {
    let folder = stage.target.join(format!("demo-{database}"));
    clear(&folder)?;
    std::fs::create_dir_all(&folder)?;
    let mut command = stage.app.command(&["demo", "--headless"]);
    if database == "postgres" {
        command.arg("--database-url").arg(stage.cluster.create_database("atena_demo")?);
    }
    stage.equip(command.current_dir(&folder));
    let played = shell::run(&mut command);
    clear(&folder)?;
    played.map(|()| Count::one(true))
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_lines_are_counted_and_other_lines_are_not() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.01s\n";
        assert_eq!(test_result(line), Some(Count { passed: 12, failed: 3 }));
        assert_eq!(test_result("test a_result: ok. 1 passed; 0 failed"), None);
        assert_eq!(test_result("test result: ok"), None);
    }

    #[test]
    fn a_child_that_fails_is_seen_and_its_lines_pass_through() {
        let mut lines = Vec::new();
        let ok =
            echo(Command::new("sh").args(["-c", "echo one; echo two; exit 3"]), |l| lines.push(l.trim().to_owned())).unwrap();
        assert!(!ok);
        assert_eq!(lines, ["one", "two"]);
    }
}
