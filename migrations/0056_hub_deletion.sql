-- 統合宛名の消去: until when a number is used, lists of people whom nobody needs any longer, and the proof that they were deleted.

alter table hub_link add column ended_on {date};

create table hub_deletion (
  id {pk},
  cutoff {date} not null,
  state {text} not null,
  requested_by {text} not null,
  requested_at {ts} not null,
  reason {text},
  decided_by {text},
  decided_at {ts},
  finished_at {ts},
  seq {int} not null
) {strict};

-- The numbers of a person go with the person; the row stays.
create table hub_deletion_row (
  id {pk},
  deletion_id {int} not null,
  dan_no {key},
  atena_no {key},
  last_on {date} not null,
  state {text} not null,
  reason {text} not null
) {strict};
create index hub_deletion_row_of on hub_deletion_row (deletion_id, state, id);

-- Keyed tokens only: the proof of a deletion holds no number (番号法20条).
create table hub_removal (
  id {pk},
  deletion_id {int} not null,
  number_token {bytes} not null unique,
  digest {text} not null,
  removed_rows {int} not null,
  last_on {date} not null,
  removed_on {date} not null,
  seq {int} not null
) {strict};
