-- 名寄せの判断の履歴: every answer to a question, so that one which is taken back stays on record.

create table hub_answer (
  id {pk},
  question_id {int} not null,
  state {text} not null,
  note {text},
  decided_by {text} not null,
  decided_at {ts} not null,
  seq {int} not null
) {strict};
create index hub_answer_question on hub_answer (question_id);
create index hub_outsider_kana on hub_outsider (kana);
create index hub_outsider_name on hub_outsider (name);
