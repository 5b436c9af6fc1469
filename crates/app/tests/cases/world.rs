//! All zones in a folder of their own, and the staff of both city halls.

use app::cities::{DemoCity, MINATO, YAMATE};
use app::demo::browser::Browser;
use app::demo::exchange::RESIDENTS;
use app::demo::exchange::hall::{Hall, staff};
use app::demo::serve::plan;
use app::zones::{Installation, Plan};
use kernel::Date;
use platform::db::Db;
use platform::keys::{Keys, Place};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use wire::acquire::Acquisition;
use wire::ident::InstitutionCode;
use wire::machine::Party;

/// The program under test.
pub fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_atena"))
}

/// An empty folder.
pub fn empty(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("atena-{name}-{}", std::process::id()));
    std::fs::remove_dir_all(&folder).ok();
    folder
}

pub fn party(make: fn(InstitutionCode) -> Party, city: &DemoCity) -> Party {
    make(InstitutionCode::parse(city.institution).unwrap())
}

/// Two cities, their gateways, the network and 住基ネット, each in a process of its own.
pub struct World {
    pub all: Installation,
    pub minato: Hall,
    pub yamate: Hall,
    /// An operator of the network.
    pub network: Browser,
    folder: PathBuf,
    passwords: BTreeMap<Party, Vec<(String, String)>>,
}

impl World {
    /// Everything is new; everybody who lives somewhere gets a 符号 there.
    pub async fn begins(name: &str, today: Date) -> Self {
        let mut world = Self::start(empty(name), today, BTreeMap::new()).await;
        for hall in [&mut world.minato, &mut world.yamate] {
            hall.has_bound(RESIDENTS.into()).await.unwrap();
        }
        world
    }

    /// All zones end and start again on a later day, with what is in their folders.
    pub async fn until(self, today: Date) -> Self {
        let (folder, passwords) = self.ends().await;
        Self::start(folder, today, passwords).await
    }

    /// All zones end.
    pub async fn ends(self) -> (PathBuf, BTreeMap<Party, Vec<(String, String)>>) {
        self.all.stop().await;
        (self.folder, self.passwords)
    }

    /// Goes on in a folder with the passwords of an earlier start.
    pub async fn start(folder: PathBuf, today: Date, known: BTreeMap<Party, Vec<(String, String)>>) -> Self {
        let plan = plan(&folder, Some(today), [RESIDENTS, RESIDENTS]).unwrap();
        Self::of(plan, known).await
    }

    /// The zones of a plan.
    pub async fn of(plan: Plan, known: BTreeMap<Party, Vec<(String, String)>>) -> Self {
        let folder = plan.folder.clone();
        let all = Installation::start(program(), plan, &[]).await.unwrap();
        let again = !known.is_empty();
        assert_eq!(all.passwords.is_empty(), again, "passwords are given once");
        let passwords = if again { known } else { all.passwords.clone() };
        let minato = hall(&all.plan, &passwords, &MINATO, again).await;
        let yamate = hall(&all.plan, &passwords, &YAMATE, again).await;
        let operator = Browser::at(&all.plan.network.web, "網の運用");
        let network = staff(operator, "7001", &of(&passwords, &Party::Network, "7001").unwrap(), again).await.unwrap();
        Self { all, minato, yamate, network, folder, passwords }
    }
}

impl World {
    /// Somebody else of a city's staff signs in for the first time.
    pub async fn signs_in(&self, city: &'static DemoCity, no: &str) -> Browser {
        let own = party(Party::City, city);
        let web = &self.all.plan.cities.iter().find(|c| c.institution.as_str() == city.institution).unwrap().own.web;
        staff(Browser::at(web, no), no, &of(&self.passwords, &own, no).unwrap(), false).await.unwrap()
    }

    /// A member of staff turns to another of the purposes of their post.
    pub async fn acts_for(browser: &mut Browser, purpose: &str) {
        let page = browser.open("/session/purpose").await.unwrap();
        let wanted = format!(":{purpose}");
        let mut choices = page.split("value=\"").skip(1).filter_map(|v| v.split('"').next());
        let choice = choices.find(|v| v.ends_with(&wanted)).unwrap().to_owned();
        send(browser, "/session/purpose", &[("purpose", &choice)]).await;
    }
}

/// Sends a form that is taken.
pub async fn send(browser: &mut Browser, path: &str, form: &[(&str, &str)]) {
    browser.post(path, form).await.unwrap();
    assert!(browser.status.is_success(), "{path}: {}", browser.page);
}

fn of(passwords: &BTreeMap<Party, Vec<(String, String)>>, party: &Party, no: &str) -> Option<String> {
    passwords.get(party)?.iter().find(|(n, _)| n == no).map(|(_, password)| password.clone())
}

async fn hall(plan: &Plan, passwords: &BTreeMap<Party, Vec<(String, String)>>, city: &'static DemoCity, again: bool) -> Hall {
    let (own, gateway) = (party(Party::City, city), party(Party::Gateway, city));
    let web = plan.cities.iter().find(|c| c.institution.as_str() == city.institution).unwrap().own.web.clone();
    let place = |name: &str| Browser::at(&web, name);
    Hall::open(plan, city, place, |no| of(passwords, &own, no), |no| of(passwords, &gateway, no), again).await.unwrap()
}

/// What a gateway that has ended holds about the 符号 of a person, read with its own keys.
pub async fn acquisition(folder: &Path, city: &DemoCity, dan: &str) -> Acquisition {
    let zone = folder.join(party(Party::Gateway, city).to_string().replace(':', "-"));
    let keys = Keys::open(&app::ring_file(&zone)).unwrap();
    let db = Db::open(None, &zone.join("zone.db")).await.unwrap();
    let mut tx = db.read().await.unwrap();
    let row = tx.one("select machine from gateway_acquisition where dan_no = $1", platform::params![dan]).await.unwrap();
    let sealed: Vec<u8> = row.get("machine").unwrap();
    drop(tx);
    db.close().await;
    let place = Place { table: "gateway_acquisition", column: "machine", row: dan };
    serde_json::from_slice(&keys.open_sealed(place, &sealed).unwrap()).unwrap()
}

/// All files below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
