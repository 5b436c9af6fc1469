//! SQL of 消去: who is needed no longer, the lists of them, and what is removed.

use crate::model::{
    Answer, BatchRow, Deletion, DeletionRow, FormerNumber, Link, Outsider, Person, Question, Recall, RecallUse, Removal, Request,
};
use const_format::concatcp;
use kernel::Date;
use kernel::ident::{AtenaNo, DanNo};
use platform::Fault;
use platform::db::{DbError, Param, Row, Tx};
use platform::params;
use platform::register::{Shown, TakenOut};

const OF_PERSON: &str = " where dan_no = $1";
const OF_NUMBER: &str = " where atena_no = $1";
const QUESTIONS_WHERE: &str = " where atena_no = $1 or other_no = $1";
const ANSWERS_WHERE: &str = " where question_id in (select id from hub_question where atena_no = $1 or other_no = $1)";
const USES_WHERE: &str = " where recall_id in (select id from hub_recall where atena_no = $1)";

platform::statements! {
    /// People with a 団番 of whom every link ended before a day.
    ENDED = "select dan_no, max(ended_on) as last_on from hub_link where dan_no is not null and superseded_seq is null group by dan_no having count(*) = count(ended_on) and max(ended_on) < $1 order by dan_no";
    /// The same of 宛名番号 that never had a 団番.
    ENDED_ALONE = "select atena_no, max(ended_on) as last_on from hub_link where superseded_seq is null group by atena_no having count(dan_no) = 0 and count(*) = count(ended_on) and max(ended_on) < $1 order by atena_no";
    /// Questions about a 宛名番号 that wait for somebody.
    PENDING = "select count(*) as n from hub_question where (atena_no = $1 or other_no = $1) and state not in ('同じ人', '別の人')";
    /// Lists, the newest first.
    LISTS = concatcp!(Deletion::SELECT, " order by id desc limit 50");
    /// One list.
    LIST = concatcp!(Deletion::SELECT, " where id = $1");
    /// A list goes on, unless somebody else was faster.
    SET_LIST = "update hub_deletion set state = $2, reason = $3, decided_by = $4, decided_at = $5, finished_at = $6 where id = $1 and state = $7";
    /// How many people of a list are in each state.
    COUNTS = "select state, count(*) as n from hub_deletion_row where deletion_id = $1 group by state order by state";
    /// People of a list in a state.
    ROWS = concatcp!(DeletionRow::SELECT, " where deletion_id = $1 and state = $2 order by id limit $3");
    /// What became of a person of a list.
    SET_ROW = "update hub_deletion_row set state = $2, reason = $3, dan_no = $4, atena_no = $5 where id = $1";
    /// Proofs of a list.
    REMOVALS = concatcp!(Removal::SELECT, " where deletion_id = $1 order by id limit $2");
    /// Is anybody deleted?
    ANY_REMOVED = "select 1 as n from hub_removal limit 1";
    /// Was this number a deleted person's?
    REMOVED = "select 1 as n from hub_removal where number_token = $1";
    /// The person.
    PERSON = concatcp!(Person::SELECT, OF_PERSON);
    /// Former 個人番号.
    FORMER = concatcp!(FormerNumber::SELECT, OF_PERSON, " order by id");
    /// Links, also those that do not hold any longer.
    LINKS = concatcp!(Link::SELECT, OF_NUMBER, " order by id");
    /// Records as a 住登外者.
    OUTSIDERS = concatcp!(Outsider::SELECT, OF_NUMBER, " order by id");
    /// Questions of 名寄せ.
    QUESTIONS = concatcp!(Question::SELECT, QUESTIONS_WHERE, " order by id");
    /// Their answers.
    ANSWERS = concatcp!(Answer::SELECT, ANSWERS_WHERE, " order by id");
    /// Recalls of the person's own link.
    RECALLS = concatcp!(Recall::SELECT, OF_NUMBER, " order by id");
    /// What was called back.
    USES = concatcp!(RecallUse::SELECT, USES_WHERE, " order by id");
    /// Rows of runs over many people.
    BATCH_ROWS = concatcp!(BatchRow::SELECT, OF_NUMBER, " order by id");
    /// Numbers under which inquiries went out by file.
    REQUESTS = concatcp!(Request::SELECT, OF_PERSON, " order by id");
    /// They go.
    REQUESTS_OUT = concatcp!("delete from hub_request", OF_PERSON);
    /// The person goes.
    PERSON_OUT = concatcp!("delete from hub_person", OF_PERSON);
    /// Former numbers go.
    FORMER_OUT = concatcp!("delete from hub_former_number", OF_PERSON);
    /// Links go.
    LINKS_OUT = concatcp!("delete from hub_link", OF_NUMBER);
    /// Records as a 住登外者 go.
    OUTSIDERS_OUT = concatcp!("delete from hub_outsider", OF_NUMBER);
    /// Answers go.
    ANSWERS_OUT = concatcp!("delete from hub_answer", ANSWERS_WHERE);
    /// Questions go.
    QUESTIONS_OUT = concatcp!("delete from hub_question", QUESTIONS_WHERE);
    /// What was called back goes.
    USES_OUT = concatcp!("delete from hub_recall_use", USES_WHERE);
    /// Recalls go.
    RECALLS_OUT = concatcp!("delete from hub_recall", OF_NUMBER);
    /// A run over many people keeps its row and forgets who it was.
    BATCH_ROWS_BLANK = concatcp!("update hub_batch_row set atena_no = null, number = ''", OF_NUMBER);
}

/// Somebody whom no programme needs any longer.
pub struct Ended {
    pub dan_no: Option<DanNo>,
    /// Of a person without 団番.
    pub atena_no: Option<AtenaNo>,
    pub last_on: Date,
}

/// Everybody who was last needed before a day.
pub async fn ended(tx: &mut Tx, cutoff: Date) -> Result<Vec<Ended>, DbError> {
    let mut all = vec![];
    for row in tx.all(ENDED, params![cutoff]).await? {
        all.push(Ended { dan_no: Some(row.get("dan_no")?), atena_no: None, last_on: row.get("last_on")? });
    }
    for row in tx.all(ENDED_ALONE, params![cutoff]).await? {
        all.push(Ended { dan_no: None, atena_no: Some(row.get("atena_no")?), last_on: row.get("last_on")? });
    }
    Ok(all)
}

pub async fn pending_questions(tx: &mut Tx, atena_no: &AtenaNo) -> Result<i64, DbError> {
    tx.one(PENDING, params![atena_no]).await?.get("n")
}

pub async fn lists(tx: &mut Tx) -> Result<Vec<Deletion>, DbError> {
    tx.all(LISTS, vec![]).await?.iter().map(Deletion::read).collect()
}

pub async fn list(tx: &mut Tx, id: i64) -> Result<Deletion, Fault> {
    let row = tx.first(LIST, params![id]).await?.ok_or_else(|| Fault::missing("消去の一覧"))?;
    Ok(Deletion::read(&row)?)
}

/// Stores a list as it stands now; false when it was in another state than `from`.
pub async fn set_list(tx: &mut Tx, list: &Deletion, from: &str) -> Result<bool, DbError> {
    let values =
        params![list.id, &list.state, list.reason.clone(), list.decided_by.clone(), list.decided_at, list.finished_at, from];
    Ok(tx.run(SET_LIST, values).await? == 1)
}

pub async fn counts(tx: &mut Tx, id: i64) -> Result<Vec<(String, i64)>, DbError> {
    tx.all(COUNTS, params![id]).await?.iter().map(|r| Ok((r.get("state")?, r.get("n")?))).collect()
}

pub async fn rows(tx: &mut Tx, id: i64, state: &str, limit: i64) -> Result<Vec<DeletionRow>, DbError> {
    tx.all(ROWS, params![id, state, limit]).await?.iter().map(DeletionRow::read).collect()
}

pub async fn set_row(tx: &mut Tx, row: &DeletionRow) -> Result<(), DbError> {
    let values = params![row.id, &row.state, &row.reason, row.dan_no.as_ref(), row.atena_no.as_ref()];
    tx.run(SET_ROW, values).await.map(|_| ())
}

/// Proofs of a list.
pub async fn removals(tx: &mut Tx, id: i64, limit: i64) -> Result<Vec<Removal>, DbError> {
    tx.all(REMOVALS, params![id, limit]).await?.iter().map(Removal::read).collect()
}

pub async fn anybody_removed(tx: &mut Tx) -> Result<bool, DbError> {
    Ok(tx.first(ANY_REMOVED, vec![]).await?.is_some())
}

pub async fn is_removed(tx: &mut Tx, token: &[u8]) -> Result<bool, DbError> {
    Ok(tx.first(REMOVED, params![token]).await?.is_some())
}

/// Takes out everything that the hub holds of a person; answers how many rows it was, and a hash over them.
pub async fn remove(tx: &mut Tx, dan_no: Option<&DanNo>, numbers: &[AtenaNo]) -> Result<(i64, String), DbError> {
    let mut gone = TakenOut::default();
    if let Some(dan_no) = dan_no {
        take(&mut gone, tx, PERSON, params![dan_no], |r| Ok(Person::read(r)?.in_words())).await?;
        take(&mut gone, tx, FORMER, params![dan_no], |r| Ok(FormerNumber::read(r)?.in_words())).await?;
        take(&mut gone, tx, REQUESTS, params![dan_no], |r| Ok(Request::read(r)?.in_words())).await?;
        tx.run(REQUESTS_OUT, params![dan_no]).await?;
        tx.run(FORMER_OUT, params![dan_no]).await?;
        tx.run(PERSON_OUT, params![dan_no]).await?;
    }
    for number in numbers {
        let of = || params![number];
        take(&mut gone, tx, LINKS, of(), |r| Ok(Link::read(r)?.in_words())).await?;
        take(&mut gone, tx, OUTSIDERS, of(), |r| Ok(Outsider::read(r)?.in_words())).await?;
        take(&mut gone, tx, QUESTIONS, of(), |r| Ok(Question::read(r)?.in_words())).await?;
        take(&mut gone, tx, ANSWERS, of(), |r| Ok(Answer::read(r)?.in_words())).await?;
        take(&mut gone, tx, RECALLS, of(), |r| Ok(Recall::read(r)?.in_words())).await?;
        take(&mut gone, tx, USES, of(), |r| Ok(RecallUse::read(r)?.in_words())).await?;
        take(&mut gone, tx, BATCH_ROWS, of(), |r| Ok(BatchRow::read(r)?.in_words())).await?;
        for out in [ANSWERS_OUT, QUESTIONS_OUT, USES_OUT, RECALLS_OUT, OUTSIDERS_OUT, LINKS_OUT, BATCH_ROWS_BLANK] {
            tx.run(out, of()).await?;
        }
    }
    Ok(gone.proof())
}

async fn take(
    gone: &mut TakenOut,
    tx: &mut Tx,
    sql: &'static str,
    of: Vec<Param>,
    words: impl Fn(&Row) -> Result<Vec<Shown>, DbError>,
) -> Result<(), DbError> {
    for row in tx.all(sql, of).await? {
        gone.add(&words(&row)?);
    }
    Ok(())
}
