//! What the network hears on its line.

use crate::keeper::Keeper;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Json, Router};
use platform::Fault;
use platform::fault::FaultKind;
use std::sync::Arc;
use webkit::server::problem;
use wire::machine::{Body, Party};

/// Largest request.
const REQUEST_BYTES: usize = 64 << 20;

/// The router behind the network's line: `POST /messages` takes a JSON array of messages from the party of the certificate and answers
/// 204 once they are durable; `POST /notices` takes an お知らせ of a gateway's institution, `POST /portal` a user of the portal from the 住基ネット peer.
pub fn line_router(keeper: Arc<Keeper>) -> Router {
    Router::new()
        .route("/messages", post(messages))
        .route("/notices", post(crate::portal::take_notice))
        .route("/portal", post(crate::portal::take_user))
        .layer(DefaultBodyLimit::max(REQUEST_BYTES))
        .with_state(keeper)
}

async fn messages(State(keeper): State<Arc<Keeper>>, party: Option<Extension<Party>>, Json(bodies): Json<Vec<Body>>) -> Response {
    let Some(Extension(from)) = party else { return problem(&stranger()) };
    match keeper.hear(&from, bodies).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(fault) => problem(&fault),
    }
}

/// Who is known by certificate, but is no party of the exchange.
pub(crate) fn stranger() -> Fault {
    let todo = "機関コードの入った証明書で接続してください";
    Fault::new(FaultKind::Refused, "この接続からは受け付けられません", "証明書が情報連携の当事者のものではありません", todo)
}
