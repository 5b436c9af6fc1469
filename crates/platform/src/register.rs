//! The data dictionary: one macro declares a register's struct, its row mapping and what every column is.
//!
//! A column cannot exist without an entry: the struct, the SQL column list and the dictionary come from the same lines, and a test
//! compares them with both databases.

use kernel::access::Sensitivity;

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
                }),+],
            };

            /// Reads a row of [`Self::SELECT`].
            ///
            /// # Errors
            /// When a column does not have the declared type.
            pub fn read(row: &$crate::db::Row) -> Result<Self, $crate::db::DbError> {
                Ok(Self { id: row.get("id")?, $($field: row.get(stringify!($field))?,)+ })
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
