//! Reading the extracts of the systems, their history and a truth file from one folder.

use crate::LinkageError;
use csv::StringRecord;
use matching::{Corpus, Fact, Past, Record};
use mynumber::IndividualNumber;
use ring::hmac;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Rows taken into memory at a time.
const BATCH: usize = 20_000;

/// The columns we look for, with the headings they may have.
const COLUMNS: [(Field, &[&str]); 12] = [
    (Field::Number, &["atena_no", "宛名番号"]),
    (Field::MyNumber, &["kojin_bango", "個人番号"]),
    (Field::Name, &["shimei", "氏名"]),
    (Field::Kana, &["shimei_kana", "氏名カナ", "氏名_フリガナ"]),
    (Field::Alias, &["tsusho", "通称"]),
    (Field::AliasKana, &["tsusho_kana", "通称カナ", "通称_フリガナ"]),
    (Field::FormerSurname, &["kyushi", "旧氏"]),
    (Field::Birth, &["birth", "生年月日"]),
    (Field::Sex, &["sex", "性別"]),
    (Field::Address, &["jusho", "住所"]),
    (Field::Building, &["katagaki", "方書"]),
    (Field::Phone, &["tel", "電話番号"]),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Number,
    MyNumber,
    Name,
    Kana,
    Alias,
    AliasKana,
    FormerSurname,
    Birth,
    Sex,
    Address,
    Building,
    Phone,
}

/// Where each column stands in one file.
struct Layout(Vec<(Field, usize)>);

impl Layout {
    /// None when the file is not an extract of persons: number, name and birth date must be there.
    fn of(header: &StringRecord) -> Option<Self> {
        let find = |names: &[&str]| header.iter().position(|h| names.contains(&h.trim().trim_start_matches('\u{FEFF}')));
        let found: Vec<_> = COLUMNS.iter().filter_map(|(field, names)| Some((*field, find(names)?))).collect();
        let needed = [Field::Number, Field::Name, Field::Birth];
        needed.iter().all(|n| found.iter().any(|(f, _)| f == n)).then_some(Self(found))
    }

    fn get<'r>(&self, row: &'r StringRecord, field: Field) -> &'r str {
        self.0.iter().find(|(f, _)| *f == field).and_then(|(_, at)| row.get(*at)).unwrap_or_default()
    }
}

/// One extract: the system's name (`zei` for `sys02_zei.csv`) and its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extract {
    /// Name of the system.
    pub system: String,
    /// Its file.
    pub path: PathBuf,
}

/// The extracts of a folder, by file name: every CSV file that has the columns of persons.
///
/// # Errors
/// When the folder or a file cannot be read.
pub fn extracts(folder: &Path) -> Result<Vec<Extract>, LinkageError> {
    let entries = std::fs::read_dir(folder).map_err(|e| LinkageError::read(folder, &e))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")));
    paths.sort();
    let mut found = vec![];
    for path in paths {
        let mut reader = reader(&path)?;
        let header = reader.headers().map_err(|e| LinkageError::read(&path, &e))?;
        if Layout::of(header).is_some() {
            let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
            let system = stem.split_once('_').filter(|(head, _)| head.starts_with("sys")).map_or(stem, |(_, name)| name);
            found.push(Extract { system: system.to_owned(), path: path.clone() });
        }
    }
    Ok(found)
}

/// Reads one extract into the corpus, in batches. 個人番号 are checked and hashed here and go no further.
///
/// # Errors
/// When the file cannot be read or is not CSV.
pub fn read_extract(corpus: &mut Corpus, extract: &Extract, key: Option<&hmac::Key>) -> Result<(), LinkageError> {
    let mut reader = reader(&extract.path)?;
    let failed = |e: csv::Error| LinkageError::read(&extract.path, &e);
    let header = reader.headers().map_err(failed)?.clone();
    let Some(layout) = Layout::of(&header) else { return Ok(()) };
    let mut batch: Vec<StringRecord> = vec![];
    let mut rows = reader.into_records();
    loop {
        batch.clear();
        for row in rows.by_ref().take(BATCH) {
            batch.push(row.map_err(failed)?);
        }
        if batch.is_empty() {
            return Ok(());
        }
        let records: Vec<Record<'_>> = batch.iter().map(|row| record(&extract.system, &layout, row, key)).collect();
        corpus.add(&records);
    }
}

fn record<'r>(system: &'r str, layout: &Layout, row: &'r StringRecord, key: Option<&hmac::Key>) -> Record<'r> {
    let get = |field| layout.get(row, field);
    Record {
        system,
        number: get(Field::Number),
        token: token(get(Field::MyNumber), key),
        name: get(Field::Name),
        kana: get(Field::Kana),
        alias: get(Field::Alias),
        alias_kana: get(Field::AliasKana),
        former_surname: get(Field::FormerSurname),
        birth: get(Field::Birth),
        sex: get(Field::Sex),
        address: get(Field::Address),
        building: get(Field::Building),
        phone: get(Field::Phone),
    }
}

/// Keyed hash of a valid 個人番号; 0 for none, for one whose check digit is wrong, and when numbers are not compared.
fn token(text: &str, key: Option<&hmac::Key>) -> u64 {
    let (Some(key), Ok(number)) = (key, IndividualNumber::parse(text)) else { return 0 };
    let tag = hmac::sign(key, number.expose().as_bytes());
    tag.as_ref().iter().take(8).fold(0, |h, byte| h << 8 | u64::from(*byte)).max(1)
}

/// Reads the registry's history (`atena_no,kind,old_value,old_katagaki,idobi`). Returns how many facts were of no use.
///
/// # Errors
/// When the file cannot be read or is not CSV.
pub fn read_history(corpus: &mut Corpus, system: &str, path: &Path) -> Result<usize, LinkageError> {
    let failed = |e: csv::Error| LinkageError::read(path, &e);
    let rows: Vec<StringRecord> = reader(path)?.into_records().collect::<Result<_, _>>().map_err(failed)?;
    let facts = rows.iter().filter_map(|row| {
        let (value, more) = (row.get(2)?, row.get(3)?);
        let fact = match row.get(1)? {
            "jusho" | "住所" => Fact::Address { address: value, building: more },
            "shi" | "氏" => Fact::Surname { surname: value, kana: more },
            _ => return None,
        };
        Some((row.get(0)?, Past { fact, until: row.get(4).unwrap_or_default() }))
    });
    Ok(corpus.add_history(system, facts))
}

pub(crate) fn reader(path: &Path) -> Result<csv::Reader<File>, LinkageError> {
    csv::ReaderBuilder::new().flexible(true).buffer_capacity(1 << 18).from_path(path).map_err(|e| LinkageError::read(path, &e))
}
