//! Calls as a city makes them.

#![allow(dead_code, reason = "each test file uses its part")]

use super::{B, CHILDCARE, Side, World, code, dan, item, key, request, tax, taxed};
use gateway::interfaces::ask::NewInquiry;
use gateway::interfaces::{Answer, Refusal, ResultHead, write_file};
use serde_json::{Value as Json, json};
use wire::ident::ProcedureId;

/// A single call.
pub async fn single(side: &Side, id: &str, body: &Json) -> Result<Json, Refusal> {
    match side.keeper.call(id, body.to_string().as_bytes()).await.unwrap() {
        Answer::Json(answer) => Ok(answer),
        Answer::Refused(refusal) => Err(refusal),
        Answer::Lines(text) => panic!("{id} answers a file: {text}"),
    }
}

/// Registers a file; answers its receipt.
pub async fn register(side: &Side, id: &str, rows: &[Json]) -> Result<Json, Refusal> {
    match side.keeper.call(id, write_file(id, rows, None, 0).as_bytes()).await.unwrap() {
        Answer::Json(receipt) => Ok(receipt),
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
            let head: ResultHead = serde_json::from_str(head).unwrap();
            assert_eq!(head.sha256, platform::keys::hex(&platform::keys::sha256(rows.as_bytes())));
            assert_eq!((head.count, &json!(head.file)), (rows.lines().count(), &receipt["file"]));
            Ok(rows.lines().map(|row| serde_json::from_str(row).unwrap()).collect())
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
