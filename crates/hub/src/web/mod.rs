//! Pages of the hub.

pub mod counts;
pub mod outsider;
pub mod outsiders;
pub mod person;
pub mod recall;
pub mod review;
pub mod translate;

use platform::register::Shown;

/// Name of a programme on screen.
fn programme_ja(city: &platform::City, code: &str) -> String {
    city.purpose(code).map_or_else(|| code.to_owned(), |p| p.name_ja.to_owned())
}

/// A ledger row with the programme by its name.
fn reworded(city: &platform::City, row: Vec<Shown>) -> Vec<Shown> {
    let named = |(column, value): Shown| match column.name {
        "programme" => (column, programme_ja(city, &value)),
        _ => (column, value),
    };
    row.into_iter().map(named).collect()
}
