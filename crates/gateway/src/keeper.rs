//! The keeper of one tenant: takes messages and lets time pass, each batch in one transaction; what is to be said is stored with it and
//! sent afterwards.

use crate::leave::gone_of;
use crate::profile::Profile;
use crate::record;
use crate::replica::{self, Loaded, Meter};
use crate::send::{Sender, Sent};
use crate::store::machines;
use crate::store::sweep::sweep;
use crate::store::{outgoing, registers};
use crate::watch::{REFUSED, Watch, refused_ja};
use crate::words::{BACKLOG, BACKLOG_JA};
use crate::work::{Needs, Prepared, Work};
use kernel::ident::DanNo;
use kernel::time::{Date, Timestamp};
use platform::db::{Param, Tx};
use platform::keys::Place;
use platform::{City, Fault};
use ring::rand::SecureRandom;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wire::Randomness;
use wire::acquire::{Acquisition, AcquisitionEvent};
use wire::code::Code;
use wire::compare::Fingerprint;
use wire::ident::{Digest, PermitNo};
use wire::machine::{Body, Party, Tenant, Turn};
use wire::permit::Permit;
use wire::provide::{Admitted, ProvisionEvent};
use wire::replica::ReplicaRecord;

/// The line to 情報提供ネットワークシステム, over which other gateways are reached too.
pub(crate) const NETWORK: &str = "network";
/// The line to the tenant's own city.
pub(crate) const CITY: &str = "city";
/// Checked permits that are remembered until their inquiry comes.
const NOTICED: usize = 10_000;
/// Inquiries on one page of those that were called back.
const RECHECKED: i64 = 1_000;
/// Machines that one tick lets go on.
const TICKED_AT_ONCE: i64 = 500;

/// The operating system's randomness.
#[derive(Debug)]
pub struct SystemRandomness(ring::rand::SystemRandom);

impl Default for SystemRandomness {
    fn default() -> Self {
        Self(ring::rand::SystemRandom::new())
    }
}

impl Randomness for SystemRandomness {
    /// Waits until the system gives what was asked for; it never gives less.
    fn fill(&mut self, out: &mut [u8]) {
        while self.0.fill(out).is_err() {
            std::thread::yield_now();
        }
    }
}

/// One tenant. Cheap to clone; clones are the same tenant.
#[derive(Clone)]
pub struct Keeper(Arc<Inner>);

struct Inner {
    city: City,
    tenant: Tenant,
    profile: Arc<Profile>,
    office: &'static str,
    rng: Mutex<Box<dyn Randomness + Send>>,
    meter: tokio::sync::Mutex<Meter>,
    noticed: Mutex<BTreeMap<PermitNo, Admitted>>,
    watch: Watch,
    /// The day on which this process last removed what was old.
    swept: Mutex<Option<Date>>,
}

impl Keeper {
    /// The tenant whose database, keys and clock are the city's. `office` looks after its tasks.
    pub fn new(
        city: City,
        tenant: Tenant,
        profile: Profile,
        office: &'static str,
        rng: impl Randomness + Send + 'static,
    ) -> Self {
        let city = city.acting(crate::CODE);
        let (rng, meter) = (Mutex::new(Box::new(rng) as Box<dyn Randomness + Send>), tokio::sync::Mutex::default());
        let (profile, noticed, watch, swept) = (Arc::new(profile), Mutex::default(), Watch::default(), Mutex::default());
        Self(Arc::new(Inner { city, tenant, profile, office, rng, meter, noticed, watch, swept }))
    }

    /// Its database, keys and clock.
    pub fn city(&self) -> &City {
        &self.0.city
    }

    /// Who it is on the network.
    pub fn tenant(&self) -> &Tenant {
        &self.0.tenant
    }

    /// How it is connected.
    pub fn profile(&self) -> &Arc<Profile> {
        &self.0.profile
    }

    /// Whom it has met on its lines.
    pub(crate) fn watch(&self) -> &Watch {
        &self.0.watch
    }

    /// The day on which this process last removed what was old.
    pub(crate) fn swept(&self) -> Option<Date> {
        *self.0.swept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The office that looks after its tasks.
    pub(crate) fn office(&self) -> &'static str {
        self.0.office
    }

    pub(crate) fn rng(&self) -> MutexGuard<'_, Box<dyn Randomness + Send>> {
        self.0.rng.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a permit that was checked when the network told of it.
    pub(crate) fn notice(&self, admitted: &Admitted) {
        let mut noticed = self.0.noticed.lock().unwrap_or_else(PoisonError::into_inner);
        if noticed.len() >= NOTICED {
            noticed.clear();
        }
        noticed.insert(admitted.permit().terms.no, admitted.clone());
    }

    /// The same permit, to the last byte of its signature, that was checked when the network told of it; `None` when it must be checked.
    pub(crate) fn noticed(&self, permit: &Permit) -> Option<Admitted> {
        let mut noticed = self.0.noticed.lock().unwrap_or_else(PoisonError::into_inner);
        noticed.remove(&permit.terms.no).filter(|admitted| admitted.permit() == permit)
    }

    /// Runs machines, which need no database, with the tenant's randomness.
    pub(crate) fn step<R>(&self, now: Timestamp, run: impl FnOnce(&mut Turn<'_, Tenant>) -> R) -> R {
        let mut rng = self.rng();
        run(&mut Turn { who: &self.0.tenant, now, rng: rng.as_mut() })
    }

    /// A writing transaction, when it is this writer's turn.
    pub(crate) async fn write(&self) -> Result<Tx, Fault> {
        let mut tx = self.0.city.db().write().await?;
        crate::store::replica::turn(&mut tx).await?;
        Ok(tx)
    }

    /// The hashes of the replica.
    pub(crate) async fn meter(&self) -> tokio::sync::MutexGuard<'_, Meter> {
        self.0.meter.lock().await
    }

    /// Hash over the whole replica, and when it last changed.
    pub(crate) async fn measure(&self, tx: &mut Tx, now: Timestamp) -> Result<(Digest, Timestamp), Fault> {
        self.0.meter.lock().await.measure(tx, now).await
    }

    /// The replica by its hashes.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn fingerprint(&self) -> Result<Fingerprint, Fault> {
        let mut tx = self.0.city.db().read().await?;
        let mut meter = self.0.meter.lock().await;
        let (root, _) = meter.measure(&mut tx, self.0.city.now()).await?;
        Ok(Fingerprint { root, people: meter.people().clone() })
    }

    /// Takes what a party says, known by its connection. When this returns `Ok`, everything is durable; what the party may not say is
    /// dropped. On an error nothing was stored, and the party sends again.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn hear(&self, from: &Party, bodies: Vec<Body>) -> Result<(), Fault> {
        let now = self.0.city.now();
        let (mut chunks, mut messages, mut dropped) = (Vec::new(), Vec::new(), 0);
        for body in bodies {
            match body {
                body if !self.0.tenant.hears(from, &body) => dropped += 1,
                Body::Chunk { load, part, records } => chunks.push((load, part, records)),
                body => messages.push(Prepared::new(body, self, now)),
            }
        }
        let mut tx = self.write().await?;
        if dropped > 0 {
            tracing::warn!("a message that its sender may not send was dropped");
            outgoing::raise_words(&mut tx, REFUSED, &refused_ja(&self.0.profile, from, "/messages"), dropped, now).await?;
        }
        let mut said = Vec::new();
        for (load, part, records) in chunks {
            let done = replica::load(&mut tx, self, &records, now).await?;
            let of = |(n, error): (usize, _)| records.get(n).map(|record| (record.serial, error));
            let rejected = done.rejected.into_iter().filter_map(of).collect();
            said.push((CITY, Body::ChunkDone { load, part, rejected }));
        }
        let said: Vec<_> = said.iter().map(|(party, body)| (*party, body)).collect();
        outgoing::put(&mut tx, self.0.city.keys(), &said, now).await?;
        if !messages.is_empty() {
            let mut work = Work::load(&mut tx, self, &Needs::of(&messages), now).await?;
            self.step(now, |turn| messages.into_iter().for_each(|message| work.hear(message, turn)));
            work.store(&mut tx, self).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Lets time pass: repeats what was not confirmed, ends what has run out, removes records whose time is over. Answers how many machines
    /// it moved, so that a caller who gets many calls again at once.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn tick(&self) -> Result<usize, Fault> {
        let (now, keys) = (self.0.city.now(), self.0.city.keys());
        let mut tx = self.write().await?;
        let mut work = Work::empty(self, now);
        let acquisitions = machines::acquisitions_due(&mut tx, keys, now, TICKED_AT_ONCE).await?;
        let inquiries = machines::inquiries_due(&mut tx, keys, now, TICKED_AT_ONCE).await?;
        let provisions = machines::provisions_due(&mut tx, keys, now, TICKED_AT_ONCE).await?;
        let marks = machines::hidings_due(&mut tx, keys, now, TICKED_AT_ONCE).await?;
        let moved = acquisitions.len() + inquiries.len() + provisions.len() + marks.len();
        work.take_acquisitions(acquisitions);
        work.take_inquiries(inquiries);
        work.take_provisions(provisions);
        work.take_hidings(marks);
        self.step(now, |turn| work.tick(turn));
        // What was said before still waits there; repeating it would only fill the queue.
        work.say_nothing_to(&outgoing::down(&mut tx).await?);
        work.store(&mut tx, self).await?;
        let (today, years) = (self.0.city.today(), self.0.tenant.limits.record_years);
        let removed = record::remove_old(&mut tx, today, years).await?;
        if self.swept() != Some(today) {
            sweep(&mut tx, today, years).await?;
        }
        tx.commit().await?;
        *self.0.swept.lock().unwrap_or_else(PoisonError::into_inner) = Some(today);
        Ok(moved + removed)
    }

    /// Sends what is to be sent and forgets what has arrived. A line that is down is tried again later.
    ///
    /// # Errors
    /// The database's refusal; that a line is down is no error.
    pub async fn send_due(&self, sender: &dyn Sender) -> Result<Sent, Fault> {
        crate::send::send_due(self, sender).await
    }

    /// The hub has people: 符号 are asked for whoever has none.
    ///
    /// # Errors
    /// Somebody of them was deleted: then nobody is taken. The database's refusal.
    pub async fn register_people(&self, people: &[DanNo]) -> Result<(), Fault> {
        let now = self.0.city.now();
        let mut tx = self.write().await?;
        if !gone_of(&mut tx, self, people).await?.is_empty() {
            let why = "消去した団体内統合宛名番号があります。新しい番号を付番してください";
            return Err(Fault::conflict("登録できません", why));
        }
        let needs = Needs { people: people.to_vec(), ..Needs::default() };
        let mut work = Work::load(&mut tx, self, &needs, now).await?;
        let new: Vec<_> = people.iter().filter(|dan| !work.acquisitions.contains_key(*dan)).cloned().collect();
        work.take_acquisitions(new.into_iter().map(Acquisition::new));
        self.step(now, |turn| {
            for dan in people {
                work.acquisition(dan.clone(), AcquisitionEvent::Begin, turn);
            }
        });
        work.store(&mut tx, self).await?;
        Ok(tx.commit().await?)
    }

    /// Puts records into the replica, in one commit.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn load(&self, records: &[ReplicaRecord]) -> Result<Loaded, Fault> {
        let mut tx = self.write().await?;
        let done = replica::load(&mut tx, self, records, self.0.city.now()).await?;
        tx.commit().await?;
        Ok(done)
    }

    /// A person's link was found wrong (`true`) or has been put right (`false`). While it is wrong nothing is answered about them, and every
    /// answer that rests on it is called back; once it is right, what waited and what was called back is answered from the replica as it
    /// is then. Answers how many inquiries it concerned.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn recall(&self, dan: &DanNo, wrong: bool) -> Result<usize, Fault> {
        let now = self.0.city.now();
        let mut tx = self.write().await?;
        let mut flags = registers::flags_of(&mut tx, dan, now).await?;
        (flags.recalled, flags.changed_at) = (wrong, now);
        registers::set_flags(&mut tx, &flags).await?;
        let provisions = machines::provisions_about(&mut tx, self.0.city.keys(), dan).await?;
        let concerned: Vec<_> = provisions.into_iter().filter(|held| wrong || held.0.recalled).collect();
        let permits: Vec<_> = concerned.iter().map(|held| held.0.permit.terms.no).collect();
        let needs = Needs { permits: permits.clone(), about: vec![dan.clone()], answers: !wrong, ..Needs::default() };
        let mut work = Work::load(&mut tx, self, &needs, now).await?;
        work.take_provisions(concerned);
        self.step(now, |turn| match wrong {
            true => permits.iter().for_each(|no| work.provision(*no, ProvisionEvent::Recall, turn)),
            false => work.put_right(turn),
        });
        work.store(&mut tx, self).await?;
        tx.commit().await?;
        Ok(permits.len())
    }

    /// A page of the inquiries whose answer was called back by its provider and has not been put right yet, in the order of their ids.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn rechecking(&self, after: &str) -> Result<Vec<String>, Fault> {
        let mut tx = self.0.city.db().read().await?;
        Ok(machines::rechecking(&mut tx, after, RECHECKED).await?)
    }

    /// It is in doubt whose 個人番号 a 団番 stands for, or no longer. While it is, questions wait for a clerk; what was answered before stays
    /// as it is, because nothing was found wrong.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn freeze(&self, dan: &DanNo, frozen: bool) -> Result<(), Fault> {
        let now = self.0.city.now();
        let mut tx = self.write().await?;
        let mut flags = registers::flags_of(&mut tx, dan, now).await?;
        (flags.recalled, flags.changed_at) = (frozen, now);
        registers::set_flags(&mut tx, &flags).await?;
        Ok(tx.commit().await?)
    }

    /// The city says how many rows it still holds back: too many raise the alarm, and fewer end it.
    pub(crate) async fn backlog(&self, tx: &mut Tx, waiting: usize, now: Timestamp) -> Result<(), Fault> {
        if waiting > self.0.tenant.limits.backlog_records {
            return outgoing::raise(tx, &wire::machine::Alarm::Backlog(waiting), 1, now).await;
        }
        outgoing::close(tx, BACKLOG, BACKLOG_JA, now).await
    }

    /// The 符号 of people.
    pub(crate) async fn codes(&self, tx: &mut Tx, people: &[DanNo]) -> Result<BTreeMap<DanNo, Code>, Fault> {
        let keys = self.0.city.keys();
        let mut codes = BTreeMap::new();
        for binding in registers::codes(tx, people.iter().map(Param::from).collect()).await? {
            let (table, column) = crate::work::CODE_PLACE;
            let place = Place { table, column, row: binding.dan_no.as_str() };
            let plain = keys.open_sealed(place, &binding.code)?;
            if let Ok(bytes) = plain.try_into() {
                codes.insert(binding.dan_no, Code::from_bytes(bytes));
            }
        }
        Ok(codes)
    }
}
