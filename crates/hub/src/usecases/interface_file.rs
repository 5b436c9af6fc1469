//! 番号の変換 of the files that go to the gateway and come back: the item 団体内統合宛名番号 holds a programme's number on the city's side and
//! the 団番 on the gateway's. Everything else of a row goes through unchanged. Rows that can be translated go on in their order; the others
//! are listed and stay in the city.
//!
//! An answer comes back under the number that asked: a row with the id of an inquiry is kept with its number when it goes out.

use super::translate::{self, Refusal, Translated, Way};
use crate::model::Request;
use crate::store;
use kernel::ident::DanNo;
use platform::keys::{hex, sha256};
use platform::{Fault, Unit};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Items of a row that name people, one or many: every item that is a 団番 in the schemas of the interfaces.
const ITEMS: [&str; 3] = ["dan", "made_for", "subject"];

/// What each number was translated to.
type Answers = BTreeMap<String, Result<String, Refusal>>;

/// A row that cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Row of the file, from 1 behind the heading.
    pub line: usize,
    /// The number that stands in it, as it came; empty when none could be read.
    pub number: String,
    /// Why.
    pub why: String,
}

/// A file after the translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Through {
    /// The file with the rows that go on, its heading put right.
    pub file: String,
    /// How many go on.
    pub good: usize,
    /// The others, in order.
    pub held: Vec<Held>,
}

/// Translates the numbers of a file of one of the interfaces.
///
/// # Errors
/// A file that is none: no heading, or contents that do not fit it. Whether there is such an interface, the gateway says.
pub async fn run(unit: &mut Unit, programme: &str, way: Way, text: &str) -> Result<Through, Fault> {
    let wrong = |why: &str| Fault::field("file", why);
    let (head, body) = text.split_once('\n').ok_or_else(|| wrong("ファイルの1行目(見出し)がありません"))?;
    let mut head: Map<String, Value> = serde_json::from_str(head).map_err(|_| wrong("ファイルの1行目(見出し)を読めません"))?;
    if head.get("sha256").and_then(Value::as_str) != Some(hex(&sha256(body.as_bytes())).as_str()) {
        return Err(wrong("ファイルのハッシュ値が見出しと合いません。途中で変わったか、欠けています"));
    }
    let rows: Vec<Option<Value>> = body.lines().filter(|l| !l.trim().is_empty()).map(|l| serde_json::from_str(l).ok()).collect();
    let mut asked: Vec<String> = rows.iter().flatten().flat_map(numbers).collect();
    asked.sort_unstable();
    asked.dedup();
    let answers: Answers = translate::run(unit, programme, way, &asked)
        .await?
        .into_iter()
        .map(|Translated { asked, answer }| (asked, answer))
        .collect();
    let (mut good, mut held) = (vec![], vec![]);
    for (line, row) in (1..).zip(rows) {
        let Some(mut row) = row else {
            held.push(Held { line, number: String::new(), why: "行をJSONとして読めません".into() });
            continue;
        };
        let request = request_of(&row);
        let asked = match (way, &request) {
            (Way::FromDan, Some(request)) => store::request(&mut unit.tx, programme, request).await?,
            _ => vec![],
        };
        let mut exchanged = vec![];
        match exchange(&mut row, &answers, &asked, &mut exchanged) {
            Ok(()) => {
                if let (Way::ToDan, Some(request)) = (way, request) {
                    remember(unit, programme, &request, exchanged).await?;
                }
                good.push(row);
            }
            Err((number, why)) => held.push(Held { line, number, why }),
        }
    }
    let body: String = good.iter().map(|row| format!("{row}\n")).collect();
    head.insert("count".into(), good.len().into());
    head.insert("sha256".into(), hex(&sha256(body.as_bytes())).into());
    Ok(Through { file: format!("{}\n{body}", Value::Object(head)), good: good.len(), held })
}

/// Calls `each` for every number of people in a row, at any depth.
fn visit<E>(value: &mut Value, each: &mut impl FnMut(&mut String) -> Result<(), E>) -> Result<(), E> {
    match value {
        Value::Object(items) => items.iter_mut().try_for_each(|(name, item)| match item {
            Value::String(number) if ITEMS.contains(&name.as_str()) => each(number),
            Value::Array(many) if ITEMS.contains(&name.as_str()) => many.iter_mut().try_for_each(|one| match one {
                Value::String(number) => each(number),
                other => visit(other, each),
            }),
            other => visit(other, each),
        }),
        Value::Array(many) => many.iter_mut().try_for_each(|one| visit(one, each)),
        _ => Ok(()),
    }
}

fn numbers(row: &Value) -> Vec<String> {
    let mut found = vec![];
    let mut copy = row.clone();
    let mut note = |number: &mut String| {
        found.push(number.clone());
        Ok::<(), std::convert::Infallible>(())
    };
    match visit(&mut copy, &mut note) {
        Ok(()) => found,
        Err(never) => match never {},
    }
}

/// Puts the other number in the place of each, and notes both; the first that has none holds the row back. Of several numbers of a person it is
/// the one that `asked`.
fn exchange(
    row: &mut Value,
    answers: &Answers,
    asked: &[Request],
    exchanged: &mut Vec<(String, String)>,
) -> Result<(), (String, String)> {
    visit(row, &mut |number| {
        let other = match answers.get(number.as_str()) {
            Some(Ok(other)) => other.clone(),
            Some(Err(Refusal::Several(numbers))) => {
                let theirs = asked.iter().find(|r| r.dan_no.as_str() == number && numbers.contains(&r.number));
                let why = || (number.clone(), Refusal::Several(numbers.clone()).to_string());
                theirs.map(|r| r.number.clone()).ok_or_else(why)?
            }
            Some(Err(why)) => return Err((number.clone(), why.to_string())),
            None => return Err((number.clone(), "番号を読めません".into())),
        };
        exchanged.push((std::mem::replace(number, other.clone()), other));
        Ok(())
    })
}

/// Id of the inquiry that a row is about.
fn request_of(row: &Value) -> Option<String> {
    match row {
        Value::Object(items) => match items.get("request") {
            Some(Value::String(id)) => Some(id.clone()),
            _ => items.values().find_map(request_of),
        },
        Value::Array(many) => many.iter().find_map(request_of),
        _ => None,
    }
}

/// Keeps the numbers under which an inquiry goes out; a repetition is the same inquiry.
async fn remember(unit: &mut Unit, programme: &str, request: &str, exchanged: Vec<(String, String)>) -> Result<(), Fault> {
    let mut known = store::request(&mut unit.tx, programme, request).await?;
    for (number, dan) in exchanged {
        let Ok(dan_no) = DanNo::parse(&dan) else { continue };
        if known.iter().any(|k| k.dan_no == dan_no) {
            continue;
        }
        let (asked_at, seq) = (unit.now(), unit.seq().await?);
        let row = Request { id: 0, programme: programme.to_owned(), request: request.to_owned(), number, dan_no, asked_at, seq };
        row.insert(&mut unit.tx).await?;
        known.push(row);
    }
    Ok(())
}
