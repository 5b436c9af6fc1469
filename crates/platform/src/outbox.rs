//! The outbox: what happened in one register is told to others after the commit, in order, exactly once in effect.

use crate::city::City;
use crate::db::Tx;
use crate::fault::Fault;
use crate::keys::Place;
use crate::params;
use crate::staff::{OpenCase, StaffContext};
use crate::unit::Unit;
use async_trait::async_trait;
use kernel::access::Action;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

crate::statements! {
    /// What comes next for a subscription.
    NEXT = "select id, topic, payload from platform_outbox where id > $1 and topic = $2 order by id limit 100";
    /// How far a subscription is.
    CURSOR = "select last_id from platform_cursor where subscription = $1";
    /// It is further now.
    ADVANCE = "insert into platform_cursor (subscription, last_id) values ($1, $2) on conflict (subscription) do update set last_id = $2 where platform_cursor.last_id < $2";
    /// What an event said is erased; its place in the order stays.
    ERASE = "update platform_outbox set payload = $2 where id = $1";
    /// The newest event of a topic.
    NEWEST = "select cast(coalesce(max(id), 0) as bigint) as id from platform_outbox where topic = $1";
}

fn place(topic: &str) -> Place<'_> {
    Place { table: "platform_outbox", column: "payload", row: topic }
}

/// Publishes an event in the unit of work that made it happen. The payload is sealed.
///
/// The unit takes its commit number first, so that events become visible in the order of their numbers: a delivery that has passed an
/// event never finds an older one behind it.
///
/// # Errors
/// The database's refusal.
pub async fn publish<T: Serialize + Sync>(unit: &mut Unit, topic: &'static str, event: &T) -> Result<(), Fault> {
    let bytes = serde_json::to_vec(event).map_err(|_| Fault::conflict("連携の通知を作れません", "内部の形に直せませんでした"))?;
    let sealed = unit.city().keys().seal(place(topic), &bytes)?;
    unit.seq().await?;
    let row = params![topic, sealed, unit.now()];
    unit.tx.insert_rows("platform_outbox", &["topic", "payload", "at"], vec![row]).await?;
    Ok(())
}

/// Reads the typed event.
///
/// # Errors
/// When it does not have the expected form.
pub fn event<T: DeserializeOwned>(payload: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(payload).map_err(|_| Fault::conflict("連携の通知を読めません", "送った版と形が違います"))
}

/// A reaction of a programme to a topic.
#[async_trait]
pub trait Subscription: Send + Sync {
    /// Name, unique: `kodomo.on_resident_event`.
    fn name(&self) -> &'static str;
    /// Topic.
    fn topic(&self) -> &'static str;
    /// Office and purpose it works for.
    fn works_for(&self) -> (&'static str, &'static str);
    /// Must what the event says be gone once it is handled? Only for a topic that nobody else listens to.
    fn erases(&self) -> bool {
        false
    }
    /// Handles one event, in a unit of work that also moves the cursor.
    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault>;
}

/// Delivers everything that waits, for all subscriptions; answers how many events were handled. They take turns: a long queue of one,
/// such as the first 符号 of a whole city, keeps nobody else waiting for long.
///
/// # Errors
/// The first subscription that fails stops its own topic at that event; the others go on, and the fault is answered at the end.
pub async fn deliver(city: &City, subscriptions: &[Arc<dyn Subscription>]) -> Result<usize, Fault> {
    let mut handled = 0;
    let mut failed = None;
    let mut turns: Vec<&Arc<dyn Subscription>> = subscriptions.iter().collect();
    loop {
        let (before, mut next) = (handled, vec![]);
        for subscription in turns {
            match deliver_one(city, subscription.as_ref()).await {
                Ok(n) => {
                    handled += n;
                    next.push(subscription);
                }
                Err(fault) => {
                    tracing::error!(subscription = subscription.name(), what = %fault.what, "an event could not be handled");
                    failed = Some(fault);
                }
            }
        }
        if handled == before {
            return failed.map_or(Ok(handled), Err);
        }
        turns = next;
    }
}

async fn cursor(tx: &mut Tx, name: &str) -> Result<i64, Fault> {
    Ok(tx.first(CURSOR, params![name]).await?.map(|r| r.get("last_id")).transpose()?.unwrap_or(0))
}

/// One turn: a page of what waits for a subscription.
async fn deliver_one(city: &City, subscription: &dyn Subscription) -> Result<usize, Fault> {
    let mut handled = 0;
    while handled == 0 {
        let mut tx = city.db().read().await?;
        let from = cursor(&mut tx, subscription.name()).await?;
        let rows = tx.all(NEXT, params![from, subscription.topic()]).await?;
        drop(tx);
        if rows.is_empty() {
            return Ok(handled);
        }
        for row in rows {
            let id: i64 = row.get("id")?;
            let payload = city.keys().open_sealed(place(subscription.topic()), &row.get::<Vec<u8>>("payload")?)?;
            let (office, purpose) = subscription.works_for();
            let case = OpenCase { id: 0, number: format!("連携-{id}"), ground: "通知".into(), subjects: vec![] };
            let staff = StaffContext::job(subscription.name(), office, purpose, case);
            let mut unit = Unit::change(city, &staff, subscription.name(), Action::Run).await?;
            // The fence: whoever moves the cursor first handles the event.
            if unit.tx.run(ADVANCE, params![subscription.name(), id]).await? == 0 {
                continue;
            }
            subscription.handle(&mut unit, &payload).await?;
            if subscription.erases() {
                unit.tx.run(ERASE, params![id, Vec::<u8>::new()]).await?;
            }
            unit.commit(()).await?;
            handled += 1;
        }
    }
    Ok(handled)
}
