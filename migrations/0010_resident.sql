-- 住民記録: bitemporal snapshots of people, their secret numbers, search tokens, 支援措置 and issued papers.

create table resident_person (
  id {pk},
  atena_no {key} not null,
  rireki_no {int} not null,
  valid_from {date} not null,
  valid_to {date},
  seq {int} not null,
  recorded_at {ts} not null,
  superseded_seq {int},
  setai_no {key} not null,
  changed_on {date} not null,
  notified_on {date} not null,
  change_reason {text} not null,
  resident_kind {text} not null,
  town_code {text},
  banchi {text},
  edaban {text},
  koedaban {text},
  address {text} not null,
  building {text},
  postal_code {text},
  elementary {text},
  junior_high {text},
  kana {text} not null,
  name {text} not null,
  maiden_name {text},
  birth {text} not null,
  birth_earliest {date} not null,
  birth_latest {date} not null,
  sex {text} not null,
  relation {text} not null,
  resident_on {date} not null,
  resident_notified_on {date},
  resident_reason {text} not null,
  removed_on {date},
  removed_notified_on {date},
  removed_reason {text},
  koseki_head {text},
  domicile {text},
  alias_kana {text},
  alias {text},
  latin_kana {text},
  latin_name {text},
  katakana_name {text},
  nationality {text},
  residence_status {text},
  residence_kind {text},
  residence_term {text},
  residence_until {date},
  card_no {text},
  previous_address {text},
  planned_to_address {text},
  planned_move_out {date},
  planned_notified_on {date},
  confirmed_to_address {text},
  confirmed_on {date},
  confirmed_notice_on {date},
  head_name {text} not null,
  head_latin_name {text},
  nhi {bool},
  pension_kind {text},
  pension_from {date},
  ward {text},
  sub_name {text},
  sub_name_purpose {text},
  mailing_address {text},
  mailing_until {date},
  mailing_purpose {text}
) {strict};
create index resident_person_number on resident_person (atena_no, superseded_seq);
create index resident_person_household on resident_person (setai_no);
create index resident_person_birth on resident_person (birth_earliest);

-- 個人番号, 住民票コード, 基礎年金番号: sealed, found by keyed tokens.
create table resident_secret (
  id {pk},
  atena_no {key} not null,
  kind {text} not null,
  sealed {bytes} not null,
  token {bytes} not null,
  seq {int} not null,
  superseded_seq {int}
) {strict};
create index resident_secret_person on resident_secret (atena_no, kind);
create index resident_secret_token on resident_secret (kind, token);

create table resident_token (
  kind {text} not null,
  token {key} not null,
  atena_no {key} not null,
  primary key (kind, token, atena_no)
) {clustered};
create index resident_token_person on resident_token (atena_no, kind, token);

create table resident_protection (
  id {pk},
  atena_no {key} not null,
  state {text} not null,
  ground {text} not null,
  opponent {text},
  from_on {date} not null,
  until_on {date} not null,
  ended_on {date},
  end_reason {text},
  case_id {int},
  recorded_at {ts} not null
) {strict};
create index resident_protection_person on resident_protection (atena_no);

create table resident_certificate (
  id {pk},
  number {key} not null unique,
  atena_no {key} not null,
  requester {text} not null,
  items {text} not null,
  fee {int} not null,
  outcome {text} not null,
  file_id {int},
  case_id {int},
  issued_by {text} not null,
  issued_at {ts} not null
) {strict};
