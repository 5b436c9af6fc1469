//! The same records give the same result bit for bit, in whatever order and portions they come.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use matching::{Corpus, Fact, Linkage, Past, Policy, Record, Settings, Tables, link};
use proptest::prelude::*;

const NAMES: [(&str, &str); 6] = [
    ("高崎　太郎", "タカサキ　タロウ"),
    ("高崎太郎", "タカサキタロウ"),
    ("タカサキ　タロウ", "タカサキタロウ"),
    ("高崎　花子", "タカサキ　ハナコ"),
    ("渡辺　花子", "ワタナベ　ハナコ"),
    ("髙崎　太朗", "タカサキ　タロウ"),
];
const BIRTHS: [&str; 4] = ["19860525", "S61.5.25", "1986/05/26", ""];
const HOMES: [&str; 4] = ["和泉市府中町2丁目7番5号", "府中町2-7-5", "府中町2-7-6", "南半町東611-29-503"];
const SYSTEMS: [&str; 4] = ["juki", "zei", "kokuho", "kenko"];
const NUMBERS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"];

prop_compose! {
    fn record()(name in 0..6usize, birth in 0..4usize, home in 0..4usize, system in 0..4usize, number in 0..12usize,
                token in 0..4u64, sex in 0..3usize, phone in 0..3usize) -> Record<'static> {
        Record {
            system: SYSTEMS[system], number: NUMBERS[number], token, name: NAMES[name].0, kana: NAMES[name].1,
            birth: BIRTHS[birth], sex: ["", "1", "2"][sex], address: HOMES[home], phone: ["", "0725411551", "072-222-3333"][phone],
            ..Record::default()
        }
    }
}

fn run<'a>(portions: impl Iterator<Item = &'a [Record<'a>]>) -> Linkage {
    let mut corpus = Corpus::new(Tables::new("試験", |c| if c == '髙' { '高' } else { c }, ["和泉市"]));
    for portion in portions {
        corpus.add(portion);
    }
    corpus.add_history("juki", [("1", Past { fact: Fact::Address { address: HOMES[3], building: "" }, until: "" })]);
    link(corpus, &Settings { registry: Some("juki".to_owned()), policy: Policy { phone: true, unstated_birth: true } })
}

#[test]
fn two_records_under_one_number_that_differ_in_the_last_bit_of_their_token_have_one_order() {
    let record = |system, number, token, birth| Record {
        system,
        number,
        token,
        name: NAMES[1].0,
        kana: NAMES[1].1,
        birth,
        address: HOMES[1],
        ..Record::default()
    };
    let [a, b, c] = [record("juki", "9", 2, BIRTHS[0]), record("juki", "9", 3, BIRTHS[0]), record("zei", "4", 2, "")];
    assert_eq!(run(std::iter::once(&[a, b, c][..])), run(std::iter::once(&[b, c, a][..])));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_order_of_arrival_has_no_effect(
        (records, shuffled) in prop::collection::vec(record(), 1..40).prop_flat_map(|r| (Just(r.clone()), Just(r).prop_shuffle())),
        portion in 1..7usize,
    ) {
        prop_assert_eq!(run(std::iter::once(records.as_slice())), run(shuffled.chunks(portion)));
    }

    #[test]
    fn automatic_clusters_keep_the_rules(records in prop::collection::vec(record(), 1..40)) {
        let numbers: Vec<String> = (0..records.len()).map(|n| n.to_string()).collect();
        let records: Vec<Record<'_>> = records.iter().zip(&numbers).map(|(r, number)| Record { number, ..*r }).collect();
        let linkage = run(std::iter::once(records.as_slice()));
        let record = |at: usize| records.iter().find(|r| r.number == linkage.records[at].1).unwrap();
        for root in linkage.automatic.iter().copied() {
            let members: Vec<_> = (0..records.len()).filter(|at| linkage.automatic[*at] == root).map(record).collect();
            let mut tokens: Vec<u64> = members.iter().map(|r| r.token).filter(|t| *t != 0).collect();
            tokens.sort_unstable();
            tokens.dedup();
            prop_assert!(tokens.len() < 2, "one number");
            prop_assert!(members.iter().filter(|r| r.system == "juki").count() < 2, "one living record of the registry");
            let slip = members.iter().any(|r| r.birth == BIRTHS[2]);
            let right = members.iter().any(|r| r.birth == BIRTHS[0] || r.birth == BIRTHS[1]);
            prop_assert!(!(slip && right), "one birth date");
            let given = |kanji: &str| members.iter().any(|r| r.name.ends_with(kanji));
            prop_assert!(!(given("花子") && (given("太郎") || given("太朗"))), "one given name");
        }
    }
}

#[test]
fn what_was_taken_back_leaves_no_trace() {
    let base = Record {
        system: "juki",
        number: "1",
        token: 7,
        name: NAMES[0].0,
        kana: NAMES[0].1,
        birth: BIRTHS[0],
        sex: "1",
        address: HOMES[0],
        ..Record::default()
    };
    let zei = Record { system: "zei", token: 0, ..base };
    let wrong = Record { system: "kenko", number: "9", token: 7, name: NAMES[3].0, kana: NAMES[3].1, ..base };
    let before = run(std::iter::once([base, zei].as_slice()));
    let with = run(std::iter::once([base, zei, wrong].as_slice()));
    let after = run(std::iter::once([zei, base].as_slice()));
    assert_ne!(before, with);
    assert_eq!(before, after);
}
