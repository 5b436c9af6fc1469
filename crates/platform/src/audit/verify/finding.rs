//! What a verification found, by name.

use std::fmt;

/// One thing that is not as it was signed. Places count from 0; numbers of rows are place + 1.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Finding {
    /// The checkpoint of the witness is not signed by this key.
    WitnessNotSigned,
    /// The log is shorter than the witness saw: an old state was put back.
    RolledBack {
        /// Leaves in the stored log.
        stored: u64,
        /// Leaves that the witness saw.
        witnessed: u64,
    },
    /// The log does not continue what the witness saw.
    Forked {
        /// Leaves that the witness saw.
        witnessed: u64,
    },
    /// There are sealed leaves, but no checkpoint that is signed by this key.
    CheckpointMissing,
    /// A stored checkpoint is not signed by this key, or its row was changed.
    CheckpointForged {
        /// Its day.
        day: String,
    },
    /// A signed checkpoint does not fit the stored leaves, nor the stored tiles.
    RootDiffers {
        /// Leaves it covers.
        size: u64,
    },
    /// A leaf's columns were changed.
    LeafChanged {
        /// Its place.
        index: u64,
    },
    /// Leaves were removed.
    LeafMissing {
        /// First place.
        from: u64,
        /// Last place.
        to: u64,
    },
    /// A leaf stands in another's place.
    LeafMoved {
        /// Where it stands.
        index: u64,
        /// Where it was sealed.
        belongs: u64,
    },
    /// A leaf that no number was given out for, or that came back after it had been missed.
    LeafForged {
        /// Row number.
        id: i64,
    },
    /// A leaf that was written or changed by somebody without the key ring, before it was sealed.
    NotWritten {
        /// Its place.
        index: u64,
    },
    /// A leaf that was removed before it was sealed.
    RemovedBeforeSealing {
        /// Its place.
        index: u64,
    },
    /// Numbers were given out that leaves carry no more, or the counter was set back.
    CounterBehind {
        /// Its value.
        value: u64,
        /// The least it can be.
        least: u64,
    },
    /// The readable part of an entry was changed.
    PayloadChanged {
        /// Place of its leaf.
        index: u64,
    },
    /// The readable part of an entry was removed without an erasure on record.
    PayloadMissing {
        /// Place of its leaf.
        index: u64,
    },
    /// An erased readable part is back.
    PayloadReturned {
        /// Place of its leaf.
        index: u64,
    },
    /// A readable part that belongs to no leaf.
    PayloadOrphan {
        /// Row number.
        id: i64,
    },
    /// A list of erased payloads is not the one that was recorded.
    ErasureUnfounded {
        /// Number of the entry that it names.
        entry: i64,
    },
    /// The link of a leaf to its subject's list was removed.
    LinkMissing {
        /// Place of the leaf.
        index: u64,
    },
    /// A link that belongs to no sealed leaf.
    LinkForged {
        /// Row number.
        id: i64,
    },
    /// A subject's list jumps or does not join.
    SubjectGap {
        /// Pseudonym of the list.
        chain: String,
        /// The number that should come.
        expected: u64,
        /// The number that comes.
        found: u64,
    },
    /// A subject's list does not end where the signed map says.
    SubjectEnd {
        /// Pseudonym of the list.
        chain: String,
        /// The last number that was signed.
        signed: u64,
        /// The last number found.
        found: u64,
    },
    /// A tile was changed.
    TileChanged {
        /// Level.
        level: u32,
        /// Number in the level.
        tile: u64,
    },
    /// A tile was removed.
    TileMissing {
        /// Level.
        level: u32,
        /// Number in the level.
        tile: u64,
    },
    /// A tile that the log does not have.
    TileForged {
        /// Level.
        level: i64,
        /// Number in the level.
        tile: i64,
    },
    /// A bucket of the map subject → last number was changed, added or removed.
    BucketChanged {
        /// Number.
        bucket: i64,
    },
    /// A tile of that map was changed, added or removed.
    MapChanged {
        /// Number.
        tile: i64,
    },
    /// The signed root of that map fits neither the leaves nor the buckets.
    MapDiffers,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::WitnessNotSigned => f.write_str("立会いの検査点に、このログの署名がありません"),
            Finding::RolledBack { stored, witnessed } => {
                write!(f, "記録が{stored}件しかありません。立会いは{witnessed}件を確認しています(古い状態に戻された)")
            }
            Finding::Forked { witnessed } => {
                write!(f, "立会いが確認した{witnessed}件までの記録と、いまの記録が一致しません(差し替えられた)")
            }
            Finding::CheckpointMissing => f.write_str("署名のある検査点がありません"),
            Finding::CheckpointForged { day } => write!(f, "{day}の検査点が改変されています"),
            Finding::RootDiffers { size } => write!(f, "{size}件の検査点と、記録が一致しません"),
            Finding::LeafChanged { index } => write!(f, "記録{index}が書き換えられています"),
            Finding::LeafMissing { from, to } if from == to => write!(f, "記録{from}が消されています"),
            Finding::LeafMissing { from, to } => write!(f, "記録{from}から{to}までが消されています"),
            Finding::LeafMoved { index, belongs } => {
                write!(f, "記録{index}の位置に、記録{belongs}が置かれています(順序の入替え)")
            }
            Finding::LeafForged { id } => write!(f, "番号{id}の記録は、発番されていません(差し込まれた)"),
            Finding::NotWritten { index } => write!(f, "記録{index}は、封印の前に、システム以外が書いたか書き換えたものです"),
            Finding::RemovedBeforeSealing { index } => write!(f, "記録{index}は、封印の前に消されました"),
            Finding::CounterBehind { value, least } => {
                write!(f, "発番の値({value})が、記録の件数({least})より小さくなっています")
            }
            Finding::PayloadChanged { index } => write!(f, "記録{index}の本文が書き換えられています"),
            Finding::PayloadMissing { index } => write!(f, "記録{index}の本文が、消去の記録なしに消されています"),
            Finding::PayloadReturned { index } => write!(f, "記録{index}の本文は、消去したはずなのに戻っています"),
            Finding::PayloadOrphan { id } => write!(f, "番号{id}の本文に、対応する記録がありません"),
            Finding::ErasureUnfounded { entry } => write!(f, "本文の消去の一覧が、記録({entry})と一致しません"),
            Finding::LinkMissing { index } => write!(f, "記録{index}が、本人の一覧から外されています"),
            Finding::LinkForged { id } => write!(f, "番号{id}のつながりに、対応する記録がありません"),
            Finding::SubjectGap { chain, expected, found } => {
                write!(f, "本人の一覧({chain})が続いていません。{expected}番の次が来るはずの所に{found}番があります")
            }
            Finding::SubjectEnd { chain, signed, found } => {
                write!(f, "本人の一覧({chain})が{found}番で終わっています。署名では{signed}番までです")
            }
            Finding::TileChanged { level, tile } => write!(f, "ハッシュの束({level}段{tile})が書き換えられています"),
            Finding::TileMissing { level, tile } => write!(f, "ハッシュの束({level}段{tile})が消されています"),
            Finding::TileForged { level, tile } => write!(f, "ハッシュの束({level}段{tile})は、あるはずのないものです"),
            Finding::BucketChanged { bucket } => write!(f, "本人ごとの最終番号の表({bucket})が改変されています"),
            Finding::MapChanged { tile } => write!(f, "最終番号のハッシュの束({tile})が改変されています"),
            Finding::MapDiffers => f.write_str("本人ごとの最終番号の表が、署名と一致しません"),
        }
    }
}

/// Findings that are kept by name; more are only counted.
const KEPT: usize = 1000;

/// The answer of a verification.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Leaves that the last valid checkpoint covers.
    pub sealed: u64,
    /// Leaves that wait to be sealed.
    pub waiting: u64,
    /// Leaves whose readable part was erased on record: only the commitment is left.
    pub erased: u64,
    /// Lists of subjects.
    pub lists: u64,
    /// Leaves that the witness saw; `None` without a witnessed checkpoint, when a rollback cannot be excluded.
    pub witnessed: Option<u64>,
    /// What is wrong, in order of discovery.
    pub findings: Vec<Finding>,
    /// Further findings that are only counted.
    pub more: u64,
}

impl Report {
    /// Is everything as it was signed?
    pub fn intact(&self) -> bool {
        self.findings.is_empty()
    }

    pub(super) fn add(&mut self, finding: Finding) {
        if self.findings.len() >= KEPT {
            self.more += 1;
        } else if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}
