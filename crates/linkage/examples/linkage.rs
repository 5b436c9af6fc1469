//! Links a folder and prints every number: `cargo run --release -p linkage --example linkage -- DIR [--history F] [--out DIR] [--phone] [--unstated-birth] [--without-numbers]`.

use linkage::{Options, run, score};
use matching::Policy;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|a| a == flag);
    let after = |flag: &str| arguments.iter().skip_while(|a| *a != flag).nth(1).map(PathBuf::from);
    let folder = PathBuf::from(
        arguments
            .first()
            .ok_or("usage: linkage DIR [--history F] [--out DIR] [--phone] [--unstated-birth] [--without-numbers]")?,
    );
    let options = Options {
        folder: folder.clone(),
        history: after("--history"),
        registry: Some("juki".to_owned()),
        policy: Policy { phone: has("--phone"), unstated_birth: has("--unstated-birth") },
        numbers: !has("--without-numbers"),
        out: after("--out"),
        key: [7; 32],
    };
    let linkage = run(&options)?;
    println!("{}", usage());
    if folder.join("truth.csv").exists() {
        print!("{}", score(&linkage, &folder)?);
    }
    Ok(())
}

/// CPU seconds and peak memory of this process, from the operating system's own account.
fn usage() -> String {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after: Vec<&str> = stat.rsplit_once(") ").map_or(vec![], |(_, rest)| rest.split(' ').collect());
    let ticks: f64 = [11, 12].iter().filter_map(|at| after.get(*at)?.parse::<f64>().ok()).sum();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default().trim().to_owned();
    format!("{:.2} CPU-s, peak memory {peak}", ticks / 100.0)
}
