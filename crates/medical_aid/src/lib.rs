//! Medical aid of the city: 子ども医療 now, 障害者医療 and ひとり親家庭医療 beside it later.

pub mod child;
