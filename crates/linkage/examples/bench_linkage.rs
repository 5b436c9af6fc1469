//! Every number of 名寄せ for a folder with a truth file, each a line of JSON for `cargo xtask bench linkage DIR`:
//! `cargo run --release -p linkage --example bench_linkage -- DIR`.
//!
//! From the extracts alone; with `juki_rireki.csv` when the folder has it; with what a city may accept beyond the guideline; and without
//! 個人番号. Splink runs beside it when Python has it (`bench/splink_linkage.py`).

use linkage::{Options, Score, run, score};
use matching::Policy;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: bench_linkage DIR")?);
    let history = Some(folder.join("juki_rireki.csv")).filter(|path| path.exists());
    let alone = Options {
        folder: folder.clone(),
        history: None,
        registry: Some("juki".to_owned()),
        policy: Policy::default(),
        numbers: true,
        out: None,
        key: [7; 32],
    };
    let out = std::env::temp_dir().join(format!("atena-bench-linkage-{}", std::process::id()));
    let linkage = run(&Options { out: Some(out.clone()), ..alone.clone() })?;
    let (cpu, memory) = (cpu_seconds(), peak_megabytes());
    std::fs::remove_dir_all(&out)?;
    line("CSV in to clusters and queues out", cpu, "CPU-s", "P3 ≤ 20 for 1.2 M records");
    line("peak memory of that", memory, "MB", "P3 ≤ 1500");
    report("alone", &score(&linkage, &folder)?, ["≥ 0.996", "≥ 0.91", "≤ 1100"]);
    drop(linkage);
    let city = Policy { phone: true, unstated_birth: true };
    if history.is_some() {
        let with = Options { history, ..alone.clone() };
        report("with history", &score(&run(&with)?, &folder)?, ["", "> 0.95", "≤ 500"]);
        report("with history and policy", &score(&run(&Options { policy: city, ..with })?, &folder)?, ["", "> 0.95", "≤ 500"]);
    }
    report("with policy", &score(&run(&Options { policy: city, ..alone.clone() })?, &folder)?, ["", "", ""]);
    report("without numbers", &score(&run(&Options { numbers: false, ..alone })?, &folder)?, ["", "", ""]);
    splink(&folder);
    Ok(())
}

fn report(run: &str, score: &Score, [f1, recall, review]: [&str; 3]) {
    println!("── {run} ──\n{score}");
    let [questions, conflicts] = score.per_ten_thousand();
    let figure = |what: &str, value: f64, unit: &str, goal: &str| line(&format!("{run}: {what}"), value, unit, goal);
    figure("F1 without review", score.guess.f1(), "", f1);
    figure("mixed clusters without review", score.guess.mixed as f64, "clusters", "");
    figure("automatic recall", score.automatic.recall, "", recall);
    figure("automatic mixed clusters", score.automatic.mixed as f64, "clusters", "0");
    figure("review questions", questions, "per 10,000 people", review);
    figure("number conflicts", conflicts, "per 10,000 people", "");
    figure("F1 after review", score.reviewed.f1(), "", "");
}

fn line(what: &str, value: f64, unit: &str, goal: &str) {
    println!("{{\"what\":\"{what}\",\"value\":{value:.5},\"unit\":\"{unit}\",\"goal\":\"{goal}\"}}");
}

/// Runs the peer when it is installed and prints what it says.
fn splink(folder: &Path) {
    let installed = Command::new("python3").args(["-c", "import splink"]).output().is_ok_and(|o| o.status.success());
    if !installed {
        println!("Splink is not installed; without it there is no peer in this run.");
        return;
    }
    match Command::new("python3").arg("bench/splink_linkage.py").arg(folder).output() {
        Ok(output) => print!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)),
        Err(e) => println!("Splink did not run: {e}"),
    }
}

/// User and system time of this process so far, from `/proc/self/stat` (ticks of 10 ms).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after: Vec<&str> = stat.rsplit_once(") ").map_or(vec![], |(_, rest)| rest.split(' ').collect());
    [11, 12].iter().filter_map(|at| after.get(*at)?.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Most memory this process held at once, from `/proc/self/status`.
fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|rest| rest.split_whitespace().next());
    peak.and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
