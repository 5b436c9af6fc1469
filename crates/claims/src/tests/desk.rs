//! A member of the 医療年金課 at a browser.

use super::Month;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use kernel::time::Date;
use platform::staff::{self, NewStaff};
use platform::{City, StaffContext, case};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tower::ServiceExt;
use webkit::House;

pub struct Desk {
    city: City,
    house: House,
    token: String,
    keys: AtomicU32,
}

impl Desk {
    pub async fn open(m: &Month, no: &str, rank: i64) -> Self {
        let from = Date::constant(2026, 4, 1);
        let mut tx = m.city.db().write().await.unwrap();
        let posts = [("iryo", rank, "", None)];
        let new = NewStaff { staff_no: no, name: "試験 係", password: "first-password", posts: &posts, from };
        staff::register(&mut tx, &new).await.unwrap();
        tx.commit().await.unwrap();
        let token = staff::sign_in(&m.city, no, "first-password", "T-1").await.unwrap();
        let house = House::new(m.city.clone(), vec![crate::programme(Arc::new(super::TestScheme))]);
        let desk = Self { city: m.city.clone(), house, token, keys: 1.into() };
        staff::change_password(&m.city, &desk.staff().await, "first-password", "a long password of my own").await.unwrap();
        let who = desk.staff().await;
        let mut tx = m.city.db().write().await.unwrap();
        let number = kernel::ident::AtenaNo::issue(100).unwrap();
        let child = platform::subject::of(&mut tx, &number).await.unwrap();
        let opened = case::open(&m.city, &mut tx, &who, "通知", "審査月", &[child]).await.unwrap();
        case::resume(&mut tx, &who, opened.id).await.unwrap();
        tx.commit().await.unwrap();
        desk
    }

    pub async fn staff(&self) -> StaffContext {
        staff::session(&self.city, &self.token).await.unwrap().unwrap()
    }

    pub async fn ask(&self, method: Method, path: &str, kind: &str, body: Vec<u8>) -> (StatusCode, Vec<u8>) {
        let cookie = format!("atena_session={}", self.token);
        let request =
            Request::builder().method(method).uri(path).header(header::COOKIE, cookie).header(header::CONTENT_TYPE, kind);
        let response = self.house.router().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        (response.status(), response.into_body().collect().await.unwrap().to_bytes().to_vec())
    }

    pub async fn bytes(&self, path: &str) -> (StatusCode, Vec<u8>) {
        self.ask(Method::GET, path, "text/plain", vec![]).await
    }

    pub async fn get(&self, path: &str) -> (StatusCode, String) {
        let (status, body) = self.bytes(path).await;
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    fn next_key(&self) -> String {
        format!("form-key-{:06}", self.keys.fetch_add(1, Ordering::SeqCst))
    }

    pub async fn post(&self, path: &str, fields: &str) -> (StatusCode, String) {
        let body = format!("_csrf={}&_key={}&{fields}", self.staff().await.csrf, self.next_key());
        let (status, body) = self.ask(Method::POST, path, "application/x-www-form-urlencoded", body.into_bytes()).await;
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    pub async fn upload(&self, path: &str, field: (&str, &str), name: &str, file: &[u8]) -> (StatusCode, String) {
        let (csrf, key) = (self.staff().await.csrf, self.next_key());
        let mut body = vec![];
        for (field, value) in [field, ("_csrf", csrf.as_str()), ("_key", key.as_str())] {
            body.extend(format!("--part\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes());
        }
        let head = format!("--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        body.extend(head.bytes().chain(file.iter().copied()).chain(b"\r\n--part--\r\n".iter().copied()));
        let (status, body) = self.ask(Method::POST, path, "multipart/form-data; boundary=part", body).await;
        (status, String::from_utf8_lossy(&body).into_owned())
    }
}
