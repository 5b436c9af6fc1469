//! 符号: the same for one institution, unlinkable between two.

use crate::support::{Dice, code, izumi, sakai, shinjuku};
use kernel::ident::JuminhyoCode;
use std::collections::BTreeSet;
use wire::code::{AcquisitionNo, Code, LineageKey};

#[test]
fn a_person_has_one_code_per_institution_and_it_never_changes() {
    assert_eq!(code(1, &sakai()), code(1, &sakai()));
    assert_ne!(code(1, &sakai()), code(1, &shinjuku()));
    assert_ne!(code(1, &sakai()), code(2, &sakai()));
}

#[test]
fn two_cities_that_compare_all_their_codes_find_nothing_in_common() {
    let of = |city| (0..=255).map(|n| code(n, &city)).collect::<BTreeSet<Code>>();
    let (a, b, c) = (of(sakai()), of(shinjuku()), of(izumi()));
    assert_eq!((a.len(), b.len(), c.len()), (256, 256, 256));
    assert!(a.is_disjoint(&b) && b.is_disjoint(&c) && a.is_disjoint(&c));
    // Not even the order of people is the same: sorting both tables joins no more than chance.
    let ordered = |city| {
        let mut people: Vec<u8> = (0..=255).collect();
        people.sort_by_key(|n| code(*n, &city));
        people
    };
    let same = ordered(sakai()).iter().zip(ordered(shinjuku())).filter(|(a, b)| **a == *b).count();
    assert!(same < 12, "{same} of 256 people stand at the same place");
}

#[test]
fn a_code_in_a_log_shows_only_its_first_digits() {
    let code = code(1, &sakai());
    let logged = format!("{code:?}");
    assert!(!logged.contains(&code.to_string()) && logged.len() < 16, "{logged}");
    assert_eq!(Code::parse(&code.to_string()), Ok(code));
}

#[test]
fn the_lineage_follows_the_first_resident_code_and_hides_it() {
    let first = JuminhyoCode::parse("24727059608").unwrap();
    let key = LineageKey::derive(&[5; 32], &first);
    assert_eq!(key, LineageKey::derive(&[5; 32], &first));
    assert_ne!(key, LineageKey::derive(&[6; 32], &first));
    assert!(!key.to_string().contains(first.as_str()));
}

#[test]
fn an_acquisition_number_is_drawn_anew_each_time() {
    let mut dice = Dice::new(1);
    let numbers: BTreeSet<AcquisitionNo> = (0..1000).map(|_| AcquisitionNo::draw(&mut dice)).collect();
    assert_eq!(numbers.len(), 1000);
}

#[test]
fn wrong_hexadecimal_is_refused_without_repeating_it() {
    for text in ["", "zz", "+1234567890123456789012345678901", "１２", &"a".repeat(33)] {
        let error = Code::parse(text).unwrap_err();
        assert!(text.is_empty() || !error.to_string().contains(text));
    }
}
