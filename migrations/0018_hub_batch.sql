-- 名寄せの一括処理: who is in the extract of another system, or among the persons of a programme, row by row.

create table hub_batch (
  id {pk},
  programme {key} not null,
  source {text} not null,
  digest {text} not null,
  total {int} not null,
  state {text} not null,
  requested_by {text} not null,
  requested_at {ts} not null,
  finished_at {ts},
  seq {int} not null
) {strict};

create table hub_batch_row (
  id {pk},
  batch_id {int} not null,
  line {int} not null,
  number {text} not null,
  outcome {text} not null,
  atena_no {key},
  reason {text} not null
) {strict};
create unique index hub_batch_row_line on hub_batch_row (batch_id, line);
