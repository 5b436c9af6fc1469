//! レセプト電算処理 files (UKE): reader, writer and checks.
//!
//! Pure: bytes in, typed values out; no clock, no database. 医科, 歯科, 調剤 and DPC, as institutions write them (plain lines) and as
//! 審査支払機関 deliver them (lines with 履歴管理情報 in front).
//!
//! How certain the layouts are: 医科 follows the official 記録条件仕様 (令和4年4月版). 歯科 and 調剤 follow what public programs read;
//! the lines of 調剤 and the DPC records BU…CD stay raw. The overlay of corrections (データ識別 2, 6) by 行番号 and 枝番号 is inferred.
//!
//! [`Reader`] streams, [`Draft`] and [`Writer`] build files, [`check`] compares receipts with a roster of entitled people (資格突合).

pub mod check;
pub mod code;
pub mod draft;
pub mod error;
pub mod field;
pub mod header;
mod layout;
mod parse;
pub mod reader;
pub mod receipt;
pub mod record;
pub mod text;
pub mod totals;
pub mod writer;

pub use code::{Burden, Examiner, PatientClass, Payer, PointTable, Program, ReceiptKind, Sex};
pub use draft::{DiseaseDraft, Draft, ItemDraft};
pub use error::{ReadError, ReadErrorKind, RecordName, Warning, WarningKind};
pub use field::Code;
pub use header::Header;
pub use reader::{Event, Limits, Reader, verify};
pub use receipt::{Confirmation, Days, Disease, Insurance, Item, ItemKind, Public, PublicShare, Receipt, days_of};
pub use record::Record;
pub use totals::{Block, FileTotals, Totals};
pub use writer::{Style, WriteError, Writer};
