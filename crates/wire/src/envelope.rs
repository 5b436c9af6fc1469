//! How a call between a city and its gateway is wrapped: one record, a file in parts, or a push, each under its interface id.

use crate::error::ExchangeError;
use crate::ident::{InstitutionCode, Mode, RequestId};
use crate::interface::{InterfaceId, Inventory, Style};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What every call says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Which interface.
    pub interface: InterfaceId,
    /// Id of the call; a repetition carries the same.
    pub call: RequestId,
    /// Whose call.
    pub institution: InstitutionCode,
    /// Real or test.
    pub mode: Mode,
}

/// A call in one of the three styles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content<T> {
    /// One record, answered at once.
    Single(T),
    /// A part of a file; its rows keep their order.
    File {
        /// Which part, from 1.
        part: u32,
        /// How many parts there are.
        parts: u32,
        /// The rows.
        rows: Vec<T>,
    },
    /// Sent by the gateway without being asked.
    Push(T),
}

/// A call with its header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// The header.
    pub header: Header,
    /// The content.
    pub content: Content<T>,
}

/// Why a call is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EnvelopeError {
    /// Not among the 83.
    #[error("インターフェイス {0} はありません。番号を確かめてください")]
    NoSuchInterface(InterfaceId),
    /// A file where one record belongs, or the reverse.
    #[error("インターフェイス {0} の方式(即時・ファイル・送信)が違います。呼出し方を確かめてください")]
    WrongStyle(InterfaceId),
    /// Part 0, a part beyond the last, or a file without parts.
    #[error("ファイルの分割番号 {0}/{1} が正しくありません。分割し直してください")]
    WrongPart(u32, u32),
    /// More rows than one part may hold.
    #[error("1回に送れるのは{allowed}件までです({rows}件ありました)。分割して送ってください")]
    TooManyRows {
        /// Rows found.
        rows: usize,
        /// Rows allowed.
        allowed: usize,
    },
    /// Another city's call on this city's connection.
    #[error("この接続では、その機関の通信は受け付けられません")]
    OtherInstitution,
}

impl EnvelopeError {
    /// The error by the names of the exchange, for a caller that is not told more.
    pub fn outward(&self) -> ExchangeError {
        match self {
            EnvelopeError::OtherInstitution => ExchangeError::NotPermitted,
            _ => ExchangeError::MasterVersionMismatch,
        }
    }
}

impl<T> Envelope<T> {
    /// Checks the wrapping of a call that came over the connection of `me`.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn check(&self, inventory: &Inventory, me: &InstitutionCode, chunk_records: usize) -> Result<(), EnvelopeError> {
        if self.header.institution != *me {
            return Err(EnvelopeError::OtherInstitution);
        }
        let id = &self.header.interface;
        let row = inventory.find(id.as_str()).ok_or_else(|| EnvelopeError::NoSuchInterface(id.clone()))?;
        let style = match &self.content {
            Content::Single(_) => Style::Single,
            Content::File { .. } => Style::File,
            Content::Push(_) => Style::Push,
        };
        if row.style != style {
            return Err(EnvelopeError::WrongStyle(id.clone()));
        }
        match &self.content {
            Content::File { part, parts, .. } if *part == 0 || part > parts => Err(EnvelopeError::WrongPart(*part, *parts)),
            Content::File { rows, .. } if rows.len() > chunk_records => {
                Err(EnvelopeError::TooManyRows { rows: rows.len(), allowed: chunk_records })
            }
            _ => Ok(()),
        }
    }
}

/// Good rows go on, bad rows are listed by their place (from 1) and error; the order is kept (団体内統合宛名: ATN-07).
pub fn divide<T, U>(
    rows: impl IntoIterator<Item = T>,
    mut translate: impl FnMut(T) -> Result<U, ExchangeError>,
) -> (Vec<U>, Vec<(usize, ExchangeError)>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for (place, row) in (1..).zip(rows) {
        match translate(row) {
            Ok(row) => good.push(row),
            Err(error) => bad.push((place, error)),
        }
    }
    (good, bad)
}
