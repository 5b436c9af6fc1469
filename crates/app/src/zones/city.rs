//! A city's own lines: out to its gateway and to the 住基ネット peer, and in for 符号取得依頼.

use super::{Plan, follow, take_calls};
use async_trait::async_trait;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Extension, Json, Router};
use exchange::lines::Unsent;
use hub::lines::{CodeWanted, Lines};
use kernel::ident::DanNo;
use kernel::time::Clock;
use line::{Client, Identity, LineError, PeerName, Timeouts};
use mynumber::IndividualNumber;
use platform::fault::FaultKind;
use platform::{City, Fault};
use serde::Serialize;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use wire::acquire::AcquisitionStatus;
use wire::ident::InstitutionCode;
use wire::machine::{Body, Party};

/// The lines of one city.
pub struct CityLines {
    institution: InstitutionCode,
    institutions: Vec<(InstitutionCode, String)>,
    identity: Identity,
    client: Client,
    gateway: String,
    juki: String,
}

fn down(error: &LineError) -> Fault {
    Fault::new(FaultKind::Unavailable, "接続先へ送れません", error.to_string(), "回線が戻ると、続きから自動で送ります")
}

impl CityLines {
    /// The lines of a city of the plan.
    ///
    /// # Errors
    /// A city that is not in the plan, or a certificate that cannot be used.
    pub fn open(plan: &Plan, institution: &InstitutionCode, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let city = plan.city(institution)?;
        let identity = Identity::load(&plan.identity(&Party::City(institution.clone())))?;
        let client = Client::new(&identity, clock, Timeouts::default())?;
        let (gateway, juki) = (city.gateway.line.clone(), plan.juki.line.clone());
        let institutions = plan.cities.iter().map(|c| (c.institution.clone(), c.name_ja.clone())).collect();
        Ok(Self { institution: institution.clone(), institutions, identity, client, gateway, juki })
    }

    async fn post(&self, at: &str, to: &Party, path: &str, json: &(impl Serialize + Sync)) -> Result<Vec<u8>, Fault> {
        let answer = self.client.post(at, &PeerName::from(to), path, json).await.map_err(|e| down(&e))?;
        heard(answer).map_err(|unsent| match unsent {
            Unsent::Down(why) => {
                Fault::new(FaultKind::Unavailable, "接続先へ送れません", why, "回線が戻ると、続きから自動で送ります")
            }
            Unsent::Refused { code, detail } => Fault::new(
                FaultKind::Conflict,
                "接続先が受け付けませんでした",
                format!("{to} {code} {detail}"),
                "内容と接続の設定を確かめてください",
            ),
        })
    }

    /// Calls an interface of the city's gateway.
    ///
    /// # Errors
    /// The line is down, or the gateway does not take it: what, why and what to do.
    pub async fn call(&self, interface: &str, body: &(impl Serialize + Sync)) -> Result<serde_json::Value, Fault> {
        let me = Party::Gateway(self.institution.clone());
        let answer = self.post(&self.gateway, &me, &format!("/if/{interface}"), body).await?;
        Ok(serde_json::from_slice(&answer).unwrap_or_default())
    }

    /// Sends something to a path of the city's gateway that is no interface of the inventory, such as consents.
    ///
    /// # Errors
    /// As [`CityLines::call`].
    pub async fn tell_gateway(&self, path: &str, body: &(impl Serialize + Sync)) -> Result<(), Fault> {
        self.post(&self.gateway, &Party::Gateway(self.institution.clone()), path, body).await.map(|_| ())
    }

    /// Sends something to the 住基ネット peer and reads what it answers.
    ///
    /// # Errors
    /// As [`CityLines::call`].
    pub async fn ask_juki(&self, path: &str, body: &(impl Serialize + Sync)) -> Result<serde_json::Value, Fault> {
        let answer = self.post(&self.juki, &Party::Juki, path, body).await?;
        Ok(serde_json::from_slice(&answer).unwrap_or_default())
    }
}

/// What the other side answered. It names no person: messages are told by their own rules.
fn heard(answer: line::Answer) -> Result<Vec<u8>, Unsent> {
    if answer.is_success() {
        return Ok(answer.body.to_vec());
    }
    let said: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |name: &str| said.get(name).and_then(|d| d.as_str()).unwrap_or_default().to_owned();
    match answer.status {
        400..500 => Err(Unsent::Refused { code: text("code"), detail: text("detail") }),
        status => Err(Unsent::Down(format!("{status} {}", text("detail")))),
    }
}

#[async_trait]
impl exchange::lines::Gateway for CityLines {
    async fn post(&self, path: &str, body: Vec<u8>) -> Result<Vec<u8>, Unsent> {
        let peer = PeerName::from(&Party::Gateway(self.institution.clone()));
        let answer = self.client.post_bytes(&self.gateway, &peer, path, body).await;
        heard(answer.map_err(|error| Unsent::Down(error.to_string()))?)
    }

    fn me(&self) -> InstitutionCode {
        self.institution.clone()
    }

    fn institutions(&self) -> Vec<(InstitutionCode, String)> {
        self.institutions.clone()
    }
}

#[async_trait]
impl Lines for CityLines {
    async fn people(&self, people: &[DanNo]) -> Result<(), Fault> {
        self.tell_gateway("/people", &people).await
    }

    async fn protect(&self, dan_no: &DanNo) -> Result<(), Fault> {
        let flag = serde_json::json!({ "dan": dan_no, "on": true });
        self.call("DBM_50111", &flag).await?;
        self.call("DBM_80111", &flag).await.map(|_| ())
    }

    async fn recall(&self, dan_no: &DanNo, wrong: bool) -> Result<(), Fault> {
        self.tell_gateway("/recall", &serde_json::json!({ "dan": dan_no, "wrong": wrong })).await
    }

    async fn freeze(&self, dan_no: &DanNo, frozen: bool) -> Result<(), Fault> {
        self.tell_gateway("/freeze", &serde_json::json!({ "dan": dan_no, "frozen": frozen })).await
    }

    async fn forget(&self, dan_no: &DanNo) -> Result<(), Fault> {
        self.tell_gateway("/people/gone", dan_no).await
    }

    async fn codes(&self) -> Result<Option<AcquisitionStatus>, Fault> {
        let answer = self.post(&self.gateway, &Party::Gateway(self.institution.clone()), "/codes", &()).await?;
        let unread = |_| Fault::conflict("符号取得状況を読めません", "中間サーバーと版が違います");
        serde_json::from_slice(&answer).map(Some).map_err(unread)
    }

    async fn code(&self, acquisition: &str, number: &IndividualNumber) -> Result<(), Fault> {
        let wanted = serde_json::json!({
            "acquisition": acquisition, "institution": self.institution, "individual_number": number.expose(),
        });
        self.ask_juki("/code", &wanted).await.map(|_| ())
    }
}

/// Who listens on a city's line.
#[derive(Clone)]
struct Listening {
    city: City,
    gateway: Party,
}

/// FGU_20215: the city's own gateway, and nobody else, has 符号 made.
async fn code_wanted(
    State(listening): State<Listening>,
    Extension(from): Extension<Party>,
    Json(bodies): Json<Vec<Body>>,
) -> StatusCode {
    if from != listening.gateway {
        return StatusCode::FORBIDDEN;
    }
    let wanted = bodies.into_iter().filter_map(|body| match body {
        Body::CodeWanted { acquisition, dan } => Some(CodeWanted { acquisition: acquisition.to_string(), dan_no: dan }),
        _ => None,
    });
    match hub::lines::take(&listening.city, &wanted.collect::<Vec<_>>()).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(fault) => {
            tracing::error!(what = %fault.what, "a 符号取得依頼 could not be taken");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// Takes calls on the city's line until `stopped`, and takes up new certificates.
pub fn serve_city(lines: &CityLines, city: &City, line: TcpListener, stopped: watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
    let gateway = Party::Gateway(lines.institution.clone());
    let router = Router::new().route("/if/FGU_20215", post(code_wanted)).with_state(Listening { city: city.clone(), gateway });
    let line = take_calls(line, &lines.identity, city.shared_clock(), router, stopped.clone());
    vec![line, follow(&lines.identity, stopped)]
}
