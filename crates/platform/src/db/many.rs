//! Statements over many keys, a few dozen at a time, so that few texts stay prepared whatever the number of keys.

use super::{DbError, Param, Row, Tx};

/// Keys in one list. A shorter list repeats its last key.
const WIDTH: usize = 64;
/// The list of a statement: `… where id in ` followed by it. Further parameters begin at `$65`.
pub const KEYS: &str = "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, \
    $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, \
    $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64)";

/// One list of keys as the parameters of [`KEYS`]; empty for no key. Keys beyond the width of a list are not in it.
pub fn keys(some: &[Param]) -> Vec<Param> {
    some.iter().chain(some.last().into_iter().cycle()).take(if some.is_empty() { 0 } else { WIDTH }).cloned().collect()
}

impl Tx {
    /// The rows of a statement with [`KEYS`], for all keys. No key: no row.
    ///
    /// # Errors
    /// The engine's refusal.
    pub async fn all_of(&mut self, sql: &'static str, of: &[Param]) -> Result<Vec<Row>, DbError> {
        let mut all = Vec::new();
        for part in of.chunks(WIDTH) {
            all.extend(self.all(sql, keys(part)).await?);
        }
        Ok(all)
    }

    /// Runs a statement with [`KEYS`], for all keys.
    ///
    /// # Errors
    /// The engine's refusal.
    pub async fn run_for(&mut self, sql: &'static str, of: &[Param]) -> Result<(), DbError> {
        for part in of.chunks(WIDTH) {
            self.run(sql, keys(part)).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_list_repeats_its_last_key_and_no_key_is_no_list() {
        let ints = |list: Vec<Param>| list.iter().map(|p| format!("{p:?}")).collect::<Vec<_>>();
        let (one, two) = (Param::from(1_i64), Param::from(2_i64));
        let list = keys(&[one.clone(), two.clone()]);
        assert_eq!(list.len(), WIDTH);
        assert_eq!(ints(list), ints([vec![one], vec![two; WIDTH - 1]].concat()));
        assert!(keys(&[]).is_empty());
        assert_eq!(KEYS.matches('$').count(), WIDTH, "the text has as many places");
    }
}
