//! What is to be said, and alarms.

use crate::store::machines::{open, seal};
use crate::words::{alarm_ja, kind};
use const_format::concatcp;
use kernel::time::Timestamp;
use platform::Fault;
use platform::db::{KEYS, Param, Tx};
use platform::keys::Keys;
use platform::params;
use wire::machine::{Alarm, Body};

platform::statements! {
    /// Messages for a party that may be tried now, in the order in which they were made.
    OUTGOING = "select id, attempts, body from gateway_outgoing where party = $1 and due <= $2 order by id limit $3";
    /// They have arrived.
    DELIVERED = concatcp!("delete from gateway_outgoing where id in ", KEYS);
    /// The line is down: everything for the party waits.
    LATER = "update gateway_outgoing set attempts = attempts + 1, due = $3 where party = $1 and due <= $2";
    /// Lines on which a message was tried in vain.
    DOWN = "select distinct party from gateway_outgoing where attempts > 0";
    /// Queues by party.
    QUEUES = "select party, count(*) as n, min(made_at) as oldest, max(attempts) as attempts from gateway_outgoing group by party order by party";
    /// Queues by party and kind of message.
    KINDS = "select party, kind, count(*) as n, min(made_at) as oldest, max(attempts) as attempts, min(due) as due from gateway_outgoing group by party, kind order by party, kind";
    /// Raises an alarm, or counts it once more.
    RAISE = "insert into gateway_alarm (kind, detail, times, first_at, last_at) values ($1, $2, $3, $4, $4) on conflict (kind, detail) where closed_at is null do update set times = gateway_alarm.times + $3, last_at = $4";
    /// Its cause is gone, or a member of staff has seen to it.
    CLOSE = "update gateway_alarm set closed_at = $3 where kind = $1 and detail = $2 and closed_at is null";
    /// By number.
    CLOSE_ONE = "update gateway_alarm set closed_at = $2 where id = $1 and closed_at is null";
}

/// A message that waits.
pub(crate) struct Waiting {
    pub id: i64,
    pub attempts: i64,
    pub body: Body,
}

/// Queue of one party.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    pub party: String,
    pub messages: i64,
    pub oldest: Timestamp,
    pub attempts: i64,
}

/// What waits for one party, of one kind.
pub(crate) struct Kind {
    pub party: String,
    pub kind: String,
    pub messages: i64,
    pub oldest: Timestamp,
    pub attempts: i64,
    pub due: Timestamp,
}

const COLUMNS: &[&str] = &["party", "kind", "attempts", "due", "made_at", "body"];
const TABLE: &str = "gateway_outgoing";

/// Puts messages behind those that wait.
pub(crate) async fn put(tx: &mut Tx, keys: &Keys, messages: &[(&'static str, &Body)], now: Timestamp) -> Result<(), Fault> {
    let mut values = Vec::with_capacity(messages.len());
    for (party, body) in messages {
        values.push(params![*party, kind(body), 0_i64, now, now, seal(keys, TABLE, party, body)?]);
    }
    Ok(tx.insert_rows(TABLE, COLUMNS, values).await?)
}

/// What may be sent to a party now.
pub(crate) async fn due(tx: &mut Tx, keys: &Keys, party: &str, now: Timestamp, most: i64) -> Result<Vec<Waiting>, Fault> {
    let found = tx.all(OUTGOING, params![party, now, most]).await?;
    let read = found.iter().map(|row| {
        let body = open(keys, TABLE, party, &row.get::<Vec<u8>>("body")?)?;
        Ok(Waiting { id: row.get("id")?, attempts: row.get("attempts")?, body })
    });
    read.collect()
}

/// They have arrived.
pub(crate) async fn delivered(tx: &mut Tx, ids: Vec<Param>) -> Result<(), Fault> {
    tx.run_for(DELIVERED, &ids).await?;
    Ok(())
}

/// Everything for the party waits until `next`.
pub(crate) async fn later(tx: &mut Tx, party: &str, now: Timestamp, next: Timestamp) -> Result<(), Fault> {
    tx.run(LATER, params![party, now, next]).await?;
    Ok(())
}

/// Lines that are down.
pub(crate) async fn down(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    Ok(tx.all(DOWN, vec![]).await?.iter().map(|row| row.get("party")).collect::<Result<_, _>>()?)
}

/// All queues.
pub(crate) async fn queues(tx: &mut Tx) -> Result<Vec<Queue>, Fault> {
    let found = tx.all(QUEUES, vec![]).await?;
    let read = found.iter().map(|r| {
        Ok(Queue { party: r.get("party")?, messages: r.get("n")?, oldest: r.get("oldest")?, attempts: r.get("attempts")? })
    });
    read.collect()
}

/// All queues, by kind of message.
pub(crate) async fn kinds(tx: &mut Tx) -> Result<Vec<Kind>, Fault> {
    let found = tx.all(KINDS, vec![]).await?;
    let read = found.iter().map(|r| {
        let (party, kind, messages) = (r.get("party")?, r.get("kind")?, r.get("n")?);
        Ok(Kind { party, kind, messages, oldest: r.get("oldest")?, attempts: r.get("attempts")?, due: r.get("due")? })
    });
    read.collect()
}

/// Raises an alarm.
pub(crate) async fn raise(tx: &mut Tx, alarm: &Alarm, times: i64, now: Timestamp) -> Result<(), Fault> {
    let (kind, detail) = alarm_ja(alarm);
    raise_words(tx, kind, &detail, times, now).await
}

/// Raises an alarm that is no machine's.
pub(crate) async fn raise_words(tx: &mut Tx, kind: &str, detail: &str, times: i64, now: Timestamp) -> Result<(), Fault> {
    tx.run(RAISE, params![kind, detail, times, now]).await?;
    Ok(())
}

/// The cause of an alarm is gone.
pub(crate) async fn close(tx: &mut Tx, kind: &str, detail: &str, now: Timestamp) -> Result<(), Fault> {
    tx.run(CLOSE, params![kind, detail, now]).await?;
    Ok(())
}

/// A member of staff has seen to an alarm.
pub(crate) async fn close_one(tx: &mut Tx, id: i64, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.run(CLOSE_ONE, params![id, now]).await? == 1)
}
