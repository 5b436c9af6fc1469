//! The only crate that knows all others: it puts a city together and runs it.

pub mod cities;
pub mod demo;
pub mod generate;
pub mod running;
pub mod synthetic;
mod walls;
pub mod zones;

use kernel::time::Clock;
use medical_aid::child::scheme::ChildScheme;
use platform::audit::{FileWitness, Witness};
use platform::city::CityProfile;
use platform::db::{Db, DbError, Migration, migrate};
use platform::keys::Keys;
use platform::policy::{self, Policy};
use platform::{City, Fault};
use ports::Ports;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use webkit::{House, Programme};
use zones::CityLines;

/// Every process of ours. With the C library's allocator a load of 副本 spent a third of its time on taking and giving back memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long what is here of exchanges is kept. Limits that cannot be read, which their test excludes, remove nothing.
fn exchange_years() -> exchange::Years {
    wire::limits::Limits::load().map_or(exchange::Years::FOREVER, exchange::Years::from)
}

/// Every programme, wired to the ports of the others, of みなと市 while it is not connected.
pub fn programmes() -> Vec<Programme> {
    connected(&cities::MINATO.profile(), None)
}

/// Every programme of a city, wired to the ports of the others and to the city's lines.
pub fn connected(profile: &CityProfile, lines: Option<Arc<CityLines>>) -> Vec<Programme> {
    let ports = Ports { residents: walls::residents() };
    let exchange = exchange::Needs {
        residents: ports.residents.clone(),
        hub: walls::hub(),
        originals: vec![walls::originals("resident", resident::originals())],
        line: lines.clone().map(|l| l as exchange::lines::Line),
        years: exchange_years(),
        procedures,
    };
    let out = lines.clone().map(|l| l as Arc<dyn hub::lines::Lines>);
    vec![
        desk::programme(),
        resident::programme(lines.clone().map(|l| l as Arc<dyn resident::juki_net::JukiNet>)),
        hub::programme(hub::Needs {
            residents: walls::compared(),
            tables: Arc::new(linkage::tables()),
            rules: hub::Rules { rank: identity_rank(profile) },
            users: vec![
                walls::link_uses("medical_aid", medical_aid::child::link_uses()),
                walls::link_uses("payments", payments::link_uses()),
                walls::link_uses("claims", claims::link_uses()),
                walls::link_uses("exchange", exchange::link_uses(exchange.clone())),
            ],
            lines: out,
        }),
        payments::programme(
            payments::Rules {
                rank: medical_aid::child::scheme::transfer_rank,
                orderer: medical_aid::child::scheme::orderer,
                instruction: medical_aid::child::scheme::instruction,
            },
            ports.clone(),
        ),
        claims::programme(walls::scheme(Arc::new(ChildScheme::new(profile.clone())))),
        medical_aid::child::programme(ports),
        exchange::programme(exchange),
    ]
}

/// Which 事務手続 a programme asks others for: 子ども医療費の助成.
fn procedures(purpose: &str) -> &'static [&'static str] {
    match purpose {
        "kodomo" => &["JT00000000000003"],
        _ => &[],
    }
}

/// Who decides an act of the hub (`hub.join`, `hub.split`), by the 専決規程 of the city.
fn identity_rank(profile: &CityProfile) -> hub::RankRule {
    match profile.code == cities::YAMATE.profile().code {
        true => |act, on| ranked(&cities::YAMATE.profile(), act, on),
        false => |act, on| ranked(&cities::MINATO.profile(), act, on),
    }
}

fn ranked(city: &CityProfile, act: &str, on: kernel::Date) -> Result<(i64, String), Fault> {
    let unruled = |why: &dyn std::fmt::Display| Fault::conflict("決裁できる職が分かりません", why.to_string());
    let params = law::params::Params::of(&city.code).map_err(|why| unruled(&why))?;
    let (programme, act) = act.split_once('.').unwrap_or(("hub", act));
    let required = law::approval::required_rank(programme, act, None, on, &params.approval).map_err(|why| unruled(&why))?;
    Ok((required.rank.number(), format!("{} {}", required.row.facts.legal_basis, required.rank.label_ja())))
}

/// The migrations of all programmes, in order of their numbers.
pub fn migrations(programmes: &[Programme]) -> Vec<Migration> {
    let mut all: Vec<Migration> = platform::MIGRATIONS.to_vec();
    all.extend(programmes.iter().flat_map(|p| p.migrations.iter().copied()));
    all.sort_by_key(|m| m.name);
    all
}

/// What a city needs to open.
pub struct Opening<'a> {
    /// PostgreSQL URL; without one, SQLite in the data folder.
    pub database_url: Option<&'a str>,
    /// Data folder.
    pub data: &'a Path,
    /// Clock.
    pub clock: Arc<dyn Clock>,
    /// What is fixed for the city.
    pub profile: CityProfile,
    /// Its lines to other zones; `None` when it is not connected.
    pub lines: Option<Arc<CityLines>>,
}

/// Opens a city: database migrated, keys at hand, policies validated, programmes wired.
///
/// # Errors
/// The first part that cannot be opened, in words for an operator.
pub async fn open(opening: Opening<'_>) -> anyhow::Result<House> {
    std::fs::create_dir_all(opening.data)?;
    let programmes = connected(&opening.profile, opening.lines);
    let db = Db::open(opening.database_url, &opening.data.join("city.db")).await?;
    migrate(&db, &migrations(&programmes), opening.clock.now()).await?;
    let db = raise_walls(db, &programmes).await?;
    let keys = Keys::open(&ring_file(opening.data))?;
    Ok(house(db, keys, opening.clock, opening.profile, programmes)?)
}

/// Each programme under its own role, where the database has roles and lets us make them; `atena doctor` tells whether it did.
///
/// # Errors
/// When the database cannot be reached.
pub async fn raise_walls(db: Db, programmes: &[Programme]) -> Result<Db, DbError> {
    let codes: Vec<&'static str> = programmes.iter().map(|p| p.code).collect();
    platform::db::walls::raise(db, &codes).await
}

/// The key ring of a data folder; opening the city makes it at the first start.
pub fn ring_file(data: &Path) -> PathBuf {
    data.join("keys").join("ring.json")
}

/// The witness of a data folder: outside the database. In production the file belongs to another account or machine.
pub fn witness(data: &Path, keys: &Keys) -> Arc<dyn Witness> {
    Arc::new(FileWitness::new(data.join("witness").join("checkpoints.txt"), keys.log_public_key()))
}

/// Puts a house together from its parts.
///
/// # Errors
/// A defect in the policies.
pub fn house(
    db: Db,
    keys: Keys,
    clock: Arc<dyn Clock>,
    profile: CityProfile,
    programmes: Vec<Programme>,
) -> Result<House, Fault> {
    let groups: Vec<_> = programmes.iter().flat_map(|p| p.groups.iter().copied()).collect();
    let policy = Policy::load(policy::SCHEMA, policy::POLICIES, &groups).map_err(|e| {
        Fault::new(platform::fault::FaultKind::Defect, "起動できません", e.to_string(), "policies/ を直してください")
    })?;
    let purposes = cities::PURPOSES.iter().copied().chain(programmes.iter().flat_map(|p| p.purposes.iter().copied())).collect();
    Ok(House::new(City::new(db, keys, clock, policy, profile, purposes), programmes))
}
