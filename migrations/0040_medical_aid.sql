-- 子ども医療費助成: entitlement, cards, evidence, decisions, reimbursement.

create table medical_aid_recipient (
  id {pk},
  subject {int} not null,
  atena_no {key} not null,
  approval {text} not null,
  recipient_no {key} not null,
  bearer_no {text} not null,
  status {text} not null,
  cancelled_on {date},
  acquired_on {date} not null,
  acquired_reason {text} not null,
  suspended_on {date},
  suspend_reason {text},
  resumed_on {date},
  resume_reason {text},
  last_valid_day {date},
  lost_on {date},
  lost_reason {text},
  notified_on {date} not null,
  reception_ward {text} not null,
  changed_on {date} not null,
  change_reason {text} not null,
  eligible_from {date} not null,
  eligible_to {date},
  age_limit_on {date},
  judgement {text} not null,
  kana {text} not null,
  name {text} not null,
  birth {text} not null,
  birth_earliest {date} not null,
  birth_latest {date} not null,
  sex {text} not null,
  ward {text},
  guardian_no {text},
  decision_id {int},
  valid_from {date} not null,
  valid_to {date},
  seq {int} not null,
  recorded_at {ts} not null,
  superseded_seq {int}
) {strict};
create index medical_aid_recipient_atena on medical_aid_recipient (atena_no);
create index medical_aid_recipient_no on medical_aid_recipient (recipient_no);
create index medical_aid_recipient_status on medical_aid_recipient (superseded_seq, status);

create table medical_aid_share (
  id {pk},
  subject {int} not null,
  atena_no {key} not null,
  share {text} not null,
  valid_from {date} not null,
  valid_to {date},
  decision_id {int},
  seq {int} not null,
  recorded_at {ts} not null,
  superseded_seq {int}
) {strict};
create index medical_aid_share_atena on medical_aid_share (atena_no);

create table medical_aid_card (
  id {pk},
  subject {int} not null,
  atena_no {key} not null,
  recipient_no {key} not null,
  bearer_no {text} not null,
  form_kind {text} not null,
  reissue {text} not null,
  issue_kind {text} not null,
  issue_reason {text} not null,
  valid_from {date} not null,
  valid_to {date} not null,
  issued_on {date} not null,
  collected_on {date},
  collected_how {text},
  collected_ward {text},
  processed_on {date} not null,
  decision_id {int},
  file_id {int},
  seq {int} not null,
  recorded_at {ts} not null
) {strict};
create index medical_aid_card_atena on medical_aid_card (atena_no);
create index medical_aid_card_until on medical_aid_card (valid_to);

create table medical_aid_application (
  id {pk},
  subject {int} not null,
  atena_no {key} not null,
  document_no {text} not null,
  guardian_no {text} not null,
  guardian_subject {int} not null,
  applied_on {date} not null,
  reception_ward {text} not null,
  reception_kind {text} not null,
  consent {bool} not null,
  account {bytes},
  account_token {bytes},
  state {text} not null,
  decision_id {int},
  seq {int} not null,
  recorded_at {ts} not null
) {strict};
create index medical_aid_application_atena on medical_aid_application (atena_no);
create index medical_aid_application_state on medical_aid_application (state);

create table medical_aid_school_leave (
  id {pk},
  subject {int} not null,
  atena_no {key} not null,
  filed_on {date} not null,
  school {text} not null,
  guardian_in_city {bool},
  valid_from {date} not null,
  valid_to {date},
  seq {int} not null,
  recorded_at {ts} not null,
  superseded_seq {int}
) {strict};
create index medical_aid_school_leave_atena on medical_aid_school_leave (atena_no);

create table medical_aid_notice (
  id {pk},
  subject {int} not null,
  atena_no {key} not null,
  change {text} not null,
  effective {date} not null,
  notified {date} not null,
  planned {date},
  row_after {int},
  reason {text} not null,
  received_at {ts} not null,
  state {text} not null,
  decision_id {int}
) {strict};
create index medical_aid_notice_atena on medical_aid_notice (atena_no);

create table medical_aid_insurance (
  id {pk},
  subject {int} not null,
  atena_no {key} not null,
  cancelled_on {date},
  insurer_no {text} not null,
  symbol {text} not null,
  insured_no {text} not null,
  insured_name {text} not null,
  relation {text} not null,
  valid_from {date} not null,
  valid_to {date},
  lost_on {date},
  special_disease_on {date},
  additional {bool} not null,
  insurer_name {text} not null,
  insurer_town_code {text},
  insurer_postal {text},
  insurer_address {text},
  insurer_lot {text},
  insurer_building {text},
  insurer_phone {text},
  class {text} not null,
  additional_from {date},
  additional_to {date},
  additional_note {text},
  rebate {bool} not null,
  rebate_from {date},
  rebate_to {date},
  rebate_note {text},
  checked_on {date} not null,
  seq {int} not null,
  recorded_at {ts} not null,
  superseded_seq {int}
) {strict};
create index medical_aid_insurance_atena on medical_aid_insurance (atena_no);

create table medical_aid_income (
  id {pk},
  subject {int} not null,
  atena_no {key} not null,
  guardian_no {text} not null,
  fiscal_year {int} not null,
  basis {text} not null,
  role {text} not null,
  net {int} not null,
  income_limit {int} not null,
  sign {text} not null,
  total {int} not null,
  short_term {int} not null,
  long_term {int} not null,
  futures {int} not null,
  forestry {int} not null,
  retirement {int} not null,
  other {int} not null,
  short_term_deduction {int} not null,
  long_term_deduction {int} not null,
  net_loss {int} not null,
  casualty_loss {int} not null,
  residence_loss {int} not null,
  futures_loss {int} not null,
  income_sum {int} not null,
  disabled {text},
  widowed {text},
  working_student {bool} not null,
  own_disability {int} not null,
  own_special_disability {int} not null,
  widow {int} not null,
  single_parent {int} not null,
  student {int} not null,
  disabled_dependants {int} not null,
  specially_disabled_dependants {int} not null,
  disability {int} not null,
  special_disability {int} not null,
  casualty {int} not null,
  medical {int} not null,
  mutual_aid {int} not null,
  deductions {int} not null,
  spouse {bool} not null,
  elderly_dependants {int} not null,
  other_dependants {int} not null,
  checked_on {date} not null,
  seq {int} not null,
  recorded_at {ts} not null,
  superseded_seq {int}
) {strict};
create index medical_aid_income_atena on medical_aid_income (atena_no);

create table medical_aid_relief (
  id {pk},
  subject {int} not null,
  atena_no {key} not null,
  kind {text} not null,
  law_code {text},
  bearer_no {text},
  other_recipient_no {text},
  checked_on {date} not null,
  valid_from {date} not null,
  valid_to {date},
  seq {int} not null,
  recorded_at {ts} not null,
  superseded_seq {int}
) {strict};
create index medical_aid_relief_atena on medical_aid_relief (atena_no);

create table medical_aid_inquiry (
  id {pk},
  subject {int} not null,
  atena_no {key} not null,
  topic {text} not null,
  checked_on {date} not null,
  how {text} not null,
  seq {int} not null,
  recorded_at {ts} not null,
  superseded_seq {int}
) {strict};
create index medical_aid_inquiry_atena on medical_aid_inquiry (atena_no);

create table medical_aid_decision (
  id {pk},
  subject {int} not null,
  atena_no {key} not null,
  kind {text} not null,
  outcome {text} not null,
  document_no {text} not null,
  decided_on {date} not null,
  decided_by {text} not null,
  drafted_by {text} not null,
  period_from {date},
  period_to {date},
  amount {int},
  origin {text},
  review {text} not null,
  seq {int} not null,
  recorded_at {ts} not null
) {strict};
create index medical_aid_decision_atena on medical_aid_decision (atena_no);

create table medical_aid_reason (
  id {pk},
  decision_id {int} not null,
  no {int} not null,
  title {text} not null,
  verdict {text} not null,
  verdict_ja {text},
  detail {text} not null,
  article {text} not null
) {strict};
create index medical_aid_reason_decision on medical_aid_reason (decision_id);

create table medical_aid_fact_used (
  id {pk},
  decision_id {int} not null,
  reason_no {int} not null,
  register {key} not null,
  row_key {key} not null,
  label {text} not null
) {strict};
create index medical_aid_fact_used_decision on medical_aid_fact_used (decision_id);
create index medical_aid_fact_used_row on medical_aid_fact_used (register, row_key);

create table medical_aid_step (
  id {pk},
  decision_id {int} not null,
  no {int} not null,
  label {text} not null,
  formula {text} not null,
  amount {int},
  article {text} not null,
  param {text}
) {strict};
create index medical_aid_step_decision on medical_aid_step (decision_id);

create table medical_aid_claim (
  id {pk},
  subject {int} not null,
  atena_no {key} not null,
  approval {text} not null,
  aid_kind {text} not null,
  scheme_kind {text} not null,
  law_code {text} not null,
  notice_to {text} not null,
  applicant_no {text} not null,
  applicant_subject {int} not null,
  applicant_name {text} not null,
  claimed_on {date} not null,
  decided_month {int},
  pay_due {date},
  pay_method {text} not null,
  account {bytes},
  account_token {bytes},
  insurance_id {int},
  burden_ratio {text} not null,
  receipt_on {date} not null,
  total_cost {int} not null,
  own_charge {int} not null,
  copay {int},
  additional_state {text} not null,
  additional {int},
  high_cost_state {text} not null,
  high_cost {int},
  granted {int},
  paid_total {int},
  share {text},
  ward {text},
  reception_ward {text} not null,
  state {text} not null,
  reception_kind {text} not null,
  refuse_code {text},
  counter_form {text} not null,
  recipient_no {key} not null,
  returned {bool} not null,
  claim_month {int} not null,
  document_no {text} not null,
  hold_reason {text},
  decision_id {int},
  payment_id {int},
  seq {int} not null,
  recorded_at {ts} not null
) {strict};
create index medical_aid_claim_atena on medical_aid_claim (atena_no);
create index medical_aid_claim_state on medical_aid_claim (state);

create table medical_aid_claim_line (
  id {pk},
  claim_id {int} not null,
  care_kind {text} not null,
  care_month {int} not null,
  inpatient {bool} not null,
  care_from {date} not null,
  care_to {date} not null,
  day_count {int} not null,
  visit_days {int} not null,
  institution {text} not null,
  institution_name {text} not null,
  charge {int} not null,
  daily {bool} not null,
  meal_kind {text},
  meal_unit {int},
  meal_count {int},
  meals {int} not null,
  uninsured {int} not null
) {strict};
create index medical_aid_claim_line_claim on medical_aid_claim_line (claim_id);

create table medical_aid_claim_visit (
  id {pk},
  line_id {int} not null,
  day {date} not null,
  charge {int} not null
) {strict};
create index medical_aid_claim_visit_line on medical_aid_claim_visit (line_id);

create table medical_aid_insurer_notice (
  id {pk},
  claim_id {int} not null,
  kind {text} not null,
  amount {int} not null,
  notice_no {text} not null,
  noticed_on {date} not null,
  seq {int} not null,
  recorded_at {ts} not null
) {strict};
create index medical_aid_insurer_notice_claim on medical_aid_insurer_notice (claim_id);

create table medical_aid_month_refund (
  id {pk},
  subject {int} not null,
  atena_no {key} not null,
  recipient_no {key} not null,
  care_month {int} not null,
  paid {int} not null,
  excess {int} not null,
  granted {int} not null,
  state {text} not null,
  decision_id {int}
) {strict};
create unique index medical_aid_month_refund_once on medical_aid_month_refund (recipient_no, care_month);
