//! Who asks whom for what: names of institutions, tenants, procedures, data sets and items, and the random ids of one exchange.
//!
//! There is no 個人番号 here and no type that could hold one: a person is a 団番 inside a city's own gateway and a
//! [`Code`](crate::code::Code) everywhere else.

use crate::opaque::opaque;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// Why an id was refused. Never contains the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{name}の形が違います({form})。送信元の設定を確かめてください")]
pub struct IdError {
    /// Name of the id.
    pub name: &'static str,
    /// The form expected.
    pub form: &'static str,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $type:ident, $name:literal, $form:literal, $fits:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(String);

        impl $type {
            /// Name in messages.
            pub const NAME: &'static str = $name;

            /// Reads the id.
            ///
            /// # Errors
            /// [`IdError`] when the text does not have the form.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let fits: fn(&str) -> bool = $fits;
                if fits(text) { Ok(Self(text.to_owned())) } else { Err(IdError { name: $name, form: $form }) }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $type {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$type> for String {
            fn from(id: $type) -> String {
                id.0
            }
        }
    };
}

fn digits(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|b| b.is_ascii_digit())
}

fn prefixed(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| digits(rest, 14))
}

text_id!(
    /// 機関コード: an institution on the network, 16 digits.
    InstitutionCode, "機関コード", "数字16桁", |t| digits(t, 16)
);
text_id!(
    /// A city's own part of a gateway platform: its own database, keys and connection. Lower-case letters, digits and hyphens.
    TenantId, "テナントID", "英小文字・数字・ハイフン32字以内",
    |t| (1..=32).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
);
text_id!(
    /// 事務手続コード: a procedure for which one may ask, `JT` and 14 digits.
    ProcedureId, "事務手続コード", "JTと数字14桁", |t| prefixed(t, "JT")
);
text_id!(
    /// 特定個人情報名コード: a data set, `TM` and 14 digits.
    DataSetId, "特定個人情報名コード", "TMと数字14桁", |t| prefixed(t, "TM")
);
text_id!(
    /// An item of a data set, by its name: 市町村民税所得割額.
    ItemId, "項目", "空白のない40字以内の名前",
    |t| !t.is_empty() && t.chars().count() <= 40 && !t.chars().any(|c| c.is_whitespace() || c.is_control())
);
text_id!(
    /// データセットレコードキー: which record of a person in a data set, such as the tax year `2026`.
    RecordKey, "データセットレコードキー", "英数字とハイフン20字以内",
    |t| (1..=20).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
);

opaque!(
    /// One inquiry, drawn by the asker. The same inquiry repeats it, so that nothing happens twice.
    RequestId, "照会ID", 16
);
opaque!(
    /// 許可番号: one permit, and the id of its 情報提供等記録 on all three sides.
    PermitNo, "許可番号", 16
);
opaque!(
    /// The number of a permit that may be used once.
    Nonce, "使捨て番号", 16
);
opaque!(
    /// One load of a replica.
    LoadId, "登録ID", 16
);
opaque!(
    /// A SHA-256 value.
    Digest, "ハッシュ値", 32
);

impl Digest {
    /// SHA-256 over the parts, each with its length, so that no two lists of parts read alike.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut context = ring::digest::Context::new(&ring::digest::SHA256);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(context.finish().as_ref()).for_each(|(to, from)| *to = *from);
        Self(bytes)
    }
}

/// Real business, or a connection test whose messages touch nothing real.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// 本番.
    #[default]
    Production,
    /// 連携テスト.
    Test,
}

/// A data set in one of its versions (版番号). Two versions may be live at once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DataSet {
    /// Which data.
    pub id: DataSetId,
    /// Version of its layout.
    pub version: u16,
}

impl fmt::Display for DataSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} 第{}版", self.id, self.version)
    }
}
