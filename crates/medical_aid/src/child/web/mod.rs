//! The screens, one file each.

pub mod apply;
pub mod card;
pub mod claim;
pub mod claims;
pub mod decision;
pub mod evidence;
pub mod ledger;
pub mod lists;
pub mod notice;
pub mod number;
pub mod person;
pub mod recipients;
pub mod review;
pub mod subsidy;

use crate::child::dossier::Dossier;
use kernel::ident::AtenaNo;
use kernel::time::{Date, wareki};
use maud::{Markup, html};
use platform::Fault;
use webkit::Call;
use webkit::components::{FieldError, PersonStrip, Tab, Tone, person_strip, tabs};

/// The 宛名番号 of the path.
pub fn number(call: &Call) -> Result<AtenaNo, Fault> {
    AtenaNo::parse(call.part("no")).map_err(|_| Fault::missing("対象者"))
}

/// Problems of a form for its summary.
pub fn errors(fault: Option<&Fault>) -> Vec<FieldError> {
    let fields = fault.into_iter().flat_map(|f| &f.fields);
    fields.map(|f| FieldError { field: f.field.into(), message: f.message.clone() }).collect()
}

/// The problem of one field.
pub fn error<'a>(errors: &'a [FieldError], name: &str) -> Option<&'a str> {
    errors.iter().find(|e| e.field == name).map(|e| e.message.as_str())
}

/// The state of a stretch as badge tone.
pub fn status_tone(status: &str) -> Tone {
    match status {
        "受給中" | "支給決定" | "認定" => Tone::Ok,
        "停止中" | "保留" | "受付" => Tone::Warn,
        "喪失" | "却下" | "不支給決定" => Tone::Bad,
        _ => Tone::Info,
    }
}

/// Who the page is about, and the tabs of the child's pages.
pub fn lead(dossier: &Dossier, as_of: Date, tab: &str) -> Markup {
    let p = &dossier.person;
    let status = match (p.removed_on, p.resident_from) {
        (Some(day), _) => format!("{} {}", p.removed_reason.as_deref().unwrap_or("消除"), wareki(day)),
        (None, Some(from)) => format!("住登者({}から)", wareki(from)),
        (None, None) => "住登外".to_owned(),
    };
    let aid = dossier.current().map_or("未申請".to_owned(), |r| r.status.clone());
    let word = format!("子ども医療 {aid}");
    let mut badges = vec![(status_tone(&aid), word.as_str())];
    if p.protected {
        badges.push((Tone::Bad, "支援措置"));
    }
    let strip = person_strip(&PersonStrip {
        kana: &p.kana,
        name: &p.name,
        also: p.alias.as_deref().map(|a| ("通称", a)),
        birth: Some((&p.birth, as_of)),
        atena_no: Some(p.atena_no.as_str()),
        household: p.head_name.as_deref(),
        status: Some(&status),
        address: p.address.as_deref(),
        badges: &badges,
    });
    let base = format!("/kodomo/person/{}", p.atena_no);
    let all = [
        ("shikaku", "資格"),
        ("kyufu", "給付"),
        ("setai", "世帯"),
        ("rireki", "履歴"),
        ("chohyo", "帳票"),
        ("etsuran", "閲覧記録"),
    ];
    let one = |href, label: &str, key: &str| Tab { label: label.into(), href, current: key == tab, count: None };
    let mut tabs_of: Vec<Tab> = all.iter().map(|(key, label)| one(format!("{base}?tab={key}"), label, key)).collect();
    tabs_of.push(one(format!("{base}/ledger"), "台帳", "daicho"));
    html! { (strip) (tabs("この子の画面", &tabs_of)) }
}
