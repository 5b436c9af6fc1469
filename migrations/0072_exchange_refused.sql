-- 副本の登録: what the gateway refused is looked for by itself; an index over every state cost each registration more than it gave.

drop index exchange_copy_state;
create index exchange_copy_refused on exchange_copy (id) where state = '登録できません';
