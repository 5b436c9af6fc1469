//! Drives a headless Chromium over the Chrome DevTools Protocol.
//!
//! The protocol runs over a pair of pipes rather than a socket: no port to find, nothing for others to connect to, and the browser
//! ends with the test process however that ends. Each [`Page`] has its own context: no cookies or storage are shared.
//! The browser resolves no host name but localhost, so a page that asks for an outside address is seen in [`Page::requests`] and
//! gets no answer.

mod axe;
mod keys;
mod page;
mod wire;

pub use axe::Violation;
pub use page::Page;

use anyhow::{Context, Result, anyhow};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::OnceCell;
use wire::Wire;

/// Arguments that make the browser quiet, repeatable and unable to reach the outside.
const ARGUMENTS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
    "--lang=ja",
    "--no-default-browser-check",
    "--no-first-run",
    "--password-store=basic",
    "--remote-debugging-pipe",
];

/// A running browser. Dropping it ends the browser and removes its profile.
pub struct Browser {
    wire: Arc<Wire>,
}

impl Browser {
    /// Starts the browser named by `ATENA_CHROMIUM`, or `chromium` on the search path, with an empty profile.
    ///
    /// # Errors
    /// There is no browser, or it does not answer.
    pub async fn launch() -> Result<Self> {
        let program = std::env::var_os("ATENA_CHROMIUM").map_or_else(|| PathBuf::from("chromium"), PathBuf::from);
        let wire = Wire::open(&program, ARGUMENTS)?;
        let asked = wire.call(None, "Browser.getVersion", json!({})).await;
        asked.with_context(|| format!("{} does not work; `cargo xtask test` installs a browser", program.display()))?;
        Ok(Self { wire })
    }

    /// The one browser of this test process, started at the first call.
    ///
    /// # Errors
    /// As [`Browser::launch`].
    pub async fn shared() -> Result<&'static Self> {
        static SHARED: OnceCell<Browser> = OnceCell::const_new();
        SHARED.get_or_try_init(Self::launch).await
    }

    /// Opens an empty page in a context of its own.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn page(&self) -> Result<Page> {
        let context = self.ask("Target.createBrowserContext", json!({}), "browserContextId").await?;
        let target = json!({"url": "about:blank", "browserContextId": context});
        let target = self.ask("Target.createTarget", target, "targetId").await?;
        let session = json!({"targetId": target, "flatten": true});
        let session = self.ask("Target.attachToTarget", session, "sessionId").await?;
        Page::open(self.wire.clone(), context, session).await
    }

    async fn ask(&self, method: &str, params: serde_json::Value, field: &str) -> Result<String> {
        let answer = self.wire.call(None, method, params).await?;
        let value = answer.get(field).and_then(|v| v.as_str());
        value.map(str::to_owned).ok_or_else(|| anyhow!("{method} answered without {field}"))
    }
}
