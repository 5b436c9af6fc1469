//! 符号要求: has the gateway ask again for the 符号 of one person, or of everybody who has none.

use crate::lines::{self, Lines};
use crate::model::NUMBER;
use crate::store;
use async_trait::async_trait;
use kernel::access::Action;
use kernel::ident::DanNo;
use platform::job::{self, Job, Run};
use platform::{Fault, Unit};
use std::sync::Arc;

/// Kind of the job.
pub const JOB: &str = "hub.request_codes";

/// Asks for one person, who comes into the open case.
///
/// # Errors
/// Nobody has the 団番, no open case, the line is down, or the gateway does not take it.
pub async fn one(unit: &mut Unit, lines: &dyn Lines, dan_no: &DanNo) -> Result<(), Fault> {
    let links = store::links_of_dan(&mut unit.tx, dan_no).await?;
    let who = links.into_iter().next().ok_or_else(|| Fault::missing("団体内統合宛名番号"))?.atena_no;
    let subject = unit.find_subject(&who).await?.ok_or_else(|| Fault::missing("宛名番号"))?;
    unit.take_into_case(subject).await?;
    unit.require(subject, &[NUMBER]).await?;
    lines.people(std::slice::from_ref(dan_no)).await
}

/// Asks for everybody; answers the number of the job.
///
/// # Errors
/// The database's refusal.
pub async fn start(unit: &mut Unit) -> Result<i64, Fault> {
    job::submit(unit, JOB, "符号の一括要求", &[]).await
}

/// The job.
pub struct RequestCodes {
    /// The lines.
    pub lines: Arc<dyn Lines>,
}

#[async_trait]
impl Job for RequestCodes {
    fn kind(&self) -> &'static str {
        JOB
    }

    async fn run(&self, run: &Run, _: &[u8]) -> Result<String, Fault> {
        let told = lines::announce_people(run.city(), self.lines.as_ref()).await?;
        let mut unit = Unit::change(run.city(), run.staff(), "符号の一括要求", Action::Run).await?;
        unit.permit(Action::Run, NUMBER).await?;
        unit.note(format!("符号の要求 {told}人"));
        unit.commit(()).await?;
        Ok(format!("{told}人を中間サーバーへ知らせました。符号のない人の分が取得されます"))
    }
}
