//! The attempts: what somebody who can write to the database may do to a sealed log, and how it must be named.

use platform::audit::Finding::{self, self as F};

/// One attempt: what is done to the database, the name by which it must be found, and the consequences that may be named too.
pub struct Attempt {
    pub title: &'static str,
    pub sql: &'static [&'static str],
    pub named: fn(&Finding) -> bool,
    pub also: fn(&Finding) -> bool,
}

const fn attempt(
    title: &'static str,
    sql: &'static [&'static str],
    named: fn(&Finding) -> bool,
    also: fn(&Finding) -> bool,
) -> Attempt {
    Attempt { title, sql, named, also }
}

/// Leaves 0–399 are in the first checkpoint, 400–699 in the second; 10 payloads (leaves 0–9) are erased by entry 401.
pub const ATTEMPTS: &[Attempt] = &[
    // leaves
    attempt(
        "the time of a look is changed",
        &["update audit_leaf set at = at + 1 where id = 51"],
        |f| matches!(f, F::LeafChanged { index: 50 }),
        |_| false,
    ),
    attempt(
        "a refusal is made a look",
        &["update audit_leaf set result = 'shown' where id = 60"],
        |f| matches!(f, F::LeafChanged { index: 59 }),
        |_| false,
    ),
    attempt(
        "a print is made a look",
        &["update audit_leaf set action = 'look' where id = 70"],
        |f| matches!(f, F::LeafChanged { index: 69 }),
        |_| false,
    ),
    attempt(
        "the commitment is replaced",
        &["update audit_leaf set commitment = body_hash where id = 52"],
        |f| matches!(f, F::LeafChanged { index: 51 }),
        |_| false,
    ),
    attempt(
        "the tag is replaced",
        &["update audit_leaf set tag = chain where id = 52"],
        |f| matches!(f, F::LeafChanged { index: 51 }),
        |_| false,
    ),
    attempt(
        "the hash of the readable part is replaced",
        &["update audit_leaf set body_hash = commitment where id = 52"],
        |f| matches!(f, F::LeafChanged { index: 51 }),
        |f| matches!(f, F::PayloadChanged { index: 51 }),
    ),
    attempt(
        "a leaf joins another entry",
        &["update audit_leaf set entry = entry + 1 where id = 53"],
        |f| matches!(f, F::LeafChanged { index: 52 }),
        |_| false,
    ),
    attempt(
        "the size of a bulk run is changed",
        &["update audit_leaf set bulk_count = 1 where id = 80"],
        |f| matches!(f, F::LeafChanged { index: 79 }),
        |_| false,
    ),
    attempt(
        "the root of a bulk run is replaced",
        &["update audit_leaf set bulk_root = commitment where id = 80"],
        |f| matches!(f, F::LeafChanged { index: 79 }),
        |_| false,
    ),
    attempt(
        "a bulk run is made an ordinary entry",
        &["update audit_leaf set bulk_root = null, bulk_count = null where id = 80"],
        |f| matches!(f, F::LeafChanged { index: 79 }),
        |_| false,
    ),
    attempt(
        "a look is given to somebody else",
        &["update audit_leaf set chain = (select chain from audit_leaf where id = 54) where id = 51"],
        |f| matches!(f, F::LeafChanged { index: 50 }),
        |f| matches!(f, F::SubjectGap { .. } | F::SubjectEnd { .. }),
    ),
    attempt(
        "a look is given to somebody else, with its link",
        &[
            "update audit_leaf set chain = (select chain from audit_leaf where id = 54) where id = 51",
            "update audit_link set chain = (select chain from audit_leaf where id = 54), seq = 9999 where id = 51",
        ],
        |f| matches!(f, F::LeafChanged { index: 50 }),
        |f| matches!(f, F::SubjectGap { .. } | F::SubjectEnd { .. }),
    ),
    attempt(
        "a look loses its person",
        &["update audit_leaf set chain = null where id = 51", "delete from audit_link where id = 51"],
        |f| matches!(f, F::LeafChanged { index: 50 }),
        |f| matches!(f, F::SubjectGap { .. }),
    ),
    attempt(
        "a leaf is removed",
        &[
            "delete from audit_leaf where id = 51",
            "delete from audit_link where id = 51",
            "delete from audit_payload where id = 51",
        ],
        |f| matches!(f, F::LeafMissing { from: 50, to: 50 }),
        |f| matches!(f, F::SubjectGap { .. }),
    ),
    attempt(
        "only the row of a leaf is removed",
        &["delete from audit_leaf where id = 51"],
        |f| matches!(f, F::LeafMissing { from: 50, to: 50 }),
        |f| matches!(f, F::SubjectGap { .. } | F::PayloadOrphan { id: 51 }),
    ),
    attempt(
        "a stretch of leaves is removed",
        &[
            "delete from audit_leaf where id between 300 and 330",
            "delete from audit_link where id between 300 and 330",
            "delete from audit_payload where id between 300 and 330",
        ],
        |f| matches!(f, F::LeafMissing { from: 299, to: 329 }),
        |f| matches!(f, F::SubjectGap { .. }),
    ),
    attempt(
        "the last leaf is removed",
        &[
            "delete from audit_leaf where id = 700",
            "delete from audit_link where id = 700",
            "delete from audit_payload where id = 700",
        ],
        |f| matches!(f, F::LeafMissing { from: 699, to: 699 }),
        |f| matches!(f, F::SubjectEnd { .. }),
    ),
    attempt(
        "all traces of one person are removed",
        &[
            "delete from audit_payload where id in (select id from audit_link where chain = (select chain from audit_leaf where id = 51))",
            "delete from audit_leaf where id in (select id from audit_link where chain = (select chain from keep_audit_leaf where id = 51))",
            "delete from audit_link where chain = (select chain from keep_audit_leaf where id = 51)",
        ],
        |f| matches!(f, F::LeafMissing { .. }),
        |f| matches!(f, F::SubjectEnd { found: 0, .. }),
    ),
    attempt(
        "the whole log is emptied",
        &["delete from audit_leaf", "delete from audit_link", "delete from audit_payload", "delete from audit_erased"],
        |f| matches!(f, F::LeafMissing { from: 0, to: 699 }),
        |f| matches!(f, F::SubjectEnd { found: 0, .. }),
    ),
    attempt(
        "two leaves change places",
        &[
            "update audit_leaf set id = -1 where id = 101",
            "update audit_leaf set id = 101 where id = 202",
            "update audit_leaf set id = 202 where id = -1",
        ],
        |f| matches!(f, F::LeafMoved { index: 100, belongs: 201 }),
        |f| {
            matches!(f, F::LeafMoved { index: 201, belongs: 100 } | F::PayloadChanged { index: 100 | 201 })
                || matches!(f, F::SubjectGap { .. } | F::LeafChanged { index: 100 | 201 })
        },
    ),
    attempt(
        "two leaves change places with all that belongs to them",
        &[
            "update audit_leaf set id = -1 where id = 101",
            "update audit_leaf set id = 101 where id = 202",
            "update audit_leaf set id = 202 where id = -1",
            "update audit_link set id = -1 where id = 101",
            "update audit_link set id = 101 where id = 202",
            "update audit_link set id = 202 where id = -1",
            "update audit_payload set id = -1 where id = 101",
            "update audit_payload set id = 101 where id = 202",
            "update audit_payload set id = 202 where id = -1",
        ],
        |f| matches!(f, F::LeafMoved { index: 201, belongs: 100 }),
        |f| matches!(f, F::LeafMoved { index: 100, belongs: 201 } | F::SubjectGap { .. }),
    ),
    attempt(
        "neighbours change places with all that belongs to them",
        &[
            "update audit_leaf set id = -1 where id = 101",
            "update audit_leaf set id = 101 where id = 102",
            "update audit_leaf set id = 102 where id = -1",
            "update audit_link set id = -1 where id = 101",
            "update audit_link set id = 101 where id = 102",
            "update audit_link set id = 102 where id = -1",
            "update audit_payload set id = -1 where id = 101",
            "update audit_payload set id = 101 where id = 102",
            "update audit_payload set id = 102 where id = -1",
        ],
        |f| matches!(f, F::LeafMoved { index: 101, belongs: 100 }),
        |f| matches!(f, F::LeafMoved { index: 100, belongs: 101 } | F::SubjectGap { .. }),
    ),
    attempt(
        "a leaf is slipped in at the end",
        &[
            "insert into audit_leaf select 701, 701, at, action, result, chain, commitment, body_hash, tag, bulk_root, bulk_count from audit_leaf where id = 51",
        ],
        |f| matches!(f, F::LeafForged { id: 701 }),
        |_| false,
    ),
    attempt(
        "a leaf is slipped in before the beginning",
        &[
            "insert into audit_leaf select 0, 0, at, action, result, chain, commitment, body_hash, tag, bulk_root, bulk_count from audit_leaf where id = 51",
        ],
        |f| matches!(f, F::LeafForged { id: 0 }),
        |_| false,
    ),
    attempt(
        "a leaf is replaced by a copy of another",
        &[
            "delete from audit_leaf where id = 101",
            "insert into audit_leaf select 101, 101, at, action, result, chain, commitment, body_hash, tag, bulk_root, bulk_count from audit_leaf where id = 51",
        ],
        |f| matches!(f, F::LeafChanged { index: 100 }),
        |f| matches!(f, F::PayloadChanged { index: 100 } | F::SubjectGap { .. } | F::SubjectEnd { .. }),
    ),
    // readable parts
    attempt(
        "a readable part is replaced",
        &["update audit_payload set body = (select commitment from audit_leaf where id = 51) where id = 51"],
        |f| matches!(f, F::PayloadChanged { index: 50 }),
        |_| false,
    ),
    attempt(
        "a readable part is removed",
        &["delete from audit_payload where id = 51"],
        |f| matches!(f, F::PayloadMissing { index: 50 }),
        |_| false,
    ),
    attempt(
        "two readable parts change places",
        &[
            "update audit_payload set id = -1 where id = 101",
            "update audit_payload set id = 101 where id = 202",
            "update audit_payload set id = 202 where id = -1",
        ],
        |f| matches!(f, F::PayloadChanged { index: 100 | 201 }),
        |_| false,
    ),
    attempt(
        "a readable part without leaf is added",
        &["insert into audit_payload select 5000, body from audit_payload where id = 51"],
        |f| matches!(f, F::PayloadOrphan { id: 5000 }),
        |_| false,
    ),
    // erasures
    attempt(
        "an erased part comes back from a backup",
        &["insert into audit_payload select id, body from old_audit_payload where id = 3"],
        |f| matches!(f, F::PayloadReturned { index: 2 }),
        |_| false,
    ),
    attempt(
        "a part is removed under the name of an old erasure",
        &["delete from audit_payload where id = 51", "insert into audit_erased (id, entry) values (51, 401)"],
        |f| matches!(f, F::ErasureUnfounded { entry: 401 }),
        |_| false,
    ),
    attempt(
        "a part is removed under the name of an entry that erased nothing",
        &["delete from audit_payload where id = 51", "insert into audit_erased (id, entry) values (51, 90)"],
        |f| matches!(f, F::ErasureUnfounded { entry: 90 }),
        |_| false,
    ),
    attempt(
        "a part is removed under the name of an entry that does not exist",
        &["delete from audit_payload where id = 51", "insert into audit_erased (id, entry) values (51, 9000)"],
        |f| matches!(f, F::ErasureUnfounded { entry: 9000 }),
        |_| false,
    ),
    attempt(
        "the record of an erasure is removed",
        &["delete from audit_erased where id = 3"],
        |f| matches!(f, F::ErasureUnfounded { entry: 401 }),
        |f| matches!(f, F::PayloadMissing { index: 2 }),
    ),
    // links
    attempt(
        "a leaf is taken out of its list",
        &["delete from audit_link where id = 51"],
        |f| matches!(f, F::LinkMissing { index: 50 }),
        |f| matches!(f, F::SubjectGap { .. } | F::SubjectEnd { .. }),
    ),
    attempt(
        "the number in a list is changed",
        &["update audit_link set seq = 500 where id = 51"],
        |f| matches!(f, F::LeafChanged { index: 50 }),
        |f| matches!(f, F::SubjectGap { .. } | F::SubjectEnd { .. }),
    ),
    attempt(
        "the hash of the leaf before is replaced",
        &["update audit_link set prev = (select commitment from audit_leaf where id = 51) where id = 351"],
        |f| matches!(f, F::LeafChanged { index: 350 }),
        |f| matches!(f, F::SubjectGap { .. }),
    ),
    attempt(
        "a link moves to another list",
        &["update audit_link set chain = (select tag from audit_leaf where id = 51) where id = 51"],
        |f| matches!(f, F::LeafChanged { index: 50 }),
        |_| false,
    ),
    attempt(
        "a leaf is declared to be forged",
        &["update audit_link set seq = 0, chain = null where id = 51"],
        |f| matches!(f, F::NotWritten { index: 50 }),
        |f| matches!(f, F::LeafChanged { index: 50 } | F::SubjectGap { .. } | F::SubjectEnd { .. }),
    ),
    attempt(
        "a leaf is declared to have been missing",
        &[
            "delete from audit_leaf where id = 51",
            "delete from audit_payload where id = 51",
            "update audit_link set seq = -1, chain = null where id = 51",
        ],
        |f| matches!(f, F::RemovedBeforeSealing { index: 50 }),
        |f| matches!(f, F::LeafChanged { index: 50 } | F::SubjectGap { .. } | F::SubjectEnd { .. }),
    ),
    attempt(
        "a link without leaf is added",
        &["insert into audit_link (id, chain, seq, prev) select 5000, tag, 1, null from audit_leaf where id = 51"],
        |f| matches!(f, F::LinkForged { id: 5000 }),
        |_| false,
    ),
    // tiles
    attempt(
        "a tile is replaced",
        &["update audit_tile set data = (select data from audit_tile where level = 0 and tile = 1) where level = 0 and tile = 0"],
        |f| matches!(f, F::TileChanged { level: 0, tile: 0 }),
        |_| false,
    ),
    attempt(
        "a tile is removed",
        &["delete from audit_tile where level = 0 and tile = 1"],
        |f| matches!(f, F::TileMissing { level: 0, tile: 1 }),
        |_| false,
    ),
    attempt(
        "the growing tile is removed",
        &["delete from audit_tile where level = 0 and tile = 2"],
        |f| matches!(f, F::TileMissing { level: 0, tile: 2 }),
        |_| false,
    ),
    attempt(
        "a tile is cut",
        &["update audit_tile set width = 255 where level = 0 and tile = 0"],
        |f| matches!(f, F::TileChanged { level: 0, tile: 0 }),
        |_| false,
    ),
    attempt(
        "two tiles change places",
        &[
            "update audit_tile set tile = -1 where level = 0 and tile = 0",
            "update audit_tile set tile = 0 where level = 0 and tile = 1",
            "update audit_tile set tile = 1 where level = 0 and tile = -1",
        ],
        |f| matches!(f, F::TileChanged { level: 0, tile: 0 | 1 }),
        |_| false,
    ),
    attempt(
        "an upper tile is replaced",
        &["update audit_tile set data = (select bulk_root from audit_leaf where id = 80), width = 1 where level = 1"],
        |f| matches!(f, F::TileChanged { level: 1, tile: 0 }),
        |_| false,
    ),
    attempt(
        "an upper tile is removed",
        &["delete from audit_tile where level = 1"],
        |f| matches!(f, F::TileMissing { level: 1, tile: 0 }),
        |_| false,
    ),
    attempt(
        "a tile is added",
        &["insert into audit_tile select level, 3, width, data from audit_tile where level = 0 and tile = 2"],
        |f| matches!(f, F::TileForged { level: 0, tile: 3 }),
        |_| false,
    ),
    attempt(
        "a level is added",
        &["insert into audit_tile select 2, tile, width, data from audit_tile where level = 1"],
        |f| matches!(f, F::TileForged { level: 2, tile: 0 }),
        |_| false,
    ),
    attempt(
        "a leaf and its tile are changed together",
        &[
            "update audit_leaf set at = at + 1 where id = 51",
            "update audit_tile set data = (select data from audit_tile where level = 0 and tile = 1) where level = 0 and tile = 0",
        ],
        |f| matches!(f, F::RootDiffers { size: 700 }),
        |f| matches!(f, F::TileChanged { level: 0, tile: 0 } | F::SubjectGap { .. }),
    ),
    // map
    attempt(
        "a list is said to end elsewhere",
        &[
            "update audit_bucket set data = (select b.data from audit_bucket b where b.bucket <> audit_bucket.bucket order by b.bucket limit 1) where bucket = (select max(bucket) from audit_bucket)",
        ],
        |f| matches!(f, F::BucketChanged { .. }),
        |_| false,
    ),
    attempt(
        "a bucket is removed",
        &["delete from audit_bucket where bucket = (select min(bucket) from audit_bucket)"],
        |f| matches!(f, F::BucketChanged { .. }),
        |_| false,
    ),
    attempt(
        "a bucket is added",
        &[
            "insert into audit_bucket (bucket, data) select (select min(n.bucket) + 1 from audit_bucket n where not exists (select 1 from audit_bucket m where m.bucket = n.bucket + 1)), data from audit_bucket where bucket = (select min(bucket) from audit_bucket)",
        ],
        |f| matches!(f, F::BucketChanged { .. }),
        |_| false,
    ),
    attempt(
        "a bucket far away is added",
        &[
            "insert into audit_bucket (bucket, data) select 70000, data from audit_bucket where bucket = (select min(bucket) from audit_bucket)",
        ],
        |f| matches!(f, F::BucketChanged { bucket: 70000 }),
        |_| false,
    ),
    attempt(
        "a tile of the map is replaced",
        &[
            "update audit_map set data = (select data from audit_map where tile = 256) where tile = (select min(tile) from audit_map)",
        ],
        |f| matches!(f, F::MapChanged { .. }),
        |_| false,
    ),
    attempt(
        "the top of the map is removed",
        &["delete from audit_map where tile = 256"],
        |f| matches!(f, F::MapChanged { tile: 256 }),
        |_| false,
    ),
    attempt(
        "a tile of the map is added",
        &["insert into audit_map select 300, data from audit_map where tile = 256"],
        |f| matches!(f, F::MapChanged { tile: 300 }),
        |_| false,
    ),
    // checkpoints and counter
    attempt("the checkpoint is removed", &["delete from audit_checkpoint"], |f| matches!(f, F::CheckpointMissing), |_| false),
    attempt(
        "the checkpoint claims fewer leaves",
        &["update audit_checkpoint set size = 400"],
        |f| matches!(f, F::CheckpointForged { .. }),
        |f| matches!(f, F::CheckpointMissing),
    ),
    attempt(
        "the text of the checkpoint is changed",
        &["update audit_checkpoint set note = replace(note, 'subjects ', 'subjects a')"],
        |f| matches!(f, F::CheckpointForged { .. }),
        |f| matches!(f, F::CheckpointMissing),
    ),
    attempt(
        "the signature is cut off",
        &["update audit_checkpoint set note = substr(note, 1, 150)"],
        |f| matches!(f, F::CheckpointForged { .. }),
        |f| matches!(f, F::CheckpointMissing),
    ),
    attempt(
        "an older checkpoint is put back",
        &["delete from audit_checkpoint", "insert into audit_checkpoint select day, size, note from old_audit_checkpoint"],
        |f| matches!(f, F::RolledBack { stored: 400, witnessed: 700 }),
        |f| {
            matches!(
                f,
                F::TileChanged { .. }
                    | F::TileForged { .. }
                    | F::LinkForged { .. }
                    | F::BucketChanged { .. }
                    | F::MapChanged { .. }
                    | F::MapDiffers
                    | F::ErasureUnfounded { .. }
                    | F::PayloadMissing { .. }
            )
        },
    ),
    attempt(
        "the counter is set back",
        &["update audit_counter set value = 650"],
        |f| matches!(f, F::CounterBehind { value: 650, least: 700 }),
        |_| false,
    ),
    attempt(
        "the counter is removed",
        &["delete from audit_counter"],
        |f| matches!(f, F::CounterBehind { value: 0, .. }),
        |_| false,
    ),
    attempt(
        "the counter is put forward",
        &["update audit_counter set value = 702"],
        |f| matches!(f, F::RemovedBeforeSealing { index: 700 | 701 }),
        |_| false,
    ),
    // everything, consistently
    attempt(
        "the state of this morning is put back",
        &RESTORE_OLD,
        |f| matches!(f, F::RolledBack { stored: 400, witnessed: 700 }),
        |_| false,
    ),
];

macro_rules! tables {
    ($($statement:tt)*) => {
        concat_tables!([$($statement)*] audit_counter audit_leaf audit_payload audit_erased audit_link audit_tile audit_bucket audit_map audit_checkpoint)
    };
}
macro_rules! concat_tables {
    ([restore $from:literal] $($table:ident)*) => {
        [$(concat!("delete from ", stringify!($table)), concat!("insert into ", stringify!($table), " select * from ", $from, stringify!($table))),*]
    };
    ([keep $to:literal] $($table:ident)*) => {
        [$(concat!("create table ", $to, stringify!($table), " as select * from ", stringify!($table))),*]
    };
}

pub const KEEP_OLD: [&str; 9] = tables!(keep "old_");
pub const KEEP: [&str; 9] = tables!(keep "keep_");
pub const RESTORE_OLD: [&str; 18] = tables!(restore "old_");
pub const RESTORE: [&str; 18] = tables!(restore "keep_");
