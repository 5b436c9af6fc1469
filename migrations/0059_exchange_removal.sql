-- 保存期間の満了: what remains of 情報提供等記録 and inquiries of the city after their time. Names nobody.

create table exchange_removal (
  id {pk},
  kind {key} not null,
  number {key} not null,
  digest {text} not null,
  kept_until {date} not null,
  removed_on {date} not null
) {strict};
create unique index exchange_removal_once on exchange_removal (kind, number);
create index exchange_inquiry_asked on exchange_inquiry (asked_at);
