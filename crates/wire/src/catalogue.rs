//! 項目表: which items a 特定個人情報 has, by version and day. Versioned data (`params/exchange/items.toml`) beside the list of permitted
//! inquiries: what is not in it is neither kept as 正本, nor copied, nor asked for.

use crate::error::ExchangeError;
use crate::ident::{DataSet, DataSetId, ItemId, RecordKey};
use crate::replica::{Reason, Value};
use kernel::time::{Date, Period, fiscal_year, parse_date, wareki_fiscal};
use serde::Deserialize;
use std::collections::BTreeMap;
use thiserror::Error;

const FILE: &str = include_str!("../../../params/exchange/items.toml");

/// Why the catalogue cannot be used. Raised at start.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("項目表(params/exchange/items.toml)を使えません: {0}。行を確かめてください")]
pub struct CatalogueError(String);

/// Why a record does not fit its layout. Says nothing of the values.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Misfit {
    /// No such version of the data set.
    #[error("{0} の第{1}版は項目表にありません。版を確かめてください")]
    Layout(DataSetId, u16),
    /// No such item in the version.
    #[error("項目「{0}」は項目表にありません。項目表の名前と比べてください")]
    Item(ItemId),
    /// An item that must have a value, or may not be empty for this reason.
    #[error("項目「{0}」に未設定事由「{1}」は使えません。値か、使える事由を入れてください")]
    Empty(ItemId, &'static str),
}

impl Misfit {
    /// The same by the names of the exchange.
    pub fn error(&self) -> ExchangeError {
        match self {
            Misfit::Layout(..) => ExchangeError::MasterVersionMismatch,
            Misfit::Item(_) | Misfit::Empty(..) => ExchangeError::ItemMismatch,
        }
    }
}

/// What tells the records of one person apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// There is one record, of today.
    Current,
    /// One record a fiscal year; so many of them may be asked for, this year's included.
    FiscalYear(u8),
}

/// One item of a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name on the wire and in files.
    pub id: ItemId,
    /// Its name on screens.
    pub name: String,
    /// What it says, with its unit.
    pub meaning: String,
    /// Reasons for which it may be empty; none: it always has a value.
    pub empty: Vec<Reason>,
}

/// One version of a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Data set and version.
    pub data_set: DataSet,
    /// Days on which it is the version to ask for.
    pub period: Period,
    /// What tells records apart.
    pub key: KeyKind,
    /// The items, in the order of the file.
    pub items: Vec<Item>,
    /// Law and article.
    pub legal_basis: String,
    /// Where it was read.
    pub source: String,
    /// Day it was checked there; `None` = 未確認.
    pub verified_on: Option<Date>,
    /// Last day on which a public source was looked for.
    pub looked_on: Date,
}

impl Layout {
    /// An item.
    pub fn item(&self, id: &ItemId) -> Option<&Item> {
        self.items.iter().find(|item| item.id == *id)
    }

    /// The records that can be asked for on a day, the newest first: key and name. None when there is one record only.
    pub fn keys(&self, on: Date) -> Vec<(String, String)> {
        let KeyKind::FiscalYear(years) = self.key else { return vec![] };
        let this = fiscal_year(on);
        (0..i16::from(years)).map(|back| this - back).map(|year| (year.to_string(), wareki_fiscal(year))).collect()
    }

    /// A record key in words: 令和8年度; nothing for the only record of a person.
    pub fn key_ja(&self, key: &RecordKey) -> String {
        match (self.key, key.as_str().parse()) {
            (KeyKind::FiscalYear(_), Ok(year)) => wareki_fiscal(year),
            (KeyKind::Current, _) => "現在".into(),
            _ => key.to_string(),
        }
    }

    /// Are these items of the layout?
    ///
    /// # Errors
    /// The first one that is not.
    pub fn knows<'a>(&self, items: impl IntoIterator<Item = &'a ItemId>) -> Result<(), Misfit> {
        items.into_iter().try_for_each(|id| self.item(id).map(|_| ()).ok_or_else(|| Misfit::Item(id.clone())))
    }

    /// Do these items fit?
    ///
    /// # Errors
    /// The first one that does not.
    pub fn check<'a>(&self, items: impl IntoIterator<Item = (&'a ItemId, &'a Value)>) -> Result<(), Misfit> {
        for (id, value) in items {
            let item = self.item(id).ok_or_else(|| Misfit::Item(id.clone()))?;
            if let Value::Absent(reason) = value
                && !item.empty.contains(reason)
            {
                return Err(Misfit::Empty(id.clone(), reason.name()));
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    id: ItemId,
    name: String,
    meaning: String,
    empty: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLayout {
    data_set: DataSetId,
    version: u16,
    effective_from: String,
    #[serde(default)]
    effective_to: String,
    key: String,
    #[serde(default)]
    years: u8,
    legal_basis: String,
    source: String,
    verified_on: String,
    looked_on: String,
    item: Vec<RawItem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(rename = "area")]
    _area: String,
    #[serde(rename = "owner")]
    _owner: String,
    layout: Vec<RawLayout>,
}

/// The catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue(BTreeMap<(DataSetId, u16), Layout>);

impl Catalogue {
    /// The catalogue shipped with the program.
    ///
    /// # Errors
    /// [`CatalogueError`] when the shipped file is broken, which its test excludes.
    pub fn load() -> Result<Self, CatalogueError> {
        Self::parse(FILE)
    }

    /// Reads a catalogue.
    ///
    /// # Errors
    /// [`CatalogueError`].
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let file: RawFile = toml::from_str(text).map_err(|e| CatalogueError(e.to_string()))?;
        let mut all = BTreeMap::new();
        for raw in file.layout {
            let layout = layout(raw)?;
            let key = (layout.data_set.id.clone(), layout.data_set.version);
            if let Some(twice) = all.insert(key, layout) {
                return Err(CatalogueError(format!("{} の第{}版が二つあります", twice.data_set.id, twice.data_set.version)));
            }
        }
        Ok(Self(all))
    }

    /// The version of a data set to ask for on a day: the newest in force.
    pub fn on(&self, data_set: &DataSetId, day: Date) -> Option<&Layout> {
        self.versions(data_set).rev().find(|layout| layout.period.contains(day))
    }

    /// The version in which a record stands: one of a fiscal year in that of the year's last day, or of today while the year lasts, so that
    /// the records of earlier years stay as they are when a new version comes; any other in the version of the day.
    pub fn of(&self, data_set: &DataSetId, key: &RecordKey, day: Date) -> Option<&Layout> {
        let newest = self.on(data_set, day)?;
        let (KeyKind::FiscalYear(_), Ok(year)) = (newest.key, key.as_str().parse::<i16>()) else { return Some(newest) };
        let last = Date::new(year.saturating_add(1), 3, 31).unwrap_or(day);
        let oldest = || self.versions(data_set).next();
        self.on(data_set, last.min(day)).or_else(oldest)
    }

    /// Every version of a data set, the oldest first.
    pub fn versions(&self, data_set: &DataSetId) -> impl DoubleEndedIterator<Item = &Layout> {
        self.0.range((data_set.clone(), 0)..=(data_set.clone(), u16::MAX)).map(|(_, layout)| layout)
    }

    /// The layout of a data set in its version.
    ///
    /// # Errors
    /// [`Misfit::Layout`].
    pub fn layout(&self, data_set: &DataSet) -> Result<&Layout, Misfit> {
        let missing = || Misfit::Layout(data_set.id.clone(), data_set.version);
        self.0.get(&(data_set.id.clone(), data_set.version)).ok_or_else(missing)
    }

    /// Every layout.
    pub fn layouts(&self) -> impl Iterator<Item = &Layout> {
        self.0.values()
    }
}

fn item(raw: RawItem) -> Result<Item, CatalogueError> {
    let reason = |word: &String| Reason::of(word).ok_or_else(|| CatalogueError(format!("未設定事由「{word}」はありません")));
    let empty = raw.empty.iter().map(reason).collect::<Result<_, _>>()?;
    Ok(Item { id: raw.id, name: raw.name, meaning: raw.meaning, empty })
}

fn layout(raw: RawLayout) -> Result<Layout, CatalogueError> {
    let place = format!("{} の第{}版", raw.data_set, raw.version);
    let day = |text: &str| parse_date(text).map_err(|_| CatalogueError(format!("{place}の日付「{text}」")));
    let optional = |text: &str| if text.is_empty() { Ok(None) } else { day(text).map(Some) };
    let key = match (raw.key.as_str(), raw.years) {
        ("current", 0) => KeyKind::Current,
        ("fiscal_year", years @ 1..) => KeyKind::FiscalYear(years),
        _ => return Err(CatalogueError(format!("{place}の key と years"))),
    };
    let period = Period::new(day(&raw.effective_from)?, optional(&raw.effective_to)?);
    let mut items: Vec<Item> = vec![];
    for raw in raw.item {
        let new = item(raw)?;
        if items.iter().any(|old| old.id == new.id) {
            return Err(CatalogueError(format!("{place}に「{}」が二つあります", new.id)));
        }
        items.push(new);
    }
    Ok(Layout {
        period: period.map_err(|_| CatalogueError(format!("{place}の期間")))?,
        verified_on: optional(&raw.verified_on)?,
        looked_on: day(&raw.looked_on)?,
        data_set: DataSet { id: raw.data_set, version: raw.version },
        key,
        items,
        legal_basis: raw.legal_basis,
        source: raw.source,
    })
}
