//! All SQL of the hub.

use crate::model::{FormerNumber, JUKI, Link, Person};
use const_format::concatcp;
use kernel::ident::{AtenaNo, DanNo};
use platform::db::{DbError, Tx};
use platform::params;

platform::statements! {
    /// The person with a 個人番号.
    BY_TOKEN = concatcp!(Person::SELECT, " where number_token = $1");
    /// The person with a 団番.
    BY_DAN = concatcp!(Person::SELECT, " where dan_no = $1");
    /// The present 個人番号 of a person.
    SET_TOKEN = "update hub_person set number_token = $2 where dan_no = $1";
    /// Former numbers of a person.
    FORMER = concatcp!(FormerNumber::SELECT, " where dan_no = $1 order by id");
    /// Whose former number is it?
    FORMER_TOKEN = concatcp!(FormerNumber::SELECT, " where number_token = $1 limit 1");
    /// A programme's number.
    LINK = concatcp!(Link::SELECT, " where programme = $1 and number = $2");
    /// Links of a 宛名番号.
    OF_ATENA = concatcp!(Link::SELECT, " where atena_no = $1 order by id");
    /// 宛名番号 of the registry that share a 団番.
    RESIDENTS_OF_DAN = "select count(*) as n from hub_link where dan_no = $1 and programme = $2";
    /// 団番 of a programme's person.
    DAN_OF = "select dan_no from hub_link where programme = $1 and atena_no = $2 and dan_no is not null limit 1";
    /// Gives all waiting links of a 宛名番号 their 団番.
    ATTACH = "update hub_link set dan_no = $2 where atena_no = $1 and dan_no is null";
    /// Gives all waiting links whose 宛名番号 has a 団番 theirs.
    ATTACH_ALL = "update hub_link set dan_no = (select j.dan_no from hub_link j where j.programme = $1 and j.number = hub_link.atena_no) where dan_no is null";
    /// How many people have a 団番.
    PEOPLE = "select count(*) as n from hub_person";
    /// How many 個人番号 were changed.
    CHANGES = "select count(*) as n from hub_former_number";
    /// Links of each programme, and how many of them have a 団番.
    COUNTS = "select programme, count(*) as n, count(dan_no) as joined from hub_link group by programme order by programme";
}

/// Links of one programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    pub programme: String,
    pub links: i64,
    pub joined: i64,
}

pub async fn by_token(tx: &mut Tx, token: &[u8]) -> Result<Option<Person>, DbError> {
    tx.first(BY_TOKEN, params![token]).await?.map(|r| Person::read(&r)).transpose()
}

pub async fn by_dan(tx: &mut Tx, dan_no: &DanNo) -> Result<Person, DbError> {
    Person::read(&tx.one(BY_DAN, params![dan_no]).await?)
}

pub async fn set_token(tx: &mut Tx, dan_no: &DanNo, token: &[u8]) -> Result<(), DbError> {
    tx.run(SET_TOKEN, params![dan_no, token]).await.map(|_| ())
}

pub async fn former(tx: &mut Tx, dan_no: &DanNo) -> Result<Vec<FormerNumber>, DbError> {
    tx.all(FORMER, params![dan_no]).await?.iter().map(FormerNumber::read).collect()
}

pub async fn was_somebodys(tx: &mut Tx, token: &[u8]) -> Result<bool, DbError> {
    Ok(tx.first(FORMER_TOKEN, params![token]).await?.is_some())
}

pub async fn link(tx: &mut Tx, programme: &str, number: &str) -> Result<Option<Link>, DbError> {
    tx.first(LINK, params![programme, number]).await?.map(|r| Link::read(&r)).transpose()
}

pub async fn links(tx: &mut Tx, atena_no: &AtenaNo) -> Result<Vec<Link>, DbError> {
    tx.all(OF_ATENA, params![atena_no]).await?.iter().map(Link::read).collect()
}

pub async fn residents_of(tx: &mut Tx, dan_no: &DanNo) -> Result<i64, DbError> {
    tx.one(RESIDENTS_OF_DAN, params![dan_no, JUKI]).await?.get("n")
}

pub async fn dan_of(tx: &mut Tx, programme: &str, atena_no: &AtenaNo) -> Result<Option<DanNo>, DbError> {
    tx.first(DAN_OF, params![programme, atena_no]).await?.map(|r| r.get("dan_no")).transpose()
}

pub async fn attach(tx: &mut Tx, atena_no: &AtenaNo, dan_no: &DanNo) -> Result<(), DbError> {
    tx.run(ATTACH, params![atena_no, dan_no]).await.map(|_| ())
}

pub async fn attach_all(tx: &mut Tx) -> Result<(), DbError> {
    tx.run(ATTACH_ALL, params![JUKI]).await.map(|_| ())
}

pub async fn people(tx: &mut Tx) -> Result<i64, DbError> {
    tx.one(PEOPLE, vec![]).await?.get("n")
}

pub async fn changes(tx: &mut Tx) -> Result<i64, DbError> {
    tx.one(CHANGES, vec![]).await?.get("n")
}

pub async fn counts(tx: &mut Tx) -> Result<Vec<Count>, DbError> {
    let rows = tx.all(COUNTS, vec![]).await?;
    rows.iter().map(|r| Ok(Count { programme: r.get("programme")?, links: r.get("n")?, joined: r.get("joined")? })).collect()
}
