//! SCM: masters, SYM: state of operation, FGU: 符号取得依頼.

use super::desk::{Desk, LISTED, Nothing, Outcome};
use crate::store::machines::acquisitions_waiting;
use crate::store::{outgoing, registers, replica};
use kernel::ident::DanNo;
use kernel::time::{Timestamp, civil};
use platform::Fault;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use wire::code::AcquisitionNo;
use wire::ident::{DataSetId, InstitutionCode, Mode, ProcedureId};

/// マスター.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masters {
    /// 事務手続 with their names.
    pub procedures: BTreeMap<ProcedureId, String>,
    /// 特定個人情報 with their names.
    pub data_sets: BTreeMap<DataSetId, String>,
    /// Versions that are live today.
    pub live: BTreeMap<DataSetId, BTreeSet<u16>>,
    /// Institutions with their names.
    pub institutions: BTreeMap<InstitutionCode, String>,
    /// Rows of the permitted-inquiry list that hold today.
    pub permissions: usize,
}

/// SCM_301: the masters as they are today.
pub(crate) async fn masters(desk: &mut Desk<'_>, _: Nothing) -> Result<Outcome<Masters>, Fault> {
    let (profile, today) = (desk.keeper.profile(), civil(desk.now));
    let list = &profile.list;
    let live = list.data_sets().keys().map(|id| (id.clone(), profile.live.on(id, today)));
    Ok(Ok(Masters {
        procedures: list.procedures().clone(),
        data_sets: list.data_sets().clone(),
        live: live.filter(|(_, versions)| !versions.is_empty()).collect(),
        institutions: profile.institutions.iter().map(|(id, i)| (id.clone(), i.name_ja.clone())).collect(),
        permissions: list.rows().filter(|row| row.period.contains(today)).count(),
    }))
}

/// 稼動状態.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// The tenant's clock.
    pub now: Timestamp,
    /// 本番 or 連携テスト.
    pub mode: Mode,
    /// Messages that wait, by line.
    pub waiting: BTreeMap<String, i64>,
    /// Open alarms.
    pub alarms: usize,
    /// When the replica last changed.
    pub replica_changed_at: Option<Timestamp>,
}

/// SYM_202: is it working?
pub(crate) async fn operation(desk: &mut Desk<'_>, _: Nothing) -> Result<Outcome<Operation>, Fault> {
    let waiting = outgoing::queues(desk.tx).await?.into_iter().map(|queue| (queue.party, queue.messages)).collect();
    let alarms = registers::alarms(desk.tx, LISTED).await?.len();
    let (_, replica_changed_at) = replica::change(desk.tx).await?;
    let mode = desk.keeper.tenant().mode;
    Ok(Ok(Operation { now: desk.now, mode, waiting, alarms, replica_changed_at }))
}

/// 符号取得依頼: one line, the same as the push FGU_20215 says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeWanted {
    /// 取得番号.
    pub acquisition: AcquisitionNo,
    /// 団番.
    pub dan: DanNo,
}

/// FGU_202: for whom a 符号 is wanted.
pub(crate) async fn codes_wanted(desk: &mut Desk<'_>, _: Nothing) -> Result<Outcome<Vec<CodeWanted>>, Fault> {
    let waiting = acquisitions_waiting(desk.tx, desk.keeper.city().keys(), LISTED).await?;
    let wanted = waiting.into_iter().filter_map(|a| Some(CodeWanted { acquisition: a.number()?, dan: a.dan }));
    Ok(Ok(wanted.collect()))
}
