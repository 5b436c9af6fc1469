//! Pages of 情報連携.

pub mod board;
pub mod consents;
pub mod inquiries;
pub mod inquiry;
pub mod originals;
pub mod provision;
pub mod provisions;
pub mod records;

use crate::Needs;
use crate::originals::Sources;
use kernel::time::{Timestamp, civil, clock_time, wareki_short};
use platform::City;
use platform::register::Shown;
use webkit::components::Tone;
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
pub fn lines(records: &[Given]) -> Vec<[String; 3]> {
    let of = |given: &Given| {
        let key = given.key.to_string();
        given.items.iter().map(|(item, value)| [key.clone(), item.to_string(), value_ja(value)]).collect::<Vec<_>>()
    };
    records.iter().flat_map(of).collect()
}

/// A ledger row with codes by their names.
pub fn named(city: &City, needs: &Needs, row: Vec<Shown>) -> Vec<Shown> {
    let list = crate::list().ok();
    let word = |(column, text): Shown| {
        let text = match (column.name, list) {
            ("procedure_code", Some(list)) => list.procedure_ja(&text),
            ("data_set", Some(list)) => list.data_set_ja(&text),
            ("provider" | "counterpart", _) => needs.institution_ja(&text),
            ("programme", _) => city.purpose(&text).map_or(text, |p| p.name_ja.to_owned()),
            ("office", _) => city.office_name(&text),
            _ => text,
        };
        (column, text)
    };
    row.into_iter().map(word).collect()
}
