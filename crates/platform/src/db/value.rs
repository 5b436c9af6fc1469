//! Values that travel to and from both databases.

use super::DbError;
use kernel::Yen;
use kernel::time::{Date, PartialDate, Timestamp, YearMonth};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

/// A bound value. `None` is a typed NULL, which PostgreSQL needs.
#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    /// Integers, yen, and instants in microseconds.
    Int(Option<i64>),
    /// Text, and all numbers with leading zeros.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
    /// Truth values.
    Bool(Option<bool>),
    /// Days.
    Date(Option<Date>),
}

macro_rules! param {
    ($type:ty, $variant:ident, $v:ident => $conv:expr) => {
        impl From<$type> for Param {
            fn from($v: $type) -> Param {
                Param::$variant(Some($conv))
            }
        }
        impl From<Option<$type>> for Param {
            fn from(v: Option<$type>) -> Param {
                Param::$variant(v.map(|$v| $conv))
            }
        }
    };
}

param!(i64, Int, v => v);
param!(i32, Int, v => i64::from(v));
param!(i16, Int, v => i64::from(v));
param!(u8, Int, v => i64::from(v));
param!(u32, Int, v => i64::from(v));
param!(Yen, Int, v => v.0);
param!(Timestamp, Int, v => v.as_microsecond());
param!(YearMonth, Int, v => i64::from(v.index()));
param!(String, Text, v => v);
param!(&str, Text, v => v.to_owned());
param!(&String, Text, v => v.clone());
param!(Vec<u8>, Bytes, v => v);
param!(&[u8], Bytes, v => v.to_vec());
param!(bool, Bool, v => v);
param!(Date, Date, v => v);

macro_rules! ident {
    ($($type:ident),*) => { $(
        impl From<&kernel::ident::$type> for Param {
            fn from(v: &kernel::ident::$type) -> Param { Param::Text(Some(v.as_str().to_owned())) }
        }
        impl From<Option<&kernel::ident::$type>> for Param {
            fn from(v: Option<&kernel::ident::$type>) -> Param { Param::Text(v.map(|v| v.as_str().to_owned())) }
        }
        impl From<kernel::ident::$type> for Param {
            fn from(v: kernel::ident::$type) -> Param { Param::Text(Some(v.into())) }
        }
        impl From<Option<kernel::ident::$type>> for Param {
            fn from(v: Option<kernel::ident::$type>) -> Param { Param::Text(v.map(String::from)) }
        }
        impl FromColumn for kernel::ident::$type {
            fn read(row: &Row, column: &str) -> Result<Self, DbError> {
                let text: String = row.get(column)?;
                Self::parse(&text).map_err(|_| DbError::Shape(column.to_owned()))
            }
            fn read_optional(row: &Row, column: &str) -> Result<Option<Self>, DbError> {
                let text: Option<String> = row.get(column)?;
                text.map(|t| Self::parse(&t).map_err(|_| DbError::Shape(column.to_owned()))).transpose()
            }
        }
    )* };
}
ident!(AtenaNo, SetaiNo, DanNo, InsurerNo, KohiBearerNo, RecipientNo, MedicalInstitutionCode, MunicipalityCode);

/// A result row of either database.
pub enum Row {
    /// From SQLite.
    Lite(SqliteRow),
    /// From PostgreSQL.
    Pg(PgRow),
}

impl From<SqliteRow> for Row {
    fn from(row: SqliteRow) -> Row {
        Row::Lite(row)
    }
}

impl From<PgRow> for Row {
    fn from(row: PgRow) -> Row {
        Row::Pg(row)
    }
}

impl Row {
    /// The value of a column.
    ///
    /// # Errors
    /// [`DbError::Shape`] naming the column when it is missing, NULL where a value is needed, or of another type.
    pub fn get<T: FromColumn>(&self, column: &str) -> Result<T, DbError> {
        T::read(self, column)
    }
}

/// A type that a column can hold, on both databases.
pub trait FromColumn: Sized {
    /// The value, which must be there.
    ///
    /// # Errors
    /// [`DbError::Shape`].
    fn read(row: &Row, column: &str) -> Result<Self, DbError>;

    /// The value, or `None` for NULL.
    ///
    /// # Errors
    /// [`DbError::Shape`].
    fn read_optional(row: &Row, column: &str) -> Result<Option<Self>, DbError>;
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn read(row: &Row, column: &str) -> Result<Self, DbError> {
        T::read_optional(row, column)
    }
    fn read_optional(row: &Row, column: &str) -> Result<Option<Self>, DbError> {
        T::read_optional(row, column).map(Some)
    }
}

macro_rules! column {
    ($type:ty, $raw:ty, $v:ident => $conv:expr) => {
        impl FromColumn for $type {
            fn read(row: &Row, column: &str) -> Result<Self, DbError> {
                <$type>::read_optional(row, column)?.ok_or_else(|| DbError::Shape(column.to_owned()))
            }
            fn read_optional(row: &Row, column: &str) -> Result<Option<Self>, DbError> {
                let value: Option<$raw> = match row {
                    Row::Lite(r) => r.try_get(column)?,
                    Row::Pg(r) => r.try_get(column)?,
                };
                let convert = |$v: $raw| -> Option<$type> { $conv };
                value.map(|v| convert(v).ok_or_else(|| DbError::Shape(column.to_owned()))).transpose()
            }
        }
    };
}

column!(i64, i64, v => Some(v));
column!(i16, i64, v => i16::try_from(v).ok());
column!(i32, i64, v => i32::try_from(v).ok());
column!(u32, i64, v => u32::try_from(v).ok());
column!(u8, i64, v => u8::try_from(v).ok());
column!(Yen, i64, v => Some(Yen(v)));
column!(Timestamp, i64, v => Timestamp::from_microsecond(v).ok());
column!(YearMonth, i64, v => i32::try_from(v).ok().map(YearMonth::from_index));
column!(String, String, v => Some(v));
column!(Vec<u8>, Vec<u8>, v => Some(v));
column!(bool, bool, v => Some(v));
column!(Date, jiff_sqlx::Date, v => Some(v.to_jiff()));

/// A partly unknown date lives in three columns: `NAME`, `NAME_earliest`, `NAME_latest`.
impl FromColumn for PartialDate {
    fn read(row: &Row, column: &str) -> Result<Self, DbError> {
        Ok(Self {
            text: row.get(column)?,
            earliest: row.get(&format!("{column}_earliest"))?,
            latest: row.get(&format!("{column}_latest"))?,
        })
    }
    fn read_optional(row: &Row, column: &str) -> Result<Option<Self>, DbError> {
        match row.get::<Option<String>>(column)? {
            Some(_) => Self::read(row, column).map(Some),
            None => Ok(None),
        }
    }
}
