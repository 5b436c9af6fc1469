//! Links a folder and prints every number: `cargo run --release -p linkage --example linkage -- DIR [HISTORY]`.

use linkage::{Options, run, score};
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("usage: linkage DIR [HISTORY]")?);
    let history = arguments.next().map(PathBuf::from);
    let linkage = run(&Options { folder: folder.clone(), history, registry: Some("juki".to_owned()), phone: std::env::var_os("PHONE").is_some(), key: [7; 32] })?;
    println!("{}", score(&linkage, &folder)?);
    println!("{}", usage());
    if let Ok(path) = std::env::var("DUMP") {
        let rec = |at: u32| linkage.records.get(at as usize).map(|(s, n)| format!("{s}:{n}")).unwrap_or_default();
        let lines: Vec<String> = linkage.review.iter().chain(&linkage.conflicts).map(|d| format!("{},{},{:?},{:.1},{:?},{}", rec(d.a), rec(d.b), d.evidence, d.bits, d.refusal, d.joined)).collect();
        std::fs::write(path, lines.join("\n"))?;
        let lines: Vec<String> = (0..linkage.records.len()).map(|i| format!("{},{},{}", rec(i as u32), rec(linkage.automatic[i]), rec(linkage.guess[i]))).collect();
        std::fs::write("/tmp/linkage/clusters.out", lines.join("\n"))?;
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
