//! The strip that says whom the page is about.

use super::badge::{Tone, badge};
use kernel::Date;
use kernel::time::{PartialDate, age_on, wareki_with_year};
use maud::{Markup, html};

/// Who the page is about. Fill only what this session may see; what is `None` takes no room.
#[derive(Debug, Clone, Default)]
pub struct PersonStrip<'a> {
    /// Reading of the name, katakana.
    pub kana: &'a str,
    /// Name as recorded, with its variants.
    pub name: &'a str,
    /// 通称 or 旧氏, with its kind: `("通称", "髙﨑 リン")`.
    pub also: Option<(&'a str, &'a str)>,
    /// 生年月日 and the day for which the age is told.
    pub birth: Option<(&'a PartialDate, Date)>,
    /// 宛名番号, 15 digits.
    pub atena_no: Option<&'a str>,
    /// 世帯, for instance 髙﨑 健一 ほか3人.
    pub household: Option<&'a str>,
    /// 住民状態, for instance 住登者 (令和2年11月3日から).
    pub status: Option<&'a str>,
    /// 住所; leave out for a protected person.
    pub address: Option<&'a str>,
    /// States worth seeing at once.
    pub badges: &'a [(Tone, &'a str)],
}

/// 令和2年11月3日 (2020) ・ 6歳; a partly unknown day prints as recorded, without an age.
fn birth_line(birth: &PartialDate, on: Date) -> String {
    match birth.exact() {
        Some(day) if on >= day => format!("{} ・ {}歳", wareki_with_year(day), age_on(day, on)),
        Some(day) => wareki_with_year(day),
        None => birth.text.clone(),
    }
}

/// Renders the strip.
pub fn person_strip(person: &PersonStrip) -> Markup {
    let birth = person.birth.map(|(birth, on)| birth_line(birth, on));
    let facts = [
        ("生年月日", birth.as_deref()),
        ("世帯", person.household),
        ("宛名番号", person.atena_no),
        ("住民状態", person.status),
        ("住所", person.address),
    ];
    html! {
        section.strip aria-label="この画面の人" {
            div.strip-name {
                p.kana { (person.kana) }
                p.name { (person.name) }
                @if let Some((kind, name)) = person.also { p.also { (kind) " " (name) } }
            }
            dl.strip-facts {
                @for (label, value) in facts {
                    @if let Some(value) = value {
                        div.wide[label == "住所"] { dt { (label) } dd { (value) } }
                    }
                }
            }
            @if !person.badges.is_empty() {
                ul.strip-badges aria-label="状態" {
                    @for (tone, word) in person.badges { li { (badge(*tone, word)) } }
                }
            }
        }
    }
}
