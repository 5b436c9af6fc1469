//! 照会許可リスト: for which procedure who may ask whom for what, by day. Versioned data (`params/exchange/permitted_inquiries.toml`),
//! never code: the law changes it every year.

use crate::ident::{DataSetId, InstitutionCode, ProcedureId};
use kernel::time::{Date, Period, parse_date};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

const FILE: &str = include_str!("../../../params/exchange/permitted_inquiries.toml");

/// Why the list cannot be used. Raised at start.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ListError {
    /// Not TOML of the expected form.
    #[error("照会許可リストを読めません: {0}。行の形を確かめてください")]
    Unreadable(String),
    /// A row names a procedure, kind or data set that the file does not declare, or one is declared twice.
    #[error("照会許可リストの {0} が宣言されていないか、二度宣言されています")]
    Undeclared(String),
    /// A date is unreadable or a period ends before it begins.
    #[error("照会許可リストの日付「{0}」が正しくありません")]
    BadDate(String),
    /// Two rows permit the same thing on one day.
    #[error("照会許可リストの {0} が {1} に二つあります。前の行の effective_to を直してください")]
    Overlap(String, Date),
}

/// Kind of institution (市町村長, 都道府県知事 …), as declared in the list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Kind(pub String);

/// What the permission rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// 法定事務.
    Statutory,
    /// 独自利用事務 under an ordinance; only institutions that have notified it.
    Ordinance,
}

/// What is asked of the list.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// 事務手続.
    pub procedure: &'a ProcedureId,
    /// 照会者.
    pub asker: &'a InstitutionCode,
    /// Kind of 照会者.
    pub asker_kind: &'a Kind,
    /// Kind of 提供者.
    pub provider_kind: &'a Kind,
    /// 特定個人情報.
    pub data_set: &'a DataSetId,
}

/// One permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// 事務手続.
    pub procedure: ProcedureId,
    /// Kind of 照会者.
    pub asker: Kind,
    /// Kind of 提供者.
    pub provider: Kind,
    /// 特定個人情報.
    pub data_set: DataSetId,
    /// 法定 or 独自利用.
    pub ground: Ground,
    /// The person's recorded consent is needed first.
    pub consent: bool,
    /// Days on which it holds.
    pub period: Period,
    /// Law and article.
    pub legal_basis: String,
    /// Where it was read.
    pub source: String,
    /// Day it was checked there; `None` = 未確認.
    pub verified_on: Option<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    procedure: ProcedureId,
    asker: Kind,
    provider: Kind,
    data_set: DataSetId,
    ground: Ground,
    consent: bool,
    effective_from: String,
    #[serde(default)]
    effective_to: String,
    legal_basis: String,
    source: String,
    verified_on: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named<T> {
    id: T,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(rename = "area")]
    _area: String,
    #[serde(rename = "owner")]
    _owner: String,
    notified: BTreeSet<InstitutionCode>,
    kind: Vec<Named<Kind>>,
    procedure: Vec<Named<ProcedureId>>,
    data_set: Vec<Named<DataSetId>>,
    row: Vec<RawRow>,
}

/// The list with its vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermittedList {
    kinds: BTreeMap<Kind, String>,
    procedures: BTreeMap<ProcedureId, String>,
    data_sets: BTreeMap<DataSetId, String>,
    notified: BTreeSet<InstitutionCode>,
    rows: BTreeMap<(ProcedureId, Kind, Kind, DataSetId), Vec<Permission>>,
}

impl PermittedList {
    /// The list shipped with the program.
    ///
    /// # Errors
    /// [`ListError`] when the shipped file is broken, which its test excludes.
    pub fn load() -> Result<Self, ListError> {
        Self::parse(FILE)
    }

    /// Reads a list.
    ///
    /// # Errors
    /// [`ListError`].
    pub fn parse(text: &str) -> Result<Self, ListError> {
        let file: RawFile = toml::from_str(text).map_err(|e| ListError::Unreadable(e.to_string()))?;
        let mut list = Self {
            kinds: declared(file.kind, |kind| kind.0.clone())?,
            procedures: declared(file.procedure, ToString::to_string)?,
            data_sets: declared(file.data_set, ToString::to_string)?,
            notified: file.notified,
            rows: BTreeMap::new(),
        };
        for row in file.row {
            list.add(permission(row)?)?;
        }
        Ok(list)
    }

    fn add(&mut self, new: Permission) -> Result<(), ListError> {
        let undeclared = [
            (!self.procedures.contains_key(&new.procedure)).then(|| new.procedure.to_string()),
            (!self.kinds.contains_key(&new.asker)).then(|| new.asker.0.clone()),
            (!self.kinds.contains_key(&new.provider)).then(|| new.provider.0.clone()),
            (!self.data_sets.contains_key(&new.data_set)).then(|| new.data_set.to_string()),
        ];
        if let Some(name) = undeclared.into_iter().flatten().next() {
            return Err(ListError::Undeclared(name));
        }
        let key = (new.procedure.clone(), new.asker.clone(), new.provider.clone(), new.data_set.clone());
        let rows = self.rows.entry(key).or_default();
        if let Some(old) = rows.iter().find(|old| old.period.overlaps(&new.period)) {
            let text = format!("{} {} {} {}", new.procedure, new.asker.0, new.provider.0, new.data_set);
            return Err(ListError::Overlap(text, old.period.from.max(new.period.from)));
        }
        rows.push(new);
        Ok(())
    }

    /// The row that permits the inquiry on the day, or `None`: what is not in the list is not permitted.
    pub fn permits(&self, question: &Question<'_>, on: Date) -> Option<&Permission> {
        let key =
            (question.procedure.clone(), question.asker_kind.clone(), question.provider_kind.clone(), question.data_set.clone());
        let row = self.rows.get(&key)?.iter().find(|row| row.period.contains(on))?;
        (row.ground == Ground::Statutory || self.notified.contains(question.asker)).then_some(row)
    }

    /// What an institution of this kind may ask for on a day under a procedure, by data set. A city that does not know its own code yet is
    /// shown what any institution may ask for that has notified an ordinance.
    pub fn askable(
        &self,
        procedure: &ProcedureId,
        asker: Option<&InstitutionCode>,
        asker_kind: &Kind,
        on: Date,
    ) -> Vec<&Permission> {
        let own = |row: &&Permission| row.procedure == *procedure && row.asker == *asker_kind && row.period.contains(on);
        let may = |row: &&Permission| row.ground == Ground::Statutory || asker.is_none_or(|a| self.notified.contains(a));
        self.rows().filter(own).filter(may).collect()
    }

    /// Every permission.
    pub fn rows(&self) -> impl Iterator<Item = &Permission> {
        self.rows.values().flatten()
    }

    /// Procedures with their names.
    pub fn procedures(&self) -> &BTreeMap<ProcedureId, String> {
        &self.procedures
    }

    /// Data sets with their names.
    pub fn data_sets(&self) -> &BTreeMap<DataSetId, String> {
        &self.data_sets
    }

    /// Kinds of institutions with their names.
    pub fn kinds(&self) -> &BTreeMap<Kind, String> {
        &self.kinds
    }

    /// Institutions that have notified an ordinance of their own.
    pub fn notified(&self) -> &BTreeSet<InstitutionCode> {
        &self.notified
    }
}

fn declared<T: Ord>(entries: Vec<Named<T>>, text: fn(&T) -> String) -> Result<BTreeMap<T, String>, ListError> {
    let mut map = BTreeMap::new();
    for entry in entries {
        let id = text(&entry.id);
        if map.insert(entry.id, entry.name).is_some() {
            return Err(ListError::Undeclared(id));
        }
    }
    Ok(map)
}

fn permission(row: RawRow) -> Result<Permission, ListError> {
    let day = |text: &str| parse_date(text).map_err(|_| ListError::BadDate(text.to_owned()));
    let optional = |text: &str| if text.is_empty() { Ok(None) } else { day(text).map(Some) };
    let (from, to) = (day(&row.effective_from)?, optional(&row.effective_to)?);
    Ok(Permission {
        period: Period::new(from, to).map_err(|_| ListError::BadDate(row.effective_to.clone()))?,
        verified_on: optional(&row.verified_on)?,
        procedure: row.procedure,
        asker: row.asker,
        provider: row.provider,
        data_set: row.data_set,
        ground: row.ground,
        consent: row.consent,
        legal_basis: row.legal_basis,
        source: row.source,
    })
}
