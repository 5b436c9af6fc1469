//! All SQL of the gateway. Rows of machines are looked up, taken out and put in by lists of keys, never one statement a row.

pub(crate) mod gone;
pub(crate) mod machines;
pub(crate) mod outgoing;
pub(crate) mod registers;
pub(crate) mod replica;
pub(crate) mod sweep;

use platform::db::{DbError, Param, Row, Statement, Tx};

/// Keys in one list. A shorter list repeats its last key.
const WIDTH: usize = 64;
/// The list as parameters.
const KEYS: &str = "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, \
    $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, \
    $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64
)";

/// Every statement.
pub(crate) fn statements() -> Vec<Statement> {
    [gone::STATEMENTS, machines::STATEMENTS, outgoing::STATEMENTS, registers::STATEMENTS, replica::STATEMENTS, sweep::STATEMENTS]
        .concat()
}

/// One list of keys as parameters.
fn list(keys: &[Param]) -> Vec<Param> {
    let Some(last) = keys.last() else { return Vec::new() };
    keys.iter().cloned().chain(std::iter::repeat_n(last.clone(), WIDTH.saturating_sub(keys.len()))).collect()
}

/// The rows of a statement for many keys.
pub(crate) async fn rows(tx: &mut Tx, sql: &'static str, keys: Vec<Param>) -> Result<Vec<Row>, DbError> {
    let mut all = Vec::new();
    for chunk in keys.chunks(WIDTH) {
        all.extend(tx.all(sql, list(chunk)).await?);
    }
    Ok(all)
}

/// The rows of a statement over one list of words, which may have `others` behind the list, from `$65` on. No word: no row.
pub(crate) async fn among(tx: &mut Tx, sql: &'static str, words: &[&str], others: Vec<Param>) -> Result<Vec<Row>, DbError> {
    let words: Vec<Param> = words.iter().map(|word| Param::from(*word)).collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    tx.all(sql, [list(&words), others].concat()).await
}

/// How many rows a statement over one list of words counts.
pub(crate) async fn count(tx: &mut Tx, sql: &'static str, words: &[&str], others: Vec<Param>) -> Result<i64, DbError> {
    among(tx, sql, words, others).await?.first().map_or(Ok(0), |row| row.get("n"))
}

/// Runs a statement for many keys.
pub(crate) async fn run(tx: &mut Tx, sql: &'static str, keys: Vec<Param>) -> Result<u64, DbError> {
    let mut changed = 0;
    for chunk in keys.chunks(WIDTH) {
        changed += tx.run(sql, list(chunk)).await?;
    }
    Ok(changed)
}
