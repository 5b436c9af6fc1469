//! The fled family: mother and child under 仮支援 in みなと市, which asks やまて市 for the *father's* tax for 保育料.

use crate::world::World;
use app::cities::{MINATO, YAMATE};
use app::demo::exchange::hall::{Hall, Newcomer, records, until};
use app::demo::exchange::portal::Visitor;
use app::demo::exchange::{CHILDCARE, RESIDENTS, family, given, numbers, question, tax};
use kernel::Date;
use kernel::time::wareki;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use synth::Person;
use wire::ident::RequestId;

const TODAY: Date = Date::constant(2026, 11, 20);
const REFUGE: &str = "大阪府みなと市南区夕凪一丁目8番9号";
/// Looks at the portal whose times are compared.
const LOOKS: usize = 41;

fn relation<'a>(people: &'a [Person], wanted: &str) -> &'a Person {
    people.iter().find(|p| p.current().relation == wanted).unwrap()
}

/// みなと市 registers somebody who lives elsewhere; answers the 宛名番号.
async fn outsider(world: &mut World, person: &Person) -> String {
    let clerk = &mut world.minato.aid;
    clerk.open("/hub/outsiders").await.unwrap();
    let (row, birth) = (person.current(), wareki(person.birth_day()));
    let entry = [
        ("kind", "0"),
        ("name", row.name.main()),
        ("kana", row.name.kana()),
        ("birth", &birth),
        ("sex", row.sex.label()),
        ("postal_code", &row.address.postal_code),
        ("address", &row.address.text),
        ("my_number", person.individual_number.expose()),
        ("moved_on", "R8.11.20"),
    ];
    clerk.post("/hub/outsiders", &entry).await.unwrap();
    assert!(clerk.status.is_success(), "{}", clerk.page);
    clerk.address.rsplit('/').next().unwrap().to_owned()
}

/// Everything of the portal that a person could look at.
async fn sees(visitor: &mut Visitor) -> Vec<String> {
    let mut all = vec![];
    for path in ["/portal/api/history", "/portal/api/notices"] {
        let (status, body) = visitor.get(path).await.unwrap();
        all.push(format!("{status} {}", String::from_utf8(body).unwrap()));
    }
    all.push(visitor.own(&YAMATE).await.unwrap().to_string());
    all.push(visitor.page().await.unwrap());
    all
}

/// The middle of many times that the history takes, of two people in turn.
async fn times(mut visitors: [&mut Visitor; 2]) -> [Duration; 2] {
    let mut all: [Vec<Duration>; 2] = [vec![], vec![]];
    for _ in 0..LOOKS {
        for (visitor, all) in visitors.iter_mut().zip(&mut all) {
            let begun = Instant::now();
            visitor.get("/portal/api/history").await.unwrap();
            all.push(begun.elapsed());
        }
    }
    all.map(|mut times| {
        times.sort();
        times[LOOKS / 2]
    })
}

async fn asks(minato: &Hall, id: u8, father: &str, for_whom: &[String]) {
    let request = RequestId::from_bytes([id; 16]);
    minato.call("SKI_10111", question(request, father, &YAMATE, CHILDCARE, for_whom)).await.unwrap();
    assert_eq!(minato.after(request).await.unwrap()["shown"], "answered");
    let answer = minato.call("SKI_11112", json!({ "request": request })).await.unwrap();
    assert_eq!(given(&answer), Some("123000"));
}

async fn three_sides(world: &mut World, how_many: usize) -> Vec<String> {
    let World { minato, yamate, network, .. } = world;
    until("the three records do not agree", async || {
        let all = [minato.records().await?, yamate.records().await?, records(network, "/network/records", "permit_no").await?];
        let [first, others @ ..] = &all;
        Ok((first.len() == how_many && others.iter().all(|lines| lines == first)).then(|| first.clone()))
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fled_family() {
    let mut world = World::begins("fled", TODAY).await;
    let home = family(&YAMATE, RESIDENTS, TODAY).unwrap();
    let [father, mother, child] = ["世帯主", "妻", "子"].map(|wanted| relation(&home.people, wanted));
    // Another man of the same city, about whom nobody asks.
    let households = YAMATE.people(RESIDENTS, TODAY).households();
    let control = households.flat_map(|h| h.people).find(|p| {
        p.serial != father.serial && p.is_resident() && p.current().relation == "世帯主" && p.current().sex.label() == "男"
    });
    let control = control.unwrap();

    // Mother and child flee to みなと市 and are under 仮支援 there at once.
    let there = numbers([mother, child]).unwrap();
    world.yamate.lets_go(&there, TODAY, REFUGE).await.unwrap();
    let newcomers = [Newcomer { relation: "世帯主", ..Newcomer::of(mother) }, Newcomer::of(child)];
    let here = world.minato.takes_in(&newcomers, TODAY, REFUGE).await.unwrap();
    let mut protected = vec![];
    for who in &here {
        let dan = world.minato.dan(who).await.unwrap();
        world.minato.protects(who, &dan).await.unwrap();
        protected.push(dan);
    }

    // やまて市 holds the same tax of both men. みなと市 gets to know the father and asks for 保育料.
    for (serial, man) in [(1, father), (2, &control)] {
        let number = numbers([man]).unwrap().remove(0);
        let dan = world.yamate.dan(&number).await.unwrap();
        world.yamate.call("DBM_10111", tax(serial, &dan, "123000")).await.unwrap();
    }
    let outsider = outsider(&mut world, father).await;
    let dan = world.minato.dan(&outsider).await.unwrap();
    world.minato.has_bound(u64::from(RESIDENTS) + 3).await.unwrap();
    asks(&world.minato, 1, &dan, &protected).await;

    // The records exist on three sides, agree, and are 不開示.
    let lines = three_sides(&mut world, 1).await;
    assert!(lines[0].ends_with("true") && lines[0].contains(CHILDCARE), "{lines:?}");
    // The clerk of やまて市 sees that and for which procedure みなと市 has asked, that nobody is shown it, and which side hides it and why.
    let page = world.yamate.gateway.open("/gateway/records").await.unwrap();
    for words in [MINATO.name_ja, "保育", "照会側の不開示", "守る人のための照会"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let page = world.minato.gateway.open("/gateway/records").await.unwrap();
    assert!(page.contains("照会側の不開示"), "{page}");

    // What the father sees is what the control sees, to the byte; and it takes no other time.
    let plan = world.all.plan.clone();
    let mut father_at = Visitor::arrives(&plan, father.individual_number.clone()).await.unwrap();
    let mut control_at = Visitor::arrives(&plan, control.individual_number.clone()).await.unwrap();
    let seen = sees(&mut father_at).await;
    assert_eq!(seen, sees(&mut control_at).await);
    assert!(seen[0].contains("\"exchanges\":[]") && seen[2].contains("123000"), "{seen:?}");
    let [his, controls] = times([&mut father_at, &mut control_at]).await;
    assert!(his < controls * 3 && controls < his * 3, "{his:?} {controls:?}");

    // The measures end in the city; nothing is lifted at the gateway, in the records or in what he sees.
    for (who, dan) in here.iter().zip(&protected) {
        let chief = &mut world.minato.chief;
        chief.open(&format!("/juki/person/{who}")).await.unwrap();
        chief.post(&format!("/juki/person/{who}/unprotect"), &[("reason", "本人の申出")]).await.unwrap();
        assert!(chief.status.is_success(), "{}", chief.page);
        Hall::approve(&mut world.minato.head, "resident.protection_end").await.unwrap();
        world.minato.chief.open(&format!("/juki/person/{who}")).await.unwrap();
        assert!(world.minato.chief.status.is_success());
        assert!(world.minato.flagged(dan).await.unwrap(), "ending never lifts the flags by itself");
    }
    assert_eq!(three_sides(&mut world, 1).await, lines);
    assert_eq!(sees(&mut father_at).await, seen);

    // An inquiry for nobody who is hidden is shown to him: the comparison can tell.
    asks(&world.minato, 2, &dan, &[]).await;
    let shown = until("he never sees it", async || {
        let exchanges = father_at.history().await?["exchanges"].as_array().map_or(0, Vec::len);
        Ok((exchanges == 1).then_some(Value::from(exchanges)))
    });
    assert_eq!(shown.await.unwrap(), 1);
    assert_ne!(sees(&mut father_at).await, sees(&mut control_at).await);
    let (folder, _) = world.ends().await;
    std::fs::remove_dir_all(folder).unwrap();
}
