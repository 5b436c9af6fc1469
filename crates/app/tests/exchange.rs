//! Two cities that really ask each other, each zone in a process of its own.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use kernel::Date;
use platform::db::Db;
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

/// Columns that only a refusal of the gateway, a difference or the end of seven years fills: tests of the exchange crate.
const EMPTY: [&str; 14] = [
    "exchange_copy.reason",
    "exchange_difference.comparison_id",
    "exchange_difference.atena_no",
    "exchange_difference.dan_no",
    "exchange_difference.data_set",
    "exchange_difference.version",
    "exchange_difference.record_key",
    "exchange_difference.fault",
    "exchange_difference.item",
    "exchange_removal.kind",
    "exchange_removal.number",
    "exchange_removal.digest",
    "exchange_removal.kept_until",
    "exchange_removal.removed_on",
];

/// Columns of 情報連携 that are empty in both cities.
async fn empty(folder: &Path) -> Vec<String> {
    let mut all = vec![];
    files(folder, &mut all);
    let cities: Vec<&PathBuf> = all.iter().filter(|f| f.ends_with("city.db")).collect();
    assert_eq!(cities.len(), 2);
    let programmes = app::programmes();
    let registers = programmes.iter().filter(|p| p.code == "exchange").flat_map(|p| &p.registers);
    let mut left: Vec<String> = registers.flat_map(|r| r.columns.iter().map(|c| format!("{}.{}", r.table, c.name))).collect();
    for file in cities {
        let db = Db::open(None, file).await.unwrap();
        let mut tx = db.read().await.unwrap();
        let mut still = vec![];
        for name in left {
            let (table, column) = name.split_once('.').unwrap();
            let sql = format!("select count(case when cast({column} as text) <> '' then 1 end) as n from {table}");
            let filled: i64 = tx.one(Box::leak(sql.into_boxed_str()), vec![]).await.unwrap().get("n").unwrap();
            if filled == 0 {
                still.push(name);
            }
        }
        left = still;
        drop(tx);
        db.close().await;
    }
    left
}

#[tokio::test(flavor = "multi_thread")]
async fn two_cities_ask_each_other_over_real_lines() {
    let folder = std::env::temp_dir().join(format!("atena-exchange-{}", std::process::id()));
    std::fs::remove_dir_all(&folder).ok();
    let program = Path::new(env!("CARGO_BIN_EXE_atena"));
    app::demo::exchange::play(program, &folder, TODAY).await.unwrap();
    assert_eq!(empty(&folder).await, EMPTY, "every column of 情報連携 is used by one city or the other");
    let made = app::demo::exchange::residents(TODAY);
    let numbers: Vec<String> =
        made.iter().flat_map(|p| [p.individual_number.expose().to_owned(), p.juminhyo_code.as_str().to_owned()]).collect();
    assert!(numbers.len() > 50 && folder.join("network").join("zone.db").exists());
    assert_eq!(readable(&folder, &numbers), Vec::<PathBuf>::new(), "no zone keeps a 個人番号 or 住民票コード in the clear");
    std::fs::write(folder.join("careless"), format!("memo {} end", numbers.last().unwrap())).unwrap();
    assert_eq!(readable(&folder, &numbers), [folder.join("careless")], "the search finds one that is there");
    std::fs::remove_dir_all(&folder).unwrap();
}
