//! Records as they come in, and what is kept of them for comparison.

use crate::keys::{self, Place, Script};
use crate::tables::Tables;
use kernel::text::{kana_key, name_key};
use rayon::prelude::*;
use std::collections::HashMap;

/// How many records a city is taken to have at least: a handful of records says nothing about how rare a name is.
pub(crate) const SMALLEST_CITY: usize = 10_000;

/// One record of one system, as text. Missing fields are empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Record<'a> {
    /// The system it comes from (juki, zei …).
    pub system: &'a str,
    /// Its number there (宛名番号).
    pub number: &'a str,
    /// Keyed hash of a valid 個人番号, never the number; 0 when the record has none.
    pub token: u64,
    /// Name in kanji, kana or Latin letters.
    pub name: &'a str,
    /// Reading.
    pub kana: &'a str,
    /// 通称.
    pub alias: &'a str,
    /// Reading of the 通称.
    pub alias_kana: &'a str,
    /// 旧氏.
    pub former_surname: &'a str,
    /// Birth date in any notation.
    pub birth: &'a str,
    /// 1 or 男, 2 or 女.
    pub sex: &'a str,
    /// Address.
    pub address: &'a str,
    /// 方書, where it is written apart.
    pub building: &'a str,
    /// Phone number in any notation.
    pub phone: &'a str,
}

/// What the resident registry knew of a person until a day.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// What it was.
    pub fact: Fact<'a>,
    /// The day it ended (異動日), in any notation; empty when unknown. What ended before the person was born is not theirs.
    pub until: &'a str,
}

/// One fact of the past.
#[derive(Debug, Clone, Copy)]
pub enum Fact<'a> {
    /// A former address.
    Address {
        /// Address.
        address: &'a str,
        /// 方書.
        building: &'a str,
    },
    /// A former surname.
    Surname {
        /// In kanji.
        surname: &'a str,
        /// Reading.
        kana: &'a str,
    },
}

/// One name of a record. Hashes are 0 when that part is missing.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub script: Script,
    /// Key in kanji or Latin letters, its surname and its given name.
    pub whole: u64,
    pub surname: u64,
    pub given: u64,
    /// The same of the reading.
    pub kana: u64,
    pub kana_surname: u64,
    pub kana_given: u64,
    /// How rare: bits of the whole name, the reading, the given name.
    pub bits: [f32; 3],
    written: Option<Cut>,
    read: Option<Cut>,
    kind: Kind,
}

/// Where a name comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Main,
    Alias,
    Former,
}

impl Name {
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// The reading as letters, for edit distances.
    pub(crate) fn reading(&self) -> &str {
        self.read.as_ref().map_or("", |cut| &cut.key)
    }
}

/// A key and how many bytes of it are the surname (0 unknown).
#[derive(Debug, Clone)]
struct Cut {
    key: Box<str>,
    at: usize,
}

impl Cut {
    fn parts(&self) -> Option<(&str, &str)> {
        (self.at > 0 && self.at < self.key.len()).then(|| self.key.split_at(self.at))
    }
}

/// A record ready for comparison.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub system: u16,
    pub sex: u8,
    pub birth: u32,
    pub token: u64,
    pub phone: u64,
    pub number: Box<str>,
    pub names: Vec<Name>,
    /// The present address first, then former ones.
    pub places: Vec<Place>,
    /// Of all content, to order records that share system and number.
    pub content: u64,
}

/// All records of all systems.
#[derive(Debug)]
pub struct Corpus {
    pub(crate) tables: Tables,
    pub(crate) systems: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

impl Corpus {
    /// An empty collection that will compare with these tables.
    pub fn new(tables: Tables) -> Self {
        Self { tables, systems: vec![], rows: vec![] }
    }

    /// Takes records; normalising is spread over the processors. The order of arrival has no effect on any result.
    pub fn add(&mut self, records: &[Record<'_>]) {
        let systems: Vec<u16> = records.iter().map(|r| self.system(r.system)).collect();
        let tables = &self.tables;
        self.rows.par_extend(records.par_iter().zip(systems).map(|(record, system)| Row::read(record, system, tables)));
    }

    /// Number of records taken.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True before the first record.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn system(&mut self, name: &str) -> u16 {
        let at = self.systems.iter().position(|s| s == name).unwrap_or_else(|| {
            self.systems.push(name.to_owned());
            self.systems.len() - 1
        });
        u16::try_from(at).unwrap_or(u16::MAX)
    }

    /// Adds what the registry knows of the past of its own records. Returns how many facts were of no use: of unknown records, or ended
    /// before the person was born.
    ///
    /// The day of a fact is not held against the day a record was last changed: programmes change records without asking for the
    /// address, so a later change proves nothing.
    pub fn add_history<'a>(&mut self, system: &str, facts: impl IntoIterator<Item = (&'a str, Past<'a>)>) -> usize {
        let system = self.system(system);
        let of_system = self.rows.iter().enumerate().filter(|(_, row)| row.system == system);
        let mut index: HashMap<Box<str>, Vec<usize>> = HashMap::new();
        of_system.for_each(|(at, row)| index.entry(row.number.clone()).or_default().push(at));
        let mut useless = 0;
        for (number, past) in facts {
            let until = keys::birth(past.until);
            let mut used = false;
            for at in index.get(number).into_iter().flatten() {
                if let Some(row) = self.rows.get_mut(*at).filter(|row| until == 0 || until >= row.birth) {
                    row.remember(past.fact, &self.tables);
                    used = true;
                }
            }
            useless += usize::from(!used);
        }
        useless
    }

    /// Brings records into their canonical order, splits names that were written without a blank and counts names.
    pub(crate) fn prepare(&mut self) {
        let mut order: Vec<usize> = (0..self.systems.len()).collect();
        order.sort_by(|a, b| self.systems.get(*a).cmp(&self.systems.get(*b)));
        let mut rank = vec![0u16; order.len()];
        for (new, old) in order.iter().enumerate() {
            if let (Some(slot), Ok(new)) = (rank.get_mut(*old), u16::try_from(new)) {
                *slot = new;
            }
        }
        self.systems.sort();
        for row in &mut self.rows {
            row.system = rank.get(usize::from(row.system)).copied().unwrap_or(0);
        }
        // The hash of all content leaves one bit of the token out: it stands beside it.
        self.rows.par_sort_unstable_by(|a, b| {
            (a.system, &a.number, a.content, a.token).cmp(&(b.system, &b.number, b.content, b.token))
        });
        self.split_names();
        self.count_names();
    }

    /// 山本信也 is 山本 and 信也 because other records write 山本　○○ and ○○　信也.
    fn split_names(&mut self) {
        let mut parts: HashMap<(bool, u64), u32> = HashMap::new();
        let mut known: HashMap<u64, usize> = HashMap::new();
        for cut in self.rows.iter().flat_map(|r| &r.names).flat_map(|n| [&n.written, &n.read]).flatten() {
            if let Some((surname, given)) = cut.parts() {
                *parts.entry((true, keys::hash(surname))).or_default() += 1;
                *parts.entry((false, keys::hash(given))).or_default() += 1;
                // Where people differ about one name, the shorter family name stands: the records' order must not matter.
                known.entry(keys::hash(&cut.key)).and_modify(|at| *at = cut.at.min(*at)).or_insert(cut.at);
            }
        }
        let count = |is_surname: bool, text: &str| f64::from(parts.get(&(is_surname, keys::hash(text))).copied().unwrap_or(0));
        let split = |cut: &mut Cut| {
            if cut.parts().is_some() {
                return;
            }
            if let Some(at) = known.get(&keys::hash(&cut.key)) {
                cut.at = *at;
                return;
            }
            let likely = |at: &usize| {
                let (surname, given) = cut.key.split_at(*at);
                count(true, surname) * (count(false, given) + 0.1)
            };
            let ends = cut.key.char_indices().skip(1).map(|(at, _)| at);
            let best = ends.map(|at| (likely(&at), at)).filter(|(value, _)| *value > 0.0);
            cut.at = best.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(0, |(_, at)| at);
        };
        self.rows.par_iter_mut().flat_map_iter(|row| row.names.iter_mut()).for_each(|name| {
            name.written.iter_mut().for_each(split);
            name.read.iter_mut().for_each(split);
            name.hash_parts();
        });
    }

    /// How many bits each name is worth, by its share of all records.
    fn count_names(&mut self) {
        let mut counts: HashMap<u64, u32> = HashMap::new();
        for name in self.rows.iter().filter_map(|r| r.names.first()) {
            for key in [name.whole, name.kana, name.given, name.kana_given] {
                if key != 0 {
                    *counts.entry(key).or_default() += 1;
                }
            }
        }
        let total = self.rows.len().max(SMALLEST_CITY) as f64;
        let bits = |key: u64| {
            let n = f64::from(counts.get(&key).copied().unwrap_or(0).max(1));
            (total / n).log2() as f32
        };
        self.rows.par_iter_mut().flat_map_iter(|row| row.names.iter_mut()).for_each(|name| {
            let given = if name.given != 0 { name.given } else { name.kana_given };
            name.bits = [bits(name.whole), bits(name.kana), bits(given)];
        });
    }
}

impl Row {
    fn read(record: &Record<'_>, system: u16, tables: &Tables) -> Self {
        let mut names: Vec<Name> = Name::read(record.name, record.kana, Kind::Main, tables).into_iter().collect();
        names.extend(Name::read(record.alias, record.alias_kana, Kind::Alias, tables));
        let former = names.first().and_then(|n| n.with_surname(record.former_surname, "", tables));
        names.extend(former);
        let place = Place::read(record.address, record.building, tables);
        let sex = match record.sex.trim() {
            "1" | "男" | "男性" | "M" => 1,
            "2" | "女" | "女性" | "F" => 2,
            _ => 0,
        };
        let texts = [record.name, record.kana, record.alias, record.alias_kana, record.former_surname];
        let more = [record.birth, record.sex, record.address, record.building, record.phone];
        let content = texts.iter().chain(&more).fold(record.token | 1, |h, text| keys::join(&[h, keys::hash(text) | 1]));
        Self {
            system,
            sex,
            birth: keys::birth(record.birth),
            token: record.token,
            phone: keys::phone(record.phone),
            number: record.number.into(),
            names,
            places: if place.town == 0 { vec![] } else { vec![place] },
            content,
        }
    }

    fn remember(&mut self, fact: Fact<'_>, tables: &Tables) {
        match fact {
            Fact::Address { address, building } => {
                if self.places.is_empty() {
                    self.places.push(Place::default());
                }
                self.places.push(Place::read(address, building, tables));
            }
            Fact::Surname { surname, kana } => {
                let former = self.names.first().and_then(|n| n.with_surname(surname, kana, tables));
                self.names.extend(former);
            }
        }
    }
}

impl Name {
    fn read(name: &str, kana: &str, kind: Kind, tables: &Tables) -> Option<Self> {
        let key = |text: &str| name_key(text, tables.fold);
        let mut written = cut(name, key);
        let mut read = cut(kana, reading_key);
        let mut script = Script::Kana;
        if let Some(cut) = &mut written {
            script = keys::script(&cut.key);
            match script {
                Script::Kana => {
                    cut.key = cut.key.chars().map(keys::as_copied).collect();
                    if read.as_ref().is_none_or(|r| r.key == cut.key) && !cut.key.contains('〓') {
                        read = Some(cut.clone());
                    }
                }
                Script::Latin => *cut = sorted_words(name, tables),
                Script::Kanji => {}
            }
        }
        if script == Script::Kana {
            written = None;
        }
        if written.is_none() && read.is_none() {
            return None;
        }
        Some(Self {
            script,
            whole: 0,
            surname: 0,
            given: 0,
            kana: 0,
            kana_surname: 0,
            kana_given: 0,
            bits: [0.0; 3],
            written,
            read,
            kind,
        })
    }

    /// The same person under another surname. None without a surname or a known given name.
    fn with_surname(&self, surname: &str, kana: &str, tables: &Tables) -> Option<Self> {
        let replaced = |cut: &Option<Cut>, with: String| {
            let (_, given) = cut.as_ref()?.parts()?;
            (!with.is_empty()).then(|| Cut { at: with.len(), key: format!("{with}{given}").into() })
        };
        let (written, read) = (replaced(&self.written, name_key(surname, tables.fold)), replaced(&self.read, reading_key(kana)));
        if written.is_none() && read.is_none() {
            return None;
        }
        Some(Self { written, read, kind: Kind::Former, ..self.clone() })
    }

    fn hash_parts(&mut self) {
        let hashes = |cut: &Option<Cut>| {
            let Some(cut) = cut else { return [0; 3] };
            let (surname, given) = cut.parts().unwrap_or_default();
            [keys::hash(&cut.key), keys::hash(surname), keys::hash(given)]
        };
        [self.whole, self.surname, self.given] = hashes(&self.written);
        [self.kana, self.kana_surname, self.kana_given] = hashes(&self.read);
    }
}

/// The key of a reading, as it may have been copied by hand.
fn reading_key(kana: &str) -> String {
    kana_key(kana).chars().map(keys::as_copied).collect()
}

/// The key of a name and the place where its first word ends.
fn cut(text: &str, key: impl Fn(&str) -> String) -> Option<Cut> {
    let whole = key(text);
    if whole.is_empty() {
        return None;
    }
    let mut words = keys::words(text);
    let first = words.next().map_or(0, |word| key(word).chars().count());
    let at = if words.next().is_some() { whole.char_indices().nth(first).map_or(0, |(at, _)| at) } else { 0 };
    Some(Cut { key: whole.into(), at })
}

/// A Latin name whose word order does not matter.
fn sorted_words(name: &str, tables: &Tables) -> Cut {
    let mut words: Vec<String> = keys::words(name).map(|word| name_key(word, tables.fold)).collect();
    words.sort();
    Cut { key: words.concat().into(), at: 0 }
}
