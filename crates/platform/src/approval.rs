//! 決裁: a pending change is a versioned, sealed, typed command. Nothing of it is in any register until somebody of the right rank,
//! and another person, applies it.

use crate::db::{DbError, Row, Tx};
use crate::fault::Fault;
use crate::keys::Place;
use crate::unit::Unit;
use crate::{params, subject};
use async_trait::async_trait;
use kernel::access::Action;
use kernel::time::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::sync::Arc;

crate::statements! {
    /// One draft.
    FIND = "select d.id, d.case_id, d.act, d.title, d.office, d.purpose, d.payload, d.version, d.rank, d.rule_ja, d.state, d.author, d.author_name, \
            d.authored_at, d.decided_by, d.decided_name, d.decided_at, d.note, c.number as case_number from platform_draft d \
            join platform_case c on c.id = d.case_id where d.id = $1";
    /// What waits for an office.
    WAITING = "select d.id, d.case_id, d.act, d.title, d.office, d.purpose, d.payload, d.version, d.rank, d.rule_ja, d.state, d.author, d.author_name, \
               d.authored_at, d.decided_by, d.decided_name, d.decided_at, d.note, c.number as case_number from platform_draft d \
               join platform_case c on c.id = d.case_id where d.office = $1 and d.state in ('waiting', 'held') order by d.authored_at, d.id limit 200";
    /// What one person drafted.
    OWN = "select d.id, d.case_id, d.act, d.title, d.office, d.purpose, d.payload, d.version, d.rank, d.rule_ja, d.state, d.author, d.author_name, \
           d.authored_at, d.decided_by, d.decided_name, d.decided_at, d.note, c.number as case_number from platform_draft d \
           join platform_case c on c.id = d.case_id where d.author = $1 order by d.id desc limit 50";
    /// How many wait.
    COUNT = "select count(*) as n from platform_draft where office = $1 and state in ('waiting', 'held')";
    /// Decides, if nobody else did.
    DECIDE = "update platform_draft set state = $2, decided_by = $3, decided_name = $4, decided_at = $5, note = $6, version = version + 1 where id = $1 and version = $7 and state in ('waiting', 'held')";
    /// Subjects of a draft.
    SUBJECTS = "select subject from platform_draft_subject where draft_id = $1 order by subject";
    /// Open drafts about a person.
    ABOUT = "select d.id from platform_draft d join platform_draft_subject s on s.draft_id = d.id where s.subject = $1 and d.state in ('waiting', 'held')";
}

/// One line of the difference between the register and a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiffLine {
    /// Item.
    pub item_ja: String,
    /// The record as it is.
    pub now_ja: String,
    /// The record as drafted.
    pub draft_ja: String,
    /// Why.
    pub reason_ja: String,
}

/// What the approver reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// About whom, in words; empty when the draft is about nobody in particular.
    pub about_ja: String,
    /// Old and new.
    pub lines: Vec<DiffLine>,
    /// The decision of the law with its reasons, when the act rests on one.
    pub decision: Option<kernel::decision::Decision>,
    /// What will happen when it is approved.
    pub next_ja: Vec<String>,
    /// Names of attached evidence.
    pub evidence_ja: Vec<String>,
    /// Which other offices use the facts that change, with a count; never their contents.
    pub used_by: Vec<(String, String, i64)>,
}

/// A kind of act that can be drafted and decided. One implementation per kind, registered by its programme.
#[async_trait]
pub trait Act: Send + Sync {
    /// Code, for instance `resident.move_in`.
    fn code(&self) -> &'static str;
    /// Field group that the decision is about; the policy asks `decide` on it.
    fn group(&self) -> &'static str;
    /// Reads the draft for the approver. May see persons: through `unit.see`.
    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault>;
    /// Applies it to the registers, in the approver's unit of work.
    async fn apply(&self, unit: &mut Unit, draft: &Draft, payload: &[u8]) -> Result<(), Fault>;
    /// Undoes what drafting prepared when the draft is sent back; most acts have nothing to undo.
    async fn discard(&self, _unit: &mut Unit, _draft: &Draft, _payload: &[u8]) -> Result<(), Fault> {
        Ok(())
    }
}

/// The acts of all programmes.
#[derive(Clone, Default)]
pub struct Acts(Vec<Arc<dyn Act>>);

impl Acts {
    /// Collects the acts of the programmes.
    pub fn new(acts: Vec<Arc<dyn Act>>) -> Self {
        Self(acts)
    }

    /// The act with a code.
    ///
    /// # Errors
    /// A draft of a programme that is not installed.
    pub fn get(&self, code: &str) -> Result<&Arc<dyn Act>, Fault> {
        self.0.iter().find(|a| a.code() == code).ok_or_else(|| Fault::missing("起案の種類"))
    }
}

/// A pending or decided change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Number.
    pub id: i64,
    /// Its case.
    pub case_id: i64,
    /// Number of the case on screen.
    pub case_number: String,
    /// Code of the act.
    pub act: String,
    /// Title without names.
    pub title: String,
    /// Office that decides.
    pub office: String,
    /// Purpose code.
    pub purpose: String,
    /// Rises with every change of state.
    pub version: i64,
    /// Rank that may decide.
    pub rank: i64,
    /// Rule that says so (専決規程).
    pub rule_ja: String,
    /// waiting, held, approved, returned.
    pub state: String,
    /// Staff number of the author.
    pub author: String,
    /// Name of the author.
    pub author_name: String,
    /// When.
    pub authored_at: Timestamp,
    /// Name of who decided.
    pub decided_name: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Word of the approver.
    pub note: Option<String>,
    sealed: Vec<u8>,
}

fn read(row: &Row) -> Result<Draft, DbError> {
    Ok(Draft {
        id: row.get("id")?,
        case_id: row.get("case_id")?,
        case_number: row.get("case_number")?,
        act: row.get("act")?,
        title: row.get("title")?,
        office: row.get("office")?,
        purpose: row.get("purpose")?,
        version: row.get("version")?,
        rank: row.get("rank")?,
        rule_ja: row.get("rule_ja")?,
        state: row.get("state")?,
        author: row.get("author")?,
        author_name: row.get("author_name")?,
        authored_at: row.get("authored_at")?,
        decided_name: row.get("decided_name")?,
        decided_at: row.get("decided_at")?,
        note: row.get("note")?,
        sealed: row.get("payload")?,
    })
}

/// What a clerk drafts.
#[derive(Debug, Clone)]
pub struct NewDraft<'a, T> {
    /// Code of the act.
    pub act: &'static str,
    /// Title without names.
    pub title: &'a str,
    /// The typed command.
    pub command: &'a T,
    /// Persons it is about.
    pub subjects: &'a [i64],
    /// Rank that may decide, and the rule that says so.
    pub rank: i64,
    /// 専決規程 and article.
    pub rule_ja: &'a str,
}

fn place(case: &str) -> Place<'_> {
    Place { table: "platform_draft", column: "payload", row: case }
}

/// Stores a draft (仮登録) in the unit's case, and takes the edit lock of every person it is about.
///
/// # Errors
/// No open case, a person whom a colleague is editing, or the database's refusal.
pub async fn draft<T: Serialize + Sync>(unit: &mut Unit, new: NewDraft<'_, T>) -> Result<i64, Fault> {
    let Some(case) = unit.staff().case.clone() else {
        return Err(Fault::refused("案件を始めてから起案してください"));
    };
    let (staff, now) = (unit.staff().clone(), unit.now());
    // In one order, so that two clerks who draft about one family do not wait for each other.
    let people: BTreeSet<i64> = new.subjects.iter().copied().collect();
    for person in people {
        subject::edit_lock(&mut unit.tx, &staff, person, now).await?;
        if !unit.tx.all(ABOUT, params![person]).await?.is_empty() {
            return Err(Fault::conflict("この人の起案が既に決裁を待っています", "一人の記録は一度に一つの起案だけで変えます"));
        }
    }
    let bytes =
        serde_json::to_vec(new.command).map_err(|_| Fault::conflict("起案を保存できません", "内部の形に直せませんでした"))?;
    let sealed = unit.city().keys().seal(place(&case.number), &bytes)?;
    let columns = &[
        "case_id",
        "act",
        "title",
        "office",
        "purpose",
        "payload",
        "version",
        "rank",
        "rule_ja",
        "state",
        "author",
        "author_name",
        "authored_at",
    ];
    let row = params![
        case.id,
        new.act,
        new.title,
        staff.office(),
        staff.purpose.clone(),
        sealed,
        1i64,
        new.rank,
        new.rule_ja,
        "waiting",
        &staff.staff_no,
        &staff.name,
        now
    ];
    let id = unit.tx.insert_row("platform_draft", columns, row).await?;
    let rows = new.subjects.iter().map(|s| params![id, *s]).collect();
    unit.tx.insert_rows("platform_draft_subject", &["draft_id", "subject"], rows).await?;
    Ok(id)
}

/// Reads the typed command of a draft.
///
/// # Errors
/// When it does not have the expected form.
pub fn command<T: DeserializeOwned>(payload: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(payload)
        .map_err(|_| Fault::conflict("起案を読めません", "起案した版と形が違います。差し戻して作り直してください"))
}

/// One draft of the acting office.
///
/// # Errors
/// [`Fault::missing`] for another office's draft.
pub async fn find(unit: &mut Unit, id: i64) -> Result<Draft, Fault> {
    let row = unit.tx.first(FIND, params![id]).await?.ok_or_else(|| Fault::missing("起案"))?;
    let draft = read(&row)?;
    if draft.office != unit.staff().office() {
        return Err(Fault::missing("起案"));
    }
    Ok(draft)
}

/// Persons a draft is about.
///
/// # Errors
/// The database's refusal.
pub async fn subjects(tx: &mut Tx, id: i64) -> Result<Vec<i64>, DbError> {
    tx.all(SUBJECTS, params![id]).await?.iter().map(|r| r.get("subject")).collect()
}

/// Drafts that wait for the acting office.
///
/// # Errors
/// The database's refusal.
pub async fn waiting(unit: &mut Unit) -> Result<Vec<Draft>, Fault> {
    let office = unit.staff().office().to_owned();
    Ok(unit.tx.all(WAITING, params![office]).await?.iter().map(read).collect::<Result<_, _>>()?)
}

/// Drafts of the acting person, newest first.
///
/// # Errors
/// The database's refusal.
pub async fn own(unit: &mut Unit) -> Result<Vec<Draft>, Fault> {
    let staff_no = unit.staff().staff_no.clone();
    Ok(unit.tx.all(OWN, params![staff_no]).await?.iter().map(read).collect::<Result<_, _>>()?)
}

/// Opens the sealed command of a draft and lets its act describe it. The approver works in the draft's case.
///
/// # Errors
/// As [`Act::describe`].
pub async fn describe(unit: &mut Unit, acts: &Acts, draft: &Draft) -> Result<Proposal, Fault> {
    enter(unit, draft).await?;
    let payload = unit.city().keys().open_sealed(place(&draft.case_number), &draft.sealed)?;
    acts.get(&draft.act)?.describe(unit, &payload).await
}

async fn enter(unit: &mut Unit, draft: &Draft) -> Result<(), Fault> {
    let people = subjects(&mut unit.tx, draft.id).await?;
    let known = unit.tx.all(crate::staff::CASE_SUBJECTS, params![draft.case_id]).await?;
    let mut all: Vec<i64> = known.iter().map(|r| r.get("subject")).collect::<Result<_, _>>()?;
    all.extend(people.iter().filter(|p| !all.contains(p)).copied().collect::<Vec<_>>());
    unit.enter_case(crate::staff::OpenCase {
        id: draft.case_id,
        number: draft.case_number.clone(),
        ground: "task".into(),
        subjects: all,
    });
    Ok(())
}

/// What an approver says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// 承認
    Approve,
    /// 差し戻し
    Return,
    /// 保留
    Hold,
}

/// Decides a draft: another person than the author, of the rank that the rule names, once.
///
/// # Errors
/// The author themself, too low a rank, a draft somebody else decided meanwhile, or whatever applying it refuses. Nothing is stored then.
pub async fn decide(unit: &mut Unit, acts: &Acts, id: i64, version: i64, word: Word, note: &str) -> Result<Draft, Fault> {
    let draft = find(unit, id).await?;
    let staff = unit.staff().clone();
    let act = acts.get(&draft.act)?.clone();
    if draft.author == staff.staff_no {
        return Err(unit.refuse_because(act.group(), "自分の起案は決裁できません。ほかの人が決裁します").await);
    }
    if staff.rank() < draft.rank {
        let why = format!("この起案の決裁には上位の職が必要です({})", draft.rule_ja);
        return Err(unit.refuse_because(act.group(), why).await);
    }
    enter(unit, &draft).await?;
    unit.permit(Action::Decide, act.group()).await?;
    if word == Word::Return && note.trim().is_empty() {
        return Err(Fault::field("note", "差し戻す理由を書いてください"));
    }
    let state = match word {
        Word::Approve => "approved",
        Word::Return => "returned",
        Word::Hold => "held",
    };
    let now = unit.now();
    let note_value = (!note.trim().is_empty()).then_some(note);
    let changed = unit.tx.run(DECIDE, params![id, state, &staff.staff_no, &staff.name, now, note_value, version]).await?;
    if changed == 0 {
        return Err(Fault::conflict("この起案は既に処理されています", "ほかの人が先に決裁したか、内容が変わりました"));
    }
    let payload = unit.city().keys().open_sealed(place(&draft.case_number), &draft.sealed)?;
    match word {
        Word::Approve => act.apply(unit, &draft, &payload).await?,
        Word::Return => act.discard(unit, &draft, &payload).await?,
        Word::Hold => {}
    }
    if word != Word::Hold {
        subject::free_locks(&mut unit.tx, draft.case_id).await?;
    }
    unit.note(format!("{}: {}", draft.act, state));
    Ok(draft)
}

/// How many drafts wait for an office.
///
/// # Errors
/// The database's refusal.
pub async fn count(tx: &mut Tx, office: &str) -> Result<i64, DbError> {
    tx.one(COUNT, params![office]).await?.get("n")
}
