//! Opaque values: random or derived bytes, written as hexadecimal, shown in logs by their first digits only.

/// Makes a type of `$len` bytes with hexadecimal text form.
macro_rules! opaque {
    ($(#[$doc:meta])* $type:ident, $name:literal, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type([u8; $len]);

        impl $type {
            /// Name in messages.
            pub const NAME: &'static str = $name;

            /// A new random value.
            pub fn draw(rng: &mut dyn $crate::Randomness) -> Self {
                let mut bytes = [0; $len];
                rng.fill(&mut bytes);
                Self(bytes)
            }

            /// The value with these bytes.
            pub const fn from_bytes(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// Reads the hexadecimal form.
            ///
            /// # Errors
            /// [`IdError`]($crate::ident::IdError) for other lengths or characters.
            pub fn parse(text: &str) -> Result<Self, $crate::ident::IdError> {
                $crate::opaque::from_hex(text).map(Self).ok_or($crate::ident::IdError { name: $name, form: concat!("16進数で", $len, "バイト") })
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::opaque::to_hex(&self.0))
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let [first, second, ..] = &self.0;
                write!(f, "{}({first:02x}{second:02x}…)", stringify!($type))
            }
        }

        impl TryFrom<String> for $type {
            type Error = $crate::ident::IdError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> String {
                value.to_string()
            }
        }
    };
}
pub(crate) use opaque;

/// Lower-case hexadecimal.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from(if n < 10 { b'0' + n } else { b'a' + n - 10 });
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

/// Exactly `N` bytes from hexadecimal text.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    bytes_from_hex(text)?.try_into().ok()
}

/// Bytes from hexadecimal text of even length.
pub(crate) fn bytes_from_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| Some(value(*high)? << 4 | value(*low)?)).collect())?
}

/// What a digit is worth, in either case.
fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
