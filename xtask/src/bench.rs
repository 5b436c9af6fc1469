//! `cargo xtask bench [name] --date <date>`: runs the benchmarks of [`BENCHES`] and writes their figures to bench/results.
//!
//! A benchmark is a program that prints its figures as JSON objects, one a line, with at least `what`, `value` and `unit`
//! (and `goal` where docs name one, such as P1). Everything else that it prints is for the reader of the terminal.

use crate::shell::{capture, cargo, root, shown};
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// One benchmark: its name and the arguments of `cargo run --release` that start it.
struct Bench {
    name: &'static str,
    args: &'static [&'static str],
}

const BENCHES: [Bench; 1] = [Bench { name: "receipts", args: &["--package", "receipts", "--example", "bench"] }];

/// Runs the named benchmark, or all of them.
pub fn run(args: &[&str]) -> Result<bool> {
    let (name, date) = match args {
        ["--date", date] => (None, *date),
        [name, "--date", date] | ["--date", date, name] => (Some(*name), *date),
        _ => bail!("the date of the run is missing: cargo xtask bench [name] --date 2026-11-20"),
    };
    let chosen: Vec<&Bench> = BENCHES.iter().filter(|b| name.is_none_or(|n| n == b.name)).collect();
    if chosen.is_empty() {
        let known: Vec<&str> = BENCHES.iter().map(|b| b.name).collect();
        bail!("there is no benchmark of that name; there are: {}", known.join(", "));
    }
    let root = root()?;
    for bench in chosen {
        let report = measure(bench, date, &root)?;
        let dir = root.join("bench/results");
        std::fs::create_dir_all(&dir)?;
        std::fs::write(dir.join(format!("{}.json", bench.name)), format!("{report:#}\n"))?;
        std::fs::write(dir.join(format!("{}.md", bench.name)), markdown(bench.name, &report))?;
        println!("wrote bench/results/{0}.json and bench/results/{0}.md", bench.name);
    }
    Ok(true)
}

fn measure(bench: &Bench, date: &str, root: &Path) -> Result<Value> {
    let mut command = cargo();
    command.current_dir(root).args(["run", "--quiet", "--release"]).args(bench.args);
    let begun = Instant::now();
    let output = capture(&mut command)?;
    print!("{output}");
    let figures = figures(&output);
    if figures.is_empty() {
        bail!("{} printed no figures", shown(&command));
    }
    Ok(json!({
        "bench": bench.name,
        "date": date,
        "commit": commit(root)?,
        "cores": std::thread::available_parallelism().context("the number of cores is unknown")?.get(),
        "processor": processor(),
        "command": format!("cargo run --release {}", bench.args.join(" ")),
        "seconds_with_build": begun.elapsed().as_secs(),
        "figures": figures,
    }))
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

fn markdown(name: &str, report: &Value) -> String {
    let text = |value: Option<&Value>| match value {
        Some(Value::String(s)) => s.replace('|', "\\|"),
        Some(value) => value.to_string(),
        None => String::new(),
    };
    let mut page = format!("# {name}\n\n");
    page += &format!("`{}` on {}, ", text(report.get("command")), text(report.get("date")));
    page += &format!("commit {}, {} cores", text(report.get("commit")), text(report.get("cores")));
    page += &format!(" ({})\n\n| goal | what | value | unit | remark |\n|---|---|---:|---|---|\n", text(report.get("processor")));
    for figure in report.get("figures").and_then(Value::as_array).into_iter().flatten() {
        let cells = ["goal", "what", "value", "unit", "remark"].map(|key| text(figure.get(key)));
        page += &format!("| {} |\n", cells.join(" | "));
    }
    page
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
    fn the_page_shows_commit_cores_and_every_figure() {
        let report = json!({"command": "cargo run", "date": "2026-11-20", "commit": "abc", "cores": 2, "processor": "X",
            "figures": [{"what": "read | check", "value": 3, "unit": "s", "goal": "P1"}]});
        let page = markdown("receipts", &report);
        assert!(page.contains("commit abc, 2 cores (X)"), "{page}");
        assert!(page.contains("| P1 | read \\| check | 3 | s |  |"), "{page}");
    }

    #[test]
    fn a_run_without_a_date_is_refused() {
        assert!(run(&["receipts"]).is_err());
        assert!(run(&["nothing-like-it", "--date", "2026-11-20"]).is_err());
    }
}
