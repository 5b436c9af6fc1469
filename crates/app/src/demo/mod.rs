//! The demo: a synthetic city with one command, and the story that proves that it works.

pub mod browser;
pub mod exchange;
pub mod learn;
mod load;
mod load_aid;
mod place;
pub mod serve;
mod story;
#[cfg(test)]
mod tests;
mod town;

pub use town::Town;

use crate::cities::{self, MINATO};
use crate::running::{Running, WallClock};
use crate::zones::CityLines;
use crate::{Opening, house, programmes};
use kernel::Date;
use platform::db::Db;
use platform::keys::Keys;
use platform::staff::{self, NewStaff};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use webkit::House;

/// How to run the demo.
#[derive(Clone)]
pub struct Options {
    /// PostgreSQL URL; without one, SQLite in the data folder.
    pub database_url: Option<String>,
    /// Data folder.
    pub data: PathBuf,
    /// How many residents.
    pub residents: u32,
    /// Start over.
    pub fresh: bool,
    /// Business date; `None`: today.
    pub today: Option<Date>,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Lines to other zones; `None`: the city is not connected.
    pub lines: Option<Arc<CityLines>>,
    /// Which city.
    pub city: &'static cities::DemoCity,
}

/// A house without data, for the generated documents.
///
/// # Errors
/// A defect in the declarations.
pub async fn empty_house() -> anyhow::Result<House> {
    let folder = std::env::temp_dir().join(format!("atena-generate-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let db = Db::open(None, &folder.join("empty.db")).await?;
    let house = house(db, Keys::ephemeral()?, Arc::new(WallClock::real()), MINATO.profile(), programmes())?;
    std::fs::remove_dir_all(&folder)?;
    Ok(house)
}

/// A demo city, opened, and the one-time passwords when it was made just now.
struct Opened {
    house: House,
    passwords: Vec<(cities::DemoStaff, String)>,
}

async fn open_city(options: &Options) -> anyhow::Result<Opened> {
    open_as(options, place::begin(options).await?).await
}

/// Opens a city that is to be made (`new`) or to go on with, as [`place::begin`] has found.
async fn open_as(options: &Options, new: bool) -> anyhow::Result<Opened> {
    let clock = Arc::new(options.today.map_or_else(WallClock::real, WallClock::starting));
    let opening = Opening {
        database_url: options.database_url.as_deref(),
        data: &options.data,
        clock,
        profile: options.city.profile(),
        lines: options.lines.clone(),
    };
    let house = crate::open(opening).await?;
    let mut passwords = vec![];
    if new {
        place::mark(options, house.city.db(), house.city.keys(), false).await?;
        for member in options.city.staff {
            let password = staff::admin::one_time_password(house.city.keys())?;
            let mut tx = house.city.db().write().await?;
            let from = Date::constant(2026, 4, 1);
            let posts = [(member.office, member.rank, member.roles, None)];
            staff::register(
                &mut tx,
                &NewStaff { staff_no: member.staff_no, name: member.name, password: &password, posts: &posts, from },
            )
            .await?;
            tx.commit().await?;
            passwords.push((*member, password));
        }
        // A load that was cut off is not taken for a city: the mark below is made after everything is on the disk.
        house.city.db().first_load(true).await?;
        let people = load::city(&house.city, options.city.people(options.residents, house.city.today())).await?;
        house.city.db().first_load(false).await?;
        println!("合成の市民 {people}人(転出・死亡を含む)を登録しました");
        place::mark(options, house.city.db(), house.city.keys(), true).await?;
    }
    Ok(Opened { house, passwords })
}

/// Plays the story in a city of its own and ends.
///
/// # Errors
/// The first step that did not hold.
pub async fn headless(options: &Options, plant: Option<&str>) -> anyhow::Result<()> {
    alone(options, plant).await?;
    let folder = std::env::temp_dir().join(format!("atena-exchange-{}", std::process::id()));
    let today = options.today.unwrap_or(Date::constant(2026, 11, 20));
    let played = exchange::play(&std::env::current_exe()?, &folder, today).await;
    std::fs::remove_dir_all(&folder).ok();
    played
}

/// Plays the story in a city of its own that is connected with nobody.
async fn alone(options: &Options, plant: Option<&str>) -> anyhow::Result<()> {
    let data = std::env::temp_dir().join(format!("atena-story-{}", std::process::id()));
    let today = options.today.unwrap_or(Date::constant(2026, 11, 20));
    let options = Options {
        data: data.clone(),
        fresh: true,
        today: Some(today),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        ..options.clone()
    };
    let Opened { house, passwords } = open_city(&options).await?;
    let witness = crate::witness(&data, house.city.keys());
    let running = Running::start(house.clone().over_plain_http(), options.listen, witness.clone()).await?;
    let made = options.city.people(options.residents, today);
    let result = story::play(&house, &made, witness.as_ref(), &passwords, false, plant).await;
    running.stop().await;
    std::fs::remove_dir_all(&data).ok();
    result
}
