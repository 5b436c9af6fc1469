//! What listens on a tenant's line. Who speaks is known from the connection: the layer below puts the peer's [`Party`] into the request.

use crate::consent::NewConsent;
use crate::interfaces::own::WhichMessage;
use crate::interfaces::{Answer, Refusal};
use crate::keeper::Keeper;
use crate::words::permit_text;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, MatchedPath, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Json, Router};
use kernel::ident::DanNo;
use line::Certificates;
use platform::Fault;
use platform::fault::FaultKind;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use wire::code::Code;
use wire::compare::{Difference, Fingerprint};
use wire::ident::{DataSet, Digest, PermitNo, RequestId};
use wire::machine::{Body, Party};
use wire::replica::ReplicaRecord;

/// Bytes of one call at most: a part of a load with its limit of records fits.
const LARGEST: usize = 64 << 20;

/// The tenant's router. Without an [`Extension`] of the peer's [`Party`] every request is refused.
///
/// | path | who | what |
/// |---|---|---|
/// | `/messages` | network, 住基ネット, city | an array of [`Body`]; 204 when everything is durable |
/// | `/if/{ID}` | city | a call under an interface id |
/// | `/people` | city | 団番 that the hub has: 符号 are asked for |
/// | `/people/gone` | city | a 団番 that the hub deletes: 符号 and 副本 go, unless something must still be kept |
/// | `/codes` | city | 符号取得状況 |
/// | `/consents` | city | an array of [`NewConsent`] |
/// | `/recall` | city | a link that was found wrong, or put right |
/// | `/rechecking` | city | a page of its inquiries whose answers were called back and are not put right |
/// | `/freeze` | city | a 番号不整合 that nobody has decided, or that somebody has |
/// | `/waiting` | city | a page of what waits for its staff |
/// | `/records` | city | a page of 情報提供等記録 that changed after a change |
/// | `/compare`, `/explain` | city | 正本 by its hashes; the records of people who differ |
/// | `/own` | network | a person asks what is stored of them |
/// | `/notices`, `/notices/read` | network | お知らせ that wait for a person; the person has read one |
pub fn routes(keeper: Keeper) -> Router {
    Router::new()
        .route("/messages", post(messages))
        .route("/if/{id}", post(interface))
        .route("/people", post(people))
        .route("/people/gone", post(person_gone))
        .route("/codes", post(codes))
        .route("/consents", post(consents))
        .route("/recall", post(recall))
        .route("/rechecking", post(rechecking))
        .route("/freeze", post(freeze))
        .route("/waiting", post(waiting))
        .route("/records", post(records))
        .route("/compare", post(compare))
        .route("/explain", post(explain))
        .route("/own", post(own))
        .route("/notices", post(notices))
        .route("/notices/read", post(notice_read))
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(from_fn_with_state(keeper.clone(), watched))
        .layer(from_fn(to_the_end))
        .with_state(keeper)
}

/// Notes who called; an operator hears of a peer that tried what it may not.
async fn watched(State(keeper): State<Keeper>, request: Request, next: Next) -> Response {
    let from = request.extensions().get::<Party>().cloned();
    let certificates = request.extensions().get::<Certificates>().copied();
    let called = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let response = next.run(request).await;
    if let Some(from) = from {
        let refused = response.status() == StatusCode::FORBIDDEN;
        keeper.watch().meet(&from, certificates, refused, keeper.city().now());
        if refused && let Err(fault) = keeper.refused(&from, &called.unwrap_or_default()).await {
            tracing::error!(%fault, "a refused call could not be recorded");
        }
    }
    response
}

/// What has begun is brought to its end, also when whoever asked has hung up: a commit that is cut off half-way is worse than one that
/// nobody hears of.
async fn to_the_end(request: Request, next: Next) -> Response {
    let work = tokio::spawn(next.run(request));
    work.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// An answer as a problem (RFC 9457).
struct Problem(StatusCode, Refusal);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self(status, refusal) = self;
        let title = status.canonical_reason().unwrap_or_default();
        let body = json!({
            "type": "about:blank", "title": title, "status": status.as_u16(), "detail": refusal.detail, "code": refusal.code,
        });
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let (status, code) = match fault.kind {
            FaultKind::Conflict => (StatusCode::CONFLICT, "CONFLICT"),
            FaultKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "OUT_OF_SERVICE"),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "OUT_OF_SERVICE"),
        };
        Self(status, Refusal::of(code, fault.to_string()))
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.code.as_str() {
            "BAD_REQUEST" => StatusCode::BAD_REQUEST,
            "NOT_FOUND" => StatusCode::NOT_FOUND,
            "CONFLICT" => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self(status, refusal)
    }
}

fn only(allowed: bool) -> Result<(), Problem> {
    let detail = "この接続では、その通信は受け付けられません。接続の設定を確かめてください";
    if allowed { Ok(()) } else { Err(Problem(StatusCode::FORBIDDEN, Refusal::of("NOT_PERMITTED", detail))) }
}

fn city(keeper: &Keeper, from: &Party) -> Result<(), Problem> {
    only(*from == Party::City(keeper.tenant().institution.clone()))
}

fn read<T: for<'a> Deserialize<'a>>(body: &Bytes) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|_| Refusal::bad("JSONとして読めないか、項目が合いません").into())
}

async fn messages(State(keeper): State<Keeper>, Extension(from): Extension<Party>, body: Bytes) -> Result<StatusCode, Problem> {
    let bodies: Vec<Body> = read(&body)?;
    keeper.hear(&from, bodies).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn interface(
    State(keeper): State<Keeper>,
    Extension(from): Extension<Party>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    city(&keeper, &from)?;
    Ok(match keeper.call(&id, &body).await? {
        Answer::Json(answer) => Json(answer).into_response(),
        Answer::Lines(text) => ([(header::CONTENT_TYPE, "application/x-ndjson")], text).into_response(),
        Answer::Refused(refusal) => return Err(refusal.into()),
    })
}

async fn people(State(keeper): State<Keeper>, Extension(from): Extension<Party>, body: Bytes) -> Result<StatusCode, Problem> {
    city(&keeper, &from)?;
    let people: Vec<DanNo> = read(&body)?;
    keeper.register_people(&people).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn person_gone(
    State(keeper): State<Keeper>,
    Extension(from): Extension<Party>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    city(&keeper, &from)?;
    let dan: DanNo = read(&body)?;
    keeper.forget_person(&dan).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn codes(State(keeper): State<Keeper>, Extension(from): Extension<Party>) -> Result<Response, Problem> {
    city(&keeper, &from)?;
    Ok(Json(keeper.code_status().await?).into_response())
}

async fn consents(State(keeper): State<Keeper>, Extension(from): Extension<Party>, body: Bytes) -> Result<StatusCode, Problem> {
    city(&keeper, &from)?;
    let all: Vec<NewConsent> = read(&body)?;
    keeper.record_consents(&all).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recall {
    dan: DanNo,
    wrong: bool,
}

async fn recall(
    State(keeper): State<Keeper>,
    Extension(from): Extension<Party>,
    body: Bytes,
) -> Result<Json<serde_json::Value>, Problem> {
    city(&keeper, &from)?;
    let wanted: Recall = read(&body)?;
    let recalled = keeper.recall(&wanted.dan, wanted.wrong).await?;
    Ok(Json(json!({ "recalled": recalled })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct After {
    /// The last inquiry of the page before; none for the first page.
    after: Option<RequestId>,
}

async fn rechecking(
    State(keeper): State<Keeper>,
    Extension(from): Extension<Party>,
    body: Bytes,
) -> Result<Json<serde_json::Value>, Problem> {
    city(&keeper, &from)?;
    let After { after } = read(&body)?;
    let requests = keeper.rechecking(&after.map_or_else(String::new, |id| id.to_string())).await?;
    Ok(Json(json!({ "requests": requests })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Freeze {
    dan: DanNo,
    frozen: bool,
}

async fn freeze(State(keeper): State<Keeper>, Extension(from): Extension<Party>, body: Bytes) -> Result<StatusCode, Problem> {
    city(&keeper, &from)?;
    let wanted: Freeze = read(&body)?;
    keeper.freeze(&wanted.dan, wanted.frozen).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AfterPermit {
    /// The last permit of the page before; none for the first page.
    after: Option<PermitNo>,
}

async fn waiting(
    State(keeper): State<Keeper>,
    Extension(from): Extension<Party>,
    body: Bytes,
) -> Result<Json<serde_json::Value>, Problem> {
    city(&keeper, &from)?;
    let AfterPermit { after } = read(&body)?;
    let lines = keeper.waiting(&after.map_or_else(String::new, |no| permit_text(&no))).await?;
    Ok(Json(json!({ "provisions": lines })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AfterChange {
    /// The last change that the city has; 0: none.
    after: i64,
}

async fn records(
    State(keeper): State<Keeper>,
    Extension(from): Extension<Party>,
    body: Bytes,
) -> Result<Json<serde_json::Value>, Problem> {
    city(&keeper, &from)?;
    let AfterChange { after } = read(&body)?;
    Ok(Json(json!({ "records": keeper.changed_records(after).await? })))
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hashes {
    root: Digest,
    people: BTreeMap<DanNo, Digest>,
}

async fn compare(
    State(keeper): State<Keeper>,
    Extension(from): Extension<Party>,
    body: Bytes,
) -> Result<Json<serde_json::Value>, Problem> {
    city(&keeper, &from)?;
    let Hashes { root, people } = read(&body)?;
    let compared = keeper.compare(&Fingerprint { root, people }).await?;
    let serial = keeper.last_serial().await?;
    Ok(Json(json!({ "comparison": compared.comparison, "people": compared.people, "serial": serial })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Explain {
    comparison: i64,
    people: std::collections::BTreeSet<DanNo>,
    records: Vec<ReplicaRecord>,
}

async fn explain(
    State(keeper): State<Keeper>,
    Extension(from): Extension<Party>,
    body: Bytes,
) -> Result<Json<serde_json::Value>, Problem> {
    city(&keeper, &from)?;
    let Explain { comparison, people, records } = read(&body)?;
    let found = keeper.explain(&crate::Compared { comparison, people }, &records).await?;
    let line = |d: &Difference| {
        let (fault, item) = crate::compare::fault(d);
        json!({ "dan": d.dan, "data_set": d.data_set, "key": d.key, "fault": fault, "item": item })
    };
    Ok(Json(json!({ "differences": found.iter().map(line).collect::<Vec<_>>() })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    code: Code,
    data_set: DataSet,
}

async fn own(State(keeper): State<Keeper>, Extension(from): Extension<Party>, body: Bytes) -> Result<Response, Problem> {
    only(from == Party::Network)?;
    let wanted: Own = read(&body)?;
    Ok(Json(keeper.own(&wanted.code, &wanted.data_set).await?).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whose {
    code: Code,
}

async fn notices(State(keeper): State<Keeper>, Extension(from): Extension<Party>, body: Bytes) -> Result<Response, Problem> {
    only(from == Party::Network)?;
    let whose: Whose = read(&body)?;
    Ok(Json(keeper.deliver(&whose.code).await?).into_response())
}

async fn notice_read(
    State(keeper): State<Keeper>,
    Extension(from): Extension<Party>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    only(from == Party::Network)?;
    let which: WhichMessage = read(&body)?;
    match keeper.was_read(&which.message).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Refusal::missing("お知らせ").into()),
    }
}
