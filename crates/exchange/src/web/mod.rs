//! Pages of 情報連携.

pub mod board;
pub mod consents;
pub mod inquiries;
pub mod inquiry;
pub mod new_inquiry;
pub mod originals;
pub mod pick;
pub mod provision;
pub mod provisions;
pub mod records;
pub mod subject;

use crate::Needs;
use crate::originals::Sources;
use kernel::time::{Timestamp, civil, clock_time, wareki_short};
use platform::fault::FieldProblem;
use platform::register::Shown;
use platform::{City, Fault};
use webkit::components::{Choice, FieldError, Tone};
use wire::ident::{DataSet, ItemId, RecordKey};
use wire::inquiry::Given;
use wire::replica::Value;

/// What every page works with.
#[derive(Clone)]
pub struct Desk {
    /// Ports and the line.
    pub needs: Needs,
    /// 正本.
    pub sources: Sources,
}

/// Day and time on one line.
pub fn at_ja(at: Timestamp) -> String {
    format!("{} {}", wareki_short(civil(at)), clock_time(at))
}

/// A value as a clerk reads it.
pub fn value_ja(value: &Value) -> String {
    match value {
        Value::Given(text) => text.as_str().to_owned(),
        Value::Absent(reason) => format!("({})", reason.name()),
    }
}

/// Colour of a state.
pub fn tone(state: &str) -> Tone {
    match state {
        "回答あり" => Tone::Ok,
        "送信待ち" | "回答待ち" => Tone::Info,
        "照会中" => Tone::Bad,
        "照会できません" | "期限までに回答なし" => Tone::Warn,
        _ => Tone::Neutral,
    }
}

/// Records as rows of a table: which record, item, value.
pub fn lines(data_set: &DataSet, records: &[Given]) -> Result<Vec<[String; 3]>, Fault> {
    let names = crate::list()?;
    let of = |given: &Given| {
        let key = names.key_ja(data_set, &given.key);
        let line = |(item, value)| [key.clone(), names.item_ja(data_set, item), value_ja(value)];
        given.items.iter().map(line).collect::<Vec<_>>()
    };
    Ok(records.iter().flat_map(of).collect())
}

/// Pairs of value and words as choices.
pub fn choices(pairs: &[(String, String)]) -> Vec<Choice<'_>> {
    pairs.iter().map(|(value, label)| Choice::new(value, label)).collect()
}

/// What is wrong, for the summary of a form.
pub fn field_errors(problems: &[FieldProblem]) -> Vec<FieldError> {
    problems.iter().map(|p| FieldError { field: p.field.into(), message: p.message.clone() }).collect()
}

/// A ledger row with codes by their names.
pub fn named(city: &City, needs: &Needs, row: Vec<Shown>) -> Vec<Shown> {
    let Ok(list) = crate::list() else { return row };
    let cell = |name: &str| row.iter().find(|(column, _)| column.name == name).map(|(_, text)| text.as_str());
    let set = cell("data_set").and_then(|id| crate::data_set_of(id, cell("version").unwrap_or("1")));
    let item = |text: &str| match (&set, ItemId::parse(text)) {
        (Some(set), Ok(item)) => list.item_ja(set, &item),
        _ => text.to_owned(),
    };
    let key = |text: &str| match (&set, RecordKey::parse(text)) {
        (Some(set), Ok(key)) => list.key_ja(set, &key),
        _ => text.to_owned(),
    };
    let word = |(column, text): &Shown| {
        let text = match column.name {
            "procedure_code" => list.procedure_ja(text),
            "data_set" => list.data_set_ja(text),
            "items" | "item" => text.lines().map(item).collect::<Vec<_>>().join("、"),
            "record_key" => key(text),
            "provider" | "counterpart" => needs.institution_ja(text),
            "programme" => city.purpose(text).map_or_else(|| text.clone(), |p| p.name_ja.to_owned()),
            "office" => city.office_name(text),
            _ => text.clone(),
        };
        (*column, text)
    };
    row.iter().map(word).collect()
}
