//! Changed and returned: P's 個人番号 changes 令和8.8.1, P moves to やまて市 9/1 and back 12/1.

use crate::world::{World, acquisition, files};
use app::cities::{MINATO, YAMATE};
use app::demo::exchange::hall::{Hall, Newcomer, until};
use app::demo::exchange::{CHILDCARE, RESIDENTS, given, numbers, question, tax};
use kernel::Date;
use kernel::time::wareki;
use serde_json::json;
use synth::{Household, Person};
use wire::ident::RequestId;

const BEGINS: Date = Date::constant(2026, 7, 1);
const CHANGES: Date = Date::constant(2026, 8, 1);
const LEAVES: Date = Date::constant(2026, 9, 1);
const MEANWHILE: Date = Date::constant(2026, 10, 15);
const RETURNS: Date = Date::constant(2026, 12, 1);
const THERE: &str = "東京都やまて市神楽台二丁目3番4号";

/// Somebody who lives alone in みなと市.
fn alone() -> Person {
    let single = |h: &Household| h.people.len() == 1 && h.protections.is_empty();
    let fits = |p: &Person| {
        let row = p.current();
        p.is_resident() && row.foreign.is_none() && row.move_out.is_none() && p.birth().earliest == p.birth().latest
    };
    let mut households = MINATO.people(RESIDENTS, BEGINS).households().filter(single);
    households.find_map(|mut h| h.people.pop().filter(fits)).unwrap()
}

async fn outage(world: &mut World, on: bool) {
    let network = &mut world.network;
    network.open("/network/modes").await.unwrap();
    let form = [("production", "1"), ("loss", "0"), ("twice", "0"), ("delay", "0"), ("outage", "1")];
    network.post("/network/modes", if on { &form } else { &form[..4] }).await.unwrap();
    assert_eq!(network.api("/network/modes").await.unwrap()["outage"], on, "{}", network.page);
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_and_returned() {
    let person = alone();
    let mut world = World::begins("returned", BEGINS).await;
    let number = numbers([&person]).unwrap().remove(0);
    let dan = world.minato.dan(&number).await.unwrap();
    world.minato.call("DBM_10111", tax(1, &dan, "45000")).await.unwrap();

    // 8.1: a new 個人番号; the 団番 stays.
    let mut world = world.until(CHANGES).await;
    let change = json!({ "individual_number": person.individual_number.expose(), "reason": "漏えいのおそれ" });
    let fresh = world.minato.juki("/changed", change).await.unwrap()["individual_number"].as_str().unwrap().to_owned();
    assert_ne!(fresh, person.individual_number.expose());
    let (day, moves) = (wareki(CHANGES), format!("/juki/person/{number}/moves/my-number"));
    let clerk = &mut world.minato.clerk;
    clerk.open("/juki/search").await.unwrap();
    clerk.post(&format!("/juki/person/{number}/take"), &[]).await.unwrap();
    clerk.open(&moves).await.unwrap();
    clerk.post(&moves, &[("value", &fresh), ("changed_on", &day), ("reason", "漏えいのおそれ")]).await.unwrap();
    assert!(clerk.status.is_success(), "{}", clerk.page);
    Hall::approve(&mut world.minato.chief, "resident.numbers").await.unwrap();
    assert_eq!(world.minato.dan(&number).await.unwrap(), dan);
    until("the hub never hears of the change", async || {
        let view = world.minato.it.api(&format!("/hub/{number}")).await?;
        Ok(view["number_changed_on"].as_array().is_some_and(|all| all.len() == 1).then_some(()))
    })
    .await
    .unwrap();

    // 9.1: to やまて市, which asks for a 符号 while the network is away, so that the 取得番号 can be read.
    let mut world = world.until(LEAVES).await;
    outage(&mut world, true).await;
    world.minato.lets_go(std::slice::from_ref(&number), LEAVES, THERE).await.unwrap();
    let newcomer = Newcomer { relation: "世帯主", number: &fresh, ..Newcomer::of(&person) };
    let number_there = world.yamate.takes_in(&[newcomer], LEAVES, THERE).await.unwrap().remove(0);
    let dan_there = world.yamate.dan(&number_there).await.unwrap();
    until("the gateway never asks for a 符号", async || {
        let view = world.yamate.gateway.api("/gateway/codes").await?;
        Ok(view.to_string().contains("REQUESTED").then_some(()))
    })
    .await
    .unwrap();
    let (folder, passwords) = world.ends().await;
    let asked = acquisition(&folder, &YAMATE, &dan_there).await.number().unwrap();
    let code = acquisition(&folder, &MINATO, &dan).await.code().unwrap();
    let mut world = World::start(folder, LEAVES, passwords).await;
    outage(&mut world, false).await;
    world.yamate.has_bound(u64::from(RESIDENTS) + 1).await.unwrap();

    // Between the dates the tax of 令和8年度 is still みなと市's to answer.
    let world = world.until(MEANWHILE).await;
    let request = RequestId::from_bytes([9; 16]);
    world.yamate.call("SKI_10111", question(request, &dan_there, &MINATO, CHILDCARE, &[])).await.unwrap();
    assert_eq!(world.yamate.after(request).await.unwrap()["shown"], "answered");
    let answer = world.yamate.call("SKI_11112", json!({ "request": request })).await.unwrap();
    assert_eq!(given(&answer), Some("45000"));

    // 12.1: back. The old 宛名番号, the old 団番 and the old 符号; やまて市's was another.
    let mut world = world.until(RETURNS).await;
    world.yamate.lets_go(std::slice::from_ref(&number_there), RETURNS, "大阪府みなと市中央区元町").await.unwrap();
    let back = world.minato.takes_in(&[newcomer], RETURNS, "大阪府みなと市中央区元町四丁目5番6号").await.unwrap();
    assert_eq!(back[0], number);
    assert_eq!(world.minato.dan(&number).await.unwrap(), dan);
    let (folder, _) = world.ends().await;
    assert_eq!(acquisition(&folder, &MINATO, &dan).await.code(), Some(code));
    let code_there = acquisition(&folder, &YAMATE, &dan_there).await.code().unwrap();
    assert_ne!(code_there, code);

    // The 取得番号 stands on no disk any more, in letters or in bytes.
    let patterns = [asked.to_string().into_bytes(), asked.as_bytes().to_vec()];
    let search = aho_corasick::AhoCorasick::new(&patterns).unwrap();
    let found: Vec<_> = files(&folder).into_iter().filter(|path| search.is_match(&std::fs::read(path).unwrap())).collect();
    assert_eq!(found, Vec::<std::path::PathBuf>::new());
    std::fs::write(folder.join("careless"), format!("memo {asked} end")).unwrap();
    assert!(files(&folder).iter().any(|path| search.is_match(&std::fs::read(path).unwrap())), "one that is there is found");
    std::fs::remove_dir_all(folder).unwrap();
}
