-- Receipts of a month: files, receipts, checks, findings, bills and the sending back.

create table claims_file (
  id {pk},
  month {int} not null,
  sender {int} not null,
  name {text} not null,
  sha256 {bytes} not null unique,
  size {int} not null,
  file_id {int} not null,
  state {text} not null,
  receipts {int} not null,
  points {int} not null,
  warnings {int} not null,
  message {text} not null,
  job_id {int},
  received_at {ts} not null
) {strict};
create index claims_file_month on claims_file (month, state);

create table claims_receipt (
  id {pk},
  file_id {int} not null,
  position {int} not null,
  month {int} not null,
  sender {int} not null,
  fiscal_year {int} not null,
  management_no {text} not null,
  search_no {text} not null,
  institution {text} not null,
  institution_local {text} not null,
  institution_name {text} not null,
  table_code {int} not null,
  kind {int} not null,
  inpatient {bool} not null,
  care_month {int} not null,
  claim_month {int} not null,
  care_from {date},
  care_to {date},
  visit_days {int} not null,
  day_count {int},
  bearer_no {text} not null,
  law_code {text} not null,
  scheme_kind {text} not null,
  recipient_no {text} not null,
  name {text} not null,
  birth {date},
  sex {int},
  insurer_no {text} not null,
  insurer_kind {text} not null,
  symbol {text} not null,
  insured_no {text} not null,
  patient_class {text} not null,
  benefit_rate {int},
  points {int} not null,
  cost {int} not null,
  copay {int},
  meal_count {int},
  meal_amount {int},
  city_share {int} not null,
  subject {int},
  result {text} not null,
  raw {bytes} not null
) {strict};
create unique index claims_receipt_position on claims_receipt (file_id, position);
create index claims_receipt_month on claims_receipt (month, sender);
create index claims_receipt_recipient on claims_receipt (recipient_no, care_month);
create index claims_receipt_management on claims_receipt (management_no);

create table claims_check (
  id {pk},
  month {int} not null,
  kind {text} not null,
  ran {bool} not null,
  judged {int} not null,
  skipped {int} not null,
  found {int} not null,
  run_at {ts} not null
) {strict};
create unique index claims_check_month on claims_check (month, kind);

create table claims_finding (
  id {pk},
  month {int} not null,
  receipt_id {int} not null,
  kind {text} not null,
  severity {text} not null,
  text_ja {text} not null,
  reason_code {int},
  amount {int} not null,
  state {text} not null,
  route {text},
  scope {text},
  sent_month {int},
  sent_on {date},
  document_no {text},
  closed_month {int},
  note {text}
) {strict};
create unique index claims_finding_once on claims_finding (receipt_id, kind);
create index claims_finding_month on claims_finding (month, state);

create table claims_bill (
  id {pk},
  month {int} not null,
  sender {int} not null,
  count {int} not null,
  amount {int} not null,
  fee_count {int} not null,
  fee_amount {int} not null,
  due {date} not null,
  state {text} not null,
  entered_by {text} not null,
  entered_at {ts} not null
) {strict};
create unique index claims_bill_once on claims_bill (month, sender);

create table claims_correction (
  id {pk},
  bill_id {int} not null,
  management_no {text} not null,
  amount {int} not null,
  reason {text} not null,
  receipt_id {int},
  finding_id {int}
) {strict};
create index claims_correction_bill on claims_correction (bill_id);
create index claims_correction_receipt on claims_correction (receipt_id);

create table claims_month_copay (
  id {pk},
  bearer_no {text} not null,
  recipient_no {text} not null,
  care_month {int} not null,
  paid {int} not null,
  excess {int} not null,
  settled {int} not null,
  computed_at {ts} not null
) {strict};
create unique index claims_month_copay_once on claims_month_copay (bearer_no, recipient_no, care_month);

create table claims_master (
  id {pk},
  kind {text} not null,
  valid_from {date} not null,
  name {text} not null,
  sha256 {bytes} not null unique,
  file_id {int} not null,
  rows {int} not null,
  state {text} not null,
  message {text} not null,
  job_id {int},
  imported_by {text} not null,
  imported_at {ts} not null
) {strict};
create index claims_master_kind on claims_master (kind, state, valid_from);

create table claims_master_name (
  id {pk},
  master_id {int} not null,
  kind {text} not null,
  code {int} not null,
  name {text} not null,
  unit {text} not null
) {strict};
create index claims_master_name_code on claims_master_name (kind, code, master_id);
create index claims_master_name_master on claims_master_name (master_id);
