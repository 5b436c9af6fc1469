//! What others ask of us: answers that wait for staff, records, and what is called back.

use super::peer::B;
use super::world::{atena, dan, worlds};
use axum::http::StatusCode;
use kernel::access::Action;
use kernel::time::Timestamp;
use platform::staff::OpenCase;
use platform::{StaffContext, Unit};
use serde_json::json;

pub const PERMIT: &str = "0123456789abcdef0123456789abcdef";

pub fn held() -> serde_json::Value {
    json!({
        "permit": PERMIT, "dan": dan(1), "asker": B, "procedure": "JT00000000000001", "data_set": "TM00000000000001", "version": 1,
        "state": "HELD", "hold": "person", "since": "2026-11-20T02:00:00Z", "content": [],
        "asked": {
            "permit": PERMIT, "dan": dan(1), "asker": B, "procedure": "JT00000000000001",
            "data_set": { "id": "TM00000000000001", "version": 1 }, "items": ["世帯主との続柄"], "asked_at": "2026-11-20T02:00:00Z",
        },
    })
}

#[tokio::test]
async fn an_answer_about_a_protected_person_takes_two_clerks() {
    for world in worlds().await {
        world.people(1).await;
        world.peer.0.lock().unwrap().provisions.insert(PERMIT.into(), held());
        world.courier().await;
        assert_eq!(
            world.count("select count(*) as n from platform_task where kind = 'exchange.held' and state = 'open'").await,
            1
        );
        let (first, second) = (world.clerk("4001", "joho", "it_policy").await, world.clerk("4002", "joho", "it_policy").await);
        let page = format!("/exchange/provisions/{PERMIT}");
        for clerk in [&first, &second] {
            clerk.open_case(&[]).await.unwrap();
            assert_eq!(clerk.get(&page).await.unwrap().0, StatusCode::FORBIDDEN, "first the person belongs to the case");
            assert_eq!(clerk.says(&format!("{page}/take"), &[], &[]).await.unwrap().1, page);
        }
        let seen = first.api(&page).await.unwrap();
        assert_eq!(seen["originals"][0]["items"], json!({ "世帯主との続柄": "子" }), "only the items asked for");
        first.says(&format!("{page}/register"), &[], &[]).await.unwrap();
        assert_eq!(world.peer.0.lock().unwrap().provisions[PERMIT]["by"], "4001");
        let (status, _, why) = first.says(&format!("{page}/permit"), &[], &[]).await.unwrap();
        assert_eq!(status, StatusCode::CONFLICT, "{why}");
        assert!(why.contains("別の職員"));
        assert_eq!(second.says(&format!("{page}/permit"), &[], &[]).await.unwrap().0, StatusCode::SEE_OTHER);
        assert_eq!(world.peer.0.lock().unwrap().provisions[PERMIT]["state"], "SEND_PERMITTED");
        for _ in 0..3 {
            world.courier().await;
        }
        assert_eq!(world.count("select count(*) as n from platform_task where state <> 'done'").await, 0);
        assert_eq!(second.api("/exchange/provisions").await.unwrap()["waiting"], json!([]));
        world.database.remove().await;
    }
}

#[tokio::test]
async fn what_ended_while_the_city_was_down_is_no_task_any_more() {
    for mut world in worlds().await {
        world.people(1).await;
        world.peer.0.lock().unwrap().provisions.insert(PERMIT.into(), held());
        world.courier().await;
        world.peer.0.lock().unwrap().provisions.get_mut(PERMIT).unwrap()["state"] = json!("TIMED_OUT");
        world.programme = exchange::programme(world.needs.clone());
        assert_eq!(world.count("select count(*) as n from platform_task where state <> 'done'").await, 1);
        world.courier().await;
        assert_eq!(world.count("select count(*) as n from platform_task where state <> 'done'").await, 0);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn what_waits_for_staff_is_a_task_however_many_there_are_and_however_long_they_wait() {
    for world in worlds().await {
        world.people(1).await;
        let permit = |n: usize| format!("{n:032x}");
        for n in 0..250 {
            let mut one = held();
            (one["permit"], one["since"]) = (json!(permit(n)), json!("2026-09-01T02:00:00Z"));
            world.peer.0.lock().unwrap().provisions.insert(permit(n), one);
        }
        let open = "select count(*) as n from platform_task where kind = 'exchange.held' and state = 'open'";
        world.courier().await;
        assert_eq!(world.count(open).await, 250, "eleven weeks old, page by page");
        let it = world.clerk("4001", "joho", "it_policy").await;
        assert_eq!(it.api("/exchange/provisions").await.unwrap()["waiting"].as_array().unwrap().len(), 250);
        world.peer.0.lock().unwrap().provisions.remove(&permit(2));
        for _ in 0..3 {
            world.courier().await;
        }
        assert_eq!(world.count(open).await, 249, "what the gateway does not know any more is no work");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn records_of_both_sides_are_kept_and_grow_by_what_happens_later() {
    for world in worlds().await {
        world.people(1).await;
        let record = |change: i64, asker: &str, provider: &str, no: &str, provided: serde_json::Value, hidden: bool| {
            json!({ "change": change, "dan": dan(1), "record": {
                "no": no.repeat(16), "asker": asker, "provider": provider, "procedure": "JT00000000000001",
                "data_set": { "id": "TM00000000000002", "version": 1 }, "items": ["市町村民税所得割額"],
                "asked_at": "2026-11-20T02:00:00Z", "provided_at": provided, "hidden": hidden, "granted": true, "mode": "production",
            } })
        };
        let (a, b) = (super::peer::A, B);
        let none = serde_json::Value::Null;
        world.peer.0.lock().unwrap().records =
            json!([record(1, a, b, "01", none.clone(), false), record(2, b, a, "02", none, false)]);
        world.courier().await;
        let it = world.clerk("4001", "joho", "it_policy").await;
        let sides = |page: serde_json::Value| {
            let line = |r: &serde_json::Value| format!("{} {} {}", r["side"], r["provided_at"].is_string(), r["hidden"]);
            let mut all: Vec<String> = page["records"].as_array().unwrap().iter().map(line).collect();
            all.sort();
            all
        };
        let before = sides(it.api("/exchange/records").await.unwrap());
        assert_eq!(before, ["\"提供\" false false", "\"照会\" false false"]);
        let at = json!("2026-11-20T02:30:00Z");
        // What an exchange becomes arrives years later, too: a mark is set when the person comes under protection.
        world.clock.pass_minutes(3 * 365 * 24 * 60);
        let it = world.clerk("4003", "joho", "it_policy").await;
        let more = |n: i64| record(4 + n, a, b, &format!("{:02}", 10 + n), at.clone(), false);
        let mut all = vec![record(3, a, b, "01", at.clone(), false), record(4, b, a, "02", at.clone(), true)];
        all.extend((1..=5).map(more));
        world.peer.0.lock().unwrap().records = json!(all);
        for _ in 0..3 {
            world.courier().await;
        }
        let after = sides(it.api("/exchange/records").await.unwrap());
        assert_eq!(after.first().map(String::as_str), Some("\"提供\" true true"));
        assert_eq!((after.len(), after.iter().filter(|r| *r == "\"照会\" true false").count()), (7, 6), "page by page");
        assert_eq!(world.count("select count(*) as n from exchange_record").await, 7);
        let calls = || world.peer.0.lock().unwrap().calls.iter().filter(|c| *c == "/records").count();
        let before = calls();
        for _ in 0..3 {
            world.courier().await;
        }
        assert_eq!(calls(), before + 1, "nothing changed: one look");

        // Whoever calls a wrong link back learns what was provided to whom.
        it.open_case(&[&atena(1)]).await.unwrap();
        let case = OpenCase { id: 0, number: "試験".into(), ground: "通知".into(), subjects: vec![1] };
        let mut staff = StaffContext::job("hub", "joho", "hub", case);
        let subject = world.count("select max(id) as n from platform_subject").await;
        staff.case.as_mut().unwrap().subjects = vec![subject];
        let mut unit = Unit::look(&world.city, &staff, "試験", Action::Look).await.unwrap();
        let uses = exchange::link_uses(world.needs.clone()).uses(&mut unit, &atena(1), Timestamp::UNIX_EPOCH).await.unwrap();
        let told: Vec<_> = uses.iter().map(|u| (u.kind.as_str(), u.title.as_str(), u.recipient.as_deref())).collect();
        assert_eq!(told, [("提供", "地方税関係情報 保育の利用者負担額(保育料)の決定", Some("やまて市"))]);
        drop(unit);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn records_and_answers_go_the_day_after_their_last_with_a_proof_that_names_nobody() {
    for (years, days) in [(7_u16, 7 * 365 + 2), (1, 365)] {
        for mut world in worlds().await {
            world.needs.years.records = years;
            world.programme = exchange::programme(world.needs.clone());
            world.people(1).await;
            let record = |no: &str| {
                json!({ "change": 1, "dan": dan(1), "record": {
                    "no": no.repeat(16), "asker": B, "provider": super::peer::A, "procedure": "JT00000000000001",
                    "data_set": { "id": "TM00000000000002", "version": 1 }, "items": ["市町村民税所得割額"],
                    "asked_at": "2026-11-20T02:00:00Z", "provided_at": "2026-11-20T02:30:00Z", "hidden": false, "granted": true,
                    "mode": "production",
                } })
            };
            world.peer.0.lock().unwrap().records = json!([record("01")]);
            world.peer.0.lock().unwrap().next = super::asking::answer("120000");
            let clerk = world.clerk("2001", "iryo", "").await;
            clerk.open_case(&[&atena(1)]).await.unwrap();
            super::asking::consent(&clerk, 1).await;
            super::asking::ask(&clerk, 1).await;
            world.courier().await;
            let left = async || {
                let records = world.count("select count(*) as n from exchange_record").await;
                (records, world.count("select count(answer) as n from exchange_inquiry").await)
            };
            assert_eq!(left().await, (1, 1));
            world.clock.pass_minutes(days * 24 * 60);
            world.round("exchange.sweep").await;
            assert_eq!(left().await, (1, 1), "the last day after {years} years");
            world.clock.pass_minutes(24 * 60);
            world.round("exchange.sweep").await;
            assert_eq!(left().await, (0, 0), "the day after");
            assert_eq!(world.count("select count(*) as n from platform_task where state <> 'done'").await, 0);
            for _ in 0..3 {
                world.courier().await;
            }
            assert_eq!(left().await, (0, 0), "what the gateway still has does not come back");
            let it = world.clerk("4001", "joho", "it_policy").await;
            let page = it.api("/exchange/records").await.unwrap();
            let proofs = page["registers"]["exchange_removal"].as_array().unwrap();
            let kinds: Vec<_> = proofs.iter().map(|p| p["kind"].as_str().unwrap()).collect();
            assert_eq!(kinds, ["照会", "提供の記録"]);
            assert!(proofs.iter().all(|p| p["digest"].as_str().unwrap().len() == 64 && p["kept_until"] != p["removed_on"]));
            assert!(!page.to_string().contains(atena(1).as_str()) && !page.to_string().contains(dan(1).as_str()));
            world.database.remove().await;
        }
    }
}

#[tokio::test]
async fn a_city_that_is_not_connected_says_so_and_sends_nothing() {
    for mut world in worlds().await {
        world.people(1).await;
        world.needs.line = None;
        world.programme = exchange::programme(world.needs.clone());
        let chores: Vec<_> = world.programme.chores.iter().map(|c| c.name()).collect();
        assert_eq!(chores, ["exchange.sweep"], "what is there goes when its time is over, connected or not");
        let it = world.clerk("4001", "joho", "it_policy").await;
        assert_eq!(it.api("/exchange").await.unwrap()["connected"], json!(false));
        let (status, _, why) = it.says("/exchange/originals/send", &[], &[]).await.unwrap();
        assert_eq!(status, StatusCode::CONFLICT);
        assert!(why.contains("つながっていません"));
        world.database.remove().await;
    }
}
