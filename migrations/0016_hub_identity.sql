-- 住登外者宛名, questions of 名寄せ, and what is called back when a link was wrong.

alter table hub_link add column superseded_seq {int};
alter table hub_link add column basis {text};
drop index hub_link_once;
create unique index hub_link_once on hub_link (programme, number) where superseded_seq is null;

create table hub_outsider (
  id {pk},
  atena_no {key} not null,
  rev {int} not null,
  programme {key} not null,
  withheld {bool} not null,
  name {text} not null,
  kana {text} not null,
  alias {text},
  birth {text} not null,
  sex {text} not null,
  postal_code {text},
  address {text} not null,
  phone {text},
  my_number {bytes},
  number_token {bytes},
  reason {text} not null,
  moved_on {date} not null,
  state {text} not null,
  successor {key},
  recorded_by {text} not null,
  recorded_at {ts} not null,
  seq {int} not null,
  superseded_seq {int}
) {strict};
create unique index hub_outsider_now on hub_outsider (atena_no) where superseded_seq is null;
create unique index hub_outsider_rev on hub_outsider (atena_no, rev);
create index hub_outsider_birth on hub_outsider (birth);
create index hub_outsider_token on hub_outsider (number_token);

create table hub_question (
  id {pk},
  atena_no {key} not null,
  other_no {key} not null,
  evidence {text} not null,
  grade {text} not null,
  explanation {text} not null,
  state {text} not null,
  note {text},
  decided_by {text},
  decided_at {ts},
  asked_at {ts} not null,
  seq {int} not null
) {strict};
create unique index hub_question_once on hub_question (atena_no, other_no);
create index hub_question_state on hub_question (state, grade, id);

create table hub_recall (
  id {pk},
  atena_no {key} not null,
  dan_no {key} not null,
  linked_at {ts} not null,
  found_on {date} not null,
  reason {text} not null,
  decided_by {text} not null,
  recorded_at {ts} not null,
  closed_at {ts},
  seq {int} not null
) {strict};

create table hub_recall_use (
  id {pk},
  recall_id {int} not null,
  programme {key} not null,
  kind {text} not null,
  title {text} not null,
  reference {text} not null,
  used_on {date} not null,
  amount {int},
  recipient {text},
  state {text} not null,
  note {text},
  handled_by {text},
  handled_at {ts}
) {strict};
create index hub_recall_use_recall on hub_recall_use (recall_id);
