-- People whom the city has deleted: a keyed token and a hash, no number. Nothing of them is taken again.

create table gateway_gone (
  id {pk},
  person_token {bytes} not null unique,
  digest {text} not null,
  removed_rows {int} not null,
  removed_on {date} not null
) {strict};
