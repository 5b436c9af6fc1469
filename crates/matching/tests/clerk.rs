//! 名寄せ as a clerk would check it: small families, and who may be joined with whom.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use matching::{Corpus, Decision, Evidence, Fact, Linkage, Past, Policy, Record, Refusal, Settings, Tables, link};

fn fold(c: char) -> char {
    match c {
        '髙' => '高',
        '﨑' => '崎',
        '邊' | '邉' => '辺',
        '榮' => '栄',
        other => other,
    }
}

fn tables() -> Tables {
    Tables::new("試験", fold, ["大阪府", "和泉市", "堺市", "堺市堺区", "堺区"])
}

fn settings() -> Settings {
    Settings { registry: Some("juki".to_owned()), ..Settings::default() }
}

/// 高崎太郎 as the resident registry has him; tests change what they are about.
fn taro() -> Record<'static> {
    Record {
        system: "juki",
        number: "1",
        token: 77,
        name: "髙﨑　太郎",
        kana: "タカサキ　タロウ",
        birth: "19860525",
        sex: "1",
        address: "大阪府和泉市府中町２丁目７番５号",
        ..Record::default()
    }
}

/// The same man as another programme has him, without a number.
fn taro_in(system: &'static str) -> Record<'static> {
    Record { system, token: 0, name: "高崎　太郎", address: "府中町2-7-5", birth: "S61.5.25", ..taro() }
}

fn run(records: &[Record<'_>]) -> Linkage {
    run_with(records, &[])
}

fn run_with(records: &[Record<'_>], history: &[(&str, Past<'_>)]) -> Linkage {
    let mut corpus = Corpus::new(tables());
    corpus.add(records);
    corpus.add_history("juki", history.iter().copied());
    link(corpus, &settings())
}

/// Are two records, given as `system:number`, in one automatic cluster?
fn joined(linkage: &Linkage, a: &str, b: &str) -> bool {
    linkage.automatic[position(linkage, a)] == linkage.automatic[position(linkage, b)]
}

fn guessed(linkage: &Linkage, a: &str, b: &str) -> bool {
    linkage.guess[position(linkage, a)] == linkage.guess[position(linkage, b)]
}

fn position(linkage: &Linkage, id: &str) -> usize {
    linkage.records.iter().position(|(system, number)| format!("{system}:{number}") == id).unwrap()
}

fn only_question(linkage: &Linkage) -> &Decision {
    assert_eq!(linkage.review.len() + linkage.conflicts.len(), 1, "{:?} {:?}", linkage.review, linkage.conflicts);
    linkage.review.iter().chain(&linkage.conflicts).next().unwrap()
}

#[test]
fn the_four_items_join_in_every_notation() {
    for other in [
        Record { birth: "1986/05/25", address: "大阪府和泉市府中町二丁目七番五号", ..taro_in("zei") },
        Record {
            birth: "3610525", sex: "男", kana: "ﾀｶｻｷ ﾀﾛｳ", address: "和泉市府中町2丁目7番地の5", ..taro_in("zei")
        },
        Record {
            name: "高﨑太郎",
            kana: "タカサキタロー",
            birth: "昭和61年5月25日",
            address: "府中町２－７－５",
            ..taro_in("zei")
        },
        Record { name: "タカサキ　タロウ", ..taro_in("zei") },
        Record { kana: "", ..taro_in("zei") },
        Record { sex: "", ..taro_in("zei") },
    ] {
        let linkage = run(&[taro(), other]);
        assert!(joined(&linkage, "juki:1", "zei:1"), "{other:?}");
        assert!(linkage.review.is_empty() && linkage.conflicts.is_empty());
    }
}

#[test]
fn the_number_joins_with_name_and_birth_date_wherever_the_person_lives() {
    let linkage = run(&[taro(), Record { token: 77, address: "堺市堺区南半町東611-29", ..taro_in("zei") }]);
    assert!(joined(&linkage, "juki:1", "zei:1"));
    assert_eq!(linkage.links[0].evidence, Evidence::NumberNameBirth);
}

#[test]
fn name_and_birth_date_alone_never_join() {
    let linkage = run(&[taro(), Record { address: "堺市堺区南半町東611-29", ..taro_in("zei") }]);
    assert!(!joined(&linkage, "juki:1", "zei:1"));
    assert_eq!(only_question(&linkage).evidence, Evidence::NameBirth);
}

#[test]
fn a_phone_number_joins_only_where_the_city_says_so() {
    let records = [
        Record { phone: "0725-41-1551", ..taro() },
        Record { phone: "0725411551", address: "堺市堺区南半町東611-29", ..taro_in("zei") },
    ];
    assert!(!joined(&run(&records), "juki:1", "zei:1"));
    let mut corpus = Corpus::new(tables());
    corpus.add(&records);
    assert!(joined(
        &link(corpus, &Settings { policy: Policy { phone: true, ..Policy::default() }, ..settings() }),
        "juki:1",
        "zei:1"
    ));
}

#[test]
fn an_unstated_birth_date_joins_only_where_the_city_says_so() {
    let unstated = Record { birth: "", ..taro_in("zei") };
    let run_by = |records: &[Record<'_>], unstated_birth| {
        let mut corpus = Corpus::new(tables());
        corpus.add(records);
        link(corpus, &Settings { policy: Policy { unstated_birth, ..Policy::default() }, ..settings() })
    };
    let strict = run_by(&[taro(), unstated], false);
    assert_eq!(only_question(&strict).evidence, Evidence::BirthUnstated);
    assert!(joined(&run_by(&[taro(), unstated], true), "juki:1", "zei:1"));
    let namesake = Record { number: "2", token: 78, birth: "20160113", ..taro() };
    assert!(!joined(&run_by(&[taro(), namesake, unstated], true), "juki:1", "zei:1"), "it could be either of the two");
}

#[test]
fn the_registrys_former_address_makes_four_items() {
    let old = Past {
        fact: Fact::Address { address: "大阪府堺市堺区南半町東６１１番地２９", building: "" },
        until: "平成20年11月8日",
    };
    let records = [taro(), Record { address: "南半町東611-29", ..taro_in("zei") }];
    let linkage = run_with(&records, &[("1", old)]);
    assert!(joined(&linkage, "juki:1", "zei:1"));
    let before_birth = Past { until: "19800401", ..old };
    assert!(!joined(&run_with(&records, &[("1", before_birth)]), "juki:1", "zei:1"), "he was not born when they moved");
}

#[test]
fn a_former_surname_is_a_name_of_the_person() {
    let hanako = Record { number: "2", token: 0, name: "高崎　花子", kana: "タカサキ　ハナコ", sex: "2", ..taro() };
    let maiden = Record { system: "zei", name: "渡辺　花子", kana: "ワタナベ　ハナコ", ..hanako };
    let unknown = run(&[hanako, maiden]);
    assert!(!joined(&unknown, "juki:2", "zei:2"));
    assert_eq!(only_question(&unknown).evidence, Evidence::SurnameDiffers);
    assert!(only_question(&unknown).explain().contains("名は一致、氏が相違"));
    let known =
        run_with(&[hanako, maiden], &[("2", Past { fact: Fact::Surname { surname: "渡邊", kana: "ワタナベ" }, until: "" })]);
    assert!(joined(&known, "juki:2", "zei:2"));
    let in_the_registry = run(&[Record { former_surname: "渡邊", ..hanako }, maiden]);
    assert!(joined(&in_the_registry, "juki:2", "zei:2"));
}

#[test]
fn twins_stay_two_people() {
    let haruto = Record { name: "髙﨑　陽翔", kana: "タカサキ　ハルト", phone: "0725411551", ..taro() };
    let yoto = Record { number: "2", token: 78, name: "髙﨑　陽斗", kana: "タカサキ　ヨウト", ..haruto };
    let records = [
        haruto,
        yoto,
        Record { system: "zei", token: 0, ..haruto },
        Record { system: "zei", token: 0, ..yoto },
        Record { system: "kenko", token: 0, name: "タカサキ　ヨウト", ..yoto },
    ];
    let linkage = run(&records);
    assert!(joined(&linkage, "juki:1", "zei:1"));
    assert!(joined(&linkage, "juki:2", "zei:2") && joined(&linkage, "juki:2", "kenko:2"));
    assert!(!joined(&linkage, "juki:1", "juki:2") && !guessed(&linkage, "juki:1", "juki:2"));
}

#[test]
fn twins_with_one_reading_are_told_apart_by_kanji_and_a_record_in_kana_by_nothing() {
    let harue = Record { name: "人見　治枝", kana: "ヒトミ　ハルエ", sex: "2", ..taro() };
    let other = Record { number: "2", token: 78, name: "人見　治江", ..harue };
    let kana = Record { system: "kenko", number: "3", token: 0, name: "ヒトミ　ハルエ", ..harue };
    let linkage = run(&[harue, other, kana, Record { system: "zei", token: 0, ..other }]);
    assert!(joined(&linkage, "juki:2", "zei:2"));
    assert!(!joined(&linkage, "kenko:3", "juki:1") && !joined(&linkage, "kenko:3", "juki:2"));
    assert!(!guessed(&linkage, "juki:1", "juki:2"));
    assert!(linkage.review.iter().all(|d| d.evidence == Evidence::Indistinguishable), "{:?}", linkage.review);
    assert!(linkage.review[0].explain().contains("どの項目でも区別できない"));
}

#[test]
fn parent_and_child_with_one_reading_stay_two_people() {
    let father = Record { name: "小関　亮", kana: "オゼキ　リョウ", birth: "19880614", ..taro() };
    let son = Record { system: "zei", token: 0, name: "小関　涼", birth: "20160113", ..father };
    let linkage = run(&[father, son, Record { system: "kenko", token: 0, name: "オゼキ リョウ", ..father }]);
    assert!(joined(&linkage, "juki:1", "kenko:1"));
    assert!(!guessed(&linkage, "juki:1", "zei:1"));
}

#[test]
fn a_family_members_number_is_an_incident() {
    let hanako =
        Record {
            number: "2", token: 78, name: "高崎　花子", kana: "タカサキ　ハナコ", birth: "19880816", sex: "2", ..taro()
        };
    let wrong = Record { token: 78, ..taro_in("zei") };
    let linkage = run(&[taro(), hanako, wrong]);
    assert!(!joined(&linkage, "zei:1", "juki:1") && !joined(&linkage, "zei:1", "juki:2"));
    assert!(guessed(&linkage, "zei:1", "juki:1"), "the name and the birth date are his");
    let evidence: Vec<_> = linkage.conflicts.iter().map(|d| d.evidence).collect();
    assert_eq!(evidence, [Evidence::NumbersDiffer, Evidence::NumberMismatch]);
    assert!(linkage.conflicts[1].explain().contains("家族の個人番号"));
}

#[test]
fn a_bridge_between_two_numbers_is_refused() {
    // Without a number and with half the address, the middle record fits both.
    let other = Record { number: "2", token: 78, system: "zei", ..taro() };
    let linkage = run(&[taro(), taro_in("kenko"), other]);
    assert!(!joined(&linkage, "juki:1", "zei:2"));
    let question = only_question(&linkage);
    assert_eq!((question.evidence, question.refusal), (Evidence::NumbersDiffer, Some(Refusal::Numbers)));
}

#[test]
fn two_living_records_of_the_registry_are_two_people() {
    let linkage = run(&[taro(), Record { number: "2", token: 0, ..taro() }]);
    assert!(!joined(&linkage, "juki:1", "juki:2") && !guessed(&linkage, "juki:1", "juki:2"));
    assert_eq!(only_question(&linkage).refusal, Some(Refusal::Registered));
}

#[test]
fn foreigners_have_several_names_and_word_orders() {
    let kim =
        Record {
            name: "金　美恵", kana: "キム　ミヘ", alias: "金本　結衣", alias_kana: "カネモト　ユイ", sex: "2", ..taro()
        };
    let by_alias =
        Record {
            system: "zei", token: 0, name: "金本　結衣", kana: "カネモト　ユイ", alias: "", alias_kana: "", ..kim
        };
    assert!(joined(&run(&[kim, by_alias]), "juki:1", "zei:1"));
    let smith =
        Record { name: "ＳＭＩＴＨ　ＪＯＨＮ　ＰＡＵＬ", kana: "スミス　ジョン　ポール", ..taro() };
    let turned = Record { system: "zei", token: 0, name: "John Paul SMITH", kana: "ジョン　ポール　スミス", ..smith };
    assert!(joined(&run(&[smith, turned]), "juki:1", "zei:1"));
}

#[test]
fn an_unreadable_character_never_raises_the_score() {
    let linkage = run(&[taro(), Record { name: "高崎　〓郎", kana: "", ..taro_in("zei") }]);
    assert!(!joined(&linkage, "juki:1", "zei:1"));
}

#[test]
fn a_family_that_moved_proves_the_former_address_of_each_member() {
    let new = "和泉市府中町2-7-5";
    let old = "堺市堺区南半町東611-29";
    let son = Record {
        number: "2", token: 78, name: "高崎　一郎", kana: "タカサキ　イチロウ", birth: "20160113", ..taro()
    };
    let records = [
        Record { address: new, ..taro() },
        Record { address: old, ..taro_in("zei") },
        Record { address: new, ..son },
        Record { system: "zei", address: old, ..son },
    ];
    assert!(joined(&run(&records), "juki:1", "zei:1"));
    assert!(!joined(&run(&records[..2]), "juki:1", "zei:1"), "alone he would have to be looked at");
}

#[test]
fn a_slip_in_the_house_number_is_one_only_where_nobody_lives() {
    let slip = Record { address: "府中町2-7-6", ..taro_in("zei") };
    let linkage = run(&[taro(), taro_in("kenko"), slip]);
    assert!(joined(&linkage, "juki:1", "zei:1"));
    let neighbour =
        Record {
            number: "9", name: "渡辺　一", kana: "ワタナベ　ハジメ", token: 5, address: "府中町2-7-6", ..taro()
        };
    let namesake = [taro(), taro_in("kenko"), slip, neighbour];
    assert!(!joined(&run(&namesake), "juki:1", "zei:1"), "the other house is somebody's");
}

#[test]
fn a_wrong_birth_date_is_looked_at() {
    let linkage = run(&[taro(), Record { birth: "S61.5.26", ..taro_in("zei") }]);
    assert!(!joined(&linkage, "juki:1", "zei:1"));
    let question = only_question(&linkage);
    assert_eq!(question.evidence, Evidence::NameAddress);
    assert!(question.joined, "the best guess is that it is he");
    let text = question.explain();
    assert!(text.contains("生年月日が1字違い") && text.contains("住所一致") && text.ends_with("割合は98.80%です"), "{text}");
    assert!(!text.contains("高崎") && !text.contains("1986"), "an explanation holds no personal data");
}

#[test]
fn one_sex_is_a_slip_when_nothing_else_differs_and_twins_of_one_reading_are_asked() {
    let slip = run(&[taro(), Record { sex: "女", ..taro_in("zei") }]);
    assert!(joined(&slip, "juki:1", "zei:1"), "nobody gives two children of one day one name");
    assert_eq!(slip.links[0].evidence, Evidence::SexSlip);
    let far = run(&[taro(), Record { sex: "女", address: "堺市堺区南半町東611-29", ..taro_in("zei") }]);
    assert!(!joined(&far, "juki:1", "zei:1"), "at another address it is somebody else's name");
    // A record in kana fits a boy and a girl whose names are read alike: nothing tells whose sex is the slip.
    let twins = [
        Record { name: "髙﨑　光", kana: "タカサキ ヒカリ", token: 0, ..taro() },
        Record { name: "髙﨑　明里", kana: "タカサキ ヒカリ", token: 0, number: "2", ..taro() },
        Record { name: "タカサキ　ヒカリ", kana: "", sex: "2", ..taro_in("zei") },
    ];
    let linkage = run(&twins);
    assert!(!joined(&linkage, "juki:1", "zei:1") && !joined(&linkage, "juki:2", "zei:1"), "{:?}", linkage.links);
}

#[test]
fn a_reading_that_was_copied_by_hand_still_agrees() {
    for copied in ["タカザキ タロウ", "ダカサキ ダロウ"] {
        let linkage = run(&[taro(), Record { name: copied, kana: "", ..taro_in("zei") }]);
        assert!(joined(&linkage, "juki:1", "zei:1"), "{copied}");
    }
    let other = run(&[taro(), Record { name: "タカサキ ジロウ", kana: "", ..taro_in("zei") }]);
    assert!(!joined(&other, "juki:1", "zei:1"), "another name is another name");
    let shinji = Record { name: "林　真司", kana: "ハヤシ シンジ", ..taro() };
    let looks_alike = Record { name: "ハヤツ　シソジ", kana: "", ..taro_in("zei") };
    assert!(joined(&run(&[shinji, looks_alike]), "juki:1", "zei:1"), "シ and ツ, ソ and ン look alike");
}
