//! What listens on a tenant's line: who may say what, and what a refusal looks like.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use axum::http::StatusCode;
use serde_json::json;
use support::calls::{answered, count, known, post, question, register, single};
use support::{A, B, TODAY, code, dan, tax, taxed, worlds};
use wire::compare::fingerprint;
use wire::ident::LoadId;
use wire::machine::{Body, Party};

fn city(name: &str) -> Option<Party> {
    Some(Party::City(code(name)))
}

#[tokio::test]
async fn only_the_own_city_calls_an_interface() {
    for world in worlds().await {
        known(&world).await;
        let nothing = json!({});
        for from in [city(B), Some(Party::Network), Some(Party::Gateway(code(A))), Some(Party::Juki)] {
            let (status, mime, problem) = post(&world.a, from, "/if/SYM_20212", &nothing).await;
            assert_eq!((status, mime.as_str()), (StatusCode::FORBIDDEN, "application/problem+json"));
            assert_eq!((&problem["code"], &problem["status"]), (&json!("NOT_PERMITTED"), &json!(403)));
        }
        assert_ne!(post(&world.a, None, "/if/SYM_20212", &nothing).await.0, StatusCode::OK, "nobody without a certificate");
        assert_eq!(post(&world.a, city(A), "/if/SYM_20212", &nothing).await.0, StatusCode::OK);
        assert_eq!(post(&world.a, city(A), "/if/SKI_99999", &nothing).await.0, StatusCode::NOT_FOUND);
        let (status, _, problem) = post(&world.a, city(A), "/if/SKI_10111", &question(1, 7)).await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("CODE_NOT_BOUND")));
        let (_, _, asked) = post(&world.a, city(A), "/if/SKI_10111", &question(2, 1)).await;
        assert_eq!(asked["words"], json!("回答待ち"));
        world.remove().await;
    }
}

#[tokio::test]
async fn a_message_is_answered_when_it_is_durable_and_dropped_when_its_sender_may_not_say_it() {
    for world in worlds().await {
        let chunk = json!([Body::Chunk { load: LoadId::from_bytes([1; 16]), part: 0, records: vec![taxed(1, &dan(1), "5")] }]);
        assert_eq!(post(&world.b, Some(Party::Network), "/messages", &chunk).await.0, StatusCode::NO_CONTENT);
        assert_eq!(count(&world.b, "select count(*) as n from gateway_replica").await, 0, "the network loads nothing");
        assert_eq!(post(&world.b, city(A), "/messages", &chunk).await.0, StatusCode::NO_CONTENT);
        assert_eq!(count(&world.b, "select count(*) as n from gateway_replica").await, 0, "nor does another city");
        assert_eq!(post(&world.b, city(B), "/messages", &chunk).await.0, StatusCode::NO_CONTENT);
        assert_eq!(count(&world.b, "select count(*) as n from gateway_replica").await, 1);
        assert_eq!(count(&world.b, "select count(*) as n from gateway_outgoing where party = 'city'").await, 1, "and says so");
        assert_eq!(post(&world.b, city(B), "/messages", &json!({})).await.0, StatusCode::BAD_REQUEST);
        let told = "select cast(sum(times) as bigint) as n from gateway_alarm where kind = 'refused' and closed_at is null";
        assert_eq!(count(&world.b, told).await, 2, "operators hear of both");
        world.remove().await;
    }
}

#[tokio::test]
async fn the_city_registers_people_and_consents_compares_and_recalls() {
    for world in worlds().await {
        answered(&world).await;
        assert_eq!(post(&world.b, city(B), "/people", &json!([dan(3)])).await.0, StatusCode::NO_CONTENT);
        assert_eq!(count(&world.b, "select count(*) as n from gateway_acquisition where state = 'REQUESTED'").await, 1);
        let consent = json!([{ "dan": dan(1), "procedure": support::MEDICAL, "data_set": tax(1).id, "given_on": TODAY.to_string(), "evidence": "申請書" }]);
        assert_eq!(post(&world.b, city(B), "/consents", &consent).await.0, StatusCode::NO_CONTENT);
        let original = [taxed(1, &dan(1), "777")];
        let hashes = fingerprint(&original);
        let (_, _, compared) =
            post(&world.b, city(B), "/compare", &json!({ "root": hashes.root, "people": hashes.people })).await;
        assert_eq!((&compared["people"], &compared["serial"]), (&json!([dan(1)]), &json!(1)), "the city sends on above it");
        let explain = json!({ "comparison": compared["comparison"], "people": compared["people"], "records": original });
        let (_, _, found) = post(&world.b, city(B), "/explain", &explain).await;
        assert_eq!(found["differences"].as_array().map(Vec::len), Some(1));
        assert_eq!((&found["differences"][0]["dan"], &found["differences"][0]["fault"]), (&json!(dan(1)), &json!("value")));
        assert_eq!(
            post(&world.b, city(B), "/recall", &json!({ "dan": dan(1), "wrong": true })).await.2,
            json!({ "recalled": 1 })
        );
        let freeze = json!({ "dan": dan(3), "frozen": true });
        assert_eq!(post(&world.b, city(B), "/freeze", &freeze).await.0, StatusCode::NO_CONTENT);
        assert_eq!(count(&world.b, "select count(*) as n from gateway_person where recalled").await, 2);
        for path in ["/people", "/consents", "/recall", "/freeze", "/compare", "/explain"] {
            assert_eq!(post(&world.b, city(A), path, &json!([])).await.0, StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(post(&world.b, city(B), "/own", &json!({})).await.0, StatusCode::FORBIDDEN, "only the portal's side asks");
        world.remove().await;
    }
}

#[tokio::test]
async fn the_city_is_told_which_of_its_answers_were_called_back_until_they_are_put_right() {
    for world in worlds().await {
        answered(&world).await;
        let asked = async |after: serde_json::Value| post(&world.a, city(A), "/rechecking", &json!({ "after": after })).await.2;
        assert_eq!(asked(json!(null)).await, json!({ "requests": [] }));
        world.clock.pass_minutes(3 * 365 * 24 * 60);
        world.b.keeper.recall(&dan(1), true).await.unwrap();
        world.settle().await;
        assert_eq!(asked(json!(null)).await, json!({ "requests": [support::request(1)] }), "however old the answer is");
        assert_eq!(asked(json!(support::request(1))).await, json!({ "requests": [] }), "nothing on the next page");
        assert_eq!(post(&world.a, city(B), "/rechecking", &json!({})).await.0, StatusCode::FORBIDDEN);
        world.remove().await;
    }
}

#[tokio::test]
async fn whom_the_city_deletes_goes_with_codes_and_copies_and_is_never_taken_again() {
    for world in worlds().await {
        answered(&world).await;
        let gone = async |n: u64| post(&world.b, city(B), "/people/gone", &json!(dan(n))).await;
        let (status, _, problem) = gone(1).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("CONFLICT")), "a record of provision is kept");
        assert!(problem["detail"].as_str().unwrap().contains("まで"), "{problem}");

        world.knows(2).await;
        let load = |serial| {
            json!([Body::Chunk { load: LoadId::from_bytes([2; 16]), part: 0, records: vec![taxed(serial, &dan(2), "5")] }])
        };
        assert_eq!(post(&world.b, city(B), "/messages", &load(2)).await.0, StatusCode::NO_CONTENT);
        let flag = json!({ "dan": dan(2), "on": true });
        assert_eq!(post(&world.b, city(B), "/if/DBM_80111", &flag).await.0, StatusCode::OK);
        let with = world.b.keeper.fingerprint().await.unwrap();
        assert!(with.people.contains_key(&dan(2)));
        assert_eq!(gone(2).await.0, StatusCode::NO_CONTENT);
        let without = world.b.keeper.fingerprint().await.unwrap();
        assert!(!without.people.contains_key(&dan(2)) && without.root != with.root, "the measure of 副本 knows it at once");
        for table in ["code", "acquisition", "replica", "person", "consent", "message"] {
            let sql: &'static str =
                Box::leak(format!("select count(*) as n from gateway_{table} where dan_no = '{}'", dan(2)).into_boxed_str());
            assert_eq!(count(&world.b, sql).await, 0, "{table}");
        }
        assert_eq!(count(&world.b, "select count(*) as n from gateway_gone where removed_rows > 0").await, 1, "the proof");
        assert_eq!(gone(2).await.0, StatusCode::NO_CONTENT, "the same again is nothing new");
        assert_eq!(count(&world.b, "select count(*) as n from gateway_gone").await, 1);

        let late = json!({ "serial": 3, "dan": dan(2), "data_set": tax(1), "key": "2026", "published": { "from": "2026-06-01", "to": null }, "items": null });
        let mut copy = serde_json::to_value(taxed(3, &dan(2), "6")).unwrap();
        copy["serial"] = json!(4);
        let loaded = world.b.keeper.load(&[serde_json::from_value(copy).unwrap()]).await.unwrap();
        assert_eq!(loaded.rejected, [(0, wire::error::ExchangeError::PersonDeleted)], "a copy of theirs is refused");
        let loaded = world.b.keeper.load(&[serde_json::from_value(late).unwrap()]).await.unwrap();
        assert_eq!((loaded.unchanged, loaded.rejected.len()), (1, 0), "that it goes is nothing new");
        assert_eq!(post(&world.b, city(B), "/people", &json!([dan(2)])).await.0, StatusCode::CONFLICT, "nor the number");
        assert_eq!(post(&world.b, city(A), "/people/gone", &json!(dan(3))).await.0, StatusCode::FORBIDDEN);
        world.remove().await;
    }
}

#[tokio::test]
async fn the_city_reads_on_by_change_and_hears_of_a_mark_that_is_set_years_later() {
    for world in worlds().await {
        answered(&world).await;
        let changed =
            async |after: i64| post(&world.b, city(B), "/records", &json!({ "after": after })).await.2["records"].clone();
        let first = changed(0).await;
        assert_eq!((first.as_array().unwrap().len(), &first[0]["dan"]), (1, &json!(dan(1))));
        assert!(first[0]["record"]["provided_at"].is_string(), "as it stands now, however often it changed");
        let last = first[0]["change"].as_i64().unwrap();
        assert_eq!(changed(last).await, json!([]));
        world.clock.pass_minutes(3 * 365 * 24 * 60);
        let mark = json!({ "record": first[0]["record"]["no"], "hidden": true });
        register(&world.b, "TKM_40133", &[mark]).await.unwrap();
        let later = changed(last).await;
        assert_eq!((later.as_array().unwrap().len(), &later[0]["record"]["hidden"]), (1, &json!(true)));
        assert!(later[0]["change"].as_i64().unwrap() > last);
        for path in ["/records", "/waiting"] {
            assert_eq!(post(&world.b, city(A), path, &json!({ "after": 0 })).await.0, StatusCode::FORBIDDEN, "{path}");
        }
        world.remove().await;
    }
}

#[tokio::test]
async fn what_waits_for_staff_is_listed_whole_and_a_list_that_would_be_cut_is_refused() {
    for world in worlds().await {
        let permit = support::calls::held(&world).await;
        let more = 10_000;
        let columns = ["permit_no", "asker", "procedure_code", "data_set", "version", "state", "hold", "since", "machine"];
        let row = |n: i64| {
            let at = world.b.keeper.city().now();
            platform::params![
                format!("{n:032x}"),
                A,
                support::CHILDCARE,
                tax(1).id.as_str(),
                1_i64,
                "HELD",
                "person",
                at,
                vec![0_u8]
            ]
        };
        let mut tx = world.b.database.db.write().await.unwrap();
        tx.insert_rows("gateway_provision", &columns, (0..more).map(row).collect()).await.unwrap();
        tx.commit().await.unwrap();
        let (mut seen, mut after) = (0, json!(null));
        loop {
            let (_, _, page) = post(&world.b, city(B), "/waiting", &json!({ "after": after })).await;
            let lines = page["provisions"].as_array().unwrap().clone();
            let Some(last) = lines.last() else { break };
            (seen, after) = (seen + lines.len(), last["permit"].clone());
        }
        assert_eq!(seen, 10_001, "every one of them, page by page");
        let refused = single(&world.b, "TKY_11312", &json!({})).await.unwrap_err();
        assert!(refused.code == "TOO_MANY" && refused.detail.contains("期間を短く"), "{refused:?}");
        assert!(permit.is_string());
        world.remove().await;
    }
}

#[tokio::test]
async fn a_notice_reaches_the_portal_and_is_read() {
    for world in worlds().await {
        world.knows(1).await;
        let message = support::request(1);
        let new = json!({ "message": message, "dan": dan(1), "title": "保育料", "content": "決まりました。" });
        single(&world.b, "OSR_10111", &new).await.unwrap();
        let whose = {
            let network = world.network.lock().unwrap();
            json!({ "code": network.authority.secret.code(&network.person(&support::lineage(1)), &world.b.code) })
        };
        let (_, _, waiting) = post(&world.b, Some(Party::Network), "/notices", &whose).await;
        assert_eq!((&waiting[0]["message"], &waiting[0]["content"]), (&json!(message), &json!("決まりました。")));
        let which = json!({ "message": message });
        assert_eq!(single(&world.b, "OSR_20111", &which).await.unwrap()["state"], json!("delivered"));
        assert_eq!(single(&world.b, "OSR_30111", &which).await.unwrap_err().code, "CONFLICT", "too late to take it back");
        assert_eq!(post(&world.b, Some(Party::Network), "/notices/read", &which).await.0, StatusCode::NO_CONTENT);
        assert_eq!(single(&world.b, "OSR_20111", &which).await.unwrap()["state"], json!("read"));
        assert_eq!(post(&world.b, Some(Party::Network), "/notices", &whose).await.2, json!([]), "it does not come again");
        assert_eq!(post(&world.b, city(B), "/notices", &whose).await.0, StatusCode::FORBIDDEN);
        world.remove().await;
    }
}
