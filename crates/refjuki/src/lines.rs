//! What cities ask the 住基ネット peer on its line. Who asks is known from the certificate.

use crate::keeper::{Found, Keeper, NewPerson, Numbers, Sought};
use crate::model::{Facts, Standing};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Json, Router};
use kernel::Date;
use kernel::ident::JuminhyoCode;
use line::PeerName;
use mynumber::IndividualNumber;
use platform::Fault;
use platform::fault::FaultKind;
use serde::Deserialize;
use std::sync::Arc;
use webkit::server::problem;
use wire::code::AcquisitionNo;
use wire::ident::InstitutionCode;
use wire::machine::Party;

/// Largest request: a city's people at first load.
const REQUEST_BYTES: usize = 256 << 20;

/// Name of the peer that stands for people's cards: the only one that may let somebody into the portal.
const CARD: &str = "card";

/// The router behind the peer's line. All routes but the last are for a city (`city:<機関コード>`), the last for the peer `card`, which
/// stands for a person with their card. They speak JSON:
///
/// | route | body | answer |
/// |---|---|---|
/// | `POST /code` | `{ acquisition, institution, individual_number }` | 204; the 符号 comes to the gateway |
/// | `POST /look-up` | `{ affair, individual_number }` or `{ affair, name, birth, address? }` | `{ found: [ … ] }` |
/// | `POST /newborn` | `{ reference, name, birth, sex, address }` | `{ individual_number, resident_code }` |
/// | `POST /changed` | `{ individual_number, reason }` | `{ individual_number }` |
/// | `POST /moved-in` | `{ individual_number, address }` | 204 |
/// | `POST /ended` | `{ individual_number, standing }` | 204 |
/// | `POST /register` | `[ { individual_number, resident_code, name, birth, sex, address } ]` | 204 |
/// | `POST /portal-user` | `{ individual_number }` | `{ token }` |
pub fn line_router(keeper: Arc<Keeper>) -> Router {
    Router::new()
        .route("/code", post(code))
        .route("/look-up", post(look_up))
        .route("/newborn", post(newborn))
        .route("/changed", post(changed))
        .route("/moved-in", post(moved_in))
        .route("/ended", post(ended))
        .route("/register", post(register))
        .route("/portal-user", post(portal_user))
        .layer(DefaultBodyLimit::max(REQUEST_BYTES))
        .with_state(keeper)
}

type Asker = Option<Extension<Party>>;
type Of = State<Arc<Keeper>>;

fn city(asker: Asker) -> Result<InstitutionCode, Fault> {
    match asker {
        Some(Extension(Party::City(institution))) => Ok(institution),
        _ => {
            let why = "証明書が市区町村のものではありません";
            let todo = "市区町村の証明書で接続してください";
            Err(Fault::new(FaultKind::Refused, "この接続からは受け付けられません", why, todo))
        }
    }
}

fn number(text: &str) -> Result<IndividualNumber, Fault> {
    IndividualNumber::parse(text).map_err(|e| Fault::field("individual_number", e.to_string()))
}

fn answer(result: Result<Option<serde_json::Value>, Fault>) -> Response {
    match result {
        Ok(None) => StatusCode::NO_CONTENT.into_response(),
        Ok(Some(value)) => Json(value).into_response(),
        Err(fault) => problem(&fault),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeWanted {
    acquisition: AcquisitionNo,
    institution: InstitutionCode,
    individual_number: String,
}

async fn code(State(keeper): Of, asker: Asker, Json(wanted): Json<CodeWanted>) -> Response {
    let done = async {
        let city = city(asker)?;
        if city != wanted.institution {
            let todo = "自分の機関コードで依頼してください";
            let why = "ほかの機関のための符号取得です";
            return Err(Fault::new(FaultKind::Refused, "符号取得を受け付けられません", why, todo));
        }
        keeper.code(&city, &number(&wanted.individual_number)?, wanted.acquisition).await.map(|()| None)
    };
    answer(done.await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LookUp {
    affair: String,
    individual_number: Option<String>,
    name: Option<String>,
    birth: Option<Date>,
    address: Option<String>,
}

async fn look_up(State(keeper): Of, asker: Asker, Json(wanted): Json<LookUp>) -> Response {
    let done = async {
        let city = city(asker)?;
        let sought = match (&wanted.individual_number, wanted.name, wanted.birth) {
            (Some(text), None, None) => Sought::Number(number(text)?),
            (None, Some(name), Some(birth)) => Sought::Facts { name, birth, address: wanted.address },
            _ => return Err(Fault::field("individual_number", "個人番号か、氏名と生年月日のどちらかで照会してください")),
        };
        let found = keeper.look_up(&city, &wanted.affair, &sought).await?;
        Ok(Some(serde_json::json!({ "found": found.iter().map(shown).collect::<Vec<_>>() })))
    };
    answer(done.await)
}

fn shown(found: &Found) -> serde_json::Value {
    serde_json::json!({
        "individual_number": found.numbers.individual_number.expose(),
        "resident_code": found.numbers.resident_code.as_str(),
        "name": found.facts.name, "birth": found.facts.birth, "sex": found.facts.sex, "address": found.facts.address,
        "city": found.city, "standing": found.standing, "number_changed": found.number_changed,
    })
}

#[derive(Deserialize)]
struct Newborn {
    reference: String,
    #[serde(flatten)]
    facts: Facts,
}

async fn newborn(State(keeper): Of, asker: Asker, Json(new): Json<Newborn>) -> Response {
    let done = async {
        let Numbers { individual_number, resident_code } = keeper.newborn(&city(asker)?, &new.reference, &new.facts).await?;
        Ok(Some(serde_json::json!({ "individual_number": individual_number.expose(), "resident_code": resident_code.as_str() })))
    };
    answer(done.await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    individual_number: String,
    reason: String,
}

async fn changed(State(keeper): Of, asker: Asker, Json(wanted): Json<Changed>) -> Response {
    let done = async {
        let fresh = keeper.change(&city(asker)?, &number(&wanted.individual_number)?, &wanted.reason).await?;
        Ok(Some(serde_json::json!({ "individual_number": fresh.expose() })))
    };
    answer(done.await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MovedIn {
    individual_number: String,
    address: String,
}

async fn moved_in(State(keeper): Of, asker: Asker, Json(new): Json<MovedIn>) -> Response {
    let done = async { keeper.moved_in(&city(asker)?, &number(&new.individual_number)?, &new.address).await.map(|()| None) };
    answer(done.await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ended {
    individual_number: String,
    standing: Standing,
}

async fn ended(State(keeper): Of, asker: Asker, Json(new): Json<Ended>) -> Response {
    let done = async { keeper.ended(&city(asker)?, &number(&new.individual_number)?, new.standing).await.map(|()| None) };
    answer(done.await)
}

#[derive(Deserialize)]
struct Registered {
    individual_number: String,
    resident_code: String,
    #[serde(flatten)]
    facts: Facts,
}

async fn register(State(keeper): Of, asker: Asker, Json(people): Json<Vec<Registered>>) -> Response {
    let done = async {
        let city = city(asker)?;
        let one = |new: Registered| {
            let resident_code =
                JuminhyoCode::parse(&new.resident_code).map_err(|e| Fault::field("resident_code", e.to_string()))?;
            let individual_number = number(&new.individual_number)?;
            Ok(NewPerson { individual_number, resident_code, facts: new.facts, city: city.clone() })
        };
        let people: Result<Vec<NewPerson>, Fault> = people.into_iter().map(one).collect();
        keeper.register(&people?).await.map(|()| None)
    };
    answer(done.await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PortalUser {
    individual_number: String,
}

async fn portal_user(State(keeper): Of, asker: Option<Extension<PeerName>>, Json(wanted): Json<PortalUser>) -> Response {
    let done = async {
        if asker.is_none_or(|Extension(peer)| peer.to_string() != CARD) {
            let (why, todo) = ("本人のカードによる接続ではありません", "本人がカードでサインインしてください");
            return Err(Fault::new(FaultKind::Refused, "この接続からは受け付けられません", why, todo));
        }
        let token = keeper.portal_user(&number(&wanted.individual_number)?).await?;
        Ok(Some(serde_json::json!({ "token": token })))
    };
    answer(done.await)
}
