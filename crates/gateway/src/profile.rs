//! How a tenant is connected: its 事務 with 接続する(入手) and 接続する(提供), its copy of the permitted-inquiry list, the institutions that it
//! knows, the live versions of data sets, and the items of each version.

use kernel::time::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use wire::catalogue::Catalogue;
use wire::ident::{DataSetId, InstitutionCode, ProcedureId};
use wire::list::{Kind, Permission, PermittedList, Question};
use wire::replica::LiveVersions;

const FILE: &str = include_str!("../../../params/exchange/businesses.toml");

/// Why the shipped 事務 cannot be used. Raised at start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("params/exchange/businesses.toml を読めません: {0}。行の形を確かめてください")]
pub struct BusinessError(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "area")]
    _area: String,
    #[serde(rename = "owner")]
    _owner: String,
    business: Vec<Business>,
}

/// A 事務 of the city as its 特定個人情報保護評価書 declares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Business {
    /// Name.
    pub name_ja: String,
    /// Procedures for which it asks.
    pub procedures: BTreeSet<ProcedureId>,
    /// Data sets that it answers for.
    pub data_sets: BTreeSet<DataSetId>,
    /// 接続する(入手).
    pub asks: bool,
    /// 接続する(提供).
    pub provides: bool,
}

impl Business {
    /// The 事務 shipped with the program, for a city that has declared nothing else.
    ///
    /// # Errors
    /// [`BusinessError`] when the shipped file is broken, which its test excludes.
    pub fn load() -> Result<Vec<Self>, BusinessError> {
        toml::from_str(FILE).map(|file: File| file.business).map_err(|e| BusinessError(e.to_string()))
    }
}

/// An institution that can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// Name.
    pub name_ja: String,
    /// What it is in the permitted-inquiry list.
    pub kind: Kind,
}

/// The profile of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// What the tenant's own institution is in the list.
    pub kind: Kind,
    /// The city's copy of the list.
    pub list: PermittedList,
    /// Institutions, by code.
    pub institutions: BTreeMap<InstitutionCode, Institution>,
    /// Live versions of data sets.
    pub live: LiveVersions,
    /// 項目表: items by data set and version. What it does not know is neither asked for nor taken into the replica.
    pub items: Catalogue,
    /// 事務.
    pub businesses: Vec<Business>,
    /// Address of the city's own pages, where a 団番 leads to the person: the gateway knows nobody's name.
    pub city_pages: Option<String>,
}

impl Profile {
    /// Does a 事務 with this procedure connect for asking?
    pub fn asks(&self, procedure: &ProcedureId) -> bool {
        self.businesses.iter().any(|b| b.asks && b.procedures.contains(procedure))
    }

    /// Does a 事務 with this data set connect for providing?
    pub fn provides(&self, data_set: &DataSetId) -> bool {
        self.businesses.iter().any(|b| b.provides && b.data_sets.contains(data_set))
    }

    /// The row of the list that permits a question on a day; `None` also for an institution that nobody knows.
    pub fn permission(
        &self,
        me: &InstitutionCode,
        provider: &InstitutionCode,
        procedure: &ProcedureId,
        data_set: &DataSetId,
        on: Date,
    ) -> Option<&Permission> {
        let provider_kind = &self.institutions.get(provider)?.kind;
        self.list.permits(&Question { procedure, asker: me, asker_kind: &self.kind, provider_kind, data_set }, on)
    }

    /// Name of an institution, or its code.
    pub fn institution_ja(&self, code: &str) -> String {
        let found = self.institutions.iter().find(|(id, _)| id.as_str() == code);
        found.map_or_else(|| code.to_owned(), |(_, institution)| institution.name_ja.clone())
    }

    /// Name of a procedure, or its code.
    pub fn procedure_ja(&self, code: &str) -> String {
        let found = self.list.procedures().iter().find(|(id, _)| id.as_str() == code);
        found.map_or_else(|| code.to_owned(), |(_, name)| name.clone())
    }

    /// Name of a data set, or its code.
    pub fn data_set_ja(&self, code: &str) -> String {
        let found = self.list.data_sets().iter().find(|(id, _)| id.as_str() == code);
        found.map_or_else(|| code.to_owned(), |(_, name)| name.clone())
    }
}
