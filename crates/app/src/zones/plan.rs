//! Who stands where: the zones of one installation, their folders, lines and public keys. Written by whoever starts them.

use anyhow::Context;
use gateway::Business;
use jiff::SignedDuration;
use kernel::Date;
use kernel::time::{Clock, Timestamp};
use line::{Ca, PeerName};
use platform::keys::Keys;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::future::Future;
use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use wire::ident::{InstitutionCode, Mode};
use wire::machine::Party;
use wire::permit::NetworkPublic;
use wire::seal::{SealKey, SealPublic};

/// Life of a certificate; the process that holds the authority puts a new one in place after two thirds of it.
const LIFE: SignedDuration = SignedDuration::from_hours(24 * 7);
/// The authority is this old when it is made; its own life is twice as long.
const HISTORY: SignedDuration = SignedDuration::from_hours(24 * 365 * 5);
/// How often it looks.
const RENEWAL: Duration = Duration::from_secs(600);
/// Name of the peer that stands for people's cards at the portal.
const CARD: &str = "card";

/// Where a zone listens: for other zones, and for the browsers of its staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// `host:port` of its line.
    pub line: String,
    /// `host:port` of its pages.
    pub web: String,
}

/// A connected city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectedCity {
    /// 機関コード.
    pub institution: InstitutionCode,
    /// Name.
    pub name_ja: String,
    /// Its part of the gateway platform.
    pub gateway: Spot,
    /// Public key of that part.
    pub gateway_key: SealPublic,
    /// The city itself.
    pub own: Spot,
    /// Its 事務: for what it asks, and for what it answers others (接続する(入手)・接続する(提供)).
    pub businesses: Vec<Business>,
    /// Real business, or a connection test with other institutions that test.
    #[serde(default)]
    pub mode: Mode,
    /// How many synthetic people live there at the first start.
    pub residents: u32,
}

/// One installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Folder of everything.
    pub folder: PathBuf,
    /// Business date of a demo; `None`: today.
    pub today: Option<Date>,
    /// The network.
    pub network: Spot,
    /// `host:port` of its マイナポータル peer, for the browsers of residents.
    pub portal: String,
    /// Key by which its permits are known; set when the network has been opened for the first time.
    pub network_key: Option<NetworkPublic>,
    /// The 住基ネット peer.
    pub juki: Spot,
    /// The cities.
    pub cities: Vec<ConnectedCity>,
    /// PostgreSQL URL of a zone by its name (`network`, `gateway:…`); a zone without one has SQLite in its folder.
    #[serde(default)]
    pub databases: BTreeMap<String, String>,
}

/// A city to be connected.
#[derive(Debug, Clone, Copy)]
pub struct NewCity<'a> {
    /// 機関コード.
    pub institution: &'a str,
    /// Name.
    pub name_ja: &'a str,
    /// Real business, or a connection test.
    pub mode: Mode,
    /// How many synthetic people live there.
    pub residents: u32,
}

/// Ports that nobody uses at this moment, each given once.
#[derive(Default)]
struct Ports(BTreeSet<u16>);

impl Ports {
    fn free(&mut self) -> anyhow::Result<u16> {
        loop {
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            if self.0.insert(port) {
                return Ok(port);
            }
        }
    }

    fn spot(&mut self) -> anyhow::Result<Spot> {
        Ok(Spot { line: format!("localhost:{}", self.free()?), web: format!("127.0.0.1:{}", self.free()?) })
    }
}

fn is_taken(at: &str) -> bool {
    TcpListener::bind(at).is_err_and(|error| error.kind() == ErrorKind::AddrInUse)
}

impl Plan {
    /// Name of its file.
    pub const FILE: &str = "plan.json";

    /// Makes a plan on free ports of this machine: folders, keys, certificates of a local authority.
    ///
    /// # Errors
    /// A folder or port that cannot be had.
    pub fn make(folder: &Path, today: Option<Date>, cities: &[NewCity<'_>], now: Timestamp) -> anyhow::Result<Self> {
        let mut ports = Ports::default();
        let mut plan = Self {
            folder: folder.to_owned(),
            today,
            network: ports.spot()?,
            portal: format!("127.0.0.1:{}", ports.free()?),
            network_key: None,
            juki: ports.spot()?,
            cities: vec![],
            databases: BTreeMap::new(),
        };
        for city in cities {
            let institution = InstitutionCode::parse(city.institution)?;
            let gateway_key = plan.gateway_seal(&institution)?.public();
            let (gateway, own, name_ja) = (ports.spot()?, ports.spot()?, city.name_ja.to_owned());
            let (businesses, mode, residents) = (Business::load()?, city.mode, city.residents);
            plan.cities.push(ConnectedCity { institution, name_ja, gateway, gateway_key, own, businesses, mode, residents });
        }
        plan.certify(now)?;
        Ok(plan)
    }

    /// The plan of a folder on a later start: keys, codes and places stay, the certificates begin anew, and the clock is the given one.
    ///
    /// # Errors
    /// No plan there, or one of another release.
    pub fn again(folder: &Path, today: Option<Date>, now: Timestamp) -> anyhow::Result<Self> {
        let plan = Self { folder: folder.to_owned(), today, ..Self::load(folder)? };
        plan.certify(now)?;
        Ok(plan)
    }

    fn ca(&self, now: Timestamp) -> anyhow::Result<Ca> {
        // The clock of a demo may be set back later: an authority from the future would close every line.
        Ok(Ca::open_or_create(&self.folder.join("ca"), now - HISTORY)?)
    }

    /// Every peer with its folder: the zones, and people's cards.
    fn peers(&self) -> anyhow::Result<Vec<(PeerName, PathBuf)>> {
        let parties = self.parties();
        let mut all: Vec<_> = parties.iter().map(|party| (PeerName::from(party), self.identity(party))).collect();
        all.push((PeerName::parse(CARD)?, self.card()));
        Ok(all)
    }

    fn certify(&self, now: Timestamp) -> anyhow::Result<()> {
        let ca = self.ca(now)?;
        for (peer, folder) in self.peers()? {
            ca.issue(&peer, &["localhost"], now, LIFE)?.store(&folder)?;
        }
        Ok(())
    }

    /// Puts new certificates in place before the old ones run out, until `stop`.
    ///
    /// # Errors
    /// A folder without the authority.
    pub async fn keep_certified(&self, clock: &dyn Clock, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let folders: Vec<PathBuf> = self.peers()?.into_iter().map(|(_, folder)| folder).collect();
        line::keep_fresh(&self.ca(clock.now())?, &folders, clock, RENEWAL, stop).await;
        Ok(())
    }

    /// Gives every zone whose port another program has a new one. Answers whether there was such a zone.
    ///
    /// # Errors
    /// No port is free.
    pub fn move_where_taken(&mut self) -> anyhow::Result<bool> {
        let mut ports = Ports::default();
        let mut spots = vec![&mut self.network, &mut self.juki];
        spots.extend(self.cities.iter_mut().flat_map(|city| [&mut city.gateway, &mut city.own]));
        let mut places: Vec<&mut String> = spots.into_iter().flat_map(|spot| [&mut spot.line, &mut spot.web]).collect();
        places.push(&mut self.portal);
        let mut moved = false;
        for place in places {
            if is_taken(place) {
                let (host, _) = place.rsplit_once(':').context("ポートのない宛先です")?;
                *place = format!("{host}:{}", ports.free()?);
                moved = true;
            }
        }
        Ok(moved)
    }

    /// Everybody who has a line.
    pub fn parties(&self) -> Vec<Party> {
        let cities = self.cities.iter().map(|c| c.institution.clone());
        let gateways = cities.clone().map(Party::Gateway);
        [Party::Network, Party::Juki].into_iter().chain(gateways).chain(cities.map(Party::City)).collect()
    }

    /// Folder of a zone: database, keys, witness.
    pub fn zone(&self, party: &Party) -> PathBuf {
        self.folder.join(party.to_string().replace(':', "-"))
    }

    /// Database of a zone; `None`: SQLite in its folder.
    pub fn database(&self, party: &Party) -> Option<&str> {
        self.databases.get(&party.to_string()).map(String::as_str)
    }

    /// Folder of the certificate that stands for people's cards.
    pub fn card(&self) -> PathBuf {
        self.folder.join(CARD)
    }

    /// Folder of a peer's certificate.
    pub fn identity(&self, party: &Party) -> PathBuf {
        self.zone(party).join("line")
    }

    /// A city of the plan.
    ///
    /// # Errors
    /// An institution that the plan does not know.
    pub fn city(&self, institution: &InstitutionCode) -> anyhow::Result<&ConnectedCity> {
        self.cities.iter().find(|c| c.institution == *institution).context("この機関コードの市はつながっていません")
    }

    /// The key of a tenant, from the tenant's own key ring.
    ///
    /// # Errors
    /// A key ring that cannot be opened.
    pub fn gateway_seal(&self, institution: &InstitutionCode) -> anyhow::Result<SealKey> {
        let folder = self.zone(&Party::Gateway(institution.clone()));
        std::fs::create_dir_all(&folder)?;
        let keys = Keys::open(&crate::ring_file(&folder))?;
        let secret =
            [keys.token("gateway_seal_1", institution.as_str())?, keys.token("gateway_seal_2", institution.as_str())?].concat();
        Ok(SealKey::from_seed(&platform::keys::sha256(&secret)))
    }

    /// A city's pages are where whoever starts it wants them, not on a port of the plan.
    pub fn pages_at(&mut self, institution: &InstitutionCode, listen: SocketAddr) {
        for city in self.cities.iter_mut().filter(|c| c.institution == *institution) {
            city.own.web = format!("localhost:{}", listen.port());
        }
    }

    /// Stores the plan in its folder.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn store(&self) -> anyhow::Result<()> {
        // A zone that starts must not read half a plan.
        let fresh = self.folder.join("plan.new");
        // It may name databases with their passwords.
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        Ok(std::fs::rename(fresh, self.folder.join(Self::FILE))?)
    }

    /// Reads the plan of a folder.
    ///
    /// # Errors
    /// No plan there, or one of another release.
    pub fn load(folder: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(folder.join(Self::FILE)).with_context(|| format!("{} に計画がありません", folder.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{} の計画を読めません。別の版のものです", folder.display()))
    }
}
