//! The portal's JSON and its page for one person.

use super::moment;
use crate::keeper::Keeper;
use crate::portal::{Exchange, Notice, PortalToken};
use axum::extract::{Form, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use line::Client;
use maud::{Markup, html};
use platform::Fault;
use platform::fault::FaultKind;
use serde::Deserialize;
use std::sync::Arc;
use webkit::assets;
use webkit::components::{
    Action, Choice, Column, Field, Row, Table, button_row, card, definition_list, post_form, problem as problem_box, table,
};
use webkit::frame::plain::{Plain, plain};
use webkit::server::problem;
use wire::catalogue::Catalogue;
use wire::ident::{DataSet, DataSetId, InstitutionCode};
use wire::own::OwnData;
use wire::replica::Value;

/// What the portal's handlers share.
#[derive(Clone)]
struct Portal {
    keeper: Arc<Keeper>,
    client: Arc<Client>,
}

/// The portal: pages for one person under `/portal` with the token in a cookie, and JSON under `/portal/api` with the token as `Authorization: Bearer`. The client asks
/// the institutions' gateways for 自己情報.
pub fn portal_router(keeper: Arc<Keeper>, client: Arc<Client>) -> Router {
    Router::new()
        .route("/portal", get(mine).post(sign_in))
        .route("/portal/own", post(own_page))
        .route("/portal/means", get(means))
        .route("/portal/sign-out", post(signed_out))
        .route("/portal/give-up", post(gave_up))
        .route("/portal/api/history", get(history))
        .route("/portal/api/notices", get(notices))
        .route("/portal/api/own", post(own))
        .layer(from_fn(guarded))
        .with_state(Portal { keeper, client })
}

async fn guarded(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = [
        (header::CONTENT_SECURITY_POLICY, assets::CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Which data of which institution.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    institution: InstitutionCode,
    data_set: DataSet,
}

fn missing() -> Fault {
    let why = "利用者トークンがないか、形が違います";
    Fault::new(FaultKind::Refused, "サインインを確かめられません", why, "もう一度サインインしてください")
}

fn token(text: Option<&str>) -> Result<PortalToken, Fault> {
    text.and_then(|t| PortalToken::parse(t.trim())).ok_or_else(missing)
}

fn bearer(headers: &HeaderMap) -> Result<PortalToken, Fault> {
    let text = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    token(text.and_then(|t| t.strip_prefix("Bearer ")))
}

fn answer<T: serde::Serialize>(name: &str, result: Result<T, Fault>) -> Response {
    match result {
        Ok(value) => Json(serde_json::json!({ name: value })).into_response(),
        Err(fault) => problem(&fault),
    }
}

async fn history(State(portal): State<Portal>, headers: HeaderMap) -> Response {
    let asked = async { portal.keeper.history(&bearer(&headers)?).await };
    answer("exchanges", asked.await)
}

async fn notices(State(portal): State<Portal>, headers: HeaderMap) -> Response {
    let asked = async { portal.keeper.notices(&bearer(&headers)?).await };
    answer("notices", asked.await)
}

async fn own(State(portal): State<Portal>, headers: HeaderMap, Json(wanted): Json<Wanted>) -> Response {
    let asked = async { portal.keeper.own(&portal.client, &bearer(&headers)?, &wanted.institution, wanted.data_set).await };
    answer("own", asked.await)
}

/// The cookie that holds the person's token: for this host, unread by scripts, sent from our own pages only.
const COOKIE: &str = "portal_token";

fn kept(headers: &HeaderMap) -> Option<PortalToken> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';'));
    pairs.find_map(|pair| PortalToken::parse(pair.trim().strip_prefix(COOKIE)?.strip_prefix('=')?))
}

/// To the portal, with the cookie set, or taken away.
fn to_portal(token: Option<&PortalToken>) -> Response {
    let (value, ends) = token.map_or(("", "; Max-Age=0"), |token| (token.expose(), ""));
    let cookie = format!("{COOKIE}={value}; Path=/portal; HttpOnly; SameSite=Strict; Secure{ends}");
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, "/portal")]).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn document(status: StatusCode, title: &str, main: Markup, narrow: bool) -> Response {
    let page =
        Plain { brand: "マイナポータル(参照実装)".into(), title: title.into(), main, narrow, ..Plain::default() };
    (status, Html(plain(&page).into_string())).into_response()
}

fn sign_in_form() -> Response {
    let form = html! {
        (Field::new("token", "利用者トークン").required().hint("マイナンバーカードでのサインインの代わりです。個人番号は入れません").password())
        (button_row(&[Action::submit("進む").primary()], html! {}))
    };
    document(StatusCode::OK, "サインイン", post_form("portal", "/portal", false, &[], form), true)
}

fn failed(fault: &Fault) -> Response {
    let status = problem(fault).status();
    let again = html! { (problem_box(&fault.what, &fault.why, &fault.todo)) p { a href="/portal" { "サインインに戻る" } } };
    let mut response = document(status, "表示できません", again, true);
    // What does not let anybody in is forgotten.
    if fault.kind == FaultKind::Refused
        && let Some(cookie) = to_portal(None).headers_mut().remove(header::SET_COOKIE)
    {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

#[derive(Deserialize)]
struct SignIn {
    token: String,
}

async fn sign_in(State(portal): State<Portal>, Form(entry): Form<SignIn>) -> Response {
    let asked = async {
        let token = token(Some(&entry.token))?;
        portal.keeper.means(&token).await.map(|_| token)
    };
    match asked.await {
        Ok(token) => to_portal(Some(&token)),
        Err(fault) => failed(&fault),
    }
}

async fn mine(State(portal): State<Portal>, headers: HeaderMap) -> Response {
    let Some(token) = kept(&headers) else { return sign_in_form() };
    match page(&portal, &token).await {
        Ok(main) => document(StatusCode::OK, "わたしの情報", main, false),
        Err(fault) => failed(&fault),
    }
}

async fn page(portal: &Portal, token: &PortalToken) -> Result<Markup, Fault> {
    let exchanges = portal.keeper.history(token).await?;
    let notices = portal.keeper.notices(token).await?;
    let members = {
        let mut tx = portal.keeper.city().db().read().await?;
        portal.keeper.names(&mut tx).await?
    };
    let data_sets = portal.keeper.list().data_sets();
    let institutions: Vec<Choice> = members.iter().map(|(code, name)| Choice::new(code, name)).collect();
    let data: Vec<Choice> = data_sets.iter().map(|(id, name)| Choice::new(id.as_str(), name)).collect();
    let form = html! {
        (Field::new("institution", "機関").required().select(&institutions))
        (Field::new("data_set", "情報").required().select(&data))
        (button_row(&[Action::submit("取得する").primary()], html! {}))
    };
    Ok(html! {
        (card("やりとり履歴", "あなたの情報が、どの機関の間で、何のためにやりとりされたか", table(&exchange_table(&exchanges))))
        (card("お知らせ", "", table(&notice_table(&notices))))
        (card("わたしの情報を見る", "市区町村などが持つ、あなたの情報", post_form("own", "/portal/own", false, &[], form)))
        (button_row(&[Action::link("サインインの手段", "/portal/means"), sign_out()], html! {}))
    })
}

fn sign_out() -> Action {
    Action::post("サインアウト", "/portal/sign-out", Vec::new())
}

async fn signed_out() -> Response {
    to_portal(None)
}

/// サインインの手段: since when and until when, and how to end it.
async fn means(State(portal): State<Portal>, headers: HeaderMap) -> Response {
    let asked = async { portal.keeper.means(&kept(&headers).ok_or_else(missing)?).await };
    let means = match asked.await {
        Ok(means) => means,
        Err(fault) => return failed(&fault),
    };
    let list = definition_list(&[
        ("登録した日時", html! { (moment(means.made_at)) }),
        ("使える期限", html! { (moment(means.until)) }),
        ("ここにあるもの", html! { "この手段の照合値だけ(個人番号・氏名・カードの番号はありません)" }),
    ]);
    let end = Action::post("この手段を使えなくする", "/portal/give-up", Vec::new()).danger();
    let main = html! {
        (card("いまの手段", "期限が来ると自動で使えなくなります", list))
        (button_row(&[Action::link("わたしの情報に戻る", "/portal"), sign_out(), end], html! { "使えなくした手段は元に戻せません" }))
    };
    document(StatusCode::OK, "サインインの手段", main, false)
}

async fn gave_up(State(portal): State<Portal>, headers: HeaderMap) -> Response {
    let asked = async { portal.keeper.give_up(&kept(&headers).ok_or_else(missing)?).await };
    match asked.await {
        Ok(()) => to_portal(None),
        Err(fault) => failed(&fault),
    }
}

fn exchange_table(exchanges: &[Exchange]) -> Table {
    let rows = exchanges.iter().rev().map(|x| {
        Row::new(vec![
            moment(x.asked_at).into(),
            x.provided_at.map_or_else(String::new, moment).into(),
            x.asker.as_str().into(),
            x.provider.as_str().into(),
            x.procedure.as_str().into(),
            x.data_set.as_str().into(),
        ])
    });
    Table {
        caption: "やりとり履歴".into(),
        columns: ["照会した日時", "提供した日時", "照会した機関", "提供した機関", "手続", "情報"].map(Column::text).into(),
        rows: rows.collect(),
        empty: ("やりとりはありません".into(), "やりとりがあると、ここに表示します。".into()),
        ..Table::default()
    }
}

fn notice_table(notices: &[Notice]) -> Table {
    let rows = notices.iter().map(|n| {
        let text = html! { strong { (n.title) } br; (n.text) };
        Row::new(vec![moment(n.posted_at).into(), n.institution.as_str().into(), text.into()])
    });
    Table {
        caption: "お知らせ".into(),
        columns: ["日時", "機関", "内容"].map(Column::text).into(),
        rows: rows.collect(),
        empty: ("お知らせはありません".into(), "機関からのお知らせがあると、ここに表示します。".into()),
        ..Table::default()
    }
}

#[derive(Deserialize)]
struct OwnForm {
    institution: String,
    data_set: String,
}

/// The versions in which the records of a data set may stand, the newest first; the first where nobody knows.
fn versions(data_set: &DataSetId) -> Result<Vec<u16>, Fault> {
    let catalogue = Catalogue::load().map_err(|error| Fault::conflict("項目表を読めません", error.to_string()))?;
    let known: Vec<u16> = catalogue.versions(data_set).rev().map(|layout| layout.data_set.version).collect();
    Ok(if known.is_empty() { vec![1] } else { known })
}

async fn own_page(State(portal): State<Portal>, headers: HeaderMap, Form(form): Form<OwnForm>) -> Response {
    let asked = async {
        let institution = InstitutionCode::parse(&form.institution).map_err(|e| Fault::field("institution", e.to_string()))?;
        let id = DataSetId::parse(&form.data_set).map_err(|e| Fault::field("data_set", e.to_string()))?;
        let token = kept(&headers).ok_or_else(missing)?;
        let mut records = vec![];
        for version in versions(&id)? {
            let data_set = DataSet { id: id.clone(), version };
            if let OwnData::Records(of_version) = portal.keeper.own(&portal.client, &token, &institution, data_set).await? {
                records.extend(of_version);
            }
        }
        Ok(if records.is_empty() { OwnData::NotDisclosed } else { OwnData::Records(records) })
    };
    match asked.await {
        Ok(data) => {
            let back = button_row(&[Action::link("わたしの情報に戻る", "/portal")], html! {});
            document(StatusCode::OK, "わたしの情報", html! { (own_markup(&data)) (back) }, false)
        }
        Err(fault) => failed(&fault),
    }
}

fn own_markup(data: &OwnData) -> Markup {
    match data {
        OwnData::NotDisclosed => problem_box(
            "表示できる情報はありません",
            "この機関から表示できる情報はありません",
            "ご不明な点は機関の窓口へお尋ねください",
        ),
        OwnData::Records(records) => html! {
            @for given in records {
                @let lines: Vec<(&str, Markup)> = given.items.iter().map(|(item, value)| (item.as_str(), shown(value))).collect();
                (card(given.key.as_str(), "", definition_list(&lines)))
            }
        },
    }
}

fn shown(value: &Value) -> Markup {
    match value {
        Value::Given(text) => html! { (text.as_str()) },
        Value::Absent(reason) => html! { "(" (reason.name()) ")" },
    }
}
