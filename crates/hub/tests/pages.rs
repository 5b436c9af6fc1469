//! The pages of the hub through the real doors: session, case, form and record.

#![expect(clippy::unwrap_used, reason = "a test that cannot reach its page has failed")]

mod support;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use kernel::access::Action;
use kernel::ident::AtenaNo;
use platform::staff::{self, NewStaff};
use platform::{StaffContext, Unit, case, task};
use support::{TODAY, World, atena, my_number, worlds};
use tower::ServiceExt;
use webkit::House;

const PASSWORD: &str = "a long password of my own";

/// 上田さん of 情報政策課 at a browser.
struct Desk<'a> {
    world: &'a World,
    house: House,
    token: String,
}

impl<'a> Desk<'a> {
    async fn open(world: &'a World, roles: &str) -> Self {
        let mut tx = world.city.db().write().await.unwrap();
        let posts = [("joho", 2, roles, None)];
        let new = NewStaff { staff_no: "4001", name: "上田 誠", password: "first-password", posts: &posts, from: TODAY };
        staff::register(&mut tx, &new).await.unwrap();
        tx.commit().await.unwrap();
        let token = staff::sign_in(&world.city, "4001", "first-password", "T-1").await.unwrap();
        let house = House::new(world.city.clone(), vec![world.programme.clone()]);
        let desk = Self { world, house, token };
        staff::change_password(&world.city, &desk.staff().await, "first-password", PASSWORD).await.unwrap();
        desk
    }

    async fn staff(&self) -> StaffContext {
        staff::session(&self.world.city, &self.token).await.unwrap().unwrap()
    }

    async fn open_case(&self) {
        let staff = self.staff().await;
        let mut tx = self.world.city.db().write().await.unwrap();
        let opened = case::open(&self.world.city, &mut tx, &staff, "受付", "統合宛名の照会", &[]).await.unwrap();
        case::resume(&mut tx, &staff, opened.id).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, String, String) {
        let response = self.house.router().oneshot(request).await.unwrap();
        let location = response.headers().get(header::LOCATION).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, location, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        let cookie = format!("atena_session={}", self.token);
        let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
        let (status, _, body) = self.send(request).await;
        (status, body)
    }

    async fn post(&self, path: &str, key: &str, fields: &str) -> (StatusCode, String, String) {
        let cookie = format!("atena_session={}", self.token);
        let body = format!("_csrf={}&_key=form-{key}-0001&{fields}", self.staff().await.csrf);
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    async fn look_up(&self, key: &str, number: &AtenaNo) -> (StatusCode, String, String) {
        self.post("/hub", key, &format!("number={number}")).await
    }
}

#[tokio::test]
async fn a_clerk_counts_without_a_case_and_looks_one_person_up_with_one() {
    for world in worlds().await {
        world.enters(&atena(1), my_number(1)).await;
        world.enters(&atena(2), my_number(2)).await;
        world.corrected(&atena(1), my_number(3)).await;
        world.linked("kodomo", "1234566", &atena(1)).await;
        world.deliver().await;
        let dan_no = world.dan_no("juki", &atena(1)).await.unwrap();
        let desk = Desk::open(&world, "it_policy").await;
        let (status, page) = desk.get("/hub").await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("2件") && page.contains("子ども医療") && page.contains("住民記録"), "{page}");
        assert!(!page.contains(&dan_no) && !page.contains(atena(1).as_str()), "the counts name nobody");
        // Without a case nobody is looked up, and nobody's page opens.
        assert_eq!(desk.look_up("k1", &atena(1)).await.0, StatusCode::FORBIDDEN);
        let (status, page) = desk.get(&format!("/hub/{}", atena(1))).await;
        assert!(status == StatusCode::FORBIDDEN && !page.contains(&dan_no));
        desk.open_case().await;
        assert_eq!(desk.get(&format!("/hub/{}", atena(1))).await.0, StatusCode::FORBIDDEN, "not a subject of the case yet");
        let (status, location, _) = desk.look_up("k2", &atena(1)).await;
        assert_eq!((status, location), (StatusCode::SEE_OTHER, format!("/hub/{}", atena(1))));
        let (status, page) = desk.get(&format!("/hub/{}", atena(1))).await;
        assert_eq!(status, StatusCode::OK);
        for shown in [dan_no.as_str(), "1234566", atena(1).as_str(), "令和8年11月20日"] {
            assert!(page.contains(shown), "{shown}");
        }
        for hidden in [my_number(1), my_number(3)] {
            assert!(!page.contains(hidden.expose()));
        }
        let (_, json) = desk.get(&format!("/api/v1/hub/{}", atena(1))).await;
        assert!(json.contains(&dan_no) && json.contains("1234566") && json.contains("2026-11-20"), "{json}");
        assert_eq!(desk.get(&format!("/hub/{}", atena(2))).await.0, StatusCode::FORBIDDEN, "only the person asked for");
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_wrong_number_is_named_beside_its_field() {
    for world in worlds().await {
        let desk = Desk::open(&world, "it_policy").await;
        desk.open_case().await;
        for (key, typed, said) in [
            ("a", "123", "宛名番号は15桁です"),
            ("b", "000000000000001", "検査数字"),
            ("c", atena(9).as_str(), "この宛名番号の記録はありません"),
            ("d", "", "宛名番号"),
        ] {
            let (status, _, page) = desk.post("/hub", key, &format!("number={typed}")).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
            assert!(page.contains(said) && page.contains(&format!("value=\"{typed}\"")), "{typed}: {page}");
        }
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_clerk_of_the_office_without_the_role_stays_outside() {
    for world in worlds().await {
        world.enters(&atena(1), my_number(1)).await;
        let desk = Desk::open(&world, "").await;
        desk.open_case().await;
        assert_eq!(desk.get("/hub").await.0, StatusCode::FORBIDDEN);
        assert_eq!(desk.look_up("k", &atena(1)).await.0, StatusCode::FORBIDDEN);
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn what_the_hub_doubts_is_claimed_looked_at_and_ended() {
    for world in worlds().await {
        world.enters(&atena(1), my_number(1)).await;
        world.enters(&atena(2), my_number(1)).await;
        let desk = Desk::open(&world, "it_policy").await;
        let staff = desk.staff().await;
        let mut unit = Unit::change(&world.city, &staff, "ホーム", Action::Draft).await.unwrap();
        let waiting = task::open(&mut unit).await.unwrap();
        assert_eq!(waiting.len(), 1);
        let claimed = task::claim(&mut unit, waiting.first().unwrap().id).await.unwrap();
        unit.commit(()).await.unwrap();
        let (_, pattern) = world.programme.task_pages.iter().find(|(kind, _)| *kind == claimed.kind).unwrap();
        let path = pattern.replace("{reference}", &claimed.reference.unwrap());
        let (status, page) = desk.get(&path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("確認を終える"));
        assert_eq!(desk.post(&format!("{path}/checked"), "k", "").await.0, StatusCode::SEE_OTHER);
        let mut unit = Unit::look(&world.city, &staff, "ホーム", Action::Look).await.unwrap();
        assert_eq!(task::open(&mut unit).await.unwrap(), vec![]);
        drop((unit, desk));
        world.database.remove().await;
    }
}
