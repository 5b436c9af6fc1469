-- Payments: what is owed to whom, the runs that pay it, and what the bank returned.

create table payments_payment (
  id {pk},
  origin {key} not null,
  attempt {int} not null,
  title {text} not null,
  office {text} not null,
  purpose {text} not null,
  subject {int},
  payee {text} not null,
  account {bytes} not null,
  account_token {bytes} not null,
  amount {int} not null,
  due {date},
  state {text} not null,
  transfer_id {int},
  paid_on {date},
  returned_on {date},
  return_reason {text},
  created_at {ts} not null
) {strict};
create unique index payments_payment_once on payments_payment (origin, attempt);
create index payments_payment_state on payments_payment (office, state);
create index payments_payment_transfer on payments_payment (transfer_id);

create table payments_transfer (
  id {pk},
  number {key} not null unique,
  office {text} not null,
  pay_on {date} not null,
  count {int} not null,
  total {int} not null,
  state {text} not null,
  file_id {int},
  approved_by {text},
  created_at {ts} not null
) {strict};

create table payments_demand (
  id {pk},
  origin {key} not null unique,
  title {text} not null,
  office {text} not null,
  purpose {text} not null,
  subject {int} not null,
  debtor {text} not null,
  amount {int} not null,
  received {int} not null,
  reason {text} not null,
  article {text} not null,
  document_no {text} not null,
  own_notice {bool} not null,
  decided_on {date} not null,
  due {date} not null,
  state {text} not null,
  closed_on {date},
  created_at {ts} not null
) {strict};
create index payments_demand_state on payments_demand (office, state);

create table payments_income (
  id {pk},
  demand_id {int} not null,
  received_on {date} not null,
  amount {int} not null,
  channel {text} not null,
  entered_by {text} not null,
  entered_at {ts} not null
) {strict};
create index payments_income_demand on payments_income (demand_id);
