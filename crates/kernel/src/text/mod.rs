//! Text for comparison, search and files. Stored text is never altered: everything here makes keys and file forms from it.
//!
//! The folding of 異体字 is data (`reference`), so functions that need it take it as a [`Fold`].

mod address;
mod birth;
mod kana;
mod tokens;
mod variation;
mod width;
mod zengin;

pub use address::address_key;
pub use birth::parse_birth_query;
pub use kana::{kana_key, katakana, large};
pub use tokens::{Fold, address_query, address_tokens, name_key, name_query, name_tokens, ngrams, prefix_end, prefix_keys};
pub use variation::{characters, is_selector, length, without_selectors};
pub use width::{fold_width, half_kana, widen};
pub use zengin::{ZenginError, zengin_kana};
