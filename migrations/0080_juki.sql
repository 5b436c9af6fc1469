-- 住基ネット peer (reference): people with 個人番号 and 住民票コード (sealed, found by keyed tokens), former numbers, what cities asked
-- for which 事務, and messages that wait to be delivered.

create table refjuki_secret (
  name {key} primary key,
  sealed {bytes} not null
) {strict};

create table refjuki_person (
  id {pk},
  number_token {bytes} not null unique,
  resident_token {bytes} not null unique,
  facts_token {bytes} not null,
  city {key} not null,
  standing {key} not null,
  sealed {bytes} not null,
  lineage {bytes} not null,
  born_reference {key} unique,
  updated_at {ts} not null
) {strict};
create index refjuki_person_facts on refjuki_person (facts_token);
create index refjuki_person_city on refjuki_person (city, standing);

create table refjuki_former_number (
  id {pk},
  person_id {int} not null,
  number_token {bytes} not null unique,
  changed_on {date} not null,
  reason {text} not null
) {strict};

create table refjuki_lookup (
  id {pk},
  city {key} not null,
  affair {key} not null,
  sought_by {key} not null,
  person_id {int},
  found {int} not null,
  at {ts} not null
) {strict};
create index refjuki_lookup_at on refjuki_lookup (at);

create table refjuki_outgoing (
  id {pk},
  receiver {key} not null,
  body {bytes} not null,
  attempts {int} not null,
  due {ts} not null,
  created_at {ts} not null
) {strict};
create index refjuki_outgoing_due on refjuki_outgoing (due);
