//! What a person takes home: their access list with a proof that it has no gap, checkable offline with the log's public key.
//!
//! Every leaf names its number in the list and the hash of the leaf before it; the last one is proved to be in the signed tree, and
//! the signed map proves that the list ends there. The bundle says nothing about any other list, and there is no sign in it whether
//! the person has a second one. That the pseudonym is the person's own is for the auditor to check, who has the keys.

use super::leaf::{Leaf, LeafText, Link, List, Payload, Said, chain, commitment, part_hash};
use super::map::{Chain, Last, MapProof, TOP, bucket_of, decode, decode_tile, empty_tile, empty_top};
use super::merkle::{Hash, leaf_hash, verify_inclusion};
use super::note::{Checkpoint, b64, unb64};
use super::tiles::{inclusion_proof, signed, unsigned};
use super::{AuditError, head};
use crate::db::{Row, Tx};
use crate::keys::{Keys, hex, unhex};
use crate::params;
use serde::{Deserialize, Serialize};
use thiserror::Error;

crate::statements! {
    /// A whole list, up to the checkpoint.
    LIST = "select l.id, l.entry, l.at, l.action, l.result, l.chain, l.commitment, l.body_hash, l.tag, l.bulk_root, l.bulk_count, k.seq, k.prev, p.body from audit_link k join audit_leaf l on l.id = k.id left join audit_payload p on p.id = l.id where k.chain = $1 and k.id <= $2 order by k.seq";
    /// A bucket.
    BUCKET = "select data from audit_bucket where bucket = $1";
    /// A tile of the map.
    MAP_TILE = "select data from audit_map where tile = $1";
}

/// One leaf of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleLeaf {
    /// The text that is hashed into the tree.
    pub leaf: String,
    /// Who, why, what (JSON); absent when it was erased after its retention period.
    pub said: Option<String>,
    /// Its salt (base64).
    pub salt: Option<String>,
    /// Commitment to the part that is not handed out (base64).
    pub rest: Option<String>,
}

/// An access list with its proofs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// `atena-access-list/1`.
    pub format: String,
    /// The signed checkpoint that all proofs refer to.
    pub checkpoint: String,
    /// Pseudonym of the list (hex).
    pub list: String,
    /// Its leaves from the first to the last.
    pub leaves: Vec<BundleLeaf>,
    /// Proof that the last leaf is in the signed tree (base64).
    pub inclusion: Vec<String>,
    /// Proof that the list ends with the last leaf, or that there is none.
    pub end: MapProof,
}

const FORMAT: &str = "atena-access-list/1";

/// Makes the bundle of a person, as of the last checkpoint.
///
/// # Errors
/// [`AuditError::NotSealed`] before the first checkpoint; [`AuditError::Tampered`] when rows are missing; the database's refusal.
pub async fn bundle(tx: &mut Tx, keys: &Keys, subject: i64) -> Result<Bundle, AuditError> {
    let head = head(tx, &keys.log_public_key()).await?.ok_or(AuditError::NotSealed)?;
    let chain = chain(keys, subject, List::Open)?;
    let rows = tx.all(LIST, params![Vec::from(chain), signed(head.size)]).await?;
    let mut leaves = Vec::with_capacity(rows.len());
    let mut last_id = None;
    for row in &rows {
        let (leaf, link) = read(row)?;
        last_id = Some(leaf.id);
        let body: Option<Vec<u8>> = row.get("body")?;
        let payload = body.map(|b| Payload::open(keys, &leaf.commitment, &b)).transpose()?;
        leaves.push(BundleLeaf {
            leaf: leaf.text(link),
            salt: payload.as_ref().map(|p| b64(&p.said_salt())),
            rest: payload.as_ref().map(|p| b64(&p.inner_hash())),
            said: payload.map(|p| p.said),
        });
    }
    let inclusion = match last_id {
        Some(id) => inclusion_proof(tx, unsigned(id)?.saturating_sub(1), head.size).await?,
        None => vec![],
    };
    Ok(Bundle {
        format: FORMAT.to_owned(),
        checkpoint: head.note,
        list: hex(&chain),
        leaves,
        inclusion: inclusion.iter().map(|h| b64(h)).collect(),
        end: end(tx, &chain).await?,
    })
}

fn read(row: &Row) -> Result<(Leaf, Link), AuditError> {
    let prev: Option<Vec<u8>> = row.get("prev")?;
    let prev: Option<Hash> = prev.map(|p| p.try_into().map_err(|_| AuditError::Tampered("つながり"))).transpose()?;
    let seq = unsigned(row.get("seq")?)?;
    Ok((Leaf::read(row)?, Link::Of { seq, prev }))
}

async fn end(tx: &mut Tx, chain: &Chain) -> Result<MapProof, AuditError> {
    let tampered = || AuditError::Tampered("最終番号の木");
    let number = bucket_of(chain);
    let bucket = match tx.first(BUCKET, params![u32::from(number)]).await? {
        Some(row) => decode(&row.get::<Vec<u8>>("data")?).ok_or_else(tampered)?,
        None => Default::default(),
    };
    let mut tiles = [empty_tile(), empty_top()];
    for (tile, place) in [number >> 8, TOP].into_iter().zip(&mut tiles) {
        if let Some(row) = tx.first(MAP_TILE, params![u32::from(tile)]).await? {
            *place = decode_tile(&row.get::<Vec<u8>>("data")?).ok_or_else(tampered)?;
        }
    }
    let [tile, top] = tiles;
    Ok(MapProof::new(chain, &bucket, &tile, &top))
}

/// Why a bundle does not prove anything.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BundleError {
    /// Not a bundle.
    #[error("一覧の証明として読めません。ファイルが壊れているか、別のファイルです")]
    Unreadable,
    /// The checkpoint is not signed by this key.
    #[error("検査点に、この公開鍵の署名がありません。公開鍵を確かめてください")]
    NotSigned,
    /// The list jumps, or a leaf was changed.
    #[error("一覧の{0}番で、前の記録とつながりません。行が抜けているか、書き換えられています")]
    Gap(u64),
    /// What a line says is not what was recorded.
    #[error("一覧の{0}番の内容が、記録されたものと違います")]
    Said(u64),
    /// The last leaf is not in the signed tree.
    #[error("最後の記録が、署名された記録の中にありません")]
    NotIncluded,
    /// The list does not end there.
    #[error("一覧が途中で終わっています。後の記録が抜けています")]
    CutShort,
}

/// What a bundle proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The checkpoint: the list is complete up to it.
    pub checkpoint: Checkpoint,
    /// The lines in order, `None` where the text was erased after its retention period.
    pub lines: Vec<Option<Said>>,
}

/// Checks a bundle offline with the log's public key: the list is whole, in order and unchanged, and ends where the log says.
///
/// # Errors
/// [`BundleError`].
pub fn verify_bundle(json: &str, public_key: &[u8]) -> Result<Proven, BundleError> {
    let bundle: Bundle = serde_json::from_str(json).map_err(|_| BundleError::Unreadable)?;
    if bundle.format != FORMAT {
        return Err(BundleError::Unreadable);
    }
    let checkpoint = Checkpoint::open(&bundle.checkpoint, public_key).ok_or(BundleError::NotSigned)?;
    let chain: Chain = unhex(&bundle.list).and_then(|c| c.try_into().ok()).ok_or(BundleError::Unreadable)?;
    let mut last: Option<(u64, Last)> = None;
    let mut lines = Vec::with_capacity(bundle.leaves.len());
    for (seq, one) in (1u64..).zip(&bundle.leaves) {
        let leaf = LeafText::parse(&one.leaf).ok_or(BundleError::Gap(seq))?;
        if leaf.chain != chain || leaf.seq != seq || leaf.prev != last.map(|(_, l)| l.hash) {
            return Err(BundleError::Gap(seq));
        }
        lines.push(said(one, &leaf).ok_or(BundleError::Said(seq))?);
        last = Some((leaf.id, Last { seq, hash: leaf_hash(one.leaf.as_bytes()) }));
    }
    if let Some((id, last)) = &last {
        let proof: Option<Vec<Hash>> = bundle.inclusion.iter().map(|h| unb64(h)).collect();
        let proof = proof.ok_or(BundleError::Unreadable)?;
        let index = id.checked_sub(1).ok_or(BundleError::NotIncluded)?;
        if !verify_inclusion(&last.hash, index, checkpoint.size, &proof, &checkpoint.root) {
            return Err(BundleError::NotIncluded);
        }
    }
    if !bundle.end.proves(&chain, last.as_ref().map(|(_, l)| l), &checkpoint.subjects) {
        return Err(BundleError::CutShort);
    }
    Ok(Proven { checkpoint, lines })
}

/// The line, checked against the leaf's commitment; `Some(None)` when it was erased.
fn said(one: &BundleLeaf, leaf: &LeafText) -> Option<Option<Said>> {
    let (Some(text), Some(salt), Some(rest)) = (&one.said, &one.salt, &one.rest) else {
        return (one.said.is_none() && one.salt.is_none() && one.rest.is_none()).then_some(None);
    };
    if commitment(&part_hash(&unb64(salt)?, text), &unb64(rest)?) != leaf.commitment {
        return None;
    }
    let said: Said = serde_json::from_str(text).ok()?;
    (said.at.as_microsecond() == leaf.at && said.action.code() == leaf.action).then_some(Some(said))
}
