use super::{TODAY, city, households, others};
use jiff::civil::{Date, date};
use kernel::ident::{AtenaNo, MunicipalityCode, SetaiNo};
use kernel::time::{age_on, attained_on};
use std::collections::{HashMap, HashSet};
use synth::model::Sex;
use synth::{City, Household, MINATO, Person, YAMATE};

fn people() -> impl Iterator<Item = &'static Person> {
    households().iter().flat_map(|h| &h.people)
}

fn residents() -> impl Iterator<Item = &'static Person> {
    people().filter(|p| p.is_resident())
}

#[test]
fn the_city_has_exactly_the_residents_asked_for() {
    for (seed, wanted) in [(1, 1), (2, 7), (3, 500), (2026, 3_000)] {
        let count: usize = City::generate(seed, wanted, TODAY).households().map(|h| h.residents().count()).sum();
        assert_eq!(count, wanted as usize);
    }
    assert_eq!(City::generate(1, 0, TODAY).households().count(), 0);
}

#[test]
fn the_same_seed_makes_the_same_people_and_another_seed_others() {
    let again: Vec<Household> = city().households().collect();
    assert_eq!(again, households());
    let other: Vec<Household> = City::generate(2027, 3_000, TODAY).households().collect();
    assert_ne!(other, again);
    // Whoever reads only the beginning sees the same beginning.
    assert_eq!(city().households().take(50).collect::<Vec<_>>(), again[..50]);
}

#[test]
fn every_case_of_the_shown_households_is_there_in_other_years_too() {
    for today in [date(2024, 2, 29), date(2025, 4, 1), date(2027, 1, 4), date(2030, 12, 31)] {
        let all: Vec<Household> = City::generate(9, 600, today).households().collect();
        assert_eq!(all.iter().map(|h| h.residents().count()).sum::<usize>(), 600);
        let protections: Vec<_> = all.iter().flat_map(|h| &h.protections).collect();
        assert!(protections.len() >= 6, "{today}: {}", protections.len());
        let latest = all.iter().flat_map(|h| &h.people).flat_map(|p| &p.rows).map(|r| r.recorded_on).max().unwrap();
        assert!(latest <= today, "{today}: recorded on {latest}");
    }
}

#[test]
fn one_head_in_every_household_and_everybody_knows_the_head() {
    others().iter().for_each(|(_, all)| one_head(all));
    one_head(households());
}

fn one_head(households: &[Household]) {
    let heads: HashMap<u64, &Person> = households.iter().flat_map(Household::residents).map(|p| (p.serial, p)).collect();
    for household in households {
        let living: Vec<&Person> = household.residents().collect();
        let relations: Vec<&str> = living.iter().map(|p| p.current().relation).collect();
        if living.is_empty() {
            continue;
        }
        assert_eq!(relations.iter().filter(|r| **r == "世帯主").count(), 1, "{}: {relations:?}", household.serial);
        assert_eq!(relations[0], "世帯主");
        assert!(relations.iter().filter(|r| matches!(**r, "妻" | "夫" | "妻(未届)")).count() <= 1, "{relations:?}");
        for person in living {
            let row = person.current();
            assert_eq!(row.household, household.serial);
            let head = heads[&row.head];
            assert_eq!(row.head_name, head.current().name.main());
            assert_eq!(row.address, head.current().address);
            assert_eq!(row.relation == "世帯主", row.head == person.serial);
        }
    }
}

#[test]
fn relations_are_words_of_the_register() {
    let words = ["世帯主", "夫", "妻", "妻(未届)", "子", "父", "母", "兄", "姉", "弟", "妹", "縁故者", "同居人"];
    let mut seen = HashSet::new();
    for row in people().flat_map(|p| &p.rows) {
        for word in row.relation.split('の') {
            assert!(words.contains(&word), "{}", row.relation);
        }
        seen.insert(row.relation);
    }
    for needed in ["世帯主", "妻", "夫", "子", "父", "母", "子の妻", "子の子", "妻(未届)", "同居人"] {
        assert!(seen.contains(needed), "nobody is {needed}");
    }
}

#[test]
fn wives_are_women_husbands_men_and_parents_older_than_their_children() {
    for household in others().iter().flat_map(|(_, all)| all).chain(households()) {
        let Some(head) = household.head() else { continue };
        for person in household.residents() {
            let (row, head_birth) = (person.current(), head.birth_day());
            match row.relation {
                "妻" | "妻(未届)" | "母" | "姉" | "夫の母" => assert_eq!(row.sex, Sex::Female),
                "夫" | "父" | "弟" | "夫の父" => assert_eq!(row.sex, Sex::Male),
                _ => {}
            }
            let years = |older: Date, younger: Date| age_on(older, younger);
            match row.relation {
                "子" => assert!((17..=60).contains(&years(head_birth, row.birth.earliest)), "{:?}", row.birth),
                "子の子" => assert!(years(head_birth, row.birth.earliest) >= 36),
                "父" | "母" => assert!(years(row.birth.earliest, head_birth) >= 17),
                "妻" | "夫" => assert!(age_on(row.birth.earliest, row.valid.from) >= 18, "{row:#?}"),
                _ => {}
            }
        }
    }
}

#[test]
fn every_head_is_of_age_and_no_child_lives_alone() {
    for head in households().iter().filter_map(Household::head) {
        assert!(age_on(head.birth_day(), TODAY) >= 18, "{:?}", head.current());
    }
}

#[test]
fn histories_follow_one_another_without_gap_or_overlap() {
    others().iter().for_each(|(today, all)| histories(all, *today));
    histories(households(), TODAY);
}

fn histories(households: &[Household], today: Date) {
    for person in households.iter().flat_map(|h| &h.people) {
        let standing: Vec<_> = person.rows.iter().filter(|r| r.superseded_on.is_none()).collect();
        for (before, after) in standing.iter().zip(standing.iter().skip(1)) {
            assert_eq!(before.valid.to.unwrap().tomorrow().unwrap(), after.valid.from, "{:#?}", person.rows);
        }
        assert_eq!(standing.last().unwrap().valid.to, None);
        for (no, row) in (1..).zip(&person.rows) {
            assert_eq!(row.history_no, no);
            assert!(row.recorded_on <= today && row.notified_on <= today, "{row:#?}");
            assert!(row.entry.on <= row.valid.from, "{row:#?}");
            assert!(row.birth.earliest <= row.entry.on || row.birth.exact().is_none(), "{row:#?}");
        }
        if let Some(removal) = &person.current().removal {
            assert!(removal.on.earliest <= today);
            assert_eq!(person.current().class, "除票");
        }
    }
}

#[test]
fn numbers_are_unique_and_right() {
    let mut seen = HashSet::new();
    for person in people() {
        assert!(AtenaNo::issue(person.serial).is_ok());
        assert!(mynumber::IndividualNumber::parse(person.individual_number.expose()).is_ok());
        assert!(person.individual_number.expose().starts_with("99"), "outside of the marked space");
        for key in [
            format!("宛名{}", person.serial),
            format!("個人{}", person.individual_number.expose()),
            format!("票{}", person.juminhyo_code),
        ] {
            assert!(seen.insert(key));
        }
        let row = person.current();
        let pension = row.pension.iter().map(|p| p.number.clone());
        let card = row.foreign.iter().filter_map(|f| f.card_no.clone());
        assert!(pension.chain(card).all(|number| seen.insert(number)));
    }
    for household in households() {
        assert!(SetaiNo::issue(household.serial).is_ok() && seen.insert(format!("世帯{}", household.serial)));
    }
    let changes: Vec<u64> = people().flat_map(|p| &p.rows).map(|r| r.processing_no).collect();
    assert_eq!(changes.len(), changes.iter().collect::<HashSet<_>>().len());
    let numbers: Vec<&str> =
        households().iter().flat_map(|h| &h.aids).filter_map(|a| a.recipient_no.as_ref()).map(|n| n.as_str()).collect();
    assert_eq!(numbers.len(), numbers.iter().collect::<HashSet<_>>().len());
}

#[test]
fn the_cities_and_their_postal_codes_do_not_exist() {
    for place in [&MINATO, &YAMATE] {
        assert!(MunicipalityCode::parse(place.code).is_ok());
        assert_eq!(reference::municipality(place.code), None);
        for town in place.towns {
            let code = place.postal_code(town);
            assert!(reference::postal::lookup(&code).is_empty(), "{code}");
            assert!(!town.kana.is_empty());
        }
    }
}

#[test]
fn two_cities_have_nobody_in_common() {
    let numbers = |city: City| -> HashSet<String> {
        let people = city.households().flat_map(|h| h.people);
        people.flat_map(|p| [p.individual_number.expose().to_owned(), p.juminhyo_code.as_str().to_owned()]).collect()
    };
    let here = numbers(City::of(&MINATO, 20_261_120, 5_000, TODAY));
    let there = City::of(&YAMATE, 470_261_120, 5_000, TODAY);
    assert!(there.households().flat_map(|h| h.people).all(|p| p.rows[0].address.text.starts_with("東京都やまて市")));
    assert!(here.len() > 10_000 && here.is_disjoint(&numbers(there)));
}

#[test]
fn names_with_variants_and_selectors_are_there() {
    let names: Vec<&str> = people().map(|p| p.current().name.main()).collect();
    for start in ["髙﨑", "𠮷田", "葛\u{E0102}城", "辻\u{E0102}", "渡邉\u{E0111}", "渡邊\u{E010A}"] {
        assert!(names.iter().any(|n| n.starts_with(start)), "nobody is {start}");
    }
    // Each variant with a selector is a glyph that the table of 文字情報基盤 knows.
    for name in &names {
        for character in kernel::text::characters(name).filter(|c| c.chars().count() > 1) {
            assert!(reference::mj_name(character).is_some(), "{character}");
        }
    }
}

#[test]
fn kana_belong_to_their_names() {
    for row in people().flat_map(|p| &p.rows) {
        let kana = row.name.kana();
        let fits = |c: char| matches!(c, 'ァ'..='ヶ' | 'ー' | '　' | ' ');
        assert!(!kana.is_empty() && kana.chars().all(fits), "{kana}");
        if let Some(kanji) = &row.name.kanji {
            let blanks = |text: &str| text.matches('　').count();
            assert_eq!((blanks(&kanji.text), blanks(&kanji.kana)), (1, 1), "{kanji:?}");
        }
    }
    let readings: HashSet<(&str, &str)> = people()
        .filter_map(|p| p.current().name.kanji.as_ref())
        .filter_map(|n| Some((n.text.split('　').next()?, n.kana.split('　').next()?)))
        .collect();
    for pair in [("髙﨑", "タカサキ"), ("佐藤", "サトウ"), ("渡邉\u{E0111}", "ワタナベ")] {
        assert!(readings.contains(&pair), "{pair:?}");
    }
}

#[test]
fn birthdays_at_the_edges_are_there() {
    let births: Vec<Date> = residents().filter_map(|p| p.birth().exact()).collect();
    assert!(births.iter().any(|b| b.month() == 2 && b.day() == 29));
    assert!(births.iter().any(|b| b.month() == 4 && b.day() == 1 && age_on(*b, TODAY) < 18));
    assert!(residents().any(|p| p.birth().exact().is_none() && p.birth().text.contains('昭')), "no unknown birth date");
    let twins = |h: &Household| {
        let days: Vec<Date> = h.residents().filter(|p| p.current().relation == "子").map(Person::birth_day).collect();
        days.len() > days.iter().collect::<HashSet<_>>().len()
    };
    assert!(households().iter().any(twins));
}

#[test]
fn a_corrected_birth_date_keeps_what_was_believed_before() {
    let corrected = people().find(|p| p.rows.iter().any(|r| r.superseded_on.is_some())).unwrap();
    let [wrong, right] = corrected.rows.as_slice() else { panic!("{corrected:#?}") };
    assert_eq!(right.event, "誤記修正");
    assert_eq!(wrong.valid.from, right.valid.from);
    assert_eq!(wrong.superseded_on, Some(right.recorded_on));
    assert_ne!(wrong.birth, right.birth);
}

#[test]
fn those_who_leave_are_removed_on_the_earlier_of_two_days() {
    let mut differing = 0;
    for row in people().map(Person::current).filter(|r| r.removal.is_some()) {
        let (Some(out), Some(removal)) = (&row.move_out, &row.removal) else { continue };
        if let Some(confirmed) = &out.confirmed {
            assert_eq!(removal.on.exact().unwrap(), out.planned_on.min(confirmed.on));
            differing += usize::from(confirmed.on != out.planned_on);
        }
    }
    assert!(differing > 0);
    let pending = |p: &&Person| p.is_resident() && p.current().move_out.as_ref().is_some_and(|m| m.planned_on > TODAY);
    assert!(residents().any(|p| pending(&p)), "nobody is about to leave");
    assert!(people().any(|p| p.rows.iter().any(|r| r.event == "異動の取消し(修正)")));
    let deaths = people().filter_map(|p| p.current().removal.as_ref()).filter(|r| r.reason == "死亡");
    let known: HashSet<bool> = deaths.map(|r| r.on.exact().is_some()).collect();
    assert_eq!(known.len(), 2, "a known and an unknown day of death");
}

#[test]
fn protected_people_are_there_in_every_state() {
    let all: Vec<_> = households().iter().flat_map(|h| h.protections.iter().map(move |p| (h, p))).collect();
    for (household, p) in &all {
        let here: Vec<u64> = household.residents().map(|r| r.serial).collect();
        assert!(here.contains(&p.protected) && p.together.iter().all(|t| here.contains(t)));
        assert!(!p.opponents.is_empty() && p.opponents.iter().all(|o| o.person.is_none_or(|o| !here.contains(&o))));
        assert!(p.periods.iter().all(|period| period.to.is_some()));
    }
    let end = |p: &synth::model::Protection| p.periods.last().and_then(|p| p.to);
    let open = |p: &synth::model::Protection| p.ended_on.is_none();
    let any = |f: &dyn Fn(&synth::model::Protection) -> bool| all.iter().any(|(_, p)| f(p));
    assert!(any(&|p| p.decided_on.is_none() && p.periods.is_empty()), "仮");
    assert!(any(&|p| open(p) && end(p).is_some_and(|e| e > TODAY && e < date(2026, 12, 20))), "終わりが近い");
    assert!(any(&|p| open(p) && end(p).is_some_and(|e| e < TODAY)), "過ぎたまま");
    assert!(any(&|p| p.periods.len() == 2), "延長");
    assert!(any(&|p| p.ended_on.is_some()), "終了");
    assert!(any(&|p| p.opponents.iter().any(|o| o.person.is_some())), "相手方が市内");
    for (_, p) in &all {
        for o in p.opponents.iter().filter_map(|o| o.person) {
            let row = |serial| people().find(|q| q.serial == serial).unwrap().current();
            assert_ne!(row(o).address.ward, row(p.protected).address.ward, "they live in one ward");
        }
    }
}

#[test]
fn pensions_begin_at_twenty() {
    for person in residents() {
        let row = person.current();
        let twenty = attained_on(person.birth_day(), 20);
        match &row.pension {
            Some(pension) => assert!(pension.since >= twenty, "{:?}", row.pension),
            None => assert!(row.valid.from < twenty || age_on(person.birth_day(), TODAY) >= 60 || row.valid.from < TODAY),
        }
        if age_on(person.birth_day(), TODAY) >= 75 {
            assert!(!row.national_health, "75歳からは後期高齢者医療");
        }
    }
}

#[test]
fn the_mix_of_ages_is_that_of_a_city() {
    let all: Vec<i16> = City::generate(5, 8_000, TODAY)
        .households()
        .flat_map(|h| h.residents().map(|p| age_on(p.birth_day(), TODAY)).collect::<Vec<_>>())
        .collect();
    let share = |from: i16, to: i16| all.iter().filter(|a| (from..=to).contains(*a)).count() * 100 / all.len();
    assert!((11..=24).contains(&share(0, 18)), "children {}%", share(0, 18));
    assert!((20..=40).contains(&share(65, 120)), "old people {}%", share(65, 120));
    assert!(all.iter().all(|a| (0..=112).contains(a)));
}
