//! Who stands where: the zones of one installation, their folders, lines and public keys. Written by whoever starts them.

use anyhow::Context;
use jiff::SignedDuration;
use kernel::Date;
use kernel::time::Timestamp;
use line::{Ca, PeerName};
use platform::keys::Keys;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use wire::ident::InstitutionCode;
use wire::machine::Party;
use wire::permit::NetworkPublic;
use wire::seal::{SealKey, SealPublic};

const FILE: &str = "plan.json";
/// Life of a certificate; the process that holds the authority puts a new one in place after two thirds of it.
const LIFE: SignedDuration = SignedDuration::from_hours(24 * 7);

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
    /// `host:port` of the city's own line.
    pub line: String,
    /// It answers others, too; otherwise it only asks (接続する(入手)、接続しない(提供)).
    pub provides: bool,
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
    /// Key by which its permits are known; set when the network has been opened for the first time.
    pub network_key: Option<NetworkPublic>,
    /// The 住基ネット peer.
    pub juki: Spot,
    /// The cities.
    pub cities: Vec<ConnectedCity>,
}

/// A city to be connected: 機関コード, name, and whether it provides.
pub type NewCity<'a> = (&'a str, &'a str, bool);

/// A port that nobody uses at this moment.
fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn spot() -> anyhow::Result<Spot> {
    Ok(Spot { line: format!("localhost:{}", free_port()?), web: format!("127.0.0.1:{}", free_port()?) })
}

impl Plan {
    /// Makes a plan on free ports of this machine: folders, keys, certificates of a local authority.
    ///
    /// # Errors
    /// A folder or port that cannot be had.
    pub fn make(folder: &Path, today: Option<Date>, cities: &[NewCity<'_>], now: Timestamp) -> anyhow::Result<Self> {
        let mut plan =
            Self { folder: folder.to_owned(), today, network: spot()?, network_key: None, juki: spot()?, cities: vec![] };
        for (institution, name_ja, provides) in cities {
            let institution = InstitutionCode::parse(institution)?;
            let gateway_key = plan.gateway_seal(&institution)?.public();
            let line = format!("localhost:{}", free_port()?);
            let (name_ja, provides) = ((*name_ja).to_owned(), *provides);
            plan.cities.push(ConnectedCity { institution, name_ja, gateway: spot()?, gateway_key, line, provides });
        }
        let ca = Ca::open_or_create(&folder.join("ca"), now)?;
        for party in plan.parties() {
            ca.issue(&PeerName::from(&party), &["localhost"], now, LIFE)?.store(&plan.identity(&party))?;
        }
        Ok(plan)
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

    /// Stores the plan in its folder.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn store(&self) -> anyhow::Result<()> {
        Ok(std::fs::write(self.folder.join(FILE), serde_json::to_vec_pretty(self)?)?)
    }

    /// Reads the plan of a folder.
    ///
    /// # Errors
    /// No plan there, or one of another release.
    pub fn load(folder: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(folder.join(FILE)).with_context(|| format!("{} に計画がありません", folder.display()))?;
        Ok(serde_json::from_slice(&text)?)
    }
}
