-- Up to which change the gateway's 情報提供等記録 have been brought in: the highest number of those that are here.

alter table exchange_record add column change {int} not null default 0;
create index exchange_record_change on exchange_record (change);
