-- 副本の登録状況: one row for each place at the gateway (団番, 特定個人情報, 版, 年度など), whichever 宛名番号 of the person it came from. What was
-- remembered twice of one place is forgotten but once and sent anew: nobody knows whose record arrived last.

update exchange_copy set digest = '' where exists (select 1 from exchange_copy o where o.dan_no = exchange_copy.dan_no and o.data_set = exchange_copy.data_set and o.version = exchange_copy.version and o.record_key = exchange_copy.record_key and o.id <> exchange_copy.id);
delete from exchange_copy where exists (select 1 from exchange_copy o where o.dan_no = exchange_copy.dan_no and o.data_set = exchange_copy.data_set and o.version = exchange_copy.version and o.record_key = exchange_copy.record_key and o.id > exchange_copy.id);
drop index exchange_copy_slot;
create unique index exchange_copy_place on exchange_copy (dan_no, data_set, version, record_key) where state <> '重複';
create index exchange_copy_person on exchange_copy (atena_no);
