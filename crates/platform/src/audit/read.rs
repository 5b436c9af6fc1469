//! Reading the log: a person's access list, the auditor's view, and counts.

use super::leaf::{Inner, Leaf, List, Payload, Said, chain};
use super::tiles::{signed, unsigned};
use super::{AuditError, head};
use crate::db::{Row, Tx};
use crate::keys::Keys;
use crate::params;
use kernel::access::Relation;
use kernel::time::{Date, Timestamp};
use serde::Serialize;

crate::statements! {
    /// Sealed leaves of a list within a time.
    LIST = "select l.id, l.entry, l.at, l.action, l.result, l.chain, l.commitment, l.body_hash, l.tag, l.bulk_root, l.bulk_count, p.body from audit_link k join audit_leaf l on l.id = k.id left join audit_payload p on p.id = l.id where k.chain = $1 and l.at >= $2 and l.at < $3 order by k.seq";
    /// Leaves of a list that wait to be sealed.
    WAITING = "select l.id, l.entry, l.at, l.action, l.result, l.chain, l.commitment, l.body_hash, l.tag, l.bulk_root, l.bulk_count, p.body from audit_leaf l left join audit_payload p on p.id = l.id where l.id > $1 and l.chain = $2 and l.at >= $3 and l.at < $4 order by l.id";
    /// The log, newest first.
    LOG = "select l.id, l.entry, l.at, l.action, l.result, l.chain, l.commitment, l.body_hash, l.tag, l.bulk_root, l.bulk_count, p.body from audit_leaf l left join audit_payload p on p.id = l.id where l.id < $1 and l.at >= $2 and l.at < $3 order by l.id desc limit $4";
    /// Entries and leaves by action and result.
    COUNTS = "select action, result, count(distinct entry) as entries, count(*) as leaves from audit_leaf group by action, result order by action, result";
}

/// How far an entry has come.
///
/// In JSON one word: the place in the tree is the number of the entry less one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "&'static str")]
pub enum Place {
    /// Durable, not yet in the tree.
    Recorded,
    /// In the tree, at this place.
    Sealed(u64),
}

impl From<Place> for &'static str {
    fn from(place: Place) -> Self {
        match place {
            Place::Recorded => "recorded",
            Place::Sealed(_) => "sealed",
        }
    }
}

impl Place {
    /// Word on screen.
    pub fn label_ja(self) -> &'static str {
        match self {
            Place::Recorded => "記録済",
            Place::Sealed(_) => "封印済",
        }
    }
}

/// One line of a person's access list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessLine {
    /// Number of the entry.
    pub entry: i64,
    /// When.
    pub at: Timestamp,
    /// look, print, …
    pub action: String,
    /// shown, changed or denied.
    pub result: String,
    /// Who and why; `None` when it was erased after its retention period.
    pub said: Option<Said>,
    /// 記録済 or 封印済.
    pub place: Place,
}

impl AccessLine {
    /// 求めた or 付随, when the entry still says so.
    pub fn relation(&self) -> Option<Relation> {
        self.said.as_ref().and_then(|s| s.relation)
    }
}

/// A row with what its payload says.
struct Opened {
    leaf: Leaf,
    payload: Option<(Said, Inner)>,
    /// The row carries the system's tag.
    tagged: bool,
}

fn read(keys: &Keys, row: &Row) -> Result<Opened, AuditError> {
    let leaf = Leaf::read(row)?;
    let tagged = leaf.make_tag(keys)? == leaf.tag;
    let body: Option<Vec<u8>> = row.get("body")?;
    let payload = body.map(|b| open(keys, &leaf, &b)).transpose()?;
    Ok(Opened { leaf, payload, tagged })
}

fn open(keys: &Keys, leaf: &Leaf, body: &[u8]) -> Result<(Said, Inner), AuditError> {
    let payload = Payload::open(keys, &leaf.commitment, body)?;
    let parts = (serde_json::from_str(&payload.said), serde_json::from_str(&payload.inner));
    let (Ok(said), Ok(inner)) = parts else { return Err(AuditError::Tampered("本文")) };
    Ok((said, inner))
}

fn line(leaf: Leaf, said: Option<Said>, sealed: u64) -> Result<AccessLine, AuditError> {
    let id = unsigned(leaf.id)?;
    Ok(AccessLine {
        entry: leaf.entry,
        at: Timestamp::from_microsecond(leaf.at).map_err(|_| AuditError::Tampered("記録"))?,
        action: leaf.action,
        result: leaf.result,
        said,
        place: if id <= sealed { Place::Sealed(id.saturating_sub(1)) } else { Place::Recorded },
    })
}

/// The instants at which a stretch of days begins and ends in Japan.
fn span(from: Date, to: Date) -> (Timestamp, Timestamp) {
    let start = |day: Date| jiff::tz::Offset::constant(9).to_timestamp(day.at(0, 0, 0, 0));
    let end = to.tomorrow().and_then(start).unwrap_or(Timestamp::MAX);
    (start(from).unwrap_or(Timestamp::MIN), end)
}

/// Who looked at a person from one day to another (both included), oldest first: the list that is disclosed.
///
/// # Errors
/// The database's refusal; [`AuditError::Tampered`] or [`AuditError::Keys`] when a sealed row or its payload was changed.
pub async fn access_list(tx: &mut Tx, keys: &Keys, subject: i64, from: Date, to: Date) -> Result<Vec<AccessLine>, AuditError> {
    access_list_of(tx, keys, subject, List::Open, from, to).await
}

/// [`access_list`] of either list; the withheld one is for the auditor only.
///
/// # Errors
/// As [`access_list`].
pub async fn access_list_of(
    tx: &mut Tx,
    keys: &Keys,
    subject: i64,
    list: List,
    from: Date,
    to: Date,
) -> Result<Vec<AccessLine>, AuditError> {
    let chain = Vec::from(chain(keys, subject, list)?);
    let (start, end) = span(from, to);
    let sealed = head(tx, &keys.log_public_key()).await?.map_or(0, |c| c.size);
    let mut rows = tx.all(LIST, params![chain.clone(), start, end]).await?;
    rows.extend(tx.all(WAITING, params![signed(sealed), chain, start, end]).await?);
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        let opened = read(keys, row)?;
        let one = line(opened.leaf, opened.payload.map(|(said, _)| said), sealed)?;
        match (opened.tagged, one.place) {
            (true, _) => lines.push(one),
            // A sealed look that was changed must not vanish from the list.
            (false, Place::Sealed(_)) => return Err(AuditError::Tampered("記録")),
            // What somebody slipped in is not a look at the person; the sealer marks it for the auditor.
            (false, Place::Recorded) => {}
        }
    }
    Ok(lines)
}

/// What an auditor looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Only this staff member.
    pub staff_no: Option<String>,
    /// Only leaves before this row: [`LogLine::id`] of the last line of the page before.
    pub before: Option<i64>,
}

/// One leaf as the auditor sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// Row number, for the next page.
    pub id: i64,
    /// What the person would see.
    pub line: AccessLine,
    /// The rest; `None` when it was erased.
    pub inner: Option<Inner>,
    /// False when the row or its readable part is not as the system wrote it; [`super::verify`] tells more.
    pub genuine: bool,
}

/// The log, newest first.
///
/// # Errors
/// The database's refusal. Changed rows are shown as not genuine.
pub async fn log(tx: &mut Tx, keys: &Keys, filter: &LogFilter, limit: usize) -> Result<Vec<LogLine>, AuditError> {
    let (start, end) = span(filter.from, filter.to);
    let sealed = head(tx, &keys.log_public_key()).await?.map_or(0, |c| c.size);
    let page = i64::try_from(limit.clamp(1, 1000)).unwrap_or(1000);
    let mut before = filter.before.unwrap_or(i64::MAX);
    let mut lines = Vec::new();
    loop {
        let rows = tx.all(LOG, params![before, start, end, page]).await?;
        for row in &rows {
            let (opened, genuine) = match read(keys, row) {
                Ok(opened) => (opened, true),
                Err(AuditError::Db(error)) => return Err(error.into()),
                Err(_) => (Opened { leaf: Leaf::read(row)?, payload: None, tagged: false }, false),
            };
            let genuine = genuine && opened.tagged;
            before = opened.leaf.id;
            let (said, inner) = opened.payload.unzip();
            let wanted = filter.staff_no.as_ref().is_none_or(|no| inner.as_ref().is_some_and(|i: &Inner| i.staff_no == *no));
            if wanted && lines.len() < limit {
                lines.push(LogLine { id: before, line: line(opened.leaf, said, sealed)?, inner, genuine });
            }
        }
        if lines.len() >= limit || i64::try_from(rows.len()) != Ok(page) {
            return Ok(lines);
        }
    }
}

/// How often something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// look, print, …
    pub action: String,
    /// shown, changed or denied.
    pub result: String,
    /// Acts.
    pub entries: i64,
    /// Leaves: one per act and person.
    pub leaves: i64,
}

/// Everything in the log, by action and result.
///
/// # Errors
/// The database's refusal.
pub async fn counts(tx: &mut Tx) -> Result<Vec<Count>, AuditError> {
    let rows = tx.all(COUNTS, vec![]).await?;
    let count = |row: &Row| {
        Ok(Count {
            action: row.get("action")?,
            result: row.get("result")?,
            entries: row.get("entries")?,
            leaves: row.get("leaves")?,
        })
    };
    rows.iter().map(count).collect()
}
