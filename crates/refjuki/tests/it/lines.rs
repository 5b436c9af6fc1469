//! What the line answers, and to whom; and the operators' page.

use crate::support::{World, number, resident_code, sakai, shinjuku, worlds};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use line::PeerName;
use platform::City;
use platform::staff::{self, NewStaff};
use refjuki::line_router;
use serde_json::{Value, json};
use tower::ServiceExt;
use webkit::House;
use wire::machine::Party;

async fn post(world: &World, peer: &str, path: &str, body: &Value) -> (StatusCode, Value) {
    let peer = PeerName::parse(peer).unwrap();
    let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    if let Some(party) = peer.party() {
        request = request.extension(party);
    }
    let request = request.extension(peer).body(Body::from(body.to_string())).unwrap();
    let response = line_router(world.keeper.clone()).oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

fn city(institution: &wire::ident::InstitutionCode) -> String {
    Party::City(institution.clone()).to_string()
}

#[tokio::test]
async fn a_city_does_its_work_over_the_line() {
    for world in worlds().await {
        let me = city(&sakai());
        let one = number(1).expose().to_owned();
        let wanted = json!({ "acquisition": "01".repeat(16), "institution": sakai(), "individual_number": one });
        assert_eq!(post(&world, &me, "/code", &wanted).await.0, StatusCode::NO_CONTENT);
        assert_eq!(world.sent().await.len(), 1);
        let (status, body) = post(&world, &me, "/look-up", &json!({ "affair": "juki", "individual_number": one })).await;
        assert_eq!((status, body["found"][0]["name"].as_str()), (StatusCode::OK, Some("堺　陽翔")));
        let named = json!({ "affair": "juki", "name": "新宿 花子", "birth": "2020-04-02" });
        let (_, body) = post(&world, &me, "/look-up", &named).await;
        assert_eq!(body["found"][0]["individual_number"], number(3).expose());
        let child =
            json!({ "reference": "R8-1", "name": "堺　結菜", "birth": "2026-11-19", "sex": "female", "address": "堺市堺区" });
        let (status, body) = post(&world, &me, "/newborn", &child).await;
        assert!(status == StatusCode::OK && body["individual_number"].as_str().unwrap().len() == 12, "{body}");
        let (status, body) = post(&world, &me, "/changed", &json!({ "individual_number": one, "reason": "漏えい" })).await;
        let fresh = body["individual_number"].as_str().unwrap().to_owned();
        assert!(status == StatusCode::OK && fresh != one);
        let moved = json!({ "individual_number": fresh, "address": "新宿区歌舞伎町" });
        assert_eq!(post(&world, &city(&shinjuku()), "/moved-in", &moved).await.0, StatusCode::NO_CONTENT);
        let ended = json!({ "individual_number": number(2).expose(), "standing": "deceased" });
        assert_eq!(post(&world, &me, "/ended", &ended).await.0, StatusCode::NO_CONTENT);
        let more = json!([{ "individual_number": number(20).expose(), "resident_code": resident_code(20).as_str(), "name": "堺　三郎",
            "birth": "1980-01-01", "sex": "male", "address": "堺市堺区" }]);
        assert_eq!(post(&world, &me, "/register", &more).await.0, StatusCode::NO_CONTENT);
        let (status, body) = post(&world, "card", "/portal-user", &json!({ "individual_number": number(20).expose() })).await;
        assert!(status == StatusCode::OK && body["token"].is_string());
        world.database.remove().await;
    }
}

#[tokio::test]
async fn only_cities_ask_and_only_for_themselves() {
    for world in worlds().await {
        let one = json!({ "acquisition": "01".repeat(16), "institution": sakai(), "individual_number": number(1).expose() });
        for peer in ["network", "juki", "portal", &Party::Gateway(sakai()).to_string(), &city(&shinjuku())] {
            assert_eq!(post(&world, peer, "/code", &one).await.0, StatusCode::FORBIDDEN, "{peer}");
        }
        let look = json!({ "affair": "juki", "individual_number": number(1).expose() });
        for peer in ["network", "card", &Party::Gateway(sakai()).to_string()] {
            assert_eq!(post(&world, peer, "/look-up", &look).await.0, StatusCode::FORBIDDEN, "{peer}");
        }
        let (status, _) =
            post(&world, &city(&sakai()), "/portal-user", &json!({ "individual_number": number(1).expose() })).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "a city does not sign in for a person");
        assert!(world.sent().await.is_empty());
        // A mistyped number is told without repeating it.
        let wrong = json!({ "affair": "juki", "individual_number": "123456789012" });
        let (status, body) = post(&world, &city(&sakai()), "/look-up", &wrong).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && !body.to_string().contains("123456789012"), "{body}");
        world.database.remove().await;
    }
}

/// An operator signs in; answers the session.
async fn sits(zone: &City, no: &str, role: &str) -> String {
    let mut tx = zone.db().write().await.unwrap();
    let posts = [("juki_net", 1, role, None)];
    let new =
        NewStaff { staff_no: no, name: "住基 運用", password: "first-password", posts: &posts, from: crate::support::TODAY };
    staff::register(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
    let token = staff::sign_in(zone, no, "first-password", "T-1").await.unwrap();
    let who = staff::session(zone, &token).await.unwrap().unwrap();
    staff::change_password(zone, &who, "first-password", "a long password of my own").await.unwrap();
    token
}

#[tokio::test]
async fn operators_see_who_asked_for_what_and_nobody_by_name() {
    for world in worlds().await {
        let look = json!({ "affair": "tax", "individual_number": number(1).expose() });
        post(&world, &city(&shinjuku()), "/look-up", &look).await;
        let zone = world.keeper.city().clone();
        let mut answers = vec![];
        for (no, role) in [("9001", "juki_net_operator"), ("9002", "")] {
            let token = sits(&zone, no, role).await;
            let house = House::new(zone.clone(), vec![refjuki::programme()]);
            let request = Request::get("/juki-net").header(header::COOKIE, format!("atena_session={token}")).body(Body::empty());
            let response = house.router().oneshot(request.unwrap()).await.unwrap();
            let status = response.status();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            answers.push((status, String::from_utf8_lossy(&body).into_owned()));
        }
        assert!(answers[0].0 == StatusCode::OK && answers[0].1.contains("地方税の賦課徴収"), "{}", answers[0].1);
        assert!(!answers[0].1.contains("陽翔") && !answers[0].1.contains(number(1).expose()));
        assert_eq!(answers[1].0, StatusCode::FORBIDDEN);
        world.database.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_passes_the_accessibility_checker() {
    let world = worlds().await.remove(0);
    let look = json!({ "affair": "tax", "individual_number": number(1).expose() });
    post(&world, &city(&shinjuku()), "/look-up", &look).await;
    let zone = world.keeper.city().clone();
    let session = sits(&zone, "9001", "juki_net_operator").await;
    let router = House::new(zone, vec![refjuki::programme()]).over_plain_http().router();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let page = testkit::Browser::shared().await.unwrap().page().await.unwrap();
    page.goto(&format!("{at}/assets/")).await.unwrap();
    page.eval(&format!("document.cookie = 'atena_session={session}; path=/'")).await.unwrap();
    page.goto(&format!("{at}/juki-net")).await.unwrap();
    page.wait_for_text("地方税の賦課徴収").await.unwrap();
    let found = page.axe().await.unwrap();
    assert!(found.is_empty(), "{}", found[0]);
    world.database.remove().await;
}
