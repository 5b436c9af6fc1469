//! Everything that is said on the lines, decrypted: between each peer and each zone stands a tap that has the certificates of both, writes
//! down what it hears and passes it on.

use crate::world::{empty, party};
use app::cities::{DemoCity, MINATO, YAMATE};
use app::demo::exchange::hall::until;
use app::demo::exchange::{CHILDCARE, RESIDENTS, question, tax};
use app::demo::serve::plan;
use app::zones::{CityLines, Plan, clock, network_key, zone};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use kernel::Date;
use line::{Client, Identity, PeerName, Timeouts, serve};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use wire::ident::{InstitutionCode, RequestId};
use wire::machine::Party;

const TODAY: Date = Date::constant(2026, 11, 20);

/// One thing said: at whose line, on which path, and what. An answer is one, too.
struct Said {
    to: Party,
    path: String,
    body: Vec<u8>,
}

type Heard = Arc<Mutex<Vec<Said>>>;

/// A tap before one zone.
#[derive(Clone)]
struct Tap {
    zone: Party,
    /// Where the zone really listens.
    behind: String,
    plan: Plan,
    /// A client for each peer, with that peer's own certificate.
    clients: Arc<Mutex<BTreeMap<String, Arc<Client>>>>,
    heard: Heard,
}

impl Tap {
    fn client(&self, peer: &PeerName) -> Arc<Client> {
        let make = || {
            let folder = peer.party().map_or_else(|| self.plan.card(), |party| self.plan.identity(&party));
            let identity = Identity::load(&folder).unwrap();
            Arc::new(Client::new(&identity, clock(self.plan.today), Timeouts::default()).unwrap())
        };
        self.clients.lock().unwrap().entry(peer.to_string()).or_insert_with(make).clone()
    }
}

async fn pass_on(State(tap): State<Tap>, Extension(peer): Extension<PeerName>, uri: Uri, body: Bytes) -> Response {
    let (path, to) = (uri.path().to_owned(), tap.zone.clone());
    let note = |body: &[u8]| tap.heard.lock().unwrap().push(Said { to: to.clone(), path: path.clone(), body: body.to_vec() });
    note(&body);
    match tap.client(&peer).post_bytes(&tap.behind, &PeerName::from(&to), &path, body.to_vec()).await {
        Ok(answer) => {
            note(&answer.body);
            let status = StatusCode::from_u16(answer.status).unwrap();
            (status, [(header::CONTENT_TYPE, "application/json")], answer.body).into_response()
        }
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

fn line_of<'a>(plan: &'a mut Plan, of: &Party) -> &'a mut String {
    match of {
        Party::Network => &mut plan.network.line,
        Party::Juki => &mut plan.juki.line,
        Party::Gateway(code) => &mut plan.cities.iter_mut().find(|c| c.institution == *code).unwrap().gateway.line,
        Party::City(code) => &mut plan.cities.iter_mut().find(|c| c.institution == *code).unwrap().own.line,
    }
}

/// Puts a tap where the others look for the zone; answers the plan by which the zone itself starts, behind the tap.
async fn tapped(plan: &Plan, of: &Party, heard: &Heard) -> Plan {
    let mut own = plan.clone();
    let place = line_of(&mut own, of);
    let listener = TcpListener::bind(place.as_str()).await.unwrap();
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    *place = format!("localhost:{free}");
    let tap = Tap { zone: of.clone(), behind: place.clone(), plan: plan.clone(), clients: Arc::default(), heard: heard.clone() };
    let router = Router::new().fallback(pass_on).layer(DefaultBodyLimit::disable()).with_state(tap);
    let identity = Identity::load(&plan.identity(of)).unwrap();
    let clock = clock(plan.today);
    tokio::spawn(async move { serve(listener, &identity, clock, router, std::future::pending()).await.unwrap() });
    own
}

/// The 団番 for which a 符号 has come to a gateway.
fn bound(heard: &Heard, of: &DemoCity) -> Vec<String> {
    let heard = heard.lock().unwrap();
    let bodies = |to: Party| {
        let said = heard.iter().filter(move |said| said.to == to);
        said.filter_map(|said| serde_json::from_slice::<Vec<Value>>(&said.body).ok()).flatten()
    };
    let wanted: BTreeMap<String, String> = bodies(party(Party::City, of))
        .filter_map(|body| {
            let wish = body.get("code_wanted")?;
            Some((wish["acquisition"].as_str()?.to_owned(), wish["dan"].as_str()?.to_owned()))
        })
        .collect();
    let issued = bodies(party(Party::Gateway, of))
        .filter_map(|body| wanted.get(body.get("code_issued")?["acquisition"].as_str()?).cloned());
    issued.collect()
}

/// Every 個人番号 of both cities, looked for in everything that gateways and network are told, tell and answer, while 符号 are acquired for
/// everybody, 副本 is loaded and a question is asked and answered. On the lines of 住基ネット the same search finds them.
#[tokio::test(flavor = "multi_thread")]
async fn no_individual_number_is_said_on_any_line_of_gateways_and_network() {
    let folder = empty("capture");
    let mut plan = plan(&folder, Some(TODAY), [RESIDENTS, RESIDENTS]).unwrap();
    plan.network_key = Some(network_key(&plan).await.unwrap());
    let heard = Heard::default();
    let mut zones = vec![];
    for of in plan.parties() {
        let own = tapped(&plan, &of, &heard).await;
        zones.push(zone(&own, &of).await.unwrap());
    }
    let person = until("nobody gets a 符号", async || {
        let all = [&MINATO, &YAMATE].map(|city| bound(&heard, city));
        Ok(all.iter().all(|people| people.len() >= RESIDENTS as usize / 2).then(|| all.map(|people| people[0].clone())))
    });
    let [here, there] = person.await.unwrap();
    let lines =
        |city: &DemoCity| CityLines::open(&plan, &InstitutionCode::parse(city.institution).unwrap(), clock(plan.today)).unwrap();
    lines(&YAMATE).call("DBM_10111", &tax(1, &there, "123000")).await.unwrap();
    let request = RequestId::from_bytes([1; 16]);
    lines(&MINATO).call("SKI_10111", &question(request, &here, &YAMATE, CHILDCARE, &[])).await.unwrap();
    let shown = until("the question is not answered", async || {
        let status = lines(&MINATO).call("SKI_10712", &json!({ "request": request })).await?;
        Ok(status["shown"].as_str().filter(|shown| *shown != "waiting").map(str::to_owned))
    });
    assert_eq!(shown.await.unwrap(), "no_data", "やまて市 does not know them: an answer, too");

    let people =
        [&MINATO, &YAMATE].map(|city| city.people(RESIDENTS, TODAY).households().flat_map(|h| h.people).collect::<Vec<_>>());
    let numbers: Vec<String> = people.iter().flatten().map(|person| person.individual_number.expose().to_owned()).collect();
    assert!(numbers.len() > 60);
    let heard = std::mem::take(&mut *heard.lock().unwrap());
    let with_number = |said: &&Said| {
        let text = String::from_utf8_lossy(&said.body);
        numbers.iter().any(|number| text.contains(number.as_str()))
    };
    let (private, open): (Vec<&Said>, Vec<&Said>) = heard.iter().partition(|said| said.to == Party::Juki);
    assert!(private.iter().filter(|said| with_number(said)).count() > 10, "the search must be able to find something");
    let found: Vec<_> = open.iter().filter(|said| with_number(said)).map(|said| format!("{} {}", said.to, said.path)).collect();
    assert!(found.is_empty(), "{found:?}");
    let told = |to: &Party| open.iter().filter(|said| said.to == *to && !said.body.is_empty()).count();
    for of in plan.parties().iter().filter(|of| **of != Party::Juki) {
        assert!(told(of) > 0, "nothing was heard at {of}");
    }
    for zone in zones {
        zone.stop().await;
    }
    std::fs::remove_dir_all(folder).unwrap();
}
