-- 情報連携 on the city's side: consents, inquiries, 正本 of other systems, what the gateway has of 正本, records.

create table exchange_consent (
  id {pk},
  atena_no {key} not null,
  dan_no {key} not null,
  procedure_code {key} not null,
  data_set {key} not null,
  given_on {date} not null,
  until {date},
  evidence {text} not null,
  recorded_by {text} not null,
  recorded_at {ts} not null,
  sent_at {ts},
  seq {int} not null
) {strict};
create index exchange_consent_person on exchange_consent (atena_no);
create index exchange_consent_waiting on exchange_consent (id) where sent_at is null;

create table exchange_inquiry (
  id {pk},
  request {key} not null,
  programme {key} not null,
  office {key} not null,
  atena_no {key} not null,
  dan_no {key} not null,
  made_for {key},
  provider {key} not null,
  procedure_code {key} not null,
  data_set {key} not null,
  items {text} not null,
  record_key {text},
  state {key} not null,
  reason {text},
  asked_by {text} not null,
  asked_at {ts} not null,
  checked_at {ts},
  answered_at {ts},
  as_of {ts},
  root {text},
  answer {bytes},
  seq {int} not null
) {strict};
create unique index exchange_inquiry_request on exchange_inquiry (request);
create index exchange_inquiry_state on exchange_inquiry (state, checked_at);
create index exchange_inquiry_office on exchange_inquiry (office, id);
create index exchange_inquiry_person on exchange_inquiry (atena_no);

create table exchange_original (
  id {pk},
  atena_no {key} not null,
  data_set {key} not null,
  version {int} not null,
  record_key {key} not null,
  published_from {date} not null,
  published_to {date},
  items {bytes} not null,
  system {text} not null,
  recorded_at {ts} not null,
  seq {int} not null
) {strict};
create unique index exchange_original_slot on exchange_original (atena_no, data_set, version, record_key);

create table exchange_intake (
  id {pk},
  name {text} not null,
  system {text} not null,
  data_set {key} not null,
  version {int} not null,
  file_id {int} not null,
  good {int} not null,
  bad {int} not null,
  problems {text} not null,
  received_by {text} not null,
  received_at {ts} not null,
  done_at {ts}
) {strict};

create table exchange_copy (
  id {pk},
  atena_no {key} not null,
  dan_no {key} not null,
  data_set {key} not null,
  version {int} not null,
  record_key {key} not null,
  serial {int} not null,
  digest {text} not null,
  state {text} not null,
  reason {text},
  sent_at {ts} not null
) {strict};
create unique index exchange_copy_slot on exchange_copy (atena_no, data_set, version, record_key);
create index exchange_copy_state on exchange_copy (data_set, state);

create table exchange_comparison (
  id {pk},
  compared_at {ts} not null,
  people {int} not null,
  records {int} not null,
  root {text} not null,
  differences {int} not null
) {strict};

create table exchange_difference (
  id {pk},
  comparison_id {int} not null,
  atena_no {key},
  dan_no {key} not null,
  data_set {key} not null,
  record_key {key} not null,
  fault {text} not null,
  item {text}
) {strict};
create index exchange_difference_comparison on exchange_difference (comparison_id);

create table exchange_record (
  id {pk},
  permit_no {key} not null,
  side {key} not null,
  atena_no {key},
  dan_no {key},
  counterpart {key} not null,
  procedure_code {key} not null,
  data_set {key} not null,
  asked_at {ts} not null,
  provided_at {ts},
  hidden {bool} not null
) {strict};
create unique index exchange_record_once on exchange_record (permit_no, side);
create index exchange_record_person on exchange_record (atena_no);
create index exchange_record_asked on exchange_record (asked_at);
