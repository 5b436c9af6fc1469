//! 正本: what a programme holds of a 特定個人情報 that other institutions may ask for. The exchange keeps its copy (副本) at the gateway
//! equal to it.

use async_trait::async_trait;
use kernel::ident::AtenaNo;
use kernel::time::Period;
use platform::{Fault, Unit};
use std::collections::BTreeMap;
use wire::ident::{DataSet, DataSetId, ItemId, RecordKey};
use wire::replica::Value;

/// One record: a person, a data set, a key such as a tax year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// The person.
    pub atena_no: AtenaNo,
    /// Data set and version.
    pub data_set: DataSet,
    /// Which record of the person.
    pub key: RecordKey,
    /// 公開開始日 and 公開終了日.
    pub published: Period,
    /// The items; an empty one says why.
    pub items: BTreeMap<ItemId, Value>,
}

/// The records of a stretch of people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// In the order of 宛名番号.
    pub records: Vec<Original>,
    /// The last 宛名番号 looked at; `None`: there is nobody after them.
    pub until: Option<AtenaNo>,
}

/// A programme that holds 正本. It alone holds these data sets.
#[async_trait]
pub trait Originals: Send + Sync {
    /// Is a data set one of its own?
    fn holds(&self, data_set: &DataSetId) -> bool;
    /// All records of the next people after a 宛名番号, of about `people` of them; the caller records the run.
    async fn page(&self, unit: &mut Unit, after: Option<&AtenaNo>, people: usize) -> Result<Page, Fault>;
    /// The records of one person, whom the caller has asked to see.
    async fn of(&self, unit: &mut Unit, number: &AtenaNo) -> Result<Vec<Original>, Fault>;
}
