//! `docs/generated/exchange-openapi.json`: the tenant's line for its city, with the schema of every message of the 83 interfaces.

use super::index::{INTERFACES, Role, Wired};
use super::schema::{answer, definitions, request};
use serde_json::{Value as Json, json};
use wire::interface::Inventory;

const ABOUT: &str = "The ids and names are the published ones; the messages are our own: not wire-compatible with the national system, \
    whose formats are not public. An adapter to it would stand where a keeper sends machine::Body. A file is a head, then one row in \
    each line (NDJSON); its result has one line for each row, in the same order.";

/// The body that a call under an interface id takes, and what it answers. Of a file: one row.
pub fn messages(of: &Wired) -> (Json, Json) {
    let operation = of.operation();
    let file = json!({ "$ref": "#/$defs/receipt" });
    match of.role {
        Role::One | Role::Push => (request(operation), answer(operation)),
        Role::Register => (request(operation), file),
        Role::Create => (request(operation), file),
        Role::Fetch => (json!({ "$ref": "#/$defs/fetch" }), result_row(of)),
    }
}

/// One line of a result file. A list of a file that was asked for stands line by line.
fn result_row(of: &Wired) -> Json {
    let one = |operation| {
        let whole = answer(operation);
        match whole.get("items") {
            Some(line) => json!({ "anyOf": [whole, line] }),
            None => whole,
        }
    };
    let mut taken: Vec<Json> = of.operations.iter().map(|operation| one(*operation)).collect();
    let taken = if taken.len() == 1 { taken.remove(0) } else { json!({ "anyOf": taken }) };
    let row = |name: &str, content: Json| {
        json!({
            "type": "object", "required": ["row", name], "additionalProperties": false,
            "properties": { "row": { "type": "integer", "minimum": 1 }, name: content },
        })
    };
    json!({ "oneOf": [row("ok", taken), row("error", json!({ "$ref": "#/$defs/refusal" }))] })
}

/// The OpenAPI document.
pub fn openapi() -> Json {
    let names = Inventory::load().map(|all| all.all().to_vec()).unwrap_or_default();
    let mut paths = serde_json::Map::new();
    for of in INTERFACES.iter().filter(|of| of.role != Role::Push) {
        let name = names.iter().find(|row| row.id.as_str() == of.id).map(|row| row.name.clone()).unwrap_or_default();
        let (body, done) = messages(of);
        let (takes, gives) = match of.role {
            Role::Register => ("application/x-ndjson", "application/json"),
            Role::Fetch => ("application/json", "application/x-ndjson"),
            _ => ("application/json", "application/json"),
        };
        let problem = json!({ "application/problem+json": { "schema": { "$ref": "#/$defs/problem" } } });
        let operation = json!({
            "operationId": of.id,
            "summary": name,
            "description": described(of.role),
            "requestBody": { "required": true, "content": { takes: { "schema": body } } },
            "responses": {
                "200": { "description": "OK", "content": { gives: { "schema": done } } },
                "default": { "description": "何が・なぜ・どうする", "content": problem },
            },
        });
        paths.insert(format!("/if/{}", of.id), json!({ "post": operation }));
    }
    // The shared parts stand where OpenAPI looks for them.
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Atena: a city and its gateway", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "security": [{ "mutual_tls": [] }],
        "paths": paths,
        "components": { "securitySchemes": { "mutual_tls": { "type": "mutualTLS" } }, "schemas": definitions() },
    });
    moved(document)
}

fn described(role: Role) -> &'static str {
    match role {
        Role::One | Role::Push => "即時",
        Role::Register => "ファイルの登録: 1行目はfile_head、2行目からは1行に1件。ここには1件の形を示す",
        Role::Create => "ファイルの作成要求",
        Role::Fetch => "結果ファイルの取得: 1行目はresult_head、2行目からは1行に1件。ここには1件の形を示す",
    }
}

/// References from a schema's own `$defs` to the components of the document.
fn moved(document: Json) -> Json {
    match document {
        Json::String(text) => Json::String(text.replace("#/$defs/", "#/components/schemas/")),
        Json::Array(all) => Json::Array(all.into_iter().map(moved).collect()),
        Json::Object(all) => Json::Object(all.into_iter().map(|(name, value)| (name, moved(value))).collect()),
        other => other,
    }
}
