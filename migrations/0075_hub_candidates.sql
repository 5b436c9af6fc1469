-- 名寄せ looks for 住登外者 by address as well: of somebody whose birth date is unknown it says more than the date.

create index hub_outsider_address on hub_outsider (address);
