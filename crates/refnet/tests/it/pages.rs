//! The operators' pages through the real doors.

use crate::support::{TODAY, World, dan, lineage, sakai, worlds};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use platform::City;
use platform::staff::{self, NewStaff};
use tower::ServiceExt;
use webkit::House;

/// An operator at a browser.
struct Operator {
    city: City,
    house: House,
    token: String,
    sent: u32,
}

impl Operator {
    async fn sits(world: &World, no: &str, roles: &str) -> Self {
        let city = world.keeper.city().clone();
        let posts = [("network", 1, roles, None)];
        let mut tx = city.db().write().await.unwrap();
        let new = NewStaff { staff_no: no, name: "網 運用", password: "first-password", posts: &posts, from: TODAY };
        staff::register(&mut tx, &new).await.unwrap();
        tx.commit().await.unwrap();
        let token = staff::sign_in(&city, no, "first-password", "T-1").await.unwrap();
        let who = staff::session(&city, &token).await.unwrap().unwrap();
        staff::change_password(&city, &who, "first-password", "a long password of my own").await.unwrap();
        let house = House::new(city.clone(), vec![refnet::programme()]);
        Self { city, house, token, sent: 0 }
    }

    async fn answer(&self, request: Request<Body>) -> (StatusCode, String) {
        let response = self.house.router().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        let cookie = format!("atena_session={}", self.token);
        self.answer(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
    }

    async fn post(&mut self, path: &str, fields: &str) -> (StatusCode, String) {
        self.sent += 1;
        let csrf = staff::session(&self.city, &self.token).await.unwrap().unwrap().csrf;
        let body = format!("_csrf={csrf}&_key=form-key-{:06}&{fields}", self.sent);
        let request = Request::post(path)
            .header(header::COOKIE, format!("atena_session={}", self.token))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.answer(request.body(Body::from(body)).unwrap()).await
    }
}

#[tokio::test]
async fn operators_see_traffic_and_records_and_nobody_by_name_or_number() {
    for mut world in worlds().await {
        world.knows(1).await;
        world.asks(1, false).await;
        world.asks(1, true).await;
        world.settle().await;
        let operator = Operator::sits(&world, "9001", "network_operator").await;
        let code = world.code(&sakai(), 1).unwrap().to_string();
        for (page, said) in [
            ("/network", "新宿区(検証用)"),
            ("/network", "本番・テスト"),
            ("/network/records", "不開示"),
            ("/network/records", "提供済"),
            ("/network/list", "独自利用"),
            ("/network/list?on=2021-08-31", "19条8号"),
            ("/network/modes", "停止する"),
            ("/api/v1/network", "\"provided\":2"),
            ("/api/v1/network/records", "\"hidden\":true"),
            ("/api/v1/network/list", "\"legal_basis\""),
        ] {
            let (status, body) = operator.get(page).await;
            assert!(status == StatusCode::OK && body.contains(said), "{page}: {status} {body}");
            for secret in [code.as_str(), dan(&sakai(), 1).as_str(), &lineage(1).to_string()] {
                assert!(!body.contains(secret), "{page}");
            }
        }
        drop(operator);
        world.done().await;
    }
}

#[tokio::test]
async fn an_operator_switches_a_test_mode_and_troubles_on_and_off() {
    for mut world in worlds().await {
        let mut operator = Operator::sits(&world, "9001", "network_operator").await;
        let (status, body) = operator.post("/network/modes", "production=on&test=on&loss=1000").await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && body.contains("900まで"), "{body}");
        assert_eq!(operator.post("/network/modes", "test=on&loss=100&twice=0&delay=5").await.0, StatusCode::SEE_OTHER);
        let (_, body) = operator.get("/network").await;
        assert!(body.contains("テストのみ"), "{body}");
        assert_eq!(
            operator.post("/network/modes", "outage=on&production=on&loss=0&twice=0&delay=0").await.0,
            StatusCode::SEE_OTHER
        );
        assert!(operator.get("/network").await.1.contains("停止中"));
        world.acquires(&sakai(), 1).await;
        assert_eq!(world.code(&sakai(), 1), None);
        assert_eq!(
            operator.post("/network/modes", "production=on&test=on&loss=0&twice=0&delay=0").await.0,
            StatusCode::SEE_OTHER
        );
        world.minutes(5).await;
        assert!(world.code(&sakai(), 1).is_some());
        drop(operator);
        world.done().await;
    }
}

#[tokio::test]
async fn nobody_else_gets_in() {
    for world in worlds().await {
        let mut guest = Operator::sits(&world, "9002", "").await;
        for page in ["/network", "/network/records", "/network/list", "/network/modes"] {
            assert_eq!(guest.get(page).await.0, StatusCode::FORBIDDEN, "{page}");
        }
        assert_eq!(guest.post("/network/modes", "production=on").await.0, StatusCode::FORBIDDEN);
        drop(guest);
        world.done().await;
    }
}
