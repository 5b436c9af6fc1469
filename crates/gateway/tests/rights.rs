//! 権限: to a function, to the kind of 特定個人情報 in it, and the operator who has neither.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use gateway::rights::{UNSORTED, kind_of};
use http_body_util::BodyExt;
use serde_json::{Value as Json, json};
use support::calls::{count, held, single};
use support::staff::{claim, open_case, signed_in};
use support::{Side, dan, worlds};
use tower::ServiceExt;
use webkit::House;
use webkit::route::Method;
use wire::list::PermittedList;

async fn answer(side: &Side, session: &str, request: axum::http::request::Builder, body: String) -> (StatusCode, String) {
    let house = House::new(side.keeper.city().clone(), vec![gateway::programme(side.keeper.clone())]);
    let request = request.header(header::COOKIE, format!("atena_session={session}")).body(Body::from(body)).unwrap();
    let response = house.router().oneshot(request).await.unwrap();
    let status = response.status();
    (status, String::from_utf8_lossy(&response.into_body().collect().await.unwrap().to_bytes()).into_owned())
}

async fn get(side: &Side, session: &str, path: &str) -> (StatusCode, String) {
    answer(side, session, Request::get(path), String::new()).await
}

/// Sends a form as its page would, so that nothing but the right can be missing.
async fn send(side: &Side, session: &str, path: &str, key: &str, fields: &str) -> (StatusCode, String) {
    let staff = platform::staff::session(side.keeper.city(), session).await.unwrap().unwrap();
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    answer(side, session, request, format!("_csrf={}&_key=form-{key}-0001&{fields}", staff.csrf)).await
}

async fn api(side: &Side, session: &str, path: &str) -> Json {
    let (status, text) = get(side, session, &format!("/api/v1{path}")).await;
    assert_eq!(status, StatusCode::OK, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn every_特定個人情報_of_the_list_belongs_to_a_kind() {
    let list = PermittedList::load().unwrap();
    let unsorted: Vec<_> = list.data_sets().keys().filter(|id| kind_of(id.as_str()) == UNSORTED).collect();
    assert!(unsorted.is_empty(), "{unsorted:?}: nobody could work with these");
    assert_eq!(kind_of("TM00000000000099"), UNSORTED);
}

#[tokio::test]
async fn who_has_no_right_to_地方税_neither_sees_nor_sends_it() {
    for world in worlds().await {
        held(&world).await;
        let permit = single(&world.b, "TKY_11312", &json!({})).await.unwrap()[0]["permit"].as_str().unwrap().to_owned();
        let page = format!("/gateway/provisions/{permit}");
        let welfare = signed_in(&world.b, "4101", 2, "gateway,gateway_welfare").await;
        let tax = signed_in(&world.b, "4102", 1, "gateway,gateway_tax").await;
        for (session, lines) in [(&welfare, 0), (&tax, 1)] {
            let shown = api(&world.b, session, "/gateway/provisions").await;
            assert_eq!(shown["waiting"].as_array().unwrap().len(), lines, "{shown}");
            let shown = api(&world.b, session, "/gateway/records").await;
            assert_eq!(shown["records"].as_array().unwrap().len(), lines, "{shown}");
            let shown = api(&world.b, session, "/gateway/replica").await;
            assert_eq!(shown["data_sets"].as_array().unwrap().len(), lines, "{shown}");
        }
        let subject = count(&world.b, "select id as n from platform_subject").await;
        open_case(&world.b, &welfare, Some(subject)).await;
        let (status, text) = get(&world.b, &welfare, &page).await;
        assert!(status == StatusCode::FORBIDDEN && !text.contains("120000"), "{status} {text}");
        for (deed, fields) in [("register", "record=2026"), ("permit", ""), ("refuse", "")] {
            let (status, text) = send(&world.b, &welfare, &format!("{page}/{deed}"), deed, fields).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{deed}: {text}");
        }
        assert_eq!(count(&world.b, "select count(*) as n from gateway_provision where state = 'HELD'").await, 1);
        let person = api(&world.b, &welfare, &format!("/gateway/people/{}", dan(1))).await;
        assert_eq!((&person["records"], &person["replica"]), (&json!([]), &json!([])));

        assert_eq!(claim(&world.b, &tax, gateway::TASK_HELD).await, page);
        assert!(get(&world.b, &tax, &page).await.1.contains("120000"));
        assert_eq!(send(&world.b, &tax, &format!("{page}/register"), "tax", "record=2026").await.0, StatusCode::SEE_OTHER);
        world.remove().await;
    }
}

/// Rows of a table like its only one: two older ones of 地方税, and 250 newer ones of 生活保護, in every list of the gateway.
const MANY: [&str; 4] = [
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 252) insert into gateway_record (record_no, role, dan_no, asker, provider, procedure_code, data_set, version, items, asked_at, hidden, granted, mode, kept_until) select record_no || cast(i as text), role, dan_no, asker, provider, procedure_code, case when i > 250 then data_set else 'TM00000000000003' end, version, items, asked_at + case when i > 250 then -i else i end, hidden, granted, mode, kept_until from gateway_record, n",
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 252) insert into gateway_inquiry (request, dan_no, provider, procedure_code, data_set, version, state, shown, since, machine) select request || cast(i as text), dan_no, provider, procedure_code, case when i > 250 then data_set else 'TM00000000000003' end, version, state, shown, since + case when i > 250 then -i else i end, machine from gateway_inquiry, n",
    // The desk lists the oldest first.
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 252) insert into gateway_provision (permit_no, dan_no, asker, procedure_code, data_set, version, state, hold, since, machine) select permit_no || cast(i as text), dan_no, asker, procedure_code, case when i > 250 then data_set else 'TM00000000000003' end, version, state, hold, since + case when i > 250 then i else -i end, machine from gateway_provision, n",
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 253) insert into gateway_difference (comparison, dan_no, data_set, version, record_key, fault) select max(c.id), (select max(dan_no) from gateway_record), case when i > 250 then 'TM00000000000002' else 'TM00000000000003' end, 1, cast(i as text), 'extra' from gateway_comparison c, n group by i order by i",
];

#[tokio::test]
async fn a_list_is_cut_after_the_rights_and_says_how_much_it_leaves_out() {
    for world in worlds().await {
        held(&world).await;
        world.b.keeper.compare(&wire::compare::fingerprint([])).await.unwrap();
        world.a.keeper.compare(&wire::compare::fingerprint([])).await.unwrap();
        for (side, tables) in [(&world.b, [0, 2, 3]), (&world.a, [0, 1, 3])] {
            let mut tx = side.database.db.write().await.unwrap();
            for table in tables {
                tx.run(MANY[table], vec![]).await.unwrap();
            }
            tx.commit().await.unwrap();
            let tax = signed_in(side, "4102", 1, "gateway,gateway_tax").await;
            let welfare = signed_in(side, "4101", 1, "gateway,gateway_welfare").await;
            let waiting = if tables.contains(&1) { ("inquiries", "inquiries") } else { ("provisions", "waiting") };
            for (page, list) in [("records", "records"), waiting, ("replica", "differences")] {
                for (session, shown, all) in [(&tax, 3, 3), (&welfare, 200, 250)] {
                    let data = api(side, session, &format!("/gateway/{page}")).await;
                    let lines = data[list].as_array().map(Vec::len);
                    assert_eq!((lines, &data[format!("{list}_all")]), (Some(shown), &json!(all)), "{page}");
                    let (_, html) = get(side, session, &format!("/gateway/{page}")).await;
                    assert_eq!(html.contains("に200件(全部で250件)"), all == 250, "{page}");
                }
            }
        }
        world.remove().await;
    }
}

#[tokio::test]
async fn what_was_refused_is_listed_however_many_other_alarms_are_newer() {
    for world in worlds().await {
        let side = &world.a;
        let mut tx = side.database.db.write().await.unwrap();
        let plant = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 251) insert into gateway_alarm (kind, detail, times, first_at, last_at) select case when i = 1 then 'permit' else 'backlog' end, cast(i as text), 1, i, i from n";
        tx.run(plant, vec![]).await.unwrap();
        tx.commit().await.unwrap();
        let clerk = signed_in(side, "4102", 1, "gateway").await;
        let data = api(side, &clerk, "/gateway/security").await;
        assert_eq!((data["refused"].as_array().map(Vec::len), &data["refused_all"]), (Some(1), &json!(1)));
        world.remove().await;
    }
}

/// 運用・保守の委託先: the state of the server, and nobody in it.
#[tokio::test]
async fn the_operator_sees_the_state_and_opens_no_person() {
    for world in worlds().await {
        held(&world).await;
        let permit = single(&world.b, "TKY_11312", &json!({})).await.unwrap()[0]["permit"].as_str().unwrap().to_owned();
        let operator = signed_in(&world.b, "4201", 1, "gateway_operator").await;
        let subject = count(&world.b, "select id as n from platform_subject").await;
        open_case(&world.b, &operator, Some(subject)).await;
        let mut opened = vec![];
        for route in gateway::programme(world.b.keeper.clone()).routes {
            let path = route.path.replace("{dan}", dan(1).as_str()).replace("{id}", "1").replace("{permit}", &permit);
            if route.method == Method::Post {
                let key = format!("op{}", opened.len() + path.len());
                let (status, text) = send(&world.b, &operator, &path, &key, &format!("number={}&record=2026", dan(1))).await;
                let expected = if path.contains("/alarms/") { StatusCode::NOT_FOUND } else { StatusCode::FORBIDDEN };
                assert_eq!(status, expected, "{path}: {text}");
                continue;
            }
            let (status, text) = get(&world.b, &operator, &path).await;
            let (api, data) = get(&world.b, &operator, &format!("/api/v1{path}")).await;
            for text in [&text, &data] {
                assert!(!text.contains("120000") && !text.contains(dan(1).as_str()), "{path}: {text}");
            }
            assert_eq!(status, api, "{path}");
            match status {
                StatusCode::OK => opened.push(path),
                other => assert_eq!(other, StatusCode::FORBIDDEN, "{path}: {text}"),
            }
        }
        let state = ["", "/connections", "/lines", "/security", "/staff", "/system"].map(|page| format!("/gateway{page}"));
        assert_eq!(opened, state, "the state, and nothing else");
        world.remove().await;
    }
}
