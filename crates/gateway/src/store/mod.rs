//! All SQL of the gateway. Rows of machines are looked up, taken out and put in by lists of keys, never one statement a row.

pub(crate) mod gone;
pub(crate) mod machines;
pub(crate) mod outgoing;
pub(crate) mod registers;
pub(crate) mod replica;
pub(crate) mod sweep;

use platform::db::{DbError, Param, Row, Statement, Tx, keys};

/// Every statement.
pub(crate) fn statements() -> Vec<Statement> {
    [gone::STATEMENTS, machines::STATEMENTS, outgoing::STATEMENTS, registers::STATEMENTS, replica::STATEMENTS, sweep::STATEMENTS]
        .concat()
}

/// The rows of a statement over one list of words, which may have `others` behind the list, from `$65` on. No word: no row.
pub(crate) async fn among(tx: &mut Tx, sql: &'static str, words: &[&str], others: Vec<Param>) -> Result<Vec<Row>, DbError> {
    let words: Vec<Param> = words.iter().map(|word| Param::from(*word)).collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    tx.all(sql, [keys(&words), others].concat()).await
}

/// How many rows a statement over one list of words counts.
pub(crate) async fn count(tx: &mut Tx, sql: &'static str, words: &[&str], others: Vec<Param>) -> Result<i64, DbError> {
    among(tx, sql, words, others).await?.first().map_or(Ok(0), |row| row.get("n"))
}
