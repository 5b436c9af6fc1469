//! The マイナポータル peer's own address: residents' browsers reach it, and nothing of the network's operators.

use super::{Plan, asked, clock};
use anyhow::Context;
use axum::Router;
use line::{Client, Identity, PeerName, Timeouts};
use mynumber::IndividualNumber;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use wire::machine::Party;

/// Serves the portal until `stopped`.
pub(super) fn serve(listener: TcpListener, portal: Router, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    let router = portal.merge(webkit::server::asset_routes());
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(asked(stopped)).await {
            tracing::error!(%error, "the portal stopped");
        }
    })
}

/// Signs a person in as their card would, and answers the token that lets them into the portal of the plan.
///
/// # Errors
/// Nobody has this 個人番号, or 住基ネット cannot be reached.
pub async fn sign_in(plan: &Plan, number: &IndividualNumber) -> anyhow::Result<String> {
    let client = Client::new(&Identity::load(&plan.card())?, clock(plan.today), Timeouts::default())?;
    let card = serde_json::json!({ "individual_number": number.expose() });
    let answer = client.post(&plan.juki.line, &PeerName::from(&Party::Juki), "/portal-user", &card).await?;
    let said: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let token = said.get("token").and_then(|t| t.as_str()).map(str::to_owned);
    token.with_context(|| format!("住基ネットがサインインを受け付けません({})", answer.status))
}
