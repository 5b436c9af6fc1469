//! What each operation takes and answers, as JSON Schema (draft 2020-12). The tests hold every message that they send and get against it.

use super::index::Operation;
use serde_json::{Value as Json, json};

fn named(name: &str) -> Json {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn nullable(schema: Json) -> Json {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn list(schema: Json) -> Json {
    json!({ "type": "array", "items": schema })
}

fn text() -> Json {
    json!({ "type": "string" })
}

fn pattern(of: &str, what: &str) -> Json {
    json!({ "type": "string", "pattern": of, "description": what })
}

fn one_of(words: &[&str]) -> Json {
    json!({ "type": "string", "enum": words })
}

fn whole() -> Json {
    json!({ "type": "integer" })
}

fn flag() -> Json {
    json!({ "type": "boolean" })
}

/// An object with these fields and no others; a name that ends in `?` may be left out.
fn object(fields: &[(&str, Json)]) -> Json {
    let plain = |name: &str| name.trim_end_matches('?').to_owned();
    let properties: serde_json::Map<String, Json> = fields.iter().map(|(name, of)| (plain(name), of.clone())).collect();
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).filter(|name| !name.ends_with('?')).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// An object whose names are free, and whose values are all alike.
fn map(of: Json) -> Json {
    json!({ "type": "object", "additionalProperties": of })
}

const PROVISION_STATES: &[&str] =
    &["RECEIVED", "AUTO_ANSWERED", "HELD", "CONTENT_REGISTERED", "SEND_PERMITTED", "SENT", "REFUSED", "TIMED_OUT"];

/// The shared parts, to stand under `$defs`.
pub fn definitions() -> Json {
    let value = json!({ "oneOf": [
        object(&[("given", json!({ "type": "string", "minLength": 1 }))]),
        object(&[("absent", one_of(&["not_declared", "not_applicable", "under_inquiry", "unknown", "expired"]))]),
    ] });
    let day = |what: &str| pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", what);
    json!({
        "dan": pattern("^[0-9]{15}$", "団体内統合宛名番号、検査数字とも15桁"),
        "institution": pattern("^[0-9]{16}$", "機関コード"),
        "procedure": pattern("^JT[0-9]{14}$", "事務手続コード"),
        "data_set_id": pattern("^TM[0-9]{14}$", "特定個人情報名コード"),
        "id": pattern("^[0-9a-f]{32}$", "送信元か中間サーバーが引く番号"),
        "hash": pattern("^[0-9a-f]{64}$", "SHA-256"),
        "day": day("日本の暦日"),
        "instant": pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$", "UTCの時刻"),
        "item": pattern("^[^ ]{1,40}$", "項目の名前"),
        "key": pattern("^[0-9A-Za-z-]{1,20}$", "データセットレコードキー"),
        "value": value,
        "data_set": object(&[("id", named("data_set_id")), ("version", json!({ "type": "integer", "minimum": 0, "maximum": 65535 }))]),
        "items": map(named("value")),
        "given": object(&[("key", named("key")), ("items", named("items"))]),
        "refusal": object(&[("code", text()), ("detail", text())]),
        "during": object(&[("from?", nullable(named("instant"))), ("to?", nullable(named("instant")))]),
        "place": object(&[("dan", named("dan")), ("data_set", named("data_set")), ("key", named("key"))]),
        "record": object(&[
            ("no", named("id")),
            ("asker", named("institution")),
            ("provider", named("institution")),
            ("procedure", named("procedure")),
            ("data_set", named("data_set")),
            ("items", list(named("item"))),
            ("asked_at", named("instant")),
            ("provided_at", nullable(named("instant"))),
            ("hidden", flag()),
            ("granted", flag()),
            ("mode", one_of(&["production", "test"])),
        ]),
        "replica_record": object(&[
            ("serial", json!({ "type": "integer", "minimum": 0 })),
            ("dan", named("dan")),
            ("data_set", named("data_set")),
            ("key", named("key")),
            ("published", object(&[("from", named("day")), ("to", nullable(named("day")))])),
            ("items", nullable(named("items"))),
        ]),
        "flags": object(&[("no_automatic", flag()), ("undisclosed", flag())]),
        "outward": one_of(&["waiting", "answered", "no_data", "impossible", "no_answer", "cancelled", "rechecking"]),
        "provision_state": one_of(PROVISION_STATES),
        "receipt": object(&[("file", named("id")), ("good", whole()), ("bad", whole())]),
        "fetch": object(&[("file", named("id"))]),
        "file_head": object(&[
            ("interface", text()),
            ("count", whole()),
            ("sha256", named("hash")),
            ("file?", nullable(named("id"))),
            ("waiting?", whole()),
        ]),
        "result_head": object(&[("file", named("id")), ("count", whole()), ("bad", whole()), ("sha256", named("hash"))]),
        "problem": json!({
            "type": "object",
            "properties": {
                "type": text(), "title": text(), "status": whole(), "detail": text(), "code": text(),
            },
            "required": ["type", "title", "status", "detail", "code"],
        }),
    })
}

/// What an operation takes: the body of a call, or one row of a file.
pub fn request(of: Operation) -> Json {
    use Operation as O;
    let id = |name: &str| object(&[(name, named("id"))]);
    match of {
        O::Ask => object(&[
            ("request", named("id")),
            ("dan", named("dan")),
            ("provider", named("institution")),
            ("procedure", named("procedure")),
            ("data_set", named("data_set")),
            ("items", list(named("item"))),
            ("key?", nullable(named("key"))),
            ("made_for?", list(named("dan"))),
            ("hidden?", flag()),
        ]),
        O::AskStatus | O::AskContent | O::AskResult | O::Cancel | O::CancelResult => id("request"),
        O::ProvideStatus | O::OwnStatus => named("during"),
        O::ProvideQuestion | O::ProvideContent => id("permit"),
        O::ProvideRegister => object(&[("permit", named("id")), ("records", list(named("given"))), ("staff", text())]),
        O::ProvidePermit => object(&[("permit", named("id")), ("staff", text())]),
        O::Records => object(&[("dan?", nullable(named("dan"))), ("during?", named("during"))]),
        O::RecordMark => object(&[("record", named("id")), ("hidden", flag())]),
        O::ReplicaUpdate => named("replica_record"),
        O::ReplicaList | O::PersonFlags | O::Recipients => object(&[("dan", named("dan"))]),
        O::ReplicaDetail | O::RecordFlags => named("place"),
        O::ReplicaSearch => object(&[("dan", named("dan")), ("data_set", named("data_set")), ("key?", nullable(named("key")))]),
        O::BlockRecord | O::HideRecord => {
            object(&[("dan", named("dan")), ("data_set", named("data_set")), ("key", named("key")), ("on", flag())])
        }
        O::BlockPerson | O::HidePerson => object(&[("dan", named("dan")), ("on", flag())]),
        O::Close => object(&[("closing", named("id")), ("data_set", named("data_set")), ("to", named("day"))]),
        O::CloseUndo | O::CloseResult => id("closing"),
        O::OwnContent => object(&[("own", text())]),
        O::MessageSend => object(&[("message", named("id")), ("dan", named("dan")), ("title", text()), ("content", text())]),
        O::MessageStatus | O::MessageCancel => id("message"),
        O::Masters | O::State | O::CodesWanted => object(&[]),
    }
}

/// What an operation answers when the row was taken.
pub fn answer(of: Operation) -> Json {
    use Operation as O;
    let at = || named("instant");
    let person = || nullable(named("dan"));
    match of {
        O::Ask | O::AskStatus => object(&[
            ("request", named("id")),
            ("shown", named("outward")),
            ("words", text()),
            ("since", at()),
            ("error", nullable(named("refusal"))),
        ]),
        O::AskContent => object(&[
            ("request", named("id")),
            ("subject", named("dan")),
            ("provider", named("institution")),
            ("procedure", named("procedure")),
            ("data_set", named("data_set")),
            ("items", list(named("item"))),
            ("key", nullable(named("key"))),
        ]),
        O::AskResult => object(&[
            ("request", named("id")),
            ("shown", named("outward")),
            ("records", list(named("given"))),
            ("error", nullable(named("refusal"))),
            ("as_of", nullable(at())),
            ("root", nullable(named("hash"))),
        ]),
        O::Cancel | O::CancelResult => {
            object(&[("request", named("id")), ("result", one_of(&["not_requested", "requested", "cancelled", "too_late"]))])
        }
        O::ProvideStatus => list(object(&[
            ("permit", named("id")),
            ("dan", person()),
            ("asker", named("institution")),
            ("procedure", named("procedure")),
            ("data_set", named("data_set_id")),
            ("version", whole()),
            ("state", named("provision_state")),
            ("hold", one_of(&["", "person", "record", "recall"])),
            ("since", at()),
        ])),
        O::ProvideQuestion => object(&[
            ("permit", named("id")),
            ("dan", person()),
            ("asker", named("institution")),
            ("procedure", named("procedure")),
            ("data_set", named("data_set")),
            ("items", list(named("item"))),
            ("asked_at", at()),
        ]),
        O::ProvideContent => object(&[
            ("permit", named("id")),
            ("state", named("provision_state")),
            ("records", list(named("given"))),
            ("error", nullable(named("refusal"))),
            ("as_of", nullable(at())),
            ("root", nullable(named("hash"))),
        ]),
        O::ProvideRegister | O::ProvidePermit => object(&[("permit", named("id")), ("state", named("provision_state"))]),
        O::Records => list(object(&[("dan", person()), ("record", named("record"))])),
        O::RecordMark => named("record"),
        O::ReplicaUpdate => object(&[("serial", whole())]),
        O::ReplicaList => list(object(&[
            ("serial", whole()),
            ("data_set", named("data_set")),
            ("key", named("key")),
            ("from", named("day")),
            ("to", nullable(named("day"))),
            ("deleted", flag()),
            ("digest", named("hash")),
            ("no_automatic", flag()),
            ("undisclosed", flag()),
        ])),
        O::ReplicaDetail => named("replica_record"),
        O::ReplicaSearch => list(named("given")),
        O::BlockRecord | O::BlockPerson | O::HideRecord | O::HidePerson | O::PersonFlags | O::RecordFlags => named("flags"),
        O::Recipients => list(object(&[
            ("record", named("id")),
            ("asker", named("institution")),
            ("procedure", named("procedure")),
            ("data_set", named("data_set_id")),
            ("version", whole()),
            ("provided_at", at()),
        ])),
        O::Close | O::CloseUndo | O::CloseResult => {
            object(&[("closing", named("id")), ("state", one_of(&["set", "undone"])), ("records", whole())])
        }
        O::OwnStatus => list(object(&[
            ("own", text()),
            ("dan", person()),
            ("data_set", named("data_set_id")),
            ("version", whole()),
            ("disclosed", flag()),
            ("asked_at", at()),
        ])),
        O::OwnContent => json!({ "oneOf": [
            { "const": "not_disclosed" },
            object(&[("records", list(named("given")))]),
        ] }),
        O::MessageSend | O::MessageStatus | O::MessageCancel => object(&[
            ("message", named("id")),
            ("state", one_of(&["accepted", "delivered", "read", "cancelled", "rejected"])),
            ("changed_at", at()),
        ]),
        O::Masters => object(&[
            ("procedures", map(text())),
            ("data_sets", map(text())),
            ("live", map(list(whole()))),
            ("institutions", map(text())),
            ("permissions", whole()),
        ]),
        O::State => object(&[
            ("now", at()),
            ("mode", one_of(&["production", "test"])),
            ("waiting", map(whole())),
            ("alarms", whole()),
            ("replica_changed_at", nullable(at())),
        ]),
        O::CodesWanted => list(object(&[("acquisition", named("id")), ("dan", named("dan"))])),
    }
}
