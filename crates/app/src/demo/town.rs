//! A city of the demo that is connected: its pages, its own line, and its people made known at 住基ネット and its gateway.

use super::{Opened, Options, open_as, place};
use crate::cities::{self, DemoCity};
use crate::running::Running;
use crate::zones::{self, Bound, CityLines, Plan, Zone};
use anyhow::Context;
use platform::{City, Fault};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use webkit::House;
use wire::ident::InstitutionCode;
use wire::machine::Party;

/// File that says that everybody is known.
const MARK: &str = "connected";
/// People told of at a time.
const STEP: usize = 5_000;
/// Pause before a line that is down is tried again.
const PAUSE: Duration = Duration::from_secs(2);

/// A connected city that runs in this process.
pub struct Town {
    /// Which city.
    pub city: &'static DemoCity,
    /// What it runs.
    pub house: House,
    /// Its data folder.
    pub data: PathBuf,
    /// Its lines out.
    pub lines: Arc<CityLines>,
    /// The running zone, with the passwords of its staff when it was made just now.
    pub zone: Zone,
}

impl Town {
    /// Opens a city of the plan as the plan says: its synthetic people in the zone's own folder.
    ///
    /// # Errors
    /// The first part that cannot be started.
    pub async fn of_plan(plan: &Plan, institution: &InstitutionCode) -> anyhow::Result<Self> {
        let connected = plan.city(institution)?;
        let bound = Bound::at(&connected.own).await?;
        let party = Party::City(institution.clone());
        let options = Options {
            database_url: plan.database(&party).map(str::to_owned),
            data: plan.zone(&party).join("town"),
            residents: connected.residents,
            fresh: false,
            today: plan.today,
            listen: bound.web.local_addr()?,
            lines: None,
            city: city_of(institution)?,
        };
        let new = place::begin(&options).await?;
        Self::open(plan, options, new, bound).await
    }

    /// Opens a city of the plan in a folder of the caller's choice, `new` or to go on with, where it listens already.
    ///
    /// # Errors
    /// The first part that cannot be started.
    pub(crate) async fn open(plan: &Plan, options: Options, new: bool, bound: Bound) -> anyhow::Result<Self> {
        let city = options.city;
        let institution = InstitutionCode::parse(city.institution)?;
        let lines = Arc::new(CityLines::open(plan, &institution, zones::clock(options.today))?);
        let options = Options { lines: Some(lines.clone()), ..options };
        let Opened { house, passwords } = open_as(&options, new).await?;
        let witness = crate::witness(&options.data, house.city.keys());
        let (stop, stopped) = watch::channel(false);
        let mut tasks = zones::serve_city(&lines, &house.city, bound.line, stopped.clone());
        let running = Running::start_on(house.clone().over_plain_http(), bound.web, witness)?;
        tasks.push(tokio::spawn(connect(Joining {
            people: city.people(options.residents, house.city.today()),
            city: house.city.clone(),
            lines: lines.clone(),
            mark: options.data.join(MARK),
            stopped,
        })));
        let passwords = passwords.into_iter().map(|(member, password)| (member.staff_no, password)).collect();
        Ok(Self { city, house, data: options.data, lines, zone: Zone { passwords, running, stop, tasks } })
    }
}

/// The city of a 機関コード.
///
/// # Errors
/// An institution that is no city of the demo.
pub(crate) fn city_of(institution: &InstitutionCode) -> anyhow::Result<&'static DemoCity> {
    let found = cities::ALL.into_iter().find(|c| c.institution == institution.as_str());
    found.with_context(|| format!("{institution} はデモの市ではありません"))
}

/// A city whose people are to be made known.
struct Joining {
    people: synth::City,
    city: City,
    lines: Arc<CityLines>,
    mark: PathBuf,
    stopped: watch::Receiver<bool>,
}

/// Makes the people of a new city known, in the background, as often as it takes.
async fn connect(joining: Joining) {
    let mut stopped = joining.stopped.clone();
    while !joining.mark.exists() {
        match joining.join(&joining.mark).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(%error, "the people of the city are not yet known everywhere"),
        }
        tokio::select! {
            () = async { stopped.wait_for(|s| *s).await.map(|_| ()).unwrap_or_default() } => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

impl Joining {
    /// 住基ネット gets the residents; then the gateway hears of every 団番, and has 符号 made.
    async fn join(&self, mark: &Path) -> anyhow::Result<()> {
        let mut households = self.people.households().peekable();
        while households.peek().is_some() {
            let mut step = vec![];
            while step.len() < STEP {
                let Some(household) = households.next() else { break };
                step.extend(household.people.iter().filter(|p| p.is_resident()).map(registered));
            }
            // A step that an earlier start has brought over is not brought again.
            let Some(last) = step.last().and_then(|p| p.get("individual_number")) else { continue };
            let known = self.lines.ask_juki("/look-up", &json!({ "affair": "juki", "individual_number": last })).await;
            if found(&known.map_err(told)?) == 0 {
                self.lines.ask_juki("/register", &step).await.map_err(told)?;
            }
        }
        hub::lines::announce_all(&self.city, self.lines.as_ref()).await.map_err(told)?;
        Ok(std::fs::write(mark, "")?)
    }
}

fn told(fault: Fault) -> anyhow::Error {
    anyhow::anyhow!("{fault}")
}

fn found(known: &Value) -> usize {
    known.get("found").and_then(Value::as_array).map_or(0, Vec::len)
}

/// A resident as 住基ネット gets to know them.
fn registered(person: &synth::Person) -> Value {
    let row = person.current();
    let sex = match row.sex.label() {
        "男" => "male",
        "女" => "female",
        _ => "unknown",
    };
    json!({
        "individual_number": person.individual_number.expose(), "resident_code": person.juminhyo_code.as_str(),
        "name": row.name.main(), "birth": person.birth_day().to_string(), "sex": sex, "address": row.address.text,
    })
}

impl Bound {
    /// A city's own line, and where its pages are to be served.
    pub(crate) async fn of(line: TcpListener, listen: std::net::SocketAddr) -> anyhow::Result<Self> {
        let web = TcpListener::bind(listen).await.with_context(|| format!("{listen} で待ち受けられません"))?;
        Ok(Self { line, web })
    }
}
