//! A master of names arrives: stored, known by its hash, imported by a job.

use crate::model::Master;
use crate::names;
use crate::store;
use crate::usecases::receive::Received;
use kernel::Date;
use platform::keys::sha256;
use platform::{Fault, Unit, file, job};

/// Receives a master whose names hold from a day on.
///
/// # Errors
/// A file that is no master, or the database's refusal.
pub async fn receive(unit: &mut Unit, valid_from: Date, name: &str, body: &[u8]) -> Result<Received, Fault> {
    let hash = sha256(body);
    if store::master::by_hash(&mut unit.tx, &hash).await?.is_some() {
        return Ok(Received::Known);
    }
    let Some(kind) = names::kind_of(body).filter(|_| body.len() <= names::LIMIT) else {
        let why = names::read(body).err().unwrap_or_default();
        return Err(Fault::field("file", why));
    };
    let (city, case, now) = (unit.city().clone(), unit.staff().case.as_ref().map(|c| c.id), unit.now());
    let file_id = file::store(&mut unit.tx, &city, name, "text/csv", body, case).await?;
    let master = Master {
        id: 0,
        kind: kind.into(),
        valid_from,
        name: name.chars().take(120).collect(),
        sha256: hash.to_vec(),
        file_id,
        rows: 0,
        state: "received".into(),
        message: "取込みを待っています".into(),
        job_id: None,
        imported_by: unit.staff().name.clone(),
        imported_at: now,
    };
    let id = master.insert(&mut unit.tx).await?;
    let title = format!("{}マスターの取込み", names::label_ja(kind));
    let job = job::submit(unit, "claims.master", &title, id.to_string().as_bytes()).await?;
    store::master::set_job(&mut unit.tx, id, job).await?;
    Ok(Received::New(job))
}
