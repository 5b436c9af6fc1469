//! Pages of the hub.

pub mod batches;
pub mod codes;
pub mod counts;
pub mod deletions;
pub mod export;
pub mod outsider;
pub mod outsiders;
pub mod person;
pub mod recall;
pub mod review;
pub mod search;
pub mod systems;
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

/// UTF-8 with its mark, every cell quoted, lines as a spreadsheet expects them.
fn csv(head: &[&str], lines: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let quoted = |cells: &[String]| cells.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect::<Vec<_>>().join(",");
    let mut text = format!("\u{feff}{}\r\n", head.join(","));
    lines.for_each(|line| text.push_str(&(quoted(&line) + "\r\n")));
    text.into_bytes()
}
