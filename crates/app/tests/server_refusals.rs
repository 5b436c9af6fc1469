//! Bad input and bad days at the server: a clear sentence, and nothing half-saved.
//!
//! A full disk is SQLite's own page limit, which takes the same path through the engine as a full file system. A database that goes
//! away is PostgreSQL ending the connections, and SQLite closed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what does not hold stops the test")]

use app::cities::MINATO;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use kernel::Date;
use platform::db::migrate;
use platform::keys::Keys;
use platform::staff::{self, NewStaff};
use platform::testing::{FixedClock, TestDatabase, fresh_postgres, fresh_sqlite};
use platform::{StaffContext, params};
use std::sync::Arc;
use tower::ServiceExt;
use webkit::House;
use webkit::server::{COOKIE, encode};

const TODAY: Date = Date::constant(2026, 11, 20);
const CASES: &str = "select count(*) as n from platform_case";

struct Office {
    house: House,
    clock: Arc<FixedClock>,
    database: TestDatabase,
}

/// One clerk at a browser.
struct Clerk {
    token: String,
    csrf: String,
}

struct Answer {
    status: StatusCode,
    location: String,
    kind: String,
    text: String,
}

async fn offices() -> Vec<Office> {
    let mut all = vec![];
    for database in [Some(fresh_sqlite().await.unwrap()), fresh_postgres().await.unwrap()].into_iter().flatten() {
        let programmes = app::programmes();
        let clock = Arc::new(FixedClock::noon(TODAY));
        migrate(&database.db, &app::migrations(&programmes), kernel::time::Timestamp::UNIX_EPOCH).await.unwrap();
        let db = app::raise_walls(database.db.clone(), &programmes).await.unwrap();
        let house = app::house(db, Keys::ephemeral().unwrap(), clock.clone(), MINATO.profile(), programmes).unwrap();
        all.push(Office { house, clock, database });
    }
    all
}

impl Office {
    async fn hire(&self, staff_no: &str, posts: &[(&str, i64, &str, Option<&str>)]) -> Clerk {
        let city = &self.house.city;
        let mut tx = city.db().write().await.unwrap();
        let new =
            NewStaff { staff_no, name: "大谷 真央", password: "one-time password", posts, from: Date::constant(2026, 4, 1) };
        staff::register(&mut tx, &new).await.unwrap();
        tx.commit().await.unwrap();
        let token = staff::sign_in(city, staff_no, "one-time password", "T-1").await.unwrap();
        let context = staff::session(city, &token).await.unwrap().unwrap();
        staff::change_password(city, &context, "one-time password", "a password of my own").await.unwrap();
        Clerk { token, csrf: context.csrf }
    }

    async fn clerk(&self, staff_no: &str) -> Clerk {
        self.hire(staff_no, &[("shimin", 1, "", None)]).await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response: Response<Body> = self.house.router().oneshot(request).await.unwrap();
        let text = |name| response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let (status, location, kind) = (response.status(), text(header::LOCATION), text(header::CONTENT_TYPE));
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, location, kind, text: String::from_utf8_lossy(&body).into_owned() }
    }

    async fn get(&self, clerk: &Clerk, path: &str) -> Answer {
        let cookie = format!("{COOKIE}={}", clerk.token);
        self.send(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, clerk: &Clerk, path: &str, key: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = format!("_csrf={}&_key={key}", clerk.csrf);
        for (name, value) in fields {
            body.push_str(&format!("&{name}={}", encode(value)));
        }
        self.post_raw(clerk, path, "application/x-www-form-urlencoded", body).await
    }

    async fn post_raw(&self, clerk: &Clerk, path: &str, kind: &str, body: String) -> Answer {
        let cookie = format!("{COOKIE}={}", clerk.token);
        let request = Request::post(path).header(header::COOKIE, cookie).header(header::CONTENT_TYPE, kind);
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn open_case(&self, clerk: &Clerk, key: &str) -> Answer {
        self.post(clerk, "/case", key, &[("title", "転入の届出"), ("ground", "受付")]).await
    }

    async fn cases(&self) -> i64 {
        self.house.city.db().read().await.unwrap().one(CASES, params![]).await.unwrap().get("n").unwrap()
    }

    async fn session(&self, clerk: &Clerk) -> StaffContext {
        staff::session(&self.house.city, &clerk.token).await.unwrap().unwrap()
    }
}

#[track_caller]
fn says(answer: &Answer, status: StatusCode, words: &[&str]) {
    assert_eq!(answer.status, status, "{}", answer.text);
    for word in words {
        assert!(answer.text.contains(word), "{word} is not said: {}", answer.text);
    }
}

#[tokio::test]
async fn the_same_form_sent_twice_is_one_case_and_anothers_key_is_no_key_of_mine() {
    for office in offices().await {
        let (one, two) = (office.clerk("1001").await, office.clerk("1002").await);
        for _ in 0..2 {
            assert_eq!(office.open_case(&one, "key-of-one").await.location, "/case", "{}", office.database.db.engine());
        }
        assert_eq!(office.cases().await, 1);
        // A forged key of a colleague neither answers with the colleague's outcome nor blocks them.
        office.open_case(&two, "key-of-one").await;
        assert_eq!(office.cases().await, 2);
        says(&office.open_case(&one, "short").await, StatusCode::UNPROCESSABLE_ENTITY, &["二重登録を防ぐ番号がありません"]);
        assert_eq!(office.cases().await, 2);
        office.database.remove().await;
    }
}

#[tokio::test]
async fn forged_and_broken_forms_are_refused_and_store_nothing() {
    for office in offices().await {
        let (one, two) = (office.clerk("1001").await, office.clerk("1002").await);
        let stolen = Clerk { token: one.token.clone(), csrf: two.csrf.clone() };
        says(&office.open_case(&stolen, "first-key").await, StatusCode::FORBIDDEN, &["この送信は受け付けられません"]);
        let long = "あ".repeat(1_001);
        let fields = [("title", long.as_str()), ("ground", "受付")];
        says(&office.post(&one, "/case", "second-key", &fields).await, StatusCode::UNPROCESSABLE_ENTITY, &["長すぎます"]);
        let fields = [("title", "転入"), ("ground", "好奇心")];
        says(
            &office.post(&one, "/case", "third-key", &fields).await,
            StatusCode::UNPROCESSABLE_ENTITY,
            &["始まりを選んでください"],
        );
        let huge = "x".repeat((1 << 20) + 1);
        says(
            &office.post(&one, "/case", "fourth-key", &[("title", &huge)]).await,
            StatusCode::UNPROCESSABLE_ENTITY,
            &["大きすぎます"],
        );
        let form = "application/x-www-form-urlencoded";
        let sjis = office.post_raw(&one, "/case", "application/json", "{ not json".into()).await;
        says(&sjis, StatusCode::UNPROCESSABLE_ENTITY, &["JSONとして読めません"]);
        let nested = r#"{"title": {"a": 1}}"#;
        let nested = office.post_raw(&one, "/api/v1/case", "application/json", nested.into()).await;
        says(&nested, StatusCode::UNPROCESSABLE_ENTITY, &["平らなJSON"]);
        says(&office.post_raw(&one, "/case", form, String::new()).await, StatusCode::FORBIDDEN, &["受け付けられません"]);
        says(&office.post(&one, "/case/resume", "fifth-key1", &[("case", "99999")]).await, StatusCode::NOT_FOUND, &["案件"]);
        assert_eq!(office.cases().await, 0, "{}", office.database.db.engine());
        // Fields that nobody asked for change nothing: who opened the case comes from the session.
        let fields = [("title", "転入の届出"), ("ground", "受付"), ("opened_by", "0000"), ("office", "iryo")];
        assert_eq!(office.post(&one, "/case", "sixth-key1", &fields).await.location, "/case");
        let mut tx = office.house.city.db().read().await.unwrap();
        let row = tx.one("select opened_by, office from platform_case", params![]).await.unwrap();
        let found: (String, String) = (row.get("opened_by").unwrap(), row.get("office").unwrap());
        assert_eq!(found, ("1001".to_owned(), "shimin".to_owned()));
        drop(tx);
        office.database.remove().await;
    }
}

#[tokio::test]
async fn a_page_of_another_day_cannot_write() {
    for office in offices().await {
        let one = office.clerk("1001").await;
        let fields = [("title", "転入の届出"), ("ground", "受付"), ("_other_day", "2025-04-01")];
        says(&office.post(&one, "/case", "first-key", &fields).await, StatusCode::CONFLICT, &["この画面からは書き込めません"]);
        for query in ["as_of=2025-04-01", "known_at=2025-04-01"] {
            let answer = office.post(&one, &format!("/case?{query}"), "second-key", &fields[..2]).await;
            says(&answer, StatusCode::CONFLICT, &["この画面からは書き込めません"]);
            let page = office.get(&one, &format!("/?{query}")).await;
            assert!(page.text.contains("name=\"_other_day\""), "the forms of the page say where they come from");
        }
        assert!(!office.get(&one, "/?as_of=2026-11-20").await.text.contains("_other_day"), "today is no other day");
        assert_eq!(office.cases().await, 0);
        office.database.remove().await;
    }
}

#[tokio::test]
async fn an_expired_sign_in_leads_to_the_door_and_stores_nothing() {
    for office in offices().await {
        let one = office.clerk("1001").await;
        office.clock.pass_minutes(15);
        assert_eq!(office.open_case(&one, "first-key").await.location, "/session/locked", "idle: locked, not written");
        office.clock.pass_minutes(12 * 60);
        assert_eq!(office.get(&one, "/jobs").await.location, "/sign-in?next=/jobs");
        assert_eq!(office.open_case(&one, "first-key").await.location, "/sign-in");
        let api = office.get(&one, "/api/v1/jobs").await;
        says(&api, StatusCode::UNAUTHORIZED, &["サインインしていないか、時間が過ぎました", "サインインし直して"]);
        assert_eq!(office.cases().await, 0);
        office.database.remove().await;
    }
}

#[tokio::test]
async fn an_error_of_the_api_is_a_problem_of_rfc_9457() {
    for office in offices().await {
        let one = office.clerk("1001").await;
        for (path, status) in [("/api/v1/jobs/99999", 404), ("/api/v1/audit", 403)] {
            let answer = office.get(&one, path).await;
            assert_eq!((answer.status.as_u16(), answer.kind.as_str()), (status, "application/problem+json"), "{path}");
            let problem: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
            assert_eq!(problem["status"], status);
            assert!(problem["type"].as_str().unwrap().starts_with("urn:atena:"));
            assert!(!problem["title"].as_str().unwrap().is_empty() && problem["detail"].as_str().unwrap().contains('。'));
        }
        let answer = office.post(&one, "/api/v1/case", "first-key", &[("title", ""), ("ground", "受付")]).await;
        let problem: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
        assert_eq!((answer.status.as_u16(), &problem["errors"][0]["field"]), (422, &serde_json::json!("title")));
        office.database.remove().await;
    }
}

#[tokio::test]
async fn a_person_in_two_offices_acts_as_one_of_them() {
    for office in offices().await {
        let both = office.hire("1001", &[("shimin", 2, "", None), ("iryo", 2, "auditor", None)]).await;
        assert_eq!(office.get(&both, "/").await.location, "/session/purpose", "nothing before one is chosen");
        let mut tx = office.house.city.db().read().await.unwrap();
        let posts = staff::posts(&mut tx, "1001", TODAY).await.unwrap();
        drop(tx);
        for (post, purpose, open, shut) in [
            (&posts[0], "juki", "/juki/search", "/kodomo/recipients"),
            (&posts[1], "kodomo", "/kodomo/recipients", "/juki/search"),
        ] {
            let chosen = format!("{}:{purpose}", post.id);
            office.post(&both, "/session/purpose", "ignored-key", &[("purpose", &chosen)]).await;
            office.open_case(&both, &format!("case-for-{purpose}")).await;
            assert_eq!(office.get(&both, open).await.status, StatusCode::OK, "{purpose}");
            assert_eq!(office.get(&both, shut).await.status, StatusCode::FORBIDDEN, "{purpose}");
            // The role of the other post is not carried along.
            assert_eq!(office.get(&both, "/audit").await.status.is_success(), purpose == "kodomo");
            let forged = format!("{}:{}", post.id, if purpose == "juki" { "kodomo" } else { "juki" });
            assert_eq!(office.post(&both, "/session/purpose", "k", &[("purpose", &forged)]).await.status, StatusCode::FORBIDDEN);
            assert_eq!(office.session(&both).await.purpose.as_deref(), Some(purpose));
        }
        office.database.remove().await;
    }
}

#[tokio::test]
async fn a_full_disk_stores_nothing_and_says_so_until_there_is_room() {
    let office = offices().await.swap_remove(0);
    let one = office.clerk("1001").await;
    office.open_case(&one, "before-key").await;
    let limit = async |pages: &'static str| {
        let mut tx = office.house.city.db().write().await.unwrap();
        tx.all(pages, params![]).await.unwrap();
        tx.commit().await.unwrap();
    };
    limit("pragma max_page_count = 1").await;
    let mut full = 0;
    for n in 0..200 {
        let before = office.cases().await;
        let answer = office.open_case(&one, &format!("key-number-{n}")).await;
        if answer.status != StatusCode::SEE_OTHER {
            says(&answer, StatusCode::SERVICE_UNAVAILABLE, &["書き込めません", "何も保存していません"]);
            assert_eq!(office.cases().await, before, "not half a case");
            full = n;
            break;
        }
    }
    assert!(full > 0, "the limit was reached");
    limit("pragma max_page_count = 1000000").await;
    let before = office.cases().await;
    assert_eq!(
        office.open_case(&one, &format!("key-number-{full}")).await.location,
        "/case",
        "the same form, once there is room"
    );
    assert_eq!(office.cases().await, before + 1);
    platform::audit::seal(office.house.city.db(), office.house.city.keys(), office.house.city.clock()).await.unwrap();
    office.database.remove().await;
}

#[tokio::test]
async fn a_database_that_another_program_holds_is_busy_not_broken() {
    let office = offices().await.swap_remove(0);
    let one = office.clerk("1001").await;
    let other = platform::db::Db::open(None, office.database.file.as_ref().unwrap()).await.unwrap();
    let held = other.write().await.unwrap();
    says(&office.open_case(&one, "first-key").await, StatusCode::CONFLICT, &["ほかの人の処理と重なりました", "もう一度"]);
    drop(held);
    other.close().await;
    assert_eq!(office.cases().await, 0);
    assert_eq!(office.open_case(&one, "first-key").await.location, "/case");
    office.database.remove().await;
}

#[tokio::test]
async fn a_database_that_goes_away_in_mid_request_loses_the_request_and_nothing_else() {
    for office in offices().await {
        let one = office.clerk("1001").await;
        let city = office.house.city.clone();
        if city.db().engine() == "postgres" {
            let staff = office.session(&one).await;
            let mut unit = platform::Unit::change(&city, &staff, "試験", kernel::access::Action::Draft).await.unwrap();
            platform::case::open(&city, &mut unit.tx, &staff, "受付", "途中", &[]).await.unwrap();
            let mut tx = city.db().read().await.unwrap();
            let end = "select count(pg_terminate_backend(pid)) as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
            tx.all(end, params![]).await.unwrap();
            drop(tx);
            let fault = unit.commit(()).await.expect_err("the connection is gone");
            assert_eq!(fault.kind, platform::fault::FaultKind::Unavailable, "{fault}");
            assert_eq!(office.cases().await, 0, "nothing of it was stored");
            assert_eq!(office.open_case(&one, "first-key").await.location, "/case", "the next request has a new connection");
        }
        city.db().close().await;
        says(&office.get(&one, "/").await, StatusCode::SERVICE_UNAVAILABLE, &["データベースに接続できません", "時間をおいて"]);
        says(&office.open_case(&one, "second-key").await, StatusCode::SERVICE_UNAVAILABLE, &["データベースに接続できません"]);
        office.database.remove().await;
    }
}

#[tokio::test]
async fn every_route_and_register_names_declared_field_groups_only() {
    let office = offices().await.swap_remove(0);
    let house = &office.house;
    for route in house.routes() {
        let (needs, purposes) = match route.door {
            webkit::Door::Needs { needs, purposes } => (needs, purposes),
            webkit::Door::System { scope, needs, .. } => {
                assert_eq!(scope.split(':').count(), 3, "{}", route.path);
                (needs, &[][..])
            }
            webkit::Door::Open | webkit::Door::Session => {
                assert!(route.path.starts_with("/sign-") || route.path.starts_with("/session/"), "{} has no door", route.path);
                continue;
            }
        };
        assert!(!needs.is_empty(), "{}", route.path);
        for (_, group) in needs {
            assert!(house.city.policy().group(group).is_some(), "{} asks for {group}, which is not declared", route.path);
        }
        for purpose in purposes {
            assert!(house.city.purpose(purpose).is_some(), "{} is for {purpose}, which is not declared", route.path);
        }
    }
    for programme in house.programmes.iter() {
        for register in &programme.registers {
            for column in register.columns {
                let group = house.city.policy().group(column.group);
                assert!(group.is_some(), "{}.{}: {} is not declared", register.table, column.name, column.group);
            }
        }
        for nav in &programme.nav {
            assert!(house.routes().any(|r| r.path == nav.path && r.method == webkit::route::Method::Get), "{}", nav.path);
        }
        for act in &programme.acts {
            assert!(house.city.policy().group(act.group()).is_some(), "{}: {} is not declared", act.code(), act.group());
        }
    }
    office.database.remove().await;
}
