//! Scores the Latin profile on the public Febrl sets: `febrl FOLDER` with dataset1.csv, dataset2.csv, dataset3.csv, dataset4a.csv and
//! dataset4b.csv. The 社会保障番号 of the sets (soc_sec_id) is not read. In these sets nobody shares a home, and a person may change name
//! and birth date at once; the second line of each set shows what it costs to keep brothers and sisters apart all the same.

use matching::{LatinRecord, LatinSettings, link_latin};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: febrl FOLDER")?;
    for (set, files) in [("1", &["1"][..]), ("2", &["2"]), ("3", &["3"]), ("4", &["4a", "4b"])] {
        let mut records = vec![];
        for file in files {
            records.extend(read(&Path::new(&folder).join(format!("dataset{file}.csv")))?);
        }
        for alone in [true, false] {
            let started = std::time::Instant::now();
            let found = link_latin(&records, LatinSettings { one_per_source: files.len() > 1, alone });
            let [right, joined, wanted] = pairs(&records, &found);
            let (precision, recall) = (right / joined.max(1.0), right / wanted.max(1.0));
            let f1 = 2.0 * precision * recall / (precision + recall);
            let homes = if alone { "alone" } else { "households" };
            println!(
                "febrl{set} {homes}: {} records, P {precision:.4} R {recall:.4} F1 {f1:.4}, {:.1?}",
                records.len(),
                started.elapsed()
            );
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<LatinRecord>, csv::Error> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path)?;
    let mut records = vec![];
    for row in reader.records() {
        let row = row?;
        let get = |at: usize| row.get(at).unwrap_or_default().to_owned();
        records.push(LatinRecord {
            source: path.display().to_string(),
            number: get(0),
            names: [get(1), get(2)],
            house: get(3),
            streets: [get(4), get(5)],
            suburb: get(6),
            postcode: get(7),
            state: get(8),
            birth: get(9),
        });
    }
    Ok(records)
}

/// Pairs joined rightly, joined, and wanted. `rec-12-org` and `rec-12-dup-0` are one person.
fn pairs(records: &[LatinRecord], found: &[usize]) -> [f64; 3] {
    let person = |at: usize| records.get(at).and_then(|r| r.number.split('-').nth(1));
    let mut counts = [0.0; 3];
    for a in 0..records.len() {
        for b in a + 1..records.len() {
            let (same, joined) = (person(a) == person(b), found.get(a) == found.get(b));
            counts[0] += f64::from(u8::from(same && joined));
            counts[1] += f64::from(u8::from(joined));
            counts[2] += f64::from(u8::from(same));
        }
    }
    counts
}
