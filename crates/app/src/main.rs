//! The `atena` binary: the same program is the demo and the production server.

use anyhow::Context;
use app::demo::{self, Options};
use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "atena", version, about = "Atena 宛名: an open municipal core information system")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Args, Clone)]
struct Place {
    /// PostgreSQL URL; without it, SQLite in the data folder
    #[arg(long, env = "ATENA_DATABASE_URL")]
    database_url: Option<String>,
    /// Data folder: database, keys, witness
    #[arg(long, default_value = "atena-data")]
    data: PathBuf,
}

#[derive(Subcommand)]
enum Command {
    /// A synthetic city on this machine, ready to sign in
    Demo {
        #[command(flatten)]
        place: Place,
        /// How many residents the city has
        #[arg(long, default_value_t = 10_000)]
        residents: u32,
        /// Throw the old demo city away first
        #[arg(long)]
        fresh: bool,
        /// Business date of the demo, for instance 2026-11-20; without it, today
        #[arg(long)]
        today: Option<jiff::civil::Date>,
        /// Where to listen
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Play the whole story over the pages, check every step, and end
        #[arg(long)]
        headless: bool,
        /// With --headless: break one thing on purpose; the story must notice
        #[arg(long, value_name = "FAULT")]
        plant: Option<String>,
    },
    /// The production server
    Serve {
        #[command(flatten)]
        place: Place,
        /// Where to listen
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
    },
    /// Bring the database to this version
    Migrate {
        #[command(flatten)]
        place: Place,
    },
    /// Check that this installation can write, sign and prove
    Doctor {
        #[command(flatten)]
        place: Place,
    },
    /// Prove from the public key and the last witnessed checkpoint that the log is whole
    Verify {
        #[command(flatten)]
        place: Place,
        /// Public key of the log in hexadecimal; without it, the key ring's own
        #[arg(long)]
        public_key: Option<String>,
    },
    /// Write the generated documents
    Generate {
        /// Folder
        #[arg(long)]
        out: PathBuf,
    },
}

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("起動できません: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(Cli::parse().command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Demo { place, residents, fresh, today, listen, headless, plant } => {
            let Place { database_url, data } = place;
            let options = Options { database_url, data, residents, fresh, today, listen };
            if headless { demo::headless(&options, plant.as_deref()).await } else { demo::serve(&options).await }
        }
        Command::Serve { place, listen } => {
            let house = open(&place).await?;
            let witness = app::witness(&place.data, house.city.keys());
            let running = app::running::Running::start(house, listen, witness)
                .await
                .with_context(|| format!("{listen} で待ち受けられません"))?;
            println!("http://{}", running.address);
            tokio::signal::ctrl_c().await?;
            running.stop().await;
            Ok(())
        }
        Command::Migrate { place } => {
            open(&place).await?.city.db().close().await;
            println!("データベースはこの版になっています");
            Ok(())
        }
        Command::Doctor { place } => {
            let house = open(&place).await?;
            platform::health::check(&house.city).await?;
            println!("書ける・署名できる: よし({})", house.city.db().engine());
            house.city.db().close().await;
            Ok(())
        }
        Command::Verify { place, public_key } => {
            let house = open(&place).await?;
            let keys = house.city.keys();
            let key = match public_key {
                Some(text) => platform::keys::unhex(&text).context("公開鍵は16進数で指定してください")?,
                None => keys.log_public_key(),
            };
            let witnessed = app::witness(&place.data, keys).last()?.unwrap_or_default();
            let report = platform::audit::verify(house.city.db(), &key, &witnessed).await?;
            house.city.db().close().await;
            println!(
                "封印済 {} 件、封印待ち {} 件、証人 {} 件まで",
                report.sealed,
                report.waiting,
                report.witnessed.unwrap_or(0)
            );
            for finding in &report.findings {
                println!("× {finding}");
            }
            anyhow::ensure!(
                report.intact(),
                "閲覧・操作の記録に改変があります({}件)",
                report.findings.len() as u64 + report.more
            );
            println!("改変・欠落・入替え・巻戻しはありません");
            Ok(())
        }
        Command::Generate { out } => {
            let house = demo::empty_house().await?;
            app::generate::write_all(&house, &out)?;
            Ok(())
        }
    }
}

async fn open(place: &Place) -> anyhow::Result<webkit::House> {
    let opening = app::Opening {
        database_url: place.database_url.as_deref(),
        data: &place.data,
        clock: std::sync::Arc::new(app::running::WallClock::real()),
        profile: app::minato::profile(),
    };
    app::open(opening).await
}
