//! The data dictionary: one macro declares a register's struct, its row mapping and what every column is.
//!
//! A column cannot exist without an entry: the struct, the SQL column list and the dictionary come from the same lines, and a test
//! compares them with both databases.

use crate::keys::{hex, sha256};
use kernel::access::Sensitivity;
use kernel::ident::{AtenaNo, DanNo};
use kernel::time::{Timestamp, YearMonth, civil, clock_time, wareki};
use kernel::{Date, Yen};

/// One column of a register.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// SQL name.
    pub name: &'static str,
    /// Label on screen, in Japanese.
    pub label_ja: &'static str,
    /// Field group, the unit of access control, for instance `juki.address`.
    pub group: &'static str,
    /// How carefully it must be treated.
    pub sensitivity: Sensitivity,
    /// Items of the seed papers it answers, for instance `juki.012`.
    pub seed: &'static [&'static str],
    /// Rust type as declared, for instance `Option<Yen>`; an option may be empty.
    pub kind: &'static str,
}

impl Column {
    /// Does a clerk read it? Row numbers that only join tables, and what is kept sealed, are not for reading.
    pub fn is_read(&self) -> bool {
        let joins = self.name.ends_with("_id") || self.name.ends_with("seq") || self.name.ends_with("subject");
        !joins && self.sensitivity != Sensitivity::Secret && !self.kind.contains("Vec<u8>")
    }
}

/// One field of a stored row in words: the column and its value; empty where nothing is stored.
pub type Shown = (&'static Column, String);

/// What is taken out for good, row by row in words: a hash over it proves later what it was, and says nothing of it to anybody.
#[derive(Debug, Default)]
pub struct TakenOut {
    rows: i64,
    text: String,
}

impl TakenOut {
    /// One more row.
    pub fn add(&mut self, row: &[Shown]) {
        self.rows += 1;
        for (column, value) in row {
            self.text.push_str(&format!("{}={value}\u{1f}", column.name));
        }
        self.text.push('\n');
    }

    /// How many rows it was, and the SHA-256 over them, hexadecimal.
    pub fn proof(&self) -> (i64, String) {
        (self.rows, hex(&sha256(self.text.as_bytes())))
    }
}

/// A stored value as a clerk reads it.
pub trait InWords {
    /// The words; empty where nothing is stored.
    fn in_words(&self) -> String;
}

impl InWords for String {
    fn in_words(&self) -> String {
        self.clone()
    }
}

impl InWords for i64 {
    fn in_words(&self) -> String {
        self.to_string()
    }
}

impl InWords for bool {
    fn in_words(&self) -> String {
        if *self { "はい" } else { "いいえ" }.to_owned()
    }
}

impl InWords for Date {
    fn in_words(&self) -> String {
        wareki(*self)
    }
}

impl InWords for Timestamp {
    fn in_words(&self) -> String {
        format!("{} {}", wareki(civil(*self)), clock_time(*self))
    }
}

impl InWords for Yen {
    fn in_words(&self) -> String {
        self.to_string()
    }
}

impl InWords for YearMonth {
    fn in_words(&self) -> String {
        self.wareki()
    }
}

impl InWords for AtenaNo {
    fn in_words(&self) -> String {
        self.to_string()
    }
}

impl InWords for DanNo {
    fn in_words(&self) -> String {
        self.to_string()
    }
}

/// Sealed bytes have no words.
impl InWords for Vec<u8> {
    fn in_words(&self) -> String {
        String::new()
    }
}

impl<T: InWords> InWords for Option<T> {
    fn in_words(&self) -> String {
        self.as_ref().map_or_else(String::new, T::in_words)
    }
}

/// One register: a table with its meaning.
#[derive(Debug, Clone, Copy)]
pub struct Register {
    /// SQL table; its prefix names the owning crate.
    pub table: &'static str,
    /// Name on screen.
    pub name_ja: &'static str,
    /// Code of the purpose (事務) it is kept for.
    pub purpose: &'static str,
    /// Legal basis.
    pub basis_ja: &'static str,
    /// How long it is kept, in words.
    pub retention_ja: &'static str,
    /// Columns after `id`.
    pub columns: &'static [Column],
}

/// Declares a register. Every register has the identity column `id`, which the database gives out.
///
/// ```
/// platform::register! {
///     /// A pet.
///     pub struct Pet in "resident_pet" named "犬の登録", purpose "juki", basis "狂犬病予防法4条", retention "5年" {
///         /// Its name.
///         name: String, "名前", "pet.core", Plain, [];
///         /// Born.
///         born: Option<kernel::Date>, "生年月日", "pet.core", Plain, ["pet.001"];
///     }
/// }
/// assert_eq!(Pet::SELECT, "select id, name, born from resident_pet");
/// ```
#[macro_export]
macro_rules! register {
    (
        $(#[$doc:meta])*
        pub struct $name:ident in $table:literal named $label:literal, purpose $purpose:literal, basis $basis:literal, retention $retention:literal {
            $($(#[$fdoc:meta])* $field:ident : $type:ty, $flabel:literal, $group:literal, $sens:ident, [$($seed:literal),*];)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            /// Row number; 0 before the row is stored.
            pub id: i64,
            $($(#[$fdoc])* pub $field: $type,)+
        }

        impl $name {
            /// SQL table.
            pub const TABLE: &'static str = $table;
            /// Columns after `id`.
            pub const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),+];
            /// `select` of all columns, to which a store adds its `where`.
            pub const SELECT: &'static str = concat!("select id", $(", ", stringify!($field),)+ " from ", $table);
            /// What the columns are.
            pub const REGISTER: $crate::register::Register = $crate::register::Register {
                table: $table,
                name_ja: $label,
                purpose: $purpose,
                basis_ja: $basis,
                retention_ja: $retention,
                columns: &[$($crate::register::Column {
                    name: stringify!($field),
                    label_ja: $flabel,
                    group: $group,
                    sensitivity: $crate::register::sensitivity::$sens,
                    seed: &[$($seed),*],
                    kind: stringify!($type),
                }),+],
            };

            /// Reads a row of [`Self::SELECT`].
            ///
            /// # Errors
            /// When a column does not have the declared type.
            pub fn read(row: &$crate::db::Row) -> Result<Self, $crate::db::DbError> {
                Ok(Self { id: row.get("id")?, $($field: row.get(stringify!($field))?,)+ })
            }

            /// Every field that a clerk reads, in words.
            pub fn in_words(&self) -> Vec<$crate::register::Shown> {
                let words = [$($crate::register::InWords::in_words(&self.$field)),+];
                Self::REGISTER.columns.iter().zip(words).filter(|(c, _)| c.is_read()).collect()
            }

            /// Every field in words, also those that no page shows; sealed bytes are empty.
            pub fn in_all_words(&self) -> Vec<$crate::register::Shown> {
                let words = [$($crate::register::InWords::in_words(&self.$field)),+];
                Self::REGISTER.columns.iter().zip(words).collect()
            }

            /// The values of [`Self::COLUMNS`].
            pub fn values(&self) -> Vec<$crate::db::Param> {
                vec![$($crate::db::Param::from(self.$field.clone())),+]
            }

            /// Stores the row and answers its number.
            ///
            /// # Errors
            /// The database's refusal.
            pub async fn insert(&self, tx: &mut $crate::db::Tx) -> Result<i64, $crate::db::DbError> {
                tx.insert_row(Self::TABLE, Self::COLUMNS, self.values()).await
            }

            /// Stores many rows, a few hundred at a time.
            ///
            /// # Errors
            /// The database's refusal.
            pub async fn insert_all(rows: &[Self], tx: &mut $crate::db::Tx) -> Result<(), $crate::db::DbError> {
                tx.insert_rows(Self::TABLE, Self::COLUMNS, rows.iter().map(Self::values).collect()).await
            }
        }
    };
}

/// The sensitivities under names a macro can use.
#[allow(non_upper_case_globals, reason = "the macro writes the variant names of Sensitivity")]
pub mod sensitivity {
    use super::Sensitivity;
    /// [`Sensitivity::Plain`].
    pub const Plain: Sensitivity = Sensitivity::Plain;
    /// [`Sensitivity::Personal`].
    pub const Personal: Sensitivity = Sensitivity::Personal;
    /// [`Sensitivity::Sensitive`].
    pub const Sensitive: Sensitivity = Sensitivity::Sensitive;
    /// [`Sensitivity::Secret`].
    pub const Secret: Sensitivity = Sensitivity::Secret;
}
