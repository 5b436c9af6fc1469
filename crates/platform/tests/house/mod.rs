//! What the tests of the platform share: a small city with two offices, its staff, and a register called the book.

#![allow(dead_code, reason = "each test file uses its part")]

pub mod writer;

use kernel::access::Purpose;
use kernel::ident::AtenaNo;
use kernel::time::Date;
use platform::audit::{self, LogFilter, LogLine};
use platform::city::{City, CityProfile, Office};
use platform::db::{Db, Migration};
use platform::fault::Fault;
use platform::keys::Keys;
use platform::policy::{self, FieldGroup, Policy};
use platform::staff::{Post, StaffContext};
use platform::testing::{FixedClock, TestDatabase, fresh_databases};
use platform::{Unit, case, params, subject};
use std::sync::Arc;

pub const TODAY: Date = Date::constant(2026, 11, 20);

/// A register of the tests: what is written into it is what a unit stores.
pub const BOOK: Migration =
    Migration { name: "9000_book", sql: "create table book (id {pk}, words {text} not null) {strict};", postgres_only: false };
pub const WRITE_BOOK: &str = "insert into book (words) values ($1)";
pub const COUNT_BOOK: &str = "select count(*) as n from book";
pub const COUNT_LEAVES: &str = "select count(*) as n from audit_leaf";
pub const COUNT_OUTBOX: &str = "select count(*) as n from platform_outbox";
pub const COUNT_COMMITS: &str = "select count(*) as n from platform_commit";

/// Migrations of the platform and the book.
pub fn migrations() -> Vec<Migration> {
    [platform::MIGRATIONS, &[BOOK]].concat()
}

const GROUPS: &[FieldGroup] = &[
    FieldGroup::plain("juki.identify", "氏名"),
    FieldGroup::location("juki.address", "住所"),
    FieldGroup::secret("juki.mynumber", "個人番号"),
    FieldGroup::plain("kodomo.eligibility", "資格"),
];

const OFFICES: &[Office] = &[
    Office { code: "shimin", name_ja: "市民課", purposes: &["juki"] },
    Office { code: "iryo", name_ja: "医療年金課", purposes: &["kodomo"] },
];

const PURPOSES: [Purpose; 2] = [
    Purpose { code: "juki", name_ja: "住民記録", short_ja: "住記", basis_ja: "住民基本台帳法" },
    Purpose { code: "kodomo", name_ja: "子ども医療", short_ja: "子医", basis_ja: "子ども医療費助成条例" },
];

/// A city over a database that is already open.
pub fn city(db: Db, keys: Keys, clock: Arc<FixedClock>) -> City {
    let profile = CityProfile {
        name_ja: "みなと市".into(),
        code: "270008".into(),
        prefecture_ja: "大阪府".into(),
        mayor_ja: "湊 太郎".into(),
        wards: vec![],
        offices: OFFICES,
    };
    let policy = Policy::load(policy::SCHEMA, policy::POLICIES, GROUPS).unwrap();
    City::new(db, keys, clock, policy, profile, PURPOSES.to_vec())
}

/// One city under test.
pub struct House {
    pub database: TestDatabase,
    pub city: City,
    pub clock: Arc<FixedClock>,
}

/// A fresh city on each engine at hand.
pub async fn houses() -> Vec<House> {
    let databases = fresh_databases(&migrations()).await.unwrap();
    let house = |database: TestDatabase| {
        let clock = Arc::new(FixedClock::noon(TODAY));
        let city = city(database.db.clone(), Keys::ephemeral().unwrap(), clock.clone());
        House { database, city, clock }
    };
    databases.into_iter().map(house).collect()
}

/// A staff member at work, without a case.
pub fn clerk(staff_no: &str, office: &str, rank: i64) -> StaffContext {
    let purpose = if office == "iryo" { "kodomo" } else { "juki" };
    StaffContext {
        staff_no: staff_no.into(),
        name: format!("職員{staff_no}"),
        post: Some(Post { id: 0, office: office.into(), rank, roles: vec![], ward: None }),
        terminal: "A-12".into(),
        purpose: Some(purpose.into()),
        ..StaffContext::nobody()
    }
}

impl House {
    pub fn engine(&self) -> &'static str {
        self.database.db.engine()
    }

    /// The permanent id of the n-th person.
    pub async fn person(&self, n: u64) -> i64 {
        let mut tx = self.city.db().write().await.unwrap();
        let id = subject::of(&mut tx, &atena(n)).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// The staff member opens a case at the counter about these persons.
    pub async fn with_case(&self, staff: &StaffContext, subjects: &[i64]) -> StaffContext {
        let mut tx = self.city.db().write().await.unwrap();
        let case = case::open(&self.city, &mut tx, staff, "受付", "窓口", subjects).await.unwrap();
        tx.commit().await.unwrap();
        StaffContext { case: Some(case), ..staff.clone() }
    }

    /// A statement that is only a test's own.
    pub async fn run(&self, sql: &'static str) {
        let mut tx = self.city.db().write().await.unwrap();
        tx.run(sql, vec![]).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        count(self.city.db(), sql).await
    }

    /// Rows in the book, leaves in the log, events in the outbox, numbered commits.
    pub async fn totals(&self) -> [i64; 4] {
        [
            self.count(COUNT_BOOK).await,
            self.count(COUNT_LEAVES).await,
            self.count(COUNT_OUTBOX).await,
            self.count(COUNT_COMMITS).await,
        ]
    }

    /// The log of the day, oldest first.
    pub async fn log(&self) -> Vec<LogLine> {
        let mut tx = self.city.db().read().await.unwrap();
        let filter = LogFilter { from: TODAY, to: TODAY, staff_no: None, before: None };
        let mut lines = audit::log(&mut tx, self.city.keys(), &filter, 1000).await.unwrap();
        lines.reverse();
        lines
    }

    pub async fn remove(self) {
        self.database.remove().await;
    }
}

pub async fn count(db: &Db, sql: &'static str) -> i64 {
    let mut tx = db.read().await.unwrap();
    tx.one(sql, params![]).await.unwrap().get("n").unwrap()
}

pub fn atena(n: u64) -> AtenaNo {
    let mut serials = (1..).filter_map(|serial| AtenaNo::issue(serial).ok());
    serials.nth(usize::try_from(n).unwrap()).unwrap()
}

/// Writes a line into the book within a unit.
pub async fn write(unit: &mut Unit, words: &str) -> Result<(), Fault> {
    unit.tx.run(WRITE_BOOK, params![words]).await?;
    Ok(())
}
