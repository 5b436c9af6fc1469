//! Erasing what entries say after their retention period. The leaf with its commitment stays, and the erasure is itself an entry with
//! a root over the numbers, so that a payload that is merely gone can be told from one that was erased.

use super::{AuditError, Bulk, Entry, append};
use crate::db::Tx;
use crate::keys::Keys;
use crate::params;
use kernel::time::Timestamp;
use ring::digest;

crate::statements! {
    /// The oldest sealed payloads before an instant.
    OLD = "select p.id from audit_payload p join audit_leaf l on l.id = p.id where l.at < $1 and p.id <= $2 order by p.id limit $3";
    /// Removes what was listed.
    ERASE = "delete from audit_payload where id in (select id from audit_erased where entry = $1)";
}

/// Root over the numbers of erased payloads, in order.
pub(super) struct RootOfIds {
    context: digest::Context,
    count: i64,
}

impl Default for RootOfIds {
    fn default() -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(b"atena audit erased 1\n");
        Self { context, count: 0 }
    }
}

impl RootOfIds {
    pub fn add(&mut self, id: i64) {
        self.context.update(format!("{id}\n").as_bytes());
        self.count += 1;
    }

    pub fn close(self) -> Bulk {
        let mut root = [0; 32];
        root.copy_from_slice(self.context.finish().as_ref());
        Bulk { root, count: self.count }
    }
}

/// Root over the numbers of payloads, in order: what the entry of an erasure commits to.
pub fn ids_root(ids: &[i64]) -> Bulk {
    let mut root = RootOfIds::default();
    ids.iter().for_each(|id| root.add(*id));
    root.close()
}

/// Erases at most `limit` of the oldest sealed payloads that were written before an instant, and records it with `entry`. Answers how
/// many; call it again in a new transaction until it answers 0.
///
/// # Errors
/// The database's refusal.
pub async fn erase_before(tx: &mut Tx, keys: &Keys, entry: Entry, before: Timestamp, limit: i64) -> Result<i64, AuditError> {
    let sealed = super::head(tx, &keys.log_public_key()).await?.map_or(0, |c| c.size);
    let rows = tx.all(OLD, params![before, super::tiles::signed(sealed), limit]).await?;
    let ids: Vec<i64> = rows.iter().map(|r| r.get("id")).collect::<Result<_, _>>()?;
    if ids.is_empty() {
        return Ok(0);
    }
    let bulk = ids_root(&ids);
    let number = append(tx, keys, &Entry { bulk: Some(bulk), ..entry }).await?;
    tx.insert_rows("audit_erased", &["id", "entry"], ids.into_iter().map(|id| params![id, number]).collect()).await?;
    tx.run(ERASE, params![number]).await?;
    Ok(bulk.count)
}
