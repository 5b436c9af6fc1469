//! What the hub does, one verb a file.

pub mod batch;
pub mod delete;
pub mod edit_outsider;
pub mod extract;
pub mod follow_resident;
pub mod freeze;
pub mod interface_file;
pub mod issue;
pub mod join;
pub mod link_programme;
pub mod load;
pub mod look_up;
pub mod match_newcomer;
pub mod match_up;
pub mod register_outsider;
pub mod renumber;
pub mod reopen;
pub mod request_codes;
pub mod split;
pub mod tell_apart;
pub mod translate;
pub mod unify;

use crate::model::Doubt;
use kernel::ident::AtenaNo;
use platform::task::{self, NewTask};
use platform::{Fault, Unit};

/// Asks 情報政策課 to look at a person.
async fn doubt(unit: &mut Unit, why: Doubt, subject: i64, atena_no: &AtenaNo) -> Result<(), Fault> {
    let task = NewTask {
        office: crate::OFFICE,
        purpose: crate::PURPOSE.code,
        kind: why.kind(),
        title: why.title_ja(),
        subject: Some(subject),
        reference: Some(atena_no.as_str()),
        due: None,
    };
    let now = unit.now();
    Ok(task::add(&mut unit.tx, task, now).await?)
}
