//! The people of the log: permanent ids, data keys, 支援措置 flags and edit locks.

use crate::city::City;
use crate::db::{DbError, KEYS, Param, Tx};
use crate::fault::Fault;
use crate::keys::DataKey;
use crate::params;
use crate::staff::StaffContext;
use const_format::concatcp;
use kernel::ident::AtenaNo;
use kernel::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// PostgreSQL only: moves the identity column past numbers that a load gave out.
const ADVANCE_SUBJECT: &str =
    "select setval(pg_get_serial_sequence('platform_subject', 'id'), (select max(id) from platform_subject))";

crate::statements! {
    /// The last subject.
    LAST_SUBJECT = "select cast(coalesce(max(id), 0) as bigint) as id from platform_subject";
    /// The subject of a 宛名番号.
    FIND = "select id from platform_subject where atena_no = $1";
    /// The subjects of 宛名番号.
    FIND_ALL = concatcp!("select atena_no, id from platform_subject where atena_no in ", KEYS);
    /// The 宛名番号 of a subject.
    NUMBER = "select atena_no from platform_subject where id = $1";
    /// A wrapped data key.
    KEY = "select wrapped from platform_data_key where owner = $1";
    /// 暗号消去.
    SHRED = "delete from platform_data_key where owner = $1";
    /// Is the person protected?
    PROTECTED = "select state from platform_protection where subject = $1";
    /// Sets the flag.
    PROTECT = "insert into platform_protection (subject, state, changed_at) values ($1, $2, $3) on conflict (subject) do update set state = $2, changed_at = $3";
    /// Removes the flag.
    UNPROTECT = "delete from platform_protection where subject = $1";
    /// The list.
    PROTECTION_LIST = "select subject from platform_protection";
    /// A release that is still open.
    RELEASED = "select id from platform_release where subject = $1 and case_id = $2 and until > $3";
    /// Shuts what was released.
    RELOCK = "update platform_release set until = $3 where subject = $1 and case_id = $2 and until > $3";
    /// Who edits?
    LOCKED_BY = "select staff_no, staff_name, case_id, since from platform_edit_lock where subject = $1";
    /// Takes the lock.
    TAKE = "insert into platform_edit_lock (subject, staff_no, staff_name, case_id, since) values ($1, $2, $3, $4, $5) on conflict (subject) do nothing";
    /// Gives it back.
    FREE = "delete from platform_edit_lock where subject = $1";
    /// Gives back a lock that is too old, unless a draft waits under it.
    LAPSE = "delete from platform_edit_lock where subject = $1 and since < $2 and not exists (select 1 from platform_draft d join platform_draft_subject s on s.draft_id = d.id where s.subject = $1 and d.state in ('waiting', 'held'))";
    /// Gives back all locks of a case.
    FREE_CASE = "delete from platform_edit_lock where case_id = $1";
}

/// The permanent id of the person with this 宛名番号; made at the first use.
///
/// # Errors
/// The database's refusal, or a read-only transaction for a new person.
pub async fn of(tx: &mut Tx, number: &AtenaNo) -> Result<i64, DbError> {
    if let Some(row) = tx.first(FIND, params![number]).await? {
        return row.get("id");
    }
    tx.insert_row("platform_subject", &["atena_no"], params![number]).await
}

/// The permanent id, if the person is known.
///
/// # Errors
/// The database's refusal.
pub async fn find(tx: &mut Tx, number: &AtenaNo) -> Result<Option<i64>, DbError> {
    tx.first(FIND, params![number]).await?.map(|r| r.get("id")).transpose()
}

/// The permanent ids of those who are known.
///
/// # Errors
/// The database's refusal.
pub async fn find_all(tx: &mut Tx, numbers: &BTreeSet<&AtenaNo>) -> Result<BTreeMap<AtenaNo, i64>, DbError> {
    let numbers: Vec<Param> = numbers.iter().map(|number| Param::from(*number)).collect();
    tx.all_of(FIND_ALL, &numbers).await?.iter().map(|row| Ok((row.get("atena_no")?, row.get("id")?))).collect()
}

/// The 宛名番号 of a subject.
///
/// # Errors
/// The database's refusal, or no such subject.
pub async fn number(tx: &mut Tx, subject: i64) -> Result<AtenaNo, DbError> {
    tx.one(NUMBER, params![subject]).await?.get("atena_no")
}

/// The data key of a subject; made at the first use in a writing transaction.
///
/// # Errors
/// [`crate::keys::KeyError::NoKey`] as a fault when the key was shredded or never made and the transaction only reads.
pub async fn data_key(tx: &mut Tx, city: &City, subject: i64) -> Result<DataKey, Fault> {
    let owner = owner(subject);
    if let Some(row) = tx.first(KEY, params![&owner]).await? {
        return Ok(city.keys().data_key(&owner, &row.get::<Vec<u8>>("wrapped")?)?);
    }
    if !tx.writes() {
        return Err(crate::keys::KeyError::NoKey.into());
    }
    let (key, wrapped) = city.keys().new_data_key(&owner)?;
    tx.insert_rows("platform_data_key", &["owner", "wrapped"], vec![params![owner, wrapped]]).await?;
    Ok(key)
}

/// Is the person under 支援措置?
///
/// # Errors
/// The database's refusal.
pub async fn is_protected(tx: &mut Tx, subject: i64) -> Result<bool, DbError> {
    Ok(tx.first(PROTECTED, params![subject]).await?.is_some())
}

/// Sets (with the state, such as 仮 or 本) or removes the flag. Called by the register of 支援措置 only.
///
/// # Errors
/// The database's refusal.
pub async fn protect(tx: &mut Tx, subject: i64, state: Option<&str>, now: Timestamp) -> Result<(), DbError> {
    match state {
        Some(state) => tx.run(PROTECT, params![subject, state, now]).await?,
        None => tx.run(UNPROTECT, params![subject]).await?,
    };
    Ok(())
}

/// The protection list for a run that prints or sends addresses.
///
/// # Errors
/// An empty list stops the run: in a real city it is never empty, and an empty one has let notices go out before
/// (`incident_meiwa_missing_list`).
pub async fn protection_list(tx: &mut Tx) -> Result<BTreeSet<i64>, Fault> {
    let list = protected(tx).await?;
    if list.is_empty() {
        return Err(Fault::conflict(
            "支援措置の一覧が空のため、処理を止めました",
            "一覧が空のまま印刷・送付すると、守るべき住所が出るおそれがあります",
        ));
    }
    Ok(list)
}

/// Everybody under 支援措置, for telling others of it. A run that prints or sends addresses takes [`protection_list`].
///
/// # Errors
/// The database's refusal.
pub async fn protected(tx: &mut Tx) -> Result<BTreeSet<i64>, DbError> {
    tx.all(PROTECTION_LIST, vec![]).await?.iter().map(|r| r.get("subject")).collect()
}

/// Has the location of this person been released for this case by two people, and is the release still open?
///
/// # Errors
/// The database's refusal.
pub async fn is_released(tx: &mut Tx, subject: i64, case: i64, now: Timestamp) -> Result<bool, DbError> {
    Ok(tx.first(RELEASED, params![subject, case, now]).await?.is_some())
}

/// Releases a protected person's location for one case, on the word of two different people, until an instant.
///
/// # Errors
/// When both are the same person.
pub async fn release(tx: &mut Tx, subject: i64, case: i64, first: &str, second: &str, until: Timestamp) -> Result<(), Fault> {
    if first == second {
        return Err(Fault::refused("解除には、申し出た人とは別の人の確認が必要です"));
    }
    let columns = &["subject", "case_id", "first_staff", "second_staff", "until"];
    tx.insert_rows("platform_release", columns, vec![params![subject, case, first, second, until]]).await?;
    Ok(())
}

/// Shuts a release again, as soon as what it was given for is done.
///
/// # Errors
/// The database's refusal.
pub async fn relock(tx: &mut Tx, subject: i64, case: i64, now: Timestamp) -> Result<(), DbError> {
    tx.run(RELOCK, params![subject, case, now]).await.map(|_| ())
}

/// Takes the edit lock of a person for the staff member's case.
///
/// # Errors
/// [`Fault::conflict`] naming the colleague who edits the person.
pub async fn edit_lock(tx: &mut Tx, staff: &StaffContext, subject: i64, now: Timestamp) -> Result<(), Fault> {
    let case = staff.case.as_ref().map_or(0, |c| c.id);
    tx.run(TAKE, params![subject, &staff.staff_no, &staff.name, case, now]).await?;
    let row = tx.one(LOCKED_BY, params![subject]).await?;
    let same_clerk = row.get::<String>("staff_no")? == staff.staff_no;
    if row.get::<i64>("case_id")? == case && (case != 0 || same_clerk) {
        return Ok(());
    }
    let by: String = row.get("staff_name")?;
    Err(Fault::conflict("この人は、ほかの案件で異動の処理中です", format!("{by}さんが起案・入力しています")))
}

/// Who edits a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editor {
    /// 職員番号
    pub staff_no: String,
    /// Name.
    pub name: String,
    /// Since when.
    pub since: Timestamp,
}

/// Who has the edit lock of a person.
///
/// # Errors
/// The database's refusal.
pub async fn editor(tx: &mut Tx, subject: i64) -> Result<Option<Editor>, DbError> {
    let row = tx.first(LOCKED_BY, params![subject]).await?;
    row.map(|r| Ok(Editor { staff_no: r.get("staff_no")?, name: r.get("staff_name")?, since: r.get("since")? })).transpose()
}

/// Gives back an edit lock that was taken before an instant, unless a draft about the person waits for its decision.
///
/// # Errors
/// The database's refusal.
pub async fn lapse(tx: &mut Tx, subject: i64, before: Timestamp) -> Result<(), DbError> {
    tx.run(LAPSE, params![subject, before]).await.map(|_| ())
}

/// Gives back the edit lock of a person, once what was entered is in the register.
///
/// # Errors
/// The database's refusal.
pub async fn edit_unlock(tx: &mut Tx, subject: i64) -> Result<(), DbError> {
    tx.run(FREE, params![subject]).await.map(|_| ())
}

/// Gives back every edit lock of a case.
///
/// # Errors
/// The database's refusal.
pub async fn free_locks(tx: &mut Tx, case: i64) -> Result<(), DbError> {
    tx.run(FREE_CASE, params![case]).await.map(|_| ())
}

/// 暗号消去: deletes the data key, so that every sealed field of the person is unreadable for ever.
///
/// # Errors
/// The database's refusal.
pub async fn shred(tx: &mut Tx, subject: i64) -> Result<(), DbError> {
    tx.run(SHRED, params![format!("subject:{subject}")]).await.map(|_| ())
}

/// New people with their data keys, before they are stored.
pub struct Minted {
    numbers: Vec<String>,
    wrapped: Vec<Vec<u8>>,
    /// Subject and data key of each, in order.
    pub keys: Vec<(i64, DataKey)>,
}

impl Minted {
    /// Makes the keys of people with these 宛名番号, numbered from `first` on.
    ///
    /// # Errors
    /// When the key ring refuses.
    pub fn new(keys: &crate::keys::Keys, first: i64, numbers: Vec<String>) -> Result<Self, Fault> {
        let (mut wrapped, mut all) = (vec![], vec![]);
        for (id, _) in (first..).zip(&numbers) {
            let (key, sealed) = keys.new_data_key(&owner(id))?;
            wrapped.push(sealed);
            all.push((id, key));
        }
        Ok(Self { numbers, wrapped, keys: all })
    }
}

fn owner(subject: i64) -> String {
    format!("subject:{subject}")
}

/// The number that the next new person gets; a bulk load counts on from it.
///
/// # Errors
/// The database's refusal.
pub async fn next(tx: &mut Tx) -> Result<i64, DbError> {
    Ok(tx.one(LAST_SUBJECT, params![]).await?.get::<i64>("id")? + 1)
}

/// Stores new people and their keys, for bulk loads.
///
/// # Errors
/// The database's refusal, also when one of the numbers is taken.
pub async fn load(tx: &mut Tx, minted: Minted) -> Result<(), Fault> {
    let ids = || minted.keys.iter().map(|(id, _)| *id);
    let subjects = ids().zip(minted.numbers).map(|(id, number)| params![id, number]).collect();
    let wrapped = ids().zip(minted.wrapped).map(|(id, sealed)| params![owner(id), sealed]).collect();
    tx.insert_rows("platform_subject", &["id", "atena_no"], subjects).await?;
    tx.insert_rows("platform_data_key", &["owner", "wrapped"], wrapped).await?;
    if tx.is_postgres() {
        // The identity column does not see numbers that were given to it.
        tx.one(ADVANCE_SUBJECT, params![]).await?;
    }
    Ok(())
}
