//! A member of staff at a browser: follows the pages of the router with cookies, hidden fields and redirects, and has no other way in.

use anyhow::{Context, bail};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::TcpStream;
use tower::ServiceExt;
use webkit::server::encode;

/// Forms that the browsers of this process have sent.
static KEYS: AtomicU64 = AtomicU64::new(1);

/// One signed-in person.
pub struct Browser {
    router: Router,
    cookie: String,
    /// Who sits there.
    pub name: String,
    /// Body of the last page.
    pub page: String,
    /// Body of the last document that was fetched.
    pub last: Vec<u8>,
    /// Status of the last answer.
    pub status: StatusCode,
    /// Address of the last page.
    pub address: String,
}

impl Browser {
    /// A browser without a session.
    pub fn new(router: Router, name: &str) -> Self {
        Self {
            router,
            cookie: String::new(),
            name: name.into(),
            page: String::new(),
            last: vec![],
            status: StatusCode::OK,
            address: "/".into(),
        }
    }

    /// A browser of the server that listens at `address` (host and port): each request goes over a connection of its own.
    pub fn at(address: &str, name: &str) -> Self {
        let address = address.to_owned();
        let forward = move |request: Request<Body>| {
            let address = address.clone();
            async move {
                let answer = forward(&address, request).await;
                answer.unwrap_or_else(|e| {
                    let mut broken = Response::new(Body::from(e.to_string()));
                    *broken.status_mut() = StatusCode::BAD_GATEWAY;
                    broken
                })
            }
        };
        Self::new(Router::new().fallback(forward), name)
    }

    /// The same session as another browser's.
    #[must_use]
    pub fn with_cookie(mut self, cookie: &str) -> Self {
        cookie.clone_into(&mut self.cookie);
        self
    }

    /// The session's cookie, as sent.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    async fn send(&mut self, request: Request<Body>) -> anyhow::Result<Response<Body>> {
        let response = self.router.clone().oneshot(request).await.context("the router does not answer")?;
        if let Some(cookie) = response.headers().get(header::SET_COOKIE).and_then(|c| c.to_str().ok()) {
            self.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        }
        self.status = response.status();
        Ok(response)
    }

    async fn body(response: Response<Body>) -> anyhow::Result<Vec<u8>> {
        Ok(response.into_body().collect().await.context("the answer broke off")?.to_bytes().to_vec())
    }

    /// Opens a page, following redirects.
    pub async fn open(&mut self, address: &str) -> anyhow::Result<&str> {
        let mut address = address.to_owned();
        for _ in 0..6 {
            let request = Request::get(&address).header(header::COOKIE, &self.cookie).body(Body::empty())?;
            let response = self.send(request).await?;
            self.address.clone_from(&address);
            match response.headers().get(header::LOCATION).and_then(|l| l.to_str().ok()) {
                Some(location) => address = location.to_owned(),
                None => {
                    self.page = String::from_utf8_lossy(&Self::body(response).await?).into_owned();
                    return Ok(&self.page);
                }
            }
        }
        bail!("{address} leads round in circles")
    }

    /// Fetches a document.
    pub async fn fetch(&mut self, address: &str) -> anyhow::Result<Vec<u8>> {
        let request = Request::get(address).header(header::COOKIE, &self.cookie).body(Body::empty())?;
        let response = self.send(request).await?;
        self.last = Self::body(response).await?;
        Ok(self.last.clone())
    }

    /// What another system of the city sends (庁内連携): a body under its own authority, without a session. Answers the JSON.
    pub async fn system(&mut self, path: &str, authority: &str, kind: &str, body: String) -> anyhow::Result<serde_json::Value> {
        let request = Request::post(path).header(header::AUTHORIZATION, authority).header(header::CONTENT_TYPE, kind);
        let response = self.send(request.body(Body::from(body))?).await?;
        let answer = Self::body(response).await?;
        serde_json::from_slice(&answer).with_context(|| format!("{path} does not answer JSON ({})", self.status))
    }

    /// The API's answer to a GET.
    pub async fn api(&mut self, path: &str) -> anyhow::Result<serde_json::Value> {
        let bytes = self.fetch(&format!("/api/v1{path}")).await?;
        serde_json::from_slice(&bytes).with_context(|| format!("{path} does not answer JSON ({})", self.status))
    }

    fn hidden(&self) -> BTreeMap<String, String> {
        let mut fields = BTreeMap::new();
        for tag in self.page.split("<input").skip(1).filter(|t| t.contains("type=\"hidden\"")) {
            let attribute =
                |name: &str| tag.split(&format!("{name}=\"")).nth(1).and_then(|v| v.split('"').next()).map(str::to_owned);
            if let (Some(name), Some(value)) = (attribute(" name"), attribute(" value")) {
                fields.insert(name, value);
            }
        }
        // A form of another part of the page must not lend its key: each sending has its own, as each rendered form has.
        fields.insert("_key".into(), format!("story-{:08}", KEYS.fetch_add(1, Ordering::Relaxed)));
        fields.retain(|name, _| name.starts_with('_'));
        fields
    }

    /// Fills in the form of the open page and sends it; follows where it leads.
    pub async fn post(&mut self, address: &str, values: &[(&str, &str)]) -> anyhow::Result<&str> {
        let request = self.form(address, values)?;
        self.follow(request).await
    }

    /// Sends the form of the open page and takes the document that answers.
    pub async fn post_file(&mut self, address: &str, values: &[(&str, &str)]) -> anyhow::Result<Vec<u8>> {
        let request = self.form(address, values)?;
        let response = self.send(request).await?;
        self.last = Self::body(response).await?;
        Ok(self.last.clone())
    }

    fn form(&self, address: &str, values: &[(&str, &str)]) -> anyhow::Result<Request<Body>> {
        let mut fields: Vec<(String, String)> = self.hidden().into_iter().collect();
        fields.extend(values.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        let body: Vec<String> = fields.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
        let request = Request::post(address)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")))?;
        Ok(request)
    }

    /// Sends a form with files.
    pub async fn upload(
        &mut self,
        address: &str,
        values: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> anyhow::Result<&str> {
        const EDGE: &str = "atena-story-edge";
        let mut body = Vec::new();
        let mut fields: Vec<(String, String)> = self.hidden().into_iter().collect();
        fields.extend(values.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        for (name, value) in fields {
            body.extend(format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes());
        }
        for (field, name, bytes) in files {
            let head = format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n");
            body.extend(head.into_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend(format!("--{EDGE}--\r\n").into_bytes());
        let request = Request::post(address)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={EDGE}"))
            .body(Body::from(body))?;
        self.follow(request).await
    }

    async fn follow(&mut self, request: Request<Body>) -> anyhow::Result<&str> {
        let response = self.send(request).await?;
        match response.headers().get(header::LOCATION).and_then(|l| l.to_str().ok()).map(str::to_owned) {
            Some(location) => self.open(&location).await,
            None => {
                self.page = String::from_utf8_lossy(&Self::body(response).await?).into_owned();
                Ok(&self.page)
            }
        }
    }

    /// Signs in with the one-time password and chooses an own one.
    pub async fn sign_in(&mut self, staff_no: &str, one_time: &str) -> anyhow::Result<()> {
        self.open("/sign-in").await?;
        self.post("/sign-in", &[("login", staff_no), ("password", one_time)]).await?;
        if !self.page.contains("パスワードの変更") {
            bail!("{}: 初回のパスワード変更が求められませんでした", self.name);
        }
        let own = format!("{one_time}-own");
        self.post("/session/password", &[("old", one_time), ("new", &own)]).await?;
        if !self.page.contains("受付・処理待ち") {
            bail!("{}: サインインできませんでした", self.name);
        }
        Ok(())
    }
}

impl Browser {
    /// Signs in with a password of one's own.
    pub async fn sign_in_again(&mut self, staff_no: &str, one_time: &str) -> anyhow::Result<()> {
        let own = format!("{one_time}-own");
        self.open("/sign-in").await?;
        self.post("/sign-in", &[("login", staff_no), ("password", &own)]).await?;
        if !self.page.contains("受付・処理待ち") {
            bail!("{}: 自分のパスワードでサインインできませんでした", self.name);
        }
        Ok(())
    }

    /// Asks an API that knows people by a token: GET, or POST of a JSON body.
    pub async fn bearer(
        &mut self,
        path: &str,
        token: &str,
        body: Option<serde_json::Value>,
    ) -> anyhow::Result<(StatusCode, Vec<u8>)> {
        let request = Request::builder().uri(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = match body {
            None => request.body(Body::empty())?,
            Some(json) => {
                let request = request.method("POST").header(header::CONTENT_TYPE, "application/json");
                request.body(Body::from(json.to_string()))?
            }
        };
        let response = self.send(request).await?;
        Ok((self.status, Self::body(response).await?))
    }
}

async fn forward(address: &str, mut request: Request<Body>) -> anyhow::Result<Response<Body>> {
    request.headers_mut().insert(header::HOST, address.parse()?);
    let stream = TokioIo::new(TcpStream::connect(address).await?);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
    tokio::spawn(connection);
    Ok(sender.send_request(request).await?.map(Body::new))
}
