//! Reads a month's file and prints what it holds and what that cost: `cargo run --release -p receipts --example read_month -- FILE`.
//!
//! CPU seconds are user + system of the whole process (`/proc/self/stat`, in ticks of 10 ms), peak memory is `VmHWM`.

use receipts::{Event, Reader};
use std::fs::{self, File};
use std::io::BufReader;

/// At least so much is read, a smaller file several times over, so that the clock's ticks do not matter.
const ENOUGH: u64 = 64 << 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: read_month FILE")?;
    let rounds = ENOUGH.div_ceil(fs::metadata(&path)?.len().max(1));
    let before = cpu_seconds()?;
    for _ in 1..rounds {
        read(&path)?;
    }
    let (reader, [items, diseases, names]) = read(&path)?;
    let cpu = cpu_seconds()? - before;
    let file = reader.totals();
    let megabytes = file.bytes as f64 / 1e6;
    println!(
        "{} receipts, {} lines, {megabytes:.1} MB, GO {} / {} points",
        file.totals.receipts, file.lines, file.totals.count, file.totals.points
    );
    println!("{items} lines of treatment, {diseases} diagnoses, {names} characters of names");
    let (speed, peak) = (megabytes * rounds as f64 / cpu, peak_memory()?);
    println!("read {rounds} times: {cpu:.2} CPU-s, {speed:.0} MB per CPU-second, peak {peak} kB");
    println!(
        "{{\"what\":\"read a month into typed, checked receipts\",\"value\":{speed:.1},\"unit\":\"MB per CPU-second\",\"goal\":\"P1 ≥ 130\",\"remark\":\"{} receipts, {megabytes:.1} MB, {rounds} times, peak memory {peak} kB\"}}",
        file.totals.receipts
    );
    for (kind, count, line) in file.warnings() {
        println!("{count:>7} × (first in line {line}) {}", kind.message());
    }
    Ok(())
}

type Open = Reader<BufReader<File>>;

fn read(path: &str) -> Result<(Open, [usize; 3]), Box<dyn std::error::Error>> {
    let mut reader = Reader::new(BufReader::with_capacity(256 << 10, File::open(path)?));
    let (mut items, mut diseases, mut names) = (0, 0, 0);
    while let Some(event) = reader.next()? {
        if let Event::Receipt(receipt) = event {
            items += receipt.items.len();
            diseases += receipt.diseases.len();
            names += receipt.name().chars().count();
        }
    }
    Ok((reader, [items, diseases, names]))
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
