-- The audit log: a Merkle log over salted commitments. Leaves, links and tiles stay for ever; payloads may be erased.

-- Numbers are given out under this row's lock, so they have no gap and rise in commit order.
create table audit_counter (
  name {key} primary key,
  value {int} not null
) {strict};
insert into audit_counter (name, value) values ('leaf', 0);

-- One row per entry and subject, written by the unit of work and never changed. Its place in the log is id - 1.
create table audit_leaf (
  id {int} primary key,
  entry {int} not null,
  at {ts} not null,
  action {text} not null,
  result {text} not null,
  chain {bytes},
  commitment {bytes} not null,
  body_hash {bytes} not null,
  tag {bytes} not null,
  bulk_root {bytes},
  bulk_count {int}
) {strict};
create index audit_leaf_at on audit_leaf (at);

-- What the leaf commits to, sealed. Erased after its retention period.
create table audit_payload (
  id {int} primary key,
  body {bytes} not null
) {strict};

-- Which payloads were erased, and the entry that says so with a root over the numbers.
create table audit_erased (
  id {int} primary key,
  entry {int} not null
) {strict};
create index audit_erased_entry on audit_erased (entry, id);

-- The sealer's addition to a leaf: its number in the subject's list and the hash of the leaf before it there.
create table audit_link (
  id {int} primary key,
  chain {bytes},
  seq {int} not null,
  prev {bytes}
) {strict};
create unique index audit_link_chain on audit_link (chain, seq);

-- Hashes of the tree, 256 a tile (C2SP tlog-tiles).
create table audit_tile (
  level {int} not null,
  tile {int} not null,
  width {int} not null,
  data {bytes} not null,
  primary key (level, tile)
) {strict};

-- Where each subject's list ends, 65,536 buckets, and the tree over them (tile 256 is the top).
create table audit_bucket (
  bucket {int} primary key,
  data {bytes} not null
) {strict};
create table audit_map (
  tile {int} primary key,
  data {bytes} not null
) {strict};

-- The signed checkpoints: the last one of each day.
create table audit_checkpoint (
  day {date} primary key,
  size {int} not null,
  note {text} not null
) {strict};

-- Who seals. The fence rises with every change of hands; whoever holds an older one can store nothing.
create table audit_lease (
  name {key} primary key,
  holder {text} not null,
  fence {int} not null,
  beat {int} not null
) {strict};
