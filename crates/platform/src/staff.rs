//! Staff, their posts, sign-in and sessions: Argon2id, lock-out, idle lock, one acting office at a time. Who comes, goes, fails to come
//! in or changes office leaves an entry in the log, in the transaction that does it.

pub mod admin;

use crate::audit::{self, Entry, Shown};
use crate::city::City;
use crate::db::{DbError, Row, Tx};
use crate::fault::{Fault, FaultKind};
use crate::keys::{hex, sha256};
use crate::params;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use kernel::access::Action;
use kernel::time::{Date, Timestamp};

/// Failures in a row before the account locks.
const FAILURES_ALLOWED: i64 = 5;
/// Minutes an account stays locked.
const LOCK_MINUTES: i64 = 15;
/// Minutes without a request before the screen locks.
pub const IDLE_MINUTES: i64 = 15;
/// Hours after which a session ends in any case.
const SESSION_HOURS: i64 = 12;
/// Shortest password.
const PASSWORD_CHARACTERS: usize = 12;

crate::statements! {
    /// What a staff member signs in with, and from when to when.
    FIND = "select name, password_hash, active_from, active_to from platform_staff where staff_no = $1";
    /// Counts a failure, unless the account is locked.
    FAILED = "update platform_staff set failures = failures + 1, locked_until = case when failures + 1 >= $3 then cast($4 as bigint) end where staff_no = $1 and (locked_until is null or locked_until <= $2) returning failures";
    /// Forgets failures, unless the account is locked.
    SUCCEEDED = "update platform_staff set failures = 0, locked_until = null where staff_no = $1 and (locked_until is null or locked_until <= $2)";
    /// A new password.
    SET_PASSWORD = "update platform_staff set password_hash = $2, must_change = $3, failures = 0, locked_until = null where staff_no = $1";
    /// Posts held on a day.
    POSTS = "select id, office, rank, roles, ward from platform_post where staff_no = $1 and active_from <= $2 and (active_to is null or active_to >= $2) order by id";
    /// A session.
    SESSION = "select s.staff_no, s.post_id, s.purpose, s.case_id, s.terminal, s.csrf, s.started_at, s.seen_at, s.locked, f.name, f.must_change, f.active_to, \
               p.active_to as post_to, p.office, p.rank, p.roles, p.ward, c.number as case_number, c.ground, c.purpose as case_purpose \
               from platform_session s join platform_staff f on f.staff_no = s.staff_no left join platform_post p on p.id = s.post_id \
               left join platform_case c on c.id = s.case_id and c.closed_at is null where s.token = $1";
    /// It is alive.
    TOUCH = "update platform_session set seen_at = $2 where token = $1";
    /// 離席.
    LOCK = "update platform_session set locked = $2, seen_at = $3 where token = $1";
    /// Acts for another purpose; the case closes with it.
    SET_PURPOSE = "update platform_session set post_id = $2, purpose = $3, case_id = null where token = $1";
    /// Works on a case.
    SET_CASE = "update platform_session set case_id = $2 where token = $1";
    /// Signs out.
    END = "delete from platform_session where token = $1";
    /// Everybody with a post on a day.
    HOLDERS = "select f.staff_no, f.name, p.id, p.office, p.rank, p.roles, p.ward from platform_post p join platform_staff f on f.staff_no = p.staff_no where p.active_from <= $1 and (p.active_to is null or p.active_to >= $1) order by f.staff_no, p.id";
    /// Subjects of a case.
    CASE_SUBJECTS = "select subject from platform_case_subject where case_id = $1";
}

/// One post of a staff member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Number.
    pub id: i64,
    /// Office code.
    pub office: String,
    /// 1 係員, 2 係長, 3 課長, 4 部長.
    pub rank: i64,
    /// Additional roles.
    pub roles: Vec<String>,
    /// 区, for staff of a ward office.
    pub ward: Option<String>,
}

/// The open case of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCase {
    /// Number of the row.
    pub id: i64,
    /// Number on screen, `R8-子医-001482`.
    pub number: String,
    /// How it came about.
    pub ground: String,
    /// Subjects.
    pub subjects: Vec<i64>,
}

/// Who acts: one person, in one office, for one purpose, in one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffContext {
    /// Staff number; `job` for batch work.
    pub staff_no: String,
    /// Name.
    pub name: String,
    /// The acting post; `None` right after sign-in when there are several.
    pub post: Option<Post>,
    /// Terminal.
    pub terminal: String,
    /// Purpose code.
    pub purpose: Option<String>,
    /// The open case.
    pub case: Option<OpenCase>,
    /// Session token hash; `None` for jobs.
    pub session: Option<Vec<u8>>,
    /// CSRF token of the session.
    pub csrf: String,
    /// The password must be changed before anything else.
    pub must_change: bool,
    /// The screen is locked.
    pub locked: bool,
}

impl StaffContext {
    /// A batch job working for an office and purpose under its case.
    pub fn job(name: &str, office: &str, purpose: &str, case: OpenCase) -> Self {
        Self {
            staff_no: "job".into(),
            name: name.into(),
            post: Some(Post { id: 0, office: office.into(), rank: 1, roles: vec!["job".into()], ward: None }),
            terminal: "server".into(),
            purpose: Some(purpose.into()),
            case: Some(case),
            session: None,
            csrf: String::new(),
            must_change: false,
            locked: false,
        }
    }

    /// Nobody: before sign-in.
    pub fn nobody() -> Self {
        Self {
            staff_no: String::new(),
            name: String::new(),
            post: None,
            terminal: String::new(),
            purpose: None,
            case: None,
            session: None,
            csrf: String::new(),
            must_change: false,
            locked: false,
        }
    }

    /// The acting office, or an empty code.
    pub fn office(&self) -> &str {
        self.post.as_ref().map_or("", |p| &p.office)
    }

    /// The acting rank.
    pub fn rank(&self) -> i64 {
        self.post.as_ref().map_or(0, |p| p.rank)
    }

    /// Does the acting post have this role?
    pub fn has_role(&self, role: &str) -> bool {
        self.post.as_ref().is_some_and(|p| p.roles.iter().any(|r| r == role))
    }
}

/// A new staff member.
#[derive(Debug, Clone)]
pub struct NewStaff<'a> {
    /// Staff number, the sign-in name.
    pub staff_no: &'a str,
    /// Name.
    pub name: &'a str,
    /// One-time password.
    pub password: &'a str,
    /// Posts: office, rank, roles, ward.
    pub posts: &'a [(&'a str, i64, &'a str, Option<&'a str>)],
    /// First day.
    pub from: Date,
}

/// Registers a staff member with a one-time password.
///
/// # Errors
/// The database's refusal, for instance a staff number that exists.
pub async fn register(tx: &mut Tx, new: &NewStaff<'_>) -> Result<(), Fault> {
    let columns = &["staff_no", "name", "password_hash", "must_change", "failures", "active_from"];
    let hash = hash_password(new.password)?;
    tx.insert_rows("platform_staff", columns, vec![params![new.staff_no, new.name, hash, true, 0i64, new.from]]).await?;
    let columns = &["staff_no", "office", "rank", "roles", "ward", "active_from"];
    let rows = new.posts.iter().map(|(office, rank, roles, ward)| params![new.staff_no, *office, *rank, *roles, *ward, new.from]);
    tx.insert_rows("platform_post", columns, rows.collect()).await?;
    Ok(())
}

fn hasher() -> Result<Argon2<'static>, Fault> {
    // OWASP minimum for Argon2id: 19 MiB, two passes, one lane.
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|_| broken_hash())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn broken_hash() -> Fault {
    Fault::new(FaultKind::Defect, "パスワードを処理できません", "内部の処理に失敗しました", "情報政策課へ連絡してください")
}

fn hash_password(password: &str) -> Result<String, Fault> {
    Ok(hasher()?.hash_password(password.as_bytes()).map_err(|_| broken_hash())?.to_string())
}

fn password_fits(password: &str, hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    hasher().is_ok_and(|h| h.verify_password(password.as_bytes(), &hash).is_ok())
}

fn sign_in_refused() -> Fault {
    let why = "職員番号かパスワードが違うか、続けて間違えたため一時的に使えません";
    Fault::new(
        FaultKind::Refused,
        "サインインできません",
        why,
        "確かめて入力し直すか、15分待ってください。続くときは情報政策課へ連絡してください",
    )
}

/// Somebody at a terminal or a system, before or besides a session: what the log says of coming and going.
pub(crate) struct Visitor<'a> {
    pub staff_no: &'a str,
    pub name: &'a str,
    pub post: Option<&'a Post>,
    pub purpose: Option<&'a str>,
    pub terminal: &'a str,
    pub screen: &'static str,
}

impl<'a> Visitor<'a> {
    fn of(staff: &'a StaffContext, screen: &'static str) -> Self {
        Self {
            staff_no: &staff.staff_no,
            name: &staff.name,
            post: staff.post.as_ref(),
            purpose: staff.purpose.as_deref(),
            terminal: &staff.terminal,
            screen,
        }
    }

    /// Writes the entry and stores it with what the transaction did.
    pub async fn record(&self, city: &City, mut tx: Tx, result: Shown, detail: &str) -> Result<(), Fault> {
        let entry = Entry {
            at: city.now(),
            staff_no: self.staff_no.to_owned(),
            staff_name: self.name.to_owned(),
            office: self.post.map(|p| city.office_name(&p.office)).unwrap_or_default(),
            terminal: self.terminal.to_owned(),
            purpose: self.purpose.unwrap_or_default().to_owned(),
            case_no: None,
            ground: None,
            action: Action::Administer,
            screen: self.screen.to_owned(),
            result,
            sightings: vec![],
            detail: detail.to_owned(),
            bulk: None,
        };
        audit::append(&mut tx, city.keys(), &entry).await?;
        Ok(tx.commit().await?)
    }
}

/// Checks a password outside any transaction, since that takes long, and counts and records the outcome. Answers the name and the
/// transaction in which the success is noted, or `None` for a wrong password. A guess counts only while the account is open, so that
/// guesses sent all at once get no further than guesses sent one by one.
async fn check(city: &City, who: &Visitor<'_>, password: &str) -> Result<Option<(String, Tx)>, Fault> {
    let row = city.db().read().await?.first(FIND, params![who.staff_no]).await?;
    let Some(row) = row else {
        // Costs as much as a real check, so that timing does not tell whether the number exists. What was typed is not kept: it may
        // be a password in the wrong field.
        hash_password(password)?;
        let nobody = Visitor { staff_no: "", name: "", ..*who };
        nobody.record(city, city.db().write().await?, Shown::Denied, "登録のない職員番号").await?;
        return Err(sign_in_refused());
    };
    let name: String = row.get("name")?;
    let who = Visitor { name: &name, ..*who };
    let fits = password_fits(password, &row.get::<String>("password_hash")?);
    let today = city.today();
    if today < row.get::<Date>("active_from")? || row.get::<Option<Date>>("active_to")?.is_some_and(|to| to < today) {
        who.record(city, city.db().write().await?, Shown::Denied, "在職期間の外").await?;
        return Err(sign_in_refused());
    }
    let now = city.now();
    let mut tx = city.db().write().await?;
    if fits {
        if tx.run(SUCCEEDED, params![who.staff_no, now]).await? == 1 {
            return Ok(Some((name, tx)));
        }
    } else {
        let until = minutes_after(now, LOCK_MINUTES);
        let counted = tx.first(FAILED, params![who.staff_no, now, FAILURES_ALLOWED, until]).await?;
        if let Some(row) = counted {
            let failures: i64 = row.get("failures")?;
            let locks = if failures >= FAILURES_ALLOWED { "。続けて間違えたため15分使えません" } else { "" };
            who.record(city, tx, Shown::Denied, &format!("パスワードの誤り {failures}回目{locks}")).await?;
            return Ok(None);
        }
    }
    who.record(city, tx, Shown::Denied, "一時的に使えない間の試み").await?;
    Err(sign_in_refused())
}

/// Signs in and answers the session token, which only the browser keeps.
///
/// # Errors
/// One and the same refusal for an unknown number, a wrong password and a locked account.
pub async fn sign_in(city: &City, staff_no: &str, password: &str, terminal: &str) -> Result<String, Fault> {
    let who = Visitor { staff_no, name: "", post: None, purpose: None, terminal, screen: "サインイン" };
    let Some((name, mut tx)) = check(city, &who, password).await? else { return Err(sign_in_refused()) };
    let now = city.now();
    let token = hex(&city.keys().random::<32>()?);
    let csrf = hex(&city.keys().random::<16>()?);
    let posts = posts(&mut tx, staff_no, city.today()).await?;
    let only = match posts.as_slice() {
        [post] => Some(post),
        _ => None,
    };
    let purpose = only.and_then(|p| city.office(&p.office)).and_then(|o| o.purposes.first().copied());
    let columns = &["token", "staff_no", "post_id", "purpose", "terminal", "csrf", "started_at", "seen_at", "locked"];
    let post_id = only.map(|p| p.id);
    let row = params![sha256(token.as_bytes()).to_vec(), staff_no, post_id, purpose, terminal, csrf, now, now, false];
    tx.insert_rows("platform_session", columns, vec![row]).await?;
    Visitor { name: &name, post: only, purpose, ..who }.record(city, tx, Shown::Changed, "サインイン").await?;
    Ok(token)
}

fn minutes_after(at: Timestamp, minutes: i64) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond() + minutes * 60_000_000).unwrap_or(at)
}

/// Posts of a staff member on a day.
///
/// # Errors
/// The database's refusal.
pub async fn posts(tx: &mut Tx, staff_no: &str, on: Date) -> Result<Vec<Post>, DbError> {
    let rows = tx.all(POSTS, params![staff_no, on]).await?;
    rows.iter().map(post).collect()
}

fn post(row: &Row) -> Result<Post, DbError> {
    let roles: String = row.get("roles")?;
    let roles = roles.split(',').filter(|s| !s.is_empty()).map(str::to_owned).collect();
    Ok(Post { id: row.get("id")?, office: row.get("office")?, rank: row.get("rank")?, roles, ward: row.get("ward")? })
}

/// The session of a token: `None` when there is none or it has ended. An idle session comes back locked.
///
/// # Errors
/// The database's refusal.
pub async fn session(city: &City, token: &str) -> Result<Option<StaffContext>, Fault> {
    let hash = sha256(token.as_bytes()).to_vec();
    let now = city.now();
    let mut tx = city.db().read().await?;
    let Some(row) = tx.first(SESSION, params![hash.clone()]).await? else { return Ok(None) };
    let started: Timestamp = row.get("started_at")?;
    let today = city.today();
    let left = |to: Option<Date>| to.is_some_and(|to| to < today);
    if now >= minutes_after(started, SESSION_HOURS * 60) || left(row.get("active_to")?) || left(row.get("post_to")?) {
        return Ok(None);
    }
    let stored: Timestamp = row.get("seen_at")?;
    let seen = city.last_seen(&hash).map_or(stored, |here| here.max(stored));
    let locked = row.get::<bool>("locked")? || now >= minutes_after(seen, IDLE_MINUTES);
    let post = match row.get::<Option<i64>>("post_id")? {
        None => None,
        Some(id) => {
            let roles: String = row.get("roles")?;
            let roles = roles.split(',').filter(|s| !s.is_empty()).map(str::to_owned).collect();
            Some(Post { id, office: row.get("office")?, rank: row.get("rank")?, roles, ward: row.get("ward")? })
        }
    };
    let purpose: Option<String> = row.get("purpose")?;
    let case = match (row.get::<Option<i64>>("case_id")?, row.get::<Option<String>>("case_number")?) {
        (Some(id), Some(number)) if row.get::<Option<String>>("case_purpose")? == purpose => {
            let subjects = tx.all(CASE_SUBJECTS, params![id]).await?;
            let subjects = subjects.iter().map(|r| r.get("subject")).collect::<Result<_, _>>()?;
            Some(OpenCase { id, number, ground: row.get("ground")?, subjects })
        }
        _ => None,
    };
    let context = StaffContext {
        staff_no: row.get("staff_no")?,
        name: row.get("name")?,
        post,
        terminal: row.get("terminal")?,
        purpose,
        case,
        session: Some(hash.clone()),
        csrf: row.get("csrf")?,
        must_change: row.get("must_change")?,
        locked,
    };
    drop(tx);
    if locked {
        return Ok(Some(context));
    }
    city.saw(&hash, now);
    // The instant is kept in memory; storing it once a minute is enough for other processes and the next start.
    if now >= minutes_after(stored, 1) {
        let mut tx = city.db().write().await?;
        tx.run(TOUCH, params![hash, now]).await?;
        tx.commit().await?;
    }
    Ok(Some(context))
}

/// Locks the screen (離席), or unlocks it with the password.
///
/// # Errors
/// The refusal of [`sign_in`] for a wrong password.
pub async fn lock(city: &City, staff: &StaffContext, unlock_with: Option<&str>) -> Result<(), Fault> {
    let Some(token) = &staff.session else { return Ok(()) };
    let who = Visitor::of(staff, "離席");
    let (mut tx, detail) = match unlock_with {
        Some(password) => (check(city, &who, password).await?.ok_or_else(sign_in_refused)?.1, "席に戻る"),
        None => (city.db().write().await?, "離席"),
    };
    tx.run(LOCK, params![token.clone(), unlock_with.is_none(), city.now()]).await?;
    who.record(city, tx, Shown::Changed, detail).await
}

/// Changes the password.
///
/// # Errors
/// A wrong old password (which counts as at sign-in), or a new one that is too short or the same. There is no forced periodic change (NIST SP 800-63B).
pub async fn change_password(city: &City, staff: &StaffContext, old: &str, new: &str) -> Result<(), Fault> {
    long_enough(new)?;
    if new == old {
        return Err(Fault::field("new", "いまと同じパスワードです。別のものにしてください"));
    }
    let hash = hash_password(new)?;
    let who = Visitor::of(staff, "パスワードの変更");
    let Some((_, mut tx)) = check(city, &who, old).await? else {
        return Err(Fault::field("old", "いまのパスワードが違います。もう一度入力してください"));
    };
    tx.run(SET_PASSWORD, params![&staff.staff_no, hash, false]).await?;
    who.record(city, tx, Shown::Changed, "パスワードの変更").await
}

fn long_enough(password: &str) -> Result<(), Fault> {
    match password.chars().count() {
        0..PASSWORD_CHARACTERS => Err(Fault::field("new", "12文字以上にしてください。長い文でもかまいません")),
        _ => Ok(()),
    }
}

/// Acts in a post for a purpose. The open case stays with the old purpose and is left.
///
/// # Errors
/// A post that is not held, or a purpose the office does not have.
pub async fn act_as(city: &City, staff: &StaffContext, post_id: i64, purpose: &str) -> Result<(), Fault> {
    let Some(token) = &staff.session else { return Ok(()) };
    let mut tx = city.db().write().await?;
    let held = posts(&mut tx, &staff.staff_no, city.today()).await?;
    let post = held.iter().find(|p| p.id == post_id);
    let office = post.and_then(|p| city.office(&p.office));
    if !office.is_some_and(|o| o.purposes.contains(&purpose)) {
        Visitor::of(staff, "事務を選ぶ").record(city, tx, Shown::Denied, "持っていない所属・事務").await?;
        return Err(Fault::refused("この所属では、この事務を行えません"));
    }
    tx.run(SET_PURPOSE, params![token.clone(), post_id, purpose]).await?;
    let who = Visitor { post, purpose: Some(purpose), ..Visitor::of(staff, "事務を選ぶ") };
    who.record(city, tx, Shown::Changed, "所属・事務の切替え").await
}

/// Signs out.
///
/// # Errors
/// The database's refusal.
pub async fn sign_out(city: &City, staff: &StaffContext) -> Result<(), Fault> {
    let Some(token) = &staff.session else { return Ok(()) };
    let mut tx = city.db().write().await?;
    tx.run(END, params![token.clone()]).await?;
    city.left(token);
    Visitor::of(staff, "サインアウト").record(city, tx, Shown::Changed, "サインアウト").await
}

/// A staff member and one of their posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Staff number.
    pub staff_no: String,
    /// Name.
    pub name: String,
    /// Post.
    pub post: Post,
}

/// Everybody who holds a post on a day.
///
/// # Errors
/// The database's refusal.
pub async fn holders(tx: &mut Tx, on: Date) -> Result<Vec<Holder>, DbError> {
    let rows = tx.all(HOLDERS, params![on]).await?;
    rows.iter().map(|r| Ok(Holder { staff_no: r.get("staff_no")?, name: r.get("name")?, post: post(r)? })).collect()
}
