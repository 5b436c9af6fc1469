-- Answers that were called back and have not been put right: the city asks for them all the time, and there are few.

create index gateway_inquiry_rechecking on gateway_inquiry (request) where shown = '照会中';
