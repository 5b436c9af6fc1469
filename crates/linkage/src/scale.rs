//! A larger city from a small one: copies of a folder whose people are other people, for tests of speed and memory.
//!
//! Families, twins, spelling habits and errors of the original stay as they are. Names stay (a larger city has more people of the same
//! name), birth dates are shifted, towns get another name, numbers and phones other digits.

use crate::LinkageError;
use crate::read::reader;
use csv::StringRecord;
use kernel::text::parse_birth_query;
use mynumber::IndividualNumber;
use std::path::Path;

/// Days by which each copy is older than the one before.
const DAYS_APART: i64 = 89;
/// What the towns of the copies begin with.
const TOWN_MARKS: [char; 40] = [
    '桜', '梅', '松', '竹', '菊', '藤', '萩', '桐', '柳', '椿', '楠', '樫', '栗', '柿', '桃', '杉', '檜', '欅', '蓮', '葵', '鶴',
    '亀', '鷹', '鷲', '雁', '鳩', '燕', '鯉', '鮎', '鯛', '虎', '龍', '馬', '牛', '鹿', '熊', '狐', '兎', '猫', '犬',
];

/// Writes `copies` copies of every CSV file of a folder into another folder, one after the other in each file.
///
/// # Errors
/// When a file cannot be read or written.
pub fn scale(folder: &Path, out: &Path, copies: usize) -> Result<(), LinkageError> {
    std::fs::create_dir_all(out).map_err(|e| LinkageError::write(out, &e))?;
    let entries = std::fs::read_dir(folder).map_err(|e| LinkageError::read(folder, &e))?;
    for path in entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.extension().is_some_and(|e| e == "csv")) {
        let failed = |e: csv::Error| LinkageError::read(&path, &e);
        let mut input = reader(&path)?;
        let header = input.headers().map_err(failed)?.clone();
        let rows: Vec<StringRecord> = input.into_records().collect::<Result<_, _>>().map_err(failed)?;
        let target = out.join(path.file_name().unwrap_or_default());
        let unwritten = |e: csv::Error| LinkageError::write(&target, &e);
        let mut writer = csv::Writer::from_path(&target).map_err(unwritten)?;
        writer.write_record(&header).map_err(unwritten)?;
        for copy in 0..copies.min(TOWN_MARKS.len()) {
            for row in &rows {
                writer
                    .write_record(header.iter().zip(row).map(|(column, value)| other(column, value, copy)))
                    .map_err(unwritten)?;
            }
        }
        writer.flush().map_err(|e| LinkageError::write(&target, &e))?;
    }
    Ok(())
}

/// The value of a column in one copy; copy 0 is the original.
fn other(column: &str, value: &str, copy: usize) -> String {
    if copy == 0 || value.is_empty() {
        return value.to_owned();
    }
    match column {
        "atena_no" => format!("{copy}{value}"),
        "rec_id" => value.replace(':', &format!(":{copy}")),
        "person_id" | "person_a" | "person_b" => format!("{copy}{value:0>7}"),
        "kojin_bango" => other_number(value, copy),
        "birth" => other_birth(value, copy),
        "jusho" => other_town(value, copy),
        "old_value" if value.chars().any(|c| c.is_numeric()) => other_town(value, copy),
        "tel" => value.chars().enumerate().map(|(at, c)| if at > 5 { turned(c, copy, 10) } else { c }).collect(),
        _ => value.to_owned(),
    }
}

/// A digit moved on by the copy's number, in its own width.
fn turned(c: char, by: usize, of: usize) -> char {
    let digit = c.to_digit(10).and_then(|d| usize::try_from(d).ok());
    digit.and_then(|d| char::from_digit(u32::try_from((d + by) % of).ok()?, 10)).unwrap_or(c)
}

/// Another valid 個人番号; one whose check digit was wrong stays as it is.
fn other_number(value: &str, copy: usize) -> String {
    let body: String = value.chars().take(11).enumerate().map(|(at, c)| if at < 4 { turned(c, copy, 10) } else { c }).collect();
    match IndividualNumber::parse(value).and_then(|_| IndividualNumber::from_body(&body)) {
        Ok(number) => number.expose().to_owned(),
        Err(_) => value.to_owned(),
    }
}

/// The date some days earlier, in the same notation; fillers and unreadable dates stay.
fn other_birth(value: &str, copy: usize) -> String {
    let days = DAYS_APART * i64::try_from(copy).unwrap_or(0);
    let Some(date) = parse_birth_query(value).filter(|d| d.year() > 1900) else { return value.to_owned() };
    let Ok(date) = date.checked_sub(jiff_days(days)) else { return value.to_owned() };
    let short = kernel::time::wareki_short(date);
    match value.len() {
        8 if value.bytes().all(|b| b.is_ascii_digit()) => date.strftime("%Y%m%d").to_string(),
        10 if value.contains('/') => date.strftime("%Y/%m/%d").to_string(),
        7 if value.bytes().all(|b| b.is_ascii_digit()) => era_coded(&short, value),
        _ => short,
    }
}

fn jiff_days(days: i64) -> std::time::Duration {
    std::time::Duration::from_secs(u64::try_from(days).unwrap_or(0) * 86_400)
}

/// S36.5.25 → 3360525.
fn era_coded(short: &str, otherwise: &str) -> String {
    let mut chars = short.chars();
    let code = chars.next().and_then(|letter| "MTSHR".find(letter)).map(|at| at + 1);
    let parts: Vec<u32> = chars.as_str().split('.').filter_map(|n| n.parse().ok()).collect();
    match (code, parts.as_slice()) {
        (Some(code), [year, month, day]) => format!("{code}{year:02}{month:02}{day:02}"),
        _ => otherwise.to_owned(),
    }
}

/// Puts the copy's mark before the name of the town, after the ward when there is one.
fn other_town(value: &str, copy: usize) -> String {
    let ward = value.char_indices().take(10).filter(|(_, c)| *c == '区').map(|(at, c)| at + c.len_utf8()).last().unwrap_or(0);
    let (city, town) = value.split_at(ward);
    let mark = TOWN_MARKS.get(copy).copied().unwrap_or('新');
    format!("{city}{mark}{town}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_another_person_in_the_same_notation() {
        assert_eq!(other("birth", "19961231", 1), "19961003");
        assert_eq!(other("birth", "1996/12/31", 1), "1996/10/03");
        assert_eq!(other("birth", "H8.12.31", 1), "H8.10.3");
        assert_eq!(other("birth", "4081231", 1), "4081003");
        assert_eq!(other("birth", "19000101", 1), "19000101");
        assert_eq!(other("jusho", "大阪府堺市北区金岡町849番地の4", 1), "大阪府堺市北区梅金岡町849番地の4");
        assert_eq!(other("jusho", "金岡町849-4", 1), "梅金岡町849-4");
        let number = other("kojin_bango", "779646225326", 3);
        assert!(number != "779646225326" && IndividualNumber::parse(&number).is_ok());
        assert_eq!(other("rec_id", "zei:20000007", 2), "zei:220000007");
        assert_eq!(other("shimei", "高崎　太郎", 2), "高崎　太郎");
    }
}
