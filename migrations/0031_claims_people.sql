-- Receipts of a person: asked for when a link of theirs is found to be wrong.

create index claims_receipt_subject on claims_receipt (subject) where subject is not null;
