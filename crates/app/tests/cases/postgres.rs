//! Zones whose databases are in PostgreSQL, each behind the roles of `migrations/postgres/walls.sql`.

use crate::world::{World, empty};
use app::cities::{MINATO, YAMATE};
use app::demo::exchange::hall::{records, until};
use app::demo::exchange::{CHILDCARE, RESIDENTS, given, numbers, question, tax};
use app::demo::serve::plan;
use kernel::Date;
use platform::params;
use platform::testing::fresh_postgres;
use serde_json::json;
use std::collections::BTreeMap;
use synth::Person;
use wire::ident::RequestId;
use wire::machine::Party;

const TODAY: Date = Date::constant(2026, 11, 20);
const ROLES: &str = "select count(*) as n from pg_roles where rolname in ('atena_refnet', 'atena_refjuki', 'atena_gateway')";
const GRANTED: &str = "select count(*) as n from information_schema.role_table_grants where grantee = 'atena_refnet' and table_name like 'refnet%' \
                       and privilege_type = 'INSERT'";

#[tokio::test(flavor = "multi_thread")]
async fn zones_on_postgresql_ask_each_other_from_behind_their_walls() {
    let mut plan = plan(&empty("zones-pg"), Some(TODAY), [RESIDENTS, RESIDENTS]).unwrap();
    let mut databases = vec![];
    for party in plan.parties().into_iter().filter(|p| !matches!(p, Party::City(_))) {
        let Some(database) = fresh_postgres().await.unwrap() else { return };
        plan.databases.insert(party.to_string(), database.url.clone().unwrap());
        databases.push(database);
    }
    let mut world = World::of(plan, BTreeMap::new()).await;
    for hall in [&mut world.minato, &mut world.yamate] {
        hall.has_bound(RESIDENTS.into()).await.unwrap();
    }
    // みなと市 holds the tax of one of its people; やまて市 asks there about one of its own, who never lived there.
    let person = MINATO.people(RESIDENTS, TODAY).households().flat_map(|h| h.people).find(Person::is_resident).unwrap();
    let dan = world.minato.dan(&numbers([&person]).unwrap()[0]).await.unwrap();
    world.minato.call("DBM_10111", tax(1, &dan, "67000")).await.unwrap();
    let neighbour = YAMATE.people(RESIDENTS, TODAY).households().flat_map(|h| h.people).find(Person::is_resident).unwrap();
    let other = world.yamate.dan(&numbers([&neighbour]).unwrap()[0]).await.unwrap();
    let request = RequestId::from_bytes([7; 16]);
    world.yamate.call("SKI_10111", question(request, &other, &MINATO, CHILDCARE, &[])).await.unwrap();
    world.yamate.after(request).await.unwrap();
    let answer = world.yamate.call("SKI_11112", json!({ "request": request })).await.unwrap();
    assert_eq!(given(&answer), None, "{answer}");
    until("the network has no record", async || {
        let lines = records(&mut world.network, "/network/records", "permit_no").await?;
        Ok((lines.len() == 1).then_some(()))
    })
    .await
    .unwrap();
    let mut tx = databases[0].db.read().await.unwrap();
    assert_eq!(tx.one(ROLES, params![]).await.unwrap().get::<i64>("n").unwrap(), 3);
    assert!(tx.one(GRANTED, params![]).await.unwrap().get::<i64>("n").unwrap() > 5);
    let codes = "select count(*) as n from refnet_code";
    assert!(tx.one(codes, params![]).await.unwrap().get::<i64>("n").unwrap() >= i64::from(2 * RESIDENTS));
    drop(tx);
    let walled = platform::db::walls::raise(databases[0].db.clone(), &["refnet"]).await.unwrap();
    assert_eq!(walled.walled(), Some(true));
    let mut tx = walled.acting("refnet").read().await.unwrap();
    assert!(tx.all("select id from refnet_member", params![]).await.is_ok());
    let refused = tx.all("select id from platform_staff", params![]).await.err().unwrap();
    assert!(refused.to_string().contains("42501"), "{refused}");
    drop(tx);
    let (folder, _) = world.ends().await;
    assert!(!folder.join("network").join("zone.db").exists() && folder.join("network").join("keys").exists());
    for database in databases {
        database.remove().await;
    }
    std::fs::remove_dir_all(folder).unwrap();
}
