-- 情報提供等記録 get a number with every change, by which the city reads on from where it was; what waits for staff is listed whole.

alter table gateway_turn add column record_change {int} not null default 0;
alter table gateway_record add column change {int} not null default 0;
update gateway_record set change = id;
update gateway_turn set record_change = (select coalesce(max(change), 0) from gateway_record);
create index gateway_record_change on gateway_record (change);
create index gateway_provision_waiting on gateway_provision (permit_no) where state = 'HELD' or state = 'CONTENT_REGISTERED';
