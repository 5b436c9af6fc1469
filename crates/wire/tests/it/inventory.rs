//! The 83 interfaces.

use std::collections::BTreeMap;
use wire::interface::{Direction, Function, Inventory, InventoryError, Style};

#[test]
fn all_83_interfaces_are_listed_once_with_names_of_their_own() {
    let inventory = Inventory::load().unwrap();
    assert_eq!(inventory.all().len(), 83);
    let mut names: Vec<&str> = inventory.all().iter().map(|i| i.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 83);
}

#[test]
fn every_function_has_its_number_of_interfaces() {
    let inventory = Inventory::load().unwrap();
    let mut counts = BTreeMap::new();
    for row in inventory.all() {
        *counts.entry(row.id.function().unwrap()).or_insert(0) += 1;
    }
    use Function::*;
    let expected = [(Ski, 18), (Tky, 15), (Tkm, 4), (Dbm, 28), (Scm, 1), (Sym, 1), (Jtk, 6), (Osr, 7), (Fgu, 3)];
    assert_eq!(counts, BTreeMap::from(expected));
}

#[test]
fn only_the_request_for_codes_is_pushed_by_the_gateway() {
    let inventory = Inventory::load().unwrap();
    let pushed: Vec<&str> = inventory.all().iter().filter(|i| i.style == Style::Push).map(|i| i.id.as_str()).collect();
    assert_eq!(pushed, ["FGU_20215"]);
    assert_eq!(inventory.find("FGU_20215").unwrap().direction, Direction::GatewayToCity);
    assert_eq!(inventory.find("SKI_10111").unwrap().name, "情報照会内容の登録");
    assert!(inventory.find("SKI_99999").is_none());
}

#[test]
fn a_style_that_contradicts_the_number_is_refused() {
    let row = |id: &str, style: &str| {
        format!("[[interface]]\nid = \"{id}\"\nname = \"x\"\ndirection = \"city_to_gateway\"\nstyle = \"{style}\"\n")
    };
    assert!(Inventory::parse(&row("SKI_10111", "single")).is_ok());
    assert!(matches!(Inventory::parse(&row("SKI_10111", "file")), Err(InventoryError::Contradiction(_))));
    assert!(matches!(Inventory::parse(&row("ABC_10111", "single")), Err(InventoryError::Contradiction(_))));
    let twice = row("SKI_10111", "single").repeat(2);
    assert!(matches!(Inventory::parse(&twice), Err(InventoryError::Contradiction(_))));
}
