-- 番号の変換: under which of a person's numbers an inquiry went out, so that its answer comes back under the same.

create table hub_request (
  id {pk},
  programme {key} not null,
  request {key} not null,
  number {key} not null,
  dan_no {key} not null,
  asked_at {ts} not null,
  seq {int} not null
) {strict};
create unique index hub_request_once on hub_request (programme, request, dan_no);
