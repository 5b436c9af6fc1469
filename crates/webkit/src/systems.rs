//! 庁内連携: the doors for other systems. They get a token at `/oauth/token` and call the routes whose door is [`crate::Door::System`]; what they
//! are answered has the published form: 200 with a result, otherwise `{title, detail, _links, errors}`.

use crate::form::Form;
use crate::route::{Call, Door, Reply};
use crate::server::{Served, json, secure, status};
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use platform::client::{self, Denied, Proof, TOKEN_SECONDS};
use platform::fault::{FaultKind, FieldProblem};
use platform::keys::hex;
use platform::{City, Fault, Unit};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Where tokens are given.
pub const TOKEN_PATH: &str = "/oauth/token";
/// Largest body of a request.
const BODY_BYTES: usize = 64 << 10;
/// The one way of assertions (RFC 7523 §2.2).
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The token endpoint (RFC 6749 §4.4.2). There are no refresh tokens.
pub(crate) async fn token(State(city): State<City>, request: Request) -> Response {
    let headers = request.headers().clone();
    let Some(form) = text(request).await.map(|body| Form::from_urlencoded(&body)) else {
        return refused(400, "invalid_request");
    };
    if form.text("grant_type") != "client_credentials" {
        return refused(400, if form.text("grant_type").is_empty() { "invalid_request" } else { "unsupported_grant_type" });
    }
    let basic = basic(&headers);
    let proof = match (&basic, form.some("client_assertion")) {
        (Some((id, secret)), None) => Proof::Secret(id, secret),
        (None, Some(text)) if form.text("client_assertion_type") == ASSERTION => Proof::Assertion(text),
        // None, or two at once, which RFC 6749 §2.3 forbids.
        _ => return refused(401, "invalid_client"),
    };
    match client::grant(&city, &proof, form.text("scope")).await {
        Ok(granted) => {
            let given = json!({
                "access_token": granted.token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "scope": granted.scope,
            });
            secure(json(200, "application/json", &given))
        }
        Err(Denied::Client) => refused(401, "invalid_client"),
        Err(Denied::Scope) => refused(400, "invalid_scope"),
        Err(Denied::Fault(fault)) => published(TOKEN_PATH, &fault),
    }
}

fn refused(status: u16, error: &str) -> Response {
    let mut response = secure(json(status, "application/json", &json!({ "error": error })));
    if status == 401 {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"atena\""));
    }
    response
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (_, coded) = authorization(headers, "Basic")?;
    let plain = String::from_utf8(BASE64_STANDARD.decode(coded).ok()?).ok()?;
    plain.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
}

/// The scheme and what follows it, when it is this scheme.
fn authorization<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<(&'a str, &'a str)> {
    let (named, rest) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    named.eq_ignore_ascii_case(scheme).then_some((named, rest.trim()))
}

async fn text(request: Request) -> Option<String> {
    String::from_utf8(to_bytes(request.into_body(), BODY_BYTES).await.ok()?.to_vec()).ok()
}

/// A call of another system.
pub(crate) async fn serve(State(served): State<Served>, request: Request) -> Response {
    let path = served.route.path;
    match enter(&served, request).await {
        Ok(Reply::Json(value)) => secure(json(200, "application/json", &value)),
        Ok(_) => published(
            path,
            &Fault::new(FaultKind::Defect, "応答できません", "内部の処理に失敗しました", "情報政策課へ連絡してください"),
        ),
        Err(fault) => published(path, &fault),
    }
}

async fn enter(served: &Served, request: Request) -> Result<Reply, Fault> {
    let (house, route) = (&served.house, &served.route);
    let Door::System { scope, needs, items } = route.door else { return Err(Fault::missing("API")) };
    let headers = request.headers().clone();
    let token = authorization(&headers, "Bearer").map_or("", |(_, token)| token);
    let (staff, scoped) = client::bearer(&house.city, token, scope).await?;
    let (action, group) = needs.first().copied().unwrap_or((kernel::access::Action::Look, "system.desk"));
    if !scoped {
        let mut unit = Unit::look(&house.city, &staff, route.name, action).await?;
        return Err(unit.refuse_because(group, format!("このトークンには {scope} のスコープがありません")).await);
    }
    let unreadable =
        || Fault::new(FaultKind::Invalid, "要求を読めません", "平らなJSONオブジェクトではありません", "形式を確かめてください");
    let body = text(request).await.ok_or_else(unreadable)?;
    let form = serde_json::from_str::<Value>(&body).ok().as_ref().and_then(Form::from_json).ok_or_else(unreadable)?;
    if form.names().any(|name| !items.contains(&name)) {
        let unknown = FieldProblem::coded("request", "E0004", "この仕様にない項目があります");
        return Err(Fault::invalid(vec![unknown]));
    }
    // The published interface has no key against doubles: the same request of the same system is the same command, and is answered the same.
    let key = match headers.get("idempotency-key").and_then(|v| v.to_str().ok()) {
        Some(key) if (8..=100).contains(&key.len()) => key.to_owned(),
        _ => hex(&house.city.keys().token(route.path, &body)?),
    };
    let call = Call {
        city: house.city.acting(served.programme),
        staff,
        acts: house.acts().clone(),
        task_pages: house.task_pages(),
        screen: route.name,
        action,
        path: BTreeMap::new(),
        query: Form::default(),
        form,
        uploads: vec![],
        key: Some(key),
        fresh_key: String::new(),
        address: route.path.to_owned(),
    };
    let mut unit = call.look().await?;
    for (action, group) in needs {
        unit.permit(*action, group).await?;
    }
    drop(unit);
    let reply = route.call(call).await?;
    if let (Some(shapes), Reply::Json(value)) = (house.shapes(), &reply) {
        shapes.answered(route.method.code(), route.path, value);
    }
    Ok(reply)
}

/// A failure in the published form. What the specification calls 形式エラー is 400 with a code for each item; what we did not expect is 503.
fn published(path: &str, fault: &Fault) -> Response {
    let status = match fault.kind {
        FaultKind::Invalid => StatusCode::BAD_REQUEST,
        FaultKind::Defect => StatusCode::SERVICE_UNAVAILABLE,
        kind => status(kind),
    };
    let mut said = json!({
        "title": fault.what, "detail": format!("{}。{}", fault.why, fault.todo), "_links": { "self": { "href": path } },
    });
    if status == StatusCode::BAD_REQUEST {
        let code = |code: &'static str| if code.is_empty() { "E0004" } else { code };
        let errors =
            fault.fields.iter().map(|f| json!({ "code": code(f.code), "message": format!("{}: {}", f.field, f.sentence()) }));
        said["errors"] = errors.collect();
    }
    let mut response = secure(json(status.as_u16(), "application/json", &said));
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}
