//! The city's line to its gateway.

use async_trait::async_trait;
use platform::Fault;
use platform::fault::FaultKind;
use std::sync::Arc;
use wire::ident::InstitutionCode;

/// Why the gateway did not answer as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsent {
    /// The line is down, or the gateway is: the same again later.
    Down(String),
    /// The gateway does not take it.
    Refused {
        /// `NOT_PERMITTED`, `NOT_FOUND` …
        code: String,
        /// What happened and what to do.
        detail: String,
    },
}

impl From<Unsent> for Fault {
    fn from(unsent: Unsent) -> Self {
        match unsent {
            Unsent::Down(why) => {
                Fault::new(FaultKind::Unavailable, "中間サーバーへ送れません", why, "回線が戻ると、続きから自動で送ります")
            }
            Unsent::Refused { detail, .. } => Fault::conflict("中間サーバーが受け付けませんでした", detail),
        }
    }
}

/// The line.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// Posts to a path of the gateway; answers the body.
    ///
    /// # Errors
    /// [`Unsent`].
    async fn post(&self, path: &str, body: Vec<u8>) -> Result<Vec<u8>, Unsent>;
    /// The city's own 機関コード.
    fn me(&self) -> InstitutionCode;
    /// The institutions that can be asked, with their names.
    fn institutions(&self) -> Vec<(InstitutionCode, String)>;
}

/// A shared line.
pub type Line = Arc<dyn Gateway>;
