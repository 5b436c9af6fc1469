//! All SQL of the hub.

pub mod deletion;

use crate::model::{
    Answer, Batch, BatchRow, Deletion, DeletionRow, FormerNumber, JUKI, Link, ONE_NUMBER, Outsider, Person, Question, Recall,
    RecallUse, Removal, Request,
};
use const_format::concatcp;
use kernel::ident::{AtenaNo, DanNo};
use kernel::time::Timestamp;
use matching::Evidence;
use platform::Fault;
use platform::db::{DbError, Tx};
use platform::params;
use std::collections::{BTreeMap, BTreeSet};

platform::statements! {
    /// The person with a 個人番号.
    BY_TOKEN = concatcp!(Person::SELECT, " where number_token = $1");
    /// The person with a 団番.
    BY_DAN = concatcp!(Person::SELECT, " where dan_no = $1");
    /// 団番 that are taken in a stretch of numbers.
    DANS_BETWEEN = "select dan_no from hub_person where dan_no >= $1 and dan_no <= $2";
    /// A page of all people.
    PEOPLE_AFTER = concatcp!(Person::SELECT, " where id > $1 order by id limit 1000");
    /// The present 個人番号 of a person.
    SET_TOKEN = "update hub_person set number_token = $2 where dan_no = $1";
    /// Former numbers of a person.
    FORMER = concatcp!(FormerNumber::SELECT, " where dan_no = $1 order by id");
    /// Whose former number is it?
    FORMER_TOKEN = concatcp!(FormerNumber::SELECT, " where number_token = $1 limit 1");
    /// 団番 of a stretch of 宛名番号.
    DANS_OF_STRETCH = "select distinct atena_no, dan_no from hub_link where atena_no > $1 and atena_no <= $2 and dan_no is not null and superseded_seq is null";
    /// A programme's number.
    LINK = concatcp!(Link::SELECT, " where programme = $1 and number = $2 and superseded_seq is null");
    /// Links of a 宛名番号.
    OF_ATENA = concatcp!(Link::SELECT, " where atena_no = $1 and superseded_seq is null order by programme, number");
    /// A page of all links as they stand, for 持出し.
    LINKS_AFTER = concatcp!(Link::SELECT, " where superseded_seq is null and id > $1 order by id limit 1000");
    /// Links of a 団番.
    OF_DAN = concatcp!(Link::SELECT, " where dan_no = $1 and superseded_seq is null order by programme, number");
    /// Links of everybody who has more than one 宛名番号.
    SHARED_LINKS = concatcp!(Link::SELECT, " where superseded_seq is null and dan_no in (select dan_no from hub_link where superseded_seq is null and dan_no is not null group by dan_no having min(atena_no) <> max(atena_no)) order by dan_no, programme, number");
    /// One link of a 団番 stands for the person, the others do not.
    UNIFY = "update hub_link set unified = (id = $2) where dan_no = $1 and superseded_seq is null";
    /// Every link that a 宛名番号 has or had.
    LINK_HISTORY = concatcp!(Link::SELECT, " where atena_no = $1 order by id");
    /// A link does not hold any longer.
    SUPERSEDE_LINK = "update hub_link set superseded_seq = $2 where id = $1 and superseded_seq is null";
    /// 宛名番号 of the registry that share a 団番.
    RESIDENTS_OF_DAN = "select count(*) as n from hub_link where dan_no = $1 and programme = $2 and superseded_seq is null";
    /// Gives all waiting links of a 宛名番号 their 団番.
    ATTACH = "update hub_link set dan_no = $2 where atena_no = $1 and dan_no is null and superseded_seq is null";
    /// Gives all waiting links whose 宛名番号 has a 団番 theirs.
    ATTACH_ALL = "update hub_link set dan_no = (select j.dan_no from hub_link j where j.programme = $1 and j.number = hub_link.atena_no and j.superseded_seq is null) where dan_no is null and superseded_seq is null";
    /// A 住登外者 as the record stands.
    OUTSIDER = concatcp!(Outsider::SELECT, " where atena_no = $1 and superseded_seq is null");
    /// Every record of a 住登外者.
    OUTSIDER_HISTORY = concatcp!(Outsider::SELECT, " where atena_no = $1 order by rev desc");
    /// A record does not hold any longer.
    SUPERSEDE_OUTSIDER = "update hub_outsider set superseded_seq = $2 where id = $1 and superseded_seq is null";
    /// A page of every record, also a former one, with a birth date.
    OUTSIDERS_EVER_BORN = concatcp!(Outsider::SELECT, " where birth = $1 and id > $2 order by id limit 400");
    /// A programme's records, also former ones, behind a commit; one more than an answer holds.
    OUTSIDERS_CHANGED = concatcp!(Outsider::SELECT, " where programme = $1 and seq > $2 order by seq, id limit 501");
    /// A page of 住登外者 who may be somebody: the same birth date, reading, name, address or 個人番号.
    OUTSIDERS_LIKE = concatcp!(Outsider::SELECT, " where superseded_seq is null and (birth = $1 or kana = $2 or name = $3 or address = $4 or number_token = $5) and id > $6 order by id limit 1000");
    /// Is there any 住登外者?
    ANY_OUTSIDER = "select 1 as n from hub_outsider where superseded_seq is null and state = '現存' limit 1";
    /// A page of all 住登外者, for 持出し.
    OUTSIDERS = concatcp!(Outsider::SELECT, " where superseded_seq is null and id > $1 order by id limit 1000");
    /// How many 住登外者.
    COUNT_OUTSIDERS = "select count(*) as n from hub_outsider where superseded_seq is null and state = '現存'";
    /// A question.
    QUESTION = concatcp!(Question::SELECT, " where id = $1");
    /// The question about a pair, whichever of the two was new.
    QUESTION_OF = concatcp!(Question::SELECT, " where (atena_no = $1 and other_no = $2) or (atena_no = $2 and other_no = $1)");
    /// Questions in a state, the most certain first.
    QUESTIONS = concatcp!(Question::SELECT, " where state = $1 order by grade, id limit 200");
    /// Questions about a person.
    QUESTIONS_ABOUT = concatcp!(Question::SELECT, " where atena_no = $1 or other_no = $1 order by id");
    /// How many questions in each state.
    COUNT_QUESTIONS = "select state, count(*) as n from hub_question group by state order by state";
    /// A question goes on, unless somebody else was faster.
    SET_QUESTION = "update hub_question set state = $2, note = $3, decided_by = $4, decided_at = $5 where id = $1 and state = $6";
    /// A question is asked anew on other evidence.
    RAISE_QUESTION = "update hub_question set evidence = $2, grade = $3, explanation = $4, state = $5 where id = $1";
    /// Answers to a question, the oldest first.
    ANSWERS = concatcp!(Answer::SELECT, " where question_id = $1 order by id");
    /// Open questions about a 宛名番号.
    OPEN_QUESTIONS = "select count(*) as n from hub_question where (atena_no = $1 or other_no = $1) and state = '未確認'";
    /// The numbers under which an inquiry went out.
    REQUEST = concatcp!(Request::SELECT, " where programme = $1 and request = $2 order by id");
    /// Runs over many people, the newest first.
    BATCHES = concatcp!(Batch::SELECT, " order by id desc limit 50");
    /// One run.
    BATCH = concatcp!(Batch::SELECT, " where id = $1");
    /// How many rows of a run came to each end.
    BATCH_COUNTS = "select outcome, count(*) as n from hub_batch_row where batch_id = $1 group by outcome order by outcome";
    /// Rows of a run, in order.
    BATCH_ROWS = concatcp!(BatchRow::SELECT, " where batch_id = $1 and line > $2 order by line limit $3");
    /// Rows of a run, those first that a person has to look at.
    BATCH_FIRST = concatcp!(BatchRow::SELECT, " where batch_id = $1 order by case when outcome in ('誤り', '確認待ち') then 0 else 1 end, line limit 200");
    /// The last row that is done.
    BATCH_DONE = "select cast(coalesce(max(line), 0) as bigint) as n from hub_batch_row where batch_id = $1";
    /// The run is over.
    CLOSE_BATCH = "update hub_batch set state = '完了', finished_at = $2 where id = $1 and finished_at is null";
    /// How many rows it has.
    SIZE_BATCH = "update hub_batch set total = $2 where id = $1";
    /// Recalls, the open ones first.
    RECALLS = concatcp!(Recall::SELECT, " order by case when closed_at is null then 0 else 1 end, id desc limit 200");
    /// A recall.
    RECALL = concatcp!(Recall::SELECT, " where id = $1");
    /// What is called back.
    USES = concatcp!(RecallUse::SELECT, " where recall_id = $1 order by programme, used_on, id");
    /// A use was put right, unless somebody else did it.
    SET_USE = "update hub_recall_use set state = '処理済', note = $2, handled_by = $3, handled_at = $4 where id = $1 and recall_id = $5 and state = '未処理'";
    /// Closes a recall of which nothing is open.
    CLOSE_RECALL = "update hub_recall set closed_at = $2 where id = $1 and not exists (select 1 from hub_recall_use where recall_id = $1 and state = '未処理')";
    /// 団番 with an open recall.
    OPEN_RECALLS = "select distinct dan_no from hub_recall where closed_at is null order by dan_no";
    /// An undecided question of two classes of evidence about somebody with a 団番.
    IS_FROZEN = "select 1 as n from hub_question q join hub_link l on l.atena_no = q.atena_no or l.atena_no = q.other_no where q.state in ('未確認', '決裁待ち') and q.evidence in ($2, $3) and l.dan_no = $1 and l.superseded_seq is null limit 1";
    /// All 団番 of such questions.
    FROZEN = "select distinct l.dan_no from hub_question q join hub_link l on l.atena_no = q.atena_no or l.atena_no = q.other_no where q.state in ('未確認', '決裁待ち') and q.evidence in ($1, $2) and l.dan_no is not null and l.superseded_seq is null order by l.dan_no";
    /// A page of every row, for 持出し.
    FORMER_AFTER = concatcp!(FormerNumber::SELECT, " where id > $1 order by id limit 1000");
    /// A page of every row, for 持出し.
    EVERY_LINK_AFTER = concatcp!(Link::SELECT, " where id > $1 order by id limit 1000");
    /// A page of every row, for 持出し.
    EVERY_OUTSIDER_AFTER = concatcp!(Outsider::SELECT, " where id > $1 order by id limit 1000");
    /// A page of every row, for 持出し.
    QUESTIONS_AFTER = concatcp!(Question::SELECT, " where id > $1 order by id limit 1000");
    /// A page of every row, for 持出し.
    ANSWERS_AFTER = concatcp!(Answer::SELECT, " where id > $1 order by id limit 1000");
    /// A page of every row, for 持出し.
    BATCHES_AFTER = concatcp!(Batch::SELECT, " where id > $1 order by id limit 1000");
    /// A page of every row, for 持出し.
    BATCH_ROWS_AFTER = concatcp!(BatchRow::SELECT, " where id > $1 order by id limit 1000");
    /// A page of every row, for 持出し.
    RECALLS_AFTER = concatcp!(Recall::SELECT, " where id > $1 order by id limit 1000");
    /// A page of every row, for 持出し.
    USES_AFTER = concatcp!(RecallUse::SELECT, " where id > $1 order by id limit 1000");
    /// A page of every row, for 持出し.
    REQUESTS_AFTER = concatcp!(Request::SELECT, " where id > $1 order by id limit 1000");
    /// Lists of people who are to be deleted.
    DELETIONS_AFTER = concatcp!(Deletion::SELECT, " where id > $1 order by id limit 1000");
    /// People of those lists.
    DELETION_ROWS_AFTER = concatcp!(DeletionRow::SELECT, " where id > $1 order by id limit 1000");
    /// Proofs of deletions.
    REMOVALS_AFTER = concatcp!(Removal::SELECT, " where id > $1 order by id limit 1000");
    /// How many people have a 団番.
    PEOPLE = "select count(*) as n from hub_person";
    /// How many 個人番号 were changed.
    CHANGES = "select count(*) as n from hub_former_number";
    /// Links of each programme, and how many of them have a 団番.
    COUNTS = "select programme, count(*) as n, count(dan_no) as joined from hub_link where superseded_seq is null group by programme order by programme";
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

pub async fn dans_of_stretch(tx: &mut Tx, after: &str, until: &str) -> Result<BTreeMap<AtenaNo, DanNo>, DbError> {
    let rows = tx.all(DANS_OF_STRETCH, params![after, until]).await?;
    rows.iter().map(|r| Ok((r.get("atena_no")?, r.get("dan_no")?))).collect()
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

pub async fn links_of_dan(tx: &mut Tx, dan_no: &DanNo) -> Result<Vec<Link>, DbError> {
    tx.all(OF_DAN, params![dan_no]).await?.iter().map(Link::read).collect()
}

pub async fn shared_links(tx: &mut Tx) -> Result<Vec<Link>, DbError> {
    tx.all(SHARED_LINKS, vec![]).await?.iter().map(Link::read).collect()
}

/// Sets the 統合宛名フラグ of a 団番 on one of its links.
pub async fn unify(tx: &mut Tx, dan_no: &DanNo, link: i64) -> Result<(), DbError> {
    tx.run(UNIFY, params![dan_no, link]).await.map(|_| ())
}

pub async fn link_history(tx: &mut Tx, atena_no: &AtenaNo) -> Result<Vec<Link>, DbError> {
    tx.all(LINK_HISTORY, params![atena_no]).await?.iter().map(Link::read).collect()
}

/// Puts another row in the place of a link; the old one stays as history.
pub async fn relink(tx: &mut Tx, old: &Link, new: &Link) -> Result<(), DbError> {
    tx.run(SUPERSEDE_LINK, params![old.id, new.seq]).await?;
    new.insert(tx).await.map(|_| ())
}

pub async fn outsider(tx: &mut Tx, atena_no: &AtenaNo) -> Result<Option<Outsider>, DbError> {
    tx.first(OUTSIDER, params![atena_no]).await?.map(|r| Outsider::read(&r)).transpose()
}

pub async fn outsider_history(tx: &mut Tx, atena_no: &AtenaNo) -> Result<Vec<Outsider>, DbError> {
    tx.all(OUTSIDER_HISTORY, params![atena_no]).await?.iter().map(Outsider::read).collect()
}

/// Records that a programme entered or changed behind a commit, and whether there are more. At most 500, and never a part of a commit: the last
/// row says where to go on.
pub async fn outsiders_changed(tx: &mut Tx, programme: &str, after: i64) -> Result<(Vec<Outsider>, bool), DbError> {
    const MOST: usize = 500;
    let rows = tx.all(OUTSIDERS_CHANGED, params![programme, after]).await?;
    let mut rows: Vec<Outsider> = rows.iter().map(Outsider::read).collect::<Result<_, _>>()?;
    let more = rows.len() > MOST;
    if let Some(beyond) = rows.last().map(|row| row.seq).filter(|_| more) {
        rows.retain(|row| row.seq < beyond);
    }
    Ok((rows, more))
}

/// Puts another row in the place of a record; the old one stays as history.
pub async fn revise_outsider(tx: &mut Tx, old: &Outsider, new: &Outsider) -> Result<(), DbError> {
    tx.run(SUPERSEDE_OUTSIDER, params![old.id, new.seq]).await?;
    new.insert(tx).await.map(|_| ())
}

/// What is looked for: somebody's birth date when all of it is known, reading, name and address. What is empty agrees with nobody.
pub struct Said<'a> {
    pub birth: Option<&'a str>,
    pub kana: &'a str,
    pub name: &'a str,
    pub address: &'a str,
}

/// 住登外者 with the birth date, reading, name or address, or with the 個人番号 of this token: all of them, however many share a date (1月1日).
/// Of somebody whose birth date is unknown the other items say more than that it is unknown of others, too.
pub async fn outsiders_like(tx: &mut Tx, said: &Said<'_>, token: Option<&[u8]>) -> Result<Vec<Outsider>, DbError> {
    let items = [said.birth.unwrap_or_default(), said.kana, said.name, said.address];
    let [birth, kana, name, address] = items.map(|text| (!text.is_empty()).then(|| text.to_owned()));
    let token = token.map(<[u8]>::to_vec);
    let (mut all, mut after): (Vec<Outsider>, i64) = (vec![], 0);
    loop {
        let values = params![birth.clone(), kana.clone(), name.clone(), address.clone(), token.clone(), after];
        let page = tx.all(OUTSIDERS_LIKE, values).await?.iter().map(Outsider::read).collect::<Result<Vec<_>, _>>()?;
        let Some(last) = page.last() else { return Ok(all) };
        after = last.id;
        all.extend(page);
    }
}

pub async fn knows_outsiders(tx: &mut Tx) -> Result<bool, DbError> {
    Ok(tx.first(ANY_OUTSIDER, vec![]).await?.is_some())
}

pub async fn outsiders_after(tx: &mut Tx, id: i64) -> Result<Vec<Outsider>, DbError> {
    tx.all(OUTSIDERS, params![id]).await?.iter().map(Outsider::read).collect()
}

pub async fn count_outsiders(tx: &mut Tx) -> Result<i64, DbError> {
    tx.one(COUNT_OUTSIDERS, vec![]).await?.get("n")
}

pub async fn question(tx: &mut Tx, id: i64) -> Result<Question, Fault> {
    let row = tx.first(QUESTION, params![id]).await?.ok_or_else(|| Fault::missing("名寄せの確認"))?;
    Ok(Question::read(&row)?)
}

pub async fn question_of(tx: &mut Tx, one: &AtenaNo, other: &AtenaNo) -> Result<Option<Question>, DbError> {
    tx.first(QUESTION_OF, params![one, other]).await?.map(|r| Question::read(&r)).transpose()
}

pub async fn questions(tx: &mut Tx, state: &str) -> Result<Vec<Question>, DbError> {
    tx.all(QUESTIONS, params![state]).await?.iter().map(Question::read).collect()
}

pub async fn questions_about(tx: &mut Tx, atena_no: &AtenaNo) -> Result<Vec<Question>, DbError> {
    tx.all(QUESTIONS_ABOUT, params![atena_no]).await?.iter().map(Question::read).collect()
}

pub async fn count_questions(tx: &mut Tx) -> Result<Vec<(String, i64)>, DbError> {
    tx.all(COUNT_QUESTIONS, vec![]).await?.iter().map(|r| Ok((r.get("state")?, r.get("n")?))).collect()
}

pub async fn answers(tx: &mut Tx, question: i64) -> Result<Vec<Answer>, DbError> {
    tx.all(ANSWERS, params![question]).await?.iter().map(Answer::read).collect()
}

/// Brings a question into another state; false when it was not in the state `from` any more.
pub async fn set_question(tx: &mut Tx, question: &Question, from: &str) -> Result<bool, DbError> {
    let q = question;
    let values = params![q.id, &q.state, q.note.clone(), q.decided_by.clone(), q.decided_at, from];
    Ok(tx.run(SET_QUESTION, values).await? == 1)
}

/// Asks a question anew on the evidence it has now.
pub async fn raise_question(tx: &mut Tx, question: &Question) -> Result<(), DbError> {
    let q = question;
    tx.run(RAISE_QUESTION, params![q.id, &q.evidence, &q.grade, &q.explanation, &q.state]).await.map(|_| ())
}

pub async fn recalls(tx: &mut Tx) -> Result<Vec<Recall>, DbError> {
    tx.all(RECALLS, vec![]).await?.iter().map(Recall::read).collect()
}

pub async fn recall(tx: &mut Tx, id: i64) -> Result<Recall, Fault> {
    let row = tx.first(RECALL, params![id]).await?.ok_or_else(|| Fault::missing("回収"))?;
    Ok(Recall::read(&row)?)
}

pub async fn uses(tx: &mut Tx, recall: i64) -> Result<Vec<RecallUse>, DbError> {
    tx.all(USES, params![recall]).await?.iter().map(RecallUse::read).collect()
}

/// 団番 of which a wrong link is still being put right.
pub async fn open_recalls(tx: &mut Tx) -> Result<Vec<DanNo>, DbError> {
    tx.all(OPEN_RECALLS, vec![]).await?.iter().map(|r| r.get("dan_no")).collect()
}

/// Is a 番号不整合 about the 団番 undecided?
pub async fn is_frozen(tx: &mut Tx, dan_no: &DanNo) -> Result<bool, DbError> {
    Ok(tx.first(IS_FROZEN, params![dan_no, Evidence::NumberMismatch.label(), ONE_NUMBER]).await?.is_some())
}

/// Every 団番 about which a 番号不整合 is undecided.
pub async fn frozen(tx: &mut Tx) -> Result<Vec<DanNo>, DbError> {
    tx.all(FROZEN, params![Evidence::NumberMismatch.label(), ONE_NUMBER]).await?.iter().map(|r| r.get("dan_no")).collect()
}

/// Notes that a use was put right, and closes the recall after the last one; false when somebody else was faster.
pub async fn put_right(tx: &mut Tx, recall: i64, id: i64, note: &str, by: &str, now: Timestamp) -> Result<bool, DbError> {
    let done = tx.run(SET_USE, params![id, note, by, now, recall]).await? == 1;
    tx.run(CLOSE_RECALL, params![recall, now]).await?;
    Ok(done)
}

pub async fn people_after(tx: &mut Tx, id: i64) -> Result<Vec<Person>, DbError> {
    tx.all(PEOPLE_AFTER, params![id]).await?.iter().map(Person::read).collect()
}

pub async fn open_questions(tx: &mut Tx, who: &AtenaNo) -> Result<i64, DbError> {
    tx.one(OPEN_QUESTIONS, params![who]).await?.get("n")
}

pub async fn request(tx: &mut Tx, programme: &str, request: &str) -> Result<Vec<Request>, DbError> {
    tx.all(REQUEST, params![programme, request]).await?.iter().map(Request::read).collect()
}

pub async fn batches(tx: &mut Tx) -> Result<Vec<Batch>, DbError> {
    tx.all(BATCHES, vec![]).await?.iter().map(Batch::read).collect()
}

pub async fn batch(tx: &mut Tx, id: i64) -> Result<Batch, Fault> {
    let row = tx.first(BATCH, params![id]).await?.ok_or_else(|| Fault::missing("名寄せの一括処理"))?;
    Ok(Batch::read(&row)?)
}

pub async fn batch_counts(tx: &mut Tx, id: i64) -> Result<Vec<(String, i64)>, DbError> {
    tx.all(BATCH_COUNTS, params![id]).await?.iter().map(|r| Ok((r.get("outcome")?, r.get("n")?))).collect()
}

/// Rows of a run after a line, in order, at most `limit`.
pub async fn batch_rows(tx: &mut Tx, id: i64, after: i64, limit: i64) -> Result<Vec<BatchRow>, DbError> {
    tx.all(BATCH_ROWS, params![id, after, limit]).await?.iter().map(BatchRow::read).collect()
}

/// The rows that a page shows: wrong ones and those with a question before the others.
pub async fn batch_first(tx: &mut Tx, id: i64) -> Result<Vec<BatchRow>, DbError> {
    tx.all(BATCH_FIRST, params![id]).await?.iter().map(BatchRow::read).collect()
}

pub async fn batch_done(tx: &mut Tx, id: i64) -> Result<i64, DbError> {
    tx.one(BATCH_DONE, params![id]).await?.get("n")
}

pub async fn size_batch(tx: &mut Tx, id: i64, total: i64) -> Result<(), DbError> {
    tx.run(SIZE_BATCH, params![id, total]).await.map(|_| ())
}

pub async fn close_batch(tx: &mut Tx, id: i64, now: Timestamp) -> Result<(), DbError> {
    tx.run(CLOSE_BATCH, params![id, now]).await.map(|_| ())
}

pub async fn dans_between(tx: &mut Tx, first: &DanNo, last: &DanNo) -> Result<BTreeSet<DanNo>, DbError> {
    tx.all(DANS_BETWEEN, params![first, last]).await?.iter().map(|r| r.get("dan_no")).collect()
}

pub async fn links_after(tx: &mut Tx, id: i64) -> Result<Vec<Link>, DbError> {
    tx.all(LINKS_AFTER, params![id]).await?.iter().map(Link::read).collect()
}

/// 住登外者 of whom any record, also a former one, has the birth date and `fits`: as they stand today. All of them, however many share the
/// birth date (年月日不詳).
pub async fn outsiders_who(tx: &mut Tx, birth: &str, fits: impl Fn(&Outsider) -> bool) -> Result<Vec<Outsider>, DbError> {
    let (mut numbers, mut after) = (BTreeSet::new(), 0);
    loop {
        let page = tx.all(OUTSIDERS_EVER_BORN, params![birth, after]).await?;
        let rows: Vec<Outsider> = page.iter().map(Outsider::read).collect::<Result<_, _>>()?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        numbers.extend(rows.into_iter().filter(|row| fits(row)).map(|row| row.atena_no));
    }
    let mut all = vec![];
    for number in numbers {
        all.extend(outsider(tx, &number).await?);
    }
    Ok(all)
}

/// A page of every row of a register behind a row, with what is history.
macro_rules! pages {
    ($($name:ident $sql:ident $row:ident),+ $(,)?) => {$(
        pub async fn $name(tx: &mut Tx, id: i64) -> Result<Vec<$row>, DbError> {
            tx.all($sql, params![id]).await?.iter().map($row::read).collect()
        }
    )+};
}

pages! {
    former_after FORMER_AFTER FormerNumber,
    every_link_after EVERY_LINK_AFTER Link,
    every_outsider_after EVERY_OUTSIDER_AFTER Outsider,
    questions_after QUESTIONS_AFTER Question,
    answers_after ANSWERS_AFTER Answer,
    batches_after BATCHES_AFTER Batch,
    batch_rows_after BATCH_ROWS_AFTER BatchRow,
    recalls_after RECALLS_AFTER Recall,
    uses_after USES_AFTER RecallUse,
    requests_after REQUESTS_AFTER Request,
    deletions_after DELETIONS_AFTER Deletion,
    deletion_rows_after DELETION_ROWS_AFTER DeletionRow,
    removals_after REMOVALS_AFTER Removal,
}
