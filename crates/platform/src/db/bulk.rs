//! Many rows at once: PostgreSQL takes them as arrays or as one binary COPY, SQLite as statements of some dozens of rows.

use super::{DbError, Inner, Param, Tx, bound, on};
use kernel::time::Date;
use sqlx::{AssertSqlSafe, PgConnection};

/// Bytes that are handed to the server at a time.
const PIECE: usize = 1 << 20;
/// How a binary COPY begins: signature, flags, length of the extension.
const HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// How it ends.
const TAIL: [u8; 2] = (-1_i16).to_be_bytes();
/// Day 0 of PostgreSQL.
const EPOCH: Date = Date::constant(2000, 1, 1);

/// Rows from which on PostgreSQL is faster with a COPY. Below, the driver's second write waits for the server's acknowledgement of the
/// first (TCP without `nodelay`: 40 ms), longer than the rows take. Loads come in pieces of
/// 5,000 rows, and some are a few short of it.
const MANY: usize = 4_000;
/// Rows of one statement on SQLite. Few sizes, so that the statements stay prepared whatever the batch; and small ones, because larger
/// statements are not faster.
const GROUPS: [usize; 3] = [32, 4, 1];

impl Tx {
    /// Inserts rows: PostgreSQL takes all of them as arrays in one statement, SQLite some dozens at a time. Table and columns are names
    /// from the code, never from data; all rows have the same types.
    ///
    /// # Errors
    /// The engine's refusal; nothing of the rows is kept once the transaction is dropped.
    pub async fn insert_rows(
        &mut self,
        table: &'static str,
        columns: &[&'static str],
        rows: Vec<Vec<Param>>,
    ) -> Result<(), DbError> {
        if let Inner::Pg(tx) = &mut self.inner {
            return insert_arrays(tx, table, columns, rows).await;
        }
        let mut rows = rows.into_iter();
        for size in GROUPS {
            let sql = insert_sql(table, columns, size, false);
            while rows.len() >= size {
                let params = rows.by_ref().take(size).flatten();
                on!(self, conn => { bound!(AssertSqlSafe(sql.clone()), params).execute(conn).await?; });
            }
        }
        Ok(())
    }

    /// Inserts very many rows, as [`Tx::insert_rows`] does, by the fastest way of each engine. All whole numbers stand in 64-bit columns.
    ///
    /// # Errors
    /// The engine's refusal; nothing of the load is kept once the transaction is dropped.
    pub async fn load_rows(
        &mut self,
        table: &'static str,
        columns: &[&'static str],
        rows: Vec<Vec<Param>>,
    ) -> Result<(), DbError> {
        let tx = match &mut self.inner {
            Inner::Pg(tx) if rows.len() >= MANY => tx,
            _ => return self.insert_rows(table, columns, rows).await,
        };
        let sql = format!("copy {table} ({}) from stdin (format binary)", columns.join(", "));
        let mut copy = tx.copy_in_raw(&sql).await?;
        let mut piece = Vec::with_capacity(PIECE + PIECE / 4);
        piece.extend_from_slice(HEAD);
        for row in &rows {
            write_row(&mut piece, row);
            if piece.len() >= PIECE {
                copy.send(piece.as_slice()).await?;
                piece.clear();
            }
        }
        piece.extend_from_slice(&TAIL);
        copy.send(piece.as_slice()).await?;
        copy.finish().await?;
        Ok(())
    }
}

/// `insert into TABLE (COLUMNS) values …`. SQLite looks a numbered parameter up by its name, one after the other, at each binding;
/// parameters without a name cost nothing. And a statement that fails leaves its first rows there (`or fail`), so that it need not copy
/// every page it touches: whoever is refused drops the unit or starts it again, as PostgreSQL demands anyway.
pub(super) fn insert_sql(table: &str, columns: &[&str], rows: usize, postgres: bool) -> String {
    let verb = if postgres { "insert" } else { "insert or fail" };
    let marks = |n: usize| if postgres { format!("${}", n + 1) } else { "?".to_owned() };
    let row = |r: usize| {
        let all: Vec<String> = (0..columns.len()).map(|c| marks(r * columns.len() + c)).collect();
        format!("({})", all.join(", "))
    };
    let all: Vec<String> = (0..rows).map(row).collect();
    format!("{verb} into {table} ({}) values {}", columns.join(", "), all.join(", "))
}

/// The values of one column.
enum Values {
    Int(Vec<Option<i64>>),
    Text(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Bool(Vec<Option<bool>>),
    Date(Vec<Option<String>>),
}

impl Values {
    /// A column of the type of a value.
    fn like(value: &Param, rows: usize) -> Self {
        match value {
            Param::Int(_) => Self::Int(Vec::with_capacity(rows)),
            Param::Text(_) => Self::Text(Vec::with_capacity(rows)),
            Param::Bytes(_) => Self::Bytes(Vec::with_capacity(rows)),
            Param::Bool(_) => Self::Bool(Vec::with_capacity(rows)),
            Param::Date(_) => Self::Date(Vec::with_capacity(rows)),
        }
    }

    /// Its type in a statement.
    fn cast(&self) -> &'static str {
        match self {
            Self::Int(_) => "bigint[]",
            Self::Text(_) => "text[]",
            Self::Bytes(_) => "bytea[]",
            Self::Bool(_) => "boolean[]",
            Self::Date(_) => "text[]::date[]",
        }
    }

    fn push(&mut self, value: Param) -> Result<(), DbError> {
        match (self, value) {
            (Self::Int(all), Param::Int(v)) => all.push(v),
            (Self::Text(all), Param::Text(v)) => all.push(v),
            (Self::Bytes(all), Param::Bytes(v)) => all.push(v),
            (Self::Bool(all), Param::Bool(v)) => all.push(v),
            (Self::Date(all), Param::Date(v)) => all.push(v.map(|day| day.to_string())),
            _ => return Err(DbError::Shape("insert".to_owned())),
        }
        Ok(())
    }
}

/// `insert into TABLE (COLUMNS) select * from unnest(…)`: one statement, whatever the number of rows.
async fn insert_arrays(conn: &mut PgConnection, table: &str, columns: &[&str], rows: Vec<Vec<Param>>) -> Result<(), DbError> {
    let Some(first) = rows.first() else { return Ok(()) };
    let mut arrays: Vec<Values> = first.iter().map(|value| Values::like(value, rows.len())).collect();
    for row in rows {
        for (array, value) in arrays.iter_mut().zip(row) {
            array.push(value)?;
        }
    }
    let casts: Vec<String> = arrays.iter().zip(1..).map(|(array, n)| format!("${n}::{}", array.cast())).collect();
    let sql = format!("insert into {table} ({}) select * from unnest({})", columns.join(", "), casts.join(", "));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for array in arrays {
        query = match array {
            Values::Int(all) => query.bind(all),
            Values::Text(all) | Values::Date(all) => query.bind(all),
            Values::Bytes(all) => query.bind(all),
            Values::Bool(all) => query.bind(all),
        };
    }
    query.execute(conn).await?;
    Ok(())
}

fn write_row(out: &mut Vec<u8>, row: &[Param]) {
    out.extend_from_slice(&i16::try_from(row.len()).unwrap_or(i16::MAX).to_be_bytes());
    for value in row {
        match value {
            Param::Int(Some(v)) => field(out, &v.to_be_bytes()),
            Param::Text(Some(v)) => field(out, v.as_bytes()),
            Param::Bytes(Some(v)) => field(out, v),
            Param::Bool(Some(v)) => field(out, &[u8::from(*v)]),
            Param::Date(Some(v)) => field(out, &days(*v).to_be_bytes()),
            _ => out.extend_from_slice(&(-1_i32).to_be_bytes()),
        }
    }
}

fn field(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&i32::try_from(bytes.len()).unwrap_or(i32::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

fn days(date: Date) -> i32 {
    date.since((jiff::Unit::Day, EPOCH)).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_the_first_of_2000() {
        assert_eq!(days(Date::constant(2000, 1, 1)), 0);
        assert_eq!(days(Date::constant(1999, 12, 31)), -1);
        assert_eq!(days(Date::constant(2026, 11, 21)), 9_821);
    }

    #[test]
    fn a_row_is_its_length_and_its_fields_with_theirs() {
        let (mut out, row) = (Vec::new(), crate::params![7_i64, "あ", Option::<&str>::None, true]);
        write_row(&mut out, &row);
        let expected: &[&[u8]] =
            &[&[0, 4], &[0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 7], &[0, 0, 0, 3], "あ".as_bytes(), &[255; 4], &[0, 0, 0, 1, 1]];
        assert_eq!(out, expected.concat());
    }
}
