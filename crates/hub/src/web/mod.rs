//! Pages of the hub.

pub mod counts;
pub mod outsider;
pub mod outsiders;
pub mod person;
pub mod recall;
pub mod review;
pub mod translate;

/// Name of a programme on screen.
fn programme_ja(city: &platform::City, code: &str) -> String {
    city.purpose(code).map_or_else(|| code.to_owned(), |p| p.name_ja.to_owned())
}
