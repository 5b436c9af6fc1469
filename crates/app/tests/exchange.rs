//! Two cities that really ask each other, each zone in a process of its own.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use kernel::Date;
use std::path::{Path, PathBuf};

const TODAY: Date = Date::constant(2026, 11, 20);

fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, all) } else { all.push(path) }
    }
}

/// Files under a folder in which one of these numbers stands readable.
fn readable(folder: &Path, numbers: &[String]) -> Vec<PathBuf> {
    let search = aho_corasick::AhoCorasick::new(numbers).unwrap();
    let mut all = vec![];
    files(folder, &mut all);
    all.into_iter().filter(|path| search.is_match(&std::fs::read(path).unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_cities_ask_each_other_over_real_lines() {
    let folder = std::env::temp_dir().join(format!("atena-exchange-{}", std::process::id()));
    std::fs::remove_dir_all(&folder).ok();
    let program = Path::new(env!("CARGO_BIN_EXE_atena"));
    app::demo::exchange::play(program, &folder, TODAY).await.unwrap();
    let made = app::demo::exchange::residents(TODAY);
    let numbers: Vec<String> =
        made.iter().flat_map(|p| [p.individual_number.expose().to_owned(), p.juminhyo_code.as_str().to_owned()]).collect();
    assert!(numbers.len() > 50 && folder.join("network").join("zone.db").exists());
    assert_eq!(readable(&folder, &numbers), Vec::<PathBuf>::new(), "no zone keeps a 個人番号 or 住民票コード in the clear");
    std::fs::write(folder.join("careless"), format!("memo {} end", numbers.last().unwrap())).unwrap();
    assert_eq!(readable(&folder, &numbers), [folder.join("careless")], "the search finds one that is there");
    std::fs::remove_dir_all(&folder).unwrap();
}
