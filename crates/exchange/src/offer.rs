//! What the acting purpose may ask for today: the rows of the list of permitted inquiries, with the items that there are to ask for.

use crate::{List, Needs, list};
use kernel::Date;
use platform::Fault;
use wire::catalogue::Layout;
use wire::ident::{DataSet, ItemId, ProcedureId, RecordKey};
use wire::list::{Kind, Permission};

/// A city asks as 市町村長.
const ASKER: &str = "city";

/// One thing that may be asked for.
#[derive(Clone, Copy)]
pub struct Offer {
    /// What permits it.
    pub row: &'static Permission,
    /// Its items; `None`: the catalogue has none, so that nothing can be asked for.
    pub layout: Option<&'static Layout>,
}

/// Everything that a purpose may ask for on a day.
///
/// # Errors
/// A list that cannot be read.
pub fn offers(needs: &Needs, purpose: &str, today: Date) -> Result<Vec<Offer>, Fault> {
    let list: &'static List = list()?;
    let me = needs.line.as_ref().map(|line| line.me());
    let mut all = vec![];
    for code in (needs.procedures)(purpose) {
        let procedure = ProcedureId::parse(code).map_err(crate::usecases::unreadable)?;
        for row in list.permitted().askable(&procedure, me.as_ref(), &Kind(ASKER.into()), today) {
            all.push(Offer { row, layout: list.items().on(&row.data_set, today) });
        }
    }
    Ok(all)
}

/// The offer of a procedure and data set, as their codes came from outside.
///
/// # Errors
/// What the list does not permit to this purpose today.
pub fn offered(needs: &Needs, purpose: &str, today: Date, procedure: &str, data_set: &str) -> Result<Offer, Fault> {
    let all = offers(needs, purpose, today)?;
    let mut of = all.into_iter().filter(|offer| offer.row.procedure.as_str() == procedure).peekable();
    if of.peek().is_none() {
        return Err(Fault::field("procedure", "この事務では照会できない事務手続です。事務手続を一覧から選んでください"));
    }
    of.find(|offer| offer.row.data_set.as_str() == data_set).ok_or_else(|| {
        Fault::field("data_set", "この事務手続では照会できない特定個人情報です。特定個人情報を一覧から選んでください")
    })
}

impl Offer {
    /// The records that can be asked for on a day, the newest first, and whether one question can ask for all of them: a question is of one
    /// version.
    ///
    /// # Errors
    /// A catalogue that cannot be read.
    pub fn keys(&self, today: Date) -> Result<(Vec<(String, String)>, bool), Fault> {
        let Some(newest) = self.layout else { return Ok((vec![], true)) };
        let (catalogue, keys) = (list()?.items(), newest.keys(today));
        let version = |(key, _): &(String, String)| {
            RecordKey::parse(key).ok().and_then(|key| catalogue.of(&newest.data_set.id, &key, today)).map(|l| l.data_set.version)
        };
        let same = keys.iter().all(|key| version(key) == Some(newest.data_set.version));
        Ok((keys, same))
    }

    /// The same offer in the version in which a record stands.
    ///
    /// # Errors
    /// No record where they stand in several versions.
    pub fn of(self, key: Option<&RecordKey>, today: Date) -> Result<Self, Fault> {
        let layout = match key {
            Some(key) => list()?.items().of(&self.row.data_set, key, today),
            None if self.keys(today)?.1 => self.layout,
            None => return Err(Fault::field("key", "年度によって項目表の版が違います。年度を選んでください")),
        };
        Ok(Self { layout, ..self })
    }

    /// The version to ask for, and the items of a question.
    ///
    /// # Errors
    /// Nothing that can be asked for, no item, or one that is not in the catalogue.
    pub fn items(&self, asked: &[String]) -> Result<(DataSet, Vec<ItemId>), Fault> {
        let Some(layout) = self.layout else {
            return Err(Fault::field("data_set", "この特定個人情報は項目表にないため、照会できません"));
        };
        let mut items = vec![];
        for text in asked.iter().map(|t| t.trim()).filter(|t| !t.is_empty()) {
            let known = ItemId::parse(text).ok().filter(|id| layout.item(id).is_some());
            items.push(
                known.ok_or_else(|| Fault::field("items", "その年度の項目表にない項目があります。項目を選び直してください"))?,
            );
        }
        if items.is_empty() {
            return Err(Fault::field("items", "照会する項目を選んでください"));
        }
        Ok((layout.data_set.clone(), items))
    }
}
