//! Somebody of 情報政策課 (or, with a number that begins with 2, of 医療年金課) at a browser: the real doors, session, case and forms.

use super::{TODAY, World};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use kernel::access::Action;
use kernel::ident::AtenaNo;
use platform::approval::{Acts, Word, decide};
use platform::staff::{self, NewStaff};
use platform::{Fault, StaffContext, Unit, case};
use std::sync::atomic::{AtomicU32, Ordering};
use tower::ServiceExt;
use webkit::House;

const PASSWORD: &str = "a long password of my own";

/// A browser of a member of staff.
pub struct Desk<'a> {
    pub world: &'a World,
    house: House,
    token: String,
    /// Two desks never send the same key.
    no: String,
    key: AtomicU32,
}

impl<'a> Desk<'a> {
    pub async fn open(world: &'a World, no: &str, rank: i64, roles: &str) -> Self {
        let mut tx = world.city.db().write().await.unwrap();
        let office = if no.starts_with('2') { "iryo" } else { "joho" };
        let posts = [(office, rank, roles, None)];
        let new = NewStaff { staff_no: no, name: "上田 誠", password: "first-password", posts: &posts, from: TODAY };
        staff::register(&mut tx, &new).await.unwrap();
        tx.commit().await.unwrap();
        let token = staff::sign_in(&world.city, no, "first-password", "T-1").await.unwrap();
        let house = House::new(world.city.clone(), vec![world.programme.clone()]);
        let desk = Self { world, house, token, no: no.to_owned(), key: AtomicU32::new(0) };
        staff::change_password(&world.city, &desk.staff().await, "first-password", PASSWORD).await.unwrap();
        desk
    }

    /// Somebody of 情報政策課 with an open case.
    pub async fn of_policy(world: &'a World) -> Self {
        let desk = Self::open(world, "4001", 2, "it_policy").await;
        desk.open_case().await;
        desk
    }

    /// Registers a 住登外者 with what is said of them, where changes come before the rest, and waits for 名寄せ; answers the number.
    pub async fn registers(&self, said: &[(&str, &str)], changes: &[(&str, &str)]) -> AtenaNo {
        let mut form = said.to_vec();
        form.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        form.extend(changes);
        let (status, location, page) = self.say("/hub/outsiders", &form).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        while self.world.deliver().await > 0 {}
        AtenaNo::parse(location.rsplit('/').next().unwrap()).unwrap()
    }

    /// Key of the session.
    pub fn token(&self) -> &str {
        &self.token
    }

    pub async fn staff(&self) -> StaffContext {
        staff::session(&self.world.city, &self.token).await.unwrap().unwrap()
    }

    pub async fn open_case(&self) {
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

    pub async fn get(&self, path: &str) -> (StatusCode, String) {
        let cookie = format!("atena_session={}", self.token);
        let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
        let (status, _, body) = self.send(request).await;
        (status, body)
    }

    pub async fn post(&self, path: &str, key: &str, fields: &str) -> (StatusCode, String, String) {
        let cookie = format!("atena_session={}", self.token);
        let body = format!("_csrf={}&_key=form-{key}-0001&{fields}", self.staff().await.csrf);
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    pub async fn look_up(&self, key: &str, number: &AtenaNo) -> (StatusCode, String, String) {
        self.post("/hub", key, &format!("number={number}")).await
    }

    /// A form, sent once.
    pub async fn say(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String, String) {
        let key = format!("{}say{}", self.no, self.key.fetch_add(1, Ordering::SeqCst));
        let fields: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", webkit::server::encode(value))).collect();
        self.post(path, &key, &fields.join("&")).await
    }

    /// A form with a file.
    pub async fn upload(&self, path: &str, fields: &[(&str, &str)], name: &str, body: &str) -> (StatusCode, String, String) {
        let key = format!("form-up{}-0001", self.key.fetch_add(1, Ordering::SeqCst));
        let csrf = self.staff().await.csrf;
        let hidden = [("_csrf", csrf.as_str()), ("_key", key.as_str())];
        let mut parts: Vec<String> = hidden
            .iter()
            .chain(fields)
            .map(|(name, value)| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"))
            .collect();
        let kind = "Content-Type: text/csv";
        parts.push(format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n{kind}\r\n\r\n{body}\r\n--x--\r\n"
        ));
        let request = Request::post(path)
            .header(header::COOKIE, format!("atena_session={}", self.token))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .body(Body::from(parts.concat()))
            .unwrap();
        self.send(request).await
    }

    /// A page as data.
    pub async fn api(&self, path: &str) -> serde_json::Value {
        let (status, body) = self.get(&format!("/api/v1{path}")).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Decides the newest draft.
    pub async fn decides(&self, word: Word) -> Result<(), Fault> {
        let acts = Acts::new(self.world.programme.acts.clone());
        let mut unit = Unit::change(&self.world.city, &self.staff().await, "決裁", Action::Decide).await?;
        let id: i64 = unit.tx.one("select max(id) as id from platform_draft", vec![]).await?.get("id")?;
        decide(&mut unit, &acts, id, 1, word, "確かめた").await?;
        unit.commit(()).await.map(|_| ())
    }
}
