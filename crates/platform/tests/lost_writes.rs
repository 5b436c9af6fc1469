//! The machine loses its power: every write that was not synced is gone, and what was said to be stored is there.
//!
//! The process runs under `strace`, which writes down each write and each sync in order. From that record the test builds the disk as it
//! would be found after a power cut at any moment (only what was synced, or that and a random part of the rest), and opens it. A second
//! process has its syncing switched off on the way (`strace` answers the calls without doing them): the same check must find losses.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

mod house;

use house::writer::{stored, stored_name, write_when_asked, writer};
use platform::db::Db;
use platform::testing::fresh_sqlite;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Units of each of the four tasks: enough for the write-ahead log to be copied back several times.
const UNITS: u64 = 100;

/// Not a test of its own: the process whose machine loses power.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_process_that_writes() {
    write_when_asked().await;
}

/// One line of the record.
#[derive(Debug)]
enum Call {
    Write { file: String, at: usize, bytes: Vec<u8> },
    Cut { file: String, length: usize },
    Created { file: String },
    Removed { file: String },
    Synced { path: String },
    Told { name: String },
}

/// Files as the disk holds them, and what has been written but not synced.
#[derive(Default)]
struct Disk {
    synced: BTreeMap<String, Vec<u8>>,
    waiting: BTreeMap<String, Vec<Call>>,
    /// New files whose folder has not been synced: a power cut takes them away.
    unnamed: Vec<String>,
    told: Vec<String>,
}

impl Disk {
    fn apply(&mut self, call: Call, folder: &str) {
        match call {
            Call::Told { name } => self.told.push(name),
            Call::Created { file } => {
                self.synced.insert(file.clone(), vec![]);
                self.unnamed.push(file);
            }
            Call::Removed { file } => {
                self.synced.remove(&file);
                self.waiting.remove(&file);
            }
            Call::Synced { path } if path == folder => self.unnamed.clear(),
            Call::Synced { path } => {
                let waiting = self.waiting.remove(&path).unwrap_or_default();
                let image = self.synced.entry(path).or_default();
                waiting.iter().for_each(|call| put(image, call));
            }
            Call::Write { ref file, .. } | Call::Cut { ref file, .. } => {
                self.waiting.entry(file.clone()).or_default().push(call);
            }
        }
    }

    /// Lays the disk out in a folder as a power cut leaves it. With `luck`, a part of what was not synced has arrived all the same,
    /// some of it torn.
    fn lay_out(&self, folder: &Path, luck: Option<&mut Luck>) {
        std::fs::remove_dir_all(folder).ok();
        std::fs::create_dir_all(folder).unwrap();
        let mut files = self.synced.clone();
        files.retain(|file, _| !self.unnamed.contains(file));
        if let Some(luck) = luck {
            for (file, waiting) in &self.waiting {
                let Some(image) = files.get_mut(file) else { continue };
                for call in waiting {
                    match (call, luck.next() % 4) {
                        (_, 0) => {}
                        (Call::Write { file, at, bytes }, 1) => {
                            let bytes = bytes[..bytes.len() / 2].to_vec();
                            put(image, &Call::Write { file: file.clone(), at: *at, bytes });
                        }
                        _ => put(image, call),
                    }
                }
            }
        }
        for (file, image) in files {
            std::fs::write(folder.join(Path::new(&file).file_name().unwrap()), image).unwrap();
        }
    }
}

fn put(image: &mut Vec<u8>, call: &Call) {
    match call {
        Call::Write { at, bytes, .. } => {
            let end = at + bytes.len();
            if image.len() < end {
                image.resize(end, 0);
            }
            image[*at..end].copy_from_slice(bytes);
        }
        Call::Cut { length, .. } => image.resize(*length, 0),
        _ => {}
    }
}

/// A fixed sequence of numbers.
struct Luck(u64);

impl Luck {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }
}

/// `\x2f\x74` as bytes.
fn bytes(hex: &str) -> Vec<u8> {
    hex.split("\\x").skip(1).map(|h| u8::from_str_radix(&h[..2], 16).unwrap()).collect()
}

fn text(hex: &str) -> String {
    String::from_utf8_lossy(&bytes(hex)).into_owned()
}

/// Text between two marks.
fn between<'a>(line: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(from)?;
    rest.split_once(to).map(|(found, _)| found)
}

/// The calls of a record that concern files in `folder` or say that a unit is stored.
fn read_record(record: &str, folder: &str) -> Vec<Call> {
    let mut begun: BTreeMap<&str, String> = BTreeMap::new();
    let mut calls = vec![];
    let mut known = BTreeSet::new();
    for line in record.lines() {
        let (pid, rest) = line.split_once(' ').unwrap();
        let rest = rest.trim_start();
        // What is told counts from the moment the call begins; everything else when it has ended.
        let told = rest.starts_with("write(1<");
        let whole = if let Some((start, _)) = rest.split_once(" <unfinished ...>").filter(|_| !told) {
            begun.insert(pid, start.to_owned());
            continue;
        } else if let Some(end) = rest.strip_prefix("<... ").and_then(|r| r.split_once(" resumed>")) {
            let Some(start) = begun.remove(pid) else { continue };
            start + end.1
        } else {
            rest.to_owned()
        };
        let Some((name, arguments)) = whole.split_once('(') else { continue };
        assert!(!whole.contains("\"..."), "the record must be whole");
        let path = between(arguments, "<", ">").map(text).unwrap_or_default();
        let named = between(arguments, "\"", "\"").map(text).unwrap_or_default();
        let result = whole.rsplit_once("= ").map(|(_, r)| r.trim()).unwrap_or_default();
        let inside = path.starts_with(folder) && !path.ends_with("-shm");
        let is_database = |file: &str| file.starts_with(folder) && file.contains("city.db") && !file.ends_with("-shm");
        let last_number = || arguments.rsplit_once(", ").and_then(|(_, n)| n.split(')').next()?.parse::<usize>().ok()).unwrap();
        match name {
            "write" if told => calls.extend(
                text(between(arguments, "\"", "\"").unwrap()).lines().filter_map(stored_name).map(|name| Call::Told { name }),
            ),
            // A question mark: the process ended before the call did.
            "pwrite64" if inside && !result.starts_with('?') => {
                let bytes = bytes(between(arguments, "\"", "\"").unwrap());
                assert_eq!(result, bytes.len().to_string(), "a write was cut short");
                calls.push(Call::Write { file: path, at: last_number(), bytes });
            }
            "ftruncate" if inside => calls.push(Call::Cut { file: path, length: last_number() }),
            "fsync" | "fdatasync" if inside && result == "0" => calls.push(Call::Synced { path }),
            "openat" if is_database(&named) && arguments.contains("O_CREAT") && known.insert(named.clone()) => {
                calls.push(Call::Created { file: named });
            }
            "unlink" | "unlinkat" if is_database(&named) => {
                known.remove(&named);
                calls.push(Call::Removed { file: named });
            }
            "writev" | "pwritev" | "fallocate" | "rename" if inside || named.starts_with(folder) => {
                panic!("{name} is not understood")
            }
            _ => {}
        }
    }
    calls
}

/// Is `strace` here? On CI it must be.
fn can_trace() -> bool {
    let found = Command::new("strace").arg("--version").output().is_ok_and(|o| o.status.success());
    let required = std::env::var_os("CI").is_some() || std::env::var_os("ATENA_REQUIRE_STRACE").is_some();
    assert!(found || !required, "strace must be installed for the test of lost writes (Debian: apt-get install strace)");
    if !found {
        println!("strace is not installed: the test of lost writes did not run");
    }
    found
}

/// Runs the process under `strace` to its end and reads the record.
async fn record(options: &[&str]) -> (Vec<Call>, String) {
    let database = fresh_sqlite().await.unwrap();
    let folder = database.file.as_ref().and_then(|f| f.parent()).unwrap().to_owned();
    database.db.close().await;
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.with_extension("record");
    let calls = "trace=openat,write,pwrite64,writev,pwritev,ftruncate,fallocate,fsync,fdatasync,unlink,unlinkat,rename";
    let mut before =
        vec!["-f", "-qq", "-y", "-xx", "-s", "1000000", "-e", "signal=none", "-e", calls, "-o", file.to_str().unwrap()];
    before.extend(options);
    let output = writer("strace", &before, &folder, None, 1, Some(UNITS)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let text = std::fs::read_to_string(&file).unwrap();
    let name = folder.to_str().unwrap().to_owned();
    let calls = read_record(&text, &name);
    std::fs::remove_file(&file).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    (calls, name)
}

/// Cuts the power at many moments; answers how many were tried and what was lost.
async fn cut_again_and_again(calls: Vec<Call>, folder: &str) -> (usize, Vec<String>) {
    let place = PathBuf::from(format!("{folder}-found"));
    let (mut disk, mut luck) = (Disk::default(), Luck(20_261_120));
    let (mut tried, mut losses) = (0, vec![]);
    for call in calls {
        // Right after something was told, and now and then in the middle of writing or copying back.
        let told = matches!(call, Call::Told { .. });
        let main_file = matches!(&call, Call::Write { file, .. } if file.ends_with("city.db"));
        disk.apply(call, folder);
        let chance = if told {
            6
        } else if main_file {
            24
        } else {
            250
        };
        if disk.told.is_empty() || !luck.next().is_multiple_of(chance) {
            continue;
        }
        for lucky in [false, true] {
            disk.lay_out(&place, lucky.then_some(&mut luck));
            tried += 1;
            if let Err(loss) = found(&place, &disk.told).await {
                losses.push(format!("after {} units, lucky {lucky}: {loss}", disk.told.len()));
            }
        }
    }
    std::fs::remove_dir_all(&place).ok();
    (tried, losses)
}

async fn found(place: &Path, told: &[String]) -> Result<(), String> {
    let db = Db::open(None, &place.join("city.db")).await.map_err(|e| e.to_string())?;
    let mut tx = db.read().await.map_err(|e| e.to_string())?;
    let check = tx.one("pragma integrity_check", vec![]).await.map_err(|e| e.to_string())?;
    drop(tx);
    let sound = check.get::<String>("integrity_check").map_err(|e| e.to_string())?;
    let result = if sound == "ok" { stored(&db, told).await.map(|_| ()) } else { Err(sound) };
    db.close().await;
    result
}

#[tokio::test]
async fn nothing_that_was_stored_is_lost_when_the_power_fails() {
    if !can_trace() {
        return;
    }
    let (calls, folder) = record(&[]).await;
    let told = calls.iter().filter(|c| matches!(c, Call::Told { .. })).count();
    assert_eq!(told as u64, 4 * UNITS);
    let after_first = calls.iter().skip_while(|c| !matches!(c, Call::Told { .. }));
    let copied_back = after_first.filter(|c| matches!(c, Call::Synced { path } if path.ends_with("city.db"))).count();
    assert!(copied_back >= 1, "the write-ahead log was never copied back");
    let (tried, losses) = cut_again_and_again(calls, &folder).await;
    println!("{tried} power cuts, {} losses", losses.len());
    assert!(tried >= 100, "only {tried} moments");
    assert_eq!(losses, Vec::<String>::new());
}

#[tokio::test]
async fn without_syncing_the_same_check_finds_losses() {
    if !can_trace() {
        return;
    }
    let (calls, folder) = record(&["-e", "inject=fsync,fdatasync:retval=0:when=60+"]).await;
    let (tried, losses) = cut_again_and_again(calls, &folder).await;
    println!("{tried} power cuts, {} losses", losses.len());
    let gone = losses.iter().filter(|loss| loss.contains("was stored and is gone")).count();
    assert!(gone >= 10, "{tried} moments, {gone} losses");
}
