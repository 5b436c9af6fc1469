//! Who a peer is.

use crate::error::LineError;
use serde::{Deserialize, Serialize};
use std::fmt;
use wire::machine::Party;

/// Prefix of the URI in a certificate.
const SCHEME: &str = "atena:";

/// Name of a peer as its certificate says it: `network`, `juki`, `gateway:<機関コード>`, `city:<機関コード>`, or that of a process that is no
/// party of the exchange, such as `portal`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PeerName(String);

impl PeerName {
    /// Reads a name: up to 64 lower-case letters, digits, hyphens and colons.
    ///
    /// # Errors
    /// [`LineError::Name`].
    pub fn parse(text: &str) -> Result<Self, LineError> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b':';
        let ok = (1..=64).contains(&text.len()) && text.bytes().all(fits);
        ok.then(|| Self(text.to_owned())).ok_or(LineError::Name)
    }

    /// The party of the exchange that it is, if it is one.
    pub fn party(&self) -> Option<Party> {
        self.0.parse().ok()
    }

    /// As it stands in a certificate.
    pub(crate) fn uri(&self) -> String {
        format!("{SCHEME}{}", self.0)
    }

    /// From a certificate.
    pub(crate) fn of_uri(uri: &str) -> Option<Self> {
        Self::parse(uri.strip_prefix(SCHEME)?).ok()
    }
}

impl fmt::Display for PeerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&Party> for PeerName {
    fn from(party: &Party) -> Self {
        Self(party.to_string())
    }
}

impl TryFrom<String> for PeerName {
    type Error = LineError;
    fn try_from(text: String) -> Result<Self, LineError> {
        Self::parse(&text)
    }
}

impl From<PeerName> for String {
    fn from(name: PeerName) -> String {
        name.0
    }
}
