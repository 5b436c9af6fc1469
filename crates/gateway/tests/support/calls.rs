//! Calls as a city makes them.

#![allow(dead_code, reason = "each test file uses its part")]

use super::schema;
use super::{B, CHILDCARE, Side, World, code, dan, item, key, request, tax, taxed};
use axum::Extension;
use axum::body::Body as Bytes;
use axum::http::{Request, StatusCode, header};
use gateway::interfaces::ask::NewInquiry;
use gateway::interfaces::{Answer, Refusal, ResultHead, write_file};
use http_body_util::BodyExt;
use serde_json::{Value as Json, json};
use tower::ServiceExt;
use wire::ident::ProcedureId;
use wire::machine::Party;

/// A single call.
pub async fn single(side: &Side, id: &str, body: &Json) -> Result<Json, Refusal> {
    match side.keeper.call(id, body.to_string().as_bytes()).await.unwrap() {
        Answer::Json(answer) => {
            let answer = serde_json::from_str(answer.get()).unwrap();
            schema::takes(id, body);
            schema::answers(id, &answer);
            Ok(answer)
        }
        Answer::Refused(refusal) => {
            schema::is("refusal", &json!(refusal));
            Err(refusal)
        }
        Answer::Lines(text) => panic!("{id} answers a file: {text}"),
    }
}

/// Registers a file; answers its receipt.
pub async fn register(side: &Side, id: &str, rows: &[Json]) -> Result<Json, Refusal> {
    let file = write_file(id, rows, None, 0);
    schema::is("file_head", &serde_json::from_str(file.lines().next().unwrap()).unwrap());
    match side.keeper.call(id, file.as_bytes()).await.unwrap() {
        Answer::Json(receipt) => {
            let receipt: Json = serde_json::from_str(receipt.get()).unwrap();
            schema::answers(id, &receipt);
            // What went on is what the schema lets through; what it does not, was refused.
            let allowed = rows.iter().filter(|row| schema::allows(id, row)).count();
            assert!(receipt["good"].as_u64().unwrap() as usize <= allowed, "{id} took more than its schema");
            Ok(receipt)
        }
        Answer::Refused(refusal) => Err(refusal),
        Answer::Lines(text) => panic!("{id} answers a file: {text}"),
    }
}

/// Fetches the result of a file: its rows, whose hash and count were checked.
pub async fn fetch(side: &Side, id: &str, receipt: &Json) -> Result<Vec<Json>, Refusal> {
    let wanted = json!({ "file": receipt["file"] }).to_string();
    match side.keeper.call(id, wanted.as_bytes()).await.unwrap() {
        Answer::Lines(text) => {
            let (head, rows) = text.split_once('\n').unwrap();
            schema::is("result_head", &serde_json::from_str(head).unwrap());
            let head: ResultHead = serde_json::from_str(head).unwrap();
            assert_eq!(head.sha256, platform::keys::hex(&platform::keys::sha256(rows.as_bytes())));
            assert_eq!((head.count, &json!(head.file)), (rows.lines().count(), &receipt["file"]));
            let rows: Vec<Json> = rows.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
            schema::takes(id, &json!({ "file": receipt["file"] }));
            rows.iter().for_each(|row| schema::answers(id, row));
            Ok(rows)
        }
        Answer::Refused(refusal) => Err(refusal),
        Answer::Json(answer) => panic!("{id} answers a record: {answer}"),
    }
}

/// A number out of the store.
pub async fn count(side: &Side, sql: &'static str) -> i64 {
    let mut tx = side.database.db.read().await.unwrap();
    tx.one(sql, vec![]).await.unwrap().get("n").unwrap()
}

/// A question about 地方税関係情報 of 令和8年度.
pub fn question(n: u8, about: u64) -> Json {
    json!(NewInquiry {
        request: request(n),
        dan: dan(about),
        provider: code(B),
        procedure: ProcedureId::parse(CHILDCARE).unwrap(),
        data_set: tax(1),
        items: vec![item("市町村民税所得割額")],
        key: Some(key("2026")),
        made_for: vec![],
        hidden: false,
    })
}

/// Person 1 is known in both cities, and B has their tax of 令和8年度.
pub async fn known(world: &World) {
    world.knows(1).await;
    world.b.keeper.load(&[taxed(1, &dan(1), "120000")]).await.unwrap();
}

/// A has asked about person 1.
pub async fn asked(world: &World) {
    single(&world.a, "SKI_10111", &question(1, 1)).await.unwrap();
    world.settle().await;
}

/// A has asked about person 1, and B has answered.
pub async fn answered(world: &World) {
    known(world).await;
    asked(world).await;
}

/// A has asked about person 1, and B's answer waits for a clerk. Answers the permit.
pub async fn held(world: &World) -> Json {
    known(world).await;
    single(&world.b, "DBM_50111", &json!({ "dan": dan(1), "on": true })).await.unwrap();
    asked(world).await;
    permit(world).await
}

/// The permit of the only provision.
pub async fn permit(world: &World) -> Json {
    single(&world.b, "TKY_11312", &json!({})).await.unwrap()[0]["permit"].clone()
}

/// A call on the tenant's line, as whom.
pub async fn post(side: &Side, from: Option<Party>, path: &str, body: &Json) -> (StatusCode, String, Json) {
    let mut router = gateway::routes(side.keeper.clone());
    if let Some(party) = from {
        router = router.layer(Extension(party));
    }
    let request = Request::post(path).body(Bytes::from(body.to_string())).unwrap();
    let response = router.oneshot(request).await.unwrap();
    let mime = response.headers().get(header::CONTENT_TYPE).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, mime, serde_json::from_slice(&bytes).unwrap_or(Json::Null))
}
