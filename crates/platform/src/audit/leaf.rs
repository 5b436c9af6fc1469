//! A leaf of the log: what it says in the clear, what it commits to, and the text that is hashed into the tree.

use super::map::Chain;
use super::merkle::{Hash, leaf_hash};
use super::note::{b64, unb64};
use super::{AuditError, Bulk};
use crate::db::{DbError, Param, Row};
use crate::keys::{KeyError, Keys, Place, hex, sha256, unhex};
use kernel::access::{Action, Relation};
use kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Which list of a subject: the one that is disclosed to the person, or the one whose existence is not (存否応答拒否).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Disclosed on request. Complete by itself.
    Open,
    /// Not disclosed. A list of its own, so that nothing in the open one shows that it exists.
    Withheld,
}

/// Pseudonym of a subject's list.
///
/// # Errors
/// [`AuditError::Keys`].
pub fn chain(keys: &Keys, subject: i64, list: List) -> Result<Chain, AuditError> {
    let name = match list {
        List::Open => "open",
        List::Withheld => "withheld",
    };
    keys.token("audit_subject", &format!("{subject} {name}"))?.try_into().map_err(|_| KeyError::Broken.into())
}

/// A row of `audit_leaf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    pub id: i64,
    pub entry: i64,
    pub at: i64,
    pub action: String,
    pub result: String,
    pub chain: Option<Chain>,
    pub commitment: Hash,
    pub body_hash: Hash,
    pub tag: [u8; 16],
    pub bulk: Option<Bulk>,
}

/// What the sealer adds (`audit_link`), or why there is nothing to add.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// No subject.
    Single,
    /// Number in the subject's list, and the hash of the leaf before it (none for the first).
    Of { seq: u64, prev: Option<Hash> },
    /// The row does not carry the system's tag: somebody else wrote or changed it before it was sealed.
    Foreign,
}

/// In `audit_link.seq`: not written by the system.
pub(super) const FOREIGN: i64 = 0;
/// In `audit_link.seq`: the number was given out, but the row was gone when it should have been sealed.
pub(super) const VOID: i64 = -1;

/// Columns of `audit_leaf`.
pub(super) const COLUMNS: &[&str] =
    &["id", "entry", "at", "action", "result", "chain", "commitment", "body_hash", "tag", "bulk_root", "bulk_count"];

fn sized<const N: usize>(row: &Row, column: &str) -> Result<[u8; N], DbError> {
    let bytes: Vec<u8> = row.get(column)?;
    bytes.try_into().map_err(|_| DbError::Shape(column.to_owned()))
}

fn sized_or_null<const N: usize>(row: &Row, column: &str) -> Result<Option<[u8; N]>, DbError> {
    let bytes: Option<Vec<u8>> = row.get(column)?;
    bytes.map(|b| b.try_into().map_err(|_| DbError::Shape(column.to_owned()))).transpose()
}

impl Leaf {
    /// Reads a row with all [`COLUMNS`].
    pub fn read(row: &Row) -> Result<Self, DbError> {
        let (bulk_root, bulk_count): (Option<[u8; 32]>, Option<i64>) = (sized_or_null(row, "bulk_root")?, row.get("bulk_count")?);
        let bulk = match (bulk_root, bulk_count) {
            (Some(root), Some(count)) => Some(Bulk { root, count }),
            (None, None) => None,
            _ => return Err(DbError::Shape("bulk_root".into())),
        };
        Ok(Self {
            id: row.get("id")?,
            entry: row.get("entry")?,
            at: row.get("at")?,
            action: row.get("action")?,
            result: row.get("result")?,
            chain: sized_or_null(row, "chain")?,
            commitment: sized(row, "commitment")?,
            body_hash: sized(row, "body_hash")?,
            tag: sized(row, "tag")?,
            bulk,
        })
    }

    /// The values of [`COLUMNS`].
    pub fn values(&self) -> Vec<Param> {
        let bulk = self.bulk.as_ref();
        crate::params![
            self.id,
            self.entry,
            self.at,
            &self.action,
            &self.result,
            self.chain.map(Vec::from),
            Vec::from(self.commitment),
            Vec::from(self.body_hash),
            Vec::from(self.tag),
            bulk.map(|b| Vec::from(b.root)),
            bulk.map(|b| b.count),
        ]
    }

    fn content(&self) -> String {
        let chain = self.chain.map_or_else(|| "-".to_owned(), |c| hex(&c));
        let bulk = self.bulk.as_ref().map_or_else(|| "- 0".to_owned(), |b| format!("{} {}", b64(&b.root), b.count));
        let (commitment, body) = (b64(&self.commitment), b64(&self.body_hash));
        format!("{} {} {}\n{} {}\n{commitment} {body}\n{chain}\n{bulk}\n", self.id, self.entry, self.at, self.action, self.result)
    }

    /// The tag that only a holder of the key ring can make: it keeps others from adding or changing leaves before they are sealed.
    pub fn make_tag(&self, keys: &Keys) -> Result<[u8; 16], AuditError> {
        keys.token("audit_leaf", &self.content())?.try_into().map_err(|_| KeyError::Broken.into())
    }

    /// The text that is hashed into the tree.
    pub fn text(&self, link: Link) -> String {
        let (kind, seq, prev) = match link {
            Link::Single => ("genuine", 0, None),
            Link::Of { seq, prev } => ("genuine", seq, prev),
            Link::Foreign => ("foreign", 0, None),
        };
        let prev = prev.map_or_else(|| "-".to_owned(), |p| b64(&p));
        format!("atena audit leaf 1\n{kind}\n{}{}\n{seq} {prev}\n", self.content(), b64(&self.tag))
    }

    /// Its hash in the tree.
    pub fn hash(&self, link: Link) -> Hash {
        leaf_hash(self.text(link).as_bytes())
    }
}

/// Hash of a place whose row was gone when it should have been sealed.
pub(super) fn void_hash(id: i64) -> Hash {
    leaf_hash(format!("atena audit leaf 1\nvoid\n{id}\n").as_bytes())
}

/// What a holder of a leaf's text can read in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LeafText {
    pub id: u64,
    pub at: i64,
    pub action: String,
    pub commitment: Hash,
    pub chain: Chain,
    pub seq: u64,
    pub prev: Option<Hash>,
}

impl LeafText {
    /// Reads the text of a genuine leaf in a subject's list; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.strip_suffix('\n')?.split('\n').collect();
        let [head, kind, numbers, act, hashes, chain, _bulk, _tag, link] = lines.as_slice() else { return None };
        if *head != "atena audit leaf 1" || *kind != "genuine" {
            return None;
        }
        let [id, _entry, at] = numbers.split(' ').collect::<Vec<_>>().try_into().ok()?;
        let (seq, prev) = link.split_once(' ')?;
        Some(Self {
            id: id.parse().ok()?,
            at: at.parse().ok()?,
            action: act.split_once(' ')?.0.to_owned(),
            commitment: unb64(hashes.split_once(' ')?.0)?,
            chain: unhex(chain)?.try_into().ok()?,
            seq: seq.parse().ok()?,
            prev: if prev == "-" { None } else { Some(unb64(prev)?) },
        })
    }
}

/// The part of an entry that the person concerned may read: who, why, what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// When.
    pub at: Timestamp,
    /// Office.
    pub office: String,
    /// Name of the staff member.
    pub staff_name: String,
    /// 事務.
    pub purpose: String,
    /// Number of the case.
    pub case_no: Option<String>,
    /// Ground of the case.
    pub ground: Option<String>,
    /// What was done.
    pub action: Action,
    /// shown, changed or denied.
    pub result: String,
    /// How the person came into view.
    pub relation: Option<Relation>,
    /// Field groups.
    pub fields: Vec<String>,
}

/// The part of an entry for the auditor only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inner {
    /// Staff number.
    pub staff_no: String,
    /// Terminal.
    pub terminal: String,
    /// Route or job.
    pub screen: String,
    /// What was done, never personal.
    pub detail: String,
    /// The subject.
    pub subject: Option<i64>,
}

/// The two parts with their salt: what a leaf commits to and its payload row keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Payload {
    pub salt: [u8; 32],
    pub said: String,
    pub inner: String,
}

/// Commitment to one part: nobody can guess the part without its salt.
pub(super) fn part_hash(salt: &Hash, text: &str) -> Hash {
    sha256(&[b"atena audit part 1\n".as_slice(), salt, text.as_bytes()].concat())
}

/// The commitment of a leaf, from the commitments to its parts.
pub(super) fn commitment(said: &Hash, inner: &Hash) -> Hash {
    sha256(&[said.as_slice(), inner].concat())
}

impl Payload {
    /// The salt of the part that may be handed out. It says nothing about the salt of the other.
    pub fn said_salt(&self) -> Hash {
        sha256(&[self.salt.as_slice(), b"said"].concat())
    }

    pub fn inner_hash(&self) -> Hash {
        part_hash(&sha256(&[self.salt.as_slice(), b"inner"].concat()), &self.inner)
    }

    pub fn commitment(&self) -> Hash {
        commitment(&part_hash(&self.said_salt(), &self.said), &self.inner_hash())
    }

    /// Seals it for its payload row.
    pub fn seal(&self, keys: &Keys) -> Result<Vec<u8>, AuditError> {
        let said = u32::try_from(self.said.len()).map_err(|_| KeyError::Broken)?;
        let plain = [self.salt.as_slice(), &said.to_be_bytes(), self.said.as_bytes(), self.inner.as_bytes()].concat();
        Ok(keys.seal(place(&b64(&self.commitment())), &plain)?)
    }

    /// Opens the payload of a leaf and checks that it is the one the leaf commits to.
    pub fn open(keys: &Keys, leaf_commitment: &Hash, body: &[u8]) -> Result<Self, AuditError> {
        let plain = keys.open_sealed(place(&b64(leaf_commitment)), body)?;
        let payload = Self::split(&plain).ok_or(KeyError::Broken)?;
        if payload.commitment() == *leaf_commitment { Ok(payload) } else { Err(KeyError::Broken.into()) }
    }

    fn split(plain: &[u8]) -> Option<Self> {
        let (salt, rest) = plain.split_at_checked(32)?;
        let (length, rest) = rest.split_at_checked(4)?;
        let length = usize::try_from(u32::from_be_bytes(length.try_into().ok()?)).ok()?;
        let (said, inner) = rest.split_at_checked(length)?;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        Some(Self { salt: salt.try_into().ok()?, said: text(said)?, inner: text(inner)? })
    }
}

fn place(row: &str) -> Place<'_> {
    Place { table: "audit_payload", column: "body", row }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf() -> Leaf {
        Leaf {
            id: 5,
            entry: 4,
            at: 1_700_000_000_000_000,
            action: "look".into(),
            result: "shown".into(),
            chain: Some([7; 16]),
            commitment: [1; 32],
            body_hash: [2; 32],
            tag: [3; 16],
            bulk: None,
        }
    }

    #[test]
    fn the_text_of_a_leaf_reads_back() {
        let link = Link::Of { seq: 3, prev: Some([9; 32]) };
        let read = LeafText::parse(&leaf().text(link)).unwrap();
        assert_eq!((read.id, read.seq, read.prev, read.chain), (5, 3, Some([9; 32]), [7; 16]));
        assert_eq!((read.commitment, read.action.as_str()), ([1; 32], "look"));
        assert_eq!(LeafText::parse(&leaf().text(Link::Foreign)), None);
        assert_eq!(LeafText::parse(&leaf().text(link).replace('7', "x")), None);
        assert_eq!(LeafText::parse(""), None);
    }

    #[test]
    fn every_column_changes_the_hash() {
        let link = Link::Of { seq: 3, prev: None };
        let changes: [fn(&mut Leaf); 9] = [
            |l| l.id = 6,
            |l| l.entry = 5,
            |l| l.at += 1,
            |l| l.action = "print".into(),
            |l| l.result = "denied".into(),
            |l| l.chain = None,
            |l| l.commitment = [4; 32],
            |l| l.body_hash = [4; 32],
            |l| l.bulk = Some(Bulk { root: [0; 32], count: 1 }),
        ];
        let keys = Keys::ephemeral().unwrap();
        for (n, change) in changes.iter().enumerate() {
            let mut changed = leaf();
            change(&mut changed);
            assert_ne!(changed.hash(link), leaf().hash(link), "{n}");
            assert_ne!(changed.make_tag(&keys).unwrap(), leaf().make_tag(&keys).unwrap(), "{n}");
        }
        assert_ne!(Leaf { tag: [4; 16], ..leaf() }.hash(link), leaf().hash(link));
        assert_ne!(leaf().hash(Link::Of { seq: 4, prev: None }), leaf().hash(link));
        assert_ne!(leaf().hash(Link::Of { seq: 3, prev: Some([0; 32]) }), leaf().hash(link));
    }

    #[test]
    fn a_payload_opens_only_for_its_leaf_and_its_parts_hide_each_other() {
        let keys = Keys::ephemeral().unwrap();
        let payload = Payload { salt: [8; 32], said: "who and why".into(), inner: "terminal".into() };
        let body = payload.seal(&keys).unwrap();
        assert_eq!(Payload::open(&keys, &payload.commitment(), &body).unwrap(), payload);
        assert!(Payload::open(&keys, &[0; 32], &body).is_err());
        assert!(Payload::open(&keys, &payload.commitment(), &body[1..]).is_err());
        assert_eq!(commitment(&part_hash(&payload.said_salt(), "who and why"), &payload.inner_hash()), payload.commitment());
        assert_ne!(Payload { salt: [9; 32], ..payload.clone() }.commitment(), payload.commitment());
    }

    #[test]
    fn a_subject_has_two_lists_that_nobody_can_link() {
        let keys = Keys::ephemeral().unwrap();
        assert_eq!(chain(&keys, 7, List::Open).unwrap(), chain(&keys, 7, List::Open).unwrap());
        assert_ne!(chain(&keys, 7, List::Open).unwrap(), chain(&keys, 7, List::Withheld).unwrap());
        assert_ne!(chain(&keys, 7, List::Open).unwrap(), chain(&keys, 8, List::Open).unwrap());
        assert_ne!(chain(&keys, 7, List::Open).unwrap(), chain(&Keys::ephemeral().unwrap(), 7, List::Open).unwrap());
    }
}
