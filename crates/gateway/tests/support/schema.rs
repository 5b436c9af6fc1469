//! Holds messages against the published schemas: the part of JSON Schema that they use.

use gateway::interfaces::schema::definitions;
use gateway::interfaces::{INTERFACES, Wired, messages};
use serde_json::Value as Json;
use std::sync::LazyLock;

static DEFINITIONS: LazyLock<Json> = LazyLock::new(definitions);

fn wired(id: &str) -> &'static Wired {
    INTERFACES.iter().find(|of| of.id == id).unwrap()
}

/// What a call took must be what the document says it takes.
pub fn takes(id: &str, body: &Json) {
    let found = faults(&messages(wired(id)).0, body, "");
    assert!(found.is_empty(), "{id} took what its schema does not: {found:?}");
}

/// What a call answers must be what the document says it answers.
pub fn answers(id: &str, answer: &Json) {
    let found = faults(&messages(wired(id)).1, answer, "");
    assert!(found.is_empty(), "{id} answers what its schema does not: {found:?}");
}

/// Does the document say that this may be sent?
pub fn allows(id: &str, body: &Json) -> bool {
    faults(&messages(wired(id)).0, body, "").is_empty()
}

/// A shared part by its name.
pub fn is(name: &str, value: &Json) {
    let found = faults(&serde_json::json!({ "$ref": format!("#/$defs/{name}") }), value, "");
    assert!(found.is_empty(), "not a {name}: {found:?}");
}

fn faults(schema: &Json, value: &Json, at: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let of = &DEFINITIONS[name.strip_prefix("#/$defs/").unwrap()];
        assert!(of.is_object(), "there is no {name}");
        return faults(of, value, at);
    }
    for (word, exactly) in [("oneOf", true), ("anyOf", false)] {
        if let Some(choices) = schema[word].as_array() {
            let fitting = choices.iter().filter(|choice| faults(choice, value, at).is_empty()).count();
            let fits = if exactly { fitting == 1 } else { fitting > 0 };
            return if fits { vec![] } else { vec![format!("{at}: {fitting} of the choices fit {value}")] };
        }
    }
    if let Some(only) = schema.get("const") {
        return if only == value { vec![] } else { vec![format!("{at}: {value} is not {only}")] };
    }
    let wrong = || vec![format!("{at}: {value} is no {}", schema["type"])];
    match schema["type"].as_str().unwrap_or_else(|| panic!("a schema without a type at {at}")) {
        "object" => value.as_object().map_or_else(wrong, |fields| object(schema, fields, at)),
        "array" => value.as_array().map_or_else(wrong, |all| {
            all.iter().enumerate().flat_map(|(n, one)| faults(&schema["items"], one, &format!("{at}/{n}"))).collect()
        }),
        "string" => value.as_str().map_or_else(wrong, |text| string(schema, text, at)),
        "integer" if value.is_i64() || value.is_u64() => vec![],
        "boolean" if value.is_boolean() => vec![],
        "null" if value.is_null() => vec![],
        _ => wrong(),
    }
}

fn object(schema: &Json, fields: &serde_json::Map<String, Json>, at: &str) -> Vec<String> {
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str);
    let missing = required.filter(|name| !fields.contains_key(*name)).map(|name| format!("{at}: {name} is missing"));
    let mut found: Vec<String> = missing.collect();
    for (name, value) in fields {
        let at = format!("{at}/{name}");
        match (schema["properties"].get(name), schema.get("additionalProperties")) {
            (Some(of), _) => found.extend(faults(of, value, &at)),
            (None, Some(Json::Bool(false))) => found.push(format!("{at} is unknown")),
            (None, Some(of)) => found.extend(faults(of, value, &at)),
            (None, None) => {}
        }
    }
    found
}

fn string(schema: &Json, text: &str, at: &str) -> Vec<String> {
    if let Some(words) = schema["enum"].as_array() {
        return if words.iter().any(|word| word == text) { vec![] } else { vec![format!("{at}: {text} is none of {words:?}")] };
    }
    let long_enough = text.chars().count() as u64 >= schema["minLength"].as_u64().unwrap_or(0);
    let fits = schema["pattern"].as_str().is_none_or(|pattern| matches(pattern, text));
    if long_enough && fits { vec![] } else { vec![format!("{at}: {text} does not fit {schema}")] }
}

/// Patterns of literal characters and classes with a count, a range of counts, or `+`.
fn matches(pattern: &str, text: &str) -> bool {
    let mut rest: Vec<char> = text.chars().collect();
    let mut pattern: Vec<char> = pattern.strip_prefix('^').unwrap().strip_suffix('$').unwrap().chars().collect();
    while !pattern.is_empty() {
        let (class, after) = match pattern[0] {
            '[' => {
                let end = pattern.iter().position(|c| *c == ']').unwrap();
                (pattern[1..end].to_vec(), end + 1)
            }
            literal => (vec![literal], 1),
        };
        pattern.drain(..after);
        let (least, most) = count(&mut pattern);
        let taken = rest.iter().take(most).take_while(|c| within(&class, **c)).count();
        if taken < least {
            return false;
        }
        rest.drain(..taken);
    }
    rest.is_empty()
}

/// How often the class before stands; takes the count away.
fn count(pattern: &mut Vec<char>) -> (usize, usize) {
    match pattern.first() {
        Some('+') => {
            pattern.remove(0);
            // Greedy, but the last class of our patterns that is repeated leaves what a literal takes.
            (1, usize::MAX)
        }
        Some('{') => {
            let end = pattern.iter().position(|c| *c == '}').unwrap();
            let inside: String = pattern[1..end].iter().collect();
            pattern.drain(..=end);
            let (least, most) = inside.split_once(',').unwrap_or((&inside, &inside));
            (least.parse().unwrap(), most.parse().unwrap())
        }
        _ => (1, 1),
    }
}

fn within(class: &[char], c: char) -> bool {
    let (class, not) = if class.len() > 1 && class[0] == '^' { (&class[1..], true) } else { (class, false) };
    let mut n = 0;
    let mut found = false;
    while n < class.len() {
        if n + 2 < class.len() && class[n + 1] == '-' {
            found |= (class[n]..=class[n + 2]).contains(&c);
            n += 3;
        } else {
            found |= class[n] == c;
            n += 1;
        }
    }
    found != not
}

#[test]
fn a_pattern_fits_what_it_says_and_nothing_else() {
    assert!(matches("^JT[0-9]{14}$", "JT00000000000001") && !matches("^JT[0-9]{14}$", "JT0000000000001"));
    assert!(matches("^[0-9A-Za-z-]{1,20}$", "2026-a") && !matches("^[0-9A-Za-z-]{1,20}$", "2026年"));
    assert!(matches("^[^ ]{1,40}$", "市町村民税所得割額") && !matches("^[^ ]{1,40}$", "a b"));
}
