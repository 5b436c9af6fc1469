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
