//! Writing into the log: inside the transaction of a unit of work, or many looks together.

use super::leaf::{COLUMNS, Inner, Leaf, List, Payload, Said, chain};
use super::{AuditError, Entry, Sighting};
use crate::db::{Db, DbError, Tx};
use crate::keys::{KeyError, Keys, sha256};
use crate::params;
use kernel::time::Timestamp;
use tokio::sync::{mpsc, oneshot};

crate::statements! {
    /// Gives out numbers. The row stays locked until the commit, so numbers have no gap and rise in commit order.
    TAKE = "update audit_counter set value = value + $1 where name = 'leaf' returning value";
}

/// Writes an entry and answers its number, which is the number of its first leaf. If this fails, the unit must fail.
///
/// Call it last in the transaction: other appenders wait for the commit.
///
/// # Errors
/// The database's refusal or a missing key.
pub async fn append(tx: &mut Tx, keys: &Keys, entry: &Entry) -> Result<i64, AuditError> {
    write_one(tx, keys, entry, List::Open).await
}

/// [`append`] for an entry whose existence must not be disclosed to the person (不開示該当): it goes to the subject's second list, and
/// the list that the person can read stays complete without it.
///
/// # Errors
/// As [`append`].
pub async fn append_withheld(tx: &mut Tx, keys: &Keys, entry: &Entry) -> Result<i64, AuditError> {
    write_one(tx, keys, entry, List::Withheld).await
}

async fn write_one(tx: &mut Tx, keys: &Keys, entry: &Entry, list: List) -> Result<i64, AuditError> {
    let numbers = write(tx, keys, vec![prepare(keys, entry, list)?]).await?;
    Ok(numbers.first().copied().ok_or(DbError::Shape("entry".into()))?)
}

/// An entry whose payloads are sealed, before its leaves have numbers.
struct Prepared(Vec<(Leaf, Vec<u8>)>);

fn prepare(keys: &Keys, entry: &Entry, list: List) -> Result<Prepared, AuditError> {
    let one = |sighting: Option<&Sighting>| -> Result<(Leaf, Vec<u8>), AuditError> {
        let payload = payload(keys, entry, sighting)?;
        let body = payload.seal(keys)?;
        let leaf = Leaf {
            id: 0,
            entry: 0,
            at: entry.at.as_microsecond(),
            action: entry.action.code().to_owned(),
            result: entry.result.code().to_owned(),
            chain: sighting.map(|s| chain(keys, s.subject, list)).transpose()?,
            commitment: payload.commitment(),
            body_hash: sha256(&body),
            tag: [0; 16],
            bulk: entry.bulk,
        };
        Ok((leaf, body))
    };
    if entry.sightings.is_empty() {
        return Ok(Prepared(vec![one(None)?]));
    }
    entry.sightings.iter().map(|s| one(Some(s))).collect::<Result<_, _>>().map(Prepared)
}

fn payload(keys: &Keys, entry: &Entry, sighting: Option<&Sighting>) -> Result<Payload, AuditError> {
    let said = Said {
        at: Timestamp::from_microsecond(entry.at.as_microsecond()).unwrap_or(entry.at),
        office: entry.office.clone(),
        staff_name: entry.staff_name.clone(),
        purpose: entry.purpose.clone(),
        case_no: entry.case_no.clone(),
        ground: entry.ground.clone(),
        action: entry.action,
        result: entry.result.code().to_owned(),
        relation: sighting.map(|s| s.relation),
        fields: sighting.map(|s| s.fields.clone()).unwrap_or_default(),
    };
    let inner = Inner {
        staff_no: entry.staff_no.clone(),
        terminal: entry.terminal.clone(),
        screen: entry.screen.clone(),
        detail: entry.detail.clone(),
        subject: sighting.map(|s| s.subject),
    };
    let text = |result: Result<String, serde_json::Error>| result.map_err(|_| KeyError::Broken);
    Ok(Payload { salt: keys.random()?, said: text(serde_json::to_string(&said))?, inner: text(serde_json::to_string(&inner))? })
}

/// A few statements for any number of entries. Answers the number of each entry.
async fn write(tx: &mut Tx, keys: &Keys, entries: Vec<Prepared>) -> Result<Vec<i64>, AuditError> {
    let count = i64::try_from(entries.iter().map(|e| e.0.len()).sum::<usize>()).unwrap_or(i64::MAX);
    let mut next = tx.one(TAKE, params![count]).await?.get::<i64>("value")? - count;
    let (mut leaves, mut payloads, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        let number = next + 1;
        numbers.push(number);
        for (mut leaf, body) in entry.0 {
            next += 1;
            (leaf.id, leaf.entry) = (next, number);
            leaf.tag = leaf.make_tag(keys)?;
            leaves.push(leaf.values());
            payloads.push(params![next, body]);
        }
    }
    tx.insert_rows("audit_leaf", COLUMNS, leaves).await?;
    tx.insert_rows("audit_payload", &["id", "body"], payloads).await?;
    Ok(numbers)
}

/// Appends entries that come without changes (looks and refusals) for many tasks, each batch in one transaction. Whoever is told the
/// number may show: the entry is durable.
#[derive(Clone)]
pub struct Recorder {
    keys: Keys,
    queue: mpsc::Sender<Waiting>,
}

struct Waiting {
    entry: Prepared,
    done: oneshot::Sender<Result<i64, AuditError>>,
}

/// Entries that share a transaction at most.
const BATCH: usize = 512;

impl Recorder {
    /// Starts the appending task. It ends when the last clone is gone.
    pub fn start(db: Db, keys: Keys) -> Self {
        let (queue, waiting) = mpsc::channel(4 * BATCH);
        tokio::spawn(work(db, keys.clone(), waiting));
        Self { keys, queue }
    }

    /// Records an entry durably and answers its number.
    ///
    /// # Errors
    /// When it could not be made durable: then nothing may be shown.
    pub async fn record(&self, entry: &Entry) -> Result<i64, AuditError> {
        self.send(entry, List::Open).await
    }

    /// [`Recorder::record`] for an entry whose existence must not be disclosed to the person.
    ///
    /// # Errors
    /// As [`Recorder::record`].
    pub async fn record_withheld(&self, entry: &Entry) -> Result<i64, AuditError> {
        self.send(entry, List::Withheld).await
    }

    async fn send(&self, entry: &Entry, list: List) -> Result<i64, AuditError> {
        let entry = prepare(&self.keys, entry, list)?;
        let (done, answer) = oneshot::channel();
        self.queue.send(Waiting { entry, done }).await.map_err(|_| AuditError::Stopped)?;
        answer.await.map_err(|_| AuditError::Stopped)?
    }
}

async fn work(db: Db, keys: Keys, mut waiting: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let (entries, tell): (Vec<_>, Vec<_>) = batch.drain(..).map(|w| (w.entry, w.done)).unzip();
        let stored = async {
            let mut tx = db.write().await?;
            let numbers = write(&mut tx, &keys, entries).await?;
            tx.commit().await?;
            Ok::<_, AuditError>(numbers)
        };
        // A caller who has gone away needs no answer.
        match stored.await {
            Ok(numbers) => tell.into_iter().zip(numbers).for_each(|(done, number)| drop(done.send(Ok(number)))),
            Err(error) => tell.into_iter().for_each(|done| drop(done.send(Err(error.clone())))),
        }
    }
}
