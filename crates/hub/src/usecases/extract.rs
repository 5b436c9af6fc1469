//! The extract of another system: a CSV file with one person a row, under the system's own numbers.

use super::register_outsider::Entry;
use csv::StringRecord;
use kernel::text::{fold_width, parse_birth_query};
use kernel::time::wareki;
use platform::Fault;

/// Most rows of one file.
pub const MOST: usize = 100_000;

/// Headings of each column; the first three must be there.
const HEADINGS: [&[&str]; 9] = [
    &["atena_no", "宛名番号"],
    &["shimei", "氏名"],
    &["birth", "生年月日"],
    &["shimei_kana", "氏名カナ", "氏名_フリガナ"],
    &["tsusho", "通称"],
    &["sex", "性別"],
    &["jusho", "住所"],
    &["tel", "電話番号"],
    &["kojin_bango", "個人番号"],
];

/// One row: the system's number and what it knows of the person.
#[derive(Debug, Clone)]
pub struct Person {
    /// The system's own number, as it came.
    pub number: String,
    /// The rest; checked when it is taken over.
    pub entry: Entry,
}

/// Reads a file; `today` is the day from which the numbers are known here.
///
/// # Errors
/// A file that is no such extract: no UTF-8, no headings, no rows or too many. A bad row is no error here.
pub fn read(body: &[u8], today: kernel::Date) -> Result<Vec<Person>, Fault> {
    let wrong = |why: String| Fault::field("file", why);
    let text = std::str::from_utf8(body).map_err(|_| wrong("ファイルの文字コードがUTF-8ではありません".into()))?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let head = reader.headers().map_err(|_| wrong("1行目の見出しを読めません".into()))?.clone();
    let columns = HEADINGS.map(|names| head.iter().position(|h| names.contains(&h.trim())));
    if columns.iter().take(3).any(Option::is_none) {
        return Err(wrong("宛名番号・氏名・生年月日の見出しが必要です".into()));
    }
    let mut people = vec![];
    for row in reader.records() {
        let row = row.map_err(|e| wrong(format!("{}行目をCSVとして読めません", e.position().map_or(0, csv::Position::line))))?;
        people.push(person(&row, &columns, today));
        if people.len() > MOST {
            return Err(wrong(format!("一度に処理できるのは{MOST}行までです。分けて送ってください")));
        }
    }
    if people.is_empty() {
        return Err(wrong("人の行がありません".into()));
    }
    Ok(people)
}

fn person(row: &StringRecord, columns: &[Option<usize>; 9], today: kernel::Date) -> Person {
    let [number, name, birth, kana, alias, sex, address, phone, my_number] =
        columns.map(|at| at.and_then(|at| row.get(at)).unwrap_or_default().trim().to_owned());
    let sex = match sex.as_str() {
        "1" | "男" => "男",
        "2" | "女" => "女",
        _ => "不明",
    };
    let entry = Entry {
        kind: "0".into(),
        name,
        // A date in any notation of the systems, of which two mean that it is unknown. What cannot be read stays as it came, for the message.
        birth: match birth.as_str() {
            "00000000" | "19000101" => "年月日不詳".into(),
            _ => parse_birth_query(&birth).map_or(birth, wareki),
        },
        kana: fold_width(&kana),
        alias,
        sex: sex.into(),
        address,
        phone,
        my_number,
        moved_on: today.to_string(),
        ..Entry::default()
    };
    Person { number, entry }
}
