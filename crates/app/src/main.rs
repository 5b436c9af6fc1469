//! The `atena` binary: the same program is the demo and the production server.

use anyhow::Context;
use app::demo::{self, Options};
use clap::{Args, Parser, Subcommand};
use platform::client::{self, NewClient};
use platform::staff::{NewStaff, admin};
use ring::rand::{SecureRandom, SystemRandom};
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
        /// Only this city: no other city, gateways, network or 住基ネット
        #[arg(long)]
        alone: bool,
        /// How many residents the other city has
        #[arg(long, default_value_t = 1_000, conflicts_with = "alone")]
        neighbours: u32,
        /// Play the whole story over the pages, check every step, and end
        #[arg(long)]
        headless: bool,
        /// With --headless: break one thing on purpose; the story must notice
        #[arg(long, value_name = "FAULT")]
        plant: Option<String>,
    },
    /// One zone of the exchange: network, juki, gateway:<機関コード> or city:<機関コード>
    Zone {
        /// Which zone
        party: wire::machine::Party,
        /// Folder with the plan of the installation
        #[arg(long)]
        folder: PathBuf,
    },
    /// Stands for a resident's card at the demo's マイナポータル: reads a 個人番号 from standard input and prints the token that lets them in
    Card {
        /// Data folder of the demo
        #[arg(long, default_value = "atena-data")]
        data: PathBuf,
    },
    /// The production server
    Serve {
        #[command(flatten)]
        place: Place,
        /// Where to listen
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// There is no TLS in front: the session cookie is not marked Secure. Never over a network
        #[arg(long)]
        plain_http: bool,
    },
    /// Accounts, at the console of the server; every act is an entry in the log
    Staff {
        #[command(subcommand)]
        command: StaffCommand,
    },
    /// Other systems of the city that may call (庁内連携), at the console of the server; every act is an entry in the log
    Client {
        #[command(subcommand)]
        command: ClientCommand,
    },
    /// Keys of the installation
    Key {
        #[command(subcommand)]
        command: KeyCommand,
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
    /// Write a synthetic city as files: tables, months of receipts and bills, and an answer sheet of what was planted
    Synth {
        /// How many residents the city has
        #[arg(long, default_value_t = 10_000)]
        residents: u32,
        /// Same seed, same bytes
        #[arg(long, default_value_t = app::synthetic::SEED)]
        seed: u64,
        /// Business date of the city
        #[arg(long, default_value = "2026-11-20")]
        today: jiff::civil::Date,
        /// Months of receipts
        #[arg(long, default_value_t = 3)]
        months: u8,
        /// Empty folder
        #[arg(long)]
        out: PathBuf,
    },
    /// 名寄せ: link the extracts of several systems into persons, with a queue of questions and their reasons
    Link {
        /// Folder with one CSV file per system; with truth.csv in it the result is scored
        folder: PathBuf,
        /// Address and name history of the resident registry
        #[arg(long)]
        history: Option<PathBuf>,
        /// File name (without .csv) of the extract that is the resident registry
        #[arg(long, default_value = "juki")]
        registry: String,
        /// By decision of the city: an equal phone number stands for the address
        #[arg(long)]
        phone: bool,
        /// By decision of the city: name, sex and address are enough where one side states no birth date
        #[arg(long)]
        unstated_birth: bool,
        /// Do not compare 個人番号, as a system without a legal basis must
        #[arg(long)]
        without_numbers: bool,
        /// Folder for clusters.csv, review.csv, conflicts.csv and versions.csv
        #[arg(long)]
        out: PathBuf,
    },
    /// Write the generated documents
    Generate {
        /// Folder
        #[arg(long)]
        out: PathBuf,
    },
}

#[derive(Subcommand)]
enum StaffCommand {
    /// Registers an account with a one-time password, which is shown once
    Add {
        /// Staff number, the sign-in name
        number: String,
        #[command(flatten)]
        place: Place,
        /// Name
        #[arg(long)]
        name: String,
        /// Office code
        #[arg(long)]
        office: String,
        /// 1 係員, 2 係長, 3 課長, 4 部長
        #[arg(long, default_value_t = 1)]
        rank: i64,
        /// Additional roles, separated by commas
        #[arg(long, default_value = "")]
        roles: String,
        /// 区, for staff of a ward office
        #[arg(long)]
        ward: Option<String>,
        /// Reads the one-time password from standard input instead of making one
        #[arg(long)]
        password_stdin: bool,
    },
    /// Gives an account a new one-time password, opens it when locked, and ends its sessions
    Password {
        /// Staff number
        number: String,
        #[command(flatten)]
        place: Place,
        /// Reads the one-time password from standard input instead of making one
        #[arg(long)]
        password_stdin: bool,
    },
    /// Locks an account at once, until it is given a new password
    Lock {
        /// Staff number
        number: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand)]
enum ClientCommand {
    /// Registers a system; its id and secret are shown once
    Add {
        #[command(flatten)]
        place: Place,
        /// Name of the system, as a resident reads it in the access list
        #[arg(long)]
        name: String,
        /// 業務 for which it calls: lower-case letters and digits
        #[arg(long)]
        programme: String,
        /// Code of the office that answers for it
        #[arg(long)]
        office: String,
        /// What it may do, `業務ID:resource:operation`; several are possible
        #[arg(long, required = true)]
        scope: Vec<String>,
    },
    /// Lists the systems
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Ends a system at once, with its tokens
    End {
        /// Client id
        id: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Prints the public key of the log in hexadecimal, for the auditor and the witness
    Public {
        #[command(flatten)]
        place: Place,
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
        Command::Demo { place, residents, fresh, today, listen, alone, neighbours, headless, plant } => {
            let Place { database_url, data } = place;
            let options =
                Options { database_url, data, residents, fresh, today, listen, lines: None, city: &app::cities::MINATO };
            if headless {
                demo::headless(&options, plant.as_deref()).await
            } else if alone {
                demo::serve::alone(&options).await
            } else {
                demo::serve::connected(&std::env::current_exe()?, &options, neighbours).await
            }
        }
        Command::Zone { party, folder } => app::zones::run(&folder, &party).await,
        Command::Card { data } => {
            let plan = app::zones::Plan::load(&demo::serve::zones_folder(&data))?;
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).context("個人番号を読めません")?;
            let number = mynumber::IndividualNumber::parse(line.trim()).context("個人番号の形が違います")?;
            println!("{}", app::zones::sign_in(&plan, &number).await?);
            Ok(())
        }
        Command::Serve { place, listen, plain_http } => {
            let house = open(&place).await?;
            if house.city.db().walled() == Some(false) {
                eprintln!("プログラムごとの役割がないまま動きます。atena doctor の案内に従ってください");
            }
            let house = if plain_http { house.over_plain_http() } else { house };
            let witness = app::witness(&place.data, house.city.keys());
            let running = app::running::Running::start(house, listen, witness)
                .await
                .with_context(|| format!("{listen} で待ち受けられません"))?;
            println!("http://{}", running.address);
            app::running::asked_to_stop().await?;
            running.stop().await;
            Ok(())
        }
        Command::Staff { command } => staff(command).await,
        Command::Client { command } => client(command).await,
        Command::Key { command: KeyCommand::Public { place } } => {
            let ring = app::ring_file(&place.data);
            anyhow::ensure!(ring.exists(), "{} に鍵がありません。--data を確かめてください", ring.display());
            println!("{}", platform::keys::hex(&platform::keys::Keys::open(&ring)?.log_public_key()));
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
            println!("書ける・署名できる・証明できる: よし({})", house.city.db().engine());
            match house.city.db().walled() {
                None => println!("プログラムごとの役割: SQLite にはありません(一つのファイルを一つのプロセスが開きます)"),
                Some(true) => println!("プログラムごとの役割: よし"),
                Some(false) => println!(
                    "プログラムごとの役割: なし。この接続では役割を作れないか、使えません。\
                     管理者が migrations/postgres/walls.sql を実行し、接続に atena_ の役割を与えてください"
                ),
            }
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
        Command::Synth { residents, seed, today, months, out } => {
            app::synthetic::write_city(app::synthetic::Order { residents, seed, today, months }, &out)?;
            println!("合成の市を {} に書き出しました(乱数の種 {seed})", out.display());
            Ok(())
        }
        Command::Link { folder, history, registry, phone, unstated_birth, without_numbers, out } => {
            let policy = matching::Policy { phone, unstated_birth };
            // Numbers are compared by a hash that nobody can compute again: its key lives as long as this run.
            let mut key = [0; 32];
            SystemRandom::new().fill(&mut key).map_err(|_| anyhow::anyhow!("乱数を作れないため、個人番号を照合できません"))?;
            let registry = Some(registry);
            let numbers = !without_numbers;
            let options = linkage::Options { folder, history, registry, policy, numbers, out: Some(out.clone()), key };
            let linked = linkage::run(&options)?;
            let persons = linked.automatic.iter().collect::<std::collections::HashSet<_>>().len();
            println!(
                "{}件を{persons}人に自動で名寄せしました。確認 {}件、番号不整合 {}件",
                linked.records.len(),
                linked.review.len(),
                linked.conflicts.len()
            );
            println!("結果は {} にあります", out.display());
            if options.folder.join("truth.csv").exists() {
                print!("{}", linkage::score(&linked, &options.folder)?);
            }
            Ok(())
        }
        Command::Generate { out } => {
            let house = demo::empty_house().await?;
            app::generate::write_all(&house, demo::learn::learned().await?.as_ref(), &out)?;
            Ok(())
        }
    }
}

async fn staff(command: StaffCommand) -> anyhow::Result<()> {
    match command {
        StaffCommand::Add { number, place, name, office, rank, roles, ward, password_stdin } => {
            let city = open(&place).await?.city;
            let password = one_time_password(&city, password_stdin)?;
            let posts = [(office.as_str(), rank, roles.as_str(), ward.as_deref())];
            let from = city.today();
            let new = NewStaff { staff_no: &number, name: &name, password: &password, posts: &posts, from };
            told(admin::add(&city, &new).await)?;
            println!("{number} を登録しました");
            show_once(password_stdin, &password);
            city.db().close().await;
        }
        StaffCommand::Password { number, place, password_stdin } => {
            let city = open(&place).await?.city;
            let password = one_time_password(&city, password_stdin)?;
            told(admin::set_password(&city, &number, &password).await)?;
            println!("{number} の仮のパスワードを変えました。開いていた画面は終わりました");
            show_once(password_stdin, &password);
            city.db().close().await;
        }
        StaffCommand::Lock { number, place } => {
            let city = open(&place).await?.city;
            told(admin::lock(&city, &number).await)?;
            println!("{number} を使えなくしました。仮のパスワードを出すまでサインインできません");
            city.db().close().await;
        }
    }
    Ok(())
}

async fn client(command: ClientCommand) -> anyhow::Result<()> {
    match command {
        ClientCommand::Add { place, name, programme, office, scope } => {
            let city = open(&place).await?.city;
            let scopes: Vec<&str> = scope.iter().map(String::as_str).collect();
            let new = NewClient { name: &name, programme: &programme, office: &office, scopes: &scopes, from: city.today() };
            let (id, secret) = told(client::register(&city, &new).await)?;
            println!("{name} を登録しました。秘密鍵はここにしか出ません");
            println!("  client_id      {id}");
            println!("  client_secret  {}", secret.expose());
            println!("  aud            {}", client::audience(&city));
            city.db().close().await;
        }
        ClientCommand::List { place } => {
            let city = open(&place).await?.city;
            for one in client::all(&mut city.db().read().await?).await? {
                let to = one.to.map(|day| day.to_string()).unwrap_or_default();
                println!(
                    "{}  {}  {}  {}  {}〜{to}  {}",
                    one.id,
                    one.name,
                    one.programme,
                    one.office,
                    one.from,
                    one.scopes.join(" ")
                );
            }
            city.db().close().await;
        }
        ClientCommand::End { id, place } => {
            let city = open(&place).await?.city;
            told(client::end(&city, &id).await)?;
            println!("{id} を使えなくしました。渡してあったトークンも無効です");
            city.db().close().await;
        }
    }
    Ok(())
}

/// A fault with the messages of its fields, since there is no form to put them beside.
fn told<T>(result: Result<T, platform::Fault>) -> anyhow::Result<T> {
    result.map_err(|fault| {
        let fields: Vec<&str> = fault.fields.iter().map(|f| f.message.as_str()).collect();
        anyhow::anyhow!("{fault} {}", fields.join(" "))
    })
}

fn one_time_password(city: &platform::City, typed: bool) -> anyhow::Result<String> {
    if !typed {
        return Ok(admin::one_time_password(city.keys())?);
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("パスワードを読めません")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn show_once(typed: bool, password: &str) {
    if !typed {
        println!("仮のパスワード(ここにしか出ません。最初のサインインで変えます): {password}");
    }
}

async fn open(place: &Place) -> anyhow::Result<webkit::House> {
    let opening = app::Opening {
        database_url: place.database_url.as_deref(),
        data: &place.data,
        clock: std::sync::Arc::new(app::running::WallClock::real()),
        profile: app::cities::MINATO.profile(),
        lines: None,
    };
    app::open(opening).await
}
