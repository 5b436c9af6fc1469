-- The platform's own tables: staff, sessions, cases, subjects, commands, drafts, tasks, jobs, outbox, files.

create table platform_counter (
  name {key} primary key,
  value {int} not null
) {strict};

-- One row per unit of work that changes records. Its number is what 知り得た日 compares.
create table platform_commit (
  id {pk},
  at {ts} not null,
  staff_no {text} not null,
  case_id {int},
  screen {text} not null
) {strict};

-- Idempotency: a command that was stored once answers the same for ever.
create table platform_command (
  key {key} primary key,
  staff_no {text} not null,
  outcome {text} not null,
  at {ts} not null
) {strict};

create table platform_staff (
  id {pk},
  staff_no {key} not null unique,
  name {text} not null,
  password_hash {text} not null,
  must_change {bool} not null,
  failures {int} not null,
  locked_until {ts},
  active_from {date} not null,
  active_to {date}
) {strict};

-- 所属と兼務: a person may hold several posts and acts in one of them.
create table platform_post (
  id {pk},
  staff_no {key} not null,
  office {text} not null,
  rank {int} not null,
  roles {text} not null,
  ward {text},
  active_from {date} not null,
  active_to {date}
) {strict};
create index platform_post_staff on platform_post (staff_no);

create table platform_session (
  token {bytes} primary key,
  staff_no {text} not null,
  post_id {int},
  purpose {text},
  case_id {int},
  terminal {text} not null,
  csrf {text} not null,
  started_at {ts} not null,
  seen_at {ts} not null,
  locked {bool} not null
) {strict};

create table platform_case (
  id {pk},
  number {key} not null unique,
  purpose {text} not null,
  ground {text} not null,
  title {text} not null,
  office {text} not null,
  opened_by {text} not null,
  opened_at {ts} not null,
  closed_at {ts}
) {strict};

create table platform_case_subject (
  case_id {int} not null,
  subject {int} not null,
  added_at {ts} not null,
  primary key (case_id, subject)
) {strict};
create index platform_case_subject_person on platform_case_subject (subject);

-- The permanent id of a person in the log. 宛名番号 leads to it; the hub will link others.
create table platform_subject (
  id {pk},
  atena_no {key} not null unique
) {strict};

create table platform_data_key (
  owner {key} primary key,
  wrapped {bytes} not null
) {strict};

-- 支援措置 as the disclosure gate sees it: one flag in one place.
create table platform_protection (
  subject {int} primary key,
  state {text} not null,
  changed_at {ts} not null
) {strict};

-- A two-person release of a protected person's location for one case, which locks again by itself.
create table platform_release (
  id {pk},
  subject {int} not null,
  case_id {int} not null,
  first_staff {text} not null,
  second_staff {text} not null,
  until {ts} not null
) {strict};
create index platform_release_subject on platform_release (subject, case_id);

create table platform_draft (
  id {pk},
  case_id {int} not null,
  act {text} not null,
  title {text} not null,
  office {text} not null,
  purpose {text} not null,
  payload {bytes} not null,
  version {int} not null,
  rank {int} not null,
  rule_ja {text} not null,
  state {text} not null,
  author {text} not null,
  author_name {text} not null,
  authored_at {ts} not null,
  decided_by {text},
  decided_name {text},
  decided_at {ts},
  note {text}
) {strict};
create index platform_draft_open on platform_draft (office, state);
create index platform_draft_case on platform_draft (case_id);

create table platform_draft_subject (
  draft_id {int} not null,
  subject {int} not null,
  primary key (draft_id, subject)
) {strict};
create index platform_draft_subject_person on platform_draft_subject (subject);

-- One clerk edits a person at a time.
create table platform_edit_lock (
  subject {int} primary key,
  staff_no {text} not null,
  staff_name {text} not null,
  case_id {int} not null,
  since {ts} not null
) {strict};

-- 受付・処理待ち: rows are nameless; the subject becomes visible with the case that claiming opens.
create table platform_task (
  id {pk},
  office {text} not null,
  purpose {text} not null,
  kind {text} not null,
  title {text} not null,
  subject {int},
  reference {text},
  due {date},
  state {text} not null,
  claimed_by {text},
  case_id {int},
  created_at {ts} not null,
  done_at {ts}
) {strict};
create index platform_task_open on platform_task (office, state);
create unique index platform_task_reference on platform_task (kind, reference);

create table platform_job (
  id {pk},
  kind {text} not null,
  title {text} not null,
  office {text} not null,
  purpose {text} not null,
  case_id {int} not null,
  staff_no {text} not null,
  staff_name {text} not null,
  payload {bytes} not null,
  state {text} not null,
  done {int} not null,
  total {int} not null,
  message {text} not null,
  cancel {bool} not null,
  fence {int} not null,
  created_at {ts} not null,
  started_at {ts},
  updated_at {ts} not null
) {strict};
create index platform_job_state on platform_job (state);

create table platform_outbox (
  id {pk},
  topic {text} not null,
  payload {bytes} not null,
  at {ts} not null
) {strict};

create table platform_cursor (
  subscription {key} primary key,
  last_id {int} not null
) {strict};

-- Stored documents and received files, sealed in pieces.
create table platform_file (
  id {pk},
  name {text} not null,
  mime {text} not null,
  size {int} not null,
  sha256 {bytes} not null,
  case_id {int},
  created_at {ts} not null
) {strict};
create table platform_file_piece (
  file_id {int} not null,
  piece {int} not null,
  body {bytes} not null,
  primary key (file_id, piece)
) {strict};
