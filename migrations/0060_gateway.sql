-- 自治体中間サーバー: one tenant's 符号, 副本, 情報提供等記録, flags and consents, and the machines that carry the exchange.

-- 符号: sealed, and found by a keyed token.
create table gateway_code (
  id {pk},
  dan_no {key} not null unique,
  code {bytes} not null,
  code_token {bytes} not null unique,
  bound_at {ts} not null
) {strict};

-- 副本: one row per person, data set with version, and key. A deleted row keeps its place and its レコード識別番号.
create table gateway_replica (
  id {pk},
  dan_no {key} not null,
  data_set {key} not null,
  version {int} not null,
  record_key {key} not null,
  serial {int} not null,
  published_from {date} not null,
  published_to {date},
  deleted {bool} not null,
  items {bytes},
  digest {bytes} not null,
  no_automatic {bool} not null,
  undisclosed {bool} not null,
  change {int} not null,
  loaded_at {ts} not null
) {strict};
create unique index gateway_replica_place on gateway_replica (dan_no, data_set, version, record_key);
create index gateway_replica_change on gateway_replica (change);

-- The one row that every writer takes first, and the number of the last change of the replica.
create table gateway_turn (
  id {int} primary key,
  turns {int} not null,
  change {int} not null,
  changed_at {ts}
) {strict};
insert into gateway_turn (id, turns, change) values (1, 0, 0);

-- 情報提供等記録 (番号法23条), the same on all sides.
create table gateway_record (
  id {pk},
  record_no {key} not null unique,
  role {text} not null,
  dan_no {key},
  asker {key} not null,
  provider {key} not null,
  procedure_code {key} not null,
  data_set {key} not null,
  version {int} not null,
  items {text} not null,
  asked_at {ts} not null,
  provided_at {ts},
  hidden {bool} not null,
  granted {bool} not null,
  mode {text} not null,
  kept_until {date} not null
) {strict};
create index gateway_record_person on gateway_record (dan_no);
create index gateway_record_end on gateway_record (kept_until);
create index gateway_record_asked on gateway_record (asked_at);

-- What remains of a record after its time.
create table gateway_removal (
  id {pk},
  record_no {key} not null unique,
  digest {text} not null,
  kept_until {date} not null,
  removed_on {date} not null
) {strict};

-- 自動応答不可 and 不開示該当 of a person, and a link that is being put right.
create table gateway_person (
  id {pk},
  dan_no {key} not null unique,
  no_automatic {bool} not null,
  undisclosed {bool} not null,
  recalled {bool} not null,
  changed_at {ts} not null
) {strict};

-- 同意.
create table gateway_consent (
  id {pk},
  dan_no {key} not null,
  procedure_code {key} not null,
  data_set {key} not null,
  given_on {date} not null,
  until {date},
  evidence {text} not null,
  recorded_at {ts} not null
) {strict};
create unique index gateway_consent_once on gateway_consent (dan_no, procedure_code, data_set, given_on);

-- 公開終了日一括設定.
create table gateway_closing (
  id {pk},
  closing_no {key} not null unique,
  data_set {key} not null,
  version {int} not null,
  published_to {date} not null,
  state {text} not null,
  records {int} not null,
  set_at {ts} not null,
  undone_at {ts}
) {strict};

-- What a closing changed, so that it can be taken back.
create table gateway_closed (
  closing_no {key} not null,
  replica_id {int} not null,
  published_to {date},
  digest {bytes} not null,
  primary key (closing_no, replica_id)
) {clustered};

-- 自己情報.
create table gateway_own (
  id {pk},
  own_no {key} not null unique,
  dan_no {key},
  data_set {key} not null,
  version {int} not null,
  disclosed {bool} not null,
  asked_at {ts} not null,
  content {bytes} not null
) {strict};
create index gateway_own_person on gateway_own (dan_no);
create index gateway_own_asked on gateway_own (asked_at);

-- お知らせ.
create table gateway_message (
  id {pk},
  message_no {key} not null unique,
  dan_no {key} not null,
  title {bytes} not null,
  content {bytes} not null,
  state {text} not null,
  accepted_at {ts} not null,
  changed_at {ts} not null
) {strict};
create index gateway_message_person on gateway_message (dan_no);
create index gateway_message_changed on gateway_message (changed_at);

-- Calls of the city, with the file and its result when there is one.
create table gateway_call (
  id {pk},
  call_no {key} not null unique,
  interface {key} not null,
  called_at {ts} not null,
  good {int} not null,
  bad {int} not null,
  waiting {int} not null,
  digest {text} not null,
  result {bytes}
) {strict};
create index gateway_call_at on gateway_call (called_at);

-- The machines. What is searched or shown has a column; the machine itself is one sealed value.
create table gateway_acquisition (
  id {pk},
  dan_no {key} not null unique,
  state {text} not null,
  reason {text},
  number_token {bytes},
  since {ts} not null,
  due {ts},
  machine {bytes} not null
) {strict};
create index gateway_acquisition_number on gateway_acquisition (number_token);
create index gateway_acquisition_due on gateway_acquisition (due);

create table gateway_inquiry (
  id {pk},
  request {key} not null unique,
  permit_no {key},
  dan_no {key} not null,
  provider {key} not null,
  procedure_code {key} not null,
  data_set {key} not null,
  version {int} not null,
  state {text} not null,
  shown {text} not null,
  since {ts} not null,
  due {ts},
  machine {bytes} not null
) {strict};
create index gateway_inquiry_permit on gateway_inquiry (permit_no);
create index gateway_inquiry_due on gateway_inquiry (due);
create index gateway_inquiry_since on gateway_inquiry (since);

create table gateway_provision (
  id {pk},
  permit_no {key} not null unique,
  dan_no {key},
  asker {key} not null,
  procedure_code {key} not null,
  data_set {key} not null,
  version {int} not null,
  state {text} not null,
  hold {text},
  since {ts} not null,
  due {ts},
  registered_by {text},
  machine {bytes} not null
) {strict};
create index gateway_provision_due on gateway_provision (due);
create index gateway_provision_person on gateway_provision (dan_no);
create index gateway_provision_since on gateway_provision (since);

create table gateway_hiding (
  id {pk},
  permit_no {key} not null unique,
  due {ts},
  machine {bytes} not null
) {strict};
create index gateway_hiding_due on gateway_hiding (due);

-- What is to be said, until whoever listens has it.
create table gateway_outgoing (
  id {pk},
  party {key} not null,
  kind {text} not null,
  attempts {int} not null,
  due {ts} not null,
  made_at {ts} not null,
  body {bytes} not null
) {strict};
create index gateway_outgoing_due on gateway_outgoing (party, due);

-- What operators must hear of. Names no person.
create table gateway_alarm (
  id {pk},
  kind {text} not null,
  detail {text} not null,
  times {int} not null,
  first_at {ts} not null,
  last_at {ts} not null,
  closed_at {ts}
) {strict};
create unique index gateway_alarm_open on gateway_alarm (kind, detail) where closed_at is null;

-- 正本 compared with 副本.
create table gateway_comparison (
  id {pk},
  compared_at {ts} not null,
  ours {text} not null,
  theirs {text} not null,
  people {int} not null
) {strict};

create table gateway_difference (
  id {pk},
  comparison {int} not null,
  dan_no {key} not null,
  data_set {key} not null,
  version {int} not null,
  record_key {key} not null,
  fault {text} not null,
  item {text}
) {strict};
create index gateway_difference_of on gateway_difference (comparison);
