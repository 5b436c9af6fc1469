//! Reads a month's file and prints what it holds and what that cost: `cargo run --release -p receipts --example read_month -- FILE`.
//!
//! CPU seconds are user + system of the whole process (`/proc/self/stat`, in ticks of 10 ms), peak memory is `VmHWM`.

use receipts::{Event, Reader};
use std::fs::{self, File};
use std::io::BufReader;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: read_month FILE")?;
    let mut reader = Reader::new(BufReader::with_capacity(256 << 10, File::open(&path)?));
    let (mut items, mut diseases, mut names) = (0usize, 0usize, 0usize);
    while let Some(event) = reader.next()? {
        if let Event::Receipt(receipt) = event {
            items += receipt.items.len();
            diseases += receipt.diseases.len();
            names += receipt.name().chars().count();
        }
    }
    let file = reader.totals();
    let cpu = cpu_seconds()?;
    let megabytes = file.bytes as f64 / 1e6;
    println!(
        "{} receipts, {} lines, {megabytes:.1} MB, GO {} / {} points",
        file.totals.receipts, file.lines, file.totals.count, file.totals.points
    );
    println!("{items} lines of treatment, {diseases} diagnoses, {names} characters of names");
    let (speed, peak) = (megabytes / cpu, peak_memory()?);
    println!("{cpu:.2} CPU-s, {speed:.0} MB per CPU-second, peak {peak} kB");
    println!(
        "{{\"what\":\"read a month into typed, checked receipts\",\"value\":{speed:.1},\"unit\":\"MB per CPU-second\",\"goal\":\"P1 ≥ 130\",\"remark\":\"{} receipts, {megabytes:.1} MB, peak memory {peak} kB\"}}",
        file.totals.receipts
    );
    for (kind, count, line) in file.warnings() {
        println!("{count:>7} × (first in line {line}) {}", kind.message());
    }
    Ok(())
}

fn cpu_seconds() -> Result<f64, Box<dyn std::error::Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name.split_whitespace().skip(11).take(2).map(|t| t.parse().unwrap_or(0)).sum();
    Ok(ticks.max(1) as f64 / 100.0)
}

fn peak_memory() -> Result<String, Box<dyn std::error::Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default();
    Ok(line.split_whitespace().nth(1).unwrap_or("?").to_owned())
}
