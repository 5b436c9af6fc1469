//! All SQL of the resident registry.

use crate::model::{Certificate, Person, ProtectionRow, SecretNumber};
use const_format::concatcp;
use kernel::Date;
use kernel::ident::{AtenaNo, SetaiNo};
use kernel::text;
use platform::db::{DbError, Param, Tx};
use platform::params;
use std::collections::BTreeSet;

platform::statements! {
    /// The person on a day, as believed at a commit.
    AS_OF = concatcp!(Person::SELECT, " where atena_no = $1 and valid_from <= $2 and (valid_to is null or valid_to >= $2) and seq <= $3 \
                                       and (superseded_seq is null or superseded_seq > $3) order by id desc limit 1");
    /// All rows of a person believed at a commit.
    BELIEVED = concatcp!(Person::SELECT, " where atena_no = $1 and seq <= $2 and (superseded_seq is null or superseded_seq > $2) order by valid_from, id");
    /// Everything ever recorded of a person.
    EVER = concatcp!(Person::SELECT, " where atena_no = $1 order by id");
    /// Members of a household on a day.
    HOUSEHOLD = concatcp!(Person::SELECT, " where setai_no = $1 and valid_from <= $2 and (valid_to is null or valid_to >= $2) and superseded_seq is null \
                                            and (removed_on is null or removed_on > $2) order by case when relation = '世帯主' then 0 else 1 end, birth_earliest, id");
    /// Everything that one commit recorded.
    OF_COMMIT = concatcp!(Person::SELECT, " where seq = $1 order by id");
    /// What a commit replaced in a person's record.
    REPLACED_BY = concatcp!(Person::SELECT, " where atena_no = $1 and superseded_seq = $2 order by valid_from, id");
    /// Replaces a secret number.
    END_SECRET = "update resident_secret set superseded_seq = $3 where atena_no = $1 and kind = $2 and superseded_seq is null";
    /// Replaces what was believed.
    SUPERSEDE = "update resident_person set superseded_seq = $2 where id = $1 and superseded_seq is null";
    /// Number of rows ever recorded.
    COUNT = "select count(*) as n from resident_person where atena_no = $1";
    /// A secret number.
    SECRET = concatcp!(SecretNumber::SELECT, " where atena_no = $1 and kind = $2 and superseded_seq is null order by id desc limit 1");
    /// Whose secret number is or was this?
    EVER_BY_TOKEN = "select atena_no from resident_secret where kind = $1 and token = $2";
    /// Forgets the tokens of a person.
    DROP_TOKENS = "delete from resident_token where atena_no = $1";
    /// How many tokens lie in a span, counted no further than needed to compare.
    COUNT_TOKENS = "select count(*) as n from (select 1 as one from resident_token where kind = $1 and token >= $2 and token <= $3 limit 5000) as counted";
    /// A page of people who have a token in each of up to four spans; an empty kind asks nothing.
    FIND = "select distinct t.atena_no from resident_token t where t.kind = $1 and t.token >= $2 and t.token <= $3 \
            and ($4 = '' or exists (select 1 from resident_token u where u.atena_no = t.atena_no and u.kind = $4 and u.token >= $5 and u.token <= $6)) \
            and ($7 = '' or exists (select 1 from resident_token v where v.atena_no = t.atena_no and v.kind = $7 and v.token >= $8 and v.token <= $9)) \
            and ($10 = '' or exists (select 1 from resident_token w where w.atena_no = t.atena_no and w.kind = $10 and w.token >= $11 and w.token <= $12)) \
            and t.atena_no > $13 order by t.atena_no limit 1000";
    /// Current rows born between days and resident on a day.
    BORN = concatcp!(Person::SELECT, " where birth_earliest >= $1 and birth_earliest <= $2 and valid_from <= $3 and (valid_to is null or valid_to >= $3) \
                                       and superseded_seq is null and (removed_on is null or removed_on > $3) order by birth_earliest, atena_no");
    /// Everybody as the record stands on a day, by 宛名番号.
    PEOPLE_AFTER = concatcp!(Person::SELECT, " where atena_no > $1 and valid_from <= $2 and (valid_to is null or valid_to >= $2) and superseded_seq is null order by atena_no limit $3");
    /// 支援措置 of a person, newest first.
    PROTECTIONS = concatcp!(ProtectionRow::SELECT, " where atena_no = $1 order by id desc");
    /// 支援措置 that nobody has ended, the one that runs out first on top.
    OPEN_PROTECTIONS = concatcp!(ProtectionRow::SELECT, " where ended_on is null order by until_on, id");
    /// Ends it.
    END_PROTECTION = "update resident_protection set ended_on = $2, end_reason = $3 where atena_no = $1 and ended_on is null";
    /// Papers of a person.
    CERTIFICATES = concatcp!(Certificate::SELECT, " where atena_no = $1 order by id desc limit 50");
    /// One paper.
    CERTIFICATE = concatcp!(Certificate::SELECT, " where id = $1");
}

/// Believes everything recorded so far.
pub const NOW: i64 = i64::MAX;

pub async fn as_of(tx: &mut Tx, number: &AtenaNo, day: Date, known: i64) -> Result<Option<Person>, DbError> {
    tx.first(AS_OF, params![number, day, known]).await?.as_ref().map(Person::read).transpose()
}

pub async fn believed(tx: &mut Tx, number: &AtenaNo, known: i64) -> Result<Vec<Person>, DbError> {
    tx.all(BELIEVED, params![number, known]).await?.iter().map(Person::read).collect()
}

pub async fn ever(tx: &mut Tx, number: &AtenaNo) -> Result<Vec<Person>, DbError> {
    tx.all(EVER, params![number]).await?.iter().map(Person::read).collect()
}

pub async fn household(tx: &mut Tx, number: &SetaiNo, day: Date) -> Result<Vec<Person>, DbError> {
    tx.all(HOUSEHOLD, params![number, day]).await?.iter().map(Person::read).collect()
}

pub async fn supersede(tx: &mut Tx, row: i64, seq: i64) -> Result<bool, DbError> {
    Ok(tx.run(SUPERSEDE, params![row, seq]).await? == 1)
}

pub async fn of_commit(tx: &mut Tx, seq: i64) -> Result<Vec<Person>, DbError> {
    tx.all(OF_COMMIT, params![seq]).await?.iter().map(Person::read).collect()
}

pub async fn replaced_by(tx: &mut Tx, number: &AtenaNo, seq: i64) -> Result<Vec<Person>, DbError> {
    tx.all(REPLACED_BY, params![number, seq]).await?.iter().map(Person::read).collect()
}

pub async fn end_secret(tx: &mut Tx, number: &AtenaNo, kind: &str, seq: i64) -> Result<u64, DbError> {
    tx.run(END_SECRET, params![number, kind, seq]).await
}

pub async fn next_rireki(tx: &mut Tx, number: &str) -> Result<i64, DbError> {
    Ok(tx.one(COUNT, params![number]).await?.get::<i64>("n")? + 1)
}

pub async fn secret(tx: &mut Tx, number: &AtenaNo, kind: &str) -> Result<Option<SecretNumber>, DbError> {
    tx.first(SECRET, params![number, kind]).await?.as_ref().map(SecretNumber::read).transpose()
}

pub async fn ever_by_token(tx: &mut Tx, kind: &str, token: Vec<u8>) -> Result<Vec<String>, DbError> {
    tx.all(EVER_BY_TOKEN, params![kind, token]).await?.iter().map(|r| r.get("atena_no")).collect()
}

/// Birth token of a person whose day of birth is partly unknown (不詳).
pub const BIRTH_UNKNOWN: &str = "?";

/// Search tokens of a person: names in every script and variant, kana, address, birth.
pub fn tokens(person: &Person) -> Vec<(&'static str, String)> {
    let mut all = BTreeSet::new();
    let names = [
        Some(&person.name),
        person.alias.as_ref(),
        person.latin_name.as_ref(),
        person.katakana_name.as_ref(),
        person.maiden_name.as_ref(),
    ];
    for name in names.into_iter().flatten() {
        all.extend(text::name_tokens(name, reference::fold).into_iter().map(|t| ("name", t)));
    }
    for kana in [Some(&person.kana), person.alias_kana.as_ref(), person.latin_kana.as_ref()].into_iter().flatten() {
        all.extend(text::name_tokens(kana, reference::fold).into_iter().map(|t| ("name", t)));
    }
    all.extend(text::address_tokens(&person.address, reference::fold).into_iter().map(|t| ("address", t)));
    let born = person.birth_date().exact().map_or_else(|| BIRTH_UNKNOWN.to_owned(), |day| day.to_string());
    all.insert(("birth", born));
    all.into_iter().collect()
}

pub const TOKEN_COLUMNS: &[&str] = &["kind", "token", "atena_no"];

pub fn token_rows(person: &Person) -> Vec<Vec<Param>> {
    tokens(person).into_iter().map(|(kind, token)| params![kind, token, &person.atena_no]).collect()
}

pub async fn rebuild_tokens(tx: &mut Tx, person: &Person) -> Result<(), DbError> {
    tx.run(DROP_TOKENS, params![&person.atena_no]).await?;
    tx.insert_rows("resident_token", TOKEN_COLUMNS, token_rows(person)).await
}

/// One thing asked of the tokens of a person: some token of the kind lies between the bounds, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub kind: &'static str,
    pub from: String,
    pub to: String,
}

impl Span {
    /// Tokens that begin so.
    pub fn prefix(kind: &'static str, prefix: &str) -> Self {
        Self { kind, from: prefix.into(), to: text::prefix_end(prefix) }
    }

    /// Exactly this token.
    pub fn exact(kind: &'static str, token: &str) -> Self {
        Self { kind, from: token.into(), to: token.into() }
    }

    /// Has the person such a token?
    pub fn holds(&self, tokens: &[(&'static str, String)]) -> bool {
        tokens.iter().any(|(kind, token)| *kind == self.kind && *token >= self.from && *token <= self.to)
    }
}

pub async fn count_tokens(tx: &mut Tx, span: &Span) -> Result<i64, DbError> {
    tx.one(COUNT_TOKENS, params![span.kind, &span.from, &span.to]).await?.get("n")
}

/// 宛名番号 behind `after` of people who have a token in every span, in order, at most 1,000. The database looks at the four rarest; whoever
/// asks for more compares the rest with [`tokens`].
pub async fn find(tx: &mut Tx, spans: &[Span], after: Option<&AtenaNo>) -> Result<Vec<AtenaNo>, DbError> {
    let mut counted = vec![];
    for span in spans {
        counted.push((count_tokens(tx, span).await?, span));
    }
    counted.sort_by_key(|(n, _)| *n);
    if counted.first().is_none_or(|(n, _)| *n == 0) {
        return Ok(vec![]);
    }
    let nothing = Span::exact("", "");
    let spans = counted.into_iter().map(|(_, s)| s).chain(std::iter::repeat(&nothing)).take(4);
    let after = params![after.map_or("", AtenaNo::as_str)];
    let values: Vec<Param> = spans.flat_map(|s| params![s.kind, &s.from, &s.to]).chain(after).collect();
    tx.all(FIND, values).await?.iter().map(|r| r.get("atena_no")).collect()
}

pub async fn born_between(tx: &mut Tx, from: Date, to: Date, as_of: Date) -> Result<Vec<Person>, DbError> {
    tx.all(BORN, params![from, to, as_of]).await?.iter().map(Person::read).collect()
}

pub async fn people_after(tx: &mut Tx, after: &str, day: Date, people: usize) -> Result<Vec<Person>, DbError> {
    let people = i64::try_from(people).unwrap_or(i64::MAX);
    tx.all(PEOPLE_AFTER, params![after, day, people]).await?.iter().map(Person::read).collect()
}

pub async fn protections(tx: &mut Tx, number: &AtenaNo) -> Result<Vec<ProtectionRow>, DbError> {
    tx.all(PROTECTIONS, params![number]).await?.iter().map(ProtectionRow::read).collect()
}

pub async fn open_protections(tx: &mut Tx) -> Result<Vec<ProtectionRow>, DbError> {
    tx.all(OPEN_PROTECTIONS, params![]).await?.iter().map(ProtectionRow::read).collect()
}

pub async fn end_protection(tx: &mut Tx, number: &AtenaNo, on: Date, reason: &str) -> Result<u64, DbError> {
    tx.run(END_PROTECTION, params![number, on, reason]).await
}

pub async fn certificates(tx: &mut Tx, number: &AtenaNo) -> Result<Vec<Certificate>, DbError> {
    tx.all(CERTIFICATES, params![number]).await?.iter().map(Certificate::read).collect()
}

pub async fn certificate(tx: &mut Tx, id: i64) -> Result<Option<Certificate>, DbError> {
    tx.first(CERTIFICATE, params![id]).await?.as_ref().map(Certificate::read).transpose()
}
