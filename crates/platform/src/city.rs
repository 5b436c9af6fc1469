//! One running city: database, keys, clock, policy and what its ordinance of offices says.

use crate::audit::{AuditError, Entry, Recorder};
use crate::db::Db;
use crate::keys::Keys;
use crate::policy::Policy;
use kernel::access::Purpose;
use kernel::time::{Clock, Date, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// An office (課) and the purposes its staff may act for.
#[derive(Debug, Clone)]
pub struct Office {
    /// Code in policies, for instance `shimin`.
    pub code: &'static str,
    /// Name.
    pub name_ja: &'static str,
    /// Purposes, the first is the default.
    pub purposes: &'static [&'static str],
}

/// What is fixed for a city.
#[derive(Debug, Clone)]
pub struct CityProfile {
    /// みなと市
    pub name_ja: String,
    /// 全国地方公共団体コード, six digits.
    pub code: String,
    /// 都道府県 name.
    pub prefecture_ja: String,
    /// Name of the mayor, the author of every notice.
    pub mayor_ja: String,
    /// Wards (code, name); one entry for a city without wards.
    pub wards: Vec<(String, String)>,
    /// Offices.
    pub offices: &'static [Office],
}

/// Everything a request or job needs. Cheap to clone.
#[derive(Clone)]
pub struct City {
    db: Db,
    inner: Arc<Inner>,
}

struct Inner {
    /// Records the looks of all programmes; started with the first.
    recorder: OnceLock<Recorder>,
    keys: Keys,
    clock: Arc<dyn Clock>,
    policy: Policy,
    profile: CityProfile,
    purposes: Vec<Purpose>,
    /// When each session was last seen in this process, by the hash of its token.
    presence: Mutex<HashMap<Vec<u8>, Timestamp>>,
}

/// Sessions that one process remembers before it forgets those that have gone.
const REMEMBERED: usize = 10_000;

impl City {
    /// Puts a city together.
    pub fn new(db: Db, keys: Keys, clock: Arc<dyn Clock>, policy: Policy, profile: CityProfile, purposes: Vec<Purpose>) -> Self {
        let (presence, recorder) = (Mutex::default(), OnceLock::new());
        Self { db, inner: Arc::new(Inner { recorder, keys, clock, policy, profile, purposes, presence }) }
    }

    /// When this process last saw a session.
    pub(crate) fn last_seen(&self, session: &[u8]) -> Option<Timestamp> {
        self.inner.presence.lock().unwrap_or_else(PoisonError::into_inner).get(session).copied()
    }

    /// A session is there.
    pub(crate) fn saw(&self, session: &[u8], now: Timestamp) {
        let mut all = self.inner.presence.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED {
            let idle = crate::staff::IDLE_MINUTES * 60_000_000;
            all.retain(|_, seen| now.as_microsecond() - seen.as_microsecond() < idle);
        }
        all.insert(session.to_vec(), now);
    }

    /// A session has ended.
    pub(crate) fn left(&self, session: &[u8]) {
        self.inner.presence.lock().unwrap_or_else(PoisonError::into_inner).remove(session);
    }

    /// The same city for one programme: what it opens runs under the programme's role ([`Db::acting`]).
    pub fn acting(&self, programme: &'static str) -> Self {
        Self { db: self.db.acting(programme), inner: self.inner.clone() }
    }

    /// Writes an entry that comes without changes, together with those of others who wait; answers its number once it is durable.
    pub(crate) async fn record(&self, entry: &Entry) -> Result<i64, AuditError> {
        self.inner.recorder.get_or_init(|| Recorder::start(self.db.clone(), self.inner.keys.clone())).record(entry).await
    }

    /// Its database.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Its keys.
    pub fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    /// Its clock.
    pub fn clock(&self) -> &dyn Clock {
        self.inner.clock.as_ref()
    }

    /// Its clock, to be shared with a loop.
    pub fn shared_clock(&self) -> Arc<dyn Clock> {
        self.inner.clock.clone()
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The business date.
    pub fn today(&self) -> Date {
        self.inner.clock.today()
    }

    /// Its policy.
    pub fn policy(&self) -> &Policy {
        &self.inner.policy
    }

    /// What is fixed for it.
    pub fn profile(&self) -> &CityProfile {
        &self.inner.profile
    }

    /// A purpose by code.
    pub fn purpose(&self, code: &str) -> Option<&Purpose> {
        self.inner.purposes.iter().find(|p| p.code == code)
    }

    /// An office by code.
    pub fn office(&self, code: &str) -> Option<&Office> {
        self.inner.profile.offices.iter().find(|o| o.code == code)
    }

    /// Name of an office, or its code when it is unknown.
    pub fn office_name(&self, code: &str) -> String {
        self.office(code).map_or_else(|| code.to_owned(), |o| o.name_ja.to_owned())
    }
}
