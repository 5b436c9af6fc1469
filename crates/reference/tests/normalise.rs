//! The normaliser with the real folding map: it never panics, is idempotent, and finds what a clerk would expect to find.

use jiff::civil::Date;
use kernel::text::{
    address_key, address_query, address_tokens, characters, fold_width, kana_key, length, name_key, name_query, name_tokens,
    ngrams, parse_birth_query, prefix_end, prefix_keys, widen, without_selectors, zengin_kana,
};
use proptest::prelude::*;
use reference::{fold, mj_name};

/// Text that looks like Japanese input: kana of all kinds, kanji with variants, digits, marks, selectors.
fn japanese() -> impl Strategy<Value = String> {
    let pool: Vec<char> = "あいうぁっゃゝゞゔアイウエオカガサタダッパハヒャョヴヶーｱｲｳｶﾞﾊﾟｯｰ゛゜\u{3099}々〻髙高﨑邉辺𠮷一二三十百千丁目番地号条字大之ノのヶ\
        0129ＡａZ-－‐ー〜 　・()（）ßŉé\u{E0101}\u{FE00}\u{E000}〓町市棟室"
        .chars()
        .collect();
    prop::collection::vec(prop::sample::select(pool), 0..24).prop_map(|chars| chars.into_iter().collect())
}

fn house_number() -> impl Strategy<Value = (u32, u32, u32)> {
    (1..40u32, 1..200u32, 1..60u32)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_normaliser_panic(text in any::<String>(), japanese in japanese()) {
        for text in [text.as_str(), japanese.as_str()] {
            let _ = (kana_key(text), zengin_kana(text), widen(text), parse_birth_query(text), mj_name(text));
            let _ = (name_tokens(text, fold), name_query(text, fold), address_tokens(text, fold), address_query(text, fold));
            let _ = (ngrams(text, 0), ngrams(text, 3), prefix_keys(text, 0), reference::postal::lookup(text), reference::banks::find_banks(text));
            prop_assert_eq!(characters(text).collect::<String>(), text);
            prop_assert_eq!(characters(text).count(), length(text));
        }
    }

    #[test]
    fn keys_are_their_own_keys(text in any::<String>(), japanese in japanese()) {
        for text in [text.as_str(), japanese.as_str()] {
            let (width, kana, name) = (fold_width(text), kana_key(text), name_key(text, fold));
            prop_assert_eq!(&kana_key(&kana), &kana);
            prop_assert_eq!(&name_key(&name, fold), &name);
            prop_assert_eq!(&without_selectors(&without_selectors(text)), &without_selectors(text));
            prop_assert_eq!(kana_key(&width), kana);
            prop_assert_eq!(fold_width(&widen(text)), width);
        }
    }

    #[test]
    fn a_bank_form_stays_as_it_is(text in japanese()) {
        if let Ok(once) = zengin_kana(&text) {
            prop_assert!(once.chars().all(|c| c.is_ascii() || ('ｦ'..='ﾟ').contains(&c)));
            prop_assert_eq!(zengin_kana(&once), Ok(once.clone()));
        }
    }

    #[test]
    fn every_beginning_of_a_name_finds_it(name in japanese(), cut in 0..24usize) {
        let whole = name_tokens(&name, fold);
        let typed: String = name.chars().take(cut).collect();
        for prefix in name_query(&typed, fold) {
            let found = whole.iter().any(|t| *t >= prefix && *t < prefix_end(&prefix));
            // A cut between ウ and its mark, or ヴ and its small vowel, is another letter.
            let torn = name.chars().skip(cut).take(1).any(|c| "゛゜ﾞﾟ\u{3099}ァィェォぁ".contains(c));
            prop_assert!(found || torn, "{:?} in {:?}", prefix, whole);
        }
    }

    #[test]
    fn one_house_is_one_key_in_every_notation((chome, ban, go) in house_number()) {
        let expected = format!("和泉市府中町{chome}-{ban}-{go}");
        for typed in [
            format!("和泉市府中町{chome}丁目{ban}番{go}号"),
            format!("和泉市府中町{}丁目{}番{}号", kanji(chome), kanji(ban), kanji(go)),
            format!("和泉市府中町{chome}丁目{ban}番地の{go}"),
            format!("和泉市　府中町 {chome}−{ban}‐{go}"),
            widen(&expected),
        ] {
            prop_assert_eq!(address_key(&typed, fold), expected.clone(), "{}", typed);
            prop_assert_eq!(address_key(&expected, fold), expected.clone());
        }
    }

    #[test]
    fn western_and_era_birthdays_are_the_same_day(days in 0..54_000i32) {
        let day = Date::constant(1873, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        for typed in [kernel::time::wareki(day), kernel::time::wareki_short(day), day.to_string(), day.strftime("%Y%m%d").to_string(), widen(&day.to_string())] {
            prop_assert_eq!(parse_birth_query(&typed), Some(day), "{}", typed);
        }
    }
}

/// 123 → 百二十三.
fn kanji(n: u32) -> String {
    let digit = |d: u32| ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"][d as usize];
    let place = |d: u32, unit: &str| if d == 0 { String::new() } else { format!("{}{unit}", if d == 1 { "" } else { digit(d) }) };
    format!("{}{}{}", place(n / 100, "百"), place(n / 10 % 10, "十"), digit(n % 10))
}

#[test]
fn the_real_map_lets_a_clerk_find_gaiji_names() {
    let tokens = name_tokens("髙﨑\u{E0102} 惠子", fold);
    assert_eq!(tokens, ["高崎恵子", "恵子"]);
    assert_eq!(name_query("高崎　惠子", fold), ["恵子", "高崎"]);
    for typed in ["渡辺", "渡邊", "渡邉", "渡邉\u{E0119}", "渡邊\u{E0112}"] {
        assert_eq!(name_key(typed, fold), "渡辺", "{typed}");
    }
    assert_eq!(name_key("张伟", fold), name_key("張偉", fold));
}

/// Every town of the country is found by its own name, and its key is stable.
#[test]
fn every_town_of_japan_has_a_stable_key() {
    for prefecture in reference::municipality::prefectures() {
        for place in reference::municipality::municipalities_of(prefecture.code.get(..2).unwrap()) {
            for town in reference::postal::towns(place.code) {
                let key = address_key(&town.address(), fold);
                assert_eq!(address_key(&key, fold), key, "{}", town.address());
                let stored = address_tokens(&format!("{} 3丁目4番5号", town.address()), fold);
                assert!(address_query(town.name, fold).iter().all(|t| stored.contains(t)), "{}", town.address());
            }
        }
    }
}
