//! The import of a master of names: the whole file is checked first, its names become visible by one flip.

use crate::model::MasterName;
use crate::names;
use crate::store::master as store;
use async_trait::async_trait;
use kernel::access::Action;
use platform::job::{Job, Run};
use platform::{Fault, Unit, file};

/// Names a step.
const STEP: usize = 2_000;

/// Imports one received master.
pub struct ImportMaster;

#[async_trait]
impl Job for ImportMaster {
    fn kind(&self) -> &'static str {
        "claims.master"
    }

    async fn run(&self, run: &Run, payload: &[u8]) -> Result<String, Fault> {
        let city = run.city().clone();
        let id: i64 = String::from_utf8_lossy(payload).parse().map_err(|_| Fault::missing("マスター"))?;
        let mut tx = city.db().read().await?;
        let master = store::find(&mut tx, id).await?;
        if master.state == "visible" {
            return Ok("既に取り込んであります。何も変えていません".into());
        }
        let body = file::load(&mut tx, &city, master.file_id).await?.body;
        let already = usize::try_from(store::imported(&mut tx, id).await?).unwrap_or(0);
        drop(tx);
        let found = match names::read(&body) {
            Ok(found) => found,
            Err(why) => {
                let mut unit = Unit::change(&city, run.staff(), "マスターの取込み", Action::Run).await?;
                store::refuse(&mut unit.tx, id, &why).await?;
                unit.note("claims.master: refused");
                unit.commit(()).await?;
                return Ok(format!("{} は取り込みませんでした。{why}", master.name));
            }
        };
        let total = i64::try_from(found.rows.len()).unwrap_or(i64::MAX);
        let rest = found.rows.into_iter().skip(already);
        let row = |(code, name, unit)| MasterName { id: 0, master_id: id, kind: master.kind.clone(), code, name, unit };
        let rows: Vec<MasterName> = rest.map(row).collect();
        let mut done = already;
        for step in rows.chunks(STEP) {
            let mut tx = city.db().write().await?;
            store::insert(&mut tx, step).await?;
            tx.commit().await?;
            done += step.len();
            run.progress(i64::try_from(done).unwrap_or(0), total, &master.name).await?;
        }
        let message = format!("{} {total}件", names::label_ja(&master.kind));
        let mut unit = Unit::change(&city, run.staff(), "マスターの取込み", Action::Run).await?;
        store::show(&mut unit.tx, id, total, &message).await?;
        unit.note(format!("claims.master: {} {total}", master.kind));
        unit.commit(()).await?;
        run.progress(total, total, &message).await?;
        Ok(message)
    }
}
