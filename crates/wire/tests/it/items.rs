//! 項目表: an item has one name, wherever it stands; what is not in the table is refused.

use crate::support::data_set;
use kernel::time::Date;
use std::collections::BTreeMap;
use wire::catalogue::{Catalogue, Misfit};
use wire::ident::{DataSet, ItemId, RecordKey};
use wire::list::PermittedList;
use wire::replica::{Reason, Value};

fn tax(version: u16) -> DataSet {
    DataSet { id: data_set(2), version }
}

fn one(item: &str, value: Value) -> BTreeMap<ItemId, Value> {
    BTreeMap::from([(ItemId::parse(item).unwrap(), value)])
}

#[test]
fn every_layout_is_of_a_data_set_of_the_list_and_says_that_nobody_checked_it() {
    let (list, catalogue) = (PermittedList::load().unwrap(), Catalogue::load().unwrap());
    for layout in catalogue.layouts() {
        assert!(list.data_sets().contains_key(&layout.data_set.id), "{}", layout.data_set.id);
        assert!(!layout.items.is_empty() && !layout.legal_basis.is_empty());
        assert!(layout.verified_on.is_some() || layout.source.contains("未照合"), "{}", layout.data_set.id);
        assert!(layout.items.iter().all(|i| !i.meaning.is_empty() && !i.name.is_empty()));
    }
}

#[test]
fn an_unknown_item_version_or_reason_is_refused_by_name() {
    let catalogue = Catalogue::load().unwrap();
    let layout = catalogue.layout(&tax(1)).unwrap();
    assert_eq!(layout.check(&one("市町村民税所得割額", Value::given("1").unwrap())), Ok(()));
    assert_eq!(layout.check(&one("市町村民税所得割額", Value::Absent(Reason::NotDeclared))), Ok(()));
    let wrong = layout.check(&one("口座番号", Value::given("1").unwrap())).unwrap_err();
    assert!(wrong.to_string().contains("「口座番号」は項目表にありません"), "{wrong}");
    assert!(matches!(catalogue.layout(&tax(9)), Err(Misfit::Layout(_, 9))));
    let juki = catalogue.layout(&DataSet { id: data_set(1), version: 1 }).unwrap();
    let wrong = juki.check(&one("住民となった年月日", Value::Absent(Reason::NotDeclared))).unwrap_err();
    assert!(wrong.to_string().contains("「未申告」は使えません"), "{wrong}");
}

#[test]
fn the_years_to_ask_for_go_back_from_the_fiscal_year_of_the_day() {
    let catalogue = Catalogue::load().unwrap();
    let (day, key) = (|text: &str| text.parse::<Date>().unwrap(), |text: &str| RecordKey::parse(text).unwrap());
    let layout = catalogue.on(&data_set(2), day("2027-03-31")).unwrap();
    let years = layout.keys(day("2027-03-31"));
    assert_eq!(years.first().unwrap(), &("2026".to_owned(), "令和8年度".to_owned()), "the year ends on 31 March");
    assert_eq!(years.last().unwrap().0, "2022");
    assert_eq!(layout.keys(day("2027-04-01")).first().unwrap().0, "2027");
    assert_eq!(layout.key_ja(&key("2026")), "令和8年度");
    let juki = catalogue.on(&data_set(1), day("2026-11-20")).unwrap();
    assert_eq!((juki.keys(day("2026-11-20")), juki.key_ja(&key("current"))), (vec![], "現在".to_owned()));
    assert!(catalogue.on(&data_set(1), day("2017-11-12")).is_none(), "before the exchange began there was nothing to ask for");
    assert!(catalogue.on(&data_set(3), day("2026-11-20")).is_none(), "nothing of ours makes 生活保護関係情報");
}

#[test]
fn a_record_of_a_year_stands_in_the_version_of_its_last_day_or_of_today() {
    let catalogue = Catalogue::load().unwrap();
    let version = |key: &str, day: &str| {
        let layout = catalogue.of(&data_set(2), &RecordKey::parse(key).unwrap(), day.parse().unwrap());
        layout.unwrap().data_set.version
    };
    assert_eq!((version("2025", "2026-11-20"), version("2026", "2026-11-20")), (1, 2), "two versions live at once");
    assert_eq!((version("2026", "2026-06-30"), version("2026", "2026-07-01")), (1, 2), "the yearly change");
    assert_eq!((version("2025", "2030-04-01"), version("2015", "2030-04-01")), (1, 1), "what is old stays as it is");
    let current = RecordKey::parse("current").unwrap();
    assert_eq!(catalogue.of(&data_set(1), &current, "2026-11-20".parse().unwrap()).unwrap().data_set.version, 1);
    assert!(catalogue.of(&data_set(3), &current, "2026-11-20".parse().unwrap()).is_none());
}

#[test]
fn a_catalogue_that_contradicts_itself_is_not_loaded() {
    let layout = |key: &str, items: &[&str]| {
        let item = |id: &&str| format!("[[layout.item]]\nid = \"{id}\"\nname = \"n\"\nmeaning = \"m\"\nempty = [\"未申告\"]\n");
        format!(
            "[[layout]]\ndata_set = \"TM00000000000001\"\nversion = 1\neffective_from = \"2026-04-01\"\n{key}\nlegal_basis = \"l\"\n\
             source = \"s\"\nverified_on = \"\"\nlooked_on = \"2026-11-21\"\n{}",
            items.iter().map(item).collect::<String>()
        )
    };
    let parse = |layouts: &[String]| Catalogue::parse(&format!("area = \"a\"\nowner = \"国\"\n{}", layouts.concat()));
    let good = layout("key = \"current\"", &["a", "b"]);
    assert_eq!(parse(std::slice::from_ref(&good)).unwrap().layouts().count(), 1);
    for (bad, why) in [
        (vec![good.clone(), good.clone()], "二つ"),
        (vec![layout("key = \"current\"", &["a", "a"])], "二つ"),
        (vec![layout("key = \"fiscal_year\"", &["a"])], "years"),
        (vec![good.replace("未申告", "わからない")], "わからない"),
        (vec![good.replace("2026-04-01", "2026-04-31")], "日付"),
    ] {
        let error = parse(&bad).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}
