//! Virtual time, the lines between the parties, and what goes wrong on them.

use crate::center::{Center, CenterStore, key_seed};
use crate::dice::Dice;
use crate::gateway::{Gateway, Moves, Store};
use crate::story::Action;
use crate::{Safeguards, Tally};
use jiff::{SignedDuration, Timestamp};
use kernel::ident::DanNo;
use kernel::time::{Date, Period};
use std::collections::{BTreeMap, BTreeSet};
use wire::code::{AcquisitionNo, CodeSecret, LineageKey};
use wire::ident::{DataSet, DataSetId, InstitutionCode, LoadId, Mode, PermitNo, RequestId};
use wire::limits::Limits;
use wire::list::{Kind, PermittedList};
use wire::machine::{Body, Effect, Machine, Message, NoCode, Party, Tenant, Turn};
use wire::network::{Authority, Member};
use wire::permit::{NetworkKey, Terms};
use wire::replica::{LiveVersions, ReplicaRecord, Slot, Upload, UploadEvent};
use wire::seal::{SealKey, Sealed};

/// How bad the weather is: chances in 1,000 and the longest delay and clock difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Storm {
    loss: u64,
    twice: u64,
    delay: SignedDuration,
    replay: u64,
    misroute: u64,
    crash: u64,
    skew: SignedDuration,
    /// Minutes after the start at which the network is away, and for how long.
    outage: (u64, u64),
}

impl Storm {
    /// A storm made from the seed.
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0x5707);
        Self {
            loss: dice.below(250),
            twice: dice.below(250),
            delay: SignedDuration::from_secs(dice.below(120).cast_signed()),
            replay: dice.below(60),
            misroute: dice.below(40),
            crash: dice.below(40),
            skew: SignedDuration::from_secs(dice.below(300).cast_signed()),
            outage: (dice.below(90), dice.below(30)),
        }
    }

    /// No storm at all.
    pub const CALM: Self = Self {
        loss: 0,
        twice: 0,
        delay: SignedDuration::ZERO,
        replay: 0,
        misroute: 0,
        crash: 0,
        skew: SignedDuration::ZERO,
        outage: (0, 0),
    };
}

/// A city behind its gateway: 正本, loads under way, and who its people are on 住基ネット.
#[derive(Debug, Clone, Default)]
pub struct City {
    /// 正本, as it should stand in the replica.
    pub original: BTreeMap<Slot, ReplicaRecord>,
    /// Loads.
    pub uploads: BTreeMap<LoadId, Upload>,
    /// The lineage of each person; `None` = no 住民票コード.
    pub people: BTreeMap<DanNo, Option<LineageKey>>,
    /// Last レコード識別番号 used.
    pub serial: u64,
}

/// What an observer outside sees leave the gateways and the network.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// 取得番号 that were under way.
    pub acquisitions: BTreeSet<AcquisitionNo>,
    /// Permits given for each request.
    pub permits: BTreeMap<(InstitutionCode, RequestId), BTreeSet<PermitNo>>,
    /// Different answers sent under each permit, with who sent them.
    pub answers: BTreeMap<PermitNo, BTreeSet<(InstitutionCode, Sealed)>>,
    /// Answers called back under each permit, by their number.
    pub called_back: BTreeMap<PermitNo, BTreeSet<u32>>,
    /// Exchanges that one side hid when the permit was given.
    pub to_hide: BTreeSet<PermitNo>,
    /// Exchanges that the person could ever see in the portal.
    pub shown: BTreeSet<PermitNo>,
}

enum Due {
    Message(Party, Box<Message>),
    Act(Action),
}

/// The whole world.
pub struct World {
    /// Virtual time.
    pub now: Timestamp,
    /// Chance.
    pub dice: Dice,
    /// Gateways by institution.
    pub gateways: BTreeMap<InstitutionCode, Gateway>,
    /// Cities by institution.
    pub cities: BTreeMap<InstitutionCode, City>,
    /// The network.
    pub center: Center,
    /// What an observer saw.
    pub observed: Observed,
    safeguards: Safeguards,
    storm: Storm,
    tally: Tally,
    queue: BTreeMap<(Timestamp, u64), Due>,
    posted: u64,
    old: Vec<(Party, Message)>,
    saved: BTreeMap<InstitutionCode, Store>,
    saved_center: CenterStore,
    skews: BTreeMap<Party, SignedDuration>,
}

/// 令和8年9月1日 9:00 in Japan.
pub const START: Timestamp = Timestamp::constant(1_788_220_800, 0);
/// How long the storm lasts.
const STORM: SignedDuration = SignedDuration::from_mins(120);
const TICK: SignedDuration = SignedDuration::from_secs(30);

fn limits() -> Limits {
    Limits {
        record_years: 7,
        consent_years: 7,
        original_years: 3,
        load_years: 3,
        identity_years: 7,
        permit: SignedDuration::from_mins(60),
        held: SignedDuration::from_hours(6),
        retry_first: SignedDuration::from_secs(20),
        retry_longest: SignedDuration::from_mins(5),
        automatic: SignedDuration::from_mins(1),
        acquisition_alarm: SignedDuration::from_hours(1),
        chunk_records: 3,
        backlog_records: 100,
        portal_token: SignedDuration::from_hours(1),
    }
}

/// The network's list. Without the safeguard it permits everything that the story asks.
fn list(safeguards: Safeguards) -> Result<PermittedList, String> {
    let procedures = [1, 2, 3, 17, 99].map(|n| format!("JT{n:014}"));
    let named: String = procedures.iter().map(|id| format!("[[procedure]]\nid = \"{id}\"\nname = \"\"\n")).collect();
    let row = |id: &String| {
        format!(
            "[[row]]\nprocedure = \"{id}\"\nasker = \"city\"\nprovider = \"city\"\ndata_set = \"TM00000000000002\"\n\
            ground = \"statutory\"\nconsent = false\neffective_from = \"2017-11-13\"\nlegal_basis = \"\"\nsource = \"\"\n\
            verified_on = \"\"\n"
        )
    };
    let rows: String = procedures.iter().map(row).collect();
    let head = "area = \"\"\nowner = \"\"\nnotified = []\n[[kind]]\nid = \"city\"\nname = \"\"\n\
        [[data_set]]\nid = \"TM00000000000002\"\nname = \"\"\n";
    let read = if safeguards.list { PermittedList::load() } else { PermittedList::parse(&format!("{head}{named}{rows}")) };
    read.map_err(|e| e.to_string())
}

/// 地方税関係情報 in its first version.
pub fn tax(version: u16) -> Option<DataSet> {
    DataSetId::parse("TM00000000000002").ok().map(|id| DataSet { id, version })
}

impl World {
    /// A world of three cities with their gateways, before anything has happened.
    ///
    /// # Errors
    /// A text when the shipped list cannot be read.
    pub fn new(seed: u64, safeguards: Safeguards, storm: Storm) -> Result<Self, String> {
        let mut dice = Dice::new(seed);
        let key = NetworkKey::from_seed(&key_seed(&mut dice)).map_err(|e| e.to_string())?;
        let network = key.public();
        let shared = SealKey::from_seed(&key_seed(&mut dice));
        let (mut gateways, mut members, mut skews) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (name, provides) in [("0220127140310001", true), ("0220113104110001", true), ("0220127219610001", false)] {
            let institution = InstitutionCode::parse(name).map_err(|e| e.to_string())?;
            let own = SealKey::from_seed(&key_seed(&mut dice));
            let key = if safeguards.tenant_binding { own } else { shared.clone() };
            members.insert(institution.clone(), Member { kind: Kind("city".to_owned()), key: key.public() });
            let tenant = Tenant { institution: institution.clone(), key, network, mode: Mode::Production, limits: limits() };
            let live =
                LiveVersions::new([1, 2].into_iter().filter_map(tax).map(|set| (set, Period { from: Date::MIN, to: None })));
            let live = live.map_err(|e| e.to_string())?;
            gateways.insert(
                institution.clone(),
                Gateway { tenant, store: Store::default(), live, provides, moves: Moves::default(), safeguards },
            );
        }
        for party in gateways.keys().map(|i| Party::Gateway(i.clone())).chain([Party::Network]) {
            let most = storm.skew.as_secs().unsigned_abs();
            let skew = dice.below(2 * most + 1).cast_signed().saturating_sub_unsigned(most);
            skews.insert(party, SignedDuration::from_secs(skew));
        }
        let authority = Authority {
            key,
            secret: CodeSecret::new(&key_seed(&mut dice)),
            list: list(safeguards)?,
            members,
            limits: limits(),
            serves: BTreeSet::from([Mode::Production]),
        };
        Ok(Self {
            now: START,
            dice,
            cities: gateways.keys().map(|i| (i.clone(), City::default())).collect(),
            saved: gateways.keys().map(|i| (i.clone(), Store::default())).collect(),
            gateways,
            center: Center { authority, store: CenterStore::default(), safeguards },
            observed: Observed::default(),
            safeguards,
            storm,
            tally: Tally::default(),
            queue: BTreeMap::new(),
            posted: 0,
            old: Vec::new(),
            saved_center: CenterStore::default(),
            skews,
        })
    }

    /// What has happened, in numbers.
    pub fn tally(&self) -> Tally {
        let inquiries = || self.gateways.values().flat_map(|g| g.store.inquiries.values());
        Tally {
            permits: self.observed.permits.values().map(|p| p.len() as u64).sum(),
            answered: inquiries().filter(|i| i.answer.as_ref().is_some_and(|a| a.outcome.is_ok())).count() as u64,
            refused: inquiries().filter(|i| i.stop.is_some() || (i.error.is_some() && i.permit.is_none())).count() as u64,
            hidden: self.center.store.passages.values().filter(|p| p.record.hidden).count() as u64,
            ..self.tally
        }
    }

    /// Messages that the storm keeps for a replay.
    pub fn overheard(&self) -> impl Iterator<Item = &Message> {
        self.old.iter().map(|(_, message)| message)
    }

    /// Plans an action.
    pub fn plan(&mut self, after: SignedDuration, action: Action) {
        self.enqueue(after, Due::Act(action));
    }

    fn enqueue(&mut self, after: SignedDuration, due: Due) {
        self.posted += 1;
        self.queue.insert((self.now.checked_add(after).unwrap_or(self.now), self.posted), due);
    }

    /// Runs everything up to the end of the storm.
    pub fn run_storm(&mut self) {
        let end = START.checked_add(STORM).unwrap_or(START);
        while self.now < end {
            self.advance();
        }
        self.storm = Storm { skew: self.storm.skew, ..Storm::CALM };
    }

    /// Lets the quiet world run until nothing waits any more.
    ///
    /// # Errors
    /// A text when something still waits after four days.
    pub fn settle(&mut self) -> Result<(), String> {
        let end = self.now.checked_add(SignedDuration::from_hours(96)).unwrap_or(self.now);
        while self.now < end {
            let idle = self.queue.is_empty() && self.center.store.is_settled();
            let cities = self.cities.values().all(|c| c.uploads.values().all(|u| u.backlog() == 0));
            if idle && cities && self.gateways.values().all(Gateway::is_settled) {
                return Ok(());
            }
            self.advance();
        }
        Err("something still waits after four quiet days".to_owned())
    }

    /// Runs until the next tick, delivering what is due before it.
    pub fn advance(&mut self) {
        let until = self.now.checked_add(TICK).unwrap_or(self.now);
        while let Some(entry) = self.queue.first_entry() {
            let (at, _) = *entry.key();
            if at > until {
                break;
            }
            let due = entry.remove();
            self.now = self.now.max(at);
            match due {
                Due::Message(at, message) => self.deliver(&at, *message),
                Due::Act(action) => action.run(self),
            }
        }
        self.now = until;
        self.tick();
    }

    fn clock(&self, party: &Party) -> Timestamp {
        self.skews.get(party).and_then(|skew| self.now.checked_add(*skew).ok()).unwrap_or(self.now)
    }

    fn tick(&mut self) {
        let institutions: Vec<InstitutionCode> = self.gateways.keys().cloned().collect();
        for institution in institutions {
            self.at_gateway(&institution, |gateway, turn| gateway.tick(turn));
            self.city_tick(&institution);
        }
        if !self.network_is_away() {
            self.at_network(|store, _, turn| store.tick(turn));
        }
        let notice_first = self.safeguards.notice_first;
        let seen = self.center.store.passages.values().filter(|p| p.record.granted && !p.record.hidden);
        self.observed.shown.extend(seen.filter(|p| p.is_noticed() || !notice_first).map(|p| p.record.no));
    }

    /// Does one side want the exchange hidden, as it stands now? The provider can say so only of a person whose 符号 it has.
    fn is_to_hide(&self, terms: &Terms) -> bool {
        let passage = self.center.store.passage(terms.no);
        let subject = passage.and_then(|p| p.subject);
        let lineage = self.center.store.people.iter().find(|(_, person)| Some(**person) == subject).map(|(lineage, _)| *lineage);
        let there = self.cities.get(&terms.provider).zip(self.gateways.get(&terms.provider));
        terms.hidden
            || there.is_some_and(|(city, gateway)| {
                let is = |dan: &DanNo| lineage.is_some() && city.people.get(dan).copied().flatten() == lineage;
                gateway.store.codes.values().any(|dan| is(dan) && gateway.store.hidden.contains(dan))
            })
    }

    fn city_tick(&mut self, institution: &InstitutionCode) {
        let Some(gateway) = self.gateways.get(institution) else { return };
        let tenant = gateway.tenant.clone();
        let Some(city) = self.cities.get_mut(institution) else { return };
        let mut effects = Vec::new();
        let loads: Vec<LoadId> = city.uploads.iter().filter(|(_, u)| u.backlog() > 0).map(|(id, _)| *id).collect();
        for load in loads {
            let Some(upload) = city.uploads.remove(&load) else { continue };
            let (upload, said) = upload.step(UploadEvent::Tick, &mut Turn { who: &tenant, now: self.now, rng: &mut self.dice });
            city.uploads.insert(load, upload);
            effects.extend(said);
        }
        self.post(&Party::City(institution.clone()), effects);
    }

    fn network_is_away(&self) -> bool {
        let minute = self.now.duration_since(START).as_mins().unsigned_abs();
        let (from, length) = self.storm.outage;
        minute >= from && minute < from + length
    }

    fn crashes(&mut self) -> bool {
        let crashes = self.dice.chance(self.storm.crash);
        self.tally.crashes += u64::from(crashes);
        crashes
    }

    /// A step of a gateway: it becomes durable, then its effects are carried out; a crash comes before, between, or not at all.
    pub fn at_gateway(
        &mut self,
        institution: &InstitutionCode,
        step: impl FnOnce(&mut Gateway, &mut Turn<'_, Tenant>) -> Vec<Effect>,
    ) {
        let party = Party::Gateway(institution.clone());
        let (now, crash, before) = (self.clock(&party), self.crashes(), self.dice.chance(500));
        let durable = self.safeguards.durable_before_send;
        let Some(gateway) = self.gateways.get_mut(institution) else { return };
        if durable && crash && before {
            return;
        }
        let tenant = gateway.tenant.clone();
        let effects = step(gateway, &mut Turn { who: &tenant, now, rng: &mut self.dice });
        if !durable {
            match (crash, self.saved.get_mut(institution)) {
                (true, Some(saved)) => gateway.store = saved.clone(),
                (false, Some(saved)) if self.dice.chance(300) => *saved = gateway.store.clone(),
                _ => {}
            }
        }
        if !(durable && crash) {
            self.post(&party, effects);
        }
    }

    /// A step of a gateway that no crash disturbs: what a member of staff does at a screen succeeds or is done again.
    pub fn calmly(
        &mut self,
        institution: &InstitutionCode,
        step: impl FnOnce(&mut Gateway, &mut Turn<'_, Tenant>) -> Vec<Effect>,
    ) {
        let party = Party::Gateway(institution.clone());
        let now = self.clock(&party);
        let Some(gateway) = self.gateways.get_mut(institution) else { return };
        let tenant = gateway.tenant.clone();
        let effects = step(gateway, &mut Turn { who: &tenant, now, rng: &mut self.dice });
        let effects = gateway.keep(effects);
        if let Some(saved) = self.saved.get_mut(institution) {
            *saved = gateway.store.clone();
        }
        self.post(&party, effects);
    }

    fn at_network(&mut self, step: impl FnOnce(&mut CenterStore, Safeguards, &mut Turn<'_, Authority>) -> Vec<Effect>) {
        let (now, crash, before) = (self.clock(&Party::Network), self.crashes(), self.dice.chance(500));
        let durable = self.safeguards.durable_before_send;
        if durable && crash && before {
            return;
        }
        let Center { authority, store, safeguards } = &mut self.center;
        let effects = step(store, *safeguards, &mut Turn { who: authority, now, rng: &mut self.dice });
        if !durable {
            if crash {
                *store = self.saved_center.clone();
            } else if self.dice.chance(300) {
                self.saved_center = store.clone();
            }
        }
        if !(durable && crash) {
            self.post(&Party::Network, effects);
        }
    }

    fn deliver(&mut self, at: &Party, message: Message) {
        match at {
            Party::Network if self.network_is_away() => {}
            Party::Network => self.at_network(|store, safeguards, turn| store.hear(message, safeguards, turn)),
            Party::Gateway(institution) => {
                let Message { from, body, .. } = message;
                self.at_gateway(institution, |gateway, turn| gateway.hear(&from, body, turn));
            }
            Party::City(institution) => self.at_city(institution, message.body),
            Party::Juki => {}
        }
    }

    /// The city translates a 団番 for 住基ネット, which asks the network; or it notes that a part of a load is done.
    fn at_city(&mut self, institution: &InstitutionCode, body: Body) {
        let Some(city) = self.cities.get_mut(institution) else { return };
        match body {
            Body::CodeWanted { acquisition, dan } => {
                let lineage = city.people.get(&dan).copied().flatten();
                let (to, body) = match lineage {
                    Some(lineage) => {
                        (Party::Network, Body::CodeRequest { acquisition, lineage, institution: institution.clone() })
                    }
                    None => {
                        let reason = NoCode::NoResidentCode;
                        (Party::Gateway(institution.clone()), Body::CodeUnavailable { acquisition, reason })
                    }
                };
                self.post(&Party::Juki, vec![Effect::Send { to, body }]);
            }
            Body::ChunkDone { load, part, rejected } => {
                let Some(gateway) = self.gateways.get(institution) else { return };
                let Some(upload) = city.uploads.remove(&load) else { return };
                let mut turn = Turn { who: &gateway.tenant, now: self.now, rng: &mut self.dice };
                let (upload, _) = upload.step(UploadEvent::Done { part, rejected }, &mut turn);
                city.uploads.insert(load, upload);
            }
            _ => {}
        }
    }

    /// Puts messages on the lines, where the storm has its way with them.
    pub fn post(&mut self, from: &Party, effects: Vec<Effect>) {
        for effect in effects {
            let Effect::Send { to, body } = effect else { continue };
            self.observe(from, &body);
            let hop = match (from, &to) {
                (Party::Gateway(_), Party::Gateway(_)) => Party::Network,
                _ => to.clone(),
            };
            self.tally.messages += 1;
            self.transmit(hop, Message { from: from.clone(), to, body });
        }
    }

    fn transmit(&mut self, hop: Party, message: Message) {
        if self.dice.chance(self.storm.replay) {
            self.old.push((hop.clone(), message.clone()));
            if let Some((hop, mut message)) = self.dice.pick(&self.old).cloned() {
                // Half of the replays are a tenant's who has overheard another one, over its own connection.
                if self.dice.chance(500) {
                    let rogue = self.dice.pick(&self.gateways.keys().cloned().collect::<Vec<_>>()).cloned();
                    message.from = rogue.map_or(message.from, Party::Gateway);
                }
                self.enqueue(SignedDuration::from_mins(20), Due::Message(hop, Box::new(message)));
            }
        }
        if self.dice.chance(self.storm.loss) {
            self.tally.lost += 1;
            return;
        }
        let twice = self.dice.chance(self.storm.twice);
        self.tally.doubled += u64::from(twice);
        for _ in 0..=u8::from(twice) {
            let delay = self.dice.below(self.storm.delay.as_millis().unsigned_abs() as u64);
            let delay = SignedDuration::from_millis(delay.cast_signed());
            let hop = self.maybe_elsewhere(&hop);
            self.enqueue(delay, Due::Message(hop, Box::new(message.clone())));
        }
    }

    fn maybe_elsewhere(&mut self, hop: &Party) -> Party {
        if !matches!(hop, Party::Gateway(_)) || !self.dice.chance(self.storm.misroute) {
            return hop.clone();
        }
        self.tally.misrouted += 1;
        let others: Vec<Party> = self.gateways.keys().map(|i| Party::Gateway(i.clone())).filter(|p| p != hop).collect();
        self.dice.pick(&others).unwrap_or(hop).clone()
    }

    fn observe(&mut self, from: &Party, body: &Body) {
        match (from, body) {
            (Party::Network, Body::PermitGranted(permit)) => {
                let of = (permit.terms.asker.clone(), permit.terms.request);
                if self.observed.permits.entry(of).or_default().insert(permit.terms.no) && self.is_to_hide(&permit.terms) {
                    self.observed.to_hide.insert(permit.terms.no);
                }
            }
            (_, Body::CodeWanted { acquisition, .. }) => {
                self.observed.acquisitions.insert(*acquisition);
            }
            (Party::Gateway(institution), Body::Answer { no, sealed, .. }) => {
                self.observed.answers.entry(*no).or_default().insert((institution.clone(), sealed.clone()));
            }
            (Party::Gateway(_), Body::Correction(correction)) => {
                self.observed.called_back.entry(correction.no).or_default().insert(correction.revision);
            }
            _ => {}
        }
    }
}
