//! The parts that several forms share: who sends, who receives, whom to ask.

use kernel::Yen;
use serde::Serialize;

/// Who the paper is sent to; placed where the window of a 長形3号 envelope shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Addressee {
    /// Postal code, `550-0001`.
    pub postal: String,
    /// Address lines: 住所, then 方書.
    pub lines: Vec<String>,
    /// Full name.
    pub name: String,
    /// 様 or 御中.
    pub honorific: String,
    /// A second line under the name, such as `保護者` or `（高﨑 颯太様分）`.
    pub note: Option<String>,
    /// Small reference under the address, such as a batch number; never a number that identifies the person to outsiders.
    pub reference: Option<String>,
}

/// What stands in the place of the seal (公印).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Seal {
    /// A frame for the seal.
    Frame,
    /// The words 公印省略.
    Omitted,
}

/// The authority in whose name the paper speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issuer {
    /// Name of the city, みなと市.
    pub city: String,
    /// Office of the author, みなと市長 or みなと市福祉事務所長.
    pub title: String,
    /// Name of the office holder.
    pub name: String,
    /// Place of the seal.
    pub seal: Seal,
}

/// The office that answers questions about the paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// Office, みなと市 健康福祉部 医療年金課.
    pub office: String,
    /// Postal code and address.
    pub address: String,
    /// Telephone and, where there is one, fax.
    pub phone: String,
}

/// A labelled value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Label.
    pub label: String,
    /// Value as printed.
    pub value: String,
}

impl Line {
    /// A labelled value.
    pub fn new(label: &str, value: &str) -> Self {
        Self { label: label.to_owned(), value: value.to_owned() }
    }
}

/// A labelled amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// Label.
    pub label: String,
    /// Remark beside the label.
    pub note: String,
    /// Amount in yen; negative amounts print with ▲.
    pub yen: Yen,
}

impl Amount {
    /// A labelled amount.
    pub fn new(label: &str, note: &str, yen: Yen) -> Self {
        Self { label: label.to_owned(), note: note.to_owned(), yen }
    }
}
