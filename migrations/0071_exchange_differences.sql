-- 正本と副本の差異: in which version the record stands, so that what only the gateway has can be taken back there.

alter table exchange_difference add column version {int} not null default 1;
