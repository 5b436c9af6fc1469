//! The machines' tables: 符号取得, inquiries, provisions and marks. The machine is one sealed value; beside it stands what is searched.

use crate::words::{permit_text, reason_text, state_text};
use const_format::concatcp;
use kernel::ident::DanNo;
use kernel::time::Timestamp;
use platform::Fault;
use platform::db::{DbError, KEYS, Param, Row, Tx};
use platform::keys::{Keys, Place};
use platform::params;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::Machine;
use wire::acquire::{Acquisition, AcquisitionState};
use wire::code::AcquisitionNo;
use wire::hide::Hiding;
use wire::ident::PermitNo;
use wire::inquiry::Inquiry;
use wire::provide::Provision;

const ACQUISITION: &str = "select dan_no, machine from gateway_acquisition";
const INQUIRY: &str = "select request, machine from gateway_inquiry";
const PROVISION: &str = "select permit_no, registered_by, machine from gateway_provision";
const HIDING: &str = "select permit_no, machine from gateway_hiding";

platform::statements! {
    /// Acquisitions of people.
    ACQUISITION_OF = concatcp!(ACQUISITION, " where dan_no in ", KEYS);
    /// Acquisitions by the token of their 取得番号.
    ACQUISITION_BY = concatcp!(ACQUISITION, " where number_token in ", KEYS);
    /// Acquisitions whose tick is due.
    ACQUISITION_DUE = concatcp!(ACQUISITION, " where due <= $1 order by due limit $2");
    /// Inquiries whose answer was called back and has not been put right.
    RECHECKING = "select request from gateway_inquiry where shown = '照会中' and request > $1 order by request limit $2";
    /// Takes them out, to be put in anew.
    ACQUISITION_OUT = concatcp!("delete from gateway_acquisition where dan_no in ", KEYS);
    /// Acquisitions that are asked for, for the file of FGU_20234.
    ACQUISITION_WAITING = concatcp!(ACQUISITION, " where state = 'REQUESTED' order by since, id limit $1");
    /// Inquiries by request.
    INQUIRY_OF = concatcp!(INQUIRY, " where request in ", KEYS);
    /// Inquiries by permit.
    INQUIRY_BY = concatcp!(INQUIRY, " where permit_no in ", KEYS);
    /// Inquiries whose tick is due.
    INQUIRY_DUE = concatcp!(INQUIRY, " where due <= $1 order by due limit $2");
    /// Takes them out.
    INQUIRY_OUT = concatcp!("delete from gateway_inquiry where request in ", KEYS);
    /// Takes those of removed records out for good.
    INQUIRY_GONE = concatcp!("delete from gateway_inquiry where permit_no in ", KEYS);
    /// Provisions by permit.
    PROVISION_OF = concatcp!(PROVISION, " where permit_no in ", KEYS);
    /// Provisions about a person.
    PROVISION_ABOUT = concatcp!(PROVISION, " where dan_no = $1 order by since, id");
    /// Provisions whose tick is due.
    PROVISION_DUE = concatcp!(PROVISION, " where due <= $1 order by due limit $2");
    /// Takes them out.
    PROVISION_OUT = concatcp!("delete from gateway_provision where permit_no in ", KEYS);
    /// Marks by permit.
    HIDING_OF = concatcp!(HIDING, " where permit_no in ", KEYS);
    /// Marks whose tick is due.
    HIDING_DUE = concatcp!(HIDING, " where due <= $1 order by due limit $2");
    /// Takes them out.
    HIDING_OUT = concatcp!("delete from gateway_hiding where permit_no in ", KEYS);
}

/// Seals a protocol value for its row.
pub(crate) fn seal<T: Serialize>(keys: &Keys, table: &str, row: &str, value: &T) -> Result<Vec<u8>, Fault> {
    let plain = serde_json::to_vec(value).map_err(|_| DbError::Shape(table.to_owned()))?;
    Ok(keys.seal(Place { table, column: "machine", row }, &plain)?)
}

/// Opens a protocol value of a row.
pub(crate) fn open<T: DeserializeOwned>(keys: &Keys, table: &str, row: &str, sealed: &[u8]) -> Result<T, Fault> {
    let plain = keys.open_sealed(Place { table, column: "machine", row }, sealed)?;
    Ok(serde_json::from_slice(&plain).map_err(|_| DbError::Shape(table.to_owned()))?)
}

fn read<T: DeserializeOwned>(keys: &Keys, table: &str, key: &str, row: &Row) -> Result<T, Fault> {
    open(keys, table, &row.get::<String>(key)?, &row.get::<Vec<u8>>("machine")?)
}

/// The token by which an acquisition is found.
pub(crate) fn number_token(keys: &Keys, number: &AcquisitionNo) -> Result<Vec<u8>, Fault> {
    Ok(keys.token("gateway.acquisition", &number.to_string())?)
}

/// Acquisitions of people.
pub(crate) async fn acquisitions_of(tx: &mut Tx, keys: &Keys, people: Vec<Param>) -> Result<Vec<Acquisition>, Fault> {
    let found = tx.all_of(ACQUISITION_OF, &people).await?;
    found.iter().map(|row| read(keys, "gateway_acquisition", "dan_no", row)).collect()
}

/// Acquisitions by 取得番号.
pub(crate) async fn acquisitions_by(tx: &mut Tx, keys: &Keys, tokens: Vec<Param>) -> Result<Vec<Acquisition>, Fault> {
    let found = tx.all_of(ACQUISITION_BY, &tokens).await?;
    found.iter().map(|row| read(keys, "gateway_acquisition", "dan_no", row)).collect()
}

/// Acquisitions that are due.
pub(crate) async fn acquisitions_due(tx: &mut Tx, keys: &Keys, now: Timestamp, most: i64) -> Result<Vec<Acquisition>, Fault> {
    let found = tx.all(ACQUISITION_DUE, params![now, most]).await?;
    found.iter().map(|row| read(keys, "gateway_acquisition", "dan_no", row)).collect()
}

/// Acquisitions that are asked for and not answered.
pub(crate) async fn acquisitions_waiting(tx: &mut Tx, keys: &Keys, most: i64) -> Result<Vec<Acquisition>, Fault> {
    let found = tx.all(ACQUISITION_WAITING, params![most]).await?;
    found.iter().map(|row| read(keys, "gateway_acquisition", "dan_no", row)).collect()
}

/// Inquiries by request.
pub(crate) async fn inquiries_of(tx: &mut Tx, keys: &Keys, requests: Vec<Param>) -> Result<Vec<Inquiry>, Fault> {
    let found = tx.all_of(INQUIRY_OF, &requests).await?;
    found.iter().map(|row| read(keys, "gateway_inquiry", "request", row)).collect()
}

/// Inquiries by permit.
pub(crate) async fn inquiries_by(tx: &mut Tx, keys: &Keys, permits: Vec<Param>) -> Result<Vec<Inquiry>, Fault> {
    let found = tx.all_of(INQUIRY_BY, &permits).await?;
    found.iter().map(|row| read(keys, "gateway_inquiry", "request", row)).collect()
}

/// Inquiries that are due.
pub(crate) async fn inquiries_due(tx: &mut Tx, keys: &Keys, now: Timestamp, most: i64) -> Result<Vec<Inquiry>, Fault> {
    let found = tx.all(INQUIRY_DUE, params![now, most]).await?;
    found.iter().map(|row| read(keys, "gateway_inquiry", "request", row)).collect()
}

/// A provision and who has registered its content.
pub(crate) type Held = (Provision, Option<String>);

fn provision(keys: &Keys, row: &Row) -> Result<Held, Fault> {
    Ok((read(keys, "gateway_provision", "permit_no", row)?, row.get("registered_by")?))
}

/// Provisions by permit.
pub(crate) async fn provisions_of(tx: &mut Tx, keys: &Keys, permits: Vec<Param>) -> Result<Vec<Held>, Fault> {
    tx.all_of(PROVISION_OF, &permits).await?.iter().map(|row| provision(keys, row)).collect()
}

/// Provisions about a person.
pub(crate) async fn provisions_about(tx: &mut Tx, keys: &Keys, dan: &DanNo) -> Result<Vec<Held>, Fault> {
    tx.all(PROVISION_ABOUT, params![dan]).await?.iter().map(|row| provision(keys, row)).collect()
}

/// Provisions that are due.
pub(crate) async fn provisions_due(tx: &mut Tx, keys: &Keys, now: Timestamp, most: i64) -> Result<Vec<Held>, Fault> {
    tx.all(PROVISION_DUE, params![now, most]).await?.iter().map(|row| provision(keys, row)).collect()
}

/// Marks by permit.
pub(crate) async fn hidings_of(tx: &mut Tx, keys: &Keys, permits: Vec<Param>) -> Result<Vec<Hiding>, Fault> {
    let found = tx.all_of(HIDING_OF, &permits).await?;
    found.iter().map(|row| read(keys, "gateway_hiding", "permit_no", row)).collect()
}

/// Marks that are due.
pub(crate) async fn hidings_due(tx: &mut Tx, keys: &Keys, now: Timestamp, most: i64) -> Result<Vec<Hiding>, Fault> {
    let found = tx.all(HIDING_DUE, params![now, most]).await?;
    found.iter().map(|row| read(keys, "gateway_hiding", "permit_no", row)).collect()
}

/// Puts acquisitions in the place of what was there.
pub(crate) async fn put_acquisitions(tx: &mut Tx, keys: &Keys, all: &[&Acquisition], now: Timestamp) -> Result<(), Fault> {
    tx.run_for(ACQUISITION_OUT, &all.iter().map(|a| Param::from(&a.dan)).collect::<Vec<_>>()).await?;
    let mut values = Vec::with_capacity(all.len());
    for a in all {
        let token = a.number().map(|number| number_token(keys, &number)).transpose()?;
        let (state, reason, since) = match &a.state {
            AcquisitionState::NoCode { reason } => ("NO_CODE", reason.map(reason_text), now),
            AcquisitionState::Requested { since, .. } => ("REQUESTED", None, *since),
            AcquisitionState::Bound { .. } => ("BOUND", None, now),
        };
        let machine = seal(keys, "gateway_acquisition", a.dan.as_str(), a)?;
        values.push(params![&a.dan, state, reason, token, since, a.due(), machine]);
    }
    let columns = &["dan_no", "state", "reason", "number_token", "since", "due", "machine"];
    Ok(tx.insert_rows("gateway_acquisition", columns, values).await?)
}

/// A page of the inquiries whose answer was called back, in the order of their ids.
pub(crate) async fn rechecking(tx: &mut Tx, after: &str, most: i64) -> Result<Vec<String>, DbError> {
    tx.all(RECHECKING, params![after, most]).await?.iter().map(|row| row.get("request")).collect()
}

/// Puts inquiries in the place of what was there; `known` of them were there before.
pub(crate) async fn put_inquiries(tx: &mut Tx, keys: &Keys, all: &[&Inquiry], known: Vec<Param>) -> Result<(), Fault> {
    tx.run_for(INQUIRY_OUT, &known).await?;
    let mut values = Vec::with_capacity(all.len());
    for i in all {
        let (q, request) = (&i.question, i.question.request.to_string());
        let machine = seal(keys, "gateway_inquiry", &request, *i)?;
        values.push(params![
            request,
            i.permit.as_ref().map(|p| permit_text(&p.terms.no)),
            &q.subject,
            q.provider.as_str(),
            q.procedure.as_str(),
            q.data_set.id.as_str(),
            i64::from(q.data_set.version),
            state_text(&i.state),
            i.outward().name(),
            i.since,
            i.due(),
            machine
        ]);
    }
    let columns = &[
        "request",
        "permit_no",
        "dan_no",
        "provider",
        "procedure_code",
        "data_set",
        "version",
        "state",
        "shown",
        "since",
        "due",
        "machine",
    ];
    Ok(tx.insert_rows("gateway_inquiry", columns, values).await?)
}

/// Puts provisions in the place of what was there.
pub(crate) async fn put_provisions(tx: &mut Tx, keys: &Keys, all: &[&Held], known: Vec<Param>) -> Result<(), Fault> {
    tx.run_for(PROVISION_OUT, &known).await?;
    let mut values = Vec::with_capacity(all.len());
    for (p, registered_by) in all.iter().map(|held| (&held.0, &held.1)) {
        let (terms, no) = (&p.permit.terms, permit_text(&p.permit.terms.no));
        let machine = seal(keys, "gateway_provision", &no, p)?;
        values.push(params![
            no,
            p.dan.as_ref(),
            terms.asker.as_str(),
            terms.procedure.as_str(),
            terms.data_set.id.as_str(),
            i64::from(terms.data_set.version),
            state_text(&p.state),
            p.hold.map(|hold| state_text(&hold)),
            p.since,
            p.due(),
            registered_by.clone(),
            machine
        ]);
    }
    let columns = &[
        "permit_no",
        "dan_no",
        "asker",
        "procedure_code",
        "data_set",
        "version",
        "state",
        "hold",
        "since",
        "due",
        "registered_by",
        "machine",
    ];
    Ok(tx.insert_rows("gateway_provision", columns, values).await?)
}

/// Puts marks in; those that have arrived go.
pub(crate) async fn put_hidings(tx: &mut Tx, keys: &Keys, all: &[(PermitNo, Option<&Hiding>)]) -> Result<(), Fault> {
    tx.run_for(HIDING_OUT, &all.iter().map(|(no, _)| Param::from(permit_text(no))).collect::<Vec<_>>()).await?;
    let mut values = Vec::new();
    for (no, hiding) in all.iter().filter_map(|(no, hiding)| hiding.map(|h| (permit_text(no), h))) {
        let machine = seal(keys, "gateway_hiding", &no, hiding)?;
        values.push(params![no, hiding.due(), machine]);
    }
    Ok(tx.insert_rows("gateway_hiding", &["permit_no", "due", "machine"], values).await?)
}

/// Takes out the machines of records whose time is over.
pub(crate) async fn forget(tx: &mut Tx, permits: Vec<Param>) -> Result<(), Fault> {
    tx.run_for(INQUIRY_GONE, &permits).await?;
    tx.run_for(PROVISION_OUT, &permits).await?;
    tx.run_for(HIDING_OUT, &permits).await?;
    Ok(())
}
