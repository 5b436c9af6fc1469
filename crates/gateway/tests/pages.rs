//! The pages through the real doors, and every statement on both databases.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot reach its page has failed")]

mod support;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use gateway::programme;
use http_body_util::BodyExt;
use platform::StaffContext;
use platform::staff;
use serde_json::json;
use support::calls::{answered, count, held, single};
use support::staff::{ROLES, claim, open_case, signed_in};
use support::{Side, dan, request, worlds};
use tower::ServiceExt;
use webkit::House;

/// Somebody of 情報政策課 at a browser.
struct Desk<'a> {
    side: &'a Side,
    house: House,
    token: String,
}

impl<'a> Desk<'a> {
    async fn open(side: &'a Side, number: &str, rank: i64, roles: &str) -> Self {
        let token = signed_in(side, number, rank, roles).await;
        let house = House::new(side.keeper.city().clone(), vec![programme(side.keeper.clone())]);
        Self { side, house, token }
    }

    async fn staff(&self) -> StaffContext {
        staff::session(self.side.keeper.city(), &self.token).await.unwrap().unwrap()
    }

    async fn open_case(&self, with: Option<i64>) {
        open_case(self.side, &self.token, with).await;
    }

    async fn claim(&self, kind: &str) -> String {
        claim(self.side, &self.token, kind).await
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, String) {
        let response = self.house.router().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        let cookie = format!("atena_session={}", self.token);
        self.send(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, key: &str, fields: &str) -> (StatusCode, String) {
        let cookie = format!("atena_session={}", self.token);
        let body = format!("_csrf={}&_key=form-{key}-0001&{fields}", self.staff().await.csrf);
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }
}

/// Page and API of a path, which must both open.
async fn both(desk: &Desk<'_>, path: &str) -> (String, String) {
    let (status, page) = desk.get(path).await;
    assert_eq!(status, StatusCode::OK, "{path}: {page}");
    let (status, json) = desk.get(&format!("/api/v1{path}")).await;
    assert_eq!(status, StatusCode::OK, "{path}: {json}");
    (page, json)
}

#[tokio::test]
async fn the_lists_open_without_a_case_and_name_nobody() {
    for world in worlds().await {
        answered(&world).await;
        for side in [&world.a, &world.b] {
            let desk = Desk::open(side, "4001", 1, ROLES).await;
            for (path, words) in [
                ("/gateway", "既存システム接続"),
                ("/gateway/inquiries", "照会の件数"),
                ("/gateway/records", "提供あり"),
                ("/gateway/replica", "全体のハッシュ値"),
                ("/gateway/codes", "取得済"),
                ("/gateway/provisions", "確認を待つ情報提供"),
                ("/gateway/people", "団体内統合宛名番号"),
                ("/gateway/connections", "送り残しの副本"),
                ("/gateway/lines", "送信待ち"),
                ("/gateway/security", "鍵の指紋"),
                ("/gateway/staff", "送る内容を登録する"),
                ("/gateway/system", "照会許可リスト"),
            ] {
                let (page, json) = both(&desk, path).await;
                assert!(page.contains(words), "{path}: {page}");
                assert!(!page.contains(dan(1).as_str()) && !json.contains(dan(1).as_str()), "{path} names somebody");
            }
        }
        world.remove().await;
    }
}

#[tokio::test]
async fn without_the_role_nobody_enters() {
    for world in worlds().await {
        let desk = Desk::open(&world.b, "4001", 4, "").await;
        for path in [
            "/gateway",
            "/gateway/records",
            "/gateway/replica",
            "/gateway/provisions",
            "/gateway/connections",
            "/gateway/lines",
            "/gateway/security",
            "/gateway/staff",
            "/gateway/system",
        ] {
            assert_eq!(desk.get(path).await.0, StatusCode::FORBIDDEN, "{path}");
        }
        drop(desk);
        world.remove().await;
    }
}

#[tokio::test]
async fn one_person_is_seen_in_a_case_only() {
    for world in worlds().await {
        answered(&world).await;
        let desk = Desk::open(&world.b, "4001", 1, ROLES).await;
        let field = format!("number={}", dan(1));
        assert_eq!(desk.post("/gateway/people", "k1", &field).await.0, StatusCode::FORBIDDEN, "no case");
        desk.open_case(None).await;
        assert_eq!(desk.post("/gateway/people", "k2", "number=123").await.0, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(desk.post("/gateway/people", "k3", &field).await.0, StatusCode::SEE_OTHER);
        let path = format!("/gateway/people/{}", dan(1));
        let (page, json) = both(&desk, &path).await;
        let city = format!("http://city.test/hub/dan/{}", dan(1));
        for words in [dan(1).as_str(), "地方税関係情報", "2026", "提供あり", "保育の利用者負担額", &city] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("120000") && !json.contains("120000"), "contents are not here");
        let other = format!("/gateway/people/{}", dan(2));
        assert!(desk.get(&other).await.0.is_client_error());
        drop(desk);
        world.remove().await;
    }
}

#[tokio::test]
async fn a_held_answer_is_registered_by_one_and_permitted_by_another() {
    for world in worlds().await {
        held(&world).await;
        let clerk = Desk::open(&world.b, "4001", 1, ROLES).await;
        let (list, _) = both(&clerk, "/gateway/provisions").await;
        assert!(list.contains("自動応答不可(人)") && list.contains("みなと市"), "{list}");
        let path = clerk.claim("gateway.held").await;
        let (page, json) = both(&clerk, &path).await;
        for words in [dan(1).as_str(), "120000", "市町村民税所得割額", "送ってよい記録", "職員の確認待ち"]
        {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(json.contains("120000"));
        assert_eq!(clerk.post(&format!("{path}/permit"), "p1", "").await.0, StatusCode::FORBIDDEN, "no rank");
        assert_eq!(clerk.post(&format!("{path}/register"), "r1", "record=2026").await.0, StatusCode::SEE_OTHER);
        let head = Desk::open(&world.b, "4002", 2, ROLES).await;
        assert!(head.get(&path).await.0.is_client_error(), "not in a case of theirs");
        let subject = count(&world.b, "select id as n from platform_subject").await;
        head.open_case(Some(subject)).await;
        let (page, _) = both(&head, &path).await;
        assert!(page.contains("送信を許可する") && page.contains("内容登録済"), "{page}");
        assert_eq!(head.post(&format!("{path}/permit"), "p2", "").await.0, StatusCode::SEE_OTHER);
        assert_eq!(head.post(&format!("{path}/permit"), "p3", "").await.0, StatusCode::CONFLICT, "once");
        drop((clerk, head));
        world.settle().await;
        let answer = single(&world.a, "SKI_11112", &json!({ "request": request(1) })).await.unwrap();
        assert_eq!(answer["shown"], json!("answered"));
        world.remove().await;
    }
}

#[tokio::test]
async fn who_registered_cannot_permit_and_who_refuses_sends_nothing() {
    for world in worlds().await {
        held(&world).await;
        let head = Desk::open(&world.b, "4002", 2, ROLES).await;
        let path = head.claim("gateway.held").await;
        assert_eq!(head.post(&format!("{path}/register"), "r1", "").await.0, StatusCode::SEE_OTHER);
        let (status, page) = head.post(&format!("{path}/permit"), "p1", "").await;
        assert!(status == StatusCode::CONFLICT && page.contains("別の職員"), "{page}");
        assert_eq!(head.post(&format!("{path}/refuse"), "n1", "").await.0, StatusCode::SEE_OTHER);
        drop(head);
        world.settle().await;
        let shown = single(&world.a, "SKI_10712", &json!({ "request": request(1) })).await.unwrap();
        assert_eq!(shown["shown"], json!("waiting"), "the asker hears nothing");
        assert_eq!(count(&world.b, "select count(*) as n from gateway_provision where state = 'REFUSED'").await, 1);
        world.remove().await;
    }
}

/// 不開示 with its side: the asker's, for the mother who fled; ours, for the person asked about; and what is being put right.
#[tokio::test]
async fn the_clerk_sees_which_side_hides_an_exchange_and_why_it_waits() {
    for world in worlds().await {
        held(&world).await;
        single(&world.a, "DBM_80111", &json!({ "dan": dan(5), "on": true })).await.unwrap();
        let mut wanted = support::calls::question(2, 1);
        wanted["made_for"] = json!([dan(5)]);
        single(&world.a, "SKI_10111", &wanted).await.unwrap();
        world.settle().await;
        single(&world.b, "DBM_80111", &json!({ "dan": dan(1), "on": true })).await.unwrap();
        single(&world.a, "SKI_10111", &support::calls::question(3, 1)).await.unwrap();
        world.settle().await;
        let hiders = async |side: &Side, number: &str| {
            let desk = Desk::open(side, number, 1, ROLES).await;
            let (page, data) = both(&desk, "/gateway/records").await;
            let data: serde_json::Value = serde_json::from_str(&data).unwrap();
            let all = data["records"].as_array().unwrap().iter().map(|r| r["hidden_by"].as_str().unwrap_or("").to_owned());
            let mut all: Vec<String> = all.collect();
            all.sort();
            assert!(page.contains("照会側の不開示") && page.contains("守る人のための照会"), "{page}");
            all
        };
        assert_eq!(hiders(&world.b, "4101").await, ["", "提供側の不開示", "照会側の不開示"]);
        assert_eq!(hiders(&world.a, "4102").await, ["", "提供側・後からの不開示", "照会側の不開示"]);
        let clerk = Desk::open(&world.b, "4103", 1, ROLES).await;
        let path = clerk.claim("gateway.held").await;
        let (page, _) = both(&clerk, &path).await;
        assert!(page.contains("自動応答不可(人)") && page.contains("本人への表示"), "{page}");
        world.b.keeper.recall(&dan(1), true).await.unwrap();
        let (page, _) = both(&clerk, &path).await;
        assert!(
            page.contains("連携の誤りを直しています") && !page.contains("120000") && !page.contains("内容を登録する"),
            "{page}"
        );
        drop(clerk);
        world.remove().await;
    }
}

#[tokio::test]
async fn an_alarm_is_seen_to_on_the_board() {
    for world in worlds().await {
        let nobody = support::calls::question(1, 1);
        single(&world.a, "SKI_10111", &nobody).await.unwrap_err();
        let desk = Desk::open(&world.a, "4001", 1, ROLES).await;
        let (page, _) = both(&desk, "/gateway").await;
        assert!(page.contains("照会を止めました: 符号が未取得です"), "{page}");
        let id = count(&world.a, "select id as n from gateway_alarm").await;
        assert_eq!(desk.post(&format!("/gateway/alarms/{id}/close"), "k1", "").await.0, StatusCode::SEE_OTHER);
        assert!(both(&desk, "/gateway").await.0.contains("警報はありません"));
        assert_eq!(desk.post(&format!("/gateway/alarms/{id}/close"), "k2", "").await.0, StatusCode::NOT_FOUND);
        drop(desk);
        world.remove().await;
    }
}

#[tokio::test]
async fn every_statement_is_valid_on_both_databases() {
    for world in worlds().await {
        for statement in programme(world.a.keeper.clone()).statements {
            let prepared = world.a.database.db.prepare(statement.sql).await;
            assert!(prepared.is_ok(), "{}: {prepared:?}", statement.name);
        }
        world.remove().await;
    }
}

#[tokio::test]
async fn the_columns_of_every_register_are_those_of_its_table() {
    for world in worlds().await {
        let mut tx = world.a.database.db.read().await.unwrap();
        for register in programme(world.a.keeper.clone()).registers {
            for column in register.columns {
                assert!(gateway::GROUPS.iter().any(|g| g.key == column.group), "{} of {}", column.name, register.table);
            }
        }
        let found = tx.all(gateway::model::ExchangeRecord::SELECT, vec![]).await.unwrap();
        assert!(found.is_empty());
        drop(tx);
        world.remove().await;
    }
}
