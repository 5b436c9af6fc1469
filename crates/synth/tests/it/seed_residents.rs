use super::households;
use std::collections::BTreeSet;
use synth::{Household, Person, ResidentRow};

/// The 58 items of 住基情報, by their number: what the row says, `None` when it says nothing.
fn item(number: u8, person: &Person, row: &ResidentRow) -> Option<String> {
    let name = &row.name;
    let text = |t: &str| (!t.is_empty()).then(|| t.to_owned());
    let date = |d: jiff::civil::Date| Some(d.to_string());
    match number {
        1 => text(person.individual_number.expose()),
        2 => Some(row.household.to_string()),
        3 => Some(row.processing_no.to_string()),
        4 => text(&row.moved_on.text),
        5 => date(row.notified_on),
        6 => text(row.event),
        7 => text(row.class),
        8 => text(&row.address.town_code),
        9 => text(&row.address.lot),
        10 => row.address.branch.clone(),
        11 => row.address.sub_branch.clone(),
        12 => text(&row.address.text),
        13 => row.address.building.as_ref().map(|b| b.text.clone()),
        14 => text(&row.address.postal_code),
        15 => text(row.address.primary_school),
        16 => text(row.address.middle_school),
        17 => name.kanji.as_ref().map(|n| n.kana.clone()),
        18 => name.kanji.as_ref().map(|n| n.text.clone()),
        19 => name.former_family_name.as_ref().map(|n| n.text.clone()),
        20 => text(&row.birth.text),
        21 => text(row.sex.label()),
        22 => text(row.relation),
        23 => date(row.entry.on),
        24 => date(row.entry.notified_on),
        25 => text(row.entry.reason),
        26 => row.removal.as_ref().map(|r| r.on.text.clone()),
        27 => row.removal.as_ref().and_then(|r| date(r.notified_on)),
        28 => row.removal.as_ref().and_then(|r| text(r.reason)),
        29 => row.koseki.as_ref().and_then(|k| text(&k.head)),
        30 => name.alias.as_ref().map(|n| n.kana.clone()),
        31 => name.alias.as_ref().map(|n| n.text.clone()),
        32 => name.latin.as_ref().map(|n| n.kana.clone()),
        33 => name.latin.as_ref().map(|n| n.text.clone()),
        34 => name.katakana.clone(),
        35 => row.foreign.as_ref().and_then(|f| text(f.nationality)),
        36 => row.foreign.as_ref().and_then(|f| f.status).map(str::to_owned),
        37 => row.foreign.as_ref().and_then(|f| text(f.class)),
        38 => row.foreign.as_ref().and_then(|f| f.term).map(str::to_owned),
        39 => row.foreign.as_ref().and_then(|f| f.expires_on).and_then(date),
        40 => row.entry.previous_address.clone(),
        41 => row.move_out.as_ref().map(|m| m.planned_address.clone()),
        42 => row.move_out.as_ref().and_then(|m| date(m.planned_on)),
        43 => row.move_out.as_ref().and_then(|m| date(m.notified_on)),
        44 => row.move_out.as_ref().and_then(|m| m.confirmed.as_ref()).map(|c| c.address.clone()),
        45 => row.move_out.as_ref().and_then(|m| m.confirmed.as_ref()).and_then(|c| date(c.on)),
        46 => row.move_out.as_ref().and_then(|m| m.confirmed.as_ref()).and_then(|c| date(c.notified_on)),
        47 => text(&row.head_name),
        48 => row.head_latin_name.clone(),
        49 => row.national_health.then(|| "有".to_owned()),
        50 => row.pension.as_ref().and_then(|p| text(p.class)),
        51 => row.pension.as_ref().map(|p| p.number.clone()),
        52 => row.pension.as_ref().and_then(|p| date(p.since)),
        53 => text(row.address.ward),
        54 => row.sub_name.as_ref().map(|s| s.name.clone()),
        55 => row.sub_name.as_ref().and_then(|s| text(s.programme)),
        56 => row.mailing.as_ref().map(|m| m.address.clone()),
        57 => row.mailing.as_ref().and_then(|m| date(m.period.from)),
        58 => row.mailing.as_ref().and_then(|m| text(m.programme)),
        _ => panic!("no such item"),
    }
}

fn missing(households: &[Household]) -> BTreeSet<u8> {
    let mut missing: BTreeSet<u8> = (1..=58).collect();
    for person in households.iter().flat_map(|h| &h.people) {
        for row in &person.rows {
            missing.retain(|number| item(*number, person, row).is_none());
        }
    }
    missing
}

#[test]
fn every_item_of_the_resident_list_is_filled_for_somebody() {
    assert_eq!(missing(households()), BTreeSet::new());
    // And the test can fail: the first household alone does not have everything.
    assert!(!missing(&households()[..1]).is_empty());
}

#[test]
fn a_small_demo_city_shows_every_item_too() {
    for seed in 70..80 {
        let small: Vec<Household> = synth::City::generate(seed, 300, super::TODAY).households().collect();
        assert_eq!(missing(&small), BTreeSet::new(), "seed {seed}");
    }
}

#[test]
fn foreign_residents_have_no_koseki_and_japanese_ones_no_status() {
    for row in households().iter().flat_map(|h| &h.people).flat_map(|p| &p.rows) {
        assert_eq!(row.foreign.is_some(), row.koseki.is_none());
        assert_eq!(row.foreign.is_some(), row.name.latin.is_some());
        assert!(row.name.alias.is_none() || row.foreign.is_some(), "通称は外国人住民だけ");
    }
}
