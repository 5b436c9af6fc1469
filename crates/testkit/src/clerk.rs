//! Somebody at a desk: the real doors, session, case and forms of a house, without a network in between.

use crate::browser::{Browser, Page};
use anyhow::{Context, ensure};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use kernel::ident::AtenaNo;
use platform::staff::{self, NewStaff};
use platform::{City, StaffContext, case, subject};
use std::sync::atomic::{AtomicU32, Ordering};
use tower::ServiceExt;
use webkit::{House, Programme};

const FIRST: &str = "first-password";
const OWN: &str = "a long password of my own";
const BOUNDARY: &str = "----atena-clerk";

/// What a clerk is.
#[derive(Debug, Clone, Copy)]
pub struct Post<'a> {
    /// Staff number.
    pub no: &'a str,
    /// Office.
    pub office: &'a str,
    /// Rank.
    pub rank: i64,
    /// Roles, separated by commas.
    pub roles: &'a str,
}

/// An answer: status, where it leads, content.
pub type Answer = (StatusCode, String, String);

/// A clerk who has signed in.
pub struct Clerk {
    city: City,
    house: House,
    token: String,
    key: AtomicU32,
}

impl Clerk {
    /// Registers and signs in a clerk of a city with these programmes.
    ///
    /// # Errors
    /// What the city refuses.
    pub async fn sign_in(city: &City, programmes: Vec<Programme>, post: Post<'_>) -> anyhow::Result<Self> {
        let Post { no, office, rank, roles } = post;
        let posts = [(office, rank, roles, None)];
        let mut tx = city.db().write().await?;
        staff::register(&mut tx, &NewStaff { staff_no: no, name: no, password: FIRST, posts: &posts, from: city.today() })
            .await?;
        tx.commit().await?;
        let token = staff::sign_in(city, no, FIRST, "T-1").await?;
        let house = House::new(city.clone(), programmes);
        let clerk = Self { city: city.clone(), house, token, key: AtomicU32::new(0) };
        staff::change_password(city, &clerk.staff().await?, FIRST, OWN).await?;
        Ok(clerk)
    }

    /// The session.
    ///
    /// # Errors
    /// A session that has ended.
    pub async fn staff(&self) -> anyhow::Result<StaffContext> {
        staff::session(&self.city, &self.token).await?.context("the session has ended")
    }

    /// Opens a case about people.
    ///
    /// # Errors
    /// What the city refuses.
    pub async fn open_case(&self, people: &[&AtenaNo]) -> anyhow::Result<()> {
        let staff = self.staff().await?;
        let mut tx = self.city.db().write().await?;
        let mut subjects = vec![];
        for who in people {
            subjects.push(subject::of(&mut tx, who).await?);
        }
        let opened = case::open(&self.city, &mut tx, &staff, "受付", "試験", &subjects).await?;
        case::resume(&mut tx, &staff, opened.id).await?;
        Ok(tx.commit().await?)
    }

    /// The same session in a real browser; answers the address that the pages stand under.
    ///
    /// # Errors
    /// No browser, or no port.
    pub async fn in_browser(&self) -> anyhow::Result<(Page, String)> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let at = format!("http://{}", listener.local_addr()?);
        let start = || async { axum::response::Html("<!doctype html><title>start</title><link rel=icon href=data:,>") };
        let router = self.house.clone().over_plain_http().router().route("/start", axum::routing::get(start));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let page = Browser::shared().await?.page().await?;
        page.goto(&format!("{at}/start")).await?;
        page.eval(&format!("document.cookie = '{}; path=/'", self.cookie())).await?;
        Ok((page, at))
    }

    async fn send(&self, request: Request<Body>) -> anyhow::Result<Answer> {
        let response = self.house.router().oneshot(request).await?;
        let location = response.headers().get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        Ok((status, location, String::from_utf8_lossy(&body).into_owned()))
    }

    fn cookie(&self) -> String {
        format!("atena_session={}", self.token)
    }

    /// Opens a page.
    ///
    /// # Errors
    /// What stands in the way of asking; a refusal is an answer.
    pub async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.send(Request::get(path).header(header::COOKIE, self.cookie()).body(Body::empty())?).await
    }

    /// A page as data.
    ///
    /// # Errors
    /// Any answer but 200.
    pub async fn api(&self, path: &str) -> anyhow::Result<serde_json::Value> {
        let (status, _, body) = self.get(&format!("/api/v1{path}")).await?;
        ensure!(status == StatusCode::OK, "{path} {status}: {body}");
        Ok(serde_json::from_str(&body)?)
    }

    /// Sends a form once, with the files that are named.
    ///
    /// # Errors
    /// As [`Clerk::get`].
    pub async fn says(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &str)]) -> anyhow::Result<Answer> {
        let csrf = self.staff().await?.csrf;
        let key = format!("clerk-{}-0001", self.key.fetch_add(1, Ordering::SeqCst));
        let hidden = [("_csrf", csrf.as_str()), ("_key", key.as_str())];
        let part = |head: String, body: &str| format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n");
        let mut body = String::new();
        for (name, value) in hidden.iter().chain(fields) {
            body.push_str(&part(format!("name=\"{name}\""), value));
        }
        for (name, file, content) in files {
            body.push_str(&part(format!("name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: text/csv"), content));
        }
        body.push_str(&format!("--{BOUNDARY}--\r\n"));
        let request = Request::post(path)
            .header(header::COOKIE, self.cookie())
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
            .body(Body::from(body))?;
        self.send(request).await
    }
}
