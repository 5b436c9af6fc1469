-- 照会側不開示: derived when a question is entered, from the people whom it concerns.

alter table exchange_inquiry add column undisclosed {bool} not null default false;
