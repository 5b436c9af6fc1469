//! The demo: a synthetic city with one command, and the story that proves that it works.

pub mod browser;
pub mod exchange;
pub mod learn;
mod load;
mod load_aid;
mod place;
mod story;
#[cfg(test)]
mod tests;

use crate::minato::{self, STAFF};
use crate::running::{Running, WallClock, asked_to_stop};
use crate::zones::CityLines;
use crate::{Opening, house, programmes};
use anyhow::Context;
use kernel::Date;
use platform::db::Db;
use platform::keys::Keys;
use platform::staff::{self, NewStaff};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use webkit::House;
use webkit::shape::Shapes;

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
}

/// A house without data, for the generated documents.
///
/// # Errors
/// A defect in the declarations.
pub async fn empty_house() -> anyhow::Result<House> {
    let folder = std::env::temp_dir().join(format!("atena-generate-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let db = Db::open(None, &folder.join("empty.db")).await?;
    let house = house(db, Keys::ephemeral()?, Arc::new(WallClock::real()), minato::profile(), programmes())?;
    std::fs::remove_dir_all(&folder)?;
    Ok(house)
}

/// A demo city, opened, and the one-time passwords when it was made just now.
struct DemoCity {
    house: House,
    passwords: Vec<(minato::DemoStaff, String)>,
}

async fn open_city(options: &Options) -> anyhow::Result<DemoCity> {
    if options.fresh {
        place::start_over(options).await?;
    }
    let new = place::is_new(options).await?;
    let clock = Arc::new(options.today.map_or_else(WallClock::real, WallClock::starting));
    let opening = Opening {
        database_url: options.database_url.as_deref(),
        data: &options.data,
        clock,
        profile: minato::profile(),
        lines: options.lines.clone(),
    };
    let house = crate::open(opening).await?;
    let mut passwords = vec![];
    if new {
        place::mark(options, house.city.db(), house.city.keys(), false).await?;
        for member in STAFF {
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
        let people = load::city(&house.city, options.residents).await?;
        house.city.db().first_load(false).await?;
        println!("合成の市民 {people}人(転出・死亡を含む)を登録しました");
        place::mark(options, house.city.db(), house.city.keys(), true).await?;
    }
    Ok(DemoCity { house, passwords })
}

/// Serves the demo until Ctrl-C.
///
/// # Errors
/// What stands in its way, in words.
pub async fn serve(options: &Options) -> anyhow::Result<()> {
    let begun = Instant::now();
    let DemoCity { house, passwords } = open_city(options).await?;
    let engine = house.city.db().engine();
    let witness = crate::witness(&options.data, house.city.keys());
    let running = Running::start(house.over_plain_http(), options.listen, witness)
        .await
        .with_context(|| format!("{} で待ち受けられません", options.listen))?;
    println!("みなと市(架空) … {engine}、{:.1}秒で準備できました", begun.elapsed().as_secs_f64());
    println!("  http://localhost:{}", running.address.port());
    if let Some(today) = options.today {
        println!("  業務日を {} として動いています(--today)", kernel::time::wareki(today));
    }
    println!("  鍵は {} に自分で作ったものです。本番では PKCS#11 の鍵を使います", options.data.join("keys").display());
    println!("  このデモは TLS なしで動くため、サインインの Cookie に Secure を付けていません。本番(serve)では付きます");
    if passwords.is_empty() {
        println!("  前回の続きです。最初からやり直すには --fresh を付けてください");
    } else {
        println!("  はじめのパスワード(一度だけ使えます):");
        for (member, password) in &passwords {
            println!("    {}  {password}  {} {}", member.staff_no, member.job_ja, member.name);
        }
    }
    println!("  止めるには Ctrl-C");
    asked_to_stop().await?;
    running.stop().await;
    println!("止めました。記録は {} に残っています", options.data.display());
    Ok(())
}

/// Plays the story in a city of its own and ends.
///
/// # Errors
/// The first step that did not hold.
pub async fn headless(options: &Options, plant: Option<&str>) -> anyhow::Result<()> {
    play(options, plant, None).await?;
    let folder = std::env::temp_dir().join(format!("atena-exchange-{}", std::process::id()));
    let today = options.today.unwrap_or(Date::constant(2026, 11, 20));
    let played = exchange::play(&std::env::current_exe()?, &folder, today).await;
    std::fs::remove_dir_all(&folder).ok();
    played
}

async fn play(options: &Options, plant: Option<&str>, shapes: Option<Arc<Shapes>>) -> anyhow::Result<()> {
    let data = std::env::temp_dir().join(format!("atena-story-{}", std::process::id()));
    let today = options.today.unwrap_or(Date::constant(2026, 11, 20));
    let options = Options {
        data: data.clone(),
        fresh: true,
        today: Some(today),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        ..options.clone()
    };
    let DemoCity { house, passwords } = open_city(&options).await?;
    let witness = crate::witness(&data, house.city.keys());
    let learns = shapes.is_some();
    let house = shapes.into_iter().fold(house, House::learning);
    let running = Running::start(house.clone().over_plain_http(), options.listen, witness.clone()).await?;
    let made = synth::City::generate(load::SEED, options.residents, today);
    let mut result = story::play(&house, &made, witness.as_ref(), &passwords, plant).await;
    if learns && result.is_ok() {
        result = learn::walk(&house).await;
    }
    running.stop().await;
    std::fs::remove_dir_all(&data).ok();
    result
}
