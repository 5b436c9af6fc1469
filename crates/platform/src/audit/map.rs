//! The map subject → last number, as a Merkle tree over 65,536 buckets. Its root stands in every checkpoint, so that nobody can be
//! given a list that ends too early.
//!
//! A bucket holds the chains whose pseudonym begins with its two bytes, in order. Its hash covers every pseudonym with a blinded
//! value, so a proof shows a whole bucket: the chain is in it exactly once, or not at all. 256 buckets make a tile, 256 tiles the top.

use super::merkle::{Hash, TILE, node_hash, root};
use super::note::{b64, unb64};
use crate::keys::{hex, sha256, unhex};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Pseudonym of a subject's list: a keyed token that leads nowhere without the key ring.
pub type Chain = [u8; 16];

/// Number of the tile that holds the roots of all others.
pub const TOP: u16 = 256;

/// Where a list ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    /// Number of the last leaf in the list, from 1.
    pub seq: u64,
    /// Its leaf hash.
    pub hash: Hash,
}

impl Last {
    /// What the bucket hash covers. The leaf hash contains a salted commitment, so nobody can guess the number from it.
    pub fn blinded(&self) -> Hash {
        let mut bytes = b"atena audit subject 1\n".to_vec();
        bytes.extend_from_slice(&self.seq.to_be_bytes());
        bytes.extend_from_slice(&self.hash);
        sha256(&bytes)
    }
}

/// The chains of one bucket, in order of their pseudonym.
pub type Bucket = BTreeMap<Chain, Last>;

/// Bucket of a chain.
pub fn bucket_of(chain: &Chain) -> u16 {
    let [a, b, ..] = *chain;
    u16::from_be_bytes([a, b])
}

/// How the database keeps a bucket: 56 bytes a chain.
pub fn encode(bucket: &Bucket) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(bucket.len() * 56);
    for (chain, last) in bucket {
        bytes.extend_from_slice(chain);
        bytes.extend_from_slice(&last.seq.to_be_bytes());
        bytes.extend_from_slice(&last.hash);
    }
    bytes
}

/// Reads a bucket; `None` when the bytes are not one.
pub fn decode(bytes: &[u8]) -> Option<Bucket> {
    let mut bucket = Bucket::new();
    for entry in bytes.chunks(56) {
        let (chain, rest) = entry.split_at_checked(16)?;
        let (seq, hash) = rest.split_at_checked(8)?;
        let last = Last { seq: u64::from_be_bytes(seq.try_into().ok()?), hash: hash.try_into().ok()? };
        bucket.insert(chain.try_into().ok()?, last);
    }
    (encode(&bucket) == bytes).then_some(bucket)
}

/// Hash of a bucket.
pub fn bucket_hash(bucket: &Bucket) -> Hash {
    blinded_hash(bucket.iter().map(|(chain, last)| (*chain, last.blinded())))
}

fn blinded_hash(entries: impl Iterator<Item = (Chain, Hash)>) -> Hash {
    let mut bytes = vec![0];
    for (chain, value) in entries {
        bytes.extend_from_slice(&chain);
        bytes.extend_from_slice(&value);
    }
    sha256(&bytes)
}

/// A tile in which every bucket is empty.
pub fn empty_tile() -> Vec<Hash> {
    vec![bucket_hash(&Bucket::new()); TILE]
}

/// The top of a map without any chain.
pub fn empty_top() -> Vec<Hash> {
    vec![root(&empty_tile()); TILE]
}

/// Reads a tile; `None` when it does not have 256 hashes.
pub fn decode_tile(bytes: &[u8]) -> Option<Vec<Hash>> {
    let hashes: Vec<Hash> = bytes.chunks(32).map(|h| h.try_into().ok()).collect::<Option<_>>()?;
    (hashes.len() == TILE).then_some(hashes)
}

/// The eight hashes beside the way from entry `at` to the root of a tile, lowest first.
fn path(tile: &[Hash], at: usize) -> Vec<Hash> {
    let (mut level, mut at) = (tile.to_vec(), at);
    let mut path = Vec::new();
    while level.len() > 1 {
        path.extend(level.get(at ^ 1));
        level = level.chunks(2).map(root).collect();
        at /= 2;
    }
    path
}

/// Proof of what the map says about one chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapProof {
    /// The whole bucket: pseudonyms (hex) and blinded values (base64), in order.
    pub bucket: Vec<(String, String)>,
    /// Hashes beside the way from the bucket to the root (base64), lowest first.
    pub path: Vec<String>,
}

impl MapProof {
    /// Proves a chain from its bucket, its tile and the top.
    pub fn new(chain: &Chain, bucket: &Bucket, tile: &[Hash], top: &[Hash]) -> Self {
        let [high, low, ..] = *chain;
        let mut hashes = path(tile, usize::from(low));
        hashes.extend(path(top, usize::from(high)));
        Self {
            bucket: bucket.iter().map(|(chain, last)| (hex(chain), b64(&last.blinded()))).collect(),
            path: hashes.iter().map(|h| b64(h)).collect(),
        }
    }

    /// Does the map with this root say that the chain ends here, or (`None`) that there is no such chain?
    pub fn proves(&self, chain: &Chain, last: Option<&Last>, map_root: &Hash) -> bool {
        self.check(chain, last, map_root).unwrap_or(false)
    }

    fn check(&self, chain: &Chain, last: Option<&Last>, map_root: &Hash) -> Option<bool> {
        let mut entries: Vec<(Chain, Hash)> = Vec::new();
        for (name, value) in &self.bucket {
            entries.push((unhex(name)?.try_into().ok()?, unb64(value)?));
        }
        let in_order = entries.windows(2).all(|pair| matches!(pair, [(a, _), (b, _)] if a < b));
        let found = entries.iter().find(|(c, _)| c == chain).map(|(_, value)| *value);
        let mut hash = blinded_hash(entries.into_iter());
        let mut at = bucket_of(chain);
        for step in &self.path {
            let step: Hash = unb64(step)?;
            hash = if at & 1 == 0 { node_hash(&hash, &step) } else { node_hash(&step, &hash) };
            at >>= 1;
        }
        Some(in_order && self.path.len() == 16 && found == last.map(Last::blinded) && hash == *map_root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(a: u8, b: u8, c: u8) -> Chain {
        let mut chain = [0; 16];
        chain[..3].copy_from_slice(&[a, b, c]);
        chain
    }

    fn last(seq: u64) -> Last {
        Last { seq, hash: [9; 32] }
    }

    #[test]
    fn a_bucket_keeps_its_chains() {
        let bucket = Bucket::from([(chain(1, 2, 3), last(4)), (chain(1, 2, 1), last(9))]);
        assert_eq!(decode(&encode(&bucket)), Some(bucket.clone()));
        assert_eq!(decode(&encode(&bucket)[1..]), None);
        let twice = [encode(&bucket), encode(&bucket)].concat();
        assert_eq!(decode(&twice), None);
        assert_ne!(bucket_hash(&bucket), bucket_hash(&Bucket::new()));
    }

    #[test]
    fn the_map_proves_where_a_list_ends_and_that_there_is_none() {
        let (mine, other, absent) = (chain(7, 200, 1), chain(7, 200, 2), chain(7, 200, 3));
        let bucket = Bucket::from([(mine, last(4)), (other, last(1))]);
        let mut tile = empty_tile();
        tile[200] = bucket_hash(&bucket);
        let mut top = empty_top();
        top[7] = root(&tile);
        let map_root = root(&top);
        let proof = MapProof::new(&mine, &bucket, &tile, &top);
        assert!(proof.proves(&mine, Some(&last(4)), &map_root));
        assert!(!proof.proves(&mine, Some(&last(3)), &map_root), "a list cut short");
        assert!(!proof.proves(&mine, None, &map_root), "a list denied");
        assert!(proof.proves(&absent, None, &map_root));
        assert!(!proof.proves(&absent, Some(&last(1)), &map_root));
        assert!(!proof.proves(&mine, Some(&last(4)), &root(&empty_top())));
        let far = chain(8, 200, 1);
        assert!(!proof.proves(&far, None, &map_root), "the bucket of somebody else");
        let nobody = MapProof::new(&far, &Bucket::new(), &empty_tile(), &top);
        assert!(nobody.proves(&far, None, &map_root));
        let hidden = MapProof { bucket: vec![proof.bucket[1].clone()], ..proof.clone() };
        assert!(!hidden.proves(&mine, None, &map_root));
        let short = MapProof { path: proof.path[1..].to_vec(), ..proof };
        assert!(!short.proves(&mine, Some(&last(4)), &map_root));
    }
}
