//! 符号取得 from end to end over real lines on this machine: city → 住基ネット → network → gateway, each with its own database, keys and
//! certificate.

use crate::support::{acquisition, migrations, number, people, sakai, shinjuku, zone};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Extension, Json, Router};
use exchange_sim::Safeguards;
use exchange_sim::dice::Dice;
use exchange_sim::gateway::{Gateway, Moves, Store};
use jiff::SignedDuration;
use kernel::ident::DanNo;
use kernel::time::Clock;
use line::{Ca, Client, Identity, LineError, PeerName, Timeouts, serve};
use platform::testing::{FixedClock, TestDatabase, fresh_databases};
use refnet::NewMember;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use wire::acquire::{Acquisition, AcquisitionEvent};
use wire::code::Code;
use wire::ident::{InstitutionCode, Mode};
use wire::limits::Limits;
use wire::list::Kind;
use wire::machine::{Body, Effect, Party, Tenant, Turn};
use wire::replica::LiveVersions;
use wire::seal::SealKey;

/// A gateway's tenant in memory behind a real line.
struct Tenancy {
    gateway: Mutex<Gateway>,
    clock: Arc<FixedClock>,
}

impl Tenancy {
    fn hears(&self, from: &Party, body: Body) {
        let mut gateway = self.gateway.lock().unwrap();
        let tenant = gateway.tenant.clone();
        let effects = gateway.hear(from, body, &mut Turn { who: &tenant, now: self.clock.now(), rng: &mut Dice::new(2) });
        gateway.keep(effects);
    }

    /// Registers a person; answers what the city has to ask 住基ネット for.
    fn wants(&self, dan: &DanNo) -> Body {
        let mut gateway = self.gateway.lock().unwrap();
        let tenant = gateway.tenant.clone();
        gateway.store.acquisitions.insert(dan.clone(), Acquisition::new(dan.clone()));
        let mut turn = Turn { who: &tenant, now: self.clock.now(), rng: &mut Dice::new(3) };
        let effects = gateway.acquire(Some(dan.clone()), AcquisitionEvent::Begin, &mut turn);
        let wanted = effects.into_iter().find_map(|e| if let Effect::Send { body, .. } = e { Some(body) } else { None });
        wanted.unwrap()
    }

    fn acquired(&self, dan: &DanNo) -> Option<Code> {
        self.gateway.lock().unwrap().store.acquisitions.get(dan).and_then(Acquisition::code)
    }
}

async fn messages(
    State(tenancy): State<Arc<Tenancy>>,
    Extension(from): Extension<Party>,
    Json(bodies): Json<Vec<Body>>,
) -> StatusCode {
    for body in bodies {
        tenancy.hears(&from, body);
    }
    StatusCode::NO_CONTENT
}

fn tenancy(institution: &InstitutionCode, network: &refnet::Keeper, clock: &Arc<FixedClock>) -> Arc<Tenancy> {
    let tenant = Tenant {
        institution: institution.clone(),
        key: SealKey::from_seed(&[4; 32]),
        network: network.public(),
        mode: Mode::Production,
        limits: Limits::load().unwrap(),
    };
    let live = LiveVersions::new([]).unwrap();
    let (store, moves) = (Store::default(), Moves::default());
    let gateway = Gateway { tenant, store, live, provides: true, moves, safeguards: Safeguards::ALL };
    Arc::new(Tenancy { gateway: Mutex::new(gateway), clock: clock.clone() })
}

/// Everything that runs, with the certificates it runs under.
struct Zones {
    ca: Ca,
    clock: Arc<FixedClock>,
    juki: Arc<refjuki::Keeper>,
    network: Arc<refnet::Keeper>,
    gateway: Arc<Tenancy>,
    addresses: BTreeMap<Party, String>,
    databases: [TestDatabase; 2],
}

impl Zones {
    fn identity(&self, party: &Party) -> Identity {
        identity(&self.ca, &self.clock, &PeerName::from(party))
    }

    fn client(&self, party: &Party) -> Client {
        Client::new(&self.identity(party), self.clock.clone(), Timeouts::default()).unwrap()
    }
}

fn identity(ca: &Ca, clock: &Arc<FixedClock>, peer: &PeerName) -> Identity {
    ca.issue(peer, &["127.0.0.1"], clock.now(), SignedDuration::from_hours(24)).unwrap()
}

async fn listen(ca: &Ca, clock: &Arc<FixedClock>, party: &Party, router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap().to_string();
    let (identity, clock) = (identity(ca, clock, &PeerName::from(party)), clock.clone());
    tokio::spawn(async move { serve(listener, &identity, clock, router, std::future::pending()).await.unwrap() });
    at
}

async fn start(databases: [TestDatabase; 2], nth: usize) -> Zones {
    let clock = Arc::new(FixedClock::noon(crate::support::TODAY));
    let folder = std::env::temp_dir().join(format!("atena-zones-{}-{nth}", std::process::id()));
    let ca = Ca::create(&folder, clock.now()).unwrap();
    let city = zone(&databases[0], "住基ネット", refjuki::POLICY, refjuki::GROUPS, clock.clone());
    let juki = Arc::new(refjuki::Keeper::open(city).await.unwrap());
    juki.register(&people()).await.unwrap();
    let city = zone(&databases[1], "ネットワーク", refnet::POLICY, refnet::GROUPS, clock.clone());
    let network = Arc::new(refnet::Keeper::open(city).await.unwrap());
    let gateway = tenancy(&sakai(), &network, &clock);
    let router = Router::new().route("/messages", post(messages)).with_state(gateway.clone());
    let mut addresses = BTreeMap::new();
    for (party, router) in [
        (Party::Juki, refjuki::line_router(juki.clone())),
        (Party::Network, refnet::line_router(network.clone())),
        (Party::Gateway(sakai()), router),
    ] {
        addresses.insert(party.clone(), listen(&ca, &clock, &party, router).await);
    }
    let member = NewMember {
        institution: sakai(),
        name_ja: "堺市(検証用)".into(),
        kind: Kind("city".into()),
        key: SealKey::from_seed(&[4; 32]).public(),
        address: addresses[&Party::Gateway(sakai())].clone(),
    };
    network.admit(&member).await.unwrap();
    let zones = Zones { ca, clock, juki, network, gateway, addresses, databases };
    let (network, client) = (zones.network.clone(), zones.client(&Party::Network));
    tokio::spawn(async move { network.run(&client, std::future::pending()).await });
    let (juki, client, addresses) = (zones.juki.clone(), zones.client(&Party::Juki), zones.addresses.clone());
    tokio::spawn(async move {
        let lines = refjuki::Network { client: &client, addresses: &addresses };
        juki.run(&lines, std::future::pending()).await;
    });
    zones
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..200 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert!(holds().await, "{what} within five seconds");
}

/// Two databases of each engine: one for each zone.
async fn both() -> Vec<[TestDatabase; 2]> {
    let juki = fresh_databases(&migrations(refjuki::MIGRATIONS)).await.unwrap();
    let network = fresh_databases(&migrations(refnet::MIGRATIONS)).await.unwrap();
    juki.into_iter().zip(network).map(|(a, b)| [a, b]).collect()
}

#[tokio::test]
async fn a_code_is_acquired_over_mutual_tls_and_stays_when_the_number_changes() {
    for (nth, databases) in both().await.into_iter().enumerate() {
        let zones = start(databases, nth).await;
        let dan = DanNo::issue(1).unwrap();
        let (city, juki) = (zones.client(&Party::City(sakai())), zones.addresses[&Party::Juki].clone());
        let at_juki = PeerName::from(&Party::Juki);
        let ask = async |dan: &DanNo, number: &str| {
            let Body::CodeWanted { acquisition, .. } = zones.gateway.wants(dan) else { unreachable!() };
            let wanted = serde_json::json!({ "acquisition": acquisition, "institution": sakai(), "individual_number": number });
            let answer = city.post(&juki, &at_juki, "/code", &wanted).await.unwrap();
            assert_eq!(answer.status, 204);
        };
        ask(&dan, number(1).expose()).await;
        until("a 符号", async || zones.gateway.acquired(&dan).is_some()).await;
        let code = zones.gateway.acquired(&dan);

        // 個人番号 changes; the city asks again for the same person and gets the same 符号.
        let changed = serde_json::json!({ "individual_number": number(1).expose(), "reason": "漏えいのおそれ" });
        let answer = city.post(&juki, &at_juki, "/changed", &changed).await.unwrap();
        let fresh: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        zones.gateway.gateway.lock().unwrap().store.codes.clear();
        ask(&dan, fresh["individual_number"].as_str().unwrap()).await;
        until("the 符号 again", async || zones.gateway.acquired(&dan).is_some()).await;
        assert_eq!(zones.gateway.acquired(&dan), code);

        // The portal's token travels the same way.
        let card = identity(&zones.ca, &zones.clock, &PeerName::parse("card").unwrap());
        let card = Client::new(&card, zones.clock.clone(), Timeouts::default()).unwrap();
        let holder = serde_json::json!({ "individual_number": fresh["individual_number"] });
        let answer = card.post(&juki, &at_juki, "/portal-user", &holder).await.unwrap();
        let token: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let token = refnet::PortalToken::parse(token["token"].as_str().unwrap()).unwrap();
        until("the portal", async || zones.network.history(&token).await.is_ok()).await;
        for database in zones.databases {
            database.remove().await;
        }
    }
}

#[tokio::test]
async fn a_zone_takes_only_what_its_peer_may_say_and_only_from_that_peer() {
    for (nth, databases) in both().await.into_iter().enumerate() {
        let zones = start(databases, 10 + nth).await;
        let network = &zones.addresses[&Party::Network];
        let at_network = PeerName::from(&Party::Network);
        // A city has no business with the network, and a gateway none with 住基ネット.
        let forged = vec![Body::CodeRequest {
            acquisition: acquisition(1),
            lineage: wire::code::LineageKey::from_bytes([1; 32]),
            institution: sakai(),
        }];
        for stranger in [Party::City(sakai()), Party::Gateway(sakai()), Party::Gateway(shinjuku())] {
            let answer = zones.client(&stranger).post(network, &at_network, "/messages", &forged).await.unwrap();
            assert_eq!(answer.status, 204, "heard and left alone");
        }
        let mut tx = zones.databases[1].db.read().await.unwrap();
        let people: i64 = tx.one("select count(*) as n from refnet_person", vec![]).await.unwrap().get("n").unwrap();
        drop(tx);
        assert_eq!(people, 0);
        // A certificate that names no party of the exchange gets no further than the door.
        let portal = identity(&zones.ca, &zones.clock, &PeerName::parse("portal").unwrap());
        let portal = Client::new(&portal, zones.clock.clone(), Timeouts::default()).unwrap();
        assert_eq!(portal.post(network, &at_network, "/messages", &forged).await.unwrap().status, 403);
        // Whoever means the network and reaches 住基ネット says nothing.
        let juki = &zones.addresses[&Party::Juki];
        let mistaken = zones.client(&Party::Gateway(sakai())).post(juki, &at_network, "/messages", &forged).await;
        assert!(matches!(mistaken, Err(LineError::WrongPeer { .. })));
        for database in zones.databases {
            database.remove().await;
        }
    }
}
