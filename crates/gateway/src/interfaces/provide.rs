//! TKY: 情報提供 on the provider's side, and TKM: 情報提供等記録.

use super::desk::{Desk, During, LISTED, Outcome, Refusal, whole};
use crate::keeper::Keeper;
use crate::record::Kept;
use crate::store::machines::Held;
use crate::store::registers;
use crate::store::replica::{PROVISION_LIST, PROVISION_WAITING_AFTER, list};
use crate::work::{Needs, Work};
use kernel::ident::DanNo;
use kernel::time::Timestamp;
use platform::Fault;
use platform::db::{DbError, Row};
use platform::params;
use serde::{Deserialize, Serialize};
use wire::ident::{DataSet, Digest, InstitutionCode, ItemId, PermitNo, ProcedureId};
use wire::inquiry::Given;
use wire::provide::{ProvisionEvent, ProvisionState};
use wire::record::Record;

/// A provision by its permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// 許可番号.
    pub permit: PermitNo,
}

/// 情報提供状況: one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// 許可番号.
    pub permit: String,
    /// The person, when we know them.
    pub dan: Option<DanNo>,
    /// 情報照会者.
    pub asker: String,
    /// 事務手続.
    pub procedure: String,
    /// 特定個人情報.
    pub data_set: String,
    /// Its version.
    pub version: i64,
    /// Where it stands: `HELD` …
    pub state: String,
    /// Why it waits; empty when it does not.
    pub hold: String,
    /// Since when.
    pub since: Timestamp,
}

/// 情報照会内容(提供側): what is asked, as the provider's clerk sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// 許可番号.
    pub permit: PermitNo,
    /// The person, when we know them.
    pub dan: Option<DanNo>,
    /// 情報照会者.
    pub asker: InstitutionCode,
    /// 事務手続.
    pub procedure: ProcedureId,
    /// 特定個人情報.
    pub data_set: DataSet,
    /// Items.
    pub items: Vec<ItemId>,
    /// 求め日時.
    pub asked_at: Timestamp,
}

/// 情報提供内容: what would be sent, or was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// 許可番号.
    pub permit: PermitNo,
    /// Where it stands.
    pub state: ProvisionState,
    /// The records.
    pub records: Vec<Given>,
    /// Why there are none.
    pub error: Option<Refusal>,
    /// As of when the replica was right.
    pub as_of: Option<Timestamp>,
    /// Hash of the replica.
    pub root: Option<Digest>,
}

/// A clerk's registration of what may be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// 許可番号.
    pub permit: PermitNo,
    /// The records; none: there is nothing to provide.
    pub records: Vec<Given>,
    /// Who registers.
    pub staff: String,
}

/// A clerk's permission to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    /// 許可番号.
    pub permit: PermitNo,
    /// Who permits: not who registered.
    pub staff: String,
}

/// Where a provision stands after an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// 許可番号.
    pub permit: PermitNo,
    /// Where it stands.
    pub state: ProvisionState,
}

fn line(row: &Row) -> Result<Line, DbError> {
    Ok(Line {
        permit: row.get("permit_no")?,
        dan: row.get("dan_no")?,
        asker: row.get("asker")?,
        procedure: row.get("procedure_code")?,
        data_set: row.get("data_set")?,
        version: row.get("version")?,
        state: row.get("state")?,
        hold: row.get("hold")?,
        since: row.get("since")?,
    })
}

/// TKY_113: provisions of a time.
pub(crate) async fn status(desk: &mut Desk<'_>, during: During) -> Result<Outcome<Vec<Line>>, Fault> {
    let (from, to) = during.bounds();
    let found = list(desk.tx, PROVISION_LIST, params![from, to, LISTED + 1]).await?;
    Ok(whole(found.iter().map(line).collect::<Result<_, _>>()?))
}

async fn held(desk: &mut Desk<'_>, permit: PermitNo) -> Result<(Work, Option<Held>), Fault> {
    let needs = Needs { permits: vec![permit], provided: vec![permit], ..Needs::default() };
    let work = Work::load(desk.tx, desk.keeper, &needs, desk.now).await?;
    let held = work.provisions.get(&permit).cloned();
    Ok((work, held))
}

/// TKY_115: what is asked.
pub(crate) async fn question(desk: &mut Desk<'_>, which: Which) -> Result<Outcome<Asked>, Fault> {
    let (_, held) = held(desk, which.permit).await?;
    Ok(held.map(|(provision, _)| asked(&provision)).ok_or_else(|| Refusal::missing("照会")))
}

pub(crate) fn asked(provision: &wire::provide::Provision) -> Asked {
    let terms = &provision.permit.terms;
    Asked {
        permit: terms.no,
        dan: provision.dan.clone(),
        asker: terms.asker.clone(),
        procedure: terms.procedure.clone(),
        data_set: terms.data_set.clone(),
        items: terms.items.clone(),
        asked_at: terms.asked_at,
    }
}

/// TKY_119: what would be sent, or was.
pub(crate) async fn content(desk: &mut Desk<'_>, which: Which) -> Result<Outcome<Content>, Fault> {
    let (_, held) = held(desk, which.permit).await?;
    let Some((provision, _)) = held else { return Ok(Err(Refusal::missing("照会"))) };
    let draft = provision.draft.as_ref();
    Ok(Ok(Content {
        permit: which.permit,
        state: provision.state,
        records: draft.and_then(|d| d.outcome.clone().ok()).unwrap_or_default(),
        error: draft.and_then(|d| d.outcome.as_ref().err().copied()).map(Refusal::from),
        as_of: draft.map(|d| d.as_of),
        root: draft.map(|d| d.root),
    }))
}

/// Nothing goes out about a person whose link is wrong: neither what was drafted before that was known, nor anything else.
fn being_put_right() -> Refusal {
    Refusal::conflict("この人の連携の誤りを直しているため、回答できません。直ると、改めて自動で回答するか、確認をお願いします")
}

/// TKY_203: a clerk registers what may be sent.
pub(crate) async fn register(desk: &mut Desk<'_>, new: Registration) -> Result<Outcome<Standing>, Fault> {
    let (mut work, held) = held(desk, new.permit).await?;
    let waiting = [ProvisionState::Held, ProvisionState::ContentRegistered];
    match held {
        None => return Ok(Err(Refusal::missing("照会"))),
        Some((provision, _)) if !waiting.contains(&provision.state) => {
            return Ok(Err(Refusal::conflict("この照会は職員の確認を待っていません。状況を確かめてください")));
        }
        Some((provision, _)) if provision.recalled => return Ok(Err(being_put_right())),
        Some(_) if new.staff.trim().is_empty() => return Ok(Err(Refusal::bad("登録する職員を入れてください"))),
        Some(_) => {}
    }
    desk.keeper.step(desk.now, |turn| work.provision(new.permit, ProvisionEvent::Register(new.records), turn));
    if let Some(held) = work.provisions.get_mut(&new.permit) {
        held.1 = Some(new.staff);
    }
    finish(desk, work, new.permit).await
}

/// TKY_205: another clerk allows it to be sent.
pub(crate) async fn permit(desk: &mut Desk<'_>, new: Permission) -> Result<Outcome<Standing>, Fault> {
    let (mut work, held) = held(desk, new.permit).await?;
    match held {
        None => return Ok(Err(Refusal::missing("照会"))),
        Some((provision, _)) if provision.recalled => return Ok(Err(being_put_right())),
        Some((provision, _)) if provision.state != ProvisionState::ContentRegistered => {
            return Ok(Err(Refusal::conflict("送信を許可できる状態ではありません。内容を登録してから許可してください")));
        }
        Some((_, by)) if new.staff.trim().is_empty() || by.as_ref() == Some(&new.staff) => {
            return Ok(Err(Refusal::conflict("送信の許可は、内容を登録した職員とは別の職員が行ってください")));
        }
        Some(_) => {}
    }
    desk.keeper.step(desk.now, |turn| work.provision(new.permit, ProvisionEvent::Permit, turn));
    finish(desk, work, new.permit).await
}

/// A clerk refuses. No interface has this act; the page of the held answer does.
pub(crate) async fn refuse(desk: &mut Desk<'_>, permit: PermitNo) -> Result<Outcome<Standing>, Fault> {
    let (mut work, held) = held(desk, permit).await?;
    let waiting = [ProvisionState::Held, ProvisionState::ContentRegistered];
    match held {
        None => return Ok(Err(Refusal::missing("照会"))),
        Some((provision, _)) if !waiting.contains(&provision.state) => {
            return Ok(Err(Refusal::conflict("この照会は職員の確認を待っていません。状況を確かめてください")));
        }
        Some(_) => {}
    }
    desk.keeper.step(desk.now, |turn| work.provision(permit, ProvisionEvent::Refuse, turn));
    finish(desk, work, permit).await
}

async fn finish(desk: &mut Desk<'_>, work: Work, permit: PermitNo) -> Result<Outcome<Standing>, Fault> {
    let state = work.provisions.get(&permit).map(|held| held.0.state);
    work.store(desk.tx, desk.keeper).await?;
    Ok(state.map(|state| Standing { permit, state }).ok_or_else(|| Refusal::missing("照会")))
}

/// Which records are wanted: of a person, or of a time.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordsWanted {
    /// 団番.
    #[serde(default)]
    pub dan: Option<DanNo>,
    /// The time; everything when it is open.
    #[serde(default)]
    pub during: During,
}

/// A record and whom it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordLine {
    /// 団番, when we know the person.
    pub dan: Option<DanNo>,
    /// The record.
    pub record: Record,
}

/// TKM_401: 情報提供等記録.
pub(crate) async fn records(desk: &mut Desk<'_>, wanted: RecordsWanted) -> Result<Outcome<Vec<RecordLine>>, Fault> {
    let (from, to) = wanted.during.bounds();
    let rows = match &wanted.dan {
        Some(dan) => registers::records_about(desk.tx, dan).await?,
        None => match whole(registers::records_between(desk.tx, from, to, LISTED + 1).await?) {
            Ok(rows) => rows,
            Err(refusal) => return Ok(Err(refusal)),
        },
    };
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows.iter().filter(|row| row.asked_at >= from && row.asked_at <= to) {
        let Kept { record, dan } = Kept::read(row)?;
        lines.push(RecordLine { dan, record });
    }
    Ok(Ok(lines))
}

/// A record that changed, with the number of the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedRecord {
    /// 変更番号: rising with every change of a record.
    pub change: i64,
    /// 団番, when we know the person.
    pub dan: Option<DanNo>,
    /// The record as it stands now.
    pub record: Record,
}

/// Rows on one page of what the city reads on its own line.
const PAGE: i64 = 1_000;

impl Keeper {
    /// A page of the provisions that wait for a member of staff, however long they do, in the order of their permits.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn waiting(&self, after: &str) -> Result<Vec<Line>, Fault> {
        let mut tx = self.city().db().read().await?;
        let found = list(&mut tx, PROVISION_WAITING_AFTER, params![after, PAGE]).await?;
        Ok(found.iter().map(line).collect::<Result<_, _>>()?)
    }

    /// A page of the records that changed after a change, however old they are, in the order of the changes.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn changed_records(&self, after: i64) -> Result<Vec<ChangedRecord>, Fault> {
        let mut tx = self.city().db().read().await?;
        let mut all = vec![];
        for row in registers::records_changed(&mut tx, after, PAGE).await? {
            let Kept { record, dan } = Kept::read(&row)?;
            all.push(ChangedRecord { change: row.change, dan, record });
        }
        Ok(all)
    }
}

/// 情報提供等記録更新要求: the 不開示 mark of a record.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkWanted {
    /// Number of the record.
    pub record: PermitNo,
    /// 不開示; only `true` can be asked for.
    pub hidden: bool,
}

/// TKM_403: hides an exchange here, and tells the network until it confirms.
pub(crate) async fn mark(desk: &mut Desk<'_>, wanted: MarkWanted) -> Result<Outcome<Record>, Fault> {
    if !wanted.hidden {
        return Ok(Err(Refusal::conflict("不開示の記録は開示に戻せません。情報政策課へ相談してください")));
    }
    let needs = Needs { permits: vec![wanted.record], ..Needs::default() };
    let mut work = Work::load(desk.tx, desk.keeper, &needs, desk.now).await?;
    let known = work.records.contains_key(&wanted.record);
    let marked = desk.keeper.step(desk.now, |turn| work.hide(wanted.record, turn));
    let record = work.records.get(&wanted.record).map(|kept| kept.record.clone());
    work.store(desk.tx, desk.keeper).await?;
    Ok(match (marked, record) {
        (true, Some(record)) => Ok(record),
        _ if known => Err(Refusal::conflict("許可されなかった照会の記録は、もともと本人に表示されません")),
        _ => Err(Refusal::missing("情報提供等記録")),
    })
}
