//! `cargo xtask bench [name [folder]] --date <date>`: runs the benchmarks of [`BENCHES`] and writes what they print to bench/results.
//!
//! A benchmark is a program that prints what it measured, for people to read. A line that is a JSON object with at least `what`,
//! `value` and `unit` (and perhaps `goal` and `remark`) also becomes a row of the table of figures.

use crate::postgres::Cluster;
use crate::shell::{TempDir, capture, cargo, root, target_dir};
use crate::tools;
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// One benchmark.
struct Bench {
    name: &'static str,
    /// What it answers, with the number of the goal.
    title: &'static str,
    /// Other programs of ours that it needs, as arguments of `cargo build --release`.
    needs: &'static [&'static str],
    /// A command of the binary that makes its data first; `{data}` is a folder that is removed afterwards.
    data: &'static [&'static str],
    /// Arguments of `cargo run --release`; `{data}` as above.
    args: &'static [&'static str],
    /// Arguments of a second program of ours that is run after it in the same surroundings.
    then: &'static [&'static str],
    /// A peer measured in the same run: a Python script under bench/peers and its arguments.
    peer: Option<&'static [&'static str]>,
    /// What it finds beside it.
    beside: &'static [Beside],
}

/// What a benchmark of ours measures or runs by itself when it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    /// A PostgreSQL cluster of its own, named by `ATENA_TEST_POSTGRES_URL`.
    Postgres,
    /// The Python with the peers in it, as `python3`.
    Python,
}

impl Bench {
    /// Does it measure a folder that is named on the command line (`{folder}`)?
    fn needs_folder(&self) -> bool {
        self.args.contains(&"{folder}")
    }
}

const BENCHES: &[Bench] = &[
    Bench {
        name: "read-month",
        title: "P1: a month's UKE file into typed receipts with checks",
        needs: &["--package", "app"],
        data: &["synth", "--residents", "340000", "--months", "1", "--out", "{data}/city"],
        args: &["--package", "receipts", "--example", "read_month", "--", "{data}/city/largest.UKE"],
        then: &[],
        peer: Some(&["read_month.py", "{data}/city/largest.UKE"]),
        beside: &[],
    },
    Bench {
        name: "qualification-check",
        title: "P2: a million receipts against the periods of 340,000 people",
        needs: &[],
        data: &[],
        args: &["--package", "receipts", "--example", "check_million", "--", "{data}"],
        then: &[],
        peer: Some(&["check_million.py", "{data}"]),
        beside: &[],
    },
    Bench {
        name: "audit",
        title: "P7: the log, durable, sequenced and provable",
        needs: &[],
        data: &[],
        args: &["--package", "platform", "--example", "bench_audit", "--", "50000"],
        then: &[],
        peer: None,
        beside: &[],
    },
    Bench {
        name: "first-page",
        title: "P13 and P6 with the demo city of 10,000",
        needs: &["--package", "app"],
        data: &[],
        args: &["--package", "app", "--example", "bench_house", "--", "10000", "20"],
        then: &[],
        peer: None,
        beside: &[],
    },
    Bench {
        name: "zones",
        title: "P13 with all zones: two cities, two gateways, network and 住基ネット",
        needs: &["--package", "app"],
        data: &[],
        args: &["--package", "app", "--example", "bench_zones", "--", "10000", "1000"],
        then: &[],
        peer: None,
        beside: &[],
    },
    Bench {
        name: "cards",
        title: "P6: cards and searches over HTTP in a city of 340,000",
        needs: &["--package", "app"],
        data: &[],
        args: &["--package", "app", "--example", "bench_house", "--", "340000", "20"],
        then: &[],
        peer: None,
        beside: &[],
    },
    Bench {
        name: "linkage",
        title: "P3: the records of several systems into persons",
        needs: &[],
        data: &[],
        args: &["--package", "linkage", "--example", "bench_linkage", "--", "{folder}"],
        then: &[],
        peer: None,
        beside: &[Beside::Python],
    },
    Bench {
        name: "exchange",
        title: "P9: signed exchanges through gateway, network and gateway",
        needs: &[],
        data: &[],
        args: &["--package", "gateway", "--example", "exchange", "--", "10000", "0"],
        then: &[],
        peer: None,
        beside: &[Beside::Postgres],
    },
    Bench {
        name: "network",
        title: "P9: what the network's own keeper carries of it",
        needs: &[],
        data: &[],
        args: &["--package", "refnet", "--example", "throughput", "--", "5000"],
        then: &[],
        peer: None,
        beside: &[Beside::Postgres],
    },
    Bench {
        name: "replica",
        title: "P10: a million rows of 副本 into the gateway, and through hub and gateway, beside raw COPY",
        needs: &[],
        data: &[],
        args: &["--package", "gateway", "--example", "exchange", "--", "100", "1000000"],
        then: &["--package", "app", "--example", "bench_replica", "--", "1000000"],
        peer: None,
        beside: &[Beside::Postgres],
    },
    Bench {
        name: "storms",
        title: "the exchange under 10,000 storms",
        needs: &[],
        data: &[],
        args: &["--package", "exchange_sim", "--example", "simulate", "--", "10000"],
        then: &[],
        peer: None,
        beside: &[],
    },
];

/// Runs the named benchmark, or all that need no folder.
pub fn run(args: &[&str]) -> Result<bool> {
    let (name, folder, date) = match args {
        ["--date", date] => (None, None, *date),
        [name, "--date", date] | ["--date", date, name] => (Some(*name), None, *date),
        [name, folder, "--date", date] | ["--date", date, name, folder] => (Some(*name), Some(*folder), *date),
        _ => bail!("the date of the run is missing: cargo xtask bench [name] --date 2026-11-20"),
    };
    let chosen: Vec<&Bench> = BENCHES.iter().filter(|b| name.map_or(!b.needs_folder(), |n| n == b.name)).collect();
    if chosen.is_empty() {
        let known: Vec<&str> = BENCHES.iter().map(|b| b.name).collect();
        bail!("there is no benchmark of that name; there are: {}", known.join(", "));
    }
    if let Some(bench) = chosen.iter().find(|b| b.needs_folder() != folder.is_some()) {
        let wanted =
            if bench.needs_folder() { "needs a folder: cargo xtask bench NAME DIR --date …" } else { "takes no folder" };
        bail!("the benchmark {} {wanted}", bench.name);
    }
    let root = root()?;
    for bench in chosen {
        let report = measure(bench, folder, date, &root)?;
        let dir = root.join("bench/results");
        std::fs::create_dir_all(&dir)?;
        std::fs::write(dir.join(format!("{}.json", bench.name)), format!("{report:#}\n"))?;
        std::fs::write(dir.join(format!("{}.md", bench.name)), markdown(&report))?;
        println!("wrote bench/results/{0}.json and bench/results/{0}.md", bench.name);
    }
    Ok(true)
}

fn measure(bench: &Bench, folder: Option<&str>, date: &str, root: &Path) -> Result<Value> {
    println!("── {} ──", bench.title);
    let temporary = TempDir::new("bench")?;
    let data = temporary.path().to_string_lossy().into_owned();
    let filled = |args: &[&str]| -> Vec<String> {
        args.iter().map(|a| a.replace("{data}", &data).replace("{folder}", folder.unwrap_or_default())).collect()
    };
    // Built beforehand, so that the compiler's messages and time are no part of the run.
    if !bench.needs.is_empty() {
        crate::shell::run(cargo().current_dir(root).args(["build", "--quiet", "--release"]).args(bench.needs))?;
    }
    let programs = || [bench.args, bench.then].into_iter().filter(|args| !args.is_empty());
    for args in programs() {
        let program = args.split(|a| *a == "--").next().unwrap_or_default();
        crate::shell::run(cargo().current_dir(root).args(["build", "--quiet", "--release"]).args(program))?;
    }
    if !bench.data.is_empty() {
        let atena = target_dir(root)?.join("release/atena");
        crate::shell::run(Command::new(atena).args(filled(bench.data)))?;
        keep_largest(temporary.path())?;
    }
    let (mut surroundings, mut cluster) = (Vec::new(), None);
    for beside in bench.beside {
        match beside {
            Beside::Postgres => {
                let running = Cluster::start(&tools::ensure(&target_dir(root)?)?.postgres_bin)?;
                surroundings.push(("ATENA_TEST_POSTGRES_URL", running.url("postgres").into()));
                cluster = Some(running);
            }
            Beside::Python => {
                let python = python(root)?;
                let first = python.parent().map(Path::to_path_buf).into_iter();
                let path = std::env::var_os("PATH").unwrap_or_default();
                surroundings.push(("PATH", std::env::join_paths(first.chain(std::env::split_paths(&path)))?));
            }
        }
    }
    let mut output = String::new();
    for args in programs() {
        let mut command = cargo();
        command.current_dir(root).args(["run", "--quiet", "--release"]).args(filled(args)).envs(surroundings.clone());
        output += &capture(&mut command)?;
    }
    drop(cluster);
    if let Some([script, args @ ..]) = bench.peer {
        let python = python(root)?;
        output += &capture(Command::new(python).arg(root.join("bench/peers").join(script)).args(filled(args)))?;
    }
    print!("{output}");
    Ok(json!({
        "bench": bench.name,
        "title": bench.title,
        "date": date,
        "commit": commit(root)?,
        "cores": std::thread::available_parallelism().context("the number of cores is unknown")?.get(),
        "processor": processor(),
        "command": programs().map(|args| format!("cargo run --release {}", args.join(" "))).collect::<Vec<_>>().join("; "),
        "figures": figures(&output),
        "output": output.lines().collect::<Vec<_>>(),
    }))
}

/// Links the largest receipt file under a folder as `city/largest.UKE`.
fn keep_largest(folder: &Path) -> Result<()> {
    let (mut pending, mut largest) = (vec![folder.to_path_buf()], None);
    while let Some(place) = pending.pop() {
        for entry in std::fs::read_dir(&place)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                pending.push(entry.path());
            } else if entry.path().extension().is_some_and(|e| e.eq_ignore_ascii_case("uke")) {
                largest = largest.max(Some((entry.metadata()?.len(), entry.path())));
            }
        }
    }
    let (_, path) = largest.context("the synthetic city has no receipts")?;
    std::fs::hard_link(path, folder.join("city/largest.UKE"))?;
    Ok(())
}

/// A Python with the peers in it, in an environment of its own under target/. Without a network the peers say that they are missing.
fn python(root: &Path) -> Result<PathBuf> {
    let home = target_dir(root)?.join("bench-python");
    let python = home.join("bin/python");
    if !python.exists() {
        crate::shell::run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
        for peer in ["duckdb", "splink==4.*"] {
            let install = Command::new(&python).args(["-m", "pip", "install", "--quiet", peer]).status();
            if !install.is_ok_and(|s| s.success()) {
                println!("{peer} could not be installed; the figures stand without it");
            }
        }
    }
    Ok(python)
}

/// Lines that are JSON objects naming what was measured.
fn figures(output: &str) -> Vec<Map<String, Value>> {
    let objects = output.lines().filter_map(|line| serde_json::from_str::<Map<String, Value>>(line).ok());
    objects.filter(|o| ["what", "value", "unit"].iter().all(|key| o.contains_key(*key))).collect()
}

fn commit(root: &Path) -> Result<String> {
    let id = capture(Command::new("git").current_dir(root).args(["rev-parse", "--short", "HEAD"]))?;
    let changes = capture(Command::new("git").current_dir(root).args(["status", "--porcelain", "--untracked-files=no"]))?;
    Ok(format!("{}{}", id.trim(), if changes.is_empty() { "" } else { " with local changes" }))
}

fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or_else(|| "unknown".to_owned(), |(_, name)| name.trim().to_owned())
}

fn markdown(report: &Value) -> String {
    let text = |value: Option<&Value>| match value {
        Some(Value::String(s)) => s.replace('|', "\\|"),
        Some(value) => value.to_string(),
        None => String::new(),
    };
    let of = |key: &str| text(report.get(key));
    let list = |key: &str| report.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut page = format!("# {}\n\n`{}`\n\n", of("title"), of("command"));
    page += &format!("{}, commit {}, {} cores ({})\n", of("date"), of("commit"), of("cores"), of("processor"));
    let figures = list("figures");
    if !figures.is_empty() {
        page += "\n| goal | what | value | unit | remark |\n|---|---|---:|---|---|\n";
    }
    for figure in figures {
        let cells = ["goal", "what", "value", "unit", "remark"].map(|key| text(figure.get(key)));
        page += &format!("| {} |\n", cells.join(" | "));
    }
    let lines: Vec<String> = list("output").iter().filter_map(|line| Some(line.as_str()?.to_owned())).collect();
    page + "\n```\n" + &lines.join("\n") + "\n```\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_with_a_figure_are_taken() {
        let output =
            "reading…\n{\"what\":\"read\",\"value\":151.5,\"unit\":\"MB/CPU-s\",\"goal\":\"P1\"}\n{\"note\":1}\nnot json {\n";
        let found = figures(output);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["value"], 151.5);
    }

    #[test]
    fn the_page_shows_commit_cores_every_figure_and_the_output() {
        let report = json!({"title": "P1: read", "command": "cargo run", "date": "2026-11-20", "commit": "abc", "cores": 2,
            "processor": "X", "output": ["round 1: 3 s"],
            "figures": [{"what": "read | check", "value": 3, "unit": "s", "goal": "P1"}]});
        let page = markdown(&report);
        assert!(page.contains("commit abc, 2 cores (X)"), "{page}");
        assert!(page.contains("| P1 | read \\| check | 3 | s |  |"), "{page}");
        assert!(page.contains("round 1: 3 s"), "{page}");
    }

    #[test]
    fn a_run_without_a_date_is_refused() {
        assert!(run(&["qualification-check"]).is_err());
        assert!(run(&["nothing-like-it", "--date", "2026-11-20"]).is_err());
        assert!(run(&["linkage", "--date", "2026-11-20"]).is_err(), "it needs a folder");
    }
}
