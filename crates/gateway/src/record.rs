//! 情報提供等記録 as a row, and the person it is about.

use crate::keeper::Keeper;
use crate::model::{ExchangeRecord, RemovedRecord};
use crate::store::{machines, registers};
use crate::words::{permit_text, state_text};
use kernel::ident::{AtenaNo, DanNo};
use kernel::time::Date;
use platform::Fault;
use platform::db::{DbError, Param, Tx};
use serde::de::DeserializeOwned;
use wire::ident::{DataSet, DataSetId, InstitutionCode, ItemId, PermitNo, ProcedureId};
use wire::record::{Record, removal};

/// Records removed in one transaction.
const REMOVED_AT_ONCE: i64 = 1_000;

/// A record and whom it is about.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub record: Record,
    pub dan: Option<DanNo>,
}

fn shape<E>(column: &'static str) -> impl Fn(E) -> DbError {
    move |_| DbError::Shape(column.to_owned())
}

fn named<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(shape("mode"))
}

impl Kept {
    /// The record of a row.
    pub fn read(row: &ExchangeRecord) -> Result<Self, DbError> {
        let items = row.items.split(' ').filter(|item| !item.is_empty()).map(ItemId::parse);
        let record = Record {
            no: PermitNo::parse(&row.record_no).map_err(shape("record_no"))?,
            asker: InstitutionCode::parse(&row.asker).map_err(shape("asker"))?,
            provider: InstitutionCode::parse(&row.provider).map_err(shape("provider"))?,
            procedure: ProcedureId::parse(&row.procedure_code).map_err(shape("procedure_code"))?,
            data_set: DataSet {
                id: DataSetId::parse(&row.data_set).map_err(shape("data_set"))?,
                version: u16::try_from(row.version).map_err(shape("version"))?,
            },
            items: items.collect::<Result<_, _>>().map_err(shape("items"))?,
            asked_at: row.asked_at,
            provided_at: row.provided_at,
            hidden: row.hidden,
            granted: row.granted,
            mode: named(&row.mode)?,
        };
        Ok(Self { record, dan: row.dan_no.clone() })
    }

    /// The row of a record. Items have no blanks in them, so a blank divides them.
    pub fn row(&self, me: &InstitutionCode, years: u16) -> ExchangeRecord {
        let r = &self.record;
        let items: Vec<&str> = r.items.iter().map(ItemId::as_str).collect();
        ExchangeRecord {
            id: 0,
            record_no: permit_text(&r.no),
            role: if r.asker == *me { "asker" } else { "provider" }.to_owned(),
            dan_no: self.dan.clone(),
            asker: r.asker.to_string(),
            provider: r.provider.to_string(),
            procedure_code: r.procedure.to_string(),
            data_set: r.data_set.id.to_string(),
            version: i64::from(r.data_set.version),
            items: items.join(" "),
            asked_at: r.asked_at,
            provided_at: r.provided_at,
            hidden: r.hidden,
            granted: r.granted,
            mode: state_text(&r.mode),
            kept_until: r.kept_until(years),
            change: 0,
        }
    }
}

/// The subject of the access log. A gateway knows a person by 団番 only, which has the form of a 宛名番号; no other number is in its database.
pub(crate) async fn subject(tx: &mut Tx, dan: &DanNo) -> Result<i64, Fault> {
    let number = AtenaNo::parse(dan.as_str()).map_err(shape("dan_no"))?;
    Ok(platform::subject::of(tx, &number).await?)
}

/// Removes records whose time is over, with their machines; the proof stays. Answers how many.
pub(crate) async fn remove_old(tx: &mut Tx, today: Date, years: u16) -> Result<usize, Fault> {
    let over = registers::records_over(tx, today, REMOVED_AT_ONCE).await?;
    let mut proofs = Vec::with_capacity(over.len());
    for row in &over {
        if let Some(proof) = removal(&Kept::read(row)?.record, today, years) {
            proofs.push(RemovedRecord {
                id: 0,
                record_no: permit_text(&proof.no),
                digest: proof.digest.to_string(),
                kept_until: proof.kept_until,
                removed_on: proof.removed_on,
            });
        }
    }
    let gone: Vec<Param> = proofs.iter().map(|p| Param::from(&p.record_no)).collect();
    registers::put_records(tx, vec![], gone.clone()).await?;
    machines::forget(tx, gone).await?;
    RemovedRecord::insert_all(&proofs, tx).await?;
    Ok(proofs.len())
}

impl Keeper {
    /// The proof that a record was there and went when its time was over; `None` while it is there, or when it never was.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn removal(&self, no: &PermitNo) -> Result<Option<RemovedRecord>, Fault> {
        let mut tx = self.city().db().read().await?;
        Ok(registers::removal(&mut tx, &permit_text(no)).await?)
    }
}
