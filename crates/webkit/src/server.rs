//! The server: doors, sessions, forms and frames around the programmes' routes.

use crate::assets;
use crate::components::{AsidePanel, CSRF_FIELD, KEY_FIELD};
use crate::form::{Form, Upload};
use crate::frame::plain::{ErrorPage, error_page};
use crate::frame::{self, Frame, NavGroup, NavItem, PurposeChoice};
use crate::route::{Call, Door, Download, Method, Nav, Programme, Reply, Route, Screen};
use crate::shape::Shapes;
use crate::systems;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kernel::Cleared;
use kernel::access::{Action, Relation};
use kernel::time::{clock_time, wareki};
use maud::Markup;
use platform::approval::Acts;
use platform::fault::FaultKind;
use platform::policy::Circumstances;
use platform::unit::principal;
use platform::{City, Fault, StaffContext, approval, staff, task};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Largest body of a form without files.
const FORM_BYTES: usize = 1 << 20;
/// Largest body with files: a month's receipts of a large city.
const UPLOAD_BYTES: usize = 512 << 20;
/// Name of the session cookie.
pub const COOKIE: &str = "atena_session";

/// The running programmes of a city.
#[derive(Clone)]
pub struct House {
    /// The city.
    pub city: City,
    /// Its programmes.
    pub programmes: Arc<Vec<Programme>>,
    acts: Acts,
    task_pages: Arc<Vec<(&'static str, &'static str)>>,
    plain_http: bool,
    shapes: Option<Arc<Shapes>>,
}

impl House {
    /// Puts the programmes of a city together.
    pub fn new(city: City, mut programmes: Vec<Programme>) -> Self {
        programmes.iter_mut().for_each(crate::walls::behind);
        let acts = Acts::new(programmes.iter().flat_map(|p| p.acts.iter().cloned()).collect());
        let task_pages = programmes.iter().flat_map(|p| p.task_pages.iter().copied()).collect();
        Self { city, programmes: Arc::new(programmes), acts, task_pages: Arc::new(task_pages), plain_http: false, shapes: None }
    }

    /// Without TLS in front (a demo on this machine): the session cookie is not marked `Secure`.
    pub fn over_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Learns what requests and answers look like, for the document of the API.
    pub fn learning(mut self, shapes: Arc<Shapes>) -> Self {
        self.shapes = Some(shapes);
        self
    }

    /// All routes.
    pub fn routes(&self) -> impl Iterator<Item = &Route> {
        self.programmes.iter().flat_map(|p| &p.routes)
    }

    /// The acts of all programmes.
    pub fn acts(&self) -> &Acts {
        &self.acts
    }

    /// Pages of tasks.
    pub(crate) fn task_pages(&self) -> Arc<Vec<(&'static str, &'static str)>> {
        self.task_pages.clone()
    }

    /// Who learns what requests and answers look like.
    pub(crate) fn shapes(&self) -> Option<&Shapes> {
        self.shapes.as_deref()
    }

    /// The HTTP service.
    pub fn router(&self) -> Router {
        let mut router = asset_routes();
        if self.routes().any(|route| matches!(route.door, Door::System { .. })) {
            router = router.route(systems::TOKEN_PATH, post(systems::token).with_state(self.city.clone()));
        }
        for (programme, route) in self.programmes.iter().flat_map(|p| p.routes.iter().map(move |r| (p.code, r))) {
            let served = Served { house: self.clone(), programme, route: route.clone(), api: false };
            if matches!(route.door, Door::System { .. }) {
                router = router.route(route.path, post(systems::serve).with_state(served));
                continue;
            }
            let api = Served { api: true, ..served.clone() };
            let handler = |s: Served| match s.route.method {
                Method::Get => get(serve).with_state(s),
                Method::Post => post(serve).with_state(s),
            };
            router = router.route(route.path, handler(served));
            if !matches!(route.door, Door::Open) {
                router = router.route(&format!("/api/v1{}", route.path), handler(api));
            }
        }
        router.fallback(not_found).layer(DefaultBodyLimit::max(UPLOAD_BYTES))
    }
}

#[derive(Clone)]
pub(crate) struct Served {
    pub house: House,
    pub programme: &'static str,
    pub route: Route,
    pub api: bool,
}

/// The embedded files (style, script, fonts), for pages that no house serves.
pub fn asset_routes() -> Router {
    Router::new().route("/assets/{*path}", get(serve_asset))
}

async fn serve_asset(headers: HeaderMap, axum::extract::Path(path): axum::extract::Path<String>) -> Response {
    let Some(asset) = assets::asset(&path) else { return StatusCode::NOT_FOUND.into_response() };
    if headers.get(header::IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == asset.etag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let headers = [(header::CONTENT_TYPE, asset.mime), (header::ETAG, asset.etag), (header::CACHE_CONTROL, asset.cache_control)];
    (headers, asset.bytes).into_response()
}

async fn not_found() -> Response {
    let fault = Fault::new(
        FaultKind::Missing,
        "ページが見つかりません",
        "住所(URL)が違うか、なくなりました",
        "ホームから選び直してください",
    );
    let page = ErrorPage { what: fault.what, why: fault.why, how: fault.todo, ..ErrorPage::default() };
    secure((StatusCode::NOT_FOUND, html(error_page(&page))).into_response())
}

fn html(markup: Markup) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], markup.into_string()).into_response()
}

pub(crate) fn secure(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let all = [
        (header::CONTENT_SECURITY_POLICY, assets::CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in all {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// A browser sends where a POST comes from; anything but our own pages is refused.
fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, h)| h == host),
        _ => true,
    }
}

async fn serve(State(served): State<Served>, params: RawPathParams, request: Request) -> Response {
    let path = params.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    let headers = request.headers().clone();
    let session = match cookie(&headers) {
        Some(token) => staff::session(&served.house.city, token).await,
        None => Ok(None),
    };
    let response = match session {
        Err(fault) => answer_fault(&served, None, "", fault).await,
        Ok(session) => {
            let address = request.uri().path_and_query().map(|p| p.as_str().to_owned()).unwrap_or_default();
            match enter(&served, session.clone(), path, &headers, request).await {
                Ok(Reply::Page(screen)) if !served.api => page(&served, session, screen, &address).await,
                Ok(reply) => answer(&served, reply),
                Err(fault) => answer_fault(&served, session, &address, fault).await,
            }
        }
    };
    secure(response)
}

async fn enter(
    served: &Served,
    session: Option<StaffContext>,
    path: BTreeMap<String, String>,
    headers: &HeaderMap,
    request: Request,
) -> Result<Reply, Fault> {
    let (house, route) = (&served.house, &served.route);
    let query = Form::from_urlencoded(request.uri().query().unwrap_or_default());
    let address = request.uri().path_and_query().map(|p| p.as_str().to_owned()).unwrap_or_default();
    let here = if route.method == Method::Get { address.as_str() } else { "/" };
    let mut action = Action::Look;
    match (route.door, &session) {
        (Door::Open, _) => {}
        (_, None) => return to_sign_in(served, here),
        (Door::System { .. }, Some(_)) => return Err(Fault::missing("ページ")),
        (Door::Session, Some(_)) => {}
        (Door::Needs { .. }, Some(s)) if s.locked => return Ok(Reply::See("/session/locked".into())),
        (Door::Needs { .. }, Some(s)) if s.must_change && route.path != "/session/password" => {
            return Ok(Reply::See("/session/password".into()));
        }
        (Door::Needs { .. }, Some(s))
            if (s.post.is_none() || s.purpose.is_none()) && !matches!(route.path, "/session/purpose" | "/session/password") =>
        {
            return Ok(Reply::See("/session/purpose".into()));
        }
        (Door::Needs { needs, .. }, Some(s)) => {
            action = needs.first().map_or(Action::Look, |(a, _)| *a);
            if !allowed(&house.city, s, route) {
                return Err(refuse(house, s, route).await);
            }
        }
    }
    let staff = session.unwrap_or_else(StaffContext::nobody);
    let (form, uploads) = match route.method {
        Method::Get => (Form::default(), vec![]),
        Method::Post => body(request, headers).await?,
    };
    let header_text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    if route.method == Method::Post {
        let token = form.some(CSRF_FIELD).map(str::to_owned).or_else(|| header_text("x-csrf-token")).unwrap_or_default();
        let token_needed = !matches!(route.door, Door::Open);
        if !same_origin(headers) || (token_needed && (token != staff.csrf || token.is_empty())) {
            let todo = "画面を読み直してから、もう一度送ってください";
            return Err(Fault::new(
                FaultKind::Refused,
                "この送信は受け付けられません",
                "この画面から送られたものか確かめられません",
                todo,
            ));
        }
    }
    let key = form.some(KEY_FIELD).map(str::to_owned).or_else(|| header_text("idempotency-key"));
    let key = key.filter(|k| (8..=100).contains(&k.len()));
    let fresh_key = platform::keys::hex(&house.city.keys().random::<16>()?);
    let call = Call {
        city: house.city.acting(served.programme),
        staff,
        acts: house.acts.clone(),
        task_pages: house.task_pages.clone(),
        screen: route.name,
        action,
        path,
        query,
        form,
        uploads,
        key,
        fresh_key,
        address,
    };
    if route.method == Method::Post {
        call.refuse_other_day()?;
    }
    let Some(shapes) = &house.shapes else { return route.call(call).await };
    let names = |form: &Form| form.names().map(str::to_owned).collect::<Vec<_>>();
    let (query, form) = (names(&call.query), names(&call.form));
    let reply = route.call(call).await?;
    shapes.asked(route.method.code(), route.path, &query, &form);
    match &reply {
        Reply::Page(screen) => shapes.answered(route.method.code(), route.path, &screen.data),
        Reply::Json(value) => shapes.answered(route.method.code(), route.path, value),
        _ => {}
    }
    Ok(reply)
}

fn to_sign_in(served: &Served, here: &str) -> Result<Reply, Fault> {
    if served.api {
        return Err(Fault::new(
            FaultKind::SignedOut,
            "サインインが必要です",
            "サインインしていないか、時間が過ぎました",
            "サインインし直してから、同じ要求をもう一度送ってください。まだ何も保存していません",
        ));
    }
    let next = if matches!(here, "/" | "") { String::new() } else { format!("?next={}", encode(here)) };
    Ok(Reply::See(format!("/sign-in{next}")))
}

/// Percent-encodes text for a query value.
pub fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b'/');
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// May this session call this route? What the door asks, before any person's record is touched.
pub fn allowed(city: &City, staff: &StaffContext, route: &Route) -> bool {
    let (purposes, needs) = match route.door {
        Door::Open | Door::Session => return true,
        Door::System { .. } => return false,
        Door::Needs { purposes, needs } => (purposes, needs),
    };
    let purpose = staff.purpose.clone().unwrap_or_default();
    // The ground is checked where a person's record is touched; the door only asks whether the work could ever be theirs.
    let when = Circumstances {
        purpose: purpose.clone(),
        ground: "受付".into(),
        relation: Relation::AskedFor,
        protected: false,
        released: false,
    };
    let who = principal(staff);
    let in_purpose = purposes.is_empty() || purposes.contains(&purpose.as_str());
    in_purpose && !needs.is_empty() && needs.iter().all(|(action, group)| city.policy().allows(&who, *action, group, &when))
}

async fn refuse(house: &House, staff: &StaffContext, route: &Route) -> Fault {
    let Door::Needs { needs, .. } = route.door else { return Fault::missing("ページ") };
    let (action, group) = needs.first().copied().unwrap_or((Action::Look, "system.desk"));
    match platform::Unit::look(&house.city, staff, route.name, action).await {
        Err(fault) => fault,
        Ok(mut unit) => match unit.refuse_door(group).await {
            fault if fault.kind == FaultKind::Refused => {
                Fault::refused(format!("「{}」は、いまの所属と事務では使えません", route.name))
            }
            fault => fault,
        },
    }
}

async fn body(request: Request, headers: &HeaderMap) -> Result<(Form, Vec<Upload>), Fault> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let unreadable =
        |why: &str| Fault::new(FaultKind::Invalid, "送信された内容を読めません", why.to_owned(), "もう一度送ってください");
    if kind.starts_with("multipart/form-data") {
        let too_big = "ファイルが大きすぎるか、途中で切れました";
        let mut parts = Multipart::from_request(request, &()).await.map_err(|_| unreadable("形式が正しくありません"))?;
        let (mut form, mut uploads) = (Form::default(), vec![]);
        while let Some(part) = parts.next_field().await.map_err(|_| unreadable(too_big))? {
            let field = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                Some(name) => {
                    let body = part.bytes().await.map_err(|_| unreadable(too_big))?.to_vec();
                    if !name.is_empty() {
                        uploads.push(Upload { field, name, body });
                    }
                }
                None => form.add(&field, &part.text().await.map_err(|_| unreadable(too_big))?),
            }
        }
        return Ok((form, uploads));
    }
    let bytes: Bytes =
        axum::body::to_bytes(request.into_body(), FORM_BYTES).await.map_err(|_| unreadable("内容が大きすぎます"))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| unreadable("文字コードがUTF-8ではありません"))?;
    if kind.starts_with("application/json") {
        let value = serde_json::from_str(text).map_err(|_| unreadable("JSONとして読めません"))?;
        let form = Form::from_json(&value).ok_or_else(|| unreadable("平らなJSONオブジェクトではありません"))?;
        return Ok((form, vec![]));
    }
    Ok((Form::from_urlencoded(text), vec![]))
}

fn see(location: &str) -> Response {
    let location = HeaderValue::from_str(location).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

fn with_cookie(served: &Served, mut response: Response, value: &str) -> Response {
    let ends = if value.is_empty() { "; Max-Age=0" } else { "" };
    let secure = if served.house.plain_http { "" } else { "; Secure" };
    let text = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{ends}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}

pub(crate) fn json(status: u16, kind: &'static str, value: &serde_json::Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    (status, [(header::CONTENT_TYPE, kind)], value.to_string()).into_response()
}

fn answer(served: &Served, reply: Reply) -> Response {
    match reply {
        Reply::See(location) if served.api => json(200, "application/json", &serde_json::json!({ "location": location })),
        Reply::See(location) => see(&location),
        Reply::Page(screen) => json(if screen.status == 0 { 200 } else { screen.status }, "application/json", &screen.data),
        Reply::Json(value) => json(200, "application/json", &value),
        Reply::Plain(status, markup) => {
            let mut response = html(markup);
            *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            response
        }
        Reply::SignedIn { token, to } => with_cookie(served, see(&to), &token),
        Reply::SignedOut => with_cookie(served, see("/sign-in"), ""),
        Reply::File(file) => download(file),
    }
}

fn download(file: Cleared<Download>) -> Response {
    let Download { name, mime, body, inline } = file.into_inner();
    let kind = if inline { "inline" } else { "attachment" };
    let disposition = format!("{kind}; filename*=UTF-8''{}", encode(&name).replace('/', "%2F"));
    let disposition = HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment"));
    ([(header::CONTENT_TYPE, HeaderValue::from_static(mime)), (header::CONTENT_DISPOSITION, disposition)], Body::from(body))
        .into_response()
}

pub(crate) fn status(kind: FaultKind) -> StatusCode {
    match kind {
        FaultKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        FaultKind::SignedOut => StatusCode::UNAUTHORIZED,
        FaultKind::Refused => StatusCode::FORBIDDEN,
        FaultKind::Missing => StatusCode::NOT_FOUND,
        FaultKind::Conflict => StatusCode::CONFLICT,
        FaultKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        FaultKind::Defect => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A failure as RFC 9457 writes it, for the API and for the lines between zones.
pub fn problem(fault: &Fault) -> Response {
    let status = status(fault.kind).as_u16();
    let fields: Vec<_> = fault.fields.iter().map(|f| serde_json::json!({ "field": f.field, "message": f.message })).collect();
    let problem = serde_json::json!({
        "type": format!("urn:atena:{:?}", fault.kind).to_lowercase(), "title": fault.what, "status": status,
        "detail": format!("{}。{}", fault.why, fault.todo), "errors": fields,
    });
    json(status, "application/problem+json", &problem)
}

async fn answer_fault(served: &Served, session: Option<StaffContext>, address: &str, fault: Fault) -> Response {
    if served.api {
        return problem(&fault);
    }
    let status = status(fault.kind);
    let Some(staff) = session.filter(|s| !s.locked && !s.must_change) else {
        let page = ErrorPage {
            city: served.house.city.profile().name_ja.clone(),
            what: fault.what,
            why: fault.why,
            how: fault.todo,
            ..ErrorPage::default()
        };
        return (status, html(error_page(&page))).into_response();
    };
    let main = maud::html! {
        (crate::components::problem(&fault.what, &fault.why, &fault.todo))
        @if !fault.fields.is_empty() { ul { @for f in &fault.fields { li { (f.message) } } } }
    };
    let screen = Screen { title: fault.what.clone(), main, ..Screen::default() };
    let mut frame = frame_of(served, &staff, address).await;
    fill(&mut frame, screen);
    (status, html(frame::page(&frame))).into_response()
}

fn fill(frame: &mut Frame, screen: Screen) {
    frame.title = screen.title;
    frame.subtitle = screen.subtitle;
    frame.lead = screen.lead;
    frame.main = screen.main;
    frame.time_travel = screen.time_travel;
    frame.refresh = screen.refresh;
    frame.aside.extend(screen.aside);
}

async fn page(served: &Served, session: Option<StaffContext>, cleared: Cleared<Screen>, address: &str) -> Response {
    let staff = session.unwrap_or_else(StaffContext::nobody);
    let entry = cleared.entry();
    let screen = cleared.into_inner();
    let status = StatusCode::from_u16(if screen.status == 0 { 200 } else { screen.status }).unwrap_or(StatusCode::OK);
    let mut frame = frame_of(served, &staff, address).await;
    let city = &served.house.city;
    if !screen.asked.is_empty() || !screen.incidental.is_empty() {
        let purpose = staff.purpose.as_deref().and_then(|p| city.purpose(p));
        let (name, basis) = purpose.map_or(("", ""), |p| (p.name_ja, p.basis_ja));
        frame.aside.push(AsidePanel::basis(name, basis, &screen.asked, &screen.incidental));
        frame.aside.push(AsidePanel::record(entry, false, "本人の閲覧履歴に載ります"));
    } else {
        frame.aside.push(AsidePanel::record(entry, false, ""));
    }
    fill(&mut frame, screen);
    (status, html(frame::page(&frame))).into_response()
}

async fn frame_of(served: &Served, staff: &StaffContext, address: &str) -> Frame {
    let house = &served.house;
    let city = &house.city;
    let (mut waiting, mut approvals, mut posts) = (0, 0, vec![]);
    if let Ok(mut tx) = city.db().read().await {
        waiting = task::count(&mut tx, staff.office()).await.unwrap_or(0);
        approvals = approval::count(&mut tx, staff.office()).await.unwrap_or(0);
        posts = staff::posts(&mut tx, &staff.staff_no, city.today()).await.unwrap_or_default();
    }
    let several = posts.len() > 1;
    let mut purposes = vec![];
    for post in &posts {
        for code in city.office(&post.office).map_or(&[][..], |o| o.purposes) {
            let name = city.purpose(code).map_or(*code, |p| p.name_ja);
            let label = if several { format!("{} {name}", city.office_name(&post.office)) } else { name.to_owned() };
            let current = staff.post.as_ref().is_some_and(|p| p.id == post.id) && staff.purpose.as_deref() == Some(code);
            purposes.push(PurposeChoice { value: format!("{}:{code}", post.id), label, current });
        }
    }
    let rank = ["", "", " 係長", " 課長", " 部長"].get(usize::try_from(staff.rank()).unwrap_or(0)).copied().unwrap_or_default();
    Frame {
        city: city.profile().name_ja.clone(),
        purposes,
        case: staff.case.as_ref().map(|c| (c.number.clone(), "/case".to_owned())),
        office: format!("{}{rank}", city.office_name(staff.office())),
        name: staff.name.clone(),
        terminal: staff.terminal.clone(),
        nav: navigation(house, staff, address, waiting, approvals),
        csrf: staff.csrf.clone(),
        idle_seconds: u32::try_from(staff::IDLE_MINUTES * 60).ok(),
        now: format!("{} {}", wareki(city.today()), clock_time(city.now())),
        straight: match staff.purpose.as_deref() {
            Some(purpose @ ("juki" | "kodomo")) => format!("/{purpose}/person/"),
            _ => String::new(),
        },
        ..Frame::default()
    }
}

fn navigation(house: &House, staff: &StaffContext, address: &str, waiting: i64, approvals: i64) -> Vec<NavGroup> {
    let here = address.split('?').next().unwrap_or_default();
    let mut groups: Vec<NavGroup> = vec![];
    let links: Vec<Nav> = house.programmes.iter().flat_map(|p| p.nav.iter().copied()).collect();
    let longest =
        links.iter().filter(|n| here == n.path || here.starts_with(&format!("{}/", n.path))).map(|n| n.path.len()).max();
    for link in links {
        let route = house.routes().find(|r| r.path == link.path && r.method == Method::Get);
        if !route.is_some_and(|r| allowed(&house.city, staff, r)) {
            continue;
        }
        let count = match link.path {
            "/" if waiting > 0 => Some((u32::try_from(waiting).unwrap_or(u32::MAX), false)),
            "/approvals" if approvals > 0 => Some((u32::try_from(approvals).unwrap_or(u32::MAX), true)),
            _ => None,
        };
        let current = (here == link.path || here.starts_with(&format!("{}/", link.path))) && longest == Some(link.path.len());
        let item = NavItem { label: link.label.to_owned(), href: link.path.to_owned(), count, current };
        match groups.iter_mut().find(|g| g.label == link.group) {
            Some(group) => group.items.push(item),
            None => groups.push(NavGroup { label: link.group.to_owned(), items: vec![item] }),
        }
    }
    groups
}
