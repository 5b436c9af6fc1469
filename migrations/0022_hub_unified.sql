-- 統合宛名フラグ: which of the numbers under a 団番 stands for the person.

alter table hub_link add column unified {bool} not null default false;
update hub_link set unified = true where superseded_seq is null and dan_no is not null and id = (
  select l.id from hub_link l where l.dan_no = hub_link.dan_no and l.superseded_seq is null
  order by case when l.programme = 'juki' then 0 else 1 end, l.id limit 1
);
