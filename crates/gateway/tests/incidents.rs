//! What must not happen: rows that pile up unseen, records that go too early, questions that leave without consent, empty values.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use gateway::NewConsent;
use gateway::interfaces::{Answer, Receipt, write_file};
use jiff::Span;
use kernel::Date;
use kernel::time::Period;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use support::calls::{answered, asked, count, fetch, known, permit, question, register, single};
use support::{MEDICAL, RETIRED, TODAY, World, dan, item, request, tax, taxed, worlds, worlds_with};
use wire::compare::{Fault, fingerprint};
use wire::error::ExchangeError;
use wire::ident::{PermitNo, ProcedureId};
use wire::limits::Limits;
use wire::replica::{Reason, ReplicaRecord, Value};

/// 会津若松市: one send exceeded the ceiling, and 700,000 rows piled up that nobody saw. Here the ceiling is 10,000 rows.
#[tokio::test]
async fn incident_aizu_backlog() {
    let limits = Limits { chunk_records: 40, backlog_records: 100, ..Limits::load().unwrap() };
    for world in worlds_with(true, limits).await {
        let rows: Vec<ReplicaRecord> = (1..=250).map(|n| taxed(n, &dan(n), "100")).collect();
        let file = |part: &[ReplicaRecord], waiting: usize| {
            let part: Vec<Json> = part.iter().map(|r| json!(r)).collect();
            write_file("DBM_20113", &part, None, waiting)
        };
        let all_at_once = world.b.keeper.call("DBM_20113", file(&rows, 250).as_bytes()).await.unwrap();
        let Answer::Refused(refusal) = all_at_once else { panic!("taken") };
        assert!(refusal.detail.contains("40件まで") && refusal.detail.contains("分割"), "{refusal:?}");
        assert_eq!(
            count(&world.b, "select count(*) as n from gateway_alarm where kind = 'backlog' and closed_at is null").await,
            1
        );
        let mut waiting = rows.len();
        for part in rows.chunks(40) {
            waiting -= part.len();
            let Answer::Json(receipt) = world.b.keeper.call("DBM_20113", file(part, waiting).as_bytes()).await.unwrap() else {
                panic!("refused")
            };
            let receipt: Receipt = serde_json::from_str(receipt.get()).unwrap();
            assert_eq!((receipt.good, receipt.bad), (i64::try_from(part.len()).unwrap(), 0));
            let open =
                count(&world.b, "select count(*) as n from gateway_alarm where kind = 'backlog' and closed_at is null").await;
            assert_eq!(open, i64::from(waiting > 100), "{waiting} rows wait");
        }
        assert_eq!(world.b.keeper.fingerprint().await.unwrap(), fingerprint(&rows), "every row has arrived");
        world.remove().await;
    }
}

async fn number(world: &World) -> PermitNo {
    PermitNo::parse(permit(world).await.as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_record_is_there_for_seven_years_and_goes_with_proof() {
    let limits = Limits::load().unwrap();
    assert_eq!(limits.record_years, 7, "番号法施行令");
    kept_for(7, limits).await;
}

/// The years are a parameter: another value is another last day, on both sides.
#[tokio::test]
async fn where_the_parameter_says_five_years_a_record_is_there_for_five_years() {
    kept_for(5, Limits { record_years: 5, ..Limits::load().unwrap() }).await;
}

async fn kept_for(years: i64, limits: Limits) {
    for world in worlds_with(true, limits).await {
        answered(&world).await;
        // Nobody has a 符号 of this person: the city stops the inquiry, which never has a record.
        single(&world.a, "SKI_10111", &question(2, 9)).await.unwrap_err();
        let no = number(&world).await;
        let last = TODAY.checked_add(Span::new().years(years)).unwrap();
        for (day, there) in [(last.yesterday().unwrap(), true), (last, true), (last.tomorrow().unwrap(), false)] {
            world.clock.set(day);
            for side in [&world.a, &world.b] {
                side.keeper.tick().await.unwrap();
                assert_eq!(count(side, "select count(*) as n from gateway_record").await, i64::from(there), "{day}");
                // The answer itself, here as it was given and there as it came.
                let answers = "select (select count(*) from gateway_provision) + (select count(*) from gateway_inquiry where permit_no is not null) as n";
                assert_eq!(count(side, answers).await, i64::from(there), "{day}");
                assert_eq!(side.keeper.removal(&no).await.unwrap().is_some(), !there);
            }
        }
        let proofs = [world.a.keeper.removal(&no).await.unwrap().unwrap(), world.b.keeper.removal(&no).await.unwrap().unwrap()];
        assert_eq!((proofs[0].kept_until, proofs[0].removed_on), (last, last.tomorrow().unwrap()));
        assert_eq!(proofs[0].digest, proofs[1].digest, "the same record went on both sides");
        assert_eq!(count(&world.a, "select count(*) as n from gateway_inquiry").await, 0, "and the answer with it");
        assert_eq!(count(&world.a, "select count(*) as n from gateway_call").await, 0, "and the calls that were made");
        assert_eq!(count(&world.b, "select count(*) as n from gateway_provision").await, 0, "nor what was given");
        assert_eq!(count(&world.b, "select count(*) as n from gateway_replica").await, 1, "正本 alone says when 副本 goes");
        world.remove().await;
    }
}

#[tokio::test]
async fn without_a_recorded_consent_nothing_leaves_the_city() {
    for world in worlds().await {
        known(&world).await;
        let mut wanted = question(1, 1);
        wanted["procedure"] = json!(MEDICAL);
        let refused = single(&world.a, "SKI_10111", &wanted).await.unwrap_err();
        assert!(refused.code == "NOT_PERMITTED" && refused.detail.contains("同意"), "{refused:?}");
        assert_eq!(count(&world.a, "select count(*) as n from gateway_outgoing").await, 0);
        let consent = NewConsent {
            dan: dan(1),
            procedure: ProcedureId::parse(MEDICAL).unwrap(),
            data_set: tax(1).id,
            given_on: TODAY,
            until: Some(TODAY),
            evidence: "申請書 R8-子医-000123".into(),
        };
        world.a.keeper.record_consents(&[consent]).await.unwrap();
        wanted["request"] = json!(request(2));
        single(&world.a, "SKI_10111", &wanted).await.unwrap();
        world.settle().await;
        let answer = single(&world.a, "SKI_11112", &json!({ "request": request(2) })).await.unwrap();
        assert_eq!(answer["shown"], json!("answered"));
        world.clock.set(TODAY.tomorrow().unwrap());
        wanted["request"] = json!(request(3));
        assert!(single(&world.a, "SKI_10111", &wanted).await.is_err(), "the consent has ended");
        world.remove().await;
    }
}

#[tokio::test]
async fn the_answer_for_a_protected_person_on_the_asking_side_is_hidden_everywhere() {
    for world in worlds().await {
        known(&world).await;
        // 母の支援措置: the father's tax is asked for, for the mother.
        single(&world.a, "DBM_80111", &json!({ "dan": dan(5), "on": true })).await.unwrap();
        let mut wanted = question(1, 1);
        wanted["made_for"] = json!([dan(5)]);
        single(&world.a, "SKI_10111", &wanted).await.unwrap();
        world.settle().await;
        for side in [&world.a, &world.b] {
            assert_eq!(count(side, "select count(*) as n from gateway_record where hidden").await, 1);
        }
        let no = number(&world).await;
        assert!(world.network.lock().unwrap().passage(no).record.hidden);
        // The city itself knows of somebody concerned whom it does not name here.
        let mut wanted = question(2, 1);
        wanted["hidden"] = json!(true);
        single(&world.a, "SKI_10111", &wanted).await.unwrap();
        world.settle().await;
        for side in [&world.a, &world.b] {
            assert_eq!(count(side, "select count(*) as n from gateway_record where hidden").await, 2);
        }
        world.remove().await;
    }
}

#[tokio::test]
async fn an_empty_value_needs_its_reason_and_keeps_it() {
    for world in worlds().await {
        world.knows(1).await;
        let mut empty = json!(taxed(1, &dan(1), "0"));
        empty["items"]["市町村民税所得割額"] = json!({ "given": "" });
        let mut undeclared = taxed(2, &dan(1), "0");
        undeclared.items.as_mut().unwrap().insert(item("市町村民税所得割額"), Value::Absent(Reason::NotDeclared));
        let receipt = register(&world.b, "DBM_20113", &[empty, json!(undeclared)]).await.unwrap();
        let rows = fetch(&world.b, "DBM_20314", &receipt).await.unwrap();
        assert_eq!((&rows[0]["error"]["code"], &rows[1]["ok"]["serial"]), (&json!("BAD_REQUEST"), &json!(2)));
        asked(&world).await;
        let answer = single(&world.a, "SKI_11112", &json!({ "request": request(1) })).await.unwrap();
        let value = &answer["records"][0]["items"]["市町村民税所得割額"];
        assert_eq!(*value, json!({ "absent": "not_declared" }), "未申告 is not zero");
        world.remove().await;
    }
}

#[tokio::test]
async fn what_項目表_does_not_know_is_neither_taken_nor_asked_for() {
    for world in worlds().await {
        known(&world).await;
        let mut other_item = taxed(2, &dan(1), "130000");
        other_item.items.as_mut().unwrap().insert(item("口座番号"), Value::given("1234567").unwrap());
        let mut other_reason = taxed(3, &dan(1), "130000");
        other_reason.items.as_mut().unwrap().insert(item("市町村民税所得割額"), Value::Absent(Reason::Expired));
        let rows = [json!(other_item), json!(other_reason), json!(taxed(4, &dan(2), "5"))];
        let receipt = register(&world.b, "DBM_20113", &rows).await.unwrap();
        let rows = fetch(&world.b, "DBM_20314", &receipt).await.unwrap();
        let codes = [&rows[0]["error"]["code"], &rows[1]["error"]["code"], &rows[2]["ok"]["serial"]];
        assert_eq!(codes, [&json!("ITEM_MISMATCH"), &json!("ITEM_MISMATCH"), &json!(4)], "the good row goes on");
        assert!(!rows[0]["error"]["detail"].as_str().unwrap().contains("口座"), "nothing of the row is in the message");
        let before = count(&world.a, "select count(*) as n from gateway_inquiry").await;
        for (field, value, code) in [
            ("items", json!(["市町村民税所得割額", "口座番号"]), "ITEM_MISMATCH"),
            ("data_set", json!(tax(9)), "MASTER_VERSION_MISMATCH"),
        ] {
            let mut wanted = question(2, 1);
            wanted[field] = value;
            assert_eq!(single(&world.a, "SKI_10111", &wanted).await.unwrap_err().code, code);
        }
        assert_eq!(count(&world.a, "select count(*) as n from gateway_inquiry").await, before, "nothing leaves the city");
        asked(&world).await;
        let answer = single(&world.a, "SKI_11112", &json!({ "request": request(1) })).await.unwrap();
        assert_eq!(answer["records"][0]["items"]["市町村民税所得割額"], json!({ "given": "120000" }), "as it was before");
        world.remove().await;
    }
}

#[tokio::test]
async fn two_versions_of_a_data_set_answer_side_by_side() {
    for world in worlds().await {
        known(&world).await;
        let new = ReplicaRecord { data_set: tax(2), ..taxed(2, &dan(1), "125000") };
        world.b.keeper.load(&[new]).await.unwrap();
        let mut wanted = question(2, 1);
        wanted["data_set"] = json!(tax(2));
        single(&world.a, "SKI_10111", &wanted).await.unwrap();
        asked(&world).await;
        for (n, amount) in [(1, "120000"), (2, "125000")] {
            let answer = single(&world.a, "SKI_11112", &json!({ "request": request(n) })).await.unwrap();
            assert_eq!(answer["records"][0]["items"]["市町村民税所得割額"], json!({ "given": amount }));
        }
        world.remove().await;
    }
}

#[tokio::test]
async fn what_is_wrong_in_a_retired_version_is_taken_out_and_no_longer_answers() {
    for world in worlds().await {
        known(&world).await;
        world.clock.set(RETIRED.tomorrow().unwrap());
        let corrected = world.b.keeper.load(&[taxed(2, &dan(1), "90000")]).await.unwrap();
        assert_eq!(corrected.rejected, [(0, ExchangeError::MasterVersionMismatch)], "nothing new enters a retired version");
        let deleted = world.b.keeper.load(&[ReplicaRecord { items: None, ..taxed(3, &dan(1), "0") }]).await.unwrap();
        assert_eq!((deleted.stored, deleted.rejected), (1, vec![]));
        asked(&world).await;
        let answer = single(&world.a, "SKI_11112", &json!({ "request": request(1) })).await.unwrap();
        assert_eq!((&answer["shown"], &answer["records"]), (&json!("no_data"), &json!([])));
        world.remove().await;
    }
}

#[tokio::test]
async fn a_repeated_load_changes_nothing_and_an_old_change_has_no_power() {
    for world in worlds().await {
        let rows = [taxed(5, &dan(1), "100"), taxed(6, &dan(2), "200"), taxed(7, &dan(1), "150")];
        let first = world.b.keeper.load(&rows).await.unwrap();
        assert_eq!((first.stored, first.unchanged), (3, 0));
        let root = world.b.keeper.fingerprint().await.unwrap();
        assert_eq!(root, fingerprint(&rows[1..]), "the later row of the same place stays");
        let again = world.b.keeper.load(&rows).await.unwrap();
        assert_eq!((again.stored, again.unchanged), (0, 3));
        let clash = world.b.keeper.load(&[taxed(7, &dan(1), "999")]).await.unwrap();
        assert_eq!(clash.rejected[0].1.to_string(), "「レコード識別番号」が既に存在しています。番号を改めて登録してください");
        assert_eq!(world.b.keeper.fingerprint().await.unwrap(), root);
        let deleted = ReplicaRecord { items: None, ..taxed(8, &dan(2), "0") };
        world.b.keeper.load(&[deleted]).await.unwrap();
        assert_eq!(world.b.keeper.fingerprint().await.unwrap(), fingerprint(&rows[2..]));
        world.remove().await;
    }
}

#[tokio::test]
async fn the_comparison_names_the_person_the_record_and_the_item() {
    for world in worlds().await {
        let rows: Vec<ReplicaRecord> = (1..=30).map(|n| taxed(n, &dan(n), "100")).collect();
        world.b.keeper.load(&rows).await.unwrap();
        assert!(world.b.keeper.compare(&fingerprint(&rows)).await.unwrap().people.is_empty());
        let mut original = rows.clone();
        original[6] = taxed(7, &dan(7), "777");
        original[8].published = Period { from: Date::constant(2026, 7, 1), to: None };
        original.push(taxed(31, &dan(31), "31"));
        original.remove(0);
        let compared = world.b.keeper.compare(&fingerprint(&original)).await.unwrap();
        assert_eq!(compared.people, BTreeSet::from([dan(1), dan(7), dan(9), dan(31)]));
        let found = world.b.keeper.explain(&compared, &original).await.unwrap();
        let of = |n| found.iter().find(|d| d.dan == dan(n)).map(|d| d.fault.clone());
        assert_eq!(of(7), Some(Fault::OtherValue(item("市町村民税所得割額"))));
        assert_eq!((of(1), of(9), of(31)), (Some(Fault::ExtraInReplica), Some(Fault::OtherDays), Some(Fault::MissingInReplica)));
        assert_eq!(count(&world.b, "select count(*) as n from gateway_difference").await, 4);
        world.remove().await;
    }
}

#[tokio::test]
async fn a_wrong_link_recalls_the_answers_that_rest_on_it() {
    for world in worlds().await {
        answered(&world).await;
        assert_eq!(world.b.keeper.recall(&dan(1), true).await.unwrap(), 1);
        world.settle().await;
        let status = single(&world.a, "SKI_10712", &json!({ "request": request(1) })).await.unwrap();
        assert_eq!(status["words"], json!("照会中"));
        let taken = single(&world.a, "SKI_11112", &json!({ "request": request(1) })).await.unwrap();
        assert_eq!(taken["records"], json!([]), "what was recalled cannot be taken");
        assert_eq!(count(&world.a, "select count(*) as n from platform_task where kind = 'gateway.recalled'").await, 1);
        single(&world.a, "SKI_10111", &question(2, 1)).await.unwrap();
        world.settle().await;
        assert_eq!(count(&world.b, "select count(*) as n from gateway_provision where hold = 'recall'").await, 1);
        let waiting = single(&world.b, "TKY_11312", &json!({})).await.unwrap();
        let permit = waiting.as_array().unwrap().iter().find(|p| p["hold"] == "RECALL" || p["hold"] == "recall").unwrap();
        let content = json!({ "permit": permit["permit"], "records": [], "staff": "2001" });
        let refused = single(&world.b, "TKY_20311", &content).await.unwrap_err();
        assert!(refused.detail.contains("連携の誤り"), "{refused:?}");
        // 副本 is loaded anew, and the hub says that the link is right.
        world.b.keeper.load(&[taxed(9, &dan(1), "31000")]).await.unwrap();
        assert_eq!(world.b.keeper.recall(&dan(1), false).await.unwrap(), 2);
        world.settle().await;
        for n in [1, 2] {
            let fresh = single(&world.a, "SKI_11112", &json!({ "request": request(n) })).await.unwrap();
            assert_eq!(fresh["shown"], json!("answered"));
            assert_eq!(fresh["records"][0]["items"]["市町村民税所得割額"], json!({ "given": "31000" }));
        }
        assert_eq!(count(&world.b, CHECKED).await, 1, "what waited for the link alone needs no clerk");
        assert_eq!(count(&world.a, "select count(*) as n from gateway_inquiry where due is not null").await, 0);
        assert_eq!(count(&world.b, "select count(*) as n from gateway_provision where due is not null").await, 0);
        // Wrong once more: the clerk hears of it once more.
        let done = "update platform_task set state = 'done' where kind = 'gateway.recalled'";
        let mut tx = world.a.database.db.write().await.unwrap();
        tx.run(done, vec![]).await.unwrap();
        tx.commit().await.unwrap();
        world.b.keeper.recall(&dan(1), true).await.unwrap();
        world.settle().await;
        let open = "select count(*) as n from platform_task where kind = 'gateway.recalled' and state = 'open'";
        assert_eq!(count(&world.a, open).await, 2);
        world.remove().await;
    }
}

/// The guardian of a protected child: what was registered before the wrong link was found does not go out, nor does it afterwards by itself.
#[tokio::test]
async fn what_two_clerks_were_about_to_send_is_stopped_by_a_recall_and_drafted_anew() {
    for world in worlds().await {
        let permit = support::calls::held(&world).await;
        let content = single(&world.b, "TKY_11912", &json!({ "permit": permit })).await.unwrap();
        let registration = json!({ "permit": permit, "records": content["records"], "staff": "2001" });
        single(&world.b, "TKY_20311", &registration).await.unwrap();
        world.b.keeper.recall(&dan(1), true).await.unwrap();
        let permission = json!({ "permit": permit, "staff": "2002" });
        let refused = single(&world.b, "TKY_20511", &permission).await.unwrap_err();
        assert!(refused.detail.contains("連携の誤り"), "{refused:?}");
        let draft = single(&world.b, "TKY_11912", &json!({ "permit": permit })).await.unwrap();
        assert_eq!((&draft["state"], &draft["records"]), (&json!("HELD"), &json!([])));

        world.b.keeper.load(&[taxed(9, &dan(1), "31000")]).await.unwrap();
        world.b.keeper.recall(&dan(1), false).await.unwrap();
        world.settle().await;
        let status = single(&world.a, "SKI_10712", &json!({ "request": request(1) })).await.unwrap();
        assert_eq!(status["words"], json!("回答待ち"), "the person is protected still");
        let draft = single(&world.b, "TKY_11912", &json!({ "permit": permit })).await.unwrap();
        assert_eq!(draft["records"][0]["items"]["市町村民税所得割額"], json!({ "given": "31000" }));
        world.remove().await;
    }
}

/// Tasks about held answers that are done.
const CHECKED: &str = "select count(*) as n from platform_task where kind = 'gateway.held' and state = 'done'";

#[tokio::test]
async fn a_held_inquiry_that_is_withdrawn_leaves_the_work_queue() {
    for world in worlds().await {
        support::calls::held(&world).await;
        assert_eq!(count(&world.b, CHECKED).await, 0);
        single(&world.a, "SKI_50111", &json!({ "request": request(1) })).await.unwrap();
        world.settle().await;
        assert_eq!(count(&world.b, CHECKED).await, 1);
        world.remove().await;
    }
}

#[tokio::test]
async fn while_a_number_is_in_doubt_questions_wait_and_earlier_answers_stay() {
    for world in worlds().await {
        answered(&world).await;
        world.b.keeper.freeze(&dan(1), true).await.unwrap();
        world.settle().await;
        let earlier = single(&world.a, "SKI_10712", &json!({ "request": request(1) })).await.unwrap();
        assert_eq!(earlier["shown"], json!("answered"), "nothing was found wrong");
        single(&world.a, "SKI_10111", &question(2, 1)).await.unwrap();
        world.settle().await;
        let waits = single(&world.a, "SKI_10712", &json!({ "request": request(2) })).await.unwrap();
        assert_eq!(waits["shown"], json!("waiting"), "for the asker it waits, and no more is said");
        assert_eq!(count(&world.b, "select count(*) as n from gateway_provision where hold = 'recall'").await, 1);
        world.b.keeper.freeze(&dan(1), false).await.unwrap();
        single(&world.a, "SKI_10111", &question(3, 1)).await.unwrap();
        world.settle().await;
        let fresh = single(&world.a, "SKI_11112", &json!({ "request": request(3) })).await.unwrap();
        assert_eq!(fresh["shown"], json!("answered"));
        world.remove().await;
    }
}

#[tokio::test]
async fn a_held_answer_that_nobody_decides_runs_out_on_both_sides() {
    for world in worlds().await {
        support::calls::held(&world).await;
        for days in [1, 13, 2] {
            world.clock.pass_minutes(days * 24 * 60);
            world.a.keeper.tick().await.unwrap();
            world.b.keeper.tick().await.unwrap();
            world.settle().await;
        }
        assert_eq!(count(&world.b, "select count(*) as n from gateway_provision where state = 'TIMED_OUT'").await, 1);
        assert_eq!(count(&world.b, CHECKED).await, 1, "nobody needs to look at it any more");
        let status = single(&world.a, "SKI_10712", &json!({ "request": request(1) })).await.unwrap();
        assert_eq!(status["words"], json!("期限までに回答なし"));
        world.remove().await;
    }
}

#[tokio::test]
async fn a_line_that_is_down_for_a_day_does_not_fill_the_queue() {
    for world in worlds().await {
        known(&world).await;
        single(&world.a, "SKI_10111", &question(1, 1)).await.unwrap();
        let down = support::Line { down: true, ..world.line(&world.a) };
        world.a.keeper.send_due(&down).await.unwrap();
        for _ in 0..48 {
            world.clock.pass_minutes(30);
            world.a.keeper.tick().await.unwrap();
            world.a.keeper.send_due(&down).await.unwrap();
        }
        assert_eq!(count(&world.a, "select count(*) as n from gateway_outgoing").await, 1);
        world.clock.pass_minutes(30);
        world.settle().await;
        let answer = single(&world.a, "SKI_11112", &json!({ "request": request(1) })).await.unwrap();
        assert_eq!(answer["shown"], json!("answered"));
        world.remove().await;
    }
}

/// Every byte that the tenant's SQLite files hold.
fn on_disk(world: &World) -> Option<Vec<u8>> {
    let folder = world.a.database.file.as_ref()?.parent()?;
    let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    Some(files.flatten().collect())
}

#[tokio::test]
async fn neither_the_number_of_an_acquisition_nor_a_code_nor_a_value_is_readable_on_the_disk() {
    for world in worlds().await {
        world.network.lock().unwrap().lineages.insert((world.a.code.clone(), dan(1)), support::lineage(1));
        world.a.keeper.register_people(&[dan(1)]).await.unwrap();
        let receipt = single(&world.a, "FGU_20221", &json!({})).await.unwrap();
        let number = fetch(&world.a, "FGU_20234", &receipt).await.unwrap()[0]["ok"]["acquisition"].as_str().unwrap().to_owned();
        world.settle().await;
        let code = {
            let network = world.network.lock().unwrap();
            network.authority.secret.code(&network.person(&support::lineage(1)), &world.a.code)
        };
        world.a.keeper.load(&[taxed(1, &dan(1), "987654321")]).await.unwrap();
        let raw = wire::code::AcquisitionNo::parse(&number).unwrap();
        let secrets: [Vec<u8>; 5] = [
            number.into_bytes(),
            raw.as_bytes().to_vec(),
            code.to_string().into_bytes(),
            code.as_bytes().to_vec(),
            b"987654321".to_vec(),
        ];
        if let Some(bytes) = on_disk(&world) {
            let there =
                |what: &[u8]| bytes.iter().enumerate().any(|(at, byte)| *byte == what[0] && bytes[at..].starts_with(what));
            assert!(there(dan(1).as_str().as_bytes()), "the test looks at the right files");
            for secret in secrets {
                assert!(!there(&secret), "{} bytes are readable", secret.len());
            }
        }
        assert_eq!(count(&world.a, "select count(*) as n from gateway_acquisition where number_token is not null").await, 0);
        world.remove().await;
    }
}

/// A file is worked within the call that registers it, and its size is bounded: 10,000 rows are the most that one call may bring.
#[tokio::test]
async fn a_file_of_ten_thousand_questions_is_worked_in_its_call_and_one_more_is_refused() {
    for world in worlds().await {
        let all: Vec<Json> = (0..10_001_u32)
            .map(|n| {
                let mut one = question(0, 9);
                one["request"] = json!(wire::ident::RequestId::from_bytes(u128::from(n + 1).to_be_bytes()));
                one
            })
            .collect();
        let too_many = register(&world.a, "SKI_10123", &all).await.unwrap_err();
        assert!(too_many.detail.contains("10000件まで"), "{too_many:?}");
        assert_eq!(count(&world.a, "select count(*) as n from gateway_inquiry").await, 0);
        let begun = std::time::Instant::now();
        let receipt = register(&world.a, "SKI_10123", &all[..10_000]).await.unwrap();
        println!("{}: 10,000 rows in {:.1} s", world.a.database.db.engine(), begun.elapsed().as_secs_f64());
        // Nobody has a 符号: every row has its answer, in its place.
        assert_eq!((&receipt["good"], &receipt["bad"]), (&json!(0), &json!(10_000)));
        let rows = fetch(&world.a, "SKI_10134", &receipt).await.unwrap();
        assert_eq!((rows.len(), &rows[9_999]["row"]), (10_000, &json!(10_000)));
        world.remove().await;
    }
}
