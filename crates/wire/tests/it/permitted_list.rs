//! 照会許可リスト: what is in the list on the day is permitted, and nothing else.

use crate::support::{data_set, izumi, procedure, sakai, shinjuku};
use kernel::time::Date;
use std::collections::BTreeSet;
use wire::ident::InstitutionCode;
use wire::list::{Ground, Kind, ListError, PermittedList, Question};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn kind(name: &str) -> Kind {
    Kind(name.to_owned())
}

/// Every procedure × asker × kind of asker × kind of provider × data set × day around a change: permitted exactly when a line of the
/// file says so, read here a second time without the program's reader.
#[test]
fn every_combination_on_every_day_of_change() {
    let list = PermittedList::load().unwrap();
    let file: toml::Table = include_str!("../../../../params/exchange/permitted_inquiries.toml").parse().unwrap();
    let text = |row: &toml::Value, key: &str| row.get(key).and_then(|v| v.as_str()).unwrap_or("9999-12-31").to_owned();
    let lines: Vec<[String; 7]> = file["row"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            ["procedure", "asker", "provider", "data_set", "ground", "effective_from", "effective_to"].map(|key| text(row, key))
        })
        .collect();
    let mut days = BTreeSet::new();
    for [.., from, to] in &lines {
        days.extend([day(from).yesterday().unwrap(), day(from), day(to)]);
        days.extend(day(to).tomorrow());
    }
    let mut combinations = 0_u32;
    let mut permitted = 0_u32;
    for on in &days {
        let iso = on.to_string();
        let live: BTreeSet<_> = lines
            .iter()
            .filter(|[.., from, to]| *from <= iso && iso <= *to)
            .map(|[p, a, b, d, ground, ..]| (p.as_str(), a.as_str(), b.as_str(), d.as_str(), ground.as_str()))
            .collect();
        for asker in [sakai(), izumi()] {
            let notified = asker == sakai();
            for p in list.procedures().keys() {
                for a in list.kinds().keys() {
                    for b in list.kinds().keys() {
                        for d in list.data_sets().keys() {
                            let question = Question { procedure: p, asker: &asker, asker_kind: a, provider_kind: b, data_set: d };
                            let listed = |ground| live.contains(&(p.as_str(), a.0.as_str(), b.0.as_str(), d.as_str(), ground));
                            let expected = listed("statutory") || (listed("ordinance") && notified);
                            let answer = list.permits(&question, *on).is_some();
                            assert_eq!(answer, expected, "{p} {} {} {d} {asker} {on}", a.0, b.0);
                            combinations += 1;
                            permitted += u32::from(answer);
                        }
                    }
                }
            }
        }
    }
    assert!(combinations > 100_000, "{combinations}");
    assert!(permitted > 250, "{permitted}");
}

#[test]
fn child_medical_aid_may_ask_for_tax_only_with_consent_and_under_a_notified_ordinance() {
    let list = PermittedList::load().unwrap();
    let (city, tax) = (kind("city"), data_set(2));
    let ask = |asker: InstitutionCode, on| {
        let question =
            Question { procedure: &procedure(3), asker: &asker, asker_kind: &city, provider_kind: &city, data_set: &tax };
        list.permits(&question, day(on)).cloned()
    };
    let row = ask(sakai(), "2026-09-01").unwrap();
    assert!(row.consent && row.ground == Ground::Ordinance && row.legal_basis.contains("19条9号"));
    assert!(ask(shinjuku(), "2026-09-01").is_some());
    assert!(ask(izumi(), "2026-09-01").is_none(), "和泉市 has notified no ordinance in this list");
    // The number of the article moved; the day decides which one is cited.
    assert!(ask(sakai(), "2021-08-31").unwrap().legal_basis.contains("19条8号"));
    assert!(ask(sakai(), "2021-09-01").unwrap().legal_basis.contains("19条9号"));
    assert!(ask(sakai(), "2017-11-12").is_none());
    // What a desk may offer is what the list permits on the day, and nothing of other procedures.
    let offered = |asker: &InstitutionCode, on| {
        let rows = list.askable(&procedure(3), Some(asker), &city, day(on));
        rows.iter().map(|row| row.data_set.clone()).collect::<BTreeSet<_>>()
    };
    assert_eq!(offered(&sakai(), "2026-09-01"), [1, 2, 3, 7].map(data_set).into());
    assert_eq!(offered(&sakai(), "2021-08-31"), [2].map(data_set).into());
    assert!(offered(&izumi(), "2026-09-01").is_empty());
}

#[test]
fn a_list_that_contradicts_itself_is_not_loaded() {
    let head = "area = \"a\"\nowner = \"国\"\nnotified = []\n[[kind]]\nid = \"city\"\nname = \"市\"\n\
                [[procedure]]\nid = \"JT00000000000001\"\nname = \"p\"\n[[data_set]]\nid = \"TM00000000000001\"\nname = \"d\"\n";
    let row = |asker: &str, from: &str, to: &str| {
        format!(
            "[[row]]\nprocedure = \"JT00000000000001\"\nasker = \"{asker}\"\nprovider = \"city\"\ndata_set = \"TM00000000000001\"\n\
             ground = \"statutory\"\nconsent = false\neffective_from = \"{from}\"\neffective_to = \"{to}\"\nlegal_basis = \"l\"\n\
             source = \"s\"\nverified_on = \"\"\n"
        )
    };
    let parse = |rows: &[String]| PermittedList::parse(&format!("{head}{}", rows.concat()));
    assert_eq!(parse(&[row("city", "2026-04-01", "2026-04-30"), row("city", "2026-05-01", "")]).unwrap().rows().count(), 2);
    let overlap = parse(&[row("city", "2026-04-01", "2026-05-01"), row("city", "2026-05-01", "")]);
    assert!(matches!(overlap, Err(ListError::Overlap(_, on)) if on == day("2026-05-01")));
    assert!(matches!(parse(&[row("village", "2026-04-01", "")]), Err(ListError::Undeclared(name)) if name == "village"));
    assert!(matches!(parse(&[row("city", "2026-04-31", "")]), Err(ListError::BadDate(_))));
    assert!(matches!(parse(&[row("city", "2026-04-02", "2026-04-01")]), Err(ListError::BadDate(_))));
}

#[test]
fn what_nobody_has_checked_says_so() {
    let list = PermittedList::load().unwrap();
    assert!(list.rows().count() >= 60);
    assert!(list.rows().all(|row| row.verified_on.is_none() && row.source.contains("未照合")));
}
