-- 団体内統合宛名: one number per person, the programme numbers that belong to it, and the 個人番号 it had before.

create table hub_person (
  id {pk},
  dan_no {key} not null unique,
  number_token {bytes} not null unique,
  issued_at {ts} not null,
  seq {int} not null
) {strict};

create table hub_former_number (
  id {pk},
  dan_no {key} not null,
  number_token {bytes} not null,
  changed_on {date} not null,
  recorded_at {ts} not null,
  seq {int} not null
) {strict};
create index hub_former_number_dan on hub_former_number (dan_no);
create index hub_former_number_token on hub_former_number (number_token);

-- dan_no stays null until the person's 個人番号 is known (a newborn child).
create table hub_link (
  id {pk},
  programme {key} not null,
  number {key} not null,
  atena_no {key} not null,
  dan_no {key},
  valid_from {date} not null,
  recorded_at {ts} not null,
  seq {int} not null
) {strict};
create unique index hub_link_once on hub_link (programme, number);
create index hub_link_person on hub_link (atena_no, programme);
create index hub_link_dan on hub_link (dan_no);
