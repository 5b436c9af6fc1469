//! What a city looks like inside after the story was played in it: no column is empty for everybody, and nothing secret can be read in
//! any file that the process wrote.

use super::{Options, options, remove};
use crate::demo::{DemoCity, load, open_city, story};
use crate::running::Running;
use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::path::{Path, PathBuf};
use webkit::House;

/// A city in which the story was played to its end, while its server is still running.
pub struct Playing {
    pub house: House,
    pub options: Options,
    pub running: Running,
    /// The passwords that its staff were given, and those that they chose.
    pub one_time: Vec<String>,
    pub chosen: Vec<String>,
}

/// A city in which the story was played to its end, and the passwords that its staff chose.
pub async fn played(name: &str) -> (House, Options, Vec<String>) {
    let playing = play(name).await;
    playing.running.stop().await;
    (playing.house, playing.options, playing.chosen)
}

pub async fn play(name: &str) -> Playing {
    let options = Options { residents: 1_500, ..options(None, name) };
    let today = options.today.unwrap();
    let DemoCity { house, passwords } = open_city(&options).await.unwrap();
    let witness = crate::witness(&options.data, house.city.keys());
    let running = Running::start(house.clone().over_plain_http(), options.listen, witness.clone()).await.unwrap();
    let made = synth::City::generate(load::SEED, options.residents, today);
    story::play(&house, &made, witness.as_ref(), &passwords, None).await.unwrap();
    let one_time: Vec<String> = passwords.iter().map(|(_, password)| password.clone()).collect();
    let chosen = one_time.iter().map(|password| format!("{password}-own")).collect();
    Playing { house, options, running, one_time, chosen }
}

/// Columns (or whole registers) that the story does not fill yet, and the test that does.
const ELSEWHERE: &[(&str, &str)] = &[
    ("medical_aid_share.superseded_seq", "区分の訂正: medical_aid tests changes.rs"),
    ("medical_aid_card.file_id", "年次更新で一括して印刷した文書: medical_aid tests renewal"),
    ("medical_aid_school_leave.superseded_seq", "申立書の訂正: medical_aid tests changes.rs"),
];

#[tokio::test]
async fn no_column_is_empty_for_everybody() {
    let (house, options, _) = played("columns").await;
    let (mut empty, mut stale) = (vec![], vec![]);
    // The server has closed its own.
    let db = platform::db::Db::open(None, &options.data.join("city.db")).await.unwrap();
    let mut tx = db.read().await.unwrap();
    for register in house.programmes.iter().flat_map(|p| &p.registers) {
        for column in register.columns {
            let sql =
                format!("select count(case when cast({} as text) <> '' then 1 end) as n from {}", column.name, register.table);
            let filled: i64 = tx.one(Box::leak(sql.into_boxed_str()), vec![]).await.unwrap().get("n").unwrap();
            let name = format!("{}.{}", register.table, column.name);
            let known = ELSEWHERE.iter().any(|(place, _)| *place == name || *place == register.table);
            match (filled, known) {
                (0, false) => empty.push(format!("{name} ({})", column.label_ja)),
                (1.., true) => stale.push(name),
                _ => {}
            }
        }
    }
    drop(tx);
    db.close().await;
    remove(&options, None).await;
    assert!(stale.is_empty(), "filled by now, and no exception any more: {stale:?}");
    assert!(empty.is_empty(), "{} columns that nobody uses:\n{}", empty.len(), empty.join("\n"));
}

/// A digit string in every spelling that somebody might search for.
fn spellings(digits: &str) -> Vec<Vec<u8>> {
    let grouped = |mark: &str| {
        let all: Vec<char> = digits.chars().collect();
        all.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join(mark)
    };
    let wide: String = digits.chars().filter_map(|c| char::from_u32(u32::from(c) - u32::from('0') + 0xFF10)).collect();
    let sjis: Vec<u8> = digits.bytes().flat_map(|d| [0x82, 0x4F + (d - b'0')]).collect();
    let utf16 = |text: &str, little: bool| -> Vec<u8> {
        text.encode_utf16().flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
    };
    let hex: String = digits.bytes().map(|b| format!("{b:02x}")).collect();
    let mut all = vec![
        digits.as_bytes().to_vec(),
        grouped("-").into_bytes(),
        grouped(" ").into_bytes(),
        wide.clone().into_bytes(),
        sjis,
        utf16(digits, true),
        utf16(digits, false),
        utf16(&wide, true),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
    ];
    // Base64 of the digits inside longer text: the characters that do not depend on what stands before or after.
    for lead in 0..3 {
        let padded = [vec![b'x'; lead], digits.as_bytes().to_vec(), vec![b'x'; 3]].concat();
        let text = STANDARD_NO_PAD.encode(padded);
        let (from, to) = ((lead * 8).div_ceil(6), (lead + digits.len()) * 8 / 6);
        all.push(text.as_bytes()[from..to].to_vec());
    }
    all
}

fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, all) } else { all.push(path) }
    }
}

/// Which secrets stand readable in which files under a folder.
fn readable(folder: &Path, secrets: &[(String, Vec<Vec<u8>>)]) -> Vec<String> {
    let patterns: Vec<&[u8]> = secrets.iter().flat_map(|(_, all)| all.iter().map(Vec::as_slice)).collect();
    let whose: Vec<&str> = secrets.iter().flat_map(|(name, all)| all.iter().map(|_| name.as_str())).collect();
    let search = AhoCorasick::new(&patterns).unwrap();
    let (mut all, mut found) = (vec![], vec![]);
    files(folder, &mut all);
    for path in all {
        let bytes = std::fs::read(&path).unwrap();
        for hit in search.find_iter(&bytes).take(3) {
            found.push(format!("{} in {} at {}", whose[hit.pattern().as_usize()], path.display(), hit.start()));
        }
    }
    found
}

#[tokio::test]
async fn nothing_secret_can_be_read_in_any_file() {
    let Playing { options, running, one_time, chosen, .. } = play("secrets").await;
    let mut secrets: Vec<(String, Vec<Vec<u8>>)> = vec![];
    // What the story typed.
    for body in ["99000010001", "99000010002", "99000010003", "99000010004", "99000010005", "99000010006"] {
        let number = mynumber::IndividualNumber::from_body(body).unwrap();
        secrets.push((format!("個人番号 of the family {body}"), spellings(number.expose())));
    }
    for account in ["4815926", "4815934", "4815942"] {
        secrets.push((format!("account {account}"), spellings(account)));
    }
    for password in one_time.iter().chain(&chosen) {
        let utf16 = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
        secrets.push(("a password".into(), vec![password.as_bytes().to_vec(), utf16]));
    }
    // What the load brought in.
    let made = synth::City::generate(load::SEED, options.residents, options.today.unwrap());
    for person in made.households().flat_map(|h| h.people).take(300) {
        secrets.push((format!("個人番号 of resident {}", person.serial), spellings(person.individual_number.expose())));
        secrets.push((format!("住民票コード of resident {}", person.serial), spellings(person.juminhyo_code.as_str())));
    }
    // While the server runs, with what is still in its write-ahead log, and after it has ended.
    let mut found = readable(&options.data, &secrets);
    running.stop().await;
    found.extend(readable(&options.data, &secrets));
    // The search itself can find: the same secret, left in a file in one of its spellings.
    let careless = options.data.join("careless.tmp");
    for (n, spelling) in secrets[0].1.iter().enumerate() {
        std::fs::write(&careless, [b"memo ".as_slice(), spelling, b" end"].concat()).unwrap();
        let seen = readable(&options.data, &secrets).iter().any(|f| f.contains("careless.tmp"));
        assert!(seen, "spelling {n} would not be found");
    }
    remove(&options, None).await;
    assert!(found.is_empty(), "readable on disk:\n{}", found.join("\n"));
}
