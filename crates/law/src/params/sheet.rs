//! One parameter file: reading, checking, and the dated series taken from it.

use kernel::money::Yen;
use kernel::time::{Date, parse_date, wareki};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use thiserror::Error;

/// Why the parameters cannot be used. Raised at start, except [`ParamError::NotInForce`], which a rule returns when it is asked
/// about a day for which nobody wrote a value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParamError {
    /// A city whose rules are not on file, by its code or name.
    #[error("市のコード {0} の条例・規則の値がありません。params/ に市の値を足してください")]
    NoCity(String),
    /// The file is not valid TOML or a row lacks a field.
    #[error("パラメータファイル {file} を読めません: {detail}。行の形を確かめてください")]
    Unreadable {
        /// Name of the file.
        file: String,
        /// What the reader said.
        detail: String,
    },
    /// A date is unreadable or ends before it starts.
    #[error("{file} の {key} の日付「{text}」が正しくありません。2026-04-01 の形で、終わりは始まり以後にしてください")]
    BadDate {
        /// Name of the file.
        file: String,
        /// Key of the row.
        key: String,
        /// The text found.
        text: String,
    },
    /// A value has the wrong type.
    #[error("{file} の {key}({from}から)の値の型が違います: {detail}")]
    BadValue {
        /// Name of the file.
        file: String,
        /// Key of the row.
        key: String,
        /// First day of the row.
        from: Date,
        /// What the reader said.
        detail: String,
    },
    /// Two rows apply on the same day.
    #[error("{file} の {key} が {on} に二つあります。前の行の effective_to を直してください")]
    Overlap {
        /// Name of the file.
        file: String,
        /// Key of the rows.
        key: String,
        /// First day that both cover.
        on: Date,
    },
    /// A key that the program needs is not in the file.
    #[error("{file} に {key} がありません。行を足してください")]
    Missing {
        /// Name of the file.
        file: String,
        /// The key.
        key: String,
    },
    /// A key that the program does not know: most often a spelling mistake.
    #[error("{file} の {key} は使われていません。綴りを確かめてください")]
    Unknown {
        /// Name of the file.
        file: String,
        /// The key.
        key: String,
    },
    /// No row covers the day.
    #[error("{key} には {} に適用する定めがありません。パラメータを確かめてください", wareki(*.day))]
    NotInForce {
        /// Area and key.
        key: String,
        /// The day asked about.
        day: Date,
    },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    key: String,
    value: toml::Value,
    effective_from: String,
    #[serde(default)]
    effective_to: String,
    legal_basis: String,
    source: String,
    verified_on: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    area: String,
    owner: String,
    row: Vec<RawRow>,
}

/// Where a value comes from and when it applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFacts {
    /// `area.key`.
    pub key: String,
    /// Whose value it is: 国, みなと市 …
    pub owner: String,
    /// First day.
    pub from: Date,
    /// Last day; `None` while in force.
    pub to: Option<Date>,
    /// Law, ordinance, outline or contract, with article.
    pub legal_basis: String,
    /// Where the value was read.
    pub source: String,
    /// Day it was checked there; `None` = 未確認.
    pub verified_on: Option<Date>,
}

impl RowFacts {
    /// The name a decision keeps: `child_medical.monthly_cap@2015-04-01`.
    pub fn id(&self) -> String {
        format!("{}@{}", self.key, self.from)
    }

    /// 令和8年11月20日 確認 or 未確認, for screens and traces.
    pub fn verified_ja(&self) -> String {
        self.verified_on.map_or_else(|| "未確認".to_owned(), |d| format!("{} 確認", wareki(d)))
    }
}

/// One dated value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<T> {
    /// The value.
    pub value: T,
    /// Its dates, basis and source.
    pub facts: RowFacts,
}

/// A value through time: rows in order of their first day, never overlapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<T> {
    key: String,
    rows: Vec<Row<T>>,
}

impl<T> Dated<T> {
    /// The row in force on a day.
    ///
    /// # Errors
    /// [`ParamError::NotInForce`] when no row covers the day.
    pub fn at(&self, day: Date) -> Result<&Row<T>, ParamError> {
        let covers = |r: &&Row<T>| r.facts.from <= day && r.facts.to.is_none_or(|to| day <= to);
        self.rows.iter().rev().find(covers).ok_or_else(|| ParamError::NotInForce { key: self.key.clone(), day })
    }

    /// All rows, oldest first.
    pub fn rows(&self) -> &[Row<T>] {
        &self.rows
    }

    /// The days on which the value starts to be another one.
    pub(crate) fn changes(&self) -> impl Iterator<Item = Date> + '_ {
        self.rows.iter().map(|r| r.facts.from)
    }
}

/// Days between two rows for which no value is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// `area.key`.
    pub key: String,
    /// First day without a value.
    pub from: Date,
    /// Last day without a value.
    pub to: Date,
}

/// A parameter file whose rows are taken out key by key.
pub(crate) struct Sheet {
    file: String,
    area: String,
    owner: String,
    rows: BTreeMap<String, Vec<Row<toml::Value>>>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) index: Vec<RowFacts>,
}

impl Sheet {
    /// Reads a file and checks its dates.
    pub(crate) fn read(file: &str, text: &str) -> Result<Self, ParamError> {
        let unreadable = |e: toml::de::Error| ParamError::Unreadable { file: file.to_owned(), detail: e.message().to_owned() };
        let raw: RawFile = toml::from_str(text).map_err(unreadable)?;
        let mut sheet =
            Sheet { file: file.to_owned(), area: raw.area, owner: raw.owner, rows: BTreeMap::new(), gaps: vec![], index: vec![] };
        for row in raw.row {
            let (key, row) = sheet.row(row)?;
            sheet.index.push(row.facts.clone());
            sheet.rows.entry(key).or_default().push(row);
        }
        sheet.check_order()?;
        Ok(sheet)
    }

    fn row(&self, raw: RawRow) -> Result<(String, Row<toml::Value>), ParamError> {
        let bad = |text: &str| ParamError::BadDate { file: self.file.clone(), key: raw.key.clone(), text: text.to_owned() };
        let date = |text: &str| parse_date(text).map_err(|_| bad(text));
        let optional = |text: &str| if text.is_empty() { Ok(None) } else { date(text).map(Some) };
        let from = date(&raw.effective_from)?;
        let to = optional(&raw.effective_to)?;
        if to.is_some_and(|to| to < from) {
            return Err(bad(&raw.effective_to));
        }
        let verified_on = optional(&raw.verified_on)?;
        let facts = RowFacts {
            key: format!("{}.{}", self.area, raw.key),
            owner: self.owner.clone(),
            from,
            to,
            legal_basis: raw.legal_basis,
            source: raw.source,
            verified_on,
        };
        Ok((raw.key, Row { value: raw.value, facts }))
    }

    fn check_order(&mut self) -> Result<(), ParamError> {
        for (key, rows) in &mut self.rows {
            rows.sort_by_key(|r| r.facts.from);
            for (earlier, later) in rows.iter().zip(rows.iter().skip(1)) {
                let start = later.facts.from;
                match earlier.facts.to.and_then(|to| to.tomorrow().ok()) {
                    Some(next) if next < start => {
                        let to = start.yesterday().unwrap_or(start);
                        self.gaps.push(Gap { key: format!("{}.{key}", self.area), from: next, to });
                    }
                    Some(next) if next == start => {}
                    _ => return Err(ParamError::Overlap { file: self.file.clone(), key: key.clone(), on: start }),
                }
            }
        }
        Ok(())
    }

    fn typed<T: DeserializeOwned>(&self, key: &str, rows: Vec<Row<toml::Value>>) -> Result<Dated<T>, ParamError> {
        let read = |row: Row<toml::Value>| match row.value.try_into::<T>() {
            Ok(value) => Ok(Row { value, facts: row.facts }),
            Err(e) => Err(ParamError::BadValue {
                file: self.file.clone(),
                key: key.to_owned(),
                from: row.facts.from,
                detail: e.message().to_owned(),
            }),
        };
        let rows = rows.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(Dated { key: format!("{}.{key}", self.area), rows })
    }

    /// Takes the rows of one key.
    pub(crate) fn take<T: DeserializeOwned>(&mut self, key: &str) -> Result<Dated<T>, ParamError> {
        let missing = || ParamError::Missing { file: self.file.clone(), key: key.to_owned() };
        let rows = self.rows.remove(key).ok_or_else(missing)?;
        self.typed(key, rows)
    }

    /// Takes an amount in yen, which may not be negative.
    pub(crate) fn take_yen(&mut self, key: &str) -> Result<Dated<Yen>, ParamError> {
        let series = self.take::<Yen>(key)?;
        match series.rows().iter().find(|r| r.value < Yen::ZERO) {
            None => Ok(series),
            Some(r) => Err(ParamError::BadValue {
                file: self.file.clone(),
                key: key.to_owned(),
                from: r.facts.from,
                detail: "金額が負です".to_owned(),
            }),
        }
    }

    /// Takes everything that is left, by key.
    pub(crate) fn take_rest<T: DeserializeOwned>(&mut self) -> Result<BTreeMap<String, Dated<T>>, ParamError> {
        let rest = std::mem::take(&mut self.rows);
        rest.into_iter().map(|(key, rows)| self.typed(&key, rows).map(|d| (key, d))).collect()
    }

    /// Ends the reading: a key that nobody took is a spelling mistake.
    pub(crate) fn finish(self) -> Result<(Vec<Gap>, Vec<RowFacts>), ParamError> {
        match self.rows.into_keys().next() {
            Some(key) => Err(ParamError::Unknown { file: self.file, key }),
            None => Ok((self.gaps, self.index)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(rows: &[(&str, &str, &str, &str)]) -> String {
        let mut text = "area = \"test\"\nowner = \"みなと市\"\n".to_owned();
        for (key, value, from, to) in rows {
            text += &format!(
                "[[row]]\nkey = \"{key}\"\nvalue = {value}\neffective_from = \"{from}\"\neffective_to = \"{to}\"\n\
                 legal_basis = \"条例1条\"\nsource = \"例規集\"\nverified_on = \"\"\n"
            );
        }
        text
    }

    fn read(rows: &[(&str, &str, &str, &str)]) -> Result<Sheet, ParamError> {
        Sheet::read("test.toml", &file(rows))
    }

    fn day(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    #[test]
    fn the_row_in_force_is_found_by_day() {
        let mut sheet = read(&[("cap", "15", "2015-04-01", "2019-03-31"), ("cap", "18", "2019-04-01", "")]).unwrap();
        let cap = sheet.take::<i16>("cap").unwrap();
        assert_eq!(cap.at(day("2019-03-31")).unwrap().value, 15);
        assert_eq!(cap.at(day("2019-04-01")).unwrap().value, 18);
        assert_eq!(cap.at(day("2019-04-01")).unwrap().facts.id(), "test.cap@2019-04-01");
        assert_eq!(cap.at(day("2019-04-01")).unwrap().facts.verified_ja(), "未確認");
        let early = cap.at(day("2015-03-31"));
        assert!(matches!(early, Err(ParamError::NotInForce { .. })), "no value is invented for a day before the first row");
    }

    #[test]
    fn two_values_for_one_day_stop_the_start() {
        let closed_late = read(&[("cap", "1", "2015-04-01", "2019-04-01"), ("cap", "2", "2019-04-01", "")]);
        assert!(matches!(closed_late, Err(ParamError::Overlap { .. })));
        let never_closed = read(&[("cap", "1", "2015-04-01", ""), ("cap", "2", "2019-04-01", "")]);
        assert!(matches!(never_closed, Err(ParamError::Overlap { .. })));
    }

    #[test]
    fn a_hole_between_two_rows_is_reported_and_answers_with_an_error() {
        let mut sheet = read(&[("cap", "1", "2015-04-01", "2019-03-30"), ("cap", "2", "2019-04-01", "")]).unwrap();
        let cap = sheet.take::<i16>("cap").unwrap();
        assert!(cap.at(day("2019-03-31")).is_err());
        let (gaps, _) = sheet.finish().unwrap();
        assert_eq!(gaps, vec![Gap { key: "test.cap".into(), from: day("2019-03-31"), to: day("2019-03-31") }]);
    }

    #[test]
    fn a_misspelt_missing_or_mistyped_row_stops_the_start() {
        let mut sheet = read(&[("capp", "1", "2015-04-01", "")]).unwrap();
        assert!(matches!(sheet.take::<i16>("cap"), Err(ParamError::Missing { .. })));
        assert!(matches!(sheet.finish(), Err(ParamError::Unknown { .. })));
        let mut sheet = read(&[("cap", "\"多い\"", "2015-04-01", "")]).unwrap();
        assert!(matches!(sheet.take_yen("cap"), Err(ParamError::BadValue { .. })));
        let mut sheet = read(&[("cap", "-1", "2015-04-01", "")]).unwrap();
        assert!(matches!(sheet.take_yen("cap"), Err(ParamError::BadValue { .. })));
        assert!(matches!(read(&[("cap", "1", "2015-04-31", "")]), Err(ParamError::BadDate { .. })));
        assert!(matches!(read(&[("cap", "1", "2015-04-01", "2015-03-31")]), Err(ParamError::BadDate { .. })));
        assert!(matches!(Sheet::read("x", "area = 1"), Err(ParamError::Unreadable { .. })));
    }
}
