//! Two gateways and a network: a 符号, a replica, a question, an answer, and the same record on all sides.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use gateway::Business;
use gateway::interfaces::ask::{Fetched, NewInquiry, Shown, Which};
use gateway::interfaces::provide::{RecordLine, RecordsWanted};
use gateway::interfaces::{Answer, Receipt, Refusal};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::collections::BTreeSet;
use support::{
    A, ALLOWANCE, B, CHILDCARE, MEDICAL, Side, World, allowance, code, dan, item, key, request, tax, taxed, walled_worlds,
    worlds, worlds_in_test, worlds_with,
};
use wire::ident::{Mode, ProcedureId};
use wire::inquiry::Outward;
use wire::limits::Limits;
use wire::list::PermittedList;
use wire::machine::{Body, Party};
use wire::record::Record;
use wire::replica::ReplicaRecord;

async fn call<T: DeserializeOwned>(side: &Side, id: &str, body: &impl Serialize) -> Result<T, Refusal> {
    match side.keeper.call(id, &serde_json::to_vec(body).unwrap()).await.unwrap() {
        Answer::Json(answer) => Ok(serde_json::from_str(answer.get()).unwrap()),
        Answer::Refused(refusal) => Err(refusal),
        Answer::Lines(text) => panic!("a file instead of a record: {text}"),
    }
}

fn question(n: u8, about: u64) -> NewInquiry {
    NewInquiry {
        request: request(n),
        dan: dan(about),
        provider: code(B),
        procedure: ProcedureId::parse(CHILDCARE).unwrap(),
        data_set: tax(1),
        items: vec![item("市町村民税所得割額")],
        key: Some(key("2026")),
        made_for: vec![],
        hidden: false,
    }
}

async fn status(world: &World, n: u8) -> Outward {
    call::<Shown>(&world.a, "SKI_10712", &Which { request: request(n) }).await.unwrap().shown
}

async fn answer(world: &World, n: u8) -> Fetched {
    call(&world.a, "SKI_11112", &Which { request: request(n) }).await.unwrap()
}

async fn records(side: &Side) -> Vec<Record> {
    let Answer::Lines(text) = fetch_records(side).await else { panic!("no file") };
    let rows = text.lines().skip(1).flat_map(|line| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        serde_json::from_value::<Vec<RecordLine>>(row["ok"].clone()).unwrap()
    });
    rows.map(|line| line.record).collect()
}

async fn fetch_records(side: &Side) -> Answer {
    let file = gateway::interfaces::write_file("TKM_40113", &[json!(RecordsWanted::default())], None, 0);
    let Answer::Json(receipt) = side.keeper.call("TKM_40113", file.as_bytes()).await.unwrap() else { panic!("refused") };
    let receipt: Receipt = serde_json::from_str(receipt.get()).unwrap();
    let wanted = json!({ "file": receipt.file }).to_string();
    side.keeper.call("TKM_40124", wanted.as_bytes()).await.unwrap()
}

#[tokio::test]
async fn a_question_is_answered_by_itself_and_all_three_hold_the_same_record() {
    for world in walled_worlds().await {
        assert_ne!(world.a.database.db.walled(), Some(false), "on PostgreSQL behind the wall of the programme");
        world.knows(1).await;
        world.b.keeper.load(&[taxed(1, &dan(1), "120000")]).await.unwrap();
        let shown: Shown = call(&world.a, "SKI_10111", &question(1, 1)).await.unwrap();
        assert_eq!(shown.shown, Outward::Waiting);
        world.settle().await;
        let answer = answer(&world, 1).await;
        assert_eq!(answer.shown, Outward::Answered);
        let items = &answer.records[0].items;
        assert_eq!(items.len(), 1, "only what was asked for");
        assert_eq!(serde_json::to_value(&items[&item("市町村民税所得割額")]).unwrap(), json!({ "given": "120000" }));
        assert_eq!(answer.root, Some(world.b.keeper.fingerprint().await.unwrap().root));
        let (ours, theirs) = (records(&world.a).await, records(&world.b).await);
        assert_eq!(ours.len(), 1);
        assert!(ours[0].provided_at.is_some() && ours == theirs);
        assert_eq!(world.network.lock().unwrap().passage(ours[0].no).record, ours[0]);
        world.remove().await;
    }
}

#[tokio::test]
async fn a_protected_persons_answer_waits_for_two_clerks() {
    for world in worlds().await {
        world.knows(1).await;
        world.b.keeper.load(&[taxed(1, &dan(1), "120000")]).await.unwrap();
        for id in ["DBM_50111", "DBM_80111"] {
            call::<serde_json::Value>(&world.b, id, &json!({ "dan": dan(1), "on": true })).await.unwrap();
        }
        call::<Shown>(&world.a, "SKI_10111", &question(1, 1)).await.unwrap();
        world.settle().await;
        assert_eq!(status(&world, 1).await, Outward::Waiting, "the asker hears of no reason");
        let lines: Vec<serde_json::Value> = call(&world.b, "TKY_11312", &json!({})).await.unwrap();
        assert_eq!((&lines[0]["state"], &lines[0]["hold"]), (&json!("HELD"), &json!("person")));
        let permit = &lines[0]["permit"];
        let content: serde_json::Value = call(&world.b, "TKY_11912", &json!({ "permit": permit })).await.unwrap();
        let early = json!({ "permit": permit, "staff": "2002" });
        assert_eq!(call::<serde_json::Value>(&world.b, "TKY_20511", &early).await.unwrap_err().code, "CONFLICT");
        let register = json!({ "permit": permit, "records": content["records"], "staff": "2001" });
        call::<serde_json::Value>(&world.b, "TKY_20311", &register).await.unwrap();
        let alone = json!({ "permit": permit, "staff": "2001" });
        let refused = call::<serde_json::Value>(&world.b, "TKY_20511", &alone).await.unwrap_err();
        assert!(refused.detail.contains("別の職員"), "{refused:?}");
        world.settle().await;
        assert_eq!(status(&world, 1).await, Outward::Waiting);
        call::<serde_json::Value>(&world.b, "TKY_20511", &early).await.unwrap();
        world.settle().await;
        assert_eq!(answer(&world, 1).await.records.len(), 1);
        let (ours, theirs) = (records(&world.a).await, records(&world.b).await);
        assert!(ours[0].hidden && ours == theirs, "hidden on both sides: {ours:?} {theirs:?}");
        world.remove().await;
    }
}

#[tokio::test]
async fn a_replayed_permit_is_refused() {
    for world in worlds().await {
        world.knows(1).await;
        world.b.keeper.load(&[taxed(1, &dan(1), "120000")]).await.unwrap();
        call::<Shown>(&world.a, "SKI_10111", &question(1, 1)).await.unwrap();
        // Somebody on the line keeps what A asks of B.
        let mut overheard = None;
        for _ in 0..20 {
            world.a.keeper.send_due(&world.line(&world.a)).await.unwrap();
            let waiting = world.network.lock().unwrap().waiting.get(&code(B)).cloned().unwrap_or_default();
            overheard = overheard.or(waiting.into_iter().map(|(_, b)| b).find(|b| matches!(b, Body::Inquiry { .. })));
            world.deliver(&world.a).await;
            world.deliver(&world.b).await;
            world.b.keeper.send_due(&world.line(&world.b)).await.unwrap();
        }
        let Some(Body::Inquiry { permit, .. }) = overheard else { panic!("nothing was asked") };
        let mut dice = support::network::Dice::new(3);
        let other =
            wire::seal::Sealed::new(b"{\"key\":null}", &permit.terms.provider_key, permit.terms.digest().as_bytes(), &mut dice);
        let replay = Body::Inquiry { permit: permit.clone(), sealed: other.unwrap() };
        world.b.keeper.hear(&Party::Network, vec![replay]).await.unwrap();
        world.b.keeper.send_due(&world.line(&world.b)).await.unwrap();
        let said = world.network.lock().unwrap().waiting.remove(&code(A)).unwrap_or_default();
        let refused = said.iter().any(|(_, body)| matches!(body, Body::Refused { no, .. } if *no == permit.terms.no));
        assert!(refused, "{said:?}");
        let state: serde_json::Value = call(&world.b, "SYM_20212", &json!({})).await.unwrap();
        assert_eq!(state["alarms"], json!(1), "and the security log has it");
        assert_eq!(answer(&world, 1).await.records.len(), 1, "the first answer stands");
        // Our own connection is not the network's: what A says directly to B is not heard at all.
        let direct = Body::Cancel(permit);
        world.b.keeper.hear(&Party::Gateway(code(A)), vec![direct]).await.unwrap();
        assert_eq!(world.b.keeper.send_due(&world.line(&world.b)).await.unwrap().delivered, 0);
        world.remove().await;
    }
}

#[tokio::test]
async fn a_crash_between_the_commit_and_the_sending_loses_nothing() {
    for mut world in worlds().await {
        world.knows(1).await;
        world.b.keeper.load(&[taxed(1, &dan(1), "120000")]).await.unwrap();
        call::<Shown>(&world.a, "SKI_10111", &question(1, 1)).await.unwrap();
        world.a.restart();
        world.a.keeper.send_due(&world.line(&world.a)).await.unwrap();
        world.deliver(&world.b).await;
        world.b.restart();
        let down = support::Line { down: true, ..world.line(&world.b) };
        assert_eq!(world.b.keeper.send_due(&down).await.unwrap().down, 1);
        assert_eq!(world.b.keeper.send_due(&world.line(&world.b)).await.unwrap().delivered, 0, "not at once again");
        world.clock.pass_minutes(10);
        world.settle().await;
        assert_eq!(answer(&world, 1).await.records.len(), 1);
        let said_again = world.a.keeper.tick().await.unwrap();
        world.settle().await;
        assert_eq!((said_again, records(&world.a).await), (0, records(&world.b).await));
        world.remove().await;
    }
}

#[tokio::test]
async fn what_the_network_refuses_is_recorded_where_it_was_asked() {
    for world in worlds().await {
        world.knows(1).await;
        let asked = NewInquiry { provider: code(support::C), ..question(1, 1) };
        call::<Shown>(&world.a, "SKI_10111", &asked).await.unwrap();
        world.settle().await;
        let shown: Shown = call(&world.a, "SKI_10712", &Which { request: request(1) }).await.unwrap();
        assert_eq!((shown.shown, shown.error.unwrap().code.as_str()), (Outward::Impossible, "PROVIDER_UNKNOWN"));
        let ours = records(&world.a).await;
        assert!(ours.len() == 1 && !ours[0].granted && records(&world.b).await.is_empty());
        assert_eq!(world.network.lock().unwrap().passage(ours[0].no).record, ours[0]);
        world.remove().await;
    }
}

#[tokio::test]
async fn who_only_asks_and_is_asked_refuses_and_records_it() {
    for world in worlds_with(false, Limits::load().unwrap()).await {
        world.knows(1).await;
        world.b.keeper.load(&[taxed(1, &dan(1), "120000")]).await.unwrap();
        call::<Shown>(&world.a, "SKI_10111", &question(1, 1)).await.unwrap();
        world.settle().await;
        assert_eq!(status(&world, 1).await, Outward::Impossible);
        let (ours, theirs) = (records(&world.a).await, records(&world.b).await);
        assert!(ours.len() == 1 && ours == theirs && ours[0].provided_at.is_none());
        world.remove().await;
    }
}

/// 接続する(入手)、接続しない(提供) of one 事務 beside another that answers: B's 市税 answers, B's 児童手当 only asks.
#[tokio::test]
async fn one_事務_answers_beside_one_that_only_asks_and_its_refusal_is_recorded() {
    for world in worlds().await {
        world.knows(1).await;
        let of_allowance = ReplicaRecord { data_set: allowance(), ..taxed(2, &dan(1), "10000") };
        world.b.keeper.load(&[taxed(1, &dan(1), "120000"), of_allowance]).await.unwrap();
        call::<Shown>(&world.a, "SKI_10111", &question(1, 1)).await.unwrap();
        let procedure = ProcedureId::parse(ALLOWANCE).unwrap();
        let paid = NewInquiry { procedure, data_set: allowance(), ..question(2, 1) };
        call::<Shown>(&world.a, "SKI_10111", &paid).await.unwrap();
        world.settle().await;
        assert_eq!((status(&world, 1).await, status(&world, 2).await), (Outward::Answered, Outward::Impossible));
        let (mut ours, mut theirs) = (records(&world.a).await, records(&world.b).await);
        ours.sort_by_key(|record| record.no);
        theirs.sort_by_key(|record| record.no);
        assert_eq!(ours, theirs);
        let provided: Vec<_> = ours.iter().map(|r| (r.data_set.id.as_str(), r.granted, r.provided_at.is_some())).collect();
        assert!(provided.contains(&("TM00000000000002", true, true)) && provided.contains(&("TM00000000000005", true, false)));
        // 市税 of A only answers: no procedure of it may ask.
        let procedure = ProcedureId::parse("JT00000000000014").unwrap();
        let refused = call::<Shown>(&world.b, "SKI_10111", &NewInquiry { provider: code(A), procedure, ..question(3, 1) }).await;
        assert_eq!(refused.unwrap_err().code, "NOT_PERMITTED");
        world.remove().await;
    }
}

#[test]
fn the_shipped_事務_ask_and_provide_only_what_the_list_knows_and_子ども医療_only_asks() {
    let (all, list) = (Business::load().unwrap(), PermittedList::load().unwrap());
    for of in &all {
        assert!(of.procedures.iter().all(|id| list.procedures().contains_key(id)), "{}", of.name_ja);
        assert!(of.data_sets.iter().all(|id| list.data_sets().contains_key(id)), "{}", of.name_ja);
        assert_eq!((of.asks, of.provides), (!of.procedures.is_empty(), !of.data_sets.is_empty()), "{}", of.name_ja);
    }
    let medical = all.iter().find(|of| of.procedures.iter().any(|id| id.as_str() == MEDICAL)).unwrap();
    assert!(medical.asks && !medical.provides);
}

/// 連携テスト: the whole way between two tenants that test, and nothing of it in a person's やりとり履歴.
#[tokio::test]
async fn two_tenants_in_test_ask_each_other_and_a_network_without_tests_does_not_hear_them() {
    for world in worlds_in_test().await {
        world.knows(1).await;
        world.b.keeper.load(&[taxed(1, &dan(1), "120000")]).await.unwrap();
        call::<Shown>(&world.a, "SKI_10111", &question(1, 1)).await.unwrap();
        world.settle().await;
        assert_eq!(status(&world, 1).await, Outward::Waiting, "the network serves real business only");
        assert!(records(&world.a).await.is_empty());
        world.network.lock().unwrap().authority.serves = BTreeSet::from([Mode::Production, Mode::Test]);
        world.clock.pass_minutes(5);
        world.a.keeper.tick().await.unwrap();
        world.settle().await;
        assert_eq!(status(&world, 1).await, Outward::Answered);
        let (ours, theirs) = (records(&world.a).await, records(&world.b).await);
        assert!(ours == theirs && ours[0].mode == Mode::Test && ours[0].provided_at.is_some());
        assert_eq!(wire::record::history(&ours), []);
        world.remove().await;
    }
}

#[tokio::test]
async fn the_number_of_an_acquisition_is_gone_once_the_code_is_bound() {
    for world in worlds().await {
        let person = dan(1);
        world.network.lock().unwrap().lineages.insert((code(A), person.clone()), support::lineage(1));
        world.a.keeper.register_people(std::slice::from_ref(&person)).await.unwrap();
        let wanted = async || call::<serde_json::Value>(&world.a, "FGU_20221", &json!({})).await;
        assert_eq!(wanted().await.unwrap()["good"], json!(1));
        world.settle().await;
        assert_eq!(wanted().await.unwrap()["good"], json!(0));
        let late = dan(2);
        world.a.keeper.register_people(std::slice::from_ref(&late)).await.unwrap();
        world.settle().await;
        let refused = call::<Shown>(&world.a, "SKI_10111", &question(2, 2)).await.unwrap_err();
        assert_eq!(refused.code, "CODE_NOT_BOUND", "who has no 住民票コード has no 符号");
        world.remove().await;
    }
}
