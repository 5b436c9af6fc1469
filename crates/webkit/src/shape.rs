//! What requests and answers of the API look like, learned from real ones: names and kinds of fields, never a value.
//!
//! The API document says what was seen while the whole story was played over the pages. So every field in it has been in a real answer,
//! and a route that the story never calls shows no fields instead of made-up ones.

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// One kind of value, merged from samples.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Shape {
    kinds: BTreeSet<&'static str>,
    /// How often it was an object.
    objects: u64,
    /// Fields of objects, and in how many of them each was.
    fields: BTreeMap<String, (Shape, u64)>,
    /// Values under keys that are data themselves.
    others: Option<Box<Shape>>,
    items: Option<Box<Shape>>,
}

/// A key that the code wrote, rather than one that comes from data.
fn is_name(key: &str) -> bool {
    let mut bytes = key.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

impl Shape {
    fn learn(&mut self, value: &Value) {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(n) if n.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        self.kinds.insert(kind);
        match value {
            Value::Array(items) => items.iter().for_each(|i| self.items.get_or_insert_default().learn(i)),
            Value::Object(fields) => {
                self.objects += 1;
                for (key, value) in fields {
                    // `_links` of a published interface; in a request such names are the form's own.
                    if is_name(key.strip_prefix('_').unwrap_or(key)) {
                        let (shape, times) = self.fields.entry(key.clone()).or_default();
                        shape.learn(value);
                        *times += 1;
                    } else {
                        self.others.get_or_insert_default().learn(value);
                    }
                }
            }
            _ => {}
        }
    }

    /// JSON Schema as OpenAPI 3.1 uses it. A field is required when every object had it.
    fn schema(&self) -> Value {
        let mut schema = Map::new();
        let kinds: Vec<&str> = self.kinds.iter().copied().collect();
        match kinds.as_slice() {
            [] => {}
            [one] => drop(schema.insert("type".into(), json!(one))),
            several => drop(schema.insert("type".into(), json!(several))),
        }
        if !self.fields.is_empty() {
            let properties: Map<String, Value> = self.fields.iter().map(|(k, (s, _))| (k.clone(), s.schema())).collect();
            let always: Vec<&String> = self.fields.iter().filter(|(_, (_, n))| *n == self.objects).map(|(k, _)| k).collect();
            schema.insert("properties".into(), Value::Object(properties));
            schema.insert("required".into(), json!(always));
        }
        if let Some(others) = &self.others {
            schema.insert("additionalProperties".into(), others.schema());
        }
        if let Some(items) = &self.items {
            schema.insert("items".into(), items.schema());
        }
        Value::Object(schema)
    }
}

/// What one route was seen to take and to answer.
#[derive(Debug, Clone, Default)]
struct Seen {
    query: BTreeSet<String>,
    form: BTreeSet<String>,
    answer: Shape,
}

/// What all routes were seen to take and to answer, by method and path.
#[derive(Debug, Default)]
pub struct Shapes(Mutex<BTreeMap<(&'static str, &'static str), Seen>>);

impl Shapes {
    fn with<R>(&self, method: &'static str, path: &'static str, read: impl FnOnce(&mut Seen) -> R) -> R {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        read(all.entry((method, path)).or_default())
    }

    /// A request that was carried out, by the names of its query and form.
    pub(crate) fn asked(&self, method: &'static str, path: &'static str, query: &[String], form: &[String]) {
        let names = |all: &[String]| all.iter().filter(|n| is_name(n)).cloned().collect::<Vec<_>>();
        self.with(method, path, |seen| {
            seen.query.extend(names(query));
            seen.form.extend(names(form));
        });
    }

    /// Its answer.
    pub fn answered(&self, method: &'static str, path: &'static str, answer: &Value) {
        self.with(method, path, |seen| seen.answer.learn(answer));
    }

    /// Names of the query of a route.
    pub fn query(&self, method: &'static str, path: &'static str) -> Vec<String> {
        self.with(method, path, |seen| seen.query.iter().cloned().collect())
    }

    /// Schema of the body of a command: a flat object of text, numbers and truth values, or lists of them.
    pub fn request(&self, method: &'static str, path: &'static str) -> Value {
        let names = self.with(method, path, |seen| seen.form.clone());
        let value =
            json!({ "type": ["string", "number", "boolean", "array"], "items": { "type": ["string", "number", "boolean"] } });
        let properties: Map<String, Value> = names.into_iter().map(|n| (n, value.clone())).collect();
        if properties.is_empty() { json!({ "type": "object" }) } else { json!({ "type": "object", "properties": properties }) }
    }

    /// Schema of the answer; `None` for a route that never answered data.
    pub fn answer(&self, method: &'static str, path: &'static str) -> Option<Value> {
        self.with(method, path, |seen| (!seen.answer.kinds.is_empty()).then(|| seen.answer.schema()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_says_what_was_seen_and_nothing_else() {
        let shapes = Shapes::default();
        let samples = [
            json!({ "no": "1", "age": 3, "note": null, "lines": [] }),
            json!({ "no": "2", "age": 4, "note": "x", "lines": [{ "yen": 5 }], "extra": true }),
        ];
        samples.iter().for_each(|s| shapes.answered("get", "/x", s));
        let schema = shapes.answer("get", "/x").unwrap();
        assert_eq!(schema["required"], json!(["age", "lines", "no", "note"]));
        assert_eq!(schema["properties"]["note"]["type"], json!(["null", "string"]));
        assert_eq!(schema["properties"]["lines"]["items"]["properties"]["yen"], json!({ "type": "integer" }));
        assert!(schema["properties"].get("extra").is_some() && schema["properties"].get("other").is_none());
        assert_eq!(shapes.answer("get", "/never"), None);
    }

    #[test]
    fn no_value_and_no_key_that_is_data_gets_into_it() {
        let shapes = Shapes::default();
        shapes.answered("get", "/x", &json!({ "by_person": { "0000123": "大谷 真央", "山田": "secret" } }));
        shapes.asked("post", "/x", &["q".into()], &["name".into(), "_csrf".into(), "山田".into()]);
        let text = format!("{}{}", shapes.answer("get", "/x").unwrap(), shapes.request("post", "/x"));
        assert!(!["0000123", "大谷", "山田", "secret", "_csrf"].iter().any(|t| text.contains(t)), "{text}");
        assert!(text.contains("additionalProperties") && text.contains("\"name\""));
    }
}
