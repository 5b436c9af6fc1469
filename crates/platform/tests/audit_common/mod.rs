//! What the tests of the log share: a small city, its staff, and databases of both engines.

#![allow(dead_code, reason = "each test file uses its part")]

use kernel::access::{Action, Relation};
use kernel::time::Timestamp;
use platform::audit::{self, Checkpoint, Entry, Report, Shown, Sighting};
use platform::db::Db;
use platform::keys::Keys;
use platform::testing::{FixedClock, TestDatabase, fresh_databases};

/// One log under test.
pub struct Log {
    pub database: TestDatabase,
    pub keys: Keys,
    pub clock: FixedClock,
}

/// A fresh log on each engine at hand.
pub async fn logs() -> Vec<Log> {
    let databases = fresh_databases(platform::MIGRATIONS).await.unwrap();
    databases.into_iter().map(|database| Log { database, keys: Keys::ephemeral().unwrap(), clock: clock() }).collect()
}

pub fn clock() -> FixedClock {
    FixedClock::noon(kernel::Date::constant(2026, 11, 20))
}

pub fn entry(at: Timestamp, action: Action, result: Shown, subjects: &[i64]) -> Entry {
    let relation = |n: usize| if n == 0 { Relation::AskedFor } else { Relation::Incidental };
    let sighting = |(n, subject): (usize, &i64)| Sighting {
        subject: *subject,
        relation: relation(n),
        fields: vec!["juki.name".into(), "juki.address".into()],
    };
    Entry {
        at,
        staff_no: "1001".into(),
        staff_name: "大谷 真央".into(),
        office: "市民課".into(),
        terminal: "A-12".into(),
        purpose: "juki".into(),
        case_no: Some("住記-2026-000123".into()),
        ground: Some("届出".into()),
        action,
        screen: "/residents/{no}".into(),
        result,
        sightings: subjects.iter().enumerate().map(sighting).collect(),
        detail: "世帯の照会".into(),
        bulk: None,
    }
}

impl Log {
    pub fn db(&self) -> &Db {
        &self.database.db
    }

    pub fn look(&self, subjects: &[i64]) -> Entry {
        use kernel::time::Clock;
        entry(self.clock.now(), Action::Look, Shown::Shown, subjects)
    }

    /// One unit of work that only writes an entry.
    pub async fn append(&self, entry: &Entry) -> i64 {
        let mut tx = self.db().write().await.unwrap();
        let number = audit::append(&mut tx, &self.keys, entry).await.unwrap();
        tx.commit().await.unwrap();
        number
    }

    pub async fn append_withheld(&self, entry: &Entry) -> i64 {
        let mut tx = self.db().write().await.unwrap();
        let number = audit::append_withheld(&mut tx, &self.keys, entry).await.unwrap();
        tx.commit().await.unwrap();
        number
    }

    pub async fn seal(&self) -> Checkpoint {
        audit::seal(self.db(), &self.keys, &self.clock).await.unwrap()
    }

    pub async fn verify(&self, witnessed: &str) -> Report {
        audit::verify(self.db(), &self.keys.log_public_key(), witnessed).await.unwrap()
    }

    /// Runs statements as somebody who can write to the database.
    pub async fn tamper(&self, statements: &[&'static str]) {
        let mut tx = self.db().write().await.unwrap();
        for sql in statements {
            tx.run(sql, vec![]).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
        }
        tx.commit().await.unwrap();
    }

    pub async fn number(&self, sql: &'static str) -> i64 {
        self.db().read().await.unwrap().one(sql, vec![]).await.unwrap().get("n").unwrap()
    }
}
