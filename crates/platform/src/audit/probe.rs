//! Can the log be continued and proved right now? `/readyz` asks.

use super::leaf::{FOREIGN, Leaf, Link, VOID, void_hash};
use super::merkle::{Hash, verify_inclusion};
use super::note::Checkpoint;
use super::tiles::{inclusion_proof, signed, unsigned};
use super::{AuditError, head};
use crate::db::Tx;
use crate::keys::{KeyError, Keys};
use crate::params;
use kernel::time::Timestamp;

crate::statements! {
    /// A leaf with what the sealer added.
    LEAF = "select l.id, l.entry, l.at, l.action, l.result, l.chain, l.commitment, l.body_hash, l.tag, l.bulk_root, l.bulk_count, k.seq, k.prev from audit_leaf l left join audit_link k on k.id = l.id where l.id = $1";
    /// Was the number of a missing row sealed as void?
    SEQ = "select seq from audit_link where id = $1";
    /// The oldest leaf that waits for the sealer.
    OLDEST = "select min(at) as at from audit_leaf where id > $1";
}

/// A sealer that works takes a second; after a minute something is wrong.
const WAIT_MICROS: i64 = 60_000_000;

/// Signs a checkpoint and proves that the last sealed leaf is in the signed tree.
///
/// # Errors
/// [`AuditError::Keys`] when the key ring cannot sign; [`AuditError::Tampered`] when the stored log is not what this key signed or the
/// proof does not hold; the database's refusal.
pub async fn probe(tx: &mut Tx, keys: &Keys, now: Timestamp) -> Result<(), AuditError> {
    let public_key = keys.log_public_key();
    let sealed = head(tx, &public_key).await?;
    let (size, root, subjects) = sealed.map_or((0, [0; 32], [0; 32]), |c| (c.size, c.root, c.subjects));
    let signed_now = Checkpoint::sign(keys, size, root, subjects, now);
    if Checkpoint::open(&signed_now.note, &public_key).is_none() {
        return Err(KeyError::Broken.into());
    }
    if let Some(index) = size.checked_sub(1) {
        let proof = inclusion_proof(tx, index, size).await?;
        let leaf = sealed_hash(tx, signed(size)).await?;
        if !verify_inclusion(&leaf, index, size, &proof, &root) {
            return Err(AuditError::Tampered("最後の記録の証明"));
        }
    }
    Ok(())
}

/// Does a sealer keep up?
///
/// # Errors
/// [`AuditError::Behind`] when leaves wait too long; the refusals of [`probe`].
pub async fn keeps_up(tx: &mut Tx, keys: &Keys, now: Timestamp) -> Result<(), AuditError> {
    let size = head(tx, &keys.log_public_key()).await?.map_or(0, |c| c.size);
    let oldest: Option<i64> = tx.one(OLDEST, params![signed(size)]).await?.get("at")?;
    match oldest {
        Some(at) if now.as_microsecond() - at > WAIT_MICROS => Err(AuditError::Behind),
        _ => Ok(()),
    }
}

async fn sealed_hash(tx: &mut Tx, id: i64) -> Result<Hash, AuditError> {
    let Some(row) = tx.first(LEAF, params![id]).await? else {
        let void = tx.first(SEQ, params![id]).await?.map(|r| r.get::<i64>("seq")).transpose()? == Some(VOID);
        return if void { Ok(void_hash(id)) } else { Err(AuditError::Tampered("記録")) };
    };
    let prev: Option<Vec<u8>> = row.get("prev")?;
    let prev: Option<Hash> = prev.map(|p| p.try_into().map_err(|_| AuditError::Tampered("つながり"))).transpose()?;
    let link = match row.get::<Option<i64>>("seq")? {
        None => Link::Single,
        Some(FOREIGN) => Link::Foreign,
        Some(seq) => Link::Of { seq: unsigned(seq)?, prev },
    };
    Ok(Leaf::read(&row)?.hash(link))
}
