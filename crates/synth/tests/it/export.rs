use super::TODAY;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::rc::Rc;
use synth::City;
use synth::export::{Export, write};

type Files = Rc<RefCell<BTreeMap<String, Vec<u8>>>>;

struct Kept(Files, String);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().entry(self.1.clone()).or_default().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn files(seed: u64) -> BTreeMap<String, Vec<u8>> {
    let kept = Files::default();
    let city = City::generate(seed, 1_000, TODAY);
    let mut open = |path: &str| -> io::Result<Box<dyn Write>> { Ok(Box::new(Kept(kept.clone(), path.to_owned()))) };
    write(&city, Export { receipts: 200, ..Export::of(&city) }, &mut open).unwrap();
    kept.take()
}

#[test]
fn the_same_seed_writes_the_same_bytes_and_another_seed_others() {
    let (first, again, other) = (files(7), files(7), files(8));
    assert_eq!(first.keys().collect::<Vec<_>>(), again.keys().collect::<Vec<_>>());
    for (path, bytes) in &first {
        assert!(again.get(path) == Some(bytes), "{path} differs");
    }
    assert_ne!(first["residents/history.csv"], other["residents/history.csv"]);
    assert_ne!(first["answers.json"], other["answers.json"]);
}

#[test]
fn every_table_has_as_many_cells_in_each_line_as_headings() {
    for (path, bytes) in files(7).iter().filter(|(p, _)| p.starts_with("residents/") || p.starts_with("kodomo/")) {
        let text = std::str::from_utf8(bytes).unwrap();
        let width = text.lines().next().unwrap().split(',').count();
        let lines: Vec<&str> = text.lines().skip(1).filter(|l| !l.contains('"')).collect();
        assert!(!lines.is_empty(), "{path} is empty");
        for line in lines {
            assert_eq!(line.split(',').count(), width, "{path}: {line}");
        }
    }
}

#[test]
fn the_answer_sheet_names_files_bills_and_every_planted_fault() {
    let files = files(7);
    let sheet: serde_json::Value = serde_json::from_slice(&files["answers.json"]).unwrap();
    assert_eq!(sheet["residents"], 1_000);
    let months = sheet["months"].as_array().unwrap();
    assert_eq!(months.len(), 3);
    for month in months {
        let folder = format!("receipts/{}", month["month"].as_str().unwrap());
        for file in month["files"].as_array().unwrap() {
            let path = format!("{folder}/{}", file["name"].as_str().unwrap());
            assert_eq!(file["bytes"], files[&path].len(), "{path}");
        }
        let lines = std::str::from_utf8(&files[&format!("{folder}/answers.csv")]).unwrap().lines().count() - 1;
        assert_eq!(month["planted"].as_array().unwrap().len(), lines);
        assert!(lines >= 10, "{lines} faults");
    }
    assert_eq!(months[2]["bill_off_by"]["yen"], 1);
    assert!(months[2]["bills"].as_array().unwrap().iter().any(|b| b["corrections"].as_u64() > Some(0)));
}
