-- 情報提供ネットワークシステム (reference): members, people by inner id, 符号 issued, passages with the machine's own value, own records,
-- messages that wait to be delivered, and what the マイナポータル peer keeps. No name and no 個人番号 anywhere.

create table refnet_secret (
  name {key} primary key,
  sealed {bytes} not null
) {strict};

create table refnet_setting (
  name {key} primary key,
  value {int} not null
) {strict};

create table refnet_member (
  id {pk},
  institution {key} not null unique,
  name_ja {text} not null,
  kind {key} not null,
  public_key {bytes} not null,
  address {text} not null,
  joined_on {date} not null
) {strict};

create table refnet_person (
  id {pk},
  lineage_token {bytes} not null unique,
  inner_id {bytes} not null,
  registered_at {ts} not null
) {strict};

create table refnet_code (
  id {pk},
  institution {key} not null,
  code_token {bytes} not null unique,
  person_id {int} not null,
  issued_at {ts} not null
) {strict};
create index refnet_code_person on refnet_code (person_id);

-- request: the asker's 機関コード and its id of the inquiry. The same request never makes a second permit.
create table refnet_passage (
  id {pk},
  request {key} not null unique,
  permit_no {key} not null unique,
  asker {key} not null,
  provider {key} not null,
  state {key} not null,
  due {ts},
  person_id {int},
  asked_at {ts} not null,
  machine {bytes} not null
) {strict};
create index refnet_passage_due on refnet_passage (due);

create table refnet_record (
  id {pk},
  permit_no {key} not null unique,
  person_id {int},
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
  mode {key} not null,
  shown {bool} not null
) {strict};
-- A person's list is read by this index alone: a record that is not shown is not touched, and takes no time.
create index refnet_record_shown on refnet_record (person_id, shown, asked_at);
create index refnet_record_asked on refnet_record (asked_at);

create table refnet_removal (
  id {pk},
  permit_no {key} not null unique,
  digest {bytes} not null,
  kept_until {date} not null,
  removed_on {date} not null
) {strict};

create table refnet_outgoing (
  id {pk},
  receiver {key} not null,
  body {bytes} not null,
  attempts {int} not null,
  due {ts} not null,
  created_at {ts} not null
) {strict};
create index refnet_outgoing_due on refnet_outgoing (due);

create table refnet_portal (
  id {pk},
  token {bytes} not null unique,
  person_id {int} not null,
  made_at {ts} not null
) {strict};

create table refnet_notice (
  id {pk},
  reference {key} not null,
  person_id {int} not null,
  institution {key} not null,
  body {bytes} not null,
  posted_at {ts} not null
) {strict};
create unique index refnet_notice_once on refnet_notice (institution, reference);
create index refnet_notice_person on refnet_notice (person_id);
