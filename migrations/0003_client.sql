-- 庁内連携: other systems of the city that call by themselves, and the tokens they were given.

create table platform_client (
  id {key} primary key,
  name {text} not null,
  programme {text} not null,
  office {text} not null,
  scopes {text} not null,
  secret {bytes} not null,
  active_from {date} not null,
  active_to {date}
) {strict};

-- Only a hash is kept, and only as long as the token lives.
create table platform_token (
  id {pk},
  hash {bytes} not null unique,
  client {key} not null,
  scopes {text} not null,
  expires_at {ts} not null
) {strict};
create index platform_token_age on platform_token (expires_at);

-- An assertion proves a client once.
create table platform_assertion (
  hash {bytes} primary key,
  expires_at {ts} not null
) {strict};
create index platform_assertion_age on platform_assertion (expires_at);
