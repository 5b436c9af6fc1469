//! The reference data that comparison needs, handed in by the caller and named in every result.

use kernel::text::{Fold, address_key};
use std::collections::HashSet;

/// Folding of 異体字 and the names of prefectures, cities and wards, with the version that every result names.
#[derive(Debug, Clone)]
pub struct Tables {
    /// Version of the tables; results of different versions are not comparable.
    pub version: String,
    pub(crate) fold: Fold,
    municipalities: HashSet<String>,
}

impl Tables {
    /// Tables from a folding function and municipality names as addresses begin with them (大阪府, 堺市堺区, 堺市, 堺区, 泉北郡忠岡町).
    pub fn new<'a>(version: &str, fold: Fold, municipalities: impl IntoIterator<Item = &'a str>) -> Self {
        let municipalities = municipalities.into_iter().map(|name| address_key(name, fold)).collect();
        Self { version: version.to_owned(), fold, municipalities }
    }

    /// The part of an address key after its prefecture and its municipality, both of which may be missing.
    pub(crate) fn local<'k>(&self, key: &'k str) -> &'k str {
        let prefecture = key.char_indices().skip(2).take(2).find(|(_, c)| "都道府県".contains(*c));
        let rest = prefecture.map_or(0, |(at, c)| at + c.len_utf8());
        let key = key.get(rest..).filter(|_| key.get(..rest).is_some_and(|p| self.municipalities.contains(p))).unwrap_or(key);
        let ends = key.char_indices().take(16).filter(|(_, c)| "市区町村".contains(*c)).map(|(at, c)| at + c.len_utf8());
        let city = ends.filter(|end| key.get(..*end).is_some_and(|name| self.municipalities.contains(name))).last();
        city.and_then(|end| key.get(end..)).filter(|rest| !rest.is_empty()).unwrap_or(key)
    }
}
