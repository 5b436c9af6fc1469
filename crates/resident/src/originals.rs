//! 住民票関係情報: what other institutions may ask of the registry. No name, no birth date and no place is in it: they are not exchanged.

use crate::model::Person;
use crate::store;
use async_trait::async_trait;
use kernel::access::Action;
use kernel::ident::AtenaNo;
use kernel::time::{Date, Period};
use platform::{Fault, Unit};
use ports::{Original, Originals, Page};
use std::collections::BTreeMap;
use wire::ident::{DataSet, DataSetId, IdError, ItemId, RecordKey};
use wire::replica::{Reason, Value};

/// 特定個人情報名コード of 住民票関係情報.
const DATA_SET: &str = "TM00000000000001";
/// Field groups that the items come from.
const GROUPS: &[&str] = &["juki.status", "juki.household"];

/// The registry's part of 正本.
pub struct ResidentOriginals;

fn text(value: &str) -> Value {
    Value::given(value).unwrap_or(Value::Absent(Reason::Unknown))
}

fn day(value: Option<Date>) -> Value {
    value.map_or(Value::Absent(Reason::NotApplicable), |d| text(&d.to_string()))
}

/// 住民票関係情報 of one person.
///
/// # Errors
/// An id that is not one.
pub fn original(person: &Person) -> Result<Original, Fault> {
    let ident = |error: IdError| Fault::conflict("住民票関係情報を作れません", error.to_string());
    let items = [
        ("住民となった年月日", day(Some(person.resident_on))),
        ("世帯主との続柄", text(&person.relation)),
        ("世帯番号", text(&person.setai_no)),
        ("消除年月日", day(person.removed_on)),
        ("消除事由", person.removed_reason.as_deref().map_or(Value::Absent(Reason::NotApplicable), text)),
    ];
    let items = items.into_iter().map(|(name, value)| Ok((ItemId::parse(name).map_err(ident)?, value)));
    Ok(Original {
        atena_no: person.number()?,
        data_set: DataSet { id: DataSetId::parse(DATA_SET).map_err(ident)?, version: 1 },
        key: RecordKey::parse("current").map_err(ident)?,
        published: Period { from: person.resident_on, to: None },
        items: items.collect::<Result<BTreeMap<_, _>, Fault>>()?,
    })
}

#[async_trait]
impl Originals for ResidentOriginals {
    fn holds(&self, data_set: &DataSetId) -> bool {
        data_set.as_str() == DATA_SET
    }

    async fn page(&self, unit: &mut Unit, after: Option<&AtenaNo>, people: usize) -> Result<Page, Fault> {
        for group in GROUPS {
            unit.permit(Action::Run, group).await?;
        }
        let today = unit.today();
        let found = store::people_after(&mut unit.tx, after.map_or("", AtenaNo::as_str), today, people).await?;
        let records = found.iter().map(original).collect::<Result<Vec<_>, _>>()?;
        let until = if found.len() < people { None } else { records.last().map(|r| r.atena_no.clone()) };
        Ok(Page { records, until })
    }

    async fn of(&self, unit: &mut Unit, number: &AtenaNo) -> Result<Vec<Original>, Fault> {
        let Some(subject) = unit.find_subject(number).await? else { return Ok(vec![]) };
        let seen = unit.see_for(Action::Look, subject, GROUPS).await?;
        if !GROUPS.iter().all(|group| seen.has(group)) {
            return Err(Fault::refused("住民票関係情報を扱えない事務です"));
        }
        let today = unit.today();
        let person = store::as_of(&mut unit.tx, number, today, store::NOW).await?;
        person.iter().map(original).collect()
    }
}
