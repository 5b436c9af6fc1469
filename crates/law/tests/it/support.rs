//! Reads `cases/*.toml` and the short notations that a clerk writes there.

use kernel::decision::FactRef;
use kernel::time::{Date, Period, parse_date};
use law::params::{ChildMedical, City, Params};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::PathBuf;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<T> {
    case: Vec<T>,
}

/// What every case has beside its own fields.
pub trait Case: DeserializeOwned {
    fn title(&self) -> &str;
    fn source(&self) -> &str;
}

macro_rules! case {
    ($($t:ty),+) => { $(impl crate::support::Case for $t {
        fn title(&self) -> &str { &self.title }
        fn source(&self) -> &str { &self.source }
    })+ };
}
pub(crate) use case;

pub fn folder(area: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../cases").join(area)
}

/// Reads a case file and checks every case; each failure is collected, so that one wrong case does not hide another.
pub fn run<T: Case>(path: &str, check: impl Fn(&T) -> Result<(), String>) {
    let text = std::fs::read_to_string(folder("").join(path)).unwrap();
    let file: File<T> = toml::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}"));
    assert!(!file.case.is_empty(), "{path} has no case");
    let failed: Vec<String> = file
        .case
        .iter()
        .inspect(|c| assert!(!c.source().is_empty(), "{}: no source", c.title()))
        .filter_map(|c| check(c).err().map(|e| format!("{}\n    {e}", c.title())))
        .collect();
    assert!(failed.is_empty(), "{path}:\n{}", failed.join("\n"));
}

/// Compares one value of a case with what came out.
pub fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: T, found: T) -> Result<(), String> {
    if expected == found { Ok(()) } else { Err(format!("{what}: expected {expected:?}, found {found:?}")) }
}

pub fn day(text: &str) -> Date {
    parse_date(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// `R5.4.1〜R6.3.31 国保` → the period and the words after it.
pub fn period(text: &str) -> (Period, &str) {
    let (dates, words) = text.split_once(' ').unwrap_or((text, ""));
    let (from, to) = dates.split_once('〜').unwrap_or_else(|| panic!("{text}: no 〜"));
    (Period { from: day(from), to: (!to.is_empty()).then(|| day(to)) }, words)
}

pub fn row(register: &str, id: impl ToString) -> FactRef {
    FactRef { register: register.to_owned(), row_id: id.to_string(), label_ja: register.to_owned() }
}

pub fn params() -> Params {
    Params::load(City::Minato).unwrap()
}

pub fn rules(city: Option<&str>) -> ChildMedical {
    let city = match city {
        None | Some("みなと市") => City::Minato,
        Some("堺市") => City::Sakai,
        Some("和泉市") => City::Izumi,
        Some("やまて市") => City::Yamate,
        Some(other) => panic!("unknown city {other}"),
    };
    ChildMedical::load(city).unwrap()
}

#[test]
fn every_case_file_is_run() {
    let mut found: Vec<String> = ["child_medical", "resident"]
        .into_iter()
        .flat_map(|area| std::fs::read_dir(folder(area)).unwrap().map(move |f| (area, f.unwrap().file_name())))
        .map(|(area, name)| format!("{area}/{}", name.to_string_lossy()))
        .collect();
    found.sort();
    let mut run: Vec<&str> = [crate::child_medical::FILES, crate::money::FILES, crate::resident::FILES].concat();
    run.sort_unstable();
    assert_eq!(found, run);
}
