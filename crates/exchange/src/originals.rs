//! 正本 that systems outside of Atena have sent as files, and all sources of 正本 together.

use crate::model::{ORIGINAL, OriginalRow};
use crate::store;
use async_trait::async_trait;
use kernel::access::Action;
use kernel::ident::AtenaNo;
use kernel::time::Period;
use platform::keys::{Keys, Place};
use platform::{Fault, Unit};
use ports::{Original, Originals, Page};
use std::collections::BTreeMap;
use std::sync::Arc;
use wire::ident::{DataSet, DataSetId, IdError, ItemId, RecordKey};
use wire::replica::Value;

/// Records that a person has, about: so a page has as many people as were asked for, about.
const RECORDS: usize = 4;

/// Every source of 正本 in the city.
pub type Sources = Arc<Vec<Arc<dyn Originals>>>;

/// The sources: programmes of the house, and files of others for whatever no programme holds.
pub fn sources(programmes: Vec<Arc<dyn Originals>>) -> Sources {
    let others = Arc::new(FileOriginals { programmes: programmes.clone() });
    Arc::new(programmes.into_iter().chain([others as Arc<dyn Originals>]).collect())
}

/// 正本 from files. What a programme of the house holds is never taken from a file.
pub struct FileOriginals {
    programmes: Vec<Arc<dyn Originals>>,
}

/// Name of a record's place, to which its sealed items are bound.
fn slot(row: &OriginalRow) -> String {
    format!("{}/{}/{}/{}", row.atena_no, row.data_set, row.version, row.record_key)
}

/// Items, sealed for their place.
pub fn seal(keys: &Keys, row: &OriginalRow, items: &BTreeMap<ItemId, Value>) -> Result<Vec<u8>, Fault> {
    let plain = serde_json::to_vec(items).map_err(|_| broken())?;
    Ok(keys.seal(Place { table: OriginalRow::TABLE, column: "items", row: &slot(row) }, &plain)?)
}

fn broken() -> Fault {
    Fault::conflict("正本を読めません", "受け取ったときの形と違います。送ったシステムにもう一度出してもらってください")
}

/// A stored row as 正本.
pub fn original(keys: &Keys, row: &OriginalRow) -> Result<Original, Fault> {
    let plain = keys.open_sealed(Place { table: OriginalRow::TABLE, column: "items", row: &slot(row) }, &row.items)?;
    let ident = |_: IdError| broken();
    Ok(Original {
        atena_no: row.atena_no.clone(),
        data_set: DataSet {
            id: DataSetId::parse(&row.data_set).map_err(ident)?,
            version: u16::try_from(row.version).map_err(|_| broken())?,
        },
        key: RecordKey::parse(&row.record_key).map_err(ident)?,
        published: Period { from: row.published_from, to: row.published_to },
        items: serde_json::from_slice(&plain).map_err(|_| broken())?,
    })
}

#[async_trait]
impl Originals for FileOriginals {
    fn holds(&self, data_set: &DataSetId) -> bool {
        !self.programmes.iter().any(|p| p.holds(data_set))
    }

    async fn page(&self, unit: &mut Unit, after: Option<&AtenaNo>, people: usize) -> Result<Page, Fault> {
        unit.permit(Action::Run, ORIGINAL).await?;
        let (rows, until) = store::originals_after(&mut unit.tx, after, people * RECORDS).await?;
        let keys = unit.city().keys().clone();
        let records = rows.iter().map(|row| original(&keys, row)).collect::<Result<_, _>>()?;
        Ok(Page { records, until })
    }

    async fn of(&self, unit: &mut Unit, number: &AtenaNo) -> Result<Vec<Original>, Fault> {
        let Some(subject) = unit.find_subject(number).await? else { return Ok(vec![]) };
        unit.require(subject, &[ORIGINAL]).await?;
        let keys = unit.city().keys().clone();
        store::originals_of(&mut unit.tx, number).await?.iter().map(|row| original(&keys, row)).collect()
    }
}
