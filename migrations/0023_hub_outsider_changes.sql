-- What a programme entered and changed, in order of the commits: other systems fetch it behind the last one they know.
create index hub_outsider_changes on hub_outsider (programme, seq, id);
