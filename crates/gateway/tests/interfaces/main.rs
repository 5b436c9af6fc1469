//! Every interface between a city and its gateway: what the answer says, and what the call did to the store. An operation is one case,
//! used by its single id, by the id that registers a file and by the id that fetches the result.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod inquiry;
mod others;
mod replica;
#[path = "../support/mod.rs"]
mod support;

use async_trait::async_trait;
use gateway::interfaces::{INTERFACES, Role, Wired, openapi, table};
use gateway::{Sender, Unsent};
use inquiry::{
    Ask, AskContent, AskResult, AskStatus, Cancel, CancelResult, ProvideContent, ProvidePermit, ProvideQuestion, ProvideRegister,
};
use others::{MessageCancel, MessageSend, MessageStatus, OwnContent, looked};
use replica::{
    BlockPerson, BlockRecord, HidePerson, HideRecord, PersonFlags, Recipients, RecordFlags, RecordMark, Records, ReplicaDetail,
    ReplicaList, ReplicaSearch, ReplicaUpdate,
};
use serde_json::{Value as Json, json};
use std::sync::Mutex;
use support::calls::{count, fetch, held, known, register, single};
use support::{A, B, Side, World, code, dan, request, tax, worlds};
use wire::interface::Inventory;
use wire::machine::{Body, Party};

/// One operation.
trait Case {
    /// Brings the world to where the operation makes sense; answers a request that fits.
    async fn good(world: &World) -> Json;
    /// A request that does not fit, and the code with which it is refused.
    fn bad() -> (Json, &'static str);
    /// The content of the answer.
    fn answer(answer: &Json);
    /// What the store has afterwards.
    async fn effect(world: &World);
    /// Whose gateway is called.
    fn side(world: &World) -> &Side {
        &world.b
    }
}

async fn as_single<C: Case>(id: &str) {
    for world in worlds().await {
        let good = C::good(&world).await;
        let (bad, why) = C::bad();
        assert_eq!(single(C::side(&world), id, &bad).await.unwrap_err().code, why, "{bad}");
        C::answer(&single(C::side(&world), id, &good).await.unwrap());
        C::effect(&world).await;
        world.remove().await;
    }
}

/// The id under which the result of a registered file is fetched.
fn fetched_as(id: &str) -> &'static str {
    let registers = INTERFACES.iter().find(|wired| wired.id == id).unwrap().operations;
    let fetches = |wired: &&Wired| wired.role == Role::Fetch && registers.iter().any(|of| wired.operations.contains(of));
    INTERFACES.iter().find(fetches).unwrap().id
}

/// A file of a row that cannot be read, a good one and a bad one: the good one goes on, and what became of each is kept with the call.
async fn as_register<C: Case>(id: &str) {
    for world in worlds().await {
        let good = C::good(&world).await;
        let (bad, why) = C::bad();
        let rows = [json!("?"), good, bad];
        let receipt = register(C::side(&world), id, &rows).await.unwrap();
        assert_eq!((&receipt["good"], &receipt["bad"]), (&json!(1), &json!(2)), "{receipt}");
        let mut tx = C::side(&world).database.db.read().await.unwrap();
        let call = "select interface, good, bad from gateway_call order by id desc limit 1";
        let call = tx.one(call, vec![]).await.unwrap();
        let numbers = ["good", "bad"].map(|column| call.get::<i64>(column).unwrap());
        assert_eq!((call.get::<String>("interface").unwrap().as_str(), numbers), (id, [1, 2]));
        drop(tx);
        // Whatever happens to the world afterwards: the result is what was found when the file was registered.
        C::effect(&world).await;
        let kept = fetch(C::side(&world), fetched_as(id), &receipt).await.unwrap();
        assert_eq!((&kept[0]["error"]["code"], &kept[2]["error"]["code"]), (&json!("BAD_REQUEST"), &json!(why)), "{kept:?}");
        C::answer(&kept[1]["ok"]);
        world.remove().await;
    }
}

/// The result keeps the order of the rows, says what became of each, and belongs to its own interface.
async fn as_fetch<C: Case>(from: &str, id: &str) {
    for world in worlds().await {
        let good = C::good(&world).await;
        let (bad, why) = C::bad();
        let receipt = register(C::side(&world), from, &[bad, good, json!([])]).await.unwrap();
        let rows = fetch(C::side(&world), id, &receipt).await.unwrap();
        assert_eq!((&rows[0]["row"], &rows[0]["error"]["code"]), (&json!(1), &json!(why)));
        assert_eq!((&rows[2]["row"], &rows[2]["error"]["code"]), (&json!(3), &json!("BAD_REQUEST")));
        C::answer(&rows[1]["ok"]);
        C::effect(&world).await;
        let other = if id == "DBM_20314" { "SKI_10134" } else { "DBM_20314" };
        assert_eq!(fetch(C::side(&world), other, &receipt).await.unwrap_err().code, "NOT_FOUND");
        assert_eq!(fetch(C::side(&world), id, &json!({ "file": request(9) })).await.unwrap_err().code, "NOT_FOUND");
        world.remove().await;
    }
}

macro_rules! interfaces {
    ($($name:ident $id:literal: $how:ident::<$case:ty>($($argument:literal),*);)*) => {
        $(#[tokio::test]
        async fn $name() {
            $how::<$case>($($argument),*).await;
        })*
        /// Ids that a test of this file names.
        const TESTED: &[&str] = &[$($id),*];
    };
}

interfaces! {
    ski_10111 "SKI_10111": as_single::<Ask>("SKI_10111");
    ski_10123 "SKI_10123": as_register::<Ask>("SKI_10123");
    ski_10134 "SKI_10134": as_fetch::<Ask>("SKI_10123", "SKI_10134");
    ski_10712 "SKI_10712": as_single::<AskStatus>("SKI_10712");
    ski_10723 "SKI_10723": as_register::<AskStatus>("SKI_10723");
    ski_10734 "SKI_10734": as_fetch::<AskStatus>("SKI_10723", "SKI_10734");
    ski_10912 "SKI_10912": as_single::<AskContent>("SKI_10912");
    ski_10923 "SKI_10923": as_register::<AskContent>("SKI_10923");
    ski_10934 "SKI_10934": as_fetch::<AskContent>("SKI_10923", "SKI_10934");
    ski_11112 "SKI_11112": as_single::<AskResult>("SKI_11112");
    ski_11123 "SKI_11123": as_register::<AskResult>("SKI_11123");
    ski_11134 "SKI_11134": as_fetch::<AskResult>("SKI_11123", "SKI_11134");
    ski_50111 "SKI_50111": as_single::<Cancel>("SKI_50111");
    ski_50123 "SKI_50123": as_register::<Cancel>("SKI_50123");
    ski_50134 "SKI_50134": as_fetch::<Cancel>("SKI_50123", "SKI_50134");
    ski_50412 "SKI_50412": as_single::<CancelResult>("SKI_50412");
    ski_50423 "SKI_50423": as_register::<CancelResult>("SKI_50423");
    ski_50434 "SKI_50434": as_fetch::<CancelResult>("SKI_50423", "SKI_50434");
    tky_11512 "TKY_11512": as_single::<ProvideQuestion>("TKY_11512");
    tky_11523 "TKY_11523": as_register::<ProvideQuestion>("TKY_11523");
    tky_11534 "TKY_11534": as_fetch::<ProvideQuestion>("TKY_11523", "TKY_11534");
    tky_11912 "TKY_11912": as_single::<ProvideContent>("TKY_11912");
    tky_11923 "TKY_11923": as_register::<ProvideContent>("TKY_11923");
    tky_11934 "TKY_11934": as_fetch::<ProvideContent>("TKY_11923", "TKY_11934");
    tky_20311 "TKY_20311": as_single::<ProvideRegister>("TKY_20311");
    tky_20323 "TKY_20323": as_register::<ProvideRegister>("TKY_20323");
    tky_20334 "TKY_20334": as_fetch::<ProvideRegister>("TKY_20323", "TKY_20334");
    tky_20511 "TKY_20511": as_single::<ProvidePermit>("TKY_20511");
    tky_20523 "TKY_20523": as_register::<ProvidePermit>("TKY_20523");
    tky_20534 "TKY_20534": as_fetch::<ProvidePermit>("TKY_20523", "TKY_20534");
    tkm_40113 "TKM_40113": as_register::<Records>("TKM_40113");
    tkm_40124 "TKM_40124": as_fetch::<Records>("TKM_40113", "TKM_40124");
    tkm_40133 "TKM_40133": as_register::<RecordMark>("TKM_40133");
    tkm_40144 "TKM_40144": as_fetch::<RecordMark>("TKM_40133", "TKM_40144");
    dbm_10111 "DBM_10111": as_single::<ReplicaUpdate>("DBM_10111");
    dbm_20113 "DBM_20113": as_register::<ReplicaUpdate>("DBM_20113");
    dbm_20314 "DBM_20314": as_fetch::<ReplicaUpdate>("DBM_20113", "DBM_20314");
    dbm_30112 "DBM_30112": as_single::<ReplicaList>("DBM_30112");
    dbm_30212 "DBM_30212": as_single::<ReplicaDetail>("DBM_30212");
    dbm_30312 "DBM_30312": as_single::<ReplicaSearch>("DBM_30312");
    dbm_40111 "DBM_40111": as_single::<BlockRecord>("DBM_40111");
    dbm_40123 "DBM_40123": as_register::<BlockRecord>("DBM_40123");
    dbm_40134 "DBM_40134": as_fetch::<BlockRecord>("DBM_40123", "DBM_40134");
    dbm_50111 "DBM_50111": as_single::<BlockPerson>("DBM_50111");
    dbm_50123 "DBM_50123": as_register::<BlockPerson>("DBM_50123");
    dbm_50134 "DBM_50134": as_fetch::<BlockPerson>("DBM_50123", "DBM_50134");
    dbm_60412 "DBM_60412": as_single::<Recipients>("DBM_60412");
    dbm_60423 "DBM_60423": as_register::<Recipients>("DBM_60423");
    dbm_60434 "DBM_60434": as_fetch::<Recipients>("DBM_60423", "DBM_60434");
    dbm_70111 "DBM_70111": as_single::<HideRecord>("DBM_70111");
    dbm_70123 "DBM_70123": as_register::<HideRecord>("DBM_70123");
    dbm_70134 "DBM_70134": as_fetch::<HideRecord>("DBM_70123", "DBM_70134");
    dbm_80111 "DBM_80111": as_single::<HidePerson>("DBM_80111");
    dbm_80123 "DBM_80123": as_register::<HidePerson>("DBM_80123");
    dbm_80134 "DBM_80134": as_fetch::<HidePerson>("DBM_80123", "DBM_80134");
    dbm_90112 "DBM_90112": as_single::<PersonFlags>("DBM_90112");
    dbm_90123 "DBM_90123": as_register::<PersonFlags>("DBM_90123");
    dbm_90134 "DBM_90134": as_fetch::<PersonFlags>("DBM_90123", "DBM_90134");
    dbm_90212 "DBM_90212": as_single::<RecordFlags>("DBM_90212");
    jtk_10212 "JTK_10212": as_single::<OwnContent>("JTK_10212");
    jtk_10223 "JTK_10223": as_register::<OwnContent>("JTK_10223");
    jtk_10234 "JTK_10234": as_fetch::<OwnContent>("JTK_10223", "JTK_10234");
    osr_10111 "OSR_10111": as_single::<MessageSend>("OSR_10111");
    osr_10123 "OSR_10123": as_register::<MessageSend>("OSR_10123");
    osr_20111 "OSR_20111": as_single::<MessageStatus>("OSR_20111");
    osr_20123 "OSR_20123": as_register::<MessageStatus>("OSR_20123");
    osr_30111 "OSR_30111": as_single::<MessageCancel>("OSR_30111");
    osr_30123 "OSR_30123": as_register::<MessageCancel>("OSR_30123");
}

/// Ids whose tests are written out below.
const WRITTEN_OUT: &[&str] = &[
    "TKY_11312",
    "TKY_11321",
    "TKY_11334",
    "DBM_90311",
    "DBM_90321",
    "DBM_90332",
    "SCM_30112",
    "SYM_20212",
    "JTK_10112",
    "JTK_10121",
    "JTK_10134",
    "OSR_40134",
    "FGU_20221",
    "FGU_20234",
    "FGU_20215",
];

#[test]
fn every_id_of_the_inventory_is_wired_tested_and_in_the_table() {
    let inventory = Inventory::load().unwrap();
    let ids: Vec<&str> = inventory.all().iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, INTERFACES.iter().map(|wired| wired.id).collect::<Vec<_>>());
    let mut tested: Vec<&str> = TESTED.iter().chain(WRITTEN_OUT).copied().collect();
    tested.sort_unstable();
    let mut wanted = ids.clone();
    wanted.sort_unstable();
    assert_eq!(tested, wanted, "an interface without a test");
    let here = include_str!("main.rs");
    let text = table();
    for id in ids {
        assert!(text.contains(&format!("| {id} |")), "{id} is not in the table");
        let name = id.to_lowercase();
        assert!(
            here.contains(&format!("async fn {name}()")) || here.contains(&format!("    {name} \"{id}\":")),
            "{name} is no test"
        );
    }
}

#[test]
fn the_checked_in_documents_are_todays() {
    assert_eq!(include_str!("../../../../docs/generated/interfaces.md"), table());
    let written: Json = serde_json::from_str(include_str!("../../../../docs/generated/exchange-openapi.json")).unwrap();
    assert_eq!(written, openapi());
}

/// Every interface that the city calls stands in the document with what it takes and answers, and every reference leads somewhere.
#[test]
fn the_document_has_every_interface_and_no_dead_reference() {
    let document = openapi();
    for wired in INTERFACES {
        let operation = &document["paths"][format!("/if/{}", wired.id)]["post"];
        assert_eq!(operation["operationId"] == wired.id, wired.role != Role::Push, "{}", wired.id);
    }
    let text = document.to_string();
    let references: Vec<&str> = text.split("\"#/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(references.len() > 300);
    for reference in references {
        assert!(document.pointer(&format!("/{reference}")).is_some(), "{reference} leads nowhere");
    }
}

#[tokio::test]
async fn tky_11312() {
    for world in worlds().await {
        let permit = held(&world).await;
        let lines = single(&world.b, "TKY_11312", &json!({})).await.unwrap();
        let line = &lines[0];
        assert_eq!((&line["permit"], &line["state"], &line["asker"]), (&permit, &json!("HELD"), &json!(A)));
        let later = json!({ "from": "2027-01-01T00:00:00Z" });
        assert_eq!(single(&world.b, "TKY_11312", &later).await.unwrap(), json!([]), "only the time asked for");
        assert_eq!(count(&world.b, "select count(*) as n from gateway_provision where state = 'HELD'").await, 1);
        world.remove().await;
    }
}

/// A file that the gateway makes by itself: one row for each line of the single call.
async fn made_file(world: &World, create: &str, get: &str) -> Vec<Json> {
    let receipt = single(&world.b, create, &json!({})).await.unwrap();
    let rows = fetch(&world.b, get, &receipt).await.unwrap();
    assert_eq!(receipt["good"], json!(rows.len()));
    assert_eq!(
        count(&world.b, "select count(*) as n from gateway_call where result is not null").await,
        1,
        "kept until it is fetched"
    );
    rows.into_iter().map(|row| row["ok"].clone()).collect()
}

#[tokio::test]
async fn tky_11321() {
    for world in worlds().await {
        held(&world).await;
        let receipt = single(&world.b, "TKY_11321", &json!({})).await.unwrap();
        assert_eq!((&receipt["good"], &receipt["bad"]), (&json!(1), &json!(0)));
        assert_eq!(single(&world.b, "TKY_11321", &json!({ "from": 3 })).await.unwrap_err().code, "BAD_REQUEST");
        assert_eq!(count(&world.b, "select good as n from gateway_call where interface = 'TKY_11321' and good > 0").await, 1);
        // What is in the file is what was so when it was made.
        single(&world.a, "SKI_50111", &json!({ "request": request(1) })).await.unwrap();
        world.settle().await;
        let rows = fetch(&world.b, "TKY_11334", &receipt).await.unwrap();
        let line = &rows[0]["ok"];
        assert_eq!((&line["dan"], &line["asker"], &line["state"]), (&json!(dan(1)), &json!(A), &json!("HELD")));
        assert_eq!((&line["data_set"], &line["hold"]), (&json!("TM00000000000002"), &json!("person")));
        world.remove().await;
    }
}

#[tokio::test]
async fn tky_11334() {
    for world in worlds().await {
        let permit = held(&world).await;
        let lines = made_file(&world, "TKY_11321", "TKY_11334").await;
        assert_eq!((&lines[0]["permit"], &lines[0]["hold"]), (&permit, &json!("person")));
        world.remove().await;
    }
}

fn closing(n: u8) -> Json {
    json!({ "closing": request(n), "data_set": tax(1), "to": "2026-11-19" })
}

async fn found(world: &World) -> usize {
    let wanted = json!({ "dan": dan(1), "data_set": tax(1) });
    single(&world.b, "DBM_30312", &wanted).await.unwrap().as_array().unwrap().len()
}

#[tokio::test]
async fn dbm_90311() {
    for world in worlds().await {
        known(&world).await;
        let before = world.b.keeper.fingerprint().await.unwrap();
        let closed = single(&world.b, "DBM_90311", &closing(1)).await.unwrap();
        assert_eq!((&closed["state"], &closed["records"]), (&json!("set"), &json!(1)));
        assert_eq!(found(&world).await, 0, "published until yesterday");
        assert_eq!(before.differing(&world.b.keeper.fingerprint().await.unwrap()).len(), 1, "the hash knows of it");
        assert_eq!(single(&world.b, "DBM_90311", &closing(1)).await.unwrap(), closed, "the same order once");
        let bad = json!({ "closing": request(2), "data_set": tax(1), "to": "令和8年" });
        assert_eq!(single(&world.b, "DBM_90311", &bad).await.unwrap_err().code, "BAD_REQUEST");
        world.remove().await;
    }
}

#[tokio::test]
async fn dbm_90321() {
    for world in worlds().await {
        known(&world).await;
        let before = world.b.keeper.fingerprint().await.unwrap();
        single(&world.b, "DBM_90311", &closing(1)).await.unwrap();
        let undone = single(&world.b, "DBM_90321", &json!({ "closing": request(1) })).await.unwrap();
        assert_eq!((&undone["state"], &undone["records"]), (&json!("undone"), &json!(1)));
        assert_eq!((found(&world).await, world.b.keeper.fingerprint().await.unwrap()), (1, before), "as it was");
        assert_eq!(single(&world.b, "DBM_90321", &json!({ "closing": request(1) })).await.unwrap_err().code, "CONFLICT");
        assert_eq!(single(&world.b, "DBM_90321", &json!({ "closing": request(5) })).await.unwrap_err().code, "NOT_FOUND");
        world.remove().await;
    }
}

#[tokio::test]
async fn dbm_90332() {
    for world in worlds().await {
        known(&world).await;
        single(&world.b, "DBM_90311", &closing(1)).await.unwrap();
        let result = single(&world.b, "DBM_90332", &json!({ "closing": request(1) })).await.unwrap();
        assert_eq!((&result["state"], &result["records"]), (&json!("set"), &json!(1)));
        assert_eq!(single(&world.b, "DBM_90332", &json!({ "closing": request(5) })).await.unwrap_err().code, "NOT_FOUND");
        assert_eq!(count(&world.b, "select count(*) as n from gateway_closing where state = 'set'").await, 1);
        world.remove().await;
    }
}

#[tokio::test]
async fn scm_30112() {
    for world in worlds().await {
        let masters = single(&world.b, "SCM_30112", &json!({})).await.unwrap();
        assert_eq!(
            masters["live"],
            json!({ "TM00000000000002": [1, 2], "TM00000000000005": [1] }),
            "two versions are live at once"
        );
        assert_eq!(
            (&masters["data_sets"]["TM00000000000002"], &masters["institutions"][B]),
            (&json!("地方税関係情報"), &json!("やまて市"))
        );
        assert!(masters["permissions"].as_u64().unwrap() > 10);
        assert_eq!(count(&world.b, "select count(*) as n from gateway_call").await, 0, "nobody was looked at");
        world.remove().await;
    }
}

#[tokio::test]
async fn sym_20212() {
    for world in worlds().await {
        known(&world).await;
        let state = single(&world.b, "SYM_20212", &json!({})).await.unwrap();
        assert_eq!((&state["mode"], &state["waiting"], &state["alarms"]), (&json!("production"), &json!({}), &json!(0)));
        assert!(state["replica_changed_at"].is_string());
        single(&world.a, "SKI_10111", &support::calls::question(1, 1)).await.unwrap();
        let state = single(&world.a, "SYM_20212", &json!({})).await.unwrap();
        assert_eq!(state["waiting"], json!({ "network": 1 }));
        assert_eq!(count(&world.b, "select count(*) as n from gateway_call").await, 0);
        world.remove().await;
    }
}

#[tokio::test]
async fn jtk_10112() {
    for world in worlds().await {
        looked(&world).await;
        let lines = single(&world.b, "JTK_10112", &json!({})).await.unwrap();
        assert_eq!((&lines[0]["dan"], &lines[0]["disclosed"]), (&json!(dan(1)), &json!(true)));
        single(&world.b, "DBM_80111", &json!({ "dan": dan(1), "on": true })).await.unwrap();
        looked_again(&world).await;
        assert_eq!(count(&world.b, "select count(*) as n from gateway_own where not disclosed").await, 1);
        world.remove().await;
    }
}

/// Once more, after the person was marked: the answer says nothing at all.
async fn looked_again(world: &World) {
    let code = {
        let network = world.network.lock().unwrap();
        network.authority.secret.code(&network.person(&support::lineage(1)), &world.b.code)
    };
    assert_eq!(world.b.keeper.own(&code, &tax(1)).await.unwrap(), wire::own::OwnData::NotDisclosed);
}

#[tokio::test]
async fn jtk_10121() {
    for world in worlds().await {
        looked(&world).await;
        let receipt = single(&world.b, "JTK_10121", &json!({})).await.unwrap();
        assert_eq!(receipt["good"], json!(1));
        assert_eq!(count(&world.b, "select count(*) as n from gateway_call where interface = 'JTK_10121'").await, 1);
        let rows = fetch(&world.b, "JTK_10134", &receipt).await.unwrap();
        let line = &rows[0]["ok"];
        let told = (&line["dan"], &line["data_set"], &line["version"], &line["disclosed"]);
        assert_eq!(told, (&json!(dan(1)), &json!("TM00000000000002"), &json!(1), &json!(true)));
        world.remove().await;
    }
}

#[tokio::test]
async fn jtk_10134() {
    for world in worlds().await {
        let own = looked(&world).await;
        assert_eq!(made_file(&world, "JTK_10121", "JTK_10134").await[0]["own"], own);
        world.remove().await;
    }
}

#[tokio::test]
async fn osr_40134() {
    as_fetch::<MessageSend>("OSR_10123", "OSR_40134").await;
    as_fetch::<MessageStatus>("OSR_20123", "OSR_40134").await;
    as_fetch::<MessageCancel>("OSR_30123", "OSR_40134").await;
}

#[tokio::test]
async fn fgu_20221() {
    for world in worlds().await {
        world.b.keeper.register_people(&[dan(1), dan(2)]).await.unwrap();
        let receipt = single(&world.b, "FGU_20221", &json!({})).await.unwrap();
        assert_eq!(receipt["good"], json!(2));
        let rows = fetch(&world.b, "FGU_20234", &receipt).await.unwrap();
        let mut wanted: Vec<(&str, &str)> =
            rows.iter().map(|row| (row["ok"]["dan"].as_str().unwrap(), row["ok"]["acquisition"].as_str().unwrap())).collect();
        wanted.sort_unstable();
        assert_eq!([wanted[0].0, wanted[1].0], [dan(1).as_str(), dan(2).as_str()]);
        assert!(wanted[0].1 != wanted[1].1 && wanted.iter().all(|(_, number)| number.len() == 32), "a 取得番号 for each");
        assert_eq!(count(&world.b, "select count(*) as n from gateway_acquisition where state = 'REQUESTED'").await, 2);
        world.remove().await;
    }
}

#[tokio::test]
async fn fgu_20234() {
    for world in worlds().await {
        world.b.keeper.register_people(&[dan(1)]).await.unwrap();
        let lines = made_file(&world, "FGU_20221", "FGU_20234").await;
        assert_eq!((&lines[0]["dan"], lines[0]["acquisition"].as_str().unwrap().len()), (&json!(dan(1)), 32));
        world.remove().await;
    }
}

/// A line on which everything is overheard.
struct Overheard<'a> {
    line: support::Line<'a>,
    said: Mutex<Vec<(Party, Json)>>,
}

#[async_trait]
impl Sender for Overheard<'_> {
    async fn send(&self, to: &Party, bodies: &[Body]) -> Result<(), Unsent> {
        self.said.lock().unwrap().extend(bodies.iter().map(|body| (to.clone(), json!(body))));
        self.line.send(to, bodies).await
    }
}

#[tokio::test]
async fn fgu_20215() {
    for world in worlds().await {
        assert_eq!(single(&world.b, "FGU_20215", &json!({})).await.unwrap_err().code, "BAD_REQUEST", "the gateway begins");
        world.b.keeper.register_people(&[dan(1)]).await.unwrap();
        assert_eq!(
            count(&world.b, "select count(*) as n from gateway_outgoing where party = 'city' and kind = '符号取得依頼'").await,
            1
        );
        let receipt = single(&world.b, "FGU_20221", &json!({})).await.unwrap();
        let wanted = fetch(&world.b, "FGU_20234", &receipt).await.unwrap()[0]["ok"]["acquisition"].clone();
        world.network.lock().unwrap().lineages.insert((code(B), dan(1)), support::lineage(1));
        let line = Overheard { line: world.line(&world.b), said: Mutex::default() };
        world.b.keeper.send_due(&line).await.unwrap();
        let pushed = json!({ "code_wanted": { "acquisition": wanted, "dan": dan(1) } });
        assert_eq!(*line.said.lock().unwrap(), [(Party::City(code(B)), pushed)], "who, and under which 取得番号");
        world.settle().await;
        assert_eq!(count(&world.b, "select count(*) as n from gateway_code").await, 1);
        assert_eq!(
            count(&world.b, "select count(*) as n from gateway_acquisition where number_token is not null").await,
            0,
            "the 取得番号 is gone"
        );
        world.remove().await;
    }
}
