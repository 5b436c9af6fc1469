//! The trust zones of the exchange as running processes: network, 住基ネット peer, gateway tenants; and a city's own lines.
//!
//! Each zone has its own folder with its own database, keys, witness and certificate, and its own pages for its own staff. Zones speak with one
//! another over mutual TLS only ([`line`]).

mod city;
mod inside;
mod installation;
mod juki_line;
mod plan;
mod portal;
mod process;

pub use city::{CityLines, serve_city};
pub use inside::Inside;
pub use installation::Installation;
pub use plan::{ConnectedCity, NewCity, Plan, Spot};
pub use portal::sign_in;
pub use process::{Process, run};

use crate::running::{Running, WallClock};
use anyhow::Context;
use async_trait::async_trait;
use gateway::{Institution, Profile, Sender, SystemRandomness, Unsent};
use kernel::Date;
use kernel::access::Purpose;
use kernel::time::Clock;
use line::{Client, Identity, PeerName, Timeouts};
use platform::City;
use platform::city::{CityProfile, Office};
use platform::db::{Db, Migration, migrate};
use platform::keys::Keys;
use platform::policy::{FieldGroup, POLICIES, Policy, SCHEMA};
use platform::staff::{NewStaff, admin};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use webkit::{House, Programme};
use wire::catalogue::Catalogue;
use wire::ident::InstitutionCode;
use wire::limits::Limits;
use wire::list::{Kind, PermittedList};
use wire::machine::{Body, Party, Tenant};
use wire::permit::NetworkPublic;
use wire::replica::LiveVersions;

/// Pause between two rounds of a gateway's queue.
const ROUND: Duration = Duration::from_millis(200);
/// How often a process looks for its new certificate.
const LOOK: Duration = Duration::from_secs(60);

/// What is fixed for a kind of zone.
struct Make<'a> {
    programme: &'static str,
    folder: &'a Path,
    database_url: Option<&'a str>,
    name_ja: &'a str,
    offices: &'static [Office],
    purpose: Purpose,
    groups: &'static [FieldGroup],
    policy: (&'static str, &'static str),
    migrations: &'a [Migration],
    clock: Arc<dyn Clock>,
}

const GATEWAY_OFFICES: &[Office] = &[Office { code: "joho", name_ja: "情報政策課", purposes: &[gateway::PURPOSE.code] }];
const NETWORK_OFFICES: &[Office] = &[refnet::OFFICE];
const JUKI_OFFICES: &[Office] = &[refjuki::OFFICE];

/// One of a zone's own staff, registered at its first start.
pub struct Operator {
    /// Staff number.
    pub no: &'static str,
    name: &'static str,
    rank: i64,
    roles: &'static str,
    /// What they do.
    pub job_ja: &'static str,
}

const NETWORK_STAFF: &[Operator] =
    &[Operator { no: "7001", name: "運用 一", rank: 2, roles: "network_operator", job_ja: "網の運用" }];
const JUKI_STAFF: &[Operator] =
    &[Operator { no: "8001", name: "運用 二", rank: 2, roles: "juki_net_operator", job_ja: "住基ネットの運用" }];
/// Every 特定個人情報: who looks after the whole of 情報連携.
const GATEWAY_ROLES: &str = "gateway,gateway_resident,gateway_tax,gateway_welfare,gateway_insurance,gateway_health";
const GATEWAY_STAFF: &[Operator] = &[
    Operator { no: "6001", name: "連携 一", rank: 1, roles: GATEWAY_ROLES, job_ja: "情報連携 係員" },
    Operator { no: "6002", name: "連携 二", rank: 2, roles: GATEWAY_ROLES, job_ja: "情報連携 係長" },
    Operator {
        no: "6003",
        name: "運用 三",
        rank: 1,
        roles: "gateway_operator",
        job_ja: "中間サーバーの運用・保守(個人の情報は見ません)",
    },
];

/// Who signs in at a zone's pages; a city's staff are the city's own.
pub fn operators(party: &Party) -> &'static [Operator] {
    match party {
        Party::Network => NETWORK_STAFF,
        Party::Juki => JUKI_STAFF,
        Party::Gateway(_) => GATEWAY_STAFF,
        Party::City(_) => &[],
    }
}

impl Make<'_> {
    /// Opens the zone's own database, keys and policy.
    async fn open(self) -> anyhow::Result<City> {
        std::fs::create_dir_all(self.folder)?;
        let db = Db::open(self.database_url, &self.folder.join("zone.db")).await?;
        let migrations: Vec<Migration> = platform::MIGRATIONS.iter().chain(self.migrations).copied().collect();
        migrate(&db, &migrations, self.clock.now()).await?;
        let db = platform::db::walls::raise(db, &["desk", self.programme]).await?;
        let keys = Keys::open(&crate::ring_file(self.folder))?;
        let shared = POLICIES.iter().copied().filter(|(file, _)| matches!(*file, "base.cedar" | "system.cedar"));
        let files: Vec<_> = shared.chain([self.policy]).collect();
        let groups: Vec<FieldGroup> = desk::programme().groups.into_iter().chain(self.groups.iter().copied()).collect();
        let policy = Policy::load(SCHEMA, &files, &groups)?;
        let profile = CityProfile {
            name_ja: self.name_ja.to_owned(),
            code: String::new(),
            prefecture_ja: String::new(),
            mayor_ja: String::new(),
            wards: vec![],
            offices: self.offices,
        };
        Ok(City::new(db, keys, self.clock, policy, profile, vec![self.purpose]))
    }
}

/// A port of the plan that another program has: whoever started the zone gives it another one.
#[derive(Debug, thiserror::Error)]
#[error("ポートがほかのプログラムに使われています: {0}")]
pub struct PortTaken(String);

/// Listens at `host:port`.
///
/// # Errors
/// [`PortTaken`], or an address that this machine does not have.
pub(crate) async fn bind(at: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(at).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => PortTaken(at.to_owned()).into(),
        _ => anyhow::Error::new(error).context(format!("{at} で待ち受けられません")),
    })
}

/// Where a zone listens. Taken first, before anything is made, so that a port that is taken costs nothing.
pub(crate) struct Bound {
    pub line: TcpListener,
    pub web: TcpListener,
}

impl Bound {
    /// As the plan says.
    pub async fn at(spot: &Spot) -> anyhow::Result<Self> {
        Ok(Self { line: bind(&spot.line).await?, web: bind(&spot.web).await? })
    }
}

/// A zone that runs. Dropping it without [`Zone::stop`] leaves its loops to the runtime's end.
pub struct Zone {
    /// Its staff's one-time passwords, when it was made just now: staff number and password.
    pub passwords: Vec<(&'static str, String)>,
    pub(crate) running: Running,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) tasks: Vec<JoinHandle<()>>,
}

impl Zone {
    /// Lets running work end and closes the database.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            tokio::time::timeout(Duration::from_secs(6), task).await.map(|_| ()).unwrap_or_default();
        }
        self.running.stop().await;
    }
}

async fn asked(mut stopped: watch::Receiver<bool>) {
    stopped.wait_for(|s| *s).await.map(|_| ()).unwrap_or_default();
}

/// The clock of a plan.
pub fn clock(today: Option<Date>) -> Arc<dyn Clock> {
    Arc::new(today.map_or_else(WallClock::real, WallClock::starting))
}

/// Takes calls on a line until `stopped`.
fn take_calls(
    listener: TcpListener,
    identity: &Identity,
    clock: Arc<dyn Clock>,
    router: axum::Router,
    stopped: watch::Receiver<bool>,
) -> JoinHandle<()> {
    let identity = identity.clone();
    tokio::spawn(async move {
        if let Err(error) = line::serve(listener, &identity, clock, router, asked(stopped)).await {
            tracing::error!(%error, "a line stopped");
        }
    })
}

fn follow(identity: &Identity, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    let identity = identity.clone();
    tokio::spawn(async move { identity.follow(LOOK, asked(stopped)).await })
}

/// Pages and loops of a zone, and its operators at the first start.
async fn start(
    city: City,
    programme: Programme,
    web: TcpListener,
    folder: &Path,
    staff: &[Operator],
) -> anyhow::Result<(Running, Vec<(&'static str, String)>)> {
    let house = House::new(city.clone(), vec![desk::programme(), programme]);
    let mut passwords = vec![];
    let made = folder.join("staff");
    if !made.exists() {
        for Operator { no, name, rank, roles, .. } in staff {
            let password = admin::one_time_password(city.keys())?;
            let office = city.profile().offices.first().context("所属がありません")?.code;
            let posts = [(office, *rank, *roles, None)];
            admin::add(&city, &NewStaff { staff_no: no, name, password: &password, posts: &posts, from: city.today() }).await?;
            passwords.push((*no, password));
        }
        std::fs::write(made, "")?;
    }
    let witness = crate::witness(folder, city.keys());
    Ok((Running::start_on(house.over_plain_http(), web, witness)?, passwords))
}

/// Opens the network and takes in the plan's institutions.
async fn open_network(plan: &Plan) -> anyhow::Result<(City, refnet::Keeper)> {
    let make = Make {
        programme: refnet::PURPOSE.code,
        database_url: plan.database(&Party::Network),
        folder: &plan.zone(&Party::Network),
        name_ja: "情報提供ネットワーク",
        offices: NETWORK_OFFICES,
        purpose: refnet::PURPOSE,
        groups: refnet::GROUPS,
        policy: refnet::POLICY,
        migrations: refnet::MIGRATIONS,
        clock: clock(plan.today),
    };
    let zone = make.open().await?;
    let keeper = refnet::Keeper::open(zone.acting(refnet::PURPOSE.code)).await?;
    for city in &plan.cities {
        let new = refnet::NewMember {
            institution: city.institution.clone(),
            name_ja: city.name_ja.clone(),
            kind: Kind("city".into()),
            key: city.gateway_key,
            address: city.gateway.line.clone(),
        };
        keeper.admit(&new).await?;
    }
    Ok((zone, keeper))
}

/// The key by which the network's permits are known; its zone is made for it when there is none.
///
/// # Errors
/// The first part that cannot be opened.
pub async fn network_key(plan: &Plan) -> anyhow::Result<NetworkPublic> {
    let (zone, keeper) = open_network(plan).await?;
    zone.db().close().await;
    Ok(keeper.public())
}

/// Runs the network.
///
/// # Errors
/// The first part that cannot be started.
pub async fn network(plan: &Plan) -> anyhow::Result<Zone> {
    let (bound, portal) = (Bound::at(&plan.network).await?, bind(&plan.portal).await?);
    let (zone, keeper) = open_network(plan).await?;
    let keeper = Arc::new(keeper);
    let (folder, identity) = (plan.zone(&Party::Network), Identity::load(&plan.identity(&Party::Network))?);
    let clock = keeper.city().shared_clock();
    let client = Client::new(&identity, clock.clone(), Timeouts::default())?;
    let (stop, stopped) = watch::channel(false);
    let (running, passwords) = start(zone, refnet::programme(), bound.web, &folder, NETWORK_STAFF).await?;
    let line = take_calls(bound.line, &identity, clock, refnet::line_router(keeper.clone()), stopped.clone());
    let client = Arc::new(client);
    let portal = portal::serve(portal, refnet::portal_router(keeper.clone(), client.clone()), stopped.clone());
    let followed = follow(&identity, stopped.clone());
    let work = tokio::spawn(async move { keeper.run(&client, asked(stopped)).await });
    Ok(Zone { passwords, running, stop, tasks: vec![line, portal, followed, work] })
}

/// Runs the 住基ネット peer.
///
/// # Errors
/// The first part that cannot be started.
pub async fn juki(plan: &Plan) -> anyhow::Result<Zone> {
    let bound = Bound::at(&plan.juki).await?;
    let folder = plan.zone(&Party::Juki);
    let make = Make {
        programme: refjuki::PURPOSE.code,
        database_url: plan.database(&Party::Juki),
        folder: &folder,
        name_ja: "住基ネット",
        offices: JUKI_OFFICES,
        purpose: refjuki::PURPOSE,
        groups: refjuki::GROUPS,
        policy: refjuki::POLICY,
        migrations: refjuki::MIGRATIONS,
        clock: clock(plan.today),
    };
    let zone = make.open().await?;
    let keeper = Arc::new(refjuki::Keeper::open(zone.acting(refjuki::PURPOSE.code)).await?);
    let identity = Identity::load(&plan.identity(&Party::Juki))?;
    let clock = keeper.city().shared_clock();
    let client = Client::new(&identity, clock.clone(), Timeouts::default())?;
    let gateways = plan.cities.iter().map(|c| (Party::Gateway(c.institution.clone()), c.gateway.line.clone()));
    let addresses: BTreeMap<Party, String> = gateways.chain([(Party::Network, plan.network.line.clone())]).collect();
    let (stop, stopped) = watch::channel(false);
    let (running, passwords) = start(zone, refjuki::programme(), bound.web, &folder, JUKI_STAFF).await?;
    let line = take_calls(bound.line, &identity, clock, refjuki::line_router(keeper.clone()), stopped.clone());
    let followed = follow(&identity, stopped.clone());
    let work = tokio::spawn(async move {
        let lines = refjuki::Network { client: &client, addresses: &addresses };
        keeper.run(&lines, asked(stopped)).await;
    });
    Ok(Zone { passwords, running, stop, tasks: vec![line, followed, work] })
}

/// The lines of a gateway's tenant: to the network, and to its own city.
struct GatewayLines {
    client: Client,
    network: String,
    city: String,
}

#[async_trait]
impl Sender for GatewayLines {
    async fn send(&self, to: &Party, bodies: &[Body]) -> Result<(), Unsent> {
        let (at, peer, path) = match to {
            Party::City(_) => (&self.city, PeerName::from(to), "/if/FGU_20215"),
            _ => (&self.network, PeerName::from(&Party::Network), "/messages"),
        };
        let answer = self.client.post(at, &peer, path, &bodies).await.map_err(|e| Unsent(e.to_string()))?;
        if answer.is_success() { Ok(()) } else { Err(Unsent(format!("{peer} が {} を返しました", answer.status))) }
    }
}

/// How a tenant of the plan is connected.
fn profile(plan: &Plan, city: &ConnectedCity) -> anyhow::Result<Profile> {
    let institution = |c: &ConnectedCity| Institution { name_ja: c.name_ja.clone(), kind: Kind("city".into()) };
    Ok(Profile {
        kind: Kind("city".into()),
        live: LiveVersions::load()?,
        items: Catalogue::load()?,
        institutions: plan.cities.iter().map(|c| (c.institution.clone(), institution(c))).collect(),
        businesses: city.businesses.clone(),
        city_pages: Some(format!("http://{}", city.own.web)),
        list: PermittedList::load()?,
    })
}

/// Runs the zone of a party.
///
/// # Errors
/// The first part that cannot be started.
pub async fn zone(plan: &Plan, party: &Party) -> anyhow::Result<Zone> {
    match party {
        Party::Network => network(plan).await,
        Party::Juki => juki(plan).await,
        Party::Gateway(institution) => tenant(plan, institution).await,
        Party::City(institution) => Ok(crate::demo::Town::of_plan(plan, institution).await?.zone),
    }
}

/// Runs a city's part of the gateway platform.
///
/// # Errors
/// The first part that cannot be started.
pub async fn tenant(plan: &Plan, institution: &InstitutionCode) -> anyhow::Result<Zone> {
    let city = plan.city(institution)?;
    let bound = Bound::at(&city.gateway).await?;
    let me = Party::Gateway(institution.clone());
    let folder = plan.zone(&me);
    let name = format!("{} 中間サーバー", city.name_ja);
    let make = Make {
        programme: gateway::CODE,
        database_url: plan.database(&me),
        folder: &folder,
        name_ja: &name,
        offices: GATEWAY_OFFICES,
        purpose: gateway::PURPOSE,
        groups: gateway::GROUPS,
        policy: gateway::POLICY,
        migrations: gateway::MIGRATIONS,
        clock: clock(plan.today),
    };
    let tenant = Tenant {
        institution: institution.clone(),
        key: plan.gateway_seal(institution)?,
        network: plan.network_key.context("ネットワークの公開鍵がまだありません。先にネットワークを開いてください")?,
        mode: city.mode,
        limits: Limits::load()?,
    };
    let zone = make.open().await?;
    let keeper = gateway::Keeper::new(zone.clone(), tenant, profile(plan, city)?, "joho", SystemRandomness::default());
    let identity = Identity::load(&plan.identity(&me))?;
    let clock = zone.shared_clock();
    let client = Client::new(&identity, clock.clone(), Timeouts::default())?;
    let lines = GatewayLines { client, network: plan.network.line.clone(), city: city.own.line.clone() };
    let (stop, stopped) = watch::channel(false);
    let (running, passwords) = start(zone, gateway::programme(keeper.clone()), bound.web, &folder, GATEWAY_STAFF).await?;
    let line = take_calls(bound.line, &identity, clock, gateway::routes(keeper.clone()), stopped.clone());
    let followed = follow(&identity, stopped.clone());
    let quit = stopped.clone();
    let work = tokio::spawn(async move {
        while !*quit.borrow() {
            let round = async {
                while keeper.tick().await? > 0 {}
                while keeper.send_due(&lines).await?.delivered > 0 {}
                Ok::<(), platform::Fault>(())
            };
            if let Err(fault) = round.await {
                tracing::error!(%fault, "a gateway could not work its queue");
            }
            tokio::time::sleep(ROUND).await;
        }
    });
    Ok(Zone { passwords, running, stop, tasks: vec![line, followed, work] })
}
