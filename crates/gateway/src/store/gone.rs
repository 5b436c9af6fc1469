//! SQL of people whom the city has deleted.

use crate::model::{CodeBinding, Consent, DifferenceRow, Message, PersonFlags, ReplicaRow};
use const_format::concatcp;
use kernel::ident::DanNo;
use kernel::time::Timestamp;
use platform::db::{DbError, KEYS, Param, Row, Tx};
use platform::params;
use platform::register::{Shown, TakenOut};
use std::collections::BTreeSet;

const OF: &str = " where dan_no = $1";
const IN_ORDER: &str = " where dan_no = $1 order by id";

platform::statements! {
    /// Is anybody gone?
    ANYBODY = "select 1 as n from gateway_gone limit 1";
    /// Who of these is gone?
    AMONG = concatcp!("select person_token from gateway_gone where person_token in ", KEYS);
    /// 情報提供等記録 of a person, and until when they are kept.
    RECORDS_LEFT = "select count(*) as n, max(kept_until) as until from gateway_record where dan_no = $1";
    /// Inquiries, provisions and requests of a person that are kept.
    OTHERS_LEFT = "select (select count(*) from gateway_inquiry where dan_no = $1) + (select count(*) from gateway_provision where dan_no = $1) + (select count(*) from gateway_own where dan_no = $1) as n";
    /// The 符号.
    CODES = concatcp!(CodeBinding::SELECT, IN_ORDER);
    /// 副本.
    REPLICA = concatcp!(ReplicaRow::SELECT, IN_ORDER);
    /// Flags.
    FLAGS = concatcp!(PersonFlags::SELECT, IN_ORDER);
    /// Consents.
    CONSENTS = concatcp!(Consent::SELECT, IN_ORDER);
    /// お知らせ.
    MESSAGES = concatcp!(Message::SELECT, IN_ORDER);
    /// Differences of comparisons.
    DIFFERENCES = concatcp!(DifferenceRow::SELECT, IN_ORDER);
    /// The 符号 goes.
    CODES_OUT = concatcp!("delete from gateway_code", OF);
    /// 符号取得 goes.
    ACQUISITION_OUT = concatcp!("delete from gateway_acquisition", OF);
    /// 副本 go.
    REPLICA_OUT = concatcp!("delete from gateway_replica", OF);
    /// Flags go.
    FLAGS_OUT = concatcp!("delete from gateway_person", OF);
    /// Consents go.
    CONSENTS_OUT = concatcp!("delete from gateway_consent", OF);
    /// お知らせ go.
    MESSAGES_OUT = concatcp!("delete from gateway_message", OF);
    /// Differences go.
    DIFFERENCES_OUT = concatcp!("delete from gateway_difference", OF);
}

const OUT: [&str; 7] = [CODES_OUT, ACQUISITION_OUT, REPLICA_OUT, FLAGS_OUT, CONSENTS_OUT, MESSAGES_OUT, DIFFERENCES_OUT];

/// Is anybody gone at all?
pub(crate) async fn anybody(tx: &mut Tx) -> Result<bool, DbError> {
    Ok(tx.first(ANYBODY, vec![]).await?.is_some())
}

/// The tokens among these that are of people who are gone.
pub(crate) async fn among(tx: &mut Tx, tokens: Vec<Param>) -> Result<BTreeSet<Vec<u8>>, DbError> {
    tx.all_of(AMONG, &tokens).await?.iter().map(|row| row.get("person_token")).collect()
}

/// How many 情報提供等記録 are kept of a person, and until when.
pub(crate) async fn records_left(tx: &mut Tx, dan: &DanNo) -> Result<(i64, Option<kernel::Date>), DbError> {
    let row = tx.one(RECORDS_LEFT, params![dan]).await?;
    Ok((row.get("n")?, row.get("until")?))
}

/// How many inquiries, provisions and 自己情報 are kept of a person.
pub(crate) async fn others_left(tx: &mut Tx, dan: &DanNo) -> Result<i64, DbError> {
    tx.one(OTHERS_LEFT, params![dan]).await?.get("n")
}

/// Takes out everything of a person; answers how many rows of registers it was, and a hash over them.
pub(crate) async fn remove(tx: &mut Tx, dan: &DanNo, now: Timestamp) -> Result<(i64, String), DbError> {
    let mut gone = TakenOut::default();
    type Words = fn(&Row) -> Result<Vec<Shown>, DbError>;
    let registers: [(&'static str, Words); 6] = [
        (CODES, |r| Ok(CodeBinding::read(r)?.in_words())),
        (REPLICA, |r| Ok(ReplicaRow::read(r)?.in_words())),
        (FLAGS, |r| Ok(PersonFlags::read(r)?.in_words())),
        (CONSENTS, |r| Ok(Consent::read(r)?.in_words())),
        (MESSAGES, |r| Ok(Message::read(r)?.in_words())),
        (DIFFERENCES, |r| Ok(DifferenceRow::read(r)?.in_words())),
    ];
    for (sql, words) in registers {
        for row in tx.all(sql, params![dan]).await? {
            gone.add(&words(&row)?);
        }
    }
    for out in OUT {
        tx.run(out, params![dan]).await?;
    }
    let (change, _) = super::replica::change(tx).await?;
    super::replica::changed(tx, change + 1, now).await?;
    Ok(gone.proof())
}
